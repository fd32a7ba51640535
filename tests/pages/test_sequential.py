"""No way back, by form and by JSON: the question that is left is asked about first, and shut by the server."""

import pytest

from quiz.operations import attempts, quizzes
from tests.cast import BLUEPRINT, NOW
from tests.pages.test_quizzes import form_of

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def bo(browser):
    return browser("bo")


@pytest.fixture
def attempt(bo, cast):
    """Bo's, at question 1 of 5."""
    cast.quiz = quizzes.create(cast.ada, cast.course, BLUEPRINT + "  navigation: sequential\n", NOW)
    quizzes.publish(cast.ada, cast.quiz, NOW)
    return bo.start()


def form(browser, **more):
    """What the form of the page would send, and what a button adds."""
    found = browser.page.find(id="answer").find_all("input", {"type": "hidden"})
    return {field["name"]: field.get("value", "") for field in found} | more


def slots(attempt, slot):
    return f"/attempts/{attempt}/slots/{slot}"


def go_on(browser, attempt, slot, **answer):
    """Presses Next on the page of a question. Shows what is asked before it is left."""
    browser.get(slots(attempt, slot))
    answer = browser.post(slots(attempt, slot), form(browser, go="leave", **answer))
    assert answer.headers["Location"] == f"{slots(attempt, slot)}/leave"
    browser.get(answer.headers["Location"])


def test_next_saves_asks_and_goes_on_for_good(bo, cast, attempt):
    bo.get(f"/quizzes/{cast.quiz}")
    assert "there is no way back to a question that you have left" in bo.text
    go_on(bo, attempt, 1, answer="0")
    assert bo.title == "Leave question 1 for good?"
    assert "Your answer is saved." in bo.text
    assert bo.page.find("a", href=slots(attempt, 1)).get_text() == "Back to question 1"
    assert attempts.entry(cast.bo, attempt, NOW).slot == 1  # asking is not leaving
    action = bo.page.find("button", string="Go on to question 2").parent["action"]
    for _press in range(2):  # a button pressed twice
        assert bo.post(action).headers["Location"] == f"/attempts/{attempt}"
    bo.get(f"/attempts/{attempt}")
    assert bo.title == "Question 2 of 5"


def test_what_is_missing_or_cannot_be_read_is_told_before(bo, cast, attempt):
    places = {}
    for slot in range(1, 5):
        view = attempts.page(cast.bo, attempt, slot, NOW).questions[0]
        places[view.presented.type] = slot
        go_on(
            bo, attempt, slot, **({"answer": "a dozen dozens"} if view.presented.type == "numerical" else {})
        )
        if view.presented.type == "numerical":
            assert bo.page.find(class_="q-complaint")
        else:
            assert "You have not answered this question." in bo.text
        bo.post(f"{slots(attempt, slot)}/leave")
    assert len(places) == 4
    bo.get(slots(attempt, 5))
    assert bo.page.find("button", value="leave") is None
    assert bo.page.find("button", value="summary")
    assert bo.get(f"{slots(attempt, 5)}/leave").request.path == f"/attempts/{attempt}/summary"


def test_the_page_has_numbers_without_links_and_no_way_back(bo, attempt):
    bo.post(f"{slots(attempt, 1)}/leave")
    bo.get(slots(attempt, 2))
    cells = bo.page.find(class_="q-navpanel").find_all(attrs={"data-cell": True})
    assert [(cell.name, cell["aria-label"]) for cell in cells][:2] == [
        ("span", "Question 1, not answered"),
        ("span", "Question 2, not answered"),
    ]
    assert bo.page.find_all("button", value="previous", disabled=False) == []
    assert bo.page.find(class_="q-flag") is None
    bo.get(f"/attempts/{attempt}/summary")
    linked = {link["href"] for link in bo.page.find("main").find_all("a")}
    assert linked == {slots(attempt, 2)}


@pytest.mark.parametrize("slot", [1, 3])
def test_another_question_is_not_opened_by_its_address(bo, attempt, slot):
    bo.post(f"{slots(attempt, 1)}/leave")
    for path in (slots(attempt, slot), f"{slots(attempt, slot)}/leave", f"/attempts/{attempt}/slots"):
        assert bo.get(path).request.path == slots(attempt, 2)
        assert "You are at question 2" in bo.text
        answer = bo.client.get(path, headers={"Accept": "application/json"})
        assert (answer.status_code, answer.json["code"], answer.json["at"]) == (409, "out-of-sequence", 2)
    assert bo.client.get(f"/attempts/{attempt}/paper").status_code == 409


@pytest.mark.parametrize("slot", [1, 3])
def test_another_question_is_not_saved_either(bo, attempt, slot):
    bo.post(f"{slots(attempt, 1)}/leave")
    answer = bo.save(attempt, slot, 1, "0")
    assert (answer.status_code, answer.json["code"], answer.json["at"]) == (409, "out-of-sequence", 2)
    body = {"writer": "w", "slots": [{"slot": slot, "seq": 1, "fields": {"answer": ["0"]}}]}
    (result,) = bo.json(f"/attempts/{attempt}/slots", body).json["results"]
    assert (result["status"], result["code"], result["at"]) == (409, "out-of-sequence", 2)
    page = bo.post(slots(attempt, slot), {"seq": "1", "writer": "w", "answer": "0", "go": "next"})
    assert page.status_code == 409
    assert bo.title == "This is not the question that you are at"
    assert bo.page.find("a", string="Go on")["href"] == f"/attempts/{attempt}"


def test_a_program_leaves_too(bo, attempt):
    headers = {"Accept": "application/json", "X-CSRFToken": bo.token}
    assert bo.client.post(f"{slots(attempt, 1)}/leave", headers=headers).status_code == 204
    answer = bo.client.post(f"{slots(attempt, 5)}/leave", headers=headers)
    assert (answer.status_code, answer.json["code"]) == (409, "out-of-sequence")


@pytest.mark.parametrize("name", ["cy", "di", "ada", "eve"])
def test_nobody_else_leaves_a_question(browser, cast, attempt, name):
    other = browser(name)
    assert other.get(f"{slots(attempt, 1)}/leave").status_code == 404
    assert other.post(f"{slots(attempt, 1)}/leave").status_code == 404
    assert attempts.entry(cast.bo, attempt, NOW).slot == 1


def test_where_there_is_a_way_back_nothing_is_left_for_good(bo, cast):
    attempt = bo.start(cast.quiz)
    assert bo.get(f"{slots(attempt, 1)}/leave").status_code == 404
    assert bo.post(f"{slots(attempt, 1)}/leave").status_code == 404


def test_a_teacher_ticks_it_in_the_form_of_the_quiz(browser, cast):
    ada = browser("ada")
    path = f"/quizzes/{cast.quiz}/edit"
    values = form_of(ada, path)
    box = ada.page.find("input", {"name": "sequential"})
    assert not box.has_attr("checked")
    assert "Students only go forward" in ada.page.find(id=box["aria-describedby"]).get_text()
    assert ada.post(path, values | {"sequential": "y"}).status_code == 303
    assert quizzes.manage(cast.ada, cast.quiz).sheet.sequential
    ada.get(f"/quizzes/{cast.quiz}/publish")
    assert "there is no way back" in ada.text
    ada.get(path)
    assert ada.page.find("input", {"name": "sequential"}).has_attr("checked")
