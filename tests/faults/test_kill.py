"""kill -9 of a worker, of the server, of PostgreSQL, while students answer: acknowledged = stored, always.

``make test`` kills a few times, ``make soak`` a hundred times each.
"""

import pytest
from sqlalchemy import select

from quiz.db import db, reading
from quiz.models.attempt import Answer, Attempt, Mark
from quiz.operations import accounts, enrolling
from tests.cast import NOW, PASSWORD, Cast
from tests.databases import app_on, dispose, migrate
from tests.faults.counts import FULL, count
from tests.faults.site import Site, until
from tests.faults.student import Crowd, Student
from tests.servers import running_postgresql

STUDENTS = count(8, 16)
SLOTS = 5
#: How many saves are acknowledged between two kills.
BETWEEN = count(40, 100)
KILLS = count(2, 100)

pytestmark = pytest.mark.timeout(6 * 3600 if FULL else 300)


@pytest.fixture
def durable_url(request, tmp_path):
    """The URL of a migrated database that waits for the disk, as in production; with its server, if it has one."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'quiz.db'}"
        migrate(url)
        yield url, None
        return
    with running_postgresql(durable=True) as server:
        url = server.create("quiz")
        migrate(url)
        yield url, server


@pytest.fixture
def hall(durable_url, tmp_path):
    """A running site, and students who have each started an attempt."""
    url, server = durable_url
    app = app_on(url)
    with app.app_context():
        cast = Cast.appear()
        for number in range(STUDENTS):
            accounts.add_user(None, f"student{number}", "", PASSWORD, "user", NOW)
            enrolling.enrol(None, cast.course, f"student{number}", "student", NOW)
        db.engine.dispose()
        with Site(url, tmp_path) as site:
            students = [Student(site.port, f"student{number}") for number in range(STUDENTS)]
            for student in students:
                student.sign_in(PASSWORD)
                student.start(cast.quiz)
            yield site, students, server
            for student in students:
                student.close()
    dispose(app)


def await_saves(crowd):
    """Until a good number of further saves is acknowledged: the site works again after what befell it."""
    enough = crowd.acknowledged + BETWEEN
    until(lambda: crowd.acknowledged >= enough or crowd.refused, "no saves are acknowledged any more", 120)
    assert not crowd.refused


def stored(attempt):
    with reading() as connection:
        rows = connection.execute(
            select(Answer.slot, Answer.seq, Answer.fields).where(Answer.attempt_id == attempt)
        )
        return {(row.slot, row.seq): row.fields["answer"][0] for row in rows}


def demand_all_stored(students, record_property):
    """Every acknowledged answer is there, as it was given, and the seqs of a slot have no gaps."""
    missing, acknowledged = [], 0
    for student in students:
        rows = stored(student.attempt)
        acknowledged += len(student.acknowledged)
        missing += [one for one in student.acknowledged.items() if rows.get(one[0]) != one[1]]
        for slot in range(1, SLOTS + 1):
            seqs = sorted(seq for at, seq in rows if at == slot)
            assert seqs == list(range(1, len(seqs) + 1))
    record_property("acknowledged", acknowledged)
    record_property("missing", len(missing))
    record_property("sent again", sum(student.repeated for student in students))
    assert acknowledged >= BETWEEN
    assert missing == []


def demand_one_set_of_marks(students):
    """All can submit; each attempt then has its marks, once."""
    for student in students:
        student.finish()
    with reading() as connection:
        ended = connection.execute(select(Attempt.ended_by)).scalars().all()
        marks = connection.execute(select(Mark.attempt_id, Mark.slot)).all()
    assert ended == ["student"] * len(students)
    assert len(marks) == len(set(marks)) == SLOTS * len(students)


both = pytest.mark.parametrize("durable_url", ["sqlite", "postgresql"], indirect=True)


@both
def test_kill_a_worker(hall, record_property):
    site, students, _ = hall
    with Crowd(students, SLOTS) as crowd:
        for number in range(KILLS):
            await_saves(crowd)
            site.kill_worker(number)
        await_saves(crowd)
    record_property("kills", KILLS)
    demand_all_stored(students, record_property)
    demand_one_set_of_marks(students)
    assert site.stop() == 0


@both
def test_kill_the_server(hall, record_property):
    site, students, _ = hall
    with Crowd(students, SLOTS) as crowd:
        for _ in range(KILLS):
            await_saves(crowd)
            site.kill()
            site.start()
        await_saves(crowd)
    record_property("kills", KILLS)
    demand_all_stored(students, record_property)
    demand_one_set_of_marks(students)


@pytest.mark.parametrize("durable_url", ["postgresql"], indirect=True)
def test_kill_postgresql(hall, record_property):
    """The site stays up, says 503 meanwhile, and goes on by itself when the database is back."""
    site, students, server = hall
    with Crowd(students, SLOTS) as crowd:
        for _ in range(KILLS):
            await_saves(crowd)
            server.kill_and_restart()
        await_saves(crowd)
    record_property("kills", KILLS)
    db.engine.dispose()
    demand_all_stored(students, record_property)
    demand_one_set_of_marks(students)
    assert site.process.poll() is None
