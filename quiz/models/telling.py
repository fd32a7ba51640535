"""What a teacher says to students at work: kept with each attempt that it was said to."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import ColumnElement, ForeignKey, Index, String, func, or_, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, aliased, mapped_column

from quiz.db import Base, UtcDateTime
from quiz.models.attempt import Answer, Attempt
from quiz.models.people import User
from quiz.models.presence import Presence

#: Characters of a message.
LONGEST_MESSAGE = 300
#: So many of a quiz's messages are listed, the newest first.
LISTED = 10


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


class Sent(NamedTuple):
    """What was said to one or several at once: when, by whom, what, to whom, and how many pages have shown it since."""

    sent_at: datetime
    by: str
    text: str
    to: tuple[str, ...]
    seen: int


def sent_in(connection: Connection, quiz_id: int) -> tuple[Sent, ...]:
    """What was said last to attempts at a quiz. One statement.

    A page has shown it that has been heard of since: it was handed the message with the reply.
    """
    newest = (
        select(AttemptMessage.sent_at)
        .join(Attempt, Attempt.id == AttemptMessage.attempt_id)
        .where(Attempt.quiz_id == quiz_id)
        .distinct()
        .order_by(AttemptMessage.sent_at.desc())
        .limit(LISTED)
    )
    author, answered = aliased(User), select(func.max(Answer.saved_at)).where(Answer.attempt_id == Attempt.id)
    rows = connection.execute(
        select(
            AttemptMessage.sent_at,
            author.name.label("by"),
            AttemptMessage.text,
            User.name,
            or_(
                Presence.seen_at >= AttemptMessage.sent_at,
                answered.scalar_subquery() >= AttemptMessage.sent_at,
            ).label("seen"),
        )
        .join(Attempt, Attempt.id == AttemptMessage.attempt_id)
        .join(User, User.id == Attempt.user_id)
        .join(author, author.id == AttemptMessage.sent_by)
        .outerjoin(Presence, Presence.attempt_id == Attempt.id)
        .where(Attempt.quiz_id == quiz_id, AttemptMessage.sent_at.in_(newest))
        .order_by(AttemptMessage.sent_at.desc(), AttemptMessage.text, author.id, User.name)
    )
    return tuple(
        Sent(*said, tuple(row.name for row in to), sum(bool(row.seen) for row in to))
        for said, group in groupby(rows, key=lambda row: (row.sent_at, row.by, row.text))
        for to in [[*group]]
    )
