"""Adaptive tests: an answer that is given for good, and the question that comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, func, insert, select, update
from sqlalchemy.engine import Connection

from quiz.assembly.path import ALGORITHM
from quiz.db import reading
from quiz.errors import NotFound, QuizError
from quiz.models.adapting import Difference, Pools, Sitting, differences
from quiz.models.asking import ASKED, asked
from quiz.models.attempt import Attempt, AttemptSlot
from quiz.models.bank import QuestionVersion
from quiz.models.closing import close, write_first
from quiz.models.people import User
from quiz.models.quiz import Quiz
from quiz.models.saving import Save, Saved, refusal
from quiz.models.saving import save as write_answer
from quiz.models.scoring import answered
from quiz.operations.access import Actor, acting, missing
from quiz.operations.attempts import SlotSave


@dataclass(frozen=True, slots=True)
class Replayed:
    """An attempt whose path was followed once more: how many questions it had, and where its record differs."""

    attempt_id: int
    student: str
    number: int
    questions: int
    #: Which rule ended it, one of ``path.STOPPED``; None: none did.
    stopped: str | None
    ability: float | None
    error: float | None
    differences: tuple[Difference, ...]


def replay(quiz_id: int) -> list[Replayed]:
    """Follows the path of every adaptive attempt at a quiz once more, as its record says; for the command line.

    Raises NotFound where there is no such quiz.
    """
    with reading() as connection:
        if connection.execute(select(Quiz.id).where(Quiz.id == quiz_id)).first() is None:
            raise NotFound
        asked_so_far = select(func.count()).where(AttemptSlot.attempt_id == Attempt.id).scalar_subquery()
        rows = connection.execute(
            select(
                Attempt.id,
                User.name,
                Attempt.number,
                asked_so_far.label("questions"),
                Attempt.stopped,
                Attempt.ability,
                Attempt.ability_error,
            )
            .join(User, User.id == Attempt.user_id)
            .where(Attempt.quiz_id == quiz_id, Attempt.algorithm == ALGORITHM)
            .order_by(Attempt.id)
        ).all()
        pools = Pools(connection)
        return [
            Replayed(
                attempt_id=row.id,
                student=row.name,
                number=row.number,
                questions=row.questions,
                stopped=row.stopped,
                ability=row.ability,
                error=row.ability_error,
                differences=tuple(differences(connection, row.id, pools)),
            )
            for row in rows
        ]


def is_adaptive(connection: Connection, attempt_id: int) -> bool:
    """Whether an attempt is an adaptive test; False also where there is none."""
    found = connection.execute(select(Attempt.algorithm).where(Attempt.id == attempt_id)).scalar()
    return bool(found == ALGORITHM)


def answer(
    connection: Connection,
    actor: Actor,
    attempt_id: int,
    one: SlotSave,
    writer: str,
    now: datetime,
    grace: timedelta,
) -> tuple[Saved | QuizError, bool]:
    """Gives an answer for good: it is saved and marked, and the next question stands in the next slot, or the test ends.

    A repeat changes nothing. An answer that is empty or cannot be read is only saved: the page shows the complaint, and the
    question stays. Returns what came of it, and whether the question is behind now.
    """
    slot = _slot(connection, actor, attempt_id, one.slot)
    parsed = asked(slot).parse(one.fields, slot.shown_order)
    counts = parsed.response is not None and not parsed.complaints
    act = "check" if counts else "save"
    given = Save(actor.id, actor.epoch, attempt_id, one.slot, one.seq, act, writer, one.fields)
    saved = write_answer(connection, given, now, grace)
    if saved and counts:
        _go_on(connection, attempt_id, one.slot, now)
    return saved or refusal(connection, given, now, grace), counts


def _slot(connection: Connection, actor: Actor, attempt_id: int, slot: int) -> Row[Any]:
    """The slot, its attempt locked: a second answer, or a save, waits and then sees that this one has gone on.

    The attempt alone, which saves lock too: who locked the slot as well could wait for a save that waits for the attempt.
    """
    found = connection.execute(
        select(AttemptSlot.slot, AttemptSlot.shown_order, *ASKED)
        .select_from(Attempt)
        .join(User, and_(User.id == Attempt.user_id, acting(actor)))
        .join(AttemptSlot, AttemptSlot.attempt_id == Attempt.id)
        .join(QuestionVersion, QuestionVersion.id == AttemptSlot.version_id)
        .where(Attempt.id == attempt_id, AttemptSlot.slot == slot)
        .with_for_update(of=Attempt, key_share=True)
    ).first()
    if found is None:
        raise missing(connection, actor)
    return found


def _go_on(connection: Connection, attempt_id: int, slot: int, now: datetime) -> None:
    """Marks the slot, and puts the next question behind it; where the rules end the test, so it ends."""
    here = and_(AttemptSlot.attempt_id == attempt_id, AttemptSlot.slot == slot)
    write_first(connection, answered(connection, here), now)
    sitting = Sitting.of(connection, attempt_id)
    path = sitting.path()
    for one in sitting.asked(attempt_id):
        path.take(one.name, one.fraction)
    step = path.next()
    attempt = update(Attempt).where(Attempt.id == attempt_id)
    if step is None:
        connection.execute(attempt.values(stopped=path.stopped))
        close(connection, attempt_id, "student", now, now)
        return
    connection.execute(insert(AttemptSlot), [{"attempt_id": attempt_id, **sitting.slot(slot + 1, step)}])
    connection.execute(attempt.values(at_slot=slot + 1))
