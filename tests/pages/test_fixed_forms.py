"""Fixed forms and marks of printed ones on the page."""

from dataclasses import replace
from io import BytesIO

import pytest
from sqlalchemy import select

from quiz.banks.yaml import read_bank
from quiz.db import reading
from quiz.models.bank import QuestionVersion, load_authored
from quiz.models.fixed import QuizForm
from quiz.operations import attempts, importing, quizzes
from tests.cast import BANK, GRACE, NOW
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


def test_the_forms_are_printed_as_they_were_published(browser, cast, quiz):
    """Also when the bank was changed since, and then under the quiz's new title."""
    importing.import_bank(cast.ada, BANK.replace("How much is 12 × 12?", "Changed?"), "small.yaml", NOW)
    seen = quizzes.manage(cast.ada, quiz)
    quizzes.edit(cast.ada, quiz, seen.edits, replace(seen.sheet, title="Term two"), seen.blueprint_text, NOW)
    ada, file = browser("ada"), f"/quizzes/{quiz}/forms/papers"
    ada.get(f"/quizzes/{quiz}/forms")
    assert ada.page.main.find("form", action=f"{file}.pdf")
    handed = ada.get(f"{file}.html").get_data(as_text=True)
    assert "Term two · Form 2 · Answer sheet" in handed
    assert "Key" not in handed
    assert "Changed?" not in handed
    with reading() as connection:
        slots = connection.execute(select(QuizForm.slots)).scalars().all()
        versions = {slot["version_id"] for form in slots for slot in form}
        prompts = [
            load_authored(*row).prompt
            for row in connection.execute(
                select(QuestionVersion.digest, QuestionVersion.content).where(
                    QuestionVersion.id.in_(versions)
                )
            )
        ]
    assert len(prompts) == 4
    assert all(prompt in handed for prompt in prompts)
    keys = ada.get(f"{file}.html?keys=1&language=xx").get_data(as_text=True)
    assert "Term two · Form 1 · Key" in keys
    assert "no two forms differ by more than" in keys
    assert "seed 3 · as of 2026-11-23 · exact/1" in keys
    assert f"small {bank_digest(BANK)}" in keys
    assert ada.get(f"{file}.pdf").data.startswith(b"%PDF")


def bank_digest(text):
    return read_bank(text.encode(), "small.yaml").digest.removeprefix("sha256:")[:12]


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
