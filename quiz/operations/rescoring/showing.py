"""What has been rescored: to those who teach, and to the students whose grades it changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, distinct, func, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import aliased

from quiz.banks.rescoring import Policy
from quiz.db import reading, transaction
from quiz.models.accommodating import closes_for
from quiz.models.attempt import Attempt, AttemptSlot, moment
from quiz.models.bank import Question, QuestionVersion
from quiz.models.people import Course, Enrolment, User
from quiz.models.quiz import Quiz, QuizRevision
from quiz.models.rescored import RescoredAttempt, RescoredVersion, Rescoring
from quiz.operations.access import TEACHING, Actor, QuizHead, acting, enrolled, head_of, missing, taught_quiz
from quiz.questions import types


@dataclass(frozen=True, slots=True)
class Done:
    """A rescoring of the past. ``by`` "": from the command line. ``undone_at`` None: it is in force."""

    id: int
    policy: Policy
    by_hand: bool
    reason: str
    questions: tuple[str, ...]
    attempts: int
    at: datetime
    by: str
    undone_at: datetime | None
    undone_by: str


@dataclass(frozen=True, slots=True)
class History(QuizHead):
    """The rescorings of a quiz, the newest first."""

    done: tuple[Done, ...]


def history(actor: Actor | None, quiz_id: int) -> History:
    """What has been rescored in a quiz. A constant number of statements."""
    undoer = User.__table__.alias("undoer")
    attempts = (
        select(func.count())
        .where(RescoredAttempt.rescoring_id == Rescoring.id)
        .correlate(Rescoring)
        .scalar_subquery()
    )
    with reading() as connection:
        quiz = taught_quiz(connection, actor, quiz_id)
        rows = connection.execute(
            select(Rescoring, User.name, undoer.c.name.label("undone_name"), attempts.label("attempts"))
            .outerjoin(User, User.id == Rescoring.created_by)
            .outerjoin(undoer, undoer.c.id == Rescoring.undone_by)
            .where(Rescoring.quiz_id == quiz_id)
            .order_by(Rescoring.id.desc())
        ).all()
        questions = _question_names(connection, quiz_id)
    return History(
        **head_of(quiz),
        done=tuple(
            Done(
                id=row.id,
                policy=row.policy,
                by_hand=row.by_hand,
                reason=row.reason,
                questions=tuple(questions[row.id]),
                attempts=row.attempts,
                at=row.created_at,
                by=row.name or "",
                undone_at=row.undone_at,
                undone_by=row.undone_name or "",
            )
            for row in rows
        ),
    )


def _question_names(connection: Connection, quiz_id: int) -> Mapping[int, Sequence[str]]:
    """The questions of each rescoring of a quiz by name."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = connection.execute(
        select(RescoredVersion.rescoring_id, Question.slug)
        .join(Rescoring, Rescoring.id == RescoredVersion.rescoring_id)
        .join(QuestionVersion, QuestionVersion.id == RescoredVersion.version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(Rescoring.quiz_id == quiz_id)
        .order_by(Question.slug)
    )
    for row in rows:
        found[row.rescoring_id].append(row.slug)
    return found


# What is to be done ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """A quiz with attempts that were marked by an earlier version of a question than its newest, ``version_id``."""

    quiz_id: int
    title: str
    course_title: str
    version_id: int
    attempts: int


def waiting(actor: Actor, question_id: int, quiz_id: int | None = None) -> tuple[Waiting, ...]:
    """The quizzes of my courses, or this one, whose answers to a question the newest key has not scored; the latest first.

    Empty for whoever teaches none, and where people mark the answers. One statement.
    """
    by_hand = [name for name in types.names() if types.get(name).by_hand]
    newest, held = aliased(QuestionVersion), aliased(QuestionVersion)
    statement = (
        select(Quiz.id, Quiz.title, Course.title.label("course_title"), newest.id.label("version_id"))
        .add_columns(func.count(distinct(Attempt.id)).label("attempts"))
        .select_from(newest)
        .join(held, and_(held.question_id == newest.question_id, held.number < newest.number))
        .join(AttemptSlot, AttemptSlot.version_id == held.id)
        .join(Attempt, Attempt.id == AttemptSlot.attempt_id)
        .join(Quiz, Quiz.id == Attempt.quiz_id)
        .join(Course, Course.id == Quiz.course_id)
        .where(
            newest.question_id == question_id,
            newest.current,
            newest.type.not_in(by_hand),
            AttemptSlot.asks,
            Attempt.finished_at.is_not(None),
            enrolled(actor, Quiz.course_id, TEACHING),
        )
        .group_by(Quiz.id, Quiz.title, Course.title, newest.id)
        .order_by(Quiz.id.desc())
    )
    if quiz_id is not None:
        statement = statement.where(Quiz.id == quiz_id)
    with reading() as connection:
        return tuple(Waiting(*row) for row in connection.execute(statement))


# What a student is told --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Notice:
    """That the grade of an attempt of mine was changed. Grades only as the review options show them now, else None."""

    rescoring_id: int
    attempt_id: int
    quiz_title: str
    course_title: str
    at: datetime
    undone: bool
    grade_before: float | None
    grade_after: float | None
    scale: float


def my_notices(actor: Actor, now: datetime) -> tuple[Notice, ...]:
    """What I have not said to have read yet, the newest first."""
    with reading() as connection:
        rows = connection.execute(
            select(
                RescoredAttempt,
                Rescoring.created_at,
                Rescoring.undone_at,
                Attempt.finished_at,
                Quiz.title,
                Quiz.review,
                closes_for(Attempt.user_id).label("closes_at"),
                Course.title.label("course_title"),
                QuizRevision.scale,
            )
            .join(Rescoring, Rescoring.id == RescoredAttempt.rescoring_id)
            .join(Attempt, Attempt.id == RescoredAttempt.attempt_id)
            .join(QuizRevision, QuizRevision.id == Attempt.revision_id)
            .join(Quiz, Quiz.id == Attempt.quiz_id)
            .join(Course, Course.id == Quiz.course_id)
            .join(Enrolment, and_(Enrolment.course_id == Course.id, Enrolment.user_id == Attempt.user_id))
            .join(User, User.id == Attempt.user_id)
            .where(acting(actor), RescoredAttempt.read_at.is_(None))
            .order_by(Rescoring.id.desc(), Attempt.id)
        ).all()
    return tuple(_notice(row, now) for row in rows)


def _notice(row: Row[Any], now: datetime) -> Notice:
    shown = "grade" in row.review.get(moment(row.finished_at, row.closes_at, now), ())
    undone = row.undone_at is not None
    before, after = (row.grade_after, row.grade_before) if undone else (row.grade_before, row.grade_after)
    return Notice(
        rescoring_id=row.rescoring_id,
        attempt_id=row.attempt_id,
        quiz_title=row.title,
        course_title=row.course_title,
        at=row.undone_at or row.created_at,
        undone=undone,
        grade_before=before if shown else None,
        grade_after=after if shown else None,
        scale=row.scale,
    )


def read_notice(actor: Actor, rescoring_id: int, now: datetime) -> None:
    """I have read of a rescoring. A repeat changes nothing; NotFound where it has changed nothing of mine."""
    with transaction() as connection:
        mine = select(Attempt.id).join(User, User.id == Attempt.user_id).where(acting(actor))
        found = connection.execute(
            update(RescoredAttempt)
            .where(RescoredAttempt.rescoring_id == rescoring_id, RescoredAttempt.attempt_id.in_(mine))
            .values(read_at=func.coalesce(RescoredAttempt.read_at, now))
            .returning(RescoredAttempt.attempt_id)
        ).all()
        if not found:
            raise missing(connection, actor)
