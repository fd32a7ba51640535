"""The second factor: one-time codes of an authenticator (RFC 6238), and recovery codes for when it is lost.

The secret is shown while it is being set up and never again. A code works once, in its half minute or one beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Any, Final

import pyotp
from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.engine import Connection

from quiz.db import conflict_insert, reading, transaction
from quiz.errors import Invalid, NotFound, Problem, SignedOut
from quiz.models.audit import record
from quiz.models.codes import digest, grouped, new_code
from quiz.models.factors import Authenticator, Passkey, RecoveryCode
from quiz.models.guessing import count_failure, demand_patience
from quiz.models.people import User
from quiz.operations import accounts
from quiz.operations.access import Actor, acting, missing

#: Recovery codes that somebody is given, and their length in characters of five bits.
RECOVERY_CODES: Final = 10
CODE_LENGTH: Final = 16
#: What authenticators call this site.
ISSUER: Final = "Quiz"
#: Seconds of a code, and how many steps a clock may be wrong.
STEP: Final = 30
DRIFT: Final = 1
_WRONG: Final = Problem(
    "code",
    "this code is not right",
    "each works once: type the one that your authenticator shows now, or a recovery code",
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How my second factor stands. ``address`` is what an authenticator reads while it is set up, else ""; so is ``secret``."""

    #: off, begun (an authenticator is being set up) or on.
    state: str
    secret: str
    address: str
    codes_left: int
    #: My role has to have one.
    demanded: bool
    #: Only who signs in with a password can have one.
    possible: bool


def standing(actor: Actor, demanded: tuple[str, ...]) -> Standing:
    """How it stands; ``demanded``: roles of the site that have to have one."""
    with reading() as connection:
        found = _mine(connection, actor)
        left = connection.execute(
            select(func.count()).select_from(RecoveryCode).where(RecoveryCode.user_id == actor.id)
        ).scalar_one()
    must = found.role in demanded
    if found.secret is None:
        return Standing("off", "", "", 0, must, found.has_password)
    if found.confirmed_at is not None:
        return Standing("on", "", "", left, must, possible=True)
    address = pyotp.TOTP(found.secret, name=found.username or found.name, issuer=ISSUER).provisioning_uri()
    return Standing("begun", found.secret, address, 0, must, possible=True)


def _mine(connection: Connection, actor: Actor) -> Any:
    found = connection.execute(
        select(
            User.role,
            User.username,
            User.name,
            User.password_hash.is_not(None).label("has_password"),
            Authenticator.secret,
            Authenticator.confirmed_at,
            Authenticator.last_step,
        )
        .outerjoin(Authenticator, Authenticator.user_id == User.id)
        .where(acting(actor))
    ).first()
    if found is None:
        raise missing(connection, actor)
    return found


def next_step(actor: Actor, demanded: tuple[str, ...]) -> str:
    """What is still asked of whoever has given password or return code: code, setup, or "" for nothing."""
    found = standing(actor, demanded)
    if found.state == "on":
        return "code"
    return "setup" if found.demanded else ""


# Setting it up -------------------------------------------------------------------------------------------------------


def begin(actor: Actor) -> None:
    """Makes a secret for a new authenticator; a repeat keeps the one that is being set up.

    For those with a password, Invalid for others.
    """
    with transaction() as connection:
        has_password = connection.execute(
            select(User.password_hash.is_not(None)).where(acting(actor))
        ).scalar()
        if has_password is None:
            raise SignedOut
        if not has_password:
            raise Invalid([accounts.NO_PASSWORD])
        connection.execute(
            conflict_insert(connection, Authenticator)
            .values(user_id=actor.id, secret=pyotp.random_base32())
            .on_conflict_do_nothing()
        )


def confirm(actor: Actor, code: str, address: str, now: datetime) -> tuple[Actor, list[str]]:
    """Turns it on by a code that shows that the authenticator has the secret. All other sessions end.

    Returns this one's new session, and the recovery codes: they are shown once, and not stored. Raises Invalid for a wrong
    code, TooMany after too many.
    """
    with reading() as connection:
        demand_patience(connection, _guesser(actor), address, now)
        found = _mine(connection, actor)
    if found.secret is None or found.confirmed_at is not None:
        raise NotFound
    step = _step_of(found.secret, code, None, now)
    if step is None:
        raise _refused(actor, address, now)
    with transaction() as connection:
        on = (
            update(Authenticator)
            .where(Authenticator.user_id == actor.id, Authenticator.confirmed_at.is_(None))
            .values(confirmed_at=now, last_step=step)
            .returning(Authenticator.user_id)
        )
        if connection.execute(on).first() is None:
            raise NotFound
        epoch = _next_epoch(connection, acting(actor))
        codes = _new_codes(connection, actor.id)
        record(connection, actor.id, "user.second-factor", ("user", actor.id), now, on=True)
    return Actor(actor.id, epoch), codes


def renew_codes(actor: Actor, password: str, now: datetime) -> list[str]:
    """New recovery codes in the place of all earlier ones. Raises Invalid where this is not my password."""
    accounts.demand_password(actor, password, now)
    with transaction() as connection:
        if _mine(connection, actor).confirmed_at is None:
            raise NotFound
        codes = _new_codes(connection, actor.id)
        record(connection, actor.id, "user.recovery-codes", ("user", actor.id), now)
    return codes


def _new_codes(connection: Connection, user_id: int) -> list[str]:
    codes = [new_code(CODE_LENGTH) for _ in range(RECOVERY_CODES)]
    connection.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    connection.execute(
        insert(RecoveryCode), [{"user_id": user_id, "code_hash": digest(code)} for code in codes]
    )
    return [grouped(code) for code in codes]


def turn_off(actor: Actor, password: str, now: datetime) -> None:
    """Takes my authenticator away, or stops setting it up. Raises Invalid where this is not my password."""
    accounts.demand_password(actor, password, now)
    with transaction() as connection:
        _mine(connection, actor)
        _take_away(connection, actor.id)
        record(connection, actor.id, "user.second-factor", ("user", actor.id), now, on=False)


def take_away(actor: Actor | None, user_id: int, now: datetime) -> None:
    """Takes authenticator and passkeys away from somebody who has lost them; by an administrator or (None) the command line.

    Their sessions end: the next signing in asks for the password alone, or for a new authenticator where they must have one.
    """
    with accounts.as_administrator(actor) as connection:
        keys = connection.execute(
            delete(Passkey).where(Passkey.user_id == user_id).returning(Passkey.id)
        ).all()
        if not _take_away(connection, user_id) and not keys:
            raise NotFound
        _next_epoch(connection, User.id == user_id)
        by = actor.id if actor else None
        record(connection, by, "user.second-factor", ("user", user_id), now, on=False)


def _take_away(connection: Connection, user_id: int) -> bool:
    connection.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    gone = delete(Authenticator).where(Authenticator.user_id == user_id).returning(Authenticator.user_id)
    return connection.execute(gone).first() is not None


def _next_epoch(connection: Connection, whose: Any) -> int:
    epoch = connection.execute(
        update(User).where(whose).values(session_epoch=User.session_epoch + 1).returning(User.session_epoch)
    ).scalar()
    if epoch is None:
        raise SignedOut
    return epoch


# Signing in with it --------------------------------------------------------------------------------------------------


def check(actor: Actor, code: str, address: str, now: datetime) -> None:
    """The second step of signing in: a code of the authenticator, or a recovery code, which is used up by it.

    Raises Invalid for a wrong or used one, TooMany after too many.
    """
    with reading() as connection:
        demand_patience(connection, _guesser(actor), address, now)
        found = _mine(connection, actor)
    if found.confirmed_at is None:
        raise NotFound
    step = _step_of(found.secret, code, found.last_step, now)
    with transaction() as connection:
        fits = (
            _use_step(connection, actor, step) if step else _use_recovery_code(connection, actor, code, now)
        )
    if not fits:
        raise _refused(actor, address, now)


def _guesser(actor: Actor) -> str:
    """Under which name wrong codes are counted."""
    return f"second-factor:{actor.id}"


def _refused(actor: Actor, address: str, now: datetime) -> Invalid:
    """Counts a wrong code; to be raised."""
    with transaction() as connection:
        count_failure(connection, _guesser(actor), address, now)
    return Invalid([_WRONG])


def _step_of(secret: str, code: str, last: int | None, now: datetime) -> int | None:
    """The step of time whose code this is, among those that are near and after the one that was used last."""
    typed = "".join(code.split())
    present = int(now.timestamp()) // STEP
    near = range(present - DRIFT, present + DRIFT + 1)
    once = pyotp.TOTP(secret)
    return next(
        (
            step
            for step in near
            if (last is None or step > last)
            and compare_digest(once.generate_otp(step).encode(), typed.encode())
        ),
        None,
    )


def _use_step(connection: Connection, actor: Actor, step: int) -> bool:
    """Whether it is I who uses this code: of two at once one finds it unused."""
    used = (
        update(Authenticator)
        .where(
            Authenticator.user_id == actor.id,
            or_(Authenticator.last_step.is_(None), Authenticator.last_step < step),
        )
        .values(last_step=step)
        .returning(Authenticator.user_id)
    )
    return connection.execute(used).first() is not None


def _use_recovery_code(connection: Connection, actor: Actor, code: str, now: datetime) -> bool:
    used = (
        delete(RecoveryCode)
        .where(RecoveryCode.user_id == actor.id, RecoveryCode.code_hash == digest(code))
        .returning(RecoveryCode.user_id)
    )
    if connection.execute(used).first() is None:
        return False
    record(connection, actor.id, "user.recovery-code", ("user", actor.id), now)
    return True
