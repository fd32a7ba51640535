"""What adaptive tests have told: the pool of a quiz, the abilities of its attempts, and who was asked what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.engine import Connection

from quiz.assembly.path import ALGORITHM, Pooled, Stock
from quiz.models.adapting import QuizPool
from quiz.models.attempt import Attempt, AttemptSlot
from quiz.models.bank import QuestionVersion
from quiz.models.comparing import Counted
from quiz.models.quiz import QuizRevision


def has_pool() -> Any:
    """The column ``adaptive`` of a statement that holds ``QuizRevision``: whether its attempts are adaptive tests."""
    pooled = select(QuizPool.revision_id).where(QuizPool.revision_id == QuizRevision.id)
    return pooled.exists().label("adaptive")


def pool_of(
    connection: Connection, quiz_id: int
) -> tuple[Mapping[str, Any], Stock, Mapping[int, Pooled]] | None:
    """The blueprint of the quiz's current revision, its pool, and that by the ids of its questions; None: it has none."""
    row = connection.execute(
        select(QuizRevision.blueprint, QuizPool.items, QuizPool.trials)
        .join(QuizPool, QuizPool.revision_id == QuizRevision.id)
        .where(QuizRevision.quiz_id == quiz_id, QuizRevision.current)
    ).first()
    if row is None:
        return None
    stock = Stock(tuple(map(Pooled.load, row.items)), tuple(map(Pooled.load, row.trials)))
    questions = [one["question_id"] for one in (*row.items, *row.trials)]
    return row.blueprint, stock, dict(zip(questions, (*stock.items, *stock.trials), strict=True))


def measured_of(connection: Connection, counted: Counted) -> Sequence[Row[Any]]:
    """Of each of the last attempts that count: ability, ability_error, stopped, ended_by, and how many questions it had
    without those on trial. One statement.
    """
    length = (
        select(func.count())
        .where(AttemptSlot.attempt_id == Attempt.id, AttemptSlot.trial.is_(False))
        .scalar_subquery()
    )
    return connection.execute(
        select(
            Attempt.id,
            Attempt.ability,
            Attempt.ability_error,
            Attempt.stopped,
            Attempt.ended_by,
            length.label("length"),
        )
        .where(counted.last_ids, Attempt.algorithm == ALGORITHM)
        .order_by(Attempt.id)
    ).all()


def asked_of(connection: Connection, counted: Counted) -> Mapping[int, int]:
    """On how many of these attempts each question stood, by its id. One statement."""
    rows = connection.execute(
        select(QuestionVersion.question_id, func.count(AttemptSlot.attempt_id.distinct()).label("n"))
        .join(QuestionVersion, QuestionVersion.id == AttemptSlot.version_id)
        .join(Attempt, Attempt.id == AttemptSlot.attempt_id)
        .where(counted.last_ids, Attempt.algorithm == ALGORITHM)
        .group_by(QuestionVersion.question_id)
    )
    return {row.question_id: row.n for row in rows}
