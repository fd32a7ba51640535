"""``quiz bank import`` and ``quiz bank export``: between files and the database."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quiz.cli import MOST_FAULTS
from quiz.cli._store import as_json as json_option

if TYPE_CHECKING:
    from quiz.errors import Invalid
    from quiz.formats.base import Format
    from quiz.operations.exporting import Exportable
    from quiz.operations.importing import ImportReport


@click.command("import")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--shipped", is_flag=True, help="Import the banks that come with the program.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, write nothing.")
@click.option("--prune", is_flag=True, help="Retire questions that are gone from the file.")
@json_option
def import_(paths: tuple[Path, ...], shipped: bool, dry_run: bool, prune: bool, as_json: bool) -> None:
    """Import bank files into the database, for every author to use.

    PATHS are bank files, zip archives of one and its images, or folders with bank files. A question with the same id
    and content stays as it is, a changed one becomes a new version, one that is gone from the file is listed, and
    retired only with --prune. A file with errors is left out as a whole; the others are imported.

    Example: quiz bank import question_banks --dry-run
    """
    from quiz.banks.check import bank_files
    from quiz.cli._store import print_json
    from quiz.files.shipped import shipped as folder

    if not paths and not shipped:
        raise click.UsageError("Name bank files or folders, or say --shipped.")
    files = [*bank_files([*paths, *([folder("question_banks")] if shipped else [])])]
    if not files:
        raise click.ClickException(
            "There are no bank files here: YAML files that begin with format: quiz-bank/1."
        )
    reports, refused = _imported(files, dry_run=dry_run, prune=prune)
    if as_json:
        print_json(_document(reports, refused, dry_run=dry_run))
    else:
        _print(reports, refused, dry_run=dry_run)
    sys.exit(1 if refused else 0)


def _imported(
    files: list[Path], *, dry_run: bool, prune: bool
) -> tuple[list[tuple[Path, ImportReport]], list[Invalid]]:
    """What came of each file, and what those were refused for that have errors."""
    from quiz import clock
    from quiz.banks.images import Pictures, opened
    from quiz.cli._store import reading_file, store
    from quiz.errors import Invalid
    from quiz.operations.importing import import_bank

    reports, refused = [], []
    with (
        store(),
        click.progressbar(files, label="Importing", file=sys.stderr, hidden=not sys.stderr.isatty()) as shown,
    ):
        for file in shown:
            try:
                with reading_file(file):
                    content, read = opened(file)
                    done = import_bank(
                        None,
                        content.decode("utf-8"),
                        str(file),
                        clock.now(),
                        pictures=Pictures(read),
                        dry_run=dry_run,
                        prune=prune,
                    )
                reports.append((file, done))
            except Invalid as error:
                refused.append(error)
    return reports, refused


def _document(
    reports: list[tuple[Path, ImportReport]], refused: list[Invalid], *, dry_run: bool
) -> dict[str, Any]:
    return {
        "dry_run": dry_run,
        "banks": [{"file": str(file), **_figures(report)} for file, report in reports],
        "errors": [
            {
                "file": getattr(problem, "file", ""),
                "line": problem.line,
                "question": getattr(problem, "question", "") or None,
                "message": str(problem),
            }
            for error in refused
            for problem in error.problems[:MOST_FAULTS]
        ],
        "more_errors": sum(max(0, len(error.problems) - MOST_FAULTS) for error in refused),
    }


def _figures(report: ImportReport) -> dict[str, Any]:
    """What became of the questions, without what only the browser's preview shows."""
    told = asdict(report)
    return {name: told[name] for name in told if name not in ("compared", "seen")}


def _print(reports: list[tuple[Path, ImportReport]], refused: list[Invalid], *, dry_run: bool) -> None:
    from quiz.cli import lines_of

    for error in refused:
        for line in lines_of(error):
            click.echo(line, err=True)
    for file, report in reports:
        counts = {
            name: len(getattr(report, name))
            for name in ("new", "changed", "unchanged", "gone", "retired", "images")
        }
        counts["as drafts"] = len({one.question for one in report.hindrances})
        told = ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "no questions"
        click.echo(f"{file}: {report.bank}: {told}{' (nothing written)' if dry_run else ''}")
        for slug in report.gone:
            state = "retired" if slug in report.retired else "gone from the file; --prune retires it"
            click.echo(f"  {report.bank}/{slug}: {state}")
        for one in report.hindrances:
            click.echo(
                f"  {one.question}: a draft until this is mended: {one.rule} {one.where}: {one.message} – {one.fix}"
            )


_FILTERS = {
    "words": "Only questions in whose texts each of these words occurs.",
    "topic": "Only questions of this topic, and of those below it.",
    "type": "Only questions of this type.",
    "difficulty": "Only questions of this difficulty: easy, medium or hard.",
    "status": "Only questions of this status: draft, ready or retired.",
}


def _filters(command: Any) -> Any:
    for name, words in reversed(_FILTERS.items()):
        command = click.option(f"--{name}", default="", help=words)(command)
    return command


@click.command()
@click.argument("name", metavar="BANK", required=False)
@click.option(
    "--quiz", "quiz_id", type=int, help="In place of a BANK: the questions that this quiz draws from."
)
@click.option(
    "--question", "names", multiple=True, metavar="ID", help="Only this question (as often as needed)."
)
@_filters
@click.option(
    "--to", "write_as", metavar="FORMAT", help="The format, one of those of quiz convert (default: yaml)."
)
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write what the format cannot hold, as JSON.",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    default="-",
    help="The file to write.  [default: standard output]",
)
def export(
    name: str | None,
    quiz_id: int | None,
    names: tuple[str, ...],
    write_as: str | None,
    report: Path | None,
    output: Path,
    **wanted: str,
) -> None:
    """Write a BANK, some of its questions, or those of a quiz.

    BANK is the short name of a bank in the database. A bank that shows images becomes a zip archive of the bank file and the folder images. What another format cannot
    hold is told on standard error.

    Example: quiz bank export membership --topic membership/size --to gift -o size.gift
    """
    from quiz import clock
    from quiz.cli._store import store

    if (name is None) == (quiz_id is None):
        raise click.UsageError("Name a BANK, or a quiz with --quiz.")
    format = _format(write_as)
    now = clock.now()
    with store():
        found = _found(name, quiz_id, names, wanted, now)
        content, suffix = _written(found, format, report, now)
    if str(output) != "-" and (output.suffix.lower() == ".zip") != (suffix == ".zip"):
        held = "has images" if found.images else "has no images"
        said = f"This bank {held}" if format is None else f"{format.title} becomes a {suffix} file"
        raise click.UsageError(f"{said}: write it to a file that ends in {suffix}.")
    with click.open_file(str(output), "wb") as file:
        file.write(content)


def _format(name: str | None) -> Format | None:
    """The format to write; None for our own, whose images come along. Wrong usage where there is none of that name."""
    from quiz.errors import Invalid
    from quiz.formats import get

    if name in (None, "yaml"):
        return None
    try:
        return get(str(name))
    except Invalid as error:
        raise click.UsageError(str(error)) from None


def _found(
    name: str | None, quiz_id: int | None, names: tuple[str, ...], wanted: dict[str, Any], now: datetime
) -> Exportable:
    """The questions that are asked for, audited. Raises NotFound where there is no such bank, quiz or question."""
    from quiz.errors import NotFound
    from quiz.operations import exporting
    from quiz.operations.exporting import Filter, Selection

    if quiz_id is not None:
        return exporting.exportable_quiz(None, quiz_id, now, audit=True)
    bank_id = _bank_id(name or "")
    bare = tuple(one.removeprefix(f"{name}/") for one in names)
    found = exporting.exportable(None, bank_id, Selection(bare, Filter(**wanted)), now)
    unknown = {*bare} - {*found.bank.by_id}
    if unknown:
        raise NotFound(f"There is no question {min(unknown)!r} in the bank {name}.")
    return found


def _written(
    found: Exportable, format: Format | None, report: Path | None, now: datetime
) -> tuple[bytes, str]:
    """The file and its ending; what the format cannot hold goes to standard error, and to ``report``."""
    from quiz.cli.convert import told
    from quiz.formats.conversion import Instances, export

    if format is None:
        made = found.file()
        return made.content, made.suffix
    done = export(found.bank, found.images, format, Instances(now.date()))
    if report:
        report.write_text(json.dumps(asdict(done.report), ensure_ascii=False, indent=1) + "\n", "utf-8")
    for line in told(done.report):
        click.echo(line, err=True)
    made = found.packed(done.content, format.suffixes[0], done.files)
    return made.content, made.suffix


@click.command()
@click.argument("name", metavar="BANK")
@click.argument("table", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would happen, write nothing.")
@json_option
def calibrate(name: str, table: Path, dry_run: bool, as_json: bool) -> None:
    """Write the calibrations of a CSV FILE into the questions of a bank in the database.

    FILE has the columns item,b and, where wanted, a,c,n,source: the id of a question (bank/id, or id), its location, slope
    and lower asymptote in logits, how many answers they rest on, and whose. Where marks come in steps b has the location of
    each, parted by spaces. A question that has another calibration gets a new version; with one fault nothing is written.

    Example: quiz bank calibrate membership trial.csv --dry-run
    """
    from dataclasses import replace

    from quiz import clock
    from quiz.banks.calibrating import read_calibrations
    from quiz.cli._store import print_json, store
    from quiz.operations import calibrating

    read = read_calibrations(table.read_bytes(), str(table))
    lines = [replace(line, item=line.item.removeprefix(f"{name}/")) for line in read]
    with store():
        reason = f"calibrations of {table.name}"
        count = calibrating.bring(
            None, _bank_id(name), (str(table), lines), clock.now(), reason, dry_run=dry_run
        )
    figures = {"changed": count, "unchanged": len(lines) - count}
    if as_json:
        print_json({"bank": name, "dry_run": dry_run, **figures})
    else:
        told = ", ".join(f"{number} {words}" for words, number in figures.items())
        click.echo(f"{name}: {told}{' (nothing written)' if dry_run else ''}")


def _bank_id(name: str) -> int:
    from quiz.errors import NotFound
    from quiz.operations import banks

    found = banks.find_bank(name)
    if found is None:
        raise NotFound(f"There is no bank {name!r} in the database.")
    return found
