"""``quiz bank import`` and ``quiz bank export``: between files and the database."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quiz.cli import MOST_FAULTS
from quiz.cli._store import as_json as json_option

if TYPE_CHECKING:
    from quiz.errors import Invalid
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
    from quiz import clock
    from quiz.banks.check import bank_files
    from quiz.banks.images import Pictures, opened
    from quiz.cli._store import print_json, reading_file, store
    from quiz.errors import Invalid
    from quiz.files.shipped import shipped as folder
    from quiz.operations.importing import import_bank

    if not paths and not shipped:
        raise click.UsageError("Name bank files or folders, or say --shipped.")
    files = [*bank_files([*paths, *([folder("question_banks")] if shipped else [])])]
    if not files:
        raise click.ClickException(
            "There are no bank files here: YAML files that begin with format: quiz-bank/1."
        )
    reports: list[tuple[Path, ImportReport]] = []
    refused: list[Invalid] = []
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
    if as_json:
        print_json(_document(reports, refused, dry_run=dry_run))
    else:
        _print(reports, refused, dry_run=dry_run)
    sys.exit(1 if refused else 0)


def _document(
    reports: list[tuple[Path, ImportReport]], refused: list[Invalid], *, dry_run: bool
) -> dict[str, Any]:
    return {
        "dry_run": dry_run,
        "banks": [{"file": str(file), **asdict(report)} for file, report in reports],
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
        told = ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "no questions"
        click.echo(f"{file}: {report.bank}: {told}{' (nothing written)' if dry_run else ''}")
        for slug in report.gone:
            state = "retired" if slug in report.retired else "gone from the file; --prune retires it"
            click.echo(f"  {report.bank}/{slug}: {state}")


@click.command()
@click.argument("name", metavar="BANK")
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    default="-",
    help="The file to write.  [default: standard output]",
)
def export(name: str, output: Path) -> None:
    """Write a BANK of the database (its short name) as a bank file.

    A bank that shows images becomes a zip archive of the bank file and the folder images.

    Example: quiz bank export membership -o membership.yaml
    """
    from quiz import clock
    from quiz.cli._store import store
    from quiz.errors import NotFound
    from quiz.operations import banks

    with store():
        bank_id = banks.find_bank(name)
        if bank_id is None:
            raise NotFound(f"There is no bank {name!r} in the database.")
        made = banks.export_file(None, bank_id, clock.now())
    if str(output) != "-" and (output.suffix.lower() == ".zip") != (made.suffix == ".zip"):
        held = "has images" if made.suffix == ".zip" else "has no images"
        raise click.UsageError(f"This bank {held}: write it to a file that ends in {made.suffix}.")
    with click.open_file(str(output), "wb") as file:
        file.write(made.content)
