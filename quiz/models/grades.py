"""The grades of a course as its grade book has them: what counts of attempts and decisions, and the total."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from math import isnan, nan
from typing import Any, Final

import numpy as np
from sqlalchemy import Row, select
from sqlalchemy.engine import Connection

from quiz.models.accommodating import closed_of
from quiz.models.gradebook import attempts_of, categories_of, columns_of, decisions_of, shares_of
from quiz.models.people import Enrolment, User
from quiz.questions.rules.grade import combine
from quiz.statistics.totals import Part, totals

#: What a grade can be: there, not asked for, waiting for a mark, under way, not there though the quiz has closed, not there yet.
STATES: Final = ("graded", "excused", "to-mark", "at-work", "missing", "none")


@dataclass(frozen=True, slots=True)
class Category:
    """A part of the total: ``weight`` in relation to the others, ``share`` of the whole as 0 to 1."""

    id: int
    name: str
    weight: float
    drop_lowest: int
    share: float


@dataclass(frozen=True, slots=True)
class Column:
    """A quiz in the grade book. ``part``: the place of its category, None where it does not count in the total."""

    quiz_id: int
    title: str
    scale: float
    grading: str
    closed: bool
    part: int | None


@dataclass(frozen=True, slots=True)
class Cell:
    """A student's grade of a quiz: ``state`` is one of ``STATES``, ``grade`` in units of the scale where it is graded."""

    state: str
    grade: float | None = None
    by_hand: bool = False
    late: bool = False
    #: It is among the lowest of its category, which do not count.
    dropped: bool = False

    def counts(self, scale: float) -> float:
        """What it counts for, as a share; NaN for nothing. Missing counts 0."""
        if self.state == "missing":
            return 0.0
        return nan if self.grade is None else self.grade / scale


@dataclass(frozen=True, slots=True)
class StudentRow:
    """A student in the grade book: a cell a quiz, a share (0 to 1) a category and of all; None where nothing counts."""

    user_id: int
    student: str
    group: str | None
    cells: tuple[Cell, ...]
    parts: tuple[float | None, ...] = ()
    total: float | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """What all students of a course share: the columns, and how they make up the total."""

    columns: tuple[Column, ...]
    categories: tuple[Category, ...]
    parts: tuple[Part, ...]
    #: Whether a quiz is closed for somebody for whom it closes at another time than for all, by (person, quiz).
    closed: Mapping[tuple[int, int], bool]

    @property
    def ids(self) -> list[int]:
        """The quizzes."""
        return [column.quiz_id for column in self.columns]


# Reading -----------------------------------------------------------------------------------------------------------


def frame_of(connection: Connection, course_id: int, now: datetime) -> Frame:
    """The columns and categories of a course. Three statements.

    Without categories all quizzes count equally, but for practice.
    """
    categories = categories_of(connection, course_id)
    place = {category.id: number for number, category in enumerate(categories)}
    whole = sum(category.weight for category in categories) or 1.0
    columns = tuple(
        Column(
            row.id,
            row.title,
            row.scale,
            row.grading,
            row.closes_at is not None and now >= row.closes_at,
            place.get(row.category_id) if categories else None if row.mode == "practice" else 0,
        )
        for row in columns_of(connection, course_id)
    )
    named = tuple(
        Category(one.id, one.name, one.weight, one.drop_lowest, one.weight / whole) for one in categories
    )
    parts = tuple(Part(one.weight, one.drop_lowest) for one in named) or (Part(1.0, 0),)
    return Frame(columns, named, parts, closed_of(connection, [one.quiz_id for one in columns], now))


def students_of(course_id: int) -> Any:
    """The students of a course, by name: (id, name, group_name)."""
    return (
        select(User.id, User.name, Enrolment.group_name)
        .join(Enrolment, Enrolment.user_id == User.id)
        .where(Enrolment.course_id == course_id, Enrolment.role == "student")
        .order_by(User.name, User.id)
    )


def rows_of(
    connection: Connection,
    frame: Frame,
    people: Any,
    now: datetime,
    grace: timedelta,
    *,
    few: bool = False,
) -> list[StudentRow]:
    """The rows of these people: a statement over (id, name, group_name). Three statements.

    ``few``: they are named by their ids in what is asked for.
    """
    known = connection.execute(people).all()
    ids = [person.id for person in known] if few else people.with_only_columns(User.id).order_by(None)
    attempts: dict[tuple[int, int], list[Row[Any]]] = defaultdict(list)
    for row in attempts_of(connection, frame.ids, ids, now, grace):
        attempts[row.user_id, row.quiz_id].append(row)
    decisions = {(row.user_id, row.quiz_id): row for row in decisions_of(connection, frame.ids, ids)}
    rows = [
        StudentRow(
            person.id,
            person.name,
            person.group_name,
            tuple(
                _cell(
                    column,
                    attempts.get((person.id, column.quiz_id), ()),
                    decisions.get((person.id, column.quiz_id)),
                    frame.closed.get((person.id, column.quiz_id), column.closed),
                )
                for column in frame.columns
            ),
        )
        for person in known
    ]
    return _with_totals(rows, frame)


def totals_of(connection: Connection, frame: Frame, people: Any) -> dict[int, float | None]:
    """The totals alone of these people, by their ids in the order of the statement: what the book can be sorted by without
    making each cell of it. Three statements.
    """
    ids = connection.execute(people.with_only_columns(User.id)).scalars().all()
    among = people.with_only_columns(User.id).order_by(None)
    column = {one.quiz_id: place for place, one in enumerate(frame.columns)}
    row = {user_id: place for place, user_id in enumerate(ids)}
    given: dict[tuple[int, int], list[float | None]] = defaultdict(list)
    for user_id, quiz_id, share in shares_of(connection, frame.ids, among):
        given[user_id, quiz_id].append(share)
    shares = np.full((len(ids), len(column)), nan)
    shares[:, [place for place, one in enumerate(frame.columns) if one.closed]] = (
        0.0  # missing, where nothing follows
    )
    for (user_id, quiz_id), closed in frame.closed.items():
        if user_id in row:
            shares[row[user_id], column[quiz_id]] = 0.0 if closed else nan
    for (user_id, quiz_id), found in given.items():
        known = [share for share in found if share is not None]
        place = column[quiz_id]
        shares[row[user_id], place] = _combined(known, frame.columns[place].grading) if known else nan
    for one in decisions_of(connection, frame.ids, among):
        place = column[one.quiz_id]
        shares[row[one.user_id], place] = nan if one.grade is None else one.grade / frame.columns[place].scale
    found_totals = totals(shares, [one.part for one in frame.columns], frame.parts).total
    return dict(zip(ids, map(_known, found_totals.tolist()), strict=True))


def _cell(column: Column, attempts: Sequence[Row[Any]], decision: Row[Any] | None, closed: bool) -> Cell:
    """What was decided goes before what the attempts say. ``closed``: for this person."""
    late = any(row.late for row in attempts)
    if decision is not None:
        excused = decision.kind == "excused"
        return Cell("excused" if excused else "graded", decision.grade, by_hand=not excused, late=late)
    shares = [row.share for row in attempts if row.ended and row.share is not None]
    if shares:
        return Cell("graded", _combined(shares, column.grading) * column.scale, late=late)
    return Cell(_without(attempts, closed), late=late)


def _without(attempts: Sequence[Row[Any]], closed: bool) -> str:
    """Why there is no grade."""
    if any(row.waits for row in attempts):
        return "to-mark"
    if any(not row.ended for row in attempts):
        return "at-work"
    return "missing" if closed and not attempts else "none"


def _combined(shares: Sequence[float], method: Any) -> float:
    """One share from those of the attempts, in their order."""
    if len(shares) == 1:
        return shares[0]
    return float(combine([Fraction(share) for share in shares], method) or 0)


def _with_totals(rows: Sequence[StudentRow], frame: Frame) -> list[StudentRow]:
    shares = np.array(
        [
            [cell.counts(column.scale) for cell, column in zip(row.cells, frame.columns, strict=True)]
            for row in rows
        ],
        dtype=np.float64,
    ).reshape(len(rows), len(frame.columns))
    found = totals(shares, [column.part for column in frame.columns], frame.parts)
    return [
        replace(
            row,
            cells=tuple(
                replace(cell, dropped=True) if out else cell
                for cell, out in zip(row.cells, found.dropped[number].tolist(), strict=True)
            ),
            parts=tuple(_known(share) for share in found.parts[number].tolist()) if frame.categories else (),
            total=_known(found.total[number].item()),
        )
        for number, row in enumerate(rows)
    ]


def _known(share: float) -> float | None:
    return None if isnan(share) else share
