"""No way back, with a script: asked before a question is left, without a network, on a second device."""

from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.browser.school import current, paper
from tests.browser.steps import (
    answer,
    banner,
    come_back,
    expect_question,
    expect_saved,
    heading,
    join,
    look,
    part,
    press,
    start,
)


def go_on(page, number):
    """Presses Next, and then that there is no way back."""
    press(page, "Next")
    expect(heading(page)).to_have_text(f"Leave question {number} for good?")
    page.get_by_role("button", name=f"Go on to question {number + 1}").click()
    expect_question(page, number + 1)


def test_a_student_goes_forward_only(school, device):
    laptop, phone = device(may=(409,)), device(PHONE)
    code = join(laptop, school, "Bo")
    attempt = start(laptop, school.add_quiz(navigation="sequential"))
    types = {number: slot.question.type for number, slot in paper(attempt).items()}
    first = answer(laptop, 1, types[1])
    go_on(laptop, 1)
    laptop.go_back()
    expect_question(laptop, 2)
    expect(banner(laptop, "You are at question 2")).to_be_visible()

    laptop.context.set_offline(True)
    second = answer(laptop, 2, types[2])
    press(laptop, "Next")
    expect(banner(laptop, "We go on as soon as the server answers.")).to_be_visible()
    laptop.context.set_offline(False)
    expect(heading(laptop)).to_have_text("Leave question 2 for good?")
    laptop.get_by_role("link", name="Back to question 2").click()
    expect_question(laptop, 2)
    expect_saved(laptop)

    come_back(phone, code)
    phone.goto(f"/attempts/{attempt}")
    expect_question(phone, 2)
    go_on(phone, 2)
    look(phone, "forward")
    answer(laptop, 2, types[2], {"numerical": ["9"], "short_text": ["elsewhere"]}.get(types[2], ["0"]))
    expect(banner(laptop, "This question has been left")).to_be_visible()
    assert part(laptop, 3).count() == 0
    laptop.get_by_role("link", name="Go on").click()
    expect_question(laptop, 3)
    assert current(attempt) == {1: first, 2: second}
