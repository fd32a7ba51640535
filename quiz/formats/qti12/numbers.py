"""Accepted numbers, from the conditions that hold for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from quiz.errors import Said
from quiz.files.xml import Element
from quiz.formats.qti12.item import Foreign, Wrong
from quiz.formats.qti12.processing import number
from quiz.questions.fields import number_text
from quiz.questions.rules.numbers import show_number

#: The field of the metadata that says which kind of tolerance all numbers of an item of ours had.
TOLERANCE: Final = "quiz_tolerance"
#: How far bounds may lie from what a margin says, as a share: they are rounded.
_NEARLY: Final = Fraction(1, 10**6)


@dataclass(frozen=True, slots=True)
class _Point:
    """A number with its margin, ``relative`` where that is a share of it."""

    value: Fraction
    margin: Fraction
    relative: bool

    @property
    def width(self) -> Fraction:
        """How far off a number may be."""
        return abs(self.value) * self.margin if self.relative else self.margin

    def fields(self) -> dict[str, Any]:
        """The answer in bank files."""
        tolerance = {"tolerance": number_text(self.margin)} if self.margin else {}
        kind = {"tolerance_type": "relative"} if self.margin and self.relative else {}
        return {"value": number_text(self.value), **tolerance, **kind}


_Span = tuple[Fraction | None, Fraction | None]


Answers = list[dict[str, Any]]


def accepted(tests: Element, response: str, known: Answers | None) -> tuple[Answers, bool]:
    """The answers that a condition accepts, and whether all bounds are included, as ours are.

    ``known``: all answers of the item, which it may leave out, since the first counts; None: any.
    Raises Wrong, and Foreign for what is no number with a margin and no range with two ends.
    """
    for one in tests.iter("not") if known is not None else ():
        if any(answer not in (known or ()) for answer in accepted(one, response, None)[0]):
            raise Foreign("a number that must not be given")
    points, spans = [*_points(tests, response)], [*_spans(tests, response)]
    strict = any(one.tag in ("vargt", "varlt") for one in tests.iter())
    ranges = [(low, high) for low, high in spans if low is not None and high is not None]
    if len(ranges) < len(spans):
        raise Foreign("a number without a largest or smallest value")
    found = [_centred(low, high, points) for low, high in ranges]
    rest = [point for point in points if not any(low <= point.value <= high for low, high in ranges)]
    return [*found, *(point.fields() for point in rest)], not strict


def as_share(answer: dict[str, Any]) -> dict[str, Any]:
    """An accepted number whose tolerance is a share of it."""
    if not answer.get("tolerance") or "tolerance_type" in answer:
        return answer
    value, margin = Fraction(answer["value"]), Fraction(answer["tolerance"])
    return (
        _Point(value, Fraction(show_number(margin / abs(value))), relative=True).fields() if value else answer
    )


def _centred(low: Fraction, high: Fraction, points: Sequence[_Point]) -> dict[str, Any]:
    """A range, as the point in its middle with a tolerance where there is one."""
    for point in points:
        nearly = _NEARLY * max(abs(point.value), abs(high - low), Fraction(1, 10**6))
        off = max(abs(point.value - point.width - low), abs(point.value + point.width - high))
        if point.width and off <= nearly:
            return point.fields()
        if high - point.value == point.value - low:
            return _Point(point.value, high - point.value, relative=False).fields()
    if low == high:
        return {"value": number_text(low)}
    return {"min": number_text(low), "max": number_text(high)}


def _exact(text: str | None) -> Fraction | None:
    """A number without the noise that binary floats leave after twelve figures."""
    value = number(text)
    return None if value is None else Fraction(show_number(value))


def _points(tests: Element, response: str) -> Iterator[_Point]:
    for test in tests:
        if test.tag == "varequal" and test.get("respident") == response:
            value, margin = _exact(test.text), number(test.get("margin")) or Fraction(0)
            if value is None:
                raise Wrong(
                    Said(
                        "'%(text)s' is no number – write one such as 0.5", text=(test.text or "").strip()[:40]
                    )
                )
            relative = (test.get("margintype") or "").lower() == "percent"
            yield _Point(value, abs(margin) / 100 if relative else abs(margin), relative)
        elif test.tag in ("and", "or", "conditionvar"):
            yield from _points(test, response)


def _spans(tests: Element, response: str) -> Iterator[_Span]:
    """The ranges: bounds that stand beside each other belong together."""
    low = high = None
    for test in tests:
        if test.tag.startswith(("vargt", "varlt")) and test.get("respident") == response:
            bound = _exact(test.text)
            if bound is None:
                raise Wrong(
                    Said(
                        "'%(text)s' is no number – write one such as 0.5", text=(test.text or "").strip()[:40]
                    )
                )
            if test.tag.startswith("vargt"):
                low = bound if low is None else max(low, bound)
            else:
                high = bound if high is None else min(high, bound)
        elif test.tag != "not":
            yield from _spans(test, response)
    if low is not None or high is not None:
        yield low, high
