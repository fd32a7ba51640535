"""Passkeys: adding them, taking them away, signing in with one. Only browsers with a script can; the password stays.

A challenge lies in the signed cookie from the request for it to the answer, once, for some minutes.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from quiz.errors import Invalid, NotFound, Problem
from quiz.operations import passkeys
from quiz.operations.passkeys import Site
from quiz.web.auth.forms import LoginForm, PasskeyForm
from quiz.web.auth.views import begin, client_address, login_page, passkey_site, safe_next
from quiz.web.forms import in_words, place, typed
from quiz.web.guard import moment, public, signed_in
from quiz.web.session import get_actor

blueprint = Blueprint("passkeys", __name__)

CHALLENGE = "challenge"
#: How long somebody has to unlock their device.
WAITS = timedelta(minutes=5)


def _site() -> Site:
    site = passkey_site()
    if site is None:
        raise NotFound
    return site


def _asked(options: dict[str, Any], challenge: bytes) -> ResponseReturnValue:
    """What the script hands to the browser; its challenge is kept for the answer."""
    session[CHALLENGE] = [b64encode(challenge).decode(), int((moment() + WAITS).timestamp())]
    return options


def _answered() -> tuple[dict[str, Any], bytes]:
    """The answer that the script has sent, and the challenge it has to be to. Raises Invalid where there is neither."""
    challenge, until = session.pop(CHALLENGE, ("", 0))
    try:
        answer = json.loads(request.form.get("answer", ""))
    except ValueError:
        answer = None
    if not isinstance(answer, dict) or until <= moment().timestamp():
        raise Invalid([Problem("", _("no passkey was used in time"), _("try again"))])
    return answer, b64decode(challenge)


def _words(error: Invalid) -> str:
    return " ".join(map(in_words, error.problems))


# The account ---------------------------------------------------------------------------------------------------------


@blueprint.get("/account/passkeys")
@signed_in
def mine() -> ResponseReturnValue:
    """My passkeys, and a form for another one."""
    found = passkeys.passkeys(get_actor())
    return render_template(
        "auth/passkeys.html", keys=found, form=PasskeyForm(None), possible=passkey_site() is not None
    )


@blueprint.post("/account/passkeys/options")
@signed_in
def add_options() -> ResponseReturnValue:
    """What a device is asked for a new key; after the password, so that nobody leaves theirs in an open session."""
    try:
        return _asked(*passkeys.to_add(get_actor(), request.form.get("current", ""), _site(), moment()))
    except Invalid as error:
        return {"wrong": _words(error)}, Invalid.status


@blueprint.post("/account/passkeys")
@signed_in
def add() -> ResponseReturnValue:
    """Keep the device's new key."""
    try:
        passkeys.add(get_actor(), *_answered(), typed("name"), _site(), moment())
    except Invalid as error:
        flash(_words(error), "bad")
    else:
        flash(_("The passkey is kept: sign in with it from now on."), "good")
    return redirect(url_for("passkeys.mine"), 303)


@blueprint.post("/account/passkeys/<int:passkey_id>/remove")
@signed_in
def remove(passkey_id: int) -> ResponseReturnValue:
    """Take one away."""
    passkeys.remove(get_actor(), passkey_id, moment())
    flash(_("The passkey opens this account no more. Delete it from your device too."), "good")
    return redirect(url_for("passkeys.mine"), 303)


# Signing in ----------------------------------------------------------------------------------------------------------


@blueprint.post("/login/passkey/options")
@public
def sign_in_options() -> ResponseReturnValue:
    """What a device is asked for any key of this site."""
    return _asked(*passkeys.to_sign_in(_site()))


@blueprint.post("/login/passkey")
@public
def sign_in() -> ResponseReturnValue:
    """Sign in by a passkey; no further factor is asked for."""
    try:
        actor = passkeys.sign_in(*_answered(), _site(), client_address(), moment())
    except Invalid as error:
        form = LoginForm(None)
        place(form, error)
        return login_page(form), Invalid.status
    begin(actor)
    return redirect(safe_next(request.args.get("next")), 303)
