"""What the benchmarks share: a populated site, a server in a process of its own, its CPU, sessions."""

import contextlib
import http.client
import os
import re
import socket
import subprocess
import sys
import time
import urllib.parse
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.servers import SECRET, prepare_floor
from quiz.app import create_app
from quiz.config import Settings
from quiz.db import db
from quiz.operations import attempts, installation, joining
from tests.cast import GRACE, Cast


def populate(url, students, and_then=lambda _attempts: None, **cast):
    """A course with so many students, each in an attempt. Returns (actor, attempt, return code) of each.

    ``cast``: the blueprint and the bank, where they are not those of the tests.
    """
    app = create_app(Settings(secret_key=SECRET, database_url=url, data_dir=Path.cwd()))
    with app.app_context():
        installation.upgrade()
        cast = Cast.appear(**cast)
        now = datetime.now(UTC)
        found = []
        for number in range(students):
            joined = joining.join(cast.join_code, f"Student {number}", f"10.0.0.{number // 100}", now)
            attempt = attempts.start(joined.actor, cast.quiz, "", now, GRACE)
            found.append((joined.actor, attempt, joined.return_code))
        and_then([attempt for _, attempt, _ in found])
        db.engine.dispose()
    prepare_floor(url)
    return found


@contextlib.contextmanager
def server(kind, url):
    """A server of this kind (``benchmarks.servers``), ready. Gives its port and process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.servers", kind, str(port)],
        env={**os.environ, "DATABASE_URL": url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(port)
        yield port, process
    finally:
        process.terminate()
        process.wait(30)


def _wait(port):
    for _ in range(1200):  # a busy machine takes its time
        with contextlib.suppress(OSError):
            request(port, "GET", "/healthz", "")
            return
        time.sleep(0.05)
    raise SystemExit("the server does not answer")


def cpu(process):
    """Seconds of CPU of a process and its children so far."""
    ticks = 0
    for pid in [process.pid, *_children(process.pid)]:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _children(pid):
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def request(port, method, path, cookie, body=None, **headers):
    """One request. Returns the session's cookie as it is afterwards, the answer, and its text."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    form = urllib.parse.urlencode(body) if body is not None else None
    sent = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded", **headers}
    connection.request(method, path, form, sent)
    answer = connection.getresponse()
    page = answer.read().decode()
    given = [value.partition(";")[0] for name, value in answer.getheaders() if name.lower() == "set-cookie"]
    connection.close()
    return (given[-1] if given else cookie), answer, page


def token(page):
    """The CSRF token that stands in a page."""
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]


def session(port, code):
    """Signs in by return code. The session's cookie and a CSRF token."""
    cookie, _, page = request(port, "GET", "/return", "")
    cookie, _, _ = request(port, "POST", "/return", cookie, {"code": code, "csrf_token": token(page)})
    cookie, _, page = request(port, "GET", "/account", cookie)
    return cookie, token(page)


def floor_session(port):
    """The session and the token of the floor with Flask."""
    cookie, _, found = request(port, "GET", "/token", "")
    return cookie, found
