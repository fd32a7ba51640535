"""The authoring form of true or false."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import Form, StringField, TextAreaField

from quiz.questions.editing import given, texts

NAME = "True or false"
SUMMARY = "A statement is judged."

_TRUTH = {"true": True, "false": False}


class EditForm(Form):
    """Whether the statement is true (``true``, ``false``, "" for not said yet), and words to either answer."""

    answer = StringField("The statement is")
    feedback_true = TextAreaField("To whoever says True")
    feedback_false = TextAreaField("To whoever says False")


def from_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The form's values."""
    answer = "" if fields.get("answer") is None else str(fields["answer"]).lower()
    return {"answer": answer, **texts(fields, "feedback_true", "feedback_false")}


def to_fields(form: EditForm) -> dict[str, Any]:
    """The type's part of a bank file."""
    return {
        "answer": _TRUTH.get(form.answer.data or ""),
        **given(form.data, "feedback_true", "feedback_false"),
    }
