"""Numerical: a number, typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from quiz.errors import Problem
from quiz.questions.answers import (
    Answer,
    check_typed,
    full_mark_faults,
    reviewed_text,
    typed_text,
)
from quiz.questions.base import Content, Example, Order, Parsed, QuestionType, Raw, Response, Score
from quiz.questions.fields import Exact, not_negative
from quiz.questions.rules.numbers import Interval, ToleranceType, interval, read_number, show_number


class NumberAnswer(Answer):
    """An accepted number: ``value`` with its tolerance, or everything from ``min`` to ``max``, bounds included."""

    main: ClassVar[str] = "value"
    later: ClassVar[frozenset[str]] = frozenset({"formula"})

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
            what = f"min {show_number(self.min)} is above max {show_number(self.max)}"
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


class Numerical(Content):
    """Accepted numbers; the first whose interval holds the typed one counts."""

    later: ClassVar[frozenset[str]] = frozenset({"units", "unit", "unit_penalty"})

    answers: Annotated[tuple[NumberAnswer, ...], Field(min_length=1)]

    def faults(self) -> Iterator[Problem]:
        """Faults of the answers, and no full mark."""
        for place, answer in enumerate(self.answers):
            for problem in answer.faults():
                where = f"answers[{place}].{problem.where}".rstrip(".")
                yield Problem(where, problem.what, problem.mend)
        yield from full_mark_faults(self.answers)

    def find(self, typed: str) -> NumberAnswer | None:
        """The first answer that accepts the typed number; None also where it is no number."""
        read = read_number(typed)
        if read is None:
            return None
        number = Fraction(read)
        inside = (answer for answer in self.answers if answer.bounds[0] <= number <= answer.bounds[1])
        return next(inside, None)


class _Type(QuestionType[Numerical]):
    name = "numerical"
    content = Numerical
    rules = ("first_match",)

    def present(self, content: Numerical, order: Order) -> Mapping[str, Any]:
        """Nothing: one field for a number."""
        return {}

    def parse(self, content: Numerical, raw: Raw, order: Order) -> Parsed:
        typed = typed_text(raw)
        if typed is None:
            return Parsed(None)
        read = read_number(typed)
        if read is None:
            return Parsed(typed, ("This is not a number.",))
        return Parsed(typed, (), show_number(read))

    def check(self, content: Numerical, response: Response) -> None:
        check_typed(response)

    def score(self, content: Numerical, response: Response, rule: str) -> Score:
        found = content.find(response or "")
        if found is None:
            return Score(Fraction(0))
        return Score(found.credit, {}, (found.feedback,) if found.feedback else ())

    def review(
        self, content: Numerical, response: Response, order: Order, allowed: frozenset[str]
    ) -> Mapping[str, Any]:
        """See ``quiz.questions.answers.reviewed_text``; ``read_as`` beside the response, "" where it is no number."""
        told = reviewed_text(response, content.find(response or ""), self.right_answer(content), allowed)
        if "response" in told:
            read = read_number(response or "")
            told["read_as"] = "" if read is None else show_number(read)
        return told

    def summarise(self, content: Numerical, response: Response) -> str:
        return " ".join((response or "").split())

    def right_answer(self, content: Numerical) -> str:
        return str(next(answer for answer in content.answers if answer.credit == 1))

    def random_guess(self, content: Numerical, rule: str) -> Fraction | None:
        return None

    def examples(self) -> tuple[Example, ...]:
        states = {"answers": [{"value": 8}, {"min": 5, "max": 7, "credit": "0.5", "feedback": "Nearly."}]}
        area = {"answers": [{"value": "1234.5", "tolerance": "0.01", "tolerance_type": "relative"}]}
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
        )


TYPE = _Type()
