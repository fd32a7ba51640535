"""Signing in through another system that vouches for people (OpenID Connect), and tying an account to it.

The system's word comes checked (signature, issuer, audience, nonce) from ``quiz.web.auth.single``; here it is decided whose
account it opens. An account is known by the issuer's name for it (``sub``), never by an address of mail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, delete, select, update
from sqlalchemy.engine import Connection

from quiz.db import conflict_insert, reading, transaction
from quiz.errors import Invalid, Problem
from quiz.models.audit import record
from quiz.models.factors import Passkey
from quiz.models.guessing import count_account
from quiz.models.identities import LONGEST_SUBJECT, Identity
from quiz.models.people import User
from quiz.operations.access import Actor, acting, missing
from quiz.operations.accounts import account_problems
from quiz.operations.joining import LONGEST_NAME

_KEPT_OUT: Final = Problem("", "this account is kept out", "ask whoever runs this site")
_UNKNOWN: Final = Problem(
    "", "you have no account here yet", "ask whoever runs this site, or your teacher, for one"
)
_BY_HAND: Final = Problem(
    "",
    "this is an administrator's account",
    "sign in with the password, and tie the two together under Account",
)
_TAKEN: Final = Problem("", "this sign-in opens another account already", "take it away there first")
_ONLY_WAY: Final = Problem("", "this is your only way in", "have a password set first")
_ILL_FORMED: Final = Problem("", "the other system does not say who you are", "tell whoever runs this site")


@dataclass(frozen=True, slots=True)
class Vouched:
    """What a system says of somebody: its address, its name for them, the name to show and, where it is to count, the user name."""

    issuer: str
    subject: str
    name: str
    username: str = ""


@dataclass(frozen=True, slots=True)
class Tie:
    """That my account is tied to a system. ``only``: there is no other way in."""

    linked_at: datetime
    used_at: datetime | None
    only: bool


def sign_in(who: Vouched, address: str, now: datetime, *, may_register: bool) -> Actor:
    """Signs in whom a system vouches for: by the tie there is, else by the user name it says, else as a new person.

    Raises Invalid, in words to show, where no account may be opened; TooMany where this address makes too many.
    """
    _demand_subject(who)
    with transaction() as connection:
        found = _tied(connection, who) or _named(connection, who, now)
        if found is None:
            if not may_register:
                raise Invalid([_UNKNOWN])
            found = _new(connection, who, address, now)
        if not found.active:
            raise Invalid([_KEPT_OUT])
        mine = (Identity.issuer == who.issuer, Identity.subject == who.subject)
        connection.execute(update(Identity).where(*mine).values(used_at=now))
        return Actor(found.id, found.session_epoch)


def _demand_subject(who: Vouched) -> None:
    if not 1 <= len(who.subject) <= LONGEST_SUBJECT or not who.subject.isprintable():
        raise Invalid([_ILL_FORMED])


def _tied(connection: Connection, who: Vouched) -> Row[Any] | None:
    return connection.execute(
        select(User.id, User.session_epoch, User.active)
        .join(Identity, Identity.user_id == User.id)
        .where(Identity.issuer == who.issuer, Identity.subject == who.subject)
    ).first()


def _named(connection: Connection, who: Vouched, now: datetime) -> Row[Any] | None:
    """The account of the user name that the system says, tied to it from now on; administrators do that themselves."""
    if not who.username:
        return None
    found = connection.execute(
        select(User.id, User.session_epoch, User.active, User.role)
        .where(User.username == who.username.strip().casefold())
        .with_for_update()
    ).first()
    if found is None:
        return None
    if found.role == "administrator":
        raise Invalid([_BY_HAND])
    _tie(connection, who, found.id, now)
    return found


def _new(connection: Connection, who: Vouched, address: str, now: datetime) -> Row[Any]:
    count_account(connection, "identity", address, now)
    account = who.username.strip().casefold()
    name = (" ".join(who.name.split()) or account or who.subject)[:LONGEST_NAME]
    good = account and not [*account_problems(account, name, "user")]
    made = connection.execute(
        conflict_insert(connection, User)
        .values(username=account if good else None, name=name, created_at=now)
        .on_conflict_do_nothing()
        .returning(User.id, User.session_epoch, User.active)
    ).first()
    if made is None:  # somebody has taken the user name since
        raise Invalid([_TAKEN])
    _tie(connection, who, made.id, now)
    return made


def _tie(connection: Connection, who: Vouched, user_id: int, now: datetime) -> None:
    """Ties an account to the system. Raises Invalid where either is tied otherwise."""
    tied = connection.execute(
        conflict_insert(connection, Identity)
        .values(issuer=who.issuer, subject=who.subject, user_id=user_id, linked_at=now)
        .on_conflict_do_nothing()
        .returning(Identity.user_id)
    ).first()
    if tied is None:
        raise Invalid([_TAKEN])
    record(connection, user_id, "user.identity", ("user", user_id), now, tied=True)


def tie(actor: Actor, who: Vouched, now: datetime) -> None:
    """Ties my account to the system, in the place of an earlier tie. Raises Invalid where it opens another account."""
    _demand_subject(who)
    with transaction() as connection:
        mine = connection.execute(select(User.id).where(acting(actor)).with_for_update()).first()
        if mine is None:
            raise missing(connection, actor)
        connection.execute(
            delete(Identity).where(Identity.user_id == actor.id, Identity.issuer == who.issuer)
        )
        _tie(connection, who, actor.id, now)


def mine(actor: Actor, issuer: str) -> Tie | None:
    """Whether my account is tied to this system."""
    with reading() as connection:
        row = connection.execute(_mine(actor, issuer)).first()
        if row is None:
            raise missing(connection, actor)
    return None if row.linked_at is None else Tie(row.linked_at, row.used_at, only=not _other_ways(row))


def untie(actor: Actor, issuer: str, now: datetime) -> None:
    """Takes the tie away. Raises Invalid where there is no other way in."""
    with transaction() as connection:
        row = connection.execute(_mine(actor, issuer).with_for_update(of=User)).first()
        if row is None:
            raise missing(connection, actor)
        if not _other_ways(row):
            raise Invalid([_ONLY_WAY])
        connection.execute(delete(Identity).where(Identity.user_id == actor.id, Identity.issuer == issuer))
        record(connection, actor.id, "user.identity", ("user", actor.id), now, tied=False)


def _mine(actor: Actor, issuer: str) -> Any:
    has_passkey = select(Passkey.id).where(Passkey.user_id == User.id).exists()
    return (
        select(
            Identity.linked_at,
            Identity.used_at,
            User.password_hash,
            User.return_code_hash,
            has_passkey.label("has_passkey"),
        )
        .select_from(User)
        .outerjoin(Identity, (Identity.user_id == User.id) & (Identity.issuer == issuer))
        .where(acting(actor))
    )


def _other_ways(row: Row[Any]) -> bool:
    return bool(row.password_hash or row.return_code_hash or row.has_passkey)
