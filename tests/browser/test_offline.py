"""The whole paper in the browser: without a network a student answers, moves, flags and looks at the summary."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.school import current, demand_marks, ended, paper, stored
from tests.browser.steps import (
    answer,
    banner,
    cell,
    expect_question,
    expect_saved,
    expect_unsaved,
    heading,
    join,
    kept,
    look,
    part,
    press,
    shown,
    start,
    submit,
    to_summary,
)
from tests.browser.test_taking import OTHERS, Acknowledged
from tests.faults.counts import some

TEN = range(1, 11)


@pytest.fixture
def at_work(school, device):
    """Bo on a device, at the first question, with the whole paper fetched: (page, attempt, types by slot)."""

    def begin(width=DESK, **settings):
        page = device(width)
        join(page, school, "Bo")
        with page.expect_response(re.compile("/paper$")):
            attempt = start(page, school.add_quiz(**settings))
        return page, attempt, {number: slot.question.type for number, slot in paper(attempt).items()}

    return begin


def answer_the_rest(page, types):
    """Questions 2 to 10, moving by button and by number in turn. Returns what was given."""
    given = {}
    for number in range(2, 11):
        if number % 2:
            press(page, "Next")
        else:
            cell(page, number).click()
        expect_question(page, number)
        given[number] = answer(page, number, types[number])
        look(page, f"offline-{number}")
    return given


@pytest.mark.parametrize("width", some(PHONE, DESK))
def test_ten_questions_without_a_network(at_work, width):
    page, attempt, types = at_work(width, limit=15)
    acknowledged = Acknowledged(page)
    given = {1: answer(page, 1, types[1])}
    expect_saved(page)
    page.context.set_offline(True)

    given |= answer_the_rest(page, types)
    expect_unsaved(page)
    expect(banner(page, "You are offline.")).to_be_visible()
    part(page, 10).get_by_role("button", name="Flag").click()
    assert page.title() == "Question 10 of 10 · A test of ten – Quiz"
    assert page.url.endswith("/slots/10")
    page.go_back()
    expect_question(page, 9)
    assert page.evaluate("document.activeElement.tagName") == "H1"
    assert page.url.endswith("/slots/9")
    assert shown(page, 9, types[9]) == given[9]
    given[9] = answer(page, 9, types[9], OTHERS[types[9]])

    to_summary(page)
    expect(heading(page)).to_have_text("All questions are answered")
    expect(page.get_by_role("listitem").filter(has_text="Question 10")).to_contain_text("answered, flagged")
    look(page, "offline-summary")
    page.get_by_role("link", name="Question 4").click()
    expect_question(page, 4)
    expect(cell(page, 4)).to_have_attribute("aria-current", "step")
    assert shown(page, 4, types[4]) == given[4]
    page.go_back()
    expect(heading(page)).to_have_text("All questions are answered")
    assert set(stored(attempt)) == {(1, 1)}

    page.context.set_offline(False)
    expect(banner(page, "You are back online. All your answers are saved.")).to_be_visible()
    expect(heading(page)).to_have_text("All questions are answered")
    expect(page.locator("#main")).to_contain_text("Everything is saved.")
    expect_saved(page)
    assert kept(page) == "[]"
    assert {number: acknowledged.saves[number, 1] for number in TEN} == {**given, 9: acknowledged.saves[9, 1]}
    assert current(attempt) == given
    submit(page)
    assert ended(attempt)[0] == "student"
    demand_marks(attempt, given)


def test_submitting_waits_for_the_network(at_work):
    """And says so; the page may stay as it is until then."""
    page, attempt, types = at_work()
    page.context.set_offline(True)
    given = {1: answer(page, 1, types[1])} | answer_the_rest(page, types)
    to_summary(page)
    page.get_by_role("button", name="Submit").click()
    expect(banner(page, "Not submitted yet")).to_be_visible()
    look(page, "offline-submitting")
    assert ended(attempt)[0] is None
    page.context.set_offline(False)
    page.wait_for_url("**/review")
    assert current(attempt) == given
    demand_marks(attempt, given)


def test_all_on_one_page_without_a_network(at_work):
    page, attempt, types = at_work(layout="all")
    page.context.set_offline(True)
    given = {number: answer(page, number, types[number]) for number in (1, 3, 10)}
    press(page, "Summary")
    expect(heading(page)).to_have_text("3 of 10 questions are answered")
    page.get_by_role("link", name="Question 3").click()
    expect(part(page, 3).get_by_role("heading")).to_be_in_viewport()
    assert shown(page, 3, types[3]) == given[3]
    page.context.set_offline(False)
    expect_saved(page)
    assert current(attempt) == given


def test_a_reload_without_a_network_loses_nothing(at_work, network):
    """The page itself is gone then; what was answered comes back with it."""
    page, attempt, types = at_work()
    network.cut()
    given = {1: answer(page, 1, types[1])}
    press(page, "Next")
    expect_question(page, 2)
    given[2] = answer(page, 2, types[2])
    expect(banner(page, "You are offline.")).to_be_visible()
    later = page.context.new_page()
    page.close()
    network.restore()
    later.goto(f"/attempts/{attempt}/slots/2")
    expect(banner(later, "An answer that this browser had kept has been put back.")).to_be_visible()
    assert shown(later, 2, types[2]) == given[2]
    press(later, "Previous")
    expect_question(later, 1)
    assert shown(later, 1, types[1]) == given[1]
    expect_saved(later)
    assert current(attempt) == given
