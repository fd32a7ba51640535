"""The people of a course: who is in it, in which role and group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.engine import Connection

from quiz.db import conflict_insert, reading, transaction
from quiz.errors import Invalid, NotFound, Problem, Said
from quiz.models.accommodating import Override
from quiz.models.attempt import Attempt
from quiz.models.paging import Page, page_of
from quiz.models.people import COURSE_ROLES, Course, Enrolment, User, groups_of
from quiz.models.quiz import Quiz
from quiz.operations.access import RESULTS, TEACHING, Actor
from quiz.operations.courses import audit, demand_course, my_course

LONGEST_GROUP = 80


@dataclass(frozen=True, slots=True)
class Person:
    """One of a course's people."""

    user_id: int
    name: str
    username: str | None
    role: str
    joined_at: datetime
    has_password: bool
    #: None: in no group.
    group: str | None

    @property
    def returns_by_code(self) -> bool:
        """A student without a password: the course's teacher may issue a new return code."""
        return self.role == "student" and not self.has_password

    @property
    def resets_by_link(self) -> bool:
        """A student with a password: the course's teacher may make a link for a new one."""
        return self.role == "student" and self.has_password


@dataclass(frozen=True, slots=True)
class People:
    """A page of a course's people, as one of them sees it in this role."""

    course_id: int
    course_title: str
    time_zone: str
    role: str
    people: Page[Person]
    #: The names of all groups of the course.
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """One of a course's people, and what hangs on them there."""

    course_id: int
    course_title: str
    person: Person
    attempts: int


def people(actor: Actor, course_id: int, page: int) -> People:
    """A course's people by name, for those who see its results."""
    with reading() as connection:
        found = my_course(connection, actor, course_id, RESULTS)
        listed = page_of(
            connection, _people_of(course_id).order_by(User.name, User.id), page, lambda row: Person(*row)
        )
        groups = groups_of(connection, course_id)
    return People(course_id, found.title, found.time_zone, found.role, listed, groups)


def _people_of(course_id: int) -> Any:
    return (
        select(
            User.id,
            User.name,
            User.username,
            Enrolment.role,
            Enrolment.created_at,
            User.password_hash.is_not(None),
            Enrolment.group_name,
        )
        .join(Enrolment, Enrolment.user_id == User.id)
        .where(Enrolment.course_id == course_id)
    )


def person(actor: Actor, course_id: int, user_id: int) -> Member:
    """One of a course's people, for its teachers. NotFound where they are not in it."""
    with reading() as connection:
        found = my_course(connection, actor, course_id, TEACHING)
        row = connection.execute(_people_of(course_id).where(User.id == user_id)).first()
        if row is None:
            raise NotFound
        attempts = connection.execute(
            select(func.count())
            .select_from(Attempt)
            .join(Quiz, Quiz.id == Attempt.quiz_id)
            .where(Quiz.course_id == course_id, Attempt.user_id == user_id)
        ).scalar_one()
    return Member(course_id, found.title, Person(*row), attempts)


def enrol(actor: Actor | None, course_id: int, username: str, role: str, now: datetime) -> None:
    """Gives a person with an account a role in the course, or changes the one they have."""
    with transaction() as connection:
        enrol_in(connection, actor, course_id, username, role, now)


def enrol_in(
    connection: Connection,
    actor: Actor | None,
    course_id: int,
    username: str,
    role: str,
    now: datetime,
    group: str | None = None,
) -> None:
    """As ``enrol``, as part of a larger change; ``group`` "" is none, None the one they have. All else that was granted
    to somebody who is in the course already stays.
    """
    if role not in COURSE_ROLES:
        what = Said("there is no role '%(name)s'", name=role)
        mend = Said("use one of %(all)s", all=", ".join(COURSE_ROLES))
        raise Invalid([Problem("role", what, mend)])
    lock_people(connection, course_id)
    if actor is None:
        demand_course(connection, course_id)
    else:
        my_course(connection, actor, course_id, TEACHING)
    user_id = connection.execute(select(User.id).where(User.username == username.strip().casefold())).scalar()
    if user_id is None:
        raise Invalid(
            [
                Problem(
                    "username",
                    Said("there is nobody called '%(username)s'", username=username),
                    "check the user name",
                )
            ]
        )
    given = {"role": role} | ({} if group is None else {"group_name": as_group(group)})
    statement = conflict_insert(connection, Enrolment).values(
        course_id=course_id, user_id=user_id, created_at=now, **given
    )
    connection.execute(statement.on_conflict_do_update(index_elements=["course_id", "user_id"], set_=given))
    demand_teacher(connection, course_id, actor)
    audit(connection, actor, "course.enrol", course_id, now, user=user_id, role=role)


def as_group(name: str) -> str | None:
    """The name of a group as it is kept; None for an empty one. Raises Invalid where it is too long."""
    shown = " ".join(name.split())
    if len(shown) > LONGEST_GROUP:
        what = Said("the name of the group has %(count)s characters", count=len(shown))
        raise Invalid([Problem("group", what, Said("write at most %(most)s", most=LONGEST_GROUP))])
    return shown or None


def set_group(actor: Actor, course_id: int, user_ids: Sequence[int], group: str, now: datetime) -> int:
    """Puts people of the course into a group ("": into none); how many of them are in the course."""
    with transaction() as connection:
        my_course(connection, actor, course_id, TEACHING)
        members = connection.execute(select(Enrolment.user_id).where(Enrolment.course_id == course_id))
        moved = sorted(set(members.scalars()).intersection(user_ids))
        connection.execute(
            update(Enrolment)
            .where(Enrolment.course_id == course_id, Enrolment.user_id.in_(moved))
            .values(group_name=as_group(group))
        )
        audit(connection, actor, "course.group", course_id, now, users=moved)
    return len(moved)


def remove(actor: Actor, course_id: int, user_id: int, now: datetime) -> None:
    """Takes a person out of the course, with what was granted to them. Their attempts stay."""
    with transaction() as connection:
        lock_people(connection, course_id)
        my_course(connection, actor, course_id, TEACHING)
        if not forget(connection, course_id, [user_id]):
            raise NotFound
        demand_teacher(connection, course_id, actor)
        audit(connection, actor, "course.remove", course_id, now, user=user_id)


def forget(connection: Connection, course_id: int, user_ids: Sequence[int]) -> int:
    """Takes people out of the course, as part of a larger change, with what was granted to them. How many were in it."""
    of_course = select(Quiz.id).where(Quiz.course_id == course_id)
    connection.execute(
        delete(Override).where(Override.user_id.in_(user_ids), Override.quiz_id.in_(of_course))
    )
    gone = delete(Enrolment).where(Enrolment.course_id == course_id, Enrolment.user_id.in_(user_ids))
    return len(connection.execute(gone.returning(Enrolment.user_id)).all())


def lock_people(connection: Connection, course_id: int) -> None:
    """One change of a course's people at a time, so that two teachers do not take the course from each other."""
    connection.execute(select(Course.id).where(Course.id == course_id).with_for_update(key_share=True))


def demand_teacher(connection: Connection, course_id: int, actor: Actor | None) -> None:
    """A course that had a teacher keeps one."""
    left = connection.execute(
        select(Enrolment.user_id)
        .where(Enrolment.course_id == course_id, Enrolment.role == "teacher")
        .limit(1)
    ).first()
    if left is None and actor is not None:
        raise Invalid(Said("a course keeps at least one teacher: make another person one first"))
