"""The authoring form of cloze: each gap is edited by the form of its own type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import FieldList, Form, FormField, StringField, TextAreaField

from quiz.questions import types
from quiz.questions.editing import given, lines, said, texts
from quiz.questions.types.cloze.gaps import fitting

NAME = "Cloze"
SUMMARY = "Gaps in a text are filled, each a small question of another type."


class _GapForm(Form):
    """A gap: its mark, its type, its weight; what belongs to the type is in the field of the type's name."""

    numbered = True
    #: Whether somebody is at work on the gap, or something is wrong with it: the page then shows all of it.
    attended = False

    id = StringField("")
    type = StringField("")
    weight = StringField("Weight")

    @classmethod
    def start(cls, kind: str) -> dict[str, Any]:
        """The values of a new gap of this type; none where there is no such type."""
        return {"type": kind, kind: types.editing(kind).from_fields({})} if kind in fitting() else {}


GapForm = type("GapForm", (_GapForm,), {name: FormField(types.editing(name).EditForm) for name in fitting()})


class EditForm(Form):
    """The text, its gaps, and which of them may be swapped: a line for each group, its ids parted by commas."""

    text = TextAreaField("Text with gaps")
    gaps = FieldList(FormField(GapForm), "Gap")
    interchangeable = TextAreaField("Gaps whose answers may be swapped")

    @staticmethod
    def kinds() -> dict[str, str]:
        """What a gap can be: the names of the types, and what they are called."""
        return {name: types.editing(name).NAME for name in fitting()}


def from_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The form's values."""
    return {
        **texts(fields, "text"),
        "gaps": [_row(name, gap) for name, gap in fields.get("gaps", {}).items()],
        "interchangeable": "\n".join(map(", ".join, fields.get("interchangeable", ()))),
    }


def _row(name: str, gap: Mapping[str, Any]) -> dict[str, Any]:
    kind = gap["type"]
    return {"id": name, **texts(gap, "type", "weight"), kind: types.editing(kind).from_fields(gap)}


def to_fields(form: EditForm) -> dict[str, Any]:
    """The type's part of a bank file."""
    groups = [[name.strip() for name in line.split(",")] for line in lines(form.interchangeable.data)]
    return {
        "text": said(form.data, "text"),
        "gaps": {said(row.data, "id"): _gap(row.form) for row in form.gaps},
        "interchangeable": groups,
    }


def _gap(row: Any) -> dict[str, Any]:
    kind = said(row.data, "type")
    own = types.editing(kind).to_fields(row[kind].form) if kind in fitting() else {}
    return {"type": kind, **given(row.data, "weight"), **own}
