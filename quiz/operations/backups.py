"""Everything in the database as one file, independent of the engine, and back.

A backup (``quiz-backup/1``) is a zip: ``tables/<table>.jsonl`` holds the names of the columns and then a row a line,
``backup.json``, written last, says of which revision the database was and how many rows each table has. Times are
RFC 3339 in UTC, bytes base64.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any, Final

from sqlalchemy import Column, MetaData, Table, func, select, text
from sqlalchemy.engine import Connection

from quiz import __version__
from quiz.db import snapshot, transaction
from quiz.errors import Conflict, Invalid, Problem
from quiz.files.bundle import Bundle
from quiz.operations import installation

FORMAT: Final = "quiz-backup/1"
MANIFEST: Final = "backup.json"
#: Rows that are in memory at a time.
BATCH: Final = 1000
_OURS_ALONE: Final = "alembic_version"
_DAMAGED: Final = "the backup is damaged"


def backup(path: Path, now: datetime, step: Callable[[str], object]) -> dict[str, int]:
    """Writes everything, as it was at one moment, to a file that must not exist yet. Returns the rows by table.

    ``step`` is told the name of each table before its rows.
    """
    rows: dict[str, int] = {}
    with Bundle(path, "x") as bundle, snapshot() as connection:
        for table in _tables(connection):
            step(table.name)
            with bundle.writing(_member(table.name)) as file:
                rows[table.name] = _write(connection, table, file)
        manifest = {
            "format": FORMAT,
            "program": __version__,
            "revision": installation.present(),
            "created_at": _plain(now),
            "rows": rows,
        }
        with bundle.writing(MANIFEST) as file:
            file.write(json.dumps(manifest, indent=1).encode())
    return rows


def restore(path: Path, step: Callable[[str], object]) -> dict[str, int]:
    """Fills an empty database from a backup, whole or not at all. Returns the rows by table.

    A database without tables is created; a backup of an earlier revision is brought to this program's. Raises Conflict
    where the database holds anything, Invalid where the file is no backup, damaged, or of a later revision.
    """
    with Bundle(path, "r") as bundle:
        manifest = _manifest(bundle)
        present = installation.present()
        if present not in (None, manifest["revision"]):
            _demand_empty()
            installation.downgrade("base")
        installation.upgrade(manifest["revision"])
        with transaction() as connection:
            rows = _fill(connection, bundle, manifest["rows"], step)
    installation.upgrade()
    return rows


def _tables(connection: Connection) -> list[Table]:
    """The tables as they are in the database, each after those that it refers to."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != _OURS_ALONE]


def _member(name: str) -> str:
    return f"tables/{name}.jsonl"


# Out -----------------------------------------------------------------------------------------------------------------


def _write(connection: Connection, table: Table, file: IO[bytes]) -> int:
    file.write(_line([column.name for column in table.columns]))
    rows = connection.execution_options(yield_per=BATCH).execute(
        select(table).order_by(*table.primary_key.columns)
    )
    count = 0
    for row in rows:
        file.write(_line([_plain(value) for value in row]))
        count += 1
    return count


def _line(values: Sequence[Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)  # SQLite keeps UTC without saying so
        return aware.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, bytes | memoryview):
        return b64encode(value).decode()
    return value.isoformat() if isinstance(value, date) else value


# In ------------------------------------------------------------------------------------------------------------------


def _fault(what: str, mend: str = "take another backup") -> Problem:
    return Problem("", what, mend)


def _manifest(bundle: Bundle) -> Mapping[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(b"".join(bundle.lines(MANIFEST)))
        told = manifest["format"], manifest["revision"], manifest["rows"]
    except (KeyError, ValueError, Invalid):
        raise Invalid([_fault("this is no backup", "name a file that quiz backup has written")]) from None
    if told[0] != FORMAT or not isinstance(told[1], str) or told[1] > installation.head():
        what = f"this backup ({told[0]}, revision {told[1]}) is of a later version of the program"
        raise Invalid([_fault(what, "restore it with that version, or a later one")])
    return manifest


def _demand_empty() -> None:
    with snapshot() as connection:
        for table in _tables(connection):
            if connection.execute(select(table).limit(1)).first():
                raise Conflict(
                    f"The database holds something already (the table {table.name}). "
                    "A backup is restored into an empty database only: name another one in DATABASE_URL."
                )


def _fill(
    connection: Connection, bundle: Bundle, rows: Mapping[str, int], step: Callable[[str], object]
) -> dict[str, int]:
    _demand_empty()
    found = {}
    tables = _tables(connection)
    missing = set(rows) - {table.name for table in tables}
    if missing:
        raise Invalid([_fault(f"{_DAMAGED}: there is no table {min(missing)} in that revision")])
    for table in tables:
        step(table.name)
        found[table.name] = _read(connection, table, bundle)
        if found[table.name] != rows.get(table.name):
            raise Invalid([_fault(f"{_DAMAGED}: rows of {table.name} are missing")])
        _go_on_counting(connection, table)
    return found


def _read(connection: Connection, table: Table, bundle: Bundle) -> int:
    count = 0
    try:
        lines = bundle.lines(_member(table.name))
        columns = [table.columns[name] for name in json.loads(next(lines))]
        readers = [(column.name, _reader(connection, column)) for column in columns]
        for batch in _batches(lines):
            values = [
                {name: read(value) for (name, read), value in zip(readers, json.loads(line), strict=True)}
                for line in batch
            ]
            connection.execute(table.insert(), values)
            count += len(values)
    except (KeyError, ValueError, TypeError, StopIteration) as error:
        raise Invalid([_fault(f"{_DAMAGED}: {table.name}: {error}")]) from error
    return count


def _batches(lines: Iterator[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    for line in lines:
        batch.append(line)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _reader(connection: Connection, column: Column[Any]) -> Callable[[Any], Any]:
    """What makes a JSON value into one that the driver takes for this column."""
    try:
        kind = column.type.python_type
    except NotImplementedError:  # JSON holds anything
        return lambda value: value
    naive = connection.dialect.name == "sqlite"
    readers: dict[type, Callable[[Any], Any]] = {
        datetime: lambda value: _moment(value, naive=naive),
        date: date.fromisoformat,
        bytes: b64decode,
    }
    read = readers.get(kind)
    return (lambda value: value) if read is None else lambda value: None if value is None else read(value)


def _moment(value: str, *, naive: bool) -> datetime:
    moment = datetime.fromisoformat(value)
    return moment.replace(tzinfo=None) if naive else moment


def _go_on_counting(connection: Connection, table: Table) -> None:
    """PostgreSQL hands out ids from a counter, which does not know of rows that brought theirs."""
    key = [*table.primary_key.columns]
    if connection.dialect.name != "postgresql" or len(key) != 1:
        return
    counter = text("SELECT pg_get_serial_sequence(:table, :column)")
    name = connection.execute(counter, {"table": f'"{table.name}"', "column": key[0].name}).scalar()
    highest = connection.execute(select(func.max(key[0]))).scalar()
    if name and highest:
        connection.execute(select(func.setval(name, highest)))
