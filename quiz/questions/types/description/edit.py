"""The authoring form of description: there is nothing to fill in beside its text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import Form

NAME = "Description"
SUMMARY = "A text without a question, such as the instructions of a part."


class EditForm(Form):
    """No field of its own."""


def from_fields(_fields: Mapping[str, Any]) -> dict[str, Any]:
    """The form's values."""
    return {}


def to_fields(_form: EditForm) -> dict[str, Any]:
    """The type's part of a bank file."""
    return {}
