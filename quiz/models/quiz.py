"""Quizzes and their frozen revisions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from quiz.db import Base, UtcDateTime
from quiz.models.people import one_of

GRADING = ("highest", "average", "first", "last")
LAYOUTS = ("one", "all")
MODES = ("test", "practice")
TRIES = ("one", "interactive", "adaptive", "countback")


class Quiz(Base):
    """A quiz of a course. What stands here acts at once; what an attempt rests on stands in its revision."""

    __tablename__ = "quiz"
    __table_args__ = (
        CheckConstraint(one_of("grading", GRADING), name="grading"),
        # a course's quizzes
        Index(None, "course_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    title: Mapped[str] = mapped_column(String(200))
    #: What the teacher is working on: a blueprint as text; publishing freezes it.
    blueprint_text: Mapped[str]
    #: NULL = as soon as published.
    opens_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: NULL = never.
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: NULL = no limit.
    limit_minutes: Mapped[int | None]
    #: NULL = as many as they like.
    attempts_allowed: Mapped[int | None]
    grading: Mapped[str] = mapped_column(String(10), default="highest")
    #: The part of the scale, in grade units, that passes; NULL = no pass mark.
    pass_grade: Mapped[float | None]
    #: {moment: [what is shown]} (contracts.md §4).
    review: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: In attempts that begin from now on there is no way back to a question that was left.
    sequential: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: NULL = none asked for.
    access_code: Mapped[str | None] = mapped_column(String(80))
    #: Its teachers begin others with it: listed first where a quiz is made.
    template: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Counts edits, so that the second of two editors is told.
    edits: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: NULL = made from the command line.
    created_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class QuizRevision(Base):
    """What an attempt rests on: frozen when published."""

    __tablename__ = "quiz_revision"
    __table_args__ = (
        UniqueConstraint("quiz_id", "number"),
        CheckConstraint(one_of("layout", LAYOUTS), name="layout"),
        CheckConstraint(one_of("mode", MODES), name="mode"),
        CheckConstraint(one_of("tries", TRIES), name="tries"),
        Index(
            "uq_quiz_revision_current",
            "quiz_id",
            unique=True,
            sqlite_where=text("current"),
            postgresql_where=text("current"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"))
    number: Mapped[int]
    #: The one that new attempts get; a quiz without one is not published.
    current: Mapped[bool]
    #: ``Blueprint.dump()``.
    blueprint: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: {slug in the blueprint: bank id}: a name means the same bank for ever.
    banks: Mapped[dict[str, int]] = mapped_column(JSON)
    #: The grade of a full score.
    scale: Mapped[float]
    layout: Mapped[str] = mapped_column(String(10))
    #: In practice each answer can be checked, and what is right is shown during the attempt.
    mode: Mapped[str] = mapped_column(String(10))
    #: How often an answer can be checked, and what that costs (``banks.trying``).
    tries: Mapped[str] = mapped_column(String(12))
    #: Students say how certain they are.
    certainty: Mapped[bool]
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: NULL = from the command line.
    published_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
