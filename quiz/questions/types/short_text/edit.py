"""The authoring form of short text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from wtforms import BooleanField, FieldList, Form, FormField, StringField, TextAreaField

from quiz.questions.editing import filled, given, said, texts
from quiz.questions.rules.text import Fold

NAME = "Short text"
SUMMARY = "A word or phrase is typed."


class AnswerForm(Form):
    """One accepted answer."""

    text = TextAreaField("")
    credit = StringField("Share of the mark")
    feedback = TextAreaField("Feedback")


class EditForm(Form):
    """Accepted answers, and what is overlooked in comparing."""

    answers = FieldList(FormField(AnswerForm), "Answer")
    case_sensitive = BooleanField("Capital letters matter")
    accents = BooleanField("Overlook accents")
    punctuation = BooleanField("Overlook punctuation")
    yo = BooleanField("Take ё for е")
    typo = BooleanField("Forgive one typing error in a long word")


def from_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The form's values."""
    fold = fields.get("fold", ())
    return {
        "answers": [texts(answer, "text", "credit", "feedback") for answer in fields.get("answers", [{}])],
        "case_sensitive": bool(fields.get("case_sensitive")),
        **{name: name in fold for name in get_args(Fold)},
        "typo": bool(fields.get("typo")),
    }


def to_fields(form: EditForm) -> dict[str, Any]:
    """The type's part of a bank file."""
    data = form.data
    return {
        "answers": [
            {"text": said(row, "text"), **given(row, "credit", "feedback")} for row in filled(data["answers"])
        ],
        "case_sensitive": data["case_sensitive"],
        "fold": [name for name in get_args(Fold) if data[name]],
        "typo": int(data["typo"]),
    }
