"""Fixed forms and marks of printed ones on the page."""

from io import BytesIO

import pytest

from quiz.operations import attempts, quizzes
from tests.cast import GRACE, NOW
from tests.operations.test_fixed_forms import FORMS

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])
MARKS = "username;form;1;2\r\nBo;1;1;0,5\r\nCy;2;1;1\r\n"


@pytest.fixture
def quiz(cast):
    """A quiz with two fixed forms in the course of the cast."""
    made = quizzes.create(cast.ada, cast.course, FORMS, NOW)
    quizzes.publish(cast.ada, made, NOW)
    return made


def test_the_page_tells_how_fair_the_forms_are(browser, cast, quiz):
    ada, page = browser("ada"), f"/quizzes/{quiz}/forms"
    ada.get(f"/quizzes/{quiz}/edit")
    assert ada.page.main.find("a", href=page)
    ada.get(page)
    assert ada.title == "2 fixed forms"
    assert "The expected marks of two forms differ by" in ada.text
    assert "Two forms share 0 questions at most" in ada.text
    assert "HiGHS" in ada.text
    assert [row.th.get_text() for row in ada.page.main.find("tbody").find_all("tr")] == ["Form 1", "Form 2"]
    attempts.start(cast.bo, quiz, "", NOW, GRACE)
    ada.get(page)
    assert [row.find_all("td")[-1].get_text() for row in ada.page.main.find("tbody").find_all("tr")] == [
        "1",
        "0",
    ]
    ada.get(f"/quizzes/{quiz}/papers")
    assert "Two of these papers share 0 questions at most." in ada.text


def test_marks_are_looked_at_entered_and_taken_back(browser, cast, quiz):
    ada, page = browser("ada"), f"/quizzes/{quiz}/marks"
    ada.get(page)
    assert ada.post(page, {"text": MARKS.replace("Cy;2;1", "Cy;2;7")}).status_code == 422
    assert "7.0 is not between 0 and 1.0" in ada.text
    file = (BytesIO(MARKS.encode("utf-16")), "marks.csv")
    assert ada.post(page, {"file": file}, content_type="multipart/form-data").status_code == 200
    assert "2 students would get a grade" in ada.text
    assert "1.5 of 2" in ada.text
    text = ada.page.find("textarea").get_text().removeprefix("\n")
    seen = ada.page.find("input", attrs={"name": "seen"})["value"]
    bo, cy = (f"{MARKS.splitlines()[0]}\n{row}" for row in MARKS.splitlines()[1:])
    assert ada.post(f"{page}/enter", {"text": bo, "seen": seen}).status_code == 303
    assert ada.post(f"{page}/enter", {"text": text, "seen": seen}).status_code == 422  # Bo has had that form
    assert ada.post(f"{page}/enter", {"text": cy, "seen": seen}).status_code == 409
    assert "Somebody has entered marks" in ada.text
    newer = ada.page.find("input", attrs={"name": "seen"})["value"]
    assert ada.post(f"{page}/enter", {"text": cy, "seen": newer}).status_code == 303
    assert ada.post(f"{page}/undo", {"seen": newer}).status_code == 409  # others were entered last
    ada.get(f"/courses/{cast.course}/grades")
    assert "75" in ada.text
    ada.get(page)
    assert "Entered last" in ada.text
    last = ada.page.find("input", attrs={"name": "seen"})["value"]
    assert ada.post(f"{page}/undo", {"seen": last}).status_code == 303


def test_a_quiz_without_forms_says_how_it_gets_them(browser, cast):
    ada = browser("ada")
    ada.get(f"/quizzes/{cast.quiz}/forms")
    assert "forms: {count: 4" in ada.text
    ada.get(f"/quizzes/{cast.quiz}/marks")
    assert "no fixed forms" in ada.text
