"""Rosters: everybody in a table gets a role in a course; who has no account yet gets one."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from io import StringIO

from sqlalchemy import select

from quiz.db import reading, transaction
from quiz.errors import Invalid, Problem
from quiz.models.audit import record
from quiz.models.people import COURSE_ROLES, User
from quiz.operations import accounts, courses
from quiz.questions.validation import suggest

COLUMNS = ("username", "name", "role", "group")


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


def read_roster(text: str) -> list[Entry]:
    """The rows of a CSV text with the column username, and name, role (default: student) and group where wanted.

    Raises Invalid with all that is wrong, each with its line.
    """
    reader = csv.reader(StringIO(text), strict=True)
    try:
        head = [column.strip() for column in next(reader, [])]
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if any(row)]
    except csv.Error as error:
        raise Invalid([Problem("", f"this is no CSV: {error}", "quote cells", reader.line_num)]) from None
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


def _head_problems(head: Sequence[str]) -> Iterator[Problem]:
    for column in head:
        if column not in COLUMNS:
            what = f"unknown column '{column}'{suggest(column, COLUMNS)}"
            yield Problem("", what, f"known here: {', '.join(COLUMNS)}", 1)
        elif head.count(column) > 1:
            yield Problem("", f"the column '{column}' stands twice", "keep one of them", 1)
    if "username" not in head:
        yield Problem("", "the column 'username' is missing", "name the columns in the first line", 1)


def _row_problems(head: Sequence[str], rows: Sequence[tuple[int, list[str]]]) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for line, row in rows:
        if len(row) != len(head):
            what = f"{len(row)} cells under {len(head)} columns"
            yield Problem("", what, "quote a cell that holds a comma", line)
            continue
        cells = dict(zip(head, row, strict=True))
        name, role = cells["username"].casefold(), cells.get("role") or "student"
        for problem in accounts.account_problems(name, cells.get("name", ""), "user"):
            yield replace(problem, line=line)
        if role not in COURSE_ROLES:
            what = f"there is no role '{role}'{suggest(role, COURSE_ROLES)}"
            yield Problem("role", what, f"use one of {', '.join(COURSE_ROLES)}", line)
        if len(cells.get("group", "")) > courses.LONGEST_GROUP:
            what = "the name of the group is too long"
            yield Problem("group", what, f"write at most {courses.LONGEST_GROUP} characters", line)
        if seen.setdefault(name, line) != line:
            yield Problem("username", f"'{name}' stands in line {seen[name]} too", "keep one", line)


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
            courses.enrol_in(connection, None, course_id, entry.username, entry.role, now, entry.group)
    return done
