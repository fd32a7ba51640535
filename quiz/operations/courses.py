"""Courses: joining, people, and what a member sees."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import Row, delete, func, insert, or_, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import aliased

from quiz.db import conflict_insert, reading, transaction
from quiz.errors import Forbidden, Invalid, NotFound, Problem, Said, SignedOut
from quiz.models.accommodating import Override, Terms, own_terms
from quiz.models.attempt import GRACE, Attempt, ended_at, moment
from quiz.models.audit import record
from quiz.models.codes import JOIN_CODE_LENGTH, RETURN_CODE_LENGTH, digest, grouped, new_code, normal
from quiz.models.gradebook import decisions_of
from quiz.models.guessing import count_account, count_failure, demand_patience
from quiz.models.paging import Page, page_of
from quiz.models.people import COURSE_ROLES, Course, Enrolment, User, groups_of
from quiz.models.progress import Progress, progress_of
from quiz.models.quiz import Quiz, QuizRevision
from quiz.operations.access import AUTHORING, RESULTS, TEACHING, Actor, acting, demand_role, missing
from quiz.questions.rules.grade import combine

LONGEST_NAME = 120
LONGEST_GROUP = 80


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


@dataclass(frozen=True, slots=True)
class QuizCard:
    """A quiz in a course's list. ``state`` is draft, scheduled, open or closed; the rest of the student's own."""

    id: int
    title: str
    state: str
    opens_at: datetime | None
    closes_at: datetime | None
    limit_minutes: int | None
    attempts_allowed: int | None
    attempts_used: int
    in_progress: int | None
    last_finished: int | None
    grade: float | None
    scale: float | None
    #: Somebody who teaches has decided about the grade: it is given by hand, or none is asked for.
    by_hand: bool = False
    excused: bool = False

    @property
    def can_start(self) -> bool:
        """Whether a new attempt can begin, or one in progress go on."""
        left = self.attempts_allowed is None or self.attempts_used < self.attempts_allowed
        return self.in_progress is not None or (self.state == "open" and left)


@dataclass(frozen=True, slots=True)
class CoursePage:
    """A course as one of its people sees it. The join code is only for teachers."""

    id: int
    title: str
    role: str
    time_zone: str
    join_code: str | None
    join_open: bool
    quizzes: tuple[QuizCard, ...]
    #: How far each quiz has got, by its id, for those who see results.
    progress: Mapping[int, Progress]


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
class Card:
    """A student's return code on paper: shown once, not stored."""

    user_id: int
    name: str
    username: str | None
    code: str = ""


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


def quiz_state(published: bool, opens_at: datetime | None, closes_at: datetime | None, now: datetime) -> str:
    """draft, scheduled, open or closed."""
    if not published:
        return "draft"
    if opens_at is not None and now < opens_at:
        return "scheduled"
    return "closed" if closes_at is not None and now >= closes_at else "open"


# Joining ---------------------------------------------------------------------------------------------------------


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


# A member's view ---------------------------------------------------------------------------------------------------


def my_course(
    connection: Connection, actor: Actor, course_id: int, roles: Sequence[str] = COURSE_ROLES
) -> Row[Any]:
    """The course with my role in it. NotFound to strangers, Forbidden where my role does not give the right."""
    found = connection.execute(
        select(Course.id, Course.title, Course.time_zone, Course.join_code, Course.join_open, Enrolment.role)
        .join(Enrolment, Enrolment.course_id == Course.id)
        .join(User, User.id == Enrolment.user_id)
        .where(Course.id == course_id, acting(actor))
    ).first()
    if found is None:
        raise missing(connection, actor)
    if found.role not in roles:
        raise Forbidden
    return found


def course(actor: Actor, course_id: int, now: datetime, grace: timedelta = GRACE) -> CoursePage:
    """A course with its quizzes; students see the published ones. Four statements."""
    with reading() as connection:
        found = my_course(connection, actor, course_id)
        staff = found.role in RESULTS
        quizzes = connection.execute(_quizzes_of(course_id, actor.id, drafts=staff)).all()
        ids = [quiz.id for quiz in quizzes]
        attempts = _attempts_of(connection, actor, ids, now, grace)
        progress = progress_of(connection, ids, now, grace) if staff else {}
        decided = {} if staff else {row.quiz_id: row for row in decisions_of(connection, ids, [actor.id])}
    return CoursePage(
        id=found.id,
        title=found.title,
        role=found.role,
        time_zone=found.time_zone,
        join_code=grouped(found.join_code) if found.role in TEACHING else None,
        join_open=found.join_open,
        quizzes=tuple(_card(quiz, attempts[quiz.id], decided.get(quiz.id), now) for quiz in quizzes),
        progress=progress,
    )


def _quizzes_of(course_id: int, user_id: int, *, drafts: bool) -> Any:
    """The quizzes of a course with the terms of this person."""
    statement = (
        select(
            Quiz.id,
            Quiz.title,
            *own_terms(user_id),
            Quiz.grading,
            Quiz.review,
            QuizRevision.scale,
        )
        .outerjoin(QuizRevision, (QuizRevision.quiz_id == Quiz.id) & QuizRevision.current)
        .where(Quiz.course_id == course_id)
        .order_by(Quiz.closes_at.is_(None), Quiz.closes_at, Quiz.title, Quiz.id)
    )
    return statement if drafts else statement.where(QuizRevision.id.is_not(None))


def _attempts_of(
    connection: Connection, actor: Actor, quiz_ids: Iterable[int], now: datetime, grace: timedelta
) -> dict[int, list[Row[Any]]]:
    """My attempts at these quizzes, in their order."""
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    rows = connection.execute(
        select(Attempt.id, Attempt.quiz_id, ended_at(now, grace).label("finished_at"), Attempt.grade)
        .where(Attempt.user_id == actor.id, Attempt.quiz_id.in_(list(quiz_ids)))
        .order_by(Attempt.quiz_id, Attempt.number)
    )
    for row in rows:
        found[row.quiz_id].append(row)
    return found


def _card(quiz: Row[Any], attempts: Sequence[Row[Any]], decision: Row[Any] | None, now: datetime) -> QuizCard:
    """What a person has decided goes before the attempts, and is shown when the last one's grade is."""
    graded = [
        Fraction(one.grade)
        for one in attempts
        if one.finished_at is not None and one.grade is not None
        if "grade" in quiz.review.get(moment(one.finished_at, quiz.closes_at, now), ())
    ]
    value = combine(graded, quiz.grading)
    ended = [one for one in attempts if one.finished_at is not None]
    shown = "grade" in quiz.review.get(
        moment(ended[-1].finished_at if ended else now, quiz.closes_at, now), ()
    )
    if decision is not None:
        value = decision.grade if shown else None
    terms = Terms.of(quiz)
    return QuizCard(
        id=quiz.id,
        title=quiz.title,
        state=quiz_state(quiz.scale is not None, quiz.opens_at, quiz.closes_at, now),
        opens_at=terms.opens_at,
        closes_at=terms.closes_at,
        limit_minutes=terms.limit_minutes,
        attempts_allowed=terms.attempts_allowed,
        attempts_used=len(attempts),
        in_progress=next((one.id for one in attempts if one.finished_at is None), None),
        last_finished=ended[-1].id if ended else None,
        grade=None if value is None else float(value),
        scale=quiz.scale,
        by_hand=value is not None and decision is not None,
        excused=shown and decision is not None and decision.kind == "excused",
    )


# What teachers do ------------------------------------------------------------------------------------------------


def add_course(actor: Actor | None, title: str, time_zone: str, now: datetime) -> int:
    """Makes a course; its maker becomes its teacher (the command line, ``actor`` None, enrols nobody)."""
    shown = " ".join(title.split())
    problems = []
    if not 1 <= len(shown) <= 200:
        problems.append(Problem("title", "the title is missing or too long", "write 1 to 200 characters"))
    if time_zone not in available_timezones():
        problems.append(
            Problem("time_zone", "there is no such time zone", "use a name such as Asia/Shanghai")
        )
    if problems:
        raise Invalid(problems)
    with transaction() as connection:
        if actor is not None:
            demand_role(connection, actor, AUTHORING)
        course_id: int = connection.execute(
            insert(Course)
            .values(title=shown, time_zone=time_zone, join_code=new_code(JOIN_CODE_LENGTH), created_at=now)
            .returning(Course.id)
        ).scalar_one()
        if actor is not None:
            connection.execute(
                insert(Enrolment).values(
                    course_id=course_id, user_id=actor.id, role="teacher", created_at=now
                )
            )
        _audit(connection, actor, "course.add", course_id, now)
    return course_id


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
    _audit(connection, actor, "user.return-code", course_id, now, user=user_id)
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


def set_joining(actor: Actor, course_id: int, open_: bool, new: bool, now: datetime) -> None:
    """Opens or closes joining by code; ``new`` replaces the code, so that the old one leads nowhere."""
    with transaction() as connection:
        my_course(connection, actor, course_id, TEACHING)
        values: dict[str, Any] = {"join_open": open_}
        if new:
            values["join_code"] = new_code(JOIN_CODE_LENGTH)
        connection.execute(update(Course).where(Course.id == course_id).values(**values))
        _audit(connection, actor, "course.joining", course_id, now, open=open_, new_code=new)


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
    _audit(connection, actor, "course.enrol", course_id, now, user=user_id, role=role)


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
        _audit(connection, actor, "course.group", course_id, now, users=moved)
    return len(moved)


def remove(actor: Actor, course_id: int, user_id: int, now: datetime) -> None:
    """Takes a person out of the course, with what was granted to them. Their attempts stay."""
    with transaction() as connection:
        lock_people(connection, course_id)
        my_course(connection, actor, course_id, TEACHING)
        if not forget(connection, course_id, [user_id]):
            raise NotFound
        demand_teacher(connection, course_id, actor)
        _audit(connection, actor, "course.remove", course_id, now, user=user_id)


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


def demand_course(connection: Connection, course_id: int) -> None:
    """Raises NotFound where there is no such course."""
    if connection.execute(select(Course.id).where(Course.id == course_id)).first() is None:
        raise NotFound(Said("There is no course %(course)s.", course=course_id))


def demand_teacher(connection: Connection, course_id: int, actor: Actor | None) -> None:
    """A course that had a teacher keeps one."""
    left = connection.execute(
        select(Enrolment.user_id)
        .where(Enrolment.course_id == course_id, Enrolment.role == "teacher")
        .limit(1)
    ).first()
    if left is None and actor is not None:
        raise Invalid(Said("a course keeps at least one teacher: make another person one first"))


def courses() -> list[tuple[int, str, str]]:
    """All courses as (id, title, join code), for the command line."""
    with reading() as connection:
        rows = connection.execute(select(Course.id, Course.title, Course.join_code).order_by(Course.id))
        return [(row.id, row.title, grouped(row.join_code)) for row in rows]


def _audit(
    connection: Connection, actor: Actor | None, act: str, course_id: int, now: datetime, **details: object
) -> None:
    record(connection, actor.id if actor else None, act, ("course", course_id), now, **details)
