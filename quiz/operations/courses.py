"""Courses: made, listed, and as one of their people sees them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import Row, insert, select
from sqlalchemy.engine import Connection

from quiz.db import reading, transaction
from quiz.errors import Forbidden, Invalid, NotFound, Problem, Said
from quiz.models.accommodating import Terms, own_terms
from quiz.models.attempt import GRACE, Attempt, ended_at, moment
from quiz.models.audit import record
from quiz.models.codes import JOIN_CODE_LENGTH, grouped, new_code
from quiz.models.gradebook import decisions_of
from quiz.models.people import COURSE_ROLES, Course, Enrolment, User
from quiz.models.progress import Progress, progress_of
from quiz.models.quiz import Quiz, QuizRevision
from quiz.operations.access import AUTHORING, RESULTS, TEACHING, Actor, acting, demand_role, missing
from quiz.questions.rules.grade import combine


@dataclass(frozen=True, slots=True)
class QuizCard:
    """A quiz in a course's list. ``state`` is draft, scheduled, open or closed; the rest of the student's own."""

    id: int
    title: str
    state: str
    opens_at: datetime | None
    closes_at: datetime | None
    limit_minutes: int | None
    attempts_allowed: int | None
    attempts_used: int
    in_progress: int | None
    last_finished: int | None
    grade: float | None
    scale: float | None
    #: Somebody who teaches has decided about the grade: it is given by hand, or none is asked for.
    by_hand: bool = False
    excused: bool = False

    @property
    def can_start(self) -> bool:
        """Whether a new attempt can begin, or one in progress go on."""
        left = self.attempts_allowed is None or self.attempts_used < self.attempts_allowed
        return self.in_progress is not None or (self.state == "open" and left)


@dataclass(frozen=True, slots=True)
class CoursePage:
    """A course as one of its people sees it. The join code is only for teachers."""

    id: int
    title: str
    role: str
    time_zone: str
    join_code: str | None
    join_open: bool
    quizzes: tuple[QuizCard, ...]
    #: How far each quiz has got, by its id, for those who see results.
    progress: Mapping[int, Progress]


def quiz_state(published: bool, opens_at: datetime | None, closes_at: datetime | None, now: datetime) -> str:
    """draft, scheduled, open or closed."""
    if not published:
        return "draft"
    if opens_at is not None and now < opens_at:
        return "scheduled"
    return "closed" if closes_at is not None and now >= closes_at else "open"


def my_course(
    connection: Connection, actor: Actor, course_id: int, roles: Sequence[str] = COURSE_ROLES
) -> Row[Any]:
    """The course with my role in it. NotFound to strangers, Forbidden where my role does not give the right."""
    found = connection.execute(
        select(Course.id, Course.title, Course.time_zone, Course.join_code, Course.join_open, Enrolment.role)
        .join(Enrolment, Enrolment.course_id == Course.id)
        .join(User, User.id == Enrolment.user_id)
        .where(Course.id == course_id, acting(actor))
    ).first()
    if found is None:
        raise missing(connection, actor)
    if found.role not in roles:
        raise Forbidden
    return found


def course(actor: Actor, course_id: int, now: datetime, grace: timedelta = GRACE) -> CoursePage:
    """A course with its quizzes; students see the published ones. Four statements."""
    with reading() as connection:
        found = my_course(connection, actor, course_id)
        staff = found.role in RESULTS
        quizzes = connection.execute(_quizzes_of(course_id, actor.id, drafts=staff)).all()
        ids = [quiz.id for quiz in quizzes]
        attempts = _attempts_of(connection, actor, ids, now, grace)
        progress = progress_of(connection, ids, now, grace) if staff else {}
        decided = {} if staff else {row.quiz_id: row for row in decisions_of(connection, ids, [actor.id])}
    return CoursePage(
        id=found.id,
        title=found.title,
        role=found.role,
        time_zone=found.time_zone,
        join_code=grouped(found.join_code) if found.role in TEACHING else None,
        join_open=found.join_open,
        quizzes=tuple(_card(quiz, attempts[quiz.id], decided.get(quiz.id), now) for quiz in quizzes),
        progress=progress,
    )


def _quizzes_of(course_id: int, user_id: int, *, drafts: bool) -> Any:
    """The quizzes of a course with the terms of this person."""
    statement = (
        select(
            Quiz.id,
            Quiz.title,
            *own_terms(user_id),
            Quiz.grading,
            Quiz.review,
            QuizRevision.scale,
        )
        .outerjoin(QuizRevision, (QuizRevision.quiz_id == Quiz.id) & QuizRevision.current)
        .where(Quiz.course_id == course_id)
        .order_by(Quiz.closes_at.is_(None), Quiz.closes_at, Quiz.title, Quiz.id)
    )
    return statement if drafts else statement.where(QuizRevision.id.is_not(None))


def _attempts_of(
    connection: Connection, actor: Actor, quiz_ids: Iterable[int], now: datetime, grace: timedelta
) -> dict[int, list[Row[Any]]]:
    """My attempts at these quizzes, in their order."""
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    rows = connection.execute(
        select(Attempt.id, Attempt.quiz_id, ended_at(now, grace).label("finished_at"), Attempt.grade)
        .where(Attempt.user_id == actor.id, Attempt.quiz_id.in_(list(quiz_ids)))
        .order_by(Attempt.quiz_id, Attempt.number)
    )
    for row in rows:
        found[row.quiz_id].append(row)
    return found


def _card(quiz: Row[Any], attempts: Sequence[Row[Any]], decision: Row[Any] | None, now: datetime) -> QuizCard:
    """What a person has decided goes before the attempts, and is shown when the last one's grade is."""
    graded = [
        Fraction(one.grade)
        for one in attempts
        if one.finished_at is not None and one.grade is not None
        if "grade" in quiz.review.get(moment(one.finished_at, quiz.closes_at, now), ())
    ]
    value = combine(graded, quiz.grading)
    ended = [one for one in attempts if one.finished_at is not None]
    shown = "grade" in quiz.review.get(
        moment(ended[-1].finished_at if ended else now, quiz.closes_at, now), ()
    )
    if decision is not None:
        value = decision.grade if shown else None
    terms = Terms.of(quiz)
    return QuizCard(
        id=quiz.id,
        title=quiz.title,
        state=quiz_state(quiz.scale is not None, quiz.opens_at, quiz.closes_at, now),
        opens_at=terms.opens_at,
        closes_at=terms.closes_at,
        limit_minutes=terms.limit_minutes,
        attempts_allowed=terms.attempts_allowed,
        attempts_used=len(attempts),
        in_progress=next((one.id for one in attempts if one.finished_at is None), None),
        last_finished=ended[-1].id if ended else None,
        grade=None if value is None else float(value),
        scale=quiz.scale,
        by_hand=value is not None and decision is not None,
        excused=shown and decision is not None and decision.kind == "excused",
    )


def add_course(actor: Actor | None, title: str, time_zone: str, now: datetime) -> int:
    """Makes a course; its maker becomes its teacher (the command line, ``actor`` None, enrols nobody)."""
    shown = " ".join(title.split())
    problems = []
    if not 1 <= len(shown) <= 200:
        problems.append(Problem("title", "the title is missing or too long", "write 1 to 200 characters"))
    if time_zone not in available_timezones():
        problems.append(
            Problem("time_zone", "there is no such time zone", "use a name such as Asia/Shanghai")
        )
    if problems:
        raise Invalid(problems)
    with transaction() as connection:
        if actor is not None:
            demand_role(connection, actor, AUTHORING)
        course_id: int = connection.execute(
            insert(Course)
            .values(title=shown, time_zone=time_zone, join_code=new_code(JOIN_CODE_LENGTH), created_at=now)
            .returning(Course.id)
        ).scalar_one()
        if actor is not None:
            connection.execute(
                insert(Enrolment).values(
                    course_id=course_id, user_id=actor.id, role="teacher", created_at=now
                )
            )
        audit(connection, actor, "course.add", course_id, now)
    return course_id


def demand_course(connection: Connection, course_id: int) -> None:
    """Raises NotFound where there is no such course."""
    if connection.execute(select(Course.id).where(Course.id == course_id)).first() is None:
        raise NotFound(Said("There is no course %(course)s.", course=course_id))


def courses() -> list[tuple[int, str, str]]:
    """All courses as (id, title, join code), for the command line."""
    with reading() as connection:
        rows = connection.execute(select(Course.id, Course.title, Course.join_code).order_by(Course.id))
        return [(row.id, row.title, grouped(row.join_code)) for row in rows]


def audit(
    connection: Connection, actor: Actor | None, act: str, course_id: int, now: datetime, **details: object
) -> None:
    """Notes an act on a course; ``actor`` None is the command line."""
    record(connection, actor.id if actor else None, act, ("course", course_id), now, **details)
