"""``quiz backup`` and ``quiz restore``: everything in one file, whatever the database."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from quiz.cli._store import as_json


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@as_json
def backup(file: Path, as_json: bool) -> None:
    """Write everything in the database to FILE, as it is at this moment; also while the server runs.

    The file can be restored into SQLite and PostgreSQL alike. It holds names, answers and grades: keep it as safe as the
    database. SECRET_KEY is not in it.

    Example: quiz backup quiz-2026-11-25.zip
    """
    from quiz import clock
    from quiz.cli._store import store
    from quiz.errors import Invalid, Problem
    from quiz.operations import backups

    if file.exists():
        raise Invalid([Problem(str(file), "there is such a file already", "name another, or delete it")])
    part = file.with_name(f".{file.name}.part")
    part.unlink(missing_ok=True)
    try:
        with store():
            rows = backups.backup(part, clock.now(), _tell)
        part.rename(file)
    finally:
        part.unlink(missing_ok=True)
    _say(rows, file, "written to", as_json=as_json)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
def restore(file: Path, as_json: bool) -> None:
    """Fill an empty database from FILE, which quiz backup has written: all of it, or nothing.

    This is also the move from SQLite to PostgreSQL: make a backup, set DATABASE_URL to an empty PostgreSQL database,
    restore.

    Example: DATABASE_URL=postgresql://quiz@host/quiz quiz restore quiz-2026-11-25.zip
    """
    from quiz.cli._store import database, settings_of
    from quiz.operations import backups

    settings = settings_of()
    if settings.sqlite_path is not None:
        settings.sqlite_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with database(settings):
        rows = backups.restore(file, _tell)
    _say(rows, file, "restored from", as_json=as_json)


def _tell(table: str) -> None:
    if sys.stderr.isatty():
        click.echo(f"{table} …", err=True)


def _say(rows: dict[str, int], file: Path, done: str, *, as_json: bool) -> None:
    from quiz.cli._store import print_json

    if as_json:
        print_json({"file": str(file), "rows": rows})
    else:
        click.echo(f"{sum(rows.values()):,} rows of {len(rows)} tables {done} {file}")


COMMANDS = (backup, restore)
