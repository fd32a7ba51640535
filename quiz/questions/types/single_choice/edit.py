"""The authoring form of single choice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import BooleanField, FieldList, Form, FormField, StringField, TextAreaField

from quiz.questions.editing import are_credited, filled, option_of, option_rows

NAME = "Single choice"
SUMMARY = "One option out of several is chosen."


class OptionForm(Form):
    """One option."""

    id = StringField("")
    text = TextAreaField("")
    feedback = TextAreaField("Reason")
    credit = StringField("Share of the mark")


class EditForm(Form):
    """Options; ``key`` is the id of the right one, unless each is ``credited``."""

    options = FieldList(FormField(OptionForm), "Option")
    key = StringField("Right option")
    credited = BooleanField("Each option has a share of the mark of its own")


def from_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The form's values."""
    rows = option_rows(fields)
    key = next((row["id"] for row in rows if row.get("correct")), "")
    return {"options": rows, "key": key, "credited": are_credited(fields)}


def to_fields(form: EditForm) -> dict[str, Any]:
    """Options as in a bank file."""
    key, credited = form.key.data, form.credited.data
    rows = filled(form.options.data)
    return {"options": [option_of(row, correct=row["id"] == key, credited=credited) for row in rows]}
