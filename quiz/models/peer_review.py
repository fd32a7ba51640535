"""What colleagues say to a question: reviews that are asked for and given, and comments."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, select, text
from sqlalchemy.orm import Mapped, mapped_column

from quiz.db import Base, UtcDateTime
from quiz.models.bank import QuestionVersion
from quiz.models.people import one_of

#: How a review ends: the question is ready, its author has to do something, or it is no longer asked for.
OUTCOMES = ("approved", "returned", "withdrawn")
_OPEN = text("decided_at IS NULL")


class QuestionReview(Base):
    """A review that was asked for. While it is open, the draft that it is about is *in review*."""

    __tablename__ = "question_review"
    __table_args__ = (
        CheckConstraint(one_of("outcome", OUTCOMES), name="outcome"),
        CheckConstraint("(decided_at IS NULL) = (outcome IS NULL)", name="decided"),
        # at most one of a question is open
        Index(
            "uq_question_review_open",
            "question_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        # what waits for a reviewer, and what came back to an author
        Index(None, "reviewer_id"),
        Index(None, "asked_by"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"))
    asked_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: NULL = whoever may change the bank.
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    #: NULL = open.
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: NULL = nobody yet.
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    #: NULL = open.
    outcome: Mapped[str | None] = mapped_column(String(10))


class QuestionComment(Base):
    """What somebody says to a question, or answers to another comment on it."""

    __tablename__ = "question_comment"
    __table_args__ = (
        # what is said to a question
        Index(None, "question_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"))
    #: The comment that it answers; NULL = it begins a thread.
    thread_id: Mapped[int | None] = mapped_column(ForeignKey("question_comment.id", ondelete="CASCADE"))
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: Of a comment that begins a thread: since when nothing is left to do; NULL = something is.
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def in_review() -> Any:
    """What holds for a current version: it is a draft whose review is asked for."""
    asked = select(QuestionReview.id).where(
        QuestionReview.question_id == QuestionVersion.question_id, QuestionReview.decided_at.is_(None)
    )
    return (QuestionVersion.status == "draft") & asked.exists()
