"""What a quiz's report is made of: the counted attempts, their marks, their answers and when these were saved.

All is read and computed anew for each report, in a number of statements that does not depend on the rows; accumulated
sums take its place when quizzes are large.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias, get_args

from sqlalchemy import Row, and_, func, or_, select
from sqlalchemy.engine import Connection

from quiz.models.attempt import Answer, Attempt, AttemptSlot, Mark
from quiz.models.bank import QuestionVersion
from quiz.models.scoring import current_answer

#: Which of a student's finished attempts count: the first, the last, all, or those that the grade counts.
Which: TypeAlias = Literal["first", "last", "all", "counted"]
WHICH: Final[tuple[Which, ...]] = get_args(Which)


def counted_attempts(connection: Connection, quiz_id: int, which: str, grading: str) -> Sequence[Row[Any]]:
    """The attempts that count (id, user_id, number, started_at, finished_at, grade), by id. One statement."""
    return connection.execute(
        select(
            Attempt.id,
            Attempt.user_id,
            Attempt.number,
            Attempt.started_at,
            Attempt.finished_at,
            Attempt.grade,
        )
        .where(Attempt.id.in_(counted_ids(quiz_id, which, grading)))
        .order_by(Attempt.id)
    ).all()


def counted_ids(quiz_id: int, which: str, grading: str) -> Any:
    """The ids of the attempts that count. Of equally high grades the earlier one is the highest."""
    orders: dict[str, list[Any]] = {
        "first": [Attempt.number],
        "last": [Attempt.number.desc()],
        "highest": [Attempt.grade.is_(None), Attempt.grade.desc(), Attempt.number],
    }
    order = orders.get(grading if which == "counted" else which)
    finished = and_(Attempt.quiz_id == quiz_id, Attempt.finished_at.is_not(None))
    if order is None:  # all, and the average, which every attempt is part of
        return select(Attempt.id).where(finished)
    place = func.row_number().over(partition_by=Attempt.user_id, order_by=order)
    ranked = select(Attempt.id, place.label("place")).where(finished).subquery()
    return select(ranked.c.id).where(ranked.c.place == 1)


def marked_slots(connection: Connection, quiz_id: int, which: str, grading: str) -> Sequence[Row[Any]]:
    """Each slot of the attempts that count and that asks something, with its mark and the answer that stands. One statement.

    Bonus slots stand outside the analysis. ``fraction`` None: it needs grading.
    """
    return connection.execute(
        select(
            AttemptSlot.attempt_id,
            AttemptSlot.slot,
            AttemptSlot.section,
            AttemptSlot.version_id,
            AttemptSlot.variant,
            Attempt.as_of,
            AttemptSlot.shown_order,
            AttemptSlot.points,
            Answer.fields,
            Mark.fraction,
        )
        .select_from(AttemptSlot)
        .join(Attempt, Attempt.id == AttemptSlot.attempt_id)
        .outerjoin(Answer, current_answer())
        .outerjoin(
            Mark,
            and_(
                Mark.attempt_id == AttemptSlot.attempt_id,
                Mark.slot == AttemptSlot.slot,
                Mark.superseded_at.is_(None),
            ),
        )
        .where(
            AttemptSlot.attempt_id.in_(counted_ids(quiz_id, which, grading)),
            AttemptSlot.asks,
            AttemptSlot.bonus.is_(False),
            # not those that were dropped: their marks are worth nothing since
            or_(Mark.max.is_(None), Mark.max > 0, AttemptSlot.points == 0),
        )
        .order_by(AttemptSlot.attempt_id, AttemptSlot.slot)
    ).all()


def save_times(connection: Connection, quiz_id: int, which: str, grading: str) -> Sequence[Row[Any]]:
    """When each answer of the attempts that count was saved, also those that were replaced, in order. One statement."""
    return connection.execute(
        select(Answer.attempt_id, Answer.slot, Answer.saved_at)
        .where(Answer.attempt_id.in_(counted_ids(quiz_id, which, grading)))
        .order_by(Answer.attempt_id, Answer.saved_at, Answer.slot, Answer.seq)
    ).all()


def versions_of(connection: Connection, quiz_id: int) -> Sequence[Row[Any]]:
    """The question versions that stood in finished attempts of a quiz. One statement."""
    held = (
        select(AttemptSlot.version_id)
        .join(Attempt, Attempt.id == AttemptSlot.attempt_id)
        .where(Attempt.quiz_id == quiz_id, Attempt.finished_at.is_not(None))
    )
    return connection.execute(
        select(
            QuestionVersion.id, QuestionVersion.number, QuestionVersion.digest, QuestionVersion.content
        ).where(QuestionVersion.id.in_(held))
    ).all()


def key_is_out(review: Mapping[str, Sequence[str]], closes_at: datetime | None, now: datetime) -> bool:
    """Whether students who have finished may have seen right answers by now."""
    closed = closes_at is not None and now >= closes_at
    moments = ("during", "after", "later", *(("closed",) if closed else ()))
    return any("answer" in review.get(one, ()) for one in moments)
