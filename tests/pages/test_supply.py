"""The numbers of matching questions beside a blueprint, without JavaScript and as its script asks for them."""

import pytest

from quiz.operations import quizzes
from tests.cast import BLUEPRINT
from tests.pages.doors import field_error
from tests.pages.forms import controls

QUIZ = {"id": "quiz"}
MORE = BLUEPRINT.replace("count: 5", "count: 6")


@pytest.fixture
def engine():
    """SQLite alone: tests/operations/test_supply.py asks both."""
    return "sqlite"


@pytest.fixture(params=["new", "edit"])
def page(request, browser, cast):
    """Ada's browser on one of the two pages with a blueprint, and the page's address."""
    made = browser("ada")
    path = f"/courses/{cast.course}/quizzes/new" if request.param == "new" else f"/quizzes/{cast.quiz}/edit"
    made.get(f"{path}?as=text")
    return made, path


def check(browser, path, text, **more):
    assert browser.page.find("button", {"name": "act", "value": "check", "form": "quiz"})
    return browser.post(path, {**controls(browser.page, **QUIZ), "blueprint": text, "act": "check", **more})


def numbers(browser):
    return browser.page.find(attrs={"data-part": "supply"}).get_text(" ", strip=True)


def test_the_numbers_stand_beside_the_blueprint(page):
    assert "5 match. Each student gets 5 of them." in numbers(page[0])


def test_counting_again_saves_nothing_and_keeps_the_text(page, cast):
    browser, path = page
    before = quizzes.manage(cast.ada, cast.quiz)
    assert check(browser, path, MORE).status_code == 200
    assert "5 match, 6 are needed." in numbers(browser)
    assert controls(browser.page, **QUIZ)["blueprint"][0].strip() == MORE.strip().replace("\n", "\r\n")
    assert quizzes.manage(cast.ada, cast.quiz) == before
    assert len(quizzes.quizzes_of(cast.course)) == 1


def test_a_faulty_blueprint_has_no_numbers_but_faults(page):
    browser, path = page
    assert check(browser, path, MORE.replace("sections:", "section:")).status_code == 200
    assert "as soon as the blueprint has no faults" in numbers(browser)
    assert "listed below" in field_error(browser.page, "blueprint")
    assert check(browser, path, MORE.replace("bank: small", "bank: big")).status_code == 200
    assert "There is no bank called big that you may use." in numbers(browser)


def test_a_script_gets_the_numbers_alone(page):
    browser, path = page
    answer = check(browser, path, MORE, part="supply")
    assert answer.status_code == 200
    assert "6 are needed" in answer.text
    assert "<html" not in answer.text
    assert "<form" not in answer.text
