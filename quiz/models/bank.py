"""Banks, questions and their immutable versions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, mapped_column

from quiz.banks.common import Evidence
from quiz.banks.loading import load
from quiz.banks.model import Authored
from quiz.banks.model import Bank as LoadedBank
from quiz.banks.model import Question as LoadedQuestion
from quiz.db import Base, UtcDateTime, conflict_insert
from quiz.models.people import one_of

SHARE_RIGHTS = ("read", "use", "edit")
STATUSES = ("draft", "ready", "retired")
#: What the columns hold, in characters.
LONGEST_TITLE, LONGEST_LANGUAGE, LONGEST_TOPIC, LONGEST_VARIANT = 300, 20, 200, 200
#: Characters of why a version was made.
LONGEST_REASON = 500


class Bank(Base):
    """A question bank."""

    __tablename__ = "bank"
    __table_args__ = (
        UniqueConstraint("owner_id", "slug"),
        # NULLs are distinct in a UNIQUE: shipped banks have one of their own
        Index(
            "uq_bank_shipped_slug",
            "slug",
            unique=True,
            sqlite_where=text("owner_id IS NULL"),
            postgresql_where=text("owner_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80))
    #: NULL = shipped with the program: every author may use it.
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    language: Mapped[str] = mapped_column(String(LONGEST_LANGUAGE))
    #: Everything of the file but its questions (``Bank.header()``).
    header: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: What it was before the last import, for taking that back. NULL = there was none, or it made the bank.
    header_before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    digest: Mapped[str] = mapped_column(String(80))
    #: {language: ready questions translated into it}, kept by ``versions.bank_changed``; its own is not among them.
    languages: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BankShare(Base):
    """Who else may read, use or edit a bank."""

    __tablename__ = "bank_share"
    __table_args__ = (CheckConstraint(one_of('"right"', SHARE_RIGHTS), name="right"), Index(None, "user_id"))

    bank_id: Mapped[int] = mapped_column(ForeignKey("bank.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    right: Mapped[str] = mapped_column(String(10))


class Question(Base):
    """The stable identity of a question in its bank."""

    __tablename__ = "question"
    __table_args__ = (UniqueConstraint("bank_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    bank_id: Mapped[int] = mapped_column(ForeignKey("bank.id"))
    #: The id that the bank file gives.
    slug: Mapped[str] = mapped_column(String(120))


class QuestionVersion(Base):
    """One immutable wording of a question. Only ``current`` and ``draw_rank`` ever change."""

    __tablename__ = "question_version"
    __table_args__ = (
        UniqueConstraint("question_id", "number"),
        CheckConstraint(one_of("status", STATUSES), name="status"),
        Index(
            "uq_question_version_current",
            "question_id",
            unique=True,
            sqlite_where=text("current"),
            postgresql_where=text("current"),
        ),
        # the draw: the question of this rank in this stratum
        Index(None, "bank_id", "topic", "type", "difficulty", "draw_rank"),
        # the list of a bank, its filters and counts: all that they ask, else each row is read past its content
        Index(
            "ix_question_version_listed",
            "bank_id",
            "current",
            "topic",
            "type",
            "difficulty",
            "status",
            "level",
            "question_id",
        ),
        # when a bank's questions have last changed
        Index(None, "bank_id", "created_at"),
        # whose keys have ceased to be true or will, and whose begin to be
        Index(
            "ix_question_version_ending",
            "bank_id",
            "current",
            "status",
            "spanned",
            "ends_on",
            "question_id",
        ),
        Index("ix_question_version_coming", "bank_id", "current", "status", "starts_on", "question_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    bank_id: Mapped[int] = mapped_column(ForeignKey("bank.id"))
    number: Mapped[int]
    current: Mapped[bool]
    #: ``Question.dump()``.
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(80))
    status: Mapped[str] = mapped_column(String(10))
    topic: Mapped[str] = mapped_column(String(LONGEST_TOPIC))
    type: Mapped[str] = mapped_column(String(40))
    difficulty: Mapped[str] = mapped_column(String(10))
    #: "" = it does not say.
    level: Mapped[str] = mapped_column(String(12), default="")
    #: 0 … n − 1 by id among the current, ready questions of its stratum; NULL = not drawable.
    draw_rank: Mapped[int | None]
    #: Those of its translations, parted by spaces.
    languages: Mapped[str] = mapped_column(Text, default="")
    #: From which day the key is true, and from which no longer, in ISO 8601, as in ``item``; NULL = no such day.
    starts_on: Mapped[str | None] = mapped_column(String(10))
    ends_on: Mapped[str | None] = mapped_column(String(10))
    #: A family whose variants depend on the date: ``item`` holds its spans, which no column can.
    spanned: Mapped[bool] = mapped_column(default=False)
    #: What a draw has to know (``assembly.index.Item.dump()``), so that it need not load the content.
    item: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: NULL = came with the program or from the command line.
    created_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    #: Why it was made, in the words of who made it; "" = they do not say.
    reason: Mapped[str] = mapped_column(Text, default="")


class StratumSize(Base):
    """How many drawable questions a stratum holds: kept by ``drawing.renumber``, so that a draw need not count."""

    __tablename__ = "stratum_size"

    bank_id: Mapped[int] = mapped_column(ForeignKey("bank.id"), primary_key=True)
    topic: Mapped[str] = mapped_column(String(200), primary_key=True)
    type: Mapped[str] = mapped_column(String(40), primary_key=True)
    difficulty: Mapped[str] = mapped_column(String(10), primary_key=True)
    size: Mapped[int]


def new_bank(connection: Connection, loaded: LoadedBank, owner_id: int | None, now: datetime) -> int | None:
    """Makes a bank without questions. None where its owner has one of this name, be it since a moment ago.

    Somebody who is just making it is waited for (PostgreSQL; SQLite has one writer).
    """
    made: int | None = connection.execute(
        conflict_insert(connection, Bank)
        .values(
            slug=loaded.slug,
            owner_id=owner_id,
            title=loaded.title,
            language=loaded.language,
            header=loaded.header(),
            digest=loaded.digest,
            created_at=now,
            updated_at=now,
        )
        .on_conflict_do_nothing()
        .returning(Bank.id)
    ).scalar()
    return made


def topics_of(connection: Connection, bank_id: int) -> tuple[str, ...]:
    """The topics that questions of a bank have, but retired ones, in their order."""
    rows = connection.execute(
        select(QuestionVersion.topic)
        .where(
            QuestionVersion.bank_id == bank_id, QuestionVersion.current, QuestionVersion.status != "retired"
        )
        .group_by(QuestionVersion.topic)
        .order_by(QuestionVersion.topic)
    ).scalars()
    return tuple(topic for topic in rows if topic)


#: Loaded questions and families by digest of their content, and variants of families by key and date as well: so an
#: entry is good for ever; the bound keeps memory small.
_loaded: dict[Any, Any] = {}
_LOADED_MOST = 5_000
T = TypeVar("T")


def load_authored(digest: str, content: dict[str, Any]) -> Authored:
    """The question or family of a version, from its stored content; kept, since the next student gets it too."""
    return _kept(digest, lambda: load(content))


def load_variant(digest: str, content: dict[str, Any], variant: str | None, on: date) -> LoadedQuestion:
    """The question that a version is on a paper of this date; ``variant`` None where it is no family."""
    if variant is None:
        return load_authored(digest, content).variant(None, on)
    return _kept((digest, variant, on), lambda: load_authored(digest, content).variant(variant, on))


def _kept(key: Any, make: Callable[[], T]) -> T:
    found: T | None = _loaded.get(key)
    if found is None:
        if len(_loaded) >= _LOADED_MOST:
            _loaded.clear()
        found = _loaded[key] = make()
    return found


@dataclass(frozen=True, slots=True)
class SourceLine:
    """Where a key comes from: a title, its publisher, a paragraph of a document or a link; "" where there is none."""

    title: str
    publisher: str
    paragraph: int | None
    url: str


def source_line(evidence: Evidence, header: Mapping[str, Any]) -> SourceLine:
    """The line of a piece of evidence; ``header`` is that of its bank, with the documents."""
    if evidence.source is not None:
        source = evidence.source
        return SourceLine(source.title, source.publisher or "", None, source.url or "")
    document = header.get("documents", {}).get(evidence.document, {})
    return SourceLine(
        document.get("title", evidence.document or ""), document.get("publisher", ""), evidence.paragraph, ""
    )
