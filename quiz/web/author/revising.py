"""Changing many questions at once: what to change, what that would do, and doing it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, SelectField, StringField
from wtforms.fields import SelectChoice

from quiz.banks.revising import Change
from quiz.errors import Conflict, Invalid, Problem
from quiz.operations import revising
from quiz.operations.revising import Look
from quiz.web.author import selecting
from quiz.web.forms import Form, place
from quiz.web.guard import moment, signed_in
from quiz.web.session import get_actor

blueprint = Blueprint("revising", __name__)

#: Questions that a look lists of each kind; of the others there are the figures.
MOST_LISTED = 100


class ChangeForm(Form):
    """What to change; what is left empty stays as it is. In front of the names that a search has too stands ``to_``."""

    add_tags = StringField(_l("Add tags"))
    remove_tags = StringField(_l("Remove tags"))
    to_topic = StringField(_l("Topic"))
    no_topic = BooleanField(_l("Take the topic away"))
    to_points = StringField(_l("Marks"))
    to_difficulty = SelectField(
        _l("Difficulty"),
        choices=[
            SelectChoice("", _l("as it is")),
            SelectChoice("easy", _l("easy")),
            SelectChoice("medium", _l("medium")),
            SelectChoice("hard", _l("hard")),
        ],
    )
    to_status = SelectField(
        _l("Status"),
        choices=[
            SelectChoice("", _l("as it is")),
            SelectChoice("draft", _l("draft: never drawn")),
            SelectChoice("ready", _l("ready")),
            SelectChoice("retired", _l("retired: no longer drawn")),
        ],
    )
    reason = StringField(_l("Why this change"))
    over_drafts = BooleanField(_l("Change also what somebody is writing at"))

    def change(self) -> Change:
        """What the form says."""
        return Change(
            add_tags=_tags(self.add_tags.data),
            remove_tags=_tags(self.remove_tags.data),
            topic="" if self.no_topic.data else _said(self.to_topic.data),
            points=_said(self.to_points.data),
            difficulty=_said(self.to_difficulty.data),
            status=_said(self.to_status.data),
        )


def _said(text: str | None) -> str | None:
    return (text or "").strip() or None


def _tags(text: str | None) -> tuple[str, ...]:
    """Tags are parted by commas."""
    return tuple(dict.fromkeys(tag for part in (text or "").split(",") if (tag := part.strip())))


@blueprint.get("/banks/<int:bank_id>/change")
@signed_in
def form(bank_id: int) -> ResponseReturnValue:
    """What to change of the selected questions; with ``look`` what that would do. Writes nothing."""
    given = ChangeForm(request.args)
    if "look" not in request.args:
        return _page(bank_id, given)
    return _look(bank_id, given)


@blueprint.post("/banks/<int:bank_id>/change")
@signed_in
def run(bank_id: int) -> ResponseReturnValue:
    """Change what was looked at."""
    given = ChangeForm(MultiDict(request.form))
    try:
        count = revising.run(
            get_actor(),
            bank_id,
            selecting.selection(),
            given.change(),
            request.form.get("seen", ""),
            moment(),
            given.reason.data or "",
            over_drafts=given.over_drafts.data,
        )
    except (Conflict, Invalid) as error:
        return _again(bank_id, given, error)
    flash(ngettext("Changed: one question.", "Changed: %(num)d questions.", count), "good")
    return redirect(url_for("author.bank", bank_id=bank_id), 303)


def _look(bank_id: int, given: ChangeForm) -> ResponseReturnValue:
    try:
        found = revising.look(
            get_actor(),
            bank_id,
            selecting.selection(),
            given.change(),
            moment(),
            over_drafts=given.over_drafts.data,
        )
    except Invalid as error:
        return _again(bank_id, given, error)
    return _page(bank_id, given, found)


def _again(bank_id: int, given: ChangeForm, error: Conflict | Invalid) -> ResponseReturnValue:
    if isinstance(error, Invalid):
        place(given, Invalid(_at_field(given, problem) for problem in error.problems))
        return _page(bank_id, given), error.status
    given.form_errors.append(_("The questions have changed since you looked. Look again."))
    return _page(bank_id, given), error.status


def _at_field(given: ChangeForm, problem: Problem) -> Problem:
    """The problem at the form's field for the question's; faults of tags at those that are added."""
    names = {"tags": "add_tags"}
    where = problem.where.partition("[")[0]
    name = names.get(where, f"to_{where}")
    return Problem(name if name in given else where, problem.what, problem.mend)


def _page(bank_id: int, given: ChangeForm, found: Look | None = None) -> str:
    asked = selecting.asked()
    return render_template(
        "author/change.html",
        chosen=revising.chosen(get_actor(), bank_id, selecting.selection()),
        form=given,
        look=found,
        most=MOST_LISTED,
        asked=selecting.pairs(asked),
        again=selecting.pairs({**asked, **_filled(given)}),
    )


def _filled(given: ChangeForm) -> dict[str, str]:
    """What the form says, to be sent once more."""
    values = {field.name: field.data for field in given}
    return {name: "y" if value is True else value for name, value in values.items() if value}
