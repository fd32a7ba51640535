"""Rosters: everybody in a table gets a role in a course; who has no account yet gets one.

A file is looked at first: what would change, and all that is wrong, by line. Then all of it is done, or nothing; and as long as
nobody whom it made has begun to work, it can be taken back.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from io import StringIO
from typing import Any, Final

from sqlalchemy import Row, and_, delete, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from quiz.db import conflict_insert, reading, transaction
from quiz.errors import Conflict, Invalid, Problem, Said
from quiz.models.accommodating import Override
from quiz.models.attempt import Attempt
from quiz.models.audit import last_event, record
from quiz.models.codes import RETURN_CODE_LENGTH, digest, grouped, new_code
from quiz.models.people import COURSE_ROLES, Enrolment, User
from quiz.models.quiz import Quiz
from quiz.operations import accounts, courses, enrolling
from quiz.operations.access import TEACHING, Actor
from quiz.operations.return_codes import Card
from quiz.questions.validation import suggest

COLUMNS: Final = ("username", "name", "role", "group")
MOST_ROWS: Final = 1_000
ENTERED, TAKEN_BACK = "course.roster", "course.roster-undo"
_SEPARATORS: Final = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a roster; ``password`` is that of an account made for it, shown once, else None.

    ``group`` "" is none; None, where the roster does not speak of groups, the one they have.
    """

    username: str
    name: str
    role: str
    line: int
    group: str | None = None
    password: str | None = None


# Reading -------------------------------------------------------------------------------------------------------------


def read_roster(text: str) -> list[Entry]:
    """The rows of a CSV text with the column username, and name, role (default: student) and group where wanted.

    Raises Invalid with all that is wrong, each with its line.
    """
    head, rows = table_of(text)
    problems = [*_head_problems(head)]
    if not problems:
        problems = [*_row_problems(head, rows)]
    if problems:
        raise Invalid(problems)
    named = ((line, dict(zip(head, row, strict=True))) for line, row in rows)
    return [
        Entry(
            row["username"].casefold(),
            row.get("name", ""),
            row.get("role") or "student",
            line,
            row.get("group"),
        )
        for line, row in named
    ]


def table_of(text: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The names in the first line of a CSV text, in small letters, and the rows that are not empty, each with its line.

    Cells are parted by comma, semicolon or tabulator, as the first line is. Raises Invalid where it is no CSV.
    """
    text = text.removeprefix("\N{BYTE ORDER MARK}")
    reader = csv.reader(StringIO(text), strict=True, delimiter=_separator(text))
    try:
        head = [column.strip().casefold() for column in next(reader, [])]
        rows = [
            (reader.line_num, [cell.strip() for cell in row]) for row in reader if any(map(str.strip, row))
        ]
    except csv.Error as error:
        raise Invalid(
            [Problem("", Said("this is no CSV: %(why)s", why=error), "quote cells", reader.line_num)]
        ) from None
    return head, rows


def _separator(text: str) -> str:
    first = text.partition("\n")[0]
    return max(_SEPARATORS, key=first.count)


def _head_problems(head: Sequence[str]) -> Iterator[Problem]:
    for column in head:
        if column not in COLUMNS:
            what = Said("unknown column '%(name)s'%(hint)s", name=column, hint=suggest(column, COLUMNS))
            yield Problem("", what, Said("known here: %(all)s", all=", ".join(COLUMNS)), 1)
        elif head.count(column) > 1:
            yield Problem("", Said("the column '%(name)s' stands twice", name=column), "keep one of them", 1)
    if "username" not in head:
        yield Problem("", "the column 'username' is missing", "name the columns in the first line", 1)


def _row_problems(head: Sequence[str], rows: Sequence[tuple[int, list[str]]]) -> Iterator[Problem]:
    if len(rows) > MOST_ROWS:
        what = Said("%(count)s people, %(most)s are the most", count=len(rows), most=MOST_ROWS)
        yield Problem("", what, "cut the file into several", 1)
    seen: dict[str, int] = {}
    for line, row in rows:
        if len(row) != len(head):
            what = Said("%(cells)s cells under %(columns)s columns", cells=len(row), columns=len(head))
            yield Problem("", what, "quote a cell that holds a comma or semicolon", line)
            continue
        cells = dict(zip(head, row, strict=True))
        name, role = cells["username"].casefold(), cells.get("role") or "student"
        for problem in accounts.account_problems(name, cells.get("name", ""), "user"):
            yield replace(problem, line=line)
        if role not in COURSE_ROLES:
            what = Said("there is no role '%(name)s'%(hint)s", name=role, hint=suggest(role, COURSE_ROLES))
            yield Problem("role", what, Said("use one of %(all)s", all=", ".join(COURSE_ROLES)), line)
        if len(cells.get("group", "")) > enrolling.LONGEST_GROUP:
            mend = Said("write at most %(most)s characters", most=enrolling.LONGEST_GROUP)
            yield Problem("group", "the name of the group is too long", mend, line)
        if seen.setdefault(name, line) != line:
            what = Said("'%(name)s' stands in line %(line)s too", name=name, line=seen[name])
            yield Problem("username", what, "keep one", line)


# By the command line -------------------------------------------------------------------------------------------------


def enrol_all(course_id: int, entries: Sequence[Entry], now: datetime) -> list[Entry]:
    """Gives everybody their role in the course: all of them or, where something is wrong, nobody.

    An account that is made gets a new password, which the entry that comes back tells; one that exists keeps its name.
    """
    names = [entry.username for entry in entries]
    with reading() as connection:
        known = set(connection.execute(select(User.username).where(User.username.in_(names))).scalars())
    done = [
        entry if entry.username in known else replace(entry, password=accounts.new_password())
        for entry in entries
    ]
    hashes = {
        entry.username: accounts.hash_password(entry.password) for entry in done if entry.password is not None
    }
    with transaction() as connection:
        for entry in done:
            if entry.username in hashes:
                shown = entry.name or entry.username
                user_id = accounts.insert_account(
                    connection, entry.username, shown, hashes[entry.username], "user", now
                )
                record(connection, None, "user.add", ("user", user_id), now, role="user")
            enrolling.enrol_in(connection, None, course_id, entry.username, entry.role, now, entry.group)
    return done


# By a teacher --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """What a row does. ``act``: make (an account, and enrol), enrol, change (role or group), or nothing."""

    act: str
    entry: Entry
    #: The name that is shown: that of the account, where there is one.
    name: str
    #: None: there is no account yet.
    user_id: int | None
    #: What they are in the course until now; None: not in it.
    role: str | None
    group: str | None

    @property
    def other_name(self) -> str:
        """The name in the roster where the account has another one, so that it may be another person; else ""."""
        written = " ".join(self.entry.name.split())
        return (
            written
            if self.user_id is not None and written.casefold() not in ("", self.name.casefold())
            else ""
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """What a roster would do to a course."""

    course_id: int
    course_title: str
    changes: tuple[Change, ...]

    def count(self, act: str) -> int:
        """How many rows do this."""
        return sum(change.act == act for change in self.changes)


@dataclass(frozen=True, slots=True)
class LastRoster:
    """A course, and when the roster was entered that can be taken back; None: there is none. ``seen`` names that roster."""

    course_id: int
    course_title: str
    time_zone: str
    entered_at: datetime | None
    seen: int


def last_roster(actor: Actor, course_id: int) -> LastRoster:
    """The last roster of a course, for its teachers."""
    with reading() as connection:
        course = courses.my_course(connection, actor, course_id, TEACHING)
        last = _last(connection, course_id)
    at, seen = (last.at, last.id) if last else (None, 0)
    return LastRoster(course_id, course.title, course.time_zone, at, seen)


def plan(actor: Actor, course_id: int, entries: Sequence[Entry]) -> Plan:
    """What a roster would do. Nothing is written. Raises Invalid with what cannot be done, by line."""
    with reading() as connection:
        course = courses.my_course(connection, actor, course_id, TEACHING)
        return Plan(course_id, course.title, tuple(_changes(connection, course_id, entries)))


def _changes(connection: Connection, course_id: int, entries: Sequence[Entry]) -> list[Change]:
    here = and_(Enrolment.user_id == User.id, Enrolment.course_id == course_id)
    rows = connection.execute(
        select(User.id, User.username, User.name, User.active, Enrolment.role, Enrolment.group_name)
        .outerjoin(Enrolment, here)
        .where(User.username.in_([entry.username for entry in entries]))
    )
    known = {row.username: row for row in rows}
    if problems := [*_hindrances(entries, known)]:
        raise Invalid(problems)
    return [_change(entry, known.get(entry.username)) for entry in entries]


def _hindrances(entries: Sequence[Entry], known: Mapping[str, Row[Any]]) -> Iterator[Problem]:
    for entry in entries:
        account = known.get(entry.username)
        if account is None and entry.role != "student":
            what = Said(
                "'%(name)s' has no account, and a roster makes them for students only", name=entry.username
            )
            yield Problem("role", what, "let an administrator invite them first", entry.line)
        if account is not None and not account.active:
            what = Said("'%(name)s' is kept out of this site", name=entry.username)
            yield Problem("username", what, "ask an administrator, or take the line out", entry.line)


def _change(entry: Entry, account: Row[Any] | None) -> Change:
    if account is None:
        return Change("make", entry, " ".join(entry.name.split()) or entry.username, None, None, None)
    group = account.group_name if entry.group is None else enrolling.as_group(entry.group)
    if account.role is None:
        act = "enrol"
    else:
        act = "nothing" if (account.role, account.group_name) == (entry.role, group) else "change"
    return Change(act, entry, account.name, account.id, account.role, account.group_name)


def enter(actor: Actor, course_id: int, entries: Sequence[Entry], now: datetime) -> list[Card]:
    """Does what ``plan`` says, all of it or nothing. Returns the cards of those for whom an account was made.

    They come in by the return code on it: it is shown once, and not stored.
    """
    with transaction() as connection:
        enrolling.lock_people(connection, course_id)
        courses.my_course(connection, actor, course_id, TEACHING)
        changes = _changes(connection, course_id, entries)
        cards = [_make(connection, change, now) for change in changes if change.act == "make"]
        made = {card.username: card.user_id for card in cards}
        for change in changes:
            user_id = made.get(change.entry.username, change.user_id)
            if change.act != "nothing" and user_id is not None:
                _enrol(connection, course_id, user_id, change.entry, now)
        enrolling.demand_teacher(connection, course_id, actor)
        done = _done(connection, course_id, changes, [*made.values()])
        record(connection, actor.id, ENTERED, ("course", course_id), now, **done)
    return cards


def _done(
    connection: Connection, course_id: int, changes: Sequence[Change], made: Sequence[int]
) -> dict[str, Any]:
    """What a roster has done, as the audit log keeps it: who was what, and became what."""
    enrolled = [one.user_id for one in changes if one.act == "enrol" and one.user_id is not None]
    changed = {one.user_id: one for one in changes if one.act == "change" and one.user_id is not None}
    became = _members(connection, course_id, [*made, *enrolled, *changed])
    return {
        "made": sorted(made),
        "enrolled": sorted(enrolled),
        "changed": [[who, one.role, one.group] for who, one in changed.items()],
        "became": [[who, *_standing(row)] for who, row in became.items()],
    }


def _make(connection: Connection, change: Change, now: datetime) -> Card:
    code, username = new_code(RETURN_CODE_LENGTH), change.entry.username
    user_id: int | None = connection.execute(
        conflict_insert(connection, User)
        .values(
            username=username, name=change.name, return_code_hash=digest(code), role="user", created_at=now
        )
        .on_conflict_do_nothing()
        .returning(User.id)
    ).scalar()
    if user_id is None:  # since a moment ago
        raise Conflict("Somebody has made an account of the roster's meanwhile. Look at the roster again.")
    return Card(user_id, change.name, username, grouped(code))


def _enrol(connection: Connection, course_id: int, user_id: int, entry: Entry, now: datetime) -> None:
    given = {"role": entry.role} | (
        {} if entry.group is None else {"group_name": enrolling.as_group(entry.group)}
    )
    statement = conflict_insert(connection, Enrolment).values(
        course_id=course_id, user_id=user_id, created_at=now, **given
    )
    connection.execute(statement.on_conflict_do_update(index_elements=["course_id", "user_id"], set_=given))


# Taking it back --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Undone:
    """Of how many people a roster was taken back, and the names of those who stay, for somebody has changed them since."""

    count: int
    left: tuple[str, ...]


def _last(connection: Connection, course_id: int) -> Row[Any] | None:
    """The last roster of a course, where it was not taken back."""
    last = last_event(connection, ("course", course_id), (ENTERED, TAKEN_BACK))
    return last if last is not None and last.act == ENTERED else None


def _members(connection: Connection, course_id: int, user_ids: Sequence[int]) -> Mapping[int, Row[Any]]:
    """How each of these people stands in the course, by id, with whether they have other dates for a quiz."""
    other_dates = (
        select(Override.user_id)
        .join(Quiz, Quiz.id == Override.quiz_id)
        .where(Quiz.course_id == course_id, Override.user_id == User.id)
        .exists()
    )
    rows = connection.execute(
        select(
            User.id,
            User.name,
            Enrolment.role,
            Enrolment.group_name,
            Enrolment.time_factor,
            Enrolment.extra_attempts,
            other_dates.label("other_dates"),
        )
        .join(Enrolment, Enrolment.user_id == User.id)
        .where(Enrolment.course_id == course_id, User.id.in_(user_ids))
        .order_by(User.name, User.id)
    )
    return {row.id: row for row in rows}


def _standing(row: Row[Any]) -> list[Any]:
    """What a roster gives or takes, and what is granted beside it, as the audit log keeps it."""
    return [row.role, row.group_name, row.time_factor, row.extra_attempts, row.other_dates]


_AT_WORK: Final = "Somebody of the roster has begun to work: take people out one by one."


def undo(actor: Actor, course_id: int, now: datetime, seen: int | None = None) -> Undone:
    """Takes the last roster of a course back: who came by it goes, with the account that it made, and who was changed is what
    they were. Who has been changed by hand since stays as they are.

    Raises Conflict where there is none, it is not the one that was ``seen``, or somebody has begun to work.
    """
    with transaction() as connection:
        enrolling.lock_people(connection, course_id)
        courses.my_course(connection, actor, course_id, TEACHING)
        last = _last(connection, course_id)
        if last is None:
            raise Conflict("There is no roster to take back in this course.")
        if seen not in (None, last.id):
            raise Conflict("Somebody has entered a roster since: look at it first.")
        mended = _mended(connection, course_id, last.details.get("became", ()))
        made, enrolled = (
            [who for who in last.details[name] if who not in mended] for name in ("made", "enrolled")
        )
        changed = [one for one in last.details["changed"] if one[0] not in mended]
        _take_out(connection, course_id, made, enrolled)
        for user_id, role, group in changed:
            connection.execute(
                update(Enrolment)
                .where(Enrolment.course_id == course_id, Enrolment.user_id == user_id)
                .values(role=role, group_name=group)
            )
        enrolling.demand_teacher(connection, course_id, actor)
        record(connection, actor.id, TAKEN_BACK, ("course", course_id), now)
    return Undone(len(made) + len(enrolled) + len(changed), (*mended.values(),))


def _mended(connection: Connection, course_id: int, became: Sequence[Sequence[Any]]) -> Mapping[int, str]:
    """Who stands otherwise in the course than the roster left them, and their names; not who is out of it."""
    left = {who: standing for who, *standing in became}
    present = _members(connection, course_id, [*left])
    return {who: row.name for who, row in present.items() if _standing(row) != left[who]}


def _take_out(connection: Connection, course_id: int, made: Sequence[int], enrolled: Sequence[int]) -> None:
    """Those who came by the roster leave the course, and accounts that it made go. Raises Conflict where they are used."""
    if connection.execute(_attempts(course_id, [*made, *enrolled])).first():
        raise Conflict(_AT_WORK)
    enrolling.forget(connection, course_id, [*made, *enrolled])
    try:
        connection.execute(delete(User).where(User.id.in_(made)))
    except IntegrityError:  # a row of theirs that we do not know of: a grade by hand, another course
        raise Conflict(_AT_WORK) from None


def _attempts(course_id: int, user_ids: Sequence[int]) -> Any:
    return (
        select(Attempt.id)
        .join(Quiz, Quiz.id == Attempt.quiz_id)
        .where(Quiz.course_id == course_id, Attempt.user_id.in_(user_ids))
    )
