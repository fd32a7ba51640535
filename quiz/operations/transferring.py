"""Copying and moving questions to another bank: looked at first, in one transaction, taken back by ``undoing``.

A copy is a new question there. A question that moves keeps its identity: its history, its comments and the attempts that
hold it go along. It does not move away from a published quiz that would then lack it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, Literal, TypeAlias

from sqlalchemy import Row, insert, select, update
from sqlalchemy.engine import Connection

from quiz.banks.model import Bank as LoadedBank
from quiz.banks.transferring import Transfer, transfer
from quiz.db import reading, transaction
from quiz.errors import Conflict, Invalid, Problem, Said
from quiz.models.audit import record
from quiz.models.bank import Bank, Question, QuestionVersion, load_authored
from quiz.models.choosing import Selection, selected
from quiz.models.drafting import QuestionDraft
from quiz.models.media import folder_of
from quiz.models.transferring import lacking_quizzes, move_rows
from quiz.models.versions import add_versions, bank_changed
from quiz.operations.access import EDITING, Actor, editable_bank, missing, readable_banks, titles_of
from quiz.questions.images import digest_of_pin

How: TypeAlias = Literal["copy", "move"]
#: Questions that go to another bank at once.
MOST: Final = 5_000


@dataclass(frozen=True, slots=True)
class Stays:
    """A question that does not move: somebody has a draft of it, or it shares a text with others (``why``: draft, set)."""

    question_id: int
    slug: str
    why: str


@dataclass(frozen=True, slots=True)
class Look:
    """What would happen. ``seen`` stands for just this, so that nothing else is done after it was agreed to."""

    count: int
    #: Ids that are taken in the other bank, and what these questions are called there.
    renamed: tuple[tuple[str, str], ...]
    stays: tuple[Stays, ...]
    #: Published quizzes that would then lack questions, by title; "" = one of a course that I do not teach.
    lacking: tuple[str, ...]
    seen: str


@dataclass(frozen=True, slots=True)
class Ways:
    """The bank, how many of its questions are selected, whether they may move, and the banks that they may go to."""

    bank_id: int
    title: str
    movable: bool
    count: int
    targets: tuple[tuple[int, str], ...]


def ways(actor: Actor, bank_id: int, selection: Selection) -> Ways:
    """Where the selected questions of a bank that I may read can go."""
    with reading() as connection:
        bank = _readable(connection, actor, bank_id)
        rows = connection.execute(
            readable_banks(actor, Bank.id, Bank.title)
            .where(Bank.id != bank_id, Bank.language == bank.language)
            .order_by(Bank.title, Bank.id)
        )
        targets = tuple((row.id, row.title) for row in rows if row.access in EDITING)
        count = len(connection.execute(_selected(connection, bank_id, selection)).all())
    return Ways(bank_id, bank.title, bank.access in EDITING, count, targets)


def look(actor: Actor, bank_id: int, selection: Selection, target_id: int, how: How, now: datetime) -> Look:
    """What copying or moving the selected questions would do. Writes nothing.

    Raises Invalid where nothing is selected, or the other bank cannot take them.
    """
    with reading() as connection:
        plan = _plan(connection, actor, bank_id, selection, target_id, how)
        lacking = _lacking(connection, actor, plan, now)
    renamed = tuple((old, new) for old, new in plan.made.names.items() if old != new)
    return Look(len(plan.rows), renamed, plan.stays, lacking, plan.seen)


def run(
    actor: Actor, bank_id: int, selection: Selection, target_id: int, how: How, seen: str, now: datetime
) -> int:
    """Does what was ``seen``. Returns with how many questions.

    Raises Conflict where it would do something else by now, or where a published quiz would lack questions.
    """
    with transaction() as connection:
        plan = _plan(connection, actor, bank_id, selection, target_id, how, lock=True)
        if plan.seen != seen:
            raise Conflict("The questions have changed since you looked. Look again.")
        if _lacking(connection, actor, plan, now):
            raise Conflict("A published quiz would then lack questions: copy them instead.")
        _carry_out(connection, actor, plan, now)
    return len(plan.rows)


@dataclass(frozen=True)
class _Plan:
    """The questions that go, those that stay, and what becomes of the former."""

    how: How
    source: Row[Any]
    target: Row[Any]
    rows: Sequence[Row[Any]]
    stays: tuple[Stays, ...]
    made: Transfer

    @property
    def seen(self) -> str:
        """Stands for which versions go, and under which ids."""
        told = [f"{row.id}:{row.number}:{self.made.names[row.slug]}" for row in self.rows]
        return sha256(" ".join([self.how, str(self.target.id), *told]).encode()).hexdigest()


def _readable(connection: Connection, actor: Actor, bank_id: int) -> Row[Any]:
    found: Row[Any] | None = connection.execute(readable_banks(actor, Bank).where(Bank.id == bank_id)).first()
    if found is None:
        raise missing(connection, actor)
    return found


def _selected(connection: Connection, bank_id: int, selection: Selection) -> Any:
    return (
        select(Question.id, Question.slug)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .where(
            Question.bank_id == bank_id, QuestionVersion.current, *selected(connection, bank_id, selection)
        )
        .order_by(Question.id)
    )


def _plan(
    connection: Connection,
    actor: Actor,
    bank_id: int,
    selection: Selection,
    target_id: int,
    how: How,
    *,
    lock: bool = False,
) -> _Plan:
    source, target = _banks(connection, actor, bank_id, target_id, how, lock=lock)
    rows = connection.execute(
        _selected(connection, bank_id, selection)
        .add_columns(QuestionVersion.number, QuestionVersion.digest, QuestionVersion.content)
        .limit(MOST + 1)
    ).all()
    if not rows:
        raise Invalid([Problem("", "no question is selected", "tick some, or search for others")])
    if len(rows) > MOST:
        what = Said("more than %(most)s questions are selected", most=MOST)
        raise Invalid([Problem("", what, "narrow the search, and go in several steps")])
    stays = _staying(connection, rows) if how == "move" else {}
    going = [row for row in rows if row.id not in stays]
    taken = connection.execute(select(Question.slug).where(Question.bank_id == target_id)).scalars()
    made = transfer(
        LoadedBank.load(source.header),
        [load_authored(row.digest, row.content) for row in going],
        LoadedBank.load(target.header),
        frozenset(taken),
        {name: digest_of_pin(pin) for name, pin in folder_of(connection, target_id).items()},
    )
    return _Plan(how, source, target, going, tuple(stays.values()), made)


def _banks(
    connection: Connection, actor: Actor, bank_id: int, target_id: int, how: How, *, lock: bool
) -> tuple[Row[Any], Row[Any]]:
    """Both banks, locked in the order of their ids where they change, so that two who move crosswise do not wait for ever."""
    source = _readable(connection, actor, bank_id)
    if bank_id == target_id:
        raise Invalid([Problem("target", "they are in this bank already", "choose another one")])
    if connection.execute(readable_banks(actor, Bank.id).where(Bank.id == target_id)).first() is None:
        raise Invalid([Problem("target", "no bank is chosen", "choose one that you may change")])
    changed = {target_id, bank_id} if how == "move" else {target_id}
    found = {number: editable_bank(connection, actor, number, lock=lock) for number in sorted(changed)}
    source, target = found.get(bank_id, source), found[target_id]
    if source.language != target.language:
        what = Said("this bank is in another language (%(language)s)", language=target.language)
        raise Invalid([Problem("target", what, Said("choose one in %(language)s", language=source.language))])
    return source, target


def _staying(connection: Connection, rows: Sequence[Row[Any]]) -> Mapping[int, Stays]:
    drafts = set(
        connection.execute(
            select(QuestionDraft.question_id)
            .join(Question, Question.id == QuestionDraft.question_id)
            .where(
                Question.bank_id
                == select(Question.bank_id).where(Question.id == rows[0].id).scalar_subquery()
            )
        ).scalars()
    )
    reasons = {row.id: "draft" for row in rows if row.id in drafts}
    reasons |= {row.id: "set" for row in rows if "stimulus" in row.content}
    return {row.id: Stays(row.id, row.slug, reasons[row.id]) for row in rows if row.id in reasons}


def _carry_out(connection: Connection, actor: Actor, plan: _Plan, now: datetime) -> None:
    """Writes it."""
    if not plan.rows:
        return
    target_id, source_id = plan.target.id, plan.source.id
    connection.execute(update(Bank).where(Bank.id == target_id).values(header=plan.made.header))
    ids = _moved_ids(connection, plan) if plan.how == "move" else _new_ids(connection, plan)
    add_versions(connection, [*zip(ids, plan.made.questions, strict=True)], target_id, actor.id, now)
    bank_changed(connection, target_id, now)
    facts = {"count": len(ids), "from": source_id, "added": plan.made.added}
    record(connection, actor.id, f"bank.{plan.how}", ("bank", target_id), now, **facts)
    if plan.how == "move":
        bank_changed(connection, source_id, now)
        record(connection, actor.id, "bank.moved", ("bank", source_id), now, count=len(ids), to=target_id)


def _moved_ids(connection: Connection, plan: _Plan) -> list[int]:
    move_rows(connection, {row.id: plan.made.names[row.slug] for row in plan.rows}, plan.target.id)
    return [row.id for row in plan.rows]


def _new_ids(connection: Connection, plan: _Plan) -> list[int]:
    slugs = [plan.made.names[row.slug] for row in plan.rows]
    connection.execute(insert(Question), [{"bank_id": plan.target.id, "slug": slug} for slug in slugs])
    rows = connection.execute(
        select(Question.slug, Question.id).where(Question.bank_id == plan.target.id)
    ).all()
    by_slug = {row.slug: row.id for row in rows}
    return [by_slug[slug] for slug in slugs]


def _lacking(connection: Connection, actor: Actor, plan: _Plan, now: datetime) -> tuple[str, ...]:
    """The titles of the published quizzes from which the questions would move away; "" for those that I do not teach."""
    if plan.how == "copy":
        return ()
    lacking = lacking_quizzes(connection, plan.source.id, {row.slug for row in plan.rows}, now)
    return titles_of(connection, actor, lacking)
