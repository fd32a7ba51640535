"""Scores stored answers again: what a rule would change, the change itself, and the way back.

A rescoring never touches an answer. A mark that it changes is followed by another one, in a new round, and kept; the slot
moves to the version whose key scores it now, so that whatever shows or counts the question reads that version.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Row, and_, bindparam, delete, func, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import aliased

from quiz.banks.model import Question
from quiz.banks.rescoring import BY_KEY, Keys, Policy, fraction_by, misfits, misfits_of_variant
from quiz.db import Prepared
from quiz.errors import Invalid, Problem, Said
from quiz.models.asking import asked
from quiz.models.attempt import Answer, Attempt, AttemptSlot, Mark
from quiz.models.bank import QuestionVersion, load_variant
from quiz.models.rescored import RescoredSlot, RescoredVersion, Rescoring
from quiz.models.scoring import answered, mark_of, score

#: What one slot was asked: version, variant, date of the paper.
Asked: TypeAlias = tuple[int, str | None, date]


@dataclass(frozen=True, slots=True)
class Rule:
    """How questions are scored from now on. ``versions``: by question the version that takes in those before it
    (``id question_id bank_id number digest content``); ``by_hand``: marks that people gave are replaced too.
    """

    policy: Policy
    by_hand: bool
    versions: Mapping[int, Row[Any]]

    def only(self, question_ids: Iterable[int]) -> Rule:
        """The same for some of its questions."""
        return Rule(self.policy, self.by_hand, {one: self.versions[one] for one in question_ids})


@dataclass(frozen=True, slots=True)
class Step:
    """What a rule does to one slot: the row of its answer and mark as they are, and the mark that is to count."""

    row: Row[Any]
    #: The version in the slot afterwards.
    version_id: int
    #: The values of the mark; what counts now where it stays.
    mark: Mapping[str, Any]
    #: A person's mark, which is left alone.
    kept: bool

    @property
    def changed(self) -> bool:
        """Whether another mark counts afterwards; compared to nine decimals, as everywhere."""
        return _rounded(self.mark["points"], self.mark["max"]) != _rounded(self.row.mark_points, self.row.max)

    @property
    def touches(self) -> bool:
        """Whether anything is another afterwards: the mark, or the version in the slot."""
        return self.changed or self.version_id != self.row.version_id


def _rounded(points: float | None, most: float) -> tuple[float | None, float]:
    return None if points is None else round(points, 9), round(most, 9)


def target_columns() -> tuple[Any, ...]:
    """The columns of ``Rule.versions``."""
    version = QuestionVersion
    return version.id, version.question_id, version.bank_id, version.number, version.digest, version.content


# What would change ---------------------------------------------------------------------------------------------------


def slots_of(connection: Connection, which: ColumnElement[bool], rule: Rule) -> Sequence[Row[Any]]:
    """The slots of ended attempts that a rule takes in, each with its answer and the mark that counts. One statement."""
    rounds = aliased(Mark)
    last_round = (
        select(func.max(rounds.round))
        .where(rounds.attempt_id == AttemptSlot.attempt_id, rounds.slot == AttemptSlot.slot)
        .correlate(AttemptSlot)
        .scalar_subquery()
    )
    rows = answered(
        connection,
        and_(which, Attempt.finished_at.is_not(None), QuestionVersion.question_id.in_(rule.versions)),
        AttemptSlot.version_id,
        QuestionVersion.question_id,
        QuestionVersion.number,
        Mark.fraction,
        Mark.points.label("mark_points"),
        Mark.max,
        Mark.by_hand,
        Mark.problem_id,
        last_round.label("last_round"),
    )
    return [row for row in rows if row.number <= rule.versions[row.question_id].number]


def misfitting(rows: Sequence[Row[Any]], rule: Rule) -> dict[int, list[Problem]]:
    """Why the rule cannot score questions that stand in these slots, by question; only a key has to fit."""
    found: dict[int, list[Problem]] = {}
    asked_before: dict[Asked, Row[Any]] = {(row.version_id, row.variant, row.as_of): row for row in rows}
    for row in asked_before.values() if rule.policy in BY_KEY else ():
        problems = [*_misfits(row, rule.versions[row.question_id])]
        if problems and row.question_id not in found:
            found[row.question_id] = problems
    return found


def _misfits(row: Row[Any], version: Row[Any]) -> Iterator[Problem]:
    before = asked(row)
    if row.version_id == version.id:
        yield from misfits(before, before)
        return
    try:
        new = _by_version(row, version)
    except Invalid:
        yield _gone(row)
        return
    if row.variant is None:
        yield from misfits(before, new)
    else:
        for problem in misfits_of_variant(before, new):
            yield Problem(f"variant {row.variant}", problem.what, problem.mend)


def _gone(row: Row[Any]) -> Problem:
    """That the new version has nothing to score this slot by."""
    if row.variant is None:
        what = Said("the question is a family in one version and none in the other")
    else:
        what = Said("there is no variant %(variant)s on %(day)s any more", variant=row.variant, day=row.as_of)
    return Problem("", what, "give full credit, or drop the question")


def _by_version(row: Row[Any], version: Row[Any]) -> Question:
    """The question of a slot as another version has it."""
    return load_variant(version.digest, version.content, row.variant, row.as_of)


def steps(connection: Connection, rows: Sequence[Row[Any]], rule: Rule, now: datetime) -> list[Step]:
    """What the rule does to these slots (``slots_of``), in their order. Nothing is written."""
    practised = {row.attempt_id for row in rows if row.mode == "practice"}
    done = _deeds(connection, rule) if practised else {}
    return [_step(row, done.get((row.attempt_id, row.slot), ()), rule, now) for row in rows]


def _deeds(connection: Connection, rule: Rule) -> Mapping[tuple[int, int], Sequence[Row[Any]]]:
    """The checks and hints at the questions of a rule, by attempt and slot (as ``practising.deeds``)."""
    found: dict[tuple[int, int], list[Row[Any]]] = defaultdict(list)
    rows = connection.execute(
        select(Answer.attempt_id, Answer.slot, Answer.act, Answer.seq, Answer.fields)
        .join(AttemptSlot, and_(AttemptSlot.attempt_id == Answer.attempt_id, AttemptSlot.slot == Answer.slot))
        .join(QuestionVersion, QuestionVersion.id == AttemptSlot.version_id)
        .where(Answer.act != "save", QuestionVersion.question_id.in_(rule.versions))
        .order_by(Answer.attempt_id, Answer.slot, Answer.seq)
    )
    for row in rows:
        found[row.attempt_id, row.slot].append(row)
    return found


def _step(row: Row[Any], done: Sequence[Row[Any]], rule: Rule, now: datetime) -> Step:
    version = rule.versions[row.question_id]
    version_id = version.id if rule.policy in BY_KEY else row.version_id
    if row.by_hand and not rule.by_hand:
        return Step(row, version_id, {"points": row.mark_points, "max": row.max}, kept=True)
    return Step(row, version_id, _mark(row, done, rule, now), kept=False)


def _mark(row: Row[Any], done: Sequence[Row[Any]], rule: Rule, now: datetime) -> dict[str, Any]:
    present = None if row.fraction is None else Fraction(row.fraction).limit_denominator(10**9)
    before, new, problem_id = None, None, None
    if rule.policy in BY_KEY:
        version = rule.versions[row.question_id]
        new, problem_id = score(row, done, lambda one: _by_version(one, version))
        before = score(row, done)[0] if rule.policy == "both-keys" else None
    fraction = fraction_by(rule.policy, Keys(present, before, new))
    mark = mark_of(row, now, fraction, problem_id if fraction is None else None)
    return mark | ({"points": 0.0, "max": 0.0} if rule.policy == "drop" else {})


# The change ----------------------------------------------------------------------------------------------------------


def write(
    connection: Connection, rescoring_id: int, by: int | None, given: Sequence[Step], now: datetime
) -> None:
    """Writes what the rule of a rescoring does. The marks before are kept; grades are the caller's to work out."""
    touched = [one for one in given if one.touches]
    changed = [one for one in touched if one.changed]
    _replace(connection, [(one.row.attempt_id, one.row.slot) for one in changed], now)
    _many(
        connection,
        insert(Mark),
        [{**one.mark, "round": one.row.last_round + 1, "graded_by": by} for one in changed],
    )
    _move(connection, [(one.row.attempt_id, one.row.slot, one.version_id) for one in touched])
    _many(
        connection,
        delete(RescoredSlot).where(
            RescoredSlot.rescoring_id == rescoring_id,
            RescoredSlot.attempt_id == bindparam("in_attempt"),
            RescoredSlot.slot == bindparam("in_slot"),
        ),
        [{"in_attempt": one.row.attempt_id, "in_slot": one.row.slot} for one in touched],
    )
    _many(
        connection,
        insert(RescoredSlot),
        [
            {
                "rescoring_id": rescoring_id,
                "attempt_id": one.row.attempt_id,
                "slot": one.row.slot,
                "version_before": one.row.version_id,
                "round": one.row.last_round + 1 if one.changed else None,
            }
            for one in touched
        ],
    )


def _many(connection: Connection, statement: Any, values: Sequence[Mapping[str, Any]]) -> None:
    if values:
        connection.execute(statement, values)


def _replace(connection: Connection, places: Sequence[tuple[int, int]], now: datetime) -> None:
    """The marks that count in these slots no longer do."""
    statement = (
        update(Mark)
        .where(
            Mark.attempt_id == bindparam("in_attempt"),
            Mark.slot == bindparam("in_slot"),
            Mark.superseded_at.is_(None),
        )
        .values(superseded_at=now)
    )
    _many(connection, statement, [{"in_attempt": attempt, "in_slot": slot} for attempt, slot in places])


def _move(connection: Connection, places: Sequence[tuple[int, int, int]]) -> None:
    """Puts versions (third of each) into slots."""
    statement = (
        update(AttemptSlot)
        .where(
            AttemptSlot.attempt_id == bindparam("in_attempt"),
            AttemptSlot.slot == bindparam("in_slot"),
        )
        .values(version_id=bindparam("version"))
    )
    given = [
        {"in_attempt": attempt, "in_slot": slot, "version": version} for attempt, slot, version in places
    ]
    _many(connection, statement, given)


# The way back --------------------------------------------------------------------------------------------------------


def take_back(connection: Connection, rescoring_id: int, now: datetime) -> None:
    """Gives slots back what they had before a rescoring: the version, and the very mark, where its own still counts.

    What people have given or let count since stands. Grades are the caller's to work out.
    """
    rows = connection.execute(
        select(RescoredSlot, Mark.round.label("counting"))
        .outerjoin(
            Mark,
            and_(
                Mark.attempt_id == RescoredSlot.attempt_id,
                Mark.slot == RescoredSlot.slot,
                Mark.round == RescoredSlot.round,
                Mark.superseded_at.is_(None),
            ),
        )
        .where(RescoredSlot.rescoring_id == rescoring_id)
    ).all()
    own = [row for row in rows if row.counting is not None]
    _replace(connection, [(row.attempt_id, row.slot) for row in own], now)
    _many(
        connection,
        update(Mark)
        .where(
            Mark.attempt_id == bindparam("in_attempt"),
            Mark.slot == bindparam("in_slot"),
            Mark.round == bindparam("of_round"),
            Mark.try_ == bindparam("of_try"),
        )
        .values(superseded_at=None),
        [*_before(connection, rescoring_id, own)],
    )
    _move(connection, [(row.attempt_id, row.slot, row.version_before) for row in rows])


def _before(connection: Connection, rescoring_id: int, own: Sequence[Row[Any]]) -> Iterator[dict[str, int]]:
    """The mark that each of these slots had before: the newest one older than the rescoring's own that none which was
    undone has given.
    """
    undone = (
        select(RescoredSlot.slot)
        .join(Rescoring, Rescoring.id == RescoredSlot.rescoring_id)
        .where(
            RescoredSlot.attempt_id == Mark.attempt_id,
            RescoredSlot.slot == Mark.slot,
            RescoredSlot.round == Mark.round,
            Rescoring.undone_at.is_not(None),
        )
        .correlate(Mark)
        .exists()
    )
    slots = aliased(RescoredSlot)
    marks = connection.execute(
        select(Mark.attempt_id, Mark.slot, Mark.round, Mark.try_)
        .join(slots, and_(slots.attempt_id == Mark.attempt_id, slots.slot == Mark.slot))
        .where(slots.rescoring_id == rescoring_id, Mark.round < slots.round, ~undone)
        .order_by(Mark.round, Mark.try_)
    )
    newest = {(row.attempt_id, row.slot): row for row in marks}
    for row in own:
        before = newest[row.attempt_id, row.slot]
        yield {
            "in_attempt": row.attempt_id,
            "in_slot": row.slot,
            "of_round": before.round,
            "of_try": before[3],
        }


# In force ------------------------------------------------------------------------------------------------------------


def follow(connection: Connection, attempt_id: int, now: datetime, slot: int | None = None) -> None:
    """Lets the rescorings in force follow the marks that an attempt, or one slot of it, has just been given.

    One statement where there are none.
    """
    which = AttemptSlot.attempt_id == attempt_id
    if slot is not None:
        which = and_(which, AttemptSlot.slot == slot)
    for rescoring_id, by, rule in _in_force(connection, attempt_id):
        given = steps(connection, slots_of(connection, which, rule), rule, now)
        write(connection, rescoring_id, by, given, now)


_IN_FORCE = Prepared(
    select(
        Rescoring.id.label("rescoring_id"),
        Rescoring.policy,
        Rescoring.by_hand,
        Rescoring.created_by,
        *target_columns(),
    )
    .join(RescoredVersion, RescoredVersion.rescoring_id == Rescoring.id)
    .join(QuestionVersion, QuestionVersion.id == RescoredVersion.version_id)
    .join(Attempt, Attempt.quiz_id == Rescoring.quiz_id)
    .where(Attempt.id == bindparam("attempt_id"), Rescoring.undone_at.is_(None))
    .order_by(Rescoring.id)
)


def _in_force(connection: Connection, attempt_id: int) -> list[tuple[int, int | None, Rule]]:
    """The rescorings of the attempt's quiz that are in force, as (id, who, rule), in their order."""
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in _IN_FORCE.run(connection, {"attempt_id": attempt_id}):
        found[row.rescoring_id].append(row)
    return [
        (
            number,
            versions[0].created_by,
            Rule(versions[0].policy, versions[0].by_hand, {one.question_id: one for one in versions}),
        )
        for number, versions in found.items()
    ]


@dataclass(frozen=True, slots=True)
class RescoredLine:
    """That a slot was scored again: by which policy, when and why ("" = nothing was said)."""

    policy: Policy
    at: datetime
    reason: str


_LINES = Prepared(
    select(RescoredSlot.slot, Rescoring.policy, Rescoring.created_at, Rescoring.reason)
    .join(Rescoring, Rescoring.id == RescoredSlot.rescoring_id)
    .where(
        RescoredSlot.attempt_id == bindparam("attempt_id"),
        RescoredSlot.round.is_not(None),
        Rescoring.undone_at.is_(None),
    )
    .order_by(Rescoring.id)
)


def rescored_lines(connection: Connection, attempt_id: int) -> Mapping[int, RescoredLine]:
    """The newest rescoring in force that has changed the mark of a slot, by slot. One statement."""
    rows = _LINES.run(connection, {"attempt_id": attempt_id})
    return {row.slot: RescoredLine(row.policy, row.created_at, row.reason) for row in rows}


def as_asked(connection: Connection, attempt_id: int, slot: int) -> None:
    """Puts the version back into a slot that the student was asked, so that it can be scored from the beginning."""
    first = connection.execute(
        select(RescoredSlot.version_before)
        .join(Rescoring, Rescoring.id == RescoredSlot.rescoring_id)
        .where(
            RescoredSlot.attempt_id == attempt_id, RescoredSlot.slot == slot, Rescoring.undone_at.is_(None)
        )
        .order_by(Rescoring.id)
    ).first()
    if first is not None:
        _move(connection, [(attempt_id, slot, first.version_before)])


def later_ones(connection: Connection, rescoring_id: int, quiz_id: int) -> Sequence[int]:
    """The ids of later rescorings in force of the same questions, which have to be undone before."""
    mine, theirs = aliased(QuestionVersion), aliased(QuestionVersion)
    questions = (
        select(mine.question_id)
        .join(RescoredVersion, RescoredVersion.version_id == mine.id)
        .where(RescoredVersion.rescoring_id == rescoring_id)
    )
    return (
        connection.execute(
            select(Rescoring.id)
            .join(RescoredVersion, RescoredVersion.rescoring_id == Rescoring.id)
            .join(theirs, theirs.id == RescoredVersion.version_id)
            .where(
                Rescoring.quiz_id == quiz_id,
                Rescoring.id > rescoring_id,
                Rescoring.undone_at.is_(None),
                theirs.question_id.in_(questions),
            )
            .distinct()
            .order_by(Rescoring.id)
        )
        .scalars()
        .all()
    )


def lock(connection: Connection, quiz_id: int) -> None:
    """Holds the attempts of a locked quiz as they are, until the transaction ends (PostgreSQL; SQLite has one writer).

    Nobody starts one, since the quiz is locked; none in progress ends, while answers to it are saved; nobody changes a
    mark of those that have ended. What is under way is waited for, so that the next statement sees it.
    """
    of_quiz = select(Attempt.id).where(Attempt.quiz_id == quiz_id).order_by(Attempt.id)
    connection.execute(of_quiz.where(Attempt.finished_at.is_(None)).with_for_update(read=True)).all()
    connection.execute(of_quiz.where(Attempt.finished_at.is_not(None)).with_for_update()).all()
