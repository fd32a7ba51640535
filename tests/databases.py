"""An application a test, on SQLite and on PostgreSQL: a copy of a migrated template, so that commits are real."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from copy import copy

import pytest
from flask_babel import get_locale
from jinja2 import BytecodeCache

from quiz.app import create_app
from quiz.config import Settings
from quiz.operations import installation
from tests.browsing import Client
from tests.cast import Cast

SECRET = "a secret for tests, of more than thirty-two bytes"
ENGINES = ("sqlite", "postgresql")


class Compiled(BytecodeCache):
    """Templates that one application of this process has compiled serve the next ones: half of a page test's time."""

    def __init__(self):
        self.found = {}

    def get_cache_key(self, name, filename=None):
        """Each language has its own: the words are part of what is compiled."""
        return f"{get_locale()} {super().get_cache_key(name, filename)}"

    def load_bytecode(self, bucket):
        if bucket.key in self.found:
            bucket.bytecode_from_string(self.found[bucket.key])

    def dump_bytecode(self, bucket):
        self.found[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


def app_on(url, **settings):
    """An application on the database of this URL."""
    app = create_app(Settings(secret_key=SECRET, database_url=url, **settings))
    app.testing = True
    app.jinja_env.bytecode_cache = COMPILED
    app.test_client_class = Client
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


def populate(url):
    """Migrates the database of this URL and lets the cast appear in it. Returns the cast."""
    migrate(url)
    app = app_on(url)
    with app.app_context():
        found = Cast.appear()
        dispose(app)
    return found


@pytest.fixture(scope="session")
def sqlite_empty(tmp_path_factory):
    """A migrated database, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "quiz.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def sqlite_with_cast(tmp_path_factory):
    """A database with the cast, to be copied, and the cast."""
    path = tmp_path_factory.mktemp("cast") / "quiz.db"
    return path, populate(f"sqlite:///{path}")


@pytest.fixture(scope="session")
def postgresql_empty(postgresql):
    """The name of a migrated database, to be copied."""
    migrate(postgresql.create("template_empty"))
    return "template_empty"


@pytest.fixture(scope="session")
def postgresql_with_cast(postgresql):
    """The name of a database with the cast, to be copied, and the cast."""
    return "template_cast", populate(postgresql.create("template_cast"))


@pytest.fixture(params=ENGINES)
def engine(request):
    """Which database: the test runs once for each."""
    return request.param


@pytest.fixture
def database_url(request, engine, tmp_path):
    """The URL of a fresh database, with the cast where the test asks for it."""
    template = request.getfixturevalue(
        f"{engine}_{'with_cast' if 'cast' in request.fixturenames else 'empty'}"
    )
    source = template[0] if isinstance(template, tuple) else template
    if engine == "sqlite":
        shutil.copy(source, tmp_path / "quiz.db")
        yield f"sqlite:///{tmp_path / 'quiz.db'}"
        return
    with request.getfixturevalue("postgresql").database(source) as url:
        yield url


@pytest.fixture
def app(database_url, tmp_path):
    """The application, inside its context: operations can be called at once."""
    made = app_on(database_url, data_dir=tmp_path)
    with made.app_context():
        yield made
    dispose(made)


@pytest.fixture
def cast(request, engine, app):
    """The people of the tests and their course (``tests/cast.py``)."""
    return copy(request.getfixturevalue(f"{engine}_with_cast")[1])


@pytest.fixture
def client(app):
    """A browser without JavaScript."""
    return app.test_client()


@pytest.fixture
def beside(app):
    """``beside(work)`` runs it in another thread, in the application's context, and gives its future."""

    def run(work):
        with app.app_context():
            return work()

    with ThreadPoolExecutor(1) as pool:
        yield lambda work: pool.submit(run, work)
