"""How far a quiz has got: who has finished, who is at work, what waits for a mark."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.engine import Connection

from quiz.models.attempt import Attempt
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

    @property
    def not_begun(self) -> int:
        """Students without an attempt."""
        return self.students - self.started


def progress_of(connection: Connection, quiz_ids: Collection[int]) -> dict[int, Progress]:
    """The progress of these quizzes; one whose course has no students is left out. One statement."""
    finished = Attempt.finished_at.is_not(None)
    rows = connection.execute(
        select(
            Quiz.id,
            func.count(Enrolment.user_id.distinct()),
            func.count(Attempt.user_id.distinct()),
            func.count(Attempt.user_id.distinct()).filter(finished),
            func.count(Attempt.user_id.distinct()).filter(Attempt.finished_at.is_(None)),
            func.count(Attempt.id).filter(finished, Attempt.grade.is_(None)),
        )
        .join(Enrolment, and_(Enrolment.course_id == Quiz.course_id, Enrolment.role == "student"))
        .outerjoin(Attempt, and_(Attempt.quiz_id == Quiz.id, Attempt.user_id == Enrolment.user_id))
        .where(Quiz.id.in_(quiz_ids))
        .group_by(Quiz.id)
    )
    return {row[0]: Progress(*row[1:]) for row in rows}
