"""``quiz serve``, ``quiz doctor``, ``quiz upkeep``: what is refused, by name, and a server that heals and ends cleanly."""

import os
import signal
import socket
import time
from contextlib import suppress
from datetime import timedelta
from http.client import HTTPConnection

import pytest
from sqlalchemy import select

from quiz import clock
from quiz.cli._server import LAST_REQUESTS
from quiz.db import reading
from quiz.models.attempt import Attempt
from quiz.operations import attempts, installation
from tests.cast import GRACE
from tests.cli.commands import Shell
from tests.databases import SECRET, app_on, dispose
from tests.faults.site import Site, until


@pytest.fixture
def shell(database_url):
    return Shell(database_url, SECRET_KEY=SECRET)


WRONG = [
    {"SECRET_KEY": ""},
    {"SECRET_KEY": "too short"},
    {"SECRET_KEY": "changeme" * 8},
    {"DATABASE_URL": "mysql://127.0.0.1/quiz"},
    {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/quiz"},
    {"PUBLIC_URL": "quiz.example.org"},
    {"PUBLIC_URL": "http://quiz.example.org"},
    {"TRUSTED_PROXIES": "-1"},
    {"GRACE_SECONDS": "half a minute"},
    {"REGISTRATION": "maybe"},
    {"LOG_LEVEL": "LOUD"},
]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: "=".join(*wrong.items()))
def test_a_wrong_setting_is_refused_by_its_name(shell, wrong):
    (name,) = wrong
    told = shell("serve", code=1, **wrong).stderr
    assert told.startswith(f"{name}: ")
    assert told.count("\n") == 1
    assert f"error    {name}: " in shell("doctor", code=1, **wrong).stdout


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_all_wrong_settings_are_named_at_once(shell):
    told = shell("serve", code=1, SECRET_KEY="short", LOG_LEVEL="LOUD").stderr
    assert [line.partition(":")[0] for line in told.splitlines()] == ["SECRET_KEY", "LOG_LEVEL"]


def test_a_database_of_another_version_is_refused(shell, app):
    installation.downgrade("base")
    for command in ("serve", "doctor"):
        told = shell(command, code=1).output
        assert "DATABASE_URL" in told
        assert "quiz init" in told


def test_no_database_is_made_by_serving(tmp_path):
    path = tmp_path / "quiz.db"
    shell = Shell(f"sqlite:///{path}", SECRET_KEY=SECRET)
    assert "quiz init" in shell("serve", code=1).stderr
    assert not path.exists()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_taken_port_is_refused(shell):
    with socket.create_server(("127.0.0.1", 0)) as other:
        told = shell("serve", "--port", other.getsockname()[1], code=1).stderr
    assert told.startswith("--port: ")
    assert "taken" in told


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_an_address_of_another_machine_is_refused(shell):
    assert shell("serve", "--host", "192.0.2.1", code=1).stderr.startswith("--host: ")


def test_the_doctor_finds_nothing(shell, cast, engine):
    """The tests' PostgreSQL does not wait for the disk, and the doctor says so."""
    safe = {"PUBLIC_URL": "https://quiz.example.org", "TRUSTED_PROXIES": "1"}
    found = shell("doctor", "--json", code=0 if engine == "sqlite" else 1, **safe)
    assert ("SHOW fsync" in found.stdout) is (engine == "postgresql")
    assert found.stdout.count('"error"') == (0 if engine == "sqlite" else 1)


def test_the_doctor_misses_an_administrator(shell):
    assert "error    administrator: " in shell("doctor", code=1).stdout


def test_upkeep_once(shell, cast):
    """Time is the program's own here: Bo's attempt began an hour ago."""
    attempts.start(cast.bo, cast.quiz, "", clock.now() - timedelta(hours=1), GRACE)
    told = shell("upkeep", "--once").stdout.splitlines()
    assert [line.rpartition(": ")[2] for line in told] == [
        "1",
        "1",
        "0",
        "0",
    ]  # ended, counted, links and reports mailed
    told = shell("upkeep", "--once").stdout.splitlines()
    assert [line.rpartition(": ")[2] for line in told] == ["0", "0", "0", "0"]
    shell("upkeep", code=2)


# A server at work --------------------------------------------------------------------------------------------------


@pytest.fixture
def url(sqlite_with_cast, tmp_path):
    """A database with the cast, and an attempt whose time was up an hour ago."""
    path = tmp_path / "quiz.db"
    path.write_bytes(sqlite_with_cast[0].read_bytes())
    app = app_on(f"sqlite:///{path}")
    with app.app_context():
        bo = sqlite_with_cast[1].bo
        attempts.start(bo, sqlite_with_cast[1].quiz, "", clock.now() - timedelta(hours=1), GRACE)
        yield f"sqlite:///{path}"
    dispose(app)


def get(site, path):
    connection = HTTPConnection("127.0.0.1", site.port, timeout=30)
    connection.request("GET", path)
    response = connection.getresponse()
    status, _ = response.status, response.read()
    connection.close()
    return status


def test_a_server_heals_keeps_up_and_ends_cleanly(url, tmp_path):
    def ended_by():
        with reading() as connection:
            return connection.execute(select(Attempt.ended_by)).scalar()

    with Site(url, tmp_path) as site:
        assert get(site, "/healthz") == get(site, "/readyz") == get(site, "/") == 200
        until(lambda: ended_by() == "time", "no upkeep is done", 20)
        site.kill_worker(0)
        assert [get(site, "/readyz") for _ in range(10)] == [200] * 10
        assert site.stop() == 0
    assert "Traceback" not in site.log.read_text()


def test_workers_do_not_outlive_their_server(url, tmp_path):
    """The port is free again, so that a service manager can start the next one at once."""
    with Site(url, tmp_path) as site:
        workers = site.workers()
        os.kill(site.process.pid, signal.SIGKILL)
        site.process.wait(10)
        site.process.stdout.close()
        site.start()
        assert not set(workers) & set(site.workers())
        assert get(site, "/readyz") == 200
        until(lambda: not any(is_running(pid) for pid in workers), "a worker lives on", 10)


@pytest.mark.parametrize("pause", [0, 0.3])
def test_it_ends_at_once_however_often_it_is_told(url, tmp_path, pause):
    """A service manager tells every process, and the server its workers, also those that have only begun."""
    with Site(url, tmp_path) as site:
        time.sleep(pause)
        begun = time.monotonic()
        for pid in [site.process.pid, *site.workers()] * 2:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        # the last of the signals may meet a server that has ended everything and only has to go
        assert site.stop() in (0, -signal.SIGTERM)
        assert time.monotonic() - begun < LAST_REQUESTS


def test_ctrl_c_ends_it_at_once(url, tmp_path):
    """What a terminal sends reaches the whole group of processes."""
    with Site(url, tmp_path) as site:
        begun = time.monotonic()
        os.killpg(site.process.pid, signal.SIGINT)
        assert site.process.wait(60) == 0
        assert time.monotonic() - begun < LAST_REQUESTS
        site.process.stdout.close()
    assert "Traceback" not in site.log.read_text()


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_log_tells_of_requests_without_names(url, tmp_path):
    with Site(url, tmp_path) as site:
        get(site, "/join/ABCD-EFGH")
        site.stop()
    log = site.log.read_text()
    assert '"route": "/join/<code>"' in log
    assert "ABCD" not in log
