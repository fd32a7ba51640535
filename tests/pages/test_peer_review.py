"""The pages of reviews: asking, sending back, being told, approving."""

import pytest

from quiz.operations import authoring, banks
from tests.cast import NOW

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])


def test_a_question_goes_to_a_colleague_and_comes_back(browser, cast):
    banks.share(cast.ada, 1, "di", "edit", NOW)
    fields = {**authoring.sheet(cast.ada, 1).fields, "status": "draft"}
    authoring.save_question(cast.ada, 1, 1, 1, fields, NOW)
    ada, di = browser("ada"), browser("di")
    ada.get("/questions/1")
    ada.get(ada.post("/questions/1/review", {"act": "ask", "reviewer": "di"}).headers["Location"])
    assert "Ada asked Di for a review" in ada.text
    di.get("/")
    assert "Ada asks for a review" in di.text
    di.get("/reviews")
    assert "How much is 1 + 1?" in di.text
    answer = di.post("/questions/1/review", {"act": "return", "number": "2"})
    di.get(answer.headers["Location"])
    assert "there is no comment" in di.text
    di.post("/questions/1/review", {"act": "return", "number": "2", "text": "Of what?"})
    ada.get("/")
    assert "Di sent a question back" in ada.text
    ada.get("/questions/1/edit")
    assert "Of what?" in ada.text
    ada.post("/questions/1/comments", {"text": "Of apples.", "thread": "1"})
    ada.post("/questions/1/review", {"act": "ask"})
    di.post("/comments/1/resolve", {"resolved": "1"})
    di.get(di.post("/questions/1/review", {"act": "approve", "number": "2"}).headers["Location"])
    assert "Approved: the question is ready." in di.text
    assert di.page.find(id="comment-1").find(class_="q-state").get_text(strip=True) == "Done"
