"""The report of an adaptive quiz: abilities, errors, exposure; no verdicts on questions; trial answers calibrate them."""

import pytest
from sqlalchemy import select

from quiz.db import reading
from quiz.models.attempt import AttemptSlot
from quiz.models.calibrating import answers_of
from quiz.operations import analysis, attempts, banks, measuring
from quiz.operations.sheets import sheet_of
from tests import scaled
from tests.cast import GRACE, NOW
from tests.pages.doors import status

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])
ABLE = (-1.0, 0.0, 1.0)


@pytest.fixture
def quiz(cast):
    """An adaptive quiz that Bo has sat three times, each time abler, and begun once more."""
    plan = scaled.plan("fewest: 4, most: 5, trial: 1, among: 2")
    cast.quiz = scaled.publish(cast, plan, trials=2)
    for ability in ABLE:
        scaled.sit(cast, cast.start(), scaled.knows(ability))
    return cast.quiz


def test_the_page_says_what_the_tests_tell(browser, cast, quiz):
    ada = browser("ada")
    ada.get(f"/quizzes/{quiz}/abilities?which=all")
    assert ada.title.startswith("Abilities are told to ±")
    assert [svg["role"] for svg in ada.page.main.find_all("svg", role="img")] == ["img"] * 3
    found = measuring.measured(cast.ada, quiz, "all")
    assert list(found.abilities) == sorted(found.abilities)  # as able as they were
    assert (found.attempts, found.lengths, found.stopped) == (3, (5, 5.0, 5), {"most": 3})
    spread, noise = found.sd**2, found.error**2
    assert found.reliability == pytest.approx(spread / (spread + noise))
    asked = [one for one in found.exposed if one.n]
    assert sum(one.n for one in asked if not one.trial) == 15
    assert sum(one.n for one in asked if one.trial) == 3
    table = ada.page.find_all("table")[-1]
    assert len(table.tbody.find_all("tr")) == len(asked)
    assert "on trial" in table.get_text()
    assert f"{found.never} calibrated questions were never asked." in ada.text
    assert sum(one.n for one in found.bands) == 3


def test_no_verdict_rests_on_figures_that_break(browser, cast, quiz):
    ada = browser("ada")
    ada.get(f"/quizzes/{quiz}/report?which=all")
    assert ada.title == "Each student was asked other questions"
    assert ada.page.find("a", href=f"/quizzes/{quiz}/abilities?which=all")
    assert "Nothing found" not in ada.text
    found = analysis.quiz_report(cast.ada, quiz, "all", NOW, GRACE)
    assert found.adaptive
    assert found.analysis.whole.alpha is None
    assert "no verdict rests on them" in sheet_of(found).tables[0].rows[0][1]
    ada.get(f"/quizzes/{quiz}/report/{found.questions[0].version_id}?which=all")
    assert "It is not judged by these figures." in ada.text


def answers(until=NOW):
    with reading() as connection:
        on_trial = {*connection.execute(select(AttemptSlot.version_id).where(AttemptSlot.trial)).scalars()}
        found = answers_of(connection, banks.find_bank("scaled"), until)
    return [row.version_id in on_trial for row in found]


def test_answers_on_trial_calibrate(quiz):
    assert sorted(answers()) == [False] * 5 + [True]  # of the first attempt alone


def test_what_was_not_reached_tells_nothing(cast):
    cast.quiz = scaled.publish(cast, scaled.plan())
    attempt = cast.start()
    scaled.give(cast, attempt, scaled.view(cast, attempt).slot, right=True)
    attempts.finish(cast.bo, attempt, NOW)
    assert len(answers()) == 1


def test_there_is_no_such_page_of_other_quizzes_nor_for_students(browser, cast):
    assert status(browser, "ada", f"/quizzes/{cast.quiz}/abilities") == 404
    assert status(browser, "bo", f"/quizzes/{cast.quiz}/abilities") == 404


def test_before_anybody_has_finished(browser, cast):
    quiz = scaled.publish(cast, scaled.plan())
    ada = browser("ada")
    ada.get(f"/quizzes/{quiz}/abilities")
    assert ada.title == "Nobody has finished yet"
