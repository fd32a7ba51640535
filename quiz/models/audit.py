"""Who did what, when: ids only, never names or answers, so that erasing a person leaves it whole."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Row, String, insert, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, mapped_column

from quiz.db import Base, UtcDateTime


class AuditEvent(Base):
    """One act on grades, keys, roles, deadlines or exports. Append-only."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index(None, "subject_type", "subject_id"),
        # the log's page: what somebody did, and when
        Index(None, "actor_id", "id"),
        Index(None, "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: NULL = the command line or the program itself.
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    act: Mapped[str] = mapped_column(String(60))
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    #: Before and after, as ids and figures.
    details: Mapped[dict[str, Any]] = mapped_column(JSON)


class Claim(Base):
    """Which process does the upkeep, and until when that holds without a word from it."""

    __tablename__ = "claim"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(80))
    until: Mapped[datetime] = mapped_column(UtcDateTime)


def record(
    connection: Connection,
    actor_id: int | None,
    act: str,
    subject: tuple[str, int],
    now: datetime,
    **details: object,
) -> None:
    """Adds one act on a subject (its type and id); ``actor_id`` None = the command line or the program itself."""
    connection.execute(
        insert(AuditEvent).values(
            at=now,
            actor_id=actor_id,
            act=act,
            subject_type=subject[0],
            subject_id=subject[1],
            details=details,
        )
    )


def last_event(connection: Connection, subject: tuple[str, int], acts: Collection[str]) -> Row[Any] | None:
    """The id, time, act and details of what happened last to a subject, of these acts; None where nothing did."""
    return connection.execute(
        select(AuditEvent.id, AuditEvent.at, AuditEvent.act, AuditEvent.details)
        .where(
            AuditEvent.subject_type == subject[0],
            AuditEvent.subject_id == subject[1],
            AuditEvent.act.in_(acts),
        )
        .order_by(AuditEvent.id.desc())
        .limit(1)
    ).first()
