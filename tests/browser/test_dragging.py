"""Words and choices dragged to where they belong, by mouse and with a finger; the lists beside it do the same."""

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
from tests.browser.steps import come_back, expect_saved, look, start
from tests.faults.counts import some

BANK = """
format: quiz-bank/1
bank: drags
title: Words
questions:
  - {id: words, type: drag_words, prompt: Fill in., timeless: true, text: "Decided by [[1]] in [[2]].",
     choices: [consensus, majority, Tashkent], gaps: {"1": a, "2": c}}
  - {id: pairs, type: matching, prompt: Which capital?, timeless: true,
     pairs: [{stem: Kazakhstan, choice: Astana}, {stem: Tajikistan, choice: Dushanbe}]}
"""


@pytest.fixture
def quiz(school):
    importing.import_bank(school.teacher, BANK, "drags.yaml", clock.now())
    blueprint = {
        "format": "quiz-blueprint/1",
        "title": "Words",
        "sections": [{"bank": "drags", "count": 2}],
        "order": "as_listed",
        "settings": {"attempts": None},
    }
    quiz = quizzes.create(school.teacher, school.course, json.dumps(blueprint), clock.now())
    quizzes.publish(school.teacher, quiz, clock.now())
    return quiz


def begin(page, school, quiz, name):
    come_back(page, school.join("Bo"))
    attempt = start(page, quiz)
    slot = next(number for number, one in paper(attempt).items() if one.question.id == name)
    page.goto(f"/attempts/{attempt}/slots/{slot}")
    return attempt, slot


def drag(page, text, place):
    """Drags the word of this text onto the list at this place."""
    chip = page.locator("[data-value]", has_text=text)
    chip.scroll_into_view_if_needed()
    start, end = chip.bounding_box(), page.locator("[data-chips] select").nth(place).bounding_box()
    x, y = start["x"] + start["width"] / 2, start["y"] + start["height"] / 2
    to_x, to_y = end["x"] + end["width"] / 2, end["y"] + end["height"] / 2
    way = [(x + (to_x - x) * step / 8, y + (to_y - y) * step / 8) for step in range(9)]
    if page.viewport_size["width"] == PHONE:
        fingers = page.context.new_cdp_session(page)
        for kind, (left, top) in [("touchStart", way[0]), *(("touchMove", point) for point in way)]:
            fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": left, "y": top}]})
        fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        return
    page.mouse.move(*way[0])
    page.mouse.down()
    for point in way:
        page.mouse.move(*point)
    page.mouse.up()


def chosen(page):
    return page.locator("[data-chips] select").evaluate_all(
        "all => all.map(one => one.selectedOptions[0].text)"
    )


def stored(attempt, slot):
    with reading() as connection:
        fields = connection.execute(
            select(Answer.fields)
            .where(Answer.attempt_id == attempt, Answer.slot == slot)
            .order_by(Answer.seq.desc())
        ).scalar()
    one = paper(attempt)[slot]
    return one.question.parse(fields or {}, one.order).response


@pytest.mark.parametrize("width", some(PHONE, DESK))
def test_a_word_is_dragged_into_one_gap_at_a_time(device, school, quiz, width):
    page = device(width)
    attempt, slot = begin(page, school, quiz, "words")
    drag(page, "consensus", 1)
    assert chosen(page) == ["Choose", "consensus"]
    look(page, "drag-words")
    drag(page, "consensus", 0)
    assert chosen(page) == ["consensus", "Choose"], "it has left the other gap"
    drag(page, "Tashkent", 1)
    expect(page.locator("[data-used]")).to_have_count(2)
    expect_saved(page)
    assert stored(attempt, slot) == {"1": "a", "2": "c"}
    page.reload()
    assert chosen(page) == ["consensus", "Tashkent"]
    expect(page.locator("[data-used]")).to_have_count(2)


def test_the_lists_do_the_same_and_a_word_dropped_beside_them_changes_nothing(device, school, quiz):
    page = device(DESK)
    attempt, slot = begin(page, school, quiz, "words")
    page.locator("select").nth(0).select_option("majority")
    expect(page.locator("[data-used]")).to_have_text("majority")
    box = page.locator("[data-value]", has_text="Tashkent").bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 5, 5)
    page.mouse.up()
    expect_saved(page)
    assert stored(attempt, slot) == {"1": "b"}


def test_choices_of_matching_are_dragged_to_their_stems(device, school, quiz):
    page = device(DESK)
    attempt, slot = begin(page, school, quiz, "pairs")
    drag(page, "Astana", 0)
    drag(page, "Astana", 1)
    assert chosen(page) == ["Astana", "Astana"], "a choice may go with several"
    drag(page, "Dushanbe", 1)
    expect_saved(page)
    assert stored(attempt, slot) == {"1": "a", "2": "b"}
