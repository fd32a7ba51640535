"""``quiz serve`` in processes of its own, which can be killed: one port for all its lives."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress

from tests.databases import SECRET
from tests.servers import free_port

START_SECONDS = 60
_SPAWNED = re.compile(r"Spawning worker-(\d+) with PID: (\d+)")


class Site:
    """A site on the database of a URL; its log lies in ``folder``."""

    def __init__(self, database_url, folder, **environment):
        self.port = free_port()
        self.environment = {
            "PATH": os.environ["PATH"],
            "SECRET_KEY": SECRET,
            "DATABASE_URL": database_url,
            "DATA_DIR": str(folder),
            **environment,
        }
        self.log = folder / "serve.log"
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.kill()

    def start(self):
        """Starts the server and returns when it answers."""
        command = [sys.executable, "-m", "quiz", "serve", "--port", str(self.port), "--workers", "2"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, env=self.environment, stdout=subprocess.PIPE, stderr=log, start_new_session=True
            )
        if not self.process.stdout.readline():
            self.process.wait(START_SECONDS)
            self.process.stdout.close()
            raise AssertionError(self.log.read_text())

    def workers(self):
        """The ids of the worker processes, newest of each place, as the log tells them."""
        return list({place: int(pid) for place, pid in _SPAWNED.findall(self.log.read_text())}.values())

    def kill_worker(self, number):
        """kill -9 of one worker; returns when another has taken its place."""
        before = self.workers()
        os.kill(before[number % len(before)], signal.SIGKILL)
        until(lambda: self.workers() != before, "no worker followed")

    def kill(self):
        """kill -9 of the server and all its workers at once."""
        doomed = [self.process.pid, *self.workers()]
        for pid in doomed:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(START_SECONDS)
        self.process.stdout.close()

    def stop(self):
        """SIGTERM to the server, as a service manager sends it; returns its exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(START_SECONDS)
        self.process.stdout.close()
        return code


def until(condition, otherwise, seconds=START_SECONDS):
    """Returns when the condition holds; fails with ``otherwise`` when it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, otherwise
        time.sleep(0.02)
