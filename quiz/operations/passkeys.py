"""Passkeys (WebAuthn level 3): a key in a device, which asks its owner itself, in the place of password and code.

The device shows by a signature over a challenge of ours that it has the key and has recognised its owner; it does so for
this site alone, so nobody else can ask for it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, func, select, update

from quiz.db import conflict_insert, reading, transaction
from quiz.errors import Invalid, Problem
from quiz.models.audit import record
from quiz.models.factors import Passkey
from quiz.models.guessing import count_failure, demand_patience
from quiz.models.people import User
from quiz.operations import accounts
from quiz.operations.access import Actor, acting, missing

#: What devices call this site.
SITE_NAME: Final = "Quiz"
LONGEST_NAME: Final = 80
MOST_KEYS: Final = 20
#: Bytes of the id of a key (WebAuthn, 4).
LONGEST_ID: Final = 1_023
#: Devices count in 32 bits, the column in 31. A count that stands at this is below all later ones.
LARGEST_COUNT: Final = 2**31 - 1
_REFUSED: Final = Problem("", "this passkey was not accepted", "try again, or sign in with your password")


@dataclass(frozen=True, slots=True)
class Site:
    """As what browsers know this site: its host, and the origin of its pages."""

    host: str
    origin: str


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A passkey of mine, for the list."""

    id: int
    name: str
    created_at: datetime
    used_at: datetime | None


def passkeys(actor: Actor) -> list[KeyRow]:
    """My passkeys, the oldest first."""
    with reading() as connection:
        rows = connection.execute(
            select(Passkey.id, Passkey.name, Passkey.created_at, Passkey.used_at)
            .join(User, User.id == Passkey.user_id)
            .where(acting(actor))
            .order_by(Passkey.id)
        ).all()
        if not rows and connection.execute(select(User.id).where(acting(actor))).first() is None:
            raise missing(connection, actor)
    return [KeyRow(*row) for row in rows]


def to_add(actor: Actor, password: str, site: Site, now: datetime) -> tuple[dict[str, Any], bytes]:
    """What the browser has to ask a device for a new key, and the challenge in it. Raises Invalid for a wrong password."""
    from webauthn import generate_registration_options, options_to_json  # noqa: PLC0415 - only who has one pays
    from webauthn.helpers import base64url_to_bytes, structs  # noqa: PLC0415

    accounts.demand_password(actor, password, now)
    with reading() as connection:
        user = connection.execute(select(User.username, User.name).where(acting(actor))).first()
        if user is None:
            raise missing(connection, actor)
        known = connection.execute(select(Passkey.credential_id).where(Passkey.user_id == actor.id)).scalars()
        there = [structs.PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in known]
    options = generate_registration_options(
        rp_id=site.host,
        rp_name=SITE_NAME,
        user_id=str(actor.id).encode(),
        user_name=user.username or user.name,
        user_display_name=user.name,
        exclude_credentials=there,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
    )
    return json.loads(options_to_json(options)), options.challenge


def add(actor: Actor, answer: dict[str, Any], challenge: bytes, name: str, site: Site, now: datetime) -> None:
    """Keeps the public half of a device's new key. Raises Invalid where the answer is not to that challenge."""
    from webauthn import verify_registration_response  # noqa: PLC0415 - only who has one pays
    from webauthn.helpers import (  # noqa: PLC0415
        bytes_to_base64url,
        decode_credential_public_key,
        decoded_public_key_to_cryptography,
    )

    shown = " ".join(name.split())[:LONGEST_NAME] or SITE_NAME
    try:
        found = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
        decoded_public_key_to_cryptography(decode_credential_public_key(found.credential_public_key))
    except _faults():
        raise Invalid([_REFUSED]) from None
    if len(found.credential_id) > LONGEST_ID:
        raise Invalid([_REFUSED])
    with transaction() as connection:
        mine = connection.execute(select(User.id).where(acting(actor)).with_for_update()).first()
        if mine is None:
            raise missing(connection, actor)
        count = connection.execute(select(func.count()).where(Passkey.user_id == actor.id)).scalar_one()
        if count >= MOST_KEYS:
            raise Invalid([Problem("", "there are too many passkeys", "take one away first")])
        statement = conflict_insert(connection, Passkey).values(
            user_id=actor.id,
            credential_id=bytes_to_base64url(found.credential_id),
            public_key=found.credential_public_key,
            sign_count=min(found.sign_count, LARGEST_COUNT),
            name=shown,
            created_at=now,
        )
        made = connection.execute(statement.on_conflict_do_nothing().returning(Passkey.id)).scalar()
        if made is None:  # a device never gives one key twice
            raise Invalid([_REFUSED])
        record(connection, actor.id, "user.passkey", ("user", actor.id), now, added=made)


def remove(actor: Actor, passkey_id: int, now: datetime) -> None:
    """Takes one of my passkeys away. NotFound where it is none of mine."""
    with transaction() as connection:
        mine = select(User.id).where(acting(actor)).scalar_subquery()
        gone = delete(Passkey).where(Passkey.id == passkey_id, Passkey.user_id == mine).returning(Passkey.id)
        if connection.execute(gone).first() is None:
            raise missing(connection, actor)
        record(connection, actor.id, "user.passkey", ("user", actor.id), now, removed=passkey_id)


def to_sign_in(site: Site) -> tuple[dict[str, Any], bytes]:
    """What the browser has to ask for any key of this site, and the challenge in it: nobody says first who they are."""
    from webauthn import generate_authentication_options, options_to_json  # noqa: PLC0415 - only who has one pays
    from webauthn.helpers import structs  # noqa: PLC0415

    options = generate_authentication_options(
        rp_id=site.host, user_verification=structs.UserVerificationRequirement.REQUIRED
    )
    return json.loads(options_to_json(options)), options.challenge


def sign_in(answer: dict[str, Any], challenge: bytes, site: Site, address: str, now: datetime) -> Actor:
    """Signs in by a passkey, which is two factors: the device, and what it recognises its owner by.

    Raises Invalid with one message for whatever is wrong, and TooMany after too many of it.
    """
    from webauthn import verify_authentication_response  # noqa: PLC0415 - only who has one pays

    credential_id = str(answer.get("id", ""))
    with reading() as connection:
        demand_patience(connection, f"passkey:{credential_id}", address, now)
        key = connection.execute(
            select(
                Passkey.id,
                Passkey.public_key,
                Passkey.sign_count,
                User.id.label("user_id"),
                User.session_epoch,
            )
            .join(User, User.id == Passkey.user_id)
            .where(Passkey.credential_id == credential_id, User.active)
        ).first()
    if key is None:
        raise _refused(credential_id, address, now)
    try:
        found = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count,
            require_user_verification=True,
        )
    except _faults():
        raise _refused(credential_id, address, now) from None
    count = min(found.new_sign_count, LARGEST_COUNT)
    with transaction() as connection:
        connection.execute(update(Passkey).where(Passkey.id == key.id).values(sign_count=count, used_at=now))
    return Actor(key.user_id, key.session_epoch)


def _faults() -> tuple[type[Exception], ...]:
    """What the library raises for an answer that is wrong: its own errors, and those of the parts that it hands bytes to."""
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415 - only who has one pays

    return WebAuthnException, ValueError, LookupError


def _refused(credential_id: str, address: str, now: datetime) -> Invalid:
    """Counts a passkey that does not open; to be raised."""
    with transaction() as connection:
        count_failure(connection, f"passkey:{credential_id}", address, now)
    return Invalid([_REFUSED])
