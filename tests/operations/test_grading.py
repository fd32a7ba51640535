"""Late answers that a teacher lets count."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from quiz.db import reading
from quiz.errors import Conflict, Forbidden, NotFound, TooLate
from quiz.models.attempt import Answer, LateAnswer, Mark
from quiz.models.audit import AuditEvent
from quiz.operations import attempts, enrolling, grading, quizzes, reviews, upkeep
from tests.cast import GRACE, NOW
from tests.operations.test_races import WAIT, demand_waiting, right_option

LATE = NOW + timedelta(minutes=21)


@pytest.fixture
def late(cast):
    """Bo's right answer came after the time was up. Gives attempt, slot and the late answer's id."""
    attempt = cast.start()
    slot, position = right_option(cast, attempt)
    with pytest.raises(TooLate):
        cast.save(attempt, slot, 1, position, now=LATE)
    upkeep.run(LATE, GRACE)
    return attempt, slot, line(cast, attempt, slot).id


def line(cast, attempt, slot):
    questions = {one.slot: one for one in reviews.review(cast.ada, attempt, LATE, GRACE).questions}
    return questions[slot].late[0]


def test_an_accepted_late_answer_counts_and_the_old_mark_is_kept(cast, late):
    attempt, slot, late_id = late
    assert reviews.review(cast.bo, attempt, LATE, GRACE).grade == 0
    for _ in range(2):
        grading.accept_late(cast.ada, attempt, late_id, LATE)
    review = reviews.review(cast.bo, attempt, LATE, GRACE)
    assert review.grade == 20
    assert line(cast, attempt, slot).accepted_at == LATE
    with reading() as connection:
        marks = connection.execute(
            select(Mark.round, Mark.fraction, Mark.graded_by, Mark.superseded_at)
            .where(Mark.attempt_id == attempt, Mark.slot == slot)
            .order_by(Mark.round)
        ).all()
        acts = connection.execute(select(AuditEvent.act)).scalars().all()
    assert [tuple(mark) for mark in marks] == [(1, 0, None, LATE), (2, 1, cast.ada.id, None)]
    assert acts.count("answer.accept-late") == 1


@pytest.mark.parametrize(
    "review, out",
    [
        ({"after": ["marks"]}, True),
        ({"later": ["answer"]}, False),  # it came in the first two minutes
        ({"after": ["attempt", "max", "grade"]}, False),
        ({"closed": ["answer"]}, False),
    ],
)
def test_a_late_answer_from_when_the_key_could_be_seen_is_marked_for_the_teacher(cast, late, review, out):
    attempt, slot, _ = late
    managed = quizzes.manage(cast.ada, cast.quiz)
    sheet = replace(managed.sheet, review=review)
    quizzes.edit(cast.ada, cast.quiz, managed.edits, sheet, managed.blueprint_text, NOW)
    assert line(cast, attempt, slot).key_was_out == out


def test_only_who_grades_the_course_accepts(cast, late):
    attempt, _, late_id = late
    for who, error in ((cast.bo, Forbidden), (cast.cy, Forbidden), (cast.di, NotFound), (cast.eve, NotFound)):
        with pytest.raises(error):
            grading.accept_late(who, attempt, late_id, LATE)
    enrolling.enrol(cast.ada, cast.course, "di", "reader", NOW)
    with pytest.raises(Forbidden):
        grading.accept_late(cast.di, attempt, late_id, LATE)
    enrolling.enrol(cast.ada, cast.course, "di", "assistant", NOW)
    grading.accept_late(cast.di, attempt, late_id, LATE)


def test_a_late_answer_belongs_to_its_attempt(cast, late):
    attempt, _, late_id = late
    with pytest.raises(NotFound):
        grading.accept_late(cast.ada, cast.start(cast.cy), late_id, LATE)
    assert line(cast, attempt, late[1]).accepted_at is None


def test_nothing_is_accepted_while_the_attempt_is_not_closed(cast):
    attempt = cast.start()
    with pytest.raises(TooLate):
        cast.save(attempt, 1, 1, "0", now=LATE)
    with reading() as connection:
        late_id = connection.execute(select(LateAnswer.id)).scalar_one()
    with pytest.raises(Conflict):
        grading.accept_late(cast.ada, attempt, late_id, LATE)
    attempts.finish(cast.bo, attempt, LATE)
    grading.accept_late(cast.ada, attempt, late_id, LATE)


def test_two_clicks_at_once_accept_once(beside, cast, late, monkeypatch):
    """The second waits for the first, and then sees that it is done (PostgreSQL: without the lock it counted twice)."""
    attempt, slot, late_id = late
    locked, seen = grading._lock, []

    def lock_and_let_another_try(connection, attempt_id):
        locked(connection, attempt_id)
        if not seen:
            seen.append(beside(lambda: grading.accept_late(cast.ada, attempt, late_id, LATE)))
            demand_waiting(seen[0])

    monkeypatch.setattr(grading, "_lock", lock_and_let_another_try)
    grading.accept_late(cast.ada, attempt, late_id, LATE)
    seen[0].result(WAIT)
    with reading() as connection:
        for table, count in ((Mark, 2), (Answer, 1)):
            held = select(func.count()).where(table.attempt_id == attempt, table.slot == slot)
            assert connection.execute(held).scalar() == count
