"""What the overview of a quiz is made of: its students by group, the attempts that count, their marks by subject.

Read anew for each page, in a number of statements that does not depend on the rows, over a bounded number of attempts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, func, select, true
from sqlalchemy.engine import Connection

from quiz.models.adapting import sums_up
from quiz.models.analysing import counted_ids
from quiz.models.attempt import Attempt, AttemptSlot, Mark, ended_at
from quiz.models.bank import QuestionVersion
from quiz.models.people import Enrolment, User
from quiz.models.scoring import counting_mark
from quiz.statistics.comparing import Sums

#: What marks are summed by: the topic and objective of a question, the section of the paper.
SUBJECTS: Final[Mapping[str, Any]] = {
    "topic": QuestionVersion.topic,
    "objective": QuestionVersion.content["objective"].as_string(),
    "section": AttemptSlot.section,
}


#: An overview is over so many of the attempts that count, the last ones: all of 100,000 would take three seconds of CPU.
MOST_COUNTED: Final = 20_000


@dataclass(frozen=True, slots=True)
class Counted:
    """The attempts of a quiz that count, by ``which`` and its grading; of a group only, where one is named."""

    quiz: Row[Any]
    which: str
    group: str | None
    most: int = MOST_COUNTED

    @property
    def ids(self) -> ColumnElement[bool]:
        """The condition on ``Attempt``."""
        counted = Attempt.id.in_(counted_ids(self.quiz.id, self.which, self.quiz.grading))
        if self.group is None:
            return counted
        return and_(counted, Attempt.user_id.in_(_members(self.quiz.course_id, self.group)))

    @property
    def last_ids(self) -> ColumnElement[bool]:
        """The condition on ``Attempt`` that takes in the last of them only."""
        return Attempt.id.in_(select(Attempt.id).where(self.ids).order_by(Attempt.id.desc()).limit(self.most))


def _members(course_id: int, group: str) -> Any:
    return select(Enrolment.user_id).where(Enrolment.course_id == course_id, Enrolment.group_name == group)


def students_of(connection: Connection, counted: Counted, now: Any, grace: timedelta) -> Sequence[Row[Any]]:
    """By group (``name``, None for no group): how many students, how many of them have started, have finished once."""
    ended = ended_at(now, grace)
    quiz = counted.quiz
    return connection.execute(
        select(
            Enrolment.group_name.label("name"),
            func.count(Enrolment.user_id.distinct()).label("students"),
            func.count(Attempt.user_id.distinct()).label("started"),
            func.count(Attempt.user_id.distinct()).filter(ended.is_not(None)).label("finished"),
        )
        .outerjoin(Attempt, and_(Attempt.user_id == Enrolment.user_id, Attempt.quiz_id == quiz.id))
        .where(
            Enrolment.course_id == quiz.course_id,
            Enrolment.role == "student",
            true() if counted.group is None else Enrolment.group_name == counted.group,
        )
        .group_by(Enrolment.group_name)
        .order_by(Enrolment.group_name.is_(None), Enrolment.group_name)
    ).all()


def attempts_of(connection: Connection, counted: Counted) -> Sequence[Row[Any]]:
    """The last attempts that count, by id: started_at, finished_at, grade, and the student's group (None: in none)."""
    return connection.execute(
        select(
            Attempt.id,
            Attempt.started_at,
            Attempt.finished_at,
            Attempt.grade,
            Enrolment.group_name,
        )
        .outerjoin(
            Enrolment,
            and_(Enrolment.user_id == Attempt.user_id, Enrolment.course_id == counted.quiz.course_id),
        )
        .where(counted.last_ids)
        .order_by(Attempt.id)
    ).all()


def sums_by(connection: Connection, counted: Counted, subject: str) -> dict[str, tuple[int, Sums]]:
    """By topic, objective or section: how many answers, and the sums over the last attempts. Blanks count 0, bonuses not.

    Only attempts that are wholly marked; questions that were dropped are worth nothing. One statement.
    """
    name = SUBJECTS[subject]
    by_attempt = (
        select(
            AttemptSlot.attempt_id,
            name.label("subject"),
            func.count().label("answers"),
            func.sum(Mark.points).label("m"),
            func.sum(Mark.max).label("p"),
        )
        .join(Attempt, Attempt.id == AttemptSlot.attempt_id)
        .join(QuestionVersion, QuestionVersion.id == AttemptSlot.version_id)
        .join(Mark, counting_mark())
        .where(
            counted.last_ids,
            Attempt.grade.is_not(None),
            AttemptSlot.bonus.is_(False),
            name != "",
            sums_up(),
        )
        .group_by(AttemptSlot.attempt_id, "subject")
        .subquery()
    )
    m, p = by_attempt.c.m, by_attempt.c.p
    rows = connection.execute(
        select(
            by_attempt.c.subject,
            func.sum(by_attempt.c.answers),
            func.count(),
            func.sum(m),
            func.sum(p),
            func.sum(m * m),
            func.sum(m * p),
            func.sum(p * p),
        ).group_by(by_attempt.c.subject)
    )
    return {name: (int(answers), Sums(n, *map(float, sums))) for name, answers, n, *sums in rows}


# Side by side ------------------------------------------------------------------------------------------------------

#: What the papers can be ordered by.
ORDERS: Final[Mapping[str, Sequence[Any]]] = {
    "name": [User.name, User.id, Attempt.number],
    "grade": [Attempt.grade.is_(None), Attempt.grade.desc(), User.name, Attempt.id],
    "ended": [Attempt.finished_at, Attempt.id],
}


def papers(counted: Counted, order: str) -> Any:
    """The statement over the attempts that count, with the student's name and group."""
    return (
        select(
            Attempt.id,
            Attempt.number,
            Attempt.started_at,
            Attempt.finished_at,
            Attempt.grade,
            User.name,
            Enrolment.group_name,
        )
        .join(User, User.id == Attempt.user_id)
        .outerjoin(
            Enrolment,
            and_(Enrolment.user_id == Attempt.user_id, Enrolment.course_id == counted.quiz.course_id),
        )
        .where(counted.ids)
        .order_by(*ORDERS[order])
    )


def slots_of(connection: Connection, attempt_ids: Sequence[int]) -> Sequence[Row[Any]]:
    """Each slot of these attempts that asks something: its version, and the fraction (None: needs grading) it has."""
    return connection.execute(
        select(AttemptSlot.attempt_id, AttemptSlot.slot, AttemptSlot.version_id, Mark.fraction)
        .outerjoin(Mark, counting_mark())
        .where(AttemptSlot.attempt_id.in_(attempt_ids), AttemptSlot.asks)
        .order_by(AttemptSlot.attempt_id, AttemptSlot.slot)
    ).all()
