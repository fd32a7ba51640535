"""People and their accounts, for administrators. Each operation checks the role, in its own transaction."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from quiz.errors import Invalid
from quiz.operations import accounts, factors, links, personal
from quiz.web.admin.forms import EraseForm, PasswordForm, RoleForm, SearchForm, UserForm
from quiz.web.forms import Form, in_words, place
from quiz.web.guard import moment, public_address, signed_in
from quiz.web.session import get_actor

blueprint = Blueprint("admin", __name__, url_prefix="/users")

LINK = "issued_link"


@blueprint.get("")
@signed_in
def users() -> ResponseReturnValue:
    """People by name."""
    form = SearchForm(request.args)
    found = accounts.users(get_actor(), form.search.data or "", request.args.get("page", 1, type=int))
    return render_template("admin/users.html", form=form, page=found)


@blueprint.route("/new", methods=["GET", "POST"])
@signed_in
def add() -> ResponseReturnValue:
    """Add a person with a password."""
    accounts.demand(get_actor(), ("administrator",))
    form = UserForm()
    if not form.is_submitted():
        return render_template("admin/new.html", form=form)
    if form.validate():
        try:
            user_id = accounts.add_user(
                get_actor(),
                form.username.data,
                form.name.data or "",
                form.password.data,
                form.role.data,
                moment(),
            )
        except Invalid as error:
            place(form, error)
        else:
            flash(_("Added. They can sign in now."), "good")
            return redirect(url_for("admin.user", user_id=user_id), 303)
    return render_template("admin/new.html", form=form), Invalid.status


@blueprint.get("/<int:user_id>")
@signed_in
def user(user_id: int) -> ResponseReturnValue:
    """One person's account."""
    return _user(user_id)


def _user(user_id: int, wrong: Form | None = None) -> str:
    person = accounts.user(get_actor(), user_id)
    forms = {"role": RoleForm(None, role=person.role), "password": PasswordForm(None)}
    if wrong is not None:
        forms["role" if isinstance(wrong, RoleForm) else "password"] = wrong
    belongs = accounts.courses_of(get_actor(), user_id)
    return render_template("admin/user.html", person=person, belongs=belongs, **forms)


@blueprint.post("/<int:user_id>/role")
@signed_in
def set_role(user_id: int) -> ResponseReturnValue:
    """Change a person's role in the site."""
    form = RoleForm()
    if form.validate():
        try:
            accounts.set_role(get_actor(), user_id, form.role.data, moment())
        except Invalid as error:
            place(form, error)
        else:
            return _done(user_id, _("The role is changed."))
    return _user(user_id, form), Invalid.status


@blueprint.post("/<int:user_id>/password")
@signed_in
def set_password(user_id: int) -> ResponseReturnValue:
    """Give a person a new password; their sessions end."""
    form = PasswordForm()
    if form.validate():
        try:
            accounts.set_password(get_actor(), user_id, form.password.data, moment())
        except Invalid as error:
            place(form, error)
        else:
            return _done(user_id, _("The password is set. Their sessions have ended."))
    return _user(user_id, form), Invalid.status


@blueprint.get("/<int:user_id>/password-link")
@signed_in
def password_link(user_id: int) -> ResponseReturnValue:
    """Show the link that was made, once."""
    person = accounts.user(get_actor(), user_id)
    key, for_user = session.pop(LINK, (None, None))
    address = public_address("links.new_password", key=key) if for_user == user_id else ""
    return render_template("admin/password_link.html", person=person, address=address)


@blueprint.post("/<int:user_id>/password-link")
@signed_in
def issue_password_link(user_id: int) -> ResponseReturnValue:
    """Make a link with which a person chooses a new password."""
    session[LINK] = [links.issue(get_actor(), user_id, moment()), user_id]
    return redirect(url_for("admin.password_link", user_id=user_id), 303)


@blueprint.post("/<int:user_id>/active")
@signed_in
def set_active(user_id: int) -> ResponseReturnValue:
    """Let a person in (``active=1``), or keep them out; their sessions end."""
    active = request.form.get("active") == "1"
    try:
        accounts.set_active(get_actor(), user_id, active, moment())
    except Invalid as error:
        flash(in_words(error.problems[0]), "bad")
        return redirect(url_for("admin.user", user_id=user_id), 303)
    return _done(user_id, _("They can sign in again.") if active else _("They cannot sign in any more."))


@blueprint.post("/<int:user_id>/sign-out")
@signed_in
def sign_out(user_id: int) -> ResponseReturnValue:
    """End a person's sessions on all devices."""
    accounts.end_sessions(get_actor(), user_id, moment())
    return _done(user_id, _("They are signed out on all devices."))


@blueprint.post("/<int:user_id>/authenticator")
@signed_in
def take_authenticator(user_id: int) -> ResponseReturnValue:
    """Take away authenticator and passkeys of somebody who has lost them."""
    factors.take_away(get_actor(), user_id, moment())
    return _done(user_id, _("They sign in with the password alone. Their sessions have ended."))


@blueprint.route("/<int:user_id>/erase", methods=["GET", "POST"])
@signed_in
def erase(user_id: int) -> ResponseReturnValue:
    """Put a pseudonym in the place of a person: what goes and what stays is said first, and the name is typed."""
    person, form = accounts.user(get_actor(), user_id), EraseForm()
    if form.validate_on_submit():
        if (form.name.data or "").strip() == person.name:
            try:
                personal.erase(get_actor(), user_id, moment())
            except Invalid as error:
                flash(in_words(error.problems[0]), "bad")
            else:
                return _done(user_id, _("Erased. Backups made before still hold the name."))
        else:
            form.name.errors = [_("This is not the name of this person.")]
    problems = [in_words(one) for one in personal.in_the_way(get_actor(), user_id)]
    status = Invalid.status if form.is_submitted() else 200
    return render_template("admin/erase.html", person=person, form=form, problems=problems), status


def _done(user_id: int, words: str) -> ResponseReturnValue:
    flash(words, "good")
    return redirect(url_for("admin.user", user_id=user_id), 303)
