"""A roster on the page: looked at, entered, taken back; cards with return codes to print."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from quiz.errors import Invalid, Problem
from quiz.operations import courses, return_codes, rosters
from quiz.web.forms import row_id
from quiz.web.guard import bounded, moment, public_address, signed_in
from quiz.web.html import use_time_zone
from quiz.web.pasted import TableForm
from quiz.web.session import get_actor

blueprint = Blueprint("rosters", __name__, url_prefix="/courses/<int:course_id>")

#: Bytes of a request with a roster: a thousand lines take a tenth of it.
LARGEST_ROSTER = 1_000_000


@blueprint.get("/roster")
@signed_in
def form(course_id: int) -> ResponseReturnValue:
    """Choose a roster, or paste its text; or take the last one back."""
    return _form(course_id, TableForm(None), ())


def _form(course_id: int, form: TableForm, faults: Sequence[Problem]) -> str:
    last = rosters.last_roster(get_actor(), course_id)
    use_time_zone(last.time_zone)
    return render_template("courses/roster.html", last=last, form=form, faults=faults)


def _mend(course_id: int, form: TableForm, error: Invalid) -> ResponseReturnValue:
    """The form again, with the text and a list of what is wrong with it."""
    return _form(course_id, form, form.blame(error)), Invalid.status


@blueprint.post("/roster")
@signed_in
@bounded(LARGEST_ROSTER)
def look(course_id: int) -> ResponseReturnValue:
    """What a roster would do. Nothing is written."""
    form = TableForm()
    try:
        plan = rosters.plan(get_actor(), course_id, rosters.read_roster(form.given()))
    except Invalid as error:
        return _mend(course_id, form, error)
    return render_template("courses/roster_plan.html", plan=plan, text=form.text.data)


@blueprint.post("/roster/enter")
@signed_in
@bounded(LARGEST_ROSTER)
def enter(course_id: int) -> ResponseReturnValue:
    """Do what was looked at; shows the cards of new students, once."""
    form = TableForm()
    try:
        cards = rosters.enter(get_actor(), course_id, rosters.read_roster(form.given()), moment())
    except Invalid as error:
        return _mend(course_id, form, error)
    if cards:
        return _cards(course_id, cards)
    flash(_("The roster is entered."), "good")
    return redirect(url_for("courses.people", course_id=course_id), 303)


def _cards(course_id: int, cards: Sequence[return_codes.Card]) -> str:
    course = courses.course(get_actor(), course_id, moment())
    return render_template(
        "courses/cards.html", course=course, cards=cards, address=public_address("auth.back")
    )


@blueprint.post("/roster/undo")
@signed_in
def undo(course_id: int) -> ResponseReturnValue:
    """Take the last roster back."""
    done = rosters.undo(get_actor(), course_id, moment(), request.form.get("seen", 0, type=int))
    flash(ngettext("Taken back, for one person.", "Taken back, for %(num)d people.", done.count), "good")
    if done.left:
        names = ", ".join(done.left)
        flash(_("Left as they are, for they have been changed since: %(names)s.", names=names), "look")
    return redirect(url_for("courses.people", course_id=course_id), 303)


@blueprint.post("/people/cards")
@signed_in
def cards(course_id: int) -> ResponseReturnValue:
    """Say what new cards mean for the people whose boxes are ticked (``user``); with ``sure=1`` make and show them, once."""
    chosen = request.form.getlist("user", type=row_id)
    if request.form.get("sure") == "1":
        return _cards(course_id, return_codes.issue_cards(get_actor(), course_id, chosen, moment()))
    people = return_codes.who_gets_cards(get_actor(), course_id, chosen)
    if not people:
        flash(_("Nobody is chosen who signs in with a return code: tick the boxes beside the names."), "look")
        return redirect(url_for("courses.people", course_id=course_id), 303)
    course = courses.course(get_actor(), course_id, moment())
    return render_template("courses/cards_sure.html", course=course, people=people)
