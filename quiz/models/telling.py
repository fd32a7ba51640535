"""What a teacher says to students at work: kept with each attempt that it was said to."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, ForeignKey, Index, String, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, mapped_column

from quiz.db import Base, UtcDateTime
from quiz.models.attempt import Attempt

#: Characters of a message.
LONGEST_MESSAGE = 300


class AttemptMessage(Base):
    """A short text on the pages of an attempt in progress."""

    __tablename__ = "attempt_message"
    __table_args__ = (
        # the messages of an attempt, for its pages and the question whether there is a new one
        Index(None, "attempt_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    text: Mapped[str] = mapped_column(String(LONGEST_MESSAGE))


class Message(NamedTuple):
    """What was said, and when."""

    id: int
    sent_at: datetime
    text: str


def is_told() -> ColumnElement[bool]:
    """Whether something was said to the attempt of the row: spares the pages of all others a statement."""
    return select(AttemptMessage.id).where(AttemptMessage.attempt_id == Attempt.id).exists()


def messages_of(connection: Connection, attempt_id: int) -> tuple[Message, ...]:
    """What was said to an attempt, in its order. One statement."""
    found = connection.execute(
        select(AttemptMessage.id, AttemptMessage.sent_at, AttemptMessage.text)
        .where(AttemptMessage.attempt_id == attempt_id)
        .order_by(AttemptMessage.id)
    )
    return tuple(Message(*row) for row in found)
