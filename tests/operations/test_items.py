"""The page of a question over the store: curve, history, drift, who answered what; who sees it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from quiz.db import reading
from quiz.errors import Invalid, NotFound, SignedOut
from quiz.models.bank import QuestionVersion
from quiz.operations import analysis, courses, enrolling, items, quizzes, upkeep
from tests.cast import BLUEPRINT, GRACE, NOW
from tests.operations.test_quizzes import edit
from tests.sittings import EVERY, join, sit
from tests.statements import statements

LATER = NOW + timedelta(days=1)
EASY = {"single_choice", "true_false"}


def version(kind):
    with reading() as connection:
        return connection.execute(
            select(QuestionVersion.id).where(QuestionVersion.type == kind, QuestionVersion.current)
        ).scalar_one()


def answers(cast, kind, option="", who=None, page=1):
    return items.answers(who or cast.ada, cast.quiz, version(kind), "first", option, page, LATER)


@pytest.fixture
def few(cast):
    """Bo has all, Cy 3 in place of 2, Dee no answer there; Cy and Dee are of Monday."""
    sit(cast, cast.bo)
    sit(cast, cast.cy, EVERY - {"single_choice"})
    dee = join(cast, "Dee")
    sit(cast, dee, EVERY, blank={"single_choice"})
    enrolling.set_group(cast.ada, cast.course, [cast.cy.id, dee.id], "Monday", NOW)


def test_who_chose_what(cast, few):
    found = answers(cast, "single_choice")
    assert [(one.student, one.group, one.letters, one.answer, one.points) for one in found.given.rows] == [
        ("Bo", None, ("A",), "2", 1),
        ("Cy", "Monday", ("B",), "3", 0),
        ("Dee", "Monday", (), "", 0),
    ]
    assert found.options == (("A", "2"), ("B", "3"), ("C", "11"))
    chosen = {
        option: [one.student for one in answers(cast, "single_choice", option).given.rows] for option in "ABC"
    }
    assert chosen == {"A": ["Bo"], "B": ["Cy"], "C": []}
    assert [one.student for one in answers(cast, "single_choice", items.BLANK).given.rows] == ["Dee"]
    with pytest.raises(Invalid):
        answers(cast, "single_choice", "Z")


def test_what_was_typed(cast, few):
    found = answers(cast, "short_text")
    assert ([one.answer for one in found.given.rows], found.options) == (["zero"] * 3, ())
    assert found.given.rows[0].letters == ()


def test_there_is_no_curve_for_a_few(cast, few):
    found = items.item_page(cast.ada, cast.quiz, version("numerical"), "first")
    assert (found.curve, found.scale.papers, found.past) == ("few", 3, ())
    assert (found.readable, found.editable) == (True, True)


def test_other_quizzes_stand_in_its_history_and_show_drift(cast):
    """Ten of twelve were right before, two of twelve now; elsewhere is told only together."""
    for number in range(12):
        sit(cast, join(cast, f"Student {number:02}"), EVERY if number < 10 else EVERY - {"numerical"})
    upkeep.run(LATER, GRACE)
    here = quizzes.create(cast.ada, cast.course, BLUEPRINT, LATER)
    quizzes.publish(cast.ada, here, LATER)
    away = courses.add_course(cast.ada, "Elsewhere", "UTC", NOW)
    there = quizzes.create(cast.ada, away, BLUEPRINT, LATER)
    quizzes.publish(cast.ada, there, LATER)
    enrolling.enrol(cast.ada, away, "di", "student", NOW)
    sit(cast, cast.di, quiz=there, now=LATER)
    for number in range(12):
        who = join(cast, f"Later {number:02}")
        sit(cast, who, EVERY if number < 2 else EVERY - {"numerical"}, quiz=here, now=LATER)
    end = LATER + timedelta(days=1)
    upkeep.run(end, GRACE)
    number = version("numerical")
    past = items.item_page(cast.ada, here, number, "first").past
    assert [(one.version, one.quiz, one.n, round(one.facility, 3)) for one in past] == [
        (1, "A small quiz", 12, 0.833),
        (1, None, 1, 1.0),
    ]
    report = analysis.quiz_report(cast.ada, here, "first", end)
    drifted = {one.version_id: flag for one in report.questions for flag in one.flags if flag.code == "drift"}
    assert list(drifted) == [number]
    assert drifted[number].level == "hint"
    assert drifted[number].figures == {"facility": 2 / 12, "earlier": pytest.approx(10 / 12), "earlier_n": 12}
    before = analysis.quiz_report(cast.ada, cast.quiz, "first", end)
    assert not any(flag.code == "drift" for one in before.questions for flag in one.flags)


def test_only_who_sees_results_and_readers_when_keys_are_out(cast, few):
    number = version("single_choice")
    for who, error in ((cast.bo, NotFound), (cast.di, NotFound), (cast.ada._replace(epoch=9), SignedOut)):
        with pytest.raises(error):
            items.item_page(who, cast.quiz, number, "first")
        with pytest.raises(error):
            answers(cast, "single_choice", who=who)
    for missing in (10**6, 0):
        with pytest.raises(NotFound):
            items.item_page(cast.ada, cast.quiz, missing, "first")
    enrolling.enrol(cast.ada, cast.course, "eve", "reader", NOW)
    assert answers(cast, "single_choice", who=cast.eve).given.total == 3
    edit(cast, review={"during": [], "after": ["marks"], "later": ["marks"], "closed": ["answer"]})
    with pytest.raises(NotFound):
        answers(cast, "single_choice", who=cast.eve)
    assert items.item_page(cast.eve, cast.quiz, number, "first").readable is False


def test_many_answers_take_no_more_statements_than_few(cast, few):
    def ask():
        with statements() as seen:
            items.item_page(cast.ada, cast.quiz, version("numerical"), "first")
            answers(cast, "single_choice")
            answers(cast, "single_choice", "A")
        return len(seen)

    before = ask()
    for number in range(10):
        sit(cast, join(cast, f"Student {number}"))
    assert ask() == before
