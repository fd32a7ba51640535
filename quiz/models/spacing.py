"""Spaced practice: what each student remembers of each question, and whose turn it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Date, ForeignKey, Row, and_, func, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, mapped_column

from quiz.assembly.spacing import Memory, remembered
from quiz.db import Base, conflict_insert
from quiz.models.attempt import Attempt, AttemptSlot
from quiz.models.bank import Question, QuestionVersion
from quiz.models.people import Course, User
from quiz.models.quiz import Quiz


class PracticeCard(Base):
    """What a student remembers of a question, whichever of its versions they had (``assembly.spacing.Memory``)."""

    __tablename__ = "practice_card"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), primary_key=True)
    #: In days.
    stability: Mapped[float]
    #: 1 to 10.
    difficulty: Mapped[float]
    #: In the calendar of the student.
    answered_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)


#: The time zone whose calendar holds: the person's own, else that of the course.
ZONE = func.coalesce(User.time_zone, Course.time_zone)


def day_in(zone: str, now: datetime) -> date:
    """The calendar day in a time zone."""
    return now.astimezone(ZoneInfo(zone)).date()


def remember(connection: Connection, attempt_id: int, earned: Mapping[int, Fraction], now: datetime) -> None:
    """Notes how well the questions in these slots of a practice were known: {slot: fraction of the marks}.

    Once a slot and attempt, when its mark is final. Two statements, whatever their number.
    """
    if not earned:
        return
    rows = connection.execute(
        select(
            AttemptSlot.slot,
            Attempt.user_id,
            QuestionVersion.question_id,
            User.retention,
            ZONE.label("zone"),
            PracticeCard.stability,
            PracticeCard.difficulty,
            PracticeCard.answered_on,
            PracticeCard.due_on,
        )
        .select_from(AttemptSlot)
        .join(Attempt, Attempt.id == AttemptSlot.attempt_id)
        .join(User, User.id == Attempt.user_id)
        .join(Quiz, Quiz.id == Attempt.quiz_id)
        .join(Course, Course.id == Quiz.course_id)
        .join(QuestionVersion, QuestionVersion.id == AttemptSlot.version_id)
        .outerjoin(
            PracticeCard,
            and_(
                PracticeCard.user_id == Attempt.user_id,
                PracticeCard.question_id == QuestionVersion.question_id,
            ),
        )
        .where(AttemptSlot.attempt_id == attempt_id, AttemptSlot.slot.in_(list(earned)))
    ).all()
    cards = [
        {
            "user_id": row.user_id,
            "question_id": row.question_id,
            **asdict(remembered(_memory(row), earned[row.slot], day_in(row.zone, now), row.retention)),
        }
        for row in rows
    ]
    statement = conflict_insert(connection, PracticeCard)
    fresh = {name: statement.excluded[name] for name in ("stability", "difficulty", "answered_on", "due_on")}
    connection.execute(
        statement.on_conflict_do_update(index_elements=["user_id", "question_id"], set_=fresh), cards
    )


def _memory(row: Row[Any]) -> Memory | None:
    if row.due_on is None:
        return None
    return Memory(row.stability, row.difficulty, row.answered_on, row.due_on)


def turns(connection: Connection, user_id: int, banks: Mapping[str, int], today: date) -> dict[str, int]:
    """Whose turn it is, as a draw reads it in ``seen``: {``bank/id``: number}.

    What is due has numbers below 0, the longest due the lowest; what is not due yet has numbers from 1, by its day.
    """
    names = {bank_id: name for name, bank_id in banks.items()}
    rows = connection.execute(
        select(Question.bank_id, Question.slug, PracticeCard.due_on)
        .join(Question, Question.id == PracticeCard.question_id)
        .where(PracticeCard.user_id == user_id, Question.bank_id.in_(names))
        .order_by(PracticeCard.due_on, Question.id)
    ).all()
    due = sum(row.due_on <= today for row in rows)
    return {
        f"{names[row.bank_id]}/{row.slug}": place - due + (place >= due) for place, row in enumerate(rows)
    }
