"""When the keys of a bank's questions begin or cease to be true."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, TypeAlias

from sqlalchemy import and_, or_, select
from sqlalchemy.engine import Connection

from quiz.files.richtext import to_text
from quiz.models.bank import Question, QuestionVersion

#: How far ahead an author wants to know.
AHEAD = timedelta(days=365)
#: Questions listed of each kind.
MOST_LISTED = 50

Kind: TypeAlias = Literal["stale", "ending", "coming"]


@dataclass(frozen=True, slots=True)
class Turn:
    """A ready question whose key begins to be true on ``day`` (coming), or is no longer true from then on.

    ``kind`` is stale where that day has come, ending where it comes within a year.
    """

    question_id: int
    slug: str
    prompt: str
    day: date
    kind: Kind


def turns(connection: Connection, bank_id: int, on: date) -> tuple[Turn, ...]:
    """What of a bank has gone stale by this day, will within a year, or is yet to come; the nearest day first."""
    start, end = (QuestionVersion.item[name].as_string() for name in ("start", "end"))
    today, last = on.isoformat(), (on + AHEAD).isoformat()
    begun = or_(start.is_(None), start <= today)
    return (
        *_turns(connection, bank_id, "stale", end, end <= today, end.desc()),
        *_turns(connection, bank_id, "ending", end, and_(begun, end > today, end <= last), end),
        *_turns(connection, bank_id, "coming", start, start > today, start),
    )


def _turns(
    connection: Connection, bank_id: int, kind: Kind, day: Any, condition: Any, order: Any
) -> list[Turn]:
    rows = connection.execute(
        select(
            Question.id,
            Question.slug,
            QuestionVersion.content["prompt"].as_string().label("prompt"),
            day.label("day"),
        )
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(QuestionVersion.bank_id == bank_id, QuestionVersion.draw_rank.is_not(None), condition)
        .order_by(order, Question.slug)
        .limit(MOST_LISTED)
    )
    return [Turn(row.id, row.slug, to_text(row.prompt), date.fromisoformat(row.day), kind) for row in rows]
