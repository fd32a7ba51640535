"""``quiz report``: a quiz's results as a file."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from quiz.files.tables import Table
    from quiz.operations.reporting import QuizResults


@click.command()
@click.argument("quiz_id", type=int, metavar="QUIZ")
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["csv", "json"]),
    default="csv",
    show_default=True,
    help="csv: all attempts; json: also counts and the facility of each question.",
)
@click.option(
    "--output",
    "-o",
    type=click.File("wb"),
    default="-",
    help="The file to write.  [default: standard output]",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def report(quiz_id: int, file_format: str, output: Any, as_json: bool) -> None:
    """Print the results of a QUIZ (its id): who has started, finished, with what grade.

    Example: quiz report 1 --format csv -o results.csv
    """
    from quiz import clock
    from quiz.cli._store import as_json_text, store
    from quiz.files.tables import write_csv
    from quiz.operations import reporting

    with store():
        table = reporting.results_table(None, quiz_id, clock.now())
        results = reporting.results(None, quiz_id, 1)
    if as_json or file_format == "json":
        text = as_json_text(_document(results, table)) + "\n"
    else:
        text = write_csv(table.rows, table.header)
    output.write(text.encode())


def _document(results: QuizResults, table: Table) -> dict[str, Any]:
    return {
        "quiz": results.quiz_id,
        "title": results.title,
        "course": {"id": results.course_id, "title": results.course_title},
        "scale": results.scale,
        "students": results.students,
        "started": results.started,
        "finished": results.finished,
        "mean_grade": results.mean_grade,
        "attempts": [dict(zip(table.header, row, strict=True)) for row in table.rows],
        "questions": [asdict(one) for one in results.facilities],
    }


COMMANDS = (report,)
