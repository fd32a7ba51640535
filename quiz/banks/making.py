"""Reads what makes the variants of a family: the fields of a generator, or the variables of a question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Annotated, Any, Final

from pydantic import Field

from quiz.banks.boundaries import is_free
from quiz.banks.expressions import RESERVED, ROWS, Expression, Value
from quiz.banks.expressions.functions import ordered
from quiz.banks.expressions.values import Mistake, looks_like_a_day, read_day, read_value
from quiz.banks.facts import Table
from quiz.banks.templates import below
from quiz.banks.variants import MOST_VARIANTS, Combinations, Drawn, Maker, Rows
from quiz.errors import Invalid, Problem, Said
from quiz.questions.base import Content
from quiz.questions.fields import Count, Exact, Id, Text
from quiz.questions.validation import suggest, validate

#: Values of one variable.
MOST_VALUES: Final = 10_000
USUAL_COMBINATIONS: Final = 40
#: The name of the table that a list of days makes.
DAYS: Final = "dates"


class TableText(Content):
    """A table inside a family: its key column, and its text as CSV."""

    key: Id
    csv: Text


class Generator(Content):
    """What a generator says besides the question: where its rows come from, and which of them make a variant."""

    each: Any
    take: Count | None = None
    where: Text | None = None
    distinct: Text | None = None
    order: Text | None = None
    having: Text | None = None
    variants: Count | None = None
    tables: dict[Id, TableText] = Field(default_factory=dict)


class Variable(Content):
    """The values of a variable: from min to max by steps, or a list."""

    min: Exact | None = None
    max: Exact | None = None
    step: Exact = Fraction(1)
    values: tuple[Text, ...] = ()

    def faults(self) -> Iterator[Problem]:
        """Neither of the two forms, or no or too many values."""
        bounds = (self.min, self.max)
        if (bounds == (None, None)) == (not self.values) or (None in bounds) != (bounds == (None, None)):
            yield Problem(
                "", "needs either min and max, or values", "write {min: 2, max: 9} or {values: [2, 3, 5]}"
            )
        elif self.min is not None and self.max is not None and not self.values:
            if self.step <= 0 or self.min > self.max:
                yield Problem("", "has no values", "min is not above max, and step is above 0")
            elif (self.max - self.min) / self.step >= MOST_VALUES:
                yield Problem(
                    "", Said("has more than %(most)s values", most=f"{MOST_VALUES:,}"), "take a larger step"
                )

    def listed(self) -> Sequence[Value]:
        """The values. Raises Mistake."""
        if self.min is None or self.max is None:
            return [read_value(text) for text in self.values]
        return [self.min + place * self.step for place in range(int((self.max - self.min) / self.step) + 1)]


class Calculated(Content):
    """What a question with variables says besides."""

    variables: Annotated[dict[Id, Variable], Field(min_length=1)]
    where: Text | None = None
    variants: Count = USUAL_COMBINATIONS


@dataclass(frozen=True)
class Recipe:
    """What makes the variants, and how the rows of one are put in order.

    ``conditions`` are the expressions that decide about rows, by the field in which they stand.
    """

    maker: Maker
    fields: frozenset[str]
    tables: Mapping[str, Table]
    conditions: Mapping[str, Expression]
    each: tuple[Table, ...] = ()

    def ordered(self, drawn: Drawn) -> Drawn:
        """The variant with its rows in the order that ``order`` asks for."""
        order = self.conditions.get("order")
        if order is None:
            return drawn
        scope = drawn.scope("en")
        try:
            keys = ordered([order.value(scope.inner(row)) for row in drawn.rows])
        except Mistake as mistake:
            raise Invalid([Problem("order", mistake.what, mistake.mend)]) from None
        places = sorted(range(len(keys)), key=keys.__getitem__)
        return replace(drawn, tables={**drawn.tables, ROWS: [drawn.rows[place] for place in places]})

    def faults(self) -> Iterator[Problem]:
        """Names that stand for nothing, and conditions of which it cannot be told on which days they turn."""
        yield from self.maker.faults()
        names = [*self.maker.row_names, *self.maker.names]
        for field, expression in self.conditions.items():
            used = self.maker.names if field == "having" else names
            yield from expression.faults(used, self.maker.columns)
            yield from turns_plainly(expression)


def turns_plainly(expression: Expression) -> Iterator[Problem]:
    """That the days on which a condition turns can be told."""
    if is_free(expression):
        mend = "write joined <= as_of, or during(as_of, from, to)"
        yield Problem(expression.where, "a condition may only compare as_of with a column or a date", mend)


def making_fields(fields: Mapping[str, Any]) -> frozenset[str]:
    """The fields that a family of this kind has besides those of a question."""
    return frozenset((Generator if "each" in fields else Calculated).model_fields)


def recipe_of(name: str, fields: Mapping[str, Any]) -> Recipe:
    """What makes the variants of the family of this name. Raises Invalid."""
    if "each" in fields:
        return _of_rows(name, validate(Generator, _only(fields, Generator)))
    return _of_variables(name, validate(Calculated, _only(fields, Calculated)))


def _only(fields: Mapping[str, Any], model: type[Content]) -> dict[str, Any]:
    return {field: fields[field] for field in model.model_fields if field in fields}


def _conditions(spec: Content, found: list[Problem]) -> dict[str, Expression]:
    made: dict[str, Expression] = {}
    for field in ("where", "distinct", "order", "having"):
        text = getattr(spec, field, None)
        if text is not None:
            try:
                made[field] = Expression.read(text, field)
            except Invalid as error:
                found += error.problems
    return made


def _of_rows(name: str, spec: Generator) -> Recipe:
    found: list[Problem] = []
    conditions = _conditions(spec, found)
    tables = _tables(spec, found)
    each = [*_each(spec.each, tables, found)]
    if spec.take is None:
        needless = [field for field in ("distinct", "order", "having") if field in conditions]
        found += [Problem(field, "goes with take", "take: 4 takes four rows") for field in needless]
    if (spec.variants or 0) > MOST_VARIANTS:
        found.append(
            Problem("variants", Said("%(most)s are the most", most=f"{MOST_VARIANTS:,}"), "write fewer")
        )
    if found:
        raise Invalid(found)
    apart = tuple(conditions[field] for field in ("distinct", "order") if field in conditions)
    where, having = conditions.get("where"), conditions.get("having")
    known = {**tables, **{table.name: table for table in each}}
    maker = Rows(name, tuple(each), known, spec.take, where, apart, having, spec.variants)
    return Recipe(maker, frozenset(Generator.model_fields), known, conditions, tuple(each))


def _tables(spec: Generator, found: list[Problem]) -> dict[str, Table]:
    made: dict[str, Table] = {}
    for name, given in spec.tables.items():
        try:
            made[name] = Table.read(name, given.key, given.csv)
        except Invalid as error:
            found += below(("tables", name), error)
    return made


def _each(given: Any, tables: Mapping[str, Table], found: list[Problem]) -> Iterator[Table]:
    """The tables that are gone through; a list of days is a table of its own."""
    listed = given if isinstance(given, list) and not _are_days(given) else [given]
    seen: set[str] = set()
    if not listed:
        found.append(Problem("each", "is empty", "write the name of a table"))
    for place, one in enumerate(listed):
        where = "each" if one is given else f"each[{place}]"
        table = (
            _days(one, where, found)
            if isinstance(one, list)
            else tables.get(one)
            if isinstance(one, str)
            else None
        )
        if table is None and not isinstance(one, list):
            hint = suggest(str(one), tables)
            what = Said("there is no table '%(table)s'%(hint)s", table=one, hint=hint)
            found.append(Problem(where, what, "declare it under tables:"))
        elif table is not None and table.name in seen:
            found.append(
                Problem(
                    where,
                    Said("'%(name)s' stands twice", name=table.name),
                    "use take: to take several rows of it",
                )
            )
        elif table is not None:
            seen.add(table.name)
            yield table


def _are_days(given: list[Any]) -> bool:
    return bool(given) and all(isinstance(one, str) and looks_like_a_day(one) for one in given)


def _days(given: list[Any], where: str, found: list[Problem]) -> Table | None:
    try:
        days = [read_day(str(one)) for one in given]
    except Mistake as mistake:
        found.append(Problem(where, mistake.what, mistake.mend))
        return None
    if not days or len(set(days)) < len(days):
        found.append(Problem(where, "needs different days", "write [2001-06-15, 2017-06-09]"))
        return None
    return Table.of_days(DAYS, days)


def _of_variables(name: str, spec: Calculated) -> Recipe:
    found: list[Problem] = []
    conditions = _conditions(spec, found)
    values: dict[str, Sequence[Value]] = {}
    for variable, given in spec.variables.items():
        faults = [*given.faults()]
        if variable in RESERVED or not variable.isidentifier():
            what = Said("'%(variable)s' cannot name a variable", variable=variable)
            faults.append(Problem("", what, "letters, digits and _"))
        found += below(("variables", variable), Invalid(faults))
        if not faults:
            try:
                values[variable] = given.listed()
            except Mistake as mistake:
                found.append(Problem(f"variables.{variable}.values", mistake.what, mistake.mend))
    if spec.variants > MOST_VARIANTS:
        found.append(
            Problem("variants", Said("%(most)s are the most", most=f"{MOST_VARIANTS:,}"), "write fewer")
        )
    where = conditions.get("where")
    if where is not None and not found:
        found += where.faults(values, {})
    if found:
        raise Invalid(found)
    maker = Combinations(name, values, where, spec.variants)
    return Recipe(maker, frozenset(Calculated.model_fields), {}, conditions)
