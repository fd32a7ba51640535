"""Invitations: an administrator makes a link; whoever has it makes an account with the role that the link gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, insert, select, update
from sqlalchemy.engine import Connection

from quiz.db import reading, transaction
from quiz.errors import Invalid, NotFound, Problem, Said
from quiz.models.audit import record
from quiz.models.codes import key_digest, new_key
from quiz.models.guessing import count_failure, demand_patience
from quiz.models.inviting import Invitation
from quiz.models.paging import Page, page_of
from quiz.models.people import COURSE_ROLES, SITE_ROLES, Course, Enrolment, User
from quiz.operations import accounts, courses
from quiz.operations.access import Actor, acting, demand_role, missing

MOST_USES = 500
MOST_DAYS = 90
LONGEST_NOTE = 120


@dataclass(frozen=True, slots=True)
class Offer:
    """What an invitation gives: a role of the site and, where there is a course, one in it."""

    role: str
    course_id: int | None = None
    course_role: str | None = None


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation as whoever has its link sees it."""

    role: str
    course_id: int | None
    course_title: str | None
    course_role: str | None


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """An invitation as administrators see it. ``state`` is open, used, expired or revoked."""

    id: int
    note: str
    role: str
    course_title: str | None
    course_role: str | None
    uses: int
    used: int
    by: str
    expires_at: datetime
    state: str


# What administrators do ----------------------------------------------------------------------------------------------


def invite(actor: Actor, offer: Offer, note: str, uses: int, days: int, now: datetime) -> str:
    """The key of a new invitation that so many people may use within so many days. Shown once, not stored."""
    note = " ".join(note.split())
    problems = _faults(offer, note, uses, days)
    if problems:
        raise Invalid(problems)
    key = new_key()
    with transaction() as connection:
        demand_role(connection, actor, ("administrator",))
        if offer.course_id is not None:
            courses.demand_course(connection, offer.course_id)
        invitation_id = connection.execute(
            insert(Invitation)
            .values(
                key_hash=key_digest(key),
                note=note,
                role=offer.role,
                course_id=offer.course_id,
                course_role=offer.course_role if offer.course_id is not None else None,
                uses=uses,
                created_by=actor.id,
                created_at=now,
                expires_at=now + timedelta(days=days),
            )
            .returning(Invitation.id)
        ).scalar_one()
        _audit(
            connection,
            actor.id,
            "add",
            invitation_id,
            now,
            role=offer.role,
            course=offer.course_id,
            uses=uses,
        )
    return key


def _faults(offer: Offer, note: str, uses: int, days: int) -> list[Problem]:
    found = []
    if offer.role not in SITE_ROLES:
        found.append(
            Problem("role", "there is no such role", Said("use one of %(all)s", all=", ".join(SITE_ROLES)))
        )
    if offer.course_id is not None and offer.course_role not in COURSE_ROLES:
        found.append(
            Problem(
                "course_role",
                "there is no such role",
                Said("use one of %(all)s", all=", ".join(COURSE_ROLES)),
            )
        )
    if not 1 <= len(note) <= LONGEST_NOTE:
        found.append(
            Problem(
                "note",
                "whom it is for is missing or too long",
                Said("write 1 to %(most)s characters", most=LONGEST_NOTE),
            )
        )
    if not 1 <= uses <= MOST_USES:
        found.append(
            Problem("uses", "this number does not work", Said("write 1 to %(most)s", most=MOST_USES))
        )
    elif uses > 1 and offer.role == "administrator":
        found.append(Problem("uses", "administrators are invited one by one", "write 1"))
    if not 1 <= days <= MOST_DAYS:
        found.append(
            Problem("days", "this number does not work", Said("write 1 to %(most)s", most=MOST_DAYS))
        )
    return found


def invitations(actor: Actor, page: int, now: datetime) -> Page[InvitationRow]:
    """All invitations, the newest first."""
    statement = (
        select(Invitation, Course.title, User.name)
        .join(User, User.id == Invitation.created_by)
        .outerjoin(Course, Course.id == Invitation.course_id)
        .order_by(Invitation.id.desc())
    )
    with reading() as connection:
        demand_role(connection, actor, ("administrator",))
        return page_of(connection, statement, page, lambda row: _row(row, now))


def _row(row: Row[Any], now: datetime) -> InvitationRow:
    return InvitationRow(
        id=row.id,
        note=row.note,
        role=row.role,
        course_title=row.title,
        course_role=row.course_role,
        uses=row.uses,
        used=row.used,
        by=row.name,
        expires_at=row.expires_at,
        state=_state(row, now),
    )


def _state(row: Row[Any], now: datetime) -> str:
    if row.revoked_at is not None:
        return "revoked"
    if row.used == row.uses:
        return "used"
    return "expired" if row.expires_at <= now else "open"


def revoke(actor: Actor, invitation_id: int, now: datetime) -> None:
    """Ends an invitation; who has used it stays. A repeat changes nothing."""
    with transaction() as connection:
        demand_role(connection, actor, ("administrator",))
        known = connection.execute(
            select(Invitation.revoked_at).where(Invitation.id == invitation_id)
        ).first()
        if known is None:
            raise NotFound
        if known.revoked_at is None:
            connection.execute(
                update(Invitation).where(Invitation.id == invitation_id).values(revoked_at=now)
            )
            _audit(connection, actor.id, "revoke", invitation_id, now)


def all_courses(actor: Actor) -> list[tuple[int, str]]:
    """Id and title of every course, to invite into; for administrators."""
    with reading() as connection:
        demand_role(connection, actor, ("administrator",))
        rows = connection.execute(select(Course.id, Course.title).order_by(Course.title, Course.id))
        return [(row.id, row.title) for row in rows]


# What whoever is invited does ----------------------------------------------------------------------------------------


def invited(key: str, address: str, now: datetime) -> Invited:
    """What an invitation gives. NotFound where it was used up, revoked, has expired, or never was; misses are counted."""
    with reading() as connection:
        demand_patience(connection, f"invitation:{key_digest(key)}", address, now)
        found = connection.execute(
            select(Invitation.role, Invitation.course_id, Course.title, Invitation.course_role)
            .outerjoin(Course, Course.id == Invitation.course_id)
            .where(_open(key, now))
        ).first()
    if found is None:
        with transaction() as connection:
            count_failure(connection, f"invitation:{key_digest(key)}", address, now)
        raise NotFound("This invitation was used already, taken back, or has expired. Ask for a new one.")
    return Invited(*found)


def _open(key: str, now: datetime) -> Any:
    return and_(
        Invitation.key_hash == key_digest(key),
        Invitation.used < Invitation.uses,
        Invitation.expires_at > now,
        Invitation.revoked_at.is_(None),
    )


def accept(key: str, username: str, name: str, password: str, address: str, now: datetime) -> Actor:
    """Makes an account by an invitation; I am signed in by it. Raises NotFound as ``invited``, Invalid for what was typed."""
    account, shown = accounts.good_account(username, name, password, "user")
    invited(key, address, now)
    hashed = accounts.hash_password(password)
    with transaction() as connection:
        used = _use(connection, key, now)
        user_id = accounts.insert_account(connection, account, shown, hashed, used.role, now)
        _enrol(connection, used, user_id, now)
        _audit(connection, user_id, "accept", used.id, now, role=used.role)
    return Actor(user_id, 1)


def accept_as(actor: Actor, key: str, address: str, now: datetime) -> None:
    """The same for the account that is signed in, which loses nothing by it: the higher role counts.

    Raises Invalid where that is a higher one and the account has no password: a return code is too little for it.
    """
    invited(key, address, now)
    with transaction() as connection:
        me = connection.execute(
            select(User.role, User.password_hash).where(acting(actor)).with_for_update()
        ).first()
        if me is None:
            raise missing(connection, actor)
        used = _use(connection, key, now)
        higher = max(me.role, used.role, key=SITE_ROLES.index)
        if higher != me.role and me.password_hash is None:
            raise Invalid([accounts.NO_PASSWORD])
        connection.execute(update(User).where(User.id == actor.id).values(role=higher))
        _enrol(connection, used, actor.id, now)
        _audit(connection, actor.id, "accept", used.id, now, role=higher)


def _use(connection: Connection, key: str, now: datetime) -> Row[Any]:
    """Counts one use: of several at once no more find it than may."""
    used = connection.execute(
        update(Invitation)
        .where(_open(key, now))
        .values(used=Invitation.used + 1)
        .returning(Invitation.id, Invitation.role, Invitation.course_id, Invitation.course_role)
    ).first()
    if used is None:
        raise NotFound
    return used


def _enrol(connection: Connection, used: Row[Any], user_id: int, now: datetime) -> None:
    if used.course_id is None:
        return
    here = and_(Enrolment.course_id == used.course_id, Enrolment.user_id == user_id)
    present = connection.execute(select(Enrolment.role).where(here).with_for_update()).scalar()
    if present is None:
        connection.execute(
            insert(Enrolment).values(
                course_id=used.course_id, user_id=user_id, role=used.course_role, created_at=now
            )
        )
    elif present == "student":  # who is more than that has it from the course's teacher
        connection.execute(update(Enrolment).where(here).values(role=used.course_role))


def _audit(
    connection: Connection, actor_id: int, act: str, invitation_id: int, now: datetime, **details: object
) -> None:
    record(connection, actor_id, f"invitation.{act}", ("invitation", invitation_id), now, **details)
