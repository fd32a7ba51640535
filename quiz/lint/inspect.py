"""Runs the rules over a question, a bank or the questions of a paper.

What is found depends on nothing but the questions and the language: the order is that of the questions, then of the
rules' ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Final

from quiz.banks.families import Family
from quiz.banks.findings import Finding
from quiz.banks.model import Authored, Bank, Question
from quiz.lint.language import table
from quiz.lint.mending import Patch
from quiz.lint.reading import Item, read
from quiz.lint.rule import Flag, Rule, rules

#: The rule that a key needs a source.
UNSOURCED: Final = "F02"


def inspect_bank(bank: Bank) -> list[Finding]:
    """What the rules find in a bank's questions, one by one, in their translations and together.

    Of a family one variant stands for all. Retired questions are let be.
    """
    questions = tuple(_samples(bank.authored))
    items = _items(questions, bank.language)
    found = [*_each(items), *_translated(questions), *_together(items, "bank")]
    return _settled(found, sourced=is_sourced(bank))


def is_sourced(bank: Bank) -> bool:
    """Whether a bank names somewhere what keys rest on."""
    return bool(bank.documents) or any(one.evidence for one in bank.authored)


def inspect_question(authored: Authored, language: str, *, sourced: bool) -> list[Finding]:
    """What the rules find in one question by itself (of a family in one variant), in all its languages.

    ``sourced``: whether its bank names what its keys rest on.
    """
    questions = tuple(_samples((authored,)))
    return _settled([*_each(_items(questions, language)), *_translated(questions)], sourced=sourced)


def mended(question: Question, language: str, finding: Finding) -> Patch | None:
    """The fields by which this question would be without what a rule has found; None where that is not for a click to do."""
    mend = rules()[finding.rule].mend
    told = finding.where.startswith("translations.")
    if mend is None or told or finding.suppressed is not None:
        return None
    return mend(Item(question, table(language)), finding)


def hindrances(authored: Authored, language: str, *, sourced: bool) -> list[Finding]:
    """What keeps a question from being ready: errors that stand without a reason."""
    return hindrances_of_all((authored,), language, sourced=sourced)


def hindrances_of_all(authored: Iterable[Authored], language: str, *, sourced: bool) -> list[Finding]:
    """What keeps each of these questions from being ready, one after the other."""
    return [one for one in findings_of_all(authored, language, sourced=sourced) if one.severity == "error"]


def findings_of_all(authored: Iterable[Authored], language: str, *, sourced: bool) -> list[Finding]:
    """What the rules find in each of these questions by itself, but for what it gives a reason for."""
    questions = tuple(_samples(authored))
    found = _settled([*_each(_items(questions, language)), *_translated(questions)], sourced=sourced)
    return [one for one in found if one.suppressed is None]


def _settled(findings: list[Finding], *, sourced: bool) -> list[Finding]:
    """A bank that names no source anywhere (exercises in arithmetic, a file from another system) is told, not refused."""
    if sourced:
        return findings
    return [replace(one, severity="warning") if one.rule == UNSOURCED else one for one in findings]


def inspect_quiz(questions: Iterable[Question], language: str) -> list[Finding]:
    """What the rules find between questions that stand on one paper."""
    return [*_together(_items(questions, language), "quiz")]


def not_applied(language: str) -> Mapping[str, str]:
    """The rules that cannot work in a language, by id, and why."""
    return {
        one.id: "works in " + ", ".join(sorted(one.languages))
        for one in rules().values()
        if not one.works_in(table(language).tag)
    }


def _samples(authored: Iterable[Authored]) -> Iterator[Question]:
    """Each question, and of each family that has variants one of them."""
    for one in authored:
        sample = one.sample() if isinstance(one, Family) else one
        if isinstance(sample, Question):
            yield sample


def _items(questions: Iterable[Question], language: str) -> Sequence[Item]:
    return read([question for question in questions if question.status != "retired"], table(language))


@cache
def _scoped(scope: str, language: str) -> Sequence[Rule]:
    return [one for one in rules().values() if one.scope == scope and one.works_in(language)]


def _each(items: Sequence[Item]) -> Iterator[Finding]:
    for item in items:
        for one in _scoped("question", item.language.tag):
            for flag in one.check(item):
                yield _finding(one, flag, item)


def _translated(questions: Sequence[Question]) -> Iterator[Finding]:
    """What the rules that read words find in translations; the others have seen the question already."""
    languages = sorted({language for question in questions for language in question.translations})
    for language in languages:
        told = [one.in_language(language) for one in questions if language in one.translations]
        for finding in _each(_items(told, language)):
            if rules()[finding.rule].languages:
                yield replace(finding, where=f"translations.{language}.{finding.where}")


def _together(items: Sequence[Item], scope: str) -> Iterator[Finding]:
    if items:
        for one in _scoped(scope, items[0].language.tag):
            for flag in one.check(items):
                yield _finding(one, flag, flag.item)


def _finding(one: Rule, flag: Flag, item: Item | None) -> Finding:
    reasons = {} if item is None else {said.rule: said.reason for said in item.question.suppress}
    return Finding(
        rule=one.id,
        severity=flag.severity or one.severity,
        file="",
        line=0,
        question=item.question.qualified if item else None,
        where=flag.where,
        evidence=_short(flag.evidence),
        message=one.message,
        fix=one.fix,
        guideline=one.guideline,
        suppressed=reasons.get(one.id),
    )


def _short(evidence: str, most: int = 160) -> str:
    return evidence if len(evidence) <= most else f"{evidence[: most - 1]}…"
