"""Wrong answers for the questions of a family: from a table or a list of values, never one that is right as well."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Final

from pydantic import Field

from quiz.banks.expressions import Expression, Scope, Value
from quiz.banks.expressions.values import kind
from quiz.banks.facts import Row
from quiz.banks.templates import Compiled, filled
from quiz.banks.variants import Drawn, lot
from quiz.errors import Invalid, Problem, Said
from quiz.questions.base import Content
from quiz.questions.fields import Count, Id, Text, Words
from quiz.questions.validation import validate

#: Where a family's wrong answers are written.
FIELD: Final = "distractors"


class WrongAnswers(Content):
    """As authored: ``value`` for each row of the table ``from`` for which ``where`` holds, or a list of ``values``.

    ``near``: true takes the closest values, an expression those whose value of it is closest.
    """

    table: Id | None = Field(None, alias="from")
    where: Text | None = None
    value: Words | None = None
    values: tuple[Words, ...] = ()
    count: Count = 3
    near: bool | Text = False
    feedback: Text | None = None

    @classmethod
    def read(cls, given: Any) -> WrongAnswers:
        """As authored. Raises Invalid."""
        made = validate(cls, given)
        found = [*made.faults()]
        if found:
            raise Invalid(found)
        return made

    def faults(self) -> Iterator[Problem]:
        """Neither of the two forms, or a mixture."""
        if (self.table is None) == (not self.values) or (self.table is None) != (self.value is None):
            mend = "write {from: table, value: …, count: 3} or {values: [a, b, c]}"
            yield Problem("", "needs either from and value, or values", mend)
        elif self.table is None and self.where is not None:
            yield Problem("where", "goes with from", "leave it out")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible answer: the row that it comes from (None: the variant itself) and its place among the values."""

    row: Row | None
    place: int | None
    text: str
    value: Value

    def inside(self, scope: Scope) -> Scope:
        """The scope in which its texts are written."""
        return scope if self.row is None else scope.inner(self.row)

    def written(self, given: Mapping[str, Compiled], scope: Scope) -> Any:
        """Its text and feedback in the words given, which may be a translation's; None where it has none there."""
        listed = given.get("values") or ()
        text = (
            given.get("value")
            if self.place is None
            else listed[self.place]
            if self.place < len(listed)
            else None
        )
        parts = {"text": text, "feedback": given.get("feedback")}
        made = {name: part for name, part in parts.items() if part is not None}
        return filled(made, self.inside(scope), (FIELD,)) or None


def fold(text: str) -> str:
    """A text as answers are compared: without case, and white space as one space."""
    return " ".join(text.casefold().split())


def value_of(template: Compiled, text: str, scope: Scope) -> Value:
    """What an answer is: the number or date where it is nothing else, else its text."""
    alone = getattr(template, "alone", None)
    return text if alone is None else alone.value(scope)


@dataclass(frozen=True)
class Chooser:
    """Chooses the wrong answers of a family. ``given`` are their compiled texts, ``name`` is the family's."""

    name: str
    spec: WrongAnswers
    given: Mapping[str, Compiled]
    where: Expression | None
    near: Expression | None

    def chosen(self, drawn: Drawn, language: str, right: Value, barred: Collection[str]) -> list[Candidate]:
        """So many as are asked for, none of which reads like one that is barred. Raises Invalid where there are fewer.

        ``right`` is the value that near ones are close to.
        """
        scope = drawn.scope(language)
        found = {fold(one.text): one for one in reversed([*self._candidates(scope)])}
        wrong = [one for text, one in found.items() if text not in barred]
        if len(wrong) < self.spec.count:
            what = Said(
                "there are %(count)s distinct wrong answers, %(wanted)s are asked for",
                count=len(wrong),
                wanted=self.spec.count,
            )
            raise Invalid(
                [Problem(FIELD, what, "ask for fewer, add rows or values, or leave the variant out by where")]
            )
        if self.near is not None:
            right = self.near.value(scope)
        keyed = [
            (self._distance(one, right, scope), lot(self.name, drawn.key, fold(one.text))) for one in wrong
        ]
        order = sorted(range(len(wrong)), key=keyed.__getitem__)
        return [wrong[place] for place in order[: self.spec.count]]

    def _candidates(self, scope: Scope) -> Iterator[Candidate]:
        if self.spec.table is None:
            for place, template in enumerate(self.given["values"]):
                yield self._candidate(None, place, template, scope)
            return
        for row in scope.rows(self.spec.table):
            if self.where is None or self.where.truth(scope.inner(row)):
                yield self._candidate(row, None, self.given["value"], scope.inner(row))

    def _candidate(self, row: Row | None, place: int | None, template: Compiled, scope: Scope) -> Candidate:
        text = str(filled(template, scope, (FIELD, "value" if place is None else f"values[{place}]")))
        return Candidate(row, place, text, value_of(template, text, scope))

    def _distance(self, one: Candidate, right: Value, scope: Scope) -> Fraction:
        if not self.spec.near:
            return Fraction(0)
        return distance(one.value if self.near is None else self.near.value(one.inside(scope)), right)


def distance(one: Value, other: Value) -> Fraction:
    """How far two numbers or two days are from each other. Raises Invalid for anything else."""
    if isinstance(one, date) and isinstance(other, date):
        return Fraction(abs((one - other).days))
    if isinstance(one, Fraction) and isinstance(other, Fraction):
        return abs(one - other)
    what = Said("needs numbers or dates, not %(one)s and %(other)s", one=kind(one), other=kind(other))
    raise Invalid(
        [Problem(f"{FIELD}.near", what, "write near: with a column of numbers or dates, or leave it out")]
    )


def in_order(answers: Sequence[Candidate]) -> list[Candidate]:
    """Answers as they are listed: by number or day where all are, else by their texts; so their place tells nothing."""
    kinds = {type(one.value) for one in answers}
    if kinds in ({Fraction}, {date}):
        return sorted(answers, key=lambda one: (one.value, one.text))
    return sorted(answers, key=lambda one: one.text)
