"""``quiz demo``: a ready installation to try."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

HOST = "127.0.0.1"
WORKERS = 2


@click.command()
@click.option(
    "--port",
    default=5000,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0 takes a free one.",
)
@click.option(
    "--data",
    default="quiz-demo",
    show_default=True,
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for everything that the demo keeps; nothing is written elsewhere.",
)
@click.option(
    "--large", is_flag=True, help="Simulate three courses of six weeks with 60 students (half a minute more)."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document as the first line.")
@click.option("--once", is_flag=True, help="Set up, print, and end without serving.")
def demo(port: int, data: Path, large: bool, as_json: bool, once: bool) -> None:
    """Start a demo: the shipped banks, a course with accounts, a published quiz for each blueprint.

    Started again it goes on where it was left. With DATABASE_URL set, the database is that one.

    Example: quiz demo --port 8080 --data /tmp/quiz-demo
    """
    # Before numpy comes, as in quiz stats: a report's products are small.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

    from quiz import clock
    from quiz.cli import _demo, _server
    from quiz.cli._store import database, settings_of
    from quiz.operations import factors

    if not once or port == 0:
        port = _server.free_port(HOST, port)
    url = f"http://{HOST}:{port}"
    folder = _demo.Folder(data.resolve())
    # somebody is looking at this terminal: requests are only told there where that was asked for
    quiet = {} if os.environ.get("LOG_LEVEL") else {"log_level": "WARNING"}
    settings = settings_of(
        secret_key=folder.secret(), data_dir=folder.path, public_url="", trusted_proxies=0, **quiet
    )
    with database(settings):
        built = _demo.build(folder, clock.now(), lambda step: click.echo(step, err=True), large=large)
        factors.seal_all(settings.secret_key)
    told = (
        json.dumps(built.document(url), ensure_ascii=False)
        if as_json
        else _demo.readable(built, url, folder.path)
    )
    if once:
        click.echo(told)
    else:
        _server.serve(settings, HOST, port, WORKERS, told)


COMMANDS = (demo,)
