"""``quiz stats``: item analysis of a response table, without a database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from quiz.statistics.table import ResponseTable

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("responses", type=_FILE)
@click.option(
    "--key", type=_FILE, help="A file of columns item,key: cells are options; the key scores 1, others 0."
)
@click.option("--max", "maxima", type=_FILE, help="A file of columns item,max: maximum scores other than 1.")
@click.option("--total", metavar="COLUMN", default="", help="Take this column as the total, not the sum.")
@click.option("--id", "id_column", metavar="COLUMN", default="", help="This column names the examinee.")
@click.option(
    "--group",
    metavar="COLUMN",
    default="",
    help="Compare groups at equal totals (DIF): the first level of this column with the others.",
)
@click.option(
    "--missing",
    type=click.Choice(["complete", "pairwise", "zero"]),
    default="complete",
    show_default=True,
    help="complete: only rows without a missing cell; pairwise: each figure from those who have the scores; "
    "zero: missing counts 0.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def stats(
    responses: Path,
    key: Path | None,
    maxima: Path | None,
    total: str,
    id_column: str,
    group: str,
    missing: str,
    as_json: bool,
) -> None:
    """Print the item analysis of RESPONSES, a CSV file: one row an examinee, one column an item, names in the first row.

    Cells are scores, or options where there is a key; empty or NA is missing.

    Example: quiz stats responses.csv --key key.csv --id student
    """
    from quiz.cli import _stats_report
    from quiz.cli._store import print_json
    from quiz.statistics.analysis import analyse_table
    from quiz.statistics.table import Columns

    table = _read(responses, key, maxima, Columns(id_column, total, group))
    found = analyse_table(table, missing)
    if as_json:
        print_json(_stats_report.document(found))
    else:
        click.echo("\n".join(_stats_report.lines(found)))


def _read(responses: Path, key: Path | None, maxima: Path | None, columns: Any) -> ResponseTable:
    from quiz.statistics.table import read_maxima, read_pairs, read_table

    return read_table(
        responses.read_bytes(),
        str(responses),
        columns,
        read_pairs(key.read_bytes(), str(key), ("item", "key")) if key else None,
        read_maxima(maxima.read_bytes(), str(maxima)) if maxima else None,
    )


COMMANDS = (stats,)
