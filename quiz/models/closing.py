"""Ends attempts and writes their marks: used by whatever ends one – the student, the time, the teacher.

First a conditional UPDATE of the attempt's row finds the single winner (and waits for saves under way, see
``saving``); then a separate SELECT, which sees what they committed, reads the answers that count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, insert, select, update
from sqlalchemy.engine import Connection

from quiz.banks.trying import Standing
from quiz.db import Prepared
from quiz.models.attempt import Attempt, AttemptSlot, Mark, is_answered
from quiz.models.practising import deeds, record_try
from quiz.models.rescoring import as_asked, follow
from quiz.models.scoring import answered, answered_in, mark_of, regrade, score, take_out
from quiz.models.spacing import remember

_END = Prepared(
    update(Attempt)
    .where(Attempt.id == bindparam("attempt_id"), Attempt.finished_at.is_(None))
    .values(finished_at=bindparam("at"), ended_by=bindparam("by"))
    .returning(Attempt.id)
)


def close(
    connection: Connection, attempt_id: int, ended_by: str, finished_at: datetime, now: datetime
) -> bool:
    """Ends an attempt in progress and writes its first round of marks, which the rescorings in force follow.

    False where it had ended already.
    """
    won = _END.run(connection, {"attempt_id": attempt_id, "at": finished_at, "by": ended_by}).first()
    if won is None:
        return False
    rows = answered_in(connection, attempt_id)
    if rows:
        _write_marks(connection, attempt_id, rows, finished_at, now)
        follow(connection, attempt_id, now)
        regrade(connection, [attempt_id])
    return True


def _write_marks(
    connection: Connection, attempt_id: int, rows: Sequence[Row[Any]], finished_at: datetime, now: datetime
) -> None:
    if rows[0].mode != "practice":
        write_first(connection, [row for row in rows if row.marked is None], now)
        return
    done = deeds(connection, attempt_id)
    earned = {}
    for row in rows:
        fraction, problem_id = score(row, done[row.slot])
        stands = Standing(fraction, None, 0, 0, None, closed=True)
        record_try(connection, attempt_id, row.slot, row.points, stands, now, problem_id)
        if row.closed_at is None and is_answered(row.fields) and fraction is not None:
            earned[row.slot] = fraction
    remember(connection, attempt_id, earned, finished_at)


def write_first(connection: Connection, rows: Sequence[Row[Any]], now: datetime) -> None:
    """Writes the first mark of each of these slots (rows of ``answered``) of a test."""
    if rows:
        connection.execute(insert(Mark), [mark_of(row, now, *score(row, ())) for row in rows])


def score_again(connection: Connection, attempt_id: int, slot: int, now: datetime, graded_by: int) -> None:
    """Scores a slot's current answer in a new round, which the rescorings in force follow; the mark before no longer
    counts, and is kept.

    In practice the answer is a further try: the tries and hints before it cost what they cost. Whoever has added an answer
    has said so before (``scoring.take_out``).
    """
    as_asked(connection, attempt_id, slot)
    here = and_(AttemptSlot.attempt_id == attempt_id, AttemptSlot.slot == slot)
    (row,) = answered(connection, here)
    done = deeds(connection, attempt_id, [slot])[slot] if row.mode == "practice" else ()
    _mark_anew(connection, mark_of(row, now, *score(row, done)) | {"graded_by": graded_by})
    follow(connection, attempt_id, now, slot)
    regrade(connection, [attempt_id])


def mark_by_hand(
    connection: Connection,
    slot: Row[Any],
    fraction: Fraction,
    now: datetime,
    graded_by: int,
    said: Mapping[str, Any],
) -> None:
    """Gives a slot (``attempt_id slot points``) this share of its points in a new round, which a person answers for.

    ``said``: ``comment`` and ``rubric`` of the mark. The mark before no longer counts, and is kept.
    """
    take_out(connection, [slot.attempt_id])
    mark = mark_of(slot, now, fraction)
    _mark_anew(connection, {**mark, **said, "graded_by": graded_by, "by_hand": True})
    regrade(connection, [slot.attempt_id])


def _mark_anew(connection: Connection, mark: dict[str, Any]) -> None:
    """Puts the mark in the place of the one that counts, a round later."""
    attempt_id = mark["attempt_id"]
    of_slot = and_(Mark.attempt_id == attempt_id, Mark.slot == mark["slot"])
    connection.execute(
        update(Mark).where(of_slot, Mark.superseded_at.is_(None)).values(superseded_at=mark["created_at"])
    )
    last = connection.execute(select(func.max(Mark.round)).where(of_slot)).scalar_one()
    connection.execute(insert(Mark), [mark | {"round": last + 1}])
