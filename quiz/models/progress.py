"""How far a quiz has got: who has finished, who is at work, what waits for a mark."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select
from sqlalchemy.engine import Connection

from quiz.models.attempt import Attempt, ended_at, waits_for_a_mark
from quiz.models.people import Enrolment
from quiz.models.quiz import Quiz


@dataclass(frozen=True, slots=True)
class Progress:
    """Counts of the course's students; who has finished once and is at work again counts in both."""

    students: int = 0
    started: int = 0
    finished: int = 0
    working: int = 0
    #: Finished attempts whose grade is not settled.
    to_grade: int = 0
    #: Over the graded attempts, in units of the scale; None where there are none.
    mean_grade: float | None = None

    @property
    def not_begun(self) -> int:
        """Students without an attempt."""
        return self.students - self.started


def progress_of(
    connection: Connection, quiz_ids: Collection[int], now: datetime, grace: timedelta
) -> dict[int, Progress]:
    """The progress of these quizzes, by their ids. One statement."""
    ended = ended_at(now, grace)
    rows = connection.execute(
        select(
            Quiz.id,
            func.count(Enrolment.user_id.distinct()),
            func.count(Attempt.user_id.distinct()),
            func.count(Attempt.user_id.distinct()).filter(ended.is_not(None)),
            func.count(Attempt.user_id.distinct()).filter(ended.is_(None)),
            func.count(Attempt.id).filter(waits_for_a_mark()),
            func.avg(Attempt.grade),
        )
        .join(Enrolment, and_(Enrolment.course_id == Quiz.course_id, Enrolment.role == "student"))
        .outerjoin(Attempt, and_(Attempt.quiz_id == Quiz.id, Attempt.user_id == Enrolment.user_id))
        .where(Quiz.id.in_(quiz_ids))
        .group_by(Quiz.id)
    )
    found = {row[0]: Progress(*row[1:]) for row in rows}
    return {
        quiz_id: found.get(quiz_id, Progress()) for quiz_id in quiz_ids
    }  # a course may have no students yet
