"""What questions share is shown beside each of them, before and after submitting."""

import json

from quiz.operations import importing, quizzes
from tests.cast import NOW
from tests.operations.test_stimuli import BANK, PLAN


def test_a_student_reads_the_stimulus_with_the_question_and_in_the_review(browser, cast):
    importing.import_bank(cast.ada, BANK, "sets.yaml", NOW)
    plan = {**PLAN, "sections": [{"bank": "sets", "count": 2, "include": ["a"]}]}
    quiz = quizzes.create(cast.ada, cast.course, json.dumps(plan), NOW)
    quizzes.publish(cast.ada, quiz, NOW)
    bo = browser("bo")
    attempt = bo.start(quiz)
    for slot in (1, 2):
        bo.get(f"/attempts/{attempt}/slots/{slot}")
        shared = bo.page.find("details", {"class": "q-stimulus"})
        assert shared.has_attr("open")
        assert shared.summary.get_text(strip=True) == "A text"
        assert shared.em.text == "this"
    bo.post(f"/attempts/{attempt}/finish")
    bo.get(f"/attempts/{attempt}/review")
    first, second = bo.page.find_all("details", {"class": "q-stimulus"})
    assert first.has_attr("open")
    assert not second.has_attr("open"), "it was read with the question before"
