"""Questions as files: a bank, some of its questions, or those that a quiz draws from, with the images that they show."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select
from sqlalchemy.engine import Connection

from quiz.assembly.blueprint import Blueprint, read_blueprint
from quiz.assembly.supply import may_stand
from quiz.banks.model import Bank as LoadedBank
from quiz.banks.selecting import as_shown, chosen, together
from quiz.banks.transferring import named_apart
from quiz.banks.yaml import write_bank
from quiz.db import snapshot, transaction
from quiz.errors import Conflict, Forbidden, NotFound, Said
from quiz.files.archive import pack
from quiz.models.audit import record
from quiz.models.bank import Bank, Question, QuestionVersion, load_authored
from quiz.models.choosing import Filter, Selection, selected
from quiz.models.drawing import SqlIndex
from quiz.models.media import contents_of
from quiz.models.quiz import QuizRevision
from quiz.models.supplying import usable_banks
from quiz.operations.access import TEACHING, Actor, missing, quiz_of_results, readable_banks

__all__ = [
    "EVERYTHING",
    "BankFile",
    "Exportable",
    "Filter",
    "Selection",
    "export_file",
    "export_text",
    "exportable",
    "exportable_quiz",
]

EVERYTHING = Selection()


@dataclass(frozen=True, slots=True)
class BankFile:
    """A bank to take away: YAML, or a zip archive of that and its images."""

    slug: str
    suffix: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Exportable:
    """Questions with everything in them, and the content of their images by the names in their texts.

    ``id`` and ``title`` are those of the bank or quiz. ``left_out``: titles of banks of a quiz that I may not read.
    """

    id: int
    title: str
    bank: LoadedBank
    images: Mapping[str, bytes]
    left_out: tuple[str, ...] = ()

    def file(self) -> BankFile:
        """The file of our format: a bank file, or where it shows images an archive of it and them."""
        return self.packed(write_bank(self.bank).encode(), ".yaml", self.images)

    def packed(self, content: bytes, suffix: str, images: Mapping[str, bytes]) -> BankFile:
        """A file with the images that belong beside it: itself where there are none, else an archive of it and them."""
        name = self.bank.slug
        if not images:
            return BankFile(name, suffix, content)
        return BankFile(name, ".zip", pack({f"{name}{suffix}": content, **dict(sorted(images.items()))}))


def exportable(
    actor: Actor | None, bank_id: int, selection: Selection = EVERYTHING, now: datetime | None = None
) -> Exportable:
    """The current questions of a bank, in order of their ids, for those who may read it; the command line may.

    Audited as an export where ``now`` is given: keys leave the program with it.
    """
    with snapshot() as connection:
        names: dict[str, str] = {}
        bank = _loaded(connection, _bank(connection, actor, bank_id), selection, names)
        contents = contents_of(connection, names.values())
    if now is not None:
        _audit(actor, "bank.export", ("bank", bank_id), len(bank.authored), now)
    return Exportable(bank_id, bank.title, bank, {name: contents[digest] for name, digest in names.items()})


def export_file(actor: Actor | None, bank_id: int, now: datetime) -> BankFile:
    """The whole bank as a file of our format, with its images where it shows any; audited."""
    return exportable(actor, bank_id, EVERYTHING, now).file()


def export_text(actor: Actor | None, bank_id: int, now: datetime) -> str:
    """The same without images."""
    return write_bank(exportable(actor, bank_id, EVERYTHING, now).bank)


def _bank(connection: Connection, actor: Actor | None, bank_id: int) -> Row[Any]:
    statement = select(Bank) if actor is None else readable_banks(actor, Bank)
    found: Row[Any] | None = connection.execute(statement.where(Bank.id == bank_id)).first()
    if found is None:
        raise (
            missing(connection, actor)
            if actor
            else NotFound(Said("There is no bank %(bank)s.", bank=bank_id))
        )
    return found


def exportable_quiz(actor: Actor | None, quiz_id: int, now: datetime, *, audit: bool = False) -> Exportable:
    """The questions that papers of a quiz may hold today, for those who teach its course.

    Of banks that I may not read none is taken. Of a published quiz those that it is published with.
    """
    with snapshot() as connection:
        columns = (QuizRevision.blueprint, QuizRevision.banks)
        quiz = quiz_of_results(connection, actor, quiz_id, *columns)
        if quiz.role not in TEACHING:
            raise Forbidden
        blueprint, banks = _drawn_from(connection, actor, quiz)
        on = blueprint.as_of or now.astimezone(ZoneInfo(quiz.time_zone)).date()
        allowed = _readable(connection, actor, banks.values())
        ids = may_stand(blueprint, SqlIndex(connection, banks), on)
        names: dict[str, str] = {}
        parts = [
            _loaded(connection, allowed[bank_id], Selection(_of(slug, ids)), names)
            for slug, bank_id in sorted(banks.items())
            if bank_id in allowed and _of(slug, ids)
        ]
        contents = contents_of(connection, names.values())
    if not parts:
        raise Conflict("There is no question in this quiz that you may read.")
    if audit:
        _audit(actor, "quiz.export", ("quiz", quiz_id), sum(len(part.authored) for part in parts), now)
    bank = together(f"quiz-{quiz_id}", quiz.title, parts)
    images = {name: contents[digest] for name, digest in names.items()}
    left_out = tuple(slug for slug, bank_id in sorted(banks.items()) if bank_id not in allowed)
    return Exportable(quiz_id, quiz.title, bank, images, left_out)


def _audit(actor: Actor | None, act: str, about: tuple[str, int], count: int, now: datetime) -> None:
    """Before the file is handed out, and apart from reading it: on SQLite saves wait for a writer."""
    with transaction() as connection:
        record(connection, actor.id if actor else None, act, about, now, count=count)


def _drawn_from(
    connection: Connection, actor: Actor | None, quiz: Row[Any]
) -> tuple[Blueprint, Mapping[str, int]]:
    """The blueprint of a quiz and its banks: as published, else as its draft stands and its names mean to me."""
    if quiz.banks is not None:
        return Blueprint.load(quiz.blueprint), quiz.banks
    blueprint = read_blueprint(quiz.blueprint_text)
    return blueprint, usable_banks(connection, actor.id if actor else None, quiz.course_id, blueprint.banks)


def _readable(
    connection: Connection, actor: Actor | None, bank_ids: Collection[int]
) -> Mapping[int, Row[Any]]:
    statement = select(Bank) if actor is None else readable_banks(actor, Bank)
    return {row.id: row for row in connection.execute(statement.where(Bank.id.in_(bank_ids)))}


def _of(slug: str, ids: Collection[str]) -> tuple[str, ...]:
    """The names without their bank of the questions of a bank."""
    return tuple(sorted(id.removeprefix(f"{slug}/") for id in ids if id.startswith(f"{slug}/")))


def _loaded(
    connection: Connection, bank: Row[Any], selection: Selection, names: dict[str, str]
) -> LoadedBank:
    """The bank with the questions that are selected; the digests of their images come into ``names``, by the names in
    their texts.
    """
    rows = connection.execute(
        select(QuestionVersion.digest, QuestionVersion.content)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(
            Question.bank_id == bank.id, QuestionVersion.current, *selected(connection, bank.id, selection)
        )
        .order_by(Question.id)
    )
    loaded = [named_apart(load_authored(row.digest, row.content), names) for row in rows]
    whole = LoadedBank.load(bank.header)
    return as_shown(whole.holding(loaded) if selection == EVERYTHING else chosen(whole, loaded))
