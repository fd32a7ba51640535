"""Who may reach what: the building blocks of every statement. The door is the permission.

A statement that loads or changes a row joins the acting user (active, of the cookie's epoch) and the enrolment
that gives the right. Where it finds nothing, ``missing`` says why: signed out, or no such thing for this person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, and_, case, literal, or_, select
from sqlalchemy.engine import Connection

from quiz.errors import Forbidden, NotFound, QuizError, Said, SignedOut
from quiz.models.bank import Bank, BankShare
from quiz.models.people import Course, Enrolment, User
from quiz.models.quiz import Quiz, QuizRevision


class Actor(NamedTuple):
    """The acting user, as the signed cookie names them: the id, and the epoch in which they signed in."""

    id: int
    epoch: int

    @property
    def bound(self) -> dict[str, int]:
        """The values of ``ACTING`` (quiz.models.people)."""
        return {"user_id": self.id, "epoch": self.epoch}


#: Roles of a course that see its results.
RESULTS = ("teacher", "assistant", "reader")
#: Roles of a course that change it.
TEACHING = ("teacher",)
#: Roles of a course that decide about marks.
GRADING = ("teacher", "assistant")
#: Rights of a bank that let somebody change it.
EDITING = ("own", "edit")
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

    NotFound for everybody else, who is told ``nothing`` on the command line.
    """
    found = _with_role(connection, actor, statement, nothing)
    if found.role not in RESULTS:
        raise NotFound
    return found


def _with_role(connection: Connection, actor: Actor | None, statement: Any, nothing: str) -> Row[Any]:
    """The row of a statement that holds ``Course``, with ``role``, for members of that course.

    The command line, ``actor`` None, is as a teacher, and is told ``nothing`` where there is no row.
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
    return found


def quiz_of_results(
    connection: Connection, actor: Actor | None, quiz_id: int, *columns: Any, lock: bool = False
) -> Row[Any]:
    """A quiz with its course and, where it is published, its revision, for those who see the results of the course.

    Holds all of ``Quiz``, the course's title and zone, the scale, and these further columns. ``lock``: another one who
    locks it waits. The command line, ``actor`` None, may see all.
    """
    statement = (
        select(Quiz, Course.title.label("course_title"), Course.time_zone, QuizRevision.scale, *columns)
        .join(Course, Course.id == Quiz.course_id)
        .outerjoin(QuizRevision, and_(QuizRevision.quiz_id == Quiz.id, QuizRevision.current))
        .where(Quiz.id == quiz_id)
    )
    if lock:
        statement = statement.with_for_update(of=Quiz)
    return row_of_results(connection, actor, statement, Said("There is no quiz %(quiz)s.", quiz=quiz_id))


@dataclass(frozen=True, slots=True)
class QuizHead:
    """What all that is shown of a quiz's results says of it: whose it is, and as what the reader sees it."""

    quiz_id: int
    title: str
    course_id: int
    course_title: str
    time_zone: str
    role: str


def head_of(quiz: Row[Any]) -> dict[str, Any]:
    """The values of a ``QuizHead``, of a row of ``quiz_of_results``."""
    return {
        "quiz_id": quiz.id,
        "title": quiz.title,
        "course_id": quiz.course_id,
        "course_title": quiz.course_title,
        "time_zone": quiz.time_zone,
        "role": quiz.role,
    }


def taught_quiz(
    connection: Connection, actor: Actor | None, quiz_id: int, *columns: Any, lock: bool = False
) -> Row[Any]:
    """As ``quiz_of_results``, for those who teach the course; Forbidden to those who only see its results."""
    quiz = quiz_of_results(connection, actor, quiz_id, *columns, lock=lock)
    if quiz.role not in TEACHING:
        raise Forbidden
    return quiz


def taught_course(connection: Connection, actor: Actor | None, course_id: int) -> Row[Any]:
    """The course (id, title, zone), for those who teach it; the command line, ``actor`` None, may do what teachers do."""
    statement = select(Course.id, Course.title, Course.time_zone).where(Course.id == course_id)
    found = _with_role(connection, actor, statement, Said("There is no course %(course)s.", course=course_id))
    if found.role not in TEACHING:
        raise Forbidden
    return found


def titles_of(connection: Connection, actor: Actor, quizzes: Sequence[Row[Any]]) -> tuple[str, ...]:
    """The titles of quizzes (rows with ``title`` and ``course_id``) as far as I teach their courses, "" of the others."""
    taught = connection.execute(
        select(Enrolment.course_id).where(Enrolment.user_id == actor.id, Enrolment.role.in_(TEACHING))
    )
    mine = set(taught.scalars())
    return tuple(quiz.title if quiz.course_id in mine else "" for quiz in quizzes)


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


def editable_bank(
    connection: Connection, actor: Actor | None, bank_id: int, *, lock: bool = True
) -> Row[Any]:
    """The bank, locked where it is to be changed; NotFound where I may not read it, Forbidden where I may not change it.

    The command line, ``actor`` None, may change all.
    """
    banks = select(Bank, literal("own").label("access")) if actor is None else readable_banks(actor, Bank)
    statement = banks.where(Bank.id == bank_id)
    bank = connection.execute(statement.with_for_update(of=Bank) if lock else statement).first()
    if bank is None:
        raise NotFound if actor is None else missing(connection, actor)
    if bank.access not in EDITING:
        raise Forbidden
    found: Row[Any] = bank
    return found
