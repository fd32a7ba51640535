"""The second factor: one-time codes of an authenticator (RFC 6238), and recovery codes for when it is lost.

The secret is shown while it is being set up and never again, to whoever has just given the password; it is stored
sealed by the site's key. A code works once, in its half minute or one beside it.
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
from quiz.errors import Conflict, Invalid, NotFound, Problem, SignedOut
from quiz.models.audit import record
from quiz.models.codes import digest, grouped, new_code
from quiz.models.factors import Authenticator, Passkey, RecoveryCode
from quiz.models.guessing import count_failure, demand_patience
from quiz.models.people import User
from quiz.models.sealing import is_sealed, seal, unseal
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
    """How my second factor stands."""

    #: off, begun (an authenticator is being set up) or on.
    state: str
    codes_left: int
    #: My role has to have one.
    demanded: bool
    #: Only who signs in with a password can have one.
    possible: bool


@dataclass(frozen=True, slots=True)
class Secret:
    """What an authenticator takes up while it is set up: 160 bits in base32, and the address that holds them."""

    text: str
    address: str


def standing(actor: Actor, demanded: tuple[str, ...]) -> Standing:
    """How it stands; ``demanded``: roles of the site that have to have one."""
    with reading() as connection:
        found = _mine(connection, actor)
        left = connection.execute(
            select(func.count()).select_from(RecoveryCode).where(RecoveryCode.user_id == actor.id)
        ).scalar_one()
    must = found.role in demanded
    if found.secret is None:
        return Standing("off", 0, must, found.has_password)
    return Standing("begun" if found.confirmed_at is None else "on", left, must, possible=True)


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


def begin(actor: Actor, password: str, site_key: str, now: datetime) -> Secret:
    """Makes a secret for a new authenticator; a repeat shows again the one that is being set up.

    Raises Invalid where this is not my password: nobody leaves theirs at an open session.
    """
    accounts.demand_password(actor, password, now)
    prepare(actor, site_key)
    return secret(actor, site_key)


def prepare(actor: Actor, site_key: str) -> None:
    """Makes the secret for whoever has just given the password to sign in; a repeat keeps it.

    Raises Invalid for those without a password, Conflict where an authenticator is on.
    """
    with transaction() as connection:
        found = _mine(connection, actor)
        if not found.has_password:
            raise Invalid([accounts.NO_PASSWORD])
        if found.confirmed_at is not None:
            raise Conflict("Your authenticator is set up already: take it away first.")
        if _unsealed(actor, found, site_key) is None:
            sealed = seal(pyotp.random_base32(), _owner(actor.id), site_key)
            connection.execute(
                conflict_insert(connection, Authenticator)
                .values(user_id=actor.id, secret=sealed)
                .on_conflict_do_update(
                    index_elements=[Authenticator.user_id],
                    set_={"secret": sealed},
                    where=Authenticator.confirmed_at.is_(None),
                )
            )


def secret(actor: Actor, site_key: str) -> Secret:
    """What is being set up, for whoever has just given the password. NotFound where nothing is."""
    with reading() as connection:
        found = _mine(connection, actor)
    text = None if found.confirmed_at is not None else _unsealed(actor, found, site_key)
    if text is None:
        raise NotFound
    once = pyotp.TOTP(text, name=found.username or found.name, issuer=ISSUER)
    return Secret(text, once.provisioning_uri())


def _unsealed(actor: Actor, found: Any, site_key: str) -> str | None:
    """The secret; None where there is none, or it was sealed under another key of the site."""
    return None if found.secret is None else unseal(found.secret, _owner(actor.id), site_key)


def _owner(user_id: int) -> str:
    """As whose a secret is sealed."""
    return f"authenticator:{user_id}"


def seal_all(site_key: str) -> int:
    """Seals secrets that an earlier version has stored in clear. Returns how many; a repeat finds none."""
    with transaction() as connection:
        rows = connection.execute(select(Authenticator.user_id, Authenticator.secret)).all()
        clear = [row for row in rows if not is_sealed(row.secret)]
        for row in clear:
            connection.execute(
                update(Authenticator)
                .where(Authenticator.user_id == row.user_id, Authenticator.secret == row.secret)
                .values(secret=seal(row.secret, _owner(row.user_id), site_key))
            )
    return len(clear)


def confirm(actor: Actor, code: str, site_key: str, address: str, now: datetime) -> tuple[Actor, list[str]]:
    """Turns it on by a code that shows that the authenticator has the secret. All other sessions end.

    Returns this one's new session, and the recovery codes: they are shown once, and not stored. Raises Invalid for a wrong
    code, TooMany after too many.
    """
    with reading() as connection:
        demand_patience(connection, _guesser(actor), address, now)
        found = _mine(connection, actor)
    if found.secret is None or found.confirmed_at is not None:
        raise NotFound
    step = _step_of(actor, found, code, site_key, now)
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


def check(actor: Actor, code: str, site_key: str, address: str, now: datetime) -> None:
    """The second step of signing in: a code of the authenticator, or a recovery code, which is used up by it.

    Raises Invalid for a wrong or used one, TooMany after too many. Under another site key than that of its set-up an
    authenticator is lost, and recovery codes go on working.
    """
    with reading() as connection:
        demand_patience(connection, _guesser(actor), address, now)
        found = _mine(connection, actor)
    if found.confirmed_at is None:
        raise NotFound
    step = _step_of(actor, found, code, site_key, now)
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


def _step_of(actor: Actor, found: Any, code: str, site_key: str, now: datetime) -> int | None:
    """The step of time whose code this is, among those that are near and after the one that was used last."""
    text = _unsealed(actor, found, site_key)
    if text is None:
        return None
    typed = "".join(code.split())
    present = int(now.timestamp()) // STEP
    near = range(present - DRIFT, present + DRIFT + 1)
    once = pyotp.TOTP(text)
    return next(
        (
            step
            for step in near
            if (found.last_step is None or step > found.last_step)
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
