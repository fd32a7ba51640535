"""Places on a picture: by mouse, finger and keyboard, from the list, and typed where there is no script."""

import json

import pytest
from playwright.sync_api import expect

from quiz import clock
from quiz.banks.images import Pictures
from quiz.operations import importing, quizzes
from tests.browser.conftest import DESK, PHONE
from tests.browser.school import PASSWORD, TEACHER, stored
from tests.browser.steps import come_back, expect_saved, look, sign_in, start
from tests.faults.counts import some
from tests.pictures import SHAPES

BANK = """
format: quiz-bank/1
bank: spots
title: Shapes
questions:
  - id: shapes
    type: hotspot
    timeless: true
    prompt: Mark what is no triangle.
    image: {file: images/shapes.svg, alt: "A square, two triangles and a disc"}
    regions:
      - {id: square, label: the square, shape: rect, coords: "20, 40, 120, 140", correct: true}
      - {id: tall, label: the tall triangle, shape: poly, coords: "150, 140, 200, 20, 250, 140", feedback: It has three corners.}
      - {id: flat, label: the flat triangle, shape: poly, coords: "270, 140, 380, 100, 420, 140"}
      - {id: disc, label: the disc, shape: circle, coords: "500, 90, 50", correct: true}
"""


@pytest.fixture
def quiz(school):
    importing.import_bank(
        school.teacher, BANK, "spots.yaml", clock.now(), pictures=Pictures(lambda _: SHAPES)
    )
    blueprint = {
        "format": "quiz-blueprint/1",
        "title": "Shapes",
        "sections": [{"bank": "spots", "count": 1}],
        "settings": {"attempts": None, "review": {"after": ["attempt", "right_wrong", "answer", "feedback"]}},
    }
    quiz = quizzes.create(school.teacher, school.course, json.dumps(blueprint), clock.now())
    quizzes.publish(school.teacher, quiz, clock.now())
    return quiz


def point(page, x, y):
    """Where a place of the picture (600 × 180) is on the screen."""
    box = page.locator("[data-spot]").bounding_box()
    return box["x"] + box["width"] * x / 600, box["y"] + box["height"] * y / 180


def marker(page, number):
    return page.get_by_role("button", name=f"Marker {number}:")


def answer(attempt):
    """What is saved now, without blanks."""
    answers = stored(attempt)
    return [value for value in answers[max(answers)] if value]


@pytest.mark.parametrize("width", some(PHONE, DESK))
def test_markers_are_put_moved_and_taken_away(device, school, quiz, width):
    page = device(width)
    come_back(page, school.join("Bo"))
    attempt = start(page, quiz)
    page.locator("[data-spot]").scroll_into_view_if_needed()
    press = page.touchscreen.tap if width == PHONE else page.mouse.click
    press(*point(page, 500, 90))
    expect(marker(page, 1)).to_be_focused()
    press(*point(page, 200, 100))
    expect(marker(page, 2)).to_be_focused()
    press(*point(page, 400, 20))
    expect(page.get_by_role("status").filter(has_text="All markers are on the picture")).to_have_count(1)
    look(page, "hotspot")
    marker(page, 2).focus()
    for _ in range(20):
        page.keyboard.press("ArrowLeft")
    expect_saved(page)
    first, second = answer(attempt)
    assert abs(float(first.split(",")[0]) - 500) < 3
    assert abs(float(second.split(",")[0]) - 80) < 3
    page.reload()
    expect(marker(page, 2)).to_be_visible()
    marker(page, 1).focus()
    page.keyboard.press("Delete")
    expect(marker(page, 1)).to_have_count(0)
    page.get_by_role("checkbox", name="Area 4").check()
    expect_saved(page)
    assert len(answer(attempt)) == 2
    page.get_by_role("button", name="Make the picture larger").click()
    look(page, "hotspot-zoomed")
    page.get_by_role("button", name="Summary").first.click()
    page.get_by_role("button", name="Submit").first.click()
    expect(page.get_by_text("the flat triangle")).to_be_visible()
    look(page, "hotspot-review")


def test_a_marker_is_dragged(device, school, quiz):
    page = device()
    come_back(page, school.join("Bo"))
    attempt = start(page, quiz)
    page.locator("[data-spot]").scroll_into_view_if_needed()
    page.get_by_role("button", name="Add a marker").click()
    expect(marker(page, 1)).to_be_focused()
    x, y = point(page, 300, 80)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(*point(page, 200, 60), steps=4)
    page.mouse.move(*point(page, 70, 80), steps=4)
    page.mouse.up()
    expect_saved(page)
    (saved,) = answer(attempt)
    left, top = map(float, saved.split(","))
    assert abs(left - 70) < 2
    assert abs(top - 90) < 2


def test_without_a_script_places_are_typed_and_areas_ticked(device, school, quiz):
    page = device(PHONE, script=False)
    come_back(page, school.join("Bo"))
    attempt = start(page, quiz)
    page.get_by_role("checkbox", name="Area 1").check()
    page.get_by_text("Type where it is").click()
    page.get_by_label("Place 1").fill("500, 91")
    look(page, "hotspot-plain")
    page.get_by_role("button", name="Summary").first.click()
    assert len(answer(attempt)) == 2


@pytest.mark.usefixtures("quiz")
def test_an_author_draws_regions(device):
    """By pressing places on the picture; the numbers in the fields are the regions, and what is typed is drawn."""
    page = device()
    sign_in(page, TEACHER, PASSWORD)
    page.goto("/banks")
    page.get_by_role("link", name="Shapes").click()
    page.get_by_role("link", name="Mark what is no triangle.").click()
    page.get_by_role("link", name="Edit").first.click()
    picture, outlines = page.locator("[data-draw]"), page.locator("[data-draw] path")
    expect(outlines).to_have_count(4)

    def draw(region, *places):
        page.get_by_role("button", name=f"Draw: Region {region}").click()
        box = picture.bounding_box()
        for x, y in places:
            page.mouse.click(box["x"] + box["width"] * x / 600, box["y"] + box["height"] * y / 180)
        return page.get_by_role("textbox", name=f"Region {region}, Coordinates")

    def numbers(field):
        return [float(number) for number in field.input_value().split(",")]

    assert numbers(draw(1, (120, 140), (20, 40))) == pytest.approx([20, 40, 120, 140], abs=2)
    assert numbers(draw(4, (500, 90), (540, 90))) == pytest.approx([500, 90, 40], abs=2)
    corners = [(270, 140), (380, 100), (420, 140), (340, 160)]
    drawn = numbers(draw(3, *corners))
    assert drawn == pytest.approx([number for corner in corners for number in corner], abs=2)
    look(page, "editor-drawing")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Draw: Region 3")).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_text("The picture is 600 across and 180 down.").first).to_be_visible()
    page.get_by_role("textbox", name="Region 2, Coordinates").fill("150, 140, 200")
    expect(outlines).to_have_count(4)
    expect(outlines.nth(1)).to_have_attribute("d", "")
    page.get_by_role("textbox", name="Region 2, Coordinates").fill("150, 140, 200, 20, 250, 140")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved as version 2.")).to_be_visible()
