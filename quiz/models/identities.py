"""Who somebody is to another system that vouches for them (OpenID Connect Core 1.0): no password of theirs is kept here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quiz.db import Base, UtcDateTime

#: Characters of an issuer's address, and of what it calls somebody (Core 1.0, 2: at most 255 ASCII characters).
LONGEST_ISSUER = 255
LONGEST_SUBJECT = 255


class Identity(Base):
    """A person of this site as an issuer knows them. One of each issuer, and one person for each of its subjects."""

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("user_id", "issuer"),)

    issuer: Mapped[str] = mapped_column(String(LONGEST_ISSUER), primary_key=True)
    #: What the issuer calls them for ever ("sub"); names and addresses may pass on to others.
    subject: Mapped[str] = mapped_column(String(LONGEST_SUBJECT), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    linked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: NULL = not used to sign in yet.
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
