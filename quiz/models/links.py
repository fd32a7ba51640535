"""Secret links into an account: each does one thing, once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from quiz.db import Base, UtcDateTime
from quiz.models.mailing import LONGEST_ADDRESS
from quiz.models.people import one_of

#: What a link is for: to choose a new password, or to show that mail to an address arrives.
PURPOSES = ("password", "address")


class AccountLink(Base):
    """A person's link for one purpose; a new one takes the place of the one before."""

    __tablename__ = "account_link"
    __table_args__ = (
        CheckConstraint(one_of("purpose", PURPOSES), name="purpose"),
        # upkeep: which are to be sent
        Index(None, "send_at"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True, autoincrement=False)
    purpose: Mapped[str] = mapped_column(String(10), primary_key=True)
    #: SHA-256 of the key in hexadecimal; NULL = there is none yet: it is made when its mail is.
    key_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    #: Where it is mailed to; NULL = whoever made it hands it over.
    address: Mapped[str | None] = mapped_column(String(LONGEST_ADDRESS))
    #: The account's session epoch at its making: a new password ends the link as it ends the sessions.
    epoch: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: When its mail is to be tried (again); NULL = nothing is to be sent.
    send_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
