"""The authoring form of gap_select and drag_words: the text, and beside each word the gaps in which it is right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import BooleanField, FieldList, Form, FormField, StringField, TextAreaField

from quiz.questions.editing import Row, blank_rows, filled, given, said, texts


class WordForm(Form):
    """A word; ``gaps``: the ids of the gaps in which it is right, parted by commas."""

    id = StringField("")
    text = StringField("Word")
    gaps = StringField("Right in gap")
    group = StringField("Group")


class EditForm(Form):
    """The text with its gaps, and the words."""

    text = TextAreaField("Text with gaps")
    choices = FieldList(FormField(WordForm), "Word")
    reuse = BooleanField("A word may be used more than once")


def from_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The form's values."""
    rows = [
        {**texts(word, "id", "text", "group"), "gaps": ", ".join(_gaps_of(word["id"], fields))}
        for word in fields.get("choices", ())
    ]
    return {
        **texts(fields, "text"),
        "choices": rows or blank_rows(4),
        "reuse": bool(fields.get("reuse")),
    }


def _gaps_of(word: str, fields: Mapping[str, Any]) -> list[str]:
    return [gap for gap, right in fields["gaps"].items() if right == word]


def to_fields(form: EditForm) -> dict[str, Any]:
    """The types' part of a bank file."""
    rows = filled(form.choices.data)
    return {
        "text": said(form.data, "text"),
        "choices": [{**given(row, "id", "group"), "text": said(row, "text")} for row in rows],
        "gaps": {gap: said(row, "id") for row in rows for gap in _named(row)},
        **({"reuse": True} if form.reuse.data else {}),
    }


def _named(row: Row) -> list[str]:
    return [name.strip() for name in said(row, "gaps").split(",") if name.strip()]
