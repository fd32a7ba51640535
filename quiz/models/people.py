"""People, courses, who belongs to which, and the counters that slow down guessing."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, and_, bindparam, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, mapped_column

from quiz.db import Base, UtcDateTime

SITE_ROLES = ("user", "author", "administrator")
COURSE_ROLES = ("student", "assistant", "teacher", "reader")


def one_of(column: str, allowed: tuple[str, ...]) -> str:
    """A CHECK: this column holds one of these words."""
    return f"{column} IN ({', '.join(repr(word) for word in allowed)})"


class User(Base):
    """A person. Signs in by user name and password, by a return code, or both."""

    __tablename__ = "user"
    __table_args__ = (
        CheckConstraint(one_of("role", SITE_ROLES), name="role"),
        # a look-up for the administrator's list, which is sorted and paged by name
        Index(None, "name", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: NULL = signs in by return code only.
    username: Mapped[str | None] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    #: argon2id; NULL = no password.
    password_hash: Mapped[str | None] = mapped_column(String(200))
    #: Where a link for a new password is mailed to; they have shown that mail arrives there. NULL = nowhere.
    mail_address: Mapped[str | None] = mapped_column(String(254))
    #: SHA-256 of the code in hexadecimal; NULL = no code.
    return_code_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    role: Mapped[str] = mapped_column(String(20), default="user")
    active: Mapped[bool] = mapped_column(default=True)
    #: Cookies of an earlier epoch are no longer good.
    session_epoch: Mapped[int] = mapped_column(default=1)
    #: An IANA name; NULL = the course's zone.
    time_zone: Mapped[str | None] = mapped_column(String(64))
    theme: Mapped[str] = mapped_column(String(10), default="auto")
    #: Of the pages, as a BCP 47 tag; NULL = the browser's.
    language: Mapped[str | None] = mapped_column(String(35))
    #: The share of questions to be known still when practice asks them again, 0.70–0.97 (``assembly.spacing``).
    retention: Mapped[float] = mapped_column(default=0.9, server_default=text("0.9"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


#: The condition of statements that are ``Prepared``: the joined user is the acting one, active, of this epoch.
ACTING: Final = and_(User.id == bindparam("user_id"), User.session_epoch == bindparam("epoch"), User.active)


class Course(Base):
    """A course: people with roles, and quizzes."""

    __tablename__ = "course"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    time_zone: Mapped[str] = mapped_column(String(64), default="UTC")
    #: What students type to join; shown to teachers, so it stands in clear.
    join_code: Mapped[str] = mapped_column(String(20), unique=True)
    join_open: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Enrolment(Base):
    """A person's role in a course."""

    __tablename__ = "enrolment"
    __table_args__ = (
        CheckConstraint(one_of("role", COURSE_ROLES), name="role"),
        # "my courses"
        Index(None, "user_id"),
        # how many students a course has
        Index(None, "course_id", "role"),
    )

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(20))
    #: Part of the course that reports compare, such as "Tuesday"; NULL = in no group.
    group_name: Mapped[str | None] = mapped_column(String(80))
    #: What this person's time limits are multiplied by (``accommodating.TIME_FACTORS``).
    time_factor: Mapped[float] = mapped_column(default=1.0, server_default=text("1"))
    #: How many attempts this person has at each quiz beyond what everybody has.
    extra_attempts: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Guess(Base):
    """How often something failed, or was made, for one account or one address within one window of time."""

    __tablename__ = "guess"

    #: SHA-256 of what is counted, such as "account:<name>" or "address:<address>": the table holds neither.
    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    window_start: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    failures: Mapped[int]


def groups_of(connection: Connection, course_id: int) -> tuple[str, ...]:
    """The names of a course's groups, in their order. One statement."""
    found = connection.execute(
        select(Enrolment.group_name)
        .where(Enrolment.course_id == course_id, Enrolment.group_name.is_not(None))
        .distinct()
        .order_by(Enrolment.group_name)
    )
    return tuple(name for name in found.scalars() if name is not None)
