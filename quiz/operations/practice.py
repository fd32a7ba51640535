"""Practice: check an answer and learn at once, or take a hint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, select, update
from sqlalchemy.engine import Connection

from quiz.banks.trying import may_take_hint
from quiz.db import transaction
from quiz.errors import Invalid, Problem, QuizError, StaleAnswer
from quiz.models.asking import ASKED, asked
from quiz.models.attempt import Attempt, AttemptSlot
from quiz.models.bank import QuestionVersion
from quiz.models.people import User
from quiz.models.practising import deeds, record_try, standing_of
from quiz.models.quiz import QuizRevision
from quiz.models.saving import Save, Saved, refusal
from quiz.models.saving import save as write_answer
from quiz.models.spacing import remember
from quiz.operations import adaptive, attempts
from quiz.operations.access import Actor, acting, missing
from quiz.operations.attempts import SlotSave


def check(
    actor: Actor, attempt_id: int, one: SlotSave, writer: str, now: datetime, grace: timedelta
) -> Saved:
    """Saves an answer and scores it; where no try is left the slot is closed, and its key may be shown.

    An answer that cannot be read is only saved: the page shows the complaint, and it is no try. In a test this is a
    plain save, in an adaptive one it is for good (``adaptive.answer``). Raises what ``attempts.save`` raises.
    """
    with transaction() as connection:
        act = adaptive.answer if adaptive.is_adaptive(connection, attempt_id) else _check
        outcome, closed = act(connection, actor, attempt_id, one, writer, now, grace)
    if isinstance(outcome, QuizError):
        raise outcome
    return replace(outcome, closed=closed)


def _check(
    connection: Connection,
    actor: Actor,
    attempt_id: int,
    one: SlotSave,
    writer: str,
    now: datetime,
    grace: timedelta,
) -> tuple[Saved | QuizError, bool]:
    slot = _locked(connection, actor, attempt_id, one.slot)
    question = asked(slot)
    parsed = question.parse(one.fields, slot.shown_order)
    counts = slot.mode == "practice" and parsed.response is not None and not parsed.complaints
    given = _save(actor, attempt_id, replace(one, act="check" if counts else "save"), writer)
    saved = write_answer(connection, given, now, grace)
    closed = slot.closed_at is not None
    if saved and counts:
        closed = _score(connection, attempt_id, slot, now)
    return saved or refusal(connection, given, now, grace), closed


def take_hint(
    actor: Actor, attempt_id: int, one: SlotSave, writer: str, now: datetime, grace: timedelta
) -> Saved:
    """Saves an answer and takes the next hint: what was answered by then stands beside it, so that nothing is lost.

    Raises Invalid where there is no hint to be had, else what ``attempts.save`` raises.
    """
    with transaction() as connection:
        slot = _locked(connection, actor, attempt_id, one.slot)
        given = _save(actor, attempt_id, replace(one, act="hint"), writer)
        may = _may_take_hint(connection, attempt_id, slot)
        saved = write_answer(connection, given, now, grace) if may else None
        outcome = saved or refusal(connection, given, now, grace)
        if not may and isinstance(outcome, StaleAnswer):
            raise Invalid([Problem("hint", "there is no hint to be had here")])
    if isinstance(outcome, QuizError):
        raise outcome
    return outcome


_BY_ACT = {"save": attempts.save, "check": check, "hint": take_hint}


def save(actor: Actor, attempt_id: int, one: SlotSave, writer: str, now: datetime, grace: timedelta) -> Saved:
    """Saves an answer, checks it or takes a hint, as its act says."""
    return _BY_ACT[one.act](actor, attempt_id, one, writer, now, grace)


def save_many(
    actor: Actor, attempt_id: int, saves: Sequence[SlotSave], writer: str, now: datetime, grace: timedelta
) -> list[Saved | QuizError]:
    """The same for several slots: in one transaction, or where some are checked one by one.

    Each has its own outcome, in order.
    """
    if all(one.act == "save" for one in saves):
        return attempts.save_many(actor, attempt_id, saves, writer, now, grace)
    outcomes: list[Saved | QuizError] = []
    for one in saves:
        try:
            outcomes.append(save(actor, attempt_id, one, writer, now, grace))
        except QuizError as error:
            outcomes.append(error)
    return outcomes


def _may_take_hint(connection: Connection, attempt_id: int, slot: Row[Any]) -> bool:
    question = asked(slot)
    done = deeds(connection, attempt_id, [slot.slot])[slot.slot]
    stands = standing_of(question, done, slot.shown_order, slot.tries)
    return slot.mode == "practice" and may_take_hint(question, stands, slot.tries)


def _save(actor: Actor, attempt_id: int, one: SlotSave, writer: str) -> Save:
    return Save(actor.id, actor.epoch, attempt_id, one.slot, one.seq, one.act, writer, one.fields)


def _locked(connection: Connection, actor: Actor, attempt_id: int, slot: int) -> Row[Any]:
    """The slot, locked: a second check of it, or a save, waits and then sees whether this one has closed it.

    The key is left unlocked: a submission under way writes marks that refer to the slot, and must not wait for us.
    """
    found = connection.execute(
        select(
            AttemptSlot.slot,
            AttemptSlot.shown_order,
            AttemptSlot.points,
            AttemptSlot.closed_at,
            *ASKED,
            QuizRevision.mode,
            QuizRevision.tries,
        )
        .select_from(AttemptSlot)
        .join(Attempt, Attempt.id == AttemptSlot.attempt_id)
        .join(User, and_(User.id == Attempt.user_id, acting(actor)))
        .join(QuizRevision, QuizRevision.id == Attempt.revision_id)
        .join(QuestionVersion, QuestionVersion.id == AttemptSlot.version_id)
        .where(AttemptSlot.attempt_id == attempt_id, AttemptSlot.slot == slot)
        .with_for_update(of=AttemptSlot, key_share=True)
    ).first()
    if found is None:
        raise missing(connection, actor)
    return found


def _score(connection: Connection, attempt_id: int, slot: Row[Any], now: datetime) -> bool:
    """Writes the mark of the tries so far. Returns whether the slot is closed now."""
    question = asked(slot)
    done = deeds(connection, attempt_id, [slot.slot])[slot.slot]
    stands = standing_of(question, done, slot.shown_order, slot.tries)
    if stands.closed:
        connection.execute(
            update(AttemptSlot)
            .where(AttemptSlot.attempt_id == attempt_id, AttemptSlot.slot == slot.slot)
            .values(closed_at=now)
        )
        if stands.fraction is not None:
            remember(connection, attempt_id, {slot.slot: stands.fraction}, now)
    record_try(connection, attempt_id, slot.slot, slot.points, stands, now)
    return stands.closed
