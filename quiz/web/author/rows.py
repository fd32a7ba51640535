"""The rows of a question's form: adding, removing and moving them, and finding the field that a fault belongs to."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from copy import deepcopy
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l
from wtforms import FieldList, Form, FormField

from quiz.errors import Problem
from quiz.questions.editing import MOST_ROWS, fresh_id
from quiz.web.html import said

#: Fields that are not seen: what is wrong with them is said at their row.
UNSEEN = frozenset({"id", "choice_id", "kind", "type", "place"})
#: Steps of a fault's path that have another name in the form.
_NAMES = {"from": "start", "to": "end", "timeless": "time"}
_STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


# Changing -----------------------------------------------------------------------------------------------------------


def change(form: Form, act: str, name: str, argument: str, used: Collection[str]) -> tuple[Form, str]:
    """The form with the rows of the list ``name`` changed, and the name of the row that now has the attention.

    ``act`` is add (``argument``: the kind of row, "" where there is one only), remove, up or down (the row's place,
    from 0). What makes no sense changes nothing. ``used``: ids that a new row does not get.
    """
    data = deepcopy(form.data)
    found = next(_lists(form, name, ()), None)
    if found is None:
        return form, ""
    field, path = found
    rows: Any = data
    for step in path:
        rows = rows[step]
    place = (
        _added(field, rows, argument, {*used, *_ids(data)}) if act == "add" else _moved(rows, act, argument)
    )
    made = type(form)(data=data)
    return made, f"{name}-{place}" if 0 <= place < len(rows) else ""


def _lists(
    form: Any, name: str, path: tuple[str | int, ...]
) -> Iterator[tuple[FieldList, tuple[str | int, ...]]]:
    """The list of this name, and the way to it in the form's data."""
    for field in form:
        here = (*path, field.short_name)
        if isinstance(field, FieldList):
            if field.name == name:
                yield field, here
            for place, entry in enumerate(field):
                if isinstance(entry, FormField):
                    yield from _lists(entry.form, name, (*here, place))
        elif isinstance(field, FormField):
            yield from _lists(field.form, name, here)


def _added(field: FieldList, rows: list[Any], kind: str, used: Collection[str]) -> int:
    """Adds a row; returns its place, −1 where the list is full or takes no rows of this kind."""
    if len(rows) >= MOST_ROWS:
        return -1
    if field.unbound_field.field_class is not FormField:
        rows.append("")
        return len(rows) - 1
    made = field.unbound_field.args[0]
    row = made.start(kind) if hasattr(made, "start") else {}
    if hasattr(made, "start") and not row:
        return -1
    if hasattr(made, "id"):
        row["id"] = fresh_id(used, number=getattr(made, "numbered", False))
    rows.append(row)
    return len(rows) - 1


def _moved(rows: list[Any], act: str, argument: str) -> int:
    """Moves or removes a row; returns the place to look at."""
    place = int(argument) if argument.isascii() and argument.isdecimal() and len(argument) < 5 else len(rows)
    if place >= len(rows):
        return -1
    row = rows.pop(place)
    if act == "remove":
        return min(place, len(rows) - 1)
    target = max(0, place - 1) if act == "up" else place + 1
    rows.insert(target, row)
    return min(target, len(rows) - 1)


def _ids(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (value[name] or "" for name in ("id", "choice_id") if name in value)
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _ids(part)


def attend(form: Form, name: str) -> None:
    """Lets the first control of the row of this name take the focus. A row says by ``attended`` that it is looked at."""
    for field in fields(form):
        inside = field.name == name or field.name.startswith(f"{name}-")
        if isinstance(field, FormField):
            field.form.attended = inside or name.startswith(f"{field.name}-")
        elif inside and not isinstance(field, FieldList) and field.short_name not in UNSEEN:
            field.render_kw = {**(field.render_kw or {}), "autofocus": True}
            return


def fields(form: Any) -> Iterator[Any]:
    """All fields that a page shows, outer ones before those inside them."""
    for field in form if isinstance(form, FieldList) else shown(form):
        yield field
        if isinstance(field, FieldList | FormField):
            yield from fields(field)


def shown(form: Any) -> list[Any]:
    """The fields of a form; of a row that has a type, those of its type and of no other."""
    named = {field.short_name: field for field in form}
    own = named["type"].data if "type" in named else None
    return [field for name, field in named.items() if own in (None, name) or not isinstance(field, FormField)]


# Faults -------------------------------------------------------------------------------------------------------------


class Fault(NamedTuple):
    """A fault for the list at the top of a page: the id of its place ("" for none), its words, what is wrong."""

    id: str
    label: str
    what: str


def place(form: Form, problems: Iterable[Problem]) -> list[Fault]:
    """Puts each problem at its field, row or list, and returns them all in order."""
    return [_placed(form, problem) for problem in problems]


def _placed(form: Form, problem: Problem) -> Fault:
    # what a question lacks as a whole is only ever the time of its truth
    label, field = "", None
    for number, found in _way(form, problem.where or "time"):
        label, field = _label(label, found, number), found
        if isinstance(found, FormField):
            found.form.attended = True
    told = words(problem)
    if field is None:
        return Fault("", problem.where, told)
    if isinstance(field, FormField):
        field.form.form_errors = [*field.form.form_errors, told]
    else:
        field.errors = [*field.errors, told]
    return Fault(field.id, label, told)


def words(problem: Problem) -> str:
    """What is wrong, and how to mend it unless that is said in the words of bank files."""
    of_files = ": " in problem.mend or "{" in problem.mend
    mend = _MENDS.get(problem.what) or ("" if of_files else said(problem.mend))
    return f"{said(problem.what)} – {mend}" if mend else said(problem.what)


#: How a page mends what a bank file mends in other words .
_MENDS = {
    "does not say when its key is true": _l("choose always, as of a day, or from a day until another"),
    "is empty": _l("write something"),
    "has too few entries": _l("fill in more"),
}


def _label(before: str, field: Any, number: int | None) -> str:
    own = said(str(field.label.text)) if field.label.text else ""
    if number is not None:
        return f"{before} {number}"
    return ", ".join(part for part in (before, own) if part)


def _way(form: Any, where: str) -> Iterator[tuple[int | None, Any]]:
    """The fields on the way of a path such as ``options[1].text``, the innermost last; with an entry its number."""
    here = form
    for place_, name in _STEP.findall(where):
        found = (
            _entry(here, place_, name)
            if isinstance(here, FieldList)
            else _member(here, _NAMES.get(name, name))
        )
        if found is None:
            return
        for number, field in found:
            if field.short_name not in UNSEEN or number is not None:
                yield number, field
            here = field


def _entry(rows: FieldList, place_: str, name: str) -> list[tuple[int, Any]] | None:
    """The entry at this place, or with this id."""
    for number, entry in enumerate(rows, 1):
        if number == int(place_) + 1 if place_ else entry.data.get("id") == name:
            return [(number, entry)]
    return None


def _member(form: Any, name: str) -> list[tuple[None, Any]] | None:
    """The field of this name in a form, or in a form inside it."""
    if not isinstance(form, Form | FormField) or not name:
        return None
    inside = shown(form)
    for field in inside:
        if field.short_name == name:
            return [(None, field)]
    for field in inside:
        if isinstance(field, FormField) and (found := _member(field, name)):
            return found
    return None
