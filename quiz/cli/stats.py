"""``quiz stats``: item analysis of a response table, without a database."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from quiz.statistics.irt.models import Fitted
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
@click.option(
    "--model",
    type=click.Choice("rasch 1pl 2pl 3pl pcm rsm gpcm grm".split()),
    help="Fit a model of item response theory: the last four are for items scored in several steps.",
)
@click.option(
    "--estimator",
    type=click.Choice(["cml", "mml"]),
    default="mml",
    show_default=True,
    help="Marginal maximum likelihood, abilities being normal; or, for rasch, conditional on the totals.",
)
@click.option("--prior", is_flag=True, help="With 3pl: expect lower asymptotes near 0.2, by beta(5, 17).")
@click.option(
    "--anchors",
    type=_FILE,
    help="A file of columns item,a,b[,c]: these parameters stand, the other items are placed on their scale, and the mean "
    "and deviation of abilities are free. With the models rasch, 2pl, 3pl, pcm, gpcm.",
)
@click.option(
    "--persons", type=click.Path(dir_okay=False, path_type=Path), help="Write abilities to this CSV file."
)
@click.option(
    "--method",
    type=click.Choice(["eap", "map", "ml", "wle"]),
    default="eap",
    show_default=True,
    help="How abilities are estimated.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def stats(  # noqa: PLR0913, PLR0917 - one for each option
    responses: Path,
    key: Path | None,
    maxima: Path | None,
    total: str,
    id_column: str,
    group: str,
    missing: str,
    model: str | None,
    estimator: str,
    prior: bool,
    anchors: Path | None,
    persons: Path | None,
    method: str,
    as_json: bool,
) -> None:
    """Print the item analysis of RESPONSES, a CSV file: one row an examinee, one column an item, names in the first row.

    Cells are scores, or options where there is a key; empty or NA is missing.

    Example: quiz stats responses.csv --key key.csv --id student --model 2pl --persons abilities.csv
    """
    _demand_sense(model, estimator, persons, prior=prior, anchored=anchors is not None)
    # Before numpy comes: products are small, and threads that wait for each other take ten times as long on a busy machine.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

    from quiz.cli import _irt_report, _stats_report
    from quiz.cli._store import print_json
    from quiz.statistics.analysis import analyse_table
    from quiz.statistics.table import Columns

    table = _read(responses, key, maxima, Columns(id_column, total, group))
    found = analyse_table(table, missing)
    fitted = _fitted(table, missing, model, estimator, anchors, prior=prior) if model else None
    if fitted and persons:
        _write_abilities(table, fitted, persons, method)
    if as_json:
        print_json(_stats_report.document(found) | (_irt_report.document(fitted) if fitted else {}))
    else:
        click.echo("\n".join([*_stats_report.lines(found), *(_irt_report.lines(fitted) if fitted else [])]))


def _demand_sense(
    model: str | None, estimator: str, persons: Path | None, *, prior: bool, anchored: bool
) -> None:
    """Raises UsageError where options do not go together, or the file of abilities has no folder."""
    faults = {
        "--anchors is for --model rasch, 2pl, 3pl, pcm and gpcm, by --estimator mml.": anchored
        and (model not in {"rasch", "2pl", "3pl", "pcm", "gpcm"} or estimator == "cml"),
        "--estimator cml is for --model rasch.": estimator == "cml" and model != "rasch",
        "--prior is for --model 3pl.": prior and model != "3pl",
        "--persons needs a --model.": persons and not model,
        f"--persons: there is no folder for {persons}.": persons and not persons.parent.is_dir(),
    }
    for message, holds in faults.items():
        if holds:
            raise click.UsageError(message)


def _fitted(
    table: ResponseTable, missing: str, model: str, estimator: str, anchors: Path | None, *, prior: bool
) -> Fitted:
    from quiz.assembly.pools import read_items
    from quiz.statistics.irt.anchored import Anchor, calibrate
    from quiz.statistics.irt.models import fit

    if anchors is None:
        return fit(table, missing, model, estimator, prior=prior)
    given = {
        item.name: Anchor(item.a, item.b, item.c) for item in read_items(anchors.read_bytes(), str(anchors))
    }
    return calibrate(table, missing, model, given, prior=prior)


def _write_abilities(table: ResponseTable, fitted: Fitted, target: Path, method: str) -> None:
    """Columns id, raw, theta, se, a row an examinee; an ability that does not exist is an empty cell."""
    from quiz.cli import _irt_report
    from quiz.files.tables import write_csv

    rows = _irt_report.abilities(table, fitted, method)
    target.write_text(write_csv(rows, ("id", "raw", "theta", "se")), encoding="utf-8", newline="")


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
