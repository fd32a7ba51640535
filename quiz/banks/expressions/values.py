"""The values of expressions: exact numbers, days, texts, true and false, null; how a cell is read and a text written."""

from __future__ import annotations

import re
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Final, TypeAlias

from quiz.errors import Said

Value: TypeAlias = Fraction | date | str | bool | None

#: Numbers with more bits than this, above or below the line, are refused.
MOST_BITS: Final = 2_048
#: Characters of a text that an expression makes.
LONGEST: Final = 10_000

#: Digits of a number that a student has to type: as many as every calculator has.
_TYPED: Final = Context(prec=15, rounding=ROUND_HALF_UP)

_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTHS: Final = {
    "en": "January February March April May June July August September October November December".split(),
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split(),
}


class Mistake(Exception):
    """What is wrong with an expression, how to mend it, and where: the character, from 0, or None."""

    def __init__(self, what: str, mend: str = "", at: int | None = None) -> None:
        super().__init__(what)
        self.what, self.mend, self.at = what, mend, at


def looks_like_a_day(text: str) -> bool:
    """Whether a text is written year-month-day, whether or not there is such a day."""
    return _DAY.fullmatch(text) is not None


def read_day(text: str) -> date:
    """The day that a text names. Raises Mistake."""
    try:
        return date.fromisoformat(text) if looks_like_a_day(text) else _no_day(text)
    except ValueError:
        return _no_day(text)


def _no_day(text: str) -> date:
    raise Mistake(
        Said("'%(text)s' is not a date", text=text[:40]), "write year-month-day, such as 2021-07-13"
    )


def is_number(text: str) -> bool:
    """Whether a text is a number; one with leading zeros is a code."""
    return _NUMBER.fullmatch(text) is not None


def read_value(text: str) -> Value:
    """What a bare text stands for by its form: a day, a number, nothing (empty), else itself. Raises Mistake."""
    if not text:
        return None
    if looks_like_a_day(text):
        return read_day(text)
    return Fraction(text) if is_number(text) else text


def kind(value: Value) -> str:
    """What a value is, in words for the author."""
    return _KINDS.get(type(value), _EMPTY)


_EMPTY: Final = Said("empty")
_KINDS: Final = {
    Fraction: Said("a number"),
    date: Said("a date"),
    str: Said("a text"),
    bool: Said("true or false"),
}


def written(value: Value) -> str | bool | None:
    """The value as a bank file writes it: numbers as decimals where they end, else such as 1/3."""
    if isinstance(value, Fraction):
        return _decimal(value) or str(value)
    return value.isoformat() if isinstance(value, date) else value


def typed(value: Value) -> Value:
    """The value as an answer to type: a number is rounded to 15 significant digits (scoring.md, ``numerical``)."""
    if not isinstance(value, Fraction):
        return value
    return Fraction(_TYPED.divide(Decimal(value.numerator), Decimal(value.denominator)))


def _decimal(number: Fraction) -> str | None:
    """A decimal with all its digits; None where it does not end within eighteen places."""
    for places in range(19):
        scaled = number * 10**places
        if scaled.denominator == 1:
            return f"{Decimal(scaled.numerator).scaleb(-places):f}"
    return None


def shown(value: Value, language: str) -> str:
    """The value as a sentence in this language holds it. Raises Mistake where there is nothing to show."""
    if isinstance(value, str):
        return value
    if isinstance(value, date):
        return _day_in_words(value, language)
    if isinstance(value, Fraction):
        return _number_in_words(value, language)
    raise Mistake(
        Said("%(kind)s cannot stand in a text", kind=kind(value)), 'write if(condition, "this", "that")'
    )


def _number_in_words(value: Fraction, language: str) -> str:
    text = _decimal(value)
    if text is None:
        raise Mistake("the number does not end as a decimal", "round it, such as round(x, 2)")
    return text.replace(".", ",") if language == "ru" else text


def _day_in_words(day: date, language: str) -> str:
    """15 June 2001, 15 июня 2001, 2001年6月15日; year-month-day in a language whose months are not known here."""
    if language.partition("-")[0] == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    months = _MONTHS.get(language.partition("-")[0])
    return f"{day.day} {months[day.month - 1]} {day.year}" if months else day.isoformat()
