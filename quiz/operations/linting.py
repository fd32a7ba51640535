"""What the rules of good questions find in a bank: summed up, and one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from quiz.banks.coverage import Cell
from quiz.db import reading
from quiz.lint.inspect import not_applied
from quiz.lint.rule import SEVERITIES, rules
from quiz.models.bank import Bank
from quiz.models.inspecting import FindingRow, inspected
from quiz.models.paging import Page, part_of
from quiz.operations.access import EDITING, Actor, missing, readable_banks


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
        found, covered = inspected(connection, bank_id, bank.digest)
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


def _counts(found: Sequence[FindingRow]) -> tuple[RuleCount, ...]:
    counts = Counter((row.finding.rule, row.finding.severity) for row in found)
    known = rules()
    listed = [
        RuleCount(rule, known[rule].title, severity, count) for (rule, severity), count in counts.items()
    ]
    return tuple(sorted(listed, key=lambda one: (SEVERITIES.index(one.severity), -one.count, one.rule)))
