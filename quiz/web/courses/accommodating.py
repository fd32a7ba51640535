"""What is granted to one student: more time, further attempts, other dates of a quiz."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import SelectField
from wtforms.fields import SelectChoice

from quiz.errors import Invalid
from quiz.operations import accommodating
from quiz.web.forms import Form, place
from quiz.web.guard import moment, signed_in
from quiz.web.html import use_time_zone
from quiz.web.quizzes.forms import Local, Whole, local, moment_typed
from quiz.web.session import get_actor

blueprint = Blueprint(
    "accommodating", __name__, url_prefix="/courses/<int:course_id>/people/<int:user_id>/accommodations"
)


class GrantForm(Form):
    """More time and further attempts in all quizzes of the course."""

    time_factor = SelectField(
        _l("Extra time"),
        choices=[
            SelectChoice("1", _l("None")),
            SelectChoice("1.25", _l("A quarter more (× 1.25)")),
            SelectChoice("1.5", _l("Half as much again (× 1.5)")),
            SelectChoice("2", _l("Twice the time (× 2)")),
        ],
    )
    extra_attempts = Whole(_l("Further attempts"))


class DatesForm(Form):
    """Other dates of one quiz."""

    opens_at = Local(_l("Opens"))
    closes_at = Local(_l("Closes"))


@blueprint.route("", methods=["GET", "POST"])
@signed_in
def granted(course_id: int, user_id: int) -> ResponseReturnValue:
    """See and change what a student was granted in the whole course."""
    found = accommodating.accommodations(get_actor(), course_id, user_id)
    use_time_zone(found.time_zone)
    form = GrantForm(time_factor=f"{found.time_factor:g}", extra_attempts=found.extra_attempts)
    if form.is_submitted() and form.validate():
        factor, extra = float(form.time_factor.data), form.extra_attempts.data or 0
        try:
            moved = accommodating.grant(get_actor(), course_id, user_id, factor, extra, moment())
        except Invalid as error:
            place(form, error)
        else:
            _told(_("Granted to %(name)s.", name=found.name), moved)
            return redirect(url_for("accommodating.granted", course_id=course_id, user_id=user_id), 303)
    page = render_template("courses/accommodations.html", found=found, form=form)
    return (page, Invalid.status) if form.is_submitted() else page


def _told(words: str, moved: int) -> None:
    if moved:
        words += " " + ngettext(
            "An attempt in progress has its new deadline.",
            "%(num)d attempts in progress have their new deadline.",
            moved,
        )
    flash(words, "good")


@blueprint.route("/quizzes/<int:quiz_id>", methods=["GET", "POST"])
@signed_in
def dates(course_id: int, user_id: int, quiz_id: int) -> ResponseReturnValue:
    """See and change a student's own dates of a quiz."""
    found = accommodating.accommodations(get_actor(), course_id, user_id)
    quiz = found.get_quiz(quiz_id)
    use_time_zone(found.time_zone, typed=True)
    form = DatesForm(
        opens_at=local(quiz.own_opens_at, found.time_zone),
        closes_at=local(quiz.own_closes_at, found.time_zone),
    )
    if form.is_submitted() and form.validate():
        opens = moment_typed(form.opens_at, quiz.own_opens_at, found.time_zone)
        closes = moment_typed(form.closes_at, quiz.own_closes_at, found.time_zone)
        if not form.errors:
            try:
                moved = accommodating.set_dates(get_actor(), quiz_id, user_id, opens, closes, moment())
            except Invalid as error:
                place(form, error)
            else:
                _told(_("The dates of %(name)s are set.", name=found.name), moved)
                return redirect(url_for("accommodating.granted", course_id=course_id, user_id=user_id), 303)
    page = render_template("courses/dates.html", found=found, quiz=quiz, form=form)
    return (page, Invalid.status) if form.is_submitted() else page
