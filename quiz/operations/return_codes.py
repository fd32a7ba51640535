"""Return codes: the way back of students without a password, made anew for one or on cards for many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import aliased

from quiz.db import reading, transaction
from quiz.errors import Forbidden, NotFound
from quiz.models.attempt import Attempt
from quiz.models.codes import RETURN_CODE_LENGTH, digest, grouped, new_code
from quiz.models.people import Enrolment, User
from quiz.models.quiz import Quiz
from quiz.operations.access import TEACHING, Actor
from quiz.operations.courses import audit, my_course


@dataclass(frozen=True, slots=True)
class Card:
    """A student's return code on paper: shown once, not stored."""

    user_id: int
    name: str
    username: str | None
    code: str = ""


def issue_return_code(actor: Actor, course_id: int, user_id: int, now: datetime) -> str:
    """A new return code for one of my students without a password; the old one and their sessions end.

    Shown once, not stored. Only for whom ``demand_own_student`` lets through.
    """
    with transaction() as connection:
        demand_own_student(connection, actor, course_id, user_id, has_password=False)
        return _new_return_code(connection, actor, course_id, user_id, now)


def _new_return_code(
    connection: Connection, actor: Actor, course_id: int, user_id: int, now: datetime
) -> str:
    code = new_code(RETURN_CODE_LENGTH)
    connection.execute(
        update(User)
        .where(User.id == user_id)
        .values(return_code_hash=digest(code), session_epoch=User.session_epoch + 1)
    )
    audit(connection, actor, "user.return-code", course_id, now, user=user_id)
    return grouped(code)


def who_gets_cards(actor: Actor, course_id: int, user_ids: Sequence[int]) -> list[Card]:
    """Who of these people a card with a new return code can be made for, by name; the codes are still empty."""
    with reading() as connection:
        return _cards(connection, actor, course_id, user_ids)


def issue_cards(actor: Actor, course_id: int, user_ids: Sequence[int], now: datetime) -> list[Card]:
    """Cards with new return codes for those of these people for whom ``issue_return_code`` makes one; as it does."""
    with transaction() as connection:
        return [
            replace(one, code=_new_return_code(connection, actor, course_id, one.user_id, now))
            for one in _cards(connection, actor, course_id, user_ids)
        ]


def _cards(connection: Connection, actor: Actor, course_id: int, user_ids: Sequence[int]) -> list[Card]:
    my_course(connection, actor, course_id, TEACHING)
    rows = connection.execute(
        select(User.id, User.name, User.username)
        .join(Enrolment, Enrolment.user_id == User.id)
        .where(
            Enrolment.course_id == course_id,
            Enrolment.role == "student",
            User.id.in_(user_ids),
            User.role == "user",
            User.password_hash.is_(None),
            ~_elsewhere(actor, User.id).exists(),
        )
        .order_by(User.name, User.id)
    )
    return [Card(row.id, row.name, row.username) for row in rows]


def demand_own_student(
    connection: Connection, actor: Actor, course_id: int, user_id: int, *, has_password: bool
) -> None:
    """Raises NotFound where this is no student of a course of mine, with or without a password; Forbidden where they are
    more than that: have a role of the site, another role in a course, a course that I do not teach. What a teacher makes
    opens the whole account. So who has a password must also have worked here: being enrolled by me alone makes nobody mine.
    """
    my_course(connection, actor, course_id, TEACHING)
    role = connection.execute(
        select(User.role)
        .join(Enrolment, Enrolment.user_id == User.id)
        .where(
            User.id == user_id,
            User.password_hash.is_not(None) == has_password,
            Enrolment.course_id == course_id,
            Enrolment.role == "student",
        )
    ).scalar()
    if role is None:
        raise NotFound
    if role != "user" or connection.execute(_elsewhere(actor, user_id)).first():
        raise Forbidden(
            "This person is more than a student of yours, here or elsewhere: ask an administrator."
        )
    worked = select(Attempt.id).join(Quiz, Quiz.id == Attempt.quiz_id)
    here = worked.where(Attempt.user_id == user_id, Quiz.course_id == course_id).limit(1)
    if has_password and connection.execute(here).first() is None:
        raise Forbidden("This person has not begun any quiz of this course yet: ask an administrator.")


def _elsewhere(actor: Actor, user_id: Any) -> Any:
    """Courses of this person in which the acting user does not teach, or they are more than a student."""
    mine, theirs = aliased(Enrolment), aliased(Enrolment)
    taught = select(mine.course_id).where(mine.user_id == actor.id, mine.role.in_(TEACHING))
    return select(theirs.course_id).where(
        theirs.user_id == user_id, or_(theirs.course_id.not_in(taught), theirs.role != "student")
    )
