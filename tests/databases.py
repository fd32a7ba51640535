"""An application a test, on SQLite and on PostgreSQL: a copy of a migrated template, so that commits are real."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask_babel import get_locale
from jinja2 import BytecodeCache

from quiz.app import create_app
from quiz.config import Settings
from quiz.operations import installation
from tests.browser.school import School
from tests.browsing import Client
from tests.cast import Cast
from tests.recycling import Recycled

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


#: Who lives in a template, by its name; each of these is called once for an engine.
APPEAR = {"empty": lambda: None, "cast": Cast.appear, "school": School.open}


@dataclass
class Templates:
    """Databases that are migrated and inhabited once, to be copied: a file of SQLite, a name of PostgreSQL."""

    folder: Path
    made: dict = field(default_factory=dict)

    def get(self, server, name):
        """The template of this name, in the cluster or (``server`` None) as a file, and who lives there."""
        known = (server is None, name)
        if known not in self.made:
            source = f"template_{name}" if server else self.folder / f"{name}.db"
            url = server.create(source) if server else f"sqlite:///{source}"
            self.made[known] = source, populate(url, APPEAR[name])
        return self.made[known]


def populate(url, appear):
    """Migrates the database of this URL and lets somebody appear in it. Returns whom."""
    migrate(url)
    app = app_on(url)
    with app.app_context():
        found = appear()
        dispose(app)
    return found


@pytest.fixture(scope="session")
def templates(tmp_path_factory):
    """The databases that the tests of this process copy."""
    return Templates(tmp_path_factory.mktemp("templates"))


@pytest.fixture(scope="session")
def sqlite_with_cast(templates):
    """The file of a database with the cast, to be copied, and the cast."""
    return templates.get(None, "cast")


@pytest.fixture(scope="session")
def recycled(postgresql):
    """``recycled(template)`` is a context with the URL of a database that is as the template of this name."""
    supply = {}
    return lambda template: supply.setdefault(template, Recycled(postgresql, template)).database()


@pytest.fixture(params=ENGINES)
def engine(request):
    """Which database: the test runs once for each."""
    return request.param


@pytest.fixture
def inhabitants(request):
    """The name of the template that the test begins with."""
    return "cast" if "cast" in request.fixturenames else "empty"


@pytest.fixture
def server(request, engine):
    """The cluster that the test's database lies in; None for SQLite."""
    return request.getfixturevalue("postgresql") if engine == "postgresql" else None


@pytest.fixture
def database_url(request, server, templates, inhabitants, tmp_path):
    """The URL of a fresh database, as its template."""
    source, _ = templates.get(server, inhabitants)
    if server is None:
        shutil.copy(source, tmp_path / "quiz.db")
        yield f"sqlite:///{tmp_path / 'quiz.db'}"
        return
    with request.getfixturevalue("recycled")(source) as url:
        yield url


@pytest.fixture
def dwellers(app, templates, server, inhabitants):
    """Who lives in the test's database."""
    return copy(templates.get(server, inhabitants)[1])


@pytest.fixture
def app(database_url, tmp_path):
    """The application, inside its context: operations can be called at once."""
    made = app_on(database_url, data_dir=tmp_path)
    with made.app_context():
        yield made
    dispose(made)


@pytest.fixture
def cast(dwellers):
    """The people of the tests and their course (``tests/cast.py``)."""
    return dwellers


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
