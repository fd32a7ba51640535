"""A teacher writes questions in Chromium: the preview follows the typing, rows come and go, nothing typed is lost."""

import pytest
from playwright.sync_api import expect

from quiz import clock
from quiz.operations import authoring
from tests.browser.conftest import DESK, PHONE
from tests.browser.school import PASSWORD, TEACHER
from tests.browser.steps import heading, look, sign_in
from tests.faults.counts import some


@pytest.fixture
def bank(school):
    """The id of an empty bank of the teacher's."""
    return authoring.add_bank(school.teacher, "mine", "My bank", "en", clock.now())


def preview(page):
    return page.get_by_role("region", name="As a student sees it")


def option(page, number):
    return page.get_by_role("textbox", name=f"Option {number}", exact=True)


@pytest.mark.parametrize("width", some(DESK, PHONE))
def test_a_question_is_written_tried_and_saved(device, bank, width):
    page = device(width, may={422})
    sign_in(page, TEACHER, PASSWORD)
    page.goto(f"/banks/{bank}")
    page.get_by_role("link", name="New question").first.click()
    expect(heading(page)).to_have_text("New question")
    look(page, "choose")
    page.get_by_role("link", name="Single choice").click()
    expect(page.get_by_text("Nothing is saved yet")).to_be_visible()
    page.get_by_label("Question", exact=True).fill("How much is **2** + 2?")
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    for number, text in enumerate(("3", "4", "5"), 1):
        option(page, number).fill(text)
    expect(preview(page)).to_contain_text("no option is marked as the key")
    page.get_by_role("radio", name="Option 2 is the right answer").check()
    expect(preview(page).get_by_role("group", name="How much is 2 + 2?")).to_be_visible()
    page.get_by_role("button", name="Remove: Option 4").click()
    expect(option(page, 4)).to_have_count(0)
    expect(option(page, 3)).to_be_focused()
    page.get_by_role("button", name="Add an option").press("Enter")
    expect(option(page, 4)).to_be_focused()
    page.keyboard.type("22")
    page.get_by_role("button", name="Move up: Option 4").click()
    expect(option(page, 3)).to_have_value("22")
    expect(page.get_by_role("radio", name="Option 2 is the right answer")).to_be_checked()
    expect(preview(page).get_by_role("radio")).to_have_count(4)
    preview(page).get_by_role("radio").nth(1).check()
    preview(page).get_by_role("button", name="Try this answer").click()
    expect(preview(page)).to_contain_text("1 of 1 mark")
    look(page, "editor-tried")
    preview(page).get_by_role("button", name="Phone width").click()
    assert preview(page).locator("[data-part]").bounding_box()["width"] <= 360
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("does not say when its key is true")
    expect(page.get_by_role("alert")).to_be_focused()
    look(page, "editor-fault")
    page.get_by_role("radio", name="Always").check()
    page.get_by_label("Status").select_option("draft")  # one that is ready needs a source
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved as version 1.")).to_be_visible()
    expect(heading(page)).to_have_text("How much is 2 + 2?")
    look(page, "editor-saved")


def test_what_the_rules_say_follows_the_typing_and_is_told_politely(device, bank):
    page = device()
    sign_in(page, TEACHER, PASSWORD)
    page.goto(f"/banks/{bank}/questions/new?type=true_false")
    told, findings = page.locator("[data-tell]"), page.locator("#h-findings + ul")
    assert told.get_attribute("role") == "status"  # polite, and there before it has anything to say
    question = page.get_by_label("Question", exact=True)
    page.get_by_role("radio", name="False").first.check()
    page.get_by_role("radio", name="Always").check()
    question.fill("Penguins cannot swim.")
    expect(findings).to_contain_text("Rule N01")
    expect(told).to_contain_text("Question: ")
    expect(question).to_be_focused()
    look(page, "editor-findings")
    question.fill("Penguins swim.")
    expect(page.get_by_text("Rule N01")).to_have_count(0)
    expect(told).not_to_contain_text("Question: ")
    expect(question).to_be_focused()


def test_marks_are_put_around_what_is_selected_by_button_and_key(device, bank):
    page = device()
    sign_in(page, TEACHER, PASSWORD)
    page.goto(f"/banks/{bank}/questions/new?type=single_choice")
    question, reason = (
        page.get_by_label("Question", exact=True),
        page.get_by_role("textbox", name="Option 1, Reason"),
    )
    marks = page.get_by_role("group", name="Format: Question")
    question.fill("How much is two?")
    question.evaluate("text => text.setSelectionRange(8, 12)")  # a space with it: only the word is marked
    for button, typed in (
        ("Bold", "How much **is** two?"),
        ("Italic", "How much ***is*** two?"),
        ("Bold", "How much *is* two?"),
        ("Italic", "How much is two?"),
        ("Mathematics", "How much $is$ two?"),
    ):
        marks.get_by_role("button", name=button).click()
        expect(question).to_have_value(typed)
        expect(question).to_be_focused()
    page.keyboard.press("ControlOrMeta+z")
    expect(question).to_have_value("How much is two?")
    question.fill("Think of\none\ntwo")
    question.evaluate("text => text.setSelectionRange(10, 15)")
    marks.get_by_role("button", name="List").click()
    expect(question).to_have_value("Think of\n\n- one\n- two")
    reason.fill("so")
    reason.select_text()
    page.keyboard.press("ControlOrMeta+b")
    expect(reason).to_have_value("**so**")
    marks.get_by_role("button", name="Add an image").click()
    expect(page.get_by_label("Image", exact=True)).to_be_focused()
    expect(page.get_by_label("Into which text")).to_have_value("prompt")
    look(page, "editor-marks")
    page.get_by_role("button", name="Add an option").click()
    expect(option(page, 5)).to_be_focused()
    expect(marks).to_be_visible()  # also when the form has come anew


def test_leaving_asks_only_where_something_would_be_lost(device, bank):
    page = device()
    asked = []
    page.on("dialog", lambda dialog: asked.append(dialog.type))
    sign_in(page, TEACHER, PASSWORD)
    address = f"/banks/{bank}/questions/new?type=true_false"
    page.goto(address)
    page.get_by_role("link", name="Banks").first.click()
    expect(heading(page)).to_have_text("Banks")
    assert asked == []
    page.goto(address)
    page.get_by_label("Question", exact=True).fill("Water is wet.")
    page.get_by_role("link", name="Banks").first.click()
    expect(heading(page)).to_have_text("Banks")
    assert asked == ["beforeunload"]
    page.goto(address)
    page.get_by_label("Question", exact=True).fill("Water is wet.")
    page.get_by_role("radio", name="True").first.check()
    page.get_by_role("radio", name="Always").check()
    page.get_by_label("Status").select_option("draft")  # one that is ready needs a source
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved as version 1.")).to_be_visible()
    page.get_by_role("link", name="Banks").first.click()
    expect(heading(page)).to_have_text("Banks")
    assert asked == ["beforeunload"]


def test_without_a_network_what_was_typed_stays(device, bank):
    page = device()
    sign_in(page, TEACHER, PASSWORD)
    page.goto(f"/banks/{bank}/questions/new?type=ordering")
    page.get_by_label("Question", exact=True).fill("Put in order")
    expect(preview(page)).to_contain_text("Item: has too few entries")
    page.context.set_offline(True)
    page.get_by_role("textbox", name="Item 1").fill("first")
    expect(page.get_by_text("could not be renewed")).to_be_visible()
    page.get_by_role("button", name="Add an item").click()
    expect(page.get_by_role("textbox", name="Item 1")).to_have_value("first")
    expect(page.get_by_role("textbox", name="Item 1")).to_be_editable()
    page.context.set_offline(False)
    page.get_by_role("button", name="Add an item").click()
    expect(page.get_by_role("textbox", name="Item 5")).to_be_focused()
    expect(page.get_by_text("could not be renewed")).to_be_hidden()
    expect(page.get_by_role("textbox", name="Item 1")).to_have_value("first")


def test_the_numbers_beside_a_blueprint_follow_the_typing(device, school):
    """That those of the form do, tests/browser/test_teaching.py sees."""
    page = device()
    sign_in(page, TEACHER, PASSWORD)
    page.goto(f"/courses/{school.course}/quizzes/new?as=text")
    numbers = page.get_by_role("region", name="How many questions match")
    text = page.get_by_label("Blueprint").input_value()
    page.get_by_label("Blueprint").fill(text.replace("count: 5", "count: 500", 1))
    expect(numbers).to_contain_text("500 are needed")
    page.get_by_label("Blueprint").fill(text.replace("count:", "cuont:", 1))
    expect(numbers).to_contain_text("as soon as the blueprint has no faults")
    look(page, "supply")
