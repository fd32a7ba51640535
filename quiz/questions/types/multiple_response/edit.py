"""The authoring form of multiple response."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import BooleanField, FieldList, Form, FormField, StringField, TextAreaField

from quiz.questions.editing import are_credited, filled, given, option_of, option_rows, texts

NAME = "Multiple response"
SUMMARY = "All right options out of several are ticked."


class OptionForm(Form):
    """One option."""

    id = StringField("")
    text = TextAreaField("")
    correct = BooleanField("Right")
    feedback = TextAreaField("Reason")
    credit = StringField("Share of the mark")


class EditForm(Form):
    """Options, each right or wrong, unless each is ``credited``."""

    options = FieldList(FormField(OptionForm), "Option")
    credited = BooleanField("Each option has a share of the mark of its own")
    choose = StringField("How many are right, as the student is told")


def from_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The form's values."""
    return {
        "options": option_rows(fields),
        "credited": are_credited(fields),
        **texts(fields, "choose"),
    }


def to_fields(form: EditForm) -> dict[str, Any]:
    """Options as in a bank file."""
    credited = form.credited.data
    rows = filled(form.options.data)
    options = [option_of(row, correct=row["correct"], credited=credited) for row in rows]
    return {"options": options, **given(form.data, "choose")}
