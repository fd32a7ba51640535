"""What a student's browser is given, and when: no key, credit, feedback or name before its time."""

import re
from datetime import timedelta

import pytest

from quiz.operations import attempts, quizzes
from tests.cast import BANK, BLUEPRINT, NOW

#: What only the key, its reasons and the authored names say; none of it stands in a prompt or an option.
SECRETS = (
    "Two ones.", "One too many.", "Not side by side.", "Count on from one.", "Even numbers are twice", "It leaves one.",
    "Take one away.", "nought", "An old word.", "Nothing is left.", "144", "That is the sum.", "A dozen dozens.",
    "Elements", "the sum", "the product", "small/", "sums/", "timeless", "difficulty", "credit", "correct",
)  # fmt: skip


def everything(browser, attempt):
    """All that the server sends while the attempt is open, as pages and as JSON."""
    paths = [f"slots/{slot}" for slot in range(1, 6)] + ["slots", "summary"]
    pages = [browser.get(f"/attempts/{attempt}/{path}").text for path in paths]
    saves = [browser.save(attempt, slot, 1, "0").text for slot in range(1, 6)]
    stale = [browser.save(attempt, slot, 7, "1").text for slot in range(1, 6)]
    form = {"seq": "7", "writer": "w", "answer": "1", "csrf_token": browser.token}
    conflicts = [
        browser.client.post(f"/attempts/{attempt}/slots/{slot}", data=form).text for slot in range(1, 6)
    ]
    return [*pages, *saves, *stale, *conflicts]


#: Tokens and ids made at random, in which any three digits may stand.
RANDOM = re.compile(r"(?<![\w.-])(?=[\w.-]*\d)[\w.-]{14,}(?![\w.-])")


def test_nothing_is_given_away_before_the_end(browser):
    bo = browser("bo")
    attempt = bo.start()
    given = RANDOM.sub("", "\n".join(everything(bo, attempt)))
    assert "How much is 1 + 1?" in given
    assert [secret for secret in SECRETS if secret in given] == []
    review = bo.get(f"/attempts/{attempt}/review", headers={"Accept": "application/json"})
    assert (review.status_code, review.json["code"]) == (409, "in-progress")


def test_the_secrets_are_what_the_bank_says():
    authored = BANK + "small/ correct credit"
    assert [secret for secret in SECRETS if secret not in authored] == []


def test_all_is_shown_after_the_end(browser):
    bo = browser("bo")
    attempt = bo.start()
    for slot in range(1, 6):
        bo.save(attempt, slot, 1, "0")
    bo.post(f"/attempts/{attempt}/finish")
    bo.get(f"/attempts/{attempt}/review")
    for words in ("Count on from one.", "Take one away.", "144", "A dozen dozens.", "Elements", "of 5 marks"):
        assert words in bo.text


@pytest.mark.parametrize(
    "moment,shown,hidden",
    [
        (
            timedelta(minutes=1),
            ["Your answers are not shown now"],
            ["Count on from one.", "144", "of 5 marks"],
        ),
        (timedelta(minutes=3), ["of 5 marks"], ["Count on from one.", "Your answer, right", "144"]),
    ],
)
def test_the_review_options_decide(browser, cast, watch, moment, shown, hidden):
    review = "  review: {after: [], later: [attempt, marks, max]}\n"
    quiz = quizzes.create(cast.ada, cast.course, BLUEPRINT.rstrip() + "\n" + review, NOW)
    quizzes.publish(cast.ada, quiz, NOW)
    bo = browser("bo")
    attempt = bo.start(quiz)
    for slot in range(1, 6):
        bo.save(attempt, slot, 1, "0")
    bo.post(f"/attempts/{attempt}/finish")
    watch.now = NOW + moment
    page = bo.get(f"/attempts/{attempt}/review").text
    for words in shown:
        assert words in bo.text
    assert [words for words in hidden if words in page] == []


def test_a_teacher_sees_the_whole_attempt_of_a_student(browser):
    bo, ada = browser("bo"), browser("ada")
    attempt = bo.start()
    bo.save(attempt, 1, 1, "0")
    bo.post(f"/attempts/{attempt}/finish")
    ada.get(f"/attempts/{attempt}/review")
    assert ada.title == "A small quiz: Bo"
    assert "Count on from one." in ada.text
    assert ada.get(f"/attempts/{attempt}/slots/1").status_code == 404


def test_marks_are_the_operations(browser, cast):
    bo = browser("bo")
    attempt = bo.start()
    page = attempts.page(cast.bo, attempt, None, NOW)
    for view in page.questions:
        if "12 × 12" in view.presented.prompt:
            bo.save(attempt, view.slot, 1, "144")
    bo.post(f"/attempts/{attempt}/finish")
    bo.get(f"/attempts/{attempt}/review")
    assert bo.page.find(class_="q-score").strong.get_text() == "20"
    assert "1 of 5 marks" in bo.text
    assert "Not passed" in bo.text
