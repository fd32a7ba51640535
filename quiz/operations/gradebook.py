"""The grade book of a course: students × quizzes and the total, as a page, as a file, and of one student."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, func, select
from sqlalchemy.engine import Connection

from quiz.db import reading, transaction
from quiz.errors import NotFound, Said
from quiz.files.tables import Table
from quiz.models.attempt import GRACE
from quiz.models.audit import record
from quiz.models.grades import (
    Category,
    Cell,
    Column,
    Frame,
    StudentRow,
    frame_of,
    rows_of,
    students_of,
    totals_of,
)
from quiz.models.paging import PER_PAGE, Page, part_of
from quiz.models.people import Course, Enrolment, User, groups_of
from quiz.models.uncertainty import standard_errors
from quiz.operations.access import Actor, row_of_results

#: What the book can be cut down to: students with a grade that is missing, waits for a mark, or came late.
ONLY: Final = ("missing", "to-mark", "late")


@dataclass(frozen=True, slots=True)
class Wish:
    """What of the book is asked for. ``sort``: name, total, or a quiz's id; ``only``: one of ``ONLY``, "" for all."""

    page: int = 1
    words: str = ""
    group: str = ""
    only: str = ""
    sort: str = "name"
    down: bool = False

    @property
    def by_name(self) -> bool:
        """The database can cut the page out by itself."""
        return self.sort == "name" and not self.only


@dataclass(frozen=True, slots=True)
class GradeBook:
    """Students × published quizzes of a course, as one of its people sees them in this role."""

    course_id: int
    course_title: str
    time_zone: str
    role: str
    columns: tuple[Column, ...]
    #: () where the teacher has made none: then all tests count equally.
    categories: tuple[Category, ...]
    groups: tuple[str, ...]
    rows: Page[StudentRow]


@dataclass(frozen=True, slots=True)
class StudentSheet:
    """One student's grades in a course. ``errors``: the standard error of a quiz's grades, in units of its scale, by quiz;
    a quiz is left out where there is none.
    """

    course_id: int
    course_title: str
    time_zone: str
    role: str
    columns: tuple[Column, ...]
    categories: tuple[Category, ...]
    row: StudentRow
    errors: Mapping[int, float]


# The book ----------------------------------------------------------------------------------------------------------


def grade_book(
    actor: Actor, course_id: int, wish: Wish, now: datetime, grace: timedelta = GRACE
) -> GradeBook:
    """The grade book for those who see the course's results. Ten statements at most, however many the rows."""
    with reading() as connection:
        course = _course(connection, actor, course_id)
        frame = frame_of(connection, course_id, now)
        rows = _page(connection, course_id, frame, wish, now, grace)
        groups = groups_of(connection, course_id)
    return GradeBook(
        course_id, course.title, course.time_zone, course.role, frame.columns, frame.categories, groups, rows
    )


def _course(connection: Connection, actor: Actor, course_id: int) -> Row[Any]:
    statement = select(Course.id, Course.title, Course.time_zone).where(Course.id == course_id)
    return row_of_results(
        connection, actor, statement, Said("There is no course %(course)s.", course=course_id)
    )


def _page(
    connection: Connection, course_id: int, frame: Frame, wish: Wish, now: datetime, grace: timedelta
) -> Page[StudentRow]:
    """By name the database cuts the page out; by the total all totals are needed; else the grades of all."""
    people = _wanted(course_id, wish)
    if wish.sort == "total" and not wish.only:
        cut = part_of(_by_total(totals_of(connection, frame, people), wish), wish.page)
        few = students_of(course_id).where(User.id.in_(cut.rows))
        rows = {row.user_id: row for row in rows_of(connection, frame, few, now, grace, few=True)}
        return Page(tuple(rows[user_id] for user_id in cut.rows), cut.number, cut.total)
    if not wish.by_name:
        return part_of(_chosen(connection, people, frame, wish, now, grace), wish.page)
    total: int = connection.execute(select(func.count()).select_from(people.subquery())).scalar_one()
    number = min(max(1, wish.page), max(1, -(-total // PER_PAGE)))
    order = (User.name.desc(), User.id.desc()) if wish.down else (User.name, User.id)
    part = people.order_by(None).order_by(*order).limit(PER_PAGE).offset((number - 1) * PER_PAGE)
    return Page(tuple(rows_of(connection, frame, part, now, grace, few=True)), number, total)


def _by_total(totals: Mapping[int, float | None], wish: Wish) -> list[int]:
    """The students by their totals, who has none last."""
    given = [user_id for user_id, total in totals.items() if total is not None]
    given.sort(key=lambda user_id: totals[user_id] or 0.0, reverse=wish.down)
    return given + [user_id for user_id, total in totals.items() if total is None]


def _wanted(course_id: int, wish: Wish) -> Any:
    """The students of a course whose names hold these words, of this group, by name."""
    statement = students_of(course_id)
    if wish.group:
        statement = statement.where(Enrolment.group_name == wish.group)
    for word in wish.words.lower().split():
        statement = statement.where(func.lower(User.name).contains(word, autoescape=True))
    return statement


def _chosen(
    connection: Connection, people: Any, frame: Frame, wish: Wish, now: datetime, grace: timedelta
) -> list[StudentRow]:
    """All whom the wish is about, in its order: by the total or a quiz's grade, who has none last; else by name."""
    rows = rows_of(connection, frame, people, now, grace)
    if wish.only:
        rows = [row for row in rows if any(_is(cell, wish.only) for cell in row.cells)]
    grades = _sort_keys(rows, frame, wish.sort)
    if grades is None:
        return rows[::-1] if wish.down else rows
    places = [place for place, grade in enumerate(grades) if grade is not None]
    places.sort(key=lambda place: grades[place] or 0.0, reverse=wish.down)
    return [rows[place] for place in places] + [
        row for row, grade in zip(rows, grades, strict=True) if grade is None
    ]


def _is(cell: Cell, only: str) -> bool:
    return cell.late if only == "late" else cell.state == only


def _sort_keys(rows: Sequence[StudentRow], frame: Frame, sort: str) -> list[float | None] | None:
    """What the rows are sorted by; None for their names, in whose order they are."""
    if sort == "total":
        return [row.total for row in rows]
    ids = [str(column.quiz_id) for column in frame.columns]
    return [row.cells[ids.index(sort)].grade for row in rows] if sort in ids else None


# Files -------------------------------------------------------------------------------------------------------------


def grade_book_table(
    actor: Actor, course_id: int, wish: Wish, now: datetime, grace: timedelta = GRACE
) -> Table:
    """All students that the wish is about, for a file. The export is audited."""
    with reading() as connection:
        course = _course(connection, actor, course_id)
        frame = frame_of(connection, course_id, now)
        rows = _chosen(connection, _wanted(course_id, wish), frame, wish, now, grace)
    with transaction() as connection:  # apart: on SQLite saves wait for it
        record(connection, actor.id, "grades.export", ("course", course_id), now)
    return Table(course.title, ("student", "group", *_heads(frame)), tuple(map(_line, rows)))


def _heads(frame: Frame) -> Iterator[str]:
    yield from (f"{column.title} (of {column.scale:g})" for column in frame.columns)
    yield from (f"{category.name} (%)" for category in frame.categories)
    yield "total (%)"


def _line(row: StudentRow) -> tuple[object, ...]:
    shares = (*row.parts, row.total)
    return row.student, row.group, *map(_written, row.cells), *map(_percent, shares)


def _written(cell: Cell) -> object:
    """The grade with six decimals at most, or its state in a word; None where there is nothing yet."""
    if cell.grade is not None:
        return round(cell.grade, 6)
    return None if cell.state == "none" else cell.state


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 6)


# One student -------------------------------------------------------------------------------------------------------


def student_sheet(
    actor: Actor, course_id: int, user_id: int, now: datetime, grace: timedelta = GRACE
) -> StudentSheet:
    """One student's grades, for those who see the course's results. Seven statements."""
    with reading() as connection:
        return _sheet(connection, actor, course_id, user_id, now, grace)


def export_student_sheet(
    actor: Actor, course_id: int, user_id: int, now: datetime, grace: timedelta = GRACE
) -> StudentSheet:
    """The same, to be taken away as a file: that is audited."""
    with reading() as connection:
        found = _sheet(connection, actor, course_id, user_id, now, grace)
    with transaction() as connection:
        record(connection, actor.id, "grades.export", ("course", course_id), now, user=user_id)
    return found


def _sheet(
    connection: Connection, actor: Actor, course_id: int, user_id: int, now: datetime, grace: timedelta
) -> StudentSheet:
    course = _course(connection, actor, course_id)
    frame = frame_of(connection, course_id, now)
    rows = rows_of(connection, frame, students_of(course_id).where(User.id == user_id), now, grace, few=True)
    if not rows:
        raise NotFound
    scales = {
        column.quiz_id: column.scale
        for column, cell in zip(frame.columns, rows[0].cells, strict=True)
        if cell.grade is not None and not cell.by_hand
    }
    errors = standard_errors(connection, scales)
    return StudentSheet(
        course_id,
        course.title,
        course.time_zone,
        course.role,
        frame.columns,
        frame.categories,
        rows[0],
        {quiz_id: share * scales[quiz_id] for quiz_id, share in errors.items()},
    )


SHEET_HEADER = ("quiz", "grade", "of", "give or take", "state", "category", "share of the total")


def sheet_tables(sheet: StudentSheet) -> tuple[Table, ...]:
    """One student's grades as tables: the quizzes, and what they come to."""
    quizzes = tuple(
        (
            column.title,
            None if cell.grade is None else round(cell.grade, 6),
            column.scale,
            _rounded(sheet.errors.get(column.quiz_id)),
            _state(cell),
            sheet.categories[column.part].name if sheet.categories and column.part is not None else None,
            "dropped" if cell.dropped else "counts" if column.part is not None else "does not count",
        )
        for column, cell in zip(sheet.columns, sheet.row.cells, strict=True)
    )
    shares = [(one.name, round(100 * one.share, 6)) for one in sheet.categories]
    parts = tuple((*of, _percent(share)) for of, share in zip(shares, sheet.row.parts, strict=True))
    whole = ("total", None, _percent(sheet.row.total))
    return (
        Table("Grades", SHEET_HEADER, quizzes),
        Table("Total", ("part", "weight (%)", "share (%)"), (*parts, whole)),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _state(cell: Cell) -> str:
    """The state in a word, and what is to be known of it."""
    notes = [cell.state, *(["by hand"] if cell.by_hand else []), *(["late"] if cell.late else [])]
    return ", ".join(notes)
