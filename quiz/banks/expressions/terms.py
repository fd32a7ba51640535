"""What an expression is made of, and what its names stand for."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Final

from quiz.banks.expressions import real
from quiz.banks.expressions.functions import FUNCTIONS, joined, number, ordered
from quiz.banks.expressions.values import MOST_BITS, Mistake, Value, kind
from quiz.errors import Said

#: Rows that one evaluation may look at in tables.
MOST_STEPS: Final = 200_000
MOST_EXPONENT: Final = 1_000


class Scope:
    """What names stand for. An inner scope sees its own row first; ``this.x`` is always x of the outermost one."""

    def __init__(
        self,
        values: Mapping[str, Value],
        tables: Mapping[str, Sequence[Mapping[str, Value]]] | None = None,
        language: str = "en",
    ) -> None:
        self.values = values
        self.tables = tables or {}
        self.language = language
        self.outer: Scope | None = None
        self._steps = [0]

    def inner(self, row: Mapping[str, Value]) -> Scope:
        """The scope of a table's row inside this one."""
        made = Scope(row, self.tables, self.language)
        made.outer, made._steps = self, self._steps
        return made

    def find(self, name: str) -> Value:
        """What a name stands for here. Raises KeyError."""
        if self.outer is None:
            return self.values[name.removeprefix("this.")]
        return self.values[name] if name in self.values else self.outer.find(name)

    def rows(self, table: str) -> Sequence[Mapping[str, Value]]:
        """The rows of a table, which count as steps. Raises KeyError, and Mistake where there were too many."""
        found = self.tables[table]
        self._steps[0] += len(found)
        if self._steps[0] > MOST_STEPS:
            raise Mistake(
                Said("looks at more than %(most)s rows", most=MOST_STEPS),
                "use smaller tables, or fewer inside each other",
            )
        return found


@dataclass(frozen=True, slots=True)
class Node:
    """A part of an expression; ``at`` is its character, from 0."""

    at: int

    def value(self, scope: Scope) -> Value:
        """What it stands for. Raises Mistake."""
        raise NotImplementedError

    def parts(self) -> tuple[Node, ...]:
        """The parts that it is made of."""
        return ()

    def wrong(self, what: str, mend: str = "") -> Mistake:
        """A mistake at this place."""
        return Mistake(what, mend, self.at)

    def truth(self, scope: Scope) -> bool:
        """Its value, which must be true or false. Raises Mistake."""
        value = self.value(scope)
        if not isinstance(value, bool):
            raise self.wrong(
                Said("needs a condition, not %(kind)s", kind=kind(value)),
                "compare it with something, such as x == 1",
            )
        return value


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A value as it is written."""

    given: Value

    def value(self, scope: Scope) -> Value:
        return self.given


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A column, a variable or the date of the paper."""

    name: str

    def value(self, scope: Scope) -> Value:
        try:
            return scope.find(self.name)
        except KeyError:
            raise self.wrong(Said("there is no '%(name)s' here", name=self.name)) from None


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """Two values, calculated with or compared."""

    sign: str
    left: Node
    right: Node

    def parts(self) -> tuple[Node, ...]:
        return (self.left, self.right)

    def value(self, scope: Scope) -> Value:
        left, right = self.left.value(scope), self.right.value(scope)
        try:
            return _SIGNS[self.sign](left, right)
        except Mistake as mistake:
            raise self.wrong(
                Said("%(sign)s: %(what)s", sign=self.sign, what=Said(mistake.what)), mistake.mend
            ) from None


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """``and`` or ``or``: the right side is looked at only where it matters."""

    word: str
    left: Node
    right: Node

    def parts(self) -> tuple[Node, ...]:
        return (self.left, self.right)

    def value(self, scope: Scope) -> bool:
        decided = self.left.truth(scope)
        return decided if decided == (self.word == "or") else self.right.truth(scope)


@dataclass(frozen=True, slots=True)
class Not(Node):
    """The contrary of a condition."""

    inner: Node

    def parts(self) -> tuple[Node, ...]:
        return (self.inner,)

    def value(self, scope: Scope) -> bool:
        return not self.inner.truth(scope)


@dataclass(frozen=True, slots=True)
class If(Node):
    """One of two values; the other is not looked at."""

    condition: Node
    then: Node
    other: Node

    def parts(self) -> tuple[Node, ...]:
        return (self.condition, self.then, self.other)

    def value(self, scope: Scope) -> Value:
        return (self.then if self.condition.truth(scope) else self.other).value(scope)


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function of the closed list."""

    name: str
    given: tuple[Node, ...]

    def parts(self) -> tuple[Node, ...]:
        return self.given

    def value(self, scope: Scope) -> Value:
        values = [part.value(scope) for part in self.given]
        try:
            return FUNCTIONS[self.name].do(values, scope.language)
        except Mistake as mistake:
            raise self.wrong(
                Said("%(name)s() %(what)s", name=self.name, what=Said(mistake.what)), mistake.mend
            ) from None


@dataclass(frozen=True, slots=True)
class OverTable(Node):
    """``count(table, condition)``, or the least or largest value of the rows for which the condition holds."""

    name: str
    table: str
    of: Node | None
    condition: Node | None

    def parts(self) -> tuple[Node, ...]:
        return tuple(part for part in (self.of, self.condition) if part is not None)

    def value(self, scope: Scope) -> Value:
        try:
            scopes = [scope.inner(row) for row in scope.rows(self.table)]
        except KeyError:
            raise self.wrong(Said("there is no table '%(table)s' here", table=self.table)) from None
        except Mistake as mistake:
            raise self.wrong(mistake.what, mistake.mend) from None
        if self.condition is not None:
            scopes = [one for one in scopes if self.condition.truth(one)]
        return Fraction(len(scopes)) if self.of is None else self._extreme(self.of, scopes)

    def _extreme(self, of: Node, scopes: Sequence[Scope]) -> Value:
        """The least or largest; null where there is none."""
        found = [value for one in scopes if (value := of.value(one)) is not None]
        if not found:
            return None
        try:
            made: Value = (min if self.name == "lowest" else max)(ordered(found))
        except Mistake as mistake:
            raise self.wrong(
                Said("%(name)s(): %(what)s", name=self.name, what=Said(mistake.what)), mistake.mend
            ) from None
        return made


def _compare(with_sign: Callable[[Any, Any], bool]) -> Callable[[Value, Value], Value]:
    def compared(left: Value, right: Value) -> bool:
        if left is None or right is None:
            raise Mistake(
                "one side is empty", "ask before: x != null and …; during(day, from, to) takes open ends"
            )
        return with_sign(*ordered([left, right]))

    return compared


def _equal(left: Value, right: Value) -> bool:
    if left is not None and right is not None and type(left) is not type(right):
        raise Mistake(
            Said("cannot compare %(one)s with %(other)s", one=kind(left), other=kind(right)),
            "text(x) makes a text, date(x) a date",
        )
    return left == right


def _plus(left: Value, right: Value) -> Value:
    if isinstance(left, str) and isinstance(right, str):
        return joined([left, right])
    if isinstance(left, date):
        return _later(left, number(right))
    return _bounded(number(left) + number(right))


def _minus(left: Value, right: Value) -> Value:
    if isinstance(left, date) and isinstance(right, date):
        return Fraction((left - right).days)
    if isinstance(left, date):
        return _later(left, -number(right))
    return _bounded(number(left) - number(right))


def _later(start: date, days: Fraction) -> date:
    if days.denominator != 1:
        raise Mistake("needs a whole number of days")
    try:
        return start + timedelta(days=days.numerator)
    except OverflowError:
        raise Mistake("there is no such day") from None


def _divide(by: Callable[[Fraction, Fraction], Fraction | int]) -> Callable[[Value, Value], Value]:
    def divided(left: Value, right: Value) -> Value:
        if not number(right):
            raise Mistake("division by zero", "leave these values out with where:")
        return _bounded(Fraction(by(number(left), number(right))))

    return divided


def _power(left: Value, right: Value) -> Value:
    base, exponent = number(left), number(right)
    if exponent.denominator != 1:
        return real.power(base, exponent)
    if abs(exponent) > MOST_EXPONENT:
        raise Mistake(Said("the exponent must be at most %(most)s", most=f"{MOST_EXPONENT:,}"))
    if not base and exponent < 0:
        raise Mistake("division by zero", "leave these values out with where:")
    if _bits(base) * abs(exponent) > 4 * MOST_BITS:
        raise Mistake("the number is too large")
    return _bounded(Fraction(base**exponent.numerator))


def _bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def _bounded(value: Fraction) -> Fraction:
    if _bits(value) > MOST_BITS:
        raise Mistake("the number is too large")
    return value


_SIGNS: Final[Mapping[str, Callable[[Value, Value], Value]]] = {
    "==": _equal,
    "!=": lambda left, right: not _equal(left, right),
    "<": _compare(operator.lt),
    "<=": _compare(operator.le),
    ">": _compare(operator.gt),
    ">=": _compare(operator.ge),
    "+": _plus,
    "-": _minus,
    "*": lambda left, right: _bounded(number(left) * number(right)),
    "/": _divide(operator.truediv),
    "//": _divide(operator.floordiv),
    "%": _divide(operator.mod),
    "**": _power,
}
