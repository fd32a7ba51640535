"""Which question a student was asked: the version in the slot, and of a family the variant as of the attempt's date."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row

from quiz.banks.model import Question
from quiz.models.attempt import Attempt, AttemptSlot
from quiz.models.bank import QuestionVersion, load_variant

#: The columns that ``asked`` reads.
ASKED: Final = (QuestionVersion.digest, QuestionVersion.content, AttemptSlot.variant, Attempt.as_of)


def asked(row: Row[Any]) -> Question:
    """The question in the slot of a row with the columns ``ASKED``."""
    return load_variant(row.digest, row.content, row.variant, row.as_of)
