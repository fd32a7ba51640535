"""What the rules of good questions find in a bank: summed up, and one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.engine import Connection

from quiz.banks.coverage import Cell, coverage
from quiz.banks.findings import Finding
from quiz.banks.model import Bank as LoadedBank
from quiz.db import reading
from quiz.lint.inspect import inspect_bank, not_applied
from quiz.lint.rule import SEVERITIES, rules
from quiz.models.bank import Bank, Question, QuestionVersion, load_authored
from quiz.models.paging import Page, part_of
from quiz.operations.access import EDITING, Actor, missing, readable_banks


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding and the question that it speaks of; None and "" where the bank as a whole is meant."""

    finding: Finding
    question_id: int | None
    slug: str


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How often a rule found something that is not suppressed."""

    rule: str
    title: str
    severity: str
    count: int


@dataclass(frozen=True, slots=True)
class FindingsPage:
    """A bank's findings: how many of each rule, and a page of them. ``suppressed`` stand with a reason."""

    bank_id: int
    title: str
    editable: bool
    counts: tuple[RuleCount, ...]
    findings: Page[FindingRow]
    suppressed: int
    #: Rules that cannot work in the bank's language.
    not_applied: tuple[str, ...]
    coverage: tuple[Cell, ...]


def findings(actor: Actor, bank_id: int, rule: str, page: int) -> FindingsPage:
    """What the rules find in a bank that I may read; ``rule``: only what this one finds, "" = all."""
    with reading() as connection:
        bank = connection.execute(readable_banks(actor, Bank).where(Bank.id == bank_id)).first()
        if bank is None:
            raise missing(connection, actor)
        found, covered = _found(connection, bank_id, bank.digest)
    open_ones = [row for row in found if row.finding.suppressed is None]
    shown = [row for row in found if rule in ("", row.finding.rule)]
    return FindingsPage(
        bank_id=bank_id,
        title=bank.title,
        editable=bank.access in EDITING,
        counts=_counts(open_ones),
        findings=part_of(shown, page),
        suppressed=len(found) - len(open_ones),
        not_applied=tuple(not_applied(bank.language)),
        coverage=covered,
    )


#: Findings and coverage by digest of their bank, so an entry is good for ever; the bound keeps memory small.
_known: dict[str, tuple[Sequence[FindingRow], tuple[Cell, ...]]] = {}
_KNOWN_MOST = 30


def _found(
    connection: Connection, bank_id: int, digest: str
) -> tuple[Sequence[FindingRow], tuple[Cell, ...]]:
    """The findings of a bank in its present state, and what it covers; kept, since the next page of them is looked at too."""
    if digest not in _known:
        if len(_known) >= _KNOWN_MOST:
            _known.clear()
        _known[digest] = _inspected(connection, bank_id)
    return _known[digest]


def _inspected(connection: Connection, bank_id: int) -> tuple[Sequence[FindingRow], tuple[Cell, ...]]:
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


def _counts(found: Sequence[FindingRow]) -> tuple[RuleCount, ...]:
    counts = Counter((row.finding.rule, row.finding.severity) for row in found)
    known = rules()
    listed = [
        RuleCount(rule, known[rule].title, severity, count) for (rule, severity), count in counts.items()
    ]
    return tuple(sorted(listed, key=lambda one: (SEVERITIES.index(one.severity), -one.count, one.rule)))
