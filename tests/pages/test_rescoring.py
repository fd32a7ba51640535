"""Pages of rescoring: look, do, take back; what a student is told."""

import pytest

from quiz.operations import enrolling, marking
from quiz.operations.marking import Given, Place
from tests.cast import NOW
from tests.operations.test_rescoring import Keys
from tests.pages.doors import status
from tests.pages.forms import controls
from tests.statements import statements

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def quiz(cast):
    """Bo has answered two, Cy one; two is right since."""
    quiz = Keys(cast)
    quiz.bo = quiz.submit(cast.bo, choice={"answer": ["1"]})
    quiz.cy = quiz.submit(cast.cy, choice={"answer": ["0"]})
    quiz.mend("choice")
    quiz.pages = f"/quizzes/{quiz.id}/rescoring"
    return quiz


def do(who, path, **typed):
    """Sends the form below the dry run."""
    sent = {name: values[0] for name, values in controls(who.page, action=path).items()}
    return who.post(path, sent | typed)


def rows(page, number):
    table = page.find_all("table")[number]
    return [
        [" ".join(cell.get_text(" ").split()) for cell in row.find_all(["th", "td"])]
        for row in table.tbody.find_all("tr")
    ]


def test_a_mended_key_leads_to_who_would_change(browser, cast, quiz):
    ada, path = browser("ada"), f"{quiz.pages}/new/{quiz.version('choice')}"
    ada.get(path)
    editor = next(one["href"] for one in ada.page.main.find_all("a") if "Mend the key" in one.text)
    for page in (editor, f"/quizzes/{quiz.id}/report/{quiz.version('choice')}"):
        ada.get(page)
        assert "2 attempts were marked by an earlier version of this question." in ada.text
        look = ada.page.main.find("a", string="See who would change in Keys")["href"]
    ada.get(look)
    assert ada.title == "One grade would rise, one would fall"
    do(ada, look)
    ada.get(editor)
    assert "earlier version" not in ada.text


def test_look_do_and_take_back(browser, cast, quiz):
    ada, path = browser("ada"), f"{quiz.pages}/new/{quiz.version('choice')}"
    before = quiz.everything()
    ada.get(f"/quizzes/{quiz.id}/report/{quiz.version('choice')}")
    ada.get(ada.page.main.find("a", string="Rescore")["href"])
    assert ada.title == "One grade would rise, one would fall"
    assert "2 answers were given" in ada.text
    assert rows(ada.page, 0) == [["−14.29", "1"], ["+14.29", "1"]]
    assert [row[:5] for row in rows(ada.page, 1)] == [
        ["Bo", "1", "0 → 1", "0 → 14.29", "+14.29"],
        ["Cy", "1", "1 → 0", "14.29 → 0", "−14.29"],
    ]
    ada.get(f"{quiz.pages}/new/{quiz.version('fact')}")
    assert "Where its key is still wrong, mend it first" in ada.text
    assert not ada.page.main.find("form", method="post")
    ada.get(f"{path}?policy=both-keys")
    assert ada.title == "One grade would rise"
    assert "Mend the key" in ada.text
    assert quiz.everything() == before
    assert do(ada, path, reason="Two & one.").status_code == 303
    ada.get(quiz.pages)
    assert "Done. One grade rose." in ada.text
    assert rows(ada.page, 0)[0][1:4] == ["By both keys Two & one.", "choice", "1"]
    bo = browser("bo")
    bo.get("/")
    assert "Your grade was 0, and is 14.29 of 100 now." in bo.text
    bo.get(f"/attempts/{quiz.bo}/review")
    assert "This question was scored again on 23 November 2026. Two & one." in bo.text
    bo.get("/")
    bo.post(bo.page.main.find("form")["action"])
    bo.get("/")
    assert "was scored again" not in bo.text
    ada.get(quiz.pages)
    ada.post(ada.page.main.find("form")["action"])
    ada.get(quiz.pages)
    assert "Taken back on" in ada.text
    assert quiz.everything() == before
    bo.get("/")
    assert "was taken back on" in bo.text


def test_what_changed_meanwhile_is_shown_again_and_what_was_typed_stays(browser, cast, quiz):
    ada, path = browser("ada"), f"{quiz.pages}/new/{quiz.version('choice')}"
    ada.get(path)
    at = Place(quiz.bo, quiz.slot(quiz.bo, "choice"))
    marking.give(cast.ada, quiz.id, at, 1, Given((), "50 %", ""), NOW)
    assert do(ada, path, reason="Two.").status_code == 409
    assert "Marks have changed since you looked" in ada.text
    assert "One mark that a person has given stays." in ada.text
    assert ada.page.find("textarea").get_text().strip() == "Two."
    assert do(ada, path).status_code == 303
    ada.get(quiz.pages)
    assert "Done. One grade fell." in ada.text


def test_what_cannot_be_scored_so_says_why(browser, cast, quiz):
    quiz.bank = quiz.bank.replace("{text: three}]", "{text: three}, {text: four}]")
    quiz.mend()
    ada = browser("ada")
    ada.get(f"{quiz.pages}/new/{quiz.version('choice')}")
    assert ada.title == "This cannot be scored so"
    assert "other ids" in ada.text
    assert not ada.page.main.find("form", method="post")
    ada.get(f"{quiz.pages}/new")
    assert ada.title == "No mark would change"
    assert "Left out" in ada.text


def test_only_teachers(browser, cast, quiz):
    enrolling.enrol(cast.ada, cast.course, "di", "assistant", NOW)
    for path in ("", "/new", f"/new/{quiz.version('choice')}"):
        assert status(browser, "di", quiz.pages + path) == 403
        assert status(browser, "bo", quiz.pages + path) == 404
        assert status(browser, None, quiz.pages + path) == "login"


def test_a_student_is_told_no_more_than_the_review_options_let_out(browser, cast):
    blueprint = """
format: quiz-blueprint/1
title: Keys
sections: [{title: All, bank: keys, count: 4}]
order: as_listed
settings: {review: {after: [attempt], later: [attempt]}}
"""
    quiz = Keys(cast, blueprint)
    attempt = quiz.submit(cast.bo, choice={"answer": ["1"]})
    quiz.mend("choice")
    quiz.run("new-key", "choice", reason="It is two.")
    bo = browser("bo")
    bo.get("/")
    assert "was scored again on" in bo.text
    assert "Your grade" not in bo.text
    bo.get(f"/attempts/{attempt}/review")
    assert "It is two." not in bo.text
    assert "scored again" not in bo.text


def test_as_many_statements_for_many_attempts(browser, cast, quiz):
    ada, path = browser("ada"), f"{quiz.pages}/new/{quiz.version('choice')}"
    ada.get(path)
    with statements() as few:
        ada.get(path)
    for _ in range(4):
        quiz.submit(cast.bo)
    with statements() as many:
        ada.get(path)
    assert len(many) == len(few)
