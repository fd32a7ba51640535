"""What a student does in the browser, step by step, by the words that stand on the pages."""

import os
import re
from pathlib import Path

from playwright.sync_api import expect

#: More presses of Tab than any page has places for it.
MOST_TABS = 60
#: What is chosen or typed, by type; the values are what the page posts for it.
ANSWERS = {
    "single_choice": ["1"],
    "multiple_response": ["0", "2"],
    "true_false": ["1"],
    "short_text": ["Shanghai Spirit"],
    "numerical": ["8"],
}
TYPED = ("short_text", "numerical")


def look(page, name):
    """The page is not wider than the window. Keeps a picture of it, where pictures are wanted.

    After a click something of the new page is expected first: until it comes, this looks at the old one.
    """
    width = page.viewport_size["width"]
    folder = os.environ.get("SHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
    assert page.locator("html").evaluate("page => page.scrollWidth") <= width, f"{name} is too wide"


def heading(page):
    return page.get_by_role("heading", level=1)


# The way in -------------------------------------------------------------------------------------------------------


def join(page, school, name):
    """Joins by code and name. Returns the return code."""
    page.goto("/")
    look(page, "welcome")
    page.get_by_label("Join code").fill(school.join_code)
    page.get_by_role("button", name="Join").click()
    page.get_by_label("Your name").fill(name)
    look(page, "join")
    page.get_by_role("button", name="Join").click()
    expect(heading(page)).to_have_text("Write down your return code")
    look(page, "return-code")
    code = page.locator(".q-code code").inner_text()
    page.get_by_role("link", name="I have written it down").click()
    expect(heading(page)).to_have_text("SCO studies")
    look(page, "course")
    return code


def come_back(page, code, then="/return"):
    """Signs in by return code; ``then`` is the address of the form."""
    page.goto(then)
    page.get_by_label("Return code").fill(code)
    page.get_by_role("button", name="Come back").click()
    page.wait_for_url(lambda url: "/return" not in url)


def sign_in(page, username, password):
    page.goto("/login")
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")


def sign_out(page):
    page.goto("/account")
    page.locator("#main").get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url("**/")


def start(page, quiz):
    """Starts the quiz. Returns the attempt's id."""
    page.goto(f"/quizzes/{quiz}")
    look(page, "start")
    page.get_by_role("button", name="Start now").click()
    page.wait_for_url("**/attempts/*/slots**")
    return int(re.search(r"/attempts/(\d+)/", page.url)[1])


# Questions --------------------------------------------------------------------------------------------------------


def part(page, number):
    """The question's part of the page."""
    return page.locator(f'[data-slot="{number}"]')


def tab_to(page, wanted):
    """Moves the focus with Tab alone until it is on the element."""
    for _ in range(MOST_TABS):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {wanted}")


def answer(page, number, type_, values=None, keyboard=False):
    """Answers a question by mouse or finger, or without. Returns what the page posts for it."""
    values = values or ANSWERS[type_]
    question = part(page, number)
    if type_ in TYPED:
        field = question.get_by_role("textbox")
        if keyboard:
            tab_to(page, field)
        else:
            field.click()
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type(values[0])
        return values
    (choose_by_keys if keyboard else choose)(page, question, type_, values)
    return values


def choose(page, question, type_, values):
    """Presses the rows of the options, not only their boxes."""
    for position, box in enumerate(question.locator(".q-option input").all()):
        wanted = str(position) in values
        if wanted if type_ != "multiple_response" else wanted != box.is_checked():
            question.locator(".q-option").nth(position).click()


def choose_by_keys(page, question, type_, values):
    boxes = question.locator(".q-option input")
    if type_ == "multiple_response":
        for position in values:
            tab_to(page, boxes.nth(int(position)))
            page.keyboard.press("Space")
        return
    tab_to(page, boxes.first)
    if type_ == "single_choice":
        page.keyboard.press(str(int(values[0]) + 1))
    else:
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")


def shown(page, number, type_):
    """The answer as it stands on the page, as the values that would be posted."""
    question = part(page, number)
    if type_ in TYPED:
        text = question.get_by_role("textbox").input_value()
        return [text] if text else []
    return question.locator(".q-option input:checked").evaluate_all("boxes => boxes.map(box => box.value)")


def press(page, name, *, keyboard=False):
    """Presses the button of the attempt's page that is there for this width: Next, Previous, Summary."""
    button = page.locator("button:visible").filter(has_text=name)
    if not button.count():
        button = page.locator(f'button[aria-label="{name}"]:visible')
    if keyboard:
        tab_to(page, button.first)
        page.keyboard.press("Enter")
    else:
        button.first.click()


def expect_saved(page):
    """What is on the page is saved, and the page says when."""
    expect(page.locator("[data-save]")).to_have_attribute("data-state", "saved")
    expect(page.locator("[data-save]")).to_contain_text(re.compile(r"Saved \d\d:\d\d:\d\d"))


def expect_unsaved(page):
    expect(page.locator("[data-save]")).to_have_attribute("data-state", "unsaved")
    expect(page.locator("[data-save]")).to_contain_text("Not saved yet")


def banner(page, words):
    """A sentence across the page."""
    return page.locator(".q-banner").filter(has_text=words)


def kept(page):
    """What this browser keeps because the server has not acknowledged it, as one text."""
    return page.evaluate(
        "JSON.stringify(Object.entries(localStorage).filter(([key]) => key.startsWith('quiz:answers:')))"
    )


def expect_question(page, number, of=10):
    expect(heading(page)).to_have_text(f"Question {number} of {of}")


def open_numbers(page):
    """The numbers stand beside the question; on a phone they are in the sheet at the foot, which this opens."""
    sheet = page.locator(".q-footbar summary")
    if sheet.is_visible() and not page.locator(".q-footbar details[open]").count():
        sheet.click()


def cell(page, number):
    """The question's square among the numbers."""
    open_numbers(page)
    return page.locator(f'[data-cell="{number}"]:visible')


def to_summary(page):
    """From the numbers to the summary."""
    open_numbers(page)
    press(page, "Summary")


def submit(page, *, clicks=1):
    """Presses the button that submits, once or twice in a row."""
    page.get_by_role("button", name=re.compile("^Submit")).click(click_count=clicks)
    page.wait_for_url("**/review")
