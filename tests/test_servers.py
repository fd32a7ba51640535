"""The throw-away PostgreSQL does what other tests rely on."""

import subprocess

import psycopg
import pytest

from tests import servers


def test_a_copy_of_a_template_holds_its_rows_and_keeps_its_own(postgresql):
    postgresql.create("a_template")
    with postgresql.connect("a_template") as connection:
        connection.execute("CREATE TABLE seen AS SELECT 1 AS n")
    with postgresql.database("a_template") as url:
        name = url.rpartition("/")[2]
        with postgresql.connect(name) as connection:
            connection.execute("INSERT INTO seen VALUES (2)")
            assert connection.execute("SELECT sum(n) FROM seen").fetchone() == (3,)
    with postgresql.connect("a_template") as connection:
        assert connection.execute("SELECT sum(n) FROM seen").fetchone() == (1,)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        postgresql.connect(name)
    postgresql.drop("a_template")


def test_a_database_is_dropped_even_while_somebody_is_connected(postgresql):
    with postgresql.database() as url:
        left_open = postgresql.connect(url.rpartition("/")[2])
    with pytest.raises(psycopg.OperationalError):
        left_open.execute("SELECT 1")


def test_letters_are_ordered_as_a_language_orders_them(postgresql):
    """If this fails, a query that forgot to ask for Python's order would pass unseen."""
    with postgresql.connect() as connection:
        rows = connection.execute("SELECT x FROM (VALUES ('B'), ('a')) AS letters (x) ORDER BY x").fetchall()
    assert rows == [("a",), ("B",)]


def test_the_server_is_gone_at_the_end_and_its_files_too():
    with servers.running_postgresql(durable=True) as server, server.connect() as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
    assert server.process.returncode == 0
    assert not server.folder.exists()


def test_without_a_server_a_test_is_skipped_but_fails_in_ci(monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no PostgreSQL"):
        servers.needed(None, "PostgreSQL")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no PostgreSQL"):
        servers.needed(None, "PostgreSQL")


def test_the_browser_is_one(chromium):
    assert (
        "Chrom" in subprocess.run([chromium, "--version"], capture_output=True, text=True, check=True).stdout
    )
