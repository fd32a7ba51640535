"""A student practises: checks, learns, tries again, takes hints; on a phone and at a desk, with a bad network and without a script."""

import json
import re

import pytest
from playwright.sync_api import expect

from quiz import clock
from quiz.operations import importing, quizzes
from tests.browser.conftest import DESK, PHONE
from tests.browser.school import stored
from tests.browser.steps import (
    answer,
    banner,
    cell,
    expect_question,
    expect_saved,
    expect_unsaved,
    heading,
    join,
    look,
    part,
    press,
    start,
)
from tests.faults.counts import some

SOURCE = {"source": {"title": "Charter of the SCO", "publisher": "SCO"}, "supports": "the year"}
BANK = {
    "format": "quiz-bank/1",
    "bank": "drill",
    "title": "A drill",
    "language": "en",
    "licence": "CC-BY-4.0",
    "perspective": "Rests on the charter.",
    "questions": [
        {
            "id": "a-year", "type": "numerical", "topic": "drill/a", "difficulty": "easy", "timeless": True,
            "prompt": "In which year was the SCO founded?", "hints": ["It was in summer.", "The century was new."],
            "answers": [{"value": 2001}, {"value": 1996, "credit": 0, "feedback": "That was the Shanghai Five."}],
            "explanation": "The declaration was signed on 15 June 2001.", "evidence": [SOURCE],
        },
        {
            "id": "b-city", "type": "single_choice", "topic": "drill/a", "difficulty": "easy", "timeless": True,
            "prompt": "Where was it founded?", "shuffle": False,
            "options": [
                {"text": "In Shanghai", "correct": True, "feedback": "Hence the Shanghai Spirit."},
                {"text": "In Astana", "feedback": "There the Council met in 2017."},
                {"text": "In Moscow", "feedback": "There it met in 2003."},
            ],
            "explanation": "The six heads of state met in Shanghai.", "evidence": [SOURCE],
        },
        {
            "id": "c-pairs", "type": "matching", "topic": "drill/a", "difficulty": "easy", "timeless": True,
            "prompt": "Which capital belongs to which state?",
            "pairs": [{"stem": "Kazakhstan", "choice": "Astana"}, {"stem": "Tajikistan", "choice": "Dushanbe"}],
            "explanation": "Both were founding members.", "evidence": [SOURCE],
        },
    ],
}  # fmt: skip


@pytest.fixture
def practise(school, device):
    """Bo on a device, in a practice of three questions with these settings: (page, attempt)."""
    importing.import_bank(school.teacher, json.dumps(BANK), "drill.yaml", clock.now())

    def begin(width=DESK, *, script=True, may=(), **settings):
        blueprint = {
            "format": "quiz-blueprint/1", "title": "A drill", "order": "as_listed",
            "sections": [{"title": "All", "bank": "drill", "count": 3}],
            "settings": {"mode": "practice", "tries": "interactive", **settings},
        }  # fmt: skip
        quiz = quizzes.create(school.teacher, school.course, json.dumps(blueprint), clock.now())
        quizzes.publish(school.teacher, quiz, clock.now())
        page = device(width, script=script, may=may)
        join(page, school, "Bo")
        attempt = start(page, quiz)
        return page, attempt

    return begin


def slots(page, attempt):
    """The slots by a word of their prompts: the paper's order is drawn."""
    found = {}
    for number in (1, 2, 3):
        text = page.context.request.get(f"/attempts/{attempt}/slots/{number}").text()
        found[next(word for word in ("year", "Where", "capital") if word in text)] = number
    return found


def verdict(page, number):
    return part(page, number).locator(f"#q{number}-check")


def focused(page):
    return page.evaluate("document.activeElement.id || document.activeElement.className")


def go_to(page, number):
    if heading(page).inner_text() != f"Question {number} of 3":
        cell(page, number).click()
    expect_question(page, number, of=3)


@pytest.mark.parametrize("width", some(PHONE, DESK))
def test_a_practice(practise, width):
    page, attempt = practise(width, certainty=True)
    number = slots(page, attempt)
    go_to(page, number["year"])
    question = part(page, number["year"])
    look(page, "practice-open")
    expect(question).to_contain_text("3 tries left. Each but the first costs 0.33 marks.")

    question.get_by_role("button", name="Check").click()
    expect(question.locator("[data-notes]")).to_contain_text("Give an answer first, then check it.")
    answer(page, number["year"], "numerical", ["1996"])
    question.get_by_text("3 very").click()
    question.get_by_role("button", name="Check").click()
    expect(verdict(page, number["year"])).to_contain_text("Wrong")
    assert focused(page) == f"q{number['year']}-check"
    expect(question).to_contain_text("That was the Shanghai Five.")
    expect(question).to_contain_text("2 tries left.")
    expect(question).not_to_contain_text("2001")
    expect(question.get_by_label("3 very")).to_be_checked()
    look(page, "practice-wrong")

    question.get_by_role("button", name="Show a hint (costs one try)").click()
    expect(question).to_contain_text("It was in summer.")
    assert focused(page) == "q-finding"
    expect(question).to_contain_text("One try left: then you see the answer.")
    expect(question.get_by_role("button", name="Show a hint")).to_have_count(0)
    look(page, "practice-hint")
    answer(page, number["year"], "numerical", ["2001"])
    question.get_by_role("button", name="Check again").click()
    expect(verdict(page, number["year"])).to_contain_text("Right")
    for words in ("The declaration was signed", "Charter of the SCO", "0.33 of 1 mark", "Your answer, right"):
        expect(question).to_contain_text(words)
    expect(question.get_by_role("textbox")).to_have_count(0)
    expect(question.get_by_role("button", name="Check")).to_have_count(0)
    expect(page.locator("[data-next]:visible")).to_have_class(re.compile("btn-primary"))
    expect(cell(page, number["year"])).to_have_attribute("aria-label", f"Question {number['year']}, checked")
    look(page, "practice-right")
    page.reload()
    expect(verdict(page, number["year"])).to_contain_text("Right")
    expect(part(page, number["year"]).get_by_role("textbox")).to_have_count(0)

    go_to(page, number["Where"])
    answer(page, number["Where"], "single_choice", ["1"])
    expect_saved(page)
    go_to(page, number["capital"])
    page.get_by_label("Kazakhstan").select_option(label="Astana")
    part(page, number["capital"]).get_by_role("button", name="Check").click()
    expect(verdict(page, number["capital"])).to_contain_text("Partly right")
    look(page, "practice-partly")
    go_to(page, 3)
    press(page, "Finish")
    expect(heading(page)).to_have_text("All questions are answered")
    expect(page.locator("#main")).to_contain_text("One answer has not been checked yet.")
    expect(page.get_by_role("heading", name="Answered, not checked")).to_be_visible()
    look(page, "practice-summary")
    page.get_by_role("button", name=re.compile("^Submit")).click()
    page.wait_for_url("**/review")
    expect(page.locator("#main")).to_contain_text("Certainty: ")
    look(page, "practice-review")


def test_a_check_waits_for_the_network(practise):
    """In its place behind the saves; what it brings is there when its question is shown again."""
    page, attempt = practise(tries="one")
    number = slots(page, attempt)["Where"]
    go_to(page, number)
    page.context.set_offline(True)
    answer(page, number, "single_choice", ["2"])
    expect_unsaved(page)
    expect(banner(page, "You are offline.")).to_be_visible()
    part(page, number).get_by_role("button", name="Check").click()
    other = number % 3 + 1
    go_to(page, other)
    page.context.set_offline(False)
    expect_saved(page)
    expect(cell(page, number)).to_have_attribute("aria-label", f"Question {number}, checked")
    expect_question(page, other, of=3)
    cell(page, number).click()
    expect(verdict(page, number)).to_contain_text("Wrong")
    expect(part(page, number)).to_contain_text("Hence the Shanghai Spirit.")
    assert sorted(stored(attempt)) == [(number, 1), (number, 2)]


def test_a_question_closed_in_another_tab(practise):
    page, attempt = practise(tries="one", may={409})
    number = slots(page, attempt)["Where"]
    go_to(page, number)
    other = page.context.new_page()
    other.goto(page.url)
    for tab, option in ((other, "0"), (page, "1")):
        answer(tab, number, "single_choice", [option])
        part(tab, number).get_by_role("button", name="Check").click()
        expect(verdict(tab, number)).to_contain_text("Right")
    expect(banner(page, "This question is closed. Later changes are not saved.")).to_be_visible()
    assert list(stored(attempt).values()).count(["1"]) == 0


@pytest.mark.parametrize("layout", ["one", "all"])
def test_without_a_script(practise, layout):
    page, attempt = practise(script=False, layout=layout)
    number = slots(page, attempt)["year"] if layout == "one" else None
    if layout == "one":
        page.goto(f"/attempts/{attempt}/slots/{number}")
    question = page.locator("[data-slot]").filter(has_text="year")
    number = int(question.get_attribute("data-slot"))
    question.get_by_role("button", name="Check").click()
    expect(page.locator("#main")).to_contain_text("Give an answer first, then check it.")
    question.get_by_role("textbox").fill("1996")
    question.get_by_role("button", name="Show a hint").click()
    expect(question).to_contain_text("It was in summer.")
    expect(question.get_by_role("textbox")).to_have_value("1996")
    question.get_by_role("textbox").fill("2001")
    question.get_by_role("button", name="Check").click()
    expect(verdict(page, number)).to_contain_text("Right")
    assert page.url.endswith(f"#q{number}-check")
    look(page, f"practice-plain-{layout}")
    question.get_by_role("button", name="Flag").click()
    expect(question.get_by_role("button", name="Flagged")).to_be_visible()
    if layout == "one":
        press(page, "Next" if number < 3 else "Finish")
        expect(heading(page)).to_have_text(
            f"Question {number + 1} of 3" if number < 3 else re.compile("no answer yet")
        )


def test_all_on_one_page(practise):
    page, _attempt = practise(PHONE, layout="all", tries="adaptive")
    question = page.locator("[data-slot]").filter(has_text="Where was it")
    number = int(question.get_attribute("data-slot"))
    for option, words in (("1", "Wrong"), ("0", "Right")):
        answer(page, number, "single_choice", [option])
        question.get_by_role("button", name="Check").click()
        expect(verdict(page, number)).to_contain_text(words)
        assert focused(page) == f"q{number}-check"
    expect(question).to_contain_text("0.67 of 1 mark")
    expect(page.locator("[data-slot]").get_by_role("button", name="Check")).to_have_count(2)
    look(page, "practice-all")
