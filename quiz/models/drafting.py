"""What somebody has typed into the form of a question and not saved: kept while they type, until they save or drop it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import JSON, ForeignKey, Index, String, delete, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, mapped_column

from quiz.db import Base, UtcDateTime, conflict_insert, parts
from quiz.models.people import User

#: The controls of a form as a browser sends them: name and value, in their order.
Controls: TypeAlias = Sequence[Sequence[str]]

_SAVED, _NEW = text("question_id IS NOT NULL"), text("question_id IS NULL")


class QuestionDraft(Base):
    """What one person has typed for a question of a bank, or for a new one of a type; a later one takes its place."""

    __tablename__ = "question_draft"
    __table_args__ = (
        # one for each person and question: who else has one is asked before many are changed at once
        Index(
            "uq_question_draft_saved",
            "question_id",
            "user_id",
            unique=True,
            sqlite_where=_SAVED,
            postgresql_where=_SAVED,
        ),
        Index(
            "uq_question_draft_new",
            "bank_id",
            "user_id",
            "type",
            unique=True,
            sqlite_where=_NEW,
            postgresql_where=_NEW,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    bank_id: Mapped[int] = mapped_column(ForeignKey("bank.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    #: NULL = a new question.
    question_id: Mapped[int | None] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"))
    type: Mapped[str] = mapped_column(String(40))
    #: ``Controls``.
    form: Mapped[list[list[str]]] = mapped_column(JSON)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


def keep(connection: Connection, draft: Mapping[str, Any]) -> None:
    """Keeps a draft (its columns) in the place of an earlier one."""
    new = draft["question_id"] is None
    insert = conflict_insert(connection, QuestionDraft).values(**draft)
    connection.execute(
        insert.on_conflict_do_update(
            index_elements=["bank_id", "user_id", "type"] if new else ["question_id", "user_id"],
            index_where=_NEW if new else _SAVED,
            set_={name: insert.excluded[name] for name in ("form", "saved_at")},
        )
    )


def of_person(user_id: int, bank_id: int, question_id: int | None, kind: str) -> Any:
    """The condition: a person's draft of a question, or of a new one of this type."""
    mine = (QuestionDraft.user_id == user_id) & (QuestionDraft.bank_id == bank_id)
    if question_id is not None:
        return mine & (QuestionDraft.question_id == question_id)
    return mine & QuestionDraft.question_id.is_(None) & (QuestionDraft.type == kind)


def forget(connection: Connection, user_id: int, bank_id: int, question_id: int | None, kind: str) -> None:
    """Nothing is typed and unsaved there any more."""
    connection.execute(delete(QuestionDraft).where(of_person(user_id, bank_id, question_id, kind)))


def drafts_of(
    connection: Connection, question_ids: Sequence[int]
) -> Mapping[int, list[tuple[str, datetime]]]:
    """By question, where somebody has typed something that is not saved: who, and when last, the latest first."""
    found: dict[int, list[tuple[str, datetime]]] = {}
    for part in parts(question_ids):
        rows = connection.execute(
            select(QuestionDraft.question_id, User.name, QuestionDraft.saved_at)
            .join(User, User.id == QuestionDraft.user_id)
            .where(QuestionDraft.question_id.in_(part))
            .order_by(QuestionDraft.saved_at.desc())
        )
        for row in rows:
            found.setdefault(row.question_id, []).append((row.name, row.saved_at))
    return found
