"""Accommodations: more time, further attempts, other dates for one student. They act at once, on open attempts too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, delete, insert, select, update
from sqlalchemy.engine import Connection

from quiz.db import reading, transaction
from quiz.errors import Forbidden, Invalid, NotFound, Problem, Said
from quiz.models.accommodating import TIME_FACTORS, Override, Terms, move_deadlines, own_terms
from quiz.models.attempt import Attempt
from quiz.models.audit import record
from quiz.models.people import Course, Enrolment, User
from quiz.models.quiz import Quiz
from quiz.operations.access import TEACHING, Actor, acting, missing

MOST_EXTRA_ATTEMPTS = 100


@dataclass(frozen=True, slots=True)
class QuizDates:
    """A quiz of the course with its dates for everybody, and those of one student; None: the same, or none."""

    quiz_id: int
    title: str
    opens_at: datetime | None
    closes_at: datetime | None
    own_opens_at: datetime | None
    own_closes_at: datetime | None
    #: What holds for the student, all in all.
    terms: Terms


@dataclass(frozen=True, slots=True)
class Accommodations:
    """What was granted to one student of a course."""

    course_id: int
    course_title: str
    time_zone: str
    user_id: int
    name: str
    time_factor: float
    extra_attempts: int
    quizzes: tuple[QuizDates, ...]

    def get_quiz(self, quiz_id: int) -> QuizDates:
        """The quiz of this id; NotFound where the course has none."""
        found = next((one for one in self.quizzes if one.quiz_id == quiz_id), None)
        if found is None:
            raise NotFound
        return found


def accommodations(actor: Actor, course_id: int, user_id: int) -> Accommodations:
    """What was granted to a student, for those who teach the course."""
    with reading() as connection:
        person = _student(connection, actor, course_id, user_id)
        quizzes = connection.execute(
            select(
                Quiz.id,
                Quiz.title,
                Quiz.opens_at.label("usual_opens_at"),
                Quiz.closes_at.label("usual_closes_at"),
                Override.opens_at.label("own_opens_at"),
                Override.closes_at.label("own_closes_at"),
                *own_terms(user_id),
            )
            .outerjoin(Override, and_(Override.quiz_id == Quiz.id, Override.user_id == user_id))
            .where(Quiz.course_id == course_id)
            .order_by(Quiz.title, Quiz.id)
        ).all()
    return Accommodations(
        course_id=course_id,
        course_title=person.course_title,
        time_zone=person.time_zone,
        user_id=user_id,
        name=person.name,
        time_factor=person.time_factor,
        extra_attempts=person.extra_attempts,
        quizzes=tuple(
            QuizDates(
                row.id,
                row.title,
                row.usual_opens_at,
                row.usual_closes_at,
                row.own_opens_at,
                row.own_closes_at,
                Terms.of(row),
            )
            for row in quizzes
        ),
    )


def grant(
    actor: Actor, course_id: int, user_id: int, time_factor: float, extra_attempts: int, now: datetime
) -> int:
    """Gives a student more time and further attempts in all quizzes of a course; 1 and 0 take them back.

    Open attempts get their new deadline in the same transaction. Returns how many deadlines moved.
    """
    if problems := _faults(time_factor, extra_attempts):
        raise Invalid(problems)
    with transaction() as connection:
        before = _student(connection, actor, course_id, user_id, lock=True)
        connection.execute(
            update(Enrolment)
            .where(Enrolment.course_id == course_id, Enrolment.user_id == user_id)
            .values(time_factor=time_factor, extra_attempts=extra_attempts)
        )
        of_course = Attempt.quiz_id.in_(select(Quiz.id).where(Quiz.course_id == course_id))
        moved = move_deadlines(connection, of_course, Attempt.user_id == user_id)
        record(
            connection,
            actor.id,
            "course.accommodate",
            ("course", course_id),
            now,
            user=user_id,
            before={"time_factor": before.time_factor, "extra_attempts": before.extra_attempts},
            after={"time_factor": time_factor, "extra_attempts": extra_attempts},
            deadlines_moved=[*moved],
        )
    return len(moved)


def _faults(time_factor: float, extra_attempts: int) -> list[Problem]:
    problems = []
    if time_factor not in TIME_FACTORS:
        problems.append(Problem("time_factor", "there is no such extra time", "use 1, 1.25, 1.5 or 2"))
    if not 0 <= extra_attempts <= MOST_EXTRA_ATTEMPTS:
        mend = Said("write 0 to %(most)s", most=MOST_EXTRA_ATTEMPTS)
        problems.append(Problem("extra_attempts", "this number does not work", mend))
    return problems


def set_dates(
    actor: Actor,
    quiz_id: int,
    user_id: int,
    opens_at: datetime | None,
    closes_at: datetime | None,
    now: datetime,
) -> int:
    """Gives a student other dates of one quiz (UTC); None: the quiz's own. Returns how many deadlines moved.

    Raises Invalid where the quiz would close for them before it opens.
    """
    with transaction() as connection:
        quiz = connection.execute(
            select(Quiz.course_id, Quiz.opens_at, Quiz.closes_at)
            .where(Quiz.id == quiz_id)
            .with_for_update(read=True)
        ).first()
        if quiz is None:
            raise missing(connection, actor)
        _student(connection, actor, quiz.course_id, user_id, lock=True)
        opens, closes = opens_at or quiz.opens_at, closes_at or quiz.closes_at
        if opens and closes and opens >= closes:
            raise Invalid([Problem("closes_at", "the quiz closes before it opens", "let it close later")])
        this = and_(Override.quiz_id == quiz_id, Override.user_id == user_id)
        before = connection.execute(
            delete(Override).where(this).returning(Override.opens_at, Override.closes_at)
        ).first()
        if opens_at or closes_at:
            connection.execute(
                insert(Override).values(
                    quiz_id=quiz_id, user_id=user_id, opens_at=opens_at, closes_at=closes_at
                )
            )
        moved = move_deadlines(connection, Attempt.quiz_id == quiz_id, Attempt.user_id == user_id)
        record(
            connection,
            actor.id,
            "quiz.override",
            ("quiz", quiz_id),
            now,
            user=user_id,
            before=_told(before.opens_at, before.closes_at) if before else None,
            after=_told(opens_at, closes_at),
            deadlines_moved=[*moved],
        )
    return len(moved)


def _told(opens_at: datetime | None, closes_at: datetime | None) -> dict[str, str | None]:
    return {
        "opens_at": opens_at.isoformat() if opens_at else None,
        "closes_at": closes_at.isoformat() if closes_at else None,
    }


def _student(
    connection: Connection, actor: Actor, course_id: int, user_id: int, *, lock: bool = False
) -> Row[Any]:
    """A student of the course with what was granted, for its teachers; ``lock``: starts and other grants wait."""
    role = connection.execute(
        select(Enrolment.role)
        .join(User, User.id == Enrolment.user_id)
        .where(Enrolment.course_id == course_id, acting(actor))
    ).scalar()
    if role is None:
        raise missing(connection, actor)
    if role not in TEACHING:
        raise Forbidden
    statement = (
        select(
            User.name,
            Course.title.label("course_title"),
            Course.time_zone,
            Enrolment.time_factor,
            Enrolment.extra_attempts,
        )
        .join(Enrolment, Enrolment.user_id == User.id)
        .join(Course, Course.id == Enrolment.course_id)
        .where(Course.id == course_id, User.id == user_id, Enrolment.role == "student")
    )
    found = connection.execute(statement.with_for_update(of=Enrolment) if lock else statement).first()
    if found is None:
        raise NotFound
    return found
