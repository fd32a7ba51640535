"""What the authoring forms of the types share. A form deals in text: it holds what was typed, ``Question.load`` judges it.

The form itself is ``types/<type>/edit.py``, with

``NAME``, ``SUMMARY``     what the type is called, and what it asks of a student (English, for gettext)
``EditForm``              its fields: text, boxes, lists of rows, each with its hidden ``id``
``from_fields(fields)``   the form's values for a question in the canonical form of ``Question.dump``; those to begin with
                          for an empty mapping
``to_fields(form)``       the type's part of a question, as it would stand in a bank file

and ``types/<type>/edit.html``, which shows ``form``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import count
from typing import Any, TypeAlias

from quiz.questions.fields import letters
from quiz.questions.rules.numbers import read_number

#: What was typed into one row of a form: a text by field, None for a text that was not there, True or False for a box.
Row: TypeAlias = Mapping[str, Any]

#: Rows of a list that a form takes.
MOST_ROWS = 100


def said(row: Row, name: str) -> str:
    """What was typed into a field, as typed; "" for nothing."""
    return row.get(name) or ""


def given(row: Row, *names: str) -> dict[str, str]:
    """The fields of these names into which something was typed."""
    return {name: row[name] for name in names if said(row, name).strip()}


def with_points(fields: Mapping[str, str], *names: str) -> dict[str, str]:
    """The fields with the decimal commas of these numbers as points, read as a student's are; what is no number stays."""
    read = {name: read_number(fields[name]) for name in names if "," in fields.get(name, "")}
    return {**fields, **{name: f"{number:f}" for name, number in read.items() if number is not None}}


def is_blank(row: Any) -> bool:
    """Whether nothing was typed into a row; what it is called and of what kind it is does not count."""
    if isinstance(row, Mapping):
        return all(is_blank(value) for name, value in row.items() if name not in _NOT_TYPED)
    return not row.strip() if isinstance(row, str) else not row


_NOT_TYPED = frozenset({"id", "choice_id", "kind", "type"})


def filled(rows: Sequence[Any]) -> Sequence[Any]:
    """The rows without the blank ones at the end. Those between stay, so that a fault's path counts as the page does."""
    last = max((place for place, row in enumerate(rows, 1) if not is_blank(row)), default=0)
    return rows[:last]


def texts(fields: Mapping[str, Any], *names: str) -> dict[str, str]:
    """The values of these fields as texts for a form."""
    return {name: str(fields.get(name, "")) for name in names}


def blank_rows(number: int) -> list[dict[str, str]]:
    """Rows to begin with: each has its id and nothing else."""
    return [{"id": name} for name in letters(number)]


def fresh_id(used: Collection[str], *, number: bool = False) -> str:
    """The first id that was never used in a question: a letter, or a number for stems and gaps."""
    names = map(str, count(1)) if number else iter(letters(26 * 27))
    return next(name for name in names if name not in used)


# Rows that several types have ------------------------------------------------------------------------------------


def option_rows(fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a form with options: ``id text feedback credit``, and ``correct`` as a box."""
    rows = [
        {**texts(option, "id", "text", "feedback", "credit"), "correct": bool(option.get("correct"))}
        for option in fields.get("options", ())
    ]
    return rows or blank_rows(4)


def are_credited(fields: Mapping[str, Any]) -> bool:
    """Whether the options are marked by credits."""
    return any("credit" in option for option in fields.get("options", ()))


def option_of(row: Row, *, correct: bool, credited: bool) -> dict[str, Any]:
    """An option as it stands in a bank file; ``credited``: marked by its credit in place of ``correct``."""
    worth = given(row, "credit") if credited else {"correct": True} if correct else {}
    return {**given(row, "id"), "text": said(row, "text"), **worth, **given(row, "feedback")}


def lines(text: str | None) -> list[str]:
    """The lines of a text that are not blank."""
    return [line.strip() for line in (text or "").split("\n") if line.strip()]
