"""A network that loses, delays, repeats and reorders, while students answer: acknowledged = stored, never a conflict.

``make test`` has a few students, ``make soak`` fifty with ten thousand answers.
"""

import threading
from collections import Counter
from contextlib import suppress
from http.client import HTTPException

import pytest
from sqlalchemy import select

from quiz.db import reading
from quiz.models.attempt import Answer, Attempt, Mark
from quiz.operations import joining
from tests.cast import ADDRESS, NOW
from tests.faults.counts import FULL, count
from tests.faults.proxy import Fate, Proxy, at_random
from tests.faults.site import Site
from tests.faults.student import Student

STUDENTS = count(10, 50)
ANSWERS = count(20, 200)
SLOTS = 5
FAULTS = (Fate.SLOW, Fate.REFUSE, Fate.LOSE_REPLY, Fate.TWICE, Fate.ECHO, Fate.LATE)

pytestmark = pytest.mark.timeout(3600 if FULL else 120)


@pytest.fixture
def proxy(app, database_url, tmp_path):
    with Site(database_url, tmp_path) as site, Proxy(site.port) as proxy:
        yield proxy


@pytest.fixture
def students(cast, proxy):
    """Students who have each started an attempt, while the network was still good."""
    made = [Student(proxy.port, f"student{number}") for number in range(STUDENTS)]
    for student in made:
        code = joining.join(cast.join_code, student.name, ADDRESS, NOW).return_code
        student.get("/return")
        student.post("/return", code=code)
        student.start(cast.quiz)
    yield made
    for student in made:
        student.close()


def answer_all(student):
    """One slot after the other, again and again: each answer is repeated until it is acknowledged."""
    going_on = threading.Event()
    for number in range(ANSWERS):
        slot, seq = number % SLOTS + 1, number // SLOTS + 1
        student.save_until_answered(slot, seq, f"{student.name}: {number}", going_on)


def submit(student):
    """Presses the button again until there is an answer."""
    while True:
        with suppress(OSError, HTTPException):
            return student.post(f"/attempts/{student.attempt}/finish")


def at_once(act, students):
    threads = [threading.Thread(target=act, args=(student,), daemon=True) for student in students]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def stored(attempt):
    with reading() as connection:
        rows = connection.execute(
            select(Answer.slot, Answer.seq, Answer.fields).where(Answer.attempt_id == attempt)
        )
        return {(row.slot, row.seq): row.fields["answer"][0] for row in rows}


def test_acknowledged_is_stored(proxy, students, record_property):
    proxy.rule = at_random(20211, FAULTS)
    at_once(answer_all, students)
    proxy.drain()
    proxy.restore()
    for student in students:
        assert student.refused == []
        assert len(student.acknowledged) == ANSWERS
        assert stored(student.attempt) == student.acknowledged
    assert all(proxy.happened[fate] for fate in FAULTS)
    record_property("acknowledged", STUDENTS * ANSWERS)
    record_property("happened", {fate.name: times for fate, times in proxy.happened.items()})
    record_property("sent again", sum(student.repeated for student in students))


def test_submit_over_a_bad_network(proxy, students):
    """However often a submission arrives, the attempt ends once and has one set of marks."""
    proxy.rule = at_random(20212, FAULTS)
    at_once(lambda student: student.save_until_answered(1, 1, "0", threading.Event()), students)
    at_once(submit, students)
    proxy.drain()
    with reading() as connection:
        ended = connection.execute(select(Attempt.ended_by)).scalars().all()
        marks = Counter(connection.execute(select(Mark.attempt_id)).scalars())
    assert ended == ["student"] * STUDENTS
    assert marks == {student.attempt: SLOTS for student in students}
