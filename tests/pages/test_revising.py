"""The page that changes many questions at once, and the draft that the editor offers."""

from datetime import timedelta

import pytest

from quiz.operations import authoring, banks, drafting
from tests.cast import NOW
from tests.pages.forms import controls, press

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])


def test_many_are_changed_after_a_look_and_taken_back(browser, cast, watch):
    watch.now = NOW + timedelta(hours=1)
    ada = browser("ada")
    ada.get("/banks/1?topic=sums/minus")
    ada.get("/banks/1/change?topic=sums/minus")
    assert "2 questions are selected." in ada.text
    ada.get("/banks/1/change?topic=sums/minus&look=1")
    assert "nothing is to be changed" in ada.text
    ada.get("/banks/1/change?topic=sums/minus&look=1&to_points=many")
    assert ada.page.find(id="to_points")["aria-invalid"] == "true"
    ada.get("/banks/1/change?topic=sums/minus&look=1&add_tags=less,%20minus&reason=Tidied")
    assert "less, minus" in ada.text
    sent = ada.post("/banks/1/change", controls(ada.page, action="/banks/1/change"))
    ada.get(sent.headers["Location"])
    assert "Changed: 2 questions." in ada.text
    assert banks.bank(cast.ada, 1, 1, NOW.date(), banks.Filter(tag="less")).questions.total == 2
    ada.get(ada.post("/banks/1/undo").headers["Location"])
    assert "Taken back: 2 questions." in ada.text


def test_questions_are_copied_to_another_bank_after_a_look(browser, cast, watch):
    other = authoring.add_bank(cast.ada, "other", "Another", "en", NOW)
    watch.now = NOW + timedelta(hours=1)
    ada = browser("ada")
    ada.get(f"/banks/1/transfer?question=one&question=two&target={other}&how=move&look=1")
    assert "A small quiz" in ada.text
    assert not ada.page.find("form", method="post", action="/banks/1/transfer")
    ada.get(f"/banks/1/transfer?question=one&question=two&target={other}&how=copy&look=1")
    sent = ada.post("/banks/1/transfer", controls(ada.page, action="/banks/1/transfer"))
    ada.get(sent.headers["Location"])
    assert "Copied: 2 questions." in ada.text
    assert "you copied 2 into this bank" in ada.text
    ada.get(ada.post(f"/banks/{other}/undo").headers["Location"])
    assert "Taken back: 2 questions." in ada.text


def test_what_was_typed_and_not_saved_is_offered_again(browser, cast):
    ada = browser("ada")
    ada.get("/questions/1/edit")
    press(ada, "preview", {"prompt": "How many are they?"}, attrs={"data-editor": True})
    ada.get("/questions/1/edit")
    assert "that you did not save" in ada.text
    assert "How many are they?" not in ada.page.find(id="prompt").text
    ada.get("/questions/1/edit?draft=1")
    assert "How many are they?" in ada.page.find(id="prompt").text
    press(ada, "save", {"reason": "Clearer"}, attrs={"data-editor": True})
    assert drafting.find(cast.ada, 1, 1, "single_choice") is None
    ada.get("/questions/1/edit")
    for prompt, kept in (("Once more?", True), ("How many are they?", False)):
        press(ada, "preview", {"prompt": prompt}, attrs={"data-editor": True})
        assert bool(drafting.find(cast.ada, 1, 1, "single_choice")) is kept
    ada.get("/questions/1/history")
    assert "Why: Clearer" in ada.text
