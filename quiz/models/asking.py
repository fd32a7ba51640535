"""Which question a student was asked: the version in the slot, and of a family the variant as of the attempt's date."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import Row, select
from sqlalchemy.engine import Connection

from quiz.banks.model import Question
from quiz.models.attempt import Attempt, AttemptSlot
from quiz.models.bank import QuestionVersion, load_variant

#: The columns that ``asked`` reads.
ASKED: Final = (QuestionVersion.digest, QuestionVersion.content, AttemptSlot.variant, Attempt.as_of)


def asked(row: Row[Any]) -> Question:
    """The question in the slot of a row with the columns ``ASKED``."""
    return load_variant(row.digest, row.content, row.variant, row.as_of)


def versions_in(connection: Connection, version_ids: Collection[int]) -> Sequence[Row[Any]]:
    """These question versions: id, number, and what ``load_authored`` reads. One statement."""
    columns = QuestionVersion.id, QuestionVersion.number, QuestionVersion.digest, QuestionVersion.content
    return connection.execute(select(*columns).where(QuestionVersion.id.in_(version_ids))).all()
