"""Adaptive tests: the pool of a revision, the next question of an attempt, and the ability that its marks tell.

An attempt has the slots that were asked so far; each keeps what was known when it was chosen. Everything hangs on the pool,
the blueprint, the seed and the first marks (``quiz.assembly.path``), so it is never stored how far a test has come.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from math import isclose
from typing import Any, NamedTuple

from sqlalchemy import JSON, ColumnElement, Date, ForeignKey, and_, insert, or_, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, mapped_column

from quiz.assembly.blueprint import Blueprint
from quiz.assembly.dice import Dice
from quiz.assembly.draw import shown_order, variant_of
from quiz.assembly.index import item_of
from quiz.assembly.path import (
    ALGORITHM,
    Measured,
    Path,
    Pooled,
    Step,
    Stock,
    adaptive_of,
    measured,
    stock_of,
    with_lottery,
)
from quiz.assembly.supply import Window, lasting
from quiz.db import Base, parts
from quiz.models.attempt import Answer, Attempt, AttemptSlot, Mark, is_answered
from quiz.models.bank import Question, QuestionVersion, load_authored
from quiz.models.drawing import SqlIndex
from quiz.models.quiz import QuizRevision


class QuizPool(Base):
    """What the adaptive tests of a revision choose from. It never changes, whatever becomes of the banks: so all students
    are measured on one scale, and a path can be followed once more.
    """

    __tablename__ = "quiz_pool"

    revision_id: Mapped[int] = mapped_column(ForeignKey("quiz_revision.id"), primary_key=True)
    #: The day for which its questions are true.
    as_of: Mapped[date] = mapped_column(Date)
    #: The calibrated questions (``path.Pooled``, ``version_id``, ``question_id``), in the order in which they are numbered.
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    #: Those that are not calibrated and are tried beside them.
    trials: Mapped[list[dict[str, Any]]] = mapped_column(JSON)


def sums_up() -> ColumnElement[bool]:
    """The condition: the marks of an attempt's questions can be summed by topic and the like. Those of an adaptive test
    cannot: they were chosen so that everybody has about half of them right.
    """
    return Attempt.algorithm != ALGORITHM


# The pool --------------------------------------------------------------------------------------------------------------


def make_pool(
    connection: Connection, blueprint: Blueprint, banks: Mapping[str, int], window: Window
) -> dict[str, Any] | None:
    """The pool of an adaptive blueprint as a row of ``quiz_pool``, without the revision; None where it is not adaptive.

    It is of questions that stay as they are within the window. Writes nothing; with a lottery it takes as long as
    ``with_lottery``.
    """
    if blueprint.settings.adaptive is None:
        return None
    index = SqlIndex(connection, banks)
    stock = with_lottery(blueprint, stock_of(lasting(blueprint, index, window), index, window.first))
    names = [one.question for one in (*stock.items, *stock.trials)]
    ids = _ids(connection, banks, names)

    def rows(some: Iterable[Pooled]) -> list[dict[str, Any]]:
        return [{**one.dump(), **ids[one.question]} for one in some]

    return {"as_of": window.first, "items": rows(stock.items), "trials": rows(stock.trials)}


def _ids(
    connection: Connection, banks: Mapping[str, int], names: Collection[str]
) -> dict[str, dict[str, int]]:
    """The question and its current version of each of these names (``bank/id``)."""
    wanted, by_id = set(names), {bank_id: name for name, bank_id in banks.items()}
    rows = connection.execute(
        select(Question.bank_id, Question.slug, Question.id, QuestionVersion.id.label("version_id"))
        .join(QuestionVersion, and_(QuestionVersion.question_id == Question.id, QuestionVersion.current))
        .where(Question.bank_id.in_(by_id), QuestionVersion.draw_rank.is_not(None))
    )
    found = {f"{by_id[row.bank_id]}/{row.slug}": row for row in rows}
    return {name: {"version_id": found[name].version_id, "question_id": found[name].id} for name in wanted}


def keep_pool(connection: Connection, revision_id: int, pool: Mapping[str, Any] | None) -> None:
    """Keeps the pool that was made for a new revision; None: it is not adaptive."""
    if pool is not None:
        connection.execute(insert(QuizPool).values(revision_id=revision_id, **pool))


class Held(NamedTuple):
    """A pool as it is used: the day for which it is true, what was kept of each question by its name (``bank/id``), its
    name by its id, and what tests choose from.
    """

    as_of: date
    kept: Mapping[str, Mapping[str, Any]]
    names: Mapping[int, str]
    stock: Stock


class Pools(dict[int, Held]):
    """Pools by their revisions, each read once: to read one of 5,000 questions takes 30 ms."""

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self._connection = connection

    def __missing__(self, revision_id: int) -> Held:
        """Reads the pool of a revision of adaptive tests."""
        row = self._connection.execute(select(QuizPool).where(QuizPool.revision_id == revision_id)).one()
        kept = {one["question"]: one for one in (*row.items, *row.trials)}
        names = {one["question_id"]: name for name, one in kept.items()}
        stock = Stock(tuple(map(Pooled.load, row.items)), tuple(map(Pooled.load, row.trials)))
        self[revision_id] = Held(row.as_of, kept, names, stock)
        return self[revision_id]


def pooled_versions(connection: Connection, bank_id: int) -> set[int]:
    """The versions of a bank's questions that attempts may still be given out of a pool."""
    goes_on = select(Attempt.id).where(Attempt.revision_id == QuizRevision.id, Attempt.finished_at.is_(None))
    pooled = connection.execute(
        select(QuizRevision.id, QuizRevision.banks)
        .join(QuizPool, QuizPool.revision_id == QuizRevision.id)
        .where(or_(QuizRevision.current, goes_on.exists()))
    )
    of_bank = [row.id for row in pooled if bank_id in row.banks.values()]  # pools of others are not read
    return {
        int(one["version_id"])
        for some in parts(of_bank)
        for row in connection.execute(
            select(QuizPool.items, QuizPool.trials).where(QuizPool.revision_id.in_(some))
        )
        for one in (*row.items, *row.trials)
    }


# The test of one student -----------------------------------------------------------------------------------------------


class Asked(NamedTuple):
    """A question that was asked: its mark in the first round (None: none yet, or nobody could say), whether it was answered,
    and whether for good; of all but the last one both are certain, the last answer may have been saved alone.
    """

    slot: int
    name: str
    trial: bool
    fraction: float | None
    answered: bool
    for_good: bool


class Sitting:
    """An adaptive test of a revision with this pool; ``seed`` and ``had`` (as ``attempt.exposure``) are those of the attempt."""

    def __init__(
        self, connection: Connection, held: Held, blueprint: Blueprint, seed: int, had: Mapping[str, int]
    ) -> None:
        self._connection, self._held = connection, held
        self.blueprint, self.seed, self._had = blueprint, seed, had
        self.as_of, self.stock = held.as_of, held.stock

    @classmethod
    def of(cls, connection: Connection, attempt_id: int, pools: Pools | None = None) -> Sitting:
        """The test that an attempt is; ``pools`` for whoever looks at several."""
        row = connection.execute(
            select(Attempt.revision_id, Attempt.seed, Attempt.exposure, QuizRevision.blueprint)
            .join(QuizRevision, QuizRevision.id == Attempt.revision_id)
            .where(Attempt.id == attempt_id)
        ).one()
        held = (Pools(connection) if pools is None else pools)[row.revision_id]
        return cls(connection, held, Blueprint.load(row.blueprint), row.seed, row.exposure)

    def path(self) -> Path:
        """The path, at its beginning."""
        return Path(self.blueprint, self.stock, self.seed, self._had)

    def asked(self, attempt_id: int) -> list[Asked]:
        """What an attempt has been asked so far, in order. Two statements."""
        given = self._connection.execute(
            select(Answer.slot, Answer.fields, Answer.act)
            .where(Answer.attempt_id == attempt_id)
            .order_by(Answer.seq)
        )
        answers = {row.slot: row for row in given}
        first = and_(
            Mark.attempt_id == AttemptSlot.attempt_id,
            Mark.slot == AttemptSlot.slot,
            Mark.round == 1,
            Mark.try_ == 1,
        )
        rows = self._connection.execute(
            select(AttemptSlot.slot, AttemptSlot.trial, QuestionVersion.question_id, Mark.fraction)
            .join(QuestionVersion, QuestionVersion.id == AttemptSlot.version_id)
            .outerjoin(Mark, first)
            .where(AttemptSlot.attempt_id == attempt_id)
            .order_by(AttemptSlot.slot)
        )
        return [
            Asked(
                row.slot,
                self._held.names[row.question_id],
                row.trial,
                row.fraction,
                row.slot in answers and is_answered(answers[row.slot].fields),
                row.slot in answers and answers[row.slot].act == "check",
            )
            for row in rows
        ]

    def first(self) -> dict[str, Any]:
        """The row of the first slot, without the attempt."""
        step = self.path().next()
        if step is None:
            raise ValueError("the pool of a published revision is empty")
        return self.slot(1, step)

    def slot(self, number: int, step: Step) -> dict[str, Any]:
        """The row of ``attempt_slot`` for a step, without the attempt."""
        kept = self._held.kept[step.question]
        version = self._connection.execute(
            select(QuestionVersion.digest, QuestionVersion.content).where(
                QuestionVersion.id == kept["version_id"]
            )
        ).one()
        authored, dice = load_authored(version.digest, version.content), Dice(self.seed)
        is_family = bool(authored.variants(self.as_of))
        variant = variant_of(authored, dice, self.as_of, self._had) if is_family else None
        item = item_of(authored.variant(variant, self.as_of))
        order = shown_order(item, number, dice, shuffle=self.blueprint.shuffle_options)
        return {
            "slot": number,
            "version_id": kept["version_id"],
            "section": kept["section"],
            "variant": variant,
            "shown_order": list(order),
            "points": kept["points"],
            "bonus": False,
            "asks": True,
            "trial": step.trial,
            "step": step.dump(),
        }


class Told(NamedTuple):
    """What the marks of a test tell, None where nothing does; and the share of the grade's scale, None where one of them
    needs grading.
    """

    measured: Measured | None
    share: float | None


def told_by(
    connection: Connection, attempt_id: int, marks: Mapping[int, tuple[float | None, float]], pools: Pools
) -> Told:
    """What these marks of an ended adaptive test tell, by slot as (fraction, max): those that count, or others.

    Trial questions, a last one that was not answered, and what was dropped (max 0) tell nothing. Where a test was ended
    before its rules did, with fewer answers than each has to have, the share is reduced to the part that was answered.
    """
    sitting = Sitting.of(connection, attempt_id, pools)
    asked = [one for one in sitting.asked(attempt_id) if one.answered and not one.trial]
    given = [(one.name, *marks[one.slot]) for one in asked]
    scored = [(name, fraction) for name, fraction, most in given if most and fraction is not None]
    found = measured(sitting.blueprint, sitting.stock, scored)
    if any(fraction is None for _, fraction, _ in given):
        return Told(found, None)
    if found is None:
        return Told(None, 0.0)
    stopped = connection.execute(select(Attempt.stopped).where(Attempt.id == attempt_id)).scalar_one()
    fewest = adaptive_of(sitting.blueprint).fewest
    return Told(found, found.share * (1.0 if stopped else min(1.0, len(asked) / fewest)))


# The path once more ----------------------------------------------------------------------------------------------------


class Difference(NamedTuple):
    """Where an attempt's record says something else than its path followed once more; ``slot`` 0 is how it ended."""

    slot: int
    what: str
    recorded: Any
    found: Any


def differences(connection: Connection, attempt_id: int, pools: Pools) -> list[Difference]:
    """Follows the path of an adaptive test once more, out of its pool, rules, seed and first marks."""
    sitting, found = Sitting.of(connection, attempt_id, pools), []
    path, columns = sitting.path(), ("variant", "shown_order", "trial", "step")
    rows = connection.execute(
        select(*(getattr(AttemptSlot, name) for name in columns))
        .where(AttemptSlot.attempt_id == attempt_id)
        .order_by(AttemptSlot.slot)
    ).all()
    for one, row in zip(sitting.asked(attempt_id), rows, strict=True):
        step = path.next()
        name = step.question if step else None
        if step is None or name != one.name:
            found.append(Difference(one.slot, "question", one.name, name))
        else:
            again = sitting.slot(one.slot, step)
            told = ((name, getattr(row, name), again[name]) for name in columns)
            found += [Difference(one.slot, *each) for each in told if not _alike(*each[1:])]
        if one.for_good:
            path.take(one.name, one.fraction)
    attempt = connection.execute(select(Attempt.stopped).where(Attempt.id == attempt_id)).one()
    if attempt.stopped != path.stopped:
        found.append(Difference(0, "stopped", attempt.stopped, path.stopped))
    return found


def _alike(one: Any, other: Any) -> bool:
    """Whether two values are equal, numbers as far as machines differ."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_alike(one[key], other[key]) for key in one)
    if isinstance(one, float) and isinstance(other, float):
        return isclose(one, other, rel_tol=1e-6, abs_tol=1e-6)
    return bool(one == other)
