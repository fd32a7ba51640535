"""Texts in several languages, as Moodle's filter for them has them (``filter_multilang``): two or more
``<span lang="en" class="multilang">…</span>`` behind each other are one text, of which a page shows its own language.

Here a question has one text, and its ``translations``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from quiz.banks.model import USUAL_LANGUAGE
from quiz.banks.translations import LISTED, TEXTS, misfits
from quiz.formats._moodle import RUN, SPAN, shows_all

#: A language, whatever the country: ``zh_cn`` is Chinese (``_code``).
_CODE: Final = re.compile(r"[a-z]{2,3}")
#: Languages of a question; each says anew what stands beside its words.
_MOST_LANGUAGES: Final = 50


def in_languages(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """The settled fields in the language of banks, or the first that they have, and translations into the others.

    The same fields where their texts have one language, or do not go together.
    """
    codes = [*dict.fromkeys(code for text in _texts(fields) for code in _codes(text))]
    if not 2 <= len(codes) <= _MOST_LANGUAGES or not all(map(_CODE.fullmatch, codes)):
        return fields
    base = USUAL_LANGUAGE if USUAL_LANGUAGE in codes else codes[0]
    others = {code: _mirror(fields, code) for code in codes if code != base}
    made = {**_chosen(fields, base), "translations": others}
    return fields if any(misfits(made)) else made


def any_shows_all(fields: Mapping[str, Any]) -> bool:
    """Whether any text of the fields does."""
    return any(map(shows_all, _texts(fields)))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for part in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(part)


def _codes(text: str) -> Iterator[str]:
    for run in RUN.finditer(text) if "multilang" in text else ():
        yield from (_code(span[1]) for span in SPAN.finditer(run[0]))


def _code(written: str) -> str:
    return re.split("[_-]", written.lower())[0]


def _text(text: str, code: str) -> str:
    """The text in a language; where a place has no words in it, the first that it has."""

    def words(run: re.Match[str]) -> str:
        spans = {_code(span[1]): span[2] for span in reversed([*SPAN.finditer(run[0])])}
        return spans.get(code, [*spans.values()][-1])

    return RUN.sub(words, text)


def _chosen(value: Any, code: str) -> Any:
    """The same fields with their texts in one language."""
    if isinstance(value, str):
        return _text(value, code) if "multilang" in value else value
    if isinstance(value, Mapping):
        return {name: _chosen(part, code) for name, part in value.items()}
    return [_chosen(part, code) for part in value] if isinstance(value, list) else value


def _mirror(value: Any, code: str) -> Any:
    """The texts that are said in a language, as a translation has them; None where there is none."""
    if isinstance(value, str):
        return _text(value, code) if code in _codes(value) else None
    if isinstance(value, Mapping):
        found = {
            name: _own(part, code) if (value.get("type"), name) == LISTED else _mirror(part, code)
            for name, part in value.items()
            if name in TEXTS or isinstance(part, Mapping | list)
        }
        return {name: part for name, part in found.items() if part is not None} or None
    if isinstance(value, list):
        parts = [_mirror(part, code) for part in value]
        return parts if any(part is not None for part in parts) else None
    return None


def _own(answers: Any, code: str) -> Any:
    """The answers of a short text in a language, which has a list of its own; None where they say nothing in it."""
    said = any(code in _codes(text) for text in _texts(answers))
    return _chosen(answers, code) if said else None
