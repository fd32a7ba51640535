"""Numerical: a number, typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field

from quiz.errors import Problem, Said
from quiz.questions.answers import (
    Answer,
    check_typed,
    full_mark_faults,
    reviewed_text,
    typed_text,
)
from quiz.questions.base import Content, Example, Order, Parsed, QuestionType, Raw, Response, Score
from quiz.questions.fields import Exact, Share, Words, between, not_negative, positive
from quiz.questions.rules.numbers import (
    Interval,
    ToleranceType,
    fold_unit,
    interval,
    read_number,
    read_quantity,
    show_number,
)


class NumberAnswer(Answer):
    """An accepted number: ``value`` with its tolerance, or everything from ``min`` to ``max``, bounds included."""

    main: ClassVar[str] = "value"

    value: Exact | None = None
    tolerance: Annotated[Exact, AfterValidator(not_negative)] = Fraction(0)
    tolerance_type: ToleranceType = "absolute"
    min: Exact | None = None
    max: Exact | None = None

    def faults(self) -> Iterator[Problem]:
        """Neither or both of value and range, a range that is none, a tolerance on a range."""
        bounds = (self.min, self.max)
        if (self.value is None) == (bounds == (None, None)):
            yield Problem("", "needs either a value or min and max", "write {value: 8} or {min: 5, max: 7}")
        elif self.value is None:
            yield from self._range_faults()

    def _range_faults(self) -> Iterator[Problem]:
        if self.min is None or self.max is None:
            yield Problem("", "min and max belong together", "give both")
        elif self.min > self.max:
            what = Said(
                "min %(min)s is above max %(max)s", min=show_number(self.min), max=show_number(self.max)
            )
            yield Problem("min", what, "swap them")
        if self.tolerance:
            yield Problem("tolerance", "a range has no tolerance", "widen min and max instead")

    @property
    def bounds(self) -> Interval:
        """The accepted numbers, bounds included."""
        if self.value is not None:
            return interval(self.value, self.tolerance, self.tolerance_type)
        return self.min or Fraction(0), self.max or Fraction(0)

    def __str__(self) -> str:
        low, high = map(show_number, self.bounds)
        if self.value is None:
            return f"{low} … {high}"
        value = show_number(self.value)
        return f"{value} ({low} … {high})" if self.tolerance else value


class Unit(Content):
    """A unit that may stand after the number; the number times ``factor`` is compared with the answers."""

    unit: Words
    factor: Annotated[Exact, AfterValidator(positive)]


class Numerical(Content):
    """Accepted numbers; the first whose interval holds the typed one counts.

    Where ``units`` are given, a unit may (``unit: optional``, the default then) or must (``required``) follow the
    number; with ``none`` it must not. What is missing, unknown or unneeded costs ``unit_penalty`` of the fraction, and
    the number is read in the unit of factor 1.
    """

    answers: Annotated[tuple[NumberAnswer, ...], Field(min_length=1)]
    units: tuple[Unit, ...] = ()
    unit: Literal["none", "optional", "required"] | None = None
    unit_penalty: Annotated[Share, AfterValidator(between(0, 1, "a share of the mark"))] = Fraction(1, 10)

    def faults(self) -> Iterator[Problem]:
        """Faults of the answers and units, and no full mark."""
        for place, answer in enumerate(self.answers):
            for problem in answer.faults():
                where = f"answers[{place}].{problem.where}".rstrip(".")
                yield Problem(where, problem.what, problem.mend)
        yield from full_mark_faults(self.answers)
        yield from self._unit_faults()

    def _unit_faults(self) -> Iterator[Problem]:
        first: dict[str, int] = {}
        for place, name in enumerate(fold_unit(unit.unit) for unit in self.units):
            if first.setdefault(name, place) != place:
                yield Problem(
                    f"units[{place}].unit",
                    Said("'%(name)s' stands twice", name=name[:60]),
                    "keep one of them",
                )
        if self.units and self.base is None:
            yield Problem("units", "no unit has factor 1", "give factor: 1 to the unit of the answers")
        if not self.units and self.unit in ("optional", "required"):
            yield Problem(
                "unit", Said("'%(unit)s' needs units", unit=self.unit), "list units: [{unit: km, factor: 1}]"
            )

    @property
    def unit_rule(self) -> str | None:
        """``none``, ``optional`` or ``required``; None where the question knows nothing of units."""
        return self.unit or ("optional" if self.units else None)

    @property
    def base(self) -> str | None:
        """The unit of the answers, that of factor 1."""
        return next((unit.unit for unit in self.units if unit.factor == 1), None)

    def read(self, typed: str) -> Reading | None:
        """What was typed; None where it is no number."""
        if self.unit_rule is None:
            number = read_number(typed)
            return None if number is None else Reading(Fraction(number), show_number(number))
        quantity = read_quantity(typed)
        return None if quantity is None else self._reading(*quantity)

    def _reading(self, number: Decimal, name: str) -> Reading:
        known = next((unit for unit in self.units if fold_unit(unit.unit) == name), None)
        shown = f"{show_number(number)} {name}".rstrip()
        if self.unit_rule == "none":
            return Reading(Fraction(number), shown, "There should be no unit." if name else "")
        if known is not None:
            return Reading(Fraction(number) * known.factor, shown)
        if not name:
            return Reading(
                Fraction(number), shown, "The unit is missing." if self.unit_rule == "required" else ""
            )
        return Reading(Fraction(number), shown, "This unit is not known here.")

    def find(self, reading: Reading | None) -> NumberAnswer | None:
        """The first answer that accepts what was read."""
        if reading is None:
            return None
        inside = (answer for answer in self.answers if answer.bounds[0] <= reading.value <= answer.bounds[1])
        return next(inside, None)

    def fraction(self, reading: Reading | None) -> Fraction:
        """The credit of the answer found, less the penalty for a wrong unit, which takes nothing below 0."""
        found = self.find(reading)
        credit = found.credit if found else Fraction(0)
        if reading is None or not reading.complaint or credit <= 0:
            return credit
        return max(Fraction(0), credit - self.unit_penalty)


@dataclass(frozen=True, slots=True)
class Reading:
    """A typed number in the unit of the answers, as it is shown back, and what is wrong with its unit."""

    value: Fraction
    shown: str
    complaint: str = ""


class _Type(QuestionType[Numerical]):
    name = "numerical"
    content = Numerical
    rules = ("first_match",)
    fits_gap = True

    def present(self, content: Numerical, order: Order) -> Mapping[str, Any]:
        """``units``: the names of the units that may follow the number; ``unit``: the rule, None without units."""
        return {"unit": content.unit_rule, "units": [unit.unit for unit in content.units]}

    def parse(self, content: Numerical, raw: Raw, order: Order) -> Parsed:
        typed = typed_text(raw)
        if typed is None:
            return Parsed(None)
        reading = content.read(typed)
        if reading is None:
            return Parsed(typed, ("This is not a number.",))
        return Parsed(typed, (reading.complaint,) if reading.complaint else (), reading.shown)

    def check(self, content: Numerical, response: Response) -> None:
        check_typed(response)

    def score(self, content: Numerical, response: Response, rule: str) -> Score:
        reading = content.read(response or "")
        found = content.find(reading)
        return Score(content.fraction(reading), {}, (found.feedback,) if found and found.feedback else ())

    def review(
        self, content: Numerical, response: Response, order: Order, allowed: frozenset[str]
    ) -> Mapping[str, Any]:
        """See ``quiz.questions.answers.reviewed_text``; ``read_as`` beside the response, "" where it is no number."""
        reading = content.read(response or "")
        found, fraction = content.find(reading), content.fraction(reading)
        told = reviewed_text(response, found, fraction, self.right_answer(content), allowed)
        if "response" in told:
            told["read_as"] = reading.shown if reading else ""
        return told

    def summarise(self, content: Numerical, response: Response) -> str:
        return " ".join((response or "").split())

    def right_answer(self, content: Numerical) -> str:
        return self.right_answers(content)[0]

    def right_answers(self, content: Numerical) -> tuple[str, ...]:
        return tuple(_with_unit(content, answer) for answer in content.answers if answer.credit == 1)

    def taken_for(self, content: Numerical, response: Response) -> str:
        found = content.find(content.read(response or ""))
        return _with_unit(content, found) if found else self.summarise(content, response)

    def random_guess(self, content: Numerical, rule: str) -> Fraction | None:
        return None

    def examples(self) -> tuple[Example, ...]:
        states = {"answers": [{"value": 8}, {"min": 5, "max": 7, "credit": "0.5", "feedback": "Nearly."}]}
        area = {"answers": [{"value": "1234.5", "tolerance": "0.01", "tolerance_type": "relative"}]}
        units = [{"unit": "km", "factor": 1}, {"unit": "m", "factor": "0.001"}]
        length = {"answers": [{"value": 5, "tolerance": "0.1"}], "units": units, "unit": "required"}
        return (
            Example("right", states, {"answer": [" 8,0 "]}, " 8,0 ", Fraction(1)),
            Example("right", states, {"answer": ["٨"]}, "٨", Fraction(1)),
            Example("partly", states, {"answer": ["7"]}, "7", Fraction(1, 2)),
            Example("wrong", states, {"answer": ["9"]}, "9", Fraction(0)),
            Example("empty", states, {"answer": [" "]}, None, Fraction(0)),
            Example("malformed", states, {"answer": ["eight"]}, "eight", Fraction(0), complains=True),
            Example("right", area, {"answer": ["1.234,5"]}, "1.234,5", Fraction(1)),
            Example("right", area, {"answer": ["1.23e3"]}, "1.23e3", Fraction(1)),
            Example("malformed", area, {"answer": ["12,34,5.0"]}, "12,34,5.0", Fraction(0), complains=True),
            Example("right", length, {"answer": ["5 000 m"]}, "5 000 m", Fraction(1)),
            Example("partly", length, {"answer": ["5"]}, "5", Fraction(9, 10), complains=True),
            Example("partly", length, {"answer": ["5 mi"]}, "5 mi", Fraction(9, 10), complains=True),
            Example("wrong", length, {"answer": ["5 m"]}, "5 m", Fraction(0)),
        )


def _with_unit(content: Numerical, answer: NumberAnswer) -> str:
    """The answer in words, with the unit in which it is written."""
    return f"{answer} {content.base}" if content.base and content.unit_rule != "none" else str(answer)


TYPE = _Type()
