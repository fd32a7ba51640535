"""Starts a server to be measured: ours, or one of its floors, with the same server program, workers and threads.

``python -m benchmarks.servers KIND PORT`` with DATABASE_URL in the environment. Floors write one row durably:

* ``flask`` – Flask with the same signed session and CSRF check, and the bare driver,
* ``bare`` – a WSGI function with the bare driver,
* ``page:SIZE`` – Flask rendering a fixed page of this many bytes.
"""

import os
import sqlite3
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from flask import Flask, render_template, request, session
from flask_wtf.csrf import CSRFProtect, generate_csrf
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from jinja2 import DictLoader

from quiz.app import create_app
from quiz.cli import _server
from quiz.config import Settings

WORKERS = 2
SECRET = "benchmark-secret-0123456789abcdefghijkl"  # noqa: S105 (signs the cookies of a benchmark)
TABLE = "CREATE TABLE IF NOT EXISTS floor (id INTEGER PRIMARY KEY{}, fields TEXT, saved_at TEXT)"


class SqliteInsert:
    """One durable row, a connection a thread."""

    def __init__(self, path):
        self._path = path
        self._local = threading.local()

    def __call__(self, fields):
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = sqlite3.connect(
                self._path, isolation_level=None, timeout=15
            )
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute(TABLE.format(""))
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO floor (fields, saved_at) VALUES (?, ?)", (fields, _now()))
        connection.execute("COMMIT")


class PostgresqlInsert:
    """One durable row, a connection a thread."""

    def __init__(self, url):
        self._url = url.replace("+psycopg", "")
        self._local = threading.local()

    def __call__(self, fields):
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = psycopg.connect(self._url, autocommit=True)
        connection.execute("INSERT INTO floor (fields, saved_at) VALUES (%s, %s)", (fields, _now()))


def _now():
    return datetime.now(UTC).isoformat()  # a floor has no clock to pass down


def inserter(url):
    """The bare insert for the database of this URL."""
    if url.startswith("sqlite:///"):
        return SqliteInsert(url.removeprefix("sqlite:///") + ".floor")
    return PostgresqlInsert(url)


def prepare_floor(url):
    """Makes the floor's table on PostgreSQL (on SQLite it has a file of its own)."""
    if not url.startswith("sqlite"):
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(TABLE.format(" GENERATED ALWAYS AS IDENTITY"))


def bare(url):
    """A WSGI function that reads the body, inserts, answers JSON."""
    insert = inserter(url)

    def application(environ, start_response):
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if body:
            insert(body.decode())
        answer = b'{"seq": 1, "saved_at": "2026-11-23T09:00:00Z", "current_seq": 1}'
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
        return [answer]

    return application


def flask(url):
    """Flask with a signed session and a CSRF check, and the bare insert."""
    app = Flask("floor")
    app.config.update(SECRET_KEY=SECRET, WTF_CSRF_TIME_LIMIT=None)
    CSRFProtect(app)
    insert = inserter(url)

    @app.get("/token")
    def token():
        session["user"] = 1
        return generate_csrf()

    @app.post("/save")
    def save():
        insert(request.form["answer"] + str(session["user"]))
        return {"seq": 1, "saved_at": _now(), "current_seq": 1}

    return app


def page(size):
    """Flask rendering a fixed template of this many bytes, behind the same session."""
    app = Flask("page")
    app.config.update(SECRET_KEY=SECRET)
    body = "{{ session.user }}<!doctype html><title>{{ title }}</title><p>" + "x" * max(0, size - 60) + "</p>"
    app.jinja_loader = DictLoader({"page.html": body})

    @app.get("/page")
    def show():
        return render_template("page.html", title="A page")

    return app


def serve(kind, port, url):
    """Serves until it is told to end."""
    settings = Settings(secret_key=SECRET, database_url=url, data_dir=Path.cwd(), log_level="ERROR")
    targets = {"ours": lambda: create_app(settings), "flask": lambda: flask(url), "bare": lambda: bare(url)}
    kind, _, size = kind.partition(":")
    targets["page"] = lambda: page(int(size))
    Granian(
        target="benchmark",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=WORKERS,
        blocking_threads=_server.SQLITE_THREADS if settings.sqlite_path else _server.POSTGRESQL_THREADS,
        log_enabled=False,
        log_access=False,
    ).serve(target_loader=targets[kind], wrap_loader=False)


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]), os.environ["DATABASE_URL"])
