"""How well somebody has mastered a topic or an objective: a level that rises and falls with each attempt.

The levels are those of Khan Academy; the rule stands in docs/methods.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import Final

#: From the lowest to the highest; the place is the level.
LEVELS: Final = ("not_started", "attempted", "familiar", "proficient", "mastered")
NOT_STARTED, ATTEMPTED, FAMILIAR, PROFICIENT, MASTERED = range(len(LEVELS))
#: From this share of the marks on an attempt is no failure.
ENOUGH: Final = 0.7


def level_of(shares: Iterable[float]) -> int:
    """The level, a place in ``LEVELS``, after attempts that earned these shares (0 to 1) of the marks, in their order."""
    return reduce(_next, shares, NOT_STARTED)


def _next(level: int, share: float) -> int:
    """All of the marks: *proficient*, and *mastered* for who was. Less is a miss: one level down from there.

    What is below *proficient* becomes *familiar* by enough marks, and falls by less.
    """
    if round(share, 9) >= 1:
        return PROFICIENT if level < PROFICIENT else MASTERED
    if round(share, 9) >= ENOUGH:
        return max(FAMILIAR, level - 1)
    return max(ATTEMPTED, level - 1)
