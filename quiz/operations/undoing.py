"""Taking back the last thing that I did to many questions of a bank at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from quiz.db import reading, transaction
from quiz.errors import Conflict, Said
from quiz.models.audit import AuditEvent, record
from quiz.models.bank import Question, QuestionVersion
from quiz.models.discarding import discard, is_empty
from quiz.models.media import forget_images
from quiz.models.transferring import give_back, made_at, move_rows, names_before, put_back
from quiz.models.versions import bank_changed, take_back
from quiz.operations.access import Actor, editable_bank


@dataclass(frozen=True, slots=True)
class LastChange:
    """What I did last to a bank's questions, as the audit log names it, when, and its figures."""

    act: str
    at: datetime
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Undone:
    """Of how many questions something was taken back, and whether their bank went too."""

    count: int
    gone: bool


def undoable(actor: Actor, bank_id: int) -> LastChange | None:
    """The last thing that happened to a bank's questions, where it is mine and can be taken back."""
    with reading() as connection:
        return _last_change(connection, actor, bank_id)


def undo(actor: Actor, bank_id: int, now: datetime) -> Undone:
    """Takes that back; a bank that an import made goes with its questions, where nothing else is in it.

    Raises Conflict where something has happened since.
    """
    with transaction() as connection:
        editable_bank(connection, actor, bank_id)
        last = _last_change(connection, actor, bank_id)
        if last is None:
            raise Conflict(
                "Something has happened to this bank since: take back single questions in their history."
            )
        count = _UNDO[last.act](connection, actor, bank_id, last, now)
        gone = last.details.get("made", False) and is_empty(connection, bank_id)
        if gone:
            discard(connection, bank_id)
        record(connection, actor.id, f"{last.act}-undo", ("bank", bank_id), now, count=count)
    return Undone(count, gone)


def _take_back(connection: Connection, actor: Actor, bank_id: int, last: LastChange, now: datetime) -> int:
    return take_back(connection, bank_id, last.at, actor.id, now)


def _take_back_import(
    connection: Connection, actor: Actor, bank_id: int, last: LastChange, now: datetime
) -> int:
    """The head of the bank becomes what it was; where somebody has changed it since, it only loses what came."""
    count = take_back(connection, bank_id, last.at, actor.id, now)
    held = made_at(connection, bank_id, last.at, actor.id)
    if not put_back(connection, bank_id, last.details.get("head"), held) and "added" in last.details:
        give_back(connection, bank_id, last.details["added"], held)
    forget_images(connection, bank_id, last.details.get("added", {}).get("images", ()))
    bank_changed(connection, bank_id, now)
    return count


def _take_back_copies(
    connection: Connection, actor: Actor, bank_id: int, last: LastChange, now: datetime
) -> int:
    """What came along with them goes too, but where an attempt holds one of the copies."""
    count = take_back(connection, bank_id, last.at, actor.id, now)
    if not made_at(connection, bank_id, last.at, actor.id):
        give_back(connection, bank_id, last.details["added"])
        bank_changed(connection, bank_id, now)
    return count


def _move_back(connection: Connection, actor: Actor, bank_id: int, last: LastChange, now: datetime) -> int:
    """To where they came from, with all their versions. Conflict where one of their ids has been taken there since."""
    home = last.details["from"]
    editable_bank(connection, actor, home)
    questions = made_at(connection, bank_id, last.at, actor.id)
    take_back(connection, bank_id, last.at, actor.id, now)
    names = names_before(connection, questions)
    taken = connection.execute(select(Question.slug).where(Question.bank_id == home)).scalars()
    if lost := {*names.values()} & {*taken}:
        raise Conflict(
            Said("The bank that they came from has a question '%(name)s' of its own by now.", name=min(lost))
        )
    move_rows(connection, names, home)
    give_back(connection, bank_id, last.details["added"])
    for changed in (bank_id, home):
        bank_changed(connection, changed, now)
    record(connection, actor.id, "bank.moved-undo", ("bank", home), now, count=len(names))
    return len(names)


#: What can be taken back, as the audit log names it, and how.
_UNDO: Final[Mapping[str, Callable[[Connection, Actor, int, LastChange, datetime], int]]] = {
    "bank.import": _take_back_import,
    "bank.revise": _take_back,
    "bank.calibrate": _take_back,
    "bank.copy": _take_back_copies,
    "bank.move": _move_back,
}
#: What else happens to many questions of a bank: after it nothing from before can be taken back.
_ALSO: Final = ("bank.moved", "bank.moved-undo")


def _last_change(connection: Connection, actor: Actor, bank_id: int) -> LastChange | None:
    newest = (
        select(func.max(QuestionVersion.created_at))
        .where(QuestionVersion.bank_id == bank_id)
        .scalar_subquery()
    )
    last = connection.execute(
        select(
            AuditEvent.at,
            AuditEvent.act,
            AuditEvent.actor_id,
            AuditEvent.details,
            newest.label("newest"),
        )
        .where(
            AuditEvent.subject_type == "bank",
            AuditEvent.subject_id == bank_id,
            AuditEvent.act.in_([*_UNDO, *(f"{act}-undo" for act in _UNDO), *_ALSO]),
        )
        .order_by(AuditEvent.id.desc())
        .limit(1)
    ).first()
    if last is None or last.act not in _UNDO or (last.actor_id, last.newest) != (actor.id, last.at):
        return None
    return LastChange(last.act, last.at, last.details)
