"""Rescoring, done and undone, each in one transaction; and the look before it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from quiz.db import reading, transaction
from quiz.errors import Conflict, EditConflict, Invalid, NotFound, Problem, Said
from quiz.models.attempt import Attempt, AttemptSlot
from quiz.models.audit import record
from quiz.models.bank import Bank, Question, QuestionVersion
from quiz.models.rescored import RescoredAttempt, RescoredSlot, RescoredVersion, Rescoring
from quiz.models.rescoring import (
    later_ones,
    lock,
    take_back,
    write,
)
from quiz.models.scoring import regrade, take_out
from quiz.operations.access import Actor, taught_quiz
from quiz.operations.rescoring.planning import Prepared, prepare
from quiz.operations.rescoring.values import Request, Rescored


def find_version(actor: Actor | None, quiz_id: int, name: str) -> int:
    """The newest version that attempts at the quiz hold of the question of this name, with or without its bank's.

    Raises Invalid where there is none, or one in several banks.
    """
    bank, _, slug = name.rpartition("/")
    with reading() as connection:
        taught_quiz(connection, actor, quiz_id)
        rows = connection.execute(
            select(Bank.slug, QuestionVersion.id)
            .join(Question, Question.bank_id == Bank.id)
            .join(QuestionVersion, QuestionVersion.question_id == Question.id)
            .join(AttemptSlot, AttemptSlot.version_id == QuestionVersion.id)
            .join(Attempt, Attempt.id == AttemptSlot.attempt_id)
            .where(Attempt.quiz_id == quiz_id, AttemptSlot.asks, Question.slug == slug)
            .distinct()
            .order_by(QuestionVersion.id)
        ).all()
    newest = {row.slug: row.id for row in rows if bank in ("", row.slug)}
    if len(newest) > 1:
        what = Said("'%(name)s' is in several banks", name=name)
        mend = Said("write %(names)s", names=" or ".join(f"{one}/{slug}" for one in newest))
        raise Invalid([Problem("question", what, mend)])
    if not newest:
        what = Said("nobody was asked '%(name)s' in quiz %(quiz)s", name=name, quiz=quiz_id)
        raise Invalid([Problem("question", what, "see the names with: quiz report QUIZ --table questions")])
    return int(newest.popitem()[1])


def dry_run(actor: Actor | None, quiz_id: int, request: Request, now: datetime) -> Rescored:
    """Who would change by how much. Nothing is written; ``actor`` None is the command line.

    Questions that cannot be scored so are left out, and it is said why. Raises Invalid where the request makes no sense.
    """
    with reading() as connection:
        quiz = taught_quiz(connection, actor, quiz_id)
        return prepare(connection, actor, quiz, request, now).rescored(None)


def run(
    actor: Actor | None, quiz_id: int, request: Request, now: datetime, seen: str | None = None
) -> Rescored:
    """Does it, in one transaction; the marks before are kept, the act is audited.

    ``seen``: the token of the dry run that was looked at. Raises EditConflict where it would do something else by now,
    Invalid where every question is left out, and what ``dry_run`` raises.
    """
    by = actor.id if actor else None
    with transaction() as connection:
        quiz = taught_quiz(connection, actor, quiz_id, lock=True)
        lock(connection, quiz_id)
        prepared = prepare(connection, actor, quiz, request, now)
        planned = prepared.rescored(None)
        if seen is not None and planned.token != seen:
            raise EditConflict
        if planned.refused:
            raise Invalid(planned.refused)
        rescoring_id = _note(connection, quiz_id, request, prepared, by, now)
        take_out(connection, sorted({step.row.attempt_id for step in prepared.steps}))
        write(connection, rescoring_id, by, prepared.steps, now)
        regrade(connection, [one.attempt_id for one in planned.changes])
        record(
            connection,
            by,
            "quiz.rescore",
            ("quiz", quiz_id),
            now,
            rescoring=rescoring_id,
            policy=request.policy,
            by_hand=request.by_hand,
            versions=sorted(version.id for version in prepared.rule.versions.values()),
            attempts=len(planned.changes),
        )
    return prepared.rescored(rescoring_id)


def _note(
    connection: Connection, quiz_id: int, request: Request, prepared: Prepared, by: int | None, now: datetime
) -> int:
    """Writes down what was decided. Returns its id."""
    rescoring_id: int = connection.execute(
        insert(Rescoring)
        .values(
            quiz_id=quiz_id,
            policy=request.policy,
            by_hand=request.by_hand,
            reason=request.reason.strip(),
            created_at=now,
            created_by=by,
        )
        .returning(Rescoring.id)
    ).scalar_one()
    connection.execute(
        insert(RescoredVersion),
        [
            {"rescoring_id": rescoring_id, "version_id": version.id}
            for version in prepared.rule.versions.values()
        ],
    )
    if prepared.changes:
        connection.execute(
            insert(RescoredAttempt),
            [
                {
                    "rescoring_id": rescoring_id,
                    "attempt_id": one.attempt_id,
                    "grade_before": one.grade_before,
                    "grade_after": one.grade_after,
                }
                for one in prepared.changes
            ],
        )
    return rescoring_id


# Undo --------------------------------------------------------------------------------------------------------------


def undo(actor: Actor | None, quiz_id: int, rescoring_id: int, now: datetime) -> None:
    """Takes a rescoring back: every mark and grade is as before, but for what people have given since. A repeat changes
    nothing. Raises Conflict while a later rescoring of the same question is in force.
    """
    by = actor.id if actor else None
    with transaction() as connection:
        taught_quiz(connection, actor, quiz_id, lock=True)
        lock(connection, quiz_id)
        found = connection.execute(
            select(Rescoring.undone_at).where(Rescoring.id == rescoring_id, Rescoring.quiz_id == quiz_id)
        ).first()
        if found is None:
            raise NotFound("The quiz has no such rescoring.")
        if found.undone_at is not None:
            return
        later = later_ones(connection, rescoring_id, quiz_id)
        if later:
            named = ", ".join(map(str, later))
            raise Conflict(
                Said("The same question was scored again later. Undo that first: %(named)s.", named=named)
            )
        touched = _touched(connection, rescoring_id)
        take_out(connection, touched)
        take_back(connection, rescoring_id, now)
        connection.execute(
            update(Rescoring).where(Rescoring.id == rescoring_id).values(undone_at=now, undone_by=by)
        )
        connection.execute(
            update(RescoredAttempt).where(RescoredAttempt.rescoring_id == rescoring_id).values(read_at=None)
        )
        regrade(connection, touched)
        record(
            connection,
            by,
            "quiz.undo-rescoring",
            ("quiz", quiz_id),
            now,
            rescoring=rescoring_id,
            attempts=len(touched),
        )


def _touched(connection: Connection, rescoring_id: int) -> Sequence[int]:
    return (
        connection.execute(
            select(RescoredSlot.attempt_id)
            .where(RescoredSlot.rescoring_id == rescoring_id)
            .distinct()
            .order_by(RescoredSlot.attempt_id)
        )
        .scalars()
        .all()
    )
