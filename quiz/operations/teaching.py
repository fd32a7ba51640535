"""What a teacher sees first: what needs them, what is running, their courses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, func, or_, select

from quiz.db import reading
from quiz.models.attempt import GRACE, Attempt, waits_for_a_mark
from quiz.models.people import Course, Enrolment, User
from quiz.models.progress import Progress, progress_of
from quiz.models.quiz import Quiz, QuizRevision
from quiz.operations.access import GRADING, RESULTS, TEACHING, Actor, acting, role_of

#: The most of each kind that the first page lists; the courses have the rest.
MOST = 20


@dataclass(frozen=True, slots=True)
class TaughtQuiz:
    """A quiz of a course whose results I see, and as what."""

    id: int
    title: str
    course_id: int
    course_title: str
    role: str
    closes_at: datetime | None
    progress: Progress


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Drafts, quizzes with attempts that wait for a mark, quizzes that are open; at most ``MOST`` of each."""

    #: How many students each course has whose results I see, by its id.
    students: Mapping[int, int]
    drafts: tuple[TaughtQuiz, ...]
    to_grade: tuple[TaughtQuiz, ...]
    running: tuple[TaughtQuiz, ...]


def dashboard(actor: Actor, now: datetime, grace: timedelta = GRACE) -> Dashboard:
    """My first page as somebody who teaches. Six statements."""
    with reading() as connection:
        role_of(connection, actor)
        students = connection.execute(_students(actor)).all()
        drafts = connection.execute(_drafts(actor)).all()
        to_grade = connection.execute(_to_grade(actor)).all()
        running = connection.execute(_running(actor, now)).all()
        shown = {quiz.id for quiz in (*drafts, *to_grade, *running)}
        progress = progress_of(connection, shown, now, grace)
    return Dashboard(
        students={row.id: row.students for row in students},
        drafts=tuple(_taught(row, progress) for row in drafts),
        to_grade=tuple(_taught(row, progress) for row in to_grade),
        running=tuple(_taught(row, progress) for row in running),
    )


def _taught(row: Row[Any], progress: Mapping[int, Progress]) -> TaughtQuiz:
    return TaughtQuiz(
        row.id,
        row.title,
        row.course_id,
        row.course_title,
        row.role,
        row.closes_at,
        progress[row.id],
    )


def _students(actor: Actor) -> Any:
    member = Enrolment.__table__.alias("member")
    return (
        select(Course.id, func.count(member.c.user_id).label("students"))
        .join(Enrolment, Enrolment.course_id == Course.id)
        .join(User, User.id == Enrolment.user_id)
        .outerjoin(member, and_(member.c.course_id == Course.id, member.c.role == "student"))
        .where(acting(actor), Enrolment.role.in_(RESULTS))
        .group_by(Course.id)
    )


def _quizzes(actor: Actor, roles: tuple[str, ...]) -> Any:
    """The quizzes of my courses, with their published revision where they have one."""
    return (
        select(
            Quiz.id,
            Quiz.title,
            Quiz.course_id,
            Course.title.label("course_title"),
            Enrolment.role,
            Quiz.closes_at,
        )
        .join(Course, Course.id == Quiz.course_id)
        .join(Enrolment, Enrolment.course_id == Course.id)
        .join(User, User.id == Enrolment.user_id)
        .outerjoin(QuizRevision, and_(QuizRevision.quiz_id == Quiz.id, QuizRevision.current))
        .where(acting(actor), Enrolment.role.in_(roles))
        .limit(MOST)
    )


def _drafts(actor: Actor) -> Any:
    return (
        _quizzes(actor, TEACHING)
        .where(QuizRevision.id.is_(None))
        .order_by(Quiz.created_at.desc(), Quiz.id.desc())
    )


def _to_grade(actor: Actor) -> Any:
    waiting = (
        select(Attempt.id).where(Attempt.quiz_id == Quiz.id, waits_for_a_mark()).correlate(Quiz).exists()
    )
    return _quizzes(actor, GRADING).where(waiting).order_by(Quiz.closes_at, Quiz.id)


def _running(actor: Actor, now: datetime) -> Any:
    return (
        _quizzes(actor, RESULTS)
        .where(
            QuizRevision.id.is_not(None),
            or_(Quiz.opens_at.is_(None), Quiz.opens_at <= now),
            or_(Quiz.closes_at.is_(None), Quiz.closes_at > now),
        )
        .order_by(Quiz.closes_at.is_(None), Quiz.closes_at, Quiz.title, Quiz.id)
    )
