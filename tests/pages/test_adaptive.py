"""An adaptive test by forms and JSON: answers for good, the pages around it, and what its teacher sees."""

import pytest

from tests import scaled
from tests.pages.forms import press

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
FORM = {"id": "answer"}


@pytest.fixture
def bo(browser, cast):
    """Bo, before an adaptive test of two or three questions and one on trial."""
    cast.quiz = scaled.publish(cast, scaled.plan("fewest: 2, most: 3, error: 0.56, trial: 1"), trials=2)
    return browser("bo")


def test_a_test_by_forms(bo, browser, cast):
    bo.get(f"/quizzes/{cast.quiz}")
    assert "3–4, one after the other" in bo.text
    attempt = bo.start()
    place = f"/attempts/{attempt}"
    bo.get(f"{place}/slots/1")
    assert bo.title == "Question 1 of at most 4"
    assert press(bo, "check", **FORM).headers["Location"] == place
    bo.get(place)
    assert "this test goes on only with one" in bo.text
    for number in range(1, 4):
        bo.get(place)
        assert bo.title == f"Question {number} of at most 4"
        press(bo, "check", {"answer": ["0"]}, **FORM)
    bo.get(f"{place}/summary")
    assert (bo.title, "Answered so far: 3." in bo.text) == ("The test is not finished", True)
    bo.get(f"{place}/slots/1")
    assert bo.title == "Question 4 of at most 4"
    ada = browser("ada")
    ada.get(f"/quizzes/{cast.quiz}/live")
    assert "3 of at most 4" in ada.text
    bo.get(place)
    press(bo, "check", {"answer": ["0"]}, **FORM)
    bo.get(f"{place}/review")
    assert "of the marks can be expected by these answers" in bo.text
    assert bo.text.count("tried, does not count") == 1
    assert "standard error" not in bo.text
    ada.get(f"{place}/review")
    assert "standard error" in ada.text


def test_a_program_is_told_that_the_question_is_behind(bo):
    attempt = bo.start()
    body = {"seq": 1, "writer": "w", "act": "check", "fields": {"answer": ["1"]}}
    for _repeat in range(2):
        told = bo.json(f"/attempts/{attempt}/slots/1", body)
        assert (told.status_code, told.json["closed"]) == (200, True)
    late = bo.json(f"/attempts/{attempt}/slots/1", {**body, "seq": 2})
    assert (late.status_code, late.json["code"], late.json["at"]) == (409, "out-of-sequence", 2)


def test_what_students_would_get_is_simulated(bo, browser, cast):
    ada = browser("ada")
    ada.get(f"/quizzes/{cast.quiz}/papers")
    assert "500 simulated students are asked" in ada.text
    ada.get(f"/quizzes/{cast.quiz}/publish")
    assert "Each student is asked 3–4 questions" in ada.text
