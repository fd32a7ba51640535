"""The languages that people read the program in: their words, and figures and days as they write them.

Code and templates say everything in English. ``quiz/translations/<tag>.po`` says it in another language (``make words``
brings it up to date); it is read when a process first needs it, so nothing has to be compiled. What a catalogue does
not hold is said in English.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from babel import Locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

from quiz.errors import Said

CATALOGUES: Final = Path(__file__).resolve().parent.parent / "translations"
#: By the tag that people choose; the first is the one that everything is written in, with British dates (13 July 2021).
LOCALES: Final = {"en": Locale("en", "GB"), "ru": Locale("ru"), "zh": Locale("zh")}
#: What is spoken to somebody who has chosen no language, where no browser says one.
DEFAULT: Final = "en"
NO_BREAK_SPACE: Final = "\N{NO-BREAK SPACE}"


@cache
def catalogue(language: str) -> NullTranslations:
    """The words of a language; none for English, whose words stand in the code."""
    path = CATALOGUES / f"{language}.po"
    if not path.exists():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, language))
    compiled.seek(0)
    return Translations(compiled)


def translated(words: NullTranslations, message: str) -> str:
    """What the program says in English, by these words; figures of a ``Said`` are filled in, sentences among them as well."""
    if not isinstance(message, Said):
        return str(words.ugettext(message)) if message else ""
    told = translated(words, message.message)
    figures = {
        name: translated(words, value) if isinstance(value, Said) else value
        for name, value in message.figures.items()
    }
    return told % figures if figures else told


@dataclass(frozen=True, slots=True)
class Speech:
    """How one language says things, for what is read away from the pages: files and mails."""

    #: One of LOCALES.
    language: str = DEFAULT

    def gettext(self, message: str, **variables: Any) -> str:
        """The words in this language, ``%(name)s`` filled in where there are any."""
        found = translated(catalogue(self.language), message)
        return found % variables if variables else found

    def ngettext(self, singular: str, plural: str, num: int, **variables: Any) -> str:
        """The words for this number, ``%(num)s`` filled in."""
        found = str(catalogue(self.language).ungettext(singular, plural, num))
        return found % {"num": num, **variables}

    def figure(self, value: Fraction | Decimal | float, places: int = 2) -> str:
        """A number in at most so many decimals (``figure``)."""
        return figure(value, places, LOCALES[self.language])

    def percent(self, share: Fraction | Decimal | float) -> str:
        """A share of 1 as whole percent."""
        return percent(share, LOCALES[self.language])

    def correlation(self, value: float) -> str:
        """A number with two decimals, always (``correlation``)."""
        return correlation(value, LOCALES[self.language])

    def day(self, value: date) -> str:
        """A day in words."""
        return whole_day(format_date(value, "long", LOCALES[self.language]))


# Figures -------------------------------------------------------------------------------------------------------------


def whole_day(words: str) -> str:
    """A day in words as a sentence may end with it: the Russian "г." for year is left out, with its full stop."""
    return words.removesuffix("г.").rstrip()


def figure(value: Fraction | Decimal | float, places: int, locale: Locale) -> str:
    """A mark or grade in at most ``places`` decimals, half up. 9 decimals count (scoring.md)."""
    exact = (
        Decimal(value.numerator) / Decimal(value.denominator)
        if isinstance(value, Fraction)
        else Decimal(value)
    )
    shown = round(exact, 9).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return typeset(format_decimal(shown, "#,##0." + "#" * places, locale))


def percent(share: Fraction | Decimal | float, locale: Locale) -> str:
    """A share of 1 as whole percent."""
    return figure(share * 100, 0, locale) + NO_BREAK_SPACE + "%"


def correlation(value: float, locale: Locale) -> str:
    """A correlation with two decimals."""
    return typeset(format_decimal(round(value, 9), "0.00", locale))


def typeset(number: str) -> str:
    """A number with a true minus sign, which is as wide as a figure and does not break."""
    return number.replace("-", "\N{MINUS SIGN}")
