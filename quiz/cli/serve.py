"""``quiz serve``: the production server."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from quiz.errors import Invalid, Problem

if TYPE_CHECKING:
    from quiz.config import Settings

#: A random key of 32 bytes has about 30 different ones; words repeated to the length have few.
LEAST_DIFFERENT = 10


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0 takes a free one.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    help="Worker processes.  [default: one a processor, at least 2]",
)
def serve(host: str, port: int, workers: int | None) -> None:
    """Serve the site, with settings from the environment (docs/settings.md).

    Refuses to start with a setting that is missing, wrong or unsafe, and on a database that is not of this version.
    Does the upkeep by itself. Ends on SIGTERM or Ctrl-C when the requests under way are answered.

    Example: SECRET_KEY=… DATABASE_URL=postgresql://quiz@db/quiz quiz serve --host 0.0.0.0 --port 8000
    """
    # Before numpy comes, as in quiz stats: a report's products are small.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

    from quiz.cli import _server
    from quiz.cli._store import database, demand_head
    from quiz.config import Settings
    from quiz.operations import factors

    settings = Settings.from_env(os.environ)
    demand_safe(settings)
    with database(settings):
        demand_head(settings)
        factors.seal_all(settings.secret_key)
    port = _server.free_port(host, port)
    count = workers or max(2, os.cpu_count() or 2)
    where = settings.public_url or f"http://{_server.reachable(host)}:{port}"
    _server.serve(settings, host, port, count, f"Serving on {where} with {count} workers.")


def demand_safe(settings: Settings) -> None:
    """Raises Invalid, naming each setting under which a stranger could take over sessions."""
    problems = [*unsafe(settings)]
    if problems:
        raise Invalid(problems)


def unsafe(settings: Settings) -> list[Problem]:
    """What is wrong with settings that are well-formed."""
    problems = []
    if len(set(settings.secret_key)) < LEAST_DIFFERENT:
        problems.append(
            Problem(
                "SECRET_KEY",
                "this can be guessed",
                "make one: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'",
            )
        )
    if settings.public_url.startswith("http:") and not _is_local(settings.public_url):
        problems.append(
            Problem(
                "PUBLIC_URL",
                "over http others on the way read passwords and answers",
                "use https, with a proxy in front (docs/administrator.md)",
            )
        )
    return problems


def _is_local(url: str) -> bool:
    """Whether the address is of this machine or of a private network, such as a classroom's."""
    from ipaddress import ip_address
    from urllib.parse import urlsplit

    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_private
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local", ".test"))


COMMANDS = (serve,)
