"""The database: one engine an app, one way to write (``transaction``), one way to read (``reading``).

SQLite runs in WAL with ``synchronous=FULL``; a writing transaction begins IMMEDIATE, so that it never finds out
half-way that another one has written. PostgreSQL runs READ COMMITTED: a statement that waited for a lock sees what
was committed meanwhile, which ``operations.attempts`` relies on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import ClauseElement, CursorResult, DateTime, MetaData, event
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from quiz.errors import Unavailable

T = TypeVar("T")
#: Every constraint has a name, so that a migration can find it on both engines.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
#: How long a writer on SQLite waits for the one before it, in milliseconds.
BUSY_TIMEOUT_MS = 15_000
#: What PostgreSQL answers to a write where it takes none.
READ_ONLY_TRANSACTION = "25006"


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored in UTC; comes back aware on both engines. Naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("times in the database are aware")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return (
            value
            if value is None
            else value.replace(tzinfo=UTC)
            if value.tzinfo is None
            else value.astimezone(UTC)
        )


class Base(DeclarativeBase):
    """The base of all tables."""

    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Base, disable_autonaming=True)


def engine_options(url: str) -> dict[str, Any]:
    """What the engine needs on this database."""
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False}}
    return {"isolation_level": "READ COMMITTED", "pool_size": 10, "max_overflow": 20}


def prepare(engine: Engine) -> None:
    """Sets up what each new connection of this engine needs."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_sqlite_connect)
        event.listen(engine, "begin", _on_sqlite_begin)
    else:
        event.listen(engine, "connect", _on_postgresql_connect)


def _on_postgresql_connect(connection: Any, _entry: ConnectionPoolEntry) -> None:
    """Whatever the server's own time zone is: years and months of times are asked for in statements."""
    connection.execute("SET TIME ZONE 'UTC'")
    connection.commit()


def _on_sqlite_connect(connection: Any, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late; ours is below
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")
    connection.create_function("lower", 1, _lower, deterministic=True)  # SQLite's own knows only A to Z


def _lower(text: str | None) -> str | None:
    return None if text is None else str(text).lower()


def _on_sqlite_begin(connection: Connection) -> None:
    kind = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    if kind is not None:  # None: each statement is a transaction of its own
        connection.exec_driver_sql(f"BEGIN {kind}")


def conflict_insert(connection: Connection, table: Any) -> Any:
    """An INSERT of this engine's own kind, which can say what to do ``on_conflict``."""
    return (sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert)(table)


#: Values that one statement names: databases bound them.
_NAMED_MOST = 500


def parts(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Many values in parts, each of which one statement can name."""
    return (values[start : start + _NAMED_MOST] for start in range(0, len(values), _NAMED_MOST))


@contextmanager
def _expecting_the_database() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as error:  # away, locked for too long, disk full, read-only
        raise Unavailable from error
    except InternalError as error:
        if getattr(error.orig, "sqlstate", "") != READ_ONLY_TRANSACTION:  # a standby, before it takes over
            raise
        raise Unavailable from error


@contextmanager
def transaction() -> Iterator[Connection]:
    """A writing transaction: all of the body or nothing. Raises Unavailable where the database does not take it."""
    with _expecting_the_database(), db.engine.connect() as connection:
        writing = connection.execution_options(sqlite_begin="IMMEDIATE")
        with writing.begin():
            yield writing


@contextmanager
def single_statement() -> Iterator[Connection]:
    """For one writing statement that is a transaction of its own: durable when its result has been read.

    Spares PostgreSQL two round trips; on SQLite the lock is not held while Python waits for its turn to run.
    """
    engine = db.engine
    option = {"sqlite_begin": None} if engine.dialect.name == "sqlite" else {"isolation_level": "AUTOCOMMIT"}
    with _expecting_the_database(), engine.connect() as connection:
        yield connection.execution_options(**option)


class Prepared:
    """A statement of a hot path, compiled once for each kind of engine.

    SQLAlchemy keeps compiled statements too, but what it does to find a large one costs a third of sending it.
    """

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._compiled: dict[str, Any] = {}

    def run(self, connection: Connection, values: Mapping[str, Any]) -> CursorResult[Any]:
        """What the statement gives for these values of its ``bindparam``s."""
        dialect = connection.dialect
        if dialect.name not in self._compiled:
            self._compiled[dialect.name] = self._statement.compile(dialect=dialect)
        return connection.execute(self._compiled[dialect.name], values)


@contextmanager
def reading() -> Iterator[Connection]:
    """A reading transaction; goes on beside a writer.

    PostgreSQL is spared the two round trips of a transaction: under READ COMMITTED each statement sees the database as it
    is by then, within one or without (``snapshot`` is for what has to be of one moment).
    """
    engine = db.engine
    option = {} if engine.dialect.name == "sqlite" else {"isolation_level": "AUTOCOMMIT"}
    with _expecting_the_database(), engine.connect() as connection:
        reader = connection.execution_options(**option)
        with reader.begin():
            yield reader


@contextmanager
def snapshot() -> Iterator[Connection]:
    """A reading transaction that sees the database as it was at one moment, however long it takes."""
    engine = db.engine
    option = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with _expecting_the_database(), engine.connect() as connection:
        reader = connection.execution_options(**option)
        with reader.begin():
            yield reader
