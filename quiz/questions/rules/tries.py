"""What several tries at one question earn (scoring.md, "Tries")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from quiz.questions.base import Response, Tally


def interactive(last: Fraction, tries_before: int, penalty: Fraction) -> Fraction:
    """The last try less a penalty for each try before it, hints included; never below 0."""
    return max(Fraction(0), last - penalty * tries_before)


def adaptive(tries: Sequence[tuple[Response, Fraction]], penalty: Fraction) -> Fraction:
    """The best over all tries of its fraction less a penalty for each try before it.

    No answer and an unchanged repeat of the try before are no tries.
    """
    given = [one for one in tries if one[0] is not None]
    counted = [
        fraction
        for place, (response, fraction) in enumerate(given)
        if place == 0 or response != given[place - 1][0]
    ]
    return max((fraction - penalty * before for before, fraction in enumerate(counted)), default=Fraction(0))


def countback(tries: Sequence[Mapping[str, Tally]], penalty: Fraction) -> Fraction:
    """Each part of the last try less a penalty for each try before the first since which it stayed as right; 0 to 1.

    A try gives its parts by name (``QuestionType.tallied``); a part that a try leaves out is worth nothing there. What a
    wrong part of the last try takes off stays whole.
    """
    earned = Fraction(0)
    for name, (share, last) in tries[-1].items():
        wrong = [
            place for place, parts in enumerate(tries, 1) if name not in parts or parts[name].fraction < last
        ]
        before = max(wrong, default=0)
        earned += share * (max(Fraction(0), last - penalty * before) if last > 0 else last)
    return min(max(earned, Fraction(0)), Fraction(1))
