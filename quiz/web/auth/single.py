"""Signing in through another system: OpenID Connect, by the authorization code flow with PKCE (RFC 7636).

Authlib keeps state, nonce and verifier in the signed cookie, and checks the answer; whose account it opens is for
``quiz.operations.identities``.
"""

from __future__ import annotations

import logging
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from quiz.errors import Invalid, NotFound
from quiz.operations import accounts, identities
from quiz.operations.identities import Vouched
from quiz.web.auth.forms import SureForm
from quiz.web.auth.views import begin, client_address, safe_next
from quiz.web.forms import Form, in_words, place
from quiz.web.guard import may_come_in, moment, public, public_address, signed_in
from quiz.web.session import find_actor, get_actor

blueprint = Blueprint("single", __name__)
log = logging.getLogger(__name__)

#: In the cookie, from the leaving to the coming back: where to go then, and whether an account is to be tied.
WISH = "single"
#: How the keys begin under which Authlib keeps each leaving in the cookie, for an hour.
_LEAVING = "_state_oidc_"
#: Seconds within which an account is tied after its person has said so.
_SURE_FOR = 600
#: Seconds that the other system has for an answer.
PATIENCE = 10


def _system() -> Any:
    """The other system, as Authlib knows it. NotFound where the settings name none."""
    settings = current_app.extensions["settings"]
    if not settings.oidc_issuer:
        raise NotFound
    if "oidc" not in current_app.extensions:
        from authlib.integrations.flask_client import OAuth  # noqa: PLC0415 - only who uses it pays

        current_app.extensions["oidc"] = OAuth(current_app).register(
            "oidc",
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret,
            server_metadata_url=f"{settings.oidc_issuer}/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid profile email",
                "code_challenge_method": "S256",
                "default_timeout": PATIENCE,
            },
        )
    return current_app.extensions["oidc"]


def _faults() -> tuple[type[Exception], ...]:
    """What an answer that is wrong, or none, raises: in the protocol, in its keys and signatures, on the way."""
    from authlib.common.errors import AuthlibBaseError  # noqa: PLC0415 - only who uses it pays
    from joserfc.errors import JoseError  # noqa: PLC0415
    from requests import RequestException  # noqa: PLC0415

    return AuthlibBaseError, JoseError, RequestException, RuntimeError, ValueError, LookupError


def _leave(wish: dict[str, Any]) -> ResponseReturnValue:
    """On to the other system, which leads back to ``back``. An earlier leaving is over: a few would overfill the cookie."""
    system = _system()
    for key in [key for key in session if key.startswith(_LEAVING)]:
        del session[key]
    session[WISH] = wish
    try:
        answer: ResponseReturnValue = system.authorize_redirect(public_address("single.back"))
    except _faults() as error:
        return _failed(error, wish)
    return answer


def _failed(error: Exception, wish: dict[str, Any]) -> ResponseReturnValue:
    log.warning("no sign-in by OpenID Connect: %s", type(error).__name__, exc_info=error)
    name = current_app.extensions["settings"].oidc_name
    flash(_("%(name)s has not signed you in. Try again, or sign in another way.", name=name), "bad")
    return _home(wish)


def _home(wish: dict[str, Any]) -> ResponseReturnValue:
    return redirect(
        url_for("single.mine") if wish.get("tie") else url_for("auth.login", next=wish.get("next")), 303
    )


@blueprint.get("/login/single")
@public
def sign_in() -> ResponseReturnValue:
    """On to the other system, to sign in there."""
    return _leave({"next": safe_next(request.args.get("next"))})


@blueprint.get("/login/single/back")
@public
def back() -> ResponseReturnValue:
    """Back from the other system: sign in whom it vouches for, or tie the account of who is signed in."""
    system, wish = _system(), session.pop(WISH, {})
    try:
        who = _vouched(system, system.authorize_access_token())
    except _faults() as error:
        return _failed(error, wish)
    try:
        if wish.get("tie"):
            identities.tie(find_actor(moment()) or get_actor(), who, moment())
            flash(_("From now on you can sign in that way too."), "good")
            return redirect(url_for("single.mine"), 303)
        may = may_come_in("account") or may_come_in("code")
        actor = identities.sign_in(who, client_address(), moment(), may_register=may)
    except Invalid as error:
        flash(" ".join(map(in_words, error.problems)), "bad")
        return _home(wish)
    begin(actor)
    return redirect(safe_next(wish.get("next")), 303)


def _vouched(system: Any, token: dict[str, Any]) -> Vouched:
    """Who comes, by the checked ID token; what it leaves out of name and user name is asked for."""
    settings = current_app.extensions["settings"]
    claims = dict(token["userinfo"])
    wanted = [name for name in ("name", settings.oidc_username_claim) if name]
    if not all(claims.get(name) for name in wanted) and system.load_server_metadata().get(
        "userinfo_endpoint"
    ):
        more = system.userinfo(token=token)
        if more.get("sub") == claims["sub"]:  # Core 1.0, 5.3.2
            claims = {**more, **claims}
    if str(claims["iss"]).rstrip("/") != settings.oidc_issuer:
        raise ValueError("another issuer than OIDC_ISSUER")
    return Vouched(
        issuer=settings.oidc_issuer,
        subject=str(claims["sub"]),
        name=_said(claims, "name"),
        username=_said(claims, settings.oidc_username_claim),
    )


def _said(claims: dict[str, Any], name: str) -> str:
    """A claim as text, without what no database takes: NUL, and halves of characters, which JSON can hold."""
    return str(claims.get(name) or "").encode(errors="ignore").decode().replace("\0", "")


# The account ---------------------------------------------------------------------------------------------------------


@blueprint.route("/account/single", methods=["GET", "POST"])
@signed_in
def mine() -> ResponseReturnValue:
    """Whether my account is tied to the other system; it can be once this form is sent, with the password where there is one.

    So nobody ties an open session, and no page of others leads somebody into tying what is not theirs.
    """
    _system()
    me, ready = accounts.me(get_actor()), False
    form = SureForm() if me.has_password else Form()
    if form.validate_on_submit():
        try:
            if isinstance(form, SureForm):
                accounts.demand_password(get_actor(), form.current.data or "", moment())
            ready = True
            session["may_tie"] = int(moment().timestamp()) + _SURE_FOR
        except Invalid as error:
            place(form, error)
    tied = identities.mine(get_actor(), current_app.extensions["settings"].oidc_issuer)
    status = Invalid.status if form.is_submitted() and not ready else 200
    return render_template("auth/single.html", person=me, form=form, ready=ready, tied=tied), status


@blueprint.get("/account/single/go")
@signed_in
def go() -> ResponseReturnValue:
    """On to the other system, to tie my account to it."""
    _system()
    if session.pop("may_tie", 0) <= moment().timestamp():
        return redirect(url_for("single.mine"), 303)
    return _leave({"tie": True})


@blueprint.post("/account/single/remove")
@signed_in
def remove() -> ResponseReturnValue:
    """Take the tie away."""
    _system()
    try:
        identities.untie(get_actor(), current_app.extensions["settings"].oidc_issuer, moment())
    except Invalid as error:
        flash(" ".join(map(in_words, error.problems)), "bad")
    else:
        flash(_("You no longer sign in that way."), "good")
    return redirect(url_for("single.mine"), 303)
