"""Finished attempts as papers to be counted: marks, answers that stand, and the time that saves tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, or_, select
from sqlalchemy.engine import Connection

from quiz.assembly.path import ALGORITHM as ADAPTIVE
from quiz.banks.analysing import Held
from quiz.banks.model import Authored, Question
from quiz.banks.tallying import Answered, Paper, two_digits
from quiz.files.richtext import to_text
from quiz.models.asking import versions_in
from quiz.models.attempt import Answer, Attempt, AttemptSlot, Mark
from quiz.models.bank import load_authored
from quiz.models.quiz import QuizRevision
from quiz.models.scoring import counting_mark, current_answer


def papers_of(connection: Connection, which: ColumnElement[bool]) -> dict[int, Paper]:
    """The papers of the finished attempts for which the condition on ``Attempt`` holds, by attempt. Four statements.

    Bonus slots, questions on trial, and those that were dropped, stand outside of the analysis. A paper that is not wholly marked, or has
    nothing to attain, is not settled.
    """
    attempts = connection.execute(
        select(
            Attempt.id,
            Attempt.started_at,
            Attempt.finished_at,
            Attempt.grade,
            Attempt.algorithm,
            QuizRevision.scale,
        )
        .join(QuizRevision, QuizRevision.id == Attempt.revision_id)
        .where(which, Attempt.finished_at.is_not(None))
        .order_by(Attempt.id)
    ).all()
    if not attempts:
        return {}
    slots: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in _slots(connection, which):
        slots[row.attempt_id].append(row)
    seconds = _seconds(_saves(connection, which), {one.id: one.started_at for one in attempts})
    authored = _authored(connection, {row.version_id for of_one in slots.values() for row in of_one})
    variants: dict[Any, Question] = {}
    found = {}
    for one in attempts:
        rows = slots[one.id]
        if one.grade is None or not rows or any(row.fraction is None for row in rows):
            found[one.id] = Paper()
            continue
        answered = (
            _answered(row, authored[row.version_id], seconds.get((one.id, row.slot)), variants)
            for row in rows
        )
        duration = two_digits((one.finished_at - one.started_at).total_seconds())
        share = 100 * one.grade / one.scale if one.algorithm == ADAPTIVE else None
        found[one.id] = Paper(tuple(line.line for line in answered), one.grade, duration, share)
    return found


def held_in(connection: Connection, version_ids: Collection[int]) -> dict[int, Held]:
    """These question versions, by id. One statement."""
    found = {}
    for row in versions_in(connection, version_ids):
        authored = load_authored(row.digest, row.content)
        found[row.id] = Held(row.number, to_text(authored.prompt), authored.variant)
    return found


def _authored(connection: Connection, version_ids: Collection[int]) -> dict[int, Authored]:
    rows = versions_in(connection, version_ids)
    return {row.id: load_authored(row.digest, row.content) for row in rows}


def _slots(connection: Connection, which: ColumnElement[bool]) -> Sequence[Row[Any]]:
    return connection.execute(
        select(
            AttemptSlot.attempt_id,
            AttemptSlot.slot,
            AttemptSlot.section,
            AttemptSlot.version_id,
            AttemptSlot.variant,
            Attempt.as_of,
            AttemptSlot.shown_order,
            AttemptSlot.points,
            Answer.fields,
            Mark.fraction,
        )
        .select_from(AttemptSlot)
        .join(Attempt, Attempt.id == AttemptSlot.attempt_id)
        .outerjoin(Answer, current_answer())
        .outerjoin(Mark, counting_mark())
        .where(
            which,
            Attempt.finished_at.is_not(None),
            AttemptSlot.asks,
            AttemptSlot.bonus.is_(False),
            AttemptSlot.trial.is_(False),
            # not those that were dropped: their marks are worth nothing since
            or_(Mark.max.is_(None), Mark.max > 0, AttemptSlot.points == 0),
        )
        .order_by(AttemptSlot.attempt_id, AttemptSlot.slot)
    ).all()


def _answered(
    row: Row[Any], authored: Authored, seconds: float | None, variants: dict[Any, Question]
) -> Answered:
    """What was answered in a slot; ``variants`` keeps the questions that families were, which many papers share."""
    key = row.version_id, row.variant, row.as_of
    if key not in variants:
        variants[key] = authored.variant(row.variant, row.as_of)
    question = variants[key]
    return Answered(
        version_id=row.version_id,
        version=0,
        question=question,
        variant=row.variant,
        slot=row.slot,
        section=row.section,
        points=row.points,
        fraction=row.fraction,
        response=question.parse(row.fields or {}, row.shown_order).response,
        seconds=seconds,
        as_of=row.as_of,
    )


def _saves(connection: Connection, which: ColumnElement[bool]) -> Iterable[Row[Any]]:
    """When each answer was saved, also those that were replaced, in order."""
    return connection.execute(
        select(Answer.attempt_id, Answer.slot, Answer.saved_at)
        .join(Attempt, Attempt.id == Answer.attempt_id)
        .where(which, Attempt.finished_at.is_not(None))
        .order_by(Answer.attempt_id, Answer.saved_at, Answer.slot, Answer.seq)
    )


def _seconds(saves: Iterable[Row[Any]], started: Mapping[int, datetime]) -> dict[tuple[int, int], float]:
    """Seconds spent on each (attempt, slot): those from the save before, or from the start, to each save of this slot.

    So what somebody thinks without answering counts for the question answered next.
    """
    found: dict[tuple[int, int], float] = defaultdict(float)
    before = dict(started)
    for row in saves:
        spent = (row.saved_at - before[row.attempt_id]).total_seconds()
        found[row.attempt_id, row.slot] += max(0.0, spent)
        before[row.attempt_id] = row.saved_at
    return found
