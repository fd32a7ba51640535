"""Copying and moving questions to another bank: where to, what that would do, and doing it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict
from wtforms import RadioField, SelectField
from wtforms.fields import SelectChoice

from quiz.errors import Conflict, Invalid
from quiz.operations import transferring
from quiz.operations.transferring import How, Look
from quiz.web.author import selecting
from quiz.web.forms import Form, place, row_id
from quiz.web.guard import moment, signed_in
from quiz.web.session import get_actor

blueprint = Blueprint("transferring", __name__)


class TransferForm(Form):
    """Where to, and whether they stay here as well."""

    target = SelectField(_l("To which bank"), coerce=row_id, validate_choice=False)
    how = RadioField(
        _l("How"),
        default="copy",
        validate_choice=False,
        choices=[
            SelectChoice("copy", _l("Copy: they stay here, and are new questions there")),
            SelectChoice("move", _l("Move: they leave this bank, and keep their history")),
        ],
    )

    @property
    def chosen(self) -> tuple[int, How]:
        """Both; 0 where no bank is chosen."""
        how: How = "move" if self.how.data == "move" else "copy"
        return self.target.data or 0, how


@blueprint.get("/banks/<int:bank_id>/transfer")
@signed_in
def form(bank_id: int) -> ResponseReturnValue:
    """Choose a bank for the selected questions; with ``look`` what that would do."""
    given = TransferForm(request.args)
    if "look" not in request.args:
        return _page(bank_id, given)
    try:
        found = transferring.look(get_actor(), bank_id, selecting.selection(), *given.chosen, moment())
    except Invalid as error:
        place(given, error)
        return _page(bank_id, given), error.status
    return _page(bank_id, given, found)


@blueprint.post("/banks/<int:bank_id>/transfer")
@signed_in
def run(bank_id: int) -> ResponseReturnValue:
    """Copy or move what was looked at."""
    given = TransferForm(MultiDict(request.form))
    target, how = given.chosen
    try:
        count = transferring.run(
            get_actor(), bank_id, selecting.selection(), target, how, request.form.get("seen", ""), moment()
        )
    except Invalid as error:
        place(given, error)
        return _page(bank_id, given), error.status
    except Conflict as error:
        given.form_errors.append(_("Something has changed since you looked. Look again."))
        return _page(bank_id, given), error.status
    words = {
        "copy": ngettext("Copied: one question.", "Copied: %(num)d questions.", count),
        "move": ngettext("Moved: one question.", "Moved: %(num)d questions.", count),
    }
    flash(words[how], "good")
    return redirect(url_for("author.bank", bank_id=target), 303)


def _page(bank_id: int, given: TransferForm, found: Look | None = None) -> str:
    ways = transferring.ways(get_actor(), bank_id, selecting.selection())
    given.target.choices = [SelectChoice(number, title) for number, title in ways.targets]
    if not ways.movable:
        given.how.choices = [one for one in given.how.choices if one.value == "copy"]
    asked: dict[str, Any] = selecting.asked()
    target, how = given.chosen
    return render_template(
        "author/transfer.html",
        ways=ways,
        form=given,
        look=found,
        asked=selecting.pairs(asked),
        again=selecting.pairs({**asked, "target": str(target), "how": how}),
    )
