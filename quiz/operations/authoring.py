"""Writing questions in the browser: every edit a new version, nothing is ever overwritten."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.engine import Connection

from quiz.banks.model import Bank as LoadedBank
from quiz.banks.model import Question as LoadedQuestion
from quiz.db import reading, transaction
from quiz.errors import EditConflict, Forbidden, Invalid, Problem
from quiz.models.audit import record
from quiz.models.bank import Bank, Question, QuestionVersion, load_question
from quiz.models.people import User
from quiz.models.reviewing import Marked, Outcome, outcome_of
from quiz.models.versions import add_versions, bank_changed
from quiz.operations.access import AUTHORING, Actor, demand_role, missing, readable_banks
from quiz.questions.base import Presented

#: Rights of a bank that let somebody change it.
EDITING = ("own", "edit")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A question as its author works on it. ``fields`` is the flat form of bank files; ``number`` the version seen."""

    bank_id: int
    bank_title: str
    bank: str
    access: str
    question_id: int | None
    number: int
    current: bool
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version in a question's history; ``changed`` names the fields that differ from the one before."""

    number: int
    created_at: datetime
    by: str | None
    status: str
    current: bool
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TryOut:
    """A question that is not saved, as a student would see it; with an answer, how that would fare."""

    presented: Presented
    outcome: Outcome | None
    complaints: tuple[str, ...]


# Banks -----------------------------------------------------------------------------------------------------------


def add_bank(actor: Actor, slug: str, title: str, language: str, now: datetime) -> int:
    """Makes an empty bank of mine. Returns its id."""
    bank = LoadedBank.load({"bank": slug, "title": title, "language": language})
    with transaction() as connection:
        demand_role(connection, actor, AUTHORING)
        taken = connection.execute(
            select(Bank.id).where(Bank.slug == bank.slug, Bank.owner_id == actor.id)
        ).first()
        if taken:
            raise Invalid([Problem("bank", f"you have a bank {bank.slug!r} already", "choose another name")])
        bank_id: int = connection.execute(
            insert(Bank)
            .values(
                slug=bank.slug,
                owner_id=actor.id,
                title=bank.title,
                language=bank.language,
                header=bank.header(),
                digest=bank.digest,
                created_at=now,
                updated_at=now,
            )
            .returning(Bank.id)
        ).scalar_one()
        record(connection, actor.id, "bank.add", ("bank", bank_id), now)
    return bank_id


def edit_bank(actor: Actor, bank_id: int, title: str, perspective: str, licence: str, now: datetime) -> None:
    """Changes what stands at a bank's head."""
    with transaction() as connection:
        bank = _editable(connection, actor, bank_id)
        changed = {"title": title, "perspective": perspective or None, "licence": licence or None}
        kept = {name: value for name, value in {**bank.header, **changed}.items() if value is not None}
        loaded = LoadedBank.load(kept)
        connection.execute(
            update(Bank).where(Bank.id == bank_id).values(title=loaded.title, header=loaded.header())
        )
        bank_changed(connection, bank_id, now)
        record(connection, actor.id, "bank.edit", ("bank", bank_id), now)


def _editable(connection: Connection, actor: Actor, bank_id: int) -> Row[Any]:
    """The bank, locked; NotFound where I may not read it, Forbidden where I may not change it."""
    bank = connection.execute(
        readable_banks(actor, Bank).where(Bank.id == bank_id).with_for_update(of=Bank)
    ).first()
    if bank is None:
        raise missing(connection, actor)
    if bank.access not in EDITING:
        raise Forbidden
    found: Row[Any] = bank
    return found


# Questions ---------------------------------------------------------------------------------------------------------


def new_sheet(actor: Actor, bank_id: int) -> Sheet:
    """An empty sheet for a new question of this bank."""
    with reading() as connection:
        bank = connection.execute(readable_banks(actor, Bank).where(Bank.id == bank_id)).first()
        if bank is None:
            raise missing(connection, actor)
        if bank.access not in EDITING:
            raise Forbidden
    return Sheet(bank_id, bank.title, bank.slug, bank.access, None, 0, current=True, fields={})


def sheet(actor: Actor, question_id: int, number: int | None = None) -> Sheet:
    """A version of a question (None = the current one) for those who may read its bank."""
    with reading() as connection:
        statement = (
            readable_banks(
                actor,
                Bank.id.label("bank_id"),
                Bank.title,
                Bank.slug,
                QuestionVersion.number,
                QuestionVersion.current,
                QuestionVersion.content,
            )
            .join(QuestionVersion, QuestionVersion.bank_id == Bank.id)
            .where(QuestionVersion.question_id == question_id)
        )
        wanted = QuestionVersion.current if number is None else QuestionVersion.number == number
        row = connection.execute(statement.where(wanted)).first()
        if row is None:
            raise missing(connection, actor)
    return Sheet(
        row.bank_id,
        row.title,
        row.slug,
        row.access,
        question_id,
        row.number,
        current=row.current,
        fields=row.content,
    )


def try_out(
    actor: Actor, bank_id: int, fields: Mapping[str, Any], raw: Mapping[str, list[str]] | None
) -> TryOut:
    """Shows a question that is not saved as a student sees it; with an answer, scores that. Writes nothing."""
    with reading() as connection:
        bank = connection.execute(readable_banks(actor, Bank).where(Bank.id == bank_id)).first()
        if bank is None:
            raise missing(connection, actor)
    question = _load(bank.slug, fields, fields.get("id") or "preview")
    presented = question.present(())
    if raw is None:
        return TryOut(presented, None, ())
    parsed = question.parse(raw, ())
    fraction = question.score(parsed.response).fraction
    share = None if fraction is None else float(fraction)
    points = float(question.points)
    marked = Marked(share, None if share is None else share * points, points, share)
    everything = frozenset({"marks", "max", "right_wrong", "answer", "feedback", "explanation"})
    outcome = outcome_of(question, bank.header, parsed.response, [], marked, points, everything)
    return TryOut(presented, outcome, parsed.complaints)


def save_question(
    actor: Actor, bank_id: int, question_id: int | None, number: int, fields: Mapping[str, Any], now: datetime
) -> tuple[int, int]:
    """Saves a new question (``question_id`` None), or a new version of one. Returns its id and version number.

    ``number`` is the version that the author began with: EditConflict where somebody has saved a later one. Equal
    content makes no new version. Raises Invalid with every problem at its field.
    """
    with transaction() as connection:
        bank = _editable(connection, actor, bank_id)
        if question_id is None:
            slug = _new_slug(connection, bank_id, fields)
            question = _load(bank.slug, fields, slug)
            question_id = connection.execute(
                insert(Question).values(bank_id=bank_id, slug=slug).returning(Question.id)
            ).scalar_one()
        else:
            present = _present(connection, bank_id, question_id, actor)
            if present.number != number:
                raise EditConflict(number=present.number)
            question = _load(bank.slug, fields, present.slug)
            if question.digest == present.digest:
                return question_id, number
        add_versions(connection, [(question_id, question)], bank_id, actor.id, now)
        bank_changed(connection, bank_id, now)
        record(connection, actor.id, "question.save", ("question", question_id), now, version=number + 1)
    return question_id, number + 1


def _load(bank: str, fields: Mapping[str, Any], slug: str) -> LoadedQuestion:
    return LoadedQuestion.load({**fields, "bank": bank, "id": slug})


def _present(connection: Connection, bank_id: int, question_id: int, actor: Actor) -> Row[Any]:
    found = connection.execute(
        select(QuestionVersion.number, QuestionVersion.digest, Question.slug)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(Question.id == question_id, Question.bank_id == bank_id, QuestionVersion.current)
    ).first()
    if found is None:
        raise missing(connection, actor)
    return found


def _new_slug(connection: Connection, bank_id: int, fields: Mapping[str, Any]) -> str:
    """The id that the author gives, or one made of the prompt's first words; numbered where it is taken."""
    given = str(fields.get("id") or "")
    taken = set(connection.execute(select(Question.slug).where(Question.bank_id == bank_id)).scalars())
    if given:
        if given in taken:
            raise Invalid([Problem("id", f"there is a question {given!r} already", "choose another id")])
        return given
    words = re.findall(r"[a-z0-9]+", str(fields.get("prompt", "")).casefold())
    base = "-".join(words[:6])[:60].strip("-") or "question"
    number, slug = 1, base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


def history(actor: Actor, question_id: int) -> list[VersionRow]:
    """The versions of a question, the newest first, and what each of them changed."""
    with reading() as connection:
        rows = connection.execute(
            readable_banks(
                actor,
                QuestionVersion.number,
                QuestionVersion.created_at,
                QuestionVersion.created_by,
                QuestionVersion.status,
                QuestionVersion.current,
                QuestionVersion.content,
            )
            .join(QuestionVersion, QuestionVersion.bank_id == Bank.id)
            .where(QuestionVersion.question_id == question_id)
            .order_by(QuestionVersion.number)
        ).all()
        if not rows:
            raise missing(connection, actor)
        makers = [row.created_by for row in rows if row.created_by is not None]
        names = dict(connection.execute(select(User.id, User.name).where(User.id.in_(makers))).tuples().all())
    found = []
    before: Mapping[str, Any] = {}
    for row in rows:
        changed = sorted(
            name for name in {*before, *row.content} if before.get(name) != row.content.get(name)
        )
        found.append(
            VersionRow(
                number=row.number,
                created_at=row.created_at,
                by=names.get(row.created_by),
                status=row.status,
                current=row.current,
                changed=tuple(changed) if before else (),
            )
        )
        before = row.content
    return found[::-1]


def restore(actor: Actor, question_id: int, number: int, now: datetime) -> int:
    """Makes an earlier version current again, as a new version. Returns its number."""
    with transaction() as connection:
        row = connection.execute(
            select(QuestionVersion.bank_id, QuestionVersion.digest, QuestionVersion.content).where(
                QuestionVersion.question_id == question_id, QuestionVersion.number == number
            )
        ).first()
        if row is None:
            raise missing(connection, actor)
        _editable(connection, actor, row.bank_id)
        add_versions(
            connection, [(question_id, load_question(row.digest, row.content))], row.bank_id, actor.id, now
        )
        bank_changed(connection, row.bank_id, now)
        newest: int = connection.execute(
            select(QuestionVersion.number).where(
                QuestionVersion.question_id == question_id, QuestionVersion.current
            )
        ).scalar_one()
        record(
            connection,
            actor.id,
            "question.restore",
            ("question", question_id),
            now,
            version=newest,
            of=number,
        )
    return newest
