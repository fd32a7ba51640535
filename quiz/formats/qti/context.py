"""What expressions of QTI are worked out in, and what several operators ask of those inside of them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Final, Protocol

from quiz.errors import Said
from quiz.files.xml import Element
from quiz.formats.qti.values import NULL, Declaration, Value, Wrong, holds, number, number_of

#: Bits of the numbers that one operator works on, a part of another kind counting as one: each step could double them.
MOST_BITS: Final = 12_000


class Unknown(Exception):
    """An operator, rule or template that is not worked out here."""


class Context(Protocol):
    """The variables of an item, and what gives the values of expressions."""

    def value(self, expression: Element) -> Value:
        """What an expression gives. Raises Unknown and Wrong."""

    def values(self, expression: Element) -> Sequence[Value]:
        """What the expressions inside of one give. Raises Unknown and Wrong."""

    def variable(self, name: str) -> Value:
        """The value of a response or outcome; NULL where there is none of this name."""

    def declaration(self, name: str) -> Declaration:
        """The declaration of a variable. Raises Wrong."""

    def stars(self, pattern: str) -> tuple[str, bool] | None:
        """The answer with stars that means the same as a pattern, and whether case matters; None where there is none."""


def bits_of(one: Any) -> int:
    """How long a number is; 1 for what is none."""
    if not isinstance(one, Fraction):
        return 1
    return one.numerator.bit_length() + one.denominator.bit_length()


def whole_of(node: Element, name: str, usual: str) -> int:
    """The whole number that an operator says. Raises Unknown where it names a variable in its place."""
    try:
        return int(number(node.get(name, usual)))
    except Wrong:
        raise Unknown(str(node.tag)) from None


def pair_of(context: Context, node: Element) -> tuple[Value, Value]:
    """The two values that are compared. Raises Wrong for another number of them."""
    values = context.values(node)
    if len(values) != 2:
        raise Wrong(
            Said("<%(tag)s> compares two values, here are %(count)s", tag=node.tag, count=len(values))
        )
    return values[0], values[1]


def numbers_of(context: Context, node: Element) -> list[Fraction] | None:
    """All numbers of the values inside; None where one is missing. Raises Wrong for what is none."""
    values = context.values(node)
    if NULL in values:
        return None
    numbers: list[Any] = [
        number_of(one) if isinstance(one, str) else one for value in values for one in value
    ]
    if None in numbers:  # some compare what is typed as a string with numbers
        return None
    if not all(isinstance(one, Fraction) for one in numbers):
        raise Wrong(
            Said("<%(tag)s> reckons with numbers only – declare baseType float or integer", tag=node.tag)
        )
    return numbers


def texts_of(context: Context, node: Element) -> tuple[str, str] | None:
    """The two texts that are compared, small where capitals do not count; None where one is missing."""
    one, other = pair_of(context, node)
    if not one or not other:
        return None
    first, second = str(one[0]), str(other[0])
    cased = holds(node, "caseSensitive", "true")
    return (first, second) if cased else (first.casefold(), second.casefold())
