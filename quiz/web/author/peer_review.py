"""Reviews and comments: the queue, and what is said to a question."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from quiz.errors import EditConflict, Invalid
from quiz.operations import peer_review
from quiz.operations.peer_review import Decision
from quiz.web.author.views import page_number
from quiz.web.forms import in_words, row_id, typed
from quiz.web.guard import moment, signed_in
from quiz.web.session import get_actor

blueprint = Blueprint("peer_review", __name__)


@blueprint.get("/reviews")
@signed_in
def queue() -> ResponseReturnValue:
    """The questions that wait for my word, or (``which=all``) all that are in review."""
    which = "all" if request.args.get("which") == "all" else "mine"
    page = peer_review.queue(get_actor(), which, page_number())
    return render_template("author/reviews.html", page=page, which=which)


@blueprint.post("/questions/<int:question_id>/review")
@signed_in
def review(question_id: int) -> ResponseReturnValue:
    """Ask for a review, take that back, approve the question or send it back."""
    act = _ACTS.get(request.form.get("act", ""), _ask)
    try:
        flash(act(question_id), "good")
    except Invalid as error:
        return _back(question_id, error)
    except EditConflict:
        flash(_("The question has changed since you looked. Look again."), "look")
    return _back(question_id)


def _ask(question_id: int) -> str:
    peer_review.ask(get_actor(), question_id, request.form.get("reviewer", ""), moment())
    return _("A review is asked for.")


def _withdraw(question_id: int) -> str:
    peer_review.withdraw(get_actor(), question_id, moment())
    return _("The review is no longer asked for.")


def _approve(question_id: int) -> str:
    _decide(question_id, "approved")
    return _("Approved: the question is ready.")


def _return(question_id: int) -> str:
    _decide(question_id, "returned")
    return _("Sent back, with your comment.")


def _decide(question_id: int, outcome: Decision) -> None:
    number = request.form.get("number", 0, type=row_id)
    peer_review.decide(get_actor(), question_id, number, outcome, _text(), moment())


_ACTS: Mapping[str, Callable[[int], str]] = {
    "ask": _ask,
    "withdraw": _withdraw,
    "approve": _approve,
    "return": _return,
}


def _text() -> str:
    return typed("text").replace("\r\n", "\n")


@blueprint.post("/questions/<int:question_id>/comments")
@signed_in
def say(question_id: int) -> ResponseReturnValue:
    """Comment on a question, or answer to a comment."""
    thread = request.form.get("thread", None, type=row_id)
    try:
        peer_review.say(get_actor(), question_id, _text(), thread, moment())
    except Invalid as error:
        return _back(question_id, error)
    return _back(question_id)


@blueprint.post("/comments/<int:comment_id>/resolve")
@signed_in
def resolve(comment_id: int) -> ResponseReturnValue:
    """Nothing is left to do there, or something is."""
    resolved = request.form.get("resolved") == "1"
    return _back(peer_review.resolve(get_actor(), comment_id, moment(), resolved=resolved))


def _back(question_id: int, error: Invalid | None = None) -> ResponseReturnValue:
    """To what is said to the question; what is wrong stands on top of the page."""
    for problem in error.problems if error else ():
        flash(in_words(problem), "bad")
    return redirect(url_for("author.question", question_id=question_id, _anchor="talk"), 303)
