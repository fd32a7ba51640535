"""Taking back the last thing that I did to many questions of a bank at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from quiz.db import reading, transaction
from quiz.errors import Conflict
from quiz.models.audit import AuditEvent, record
from quiz.models.bank import QuestionVersion
from quiz.models.versions import take_back
from quiz.operations.access import Actor, editable_bank

#: What can be taken back, and under which name that is noted, as the audit log says it.
_UNDO: Final = {"bank.import": "bank.import-undo", "bank.revise": "bank.revise-undo"}


@dataclass(frozen=True, slots=True)
class LastChange:
    """What I did last to a bank's questions, as the audit log names it, when, and its figures."""

    act: str
    at: datetime
    details: Mapping[str, Any]


def undoable(actor: Actor, bank_id: int) -> LastChange | None:
    """The last thing that happened to a bank's questions, where it is mine and can be taken back."""
    with reading() as connection:
        return _last_change(connection, actor, bank_id)


def undo(actor: Actor, bank_id: int, now: datetime) -> int:
    """Takes that back. Returns of how many questions. Raises Conflict where something has happened since."""
    with transaction() as connection:
        editable_bank(connection, actor, bank_id)
        last = _last_change(connection, actor, bank_id)
        if last is None:
            raise Conflict(
                "Something has happened to this bank since: take back single questions in their history."
            )
        count = take_back(connection, bank_id, last.at, actor.id, now)
        record(connection, actor.id, _UNDO[last.act], ("bank", bank_id), now, count=count)
    return count


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
            AuditEvent.act.in_([*_UNDO, *_UNDO.values()]),
        )
        .order_by(AuditEvent.id.desc())
        .limit(1)
    ).first()
    if last is None or last.act not in _UNDO or (last.actor_id, last.newest) != (actor.id, last.at):
        return None
    return LastChange(last.act, last.at, last.details)
