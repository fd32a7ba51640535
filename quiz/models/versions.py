"""Writes versions of questions, and keeps what hangs on a bank's current ones: search terms, ranks, digest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, or_, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import aliased

from quiz.assembly.index import item_of
from quiz.banks.loading import load
from quiz.banks.model import Authored, digest_of
from quiz.db import parts
from quiz.models.adapting import pooled_versions
from quiz.models.attempt import AttemptSlot
from quiz.models.bank import Bank, Question, QuestionVersion
from quiz.models.drawing import renumber
from quiz.models.fixed import fixed_versions
from quiz.models.media import VersionImage, note_images
from quiz.models.rescored import RescoredVersion
from quiz.models.searching import forget_terms, index_terms

_earlier = aliased(QuestionVersion)


def add_versions(
    connection: Connection,
    questions: Sequence[tuple[int, Authored]],
    bank_id: int,
    owner_id: int | None,
    now: datetime,
    reason: str = "",
) -> None:
    """Adds the next version of each of these questions (by id), and makes it the current one; ``reason``: why."""
    if not questions:
        return
    ids = [question_id for question_id, _ in questions]
    contents = {question_id: question.dump() for question_id, question in questions}
    numbers = _highest_numbers(connection, ids)
    before = _current_contents(connection, ids)
    _unset_current(connection, ids)
    connection.execute(
        insert(QuestionVersion),
        [
            {
                "question_id": question_id,
                "bank_id": bank_id,
                "number": numbers.get(question_id, 0) + 1,
                "current": True,
                "created_at": now,
                "created_by": owner_id,
                "reason": reason,
                **_columns(question, contents[question_id]),
            }
            for question_id, question in questions
        ],
    )
    shown = {question_id: question.images for question_id, question in questions if question.images}
    note_images(connection, bank_id, shown)
    index_terms(
        connection, bank_id, ((one, before.get(one, {}), content) for one, content in contents.items())
    )


def _columns(question: Authored, content: Mapping[str, Any]) -> dict[str, Any]:
    """What a version says of its question: the content, and of it what is searched and drawn by."""
    item = item_of(question)
    return {
        "content": content,
        "digest": question.digest,
        "status": question.status,
        "topic": question.topic,
        "type": question.type,
        "difficulty": question.difficulty,
        "level": content.get("level", ""),
        "draw_rank": None,
        "languages": " ".join(sorted(question.translations)),
        "starts_on": item.start and item.start.isoformat(),
        "ends_on": item.end and item.end.isoformat(),
        "spanned": item.spans is not None,
        "item": item.dump(),
    }


def take_back(connection: Connection, bank_id: int, at: datetime, owner_id: int | None, now: datetime) -> int:
    """Undoes the versions that were made at one moment and are still current. Returns how many.

    What no attempt, fixed form or pool holds goes without a trace, and the version before it is current again. What one holds, or
    has been rescored by, stays: the version before it is written once more, a question that had none is retired.
    """
    in_slot = select(AttemptSlot.slot).where(AttemptSlot.version_id == QuestionVersion.id).exists()
    scored_by = select(RescoredVersion.version_id).where(RescoredVersion.version_id == QuestionVersion.id)
    made = connection.execute(
        select(
            QuestionVersion.id,
            QuestionVersion.question_id,
            QuestionVersion.number,
            QuestionVersion.content,
            or_(in_slot, scored_by.exists()).label("held"),
        ).where(
            QuestionVersion.bank_id == bank_id,
            QuestionVersion.created_at == at,
            QuestionVersion.created_by.is_not_distinct_from(owner_id),
            QuestionVersion.current,
        )
    ).all()
    fixed = fixed_versions(connection, bank_id) | pooled_versions(connection, bank_id) if made else set()
    held = [row for row in made if row.held or row.id in fixed]
    _delete_versions(connection, bank_id, [row for row in made if not row.held and row.id not in fixed])
    before = _before(connection, [row.question_id for row in held])
    again = [
        (
            row.question_id,
            load(before.get((row.question_id, row.number - 1), {**row.content, "status": "retired"})),
        )
        for row in held
    ]
    add_versions(connection, again, bank_id, owner_id, now)
    bank_changed(connection, bank_id, now)
    return len(made)


def _delete_versions(connection: Connection, bank_id: int, rows: Sequence[Row[Any]]) -> None:
    for part in parts(rows):
        ids, questions = [row.id for row in part], [row.question_id for row in part]
        connection.execute(delete(VersionImage).where(VersionImage.version_id.in_(ids)))
        connection.execute(delete(QuestionVersion).where(QuestionVersion.id.in_(ids)))
        highest = (
            select(func.max(_earlier.number))
            .where(_earlier.question_id == QuestionVersion.question_id)
            .correlate(QuestionVersion)
            .scalar_subquery()
        )
        connection.execute(
            update(QuestionVersion)
            .where(QuestionVersion.question_id.in_(questions), QuestionVersion.number == highest)
            .values(current=True)
        )
        again = _current_contents(connection, questions)
        index_terms(
            connection,
            bank_id,
            (
                (row.question_id, row.content, again[row.question_id])
                for row in part
                if row.question_id in again
            ),
        )
        gone = [question_id for question_id in questions if question_id not in again]
        forget_terms(connection, gone)
        connection.execute(delete(Question).where(Question.id.in_(gone)))


def _current_contents(connection: Connection, question_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    return {
        row.question_id: row.content
        for part in parts(question_ids)
        for row in connection.execute(
            select(QuestionVersion.question_id, QuestionVersion.content).where(
                QuestionVersion.question_id.in_(part), QuestionVersion.current
            )
        )
    }


def _before(connection: Connection, question_ids: Sequence[int]) -> dict[tuple[int, int], dict[str, Any]]:
    """The contents of all versions of these questions, by question and number."""
    return {
        (row.question_id, row.number): row.content
        for part in parts(question_ids)
        for row in connection.execute(
            select(QuestionVersion.question_id, QuestionVersion.number, QuestionVersion.content).where(
                QuestionVersion.question_id.in_(part)
            )
        )
    }


def _highest_numbers(connection: Connection, question_ids: Sequence[int]) -> dict[int, int]:
    return {
        row.question_id: row.number
        for part in parts(question_ids)
        for row in connection.execute(
            select(QuestionVersion.question_id, func.max(QuestionVersion.number).label("number"))
            .where(QuestionVersion.question_id.in_(part))
            .group_by(QuestionVersion.question_id)
        )
    }


def _unset_current(connection: Connection, question_ids: Sequence[int]) -> None:
    for part in parts(question_ids):
        connection.execute(
            update(QuestionVersion)
            .where(QuestionVersion.question_id.in_(part), QuestionVersion.current)
            .values(current=False)
        )


def bank_changed(connection: Connection, bank_id: int, now: datetime) -> None:
    """Gives the bank's questions their ranks anew, and the bank its digest (as ``banks.model.Bank.digest``) and counts."""
    renumber(connection, bank_id)
    rows = connection.execute(
        select(Question.slug, QuestionVersion.digest)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .where(Question.bank_id == bank_id, QuestionVersion.current)
    )
    listed = sorted((row.slug, row.digest) for row in rows)
    header = connection.execute(select(Bank.header).where(Bank.id == bank_id)).scalar_one()
    digest = digest_of({"header": header, "questions": listed})
    languages = _languages(connection, bank_id)
    connection.execute(
        update(Bank).where(Bank.id == bank_id).values(digest=digest, languages=languages, updated_at=now)
    )


def _languages(connection: Connection, bank_id: int) -> dict[str, int]:
    """How many ready questions there are in each language that they are translated into."""
    rows = connection.execute(
        select(QuestionVersion.languages, func.count().label("questions"))
        .where(QuestionVersion.bank_id == bank_id, QuestionVersion.draw_rank.is_not(None))
        .group_by(QuestionVersion.languages)
    )
    counts: Counter[str] = Counter()
    for row in rows:
        counts.update(dict.fromkeys(row.languages.split(), row.questions))
    return dict(sorted(counts.items()))
