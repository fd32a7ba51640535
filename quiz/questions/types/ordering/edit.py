"""The authoring form of ordering."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import FieldList, Form, FormField, StringField, TextAreaField

from quiz.questions.editing import blank_rows, filled, given, said, texts

NAME = "Ordering"
SUMMARY = "Items are put in their order."


class ItemForm(Form):
    """One item."""

    id = StringField("")
    text = TextAreaField("")


class EditForm(Form):
    """Items in the right order."""

    items = FieldList(FormField(ItemForm), "Item")


def from_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The form's values."""
    return {"items": [texts(item, "id", "text") for item in fields.get("items", ())] or blank_rows(4)}


def to_fields(form: EditForm) -> dict[str, Any]:
    """The type's part of a bank file."""
    rows = filled(form.items.data)
    return {"items": [{**given(row, "id"), "text": said(row, "text")} for row in rows]}
