"""``quiz report``: a quiz's results and its item analysis, the same figures as on the page, as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from quiz.files.tables import Table
    from quiz.operations.analysis import QuizReport

FORMATS = ("csv", "xlsx", "json", "html", "pdf")
TABLES = ("results", "test", "questions", "options", "places")


@click.command()
@click.argument("quiz_id", type=int, metavar="QUIZ")
@click.option(
    "--format",
    "file_format",
    type=click.Choice(FORMATS),
    default="csv",
    show_default=True,
    help="csv: one table; xlsx and json: all of them; html and pdf: to read and print, verdicts first.",
)
@click.option(
    "--table",
    type=click.Choice(TABLES),
    default="results",
    show_default=True,
    help="With csv: all attempts, or the figures of the test, of its questions, of their options, of the places of papers that differ.",
)
@click.option(
    "--which",
    type=click.Choice(["first", "last", "all", "counted"]),
    default="first",
    show_default=True,
    help="The attempts that the figures are over; counted: those that the grade counts.",
)
@click.option(
    "--output",
    "-o",
    type=click.File("wb"),
    default="-",
    help="The file to write.  [default: standard output]",
)
@click.option(
    "--language",
    type=click.Choice(["en", "ru", "zh"]),
    default="en",
    show_default=True,
    help="What html and pdf are written in.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def report(
    quiz_id: int, file_format: str, table: str, which: str, output: Any, language: str, as_json: bool
) -> None:
    """Print the report of a QUIZ (its id): who has started, finished, with what grade; how each question works.

    Example: quiz report 1 --table questions -o questions.csv
    """
    from datetime import timedelta

    from quiz import clock
    from quiz.cli._store import store
    from quiz.operations import analysis, reporting

    with store() as settings:
        now, grace = clock.now(), timedelta(seconds=settings.grace_seconds)
        results = reporting.results_table(None, quiz_id, now, grace)
        found = analysis.export_report(None, quiz_id, which, now, grace)
    write = WRITERS["json" if as_json else file_format]
    output.write(write(found, results, language if file_format in SPOKEN else table))


def _csv(found: QuizReport, results: Table, table: str) -> bytes:
    from quiz.files.tables import write_csv

    one = _tables(found, results)[table]
    return write_csv(one.rows, one.header).encode()


def _xlsx(found: QuizReport, results: Table, _table: str) -> bytes:
    from dataclasses import replace

    from quiz.files.tables import write_xlsx

    return write_xlsx(replace(one, name=name) for name, one in _tables(found, results).items())


def _html(found: QuizReport, results: Table, language: str) -> bytes:
    from quiz.files.pages import write_page
    from quiz.operations.sheets import sheet_of

    sheet = sheet_of(found, results, language)
    return write_page(sheet.title, sheet.lede, sheet.tables, language).encode()


def _pdf(found: QuizReport, results: Table, language: str) -> bytes:
    from quiz.files.pdf import write_pdf
    from quiz.operations.sheets import sheet_of

    sheet = sheet_of(found, results, language)
    return write_pdf(sheet.title, sheet.lede, sheet.tables, language)


def _json(found: QuizReport, results: Table, _table: str) -> bytes:
    from quiz.cli._store import as_json_text

    return (as_json_text(_document(found, results)) + "\n").encode()


#: Formats that are read by people.
SPOKEN = ("html", "pdf")
#: By format: what writes the report and all attempts; csv the one table of this name, what people read in this language.
WRITERS = {"csv": _csv, "xlsx": _xlsx, "json": _json, "html": _html, "pdf": _pdf}


def _tables(found: QuizReport, results: Table) -> dict[str, Table]:
    from quiz.banks import report_tables

    return dict(zip(TABLES, (results, *report_tables.tables(found.analysis)), strict=True))


def _document(found: QuizReport, results: Table) -> dict[str, Any]:
    from quiz.banks import report_tables
    from quiz.statistics.words import told

    return {
        "quiz": found.quiz_id,
        "title": found.title,
        "course": {"id": found.course_id, "title": found.course_title},
        "scale": found.scale,
        "pass": found.pass_grade,
        "students": found.students,
        "started": found.started,
        "finished": found.finished,
        "which": found.which,
        "n": found.attempts + found.left_out,
        "missing": {"rule": "zero", "used": found.attempts},
        "seconds": found.seconds,
        "verdicts": [{"code": one.code, "message": told(one)} for one in found.verdicts],
        "distribution": [{"from": one.low, "to": one.high, "n": one.n} for one in found.distribution],
        **report_tables.document(found.analysis),
        "attempts": [dict(zip(results.header, row, strict=True)) for row in results.rows],
    }


COMMANDS = (report,)
