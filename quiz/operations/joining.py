"""Joining a course by its code: a new student by name alone, or somebody who is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.engine import Connection

from quiz.db import reading, transaction
from quiz.errors import Invalid, NotFound, Problem, Said, SignedOut
from quiz.models.codes import JOIN_CODE_LENGTH, RETURN_CODE_LENGTH, digest, grouped, new_code, normal
from quiz.models.guessing import count_account, count_failure, demand_patience
from quiz.models.people import Course, Enrolment, User
from quiz.operations.access import TEACHING, Actor, acting
from quiz.operations.courses import audit, my_course

LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class JoinCard:
    """What a person with a join code sees before joining."""

    course_id: int
    title: str


@dataclass(frozen=True, slots=True)
class Joined:
    """A new student: signed in as ``actor``; the return code is shown once and not stored."""

    actor: Actor
    return_code: str
    course_id: int


def by_code(code: str, address: str, now: datetime) -> JoinCard:
    """The course of a join code. NotFound where there is none or it is closed; guesses are counted."""
    with reading() as connection:
        demand_patience(connection, f"join:{normal(code)}", address, now)
        course = _open_course(connection, code)
    if course is None:
        with transaction() as connection:
            count_failure(connection, f"join:{normal(code)}", address, now)
        raise NotFound
    return JoinCard(course.id, course.title)


def _open_course(connection: Connection, code: str) -> Row[Any] | None:
    return connection.execute(
        select(Course.id, Course.title).where(Course.join_code == normal(code), Course.join_open)
    ).first()


def join(code: str, name: str, address: str, now: datetime) -> Joined:
    """Joins a course as a new student, by name alone. The return code in the answer is the way back.

    Raises NotFound as ``by_code`` does, Invalid for the name, TooMany where this address has made too many accounts.
    """
    shown = " ".join(name.split())
    if not 1 <= len(shown) <= LONGEST_NAME:
        mend = Said("write 1 to %(most)s characters", most=LONGEST_NAME)
        raise Invalid([Problem("name", "your name is missing or too long", mend)])
    course = by_code(code, address, now)
    return_code = new_code(RETURN_CODE_LENGTH)
    with transaction() as connection:
        count_account(connection, f"join:{course.course_id}", address, now)
        user = connection.execute(
            insert(User)
            .values(name=shown, return_code_hash=digest(return_code), created_at=now)
            .returning(User.id, User.session_epoch)
        ).one()
        connection.execute(
            insert(Enrolment).values(
                course_id=course.course_id, user_id=user.id, role="student", created_at=now
            )
        )
    return Joined(Actor(user.id, user.session_epoch), grouped(return_code), course.course_id)


def join_as(actor: Actor, code: str, address: str, now: datetime) -> int:
    """Joins one more course with the account that is signed in. Returns the course's id; a repeat is no error."""
    course = by_code(code, address, now)
    with transaction() as connection:
        user = connection.execute(
            select(User.id).where(acting(actor)).with_for_update(key_share=True)  # a second click waits
        ).first()
        if user is None:
            raise SignedOut
        known = connection.execute(
            select(Enrolment.role).where(
                Enrolment.course_id == course.course_id, Enrolment.user_id == actor.id
            )
        ).first()
        if known is None:
            connection.execute(
                insert(Enrolment).values(
                    course_id=course.course_id, user_id=actor.id, role="student", created_at=now
                )
            )
    return course.course_id


def set_joining(actor: Actor, course_id: int, open_: bool, new: bool, now: datetime) -> None:
    """Opens or closes joining by code; ``new`` replaces the code, so that the old one leads nowhere."""
    with transaction() as connection:
        my_course(connection, actor, course_id, TEACHING)
        values: dict[str, Any] = {"join_open": open_}
        if new:
            values["join_code"] = new_code(JOIN_CODE_LENGTH)
        connection.execute(update(Course).where(Course.id == course_id).values(**values))
        audit(connection, actor, "course.joining", course_id, now, open=open_, new_code=new)
