"""A student takes a test, with a bad network, on a phone, without a script, on one page."""

import re
from collections import Counter
from datetime import time
from html import unescape
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from quiz import clock
from quiz.files.richtext import to_text
from tests.browser.conftest import DESK, PHONE
from tests.browser.school import current, demand_marks, ended, paper, stored
from tests.browser.steps import (
    answer,
    banner,
    cell,
    come_back,
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
from tests.faults.counts import some
from tests.faults.proxy import every_second_reply_lost

TEN = range(1, 11)


class Acknowledged:
    """The saves whose acknowledgement reached the page: (slot, seq) → posted values."""

    def __init__(self, page):
        self.saves = {}
        page.on("response", self.on_response)

    def on_response(self, response):
        found = re.search(r"/slots/(\d+)$", response.url)
        if found and response.request.method == "POST" and response.status == 200:
            fields = parse_qs(response.request.post_data, keep_blank_values=True)
            self.saves[int(found[1]), int(fields["seq"][0])] = fields.get("answer", [])


def demand_no_keys(page, attempt):
    """No page of a question holds what would give its answer away."""
    for number, slot in paper(attempt).items():
        source = unescape(page.context.request.get(f"/attempts/{attempt}/slots/{number}").text())
        texts = [slot.question.explanation]
        texts += [option.feedback for option in getattr(slot.question.content, "options", ())]
        ids = [slot.question.qualified, f'"{slot.question.id}"']  # an id may be a word of the prompt
        secrets = [*ids, *(to_text(text) for text in texts if text)]
        assert not [secret for secret in secrets if secret in source]


def review_all(page, attempt, points):
    """The review says what was earned, and why."""
    expect(page.locator(".q-score")).to_contain_text(f"{round(points, 2):g} of 10 marks")
    reviewed = page.locator(".q-reviewed")
    expect(reviewed).to_have_count(10)
    for number in TEN:
        expect(reviewed.nth(number - 1).locator(".q-explain")).not_to_be_empty()
        expect(reviewed.nth(number - 1).locator(".q-source").first).to_be_visible()
    look(page, "review")


#: Other answers than those in ``steps.ANSWERS``.
OTHERS = {
    "single_choice": ["0"],
    "multiple_response": ["1", "2"],
    "true_false": ["0"],
    "short_text": ["Qingdao"],
    "numerical": ["6.5"],
}


def lose_the_network_while_answering(page, network, number, type_, *, keyboard):
    network.cut()
    values = answer(page, number, type_, keyboard=keyboard)
    expect(banner(page, "You are offline.")).to_be_visible()
    expect_unsaved(page)
    assert values[0] in kept(page)
    look(page, "offline")
    network.is_cut = False
    expect(banner(page, "You are back online. All your answers are saved.")).to_be_visible()
    expect_saved(page)
    assert kept(page) == "[]"
    look(page, "online")
    return values


def lose_the_network_while_going_on(page, network, number):
    """The next question comes all the same: the whole paper is in the browser."""
    network.cut()
    press(page, "Next")
    expect_question(page, number + 1)
    network.is_cut = False


def test_a_save_is_told_in_the_time_zone_of_the_course(school, device):
    page = device(DESK)
    join(page, school, "Bo")
    attempt = start(page, school.add_quiz(limit=15))
    answer(page, 1, paper(attempt)[1].question.type)
    expect_saved(page)
    said = time.fromisoformat(re.search(r"[\d:]{8}", page.locator("[data-save]").inner_text())[0])
    there = clock.now().astimezone(ZoneInfo("Asia/Shanghai"))
    assert (there - there.replace(hour=said.hour, minute=said.minute, second=said.second)).seconds < 60


@pytest.mark.parametrize(
    "engine, width",
    some(("sqlite", PHONE), ("postgresql", DESK)),
    indirect=["engine"],
)
def test_ten_questions_over_a_bad_network(school, network, device, width):
    """The first question of each type by mouse or finger, the second by keyboard alone."""
    quiz = school.add_quiz(limit=15)
    page = device(width)
    join(page, school, "Bo")
    attempt = start(page, quiz)
    demand_no_keys(page, attempt)
    acknowledged = Acknowledged(page)
    types = {number: slot.question.type for number, slot in paper(attempt).items()}
    seen, given = Counter(), {}
    network.rule = every_second_reply_lost()
    for number in TEN:
        type_ = types[number]
        keyboard = bool(seen[type_])
        expect_question(page, number)
        if number == 5:
            given[5] = lose_the_network_while_answering(page, network, 5, type_, keyboard=keyboard)
        else:
            given[number] = answer(page, number, type_, keyboard=keyboard)
        look(page, f"question-{number}")
        if number == 7:
            lose_the_network_while_going_on(page, network, 7)
        else:
            press(page, "Summary" if number == 10 else "Next", keyboard=keyboard)
        seen[type_] += 1
    expect(heading(page)).to_have_text("All questions are answered")
    look(page, "summary")

    page.get_by_role("link", name="Question 3").click()
    expect_question(page, 3)
    assert shown(page, 3, types[3]) == given[3]
    part(page, 3).get_by_role("button", name="Flag").click()
    expect(part(page, 3).get_by_role("button", name="Flagged")).to_have_attribute("aria-pressed", "true")
    given[3] = answer(page, 3, types[3], OTHERS[types[3]])
    expect(cell(page, 3)).to_have_attribute("aria-label", "Question 3, answered, flagged")
    look(page, "flagged")
    cell(page, 7).click()
    expect_question(page, 7)
    assert shown(page, 7, types[7]) == given[7]
    to_summary(page)
    expect(page.get_by_role("heading", name="Flagged by you")).to_be_visible()
    look(page, "summary-flagged")

    submit(page, clicks=2)
    assert current(attempt) == given
    review_all(page, attempt, demand_marks(attempt, given))
    rows = stored(attempt)
    assert len(acknowledged.saves) >= 11
    assert {key: rows.get(key) for key in acknowledged.saves} == acknowledged.saves
    assert ended(attempt)[0] == "student"
    page.goto(f"/attempts/{attempt}")
    expect(page).to_have_url(re.compile("/review$"))


@pytest.mark.parametrize("width", some(PHONE, DESK))
def test_without_a_script(school, device, width):
    """The same test with JavaScript off: buttons save."""
    quiz = school.add_quiz(limit=15)
    page = device(width, script=False)
    join(page, school, "Bo")
    attempt = start(page, quiz)
    types = {number: slot.question.type for number, slot in paper(attempt).items()}
    given = {}
    for number in TEN:
        expect_question(page, number)
        given[number] = answer(page, number, types[number])
        press(page, "Summary" if number == 10 else "Next")
    expect(heading(page)).to_have_text("All questions are answered")
    look(page, "plain-summary")
    page.get_by_role("link", name="Question 3").click()
    expect_saved(page)
    given[3] = answer(page, 3, types[3], OTHERS[types[3]])
    part(page, 3).get_by_role("button", name="Flag").click()
    expect(part(page, 3).get_by_role("button", name="Flagged")).to_be_visible()
    assert shown(page, 3, types[3]) == given[3]
    look(page, "plain-flagged")
    to_summary(page)
    expect(page.get_by_role("heading", name="Flagged by you")).to_be_visible()
    submit(page, clicks=2)
    assert current(attempt) == given
    review_all(page, attempt, demand_marks(attempt, given))
    assert ended(attempt)[0] == "student"


@pytest.mark.parametrize("width, script", [(PHONE, True), (DESK, True), (DESK, False)])
def test_all_on_one_page(school, device, width, script):
    quiz = school.add_quiz(layout="all")
    page = device(width, script=script)
    join(page, school, "Bo")
    attempt = start(page, quiz)
    expect(heading(page)).to_have_text("A test of ten")
    expect(page.locator("[data-slot]")).to_have_count(10)
    types = {number: slot.question.type for number, slot in paper(attempt).items()}
    given = {number: answer(page, number, types[number]) for number in TEN}
    part(page, 2).get_by_role("button", name="Flag").click()
    expect(part(page, 2).get_by_role("button", name="Flagged")).to_be_visible()
    if script:
        expect(cell(page, 10)).to_have_attribute("aria-label", "Question 10, answered")
    look(page, f"all-{'script' if script else 'plain'}")
    press(page, "Summary")
    expect(heading(page)).to_have_text("All questions are answered")
    page.get_by_role("link", name="Question 2", exact=True).click()
    expect(page).to_have_url(re.compile("/slots#q2$"))
    expect(part(page, 2).get_by_role("heading")).to_be_in_viewport()
    page.go_back()
    expect(heading(page)).to_have_text("All questions are answered")
    page.go_forward()
    expect(heading(page)).to_have_text("A test of ten")
    assert {number: shown(page, number, types[number]) for number in TEN} == given
    given[2] = answer(page, 2, types[2], OTHERS[types[2]])
    press(page, "Summary")
    submit(page)
    assert current(attempt) == given
    review_all(page, attempt, demand_marks(attempt, given))


def test_going_on_elsewhere(school, device):
    """Half on a phone, the other half at a desk, by the return code; the phone is told what it does not know."""
    quiz = school.add_quiz()
    phone = device(PHONE, may={409})
    code = join(phone, school, "Bo")
    attempt = start(phone, quiz)
    types = {number: slot.question.type for number, slot in paper(attempt).items()}
    given = {}
    for number in range(1, 6):
        expect_question(phone, number)
        given[number] = answer(phone, number, types[number])
        press(phone, "Next")
    expect_question(phone, 6)
    desk = device(DESK)
    come_back(desk, code.lower().replace("-", " "))
    desk.get_by_role("link", name="SCO studies").click()
    expect(heading(desk)).to_have_text("SCO studies")
    look(desk, "running-now")
    desk.get_by_role("link", name="Continue").click()
    for number in range(5, 0, -1):
        expect_question(desk, number)
        assert shown(desk, number, types[number]) == given[number]
        if number > 1:
            press(desk, "Previous")
    for number in range(6, 11):
        desk.goto(f"/attempts/{attempt}/slots/{number}")
        given[number] = answer(desk, number, types[number])
        press(desk, "Summary" if number == 10 else "Next")
    expect(heading(desk)).to_have_text("All questions are answered")
    submit(desk)
    answer(phone, 6, types[6], OTHERS[types[6]])
    expect(banner(phone, "This attempt has been submitted. Later changes are not saved.")).to_be_visible()
    look(phone, "submitted-elsewhere")
    assert current(attempt) == given
    demand_marks(attempt, given)
    phone.get_by_role("link", name="Go on").click()
    expect(phone).to_have_url(re.compile("/review$"))
