"""What differs between versions of a question, and where which of them is used."""

from datetime import timedelta

import pytest

from quiz.operations import attempts, authoring, banks, upkeep, using
from tests.cast import GRACE, NOW

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])


def edit(cast, number, **changes):
    fields = {**authoring.sheet(cast.ada, 1).fields, **changes}
    return authoring.save_question(cast.ada, 1, 1, number, fields, NOW)


def test_any_two_versions_are_compared(browser, cast):
    edit(cast, 1, prompt="What is 1 + 1?")
    edit(cast, 2, prompt="What is one plus one?", difficulty="hard")
    ada = browser("ada")
    ada.get("/questions/1/compare?old=1&new=3")
    cells = [cell.get_text(" ", strip=True) for cell in ada.page.find("tbody").find_all(["th", "td"])]
    assert cells == ["Question", "How much is 1 + 1?", "What is one plus one?", "Difficulty", "easy", "hard"]
    ada.get("/questions/1/compare?old=2&new=2")
    assert "Nothing differs" in ada.text
    assert ada.client.get("/questions/1/compare?old=9").status_code == 404
    ada.get("/questions/1/compare")
    assert ada.page.find(id="old").find("option", selected=True)["value"] == "2"


def test_a_question_says_where_it_is_used_and_how_it_did(browser, cast):
    attempt = cast.start()
    attempts.finish(cast.bo, attempt, NOW)
    edit(cast, 1, difficulty="hard")
    upkeep.run(NOW + timedelta(days=1), GRACE)
    (use,) = using.uses(cast.ada, 1)
    assert (use.version, use.quiz, use.course, use.n, use.facility) == (1, "A small quiz", "Arithmetic", 1, 0)
    banks.share(cast.ada, 1, "di", "read", NOW)
    assert [(use.quiz, use.n) for use in using.uses(cast.di, 1)] == [(None, 1)]
    ada = browser("ada")
    ada.get("/questions/1")
    assert "the newest is 2" in ada.text
