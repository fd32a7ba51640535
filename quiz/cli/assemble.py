"""``quiz assemble``: papers from a blueprint and bank files, without a database."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime
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
    from quiz.files.images import Image

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("blueprint", type=_FILE)
@click.argument(
    "banks", nargs=-1, required=True, metavar="BANK...", type=click.Path(exists=True, path_type=Path)
)
@click.option(
    "--forms",
    type=click.IntRange(1, 10_000),
    help="How many parallel papers.  [default: forms.count of the blueprint, else 1]",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    help="The same seed gives the same papers.  [default: forms.seed of the blueprint, else 1]",
)
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Draw questions true at this date (default: the blueprint's as_of, else today).",
)
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["json", "html", "pdf"]),
    default="json",
    show_default=True,
    help="What to write; html and pdf: papers to print, with answer sheets.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write paper.json, and paper.html or paper.pdf, into this folder, not to standard output.",
)
@click.option(
    "--with-content",
    is_flag=True,
    help="Add each question as presented and its key; on paper the keys, on pages after the last form.",
)
@click.option(
    "--language",
    help="On paper, show what is translated in this language, such as ru.  [default: as authored]",
)
@click.option(
    "--engine",
    type=click.Choice(["draw", "exact"]),
    help="draw: each form at random; exact: parallel forms by integer programming."
    "  [default: exact where the blueprint has forms or objective, else draw]",
)
@click.option(
    "--past",
    multiple=True,
    type=_FILE,
    help="An earlier PAPER.json whose questions count as used, for forms.exposure.uses; may be repeated.",
)
@click.option("--replay", type=_FILE, help="Draw once more what this PAPER.json holds.")
@click.option("--lint", is_flag=True, help="Say too which questions of a form give each other away.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def assemble(  # noqa: PLR0913, PLR0917 - an argument for each option
    blueprint: Path,
    banks: tuple[Path, ...],
    forms: int | None,
    seed: int | None,
    as_of: datetime | None,
    file_format: str,
    out: Path | None,
    with_content: bool,
    language: str | None,
    engine: str | None,
    past: tuple[Path, ...],
    replay: Path | None,
    lint: bool,
    as_json: bool,
) -> None:
    """Generate papers from a BLUEPRINT and the BANK files (or folders) that it draws from.

    Prints one JSON document. Where the banks hold too little, it says what is short, and the exit code is 1.
    Exact forms share, differ and are exposed as the blueprint says, and the document says how near the best they are.
    With --format html or pdf it writes one file of all papers beside that document.

    Example: quiz assemble question_banks/blueprints/sco-basics.yaml question_banks --forms 3 --seed 7
    """
    from quiz.assembly.records import read_record
    from quiz.clock import now

    printing = file_format != "json" and not as_json
    if printing and out is None:
        raise click.UsageError(f"Say with --out into which folder the {file_format} file is to be written.")
    plan, loaded, files = _read(blueprint, banks)
    if replay is None:
        day = as_of.date() if as_of else plan.as_of or now().date()
        count, start = forms or plan.fixed_forms or 1, plan.seed if seed is None else seed
        made = _made(plan, loaded, start, day, count, engine or plan.engine, past)
    else:
        _refuse_beside_replay(click.get_current_context())
        with reading_file(replay):
            record = read_record(replay.read_bytes(), plan, loaded)
            made = record.again(plan, loaded, _shown(record.numbers))
        with_content = with_content or record.with_content
    document = made.document(with_content=with_content)
    _write({**document, "findings": [*_findings(made)]} if lint else document, out)
    if printing and out is not None and made.papers:
        _print(made, files, file_format, out, language, with_key=with_content)
    if made.unmet:
        if made.exactness and len(made.unmet) > 1:
            click.echo("These cannot be met together; without any one of them they can:", err=True)
        with reading_file(blueprint):
            raise Unmeetable([*made.unmet])


def _read(blueprint: Path, paths: tuple[Path, ...]) -> tuple[Blueprint, dict[str, Bank], dict[str, Path]]:
    """The blueprint, the banks by slug, and their files likewise. Raises Invalid with file and line."""
    from quiz.assembly.blueprint import read_blueprint
    from quiz.assembly.forms import unknown_names
    from quiz.banks.yaml import located, read_mapping

    with reading_file(blueprint):
        text = blueprint.read_bytes()
        plan = read_blueprint(text, str(blueprint))
    banks, files = _read_banks(paths)
    unknown = [*unknown_names(plan, banks)]
    with reading_file(blueprint):
        if unknown:
            raise Invalid(located(unknown, read_mapping(text)[1]))
    return plan, banks, files


def _read_banks(paths: tuple[Path, ...]) -> tuple[dict[str, Bank], dict[str, Path]]:
    """The banks by slug, and their files likewise. Raises Invalid with the faults of all files."""
    from quiz.banks.check import bank_files
    from quiz.banks.yaml import read_bank

    banks: dict[str, Bank] = {}
    files: dict[str, Path] = {}
    problems: list[Problem] = []
    for file in bank_files(paths):
        try:
            bank = read_bank(file)
        except Invalid as error:
            problems += error.problems
            continue
        if bank.slug in banks:
            raise click.UsageError(f"There are two banks '{bank.slug}'; the second is {file}.")
        banks[bank.slug], files[bank.slug] = bank, file
    if problems:
        raise Invalid(problems)
    return banks, files


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


def _made(
    plan: Blueprint,
    banks: dict[str, Bank],
    seed: int,
    day: date,
    forms: int,
    engine: str,
    past: tuple[Path, ...],
) -> Forms:
    from quiz.assembly.forms import Forms
    from quiz.assembly.records import uses

    if engine == "draw":
        return Forms.draw(plan, banks, seed, day, _shown(range(1, forms + 1)))
    used = {}
    for file in past:
        with reading_file(file):
            used[file] = uses([file.read_bytes()])
    return Forms.exact(plan, banks, seed, day, forms, sum(used.values(), Counter()))


def _refuse_beside_replay(ctx: click.Context) -> None:
    for name in ("forms", "seed", "as_of", "engine", "past"):
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


def _print(
    made: Forms, files: dict[str, Path], file_format: str, out: Path, language: str | None, *, with_key: bool
) -> None:
    """Writes the papers; what cannot be set in a PDF is said to standard error."""
    from quiz.assembly.papers import fairness_page, language_of, printed
    from quiz.files.papers import write_papers
    from quiz.files.papers_pdf import unset, write_papers_pdf

    spoken = language or language_of(made)
    title = made.title
    parts = printed(made, spoken, with_key=with_key)
    images = {**_images(made, files), **fairness_page(made, spoken).images}
    path = out / f"paper.{file_format}"
    if file_format == "html":
        path.write_text(write_papers(title, spoken, parts, images), encoding="utf-8")
    else:
        path.write_bytes(write_papers_pdf(title, parts, images))
        for what in unset(parts, images):
            click.echo(f"{path}: {what}; --format html shows it", err=True)
    click.echo(str(path))


def _images(made: Forms, files: dict[str, Path]) -> dict[str, Image]:
    """The pictures that stand on the papers, by their address."""
    from quiz.assembly.papers import files_of
    from quiz.banks.images import Pictures, opened
    from quiz.files.richtext import media_address

    found = {}
    for slug, names in files_of(made).items():
        pictures = Pictures(opened(files[slug])[1])
        for name in names:
            pictures.find(name)
        found.update({media_address(image.digest): image for image in pictures.images.values()})
    return found


COMMANDS = (assemble,)
