"""What the commands that work on an installation share: its settings, its database, and how they speak of both."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quiz.errors import Invalid, Problem, Unavailable, Unmeetable

if TYPE_CHECKING:
    from quiz.config import Settings

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


def settings_of(**known: Any) -> Settings:
    """The settings, from the environment. No key is demanded: only what serves pages signs cookies."""
    from quiz.config import Settings

    return Settings.from_env(os.environ, **{"secret_key": "", **known})


@contextmanager
def database(settings: Settings) -> Iterator[None]:
    """The database, in whatever state it is: inside, operations can be called. Its connections end with it."""
    from quiz.app import create_app
    from quiz.operations import installation

    with create_app(settings).app_context():
        try:
            yield
        finally:
            installation.disconnect()


@contextmanager
def store() -> Iterator[Settings]:
    """The installation that the environment names, for commands on what is stored in it."""
    settings = settings_of()
    with database(settings):
        demand_head(settings)
        yield settings


def demand_head(settings: Settings) -> None:
    """Raises Invalid, naming the setting, where the database is missing, away or of another version."""
    from quiz.operations import installation

    path = settings.sqlite_path
    if path is not None and not path.exists():
        raise Invalid([Problem("DATABASE_URL", f"there is no database at {path}", "run: quiz init")])
    try:
        present = installation.present()
    except Unavailable as error:
        raise Invalid(
            [Problem("DATABASE_URL", "the database cannot be reached", installation.cause_of(error))]
        ) from error
    needed = installation.head()
    if present != needed:
        stands = f"the database is at revision {present or 'none'}, this program needs {needed}"
        raise Invalid([Problem("DATABASE_URL", stands, "run: quiz init")])


def _lacking(required: float, available: float) -> tuple[str, str]:
    """What a bound from below or from above lacks, and how to mend it."""
    if available > required:
        what = f"allows {required}, and {available} is the least that can be had"
        return what, "allow more, or ask for less elsewhere"
    return f"asks for {required}, the banks hold {available}", "ask for less, or add questions"


@contextmanager
def reading_file(path: Path) -> Iterator[None]:
    """Names the file in every fault that is found while its text is read or used."""
    from quiz.banks.yaml import BankProblem

    try:
        yield
    except UnicodeDecodeError as error:
        problem = BankProblem("", "this is not text in UTF-8", "save it as UTF-8", file=str(path))
        raise Invalid([problem]) from error
    except Unmeetable as error:
        raise Invalid(
            BankProblem(one["constraint"], *_lacking(one["required"], one["available"]), file=str(path))
            for one in error.unmet
        ) from error
    except Invalid as error:
        raise Invalid(
            problem
            if getattr(problem, "file", "") == str(path)
            else BankProblem(
                problem.where,
                problem.what,
                problem.mend,
                problem.line,
                getattr(problem, "question", ""),
                str(path),
            )
            for problem in error.problems
        ) from error


def as_json_text(document: Any) -> str:
    """The document as JSON; times are RFC 3339 in UTC."""
    return json.dumps(document, ensure_ascii=False, indent=1, default=_plain)


def print_json(document: Any) -> None:
    """One JSON document on standard output."""
    click.echo(as_json_text(document))


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    raise TypeError(type(value).__name__)


def password_from(stdin: bool) -> str:
    """The password: the first line of standard input, or typed twice on a terminal. Never an argument."""
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise click.UsageError("There is no terminal to ask on: use --password-stdin.")
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed
