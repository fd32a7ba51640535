"""The second factor of signing in: one-time codes of an authenticator (RFC 6238), and codes for when it is lost."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from quiz.db import Base, UtcDateTime


class Authenticator(Base):
    """A person's authenticator: the secret that it shares with this site."""

    __tablename__ = "authenticator"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True, autoincrement=False)
    #: 160 bits in base32.
    secret: Mapped[str] = mapped_column(String(32))
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
