"""Numbers as people type them, and the intervals that accept them (scoring.md, "Numbers as typed")."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal, TypeAlias
from unicodedata import decimal, normalize

ToleranceType: TypeAlias = Literal["absolute", "relative", "geometric"]
Interval: TypeAlias = tuple[Fraction, Fraction]

#: A number longer than this, or with a larger power of ten, is not read: it could fill the memory.
LONGEST: Final = 200
LARGEST_POWER: Final = 400
_SPACES: Final = (
    " \N{NO-BREAK SPACE}\N{THIN SPACE}\N{NARROW NO-BREAK SPACE}\N{FIGURE SPACE}\N{PUNCTUATION SPACE}"
)
_MINUS: Final = str.maketrans(
    {"\N{MINUS SIGN}": "-", "－": "-", "＋": "+", "，": ",", "．": "."} | dict.fromkeys(_SPACES, " ")
)
_SHAPE: Final = re.compile(r"([-+]?) ?([0-9., ]*[0-9][0-9., ]*)(?:[eE]([-+]?[0-9]{1,9}))?")
_WESTERN: Final = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")
_INDIAN: Final = re.compile(r"[0-9]{1,2}(?:,[0-9]{2})*,[0-9]{3}")


def read_number(typed: str) -> Decimal | None:
    """The number that was typed, exactly; None where the text is no number."""
    text = "".join(_digit(character) for character in typed.strip().translate(_MINUS))
    shape = _SHAPE.fullmatch(text) if len(text) <= LONGEST else None
    if shape is None:
        return None
    sign, mantissa, power = shape.groups()
    digits = _plain(mantissa)
    if digits is None or abs(int(power or 0)) > LARGEST_POWER:
        return None
    return Decimal(f"{sign}{digits}e{power or 0}")


def read_quantity(typed: str) -> tuple[Decimal, str] | None:
    """A number and the unit after it, "" where there is none; None where the text does not begin with a number."""
    text = "".join(_digit(character) for character in typed.strip().translate(_MINUS))
    shape = _SHAPE.match(text)
    number = read_number(shape.group()) if shape else None
    if shape is None or number is None:
        return None
    return number, fold_unit(text[shape.end() :])


def fold_unit(unit: str) -> str:
    """A unit as it is compared: NFKC without white space; case counts, since mm is not Mm."""
    return "".join(normalize("NFKC", unit).split())


def _digit(character: str) -> str:
    """Any script's decimal digit as 0 … 9; superscripts and the like are no digits."""
    value = None if character.isascii() else decimal(character, None)
    return character if value is None else str(value)


def _plain(mantissa: str) -> str | None:
    """Digits with a point at most; None where the separators make no sense."""
    sign = _decimal_sign(mantissa)
    whole, _, part = mantissa.rpartition(sign) if sign else (mantissa, "", "")
    if not part.isdecimal() and part:
        return None
    used = set(whole) & set("., ")
    if not used:
        return f"{whole or '0'}.{part or '0'}"
    separator = used.pop()
    grouped = whole.replace(separator, ",")
    if used or not (_WESTERN.fullmatch(grouped) or _INDIAN.fullmatch(grouped)):
        return None
    return f"{grouped.replace(',', '')}.{part or '0'}"


def _decimal_sign(mantissa: str) -> str:
    """Both kinds present: the last; one kind, once: this; else none. Spaces always part thousands."""
    comma, point = mantissa.count(","), mantissa.count(".")
    if comma and point:
        return max(",.", key=mantissa.rindex)
    if comma + point == 1:
        return "," if comma else "."
    return ""


def show_number(value: Decimal | Fraction) -> str:
    """A number for people: all its digits where they end and are few, else fifteen significant ones."""
    exact = Fraction(value)
    return digits(exact) or (f"{float(exact):.15g}" if abs(exact) < 10**300 else str(exact))


def digits(value: Fraction) -> str | None:
    """All digits of a number, where they end within fifteen places and are fewer than nineteen."""
    numerator, denominator = value.as_integer_ratio()
    for places in range(16):
        whole, rest = divmod(numerator * 10**places, denominator)
        if not rest:
            return f"{Decimal(whole).scaleb(-places):f}" if abs(whole) < 10**18 else None
    return None


def interval(value: Fraction, tolerance: Fraction, kind: ToleranceType) -> Interval:
    """The accepted numbers, bounds included, low end first."""
    if kind == "geometric":
        low, high = sorted((value / (1 + tolerance), value * (1 + tolerance)))
        return low, high
    width = tolerance if kind == "absolute" else tolerance * abs(value)
    return value - width, value + width
