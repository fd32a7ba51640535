"""Practice: answers checked one by one, hints, and the marks that they earn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.engine import Connection

from quiz.banks.model import Question
from quiz.banks.trying import Act, Standing, standing
from quiz.models.attempt import Answer, AttemptSlot, Mark
from quiz.models.bank import Bank, QuestionVersion


def deeds(
    connection: Connection, attempt_id: int, slots: Iterable[int] | None = None
) -> dict[int, list[Row[Any]]]:
    """The checks and hints of these slots (None = all) in their order, as (slot, act, seq, fields)."""
    statement = (
        select(Answer.slot, Answer.act, Answer.seq, Answer.fields)
        .where(Answer.attempt_id == attempt_id, Answer.act != "save")
        .order_by(Answer.slot, Answer.seq)
    )
    if slots is not None:
        statement = statement.where(Answer.slot.in_(list(slots)))
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(statement):
        found[row.slot].append(row)
    return found


def headers(connection: Connection, attempt_id: int, slots: Iterable[int]) -> dict[int, Mapping[str, Any]]:
    """The header of each slot's bank, which names the documents that its evidence points into."""
    rows = connection.execute(
        select(AttemptSlot.slot, Bank.header)
        .join(QuestionVersion, QuestionVersion.id == AttemptSlot.version_id)
        .join(Bank, Bank.id == QuestionVersion.bank_id)
        .where(AttemptSlot.attempt_id == attempt_id, AttemptSlot.slot.in_(list(slots)))
    )
    return {row.slot: row.header for row in rows}


def standing_of(
    question: Question, done: Sequence[Row[Any]], order: list[str], tries: str, last: Act | None = None
) -> Standing:
    """How a slot stands after these deeds, and one more that is not stored (the answer at the end)."""
    acts = [
        Act(row.act, question.parse(row.fields, order).response if row.act == "check" else None)
        for row in done
    ]
    return standing(question, [*acts, last] if last is not None else acts, tries)


def record_try(
    connection: Connection,
    attempt_id: int,
    slot: int,
    points: float,
    stands: Standing,
    now: datetime,
    problem_id: str | None = None,
) -> dict[str, Any]:
    """Writes the mark that a slot has now; the one before no longer counts. Returns its values."""
    connection.execute(
        update(Mark)
        .where(Mark.attempt_id == attempt_id, Mark.slot == slot, Mark.superseded_at.is_(None))
        .values(superseded_at=now)
    )
    number = connection.execute(
        select(func.coalesce(func.max(Mark.try_), 0)).where(
            Mark.attempt_id == attempt_id, Mark.slot == slot, Mark.round == 1
        )
    ).scalar_one()
    fraction = stands.fraction
    values = {
        "attempt_id": attempt_id,
        "slot": slot,
        "round": 1,
        "try": number + 1,
        "fraction": None if fraction is None else float(fraction),
        "points": None if fraction is None else float(fraction * Fraction(points)),
        "max": points,
        "final": stands.closed,
        "graded_by": None,
        "problem_id": problem_id,
        "created_at": now,
        "superseded_at": None,
    }
    connection.execute(insert(Mark), [values])
    return values
