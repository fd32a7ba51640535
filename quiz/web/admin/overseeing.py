"""The audit log and the settings, for administrators."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import Field
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, SearchField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import Optional

from quiz.config import read_from_env
from quiz.files.tables import write_csv
from quiz.operations import accounts, overseeing
from quiz.operations.overseeing import Search
from quiz.web.downloads import download_csv
from quiz.web.forms import Form, row_id
from quiz.web.guard import moment, signed_in
from quiz.web.html import zone
from quiz.web.session import get_actor

blueprint = Blueprint("overseeing", __name__)


class LogForm(Form):
    """Who, what, on what, when."""

    who = SearchField(_l("Who"))
    act = SearchField(_l("What was done"))
    subject = SelectField(_l("On what"), validate_choice=False)
    subject_id = IntegerField(_l("Number"), [Optional()])
    since = DateField(_l("From"), [Optional()])
    until = DateField(_l("To"), [Optional()])

    def search(self) -> Search:
        """What is wanted; a field that does not make sense narrows nothing. Days are those of the viewer's time zone."""
        return Search(
            who=(self.who.data or "").strip(),
            act=(self.act.data or "").strip(),
            subject_type=self.subject.data or "",
            subject_id=self.subject_id.data if _is_id(self.subject_id.data) else None,
            since=_midnight(self.since.data),
            until=_midnight(self.until.data, timedelta(days=1)),
        )


def _is_id(number: int | None) -> bool:
    return number is not None and 0 <= number < 2**31


def _midnight(day: date | None, later: timedelta = timedelta(0)) -> datetime | None:
    if day is None or not date(1970, 1, 2) <= day <= date(9000, 1, 1):
        return None
    return datetime.combine(day + later, time(), ZoneInfo(zone()))


@blueprint.get("/audit-log")
@signed_in
def log() -> ResponseReturnValue:
    """Who did what, the newest first."""
    form = LogForm(request.args)
    form.validate()
    kinds = overseeing.kinds(get_actor())
    form.subject.choices = [SelectChoice("", _l("Anything")), *(SelectChoice(kind, kind) for kind in kinds)]
    found = overseeing.log(get_actor(), form.search(), request.args.get("before", type=row_id))
    return render_template("admin/log.html", form=form, log=found, narrowed=form.search() != Search())


@blueprint.get("/audit-log.csv")
@signed_in
def log_file() -> ResponseReturnValue:
    """The same as a file."""
    form = LogForm(request.args)
    form.validate()
    table = overseeing.export(get_actor(), form.search(), moment())
    return download_csv(write_csv(table.rows, table.header), table.name)


class Shown(NamedTuple):
    """A setting as it is shown. ``value`` None: it is secret; ``origin``: environment, program or default."""

    env: str
    value: str | None
    is_set: bool
    origin: str
    doc: str


@blueprint.get("/settings")
@signed_in
def settings() -> ResponseReturnValue:
    """What this installation is set to, and by what. It is changed where the server is started."""
    accounts.demand(get_actor(), ("administrator",))
    return render_template("admin/settings.html", settings=[*_shown()])


def _shown() -> Iterator[Shown]:
    present = current_app.extensions["settings"]
    for one in read_from_env():
        value = getattr(present, one.name)
        origin = present.origins.get(one.name, "default")
        told = str(value) if _may_be_read(one) else None
        yield Shown(one.metadata["env"], told, value != "", origin, one.metadata["doc"])


def _may_be_read(one: Field[Any]) -> bool:
    return bool(one.repr)
