"""A running quiz as its teacher watches it: who is where, a message, more time, the end."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from quiz.errors import Invalid
from quiz.operations import watching
from quiz.operations.access import TEACHING
from quiz.web.forms import in_words, row_id, typed
from quiz.web.guard import grace, moment, signed_in
from quiz.web.html import minutes as in_minutes
from quiz.web.html import use_time_zone
from quiz.web.session import get_actor

blueprint = Blueprint("live", __name__, url_prefix="/quizzes/<int:quiz_id>/live")


@blueprint.get("")
@signed_in
def page(quiz_id: int) -> ResponseReturnValue:
    """Who is at work."""
    view = watching.live(get_actor(), quiz_id, request.args.get("page", 1, type=int), moment(), grace())
    use_time_zone(view.time_zone)
    return render_template("live/live.html", view=view, teaches=view.role in TEACHING)


def _chosen() -> list[int] | None:
    """The attempts whose boxes are ticked (``attempt``, repeated); None with ``all=1``."""
    return None if request.form.get("all") == "1" else request.form.getlist("attempt", type=row_id)


def _back(quiz_id: int, words: str, state: str) -> Response:
    flash(words, state)
    return redirect(url_for("live.page", quiz_id=quiz_id, page=request.form.get("page")), 303)


def _nobody(quiz_id: int) -> Response:
    return _back(quiz_id, _("Nobody is chosen who is at work: tick the boxes beside the names."), "look")


@blueprint.post("/extend")
@signed_in
def extend(quiz_id: int) -> ResponseReturnValue:
    """Give those who are chosen more ``minutes``."""
    minutes = request.form.get("minutes", 0, type=int)
    try:
        given = watching.extend(get_actor(), quiz_id, _chosen(), minutes, moment(), grace())
    except Invalid as error:
        return _back(quiz_id, " ".join(map(in_words, error.problems)), "bad")
    if not given:
        return _nobody(quiz_id)
    told = ngettext(
        "One student has %(time)s more.",
        "%(num)d students have %(time)s more.",
        given,
        time=in_minutes(minutes),
    )
    return _back(quiz_id, told, "good")


@blueprint.post("/message")
@signed_in
def tell(quiz_id: int) -> ResponseReturnValue:
    """Say ``text`` to those who are chosen."""
    try:
        told = watching.tell(get_actor(), quiz_id, _chosen(), typed("text"), moment(), grace())
    except Invalid as error:
        return _back(quiz_id, " ".join(map(in_words, error.problems)), "bad")
    if not told:
        return _nobody(quiz_id)
    return _back(quiz_id, ngettext("One student is told.", "%(num)d students are told.", told), "good")


@blueprint.post("/close")
@signed_in
def close(quiz_id: int) -> ResponseReturnValue:
    """Say what the end means for those who are chosen; with ``sure=1`` end their attempts."""
    if request.form.get("sure") == "1":
        ended = watching.close_now(get_actor(), quiz_id, _chosen() or [], moment(), grace())
        return _back(
            quiz_id, ngettext("One attempt was ended.", "%(num)d attempts were ended.", ended), "good"
        )
    view, people = watching.working_among(get_actor(), quiz_id, _chosen(), moment(), grace())
    if not people:
        return _nobody(quiz_id)
    use_time_zone(view.time_zone)
    return render_template("live/close.html", view=view, people=people)
