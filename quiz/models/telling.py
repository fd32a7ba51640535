"""What a teacher says to students at work: kept with each attempt that it was said to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from quiz.db import Base, UtcDateTime

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
