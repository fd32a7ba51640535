"""Certainty-based marking (scoring.md, "Certainty")."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

#: What a wrong answer costs at each certainty.
_COST: Final = {1: Fraction(0), 2: Fraction(-2), 3: Fraction(-6)}


def certainty_mark(fraction: Fraction, certainty: int | None, *, answered: bool) -> Fraction:
    """−6 … 3: a right answer earns its fraction times the certainty, a wrong one costs; none chosen counts as 1."""
    chosen = certainty or 1
    if not answered:
        return Fraction(0)
    return fraction * chosen if fraction > 0 else _COST[chosen]
