"""The closed list of functions that expressions may call. Each is pure and bounded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any, Final

from quiz.banks.expressions import real
from quiz.banks.expressions.values import LONGEST, Mistake, Value, kind, read_day, shown
from quiz.errors import Said

#: Places after the point that a number may be rounded to.
MOST_PLACES: Final = 12
#: Digits that ``significant`` can keep.
MOST_DIGITS: Final = 15


@dataclass(frozen=True, slots=True)
class Function:
    """A function: ``most`` None takes any number of arguments; ``do`` is given them and the language."""

    least: int
    most: int | None
    do: Callable[[Sequence[Value], str], Value]


def number(value: Value) -> Fraction:
    """The value, which must be a number. Raises Mistake."""
    if not isinstance(value, Fraction):
        raise Mistake(Said("needs a number, not %(kind)s", kind=kind(value)))
    return value


def day(value: Value) -> date:
    """The value, which must be a date. Raises Mistake."""
    if not isinstance(value, date):
        raise Mistake(Said("needs a date, not %(kind)s", kind=kind(value)))
    return value


def text(value: Value) -> str:
    """The value, which must be a text. Raises Mistake."""
    if not isinstance(value, str):
        raise Mistake(Said("needs a text, not %(kind)s", kind=kind(value)), "text(x) makes one")
    return value


def whole(value: Value) -> int:
    """The value, which must be a whole number. Raises Mistake."""
    given = number(value)
    if given.denominator != 1:
        raise Mistake("needs a whole number", "round it")
    return given.numerator


def ordered(values: Sequence[Value]) -> Sequence[Any]:
    """The values, which must all be numbers, all dates or all texts. Raises Mistake."""
    kinds = {kind(value) for value in values}
    if len(kinds) != 1 or kinds & {"empty", "true or false"}:
        what = Said("cannot compare %(one)s with %(other)s", one=min(kinds), other=max(kinds))
        raise Mistake(what, "compare numbers, dates or texts")
    return values


def during(on: Value, start: Value, end: Value) -> bool:
    """Whether a day lies from start (inclusive) to end (exclusive); null leaves that side open."""
    return (start is None or day(start) <= day(on)) and (end is None or day(on) < day(end))


def _date(arguments: Sequence[Value]) -> date:
    if len(arguments) == 1:
        return read_day(text(arguments[0]))
    if len(arguments) == 2:
        raise Mistake("needs one text or three numbers", 'write date("2001-06-15") or date(2001, 6, 15)')
    try:
        return date(*map(whole, arguments))
    except (ValueError, OverflowError):
        raise Mistake("there is no such day") from None


def _round(arguments: Sequence[Value]) -> Fraction:
    """Half away from zero, as schools teach it."""
    places = whole(arguments[1]) if len(arguments) == 2 else 0
    if not 0 <= places <= MOST_PLACES:
        raise Mistake(Said("rounds to 0 … %(most)s places", most=MOST_PLACES))
    scaled = number(arguments[0]) * 10**places
    nearest = floor(abs(scaled) + Fraction(1, 2))
    return Fraction(nearest if scaled >= 0 else -nearest, 10**places)


def _significant(arguments: Sequence[Value]) -> Fraction:
    """Half away from zero, as ``round``."""
    digits = whole(arguments[1])
    if not 1 <= digits <= MOST_DIGITS:
        raise Mistake(Said("keeps 1 … %(most)s digits", most=MOST_DIGITS))
    given = number(arguments[0])
    context = Context(prec=digits, rounding=ROUND_HALF_UP)
    return Fraction(context.divide(Decimal(given.numerator), Decimal(given.denominator)))


def _real(do: Callable[[Fraction], Fraction]) -> Function:
    """A function of one number."""
    return Function(1, 1, lambda given, _: do(number(given[0])))


def joined(parts: Sequence[str]) -> str:
    """The texts one after the other. Raises Mistake where that is too long."""
    if sum(map(len, parts)) > LONGEST:
        raise Mistake(Said("makes a text of more than %(most)s characters", most=LONGEST))
    return "".join(parts)


FUNCTIONS: Final = {
    "year": Function(1, 1, lambda given, _: Fraction(day(given[0]).year)),
    "month": Function(1, 1, lambda given, _: Fraction(day(given[0]).month)),
    "day": Function(1, 1, lambda given, _: Fraction(day(given[0]).day)),
    "date": Function(1, 3, lambda given, _: _date(given)),
    "during": Function(3, 3, lambda given, _: during(*given)),
    "abs": Function(1, 1, lambda given, _: abs(number(given[0]))),
    "floor": Function(1, 1, lambda given, _: Fraction(floor(number(given[0])))),
    "ceil": Function(1, 1, lambda given, _: Fraction(ceil(number(given[0])))),
    "round": Function(1, 2, lambda given, _: _round(given)),
    "significant": Function(2, 2, lambda given, _: _significant(given)),
    "pi": Function(0, 0, lambda _given, _: real.pi()),
    "log": Function(1, 2, lambda given, _: real.log(*map(number, given))),
    "sqrt": _real(real.sqrt),
    "exp": _real(real.exp),
    "log10": _real(real.log10),
    "sin": _real(real.sin),
    "cos": _real(real.cos),
    "tan": _real(real.tan),
    "asin": _real(real.asin),
    "acos": _real(real.acos),
    "atan": _real(real.atan),
    "min": Function(2, None, lambda given, _: min(ordered(given))),
    "max": Function(2, None, lambda given, _: max(ordered(given))),
    "lower": Function(1, 1, lambda given, _: text(given[0]).lower()),
    "upper": Function(1, 1, lambda given, _: text(given[0]).upper()),
    "length": Function(1, 1, lambda given, _: Fraction(len(text(given[0])))),
    "text": Function(1, None, lambda given, language: joined([shown(one, language) for one in given])),
}
