"""The categories of a course's grade book: what they weigh, how many of the lowest grades do not count, which quizzes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.engine import Connection

from quiz.banks.model import digest_of
from quiz.db import reading, transaction
from quiz.errors import EditConflict, Forbidden, Invalid, Problem, Said
from quiz.models.audit import record
from quiz.models.gradebook import LONGEST_CATEGORY, GradeCategory, QuizCategory, categories_of, columns_of
from quiz.models.people import Course
from quiz.operations.access import TEACHING, Actor, row_of_results
from quiz.questions.rules.numbers import read_number

MOST_CATEGORIES = 20
MOST_DROPPED = 100


@dataclass(frozen=True, slots=True)
class Line:
    """A category as it is typed; ``id`` None: a new one. One without a name is none."""

    id: int | None = None
    name: str = ""
    weight: str = ""
    drop_lowest: str = ""


@dataclass(frozen=True, slots=True)
class CategorySheet:
    """The categories of a course, and of each published quiz the place of its category, None for none."""

    course_id: int
    course_title: str
    lines: tuple[Line, ...]
    quizzes: tuple[tuple[int, str], ...]
    places: Mapping[int, int | None]

    @property
    def token(self) -> str:
        """Says what was seen: another one where anybody has changed the categories."""
        return digest_of([[astuple(line) for line in self.lines], sorted(self.places.items())])

    def of(self, place: int) -> tuple[str, ...]:
        """The titles of the quizzes in a category."""
        return tuple(title for quiz_id, title in self.quizzes if self.places[quiz_id] == place)


def category_sheet(actor: Actor, course_id: int) -> CategorySheet:
    """The categories, for those who teach the course."""
    with reading() as connection:
        return _sheet(connection, _taught(connection, actor, course_id))


def _sheet(connection: Connection, course: Row[Any]) -> CategorySheet:
    categories, quizzes = categories_of(connection, course.id), columns_of(connection, course.id)
    place = {one.id: number for number, one in enumerate(categories)}
    return CategorySheet(
        course.id,
        course.title,
        tuple(Line(one.id, one.name, f"{one.weight:g}", str(one.drop_lowest)) for one in categories),
        tuple((quiz.id, quiz.title) for quiz in quizzes),
        {quiz.id: place.get(quiz.category_id) for quiz in quizzes},
    )


def _taught(connection: Connection, actor: Actor, course_id: int, *, lock: bool = False) -> Row[Any]:
    statement = select(Course.id, Course.title).where(Course.id == course_id)
    if lock:
        statement = statement.with_for_update(of=Course, key_share=True)
    course = row_of_results(
        connection, actor, statement, Said("There is no course %(course)s.", course=course_id)
    )
    if course.role not in TEACHING:
        raise Forbidden
    return course


def set_categories(
    actor: Actor,
    course_id: int,
    lines: Sequence[Line],
    places: Mapping[int, int | None],
    now: datetime,
    seen: str | None = None,
) -> None:
    """Makes these the categories of the course, whose quizzes are in those at ``places``; audited.

    A line without a name is left out, and a quiz in it is in none. Raises Invalid, with the problems at ``name-0``,
    ``weight-0``, ``drop-0`` … by the line's place; EditConflict where somebody has changed them since they were ``seen``
    (the token of the sheet; None: whatever they are), or deleted one of them.
    """
    checked = _checked(lines)
    with transaction() as connection:
        sheet = _sheet(connection, _taught(connection, actor, course_id, lock=True))
        known = {line.id for line in sheet.lines}
        kept = {line.id for line in lines if line.id is not None and line.name.strip()}
        if not kept <= known or seen not in (None, sheet.token):
            raise EditConflict
        quizzes = {quiz_id for quiz_id, _title in sheet.quizzes}
        connection.execute(delete(QuizCategory).where(QuizCategory.quiz_id.in_(quizzes)))
        connection.execute(delete(GradeCategory).where(GradeCategory.id.in_(known - kept)))
        ids = _stored(connection, course_id, lines, checked)
        rows = [
            {"quiz_id": quiz_id, "category_id": ids[place]}
            for quiz_id, place in places.items()
            if quiz_id in quizzes and place in ids
        ]
        if rows:
            connection.execute(insert(QuizCategory), rows)
        record(connection, actor.id, "grades.categories", ("course", course_id), now, categories=len(ids))


def _stored(
    connection: Connection, course_id: int, lines: Sequence[Line], checked: Mapping[int, Mapping[str, Any]]
) -> dict[int, int]:
    """The ids of the categories by the places of their lines. Old names make room first, for two may swap theirs."""
    old = {place: line.id for place, line in enumerate(lines) if line.id is not None and place in checked}
    for category_id in old.values():
        connection.execute(
            update(GradeCategory).where(GradeCategory.id == category_id).values(name=f" {category_id}")
        )
    found = {}
    for place, values in checked.items():
        if place in old:
            found[place] = old[place]
            connection.execute(update(GradeCategory).where(GradeCategory.id == old[place]).values(**values))
        else:
            new = insert(GradeCategory).values(course_id=course_id, **values).returning(GradeCategory.id)
            found[place] = connection.execute(new).scalar_one()
    return found


def _checked(lines: Sequence[Line]) -> dict[int, dict[str, Any]]:
    """The columns of each category that has a name, by the line's place."""
    found: dict[int, dict[str, Any]] = {}
    problems: list[Problem] = []
    for place, line in enumerate(lines[:MOST_CATEGORIES]):
        name = " ".join(line.name.split())
        if not name:
            continue
        weight, drop = read_number(line.weight or "1"), read_number(line.drop_lowest or "0")
        if len(name) > LONGEST_CATEGORY:
            what = Said("is longer than %(most)s characters", most=LONGEST_CATEGORY)
            problems.append(Problem(f"name-{place}", what, "shorten it"))
        if name.casefold() in {one["name"].casefold() for one in found.values()}:
            what = Said("there are two categories '%(name)s'", name=name)
            problems.append(Problem(f"name-{place}", what, "rename one"))
        if weight is None or not 0 <= weight <= 1000:
            what = Said("'%(text)s' is no weight", text=line.weight[:40])
            problems.append(Problem(f"weight-{place}", what, "write a number from 0 to 1000"))
        if drop is None or drop != drop.to_integral_value() or not 0 <= drop <= MOST_DROPPED:
            what = Said("'%(text)s' is no number of grades", text=line.drop_lowest[:40])
            mend = Said("write a whole number from 0 to %(most)s", most=MOST_DROPPED)
            problems.append(Problem(f"drop-{place}", what, mend))
        found[place] = {"name": name, "weight": float(weight or 0), "drop_lowest": int(drop or 0)}
    if problems:
        raise Invalid(problems)
    return found
