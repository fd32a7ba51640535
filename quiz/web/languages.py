"""The languages of the pages: in which one a request is answered, and its words.

Code and templates say everything in English. ``quiz/translations/<tag>.po`` says it in another language (``make words``
brings it up to date); it is read when a process first needs it, so nothing has to be compiled. What a catalogue does
not hold is shown in English.
"""

from __future__ import annotations

from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Final

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import has_request_context, request
from flask_babel import Babel, Domain, get_locale
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from quiz.web.session import find_card

CATALOGUES = Path(__file__).resolve().parent.parent / "translations"
#: By the tag that people choose; the first is the one that everything is written in, with British dates (13 July 2021).
LOCALES: Final = {"en": Locale("en", "GB"), "ru": Locale("ru"), "zh": Locale("zh")}
DEFAULT: Final = LOCALES["en"]


class Words(Domain):
    """The words of all pages."""

    def get_translations(self) -> NullTranslations:
        """Those of the request's language."""
        return catalogue(tag())


class Languages(Babel):
    """Flask-Babel with our words, kept from request to request."""

    domain_instance = Words()


babel = Languages()


def chosen() -> Locale:
    """The language of this request's page: that of the person, else the one of ours that the browser likes best."""
    if not has_request_context():
        return DEFAULT
    card = find_card()
    if card and card.language in LOCALES:
        return LOCALES[card.language]
    return LOCALES[of_browser(request.headers.get("Accept-Language", ""))]


@lru_cache(500)
def of_browser(header: str) -> str:
    """The tag of the language that a header Accept-Language likes best; English where it names none of ours."""
    return parse_accept_header(header[:500], LanguageAccept).best_match(LOCALES, "en")


def tag() -> str:
    """The language of what is made now, as HTML names it."""
    return str((get_locale() or DEFAULT).language)


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
