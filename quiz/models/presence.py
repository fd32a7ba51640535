"""Where a student is in an attempt, as the open page tells; what the live view shows, and nothing rests on it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from quiz.db import Base, UtcDateTime


class Presence(Base):
    """The last word of an attempt's open page. A page without a script gives none."""

    __tablename__ = "presence"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True, autoincrement=False)
    #: The question that is shown; NULL = another page, such as the summary, or all at once.
    slot: Mapped[int | None]
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
