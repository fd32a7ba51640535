"""Drafts of questions: what somebody has typed and not saved outlives their tab, and others are told of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from quiz.db import reading, transaction
from quiz.errors import NotFound
from quiz.models import drafting
from quiz.models.bank import Bank, Question
from quiz.models.drafting import Controls, QuestionDraft
from quiz.operations.access import Actor, editable_bank, readable_banks


@dataclass(frozen=True, slots=True)
class Draft:
    """What I have typed for a question, and when last."""

    form: Controls
    saved_at: datetime


def keep(
    actor: Actor, bank_id: int, question_id: int | None, kind: str, form: Controls, now: datetime
) -> None:
    """Keeps what I have typed for a question of a bank that I may change (None: a new one of this type).

    NotFound where the question is not in that bank.
    """
    with transaction() as connection:
        editable_bank(connection, actor, bank_id)
        here = select(Question.id).where(Question.id == question_id, Question.bank_id == bank_id)
        if (
            question_id is not None and connection.execute(here).first() is None
        ):  # it has moved, or never was there
            raise NotFound
        columns = {"bank_id": bank_id, "user_id": actor.id, "question_id": question_id, "type": kind}
        drafting.keep(connection, {**columns, "form": [[*one] for one in form], "saved_at": now})


def find(actor: Actor, bank_id: int, question_id: int | None, kind: str) -> Draft | None:
    """What I have typed there and neither saved nor dropped."""
    with reading() as connection:
        row = connection.execute(
            readable_banks(actor, QuestionDraft.form, QuestionDraft.saved_at)
            .join(QuestionDraft, QuestionDraft.bank_id == Bank.id)
            .where(drafting.of_person(actor.id, bank_id, question_id, kind))
        ).first()
    return None if row is None else Draft(row.form, row.saved_at)


def drop(actor: Actor, bank_id: int, question_id: int | None, kind: str) -> None:
    """I do not want it any more."""
    with transaction() as connection:
        editable_bank(connection, actor, bank_id)
        drafting.forget(connection, actor.id, bank_id, question_id, kind)


__all__ = ["Controls", "Draft", "drop", "find", "keep"]
