"""Answers that are typed: which texts and numbers an item accepts, and what each is worth, found by trying them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from heapq import heapify, heappop, heappush
from typing import Any, Final, TypeVar

from quiz.errors import Said
from quiz.files.xml import Element
from quiz.formats.qti.arithmetic import interval_of, rounded
from quiz.formats.qti.context import Unknown, whole_of
from quiz.formats.qti.item import Item
from quiz.formats.qti.patterns import in_other_case, to_stars
from quiz.formats.qti.values import Declaration, Value, Wrong, as_typed, holds, number_of, text_of, unbroken

#: Stands for any text while a pattern is tried: a private character that stands in no answer.
_ANY: Final = "\ue000"
#: Expressions that say something of what was answered.
_ANSWERED: Final = frozenset({"variable", "mapResponse", "mapResponsePoint"})
#: Answers that are accepted at most: people accept some ten.
_MOST: Final = 200
#: In place of an end that an open range does not have; further out where the item names larger numbers.
_FAR: Final = Fraction(10**15)

T = TypeVar("T")

#: What an answer is worth, 1 for the full mark; None stands for no answer.
Worth = Callable[[Value], Fraction]
#: What is told to an answer, to be compared.
Tells = Callable[[Value], Any]
#: Unlikely answers: numbers of either sign that are large, and larger than most ranges; a text of a private character.
_NUMBERS: Final = tuple(
    sign * Fraction(987_654_321_987, 1000) * 10**power for power in (0, 24) for sign in (1, -1)
)
_TEXT: Final = "\ue001"


@dataclass(frozen=True, slots=True)
class Answer:
    """An accepted answer: its fields as in bank files, and a value that is this answer."""

    fields: Mapping[str, Any]
    tried: Value


def unlike(declaration: Declaration, worth: Worth) -> Value:
    """An answer unlike those that are accepted: of some unlikely ones that which is worth least."""
    if declaration.base not in ("float", "integer"):
        return (_TEXT,)
    return min(((one,) for one in _NUMBERS), key=worth)


def values_beside(item: Item, declaration: Declaration) -> Iterator[tuple[Element, str]]:
    """The values with which the rules compare a response, each with its test, in order."""
    for test in item.tests_of(declaration):
        yield from ((test, value) for value in _values_of(item, test))


def _values_of(item: Item, test: Element) -> Iterator[str]:
    """The values with which a test compares a response."""
    for child in test:
        if child.tag in ("baseValue", "multiple", "ordered"):
            yield from (unbroken(text_of(one)) for one in child.iter("baseValue"))
        elif not any(one.tag in _ANSWERED for one in child.iter()):
            yield from map(as_typed, item.worked_out(child))


def _demand_few(found: list[T], most: int = _MOST) -> list[T]:
    """The same. Raises Wrong where there are more than can be tried."""
    if len(found) > most:
        raise Wrong(Said("there are %(count)s parts – cut the item into several", count=len(found)))
    return found


# Texts ---------------------------------------------------------------------------------------------------------------


def texts(item: Item, declaration: Declaration) -> list[str]:
    """The accepted texts, with stars, in the order in which they are compared. Raises Wrong for too many."""
    found = [*_compared_texts(item, declaration)]
    if declaration.mapping:
        found += (_literal(str(key)) for key, _, _ in declaration.mapping.entries)
    found += (_literal(str(one)) for one in declaration.correct)
    return _demand_few([text for text in dict.fromkeys(found) if text.strip()])


def _compared_texts(item: Item, declaration: Declaration) -> Iterator[str]:
    for test in item.tests_of(declaration):
        if test.tag == "patternMatch":
            stars = to_stars(test.get("pattern", ""))
            yield from stars[:1] if stars else ()
            continue
        part = test.tag == "substring" or holds(test, "substring")
        for text in map(_literal, _values_of(item, test)):
            yield f"*{text}*" if part else text


def _literal(text: str) -> str:
    return text.replace("*", "\\*")


def _tried(text: str) -> str:
    r"""A text that an answer with stars accepts: any text in place of each, ``\*`` for a star."""
    return text.replace("\\*", "\0").replace("*", _ANY).replace("\0", "*")


def typed(item: Item, declaration: Declaration, worth: Worth) -> tuple[list[Answer], bool]:
    """The accepted texts with their credits, and whether case matters; a star for what all others are worth. Raises Wrong."""
    listed = texts(item, declaration)
    tried = [_tried(text) for text in listed]
    credits = [worth((text,)) for text in tried]
    other = worth(unlike(declaration, worth))
    if other and "*" not in listed:
        listed, tried, credits = [*listed, "*"], [*tried, _TEXT], [*credits, other]
    heeds = any(worth((in_other_case(text),)) != credit for text, credit in zip(tried, credits, strict=True))
    made: dict[tuple[str, Fraction], Answer] = {}
    for text, value, credit in zip(listed, tried, credits, strict=True):
        same = " ".join((text if heeds else text.casefold()).split())  # here spaces do not matter
        made.setdefault((same, credit), Answer({"text": text, **credit_field(credit)}, (value,)))
    return [*made.values()], heeds


def credit_field(credit: Fraction) -> dict[str, Fraction]:
    """``credit``, left out where it is the full mark."""
    return {} if credit == 1 else {"credit": credit}


# Numbers -------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Step:
    """Numbers that are worth the same: from ``low`` to ``high``, an open end not included; None: without an end."""

    low: Fraction | None
    high: Fraction | None
    credit: Fraction
    #: What is told to it.
    told: Any
    has_low: bool
    has_high: bool

    def ends(self, *, held: bool) -> set[Fraction]:
        """Its ends that belong to it, or those that do not."""
        ends = ((self.low, self.has_low), (self.high, self.has_high))
        return {end for end, has in ends if end is not None and has is held}


def numbers(item: Item, declaration: Declaration, worth: Worth, tells: Tells) -> list[Answer]:
    """The accepted numbers with their credits, and those worth nothing to which something of their own is told.

    What a number is worth changes only where the item names one, so each of these is tried, and one between each two.
    Raises Wrong.
    """
    centres = _centres(item, declaration)
    beside = values_beside(item, declaration)
    relative = {number_of(text) for test, text in beside if test.get("toleranceMode") == "relative"}
    ends = _demand_few(sorted({*_ends(item, declaration, centres)}), 4 * _MOST)
    steps = _in_order([*_steps(ends, worth, tells)])
    taken = {end for step in steps for end in step.ends(held=True)}
    far = max([_FAR, *(2 * abs(end) for end in ends)])
    made = []
    for step in steps:
        low, high = step.low, step.high
        if low is None or high is None:
            item.lose("answers", "a range without an end")
        elif not step.ends(held=False) <= taken:
            item.lose("answers", "the ends of a range count as well")
        low, high = -far if low is None else low, far if high is None else high
        tried = low if step.has_low else high if step.has_high else (low + high) / 2
        fields = {**_range(centres, relative, low, high), **credit_field(step.credit)}
        made.append(Answer(fields, (tried,)))
    return made


def _centres(item: Item, declaration: Declaration) -> Sequence[Fraction]:
    """The numbers that the item names. Raises Wrong for too many."""
    found: list[Any] = [*declaration.correct]
    if declaration.mapping:
        found += (key for key, _, _ in declaration.mapping.entries)
    found += (number_of(text) for _, text in values_beside(item, declaration))
    return _demand_few([*dict.fromkeys(one for one in found if isinstance(one, Fraction))])


def _ends(item: Item, declaration: Declaration, centres: Sequence[Fraction]) -> Iterator[Fraction]:
    """Where what a number is worth may change: at those named, and where what is allowed around them ends."""
    yield from centres
    seen = set()
    for test in item.tests_of(declaration):
        if test.tag not in _AROUND:
            continue
        said = [number_of(text_of(one)) for one in test if one.tag == "baseValue"]
        kind = (test.tag, *sorted(test.attrib.items()))
        if not said and kind in seen:
            continue
        seen.add(kind)
        for centre in [one for one in said if one is not None] or centres:
            with suppress(Unknown):
                yield from _AROUND[test.tag](test, centre)


def _rounding(test: Element, centre: Fraction) -> tuple[Fraction, Fraction]:
    """The numbers between which all are rounded to the same one as this. Raises Unknown."""
    mode, figures = test.get("roundingMode", "significantFigures"), whole_of(test, "figures", "0")
    value = rounded(centre, mode, figures)
    places = figures
    if mode != "decimalPlaces":
        size = abs(value) or Fraction(1)
        places = figures - len(str(int(size))) if size >= 1 else figures
        while 0 < size < Fraction(1, 10) and places < 400:
            size, places = size * 10, places + 1
    half = Fraction(1, 2) / Fraction(10) ** max(-400, min(400, places))
    return value - half, value + half


#: Tests that allow for something around a number, and the ends of what they allow.
_AROUND: Final[Mapping[str, Callable[[Element, Fraction], tuple[Fraction, Fraction]]]] = {
    "equal": interval_of,
    "equalRounded": _rounding,
}


def _steps(ends: Sequence[Fraction], worth: Worth, tells: Tells) -> Iterator[_Step]:
    """The steps that are worth anything, or told anything that others are not, from left to right."""
    made: list[_Step] = []
    for low, high, tried in _between(ends):
        credit, told = worth((tried,)), tells((tried,))
        is_point = low == high
        if made and (made[-1].credit, made[-1].told) == (credit, told):
            made[-1].high, made[-1].has_high = high, is_point
        else:
            made.append(_Step(low, high, credit, told, is_point, is_point))
    # Far out nothing is accepted, on one side at least.
    usual = min(made[0], made[-1], key=lambda step: step.credit).told if made else None
    yield from (step for step in made if step.credit or step.told != usual)


def _between(ends: Sequence[Fraction]) -> Iterator[tuple[Fraction | None, Fraction | None, Fraction]]:
    """Each end by itself, what lies between each two and beyond the outer ones; and a number that lies there."""
    for before, end in zip([None, *ends], ends, strict=False):
        yield before, end, end - 1 if before is None else (before + end) / 2
        yield end, end, end
    if ends:
        yield ends[-1], None, ends[-1] + 1


def _in_order(steps: Sequence[_Step]) -> list[_Step]:
    """The steps so that the first which holds a number is the one that counts: who has an end before who has it not.

    Among those that may come next the one that is worth most does. Only neighbours have an end in common.
    """
    owing = [
        {other for other in _beside(place, steps) if step.ends(held=False) & steps[other].ends(held=True)}
        for place, step in enumerate(steps)
    ]
    ready = [(-step.credit, place) for place, step in enumerate(steps) if not owing[place]]
    heapify(ready)
    made = []
    while ready:
        _, place = heappop(ready)
        made.append(steps[place])
        for other in _beside(place, steps):
            if place in owing[other]:
                owing[other].remove(place)
                if not owing[other]:
                    heappush(ready, (-steps[other].credit, other))
    return made


def _beside(place: int, steps: Sequence[_Step]) -> list[int]:
    return [other for other in (place - 1, place + 1) if 0 <= other < len(steps)]


def _range(
    centres: Collection[Fraction], relative: Collection[Fraction | None], low: Fraction, high: Fraction
) -> dict[str, Any]:
    """A value with its tolerance where a number that the item names is in the middle, else a range.

    ``relative``: the numbers around which the tolerance is a share of them.
    """
    middle = (low + high) / 2
    if middle not in centres:
        return {"min": low, "max": high}
    width = high - middle
    if not width:
        return {"value": middle}
    if middle and middle in relative:
        return {"value": middle, "tolerance": width / abs(middle), "tolerance_type": "relative"}
    return {"value": middle, "tolerance": width}
