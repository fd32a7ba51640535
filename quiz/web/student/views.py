"""Courses, grades, and the way to and from a quiz."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from quiz.errors import AccessCode, Invalid
from quiz.operations import (
    accounts,
    attempts,
    courses,
    learning,
    peer_review,
    reporting,
    rescoring,
    starting,
    teaching,
)
from quiz.web.courses.views import teachers_page
from quiz.web.errors import wants_json
from quiz.web.guard import grace, moment, public, signed_in
from quiz.web.html import said, use_time_zone
from quiz.web.session import Card, find_actor, get_actor, show
from quiz.web.student.practice_form import RetentionForm
from quiz.web.student.release import promises

blueprint = Blueprint("student", __name__)


@blueprint.get("/")
@public
def home() -> ResponseReturnValue:
    """The ways in, or my courses."""
    actor = find_actor(moment())
    if actor is None:
        return render_template("student/welcome.html")
    me = accounts.me(actor)
    card = Card.of(me)
    show(card)
    taught = teaching.dashboard(actor, moment(), grace()) if card.teaches else None
    notices = rescoring.my_notices(actor, moment())
    needed = peer_review.for_me(actor) if card.teaches else None
    return render_template("student/home.html", person=me, teaching=taught, needed=needed, notices=notices)


@blueprint.post("/rescored/<int:rescoring_id>")
@signed_in
def read_notice(rescoring_id: int) -> ResponseReturnValue:
    """I have read that my grade was changed."""
    rescoring.read_notice(get_actor(), rescoring_id, moment())
    return redirect(url_for("student.home"), 303)


@blueprint.get("/courses/<int:course_id>")
@signed_in
def course(course_id: int) -> ResponseReturnValue:
    """A course with its quizzes."""
    found = courses.course(get_actor(), course_id, moment(), grace())
    use_time_zone(found.time_zone)
    if found.role != "student":
        return teachers_page(found)
    return render_template("student/course.html", course=found)


@blueprint.get("/grades")
@signed_in
def grades() -> ResponseReturnValue:
    """My own grades, over all my courses."""
    number = request.args.get("page", 1, type=int)
    page = reporting.my_grades(get_actor(), moment(), number, grace())
    return render_template("student/grades.html", page=page)


@blueprint.route("/practice", methods=["GET", "POST"])
@signed_in
def practice() -> ResponseReturnValue:
    """What is to be practised today, and how much I want to remember."""
    form = RetentionForm()
    if form.validate_on_submit():
        learning.set_retention(get_actor(), form.share)
        flash(_("Questions follow your wish from your next answer on."), "good")
        return redirect(url_for("student.practice"), 303)
    today = learning.practice_today(get_actor(), moment())
    if not form.is_submitted():
        form.retention.data = round(today.retention * 100)
    status = Invalid.status if form.errors else 200
    return render_template("student/practice.html", today=today, form=form), status


@blueprint.get("/quizzes/<int:quiz_id>")
@signed_in
def start_page(quiz_id: int) -> ResponseReturnValue:
    """The rules of a quiz and the button that starts it."""
    return _start_page(quiz_id)


def _start_page(quiz_id: int, wrong: str = "") -> str:
    quiz = starting.start_page(get_actor(), quiz_id, moment(), grace())
    use_time_zone(quiz.time_zone)
    return render_template(
        "student/start.html", quiz=quiz, shown=promises(quiz), wrong=wrong, language=_language(quiz)
    )


def _language(quiz: starting.StartPage) -> str:
    """The language to begin with: one that the browser asks for and all questions have, else the banks' own."""
    whole = [language for language, count in quiz.languages.items() if count == quiz.ready]
    wanted = request.form.get("language") or request.accept_languages.best_match(whole)
    return wanted or next(iter(quiz.languages), "")


@blueprint.post("/quizzes/<int:quiz_id>/attempts")
@signed_in
def start(quiz_id: int) -> ResponseReturnValue:
    """Start an attempt, or take up the one in progress."""
    code = request.form.get("access_code", "")
    try:
        attempt_id = attempts.start(
            get_actor(),
            quiz_id,
            code,
            moment(),
            grace(),
            address=request.remote_addr or "",
            language=request.form.get("language", ""),
        )
    except AccessCode as error:
        if wants_json():
            raise
        return _start_page(quiz_id, wrong=said(error.text)), error.status
    return redirect(url_for("attempt.enter", attempt_id=attempt_id), 303)
