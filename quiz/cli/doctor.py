"""``quiz doctor``: whether an installation is sound, and how to mend what is not."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import click

from quiz.cli._store import as_json as json_option
from quiz.errors import Invalid, Problem, Unavailable

if TYPE_CHECKING:
    from quiz.config import Settings


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look found. ``mend`` is empty where all is well; a ``warning`` does not keep the site from working."""

    check: str
    state: str  # ok, warning or error
    message: str
    mend: str = ""


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Check the installation that the environment names; say what is wrong and how to mend it.

    Exit code 1 where something keeps the site from working or puts it at risk.

    Example: quiz doctor
    """
    from quiz.cli._store import print_json

    found = [*examine()]
    if as_json:
        print_json({"checks": [asdict(one) for one in found]})
    else:
        for one in found:
            click.echo(f"{one.state:<8} {one.check}: {one.message}" + (f" – {one.mend}" if one.mend else ""))
    sys.exit(1 if any(one.state == "error" for one in found) else 0)


def examine() -> Iterator[Finding]:
    """All checks, in the order in which one would mend."""
    from quiz.cli._store import settings_of

    yield from _python()
    yield from _secret()
    try:
        settings = settings_of()
    except Invalid as error:
        for problem in error.problems:
            yield Finding(problem.where, "error", problem.what, problem.mend)
        return
    yield from _address(settings)
    yield from _folder(settings)
    yield from _database(settings)


def _python() -> Iterator[Finding]:
    from quiz import __version__

    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("program", "ok", f"quiz {__version__} on Python {version}")


def _secret() -> Iterator[Finding]:
    """The settings that only ``quiz serve`` demands."""
    from quiz.cli.serve import unsafe
    from quiz.config import Settings

    try:
        problems = unsafe(Settings.from_env(os.environ))
    except Invalid as error:
        problems = [problem for problem in error.problems if problem.where == "SECRET_KEY"]
    for problem in problems:
        yield Finding(problem.where, "error", problem.what, problem.mend)
    if not any(problem.where == "SECRET_KEY" for problem in problems):
        yield Finding("SECRET_KEY", "ok", "long enough")


def _address(settings: Settings) -> Iterator[Finding]:
    if settings.public_url.startswith("https:"):
        yield Finding("PUBLIC_URL", "ok", "cookies travel over https only")
    else:
        yield Finding(
            "PUBLIC_URL",
            "warning",
            "is not an https address: cookies travel in the clear",
            "fine on this machine; for others put a proxy with https in front and set it",
        )
    if settings.public_url.startswith("https:") and not settings.trusted_proxies:
        yield Finding(
            "TRUSTED_PROXIES",
            "warning",
            "is 0: limits on guessing count everybody as one address, the proxy's",
            "set it to the number of proxies in front, usually 1",
        )


def _folder(settings: Settings) -> Iterator[Finding]:
    path = settings.sqlite_path
    if path is None or not path.exists():
        return
    if path.stat().st_mode & 0o007 and path.parent.stat().st_mode & 0o001:
        yield Finding(
            "DATABASE_URL",
            "warning",
            f"every user of this machine may open {path}",
            f"run: chmod o-rwx {path.parent}",
        )


def _database(settings: Settings) -> Iterator[Finding]:
    from quiz.cli._store import database, demand_head
    from quiz.operations import installation

    with database(settings):
        try:
            demand_head(settings)
            problems = installation.unsound()
        except (Invalid, Unavailable) as error:
            problems = (
                [*error.problems] if isinstance(error, Invalid) else [Problem("DATABASE_URL", error.text)]
            )
    for problem in problems:
        yield Finding(problem.where, "error", problem.what, problem.mend)
    if not problems:
        yield Finding("database", "ok", "reachable, of this version, durable, open for writing")


COMMANDS = (doctor,)
