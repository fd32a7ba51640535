"""The sheet that a teacher fills in: one row a question, its columns by name, in any order (docs/formats/csv.md).

``option A``, ``option B`` … are the parts of a question, ``credit A``, ``feedback A``, ``match A``, ``group A`` belong to
them. What a part is depends on the type.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from quiz.files.tables import column_letters

#: Columns that every question may fill, besides ``id`` and ``type``.
COMMON: Final = (
    "name",
    "topic",
    "difficulty",
    "level",
    "points",
    "prompt",
    "text",
    "right",
)
#: Columns after the parts.
AFTER: Final = (
    "explanation",
    "hints",
    "feedback right",
    "feedback partly",
    "feedback wrong",
    "tags",
    "as of",
    "valid from",
    "valid to",
    "scoring",
    "penalty",
    "shuffle",
    "choose",
    "case sensitive",
    "reuse",
    "words",
    "model answer",
    "format",
)
#: What belongs to a part, in front of its letter.
PART: Final = ("option", "match", "group", "credit", "feedback")
#: Parts that a blank sheet has, and a question may have: A to AX.
USUAL: Final = 5
MOST: Final = 50


def letters(count: int) -> list[str]:
    """A … Z, AA, AB and so on."""
    return [*map(column_letters, range(1, count + 1))]


#: Every name that a column may have.
NAMES: Final = frozenset(
    {"id", "type", *COMMON, *AFTER, *(f"{one} {letter.lower()}" for one in PART for letter in letters(MOST))}
)

#: What other programs and teachers call these columns (the sheets of Kahoot, Blooket, Gimkit and Wayground, which was Quizizz).
_OTHERS: Final = {
    "question": "prompt", "question text": "prompt", "question type": "type", "correct answer": "right",
    "correct answers": "right", "correct": "right", "key": "right", "answer key": "right",
    "answer explanation": "explanation", "feedback": "explanation",
    "time limit": "minutes", "time in seconds": "minutes", "image link": "images", "question image": "images",
    "question #": "number", "question number": "number", "#": "number",
}  # fmt: skip
#: Columns of theirs that we have not, each with what is lost with it; "" for nothing.
LOST: Final[Mapping[str, str]] = {
    "minutes": "time limits of questions",
    "images": "pictures that lie at an address",
    "number": "",
}
_PLACED: Final = re.compile(
    r"(?:(incorrect|wrong)(?: (?:answer|option|choice))?|answer option|answer|option|choice) ?([0-9]{1,2})"
)
#: An option by its letter, which is often all that stands above it.
_LETTERED: Final = re.compile(r"(?:(?:answer option|answer|option|choice) )?([a-h])[.)]?")
#: What follows the name of a column: (optional), - max 75 characters.
_MORE: Final = re.compile(r"(?:\(| [-–—:] ).*")


def known(heading: str) -> str:
    """Our name of the column with this heading, without capitals; the heading itself where we have no such column.

    Wrong answers that are numbered by themselves stand behind option A, which is then the right one.
    """
    text = " ".join(heading.split()).casefold()
    if text in NAMES:
        return text
    bare = _MORE.sub("", text).strip()
    if lettered := _LETTERED.fullmatch(bare):
        return f"option {lettered[1]}"
    placed = _PLACED.fullmatch(bare)
    number = int(placed[2]) + bool(placed[1]) if placed else 0
    return f"option {letters(MOST)[number - 1].lower()}" if 1 <= number <= MOST else _OTHERS.get(bare, text)
