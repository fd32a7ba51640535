"""The tests for accepted texts and numbers."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from quiz.formats.base import NEVER, Unwritable, is_new
from quiz.formats.qti12.sheet import Sheet, coded, equal
from quiz.questions.rules.numbers import show_number
from quiz.questions.rules.text import has_star, literal


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
            sheet.lose(field, NEVER)
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
        if not is_new(before, low, high):
            sheet.lose(field, NEVER)
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


def _bound(tag: str, ident: str, value: Fraction) -> str:
    return f'<{tag} respident="{coded(ident)}">{show_number(value)}</{tag}>'


def _demand_exact(sheet: Sheet, field: str, *values: Fraction) -> None:
    if any(Fraction(show_number(one)) != one for one in values):
        sheet.lose(field, "a number was rounded to twelve figures")
