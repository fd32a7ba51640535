"""``quiz simulate``: what adaptive tests of a pool would give, before anybody sits one. Without a database."""

from __future__ import annotations

import os
from collections.abc import Sequence
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

import click

from quiz.errors import Invalid, Problem

if TYPE_CHECKING:
    from quiz.statistics.adaptive.pool import Item

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument(
    "pools", nargs=-1, required=True, metavar="POOL...", type=click.Path(exists=True, path_type=Path)
)
@click.option(
    "--seed", type=click.IntRange(0), default=1, show_default=True, help="The same seed, the same figures."
)
@click.option(
    "--examinees",
    type=click.IntRange(1, 20_000),
    default=1000,
    show_default=True,
    help="How many are simulated.",
)
@click.option(
    "--mean", type=click.FloatRange(-6, 6), default=0.0, show_default=True, help="Their mean ability."
)
@click.option(
    "--deviation",
    type=click.FloatRange(0, 6),
    default=1.0,
    show_default=True,
    help="Their abilities' standard deviation.",
)
@click.option(
    "--method",
    type=click.Choice(["eap", "map", "ml", "wle"]),
    default="eap",
    show_default=True,
    help="How abilities are estimated.",
)
@click.option(
    "--start",
    type=click.FloatRange(-6, 6),
    nargs=2,
    default=(0.0, 0.0),
    metavar="LOW HIGH",
    help="The first item is the best at an ability between these.  [default: 0 0]",
)
@click.option(
    "--most", type=click.IntRange(1, 500), default=30, show_default=True, help="End after so many items."
)
@click.option(
    "--fewest",
    type=click.IntRange(1, 500),
    default=1,
    show_default=True,
    help="End not before so many, save for want of items or time.",
)
@click.option("--error", type=click.FloatRange(0), default=0.0, help="End at this standard error.")
@click.option(
    "--minutes",
    type=click.FloatRange(0, min_open=True),
    default=inf,
    help="Give no item that takes longer than what is left of so many minutes.",
)
@click.option(
    "--exposure",
    type=click.Choice(["randomesque", "progressive", "sympson-hetter"]),
    default="randomesque",
    show_default=True,
    help="How items are kept from being shown to too many: one of the best at random; chance first, information later; "
    "a lottery that keeps to --rate.",
)
@click.option(
    "--among",
    type=click.IntRange(1, 100),
    default=1,
    show_default=True,
    help="With randomesque, one of so many; 1: always the best.",
)
@click.option(
    "--rate",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.25,
    show_default=True,
    help="With sympson-hetter, the part of examinees that may see an item, about.",
)
@click.option("--blueprint", type=_FILE, help="Balance topics as this blueprint does.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def simulate(  # noqa: PLR0913, PLR0917 - one for each option
    pools: tuple[Path, ...],
    seed: int,
    examinees: int,
    mean: float,
    deviation: float,
    method: str,
    start: tuple[float, float],
    most: int,
    fewest: int,
    error: float,
    minutes: float,
    exposure: str,
    among: int,
    rate: float,
    blueprint: Path | None,
    as_json: bool,
) -> None:
    """Simulate adaptive tests of a POOL: bank files or folders, or CSV files with the columns item,a,b (and c, topic, minutes).

    Of banks the questions with a calibration are the pool. Prints how well abilities are found again (bias, RMSE), how
    long tests are, how many see the same items, and how much two tests overlap.

    Example: quiz simulate pool.csv --seed 1 --error 0.3 --fewest 8 --exposure sympson-hetter
    """
    # As for quiz stats: before numpy comes.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

    import numpy as np

    from quiz.cli import _adaptive_report
    from quiz.cli._store import print_json
    from quiz.statistics.adaptive import simulation
    from quiz.statistics.adaptive.pool import Pool
    from quiz.statistics.adaptive.session import Rules

    if start[0] > start[1]:
        raise click.UsageError("--start takes the lower ability first.")
    pool = Pool(_items(pools))
    rules = Rules(
        method=method,
        exposure=exposure,
        among=among,
        rate=rate,
        shares=_shares(blueprint) if blueprint else {},
        start=start,
        fewest=fewest,
        most=most,
        error=error,
        minutes=minutes,
    )
    abilities = mean + deviation * np.random.default_rng((seed, 1)).standard_normal(examinees)
    found = simulation.simulate(pool, rules, abilities, seed)
    if as_json:
        print_json(_adaptive_report.document(pool, rules, seed, found))
    else:
        click.echo("\n".join(_adaptive_report.lines(pool, rules, found)))


def _items(paths: Sequence[Path]) -> list[Item]:
    """The items of all files. Raises Invalid where there is none, or a name stands in two files."""
    from quiz.assembly.pools import items_of, read_items
    from quiz.banks.check import bank_files
    from quiz.banks.yaml import read_bank
    from quiz.clock import now

    tables = [path for path in paths if path.suffix.lower() == ".csv"]
    banks = [read_bank(file) for file in bank_files(path for path in paths if path not in tables)]
    found, others = items_of(banks, now().date())
    for table in tables:
        found += read_items(table.read_bytes(), str(table))
    names = [item.name for item in found]
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise Invalid([Problem(twice[0], "stands in two files", "name each item once")])
    if not found:
        raise Invalid(
            [
                Problem(
                    "pool",
                    f"no item is calibrated, {others} are not",
                    "write a calibration into the questions, as quiz stats --model 2pl tells it from answers",
                )
            ]
        )
    if others:
        click.echo(
            f"Left out, being without a calibration: {others} of {others + len(found)} questions.", err=True
        )
    return found


def _shares(blueprint: Path) -> dict[str, float]:
    from quiz.assembly.blueprint import read_blueprint
    from quiz.assembly.pools import shares_of
    from quiz.cli._store import reading_file

    with reading_file(blueprint):
        return shares_of(read_blueprint(blueprint.read_bytes(), str(blueprint)))


COMMANDS = (simulate,)
