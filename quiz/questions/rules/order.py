"""Ten ways of saying how right an order is (scoring.md, ``ordering``).

``given`` holds, in the order of the answer, the places that the items have in the key, counted from 0, each at most
once: ``[0, 1, 2]`` is the right order of three. Of the ``n`` items those that are missing stand nowhere.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Final, TypeAlias

OrderRule: TypeAlias = Callable[[Sequence[int], int], Fraction]


def _absolute_position(given: Sequence[int], n: int) -> Fraction:
    return Fraction(sum(item == place for place, item in enumerate(given)), n)


def _all_or_nothing(given: Sequence[int], n: int) -> Fraction:
    return Fraction([*given] == [*range(n)])


def _next_exclude_last(given: Sequence[int], n: int) -> Fraction:
    return Fraction(_rightly_followed(given), n - 1)


def _next_include_last(given: Sequence[int], n: int) -> Fraction:
    return Fraction(_rightly_followed(given) + _ends_right(given, n), n)


def _previous_and_next(given: Sequence[int], n: int) -> Fraction:
    """Each pair of right neighbours counts for both of them; the ends are neighbours of the first and the last."""
    ends = (given[:1] == [0]) + _ends_right(given, n)
    return Fraction(2 * _rightly_followed(given) + ends, 2 * n)


def _all_previous_and_next(given: Sequence[int], n: int) -> Fraction:
    """Each pair in right order counts for both: the earlier stands before the later, the later after the earlier."""
    return Fraction(2 * _pairs_in_order(given), n * (n - 1))


def _longest_subsequence(given: Sequence[int], n: int) -> Fraction:
    """``ends[k]`` is the smallest item that can end a rising choice of k + 1 items of what has been read."""
    ends: list[int] = []
    for item in given:
        place = bisect_left(ends, item)
        ends[place : place + 1] = [item]
    return _length(len(ends), n)


def _longest_consecutive(given: Sequence[int], n: int) -> Fraction:
    """``run[v]`` is the length of the run … v − 1, v whose items were met in this order."""
    run: dict[int, int] = {}
    for item in given:
        run[item] = run.get(item - 1, 0) + 1
    return _length(max(run.values(), default=0), n)


def _relative_to_correct(given: Sequence[int], n: int) -> Fraction:
    nearness = sum(max(0, n - 1 - abs(item - place)) for place, item in enumerate(given))
    return Fraction(nearness, n * (n - 1))


def _pairwise(given: Sequence[int], n: int) -> Fraction:
    return Fraction(_pairs_in_order(given), n * (n - 1) // 2)


def _rightly_followed(given: Sequence[int]) -> int:
    return sum(after == item + 1 for item, after in pairwise(given))


def _ends_right(given: Sequence[int], n: int) -> bool:
    return given[-1:] == [n - 1]


def _pairs_in_order(given: Sequence[int]) -> int:
    return sum(earlier < later for earlier, later in combinations(given, 2))


def _length(length: int, n: int) -> Fraction:
    """A single item is in order with itself, which says nothing."""
    return Fraction(length if length > 1 else 0, n)


#: The first is the default.
ORDER_RULES: Final[Mapping[str, OrderRule]] = {
    "absolute_position": _absolute_position,
    "all_or_nothing": _all_or_nothing,
    "next_exclude_last": _next_exclude_last,
    "next_include_last": _next_include_last,
    "previous_and_next": _previous_and_next,
    "all_previous_and_next": _all_previous_and_next,
    "longest_subsequence": _longest_subsequence,
    "longest_consecutive": _longest_consecutive,
    "relative_to_correct": _relative_to_correct,
    "pairwise": _pairwise,
}


def order_score(given: Sequence[int], n: int, rule: str) -> Fraction:
    """The fraction, 0 to 1, for an answer to an ordering of n ≥ 2 items."""
    return ORDER_RULES[rule]([*given], n)
