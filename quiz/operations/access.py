"""Who may reach what: the building blocks of every statement. The door is the permission.

A statement that loads or changes a row joins the acting user (active, of the cookie's epoch) and the enrolment
that gives the right. Where it finds nothing, ``missing`` says why: signed out, or no such thing for this person.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, and_, case, literal, or_, select
from sqlalchemy.engine import Connection

from quiz.errors import Forbidden, NotFound, QuizError, SignedOut
from quiz.models.bank import Bank, BankShare
from quiz.models.people import Course, Enrolment, User


class Actor(NamedTuple):
    """The acting user, as the signed cookie names them: the id, and the epoch in which they signed in."""

    id: int
    epoch: int


#: Roles of a course that see its results.
RESULTS = ("teacher", "assistant", "reader")
#: Roles of a course that change it.
TEACHING = ("teacher",)
#: Roles of a course that decide about marks.
GRADING = ("teacher", "assistant")
#: Roles of the site that make banks and courses.
AUTHORING = ("author", "administrator")


def acting(actor: Actor) -> ColumnElement[bool]:
    """The condition: the joined ``User`` is the acting one, active, of this epoch."""
    return and_(User.id == actor.id, User.session_epoch == actor.epoch, User.active)


def enrolled(actor: Actor, course_id: Any, roles: tuple[str, ...] = ()) -> ColumnElement[bool]:
    """The condition: the acting user has one of these roles (() = any) in the course of this id or column."""
    statement = (
        select(Enrolment.course_id)
        .join(User, User.id == Enrolment.user_id)
        .where(Enrolment.course_id == course_id, acting(actor))
    )
    if roles:
        statement = statement.where(Enrolment.role.in_(roles))
    return statement.exists()


def missing(connection: Connection, actor: Actor) -> QuizError:
    """Why a statement that joins the acting user found nothing: SignedOut or NotFound, to be raised."""
    signed_in = connection.execute(select(User.id).where(acting(actor))).first()
    return NotFound() if signed_in else SignedOut()


def row_of_results(connection: Connection, actor: Actor | None, statement: Any, nothing: str) -> Row[Any]:
    """The row of a statement that joins ``Course``, with ``role``, for those who see the results of that course.

    The command line, ``actor`` None, sees what teachers see, and is told ``nothing`` where there is no row. NotFound
    for everybody else.
    """
    if actor is None:
        found = connection.execute(statement.add_columns(literal("teacher").label("role"))).first()
        if found is None:
            raise NotFound(nothing)
        return found
    found = connection.execute(
        statement.add_columns(Enrolment.role)
        .join(Enrolment, Enrolment.course_id == Course.id)
        .join(User, User.id == Enrolment.user_id)
        .where(acting(actor))
    ).first()
    if found is None:
        raise missing(connection, actor)
    if found.role not in RESULTS:
        raise NotFound
    return found


def role_of(connection: Connection, actor: Actor) -> str:
    """The acting user's role in the site; SignedOut where the session is over."""
    role = connection.execute(select(User.role).where(acting(actor))).scalar()
    if role is None:
        raise SignedOut
    return role


def demand_role(connection: Connection, actor: Actor, roles: tuple[str, ...]) -> None:
    """Raises Forbidden where the acting user has none of these roles of the site."""
    if role_of(connection, actor) not in roles:
        raise Forbidden


def _bank_access() -> Any:
    """own, the right of a share, or shipped; rows that are none of these are not mine to see."""
    return case(
        (Bank.owner_id == User.id, "own"),
        (BankShare.right.is_not(None), BankShare.right),
        (Bank.owner_id.is_(None), "shipped"),
    )


def readable_banks(actor: Actor, *columns: Any) -> Any:
    """A statement over the banks that an author may read."""
    return (
        select(*columns, _bank_access().label("access"))
        .select_from(Bank)
        .join(User, acting(actor))
        .outerjoin(BankShare, and_(BankShare.bank_id == Bank.id, BankShare.user_id == User.id))
        .where(
            or_(
                and_(User.role.in_(AUTHORING), or_(Bank.owner_id == User.id, Bank.owner_id.is_(None))),
                BankShare.right.is_not(None),
            )
        )
    )
