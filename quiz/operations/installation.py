"""Creates and upgrades the database, and tells whether it is at the newest revision."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import delete, select

from quiz.db import db, reading, transaction
from quiz.errors import Problem, Unavailable
from quiz.models.audit import Claim
from quiz.models.people import User

_MIGRATIONS = Path(__file__).parent.parent / "migrations"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config


def head() -> str:
    """The newest revision that this program knows."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def present() -> str | None:
    """The database's revision; None where it is empty. Raises Unavailable."""
    with reading() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def at_head() -> bool:
    """Whether the database can be reached and is at the newest revision."""
    try:
        return present() == head()
    except Unavailable:
        return False


def cause_of(error: Unavailable) -> str:
    """What the driver says of it, in one line; drivers do not repeat passwords."""
    cause = getattr(error.__cause__, "orig", error.__cause__)
    return str(cause).strip().partition("\n")[0]


def upgrade(revision: str = "head") -> None:
    """Brings the database to a revision; does nothing where it is there."""
    _move(command.upgrade, revision)


def downgrade(revision: str) -> None:
    """Takes the database back to a revision ("base" = empty)."""
    _move(command.downgrade, revision)


def _move(step: object, revision: str) -> None:
    """Migrations run in one transaction. On SQLite foreign keys are off meanwhile: tables are rebuilt."""
    if not callable(step):
        raise TypeError(step)
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            raw: Any = connection.connection.driver_connection
            raw.execute("PRAGMA foreign_keys=OFF")
        config = _config()
        config.attributes["connection"] = connection
        try:
            step(config, revision)
        finally:
            if connection.dialect.name == "sqlite":
                raw.execute("PRAGMA foreign_keys=ON")


def disconnect() -> None:
    """Closes this process's connections, as has to be done before it makes copies of itself."""
    db.engine.dispose()


def new_secret() -> str:
    """A key for the cookies: 256 random bits."""
    return secrets.token_urlsafe(32)


#: What each engine has to be set to, lest it acknowledges what a loss of power takes back.
_DURABLE = {
    "sqlite": (
        ("PRAGMA journal_mode", ("wal",)),
        ("PRAGMA synchronous", ("2", "3")),
        ("PRAGMA foreign_keys", ("1",)),
        ("PRAGMA quick_check(1)", ("ok",)),
    ),
    "postgresql": (
        ("SHOW fsync", ("on",)),
        ("SHOW full_page_writes", ("on",)),
        ("SHOW synchronous_commit", ("on", "remote_apply", "remote_write")),
        ("SHOW transaction_isolation", ("read committed",)),
        ("SHOW transaction_read_only", ("off",)),
    ),
}


def unsound() -> list[Problem]:
    """What about the database breaks our promises: not durable, damaged, not to be written, nobody to administer it.

    Raises Unavailable where it cannot be reached.
    """
    with reading() as connection:
        problems = [
            Problem(question, f"gives {found}, has to be {' or '.join(wanted)}", "see docs/administrator.md")
            for question, wanted in _DURABLE[connection.dialect.name]
            if (found := str(connection.exec_driver_sql(question).scalar())) not in wanted
        ]
        if not connection.execute(
            select(User.id).where(User.role == "administrator", User.active).limit(1)
        ).first():
            problems.append(
                Problem("administrator", "there is none", "quiz user add NAME --role administrator")
            )
    try:
        with transaction() as connection:
            connection.execute(delete(Claim).where(Claim.name == ""))
    except Unavailable as error:
        problems.append(
            Problem("writing", cause_of(error), "give this user the right to write, or free space")
        )
    return problems
