"""Creates and upgrades the database, and tells whether it is at the newest revision."""

from __future__ import annotations

import secrets
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from quiz.db import db, reading
from quiz.errors import Unavailable

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
            raw = connection.connection.driver_connection
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
