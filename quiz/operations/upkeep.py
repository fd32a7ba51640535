"""What has to happen without anybody visiting: small steps, each safe to repeat.

Run by ``quiz serve`` every ten seconds in one process, and by ``quiz upkeep --once``. Every read treats an attempt
whose time is up as finished, so nothing waits for this to be right.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, text, update
from sqlalchemy.engine import Connection

from quiz.db import reading, transaction
from quiz.models.attempt import Attempt, over
from quiz.models.audit import Claim
from quiz.models.closing import close
from quiz.models.counting import count, quizzes_to_count

#: How many attempts one transaction closes: a hall full of students ends at the same minute.
BATCH = 50
#: A process that holds the claim and dies is followed by another after this long.
CLAIM_LASTS = timedelta(seconds=60)
#: PostgreSQL's advisory lock of the upkeep: any number that nobody else uses in this database.
_LOCK = 7_114_205


@dataclass(frozen=True, slots=True)
class UpkeepReport:
    """What one run did: attempts that it ended, and those that it counted for reports."""

    expired: int
    counted: int


def run(now: datetime, grace: timedelta, most: int | None = None) -> UpkeepReport:
    """Ends every attempt whose time is up, with what was saved; counts attempts for reports, so many at most (None: all).

    In batches: a round that has much to count leaves the rest to the next, so that no attempt waits for its end.
    """
    expired = 0
    while ended := _expire_some(now, grace):
        expired += ended
    return UpkeepReport(expired, _count(now, most))


def _expire_some(now: datetime, grace: timedelta) -> int:
    with reading() as connection:
        expired = connection.execute(
            select(Attempt.id, Attempt.due_at)
            .where(Attempt.finished_at.is_(None), over(now, grace))
            .order_by(Attempt.due_at)
            .limit(BATCH)
        ).all()
    if not expired:
        return 0
    with transaction() as connection:
        ended = [close(connection, one.id, "time", one.due_at, now) for one in expired]
    return len(ended)


def _count(now: datetime, most: int | None) -> int:
    with reading() as connection:
        quizzes = quizzes_to_count(connection)
    counted = 0
    for quiz_id in quizzes:
        while most is None or counted < most:
            with transaction() as connection:
                done = count(connection, quiz_id, now)
            if not done:
                break
            counted += done
    return counted


def claim(holder: str, now: datetime) -> bool:
    """Whether this process may do the upkeep now: one at a time does."""
    with transaction() as connection:
        if connection.dialect.name == "postgresql":
            # the lock guards the row below for the length of this transaction
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        return _take(connection, holder, now)


def _take(connection: Connection, holder: str, now: datetime) -> bool:
    present = connection.execute(select(Claim.holder, Claim.until).where(Claim.name == "upkeep")).first()
    if present is None:
        connection.execute(insert(Claim).values(name="upkeep", holder=holder, until=now + CLAIM_LASTS))
        return True
    if present.holder != holder and present.until > now:
        return False
    connection.execute(
        update(Claim).where(Claim.name == "upkeep").values(holder=holder, until=now + CLAIM_LASTS)
    )
    return True
