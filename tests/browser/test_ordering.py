"""Putting things in order in the browser: by arrows, by dragging, by touch, by the keyboard; on a network that is gone."""

import json

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from quiz import clock
from quiz.db import reading
from quiz.models.attempt import Answer
from quiz.operations import importing, quizzes
from tests.browser.conftest import DESK, PHONE
from tests.browser.school import paper
from tests.browser.steps import cell, come_back, expect_saved, expect_unsaved, look, start, tab_to
from tests.faults.counts import some

BANK = """
format: quiz-bank/1
bank: orders
title: Orders
questions:
  - {id: one, type: ordering, prompt: Which order?, timeless: true,
     items: [Five states agree, The SCO is founded, The Charter is signed, Two states become members]}
  - {id: two, type: ordering, prompt: Which order?, timeless: true, items: [first, second]}
"""


@pytest.fixture
def quiz(school):
    importing.import_bank(school.teacher, BANK, "orders.yaml", clock.now())
    blueprint = {
        "format": "quiz-blueprint/1",
        "title": "Orders",
        "sections": [{"bank": "orders", "count": 2, "include": ["orders/one"]}],
        "order": "as_listed",
        "settings": {"attempts": None},
    }
    quiz = quizzes.create(school.teacher, school.course, json.dumps(blueprint), clock.now())
    quizzes.publish(school.teacher, quiz, clock.now())
    return quiz


def begin(page, school, quiz):
    """A student at the question of four items. Returns the attempt and the slot."""
    come_back(page, school.join("Bo"))
    attempt = start(page, quiz)
    slot = next(number for number, one in paper(attempt).items() if one.question.id == "one")
    page.goto(f"/attempts/{attempt}/slots/{slot}")
    return attempt, slot


def order(page):
    """The items as they stand on the page."""
    return page.locator("[data-order] label").all_inner_texts()


def answered(attempt, slot):
    """The order that the stored answer stands for, in words; None for no answer."""
    with reading() as connection:
        fields = connection.execute(
            select(Answer.fields)
            .where(Answer.attempt_id == attempt, Answer.slot == slot)
            .order_by(Answer.seq.desc())
        ).scalar()
    one = paper(attempt)[slot]
    response = one.question.parse(fields or {}, one.order).response
    return response and [one.question.content.text(name) for name in response]


def moved(items, start, to):
    items = [*items]
    items.insert(to, items.pop(start))
    return items


def drag(page, start, to):
    """Drags a row by its grip over the row at another place: by mouse, on a phone with a finger."""
    grip = page.locator("[data-order] .q-grip").nth(start).bounding_box()
    target = page.locator("[data-order] li").nth(to).bounding_box()
    x, top = grip["x"] + 5, grip["y"] + grip["height"] / 2
    bottom = target["y"] + target["height"] / 2 + (2 if to > start else -2)
    way = [(x, top + (bottom - top) * step / 10) for step in range(11)]
    if page.viewport_size["width"] == PHONE:
        drag_by_finger(page, way)
        return
    page.mouse.move(*way[0])
    page.mouse.down()
    for point in way:
        page.mouse.move(*point)
    page.mouse.up()


def drag_by_finger(page, way):
    fingers = page.context.new_cdp_session(page)
    for kind, (x, y) in [("touchStart", way[0]), *(("touchMove", point) for point in way)]:
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


@pytest.mark.parametrize("width", some(PHONE, DESK))
def test_arrows_and_dragging(device, school, quiz, width):
    page = device(width)
    attempt, slot = begin(page, school, quiz)
    shown = order(page)
    look(page, "ordering")
    assert not page.locator("[data-order] select:visible").count()
    row = page.locator("[data-order] li").nth(1)
    row.get_by_role("button", name=f"Move down: {shown[1]}").click()
    assert order(page) == moved(shown, 1, 2)
    expect(page.locator("[data-order-status]")).to_have_text(f"{shown[1]}: place 3 of 4")
    expect_saved(page)
    assert answered(attempt, slot) == moved(shown, 1, 2)
    drag(page, 3, 0)
    assert order(page) == moved(moved(shown, 1, 2), 3, 0)
    drag(page, 0, 3)
    assert order(page) == moved(shown, 1, 2)
    expect(page.locator("[data-save]")).to_have_attribute("data-state", "saved")
    page.reload()
    assert order(page) == moved(shown, 1, 2)


def test_the_keyboard_alone_does_it(device, school, quiz):
    page = device()
    attempt, slot = begin(page, school, quiz)
    shown = order(page)
    tab_to(page, page.get_by_role("button", name=f"Move down: {shown[0]}"))
    for place in (1, 2, 3):
        page.keyboard.press("Enter")
        assert order(page) == moved(shown, 0, place)
    expect(page.get_by_role("button", name=f"Move up: {shown[0]}")).to_be_focused()
    expect(page.get_by_role("button", name=f"Move down: {shown[0]}")).to_be_disabled()
    page.keyboard.press("Space")
    expect_saved(page)
    assert answered(attempt, slot) == moved(shown, 0, 2)


def test_what_is_not_moved_is_no_answer_until_it_is_said(device, school, quiz):
    page = device()
    attempt, slot = begin(page, school, quiz)
    shown = order(page)
    page.locator(f'.q-navpanel [data-cell="{3 - slot}"]').click()
    page.wait_for_url(f"**/slots/{3 - slot}")
    page.locator(f'.q-navpanel [data-cell="{slot}"]').click()
    page.wait_for_url(f"**/slots/{slot}")
    assert answered(attempt, slot) is None
    assert cell(page, slot).get_attribute("data-answered") is None
    page.get_by_role("button", name="This is my order").click()
    expect_saved(page)
    assert answered(attempt, slot) == shown
    expect(page.get_by_role("button", name="This is my order")).to_be_hidden()
    page.get_by_role("button", name="Clear my answer").click()
    expect(page.get_by_role("button", name="This is my order")).to_be_visible()
    expect(cell(page, slot)).not_to_have_attribute("data-answered", "")
    expect_saved(page)
    assert answered(attempt, slot) is None


def test_an_order_made_without_a_network_is_kept_and_sent(device, school, quiz):
    page = device()
    attempt, slot = begin(page, school, quiz)
    shown = order(page)
    page.context.set_offline(True)
    page.get_by_role("button", name=f"Move up: {shown[2]}").click()
    expect_unsaved(page)
    page.context.set_offline(False)
    expect_saved(page)
    assert answered(attempt, slot) == moved(shown, 2, 1)
