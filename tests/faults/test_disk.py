"""A database that takes no writes: full, read-only, away. A clear 503, nothing half-written, and it goes on by itself."""

import resource
import sys
from contextlib import contextmanager

import pytest
from sqlalchemy import event, select

from quiz.db import db, reading
from quiz.models.attempt import Answer, Attempt, Mark
from quiz.operations import accounts, enrolling
from tests.cast import NOW, PASSWORD, Cast
from tests.databases import app_on, dispose, migrate
from tests.faults.site import Site, until
from tests.faults.student import Student

#: An answer that needs more room than the free pages of a database have.
LONG = "long " * 12_000


def pragma(statement):
    """A fault of SQLite: every new connection runs this statement; afterwards none does."""

    @contextmanager
    def fault():
        def on_connect(connection, _entry):
            connection.execute(statement)

        db.engine.dispose()
        event.listen(db.engine, "connect", on_connect)
        yield
        event.remove(db.engine, "connect", on_connect)
        db.engine.dispose()

    return fault


def of_postgresql(break_, mend):
    """A fault of PostgreSQL, made and mended by an administrator's statements on this database."""

    @contextmanager
    def fault():
        url = db.engine.url
        outside = db.create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")

        def run(statements):
            with outside.connect() as connection:
                for statement in statements:
                    connection.exec_driver_sql(statement.format(name=url.database))

        run(break_)
        yield
        run(mend)
        outside.dispose()

    return fault


END_SESSIONS = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'"
READ_ONLY = of_postgresql(
    ["ALTER DATABASE {name} SET default_transaction_read_only = on", END_SESSIONS],
    ["ALTER DATABASE {name} RESET default_transaction_read_only", END_SESSIONS],
)
AWAY = of_postgresql(
    ["ALTER DATABASE {name} ALLOW_CONNECTIONS false", END_SESSIONS],
    ["ALTER DATABASE {name} ALLOW_CONNECTIONS true"],
)
FAULTS = {
    "full": ("sqlite", pragma("PRAGMA max_page_count = 1")),  # never below what it has: so no page more
    "read-only": ("sqlite", pragma("PRAGMA query_only = ON")),
    "standby": ("postgresql", READ_ONLY),
    "away": ("postgresql", AWAY),
}


@pytest.fixture(params=FAULTS)
def fault(request):
    return FAULTS[request.param][1]


@pytest.fixture
def engine(request):
    """The engine that has the fault."""
    return FAULTS[request.node.callspec.params["fault"]][0]


def written(attempt):
    """All that an attempt has in the database."""
    with reading() as connection:
        return (
            connection.execute(select(Answer.slot, Answer.seq).where(Answer.attempt_id == attempt)).all(),
            connection.execute(select(Attempt.finished_at).where(Attempt.id == attempt)).scalar(),
            connection.execute(select(Mark.slot).where(Mark.attempt_id == attempt)).all(),
        )


def await_recovery(browser):
    """Connections that broke are found out by being used, and replaced: by itself, without a restart."""
    until(lambda: browser.client.get("/readyz").status_code == 200, "the site does not recover", 10)


def test_no_writes(fault, browser):
    bo = browser("bo")
    attempt = bo.start()
    bo.get(f"/attempts/{attempt}/slots/1")
    assert bo.save(attempt, 1, 1, "0").status_code == 200
    before = written(attempt)
    form = {"seq": "2", "writer": "w1", "answered": "1", "answer": LONG}
    with fault():
        told = bo.save(attempt, 1, 2, LONG)
        assert (told.status_code, told.mimetype) == (503, "application/problem+json")
        assert told.json["code"] == "unavailable"
        page = bo.post(f"/attempts/{attempt}/slots/1", form)
        assert page.status_code == 503
        assert "Nothing was changed" in page.text
        assert bo.client.get("/healthz").status_code == 200
    await_recovery(bo)
    assert written(attempt) == before
    assert bo.save(attempt, 1, 2, LONG).status_code == 200
    assert len(written(attempt)[0]) == 2


@pytest.mark.parametrize("fault", ["read-only", "standby", "away"], indirect=True)
def test_no_submission(fault, browser):
    """Either all of a submission or nothing; a repeat does it."""
    bo = browser("bo")
    attempt = bo.start()
    bo.get(f"/attempts/{attempt}/slots/1")
    before = written(attempt)
    with fault():
        assert bo.post(f"/attempts/{attempt}/finish").status_code == 503
    await_recovery(bo)
    assert written(attempt) == before
    assert bo.post(f"/attempts/{attempt}/finish").status_code == 303
    assert len(written(attempt)[2]) == 5


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the files of a running process")
def test_the_disk_of_a_running_server_is_full(tmp_path):
    """Its processes may not make any file longer, which is what a full disk does to them; then they may again."""
    url = f"sqlite:///{tmp_path / 'quiz.db'}"
    migrate(url)
    app = app_on(url)
    with app.app_context():
        cast = Cast.appear()
        accounts.add_user(None, "student", "", PASSWORD, "user", NOW)
        enrolling.enrol(None, cast.course, "student", "student", NOW)
        db.engine.dispose()
        with Site(url, tmp_path, LOG_LEVEL="INFO") as site:
            student = Student(site.port, "student")
            student.sign_in(PASSWORD)
            student.start(cast.quiz)
            assert student.save(1, 1, LONG)[0] == 200
            limit_files(site, max(file.stat().st_size for file in tmp_path.iterdir()))
            seq = 2
            while (refused := student.save(1, seq, LONG))[0] == 200 and seq < 100:
                seq += 1
            limit_files(site, resource.RLIM_INFINITY)
            assert refused[0] == 503
            assert refused[1]["code"] == "unavailable"
            assert [row.seq for row in written(student.attempt)[0]] == list(range(1, seq))
            assert student.save(1, seq, LONG)[0] == 200
            student.finish()
            student.close()
            assert len(written(student.attempt)[2]) == 5
    dispose(app)


def limit_files(site, size):
    """No file of the workers may grow beyond this size, in bytes."""
    for pid in site.workers():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
