"""Where a student is in an attempt, as the open page tells; what the live view shows, and nothing rests on it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, mapped_column

from quiz.db import Base, UtcDateTime, conflict_insert


class Presence(Base):
    """The last word of an attempt's open page. A page without a script gives none."""

    __tablename__ = "presence"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True, autoincrement=False)
    #: The question that is shown; NULL = another page, such as the summary, or all at once.
    slot: Mapped[int | None]
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


#: So long the last word stands, where nothing has changed: a page speaks more often than it is written down.
KEPT = timedelta(seconds=20)


def note(connection: Connection, attempt_id: int, slot: int | None, now: datetime) -> None:
    """Writes down where an attempt's page is now."""
    values = {"slot": slot, "seen_at": now}
    connection.execute(
        conflict_insert(connection, Presence)
        .values(attempt_id=attempt_id, **values)
        .on_conflict_do_update(index_elements=["attempt_id"], set_=values)
    )
