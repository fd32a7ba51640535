"""Roots, powers, logarithms and angles to thirty digits, the same on every machine: nothing here is floating point.

Series and reductions are those of any textbook of analysis; twenty digits more than are given are computed with.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from math import isqrt
from typing import Final

from quiz.banks.expressions.values import Mistake
from quiz.errors import Said

_WORKING: Final = Context(prec=50, rounding=ROUND_HALF_EVEN, Emax=MAX_EMAX, Emin=MIN_EMIN)
_GIVEN: Final = Context(prec=30, rounding=ROUND_HALF_EVEN, Emax=MAX_EMAX, Emin=MIN_EMIN)
_PI: Final = Decimal("3.14159265358979323846264338327950288419716939937510582097494459")
#: e to a larger power, or to a smaller one, is refused; so is an angle of which too few digits would be left.
LARGEST_POWER: Final = 1_000
LARGEST_ANGLE: Final = 1_000_000


def _decimal(value: Fraction) -> Decimal:
    return _WORKING.divide(Decimal(value.numerator), Decimal(value.denominator))


def _given(value: Decimal) -> Fraction:
    return Fraction(_GIVEN.plus(value))


def pi() -> Fraction:
    """The ratio of a circle's circumference to its diameter."""
    return _given(_PI)


def sqrt(value: Fraction) -> Fraction:
    """The square root; exact where it is a fraction. Raises Mistake for a negative number."""
    if value < 0:
        raise Mistake("has no root of a negative number", "leave these values out with where:")
    over, under = isqrt(value.numerator), isqrt(value.denominator)
    if (over * over, under * under) == (value.numerator, value.denominator):
        return Fraction(over, under)
    return _given(_WORKING.sqrt(_decimal(value)))


def exp(value: Fraction) -> Fraction:
    """The power of e to this exponent. Raises Mistake where that is too large or too small."""
    if abs(value) > LARGEST_POWER:
        raise Mistake(Said("takes numbers up to %(most)s", most=f"{LARGEST_POWER:,}"))
    return _given(_WORKING.exp(_decimal(value)))


def log(value: Fraction, base: Fraction | None = None) -> Fraction:
    """The natural logarithm, or that to a base. Raises Mistake where there is none."""
    if value <= 0 or (base is not None and (base <= 0 or base == 1)):
        raise Mistake("takes numbers above 0, and a base above 0 that is not 1")
    natural = _WORKING.ln(_decimal(value))
    return _given(natural if base is None else _WORKING.divide(natural, _WORKING.ln(_decimal(base))))


def log10(value: Fraction) -> Fraction:
    """The logarithm to the base 10. Raises Mistake where there is none."""
    if value <= 0:
        raise Mistake("takes numbers above 0")
    return _given(_WORKING.log10(_decimal(value)))


def power(base: Fraction, exponent: Fraction) -> Fraction:
    """A power whose exponent is no whole number. Raises Mistake where there is none, or it is too large or small."""
    if not base and exponent > 0:
        return base
    if base <= 0:
        raise Mistake("the base must be above 0 where the exponent is no whole number")
    found = _WORKING.multiply(_decimal(exponent), _WORKING.ln(_decimal(base)))
    if abs(found) > LARGEST_POWER:
        raise Mistake("the number is too large or too small")
    return sqrt(base) if exponent == Fraction(1, 2) else _given(_WORKING.exp(found))


def sin(angle: Fraction) -> Fraction:
    """The sine of an angle in radians. Raises Mistake for very large ones."""
    return _given(_sine(_reduced(angle)))


def cos(angle: Fraction) -> Fraction:
    """The cosine of an angle in radians. Raises Mistake for very large ones."""
    return _given(_cosine(_reduced(angle)))


def tan(angle: Fraction) -> Fraction:
    """The tangent of an angle in radians. Raises Mistake for very large ones."""
    reduced = _reduced(angle)
    return _given(_WORKING.divide(_sine(reduced), _cosine(reduced)))


def atan(value: Fraction) -> Fraction:
    """The angle, in radians, between −π/2 and π/2, whose tangent this is."""
    return _given(_arc(_decimal(value)))


def asin(value: Fraction) -> Fraction:
    """The angle, in radians, between −π/2 and π/2, whose sine this is. Raises Mistake beyond −1 and 1."""
    if abs(value) > 1:
        raise Mistake("takes numbers from -1 to 1")
    if abs(value) == 1:
        return value * _given(_WORKING.divide(_PI, Decimal(2)))
    other = _WORKING.sqrt(_decimal(1 - value * value))
    return _given(_arc(_WORKING.divide(_decimal(value), other)))


def acos(value: Fraction) -> Fraction:
    """The angle, in radians, between 0 and π, whose cosine this is. Raises Mistake beyond −1 and 1."""
    return pi() / 2 - asin(value)


def _reduced(angle: Fraction) -> Decimal:
    """The angle less full turns, between −π and π."""
    if abs(angle) > LARGEST_ANGLE:
        raise Mistake(Said("takes angles up to %(most)s", most=f"{LARGEST_ANGLE:,}"))
    turn = _WORKING.multiply(_PI, Decimal(2))
    return _WORKING.remainder_near(_decimal(angle), turn)


def _sine(angle: Decimal) -> Decimal:
    return _sum(_falling(angle, angle, 1))


def _cosine(angle: Decimal) -> Decimal:
    return _sum(_falling(angle, Decimal(1), 0))


def _falling(angle: Decimal, term: Decimal, degree: int) -> Iterator[Decimal]:
    """The terms of the sine's or cosine's series: each is −angle² / (n (n + 1)) of the one before."""
    square = _WORKING.multiply(angle, angle)
    while True:
        yield term
        term = _WORKING.divide(_WORKING.multiply(-term, square), Decimal((degree + 1) * (degree + 2)))
        degree += 2


def _arc(value: Decimal) -> Decimal:
    """The arc tangent: by halving the angle four times, then by its series."""
    for _ in range(4):
        whole = _WORKING.add(1, _WORKING.sqrt(_WORKING.add(1, _WORKING.multiply(value, value))))
        value = _WORKING.divide(value, whole)
    return _WORKING.multiply(16, _sum(_alternating(value)))


def _alternating(value: Decimal) -> Iterator[Decimal]:
    """The terms of the arc tangent's series: value − value³/3 + value⁵/5 and so on."""
    square, degree = _WORKING.multiply(value, value), 1
    while True:
        yield _WORKING.divide(value, Decimal(degree))
        value = _WORKING.multiply(-value, square)
        degree += 2


def _sum(terms: Iterator[Decimal]) -> Decimal:
    """The terms added until one changes nothing any more."""
    total = Decimal(0)
    for term in terms:
        more = _WORKING.add(total, term)
        if more == total:
            break
        total = more
    return total
