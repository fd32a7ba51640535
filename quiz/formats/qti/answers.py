"""Answers that are typed: which texts and numbers an item accepts, and what each is worth, found by trying them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from quiz.files.xml import Element
from quiz.formats.qti.item import Item, compared_with
from quiz.formats.qti.patterns import in_other_case, to_stars
from quiz.formats.qti.processing import Unknown, interval_of, rounded, whole_of
from quiz.formats.qti.values import Declaration, Value, Wrong, as_typed, holds, number, text_of, unbroken

#: Stands for any text while a pattern is tried: a private character that stands in no answer.
_ANY: Final = "\ue000"
#: Expressions that say something of what was answered.
_ANSWERED: Final = frozenset({"variable", "mapResponse", "mapResponsePoint"})
#: Answers that are tried: people accept some ten.
_MOST: Final = 200
#: In place of an end that an open range does not have.
_FAR: Final = Fraction(10**15)

#: What an answer is worth, 1 for the full mark; None stands for no answer.
Worth = Callable[[Value], Fraction]
#: What is told to an answer, to be compared.
Tells = Callable[[Value], Any]
#: A number that no item accepts.
OTHER: Final = Fraction(987_654_321_987, 1000)


@dataclass(frozen=True, slots=True)
class Answer:
    """An accepted answer: its fields as in bank files, and a value that is this answer."""

    fields: Mapping[str, Any]
    tried: Value


def values_beside(item: Item, declaration: Declaration) -> Iterator[tuple[Element, str]]:
    """The values with which the rules compare a response, each with its test, in order."""
    for test in compared_with(item.rules, declaration.name):
        yield from ((test, value) for value in _values_of(item, test))


def _values_of(item: Item, test: Element) -> Iterator[str]:
    """The values with which a test compares a response."""
    for child in test:
        if child.tag in ("baseValue", "multiple", "ordered"):
            yield from (unbroken(text_of(one)) for one in child.iter("baseValue"))
        elif not any(one.tag in _ANSWERED for one in child.iter()):
            yield from map(as_typed, item.worked_out(child))


# Texts ---------------------------------------------------------------------------------------------------------------


def texts(item: Item, declaration: Declaration) -> list[str]:
    """The accepted texts, with stars, in the order in which they are compared."""
    found = [*_compared_texts(item, declaration)]
    if declaration.mapping:
        found += (_literal(str(key)) for key, _, _ in declaration.mapping.entries)
    found += (_literal(str(one)) for one in declaration.correct)
    return [text for text in dict.fromkeys(found) if text.strip()][:_MOST]


def _compared_texts(item: Item, declaration: Declaration) -> Iterator[str]:
    for test in compared_with(item.rules, declaration.name):
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
    """The accepted texts with their credits, and whether case matters. Raises Wrong."""
    listed = texts(item, declaration)
    tried = [_tried(text) for text in listed]
    credits = [worth((text,)) for text in tried]
    heeds = any(worth((in_other_case(text),)) != credit for text, credit in zip(tried, credits, strict=True))
    made: dict[tuple[str, Fraction], Answer] = {}
    for text, value, credit in zip(listed, tried, credits, strict=True):
        same = " ".join((text if heeds else text.lower()).split())  # here spaces do not matter
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


def numbers(item: Item, declaration: Declaration, worth: Worth, tells: Tells) -> list[Answer]:
    """The accepted numbers with their credits, and those worth nothing to which something of their own is told.

    What a number is worth changes only where the item names one, so each of these is tried, and one between each two.
    Raises Wrong.
    """
    centres = _centres(item, declaration)
    ends = sorted({one for centre in centres for one in (centre, *_ends(item, declaration, centre))})[
        : 4 * _MOST
    ]
    steps = _in_order(_steps(ends, worth, tells))
    made = []
    for step in steps:
        low, high = step.low, step.high
        if low is None or high is None:
            item.lose("answers", "a range without an end")
        elif not (step.has_low and step.has_high) and not _taken(step, steps):
            item.lose("answers", "the ends of a range count as well")
        low, high = -_FAR if low is None else low, _FAR if high is None else high
        tried = low if step.has_low else high if step.has_high else (low + high) / 2
        fields = {**_range(item, declaration, centres, low, high), **credit_field(step.credit)}
        made.append(Answer(fields, (tried,)))
    return made


def _taken(step: _Step, steps: Sequence[_Step]) -> bool:
    """Whether another step holds each end that this one does not."""
    open_ends = [end for end, held in ((step.low, step.has_low), (step.high, step.has_high)) if not held]
    return all(any(_holds(other, end) for other in steps) for end in open_ends if end is not None)


def _holds(step: _Step, end: Fraction | None) -> bool:
    return (step.has_low and step.low == end) or (step.has_high and step.high == end)


def _centres(item: Item, declaration: Declaration) -> list[Fraction]:
    found = [one for one in declaration.correct if isinstance(one, Fraction)]
    if declaration.mapping:
        found += (key for key, _, _ in declaration.mapping.entries if isinstance(key, Fraction))
    for _, text in values_beside(item, declaration):
        try:
            found.append(number(text))
        except Wrong:
            continue
    return [*dict.fromkeys(found)][:_MOST]


def _ends(item: Item, declaration: Declaration, centre: Fraction) -> Iterator[Fraction]:
    """Where the tests of an answer may change around a number."""
    for test in compared_with(item.rules, declaration.name):
        if test.tag == "equal":
            with suppress(Unknown):
                yield from interval_of(test, centre)
        elif test.tag == "equalRounded":
            with suppress(Unknown):
                yield from _rounding(test, centre)


def _rounding(test: Element, centre: Fraction) -> Iterator[Fraction]:
    mode, figures = test.get("roundingMode", "significantFigures"), whole_of(test, "figures", "0")
    value = rounded(centre, mode, figures)
    places = figures
    if mode != "decimalPlaces":
        size = abs(value) or Fraction(1)
        places = figures - len(str(int(size))) if size >= 1 else figures
        while 0 < size < Fraction(1, 10) and places < 400:
            size, places = size * 10, places + 1
    half = Fraction(1, 2) / Fraction(10) ** max(-400, min(400, places))
    yield from (value - half, value + half)


def _steps(ends: Sequence[Fraction], worth: Worth, tells: Tells) -> Iterator[_Step]:
    """The steps that are worth anything or told anything, from left to right."""
    usual = tells((OTHER,))
    if not ends:
        return
    points: list[tuple[Fraction | None, Fraction | None, Fraction]] = [(None, ends[0], ends[0] - 1)]
    for place, end in enumerate(ends):
        after = ends[place + 1] if place + 1 < len(ends) else None
        points.append((end, end, end))
        points.append((end, after, end + 1 if after is None else (end + after) / 2))
    current: _Step | None = None
    for low, high, tried in points:
        credit, told = worth((tried,)), tells((tried,))
        is_point = low == high
        if current is not None and (current.credit, current.told) == (credit, told):
            current.high, current.has_high = high, is_point
            continue
        if current is not None and (current.credit or current.told != usual):
            yield current
        current = _Step(low, high, credit, told, is_point, is_point)
    if current is not None and (current.credit or current.told != usual):
        yield current


def _in_order(steps: Iterable[_Step]) -> list[_Step]:
    """The steps so that the first which holds a number is the one that counts: who has an end before who has it not.

    Among those that may come next the one that is worth most does.
    """
    waiting, made = [*steps], []
    while waiting:
        ready = [step for step in waiting if not any(_owes(step, other) for other in waiting)]
        made.append(max(ready, key=lambda step: step.credit))
        waiting.remove(made[-1])
    return made


def _owes(step: _Step, other: _Step) -> bool:
    """Whether the other holds an end that the step does not."""
    ends = ((step.low, step.has_low), (step.high, step.has_high))
    return other is not step and any(
        end is not None and not held and _holds(other, end) for end, held in ends
    )


def _range(
    item: Item, declaration: Declaration, centres: Sequence[Fraction], low: Fraction, high: Fraction
) -> dict[str, Any]:
    """A value with its tolerance where a number that the item names is in the middle, else a range."""
    middle = (low + high) / 2
    if middle not in centres:
        return {"min": low, "max": high}
    width = high - middle
    if not width:
        return {"value": middle}
    for test, text in values_beside(item, declaration):
        if test.get("toleranceMode") == "relative" and middle and number(text) == middle:
            return {"value": middle, "tolerance": width / abs(middle), "tolerance_type": "relative"}
    return {"value": middle, "tolerance": width}
