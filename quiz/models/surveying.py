"""What the page over several courses is made of: the first attempts of their students, summed by the database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, case, extract, func, or_, select
from sqlalchemy.engine import Connection

from quiz.models.adapting import sums_up
from quiz.models.attempt import Attempt, AttemptSlot, Mark
from quiz.models.bank import QuestionVersion
from quiz.models.comparing import SUBJECTS
from quiz.models.people import Course, Enrolment, User
from quiz.models.quiz import Quiz, QuizRevision
from quiz.models.scoring import counting_mark
from quiz.statistics.comparing import Sums


def quizzes_of(
    connection: Connection, mine: Any, roles: Collection[str], since: datetime
) -> Sequence[Row[Any]]:
    """The published quizzes of the courses in which the acting user, by the condition ``mine`` on ``User``, has one of
    these roles, but for those that had closed by then; by course. One statement.
    """
    return connection.execute(
        select(
            Quiz.id,
            Quiz.title,
            Quiz.pass_grade,
            Quiz.closes_at,
            QuizRevision.scale,
            QuizRevision.mode,
            Course.id.label("course_id"),
            Course.title.label("course_title"),
        )
        .join(Course, Course.id == Quiz.course_id)
        .join(QuizRevision, and_(QuizRevision.quiz_id == Quiz.id, QuizRevision.current))
        .join(Enrolment, Enrolment.course_id == Course.id)
        .join(User, User.id == Enrolment.user_id)
        .where(mine, Enrolment.role.in_(roles), or_(Quiz.closes_at.is_(None), Quiz.closes_at >= since))
        .order_by(Course.title, Course.id, Quiz.created_at, Quiz.id)
    ).all()


def _first(quiz_ids: Collection[int], since: datetime) -> Any:
    """The first finished attempt of each student, where it is graded and ended since then: as shares of the scale."""
    order = func.row_number().over(partition_by=(Attempt.quiz_id, Attempt.user_id), order_by=Attempt.number)
    ranked = (
        select(
            Attempt.id,
            Attempt.quiz_id,
            Attempt.finished_at,
            Attempt.grade,
            (Attempt.grade / QuizRevision.scale).label("share"),
            order.label("place"),
        )
        .join(QuizRevision, QuizRevision.id == Attempt.revision_id)
        .where(Attempt.quiz_id.in_(quiz_ids), Attempt.finished_at.is_not(None))
        .subquery()
    )
    return (
        select(ranked.c.id, ranked.c.quiz_id, ranked.c.finished_at, ranked.c.grade, ranked.c.share)
        .where(ranked.c.place == 1, ranked.c.share.is_not(None), ranked.c.finished_at >= since)
        .subquery()
    )


def grades_of(connection: Connection, quiz_ids: Collection[int], since: datetime) -> Sequence[Row[Any]]:
    """By quiz, year and half of it (1, 2) in which attempts ended: n, the sums of shares and of their squares, how many
    passed (NULL without a pass mark). One statement.
    """
    first = _first(quiz_ids, since)
    year = extract("year", first.c.finished_at)
    half = case((extract("month", first.c.finished_at) > 6, 2), else_=1)
    passed = first.c.grade >= Quiz.pass_grade - 5e-10  # taken to nine decimals, as everywhere
    return connection.execute(
        select(
            first.c.quiz_id,
            year.label("year"),
            half.label("half"),
            func.count().label("n"),
            func.sum(first.c.share).label("shares"),
            func.sum(first.c.share * first.c.share).label("squares"),
            func.sum(case((passed, 1), else_=0)).label("passed"),
        )
        .join(Quiz, Quiz.id == first.c.quiz_id)
        .group_by(first.c.quiz_id, year, half)
    ).all()


def subjects_of(
    connection: Connection, quiz_ids: Collection[int], since: datetime, subject: str
) -> dict[tuple[int, str], Sums]:
    """By course and topic or objective: the sums over the first attempts. Blanks count 0, bonuses not. One statement."""
    first, name = _first(quiz_ids, since), SUBJECTS[subject]
    by_attempt = (
        select(
            Quiz.course_id,
            AttemptSlot.attempt_id,
            name.label("subject"),
            func.sum(Mark.points).label("m"),
            func.sum(Mark.max).label("p"),
        )
        .select_from(AttemptSlot)
        .join(first, first.c.id == AttemptSlot.attempt_id)
        .join(Attempt, Attempt.id == first.c.id)
        .join(Quiz, Quiz.id == first.c.quiz_id)
        .join(QuestionVersion, QuestionVersion.id == AttemptSlot.version_id)
        .join(Mark, counting_mark())
        .where(AttemptSlot.bonus.is_(False), name != "", sums_up())
        .group_by(Quiz.course_id, AttemptSlot.attempt_id, "subject")
        .subquery()
    )
    m, p = by_attempt.c.m, by_attempt.c.p
    rows = connection.execute(
        select(
            by_attempt.c.course_id,
            by_attempt.c.subject,
            func.count(),
            *(func.sum(one) for one in (m, p, m * m, m * p, p * p)),
        ).group_by(by_attempt.c.course_id, by_attempt.c.subject)
    )
    return {(course, name): Sums(n, *map(float, sums)) for course, name, n, *sums in rows}
