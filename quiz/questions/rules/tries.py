"""What several tries at one question earn (scoring.md, "Tries")."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from quiz.questions.base import Response


def interactive(last: Fraction, tries_before: int, penalty: Fraction) -> Fraction:
    """The last try less a penalty for each try before it, hints included; never below 0."""
    return max(Fraction(0), last - penalty * tries_before)


def adaptive(tries: Sequence[tuple[Response, Fraction]], penalty: Fraction) -> Fraction:
    """The best over all tries of its fraction less a penalty for each try before it.

    No answer and an unchanged repeat of the try before are no tries.
    """
    counted = [
        fraction
        for place, (response, fraction) in enumerate(tries)
        if response is not None and (place == 0 or response != tries[place - 1][0])
    ]
    return max((fraction - penalty * before for before, fraction in enumerate(counted)), default=Fraction(0))
