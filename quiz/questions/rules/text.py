r"""Comparing what was typed with an accepted answer (scoring.md, ``short_text``).

Both sides are folded the same way. ``*`` in an answer stands for any text, ``\*`` for a star. No regular
expressions are made from what people write: matching takes time linear in text times pattern.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final, Literal, TypeAlias
from unicodedata import category, combining, name, normalize

Fold: TypeAlias = Literal["accents", "punctuation", "yo"]

#: Characters of an accepted answer, and of a typed one.
LONGEST_PATTERN: Final = 200
LONGEST_TEXT: Final = 10_000
#: Letters that a word of the answer must have for a typing error to be forgiven in it.
FORGIVEN_FROM: Final = 6
#: Stands for an unescaped star while a pattern is folded: a private character that no folding touches.
_ANY: Final = "\U000f0000"
_STAR: Final = re.compile(r"\\\*|\*")
_MARKS: Final = str.maketrans(dict.fromkeys("‘’‛ʼʹʻ′`´", "'") | dict.fromkeys("‐‑‒–—―−﹘⁃", "-"))
_YO: Final = str.maketrans("ёЁ", "еЕ")


def matches(answer: str, typed: str, fold: Collection[Fold] = (), *, case_sensitive: bool = False) -> bool:
    """Whether the typed text is this answer; stars in the answer stand for any text."""
    wanted = _forms(_STAR.sub(_star, answer.replace(_ANY, "")), fold, case_sensitive)
    given = _forms(typed.replace(_ANY, ""), fold, case_sensitive)
    return any(_fits(form.split(_ANY), text) for form, text in zip(wanted, given, strict=True))


def nearly_matches(
    answer: str, typed: str, fold: Collection[Fold] = (), *, case_sensitive: bool = False
) -> bool:
    """Whether the typed text is this answer but for one typing error in a word of six letters or more.

    A typing error is one letter too many, too few or another one. Answers with stars have no typing errors.
    """
    if has_star(answer):
        return False
    wanted, given = _forms(literal(answer), fold, case_sensitive), _forms(typed, fold, case_sensitive)
    return any(_nearly(form.split(" "), text.split(" ")) for form, text in zip(wanted, given, strict=True))


def is_empty(answer: str, fold: Collection[Fold] = ()) -> bool:
    """Whether nothing is left of the answer when it is folded, so that it would match any such text.

    Of a text with letters, digits or other signs folding leaves something, unless it drops punctuation.
    """
    return not answer.strip() or (
        "punctuation" in fold and not all(_forms(answer, fold, case_sensitive=False))
    )


def exactly(text: str) -> str:
    """The answer that accepts this text: a star in it is one."""
    return text.replace("*", "\\*")


def literal(answer: str) -> str:
    r"""The answer as people read it: ``\*`` is a star."""
    return answer.replace("\\*", "*")


def has_star(answer: str) -> bool:
    """Whether the answer holds a star that stands for any text."""
    return any(found.group() == "*" for found in _STAR.finditer(answer))


def _star(found: re.Match[str]) -> str:
    return _ANY if found.group() == "*" else "*"


def _forms(text: str, fold: Collection[Fold], case_sensitive: bool) -> tuple[str, ...]:
    """The text as it is compared: one form, or two where punctuation is dropped (a dash as a space, or dropped too)."""
    text = normalize("NFKC", text.translate(_MARKS)).translate(_MARKS)
    if not case_sensitive:
        text = normalize("NFKC", text.casefold())
    if "yo" in fold:
        text = text.translate(_YO)
    if "accents" in fold:
        text = _without_accents(text)
    spelled = [_without_punctuation(text, dash) for dash in (" ", "")] if "punctuation" in fold else [text]
    return tuple(" ".join(form.split()) for form in spelled)


def _without_punctuation(text: str, dash: str) -> str:
    return "".join(dash if mark == "-" else "" if category(mark)[0] == "P" else mark for mark in text)


def _without_accents(text: str) -> str:
    """Latin and Greek letters without their marks; й stays й."""
    kept, bare = [], False
    for character in normalize("NFD", text):
        if not combining(character):
            bare = name(character, "").startswith(("LATIN ", "GREEK "))
        elif bare:
            continue
        kept.append(character)
    return normalize("NFC", "".join(kept))


def _fits(pieces: Sequence[str], text: str) -> bool:
    """Whether the text is the pieces in order with anything between them: each piece at its earliest place."""
    first, last = pieces[0], pieces[-1]
    if len(pieces) == 1:
        return text == first
    if len(text) < len(first) + len(last) or not (text.startswith(first) and text.endswith(last)):
        return False
    place, end = len(first), len(text) - len(last)
    for piece in pieces[1:-1]:
        found = text.find(piece, place, end)
        if found < 0:
            return False
        place = found + len(piece)
    return True


def _nearly(wanted: Sequence[str], given: Sequence[str]) -> bool:
    different = [(right, typed) for right, typed in zip(wanted, given, strict=False) if right != typed]
    if len(wanted) != len(given) or len(different) != 1:
        return len(wanted) == len(given) and not different
    right, typed = different[0]
    return len(right) >= FORGIVEN_FROM and _one_edit(right, typed)


def _one_edit(one: str, other: str) -> bool:
    """Whether one letter added, dropped or changed makes one word the other."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return False
    same = next(
        (place for place, pair in enumerate(zip(short, long, strict=False)) if pair[0] != pair[1]), len(short)
    )
    return short[same + (len(short) == len(long)) :] == long[same + 1 :]
