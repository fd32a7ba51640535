"""An adaptive test with a script: each answer brings the next question, once the server has it."""

from playwright.sync_api import expect

from quiz import clock
from quiz.operations import importing, quizzes
from tests import scaled
from tests.browser.school import current
from tests.browser.steps import banner, heading, join, look, part, press, start


def test_each_answer_brings_the_next_question(school, device):
    laptop = device(may=(409,))
    importing.import_bank(school.teacher, scaled.bank(12), "scaled.yaml", clock.now())
    quiz = quizzes.create(school.teacher, school.course, scaled.plan("fewest: 2, most: 3"), clock.now())
    quizzes.publish(school.teacher, quiz, clock.now())
    join(laptop, school, "Bo")
    attempt = start(laptop, quiz)
    press(laptop, "Answer and go on")
    expect(laptop.get_by_text("this test goes on only with one")).to_be_visible()
    part(laptop, 1).get_by_label("False").check()
    press(laptop, "Answer and go on")
    expect(part(laptop, 2)).to_be_visible()
    laptop.go_back()
    expect(banner(laptop, "You are at question 2")).to_be_visible()

    laptop.context.set_offline(True)
    part(laptop, 2).get_by_label("True").check()
    press(laptop, "Answer and go on")
    expect(banner(laptop, "We go on as soon as the server answers.")).to_be_visible()
    laptop.context.set_offline(False)
    expect(part(laptop, 3)).to_be_visible()
    look(laptop, "adaptive")
    part(laptop, 3).get_by_label("True").check()
    press(laptop, "Answer and go on")
    expect(heading(laptop)).to_have_text("Placement: your result")
    assert current(attempt) == {1: ["1"], 2: ["0"], 3: ["0"]}
