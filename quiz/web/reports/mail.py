"""A quiz's report by mail: asking for it, ending it, and the page behind the link in each mail."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired

from quiz.errors import Invalid
from quiz.operations import mailing
from quiz.web.forms import Form, place
from quiz.web.guard import moment, public, signed_in
from quiz.web.html import use_time_zone
from quiz.web.session import get_actor

blueprint = Blueprint("mail", __name__)


class WishForm(Form):
    """Where the report is sent, and how often."""

    address = StringField(_l("Mail address"), [DataRequired(_l("Enter an address."))])
    every = RadioField(
        _l("How often"),
        choices=[
            SelectChoice("week", _l("Each Monday morning")),
            SelectChoice("day", _l("Each morning")),
        ],
    )


@blueprint.route("/quizzes/<int:quiz_id>/report/mail", methods=["GET", "POST"])
@signed_in
def wish(quiz_id: int) -> ResponseReturnValue:
    """Whether and how often the report of a quiz comes by mail."""
    present = mailing.my_wish(get_actor(), quiz_id)
    use_time_zone(present.time_zone)
    form = WishForm(obj=present)
    if form.is_submitted() and form.validate():
        try:
            mailing.wish(get_actor(), quiz_id, form.address.data.strip(), form.every.data, moment())
        except Invalid as error:
            place(form, error)
        else:
            flash(_("The report will come by mail."), "good")
            return redirect(url_for("mail.wish", quiz_id=quiz_id), 303)
    sends = current_app.extensions["settings"].mails
    page = render_template("reports/mail.html", form=form, wish=present, sends=sends)
    return (page, Invalid.status) if form.is_submitted() else page


@blueprint.post("/quizzes/<int:quiz_id>/report/mail/stop")
@signed_in
def unwish(quiz_id: int) -> ResponseReturnValue:
    """No more mail on this quiz."""
    mailing.unwish(get_actor(), quiz_id, moment())
    flash(_("The report no longer comes by mail."), "good")
    return redirect(url_for("mail.wish", quiz_id=quiz_id), 303)


@blueprint.get("/report-mail/<stop_key>")
@public
def ending(stop_key: str) -> ResponseReturnValue:
    """The page behind the link in a mail: a button that ends it, so that no program ends it by following links."""
    return render_template("reports/mail_end.html", title=mailing.about(stop_key), stop_key=stop_key)


@blueprint.post("/report-mail/<stop_key>")
@public
def stop(stop_key: str) -> ResponseReturnValue:
    """Ends it."""
    mailing.stop(stop_key, moment())
    flash(_("The report no longer comes by mail."), "good")
    return redirect(url_for("student.home"), 303)
