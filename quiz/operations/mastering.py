"""Who in a course has mastered what: students by topics, for those who see the results."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from quiz.db import reading
from quiz.errors import Said
from quiz.models.adapting import sums_up
from quiz.models.attempt import Attempt, AttemptSlot, Mark
from quiz.models.bank import QuestionVersion
from quiz.models.grades import students_of
from quiz.models.paging import Page, page_of
from quiz.models.people import Course
from quiz.models.quiz import Quiz
from quiz.models.scoring import counting_mark
from quiz.operations.access import Actor, row_of_results
from quiz.statistics.mastery import level_of


@dataclass(frozen=True, slots=True)
class StudentLevels:
    """One student's level, a place in ``mastery.LEVELS``, for each of the topics."""

    user_id: int
    student: str
    levels: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Mastery:
    """A page of a course's students by broad topics: those in which somebody on the page has marks."""

    course_id: int
    course_title: str
    time_zone: str
    topics: tuple[str, ...]
    rows: Page[StudentLevels]


def mastery(actor: Actor, course_id: int, page: int) -> Mastery:
    """The levels by all marks of ended attempts, tests and practice, whatever students may see of them.

    Five statements at most. Raises NotFound for everybody else.
    """
    with reading() as connection:
        statement = select(Course.id, Course.title, Course.time_zone).where(Course.id == course_id)
        course = row_of_results(
            connection, actor, statement, Said("There is no course %(course)s.", course=course_id)
        )
        people = page_of(connection, students_of(course_id), page, tuple)
        shares = _shares(connection, course_id, [user_id for user_id, *_ in people.rows])
    topics = tuple(sorted({topic for held in shares.values() for topic in held}))
    rows = tuple(
        StudentLevels(user_id, name, tuple(level_of(shares[user_id].get(topic, ())) for topic in topics))
        for user_id, name, *_ in people.rows
    )
    listed = Page(rows, people.number, people.total, people.per_page)
    return Mastery(course_id, course.title, course.time_zone, topics, listed)


def _shares(
    connection: Connection, course_id: int, students: Collection[int]
) -> Mapping[int, Mapping[str, list[float]]]:
    """The shares of the marks that these students earned, by student and broad topic, in the order of their attempts."""
    rows = connection.execute(
        select(
            Attempt.user_id,
            Attempt.id,
            QuestionVersion.topic,
            func.sum(Mark.points).label("marks"),
            func.sum(Mark.max).label("max"),
        )
        .join(Quiz, Quiz.id == Attempt.quiz_id)
        .join(AttemptSlot, AttemptSlot.attempt_id == Attempt.id)
        .join(Mark, counting_mark())
        .join(QuestionVersion, QuestionVersion.id == AttemptSlot.version_id)
        .where(
            Quiz.course_id == course_id,
            Attempt.user_id.in_(students),
            Attempt.finished_at.is_not(None),
            Mark.fraction.is_not(None),
            QuestionVersion.topic != "",
            sums_up(),
        )
        .group_by(Attempt.user_id, Attempt.finished_at, Attempt.id, QuestionVersion.topic)
        .order_by(Attempt.finished_at, Attempt.id)
    )
    sums: dict[tuple[int, str, int], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for row in rows:
        of = sums[row.user_id, row.topic.partition("/")[0], row.id]
        of[0] += float(row.marks)
        of[1] += float(row.max)
    found: dict[int, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for (user_id, topic, _), (marks, most) in sums.items():
        if most > 0:
            found[user_id][topic].append(max(0.0, marks / most))
    return found
