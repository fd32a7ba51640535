"""The report of a quiz over the store: which attempts count, who sees what, the same figures as by hand."""

from datetime import timedelta
from math import isclose

import pytest
from sqlalchemy import select, update

from quiz.db import reading, transaction
from quiz.errors import Invalid, NotFound, SignedOut
from quiz.models.attempt import Attempt, Mark
from quiz.models.audit import AuditEvent
from quiz.operations import analysis, enrolling, learning, quizzes, upkeep
from quiz.operations.access import Actor
from tests.cast import BLUEPRINT, GRACE, NOW
from tests.operations.test_quizzes import edit
from tests.sittings import EVERY, join, sit
from tests.statements import statements

LATER = NOW + timedelta(days=1)


def report(cast, who=None, which="first", now=LATER, quiz=None):
    return analysis.quiz_report(who or cast.ada, quiz or cast.quiz, which, now)


def of_type(found, kind):
    return next(one for one in found.questions if one.type == kind)


@pytest.fixture
def ladder(cast):
    """Four students: all right; all but the number; only the two easy ones; nothing."""
    sit(cast, cast.bo)
    sit(cast, cast.cy, EVERY - {"numerical"})
    sit(cast, join(cast, "Dee"), {"single_choice", "true_false"})
    sit(cast, join(cast, "Ed"), (), blank={"short_text"}, picks={"single_choice": {"11"}})


# Figures -----------------------------------------------------------------------------------------------------------


def test_the_figures_by_hand(cast, ladder):
    """Totals 100, 80, 40, 0 %; x of the number is 1 0 0 0, its rests 100, 100, 50, 0."""
    found = report(cast)
    assert (found.attempts, found.left_out, found.students, found.finished) == (4, 0, 4, 4)
    whole = found.analysis.whole
    assert (whole.n, whole.mean, whole.median) == (4, 55, 60)
    assert found.analysis.over == "questions"
    assert {one.type: one.figures.facility for one in found.questions} == {
        "single_choice": 0.75,
        "multiple_response": 0.5,
        "true_false": 0.75,
        "short_text": 0.5,
        "numerical": 0.25,
    }
    number = of_type(found, "numerical").figures
    assert isclose(number.item_rest, 37.5 / (3 * 0.5) / (6875 / 3) ** 0.5)
    assert isclose(number.rest_variance, 6875 / 3)
    assert [bin.n for bin in found.distribution] == [1, 0, 0, 0, 1, 0, 0, 0, 1, 1]
    assert (found.distribution[0].low, found.distribution[-1].high) == (0, 100)


def test_options_and_given_answers(cast, ladder):
    found = report(cast)
    one = of_type(found, "single_choice")
    assert [(o.letter, o.text, o.key, o.figures.n) for o in one.options] == [
        ("A", "2", True, 3),
        ("B", "3", False, 0),
        ("C", "11", False, 1),
    ]
    assert isclose(one.options[0].figures.mean_rest, (100 + 75 + 25) / 3)
    assert one.options[2].figures.mean_rest == 0
    assert one.options[1].figures.mean_rest is None
    typed = of_type(found, "short_text")
    assert (typed.options, typed.blank) == ((), 1)
    assert [(answer.text, answer.n, answer.right) for answer in typed.answers] == [
        ("zero", 2, True),
        ("nothing", 1, False),
    ]


def test_time_goes_to_the_question_that_was_answered_next(cast):
    """Four answers, a minute each; the blank one's minute counts for the one after it, or for nobody at the end."""
    sit(cast, cast.bo, blank={"numerical"})
    found = report(cast)
    assert found.seconds == 6 * 60
    spent = [one.seconds for one in found.questions if one.seconds is not None]
    assert of_type(found, "numerical").seconds is None
    assert sorted(spent) in ([60.0] * 4, [60.0] * 3 + [120.0])


def test_papers_that_differ(cast):
    """Three of five questions each: every figure is over those who saw the question, alpha over places."""
    quiz = quizzes.create(cast.ada, cast.course, BLUEPRINT.replace("count: 5", "count: 3"), NOW)
    quizzes.publish(cast.ada, quiz, NOW)
    people = [cast.bo, cast.cy, *(join(cast, f"Student {n}") for n in range(8))]
    for number, who in enumerate(people):
        sit(cast, who, EVERY if number % 2 else (), quiz=quiz)
    found = report(cast, quiz=quiz)
    assert found.analysis.over == "places"
    assert sum(one.figures.n for one in found.questions) == 30
    assert found.analysis.whole.mean == 50
    assert [(one.place, one.figures.n, one.figures.facility) for one in found.analysis.places] == [
        (place, 10, 0.5) for place in (1, 2, 3)
    ]
    assert len(found.questions) > 3
    for one in found.questions:
        assert one.figures.item_rest is None or isclose(one.figures.item_rest, 1)


def test_a_draft_and_a_quiz_that_nobody_has_taken(cast):
    draft = quizzes.create(cast.ada, cast.course, BLUEPRINT, NOW)
    for quiz in (draft, cast.quiz):
        found = report(cast, quiz=quiz)
        assert (found.attempts, found.questions, found.analysis.quartiles) == (0, (), None)
        assert found.analysis.whole.mean is None


def test_an_attempt_that_waits_for_a_mark_is_left_out_and_told(cast, ladder):
    with transaction() as connection:
        attempt = connection.execute(select(Attempt.id).where(Attempt.user_id == cast.bo.id)).scalar_one()
        one = Mark.attempt_id == attempt, Mark.slot == 1
        connection.execute(update(Mark).where(*one).values(fraction=None, points=None))
        connection.execute(update(Attempt).where(Attempt.id == attempt).values(grade=None))
    found = report(cast)
    assert (found.attempts, found.left_out) == (3, 1)
    assert found.analysis.whole.mean == 40
    assert "left-out" in [verdict.code for verdict in found.verdicts]


def test_an_attempt_in_progress_does_not_count(cast, ladder):
    cast.start(join(cast, "Flo"), now=LATER)
    found = report(cast)
    assert (found.started, found.finished, found.attempts) == (5, 4, 4)


# Which attempts ------------------------------------------------------------------------------------------------------


@pytest.fixture
def three_times(cast):
    """Bo: 40, 100, 60; an attempt of Bo's is in progress; Cy once: 20."""
    for right in ({"single_choice", "true_false"}, EVERY, EVERY - {"numerical", "short_text"}):
        sit(cast, cast.bo, right)
    cast.start()
    sit(cast, cast.cy, {"true_false"})


@pytest.mark.parametrize(
    "which, grading, mean, n",
    [
        ("first", "highest", 30, 2),
        ("last", "highest", 40, 2),
        ("all", "highest", 55, 4),
        ("counted", "highest", 60, 2),
        ("counted", "first", 30, 2),
        ("counted", "last", 40, 2),
        ("counted", "average", 55, 4),
    ],
)
def test_which_attempts_count(cast, three_times, which, grading, mean, n):
    edit(cast, grading=grading)
    found = report(cast, which=which)
    assert (found.attempts, found.analysis.whole.mean) == (n, mean)


def test_other_attempts_there_are_not(cast):
    with pytest.raises(Invalid):
        report(cast, which="best")


# Doors -------------------------------------------------------------------------------------------------------------


def test_who_sees_a_report(cast, ladder):
    for who in (cast.bo, cast.di, cast.eve):
        with pytest.raises(NotFound):
            report(cast, who)
    with pytest.raises(SignedOut):
        report(cast, Actor(cast.ada.id, 99))
    with pytest.raises(NotFound):
        report(cast, quiz=99)
    assert analysis.quiz_report(None, cast.quiz, "first", LATER).attempts == 4


def test_a_reader_sees_keys_only_when_students_may_have(cast, ladder):
    enrolling.enrol(cast.ada, cast.course, "eve", "reader", NOW)
    closes = NOW + timedelta(days=3)
    edit(cast, closes_at=closes, review={"during": [], "after": ["marks"], "later": [], "closed": ["answer"]})
    hidden = report(cast, cast.eve)
    assert not hidden.keys_shown
    assert all(not (one.options or one.answers) for one in hidden.questions)
    assert all(not flag.options for one in hidden.questions for flag in one.flags)
    assert [one.figures.facility for one in hidden.questions] == [
        one.figures.facility for one in report(cast).questions
    ]
    assert report(cast).keys_shown
    assert report(cast, cast.eve, now=closes).keys_shown
    assert any(one.options for one in report(cast, cast.eve, now=closes).questions)


def test_taking_a_report_away_is_audited(cast, ladder):
    analysis.export_report(cast.ada, cast.quiz, "all", LATER)
    with reading() as connection:
        row = connection.execute(select(AuditEvent).where(AuditEvent.act == "report.export")).one()
    assert (row.actor_id, row.subject_id, row.details) == (cast.ada.id, cast.quiz, {"which": "all"})


def test_a_whole_class_takes_no_more_statements_than_two(cast):
    def ask():
        with statements() as seen:
            report(cast)
        return len(seen)

    sit(cast, cast.bo)
    few = ask()
    for number in range(12):
        sit(cast, join(cast, f"Student {number}"), EVERY if number % 2 else ())
    assert ask() == few
    assert few <= 16
    upkeep.run(LATER, GRACE)
    assert ask() <= 12


# A student's own progress --------------------------------------------------------------------------------------------


def test_progress_by_topic(cast, three_times):
    found = learning.my_progress(cast.bo, LATER)
    (sums,) = found.broad
    assert (sums.name, sums.questions) == ("sums", 15)
    assert [step.share for step in sums.steps] == [0.4, 1.0, 0.6]
    assert isclose(found.share, 2 / 3)
    assert {topic.name: [step.share for step in topic.steps] for topic in found.topics} == {
        "sums/plus": [0.5, 1.0, 1.0],
        "sums/minus": [0.5, 1.0, 0.5],
        "sums/times": [0.0, 1.0, 0.0],
    }
    assert learning.my_progress(cast.cy, LATER).broad[0].questions == 5


def test_progress_counts_only_what_a_student_may_know_now(cast):
    sit(cast, cast.bo, seconds=1)
    ended = NOW + timedelta(seconds=6)
    edit(cast, review={"during": [], "after": ["marks"], "later": ["attempt", "grade"], "closed": []})
    assert learning.my_progress(cast.bo, ended).broad[0].share == 1
    found = learning.my_progress(cast.bo, ended + timedelta(minutes=3))
    assert (found.broad, found.topics, found.hidden, found.share) == ((), (), 1, None)


def test_progress_ends_with_the_course_and_the_session(cast):
    sit(cast, cast.bo)
    enrolling.remove(cast.ada, cast.course, cast.bo.id, NOW)
    assert learning.my_progress(cast.bo, LATER) == learning.Progress((), (), 0)
    with pytest.raises(SignedOut):
        learning.my_progress(Actor(cast.bo.id, 99), LATER)


def test_what_waits_for_a_mark_is_no_step(cast):
    attempt = sit(cast, cast.bo)
    with transaction() as connection:
        connection.execute(
            update(Mark).where(Mark.attempt_id == attempt, Mark.slot < 5).values(fraction=None, points=None)
        )
    assert learning.my_progress(cast.bo, LATER).broad[0].questions == 1


def test_many_attempts_take_no_more_statements(cast):
    def ask():
        with statements() as seen:
            learning.my_progress(cast.bo, LATER)
        return len(seen)

    few = ask()
    for _ in range(4):
        sit(cast, cast.bo)
    assert ask() == few
