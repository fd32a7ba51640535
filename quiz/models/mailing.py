"""Who gets which quiz's report by mail, how often."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from quiz.db import Base, UtcDateTime
from quiz.models.people import one_of

EVERY = ("day", "week")
#: The longest address that mail knows (RFC 5321).
LONGEST_ADDRESS = 254


class ReportMail(Base):
    """A person's wish to get the report of a quiz. It ends with the right to see it, or by the link in each mail."""

    __tablename__ = "report_mail"
    __table_args__ = (
        CheckConstraint(one_of("every", EVERY), name="every"),
        # upkeep: which are due
        Index(None, "next_at"),
    )

    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"), primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True, autoincrement=False)
    address: Mapped[str] = mapped_column(String(LONGEST_ADDRESS))
    every: Mapped[str] = mapped_column(String(10))
    #: Of the link that ends it, which needs no signing in.
    stop_key: Mapped[str] = mapped_column(String(64), unique=True)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
