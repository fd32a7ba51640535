"""What is granted to one student holds wherever a date, a limit or a number of attempts is judged."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from quiz.db import reading
from quiz.errors import Forbidden, Invalid, NoAttemptsLeft, NotFound, NotOpen, QuizClosed, TooLate
from quiz.models.attempt import Attempt
from quiz.models.audit import AuditEvent
from quiz.models.grades import frame_of, students_of, totals_of
from quiz.operations import accommodating, attempts, courses, enrolling, gradebook, quizzes, starting, upkeep
from quiz.operations.gradebook import Wish
from tests.cast import BLUEPRINT, GRACE, NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: 20 minutes, one attempt, closes an hour from now.
TIMED = BLUEPRINT.replace("attempts: null", "attempts: 1\n  closes: 2026-11-23T18:00")
CLOSE = NOW + HOUR


def published(cast, blueprint):
    """The cast with another quiz in the place of the first."""
    quiz = quizzes.create(cast.ada, cast.course, blueprint, NOW)
    quizzes.publish(cast.ada, quiz, NOW)
    return replace(cast, quiz=quiz)


@pytest.fixture
def cast(dwellers):
    return published(dwellers, TIMED)


def grant(cast, factor=1.5, extra=0, who=None):
    return accommodating.grant(who or cast.ada, cast.course, cast.bo.id, factor, extra, NOW)


def dates(cast, opens=None, closes=None):
    return accommodating.set_dates(cast.ada, cast.quiz, cast.bo.id, opens, closes, NOW)


def due(attempt):
    with reading() as connection:
        return connection.execute(select(Attempt.due_at).where(Attempt.id == attempt)).scalar()


def events(act):
    with reading() as connection:
        return connection.execute(select(AuditEvent.details).where(AuditEvent.act == act)).scalars().all()


def test_more_time_counts_at_the_start_and_only_for_whom_it_was_granted(cast):
    grant(cast, 1.25)
    assert due(cast.start()) == NOW + timedelta(minutes=25)
    assert due(cast.start(cast.cy)) == NOW + timedelta(minutes=20)


def test_what_was_granted_outlasts_another_enrolment(cast):
    """As a roster does that is read again."""
    enrolling.enrol(cast.ada, cast.course, "di", "student", NOW)
    enrolling.set_group(cast.ada, cast.course, [cast.di.id], "Tuesday", NOW)
    accommodating.grant(cast.ada, cast.course, cast.di.id, 1.5, 2, NOW)
    enrolling.enrol(cast.ada, cast.course, "di", "student", NOW + DAY)
    found = accommodating.accommodations(cast.ada, cast.course, cast.di.id)
    assert (found.time_factor, found.extra_attempts) == (1.5, 2)
    (di,) = (
        one for one in enrolling.people(cast.ada, cast.course, 1).people.rows if one.user_id == cast.di.id
    )
    assert (di.group, di.joined_at) == ("Tuesday", NOW)


def test_more_time_never_passes_the_close(cast):
    grant(cast, 2)
    assert due(cast.start(now=CLOSE - timedelta(minutes=30))) == CLOSE


def test_a_limit_is_lengthened_to_whole_minutes(cast):
    cast = published(cast, BLUEPRINT.replace("limit: 20", "limit: 45"))
    grant(cast, 1.25)
    assert due(cast.start()) == NOW + timedelta(minutes=57)


def test_more_time_during_an_attempt_moves_its_deadline_for_saves_and_upkeep(cast):
    attempt = cast.start()
    late = NOW + timedelta(minutes=29)
    assert grant(cast) == 1
    assert due(attempt) == NOW + timedelta(minutes=30)
    assert upkeep.run(late, GRACE).expired == 0
    assert cast.save(attempt, 1, 1, "0", now=late).seq == 1
    with pytest.raises(TooLate):
        cast.save(attempt, 1, 2, "1", now=NOW + timedelta(minutes=31))
    assert events("course.accommodate")[0]["deadlines_moved"] == [attempt]
    assert grant(cast, 1) == 1
    assert due(attempt) == NOW + timedelta(minutes=20)


def test_an_edit_of_the_quiz_keeps_what_was_granted(cast):
    grant(cast)
    attempt = cast.start()
    managed = quizzes.manage(cast.ada, cast.quiz)
    values = {name: getattr(managed.sheet, name) for name in quizzes.QuizSheet.__dataclass_fields__}
    sheet = quizzes.QuizSheet(**(values | {"limit_minutes": 30}))
    quizzes.edit(cast.ada, cast.quiz, managed.edits, sheet, managed.blueprint_text, NOW)
    assert due(attempt) == NOW + timedelta(minutes=45)


def test_further_attempts(cast):
    attempts.finish(cast.bo, cast.start(), NOW)
    with pytest.raises(NoAttemptsLeft):
        cast.start()
    grant(cast, 1, extra=1)
    page = starting.start_page(cast.bo, cast.quiz, NOW)
    assert (page.attempts_allowed, page.usual.attempts_allowed, page.why_not) == (2, 1, "")
    attempts.finish(cast.bo, cast.start(), NOW)
    with pytest.raises(NoAttemptsLeft):
        cast.start()


def test_other_dates_open_and_close_for_one(cast):
    dates(cast, NOW + 2 * HOUR, NOW + 3 * HOUR)
    with pytest.raises(NotOpen):
        cast.start()
    with pytest.raises(QuizClosed):
        cast.start(cast.cy, now=NOW + 2 * HOUR)
    assert due(cast.start(now=NOW + 3 * HOUR - timedelta(minutes=5))) == NOW + 3 * HOUR
    card = next(one for one in courses.course(cast.bo, cast.course, NOW).quizzes if one.id == cast.quiz)
    assert (card.state, card.closes_at) == ("scheduled", NOW + 3 * HOUR)
    assert events("quiz.override")[0]["user"] == cast.bo.id


def test_other_dates_move_an_open_attempt_and_can_be_taken_back(cast):
    attempt = cast.start(now=CLOSE - timedelta(minutes=5))
    assert due(attempt) == CLOSE
    assert dates(cast, closes=CLOSE + DAY) == 1
    assert due(attempt) == CLOSE + timedelta(minutes=15)
    assert dates(cast) == 1
    assert due(attempt) == CLOSE
    with pytest.raises(Invalid):
        dates(cast, opens=CLOSE)


def test_reports_judge_late_missing_and_what_is_shown_by_the_own_close(cast):
    dates(cast, closes=CLOSE + DAY)
    after = CLOSE + HOUR
    assert {one.student: one.cells[1].state for one in book(cast, after)} == {"Bo": "none", "Cy": "missing"}
    attempts.finish(cast.bo, cast.start(now=after), after)
    cell = next(one.cells[1] for one in book(cast, after) if one.student == "Bo")
    assert (cell.state, cell.late) == ("graded", False)
    with reading() as connection:
        frame = frame_of(connection, cast.course, after)
        totals = totals_of(connection, frame, students_of(cast.course))
    assert (
        totals == {one.user_id: one.total for one in book(cast, after)} == {cast.bo.id: 0.0, cast.cy.id: 0.0}
    )


def book(cast, now):
    return gradebook.grade_book(cast.ada, cast.course, Wish(), now).rows.rows


def test_who_may_grant(cast):
    enrolling.enrol(cast.ada, cast.course, "eve", "assistant", NOW)
    for who, error in ((cast.bo, Forbidden), (cast.eve, Forbidden), (cast.di, NotFound)):
        with pytest.raises(error):
            grant(cast, who=who)
        with pytest.raises(error):
            accommodating.set_dates(who, cast.quiz, cast.bo.id, None, CLOSE, NOW)
    with pytest.raises(NotFound):
        accommodating.grant(cast.ada, cast.course, cast.di.id, 2, 0, NOW)
    for factor, extra in ((3, 0), (1, -1), (1, 101)):
        with pytest.raises(Invalid):
            grant(cast, factor, extra)
    assert events("course.accommodate") == []


def test_who_leaves_the_course_leaves_what_was_granted(cast):
    grant(cast, 2, 3)
    dates(cast, closes=CLOSE + DAY)
    enrolling.remove(cast.ada, cast.course, cast.cy.id, NOW)
    granted = accommodating.accommodations(cast.ada, cast.course, cast.bo.id)
    assert granted.get_quiz(cast.quiz).own_closes_at == CLOSE + DAY
    enrolling.remove(cast.ada, cast.course, cast.bo.id, NOW)
    with pytest.raises(NotFound):
        accommodating.accommodations(cast.ada, cast.course, cast.bo.id)
