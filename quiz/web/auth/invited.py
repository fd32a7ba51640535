"""The page behind an invitation."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from quiz.errors import Invalid, NotFound
from quiz.operations import inviting
from quiz.web.auth.forms import RegisterForm
from quiz.web.auth.views import admit, client_address
from quiz.web.forms import place
from quiz.web.guard import may_come_in, moment, public
from quiz.web.session import find_actor

blueprint = Blueprint("invited", __name__)


@blueprint.route("/invitation/<invitation_key>", methods=["GET", "POST"])
@public
def invitation(invitation_key: str) -> ResponseReturnValue:
    """Make an account by an invitation, or give what it gives to the one that is signed in (``as_me``)."""
    if not may_come_in("invitation"):
        raise NotFound
    found, form, actor = (
        inviting.invited(invitation_key, client_address(), moment()),
        RegisterForm(),
        find_actor(moment()),
    )
    if actor is not None and "as_me" in request.form:
        inviting.accept_as(actor, invitation_key, client_address(), moment())
        flash(_("You have accepted the invitation."), "good")
        return admit(actor, url_for("student.home"))  # a higher role may have to have a second factor
    if form.validate_on_submit():
        try:
            made = inviting.accept(
                invitation_key,
                form.username.data,
                form.name.data or "",
                form.password.data,
                client_address(),
                moment(),
            )
        except Invalid as error:
            place(form, error)
        else:
            return admit(made, url_for("student.home"))
    return render_template("auth/invitation.html", form=form, found=found, invitation_key=invitation_key)
