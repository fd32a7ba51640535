"""Questions that change their bank: their rows, and the quizzes that drew them there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, or_, select, update
from sqlalchemy.engine import Connection

from quiz.assembly.blueprint import Blueprint
from quiz.assembly.supply import unmet
from quiz.banks.heads import joined, without
from quiz.banks.model import Bank as LoadedBank
from quiz.banks.model import digest_of
from quiz.db import parts
from quiz.models.bank import Bank, Question, QuestionVersion
from quiz.models.drafting import QuestionDraft
from quiz.models.drawing import SqlIndex
from quiz.models.people import Course
from quiz.models.quiz import Quiz, QuizRevision
from quiz.models.searching import SearchHit
from quiz.models.supplying import Opening, days_of


def move_rows(connection: Connection, slugs: Mapping[int, str], bank_id: int) -> None:
    """Puts these questions with all their versions into another bank, under these ids there."""
    for part in parts([*slugs]):
        for table in (QuestionVersion, QuestionDraft, SearchHit):
            connection.execute(update(table).where(table.question_id.in_(part)).values(bank_id=bank_id))
    moved = (
        update(Question)
        .where(Question.id == bindparam("p_id"))
        .values(bank_id=bank_id, slug=bindparam("p_slug"))
    )
    connection.execute(moved, [{"p_id": number, "p_slug": slug} for number, slug in slugs.items()])


def made_at(connection: Connection, bank_id: int, at: datetime, user_id: int) -> list[int]:
    """The questions of which a person made a version in this bank at this moment."""
    return list(
        connection.execute(
            select(QuestionVersion.question_id).where(
                QuestionVersion.bank_id == bank_id,
                QuestionVersion.created_at == at,
                QuestionVersion.created_by == user_id,
            )
        ).scalars()
    )


def names_before(connection: Connection, question_ids: list[int]) -> dict[int, str]:
    """What questions are called by their current versions."""
    return {
        row.question_id: row.name
        for part in parts(question_ids)
        for row in connection.execute(
            select(
                QuestionVersion.question_id, QuestionVersion.content["id"].as_string().label("name")
            ).where(QuestionVersion.question_id.in_(part), QuestionVersion.current)
        )
    }


def give_back(
    connection: Connection, bank_id: int, added: Mapping[str, list[str]], held: Sequence[int] = ()
) -> None:
    """Takes these documents and stimuli out of a bank's header again, but for what questions need that stay (``held``)."""
    header = connection.execute(select(Bank.header).where(Bank.id == bank_id)).scalar_one()
    left = joined(without(header, added), header, _contents(connection, held))
    connection.execute(update(Bank).where(Bank.id == bank_id).values(header=left))


def put_back(connection: Connection, bank_id: int, written: str | None, held: Sequence[int]) -> bool:
    """Gives a bank the head that it had before the last import, with what questions need that stay (``held``, by id).

    False where the head is no longer the one that the import has ``written`` (by its digest), or there was none before.
    """
    bank = connection.execute(select(Bank.header, Bank.header_before).where(Bank.id == bank_id)).one()
    if bank.header_before is None or digest_of(bank.header) != written:
        return False
    header = joined(bank.header_before, bank.header, _contents(connection, held))
    before = LoadedBank.load(header)
    values = {"title": before.title, "language": before.language, "header": header, "header_before": None}
    connection.execute(update(Bank).where(Bank.id == bank_id).values(**values))
    return True


def _contents(connection: Connection, question_ids: Sequence[int]) -> dict[str, dict[str, Any]]:
    """The current contents of these questions, by their names."""
    return {
        row.content["id"]: row.content
        for part in parts(question_ids)
        for row in connection.execute(
            select(QuestionVersion.content).where(
                QuestionVersion.question_id.in_(part), QuestionVersion.current
            )
        )
    }


def lacking_quizzes(
    connection: Connection, bank_id: int, gone: Collection[str], now: datetime
) -> list[Row[Any]]:
    """The published quizzes, not yet closed, that would lack questions without these of a bank (by id), and do not yet."""
    rows = connection.execute(
        select(
            Quiz.id,
            Quiz.title,
            Quiz.course_id,
            Quiz.opens_at,
            Quiz.closes_at,
            Course.time_zone,
            QuizRevision.banks,
            QuizRevision.blueprint,
        )
        .join(QuizRevision, QuizRevision.quiz_id == Quiz.id)
        .join(Course, Course.id == Quiz.course_id)
        .where(QuizRevision.current, or_(Quiz.closes_at.is_(None), Quiz.closes_at > now))
        .order_by(Quiz.id)
    ).all()
    drawing = [row for row in rows if gone and bank_id in row.banks.values()]
    return [row for row in drawing if _lacks(connection, row, bank_id, gone, now)]


def _lacks(
    connection: Connection, quiz: Row[Any], bank_id: int, gone: Collection[str], now: datetime
) -> bool:
    """Whether the quiz can be drawn, but not without them. Fixed forms were made: they keep what stands on them."""
    names = {f"{slug}/{id}" for slug, number in quiz.banks.items() if number == bank_id for id in gone}
    blueprint = Blueprint.load(quiz.blueprint)
    if blueprint.fixed_forms:
        return False
    if any(names.intersection(section.included) for section in blueprint.sections):
        return True
    without_them = blueprint.without(names)
    return _is_unmet(connection, quiz, without_them, now) and not _is_unmet(connection, quiz, blueprint, now)


def _is_unmet(connection: Connection, quiz: Row[Any], blueprint: Blueprint, now: datetime) -> bool:
    index = SqlIndex(connection, quiz.banks)
    opening = Opening(quiz.time_zone, quiz.opens_at, quiz.closes_at)
    return any(unmet(blueprint, index, day) for day in days_of(index, blueprint, opening, now))
