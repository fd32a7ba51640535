"""Which questions of a bank are meant: found by their words and properties, or named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, get_args

from sqlalchemy import JSON, ColumnElement, ForeignKey, String, bindparam, or_, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, mapped_column

from quiz.db import Base
from quiz.models.bank import Bank, Question, QuestionVersion
from quiz.models.inspecting import found_by
from quiz.models.peer_review import in_review
from quiz.models.searching import finds
from quiz.models.validity import Kind, turns_to


@dataclass(frozen=True, slots=True)
class Filter:
    """Which questions of a bank to list; "" = all. ``words``: each of them occurs in the question's texts.

    ``time``: a kind of ``validity.Turn``, counted from the day ``on``, which it needs; families have no one day and are
    not among them. ``rule``: of the lint, which finds something there. ``language``: one in which they can be read; with "-"
    before it one into which they are not translated.
    """

    words: str = ""
    topic: str = ""
    tag: str = ""
    type: str = ""
    difficulty: str = ""
    level: str = ""
    status: str = ""
    time: str = ""
    rule: str = ""
    language: str = ""
    on: date | None = None


NO_FILTER: Final = Filter()
#: The status of a draft whose review is asked for; files know it as a draft.
REVIEW: Final = "review"
#: Characters of the name of a saved search.
LONGEST_NAME: Final = 60


@dataclass(frozen=True, slots=True)
class Selection:
    """Questions of a bank: those of these names, or, where none is named, those that the filter lets through."""

    names: tuple[str, ...] = ()
    wanted: Filter = NO_FILTER


def conditions(connection: Connection, bank_id: int, wanted: Filter) -> Iterator[Any]:
    """What holds for the questions of a bank, and their current versions, that the filter lets through."""
    if wanted.words.strip() or wanted.tag:
        yield finds(bank_id, wanted.words, wanted.tag)
    if wanted.topic:
        yield or_(
            QuestionVersion.topic == wanted.topic,
            QuestionVersion.topic.startswith(f"{wanted.topic}/", autoescape=True),
        )
    for name in ("type", "difficulty", "level"):
        if getattr(wanted, name):
            yield getattr(QuestionVersion, name) == getattr(wanted, name)
    if wanted.status:
        yield in_review() if wanted.status == REVIEW else QuestionVersion.status == wanted.status
    if wanted.language:
        told = _told_in(bank_id, wanted.language.removeprefix("-"))
        yield ~told if wanted.language.startswith("-") else told
    yield from _told_of(connection, bank_id, wanted)


def _told_in(bank_id: int, language: str) -> ColumnElement[bool]:
    """Whether a question can be read in a language: its bank's, or one that it is translated into."""
    own = select(Bank.language).where(Bank.id == bank_id).scalar_subquery()
    translated = (" " + QuestionVersion.languages + " ").contains(f" {language} ", autoescape=True)
    return or_(own == language, translated)


def _told_of(connection: Connection, bank_id: int, wanted: Filter) -> Iterator[Any]:
    """Those of which there is something to tell: that their key changes with time, or what a rule finds."""
    for kind in get_args(Kind):
        if wanted.on and wanted.time == kind:
            yield from turns_to(kind, wanted.on)
    if wanted.rule:
        yield QuestionVersion.question_id.in_(_inline(found_by(connection, bank_id, wanted.rule)))


def _inline(ids: Iterable[int]) -> Any:
    """Ids as they stand in a statement: there may be more than parameters are allowed."""
    return bindparam("found", [*ids], expanding=True, literal_execute=True)


def selected(connection: Connection, bank_id: int, selection: Selection) -> Iterator[Any]:
    """What holds for the questions of a bank, and their current versions, that are selected."""
    if selection.names:
        yield Question.slug.in_(selection.names)
    else:
        yield from conditions(connection, bank_id, selection.wanted)


class SavedSearch(Base):
    """A search in a bank that a person wants to find again by a name."""

    __tablename__ = "saved_search"

    bank_id: Mapped[int] = mapped_column(ForeignKey("bank.id"), primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME), primary_key=True)
    #: The fields of ``Filter`` that are not "".
    wanted: Mapped[dict[str, str]] = mapped_column(JSON)


def saved_searches(connection: Connection, bank_id: int, user_id: int) -> dict[str, dict[str, str]]:
    """What a person searches for in a bank again and again, by name."""
    rows = connection.execute(
        select(SavedSearch.name, SavedSearch.wanted)
        .where(SavedSearch.bank_id == bank_id, SavedSearch.user_id == user_id)
        .order_by(SavedSearch.name)
    )
    return {row.name: row.wanted for row in rows}
