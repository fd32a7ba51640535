"""Every migration goes up and down with data in the tables; the newest equals the models."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select

from quiz.db import Base, db, reading
from quiz.models.attempt import Answer
from quiz.operations import attempts, installation
from quiz.operations.installation import migrations
from tests.cast import NOW


def test_the_newest_revision_equals_the_models(app):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    assert installation.at_head()
    assert installation.head() == ScriptDirectory.from_config(migrations()).get_current_head()


def revisions():
    return [script.revision for script in ScriptDirectory.from_config(migrations()).walk_revisions()]


@pytest.mark.parametrize("revision", revisions())
def test_a_revision_goes_down_and_up_again_with_data(app, cast, revision):
    attempt = cast.start()
    cast.save(attempt, 1, 1, "0")
    attempts.finish(cast.bo, attempt, NOW)
    previous = ScriptDirectory.from_config(migrations()).get_revision(revision).down_revision or "base"
    installation.downgrade(previous)
    assert not installation.at_head()
    installation.upgrade()
    assert installation.at_head()
    if previous != "base":
        with reading() as connection:
            assert connection.execute(select(Answer.seq)).scalars().all() == [1]


def test_base_is_empty(app):
    installation.downgrade("base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    assert installation.present() is None
    installation.upgrade()


def test_foreign_keys_hold_after_a_migration(app, engine):
    if engine == "sqlite":
        with db.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
