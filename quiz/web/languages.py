"""The languages of the pages: in which one a request is answered, and its words (``quiz.files.languages``)."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from babel import Locale
from babel.support import NullTranslations
from flask import has_request_context, request
from flask_babel import Babel, Domain, get_locale
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from quiz.files.languages import LOCALES, Speech, catalogue
from quiz.web.session import find_card

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


def locale() -> Locale:
    """That of what is made now, also where there is no request."""
    return get_locale() or DEFAULT


def tag() -> str:
    """The language of what is made now, as HTML names it."""
    return str(locale().language)


def speech() -> Speech:
    """How that language says things, for what leaves the page."""
    return Speech(tag())
