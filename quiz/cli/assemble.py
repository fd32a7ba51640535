"""``quiz assemble``: papers from a blueprint and bank files, without a database."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from quiz.cli._store import print_json, reading_file
from quiz.errors import Invalid, Problem, Unmeetable

if TYPE_CHECKING:
    from quiz.assembly.blueprint import Blueprint
    from quiz.assembly.forms import Forms
    from quiz.banks.model import Bank

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("blueprint", type=_FILE)
@click.argument(
    "banks", nargs=-1, required=True, metavar="BANK...", type=click.Path(exists=True, path_type=Path)
)
@click.option(
    "--forms", default=1, show_default=True, type=click.IntRange(1, 10_000), help="How many parallel papers."
)
@click.option(
    "--seed",
    default=1,
    show_default=True,
    type=click.IntRange(0),
    help="The same seed gives the same papers.",
)
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Draw questions true at this date (default: the blueprint's as_of, else today).",
)
@click.option(
    "--format",
    expose_value=False,
    type=click.Choice(["json"]),
    default="json",
    show_default=True,
    help="What to write.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write paper.json into this folder, not to standard output.",
)
@click.option("--with-content", is_flag=True, help="Add each question as presented, and its key.")
@click.option("--replay", type=_FILE, help="Draw once more what this PAPER.json holds.")
@click.option("--lint", is_flag=True, help="Say too which questions of a form give each other away.")
@click.option("--json", is_flag=True, expose_value=False, help="The same as --format json.")
def assemble(  # noqa: PLR0913, PLR0917 - an argument for each option
    blueprint: Path,
    banks: tuple[Path, ...],
    forms: int,
    seed: int,
    as_of: datetime | None,
    out: Path | None,
    with_content: bool,
    replay: Path | None,
    lint: bool,
) -> None:
    """Generate papers from a BLUEPRINT and the BANK files (or folders) that it draws from.

    Prints one JSON document. Where the banks hold too little, it says what is short, and the exit code is 1.

    Example: quiz assemble question_banks/blueprints/sco-basics.yaml question_banks --forms 3 --seed 7
    """
    from quiz.assembly.forms import Forms, read_record
    from quiz.clock import now

    plan, loaded = _read(blueprint, banks)
    if replay is None:
        day = as_of.date() if as_of else plan.as_of or now().date()
        made = Forms.draw(plan, loaded, seed, day, _shown(range(1, forms + 1)))
    else:
        _refuse_beside_replay(click.get_current_context())
        with reading_file(replay):
            record = read_record(replay.read_bytes(), plan, loaded)
            made = Forms.draw(plan, loaded, record.seed, record.as_of, _shown(record.numbers))
            record.check(made)
        with_content = with_content or record.with_content
    document = made.document(with_content=with_content)
    _write({**document, "findings": [*_findings(made)]} if lint else document, out)
    if made.unmet:
        with reading_file(blueprint):
            raise Unmeetable([*made.unmet])


def _read(blueprint: Path, paths: tuple[Path, ...]) -> tuple[Blueprint, dict[str, Bank]]:
    """The blueprint and the banks by slug. Raises Invalid with file and line."""
    from quiz.assembly.blueprint import read_blueprint
    from quiz.assembly.forms import unknown_names
    from quiz.banks.yaml import located, read_mapping

    with reading_file(blueprint):
        text = blueprint.read_bytes()
        plan = read_blueprint(text, str(blueprint))
    banks = _read_banks(paths)
    unknown = [*unknown_names(plan, banks)]
    with reading_file(blueprint):
        if unknown:
            raise Invalid(located(unknown, read_mapping(text)[1]))
    return plan, banks


def _read_banks(paths: tuple[Path, ...]) -> dict[str, Bank]:
    """The banks by slug. Raises Invalid with the faults of all files."""
    from quiz.banks.check import bank_files
    from quiz.banks.yaml import read_bank

    banks: dict[str, Bank] = {}
    problems: list[Problem] = []
    for file in bank_files(paths):
        try:
            bank = read_bank(file)
        except Invalid as error:
            problems += error.problems
            continue
        if bank.slug in banks:
            raise click.UsageError(f"There are two banks '{bank.slug}'; the second is {file}.")
        banks[bank.slug] = bank
    if problems:
        raise Invalid(problems)
    return banks


def _findings(made: Forms) -> Iterator[dict[str, Any]]:
    """What the rules find between the questions of each form; questions are read in the language of the first bank."""
    from dataclasses import asdict

    from quiz.lint.inspect import inspect_quiz

    language = next(iter(made.banks.values())).language
    for paper in made.papers:
        questions = []
        for slot in paper.slots:
            slug, _, name = slot.question.partition("/")
            questions.append(made.banks[slug].by_id[name].variant(slot.variant, made.as_of))
        for finding in inspect_quiz(questions, language):
            yield {"form": paper.form, **asdict(finding)}


def _refuse_beside_replay(ctx: click.Context) -> None:
    for name in ("forms", "seed", "as_of"):
        if ctx.get_parameter_source(name) is not ParameterSource.DEFAULT:
            raise click.UsageError(
                f"--replay draws what the paper holds: leave --{name.replace('_', '-')} out."
            )


def _shown(numbers: Sequence[int]) -> Iterator[int]:
    """The numbers, with a progress bar on a terminal where there are many."""
    hidden = len(numbers) < 20 or not sys.stderr.isatty()
    with click.progressbar(numbers, label="Drawing", file=sys.stderr, hidden=hidden) as shown:
        yield from shown


def _write(document: dict[str, Any], out: Path | None) -> None:
    if out is None:
        print_json(document)
        return
    out.mkdir(parents=True, exist_ok=True)
    path = out / "paper.json"
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    click.echo(str(path))


COMMANDS = (assemble,)
