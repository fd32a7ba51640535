"""A quiz's dates and bounds as they hold for one person: more time, further attempts, other dates.

More time and further attempts stand on the enrolment and hold in the whole course; other dates hold for one quiz. Time
that is added during an attempt stands on the attempt. Whatever judges a date, a limit or a number of attempts for
somebody asks here, never the quiz itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Integer, Row, and_, bindparam, func, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, mapped_column

from quiz.db import Base, Prepared, UtcDateTime
from quiz.models.attempt import Attempt, due_at
from quiz.models.people import Enrolment
from quiz.models.quiz import Quiz

#: By how much a time limit can be longer for somebody; 1 = as for everybody.
TIME_FACTORS = (1.0, 1.25, 1.5, 2.0)


class Override(Base):
    """Other dates of one quiz for one person."""

    __tablename__ = "override"

    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"), primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True, autoincrement=False)
    #: NULL = the quiz's own.
    opens_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: NULL = the quiz's own.
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


@dataclass(frozen=True, slots=True)
class Terms:
    """When and how often somebody may take a quiz, and for how long. None: as in ``Quiz``."""

    opens_at: datetime | None
    closes_at: datetime | None
    #: The quiz's limit, times the person's factor, in whole minutes, rounded up.
    limit_minutes: int | None
    attempts_allowed: int | None

    @classmethod
    def of(cls, row: Row[Any]) -> Terms:
        """Out of a row that holds ``own_terms``."""
        return cls(
            opens_at=row.opens_at,
            closes_at=row.closes_at,
            limit_minutes=lengthened(row.limit_minutes, row.time_factor),
            attempts_allowed=None
            if row.attempts_allowed is None
            else row.attempts_allowed + row.extra_attempts,
        )


def lengthened(minutes: int | None, factor: float) -> int | None:
    """A time limit for somebody with this factor, in whole minutes, rounded up; None where there is no limit."""
    return None if minutes is None else math.ceil(minutes * factor)


def _of_override(column: Any, user: Any) -> ColumnElement[Any]:
    return (
        select(column)
        .where(Override.quiz_id == Quiz.id, Override.user_id == user)
        .correlate_except(Override)
        .scalar_subquery()
    )


def opens_for(user: Any) -> ColumnElement[datetime | None]:
    """When the statement's ``Quiz`` opens for a person (an id or a column); NULL = as soon as it is published."""
    return func.coalesce(_of_override(Override.opens_at, user), Quiz.opens_at)


def closes_for(user: Any) -> ColumnElement[datetime | None]:
    """When the statement's ``Quiz`` closes for a person (an id or a column); NULL = never."""
    return func.coalesce(_of_override(Override.closes_at, user), Quiz.closes_at)


def _of_enrolment(column: Any, user: Any, usual: float) -> ColumnElement[Any]:
    own = Enrolment.__table__.alias()
    found = (
        select(own.c[column.key])
        .where(own.c.course_id == Quiz.course_id, own.c.user_id == user)
        .correlate_except(own)
        .scalar_subquery()
    )
    return func.coalesce(found, usual)  # who has been taken out of the course has what everybody has


def own_terms(user: Any) -> tuple[Any, ...]:
    """The columns that ``Terms.of`` reads, for a statement over ``Quiz`` and a person (an id or a column)."""
    return (
        opens_for(user).label("opens_at"),
        closes_for(user).label("closes_at"),
        Quiz.limit_minutes,
        Quiz.attempts_allowed,
        _of_enrolment(Enrolment.time_factor, user, 1.0).label("time_factor"),
        _of_enrolment(Enrolment.extra_attempts, user, 0).label("extra_attempts"),
    )


_TERMS = Prepared(
    select(*own_terms(bindparam("user_id", type_=Integer))).where(Quiz.id == bindparam("quiz_id"))
)


def terms_for(connection: Connection, quiz_id: int, user_id: int) -> Terms:
    """The terms of one quiz for one person. One statement."""
    return Terms.of(_TERMS.run(connection, {"quiz_id": quiz_id, "user_id": user_id}).one())


def closed_of(connection: Connection, quiz_ids: Iterable[int], now: datetime) -> dict[tuple[int, int], bool]:
    """Whether these quizzes are closed for those for whom they close at another time than for all. One statement.

    By (person, quiz).
    """
    rows = connection.execute(
        select(Override.user_id, Override.quiz_id, Override.closes_at).where(
            Override.quiz_id.in_(list(quiz_ids)),
            Override.closes_at.is_not(None),
        )
    )
    return {(user_id, quiz_id): now >= closes_at for user_id, quiz_id, closes_at in rows}


def move_deadlines(connection: Connection, *which: ColumnElement[bool]) -> dict[int, datetime | None]:
    """Computes the deadline of these attempts in progress anew. Gives those that moved: {attempt: deadline}.

    Their rows are locked first, so that saves under way are waited for (see ``saving``).
    """
    chosen = and_(*which, Attempt.finished_at.is_(None))
    connection.execute(
        select(Attempt.id)
        .join(Quiz, Quiz.id == Attempt.quiz_id)
        .where(chosen)
        .order_by(Attempt.id)
        .with_for_update(of=Attempt)
    ).all()
    rows = connection.execute(
        select(
            Attempt.id,
            Attempt.started_at,
            Attempt.due_at,
            Attempt.extra_minutes,
            *own_terms(Attempt.user_id),
        )
        .join(Quiz, Quiz.id == Attempt.quiz_id)
        .where(chosen)
    ).all()
    moved = {}
    for row in rows:
        terms = Terms.of(row)
        due = due_at(row.started_at, terms.limit_minutes, terms.closes_at, row.extra_minutes)
        if due != row.due_at:
            moved[row.id] = due
            connection.execute(update(Attempt).where(Attempt.id == row.id).values(due_at=due))
    return moved
