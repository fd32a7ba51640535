"""What stored answers earn: scored purely over the versions in the slots, and made into marks and grades."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias
from uuid import uuid4

from sqlalchemy import ColumnElement, Row, and_, bindparam, func, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import aliased

from quiz.assembly.path import ALGORITHM as ADAPTIVE
from quiz.banks.model import Question
from quiz.banks.trying import Act, Standing
from quiz.db import Prepared, parts
from quiz.models.adapting import Pools, told_by
from quiz.models.asking import ASKED, asked
from quiz.models.attempt import Answer, Attempt, AttemptSlot, Mark
from quiz.models.bank import QuestionVersion
from quiz.models.practising import standing_of
from quiz.models.quiz import QuizRevision
from quiz.questions.rules.grade import SlotMark, grade

log = logging.getLogger(__name__)

#: A fraction, or None with the log's id of what went wrong.
Scored: TypeAlias = tuple[Fraction | None, str | None]

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


def counting_mark() -> Any:
    """The ON condition that joins each ``AttemptSlot`` with the mark that counts."""
    return and_(
        Mark.attempt_id == AttemptSlot.attempt_id,
        Mark.slot == AttemptSlot.slot,
        Mark.superseded_at.is_(None),
    )


def slots_with(*columns: Any) -> Any:
    """A statement over the slots of attempts: these columns of them, of their attempts and the versions in them, and where
    there are any of their current ``Answer`` and of the ``Mark`` that counts.
    """
    return (
        select(*columns)
        .select_from(AttemptSlot)
        .join(Attempt, Attempt.id == AttemptSlot.attempt_id)
        .join(QuestionVersion, QuestionVersion.id == AttemptSlot.version_id)
        .outerjoin(Answer, current_answer())
        .outerjoin(Mark, counting_mark())
    )


def _answered(which: ColumnElement[bool], *columns: Any) -> Any:
    return (
        slots_with(
            AttemptSlot.attempt_id,
            AttemptSlot.slot,
            AttemptSlot.shown_order,
            AttemptSlot.points,
            AttemptSlot.bonus,
            *ASKED,
            Answer.act,
            Answer.fields,
            QuizRevision.mode,
            QuizRevision.tries,
            QuizRevision.scale,
            *columns,
        )
        .join(QuizRevision, QuizRevision.id == Attempt.revision_id)
        .where(which, AttemptSlot.asks)
        .order_by(AttemptSlot.attempt_id, AttemptSlot.slot)
    )


def answered(connection: Connection, which: ColumnElement[bool], *columns: Any) -> Sequence[Row[Any]]:
    """Each of these slots that asks something, with its question, its current answer, and how its attempt is marked.

    ``columns``: further ones, of these tables or of the ``Mark`` that counts.
    """
    return connection.execute(_answered(which, *columns)).all()


_ANSWERED_IN = Prepared(
    _answered(
        AttemptSlot.attempt_id == bindparam("attempt_id"), AttemptSlot.closed_at, Mark.round.label("marked")
    )
)


def answered_in(connection: Connection, attempt_id: int) -> Sequence[Row[Any]]:
    """Those of one attempt, with when each slot was closed, and the round of its mark where it has one."""
    return _ANSWERED_IN.run(connection, {"attempt_id": attempt_id}).all()


def score(
    row: Row[Any], done: Sequence[Row[Any]], question_of: Callable[[Row[Any]], Question] = asked
) -> Scored:
    """What a row of ``answered`` earns; in practice with what was ``done`` at the slot (``practising.deeds``).

    One bad question never stops a submission: it earns None, and the log is told.
    """
    try:
        question = question_of(row)
        if row.mode == "practice":
            return standing_at_end(question, row, done).fraction, None
        parsed = question.parse(row.fields or {}, row.shown_order)
        return question.score(parsed.response).fraction, None
    except Exception as error:  # noqa: BLE001 (one bad question never stops a submission)
        return None, _problem(row, error)


def standing_at_end(question: Question, row: Row[Any], done: Sequence[Row[Any]]) -> Standing:
    """How a slot of a practice stands when its attempt ends: an answer that was saved and not checked is its last try.

    What was done after a right answer counts no more. By the key that the student was told by there is no such thing; by
    another one there may be, and nobody loses by going on from it.
    """
    done, last = list(done), None
    right = next((place for place, deed in enumerate(done, 1) if _is_right(question, row, deed)), None)
    if right is None and _is_unchecked(row, done):
        last = Act("check", question.parse(row.fields, row.shown_order).response)
    stands = standing_of(question, done[:right], row.shown_order, row.tries, last)
    return replace(stands, closed=True, fraction=stands.fraction if stands.tries else Fraction(0))


def _is_right(question: Question, row: Row[Any], deed: Row[Any]) -> bool:
    response = question.parse(deed.fields, row.shown_order).response
    return deed.act == "check" and question.score(response).fraction == 1


def _is_unchecked(row: Row[Any], done: Sequence[Row[Any]]) -> bool:
    """Whether the answer that stands is another one than was checked last; a hint stands beside what was answered."""
    checks = [deed.fields for deed in done if deed.act == "check"]
    return row.act == "save" or (row.act == "hint" and (not checks or checks[-1] != row.fields))


def _problem(row: Row[Any], error: Exception) -> str:
    """Tells the log of a question that could not be scored. Returns the id under which it stands there."""
    problem_id = uuid4().hex
    facts = {"problem_id": problem_id, "version": row.digest}
    log.error("a question could not be scored", exc_info=error, extra=facts)
    return problem_id


def mark_of(
    slot: Row[Any], now: datetime, fraction: Fraction | None, problem_id: str | None = None
) -> dict[str, Any]:
    """The values of a slot's first mark, which the program gives."""
    return {
        "attempt_id": slot.attempt_id,
        "slot": slot.slot,
        "round": 1,
        "try": 1,
        "fraction": None if fraction is None else float(fraction),
        "points": None if fraction is None else float(fraction * Fraction(slot.points)),
        "max": slot.points,
        "final": True,
        "graded_by": None,
        "problem_id": problem_id,
        "created_at": now,
        "superseded_at": None,
    }


def take_out(connection: Connection, attempt_ids: Sequence[int]) -> None:
    """Takes attempts whose marks or versions are about to change out of the accumulated figures, with what they have now.

    The one place to say so, in the transaction that makes the change: whatever changes the marks of an ended attempt
    calls it before. They are counted anew like any attempt that is not counted yet.
    """
    for start in range(0, len(attempt_ids), 500):  # databases bound the parameters of a statement
        part = attempt_ids[start : start + 500]
        connection.execute(update(Attempt).where(Attempt.id.in_(part)).values(counted_at=None))


# Grades ------------------------------------------------------------------------------------------------------------


def grade_of(marks: Iterable[tuple[float | None, float, bool]], scale: float) -> float | None:
    """The grade that marks (fraction, max, bonus) give; None where one needs grading, or nothing is worth points."""
    value = grade([_slot_mark(*mark) for mark in marks], Fraction(scale)).value
    return None if value is None else float(value)


def _slot_mark(fraction: float | None, points: float, bonus: bool) -> SlotMark:
    """Doubles as they are stored, back to the exact fractions that they stand for."""
    exact = None if fraction is None else Fraction(fraction).limit_denominator(10**9)
    return SlotMark(fraction=exact, points=Fraction(points).limit_denominator(10**9), bonus=bonus)


_COUNTING = Prepared(
    select(
        AttemptSlot.attempt_id,
        AttemptSlot.slot,
        Mark.fraction,
        Mark.points,
        Mark.max,
        AttemptSlot.bonus,
        QuizRevision.scale,
        Attempt.algorithm,
    )
    .select_from(AttemptSlot)
    .join(Attempt, Attempt.id == AttemptSlot.attempt_id)
    .join(QuizRevision, QuizRevision.id == Attempt.revision_id)
    .join(Mark, counting_mark())
    .where(Attempt.id.in_(bindparam("attempt_ids", expanding=True)))
    .order_by(AttemptSlot.attempt_id, AttemptSlot.slot)
)


def counting_marks(connection: Connection, attempt_ids: Sequence[int]) -> Mapping[int, Sequence[Row[Any]]]:
    """The marks that count in these attempts, by attempt: slot, fraction, points, max, bonus, the scale, and how it was
    drawn. One statement; a few hundred attempts at most.
    """
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    rows = _COUNTING.run(connection, {"attempt_ids": list(attempt_ids)})
    for row in rows:
        found[row.attempt_id].append(row)
    return found


class Result(NamedTuple):
    """What the marks of an attempt come to. ``grade`` None: one needs grading, or nothing is worth points; ``ability`` and
    its standard error None: the attempt is no adaptive test, or they cannot be told.
    """

    grade: float | None
    ability: float | None = None
    error: float | None = None


def result_of(
    connection: Connection,
    attempt_id: int,
    marks: Sequence[Row[Any]],
    pools: Pools,
    instead: Mapping[int, Mapping[str, Any]] = MappingProxyType({}),
) -> Result:
    """What the marks of an attempt (``counting_marks``) come to; ``instead``: other marks of some slots. ``pools``: those of
    all attempts that are looked at together.
    """
    now = {
        one.slot: (instead[one.slot]["fraction"], instead[one.slot]["max"])
        if one.slot in instead
        else (one.fraction, one.max)
        for one in marks
    }
    if marks[0].algorithm != ADAPTIVE:
        given = [(*now[one.slot], one.bonus) for one in marks]
        return Result(grade_of(given, marks[0].scale))
    found, share = told_by(connection, attempt_id, now, pools)
    grade = None if share is None else share * marks[0].scale
    return Result(grade, *((found.ability, found.error) if found else ()))


def regrade(connection: Connection, attempt_ids: Sequence[int]) -> None:
    """Stores anew what the marks that count now come to."""
    pools = Pools(connection)
    for part in parts(attempt_ids):
        store_results(
            connection,
            {
                attempt_id: result_of(connection, attempt_id, of_one, pools)
                for attempt_id, of_one in counting_marks(connection, part).items()
            },
        )


def store_results(connection: Connection, results: Mapping[int, Result]) -> None:
    """Stores what the marks of attempts come to."""
    if results:
        connection.execute(
            update(Attempt)
            .where(Attempt.id == bindparam("of"))
            .values(grade=bindparam("to"), ability=bindparam("told"), ability_error=bindparam("give")),
            [
                {"of": attempt_id, "to": one.grade, "told": one.ability, "give": one.error}
                for attempt_id, one in results.items()
            ],
        )
