"""When the keys of a bank's questions begin or cease to be true."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, TypeAlias, get_args

from sqlalchemy import Select, and_, or_, select
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

    ``kind`` is stale where that day has come, ending where it comes within a year. A generator begins with its first
    variant and ends with its last; between two spans with variants it is both stale and coming.
    """

    question_id: int
    slug: str
    prompt: str
    day: date
    kind: Kind


def turns(connection: Connection, bank_id: int, on: date) -> tuple[Turn, ...]:
    """What of a bank has gone stale by this day, will within a year, or is yet to come; the nearest day first.

    However many there are, no more of a kind are read than are listed, but families, whose days are a list.
    """
    days = {
        "stale": QuestionVersion.ends_on,
        "ending": QuestionVersion.ends_on,
        "coming": QuestionVersion.starts_on,
    }
    found = [
        *(turn for kind in get_args(Kind) for turn in _turns(connection, bank_id, kind, days[kind], on)),
        *_of_generators(connection, bank_id, on),
    ]
    return tuple(turn for kind in get_args(Kind) for turn in _nearest(found, kind, on))


def turns_to(kind: Kind, on: date) -> Iterator[Any]:
    """What holds for the current versions, but families, of which a turn of this kind is told on this day."""
    today, last = on.isoformat(), (on + AHEAD).isoformat()
    yield QuestionVersion.status == "ready"
    yield QuestionVersion.spanned.is_(False)
    if kind == "coming":
        yield QuestionVersion.starts_on > today
    elif kind == "stale":
        yield QuestionVersion.ends_on <= today
    else:
        yield and_(QuestionVersion.ends_on > today, QuestionVersion.ends_on <= last)
        yield or_(QuestionVersion.starts_on.is_(None), QuestionVersion.starts_on <= today)


def _nearest(found: Sequence[Turn], kind: Kind, on: date) -> Sequence[Turn]:
    listed = [turn for turn in found if turn.kind == kind]
    return sorted(listed, key=lambda turn: (abs(turn.day - on), turn.slug))[:MOST_LISTED]


def _turns(connection: Connection, bank_id: int, kind: Kind, day: Any, on: date) -> list[Turn]:
    order = (
        (day.desc(), QuestionVersion.question_id.desc())
        if kind == "stale"
        else (day, QuestionVersion.question_id)
    )
    rows = connection.execute(
        _current(bank_id, day.label("day")).where(*turns_to(kind, on)).order_by(*order).limit(MOST_LISTED)
    )
    return [Turn(row.id, row.slug, to_text(row.prompt), date.fromisoformat(row.day), kind) for row in rows]


def _of_generators(connection: Connection, bank_id: int, on: date) -> Iterator[Turn]:
    """What generators have to tell: their spans are a list, in which no statement can compare days."""
    spans = QuestionVersion.item["spans"]
    families = _current(bank_id, spans.label("spans")).where(
        QuestionVersion.status == "ready", QuestionVersion.spanned
    )
    for row in connection.execute(families):
        for kind, day in _spanned(row.spans, on):
            yield Turn(row.id, row.slug, to_text(row.prompt), date.fromisoformat(day), kind)


def _spanned(spans: Sequence[str], on: date) -> Iterator[tuple[Kind, str]]:
    """What comes of ``from/to`` spans in their order, "" an open end."""
    today, last = on.isoformat(), (on + AHEAD).isoformat()
    parted = [span.split("/") for span in spans]
    ends = [end for start, end in parted if start <= today]
    if ends and ends[-1] and ends[-1] <= last:
        yield "stale" if ends[-1] <= today else "ending", ends[-1]
    yield from (("coming", start) for start in [start for start, _ in parted if start > today][:1])


def _current(bank_id: int, column: Any) -> Select[Any]:
    """The questions of a bank as they are now, with their prompts and this column."""
    prompt = QuestionVersion.content["prompt"].as_string().label("prompt")
    return (
        select(Question.id, Question.slug, prompt, column)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(QuestionVersion.bank_id == bank_id, QuestionVersion.current)
    )
