"""A forgotten password, a mail address to confirm: the pages behind the links, and those that have them sent."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from quiz.errors import Invalid, NotFound
from quiz.operations import accounts, links
from quiz.web.auth.forms import AddressForm, ForgottenForm, NewPasswordForm
from quiz.web.auth.views import account_page, client_address
from quiz.web.forms import place
from quiz.web.guard import mails, moment, public, signed_in
from quiz.web.session import get_actor, leave

blueprint = Blueprint("links", __name__)


@blueprint.route("/password", methods=["GET", "POST"])
@public
def forgotten() -> ResponseReturnValue:
    """Have a link for a new password mailed; whoever asks is told the same, whether there is such a person or not."""
    form = ForgottenForm()
    asked = mails() and form.validate_on_submit()
    if asked:
        links.ask(form.username.data, client_address(), moment())
    return render_template("auth/forgotten.html", form=form, mails=mails(), asked=asked)


@blueprint.route("/password/<key>", methods=["GET", "POST"])
@public
def new_password(key: str) -> ResponseReturnValue:
    """Choose a new password by a link. Looking uses nothing up, for programs look at links in mails too."""
    found, form = links.opened("password", key, client_address(), moment()), NewPasswordForm()
    if form.validate_on_submit():
        try:
            links.choose_password(key, form.password.data, client_address(), moment())
        except Invalid as error:
            place(form, error)
        else:
            leave()
            flash(_("You have a new password. Sign in with it."), "good")
            return redirect(url_for("auth.login"), 303)
    return render_template("auth/new_password.html", form=form, found=found, key=key)


@blueprint.post("/account/address")
@signed_in
def set_address() -> ResponseReturnValue:
    """Name a mail address for links, or take it away; where no mail goes out there is nothing to name one for."""
    if not mails():
        raise NotFound
    form = AddressForm()
    if form.validate():
        address = (form.address.data or "").strip()
        try:
            links.set_address(get_actor(), address, form.current.data, moment())
        except Invalid as error:
            place(form, error)
        else:
            told = _("A mail is on its way to %(address)s: open the link in it.", address=address)
            flash(told if address else _("The address is taken away."), "good")
            return redirect(url_for("auth.account"), 303)
    return account_page(accounts.me(get_actor()), address=form)


@blueprint.route("/address/<address_key>", methods=["GET", "POST"])
@public
def confirm_address(address_key: str) -> ResponseReturnValue:
    """Confirm by a button that mail to an address arrives."""
    if request.method == "POST":
        links.confirm_address(address_key, client_address(), moment())
        flash(_("Your mail address is confirmed."), "good")
        return redirect(url_for("student.home"), 303)
    found = links.opened("address", address_key, client_address(), moment())
    return render_template("auth/confirm_address.html", found=found, address_key=address_key)
