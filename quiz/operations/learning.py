"""What a student sees of their own learning, over all their courses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, func, select
from sqlalchemy.engine import Connection

from quiz.db import reading
from quiz.errors import SignedOut
from quiz.models.attempt import Attempt, AttemptSlot, Mark, moment
from quiz.models.bank import QuestionVersion
from quiz.models.people import Enrolment, User
from quiz.models.quiz import Quiz
from quiz.operations.access import Actor, acting


@dataclass(frozen=True, slots=True)
class Step:
    """The questions of a topic in one attempt: marks earned of ``max``, when the attempt ended."""

    at: datetime
    marks: float
    max: float
    questions: int

    @property
    def share(self) -> float:
        """The share of the marks, 0–1; negative marks count as none."""
        return max(0.0, self.marks / self.max)


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic over time, ``name`` as the banks have it ("" where a question has none)."""

    name: str
    steps: tuple[Step, ...]

    @property
    def questions(self) -> int:
        """How many questions of it were marked."""
        return sum(step.questions for step in self.steps)

    @property
    def share(self) -> float:
        """The share of all its marks."""
        return max(0.0, sum(step.marks for step in self.steps) / sum(step.max for step in self.steps))


@dataclass(frozen=True, slots=True)
class Progress:
    """My progress. ``broad`` topics are the first segments of the ``topics``' names; both by name."""

    broad: tuple[Topic, ...]
    topics: tuple[Topic, ...]
    #: Finished attempts whose marks their quizzes do not show now.
    hidden: int

    @property
    def share(self) -> float | None:
        """The share of all marks; None where there are none."""
        most = sum(step.max for topic in self.broad for step in topic.steps)
        return (
            max(0.0, sum(step.marks for topic in self.broad for step in topic.steps) / most) if most else None
        )


def my_progress(actor: Actor, now: datetime) -> Progress:
    """My marks by topic and attempt, as far as the review options of each quiz show marks now. Three statements."""
    with reading() as connection:
        if connection.execute(select(User.id).where(acting(actor))).first() is None:
            raise SignedOut
        attempts = connection.execute(_attempts(actor)).all()
        shown = {
            one.id: one.finished_at
            for one in attempts
            if "marks" in one.review.get(moment(one.finished_at, one.closes_at, now), ())
        }
        sums = [row for row in _sums(connection, actor) if row.attempt_id in shown and row.max > 0]
    steps = [(row.topic, row.attempt_id, _step(row, shown[row.attempt_id])) for row in sums]
    broad = [(name.partition("/")[0], attempt_id, step) for name, attempt_id, step in steps]
    return Progress(_topics(broad), _topics(steps), len(attempts) - len(shown))


def _attempts(actor: Actor) -> Any:
    """My finished attempts in the courses that I am in."""
    return (
        select(Attempt.id, Attempt.finished_at, Quiz.review, Quiz.closes_at)
        .join(Quiz, Quiz.id == Attempt.quiz_id)
        .join(Enrolment, and_(Enrolment.course_id == Quiz.course_id, Enrolment.user_id == Attempt.user_id))
        .where(Attempt.user_id == actor.id, Attempt.finished_at.is_not(None))
    )


def _sums(connection: Connection, actor: Actor) -> Sequence[Row[Any]]:
    """What I earned in each topic of each finished attempt; what still needs grading is left out."""
    counts = and_(
        Mark.attempt_id == AttemptSlot.attempt_id,
        Mark.slot == AttemptSlot.slot,
        Mark.superseded_at.is_(None),
    )
    return connection.execute(
        select(
            AttemptSlot.attempt_id,
            QuestionVersion.topic,
            func.sum(Mark.points).label("marks"),
            func.sum(Mark.max).label("max"),
            func.count().label("questions"),
        )
        .join(Attempt, Attempt.id == AttemptSlot.attempt_id)
        .join(Mark, counts)
        .join(QuestionVersion, QuestionVersion.id == AttemptSlot.version_id)
        .where(Attempt.user_id == actor.id, Attempt.finished_at.is_not(None), Mark.fraction.is_not(None))
        .group_by(AttemptSlot.attempt_id, QuestionVersion.topic)
    ).all()


def _step(row: Row[Any], finished_at: datetime) -> Step:
    return Step(finished_at, float(row.marks), float(row.max), row.questions)


def _topics(steps: Iterable[tuple[str, int, Step]]) -> tuple[Topic, ...]:
    """The steps by topic, those of one attempt made into one, in the order of time."""
    found: dict[str, dict[int, list[Step]]] = defaultdict(lambda: defaultdict(list))
    for name, attempt_id, step in steps:
        found[name][attempt_id].append(step)
    return tuple(
        Topic(name, tuple(sorted((_sum(parts) for parts in attempts.values()), key=lambda step: step.at)))
        for name, attempts in sorted(found.items())
    )


def _sum(parts: Sequence[Step]) -> Step:
    return Step(
        parts[0].at,
        sum(part.marks for part in parts),
        sum(part.max for part in parts),
        sum(part.questions for part in parts),
    )
