"""What a teacher does to a running attempt reaches its open page, whose clock the test turns on to the next word."""

import re

from playwright.sync_api import expect

from quiz import clock
from quiz.operations import watching
from tests.browser.conftest import DESK
from tests.browser.school import PASSWORD, TEACHER
from tests.browser.steps import banner, heading, join, look, start
from tests.cast import GRACE

#: A page speaks every ten seconds; what it hears has to be there within fifteen.
NEXT_WORD = 11_000


def test_more_time_and_the_end_reach_the_open_page(device, school):
    student, teacher = device(DESK), device(DESK)
    student.clock.install()
    join(student, school, "Bo")
    quiz = school.add_quiz(limit=40)
    attempt = start(student, quiz)
    who = next(one for one in watching.live(school.teacher, quiz, 1, clock.now(), GRACE).at_work.rows)
    assert who.attempt_id == attempt

    watching.tell(school.teacher, quiz, None, "In question 3 read east for west.", clock.now(), GRACE)
    with student.expect_response("**/presence"):
        student.clock.fast_forward(NEXT_WORD)
    told = banner(student, "In question 3 read east for west.")
    expect(told).to_be_visible()
    student.reload()  # and so it stands on each page that the server makes, once
    expect(told).to_have_count(1)
    with student.expect_response("**/presence"):
        student.clock.fast_forward(NEXT_WORD)
    student.get_by_role("button", name="Next").first.click()
    expect(told).to_have_count(1)

    watching.extend(school.teacher, quiz, [attempt], 20, clock.now(), GRACE)
    with student.expect_response("**/presence"):
        student.clock.fast_forward(NEXT_WORD)
    expect(student.locator("[data-timer-note]")).to_have_text("60 min (40 + extra time)")
    expect(student.locator("[data-timer-figure]")).to_contain_text(re.compile(r"5\d:\d\d"))
    expect(banner(student, "Your time was changed: you have until")).to_be_visible()
    look(student, "more-time")

    teacher.goto("/login")
    teacher.get_by_label("User name").fill(TEACHER)
    teacher.get_by_label("Password").fill(PASSWORD)
    teacher.get_by_role("button", name="Sign in").click()
    teacher.goto(f"/quizzes/{quiz}/live")
    row = teacher.get_by_role("row", name="Bo")
    expect(row).to_contain_text("there")
    expect(row).to_contain_text("with 20 minutes more")
    teacher.get_by_role("checkbox", name="Bo", exact=True).check()
    look(teacher, "live")
    teacher.get_by_role("button", name="End now").click()
    expect(heading(teacher)).to_contain_text("End one attempt now?")
    look(teacher, "live-end")
    teacher.get_by_role("button", name="End this attempt").click()
    expect(teacher.get_by_text("One attempt was ended.")).to_be_visible()
    with student.expect_response("**/presence"):
        student.clock.fast_forward(NEXT_WORD)
    over = banner(student, "This attempt has ended. What was saved is submitted.")
    over.get_by_role("link", name="Go on").click()
    student.wait_for_url("**/review")
