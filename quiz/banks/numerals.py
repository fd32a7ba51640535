"""Numbers in words: whether a translation says in Russian or Chinese what the original says in figures."""

from __future__ import annotations

from typing import Final

_HAN: Final = "零一二三四五六七八九"
#: Beginnings of the Russian words, cardinal and ordinal; parted by a bar.
_UNITS: Final = (
    "ноль|нулев", "один|одна|одно|одн|перв", "два|две|двух|двум|двой|втор", "три|трёх|трех|трем|трём|трой|трет",
    "четыр|четвер|четвёр", "пят|пяти", "шест", "сем|седьм", "восем|восьм", "девят", "десят", "одиннадцат", "двенадцат",
    "тринадцат", "четырнадцат", "пятнадцат", "шестнадцат", "семнадцат", "восемнадцат", "девятнадцат",
)  # fmt: skip
_TENS: Final = (
    "", "", "двадцат", "тридцат", "сорок|сороков", "пятьдесят|пятидесят", "шестьдесят|шестидесят",
    "семьдесят|семидесят", "восемьдесят|восьмидесят", "девяност",
)  # fmt: skip


def spelled(digits: str, text: str) -> bool:
    """Whether a whole number below 100 stands in the text in Russian or Chinese words."""
    number = int(digits)
    return number < 100 and (_in_chinese(number, text) or _in_russian(number, text.casefold()))


def _in_chinese(number: int, text: str) -> bool:
    tens, units = divmod(number, 10)
    word = (
        ("" if tens < 2 else _HAN[tens]) + ("十" if tens else "") + (_HAN[units] if units or not tens else "")
    )
    return word in text or (number == 2 and "两" in text)


def _in_russian(number: int, text: str) -> bool:
    """Tens and units are looked for by themselves: they may stand in one word (двадцатипятилетие) or in two."""
    if number < len(_UNITS):
        return _has(_UNITS[number], text)
    tens, units = divmod(number, 10)
    return _has(_TENS[tens], text) and (not units or _has(_UNITS[units], text))


def _has(stems: str, text: str) -> bool:
    return any(stem in text for stem in stems.split("|"))
