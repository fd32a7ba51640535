"""The check of bank files: everything that can be wrong with one, and what a bank holds (contracts.md §2)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeAlias

from quiz.banks.coverage import coverage
from quiz.banks.evidence import Findings, Shelf, check_evidence
from quiz.banks.findings import Finding
from quiz.banks.model import Authored, Bank, Question
from quiz.banks.strategies import strategies
from quiz.banks.translations import missing
from quiz.banks.yaml import BankFile, BankProblem, in_bank, read_file
from quiz.errors import Invalid, Problem
from quiz.questions.options import Options
from quiz.questions.validation import path_text, steps

#: From a bank to what rules have to say about it, without file and line.
Inspect: TypeAlias = Callable[[Bank], Iterable[Finding]]
_FORMAT_LINE: Final = re.compile(rb"""^format:[ \t]*["']?([^\s"'#]+)""", re.MULTILINE)
_SUFFIXES: Final = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Fault:
    """An error at a place of a file."""

    file: str
    line: int
    question: str | None
    where: str
    message: str


@dataclass(slots=True)
class Report:
    """What the check of several files found. ``banks`` are JSON-able, one for each file that could be read."""

    as_of: date
    banks: list[dict[str, Any]] = field(default_factory=list)
    errors: list[Fault] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def fails(self, *, strict: bool) -> bool:
        """Whether the check is not passed; strict: warnings and missing documents count too, information never."""
        counted = {finding.severity for finding in self.findings if finding.suppressed is None}
        if self.errors or "error" in counted:
            return True
        return strict and (
            "warning" in counted or any(bank["evidence"]["missing_document"] for bank in self.banks)
        )


def no_rules(_bank: Bank) -> Iterable[Finding]:
    """Finds nothing: the check of form, dates and evidence alone."""
    return ()


def bank_files(paths: Iterable[Path]) -> Iterator[Path]:
    """The bank files named, and those in the folders named and below, in the order of their names.

    In a folder, YAML files whose ``format:`` line names another format (blueprints) are passed over.
    """
    for path in paths:
        if path.is_dir():
            yield from (
                file for file in sorted(path.rglob("*")) if file.suffix in _SUFFIXES and _may_be_bank(file)
            )
        else:
            yield path


def _may_be_bank(path: Path) -> bool:
    with path.open("rb") as file:
        found = _FORMAT_LINE.search(file.read(4096))
    return found is None or found.group(1).startswith(b"quiz-bank/")


def check_files(
    files: Iterable[Path],
    shelf: Shelf,
    as_of: date,
    today: date,
    languages: Collection[str] = (),
    inspect: Inspect = no_rules,
) -> Report:
    """Checks each file. ``as_of``: the date for which drawable questions are counted.

    ``languages``: those in which every text must be there. ``inspect``: the rules of the lint
    (``quiz.lint.inspect.inspect_bank``), which stand a floor above.
    """
    report = Report(as_of)
    seen: dict[str, str] = {}
    for path in files:
        try:
            found = read_file(path)
        except Invalid as error:
            report.errors += [
                _fault(problem) for problem in error.problems if isinstance(problem, BankProblem)
            ]
            continue
        report.errors += map(_fault, found.problems)
        if found.bank is None:
            continue
        _Check(path, found, found.bank, report, languages).run(shelf, max(as_of, today), inspect)
        slug = found.bank.slug
        if seen.setdefault(slug, str(path)) != str(path):
            what = f"the bank '{slug}' stands also in {seen[slug]}"
            report.errors.append(Fault(str(path), 1, None, "bank", f"{what} – give one of them another name"))
    return report


def _fault(problem: BankProblem) -> Fault:
    return Fault(problem.file, problem.line or 1, problem.question or None, problem.where, message(problem))


def message(problem: Problem) -> str:
    """What is wrong and how to mend it, with the field's path where the words do not name the field already."""
    said = f"'{problem.where.rpartition('.')[2]}'" in problem.what
    return str(Problem("" if said else problem.where, problem.what, problem.mend))


class _Check:
    """The check of one bank, or of what of it could be read."""

    def __init__(
        self, path: Path, file: BankFile, bank: Bank, report: Report, languages: Collection[str]
    ) -> None:
        self._path, self._file, self._bank, self._report = path, file, bank, report
        self._wanted = [language for language in languages if language != bank.language]

    def run(self, shelf: Shelf, latest: date, inspect: Inspect) -> None:
        """Adds the bank, its errors and findings to the report; of a part no counts, and what rules say of questions only."""
        evidence = check_evidence(self._bank, shelf)
        faults = [*self._dates(latest), *evidence.false, *self._questions()]
        problems: list[Problem] = [self._problem(question, problem) for question, problem in faults]
        problems += [_unreadable(name) for name in evidence.unreadable]
        problems += self._untranslated_header()
        if problems:
            self._report.errors += map(_fault, in_bank(problems, self._file.lines, str(self._path)))
        self._report.findings += self._changed(evidence)
        in_part = bool(self._file.problems)
        self._report.findings += (one for one in self._linted(inspect) if one.question or not in_part)
        if not in_part:
            self._report.banks.append(summary(self._path, self._bank, evidence, self._report.as_of))

    def _problem(self, question: Authored, problem: Problem) -> BankProblem:
        where = f"{self._file.places[question.id]}.{problem.where}".rstrip(".")
        return BankProblem(where, problem.what, problem.mend, None, question.qualified)

    def _questions(self) -> Iterator[tuple[Authored, Problem]]:
        """What is wrong with any variant of a family at any date; texts that a language lacks, here and elsewhere."""
        for one in self._bank.authored:
            yield from ((one, problem) for problem in one.faults(self._untranslated))

    def _dates(self, latest: date) -> Iterator[tuple[Authored, Problem]]:
        for question in self._bank.authored:
            if question.as_of is not None and question.as_of > latest:
                what = f"{question.as_of} lies in the future: nobody can know yet what is true then"
                yield question, Problem("as_of", what, "write the date that the prompt names")

    def _untranslated(self, question: Question) -> Iterator[Problem]:
        """Texts without a counterpart in a language that was asked for."""
        fields = question.dump() if self._wanted else {}
        for language in self._wanted:
            yield from _untranslated(fields, language)

    def _untranslated_header(self) -> Iterator[Problem]:
        for language in self._wanted:
            told = self._bank.translations.get(language)
            for name in ("title", "perspective"):
                if getattr(self._bank, name) and not getattr(told, name, None):
                    where = f"translations.{language}.{name}" if told else "translations"
                    yield Problem(where, f"{name} is missing in '{language}'", "add it at the bank's head")

    def _linted(self, inspect: Inspect) -> Iterator[Finding]:
        """What the rules say, with file and line."""
        for finding in inspect(self._bank):
            place: tuple[str | int, ...] = steps(finding.where)
            if finding.question:
                place = (*steps(self._file.places[finding.question.partition("/")[2]]), *place)
            yield replace(finding, file=str(self._path), line=self._file.lines.at(place))

    def _changed(self, evidence: Findings) -> Iterator[Finding]:
        for name, digest in evidence.changed.items():
            where = f"documents.{name}.sha256"
            line = self._file.lines.at(("documents", name, "sha256"))
            yield Finding(
                rule="document-changed",
                severity="warning",
                file=str(self._path),
                line=line,
                question=None,
                where=where,
                evidence=digest,
                message=f"the file {name}.txt is not the one that the bank names",
                fix="see what has changed, then write the new sha256",
            )


def _untranslated(fields: Mapping[str, Any], language: str) -> Iterator[Problem]:
    given = fields.get("translations", {}).get(language)
    if given is None:
        yield Problem(
            "", f"there is no translation into '{language}'", f"add translations: {{{language}: …}}"
        )
        return
    for path in missing(fields, given):
        where = f"translations.{language}"
        yield Problem(where, f"{path_text(path)} is missing", f"add it below translations: {language}:")


def _unreadable(name: str) -> Problem:
    return Problem(f"documents.{name}", "the document's file is not UTF-8 text", "save it as UTF-8")


def summary(path: Path, bank: Bank, evidence: Findings, as_of: date) -> dict[str, Any]:
    """What a bank holds, JSON-able; shares as the nearest doubles."""
    questions = [one for one in bank.authored if not one.generated]
    single = [
        q.content for q in bank.questions if q.type == "single_choice" and isinstance(q.content, Options)
    ]
    tricks = {name: None if share is None else float(share) for name, share in strategies(single).items()}
    return {
        "bank": bank.slug,
        "file": str(path),
        "questions": len(questions),
        "variants": sum(len(family.every_key()) for family in bank.families),
        "stimuli": len(bank.stimuli),
        "by_type": _counts(q.type for q in questions),
        "by_topic": _counts(q.topic for q in questions),
        "by_level": _counts(q.level for q in questions),
        "by_difficulty": _counts(q.difficulty for q in questions),
        "coverage": [asdict(cell) for cell in coverage(questions)],
        "languages": {
            bank.language: len(questions),
            **_counts(language for question in questions for language in question.translations),
        },
        "drawable": sum(question.drawable(as_of) for question in questions),
        "stale": sum(_is_stale(question, as_of) for question in questions),
        "evidence": {
            "checked": evidence.checked,
            "not_checkable": evidence.not_checkable,
            "missing_document": evidence.missing_document,
        },
        "strategies": tricks,
    }


def _is_stale(question: Authored, on: date) -> bool:
    """Whether the key was true once and is not any more."""
    end = question.valid.end if question.valid else None
    return question.status == "ready" and end is not None and end <= on


def _counts(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(value for value in values if value).items()))
