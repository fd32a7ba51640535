"""A throw-away PostgreSQL for the tests: our own cluster, in a temporary folder, on loopback.

`initdb` takes half a second, so each process of the test run starts one when the first test asks for it.
A database a test is a copy of a template (`PostgreSQL.database`), so commits are real and races can be tried.
"""

import contextlib
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tools.system_packages import find_chromium, find_postgresql

USER = "quiz"
START_SECONDS = 30
_numbers = itertools.count(1)


@dataclass
class PostgreSQL:
    """A running cluster: where its files lie, the port it listens on, its first process (of its present life)."""

    folder: Path
    port: int
    process: subprocess.Popen

    def url(self, database="postgres"):
        """The database's address as SQLAlchemy reads it."""
        return f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/{database}"

    def connect(self, database="postgres"):
        """A psycopg connection that commits each statement."""
        return psycopg.connect(host="127.0.0.1", port=self.port, user=USER, dbname=database, autocommit=True)

    def create(self, name, template="template1"):
        """Create a database, a copy of `template` (to which nobody may be connected), and return its URL."""
        command = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(template)
        )
        with self.connect() as connection:
            connection.execute(command)
        return self.url(name)

    def drop(self, name):
        """Drop a database, and whoever is still connected with it."""
        with self.connect() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )

    def kill_and_restart(self):
        """`kill -9`, and the same cluster on the same port again, durable: it repairs itself as it starts."""
        self.process.kill()
        self.process.wait(START_SECONDS)
        until = time.monotonic() + START_SECONDS
        programs, owner = find_postgresql(), _owner(self.folder)
        while True:
            try:
                self.process = _start(programs, self.folder, owner, durable=True, port=self.port).process
                return
            except AssertionError:  # those that served its clients have not all noticed yet that it is gone
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)

    @contextlib.contextmanager
    def database(self, template="template1"):
        """The URL of a new copy of `template`, dropped at the end."""
        name = f"test_{next(_numbers)}"
        yield self.create(name, template)
        self.drop(name)


@contextlib.contextmanager
def running_postgresql(*, durable=False):
    """A new cluster, removed at the end. `durable` waits for the disk at each commit, as in production."""
    folder = Path(tempfile.mkdtemp(prefix="quiz-postgresql-"))
    owner = _owner(folder)
    programs = needed(find_postgresql(), "PostgreSQL")
    try:
        _initdb(programs, folder, owner)
        server = _start(programs, folder, owner, durable=durable)
        try:
            yield server
        finally:
            server.process.send_signal(signal.SIGINT)  # "fast": disconnects everybody, then ends
            server.process.wait(START_SECONDS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def needed(found, name):
    """Return what was found. Without it the test is skipped, and with CI=true it fails."""
    if found is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"no {name} on this machine")
    return found


@pytest.fixture(scope="session")
def postgresql():
    """The cluster of this test process: quick, not durable."""
    with running_postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def chromium():
    """The path of the browser, for Playwright's `executable_path`."""
    return needed(find_chromium(), "Chromium")


def _owner(folder):
    """Who runs the server, as arguments of subprocess: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    account = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    os.chown(folder, account.pw_uid, account.pw_gid)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _initdb(programs, folder, owner):
    """Make the cluster. Its order of letters is a language's, as on a real server, and not that of the bytes:
    where the code needs Python's order it has to ask for it."""
    command = [
        programs / "initdb",
        "--pgdata",
        folder / "data",
        "--username",
        USER,
        "--auth",
        "trust",
        "--no-sync",
    ]
    command += ["--encoding", "UTF8", "--no-locale", "--locale-provider", "icu", "--icu-locale", "en-US"]
    subprocess.run(command, check=True, capture_output=True, cwd=folder, **owner)


def free_port():
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _start(programs, folder, owner, *, durable, port=None):
    """Start the server, on a free port if none is named, and wait until it answers."""
    port = port or free_port()
    command = [programs / "postgres", "-D", folder / "data", "-k", folder, "-h", "127.0.0.1", "-p", str(port)]
    settings = ["max_connections=200", "timezone=Pacific/Auckland", f"fsync={'on' if durable else 'off'}"]
    command += [part for setting in settings for part in ("-c", setting)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, **owner)
    server = PostgreSQL(folder, port, process)
    _wait(server)
    return server


def _wait(server):
    """Return when the server answers; its log is the message if it ends or stays silent."""
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            server.connect().close()
        except psycopg.OperationalError:
            if server.process.poll() is not None or time.monotonic() > until:
                server.process.kill()
                raise AssertionError((server.folder / "log").read_text()) from None
            time.sleep(0.02)
        else:
            return
