"""What rescorings have changed, kept so that each can be told of and undone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from quiz.banks.rescoring import POLICIES
from quiz.db import Base, UtcDateTime
from quiz.models.people import one_of


class Rescoring(Base):
    """One decision to score questions of a quiz in another way. In force until it is undone: also for attempts that
    end later.
    """

    __tablename__ = "rescoring"
    __table_args__ = (
        CheckConstraint(one_of("policy", POLICIES), name="policy"),
        # those of a quiz
        Index(None, "quiz_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"))
    policy: Mapped[str] = mapped_column(String(20))
    #: Marks that people have given are replaced too.
    by_hand: Mapped[bool]
    #: Why, for the students too; "" = nothing was said.
    reason: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: NULL = from the command line.
    created_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    #: NULL = in force.
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: NULL = in force, or from the command line.
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class RescoredVersion(Base):
    """A question of a rescoring: it takes in answers to this version and to those before it, and scores by this one."""

    __tablename__ = "rescored_version"

    rescoring_id: Mapped[int] = mapped_column(ForeignKey("rescoring.id"), primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"), primary_key=True)


class RescoredAttempt(Base):
    """An attempt with a mark that a rescoring has changed."""

    __tablename__ = "rescored_attempt"
    __table_args__ = (
        # what a student is to be told
        Index(None, "attempt_id"),
    )

    rescoring_id: Mapped[int] = mapped_column(ForeignKey("rescoring.id"), primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"), primary_key=True)
    #: NULL = there was no grade.
    grade_before: Mapped[float | None]
    #: NULL = there is no grade.
    grade_after: Mapped[float | None]
    #: When the student said to have read of it; NULL = not yet.
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RescoredSlot(Base):
    """What a rescoring has done to a slot."""

    __tablename__ = "rescored_slot"
    __table_args__ = (
        ForeignKeyConstraint(
            ["attempt_id", "slot"], ["attempt_slot.attempt_id", "attempt_slot.slot"], ondelete="CASCADE"
        ),
        # what has been done to a slot
        Index(None, "attempt_id", "slot"),
    )

    rescoring_id: Mapped[int] = mapped_column(ForeignKey("rescoring.id"), primary_key=True)
    attempt_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    slot: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: The version in the slot before.
    version_before: Mapped[int] = mapped_column(ForeignKey("question_version.id"))
    #: The round of the mark that it gave; NULL = the mark stayed.
    round: Mapped[int | None]
