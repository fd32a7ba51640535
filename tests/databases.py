"""An application a test, on SQLite and on PostgreSQL: a copy of a migrated template, so that commits are real."""

import shutil

import pytest

from quiz.app import create_app
from quiz.config import Settings
from quiz.operations import installation
from tests.cast import Cast

SECRET = "a secret for tests, of more than thirty-two bytes"
ENGINES = ("sqlite", "postgresql")


def app_on(url, **settings):
    """An application on the database of this URL."""
    app = create_app(Settings(secret_key=SECRET, database_url=url, **settings))
    app.testing = True
    return app


def migrate(url):
    """Brings the database of this URL to the newest revision."""
    app = app_on(url)
    with app.app_context():
        installation.upgrade()
        dispose(app)


def dispose(app):
    """Closes the application's connections: a database in use can be neither copied nor dropped."""
    from quiz.db import db

    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory):
    path = tmp_path_factory.mktemp("template") / "quiz.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql_template(postgresql):
    migrate(postgresql.create("template_quiz"))
    return "template_quiz"


@pytest.fixture(params=ENGINES)
def database_url(request, tmp_path):
    """The URL of a fresh, migrated database; the test runs once for each engine."""
    if request.param == "sqlite":
        path = tmp_path / "quiz.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgresql")
    with server.database(request.getfixturevalue("postgresql_template")) as url:
        yield url


@pytest.fixture
def app(database_url, tmp_path):
    """The application, inside its context: operations can be called at once."""
    made = app_on(database_url, data_dir=tmp_path)
    with made.app_context():
        yield made
    dispose(made)


@pytest.fixture
def cast(app):
    """The people of the tests and their course (``tests/cast.py``)."""
    return Cast.appear()


@pytest.fixture
def client(app):
    """A browser without JavaScript."""
    return app.test_client()
