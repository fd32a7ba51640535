"""The sheet that a teacher fills in: one row a question, its columns by name, in any order (docs/formats/csv.md).

``option A``, ``option B`` … are the parts of a question, ``credit A``, ``feedback A``, ``match A``, ``group A`` belong to
them. What a part is depends on the type.
"""

from __future__ import annotations

from string import ascii_uppercase
from typing import Final

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
    "format",
)
#: What belongs to a part, in front of its letter.
PART: Final = ("option", "match", "group", "credit", "feedback")
#: Parts that a blank sheet has; more letters may be added, up to ZZ.
USUAL: Final = 5
MOST: Final = 50


def letters(count: int) -> list[str]:
    """A … Z, AA, AB and so on."""
    return [(ascii_uppercase[n // 26 - 1] if n >= 26 else "") + ascii_uppercase[n % 26] for n in range(count)]


#: Every name that a column may have.
NAMES: Final = frozenset(
    {"id", "type", *COMMON, *AFTER, *(f"{one} {letter.lower()}" for one in PART for letter in letters(MOST))}
)
