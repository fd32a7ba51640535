"""Where the main navigation leads, by what a person does."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from quiz.web.session import Card

#: (endpoint, words) for everybody who is signed in.
EVERYBODY: tuple[tuple[str, Any], ...] = (
    ("student.home", _l("Home")),
    ("student.grades", _l("My grades")),
)
#: Further places of whoever sees results; of whoever makes banks, or teaches with them.
RESULTS: tuple[tuple[str, Any], ...] = (("survey.page", _l("Overview")),)
BANKS: tuple[tuple[str, Any], ...] = (("author.banks_list", _l("Banks")),)
#: Further places of administrators.
ADMINISTRATION: tuple[tuple[str, Any], ...] = (("admin.users", _l("Users")),)


def navigation(card: Card) -> list[tuple[str, Any]]:
    """The places of this person, in order."""
    places = list(EVERYBODY)
    if card.teaches:
        places += RESULTS
    if card.teaches and card.has_banks:
        places += BANKS
    if card.role == "administrator":
        places += ADMINISTRATION
    return places
