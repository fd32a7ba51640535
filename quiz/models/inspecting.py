"""What the rules of good questions find in a bank as it is now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.engine import Connection

from quiz.banks.coverage import Cell, coverage
from quiz.banks.findings import Finding
from quiz.banks.model import Bank as LoadedBank
from quiz.lint.inspect import inspect_bank
from quiz.lint.rule import SEVERITIES
from quiz.models.bank import Bank, Question, QuestionVersion, load_authored


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding and the question that it speaks of; None and "" where the bank as a whole is meant."""

    finding: Finding
    question_id: int | None
    slug: str


#: Findings and coverage by digest of their bank, so an entry is good for ever; the bound keeps memory small.
_known: dict[str, tuple[Sequence[FindingRow], tuple[Cell, ...]]] = {}
_KNOWN_MOST = 30


def inspected(
    connection: Connection, bank_id: int, digest: str
) -> tuple[Sequence[FindingRow], tuple[Cell, ...]]:
    """The findings of a bank in its present state, and what it covers; kept, since the next page of them is looked at too."""
    if digest not in _known:
        if len(_known) >= _KNOWN_MOST:
            _known.clear()
        _known[digest] = _inspect(connection, bank_id)
    return _known[digest]


def _inspect(connection: Connection, bank_id: int) -> tuple[Sequence[FindingRow], tuple[Cell, ...]]:
    header = connection.execute(select(Bank.header).where(Bank.id == bank_id)).scalar_one()
    rows = connection.execute(
        select(Question.id, Question.slug, QuestionVersion.digest, QuestionVersion.content)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .where(Question.bank_id == bank_id, QuestionVersion.current)
        .order_by(QuestionVersion.topic, Question.slug)
    ).all()
    ids = {row.slug: row.id for row in rows}
    questions = tuple(load_authored(row.digest, row.content) for row in rows)
    found = sorted(inspect_bank(LoadedBank.load(header, questions)), key=_gravity)
    slugs = [(one.question or "").partition("/")[2] for one in found]
    listed = tuple(FindingRow(one, ids.get(slug), slug) for one, slug in zip(found, slugs, strict=True))
    return listed, coverage(questions)


def _gravity(finding: Finding) -> tuple[bool, int]:
    """Errors first, what stands with a reason last."""
    return finding.suppressed is not None, SEVERITIES.index(finding.severity)


def found_by(connection: Connection, bank_id: int, rule: str) -> Iterator[int]:
    """The questions of a bank to which a rule says something that does not stand with a reason."""
    digest = connection.execute(select(Bank.digest).where(Bank.id == bank_id)).scalar_one()
    for row in inspected(connection, bank_id, digest)[0]:
        if row.finding.rule == rule and row.finding.suppressed is None and row.question_id is not None:
            yield row.question_id
