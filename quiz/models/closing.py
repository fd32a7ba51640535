"""Ends attempts and writes their marks: used by whatever ends one – the student, the time, the teacher.

First a conditional UPDATE of the attempt's row finds the single winner (and waits for saves under way, see
``saving``); then a separate SELECT, which sees what they committed, reads the answers that count.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import uuid4

from sqlalchemy import Row, and_, func, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import aliased

from quiz.banks.trying import Act, Standing
from quiz.models.asking import ASKED, asked
from quiz.models.attempt import Answer, Attempt, AttemptSlot, Mark
from quiz.models.bank import QuestionVersion
from quiz.models.practising import deeds, record_try, standing_of
from quiz.models.quiz import QuizRevision
from quiz.questions.rules.grade import SlotMark, grade

log = logging.getLogger(__name__)

_later = aliased(Answer)


def current_answer() -> Any:
    """The ON condition that joins each ``AttemptSlot`` with its current ``Answer``."""
    highest = (
        select(func.max(_later.seq))
        .where(_later.attempt_id == AttemptSlot.attempt_id, _later.slot == AttemptSlot.slot)
        .correlate(AttemptSlot)
        .scalar_subquery()
    )
    return and_(
        Answer.attempt_id == AttemptSlot.attempt_id, Answer.slot == AttemptSlot.slot, Answer.seq == highest
    )


def close(
    connection: Connection, attempt_id: int, ended_by: str, finished_at: datetime, now: datetime
) -> bool:
    """Ends an attempt in progress and writes its first round of marks. False where it had ended already."""
    won = connection.execute(
        update(Attempt)
        .where(Attempt.id == attempt_id, Attempt.finished_at.is_(None))
        .values(finished_at=finished_at, ended_by=ended_by)
        .returning(Attempt.id)
    ).first()
    if won is None:
        return False
    _write_marks(connection, attempt_id, now)
    return True


def _write_marks(connection: Connection, attempt_id: int, now: datetime) -> None:
    rule = _rule(connection, attempt_id)
    rows = _answered(connection, attempt_id)
    if rule.mode == "practice":
        marks = _practice_marks(connection, attempt_id, rows, rule.tries, now)
    else:
        marks = [_mark(row, attempt_id, now, *_score(row)) for row in rows]
        if marks:
            connection.execute(insert(Mark), marks)
    _set_grade(connection, attempt_id, rows, marks, rule.scale)


def _rule(connection: Connection, attempt_id: int) -> Row[Any]:
    """How the attempt's revision marks: scale, mode, tries."""
    return connection.execute(
        select(QuizRevision.scale, QuizRevision.mode, QuizRevision.tries)
        .join(Attempt, Attempt.revision_id == QuizRevision.id)
        .where(Attempt.id == attempt_id)
    ).one()


def _answered(connection: Connection, attempt_id: int) -> Sequence[Row[Any]]:
    """Each slot that asks something, with its question and its current answer."""
    return connection.execute(
        select(
            AttemptSlot.slot,
            AttemptSlot.shown_order,
            AttemptSlot.points,
            AttemptSlot.bonus,
            *ASKED,
            Answer.act,
            Answer.fields,
        )
        .select_from(AttemptSlot)
        .join(Attempt, Attempt.id == AttemptSlot.attempt_id)
        .join(QuestionVersion, QuestionVersion.id == AttemptSlot.version_id)
        .outerjoin(Answer, current_answer())
        .where(AttemptSlot.attempt_id == attempt_id, AttemptSlot.asks)
        .order_by(AttemptSlot.slot)
    ).all()


def _practice_marks(
    connection: Connection, attempt_id: int, rows: Sequence[Row[Any]], tries: str, now: datetime
) -> list[dict[str, Any]]:
    """What each slot earned by its checks; an answer that was saved but not checked is its last try."""
    done = deeds(connection, attempt_id)
    marks = []
    for row in rows:
        stands, problem_id = _standing(row, done[row.slot], tries)
        final = replace(stands, closed=True)
        marks.append(record_try(connection, attempt_id, row.slot, row.points, final, now, problem_id))
    return marks


def _standing(row: Row[Any], done: Sequence[Row[Any]], tries: str) -> tuple[Standing, str | None]:
    try:
        question = asked(row)
        last = None
        if _is_unchecked(row, done):
            last = Act("check", question.parse(row.fields, row.shown_order).response)
        stands = standing_of(question, done, row.shown_order, tries, last)
        return (stands if stands.tries else replace(stands, fraction=Fraction(0))), None
    except Exception as error:  # noqa: BLE001 (one bad question never stops a submission)
        return Standing(None, None, 0, 0, None, closed=True), _problem(row, error)


def _is_unchecked(row: Row[Any], done: Sequence[Row[Any]]) -> bool:
    """Whether the answer that stands is another one than was checked last; a hint stands beside what was answered."""
    checks = [deed.fields for deed in done if deed.act == "check"]
    return row.act == "save" or (row.act == "hint" and (not checks or checks[-1] != row.fields))


def _mark(
    row: Row[Any], attempt_id: int, now: datetime, fraction: Fraction | None, problem_id: str | None = None
) -> dict[str, Any]:
    return {
        "attempt_id": attempt_id,
        "slot": row.slot,
        "round": 1,
        "try": 1,
        "fraction": None if fraction is None else float(fraction),
        "points": None if fraction is None else float(fraction * Fraction(row.points)),
        "max": row.points,
        "final": True,
        "graded_by": None,
        "problem_id": problem_id,
        "created_at": now,
        "superseded_at": None,
    }


def _score(row: Row[Any]) -> tuple[Fraction | None, str | None]:
    """The fraction, or None with the log's id of what went wrong: one bad question never stops a submission."""
    try:
        question = asked(row)
        parsed = question.parse(row.fields or {}, row.shown_order)
        return question.score(parsed.response).fraction, None
    except Exception as error:  # noqa: BLE001 (one bad question never stops a submission)
        return None, _problem(row, error)


def _problem(row: Row[Any], error: Exception) -> str:
    """Tells the log of a question that could not be scored. Returns the id under which it stands there."""
    problem_id = uuid4().hex
    facts = {"problem_id": problem_id, "version": row.digest}
    log.error("a question could not be scored", exc_info=error, extra=facts)
    return problem_id


def _set_grade(
    connection: Connection,
    attempt_id: int,
    slots: Sequence[Any],
    marks: Sequence[dict[str, Any]],
    scale: float,
) -> None:
    """Stores the grade that these marks give (NULL where one needs grading)."""
    given = [
        _slot_mark(mark["fraction"], mark["max"], bonus=slot.bonus)
        for slot, mark in zip(slots, marks, strict=True)
    ]
    _store_grade(connection, attempt_id, given, scale)


def _slot_mark(fraction: float | None, points: float, *, bonus: bool) -> SlotMark:
    """Doubles as they are stored, back to the exact fractions that they stand for."""
    exact = None if fraction is None else Fraction(fraction).limit_denominator(10**9)
    return SlotMark(fraction=exact, points=Fraction(points).limit_denominator(10**9), bonus=bonus)


def _store_grade(connection: Connection, attempt_id: int, given: Sequence[SlotMark], scale: float) -> None:
    value = grade(given, Fraction(scale)).value
    connection.execute(
        update(Attempt).where(Attempt.id == attempt_id).values(grade=None if value is None else float(value))
    )


def regrade(connection: Connection, attempt_id: int) -> None:
    """Stores the grade anew from the marks that count now."""
    rows = connection.execute(
        select(Mark.fraction, Mark.max, AttemptSlot.bonus, QuizRevision.scale)
        .select_from(AttemptSlot)
        .join(Attempt, Attempt.id == AttemptSlot.attempt_id)
        .join(QuizRevision, QuizRevision.id == Attempt.revision_id)
        .join(
            Mark,
            and_(
                Mark.attempt_id == AttemptSlot.attempt_id,
                Mark.slot == AttemptSlot.slot,
                Mark.superseded_at.is_(None),
            ),
        )
        .where(AttemptSlot.attempt_id == attempt_id)
    ).all()
    given = [_slot_mark(row.fraction, row.max, bonus=row.bonus) for row in rows]
    _store_grade(connection, attempt_id, given, rows[0].scale)


def score_again(connection: Connection, attempt_id: int, slot: int, now: datetime, graded_by: int) -> None:
    """Scores a slot's current answer in a new round; the mark before no longer counts, and is kept.

    In practice the answer is a further try: the tries and hints before it cost what they cost.
    """
    (row,) = [one for one in _answered(connection, attempt_id) if one.slot == slot]
    rule = _rule(connection, attempt_id)
    if rule.mode == "practice":
        stands, problem_id = _standing(row, deeds(connection, attempt_id, [slot])[slot], rule.tries)
        fraction = stands.fraction
    else:
        fraction, problem_id = _score(row)
    _mark_anew(connection, _mark(row, attempt_id, now, fraction, problem_id) | {"graded_by": graded_by})


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
    mark = _mark(slot, slot.attempt_id, now, fraction)
    _mark_anew(connection, {**mark, **said, "graded_by": graded_by, "by_hand": True})


def _mark_anew(connection: Connection, mark: dict[str, Any]) -> None:
    """Puts the mark in the place of the one that counts, a round later, and works out the grade."""
    attempt_id = mark["attempt_id"]
    present = connection.execute(
        update(Mark)
        .where(Mark.attempt_id == attempt_id, Mark.slot == mark["slot"], Mark.superseded_at.is_(None))
        .values(superseded_at=mark["created_at"])
        .returning(Mark.round)
    ).scalar_one()
    connection.execute(insert(Mark), [mark | {"round": present + 1}])
    regrade(connection, attempt_id)
