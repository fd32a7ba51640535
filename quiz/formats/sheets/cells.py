"""Single cells: numbers, shares, days and truth values as people and spreadsheets of several countries write them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from quiz.errors import Said
from quiz.formats.sheets.columns import MOST, letters
from quiz.questions.rules.numbers import read_number

#: Also as Excel shows true and false in its languages.
TRUTHS: Final = {
    **dict.fromkeys(
        "true yes 1 x t right correct wahr ja richtig vrai oui verdadero sí vero verdadeiro prawda waar doğru да истина верно 是 真 对 正确 √ ✓ ✔".split(),
        True,
    ),
    **dict.fromkeys(
        "false no 0 f wrong incorrect falsch nein faux non falso fałsz onwaar yanlış нет ложь неверно 否 假 错 错误 × ✗ ✘".split(),
        False,
    ),
}
#: What stands before or behind a sum of money.
CURRENCIES: Final = frozenset("$ € £ ¥ ₽ ₴ ₸ ₹ zł kr Kč Fr CHF руб руб. р. 元".split())
_LONGEST_FIRST: Final = sorted(CURRENCIES, key=len, reverse=True)
#: A comma that may part thousands or be a decimal comma.
_EITHER: Final = re.compile(r"[-−+]?[1-9][0-9]{0,2},[0-9]{3}")
#: Dates, the only ways of which no country reads another day.
_DAY_FIRST: Final = re.compile(r"(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4})", re.ASCII)
_YEAR_FIRST: Final = re.compile(
    r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?:[T ]00:00(?::00)?)?", re.ASCII
)
#: The place of each letter.
PLACES: Final = {letter: place for place, letter in enumerate(letters(MOST))}


class Wrong(Exception):
    """What is wrong with a row, and how to mend it."""


def listed(text: str) -> list[str]:
    """What commas, semicolons and spaces part."""
    return [one.strip() for one in re.split(r"[,;\s]+", text) if one.strip()]


def number(text: str, column: str) -> Decimal:
    """A number as people type it (``read_number``), also of money, but for a comma that may part thousands. Raises Wrong."""
    bare = _without_currency(text.strip())
    if _EITHER.fullmatch(bare):
        raise Wrong(
            Said(
                "%(column)s: '%(text)s' can be thousands or thousandths – write %(whole)s or %(pointed)s",
                column=column,
                text=bare,
                whole=bare.replace(",", ""),
                pointed=bare.replace(",", "."),
            )
        )
    found = read_number(bare)
    if found is None:
        what = (
            Said(
                "%(column)s: '%(text)s' is no number – write 8, 8 ± 0.5 or 5 .. 7",
                column=column,
                text=bare[:40],
            )
            if column in PLACES or column == "right"
            else Said(
                "%(column)s: '%(text)s' is no number – write one such as 1.5", column=column, text=bare[:40]
            )
        )
        raise Wrong(what)
    return found


def _without_currency(text: str) -> str:
    """The number of a sum of money, which has its sign in front of it or of its currency."""
    minus = text[:1] if text[:1] in {"-", "−"} else ""
    sum_ = text[len(minus) :].strip()
    currency = next((one for one in _LONGEST_FIRST if sum_.startswith(one) or sum_.endswith(one)), "")
    return minus + sum_.removeprefix(currency).removesuffix(currency).strip()


def share(text: str, column: str) -> Decimal:
    """A number, or so many percent, whose sign some put in front. Raises Wrong."""
    bare = text.strip().strip("%")
    return number(bare, column) / (100 if "%" in text else 1)


def day(text: str) -> str:
    """A date as bank files have it, where it can only be that one: 13.7.2021, 2021/7/13, and one at midnight."""
    bare = text.strip()
    if found := _DAY_FIRST.fullmatch(bare) or _YEAR_FIRST.fullmatch(bare):
        return f"{found['year']}-{int(found['month']):02}-{int(found['day']):02}"
    return bare


def truth(text: str, column: str) -> bool:
    """True or false by its word. Raises Wrong."""
    word = text.strip().casefold()
    if word not in TRUTHS:
        raise Wrong(
            Said(
                "%(column)s: '%(text)s' is neither true nor false – write true or false",
                column=column,
                text=text.strip()[:40],
            )
        )
    return TRUTHS[word]
