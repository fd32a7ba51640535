"""What a student will be shown, and when, in sentences: to be read before the quiz is begun."""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from quiz.operations.starting import StartPage

#: Review options in the order in which they are told; what could be had goes without saying.
WORDS = {
    "grade": _l("your grade"),
    "marks": _l("your marks"),
    "attempt": _l("your answers"),
    "right_wrong": _l("whether they are right"),
    "answer": _l("the right answers"),
    "feedback": _l("the reasons"),
    "explanation": _l("explanations and sources"),
}


def promises(quiz: StartPage) -> list[tuple[str, str]]:
    """When, and what: (words, words). Moments that follow each other and show the same are told once."""
    shown = quiz.review
    told: list[tuple[str, Collection[str]]] = []
    if quiz.mode == "practice":
        told.append((_("After each check"), shown.get("during", ())))
    after, later = set(shown.get("after", ())), set(shown.get("later", ()))
    if after == later:
        told.append((_("After you submit"), after))
    else:
        told += [(_("In the first two minutes after you submit"), after), (_("Later"), later)]
    if quiz.closes_at is not None and set(shown.get("closed", ())) != later:
        told.append((_("After the quiz closes"), shown.get("closed", ())))
    return [(when, _list(what)) for when, what in told]


def _list(what: Collection[str]) -> str:
    words = [str(name) for option, name in WORDS.items() if option in what]
    if not words:
        return _("nothing yet")
    return (
        words[0]
        if len(words) == 1
        else _("%(those)s and %(last)s", those=", ".join(words[:-1]), last=words[-1])
    )
