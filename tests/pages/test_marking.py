"""Marking by hand as a teacher's browser without JavaScript shows it, and what the student sees of it."""

import pytest

from quiz.operations import attempts, enrolling, importing, quizzes
from tests.cast import NOW
from tests.operations.test_marking import BANK, BLUEPRINT
from tests.pages.forms import controls
from tests.statements import statements


@pytest.fixture
def quiz(cast):
    importing.import_bank(cast.ada, BANK, "essays.yaml", NOW)
    made = quizzes.create(cast.ada, cast.course, BLUEPRINT, NOW)
    quizzes.publish(cast.ada, made, NOW)
    return made


@pytest.fixture
def write(browser, cast, quiz):
    """A student writes the essay and submits. Returns attempt and slot."""

    def written(name, text="It *was* <so>."):
        student = browser(name)
        attempt = student.start(quiz)
        views = attempts.page(getattr(cast, name), attempt, None, NOW).questions
        slot = next(view.slot for view in views if view.presented.type == "essay")
        assert student.save(attempt, slot, 1, text).status_code == 200
        assert student.post(f"/attempts/{attempt}/finish").status_code == 303
        return attempt, slot

    return written


def mark(who, quiz, place, path="", **changes):
    """Opens an answer, fills the form and sends it."""
    address = f"/quizzes/{quiz}/marking/{place[0]}/{place[1]}{path}"
    who.get(address)
    return send(who, **changes)


def send(who, **changes):
    found = {name: values[0] for name, values in controls(who.page, **{"data-marking": True}).items()}
    names = {name.replace("_", "-"): value for name, value in changes.items()}
    return who.post(who.page.find("form", **{"data-marking": True})["action"], found | names)


def test_a_student_reads_the_text_and_writes_beside_it(browser, cast, quiz):
    bo = browser("bo")
    attempt = bo.start(quiz)
    bo.get(f"/attempts/{attempt}/slots/1")
    assert bo.title == "Information, 1 of 3"
    assert "Read the charter first." in bo.text
    assert not bo.page.find("textarea")
    assert bo.page.find(class_="q-navpanel").h2.text == "0 of 2 answered"
    assert bo.page.find("a", {"data-cell": "1"})["aria-label"] == "Question 1, information"
    bo.get(f"/attempts/{attempt}/summary")
    assert "2 questions have no answer yet" in bo.text
    slot = next(
        v.slot for v in attempts.page(cast.bo, attempt, None, NOW).questions if v.presented.type == "essay"
    )
    bo.get(f"/attempts/{attempt}/slots/{slot}")
    field = bo.page.find("textarea", {"name": "answer"})
    assert "Markdown is understood" in bo.page.find(id=field["aria-describedby"]).text


def test_from_the_results_through_the_queue_to_the_grade(browser, quiz, write):
    place, other = write("bo"), write("cy", "Second.")
    ada = browser("ada")
    ada.get(f"/quizzes/{quiz}/results")
    assert ada.page.find("a", href=f"/quizzes/{quiz}/marking")
    ada.get(f"/quizzes/{quiz}/marking")
    assert ada.title == "2 answers wait for a mark"
    ada.get(ada.page.find("a", string="Why was it founded?")["href"])
    assert (ada.title, "Answer 1 of 2 · 2 wait for a mark" in ada.text) == ("Bo", True)
    assert ada.page.find(class_="q-essaytext").p.decode_contents() == "It <em>was</em> &lt;so&gt;."
    assert ada.page.find("a", rel="next")["href"].endswith(f"/{other[0]}/{other[1]}")
    saved = send(ada, rubric_0="1", rubric_1="1", comment="Good, *but* short.")
    assert saved.headers["Location"].endswith(f"/marking/{other[0]}/{other[1]}")
    assert mark(ada, quiz, other, points="50%").headers["Location"].endswith(f"/quizzes/{quiz}/marking")
    ada.get(f"/quizzes/{quiz}/marking")
    assert (ada.title, "All marked" in ada.text) == ("No answer waits for a mark", True)
    bo = browser("bo")
    bo.get(f"/attempts/{place[0]}/review")
    assert "2.4 of 4 marks" in bo.text
    judged = bo.page.find(class_="q-judged")
    assert [row.get_text(" ", strip=True) for row in judged.find_all("dd")] == [
        "a little 1 of 3 points",
        "clear 2 of 2 points",
    ]
    assert bo.page.find("em", string="but")
    assert "Mark by hand" not in bo.text


def test_names_are_hidden_where_the_teacher_wants_it(browser, quiz, write):
    place, other = write("bo"), write("cy")
    ada = browser("ada")
    ada.get(f"/quizzes/{quiz}/marking?anonymous=1")
    begin = ada.page.find("a", string="Why was it founded?")["href"]
    ada.get(begin)
    assert (ada.title, "Answer 1 of 2" in ada.text) == ("Name hidden", True)
    assert "Bo" not in ada.page.get_text(" ").split()
    assert ada.page.find("a", rel="next")["href"].endswith("anonymous=1")
    saved = send(ada, rubric_0="0", rubric_1="0")
    assert saved.headers["Location"].endswith(f"/{other[0]}/{other[1]}?anonymous=1")
    assert f"/attempts/{place[0]}/review" not in str(ada.page)


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(browser, quiz, write):
    ada = browser("ada")
    answer = mark(ada, quiz, write("bo"), rubric_0="1", points="9", comment="Kept.")
    assert answer.status_code == 422
    assert "too much" in ada.page.find(id="points-error").text
    field = ada.page.find(id="points")
    assert (field["value"], field["aria-invalid"]) == ("9", "true")
    assert set(field["aria-describedby"].split()) == {"points-help", "points-error"}
    assert ada.page.find("textarea", id="comment").text.strip() == "Kept."
    assert send(ada, points="", comment="Kept.").status_code == 422
    assert "no level is chosen" in ada.page.find(id="rubric-1-error").text
    assert ada.page.find("input", {"name": "rubric-0", "checked": True})["value"] == "1"


def test_the_second_is_told_who_gave_what_and_may_overwrite(browser, cast, quiz, write):
    place = write("bo")
    enrolling.enrol(cast.ada, cast.course, "di", "assistant", NOW)
    di = browser("di")
    di.get(f"/quizzes/{quiz}/marking/{place[0]}/{place[1]}")
    assert mark(browser("ada"), quiz, place, points="3", comment="Hers.").status_code == 303
    refused = send(di, rubric_0="0", rubric_1="0", comment="Mine.")
    assert refused.status_code == 409
    told = di.page.find(id="conflict").get_text(" ", strip=True)
    assert "Ada gave 3 of 4 marks" in told
    assert "Hers." in told
    assert di.page.find("textarea", id="comment").text.strip() == "Mine."
    assert send(di).status_code == 303
    di.get(f"/attempts/{place[0]}/review")
    assert "0 of 4 marks" in di.text
    di.get(di.page.find("a", href=f"/quizzes/{quiz}/marking/{place[0]}/{place[1]}")["href"])
    rounds = di.page.find("section", {"aria-labelledby": "h-history"}).find_all("li")
    assert [row.strong.text for row in rounds] == ["0 of 4 marks", "3 of 4 marks", "to be marked"]
    assert ["Di" in rounds[0].text, "Ada" in rounds[1].text, "the program" in rounds[2].text] == [True] * 3


def test_the_first_mark_is_hidden_from_the_second_marker(browser, cast, quiz, write):
    place = write("bo")
    enrolling.enrol(cast.ada, cast.course, "di", "assistant", NOW)
    assert mark(browser("ada"), quiz, place, rubric_0="2", rubric_1="1", comment="Hers.").status_code == 303
    di = browser("di")
    di.get(f"/quizzes/{quiz}/marking?second=1")
    di.get(di.page.find("a", string="Why was it founded?")["href"])
    assert "You mark what somebody else has marked." in di.text
    assert "Hers." not in str(di.page)
    assert not di.page.find("input", checked=True, type="radio")
    assert not di.page.find(id="h-history")
    assert (
        send(di, rubric_0="1", rubric_1="1").headers["Location"].endswith(f"/quizzes/{quiz}/marking?second=1")
    )
    di.get(f"/quizzes/{quiz}/marking?second=1")
    assert "one answer, 1.6 marks apart on average" in di.text


def test_the_pages_ask_as_many_statements_for_many_answers(browser, cast, quiz, write):
    ada = browser("ada")
    place = write("bo")
    pages = (f"/quizzes/{quiz}/marking", f"/quizzes/{quiz}/marking/{place[0]}/{place[1]}")
    for path in pages:
        ada.get(path)  # what is loaded once
    counts = []
    for _ in range(2):
        with statements() as few:
            for path in pages:
                ada.get(path)
        counts.append(len(few))
        for _ in range(5):
            write("cy")
    assert counts[0] == counts[1]
