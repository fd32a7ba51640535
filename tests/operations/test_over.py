"""What has ended reads as ended everywhere, and what waits for a mark is what needs grading."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from quiz.db import transaction
from quiz.errors import TooLate
from quiz.models.attempt import AttemptSlot, Mark
from quiz.operations import analysis, attempts, courses, reporting, starting, teaching
from tests.cast import GRACE, NOW

DUE = NOW + timedelta(minutes=20)


@pytest.mark.parametrize("over", [False, True])
def test_an_attempt_that_is_over_reads_as_finished_before_anybody_has_closed_it(cast, over):
    """During the grace for the last save it is in progress; the upkeep has not run here."""
    attempt, now = cast.start(), DUE + GRACE + timedelta(seconds=over)
    card = courses.course(cast.bo, cast.course, now, GRACE).quizzes[0]
    assert (card.in_progress, card.last_finished) == ((None, attempt) if over else (attempt, None))
    assert starting.start_page(cast.bo, cast.quiz, now, GRACE).in_progress == (None if over else attempt)
    assert [one.finished_at for one in reporting.my_grades(cast.bo, now, 1, GRACE).rows] == [DUE] * over
    assert attempts.entry(cast.bo, attempt, now, GRACE).state == ("finished" if over else "time-up")
    assert analysis.quiz_report(cast.ada, cast.quiz, "all", now, GRACE).finished == over
    assert ("finished" if over else "in-progress") in reporting.results_table(
        cast.ada, cast.quiz, now, GRACE
    ).rows[0]
    progress = teaching.dashboard(cast.ada, now, GRACE).running[0].progress
    assert (progress.finished, progress.working, progress.to_grade) == (over, not over, 0)


@pytest.mark.parametrize(
    "later, row", [(0, ("in-progress", None, None, False)), (1, ("finished", DUE, "time", False))]
)
def test_the_results_tell_when_it_ended_and_that_nothing_waits_for_a_mark(cast, later, row):
    cast.start()
    found = reporting.results(cast.ada, cast.quiz, 1, DUE + GRACE + timedelta(seconds=later), GRACE)
    one = found.rows.rows[0]
    assert (one.state, one.finished_at, one.ended_by, one.needs_grading) == row


def test_there_is_no_summary_of_what_is_over(cast):
    attempt = cast.start()
    assert attempts.summary(cast.bo, attempt, DUE + GRACE, GRACE).time_up
    with pytest.raises(TooLate):
        attempts.summary(cast.bo, attempt, DUE + GRACE + timedelta(seconds=1), GRACE)


def test_a_quiz_worth_no_points_waits_for_no_mark(cast):
    attempt = cast.start()
    with transaction() as connection:
        connection.execute(update(AttemptSlot).values(points=0))
    attempts.finish(cast.bo, attempt, NOW)
    row = reporting.results(cast.ada, cast.quiz, 1, NOW).rows.rows[0]
    assert (row.state, row.grade, row.needs_grading) == ("finished", None, False)
    assert teaching.dashboard(cast.ada, NOW).to_grade == ()
    with transaction() as connection:
        connection.execute(update(Mark).where(Mark.slot == 1).values(fraction=None, points=None))
    assert reporting.results(cast.ada, cast.quiz, 1, NOW).rows.rows[0].needs_grading
    assert [quiz.progress.to_grade for quiz in teaching.dashboard(cast.ada, NOW).to_grade] == [1]
