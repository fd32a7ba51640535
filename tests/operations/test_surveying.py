"""One page over several courses: whose results somebody sees, first attempts, what is surely below, terms."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from quiz.db import db, reading
from quiz.models.audit import AuditEvent
from quiz.operations import courses, enrolling, joining, quizzes, surveying
from quiz.operations.surveying import Term, start_of
from tests.cast import ADDRESS, BLUEPRINT, NOW
from tests.databases import app_on, dispose
from tests.sittings import EVERY, join, sit
from tests.statements import statements

LATER = NOW + timedelta(days=1)


def survey(who, target=0.6):
    return surveying.survey(who, target, 1, LATER)


@pytest.fixture
def head(cast):
    """Eve reads the results of Ada's two courses, not of Di's."""
    second = courses.add_course(cast.ada, "Algebra", "UTC", NOW)
    quiz = quizzes.create(cast.ada, second, BLUEPRINT, NOW)
    quizzes.publish(cast.ada, quiz, NOW)
    courses.add_course(cast.di, "Elsewhere", "UTC", NOW)
    for course in (cast.course, second):
        enrolling.enrol(cast.ada, course, "eve", "reader", NOW)
    return second, quiz


def test_a_reader_sees_all_their_courses_and_no_other(cast, head):
    sit(cast, cast.bo)
    sit(cast, cast.bo, ())  # a second attempt does not count
    sit(cast, cast.cy, {"single_choice"})
    found = survey(cast.eve)
    assert [(one.course_title, one.students, one.finished, one.attempts) for one in found.quizzes] == [
        ("Algebra", 0, 0, 0),
        ("Arithmetic", 2, 2, 2),
    ]
    empty, line = found.quizzes
    assert (empty.completion, empty.mean, empty.passed) == (None, None, None)
    assert (line.completion, line.mean.value, line.passed) == (1.0, pytest.approx(0.6), 0.5)
    assert (line.mean.low, line.mean.high) == (0, 1)  # two students say next to nothing
    assert survey(cast.bo).quizzes == survey(cast.di).quizzes == ()


def test_only_what_is_surely_below_the_target_is_listed(cast, head):
    for number in range(8):
        sit(
            cast,
            join(cast, f"Student {number}"),
            EVERY - {"numerical"} - ({"short_text"} if number % 2 else set()),
        )
    found = {one.name: one for one in survey(cast.eve).below}
    assert set(found) == {"sums/times"}
    assert (found["sums/times"].share.value, found["sums/times"].attempts) == (0, 8)
    assert {one.name for one in survey(cast.eve, 1.0).below} == {"sums/times", "sums/minus"}


def test_terms_are_half_years(cast, head):
    assert start_of(datetime(2026, 11, 23, tzinfo=UTC)) == datetime(2025, 1, 1, tzinfo=UTC)
    assert start_of(datetime(2026, 6, 30, tzinfo=UTC)) == datetime(2024, 7, 1, tzinfo=UTC)
    sit(cast, cast.bo)
    sit(cast, cast.cy, ())
    (trend,) = survey(cast.eve).trends
    assert survey(cast.eve).terms == (Term(2026, 2),)
    assert [(mean.value, n) for mean, n in trend.terms] == [(0.5, 2)]
    spring = NOW + timedelta(days=60)
    sit(cast, join(cast, "Dee"), now=spring)
    found = surveying.survey(cast.eve, 0.6, 1, spring + timedelta(days=1))
    assert found.terms == (Term(2026, 2), Term(2027, 1))
    assert [n for _, n in found.trends[0].terms] == [2, 1]
    late = surveying.survey(cast.eve, 0.6, 1, NOW + timedelta(days=900))
    assert (late.terms, late.trends) == ((), ())


@pytest.mark.parametrize("engine", ["postgresql"])
def test_terms_are_those_of_utc_whatever_the_server_says(database_url, cast):
    """In which year and month an attempt ended is asked in a statement."""
    apart = "&" if "?" in database_url else "?"
    far = app_on(f"{database_url}{apart}options=-c%20timezone%3DAsia/Shanghai")
    with far.app_context(), reading() as connection:
        assert db.engine.url.query["options"] == "-c timezone=Asia/Shanghai"
        assert connection.exec_driver_sql("SHOW timezone").scalar() == "UTC"
    dispose(far)


def test_more_courses_take_no_more_statements(cast, head):
    def ask():
        with statements() as seen:
            survey(cast.eve)
        return len(seen)

    few = ask()
    for number in range(5):
        course = courses.add_course(cast.ada, f"Course {number}", "UTC", NOW)
        enrolling.enrol(cast.ada, course, "eve", "reader", NOW)
        quiz = quizzes.create(cast.ada, course, BLUEPRINT, NOW)
        quizzes.publish(cast.ada, quiz, NOW)
        student = joining.join(courses.course(cast.ada, course, NOW).join_code, "X", ADDRESS, NOW).actor
        sit(cast, student, quiz=quiz)
    assert (ask(), len(survey(cast.eve).quizzes)) == (few, 7)


def test_files_hold_the_same_and_are_audited(cast, head):
    sit(cast, cast.bo)
    quiz_table, below, terms = surveying.survey_tables(cast.eve, 0.6, LATER)
    assert quiz_table.rows[1][:2] == ("Arithmetic", "A small quiz")
    assert (quiz_table.rows[1][7], below.rows, terms.rows[0][:4]) == (100, (), ("Arithmetic", 2026, 2, 1))
    with reading() as connection:
        acts = connection.execute(select(AuditEvent.act, AuditEvent.actor_id)).all()
    assert ("survey.export", cast.eve.id) in acts
