"""The signed cookie: who signed in, until when, and a card for the page's head.

The cookie is the whole session: no request needs a query for it. The operations join the user's epoch, so a new
password or a deactivation ends it at once. What a person may do is never read from here.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import g, session

from quiz.errors import NotFound, SignedOut
from quiz.operations.access import TEACHING, Actor

#: How long a session lasts, unless an attempt that is open lasts longer.
LASTS = timedelta(hours=12)
#: How long somebody has to give a second factor.
WAITS = timedelta(minutes=10)
#: The bound for all sessions, however long an attempt may be.
LONGEST = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Card:
    """What a page's head shows of the person: display only, no right hangs on it."""

    name: str
    role: str
    teaches: bool
    theme: str
    time_zone: str | None
    language: str | None = None
    #: The one time zone of all their courses, for pages of no course.
    home_zone: str | None = None
    #: Whether there is a list of banks for them: they make some, or teach with them.
    has_banks: bool = True

    @classmethod
    def of(cls, me: Any) -> Card:
        """The card of ``accounts.me``."""
        teaches = me.role != "user" or any(course.role != "student" for course in me.courses)
        has_banks = me.role != "user" or any(course.role in TEACHING for course in me.courses)
        zones = {course.time_zone for course in me.courses}
        home_zone = zones.pop() if len(zones) == 1 else None
        return cls(
            me.name, me.role, teaches, me.theme or "auto", me.time_zone, me.language, home_zone, has_banks
        )


def enter(actor: Actor, card: Card, now: datetime) -> None:
    """Begins a new session; nothing of the one before is left."""
    session.clear()
    session.permanent = True
    session["actor"] = [actor.id, actor.epoch]
    session["until"] = int((now + LASTS).timestamp())
    show(card)


def wait(actor: Actor, now: datetime, target: str) -> None:
    """Keeps who has given a password, or code, and still has to give a second factor. That is no session yet."""
    session.clear()
    session["waiting"] = [actor.id, actor.epoch, int((now + WAITS).timestamp()), target]


def waiting(now: datetime) -> tuple[Actor, str]:
    """Who is expected to give a second factor, and where they want to go. NotFound where nobody is, SignedOut where it
    took too long.
    """
    if "waiting" not in session:
        raise NotFound
    user_id, epoch, until, target = session["waiting"]
    if until <= now.timestamp():
        session.clear()
        raise SignedOut
    return Actor(user_id, epoch), target


def leave() -> None:
    """Ends the session of this browser."""
    session.clear()


def show(card: Card) -> None:
    """Keeps the card for the next pages."""
    kept = asdict(card)
    if session.get("card") != kept:
        session["card"] = kept


def find_card() -> Card | None:
    """The card of the person who is signed in, if anybody is."""
    kept = session.get("card")
    return Card(**kept) if kept and "actor" in session else None


def find_actor(now: datetime) -> Actor | None:
    """The acting user, where there is a session that has not run out."""
    if "actor" not in g:
        kept, until = session.get("actor"), session.get("until", 0)
        g.actor = Actor(*kept) if kept and until > now.timestamp() else None
    return g.actor


def get_actor() -> Actor:
    """The acting user of a view that is not public; SignedOut where there is none."""
    actor = g.get("actor")
    if actor is None:
        raise SignedOut
    return actor


def stay_until(moment: datetime) -> None:
    """Lets the session last at least until then: an open attempt must not outlive it."""
    until = int(moment.timestamp())
    if until > session.get("until", 0):
        session["until"] = until
