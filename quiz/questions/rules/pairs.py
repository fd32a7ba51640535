"""Parts to which something is put, each rightly or wrongly: stems and their choices, gaps and their words (scoring.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import prod
from typing import Final

#: The rules beside the type's first, which gives right parts / parts.
RULES: Final = ("all_or_nothing", "right_minus_wrong")


def parts_of(key: Mapping[str, str], given: Mapping[str, str | None], rule: str) -> dict[str, Fraction]:
    """What each part is worth: 1 where it is right, else 0; −1 where it is wrong and that takes points off."""
    wrong = Fraction(-1 if rule == "right_minus_wrong" else 0)
    return {
        name: Fraction(0) if given.get(name) is None else Fraction(1) if given[name] == right else wrong
        for name, right in key.items()
    }


def fraction_of(parts: Mapping[str, Fraction], rule: str) -> Fraction:
    """What the parts are worth together, 0 to 1."""
    if rule == "all_or_nothing":
        return min(parts.values())
    return max(Fraction(0), sum(parts.values(), Fraction(0)) / len(parts))


def guessed(chances: Sequence[Fraction], rule: str) -> Fraction:
    """What somebody gets on average who guesses every part; ``chances``: of guessing each rightly."""
    if rule == "all_or_nothing":
        return prod(chances, start=Fraction(1))
    if rule != "right_minus_wrong":
        return sum(chances, Fraction(0)) / len(chances)
    right = [Fraction(1)]  # the chance of so many right ones, from 0
    for chance in chances:
        one_more = [Fraction(0), *(before * chance for before in right)]
        right = [
            more + before * (1 - chance) for more, before in zip(one_more, [*right, Fraction(0)], strict=True)
        ]
    most = len(chances)
    return sum((share * max(0, 2 * count - most) for count, share in enumerate(right)), Fraction(0)) / most
