"""Images in Chromium: added by hand, pasted and dropped in the editor; on a paper without a network."""

import re

import pytest
from playwright.sync_api import expect

from quiz import clock
from quiz.banks.images import Pictures
from quiz.operations import authoring, importing, quizzes
from tests.browser.conftest import DESK, PHONE
from tests.browser.school import PASSWORD, TEACHER
from tests.browser.steps import expect_question, join, look, press, sign_in, start
from tests.faults.counts import some
from tests.pictures import SVG, png

MAPS = """
format: quiz-bank/1
bank: maps
title: Maps
questions:
  - {id: a, type: true_false, timeless: true, prompt: "![one](images/one.png) One?", answer: true}
  - {id: b, type: true_false, timeless: true, prompt: "![two](images/two.svg) Two?", answer: true}
  - {id: c, type: true_false, timeless: true, prompt: "![three](images/three.png) Three?", answer: true}
"""
BLUEPRINT = """
format: quiz-blueprint/1
title: Maps
order: as_listed
sections: [{title: Maps, bank: maps, count: 3, include: [a, b, c]}]
"""
#: Gives the element a file as the clipboard or the mouse would.
HAND_OVER = """(text, [kind, bytes]) => {
  const box = new DataTransfer(), names = { paste: "clipboardData", drop: "dataTransfer" };
  box.items.add(new File([new Uint8Array(bytes)], "image.png", { type: "image/png" }));
  const event = new (kind === "paste" ? ClipboardEvent : DragEvent)(kind, { [names[kind]]: box, bubbles: true, cancelable: true });
  return text.dispatchEvent(event);
}"""
#: Whether all images that are shown have come.
HAVE_COME = "() => [...document.images].length > 0 && [...document.images].every(one => one.complete && one.naturalWidth > 0)"


@pytest.fixture
def editor(school, device):
    """The form of a new question, in a bank of the teacher's."""
    bank = authoring.add_bank(school.teacher, "mine", "My bank", "en", clock.now())

    def begin(width=DESK):
        page = device(width, may={422})
        sign_in(page, TEACHER, PASSWORD)
        page.goto(f"/banks/{bank}/questions/new?type=single_choice")
        return page

    return begin


def prompt(page):
    return page.get_by_label("Question", exact=True)


def words(page):
    return page.get_by_label("What it shows")


def preview(page):
    return page.get_by_role("region", name="As a student sees it")


@pytest.mark.parametrize("width", some(DESK, PHONE))
def test_an_image_is_chosen_described_and_shown(editor, width):
    page = editor(width)
    prompt(page).fill("Which country?")
    page.get_by_role("textbox", name="Option 1", exact=True).fill("One")
    page.get_by_role("textbox", name="Option 2", exact=True).fill("Two")
    page.get_by_role("radio", name="Option 2 is the right answer").check()
    page.locator("#image summary").click()
    page.get_by_label("Image", exact=True).set_input_files(
        {"name": "A map.png", "mimeType": "image/png", "buffer": png(800, 400, 200)}
    )
    page.get_by_role("button", name="Add the image").click()
    expect(page.get_by_text("say what the image shows")).to_be_visible()
    expect(words(page)).to_be_focused()
    look(page, "image-without-words")
    words(page).fill("a map of somewhere")
    words(page).press("Enter")
    expect(prompt(page)).to_have_value("Which country? ![a map of somewhere](images/a-map.png)")
    expect(prompt(page)).to_be_focused()
    expect(preview(page).get_by_role("img", name="a map of somewhere")).to_be_visible()
    page.wait_for_function(HAVE_COME)
    look(page, "image-in-preview")
    page.get_by_role("radio", name="Always").check()
    page.get_by_label("Status").select_option("draft")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved as version 1.")).to_be_visible()
    expect(preview(page).get_by_role("img", name="a map of somewhere")).to_be_visible()


@pytest.mark.parametrize("kind", ["paste", "drop"])
def test_an_image_is_handed_over(editor, kind):
    page = editor()
    reason = page.get_by_role("textbox", name="Option 2, Reason")
    reason.fill("Look  here")
    reason.evaluate("text => text.setSelectionRange(5, 5)")
    assert reason.evaluate(HAND_OVER, [kind, [*png(30, 20)]]) is False, "the text took it itself"
    expect(words(page)).to_be_focused()
    expect(page.get_by_label("Into which text")).to_have_value("own-options-1-feedback")
    page.keyboard.type("a stamp")
    page.keyboard.press("Enter")
    expect(reason).to_have_value("Look ![a stamp](images/image.png) here")
    expect(reason).to_be_focused()


def test_text_that_is_pasted_stays_text(editor):
    page = editor()
    taken = prompt(page).evaluate(
        """text => { const box = new DataTransfer();
        box.items.add(new File([new Uint8Array([1])], "cells.png", { type: "image/png" }));
        box.setData("text/plain", "cells");
        return text.dispatchEvent(new ClipboardEvent("paste", { clipboardData: box, bubbles: true, cancelable: true })); }"""
    )
    assert taken is True
    assert page.locator("#image").get_attribute("open") is None


@pytest.fixture
def maps(school):
    """A published quiz of three questions with an image each."""
    images = {"images/one.png": png(30, 20, 9), "images/two.svg": SVG, "images/three.png": png(30, 20, 99)}
    importing.import_bank(school.teacher, MAPS, "x", clock.now(), pictures=Pictures(images.__getitem__))
    quiz = quizzes.create(school.teacher, school.course, BLUEPRINT, clock.now())
    quizzes.publish(school.teacher, quiz, clock.now())
    return quiz


def test_images_of_the_whole_paper_are_there_without_a_network(maps, school, device):
    page = device()
    join(page, school, "Bo")
    with page.expect_response(re.compile("/paper$")), page.expect_response(re.compile("/media/")):
        start(page, maps)
    page.wait_for_load_state("networkidle")
    page.wait_for_function(HAVE_COME)
    page.context.set_offline(True)
    for number in (2, 3):
        press(page, "Next")
        expect_question(page, number, 3)
        page.wait_for_function(HAVE_COME)
        look(page, f"image-offline-{number}")
