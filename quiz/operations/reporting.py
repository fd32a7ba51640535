"""Who did what: a quiz's results, a student's own list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, case, func, select
from sqlalchemy.engine import Connection

from quiz.db import reading, transaction
from quiz.errors import SignedOut
from quiz.files.richtext import to_text
from quiz.files.tables import Table
from quiz.models.accommodating import closes_for
from quiz.models.adapting import sums_up
from quiz.models.asking import versions_in
from quiz.models.attempt import (
    GRACE,
    Attempt,
    AttemptSlot,
    Mark,
    ended_at,
    moment,
    over,
    waits_for_a_mark,
)
from quiz.models.audit import record
from quiz.models.bank import load_authored
from quiz.models.paging import Page, page_of
from quiz.models.people import Course, Enrolment, User
from quiz.models.progress import progress_of
from quiz.models.quiz import Quiz, QuizRevision
from quiz.models.scoring import counting_mark
from quiz.operations.access import Actor, QuizHead, acting, head_of, quiz_of_results


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One attempt in a quiz's results; a student who has not started has one with no attempt."""

    user_id: int
    student: str
    attempt_id: int | None
    number: int | None
    #: not-started, in-progress, or finished.
    state: str
    ended_by: str | None
    started_at: datetime | None
    finished_at: datetime | None
    grade: float | None
    needs_grading: bool


@dataclass(frozen=True, slots=True)
class QuestionFacility:
    """How a question fared: ``facility`` is the mean share of the mark over finished attempts, blanks 0."""

    question: str
    prompt: str
    version: int
    attempts: int
    #: None where nothing is graded yet.
    facility: float | None


@dataclass(frozen=True, slots=True)
class QuizResults(QuizHead):
    """A quiz's results: counts of students, one page of attempts, the facility of each question."""

    scale: float | None
    pass_grade: float | None
    students: int
    started: int
    finished: int
    mean_grade: float | None
    rows: Page[AttemptRow]
    facilities: tuple[QuestionFacility, ...]


@dataclass(frozen=True, slots=True)
class MyGrade:
    """One of my finished attempts, as far as its review options let me see the grade."""

    course_id: int
    course_title: str
    quiz_id: int
    quiz_title: str
    attempt_id: int
    number: int
    finished_at: datetime
    #: None where the quiz does not show it now, or it is not settled.
    grade: float | None
    scale: float


# A quiz ------------------------------------------------------------------------------------------------------------


def results(
    actor: Actor | None, quiz_id: int, page: int, now: datetime, grace: timedelta = GRACE
) -> QuizResults:
    """Who has started, who has finished, with what grade; how each question fared."""
    with reading() as connection:
        quiz = quiz_of_results(connection, actor, quiz_id)
        progress = progress_of(connection, [quiz_id], now, grace)[quiz_id]
        rows = page_of(connection, _rows_of(quiz, now, grace), page, _attempt_row)
        facilities = _facilities(connection, quiz_id)
    return QuizResults(
        **head_of(quiz),
        scale=quiz.scale,
        pass_grade=quiz.pass_grade,
        students=progress.students,
        started=progress.started,
        finished=progress.finished,
        mean_grade=progress.mean_grade,
        rows=rows,
        facilities=facilities,
    )


def _rows_of(quiz: Row[Any], now: datetime, grace: timedelta) -> Any:
    """Each student of the course with their attempts; also those who have left it, if they have attempts."""
    people = (
        select(Enrolment.user_id)
        .where(Enrolment.course_id == quiz.course_id, Enrolment.role == "student")
        .union(select(Attempt.user_id).where(Attempt.quiz_id == quiz.id))
        .subquery()
    )
    return (
        select(
            User.id.label("user_id"),
            User.name,
            Attempt.id,
            Attempt.number,
            func.coalesce(Attempt.ended_by, case((over(now, grace), "time"))).label("ended_by"),
            Attempt.started_at,
            ended_at(now, grace).label("ended_at"),
            Attempt.grade,
            waits_for_a_mark().label("needs_grading"),
        )
        .join(people, people.c.user_id == User.id)
        .outerjoin(Attempt, and_(Attempt.user_id == User.id, Attempt.quiz_id == quiz.id))
        .order_by(User.name, User.id, Attempt.number)
    )


def _attempt_row(row: Row[Any]) -> AttemptRow:
    finished = row.ended_at is not None
    return AttemptRow(
        user_id=row.user_id,
        student=row.name,
        attempt_id=row.id,
        number=row.number,
        state="finished" if finished else "not-started" if row.id is None else "in-progress",
        ended_by=row.ended_by,
        started_at=row.started_at,
        finished_at=row.ended_at,
        grade=row.grade,
        needs_grading=row.needs_grading,
    )


def _facilities(connection: Connection, quiz_id: int) -> tuple[QuestionFacility, ...]:
    """How each question fared; not in adaptive tests, where only those of some ability are asked it."""
    rows = connection.execute(
        select(
            AttemptSlot.version_id,
            func.count().label("attempts"),
            func.avg(Mark.fraction).label("facility"),
        )
        .join(Attempt, Attempt.id == AttemptSlot.attempt_id)
        .join(Mark, counting_mark())
        .where(
            Attempt.quiz_id == quiz_id,
            Attempt.finished_at.is_not(None),
            sums_up(),
        )
        .group_by(AttemptSlot.version_id)
    ).all()
    figures = {row.version_id: row for row in rows}
    found = [_facility(version, figures[version.id]) for version in versions_in(connection, figures)]
    return tuple(sorted(found, key=lambda one: (one.facility is None, one.facility, one.question)))


def _facility(version: Row[Any], figures: Row[Any]) -> QuestionFacility:
    question = load_authored(version.digest, version.content)
    return QuestionFacility(
        question=question.qualified,
        prompt=to_text(question.prompt),
        version=version.number,
        attempts=figures.attempts,
        facility=None if figures.facility is None else float(figures.facility),
    )


RESULTS_HEADER = ("student", "attempt", "state", "ended by", "started (UTC)", "finished (UTC)", "grade", "of")


def results_table(actor: Actor | None, quiz_id: int, now: datetime, grace: timedelta = GRACE) -> Table:
    """All attempts of a quiz, for a file. The export is audited."""
    with reading() as connection:
        quiz = quiz_of_results(connection, actor, quiz_id)
        rows = [_attempt_row(row) for row in connection.execute(_rows_of(quiz, now, grace))]
    with transaction() as connection:  # apart: on SQLite saves wait for it
        record(connection, actor.id if actor else None, "results.export", ("quiz", quiz_id), now)
    return Table(
        name=quiz.title,
        header=RESULTS_HEADER,
        rows=tuple(
            (
                row.student,
                row.number,
                row.state,
                row.ended_by,
                row.started_at,
                row.finished_at,
                row.grade,
                quiz.scale if row.grade is not None else None,
            )
            for row in rows
        ),
    )


# A student ---------------------------------------------------------------------------------------------------------


def my_grades(actor: Actor, now: datetime, page: int, grace: timedelta = GRACE) -> Page[MyGrade]:
    """My finished attempts over all courses, the newest first; a grade as far as its review options show it now."""
    with reading() as connection:
        if connection.execute(select(User.id).where(acting(actor))).first() is None:
            raise SignedOut
        ended = ended_at(now, grace)
        return page_of(
            connection,
            select(
                Attempt.id,
                Attempt.number,
                ended.label("finished_at"),
                Attempt.grade,
                Quiz.id.label("quiz_id"),
                Quiz.title.label("quiz_title"),
                Quiz.review,
                closes_for(Attempt.user_id).label("closes_at"),
                Course.id.label("course_id"),
                Course.title.label("course_title"),
                QuizRevision.scale,
            )
            .join(Quiz, Quiz.id == Attempt.quiz_id)
            .join(Course, Course.id == Quiz.course_id)
            .join(QuizRevision, QuizRevision.id == Attempt.revision_id)
            .join(Enrolment, and_(Enrolment.course_id == Course.id, Enrolment.user_id == Attempt.user_id))
            .where(Attempt.user_id == actor.id, ended.is_not(None))
            .order_by(ended.desc(), Attempt.id.desc()),
            page,
            lambda row: _my_grade(row, now),
        )


def _my_grade(row: Row[Any], now: datetime) -> MyGrade:
    allowed = row.review.get(moment(row.finished_at, row.closes_at, now), ())
    return MyGrade(
        course_id=row.course_id,
        course_title=row.course_title,
        quiz_id=row.quiz_id,
        quiz_title=row.quiz_title,
        attempt_id=row.id,
        number=row.number,
        finished_at=row.finished_at,
        grade=row.grade if "grade" in allowed else None,
        scale=row.scale,
    )
