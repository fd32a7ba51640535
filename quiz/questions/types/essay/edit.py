"""The authoring form of essay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import FieldList, Form, FormField, StringField, TextAreaField

from quiz.questions.editing import filled, given, lines, said, texts

NAME = "Essay"
SUMMARY = "A longer text is typed, and marked by hand."


class CriterionForm(Form):
    """A criterion; each line of its levels begins with their points."""

    criterion = StringField("Criterion")
    levels = TextAreaField("Levels")


class EditForm(Form):
    """How it is typed, how long it may be, how it is marked."""

    format = StringField("Typed as")
    min = StringField("Words, at least")
    max = StringField("Words, at most")
    rubric = FieldList(FormField(CriterionForm), "Criterion")
    model_answer = TextAreaField("Model answer")


def from_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The form's values."""
    return {
        "format": fields.get("format", "plain"),
        **texts(fields.get("words", {}), "min", "max"),
        "rubric": [_row(one) for one in fields.get("rubric", ())],
        **texts(fields, "model_answer"),
    }


def _row(one: Mapping[str, Any]) -> dict[str, str]:
    levels = "\n".join(f"{level['points']} {level['text']}" for level in one["levels"])
    return {"criterion": one["criterion"], "levels": levels}


def to_fields(form: EditForm) -> dict[str, Any]:
    """The type's part of a bank file."""
    data = form.data
    words = given(data, "min", "max")
    return {
        **given(data, "format"),
        **({"words": words} if words else {}),
        "rubric": [
            {"criterion": said(row, "criterion"), "levels": [_level(line) for line in lines(row["levels"])]}
            for row in filled(data["rubric"])
        ],
        **given(data, "model_answer"),
    }


def _level(line: str) -> dict[str, str]:
    points, _, text = line.partition(" ")
    return {"points": points, "text": text.strip()}
