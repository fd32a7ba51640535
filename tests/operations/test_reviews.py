"""What a student may see when, and what teachers see."""

from datetime import timedelta
from itertools import product

import pytest

from quiz.assembly.settings import EVERYTHING
from quiz.errors import Forbidden, InProgress, NotFound, TooLate
from quiz.operations import attempts, enrolling, gradebook, reporting, reviews
from quiz.operations.gradebook import Wish
from tests.cast import GRACE, NOW
from tests.operations.test_quizzes import edit

WHEN = {
    "after": NOW,
    "later": NOW + timedelta(minutes=2),
    "closed": NOW + timedelta(hours=1),
}
#: Field → whether a review holds it.
HOLDS = {
    "attempt": lambda review: bool(review.questions),
    "marks": lambda review: review.points is not None,
    "max": lambda review: review.max is not None,
    "grade": lambda review: review.grade is not None,
    "right_wrong": lambda review: any(one.verdict for one in review.questions),
    "answer": lambda review: any(one.right_answer for one in review.questions),
    "feedback": lambda review: any(one.feedback for one in review.questions),
    "explanation": lambda review: any(one.explanation or one.sources for one in review.questions),
}


def finished(cast):
    """Bo has answered the first option everywhere and submitted."""
    attempt = cast.start()
    for slot in range(1, 6):
        cast.save(attempt, slot, 1, "0")
    attempts.finish(cast.bo, attempt, NOW)
    return attempt


def test_each_field_shows_only_at_the_moments_that_allow_it(cast):
    attempt = finished(cast)
    for field, moment in product(EVERYTHING, WHEN):
        shown = {"during": [], "after": [], "later": [], "closed": []}
        shown[moment] = ["attempt", field]
        edit(cast, review=shown, closes_at=NOW + timedelta(hours=1))
        for when, now in WHEN.items():
            review = reviews.review(cast.bo, attempt, now, GRACE)
            assert review.moment == when
            allowed = {"attempt", field} if when == moment else set()
            assert {name for name, holds in HOLDS.items() if holds(review)} <= allowed
            assert HOLDS[field](review) == (when == moment)


def test_a_reader_sees_keys_only_when_students_may_have(cast):
    attempt = finished(cast)
    enrolling.enrol(cast.ada, cast.course, "eve", "reader", NOW)
    closes = NOW + timedelta(hours=1)
    edit(cast, closes_at=closes, review={"during": [], "after": ["marks"], "later": [], "closed": ["answer"]})
    told = {"attempt", "max", "grade"}
    early = reviews.review(cast.eve, attempt, NOW, GRACE)
    assert {name for name, holds in HOLDS.items() if holds(early)} == told
    assert all(holds(reviews.review(cast.eve, attempt, closes, GRACE)) for holds in HOLDS.values())


def test_the_teacher_sees_everything_and_a_stranger_nothing(cast):
    attempt = finished(cast)
    edit(cast, review={"during": [], "after": [], "later": [], "closed": []})
    review = reviews.review(cast.ada, attempt, NOW, GRACE)
    assert all(holds(review) for holds in HOLDS.values())
    assert (review.student, review.own) == ("Bo", False)
    for who in (cast.cy, cast.di, cast.eve):
        with pytest.raises(NotFound):
            reviews.review(who, attempt, NOW, GRACE)


def test_there_is_nothing_to_review_before_the_end(cast):
    attempt = cast.start()
    cast.save(attempt, 1, 1, "0")
    with pytest.raises(InProgress):
        reviews.review(cast.bo, attempt, NOW, GRACE)
    after = NOW + timedelta(minutes=20, seconds=10)  # the time is up, a last save may be under way
    with pytest.raises(InProgress):
        reviews.review(cast.bo, attempt, after, GRACE)
    with pytest.raises(TooLate):
        attempts.page(cast.bo, attempt, 1, after)
    live = reviews.review(cast.ada, attempt, NOW, GRACE)
    assert live.finished_at is None
    assert all(one.verdict is None and one.points is None for one in live.questions)


def test_a_review_closes_an_attempt_whose_time_is_up(cast):
    attempt = cast.start()
    cast.save(attempt, 1, 1, "0")
    with pytest.raises(TooLate):
        cast.save(attempt, 1, 2, "1", now=NOW + timedelta(hours=1))
    review = reviews.review(cast.bo, attempt, NOW + timedelta(hours=1), GRACE)
    assert (review.ended_by, review.finished_at) == ("time", NOW + timedelta(minutes=20))
    assert review.questions[0].late[0].received_at == NOW + timedelta(hours=1)


def test_results_say_who_did_what(cast):
    attempt = finished(cast)
    results = reporting.results(cast.ada, cast.quiz, 1, NOW)
    assert (results.students, results.started, results.finished) == (2, 1, 1)
    assert [(row.student, row.state) for row in results.rows.rows] == [
        ("Bo", "finished"),
        ("Cy", "not-started"),
    ]
    assert results.rows.rows[0].attempt_id == attempt
    assert {one.question for one in results.facilities} == {
        f"small/{id}" for id in "one two three four five".split()
    }
    assert all(one.attempts == 1 and 0 <= one.facility <= 1 for one in results.facilities)
    assert reporting.results_table(cast.ada, cast.quiz, NOW).rows[0][0] == "Bo"


@pytest.mark.parametrize("method, expected", [("highest", 60), ("average", 30), ("first", 60), ("last", 0)])
def test_the_grade_book_combines_attempts_by_the_quizs_method(cast, method, expected):
    for answered in (3, 0):
        attempt = cast.start()
        right = 0
        for view in attempts.page(cast.bo, attempt, None, NOW).questions:
            answer = {
                "single_choice": lambda options: [str(options.index("2"))],
                "true_false": lambda _: ["0"],
                "numerical": lambda _: ["144"],
            }.get(view.presented.type)
            if answer and right < answered:
                cast.save(attempt, view.slot, 1, answer(view.presented.controls.get("options")))
                right += 1
        attempts.finish(cast.bo, attempt, NOW)
    edit(cast, grading=method)
    book = gradebook.grade_book(cast.ada, cast.course, Wish(), NOW)
    assert {row.student: row.cells[0].grade for row in book.rows.rows} == {"Bo": expected, "Cy": None}
    table = gradebook.grade_book_table(cast.ada, cast.course, Wish(), NOW)
    assert table.rows[0] == ("Bo", None, expected, expected)


def test_reports_are_for_those_who_see_results(cast):
    for report in (
        lambda who: reporting.results(who, cast.quiz, 1, NOW),
        lambda who: reporting.results_table(who, cast.quiz, NOW),
        lambda who: gradebook.grade_book(who, cast.course, Wish(), NOW),
        lambda who: gradebook.grade_book_table(who, cast.course, Wish(), NOW),
    ):
        for who in (cast.bo, cast.di, cast.eve):
            with pytest.raises((NotFound, Forbidden)):
                report(who)
