"""Slows down guessing and flooding: counts by account and by address, in windows of an hour.

An account takes 10 failures an hour. An address takes 200, for a whole class may sit behind one; a class that signs
in without failures is never limited. What makes accounts (joining, registering) is bounded too, failure or not.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, select
from sqlalchemy.engine import Connection

from quiz.db import conflict_insert
from quiz.errors import TooMany
from quiz.models.people import Guess

WINDOW = timedelta(hours=1)
ACCOUNT_FAILURES = 10
ADDRESS_FAILURES = 200
#: How many new accounts one address may make an hour, by each way there is: a school sits behind one address.
ADDRESS_ACCOUNTS = 200


def _subjects(account: str, address: str) -> dict[str, int]:
    named = {f"account:{account.casefold()}": ACCOUNT_FAILURES, f"address:{address}": ADDRESS_FAILURES}
    return {_digest(name): most for name, most in named.items()}


def _digest(name: str) -> str:
    return sha256(name.encode()).hexdigest()


def _window(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)


def demand_patience(connection: Connection, account: str, address: str, now: datetime) -> None:
    """Raises TooMany where this account or address has failed too often in this hour."""
    limits = _subjects(account, address)
    rows = connection.execute(
        select(Guess.subject, Guess.failures).where(
            Guess.subject.in_(limits), Guess.window_start == _window(now)
        )
    )
    if any(row.failures >= limits[row.subject] for row in rows):
        raise _too_many(now)


def _too_many(now: datetime) -> TooMany:
    left = _window(now) + WINDOW - now
    return TooMany(retry_after=int(left.total_seconds()) + 1)


def count_failure(connection: Connection, account: str, address: str, now: datetime) -> None:
    """Counts one failure."""
    for subject in sorted(
        _subjects(account, address)
    ):  # one order for all, so that no two wait for each other
        _count(connection, subject, now)


def count_account(connection: Connection, way: str, address: str, now: datetime) -> None:
    """Counts an account that this address makes by this way. Raises TooMany where that is one too many in this hour.

    Where the transaction that counts it makes it too and fails, nothing was counted.
    """
    if _count(connection, _digest(f"made:{way}:{address}"), now) > ADDRESS_ACCOUNTS:
        raise _too_many(now)


def _count(connection: Connection, subject: str, now: datetime) -> int:
    """Adds one to the subject's count in this hour, and returns the count. Forgets hours that have passed."""
    connection.execute(delete(Guess).where(Guess.window_start < _window(now)))
    statement = conflict_insert(connection, Guess).values(
        subject=subject, window_start=_window(now), failures=1
    )
    counted: int = connection.execute(
        statement.on_conflict_do_update(
            index_elements=[Guess.subject, Guess.window_start], set_={"failures": Guess.failures + 1}
        ).returning(Guess.failures)
    ).scalar_one()
    return counted
