"""Creates and upgrades the database, and tells whether it is at the newest revision.

Alembic is imported only to move: every start of a server asks where the database is, and would wait for it.
"""

from __future__ import annotations

import secrets
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import column, delete, inspect, select, table

from quiz.db import db, reading, transaction
from quiz.errors import Problem, Unavailable
from quiz.models.audit import Claim
from quiz.models.people import User

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(__file__).parent.parent / "migrations"


def migrations() -> Config:
    """Where Alembic finds our migrations."""
    from alembic.config import Config  # noqa: PLC0415 (see above)

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config


@cache
def head() -> str:
    """The newest revision that this program knows. Revisions are numbered, and their files are named by them."""
    return max(file.name.partition("_")[0] for file in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


def present() -> str | None:
    """The database's revision; None where it is empty. Raises Unavailable."""
    version = table("alembic_version", column("version_num"))
    with reading() as connection:
        if not inspect(connection).has_table(version.name):
            return None
        found: str | None = connection.execute(select(version.c.version_num)).scalar()
        return found


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
    _move("upgrade", revision)


def downgrade(revision: str) -> None:
    """Takes the database back to a revision ("base" = empty)."""
    _move("downgrade", revision)


def _move(direction: Literal["upgrade", "downgrade"], revision: str) -> None:
    """Migrations run in one transaction. On SQLite foreign keys are off meanwhile: tables are rebuilt."""
    from alembic import command  # noqa: PLC0415 (see above)

    config = migrations()
    with db.engine.connect() as connection:
        on_sqlite = connection.dialect.name == "sqlite"
        raw: Any = connection.connection.driver_connection
        config.attributes["connection"] = connection
        if on_sqlite:
            raw.execute("PRAGMA foreign_keys=OFF")
        try:
            getattr(command, direction)(config, revision)
        finally:
            if on_sqlite:
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
