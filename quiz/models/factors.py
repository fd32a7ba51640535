"""Signing in beyond the password: one-time codes of an authenticator (RFC 6238), codes for when it is lost, passkeys."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from quiz.db import Base, UtcDateTime


class Authenticator(Base):
    """A person's authenticator: the secret that it shares with this site."""

    __tablename__ = "authenticator"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True, autoincrement=False)
    #: 160 bits in base32, sealed (``models.sealing``).
    secret: Mapped[str] = mapped_column(String(200))
    #: NULL = it is being set up, and nothing is asked for yet.
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: The step of time whose code was used last: no code works twice. NULL = none yet.
    last_step: Mapped[int | None]


class RecoveryCode(Base):
    """A code that works once in the place of the authenticator's; a used one is gone."""

    __tablename__ = "recovery_code"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True, autoincrement=False)
    #: SHA-256 in hexadecimal; a code has 80 bits.
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)


class Passkey(Base):
    """A key that lies in a device of a person, or in their password manager; this site knows its public half."""

    __tablename__ = "passkey"
    __table_args__ = (
        # the list on the account's page
        Index(None, "user_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    #: By which the device knows it: base64url of at most 1,023 bytes (WebAuthn, 4).
    credential_id: Mapped[str] = mapped_column(String(1364), unique=True)
    #: COSE (RFC 9052).
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    #: How often the device says that it was used; 0 = it does not count.
    sign_count: Mapped[int]
    name: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: NULL = never.
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
