"""Banks in which nothing stands go for good."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.engine import Connection

from quiz.models.bank import Bank, BankShare, Question, StratumSize
from quiz.models.choosing import SavedSearch
from quiz.models.drafting import QuestionDraft
from quiz.models.media import folder_of, forget_images
from quiz.models.quiz import QuizRevision


def is_empty(connection: Connection, bank_id: int) -> bool:
    """Whether a bank holds no question, be it retired or just begun, and no published quiz has it for its own."""
    holds = (
        select(table.bank_id).where(table.bank_id == bank_id).limit(1) for table in (Question, QuestionDraft)
    )
    if any(connection.execute(query).first() for query in holds):
        return False
    return all(
        bank_id not in banks.values() for banks in connection.execute(select(QuizRevision.banks)).scalars()
    )


def discard(connection: Connection, bank_id: int) -> None:
    """Deletes a bank that is empty, with its header, its folder of images, who else saw it and what they searched."""
    forget_images(connection, bank_id, folder_of(connection, bank_id))
    for table in (BankShare, SavedSearch, StratumSize):
        connection.execute(delete(table).where(table.bank_id == bank_id))
    connection.execute(delete(Bank).where(Bank.id == bank_id))
