"""The way of an answer: one statement that checks and writes, and one that says why nothing was written.

The statement locks the attempt and its slot in share mode (PostgreSQL), so that whatever ends the attempt or closes
the slot waits for the saves under way, and a save that waited for it reads the row again and writes nothing.
Without that lock an acknowledged answer can miss the marks. SQLite has one writer and needs none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, String, and_, bindparam, func, insert, or_, select
from sqlalchemy.engine import Connection, Row
from sqlalchemy.orm import aliased

from quiz.db import Prepared, UtcDateTime
from quiz.errors import (
    AttemptClosed,
    NotFound,
    OutOfSequence,
    QuizError,
    SignedOut,
    SlotClosed,
    StaleAnswer,
    TooLate,
    TooMany,
)
from quiz.models.attempt import Answer, Attempt, AttemptSlot, Fields, LateAnswer
from quiz.models.people import ACTING, Enrolment, User
from quiz.models.quiz import Quiz

#: How many answers a slot takes: an essay of four hours with a pause, at which our page saves, every three seconds.
MOST_ANSWERS = 5_000
#: A slot that is full takes no more; whoever asks again has to wait so long, in seconds.
FULL_RETRY_AFTER = 3_600
#: How many late answers of a slot are kept, from all pages together: a page sends one or two and then knows.
MOST_LATE = 50
#: How long after its end an attempt's late answers are still kept: a device may have been without a network for days.
LATE_HORIZON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Save:
    """One answer on its way: which slot of whose attempt, the seq it wants, who writes, what was given."""

    user_id: int
    epoch: int
    attempt_id: int
    slot: int
    seq: int
    act: str
    writer: str
    fields: Fields


@dataclass(frozen=True, slots=True)
class Saved:
    """An acknowledged answer. ``current_seq`` is the highest of the slot: larger than ``seq`` for a late repeat.

    ``closed``: whether the slot takes no further answer, where the answer was checked; None where it was only saved.
    """

    seq: int
    saved_at: datetime
    current_seq: int
    closed: bool | None = None


_earlier = aliased(Answer)
_highest = (
    select(func.max(_earlier.seq))
    .where(_earlier.attempt_id == AttemptSlot.attempt_id, _earlier.slot == AttemptSlot.slot)
    .correlate(AttemptSlot)
    .scalar_subquery()
)
_COLUMNS = ["attempt_id", "slot", "seq", "act", "fields", "writer", "saved_at"]

_INSERT = Prepared(
    insert(Answer)
    .from_select(
        _COLUMNS,
        select(
            AttemptSlot.attempt_id,
            AttemptSlot.slot,
            bindparam("seq", type_=Integer),
            bindparam("act", type_=String),
            bindparam("fields", type_=JSON),
            bindparam("writer", type_=String),
            bindparam("now", type_=UtcDateTime),
        )
        .join(Attempt, Attempt.id == AttemptSlot.attempt_id)
        .join(Quiz, Quiz.id == Attempt.quiz_id)
        .join(User, User.id == Attempt.user_id)
        .join(Enrolment, and_(Enrolment.course_id == Quiz.course_id, Enrolment.user_id == User.id))
        .where(
            AttemptSlot.attempt_id == bindparam("attempt_id", type_=Integer),
            AttemptSlot.slot == bindparam("slot", type_=Integer),
            ACTING,
            Attempt.finished_at.is_(None),
            or_(Attempt.due_at.is_(None), Attempt.due_at >= bindparam("due_since", type_=UtcDateTime)),
            or_(Attempt.at_slot.is_(None), Attempt.at_slot == AttemptSlot.slot),
            AttemptSlot.closed_at.is_(None),
            bindparam("seq", type_=Integer) == 1 + func.coalesce(_highest, 0),
            bindparam("seq", type_=Integer) <= MOST_ANSWERS,  # there are no gaps: the seq is their number
        )
        .with_for_update(read=True, of=[Attempt, AttemptSlot])
        .suffix_with("ON CONFLICT DO NOTHING"),
        include_defaults=False,
    )
    .returning(Answer.seq)
)

_wanted, _current = aliased(Answer), aliased(Answer)
_last = aliased(Answer)
_WHY = (
    select(
        AttemptSlot.slot,
        AttemptSlot.closed_at,
        Attempt.at_slot,
        Attempt.finished_at,
        Attempt.ended_by,
        Attempt.due_at,
        _wanted.act,
        _wanted.fields,
        _wanted.writer,
        _wanted.saved_at,
        _current.seq.label("current_seq"),
        _current.writer.label("current_writer"),
        _current.saved_at.label("current_saved_at"),
        _current.fields.label("current_fields"),
    )
    .select_from(User)
    .outerjoin(
        AttemptSlot,
        and_(
            AttemptSlot.attempt_id == bindparam("attempt_id", type_=Integer),
            AttemptSlot.slot == bindparam("slot", type_=Integer),
            select(Attempt.id)
            .join(Quiz, Quiz.id == Attempt.quiz_id)
            .join(
                Enrolment, and_(Enrolment.course_id == Quiz.course_id, Enrolment.user_id == Attempt.user_id)
            )
            .where(Attempt.id == AttemptSlot.attempt_id, Attempt.user_id == User.id)
            .correlate(AttemptSlot, User)
            .exists(),
        ),
    )
    .outerjoin(Attempt, Attempt.id == AttemptSlot.attempt_id)
    .outerjoin(
        _wanted,
        and_(
            _wanted.attempt_id == AttemptSlot.attempt_id,
            _wanted.slot == AttemptSlot.slot,
            _wanted.seq == bindparam("seq", type_=BigInteger),
        ),
    )
    .outerjoin(
        _current,
        and_(
            _current.attempt_id == AttemptSlot.attempt_id,
            _current.slot == AttemptSlot.slot,
            _current.seq
            == select(func.max(_last.seq))
            .where(_last.attempt_id == AttemptSlot.attempt_id, _last.slot == AttemptSlot.slot)
            .correlate(AttemptSlot)
            .scalar_subquery(),
        ),
    )
    .where(ACTING)
)

_INSERT_LATE = (
    insert(LateAnswer)
    .from_select(
        ["attempt_id", "slot", "seq", "fields", "writer", "received_at"],
        select(
            AttemptSlot.attempt_id,
            AttemptSlot.slot,
            bindparam("seq", type_=Integer),
            bindparam("fields", type_=JSON),
            bindparam("writer", type_=String),
            bindparam("now", type_=UtcDateTime),
        )
        .where(
            AttemptSlot.attempt_id == bindparam("attempt_id", type_=Integer),
            AttemptSlot.slot == bindparam("slot", type_=Integer),
            select(func.count())
            .where(LateAnswer.attempt_id == AttemptSlot.attempt_id, LateAnswer.slot == AttemptSlot.slot)
            .correlate(AttemptSlot)
            .scalar_subquery()
            < MOST_LATE,
        )
        .suffix_with("ON CONFLICT DO NOTHING"),
        include_defaults=False,
    )
    .returning(LateAnswer.id)
)

_LATE = select(LateAnswer.fields).where(
    LateAnswer.attempt_id == bindparam("attempt_id", type_=Integer),
    LateAnswer.slot == bindparam("slot", type_=Integer),
    LateAnswer.seq == bindparam("seq", type_=Integer),
    LateAnswer.writer == bindparam("writer", type_=String),
)

#: No slot gets near this many answers; a larger seq is answered like any other that is too high.
_LARGEST_SEQ = 2**31 - 1


def save(connection: Connection, one: Save, now: datetime, grace: timedelta) -> Saved | None:
    """Writes one answer; None where it could not be written (``refusal`` says why)."""
    written = _INSERT.run(connection, _values(one, now, grace)).first()
    return None if written is None else Saved(one.seq, now, one.seq)


def refusal(connection: Connection, one: Save, now: datetime, grace: timedelta) -> Saved | QuizError:
    """Why nothing was written, by the table of contracts.md §5: the first that holds answers.

    The error is returned, not raised, so that a late answer which is kept is committed.
    """
    values = _values(one, now, grace)
    found = connection.execute(_WHY, values).first()
    if found is None:
        return SignedOut()
    if found.slot is None:
        return NotFound()
    if found.writer == one.writer and found.act == one.act and found.fields == values["fields"]:
        return Saved(one.seq, found.saved_at, found.current_seq)
    if found.at_slot not in (
        None,
        one.slot,
    ):  # also when it is over: a question that was left takes no late answer
        return OutOfSequence(at=found.at_slot)
    if _over(found, values["due_since"]):
        return TooLate(kept=_keep_late(connection, found, values))
    return _closed_or_stale(found, one)


def _closed_or_stale(found: Row[Any], one: Save) -> QuizError:
    if found.ended_by is not None:
        return AttemptClosed()
    if found.closed_at is not None:
        return SlotClosed()
    is_next = one.seq == (found.current_seq or 0) + 1
    if is_next and one.seq > MOST_ANSWERS:
        return TooMany(retry_after=FULL_RETRY_AFTER)
    return StaleAnswer(current=_current_of(found))


def _keep_late(connection: Connection, found: Row[Any], values: Mapping[str, Any]) -> bool:
    """Keeps what came too late. False where it came after the horizon, or the slot has too many such answers already.

    A repeat is kept once. What has been kept is never replaced.
    """
    if values["now"] > (found.finished_at or found.due_at) + LATE_HORIZON:
        return False
    if connection.execute(_INSERT_LATE, values).first() is not None:
        return True
    return bool(connection.execute(_LATE, values).scalar() == values["fields"])


def _values(one: Save, now: datetime, grace: timedelta) -> dict[str, Any]:
    return {
        "user_id": one.user_id,
        "epoch": one.epoch,
        "attempt_id": one.attempt_id,
        "slot": one.slot,
        "seq": min(one.seq, _LARGEST_SEQ),
        "act": one.act,
        "writer": one.writer,
        "fields": {name: list(given) for name, given in one.fields.items()},
        "now": now,
        "due_since": now - grace,
    }


def _over(found: Row[Any], due_since: datetime) -> bool:
    """Ended by time or by the teacher, also where nobody has closed it yet."""
    if found.ended_by is not None:
        return bool(found.ended_by != "student")
    return found.due_at is not None and found.due_at < due_since


def _current_of(found: Row[Any]) -> dict[str, Any]:
    if found.current_seq is None:
        return {"seq": 0, "writer": "", "saved_at": None, "fields": {}}
    return {
        "seq": found.current_seq,
        "writer": found.current_writer,
        "saved_at": found.current_saved_at,
        "fields": found.current_fields,
    }
