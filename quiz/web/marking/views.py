"""Marking by hand: what waits, and one answer after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from quiz.errors import EditConflict, Invalid
from quiz.operations import marking
from quiz.operations.marking import AnswerToMark, Given, Place, Way
from quiz.questions.rules.numbers import show_number
from quiz.web.forms import in_words
from quiz.web.guard import moment, signed_in
from quiz.web.html import use_time_zone
from quiz.web.session import get_actor

blueprint = Blueprint("marking", __name__, url_prefix="/quizzes/<int:quiz_id>/marking")


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands in the form: the mark, the round that it is to follow, and what is wrong by the name of the field."""

    levels: Sequence[int | None]
    points: str
    comment: str
    seen: int
    faults: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, found: AnswerToMark) -> Sheet:
        """The mark that counts. Points stand there where the rubric does not give them."""
        levels = [
            next((place for place, level in enumerate(one.levels) if level.given), None)
            for one in found.rubric
        ]
        points = "" if found.points is None or found.points_by_rubric else show_number(_exact(found.points))
        return cls(levels, points, found.comment, found.round)

    @property
    def given(self) -> Given:
        """The mark as the operation takes it."""
        return Given(tuple(self.levels), self.points, self.comment)


def _exact(stored: float) -> Fraction:
    """The points that a stored double stands for."""
    return Fraction(stored).limit_denominator(10**9)


def _way() -> Way:
    """How it is marked: the switches stand in the address."""
    return Way(**{name: request.args.get(name) == "1" for name in Way._fields})


def _kept() -> dict[str, int]:
    """The switches that are on, for further addresses."""
    return {name: 1 for name, on in _way()._asdict().items() if on}


@blueprint.get("")
@signed_in
def queue(quiz_id: int) -> ResponseReturnValue:
    """The questions of a quiz that people mark."""
    return render_template(
        "marking/queue.html", q=marking.queue(get_actor(), quiz_id), way=_way(), kept=_kept()
    )


@blueprint.get("/questions/<int:version_id>")
@signed_in
def begin(quiz_id: int, version_id: int) -> ResponseReturnValue:
    """The first answer to a question that waits."""
    return _to(quiz_id, marking.find_waiting(get_actor(), quiz_id, version_id, second=_way().second))


@blueprint.get("/<int:attempt_id>/<int:slot>")
@signed_in
def answer(quiz_id: int, attempt_id: int, slot: int) -> ResponseReturnValue:
    """One answer with its mark."""
    found = _answer(quiz_id, Place(attempt_id, slot))
    return _page(found, Sheet.of(found))


@blueprint.post("/<int:attempt_id>/<int:slot>")
@signed_in
def give(quiz_id: int, attempt_id: int, slot: int) -> ResponseReturnValue:
    """Give a mark, and go on to the next answer that waits."""
    place = Place(attempt_id, slot)
    found = _answer(quiz_id, place)
    sheet = _sent(len(found.rubric))
    try:
        marking.give(get_actor(), quiz_id, place, sheet.seen, sheet.given, moment())
    except Invalid as error:
        return _page(found, replace(sheet, faults=_faults(error))), Invalid.status
    except EditConflict:
        theirs = _answer(quiz_id, place)
        return _page(theirs, replace(sheet, seen=theirs.round), conflict=True), EditConflict.status
    flash(_("Saved."), "good")
    after = marking.find_waiting(get_actor(), quiz_id, found.version_id, place, second=_way().second)
    return _to(quiz_id, after)


def _answer(quiz_id: int, place: Place) -> AnswerToMark:
    return marking.answer(get_actor(), quiz_id, place, _way())


def _page(found: AnswerToMark, sheet: Sheet, *, conflict: bool = False) -> str:
    use_time_zone(found.quiz.time_zone)
    return render_template(
        "marking/answer.html", a=found, sheet=sheet, conflict=conflict, way=_way(), kept=_kept()
    )


def _sent(criteria: int) -> Sheet:
    """What was sent; a level or round that is no number is as good as none."""
    form = request.form
    levels = [form.get(f"rubric-{place}", type=int) for place in range(criteria)]
    seen = form.get("seen", 0, type=int)
    return Sheet(levels, form.get("points", ""), form.get("comment", "").replace("\0", ""), seen)


def _faults(error: Invalid) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for problem in error.problems:
        found.setdefault(problem.where, []).append(in_words(problem))
    return found


def _to(quiz_id: int, place: Place | None) -> Response:
    """The page of an answer, or the queue where there is none; what is switched on stays on."""
    kept: dict[str, Any] = {"quiz_id": quiz_id, **_kept()}
    if place is None:
        return redirect(url_for("marking.queue", **kept), 303)
    return redirect(url_for("marking.answer", **kept, **place._asdict()), 303)
