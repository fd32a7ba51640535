"""The audit log: who did what to what, when; for administrators."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, or_, select
from sqlalchemy.engine import Connection

from quiz.db import parts, reading, transaction
from quiz.files.tables import Table
from quiz.models.audit import AuditEvent, record
from quiz.models.bank import Bank
from quiz.models.people import Course, User
from quiz.models.quiz import Quiz
from quiz.operations.access import Actor, demand_role

PER_PAGE: Final = 50
#: Rows of an export; the newest, where there are more.
MOST_EXPORTED: Final = 100_000
#: What an act can be on, where it has a name.
_NAMED: Final = {"user": User.name, "course": Course.title, "quiz": Quiz.title, "bank": Bank.title}


@dataclass(frozen=True, slots=True)
class Search:
    """Which events are wanted; what is left out does not narrow. ``until`` is a moment that no longer counts."""

    who: str = ""
    act: str = ""
    subject_type: str = ""
    subject_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """An act. ``actor`` None: the command line, or the program itself; ``subject`` None: it has no name, or none any more."""

    id: int
    at: datetime
    actor: str | None
    actor_id: int | None
    act: str
    subject_type: str
    subject_id: int
    subject: str | None
    #: JSON of ids and figures; "" where there is nothing to add.
    details: str


@dataclass(frozen=True, slots=True)
class Log:
    """A page of the log, the newest first. ``older`` is the id before which the next page lies; None: this is the last."""

    events: tuple[Event, ...]
    older: int | None


def log(actor: Actor, search: Search, before: int | None = None) -> Log:
    """The events before an id (None: the newest). By keyset: no page is slower than the first. At most six statements."""
    statement = _matching(search).limit(PER_PAGE + 1)
    if before is not None:
        statement = statement.where(AuditEvent.id < before)
    with reading() as connection:
        demand_role(connection, actor, ("administrator",))
        events = _events(connection, statement)
    more = len(events) > PER_PAGE
    return Log(tuple(events[:PER_PAGE]), events[PER_PAGE - 1].id if more else None)


def export(actor: Actor, search: Search, now: datetime) -> Table:
    """The events as a table, for a file. The export is itself audited."""
    with transaction() as connection:
        demand_role(connection, actor, ("administrator",))
        events = _events(connection, _matching(search).limit(MOST_EXPORTED))
        record(connection, actor.id, "audit.export", ("user", actor.id), now, rows=len(events))
    header = "at", "user_id", "user", "act", "subject_type", "subject_id", "subject", "details"
    rows = (
        (one.at, one.actor_id, one.actor, one.act, one.subject_type, one.subject_id, one.subject, one.details)
        for one in events
    )
    return Table("audit log", header, tuple(rows))


def _matching(search: Search) -> Select[Any]:
    statement = (
        select(AuditEvent, User.name)
        .outerjoin(User, User.id == AuditEvent.actor_id)
        .order_by(AuditEvent.id.desc())
    )
    if search.who:
        statement = statement.where(_is_called(search.who))
    if search.act:
        statement = statement.where(AuditEvent.act.contains(search.act, autoescape=True))
    if search.subject_type:
        statement = statement.where(AuditEvent.subject_type == search.subject_type)
    if search.subject_id is not None:
        statement = statement.where(AuditEvent.subject_id == search.subject_id)
    if search.since is not None:
        statement = statement.where(AuditEvent.at >= search.since)
    if search.until is not None:
        statement = statement.where(AuditEvent.at < search.until)
    return statement


def _is_called(who: str) -> Any:
    """The condition: whoever acted has this user name, or a name that holds it."""
    people = select(User.id).where(
        or_(User.username == who.casefold(), User.name.contains(who, autoescape=True))
    )
    return AuditEvent.actor_id.in_(people)


def _events(connection: Connection, statement: Select[Any]) -> list[Event]:
    rows = connection.execute(statement).all()
    names = _names(connection, rows)
    return [
        Event(
            id=row.id,
            at=row.at,
            actor=row.name,
            actor_id=row.actor_id,
            act=row.act,
            subject_type=row.subject_type,
            subject_id=row.subject_id,
            subject=names.get((row.subject_type, row.subject_id)),
            details=json.dumps(row.details, ensure_ascii=False) if row.details else "",
        )
        for row in rows
    ]


def _names(connection: Connection, rows: Sequence[Any]) -> dict[tuple[str, int], str]:
    """The names that subjects have now, by type and id: the log itself holds none."""
    found: dict[tuple[str, int], str] = {}
    for kind, name in _NAMED.items():
        wanted = {row.subject_id for row in rows if row.subject_type == kind}
        id_ = name.class_.id
        for part in parts([*wanted]):
            named = connection.execute(select(id_, name).where(id_.in_(part)))
            found |= {(kind, subject_id): called for subject_id, called in named}
    return found


def kinds(actor: Actor) -> list[str]:
    """What acts have been on, by type; for the list to choose from."""
    with reading() as connection:
        demand_role(connection, actor, ("administrator",))
        return [
            *connection.execute(
                select(AuditEvent.subject_type).distinct().order_by(AuditEvent.subject_type)
            ).scalars()
        ]
