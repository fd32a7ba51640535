"""``quiz bank``: question banks as files."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from quiz.cli import MOST_FAULTS
from quiz.cli._bank_store import calibrate, export, import_

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quiz.banks.check import Fault, Report
    from quiz.banks.findings import Finding


#: So many findings that say the same are told at once.
_MANY = 4


@click.group()
def bank() -> None:
    """Question banks: check files, bring them into the database and out, print their schema.

    Example: quiz bank check question_banks
    """


@bank.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--documents",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with the documents that evidence points into.",
)
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Count the questions drawable at this date (default: today).",
)
@click.option(
    "--languages",
    default="",
    metavar="LIST",
    help="Every text must be there in each of these languages, such as en,ru,zh.",
)
@click.option("--strict", is_flag=True, help="Warnings and missing documents give exit code 1 too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def check(
    paths: tuple[Path, ...],
    documents: Path | None,
    as_of: datetime | None,
    languages: str,
    strict: bool,
    as_json: bool,
) -> None:
    """Check bank files: form, keys, dates, evidence, translations, and how good the questions are.

    PATHS are bank files or folders with bank files. All faults are listed, with line and what to do. The rules that
    findings name are explained in docs/lint.md; a question may suppress one and say why.

    Example: quiz bank check question_banks --documents documents --as-of 2021-07-13
    """
    from quiz.banks.check import bank_files, check_files
    from quiz.banks.evidence import Shelf
    from quiz.clock import now
    from quiz.lint.inspect import inspect_bank

    today = now().date()
    files = [*bank_files(paths)]
    if not files:
        raise click.ClickException(
            "There are no bank files here: YAML files that begin with format: quiz-bank/1."
        )
    with click.progressbar(files, label="Checking", file=sys.stderr, hidden=not sys.stderr.isatty()) as shown:
        wanted = [language.strip() for language in languages.split(",") if language.strip()]
        at = as_of.date() if as_of else today
        report = check_files(shown, Shelf(documents), at, today, wanted, inspect_bank)
    click.echo(_as_json(report) if as_json else _as_text(report, strict))
    sys.exit(1 if report.fails(strict=strict) else 0)


def _first(errors: Sequence[Fault]) -> tuple[list[Fault], Counter[str]]:
    """The first errors of each file, and how many more a file has."""
    more: Counter[str] = Counter()
    shown = []
    for error in errors:
        more[error.file] += 1
        if more[error.file] <= MOST_FAULTS:
            shown.append(error)
    more.subtract(dict.fromkeys(more, MOST_FAULTS))
    return shown, +more


def _as_json(report: Report) -> str:
    errors, more = _first(report.errors)
    document = {
        "as_of": report.as_of.isoformat(),
        "banks": [{**found, "not_applied": _not_applied(found)} for found in report.banks],
        "errors": [asdict(error) for error in errors],
        "more_errors": more.total(),
        "findings": [asdict(finding) for finding in report.findings],
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def _not_applied(found: dict) -> dict[str, str]:
    """The rules that cannot work in the bank's language, and why; it is the first of those that are counted."""
    from quiz.lint.inspect import not_applied

    return {**not_applied(next(iter(found["languages"])))}


def _as_text(report: Report, strict: bool) -> str:
    lines = [line for found in report.banks for line in _table(found, report.as_of)]
    errors, more = _first(report.errors)
    lines += [f"{error.file}:{error.line}: {_named(error.question)}{error.message}" for error in errors]
    lines += [f"{file}: and {number} more" for file, number in more.items()]
    lines += _told([finding for finding in report.findings if finding.suppressed is None])
    return "\n".join([*lines, _verdict(report, strict)])


def _told(findings: Sequence[Finding]) -> Iterator[str]:
    """A line a finding. Those that say the same of many questions come last, a line for all of a file."""
    alike: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        alike.setdefault((finding.file, _in_words(finding)), []).append(finding)
    many = {key: found for key, found in alike.items() if len(found) >= _MANY}
    for finding in findings:
        if (finding.file, _in_words(finding)) not in many:
            yield f"{finding.file}:{finding.line}: {_named(finding.question)}{_in_words(finding)}"
    for (file, words), found in many.items():
        places = ", ".join(str(finding.line) for finding in found)
        yield f"{file}: {len(found)} times {words} (lines {places})"


def _in_words(finding: Finding) -> str:
    seen = f" “{finding.evidence}”" if finding.evidence else ""
    return f"{finding.severity} {finding.rule} {finding.where}:{seen} {finding.message} – {finding.fix}"


def _named(question: str | None) -> str:
    return f"{question}: " if question else ""


def _table(found: dict, as_of: date) -> list[str]:
    evidence, tricks = found["evidence"], found["strategies"]
    guesses = ", ".join(
        f"{name.replace('_', ' ')} {share:.0%}" for name, share in tricks.items() if share is not None
    )
    entries = (
        f"{evidence['checked']} checked, {evidence['not_checkable']} not checkable by machine, "
        f"{evidence['missing_document']} without their document"
    )
    rows = [
        (
            "questions",
            f"{found['questions']}, drawable on {as_of}: {found['drawable']}, stale: {found['stale']}",
        ),
        *((("variants", str(found["variants"])),) if found["variants"] else ()),
        *((name, _counts(found[f"by_{name}"])) for name in ("type", "topic", "level", "difficulty")),
        *(("coverage", line) for line in _coverage(found["coverage"])),
        ("languages", _counts(found["languages"])),
        ("evidence", entries),
        ("guessing", guesses or "no single choice"),
        *((("no rules", ", ".join(unable)),) if (unable := _not_applied(found)) else ()),
    ]
    return [f"{found['bank']} ({found['file']})", *(f"  {name:<11}{value}" for name, value in rows), ""]


def _coverage(cells: list[dict]) -> Iterator[str]:
    """A line a topic: at each level how many easy, medium and hard questions."""
    for topic, row in groupby(cells, key=itemgetter("topic")):
        told = (f"{one['level'] or 'no level'} {one['easy']}/{one['medium']}/{one['hard']}" for one in row)
        yield f"{topic or 'no topic'}: {', '.join(told)} (easy/medium/hard)"


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "–"


def _verdict(report: Report, strict: bool) -> str:
    found = Counter("suppressed" if one.suppressed else one.severity for one in report.findings)
    told = ", ".join(f"{kind} {number}" for kind, number in sorted(found.items())) or "none"
    if report.errors:
        errors = "1 error" if len(report.errors) == 1 else f"{len(report.errors)} errors"
        return f"{errors}; findings: {told}"
    if found["error"]:
        return f"No faults of form, but findings to mend: {told}"
    if report.fails(strict=strict):
        return f"No errors, but with --strict warnings and missing documents (--documents) count; findings: {told}"
    return f"No errors; findings: {told}"


@bank.command()
@click.option("--blueprint", is_flag=True, help="The schema of blueprint files in place of bank files.")
def schema(blueprint: bool) -> None:
    """Print the JSON Schema of bank files or blueprints, for editors.

    Example: quiz bank schema > quiz-bank-1.schema.json
    """
    from quiz.assembly.blueprint import schema as blueprint_schema
    from quiz.banks.schema import bank_schema

    made = blueprint_schema() if blueprint else bank_schema()
    click.echo(json.dumps(made, ensure_ascii=False, indent=2))


bank.add_command(import_)
bank.add_command(export)
bank.add_command(calibrate)

COMMANDS = (bank,)
