"""The authoring form of numerical."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import FieldList, Form, FormField, StringField, TextAreaField

from quiz.questions.editing import filled, given, said, texts, with_points

NAME = "Number"
SUMMARY = "A number is typed, with or without a unit."

_VALUES = ("value", "tolerance", "tolerance_type", "min", "max", "credit", "feedback")
_NUMBERS = ("value", "tolerance", "min", "max", "credit")


class AnswerForm(Form):
    """One accepted number: a value with its tolerance, or a range."""

    value = StringField("Number")
    tolerance = StringField("Tolerance")
    tolerance_type = StringField("Kind of tolerance")
    min = StringField("From")
    max = StringField("To")
    credit = StringField("Share of the mark")
    feedback = TextAreaField("Feedback")


class UnitForm(Form):
    """A unit that may follow the number."""

    unit = StringField("")
    factor = StringField("Factor")


class EditForm(Form):
    """Accepted numbers and units."""

    answers = FieldList(FormField(AnswerForm), "Answer")
    units = FieldList(FormField(UnitForm), "Unit")
    unit = StringField("The unit")
    unit_penalty = StringField("A wrong unit costs")


def from_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The form's values."""
    return {
        "answers": [texts(answer, *_VALUES) for answer in fields.get("answers", [{}])],
        "units": [texts(unit, "unit", "factor") for unit in fields.get("units", ())],
        **texts(fields, "unit", "unit_penalty"),
    }


def to_fields(form: EditForm) -> dict[str, Any]:
    """The type's part of a bank file."""
    data = form.data
    return {
        "answers": [_answer(row) for row in filled(data["answers"])],
        "units": [
            {"unit": said(row, "unit"), "factor": said(row, "factor")} for row in filled(data["units"])
        ],
        **given(data, "unit", "unit_penalty"),
    }


def _answer(row: Mapping[str, Any]) -> dict[str, Any]:
    """Without the kind of a tolerance that is not given."""
    answer = with_points(given(row, *_VALUES), *_NUMBERS)
    if "tolerance" not in answer:
        answer.pop("tolerance_type", None)
    return answer
