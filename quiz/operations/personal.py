"""What is kept of a person: handed to them, and taken out of the installation with a pseudonym in their place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.engine import Connection

from quiz.db import reading, snapshot
from quiz.errors import Invalid, NotFound, Problem, Said, SignedOut
from quiz.models.accommodating import closes_for
from quiz.models.attempt import Attempt, moment
from quiz.models.audit import record
from quiz.models.closing import close
from quiz.models.people import User
from quiz.models.personal import KEPT, erase_rows, idle_since, open_attempts, rows_about, taught_alone
from quiz.models.quiz import Quiz
from quiz.operations.access import Actor, acting, demand_role
from quiz.operations.accounts import as_administrator

FORMAT: Final = "quiz-person/1"
#: What somebody reads of their own grades and marks only where the review options of the quiz say so.
_GRADE, _MARKS = "grade", "marks"
#: What is written for those who see results: no part of what people download themselves.
_FOR_STAFF: Final = frozenset({"decisions about grades"})


@dataclass(frozen=True, slots=True)
class Idle:
    """Somebody who has done nothing for long."""

    id: int
    name: str
    username: str | None


def my_data(actor: Actor, now: datetime) -> dict[str, Any]:
    """What is kept of me, table by table (``quiz-person/1``): my answers all, grades and marks where I may see them now."""
    with snapshot() as connection:
        if connection.execute(select(User.id).where(acting(actor))).first() is None:
            raise SignedOut
        found = _document(connection, actor.id, now)
        seen = _seen(connection, actor.id, now)
    for name in _FOR_STAFF:
        del found[name]
    for attempt in found["attempts"]:
        if _GRADE not in seen[attempt["id"]]:
            del attempt["grade"]
    found["marks"] = [mark for mark in found["marks"] if _MARKS in seen[mark["attempt_id"]]]
    for mark in found["marks"]:
        if "feedback" not in seen[mark["attempt_id"]]:
            del mark["comment"]
    return found


def data_of(user_id: int, now: datetime) -> dict[str, Any]:
    """All that is kept of somebody, for the command line. NotFound where there is nobody."""
    with as_administrator(None) as connection:
        found = _document(connection, user_id, now)
        if not found["account"]:
            raise NotFound
        record(connection, None, "user.export", ("user", user_id), now)
    return found


def _document(connection: Connection, user_id: int, now: datetime) -> dict[str, Any]:
    tables = {
        kept.name: [
            {key: _plain(value) for key, value in row._asdict().items()}
            for row in rows_about(connection, kept, user_id)
        ]
        for kept in KEPT
        if kept.handed
    }
    return {"format": FORMAT, "made_at": _plain(now), **tables}


def _plain(value: Any) -> Any:
    """As JSON has it: times in RFC 3339, in UTC."""
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, date) else value


def _seen(connection: Connection, user_id: int, now: datetime) -> dict[int, frozenset[str]]:
    """By attempt, what its student may see of it now; nothing while it runs."""
    rows = connection.execute(
        select(Attempt.id, Attempt.finished_at, closes_for(Attempt.user_id).label("closes_at"), Quiz.review)
        .join(Quiz, Quiz.id == Attempt.quiz_id)
        .where(Attempt.user_id == user_id)
    )
    return {
        row.id: frozenset(row.review.get(moment(row.finished_at, row.closes_at, now), ()))
        if row.finished_at is not None
        else frozenset()
        for row in rows
    }


def in_the_way(actor: Actor, user_id: int) -> list[Problem]:
    """What has to be seen to before somebody can be erased; for administrators."""
    with reading() as connection:
        demand_role(connection, actor, ("administrator",))
        return [*_problems(connection, user_id)]


def erase(actor: Actor | None, user_id: int, now: datetime) -> None:
    """Puts a pseudonym in the place of somebody, for good; what they did stays, so that figures and papers stay true.

    Attempts in progress end with what was saved.

    Raises Invalid with all that has to be seen to before, and NotFound.
    """
    with as_administrator(actor) as connection:
        problems = [*_problems(connection, user_id)]
        if problems:
            raise Invalid(problems)
        for attempt in open_attempts(connection, user_id):
            close(connection, attempt.id, "teacher", min(now, attempt.due_at or now), now)
        erase_rows(connection, user_id)
        record(connection, None if actor is None else actor.id, "user.erase", ("user", user_id), now)


def _problems(connection: Connection, user_id: int) -> Iterator[Problem]:
    # locked, so that no role is given meanwhile
    person = connection.execute(select(User.role).where(User.id == user_id).with_for_update()).first()
    if person is None:
        raise NotFound
    if person.role != "user":
        what = Said("this person has the role %(role)s in the site", role=person.role)
        yield Problem(
            "role", what, "change the role to user first: so nobody is erased who still runs things"
        )
    for title in taught_alone(connection, user_id):
        what = Said("nobody else teaches '%(title)s'", title=title)
        yield Problem("teacher", what, "give the course another teacher first")


def idle(now: datetime, days: int) -> list[Idle]:
    """Whoever is nothing but a student, or in no course, and has done nothing for so many days; for the command line."""
    with reading() as connection:
        return [Idle(*row) for row in idle_since(connection, now - timedelta(days=days))]
