"""The production server: granian, with worker processes that each hold an application of their own.

Beside its requests each worker has two threads. One ends the worker when its parent is gone, whatever killed it: an
orphan would go on answering on the port. The other does the upkeep every ten seconds, if no other process does it
just then (``operations.upkeep.claim``); a worker that dies is followed by another in both.
"""

from __future__ import annotations

import errno
import logging
import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from http.client import HTTPConnection, HTTPException
from multiprocessing import Process
from threading import Thread, main_thread
from typing import TYPE_CHECKING, Any

import click
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from quiz import clock
from quiz.app import create_app
from quiz.errors import Invalid, Problem
from quiz.operations import links, mailing, upkeep

if TYPE_CHECKING:
    from flask import Flask

    from quiz.config import Settings

#: Requests that one worker works on at once; the others wait. SQLite has one writer: threads that queue for it in
#: numbers only lengthen the wait of the last one.
SQLITE_THREADS, POSTGRESQL_THREADS = 4, 8
#: Seconds between two rounds of upkeep.
UPKEEP_EVERY = 10
#: Attempts that a round counts for reports: some seconds' work.
MOST_COUNTED = 2_000
#: Links, and reports, that a round sends by mail: attempts whose time is up wait for them.
MOST_MAILS = 10
#: Seconds for requests under way when the server is told to end.
LAST_REQUESTS = 10
#: Seconds in which the workers of a killed server let go of its port.
PATIENCE = 3.0

log = logging.getLogger("quiz.server")

_LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": "quiz.web.logging.JsonLines"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "lines", "stream": "ext://sys.stderr"}
    },
    "loggers": {"_granian": {"handlers": ["stderr"], "propagate": False}},
}


def serve(settings: Settings, host: str, port: int, workers: int, announcement: str) -> None:
    """Serves until SIGTERM or Ctrl-C, then answers what is under way. Prints the announcement once it answers.

    The caller has closed its connections: workers are copies of this process.
    """
    server = Granian(
        target="quiz",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=workers,
        blocking_threads=SQLITE_THREADS if settings.sqlite_path else POSTGRESQL_THREADS,
        log_dictconfig=_LOGGING,
        log_level=LogLevels(settings.log_level.lower()),
        log_access=False,
        respawn_failed_workers=True,
        workers_kill_timeout=LAST_REQUESTS,
    )
    # in a process of its own: this one must have no other thread while it makes copies of itself
    server.on_startup(Process(target=_announce, args=(host, port, announcement), daemon=True).start)
    try:
        server.serve(target_loader=partial(_worker, settings), wrap_loader=False)
    except SystemExit:
        # a service manager tells workers too: that one of them was quicker than its parent is no failure
        if not server.interrupt_signal:
            raise


def _worker(settings: Settings) -> Flask:
    """The application of a worker; runs in it when it begins."""
    _end_once()
    app = create_app(settings)
    _in_background(_end_with_parent)
    _in_background(_keep_up, app, settings)
    return app


def _end_once() -> None:
    """Lets this worker be ended by SIGTERM, however many come, and by nothing that is typed at a terminal.

    Granian's own handlers do not bear a second signal while they work on the first: the worker then hangs. Two come
    as a rule, for a service manager tells all processes, and the parent tells its workers. So this thread takes them
    all and passes one on, as SIGINT; a process group of its own keeps Ctrl-C away.
    """
    _forget_handlers()
    os.setpgid(0, 0)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    _in_background(_pass_one_on)


def _pass_one_on() -> None:
    signal.sigwait({signal.SIGTERM})
    main = main_thread().ident
    if main is not None:
        signal.pthread_kill(main, signal.SIGINT)


def _forget_handlers() -> None:
    """A new process has copies of its parent's signal handlers, which would end nothing here."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


def _in_background(work: Callable[..., None], *arguments: Any) -> None:
    Thread(target=work, args=arguments, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(LAST_REQUESTS)
    os._exit(1)


def _keep_up(app: Flask, settings: Settings) -> None:
    """Rounds of upkeep for ever. A round that fails is told in the log, and tried again with the next."""
    grace = timedelta(seconds=settings.grace_seconds)
    holder = f"{socket.gethostname()[:60]}:{os.getpid()}"
    while True:
        try:
            with app.app_context():
                if upkeep.claim(holder, clock.now()):
                    upkeep.run(clock.now(), grace, MOST_COUNTED)
                    if settings.mails:
                        post = mailing.post_by(settings.smtp_url)
                        links.send_due(post, settings.public_url, clock.now(), MOST_MAILS)
                        mailing.send_due(post, settings.public_url, clock.now(), grace, MOST_MAILS)
        except Exception:
            log.exception("the upkeep failed; it is tried again in %s seconds", UPKEEP_EVERY)
        time.sleep(UPKEEP_EVERY)


def _announce(host: str, port: int, announcement: str) -> None:
    """Says that the server answers, when it does; silent where the server has ended before."""
    _forget_handlers()
    parent = multiprocessing.parent_process()
    while parent is not None and parent.is_alive():
        if _answers(host, port):
            click.echo(announcement)
            return
        time.sleep(0.02)


def _answers(host: str, port: int) -> bool:
    connection = HTTPConnection(reachable(host), port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def reachable(host: str) -> str:
    """The address under which this machine reaches a server that listens on ``host``."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (compared, not bound)


def free_port(host: str, port: int) -> int:
    """The port, if nobody listens there; 0 finds a free one. Raises Invalid, naming the option.

    Asked here because granian shares its port between workers, and so would share that of another server too.
    """
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return _bound(host, port)
        except socket.gaierror as error:
            raise Invalid([Problem("--host", f"there is no address {host}", "use 127.0.0.1")]) from error
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > until:
                raise _refused(error, host, port) from error
            time.sleep(0.05)


def _bound(host: str, port: int) -> int:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
        found: int = probe.getsockname()[1]
        return found


def _refused(error: OSError, host: str, port: int) -> Invalid:
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65535 else port - 1
        return Invalid(
            [Problem("--port", f"port {port} is taken by another program", f"use another: --port {other}")]
        )
    if error.errno == errno.EACCES:
        return Invalid([Problem("--port", f"port {port} is not open to this user", "use one above 1023")])
    return Invalid(
        [Problem("--host", f"{host} is not an address of this machine", "use 127.0.0.1 or 0.0.0.0")]
    )
