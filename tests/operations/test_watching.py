"""The live view: who is where, and what its teacher does to attempts at work."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from quiz.db import reading
from quiz.errors import Forbidden, Invalid, NotFound, TooLate
from quiz.models.attempt import Attempt
from quiz.models.audit import AuditEvent
from quiz.operations import attempts, enrolling, gradebook, reviews, watching
from tests.cast import GRACE, NOW
from tests.statements import statements

MINUTE = timedelta(minutes=1)


def view(cast, now=NOW, who=None, page=1):
    return watching.live(who or cast.ada, cast.quiz, page, now, GRACE)


def at_work(cast, now=NOW):
    return {one.student: one for one in view(cast, now).at_work.rows}


def attempt_of(attempt):
    with reading() as connection:
        return connection.execute(select(Attempt).where(Attempt.id == attempt)).one()


def contact(cast, attempt, slot, now=NOW, who=None):
    return watching.contact(who or cast.bo, attempt, slot, now, GRACE)


def test_who_is_where(cast):
    attempt, other = cast.start(), cast.start(cast.cy)
    cast.save(attempt, 2, 1, "0", now=NOW + MINUTE)
    contact(cast, attempt, 4, NOW + 2 * MINUTE)
    found = at_work(cast, NOW + 2 * MINUTE)
    bo, cy = found["Bo"], found["Cy"]
    assert (bo.slot, bo.answered, bo.asked, bo.saved_at, bo.offline, bo.left) == (
        4,
        1,
        5,
        NOW + MINUTE,
        False,
        18,
    )
    assert (cy.slot, cy.answered, cy.saved_at, cy.offline) == (None, 0, None, True)
    cast.save(other, 3, 1, "0", who=cast.cy, now=NOW + 2 * MINUTE)
    assert (at_work(cast, NOW + 2 * MINUTE)["Cy"].slot, at_work(cast, NOW + 2 * MINUTE)["Cy"].offline) == (
        3,
        False,
    )


def test_a_page_is_heard_of_without_being_written_down_each_time(cast):
    attempt = cast.start()
    contact(cast, attempt, 1, NOW)
    contact(cast, attempt, 1, NOW + timedelta(seconds=10))
    assert at_work(cast)["Bo"].heard_at == NOW
    contact(cast, attempt, 1, NOW + timedelta(seconds=20))
    assert at_work(cast)["Bo"].heard_at == NOW + timedelta(seconds=20)
    contact(cast, attempt, None, NOW + timedelta(seconds=21))
    assert at_work(cast)["Bo"].slot is None


def test_more_time_for_one_reaches_the_open_page_and_passes_the_close(cast):
    attempt, other = cast.start(), cast.start(cast.cy)
    assert watching.extend(cast.ada, cast.quiz, [attempt], 5, NOW, GRACE) == 1
    told = contact(cast, attempt, 1)
    assert (told.due_at, told.ended, told.limit_minutes, told.own_minutes) == (
        NOW + 25 * MINUTE,
        False,
        20,
        25,
    )
    assert attempt_of(other).due_at == NOW + 20 * MINUTE
    assert watching.extend(cast.ada, cast.quiz, None, 10, NOW, GRACE) == 2
    assert (attempt_of(attempt).due_at, attempt_of(other).due_at) == (NOW + 35 * MINUTE, NOW + 30 * MINUTE)
    with reading() as connection:
        details = (
            connection.execute(select(AuditEvent.details).where(AuditEvent.act == "quiz.extend"))
            .scalars()
            .all()
        )
    assert details == [{"minutes": 5, "attempts": [attempt]}, {"minutes": 10, "attempts": [attempt, other]}]
    for wrong in (0, -5, 601):
        with pytest.raises(Invalid):
            watching.extend(cast.ada, cast.quiz, None, wrong, NOW, GRACE)


def test_a_message_reaches_the_open_pages_and_stays_with_the_attempt(cast):
    attempt, other = cast.start(), cast.start(cast.cy)
    assert watching.tell(cast.ada, cast.quiz, [attempt], " Read east\n for west. ", NOW, GRACE) == 1
    assert watching.tell(cast.ada, cast.quiz, None, "Five more minutes.", NOW + MINUTE, GRACE) == 2
    said = [(NOW, "Read east for west."), (NOW + MINUTE, "Five more minutes.")]
    for pages in (
        contact(cast, attempt, 1),
        attempts.page(cast.bo, attempt, 1, NOW),
        attempts.summary(cast.bo, attempt, NOW),
        reviews.review(cast.ada, attempt, NOW, GRACE),
    ):
        assert [(one.sent_at, one.text) for one in pages.messages] == said
    assert [one.text for one in contact(cast, other, 1, who=cast.cy).messages] == ["Five more minutes."]
    watching.close_now(cast.ada, cast.quiz, [attempt], NOW + MINUTE, GRACE)
    assert len(reviews.review(cast.bo, attempt, NOW + MINUTE, GRACE).messages) == 2
    assert watching.tell(cast.ada, cast.quiz, [attempt], "Too late.", NOW + MINUTE, GRACE) == 0
    for wrong in (" ", "x" * 301):
        with pytest.raises(Invalid):
            watching.tell(cast.ada, cast.quiz, None, wrong, NOW, GRACE)
    with reading() as connection:
        told = select(AuditEvent.details).where(AuditEvent.act == "quiz.tell").order_by(AuditEvent.id)
        details = connection.execute(told).scalars().first()
    assert details == {"attempts": [attempt]}


def test_the_view_lists_what_was_said_to_whom_and_how_many_have_seen_it(cast):
    attempt, other = cast.start(), cast.start(cast.cy)
    contact(cast, attempt, 1, NOW)
    watching.tell(cast.ada, cast.quiz, [other], "Sit down.", NOW + MINUTE, GRACE)
    watching.tell(cast.ada, cast.quiz, None, "Ten minutes more.", NOW + 2 * MINUTE, GRACE)
    sent = view(cast, NOW + 2 * MINUTE).sent
    assert [(one.text, one.by, one.to, one.seen) for one in sent] == [
        ("Ten minutes more.", "Ada", ("Bo", "Cy"), 0),
        ("Sit down.", "Ada", ("Cy",), 0),
    ]
    assert sent[0].sent_at == NOW + 2 * MINUTE
    contact(
        cast, attempt, 1, NOW + 3 * MINUTE
    )  # a page with a script; one without is heard of by its answers
    cast.save(other, 1, 1, "0", who=cast.cy, now=NOW + MINUTE)
    assert [one.seen for one in view(cast, NOW + 3 * MINUTE).sent] == [1, 1]


def test_what_is_over_gets_no_more_time(cast):
    attempt = cast.start()
    late = NOW + 21 * MINUTE
    assert view(cast, late).at_work.rows == ()
    assert watching.extend(cast.ada, cast.quiz, [attempt], 5, late, GRACE) == 0
    assert contact(cast, attempt, 1, late).ended


def test_the_end_counts_what_is_saved_and_keeps_what_comes_later(cast):
    attempt, other = cast.start(), cast.start(cast.cy)
    cast.save(attempt, 1, 1, "0")
    assert watching.close_now(cast.ada, cast.quiz, [attempt], NOW + MINUTE, GRACE) == 1
    assert watching.close_now(cast.ada, cast.quiz, [attempt], NOW + MINUTE, GRACE) == 0
    ended = attempt_of(attempt)
    assert (ended.ended_by, ended.finished_at, ended.grade is None) == ("teacher", NOW + MINUTE, False)
    assert contact(cast, attempt, 1, NOW + MINUTE).ended
    assert attempt_of(other).finished_at is None
    with pytest.raises(TooLate) as late:
        cast.save(attempt, 1, 2, "1", now=NOW + 2 * MINUTE)
    assert late.value.facts["kept"]
    assert view(cast, NOW + 2 * MINUTE).late == 1
    grade = gradebook.student_sheet(cast.ada, cast.course, cast.bo.id, NOW + 2 * MINUTE).row.cells[0]
    assert grade.state == "graded"


def test_who_may_look_and_who_may_act(cast):
    attempt = cast.start()
    enrolling.enrol(cast.ada, cast.course, "eve", "assistant", NOW)
    assert view(cast, who=cast.eve).at_work.total == 1
    for who, error in ((cast.eve, Forbidden), (cast.bo, NotFound), (cast.di, NotFound)):
        with pytest.raises(error):
            watching.extend(who, cast.quiz, None, 5, NOW, GRACE)
        with pytest.raises(error):
            watching.tell(who, cast.quiz, None, "Hello", NOW, GRACE)
        with pytest.raises(error):
            watching.close_now(who, cast.quiz, [attempt], NOW, GRACE)
    for who in (cast.bo, cast.di):
        with pytest.raises(NotFound):
            view(cast, who=who)
    with pytest.raises(NotFound):
        contact(cast, attempt, 1, who=cast.cy)
    assert attempt_of(attempt).due_at == NOW + 20 * MINUTE


def test_the_number_of_statements_does_not_grow(cast):
    counts = []
    for who in (cast.bo, cast.cy):
        attempts.start(who, cast.quiz, "", NOW, GRACE)
        with statements() as seen:
            view(cast)
        counts.append(len(seen))
    assert counts[0] == counts[1]
