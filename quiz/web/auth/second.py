"""The second factor: giving it when signing in, setting it up, and what belongs to it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from quiz.errors import Invalid, SignedOut
from quiz.operations import factors
from quiz.operations.access import Actor
from quiz.operations.factors import Secret, Standing
from quiz.web.auth.forms import SecondFactorForm, SureForm
from quiz.web.auth.views import begin, client_address
from quiz.web.forms import Form, place
from quiz.web.guard import moment, public, second_factor_roles, signed_in, site_key
from quiz.web.session import get_actor, waiting
from quiz.web.squares import square

blueprint = Blueprint("second", __name__)

CODES = "recovery_codes"


# Signing in ----------------------------------------------------------------------------------------------------------


@blueprint.route("/login/code", methods=["GET", "POST"])
@public
def code() -> ResponseReturnValue:
    """The second step of signing in: a code."""
    try:
        actor, target = waiting(moment())
    except SignedOut:
        return _too_slow()
    form = SecondFactorForm()
    if form.validate_on_submit():
        try:
            factors.check(actor, form.code.data, site_key(), client_address(), moment())
        except Invalid as error:
            place(form, error)
        else:
            begin(actor)
            return redirect(target, 303)
    return render_template("auth/code.html", form=form)


@blueprint.route("/login/authenticator", methods=["GET", "POST"])
@public
def setup() -> ResponseReturnValue:
    """The second step of signing in for whoever has to have an authenticator, and has none: setting it up."""
    try:
        actor, _target = waiting(moment())
    except SignedOut:
        return _too_slow()
    form = SecondFactorForm()
    if form.validate_on_submit():
        done = _confirmed(actor, form)
        if done is not None:
            return done
    return _page(_standing(actor), "second.setup", factors.secret(actor, site_key()), code=form)


def _too_slow() -> ResponseReturnValue:
    flash(_("It took too long: sign in again."), "look")
    return redirect(url_for("auth.login"), 303)


def _confirmed(actor: Actor, form: SecondFactorForm) -> ResponseReturnValue | None:
    """Turns it on and shows the recovery codes; None where the code is wrong, which then stands at its field."""
    try:
        mine, codes = factors.confirm(actor, form.code.data, site_key(), client_address(), moment())
    except Invalid as error:
        place(form, error)
        return None
    begin(mine)
    session[CODES] = codes
    flash(_("Your authenticator is set up. You are signed out everywhere else."), "good")
    return redirect(url_for("second.authenticator"), 303)


# The account ---------------------------------------------------------------------------------------------------------


@blueprint.get("/account/authenticator")
@signed_in
def authenticator() -> ResponseReturnValue:
    """How it stands: off, being set up, or on; with the recovery codes where they have just been made."""
    return _page(_standing(get_actor()), "second.confirm")


def _standing(actor: Actor) -> Standing:
    return factors.standing(actor, second_factor_roles())


def _page(standing: Standing, confirm: str, secret: Secret | None = None, **forms: Form) -> str:
    """``secret``: for whoever has just given the password, else None."""
    return render_template(
        "auth/authenticator.html",
        standing=standing,
        secret=secret,
        square=square(secret.address) if secret else "",
        confirm=confirm,
        codes=session.pop(CODES, []),
        code=forms.get("code") or SecondFactorForm(None),
        start=forms.get("start") or SureForm(None, prefix="start-"),
        renew=forms.get("renew") or SureForm(None, prefix="renew-"),
        off=forms.get("off") or SureForm(None, prefix="off-"),
    )


@blueprint.post("/account/authenticator")
@signed_in
def start() -> ResponseReturnValue:
    """Begin to set it up, or look at the secret again: after the password, and on this page only."""
    form, actor = SureForm(prefix="start-"), get_actor()
    if form.validate():
        try:
            secret = factors.begin(actor, form.current.data, site_key(), moment())
        except Invalid as error:
            place(form, error)
        else:
            return _page(_standing(actor), "second.confirm", secret)
    return _page(_standing(actor), "second.confirm", start=form), Invalid.status


@blueprint.post("/account/authenticator/confirm")
@signed_in
def confirm() -> ResponseReturnValue:
    """Turn it on by its first code."""
    form = SecondFactorForm()
    done = _confirmed(get_actor(), form) if form.validate() else None
    return done or (_page(_standing(get_actor()), "second.confirm", code=form), Invalid.status)


@blueprint.post("/account/authenticator/codes")
@signed_in
def renew() -> ResponseReturnValue:
    """New recovery codes."""
    form = SureForm(prefix="renew-")
    if form.validate():
        try:
            session[CODES] = factors.renew_codes(get_actor(), form.current.data, moment())
        except Invalid as error:
            place(form, error)
        else:
            return redirect(url_for("second.authenticator"), 303)
    return _page(_standing(get_actor()), "second.confirm", renew=form), Invalid.status


@blueprint.post("/account/authenticator/off")
@signed_in
def turn_off() -> ResponseReturnValue:
    """Take it away."""
    form = SureForm(prefix="off-")
    if form.validate():
        try:
            factors.turn_off(get_actor(), form.current.data, moment())
        except Invalid as error:
            place(form, error)
        else:
            flash(_("Your password is enough to sign in again."), "good")
            return redirect(url_for("second.authenticator"), 303)
    return _page(_standing(get_actor()), "second.confirm", off=form), Invalid.status
