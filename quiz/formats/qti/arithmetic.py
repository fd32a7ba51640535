"""Operators of QTI on numbers, which are exact."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import floor, gcd, lcm, prod
from typing import Final

from quiz.files.xml import Element
from quiz.formats.qti.context import MOST_BITS, Context, Unknown, bits_of, numbers_of, whole_of
from quiz.formats.qti.values import NULL, Value, Wrong, holds, number, truth


def _reckoned(reckon: Callable[[Sequence[Fraction]], Fraction]) -> Callable[[Context, Element], Value]:
    """An operator on numbers; NULL where one is missing or the result is none."""

    def result(context: Context, node: Element) -> Value:
        numbers = numbers_of(context, node)
        try:
            return NULL if not numbers else (reckon(numbers),)
        except (ZeroDivisionError, IndexError):
            return NULL

    return result


def _compared(compare: Callable[[Fraction, Fraction], bool]) -> Callable[[Context, Element], Value]:
    """A test of two numbers."""

    def test(context: Context, node: Element) -> Value:
        numbers = numbers_of(context, node)
        return NULL if numbers is None or len(numbers) != 2 else truth(compare(*numbers))

    return test


def _equal(context: Context, node: Element) -> Value:
    numbers = numbers_of(context, node)
    if numbers is None or len(numbers) != 2:
        return NULL
    given, wanted = _given_first(node, numbers)
    low, high = interval_of(node, wanted)
    above = given >= low if holds(node, "includeLowerBound", "true") else given > low
    below = given <= high if holds(node, "includeUpperBound", "true") else given < high
    return truth(above and below)


def _given_first(node: Element, numbers: Sequence[Fraction]) -> tuple[Fraction, Fraction]:
    """What was answered, and what it is compared with: the tolerance is around the first expression's value, which
    authors write either way; the one that is not the answer is meant.
    """
    first, second = numbers
    return (first, second) if node[0].tag == "variable" else (second, first)


def interval_of(node: Element, wanted: Fraction) -> tuple[Fraction, Fraction]:
    """The numbers that count as equal to the one wanted. Raises Unknown for a tolerance that is no number."""
    mode = node.get("toleranceMode", "exact")
    if mode == "exact":
        return wanted, wanted
    try:
        widths = [number(one) for one in node.get("tolerance", "").split()]
    except Wrong:
        raise Unknown("a tolerance that is worked out") from None
    if not widths:
        raise Wrong('the tolerance of <equal> is missing – write tolerance="0.5"')
    low, high = widths[0], widths[-1]
    if mode == "relative":
        low, high = abs(wanted) * low / 100, abs(wanted) * high / 100
    return wanted - low, wanted + high


def _equal_rounded(context: Context, node: Element) -> Value:
    numbers = numbers_of(context, node)
    if numbers is None or len(numbers) != 2:
        return NULL
    figures = whole_of(node, "figures", "0")
    mode = node.get("roundingMode", "significantFigures")
    return truth(len({rounded(one, mode, figures) for one in numbers}) == 1)


def rounded(value: Fraction, mode: str, figures: int) -> Fraction:
    """A number rounded half up, to decimal places or significant figures."""
    if mode == "decimalPlaces":
        places = figures
    else:
        places, size = figures, abs(value)
        while size >= 1:
            size, places = size / 10, places - 1
        while 0 < size < Fraction(1, 10):
            size, places = size * 10, places + 1
    if abs(places) > 400:
        raise Unknown("a very long number")
    scale = Fraction(10) ** places
    return Fraction(floor(value * scale + Fraction(1, 2))) / scale


def _round_to(context: Context, node: Element) -> Value:
    numbers = numbers_of(context, node)
    figures = whole_of(node, "figures", "0")
    mode = node.get("roundingMode", "significantFigures")
    return (rounded(numbers[0], mode, figures),) if numbers else NULL


def _power(numbers: Sequence[Fraction]) -> Fraction:
    base, exponent = numbers[0], numbers[1]
    if exponent.denominator != 1 or abs(exponent) * bits_of(base) > MOST_BITS:
        raise Unknown("a power that is no plain number")
    return base ** int(exponent)


def _whole(reckon: Callable[..., int]) -> Callable[[Sequence[Fraction]], Fraction]:
    """A function of whole numbers."""

    def result(numbers: Sequence[Fraction]) -> Fraction:
        if any(one.denominator != 1 for one in numbers):
            raise Unknown("a divisor of what is no whole number")
        return Fraction(reckon(*map(int, numbers)))

    return result


#: The operators by their elements.
ARITHMETIC: Final[Mapping[str, Callable[[Context, Element], Value]]] = {
    "equal": _equal,
    "equalRounded": _equal_rounded,
    "gt": _compared(lambda one, other: one > other),
    "gte": _compared(lambda one, other: one >= other),
    "lt": _compared(lambda one, other: one < other),
    "lte": _compared(lambda one, other: one <= other),
    "sum": _reckoned(lambda numbers: sum(numbers, Fraction(0))),
    "product": _reckoned(lambda numbers: prod(numbers, start=Fraction(1))),
    "subtract": _reckoned(lambda numbers: numbers[0] - numbers[1]),
    "divide": _reckoned(lambda numbers: numbers[0] / numbers[1]),
    "integerDivide": _reckoned(lambda numbers: Fraction(numbers[0] // numbers[1])),
    "integerModulus": _reckoned(lambda numbers: numbers[0] % numbers[1]),
    "power": _reckoned(_power),
    "gcd": _reckoned(_whole(gcd)),
    "lcm": _reckoned(_whole(lcm)),
    "roundTo": _round_to,
    "truncate": _reckoned(lambda numbers: Fraction(int(numbers[0]))),
    "round": _reckoned(lambda numbers: Fraction(floor(numbers[0] + Fraction(1, 2)))),
    "integerToFloat": _reckoned(lambda numbers: numbers[0]),
    "min": _reckoned(min),
    "max": _reckoned(max),
}
