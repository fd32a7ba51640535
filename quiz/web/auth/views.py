"""Signing in and out, joining a course with a code, coming back with a code, the account."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from quiz.errors import Invalid, NotFound
from quiz.operations import accounts, factors, joining, personal
from quiz.operations.access import Actor
from quiz.operations.passkeys import Site
from quiz.web.auth.forms import (
    AddressForm,
    CodeForm,
    JoinForm,
    LoginForm,
    PasswordForm,
    PreferencesForm,
    RegisterForm,
    ReturnForm,
)
from quiz.web.downloads import download
from quiz.web.forms import Form, place
from quiz.web.guard import (
    mails,
    may_come_in,
    moment,
    public,
    public_address,
    second_factor_roles,
    signed_in,
    site_key,
)
from quiz.web.session import Card, enter, find_actor, get_actor, leave, show, wait
from quiz.web.signatures import csrf_token

blueprint = Blueprint("auth", __name__)

RETURN_CODE = "return_code"


def client_address() -> str:
    """Whose guesses are counted together."""
    return request.remote_addr or ""


def safe_next(target: str | None) -> str:
    """Where to go after signing in: a path of this site, else the home page."""
    parts = urlsplit(target or "")
    inside = not parts.scheme and not parts.netloc and parts.path.startswith("/")
    if target and inside and not target.startswith(("//", "/\\")) and target.isprintable():
        return target
    return url_for("student.home")


def begin(actor: Actor) -> None:
    """A new session for whoever has just proved who they are."""
    enter(actor, Card.of(accounts.me(actor)), moment())


def admit(actor: Actor, target: str) -> ResponseReturnValue:
    """On to where somebody wants to go who has given password or return code; by way of a second factor, where there is one."""
    step = factors.next_step(actor, second_factor_roles())
    if not step:
        begin(actor)
        return redirect(target, 303)
    if step == "setup":
        factors.prepare(actor, site_key())
    wait(actor, moment(), target)
    return redirect(url_for("second.code" if step == "code" else "second.setup"), 303)


def login_page(form: LoginForm) -> str:
    """The page to sign in, with what was wrong."""
    passkeys = passkey_site() is not None
    return render_template("auth/login.html", form=form, passkeys=passkeys)


def passkey_site() -> Site | None:
    """As what browsers know this site; None where they make no passkeys for it: at a bare number, or without https."""
    parts = urlsplit(public_address("student.home"))
    host = parts.hostname or ""
    secure = parts.scheme == "https" or host == "localhost"
    if not secure or ":" in host or host.replace(".", "").isdigit():
        return None
    return Site(host, f"{parts.scheme}://{parts.netloc}")


@blueprint.route("/login", methods=["GET", "POST"])
@public
def login() -> ResponseReturnValue:
    """Sign in by user name and password."""
    form = LoginForm()
    if form.validate_on_submit():
        try:
            actor = accounts.sign_in(form.username.data, form.password.data, client_address(), moment())
        except Invalid as error:
            place(form, error)
        else:
            return admit(actor, safe_next(request.args.get("next")))
    return login_page(form)


@blueprint.route("/register", methods=["GET", "POST"])
@public
def register() -> ResponseReturnValue:
    """Make an account by user name and password, where the installation lets people do that."""
    if not may_come_in("account"):
        raise NotFound
    form = RegisterForm()
    if form.validate_on_submit():
        try:
            actor = accounts.register(
                form.username.data, form.name.data or "", form.password.data, client_address(), moment()
            )
        except Invalid as error:
            place(form, error)
        else:
            return admit(actor, safe_next(request.args.get("next")))
    return render_template("auth/register.html", form=form)


@blueprint.post("/logout")
@public
def logout() -> ResponseReturnValue:
    """Forget this browser's session; with ``everywhere=1`` end all sessions of this person."""
    actor = find_actor(moment())
    if actor is not None and request.form.get("everywhere") == "1":
        accounts.sign_out_everywhere(actor, moment())
    leave()
    return redirect(url_for("student.home"), 303)


@blueprint.get("/session")
@public
def current_session() -> ResponseReturnValue:
    """Who is signed in here, and the token that their changes need: for a page that outlived its session."""
    actor = find_actor(moment())
    return {"user": actor.id if actor else None, "csrf_token": csrf_token()}


@blueprint.get("/join")
@public
def join_form() -> ResponseReturnValue:
    """Type a join code; 404 where none is taken."""
    if not may_come_in("code"):
        raise NotFound
    form = CodeForm(request.args)
    if "code" in request.args and form.validate():
        return redirect(url_for("auth.join", code=form.code.data.strip()), 303)
    return render_template("auth/join_form.html", form=form)


@blueprint.route("/join/<code>", methods=["GET", "POST"])
@public
def join(code: str) -> ResponseReturnValue:
    """Join the course of this code, by name as a new student or as who is signed in; 404 where it is not open."""
    if not may_come_in("code"):
        raise NotFound
    card, form = joining.by_code(code, client_address(), moment()), JoinForm()
    actor = find_actor(moment())
    if actor is not None and "as_me" in request.form:
        course_id = joining.join_as(actor, code, client_address(), moment())
        return redirect(url_for("student.course", course_id=course_id), 303)
    if form.validate_on_submit():
        try:
            return _join(joining.join(code, form.name.data, client_address(), moment()))
        except Invalid as error:
            place(form, error)
    return render_template("auth/join.html", form=form, course=card, code=code)


def _join(joined: joining.Joined) -> ResponseReturnValue:
    begin(joined.actor)
    session[RETURN_CODE] = [joined.return_code, joined.course_id]
    return redirect(url_for("auth.joined"), 303)


@blueprint.get("/joined")
@signed_in
def joined() -> ResponseReturnValue:
    """Show the return code, once."""
    code, course_id = session.pop(RETURN_CODE, (None, None))
    return render_template("auth/joined.html", code=code, course_id=course_id)


@blueprint.route("/return", methods=["GET", "POST"])
@public
def back() -> ResponseReturnValue:
    """Sign in again by the personal return code."""
    form = ReturnForm()
    if form.validate_on_submit():
        try:
            actor = accounts.return_with_code(form.code.data, client_address(), moment())
        except Invalid as error:
            place(form, error)
        else:
            return admit(actor, safe_next(request.args.get("next")))
    return render_template("auth/return.html", form=form)


@blueprint.get("/account")
@signed_in
def account() -> ResponseReturnValue:
    """Language, colours, time zone, password, sessions."""
    return account_page(accounts.me(get_actor()))


def account_page(me: accounts.Me, **forms: Form) -> str:
    """The account of somebody, with forms that were sent and came back."""
    preferences = forms.get("preferences") or PreferencesForm(
        None, language=me.language or "", theme=me.theme, time_zone=me.time_zone or ""
    )
    if isinstance(preferences, PreferencesForm):
        preferences.offer_choices()
    password = forms.get("password") or PasswordForm(None)
    address = forms.get("address") or AddressForm(None, address=me.mail_address or "")
    return render_template(
        "auth/account.html",
        person=me,
        preferences=preferences,
        password=password,
        address=address,
        mails=mails(),
        passkeys=passkey_site() is not None,
    )


@blueprint.get("/account/data")
@signed_in
def my_data() -> ResponseReturnValue:
    """What is kept about me, as a file."""
    found = personal.my_data(get_actor(), moment())
    text = json.dumps(found, ensure_ascii=False, indent=1)
    return download(text, _("What is kept about me"), ".json", "application/json")


@blueprint.post("/account/preferences")
@signed_in
def set_preferences() -> ResponseReturnValue:
    """Change language, colours and time zone."""
    form = PreferencesForm()
    form.offer_choices()
    try:
        accounts.set_preferences(
            get_actor(), form.theme.data or "", form.time_zone.data or "", form.language.data or ""
        )
    except Invalid as error:
        place(form, error)
        return account_page(accounts.me(get_actor()), preferences=form)
    show(Card.of(accounts.me(get_actor())))
    flash(_("Your settings are saved."), "good")
    return redirect(url_for("auth.account"), 303)


@blueprint.post("/account/password")
@signed_in
def change_password() -> ResponseReturnValue:
    """Change the password; all other sessions end."""
    form = PasswordForm()
    if form.validate():
        try:
            actor = accounts.change_password(get_actor(), form.current.data, form.new.data, moment())
        except Invalid as error:
            place(form, error)
        else:
            begin(actor)
            flash(_("Your password is changed. You are signed out everywhere else."), "good")
            return redirect(url_for("auth.account"), 303)
    return account_page(accounts.me(get_actor()), password=form)
