"""Invitations, as administrators make them and take them back."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired

from quiz.errors import Invalid
from quiz.operations import inviting
from quiz.operations.inviting import Offer
from quiz.web.admin.forms import ROLES
from quiz.web.courses.forms import COURSE_ROLES
from quiz.web.forms import Form, place
from quiz.web.guard import may_come_in, moment, public_address, signed_in
from quiz.web.quizzes.forms import Whole
from quiz.web.session import get_actor

blueprint = Blueprint("inviting", __name__, url_prefix="/invitations")

LINK = "issued_invitation"


class InvitationForm(Form):
    """Who may come as what, how many, how long."""

    note = StringField(_l("For whom"), [DataRequired(_l("Say whom it is for."))])
    role = SelectField(_l("Role"), choices=ROLES, default="author")
    course = SelectField(_l("Course"), coerce=int, default=0)
    course_role = SelectField(_l("Role in the course"), choices=COURSE_ROLES, default="teacher")
    uses = Whole(_l("How many people"), default=1)
    days = Whole(_l("Days that it works"), default=7)

    def offer_courses(self) -> None:
        """Fills the list of courses; its first entry is none."""
        rows = inviting.all_courses(get_actor())
        self.course.choices = [SelectChoice(0, _("None")), *(SelectChoice(id_, title) for id_, title in rows)]

    def offer(self) -> Offer:
        """What the invitation gives."""
        return Offer(self.role.data, self.course.data or None, self.course_role.data)


@blueprint.get("")
@signed_in
def invitations() -> ResponseReturnValue:
    """All invitations; one that was just made shows its link, once."""
    page = inviting.invitations(get_actor(), request.args.get("page", 1, type=int), moment())
    key = session.pop(LINK, None)
    address = public_address("invited.invitation", invitation_key=key) if key else ""
    return render_template(
        "admin/invitations.html", page=page, address=address, possible=may_come_in("invitation")
    )


@blueprint.route("/new", methods=["GET", "POST"])
@signed_in
def invite() -> ResponseReturnValue:
    """Make an invitation."""
    form = InvitationForm()
    form.offer_courses()
    if not form.is_submitted():
        return render_template("admin/invite.html", form=form)
    if form.validate():
        try:
            key = inviting.invite(
                get_actor(), form.offer(), form.note.data, form.uses.data or 0, form.days.data or 0, moment()
            )
        except Invalid as error:
            place(form, error)
        else:
            session[LINK] = key
            return redirect(url_for("inviting.invitations"), 303)
    return render_template("admin/invite.html", form=form), Invalid.status


@blueprint.post("/<int:invitation_id>/revoke")
@signed_in
def revoke(invitation_id: int) -> ResponseReturnValue:
    """Take an invitation back."""
    inviting.revoke(get_actor(), invitation_id, moment())
    flash(_("The invitation leads nowhere any more. Who has used it stays."), "good")
    return redirect(url_for("inviting.invitations"), 303)
