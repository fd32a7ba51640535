"""An order to be found, written: rules of response processing that ask which item stands where."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Any, Final

from quiz.errors import Said
from quiz.formats.qti.sheet import Sheet, block, identifier, match_correct

#: Tests of places that the rules of an item have at most: of 16 items each after the other, or all pairs of six.
_MOST_TESTS: Final = 500

#: Tests, and the share of the mark that each adds.
_Shares = Iterator[tuple[str, Fraction]]


def items(sheet: Sheet, content: Any) -> None:
    """``orderInteraction``; rules of scoring that QTI cannot say, or only at length, are lost: then places count."""
    names = [identifier(one.id) for one in content.items]
    sheet.declare("RESPONSE", "ordered", "identifier", names)
    rule = sheet.question.scoring
    if rule == "all_or_nothing":
        sheet.hints.append(rule)  # of two items it is what places give
        match_correct(sheet)
    else:
        sheet.rules += (
            sheet.when((test, sheet.add(sheet.score(share)))) for test, share in _shares(sheet, names)
        )
    choices = [
        sheet.el("simpleChoice", {"identifier": name}, sheet.texts.entry(one.text))
        for name, one in zip(names, content.items, strict=True)
    ]
    block(sheet, "orderInteraction", {"shuffle": "true"}, sorted(choices))


def _shares(sheet: Sheet, names: Sequence[str]) -> _Shares:
    rule = sheet.question.scoring
    detail = Said("QTI does not score by %(rule)s: places count", rule=rule)
    if rule in _SHARES:
        found = [*_SHARES[rule](sheet, names)]
        if sum(test.count(f"<{sheet.dialect.tag('index')} ") for test, _ in found) <= _MOST_TESTS:
            sheet.hints.append(rule)
            return iter(found)
        detail = Said("by %(rule)s only short orders are written: places count", rule=rule)
    if rule != "absolute_position":
        sheet.lose("scoring", detail)
    return _in_place(sheet, names)


def _at(sheet: Sheet, place: int, name: str) -> str:
    """The test that an item stands at a place, the first of which is 1."""
    there = sheet.el("index", {"n": place}, sheet.variable("RESPONSE"))
    return sheet.el("match", None, there, sheet.value("identifier", name))


def _in_place(sheet: Sheet, names: Sequence[str]) -> _Shares:
    for place, name in enumerate(names, 1):
        yield _at(sheet, place, name), Fraction(1, len(names))


def _in_turn(sheet: Sheet, names: Sequence[str], places: Sequence[tuple[int, int]]) -> str:
    """The test that two items stand at any of these pairs of places."""
    tests = [
        sheet.el("and", None, *(_at(sheet, place, name) for place, name in zip(pair, names, strict=True)))
        for pair in places
    ]
    return tests[0] if len(tests) == 1 else sheet.el("or", None, *tests)


def _followed(sheet: Sheet, names: Sequence[str], share: Fraction) -> _Shares:
    """Items that their right successors follow."""
    places = [*pairwise(range(1, len(names) + 1))]
    yield from ((_in_turn(sheet, pair, places), share) for pair in pairwise(names))


def _next_exclude_last(sheet: Sheet, names: Sequence[str]) -> _Shares:
    yield from _followed(sheet, names, Fraction(1, len(names) - 1))


def _next_include_last(sheet: Sheet, names: Sequence[str]) -> _Shares:
    yield from _followed(sheet, names, Fraction(1, len(names)))
    yield _at(sheet, len(names), names[-1]), Fraction(1, len(names))


def _previous_and_next(sheet: Sheet, names: Sequence[str]) -> _Shares:
    """Neighbours count for both of them, and so do the ends."""
    yield from _followed(sheet, names, Fraction(1, len(names)))
    for place in (1, len(names)):
        yield _at(sheet, place, names[place - 1]), Fraction(1, 2 * len(names))


def _pairs(sheet: Sheet, names: Sequence[str]) -> _Shares:
    places, pairs = [*combinations(range(1, len(names) + 1), 2)], [*combinations(names, 2)]
    yield from ((_in_turn(sheet, pair, places), Fraction(1, len(pairs))) for pair in pairs)


def _near(sheet: Sheet, names: Sequence[str]) -> _Shares:
    count = len(names)
    for right, name in enumerate(names, 1):
        for place in range(1, count + 1):
            if nearness := max(0, count - 1 - abs(place - right)):
                yield _at(sheet, place, name), Fraction(nearness, count * (count - 1))


#: What counts by each rule of which QTI can ask; lengths of what is in order are none of it.
_SHARES: Final[Mapping[str, Callable[[Sheet, Sequence[str]], _Shares]]] = {
    "next_exclude_last": _next_exclude_last,
    "next_include_last": _next_include_last,
    "previous_and_next": _previous_and_next,
    "all_previous_and_next": _pairs,
    "relative_to_correct": _near,
    "pairwise": _pairs,
}
