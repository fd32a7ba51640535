"""Conditions on a paper as a whole: what a drawn paper lacks of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from quiz.assembly.blueprint import Blueprint

if TYPE_CHECKING:
    from quiz.assembly.draw import Paper


def misses(blueprint: Blueprint, paper: Paper, tries: int) -> Iterator[dict[str, Any]]:
    """An entry of ``Unmeetable.unmet`` for each bound that the paper lies beyond; ``short`` says how far."""
    said = f"nearest of {tries} draws"
    counts = Counter(slot.level for slot in paper.slots if slot.asks)
    for level, count in blueprint.levels.items():
        yield from _beyond(f"level {level}", said, counts[level], count.min, count.max)
    wanted = blueprint.expected_facility
    if wanted is not None and paper.points:
        facility = paper.expected_score / paper.points
        yield from _beyond("expected facility", said, facility, wanted.min, wanted.max)


def _beyond(
    name: str, said: str, found: Fraction | int, least: Fraction | int, most: Fraction | int | None
) -> Iterator[dict[str, Any]]:
    if found < least:
        yield _entry(f"{name}, at least ({said})", least, found)
    elif most is not None and found > most:
        yield _entry(f"{name}, at most ({said})", most, found)


def _entry(constraint: str, required: Fraction | int, found: Fraction | int) -> dict[str, Any]:
    short = max(required, found) - min(required, found)
    figures = {"required": required, "available": found, "short": short}
    return {"constraint": constraint, **{name: _number(value) for name, value in figures.items()}}


def _number(value: Fraction | int) -> int | float:
    """JSON-able; a share to four decimals."""
    return value if isinstance(value, int) else round(float(value), 4)
