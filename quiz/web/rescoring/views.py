"""Rescoring: who would gain and lose, the one button that does it, and the one that takes it back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict

from quiz.errors import Conflict, EditConflict
from quiz.operations import rescoring
from quiz.operations.rescoring import POLICIES, Request, Rescored
from quiz.web.forms import in_words
from quiz.web.guard import moment, signed_in
from quiz.web.html import use_time_zone
from quiz.web.session import get_actor

blueprint = Blueprint("rescoring", __name__, url_prefix="/quizzes/<int:quiz_id>/rescoring")

#: For a question: the best step where its key was wrong. For a quiz only those that score by keys.
OF_ONE, OF_ALL = POLICIES, ("new-key", "both-keys", "never-lower")


@blueprint.get("")
@signed_in
def history(quiz_id: int) -> ResponseReturnValue:
    """What has been rescored, and the way back."""
    found = rescoring.history(get_actor(), quiz_id)
    use_time_zone(found.time_zone)
    return render_template("rescoring/history.html", h=found)


@blueprint.get("/new", defaults={"version_id": None})
@blueprint.get("/new/<int:version_id>")
@signed_in
def look(quiz_id: int, version_id: int | None) -> ResponseReturnValue:
    """Who would gain and lose by a policy, for one question or for all. Nothing is changed."""
    return _page(quiz_id, _asked(version_id, request.args))


@blueprint.post("/new", defaults={"version_id": None})
@blueprint.post("/new/<int:version_id>")
@signed_in
def run(quiz_id: int, version_id: int | None) -> ResponseReturnValue:
    """Do what was looked at."""
    asked = _asked(version_id, request.form)
    try:
        done = rescoring.run(get_actor(), quiz_id, asked, moment(), request.form.get("seen", ""))
    except EditConflict as error:
        return _page(quiz_id, asked, conflict=True), error.status
    flash(_told(done), "good")
    return redirect(url_for("rescoring.history", quiz_id=quiz_id), 303)


@blueprint.post("/<int:rescoring_id>/undo")
@signed_in
def undo(quiz_id: int, rescoring_id: int) -> ResponseReturnValue:
    """Take it back."""
    try:
        rescoring.undo(get_actor(), quiz_id, rescoring_id, moment())
        flash(_("Taken back: marks and grades are as before."), "good")
    except Conflict:
        flash(_("The same question was scored again later. Take that back first."), "bad")
    return redirect(url_for("rescoring.history", quiz_id=quiz_id), 303)


def _asked(version_id: int | None, given: MultiDict[str, str]) -> Request:
    """What stands in the address or in the form."""
    policies = OF_ONE if version_id else OF_ALL
    policy: Any = given.get("policy", policies[0])
    reason = given.get("reason", "").replace("\0", "")
    return Request(policy, version_id, given.get("by_hand") == "1", reason)


def _page(quiz_id: int, asked: Request, *, conflict: bool = False) -> str:
    """The dry run."""
    found = rescoring.dry_run(get_actor(), quiz_id, asked, moment())
    use_time_zone(found.time_zone)
    return render_template(
        "rescoring/look.html",
        r=found,
        policies=OF_ONE if asked.version_id else OF_ALL,
        refused=[in_words(one) for one in found.refused],
        conflict=conflict,
        page=found.page(request.args.get("page", 1, type=int)),
        spread=found.spread,
        most=max((part.n for part in found.spread), default=0),
    )


def _told(done: Rescored) -> str:
    said = [_("Done.")]
    if done.raised:
        said.append(ngettext("One grade rose.", "%(num)d grades rose.", done.raised))
    if done.lowered:
        said.append(ngettext("One grade fell.", "%(num)d grades fell.", done.lowered))
    return " ".join(said if len(said) > 1 else [*said, _("No grade changes by it.")])
