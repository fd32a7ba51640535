"""Answers to the questions of a bank, out of all quizzes together, as a calibration takes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, func, or_, select
from sqlalchemy.engine import Connection

from quiz.banks.calibrating import asked_digest
from quiz.db import parts
from quiz.models.attempt import Answer, Attempt, AttemptSlot, Mark
from quiz.models.bank import Question, QuestionVersion
from quiz.models.quiz import QuizRevision
from quiz.models.scoring import counting_mark

#: Papers that are read, the last ones; and questions, those with the most answers.
MOST_PAPERS: Final = 5_000
MOST_QUESTIONS: Final = 400


def _papers(bank_id: int, until: datetime) -> Any:
    """The ids of the papers: of each student the first finished attempt in each test that has questions of the bank."""
    order = func.row_number().over(partition_by=(Attempt.quiz_id, Attempt.user_id), order_by=Attempt.number)
    ranked = (
        select(Attempt.id, order.label("place"))
        .join(QuizRevision, QuizRevision.id == Attempt.revision_id)
        .where(Attempt.finished_at <= until, QuizRevision.mode == "test")
        .subquery()
    )
    holds = (
        select(AttemptSlot.slot)
        .join(QuestionVersion, QuestionVersion.id == AttemptSlot.version_id)
        .where(AttemptSlot.attempt_id == ranked.c.id, QuestionVersion.bank_id == bank_id)
    )
    return (
        select(ranked.c.id)
        .where(ranked.c.place == 1, holds.exists())
        .order_by(ranked.c.id.desc())
        .limit(MOST_PAPERS)
    )


def answers_of(connection: Connection, bank_id: int, until: datetime) -> Sequence[Row[Any]]:
    """Each mark (attempt_id, question_id, version_id, fraction) on the papers that ended until then, the oldest first.

    A blank counts as it is marked; what an adaptive test asked and nobody answered was not reached, and is left out as are
    bonuses and questions that were dropped. Questions on trial are there. One statement.
    """
    answer = select(Answer.seq).where(
        Answer.attempt_id == AttemptSlot.attempt_id, Answer.slot == AttemptSlot.slot
    )
    return connection.execute(
        select(
            AttemptSlot.attempt_id,
            QuestionVersion.question_id,
            AttemptSlot.version_id,
            Mark.fraction,
        )
        .join(QuestionVersion, QuestionVersion.id == AttemptSlot.version_id)
        .join(Mark, counting_mark())
        .where(
            AttemptSlot.attempt_id.in_(_papers(bank_id, until)),
            QuestionVersion.bank_id == bank_id,
            or_(AttemptSlot.trial, AttemptSlot.bonus.is_(False)),
            or_(AttemptSlot.step.is_(None), answer.exists()),
            Mark.fraction.is_not(None),
            Mark.max > 0,
        )
        .order_by(AttemptSlot.attempt_id, AttemptSlot.slot)
    ).all()


def questions_of(
    connection: Connection, answers: Sequence[Row[Any]]
) -> tuple[list[Row[Any]], dict[int, int]]:
    """The current versions of the questions with the most answers; and of each version that asks the same its question."""
    counted = Counter(row.question_id for row in answers)
    most = [question for question, _ in counted.most_common(MOST_QUESTIONS)]
    seen = {row.version_id for row in answers}
    rows = [
        row
        for part in parts(most)
        for row in connection.execute(
            select(
                QuestionVersion.id,
                QuestionVersion.question_id,
                QuestionVersion.number,
                QuestionVersion.content,
                QuestionVersion.current,
                Question.slug,
            )
            .join(Question, Question.id == QuestionVersion.question_id)
            .where(QuestionVersion.question_id.in_(part))
            .order_by(Question.slug)
        )
        if row.current or row.id in seen
    ]
    current = {row.question_id: row for row in rows if row.current}
    asked = {question: asked_digest(row.content) for question, row in current.items()}
    same = {
        row.id: row.question_id
        for row in rows
        if row.id in seen and asked_digest(row.content) == asked[row.question_id]
    }
    return [*current.values()], same
