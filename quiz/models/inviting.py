"""Invitations: links with which people make an account that has a role from the start."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from quiz.db import Base, UtcDateTime
from quiz.models.people import COURSE_ROLES, SITE_ROLES, one_of


class Invitation(Base):
    """A link that so many people may use, until a day; each gets a role of the site and, where named, one in a course."""

    __tablename__ = "invitation"
    __table_args__ = (
        CheckConstraint(one_of("role", SITE_ROLES), name="role"),
        CheckConstraint(one_of("course_role", COURSE_ROLES), name="course_role"),
        CheckConstraint("(course_id IS NULL) = (course_role IS NULL)", name="course"),
        CheckConstraint("used <= uses", name="used"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: SHA-256 of the key in the link, in hexadecimal.
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    #: Whom it is for, in the words of whoever made it.
    note: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(20))
    #: NULL = no course.
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"))
    course_role: Mapped[str | None] = mapped_column(String(20))
    #: How many may use it, and have.
    uses: Mapped[int]
    used: Mapped[int] = mapped_column(default=0)
    created_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: NULL = it holds.
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
