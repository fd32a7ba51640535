"""What people decide about marks: late answers that are to count after all."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, func, insert, select, update
from sqlalchemy.engine import Connection

from quiz.db import transaction
from quiz.errors import Conflict, Forbidden
from quiz.models.attempt import Answer, Attempt, AttemptSlot, LateAnswer
from quiz.models.audit import record
from quiz.models.closing import score_again
from quiz.models.people import Enrolment, User
from quiz.models.quiz import Quiz
from quiz.models.scoring import take_out
from quiz.operations.access import GRADING, Actor, acting, missing


def accept_late(actor: Actor, attempt_id: int, late_id: int, now: datetime) -> None:
    """Lets a late answer count: it becomes the slot's current answer, which is scored again.

    The mark before is kept, and the act audited. A repeat changes nothing. Raises Conflict while the attempt runs, and
    where the question was closed, its key shown, before the answer came.
    """
    with transaction() as connection:
        _lock(connection, attempt_id)
        late = _late(connection, actor, attempt_id, late_id)
        if late.accepted_at is not None:
            return
        if late.finished_at is None:
            raise Conflict("This attempt has not ended yet.")
        if late.closed_at is not None:
            raise Conflict("The right answer had been shown before this answer came.")
        take_out(connection, [attempt_id])
        _append(connection, late)
        connection.execute(
            update(LateAnswer).where(LateAnswer.id == late_id).values(accepted_at=now, accepted_by=actor.id)
        )
        score_again(connection, attempt_id, late.slot, now, actor.id)
        record(connection, actor.id, "answer.accept-late", ("attempt", attempt_id), now, slot=late.slot)


def _late(connection: Connection, actor: Actor, attempt_id: int, late_id: int) -> Row[Any]:
    found = connection.execute(
        select(LateAnswer, Attempt.finished_at, AttemptSlot.closed_at, Enrolment.role)
        .select_from(LateAnswer)
        .join(Attempt, Attempt.id == LateAnswer.attempt_id)
        .join(
            AttemptSlot,
            and_(AttemptSlot.attempt_id == LateAnswer.attempt_id, AttemptSlot.slot == LateAnswer.slot),
        )
        .join(Quiz, Quiz.id == Attempt.quiz_id)
        .join(Enrolment, Enrolment.course_id == Quiz.course_id)
        .join(User, User.id == Enrolment.user_id)
        .where(LateAnswer.id == late_id, LateAnswer.attempt_id == attempt_id, acting(actor))
    ).first()
    if found is None:
        raise missing(connection, actor)
    if found.role not in GRADING:
        raise Forbidden
    return found


def _lock(connection: Connection, attempt_id: int) -> None:
    """One decision on an attempt at a time: the second sees what the first has decided, and the grade holds both."""
    connection.execute(select(Attempt.id).where(Attempt.id == attempt_id).with_for_update())


def _append(connection: Connection, late: Row[Any]) -> None:
    highest: int = connection.execute(
        select(func.coalesce(func.max(Answer.seq), 0)).where(
            Answer.attempt_id == late.attempt_id, Answer.slot == late.slot
        )
    ).scalar_one()
    connection.execute(
        insert(Answer).values(
            attempt_id=late.attempt_id,
            slot=late.slot,
            seq=highest + 1,
            act="save",
            fields=late.fields,
            writer=late.writer,
            saved_at=late.received_at,
        )
    )
