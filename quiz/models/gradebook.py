"""What a course makes of its quizzes' grades: categories with weights, and what people decide about a single grade."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Row,
    String,
    UniqueConstraint,
    and_,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, mapped_column

from quiz.db import Base, UtcDateTime
from quiz.models.accommodating import closes_for
from quiz.models.attempt import Attempt, LateAnswer, ended_at, waits_for_a_mark
from quiz.models.people import User, one_of
from quiz.models.quiz import Quiz, QuizRevision

#: A grade that a person gives, none is asked for, and the attempts' own again.
DECISIONS = ("override", "excused", "computed")
LONGEST_CATEGORY = 80
LONGEST_REASON = 500


class GradeCategory(Base):
    """A part of a course's total: its quizzes count equally in it, it counts by its weight."""

    __tablename__ = "grade_category"
    __table_args__ = (
        UniqueConstraint("course_id", "name"),
        CheckConstraint("weight >= 0", name="weight"),
        CheckConstraint("drop_lowest >= 0", name="drop_lowest"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    name: Mapped[str] = mapped_column(String(LONGEST_CATEGORY))
    #: In relation to the weights of the other categories.
    weight: Mapped[float]
    #: So many of a student's lowest grades in it do not count.
    drop_lowest: Mapped[int]


class QuizCategory(Base):
    """Which category a quiz counts in. A quiz without one does not count, where its course has categories."""

    __tablename__ = "quiz_category"
    __table_args__ = (
        # the quizzes of a category
        Index(None, "category_id"),
    )

    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"), primary_key=True)
    category_id: Mapped[int] = mapped_column(ForeignKey("grade_category.id"))


class GradeDecision(Base):
    """What a person has decided about a student's grade of a quiz. Rows are only ever added."""

    __tablename__ = "grade_decision"
    __table_args__ = (
        CheckConstraint(one_of("kind", DECISIONS), name="kind"),
        CheckConstraint("(kind = 'override') = (grade IS NOT NULL)", name="grade_iff_override"),
        Index(
            "uq_grade_decision_counts",
            "quiz_id",
            "user_id",
            unique=True,
            sqlite_where=text("superseded_at IS NULL"),
            postgresql_where=text("superseded_at IS NULL"),
        ),
        # the history of a grade
        Index(None, "user_id", "quiz_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    kind: Mapped[str] = mapped_column(String(10))
    #: In units of the quiz's scale; NULL = not an override.
    grade: Mapped[float | None]
    #: What stood there before, as the grade book says it (graded, excused, missing …).
    before: Mapped[str] = mapped_column(String(10))
    #: NULL = no grade stood there.
    before_grade: Mapped[float | None]
    #: Why, in the words of who decided.
    reason: Mapped[str] = mapped_column(String(LONGEST_REASON))
    decided_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: NULL = this is the one that counts.
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


# Statements --------------------------------------------------------------------------------------------------------


def columns_of(connection: Connection, course_id: int) -> Sequence[Row[Any]]:
    """The published quizzes of a course with scale, mode and category, in the order in which they were made."""
    return connection.execute(
        select(
            Quiz.id,
            Quiz.title,
            Quiz.grading,
            Quiz.closes_at,
            QuizRevision.scale,
            QuizRevision.mode,
            QuizCategory.category_id,
        )
        .join(QuizRevision, and_(QuizRevision.quiz_id == Quiz.id, QuizRevision.current))
        .outerjoin(QuizCategory, QuizCategory.quiz_id == Quiz.id)
        .where(Quiz.course_id == course_id)
        .order_by(Quiz.created_at, Quiz.id)
    ).all()


def categories_of(connection: Connection, course_id: int) -> Sequence[Row[Any]]:
    """The categories of a course, in the order in which they were made."""
    return connection.execute(
        select(GradeCategory).where(GradeCategory.course_id == course_id).order_by(GradeCategory.id)
    ).all()


def attempts_of(
    connection: Connection, quiz_ids: Iterable[int], people: Any, now: datetime, grace: timedelta
) -> Sequence[Row[Any]]:
    """The attempts of these people (ids, or a statement that gives them), in their order.

    ``share`` is the grade as a share of the scale under which it was given; ``late``: an answer came after the end, or
    the end after the quiz had closed for this person, without time that was given for it.
    """
    answered_late = (
        select(LateAnswer.id).where(LateAnswer.attempt_id == Attempt.id).correlate(Attempt).exists()
    )
    ended_late = and_(Attempt.extra_minutes == 0, Attempt.finished_at > closes_for(Attempt.user_id))
    return connection.execute(
        select(
            Attempt.user_id,
            Attempt.quiz_id,
            Attempt.id,
            (Attempt.grade / QuizRevision.scale).label("share"),
            ended_at(now, grace).is_not(None).label("ended"),
            waits_for_a_mark().label("waits"),
            or_(answered_late, func.coalesce(ended_late, False)).label("late"),
        )
        .join(Quiz, Quiz.id == Attempt.quiz_id)
        .join(QuizRevision, QuizRevision.id == Attempt.revision_id)
        .where(Attempt.quiz_id.in_(list(quiz_ids)), Attempt.user_id.in_(people))
        .order_by(Attempt.quiz_id, Attempt.user_id, Attempt.number)
    ).all()


def shares_of(connection: Connection, quiz_ids: Iterable[int], people: Any) -> Sequence[Row[Any]]:
    """Of the same attempts only (user_id, quiz_id, share), in the same order: what a total follows from. One statement."""
    return connection.execute(
        select(Attempt.user_id, Attempt.quiz_id, (Attempt.grade / QuizRevision.scale).label("share"))
        .join(QuizRevision, QuizRevision.id == Attempt.revision_id)
        .where(Attempt.quiz_id.in_(list(quiz_ids)), Attempt.user_id.in_(people))
        .order_by(Attempt.quiz_id, Attempt.user_id, Attempt.number)
    ).all()


def decisions_of(connection: Connection, quiz_ids: Iterable[int], people: Any) -> Sequence[Row[Any]]:
    """What counts of what was decided about the grades of these people: overrides and excuses. One statement."""
    return connection.execute(
        select(GradeDecision).where(
            GradeDecision.quiz_id.in_(list(quiz_ids)),
            GradeDecision.user_id.in_(people),
            GradeDecision.superseded_at.is_(None),
            GradeDecision.kind != "computed",
        )
    ).all()


def history_of(connection: Connection, quiz_id: int, user_id: int) -> Sequence[Row[Any]]:
    """All that was decided about a grade, the newest first, with the ``name`` of who did."""
    return connection.execute(
        select(GradeDecision, User.name)
        .join(User, User.id == GradeDecision.decided_by)
        .where(GradeDecision.quiz_id == quiz_id, GradeDecision.user_id == user_id)
        .order_by(GradeDecision.id.desc())
    ).all()
