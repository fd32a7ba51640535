"""What stands in a bank, read from its flat form: a question, or a family of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quiz.banks.model import Authored, Question


def is_family(fields: Mapping[str, Any]) -> bool:
    """Whether a question in its flat form is a family."""
    return "each" in fields or "variables" in fields


def load(fields: Mapping[str, Any]) -> Authored:
    """A question or a family from its flat form, as ``dump()`` gives it. Raises Invalid."""
    if not is_family(fields):
        return Question.load(fields)
    from quiz.banks.families import Family  # noqa: PLC0415 - a third of what a bank needs; only what has families pays

    return Family.load(fields)
