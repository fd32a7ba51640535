"""``quiz convert``: between file formats, without a database."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import datetime
from itertools import count
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import click

from quiz.errors import Invalid, Problem, TooLarge

if TYPE_CHECKING:
    from quiz.formats.base import Format
    from quiz.formats.conversion import Instances, Report


#: Where a fault stands that is that of the file as a whole.
_WHOLE = "file"
#: Standard input as SOURCE, standard output as DEST.
_STANDARD: Final = Path("-")
#: What either is called as a file, and so the bank whose name nothing else says.
_NAME: Final = "questions"


@click.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.argument("dest", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--from", "read_as", metavar="FORMAT", help="The format of SOURCE (default: recognised).")
@click.option("--to", "write_as", metavar="FORMAT", help="The format of DEST (default: by its ending).")
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write what became of each question, as JSON.",
)
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The date of the questions that families are written as where DEST holds none (default: today).",
)
@click.option(
    "--variants",
    metavar="N",
    type=click.IntRange(1, 2000),
    default=10,
    show_default=True,
    help="The most questions that one family is written as.",
)
@click.option("--strict", is_flag=True, help="Losses and unsupported questions give exit code 1 too.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON document.")
def convert(  # noqa: PLR0913, PLR0917 - an argument for each option
    source: Path,
    dest: Path,
    read_as: str | None,
    write_as: str | None,
    report: Path | None,
    as_of: datetime | None,
    variants: int,
    strict: bool,
    as_json: bool,
) -> None:
    """Convert the questions in SOURCE to the format of DEST.

    Every question of SOURCE is accounted for: written, not supported, or wrong. What DEST cannot hold is named, field
    by field. A question that is wrong does not keep the others back (exit code 1 then).

    SOURCE may be - for standard input, or a pipe, and DEST - for standard output: what is said then goes to standard
    error.

    FORMAT is one of aiken, anki, blackboard, cloze-text, csv, gift, h5p, json, kahoot, missing-word, moodle-xml, qti12
    (Canvas and others), qti21, qti22, qti30, text2qti, xlsx, yaml.

    From Canvas or Blackboard, with an account: quiz convert export.zip questions.yaml --report account.json

    To Moodle: quiz convert questions.yaml questions.xml --to moodle-xml

    Example: quiz convert questions.gift questions.yaml
    """
    from quiz.clock import now
    from quiz.files.replacing import replaced
    from quiz.formats.conversion import Instances, legible

    _demand_places(source, dest, report)
    if as_json + [dest, report].count(_STANDARD) > 1:
        raise click.UsageError("only one of DEST, --report and --json goes to standard output – name a file")
    named, target = _formats(read_as, write_as, dest)
    done, written = _converted(source, dest, named, target, Instances((as_of or now()).date(), variants))
    if report:
        with _written_to(report) as path, replaced(path) as file:
            file.write(_in_utf8(f"{_document(done)}\n"))
    account = _document(done) if as_json else "\n".join(_lines(done, legible(dest) if written else None))
    click.echo(_in_utf8(account), err=_is_stream(dest) and not as_json)
    sys.exit(1 if done.errors or (strict and (done.losses or done.unsupported)) else 0)


def _demand_places(source: Path, dest: Path, report: Path | None) -> None:
    """Raises UsageError where a file that is to be written has no folder, or would take the place of another one."""
    for path in filter(None, (dest, report)):
        if not path.parent.is_dir():
            raise click.UsageError(f"there is no folder for {path} – make it first")
    files = [os.path.realpath(one) for one in (source, dest, report) if one and not _is_stream(one)]
    for file in files:
        if files.count(file) > 1:
            name = Path(file).name
            raise click.UsageError(f"{name} would be overwritten – SOURCE, DEST and --report are three files")


def _formats(read_as: str | None, write_as: str | None, dest: Path) -> tuple[Format | None, Format]:
    """The format of SOURCE, None where it is to be recognised, and that of DEST. Raises UsageError."""
    from quiz.formats import by_suffix, get

    try:
        return get(read_as) if read_as else None, get(write_as) if write_as else by_suffix(dest.name)
    except Invalid as error:
        raise click.UsageError(str(error)) from None


def _converted(
    source: Path, dest: Path, named: Format | None, target: Format, instances: Instances
) -> tuple[Report, bool]:
    """What became of the questions, and whether DEST is written: it is not where SOURCE is refused as a whole."""
    from quiz.formats import conversion, format_of

    refused = conversion.Report(conversion.legible(source), named.name if named else "")
    with _read_from(source) as given, _counting() as step:
        try:
            origin = named or format_of(given)
            refused.format = origin.name
            with _written_to(dest) as made:
                done = conversion.convert(given, made, origin, target, instances, step=step)
        except (Invalid, TooLarge) as error:
            problems = error.problems if isinstance(error, Invalid) else [Problem("", str(error))]
            refused.errors += map(_fault, problems)
            return refused, False
    done.source = refused.source
    return done, True


@contextmanager
def _counting() -> Iterator[Callable[[], None]]:
    """Shows on a terminal how many questions have been converted: what is given counts one more."""
    with click.progressbar(
        count(),
        label="Converting",
        show_pos=True,
        update_min_steps=20,
        file=sys.stderr,
        hidden=not sys.stderr.isatty(),
    ) as bar:
        yield lambda: bar.update(1)


def _is_stream(path: Path) -> bool:
    """Whether the name stands for standard input or output, a pipe or a device: what has no place in a folder."""
    return path == _STANDARD or (path.exists() and not path.is_file())


@contextmanager
def _read_from(source: Path) -> Iterator[Path]:
    """The file; one of what comes on a stream, which can be read only once, alone in its folder."""
    if not _is_stream(source):
        yield source
        return
    with TemporaryDirectory() as folder:
        path = Path(folder) / _NAME
        with click.open_file(str(source), "rb") as stream, path.open("wb") as file:
            copyfileobj(stream, file)
        yield path


@contextmanager
def _written_to(dest: Path) -> Iterator[Path]:
    """The file; one that goes to a stream when all went well. Raises Invalid where it has pictures beside it then."""
    if not _is_stream(dest):
        yield dest
        return
    with TemporaryDirectory() as folder:
        path = Path(folder) / _NAME
        yield path
        if len([*path.parent.iterdir()]) > 1:
            raise Invalid(
                [Problem("", "its pictures lie in a folder beside it", f"name a file in place of {dest}")]
            )
        with path.open("rb") as file, click.open_file(str(dest), "wb") as stream:
            copyfileobj(file, stream)


def _in_utf8(text: str) -> bytes:
    r"""The text; half of a surrogate pair, which JSON may hold and UTF-8 may not, as it came: \udXXX."""
    return text.encode("utf-8", "backslashreplace")


def _document(done: Report) -> str:
    """The report as JSON."""
    told = {
        one.name: getattr(done, one.name) for one in fields(done)
    }  # no copy: it has a line for each question
    return json.dumps(told, ensure_ascii=False, indent=1)


def _fault(problem: Problem) -> dict[str, str]:
    """A fault as reports have it: its message repeats no place."""
    if problem.line:
        return {"where": f"line {problem.line}", "message": str(problem)}
    return {"where": problem.where or _WHOLE, "message": str(replace(problem, where=""))}


def _lines(done: Report, dest: str | None) -> Iterator[str]:
    """What became of the questions; the last line counts them. ``dest`` is None where it is not written."""
    yield from told(done)
    if dest is None:
        kind = f" as {done.format}" if done.format else ""
        yield f"refused{kind}: nothing is written"
        return
    left = {"not supported": len(done.unsupported), "wrong": len(done.errors)}
    counts = ", ".join(f"{count} {what}" for what, count in left.items() if count)
    kept = f"{done.read} read as {done.format}, {done.written} written to {dest}"
    yield f"{kept}; {counts}" if counts else kept


def told(done: Report) -> Iterator[str]:
    """What did not come along, and what was lost."""
    for error in done.errors:
        where = "" if error["where"] == _WHOLE else f"{error['where']}: "
        message = error["message"].removeprefix(f"{Path(done.source).name}: ")
        yield f"{done.source}: {where}{message}"
    for other in done.unsupported:
        side = "cannot be written" if "stage" in other else "not supported"
        yield f"{done.source}: {other['where']}: {side}: {other['kind']}{_titled(other)}"
    yield from _losses(done)


def _titled(other: dict[str, Any]) -> str:
    title = other["title"] or other.get("id")
    return f" ({title})" if title else ""


def _losses(done: Report) -> Iterator[str]:
    """One line a kind of loss: which field, why, how many questions and the first of them."""
    for one in done.summary:
        ids = [id or "the bank" for id in one["ids"]]
        more = f" and {len(ids) - 3} more" if len(ids) > 3 else ""
        yield f"lost: {one['field']} ({one['detail']}): {', '.join(ids[:3])}{more}"


COMMANDS = (convert,)
