"""The tests for accepted texts and numbers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from fractions import Fraction
from operator import itemgetter
from typing import Any, Final

from quiz.errors import Said
from quiz.formats.base import Unwritable
from quiz.formats.qti12.sheet import Sheet, coded, equal
from quiz.questions.rules.numbers import show_number
from quiz.questions.rules.text import has_star, literal

#: The loss of an answer that never counts.
_NEVER: Final = Said("an answer that one before it accepts too")


def text_rules(sheet: Sheet, content: Any, ident: str, field: str) -> Iterator[tuple[str, Any]]:
    """The test and the answer for each accepted text that QTI 1.2 can say. Raises Unwritable where it can say none."""
    case = ' case="Yes"' if content.case_sensitive else ""
    fold = str if content.case_sensitive else str.casefold
    written, whole, parts = 0, set[str](), list[str]()
    for answer in content.answers:
        text = answer.text.strip()
        inner = text.removeprefix("*")
        inner = inner[:-1] if inner.endswith("*") and not inner.endswith("\\*") else inner
        bare = literal(inner).strip()
        if has_star(text) and (has_star(inner) or f"*{inner}*" != text or not bare):
            sheet.lose(field, "a star can stand only at both ends of an answer")
            continue
        plain = fold(bare)
        if any(part in plain for part in parts) or (plain in whole and not has_star(text)):
            sheet.lose(field, _NEVER)
            continue
        tag = "varsubstring" if has_star(text) else "varequal"
        parts += [plain] * has_star(text)
        whole.add(plain)
        written += answer.credit == 1
        yield f'<{tag} respident="{coded(ident)}"{case}>{coded(bare)}</{tag}>', answer
    if not written:
        raise Unwritable("short_text with stars inside its answers")


def number_rules(sheet: Sheet, content: Any, ident: str, field: str) -> Iterator[tuple[str, Any]]:
    """The test and the answer for each accepted number."""
    before: list[tuple[Fraction, Fraction]] = []
    for answer in content.answers:
        low, high = answer.bounds
        if not _is_new(before, low, high):
            sheet.lose(field, _NEVER)
            continue
        bounds = f"{_bound('vargte', ident, low)}{_bound('varlte', ident, high)}"
        _demand_exact(sheet, field, low, high)
        if answer.value is None:
            yield f"<and>{bounds}</and>", answer
            continue
        if answer.tolerance_type == "geometric":
            sheet.lose(field, "a geometric tolerance became a range")
            yield f"<and>{bounds}</and>", answer
            continue
        if answer.tolerance:
            sheet.tolerances.add(answer.tolerance_type)
        _demand_exact(sheet, field, answer.value)
        yield f"<or>{equal(ident, show_number(answer.value))}<and>{bounds}</and></or>", answer


def _is_new(before: list[tuple[Fraction, Fraction]], low: Fraction, high: Fraction) -> bool:
    """Whether no range before holds all of this one, which then is among them.

    Those that others hold are left out, so that in the order of one end the ranges are in that of the other, too.
    """
    place = bisect_right(before, low, key=itemgetter(0))
    if place and high <= before[place - 1][1]:
        return False
    begin = place - (place > 0 and before[place - 1][0] == low)
    before[begin : bisect_right(before, high, begin, key=itemgetter(1))] = [(low, high)]
    return True


def _bound(tag: str, ident: str, value: Fraction) -> str:
    return f'<{tag} respident="{coded(ident)}">{show_number(value)}</{tag}>'


def _demand_exact(sheet: Sheet, field: str, *values: Fraction) -> None:
    if any(Fraction(show_number(one)) != one for one in values):
        sheet.lose(field, "a number was rounded to twelve figures")
