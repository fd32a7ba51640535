"""No way back: an attempt stands at one question, which alone can be opened and answered, on both engines."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from quiz.db import reading, transaction
from quiz.errors import Invalid, NotFound, OutOfSequence, StaleAnswer, TooLate
from quiz.models.attempt import Answer, Attempt, LateAnswer, Mark
from quiz.models.saving import Save, Saved
from quiz.models.saving import save as write_answer
from quiz.operations import attempts, practice, quizzes, reviews
from quiz.operations.attempts import SlotSave
from tests.cast import BLUEPRINT, GRACE, NOW
from tests.operations.test_races import WAIT, demand_waiting
from tests.statements import statements

UP = NOW + timedelta(minutes=20)
LATE = NOW + timedelta(minutes=21)


def publish(cast, settings=""):
    cast.quiz = quizzes.create(
        cast.ada, cast.course, BLUEPRINT + "  navigation: sequential\n" + settings, NOW
    )
    quizzes.publish(cast.ada, cast.quiz, NOW)


@pytest.fixture
def attempt(cast):
    """Bo's, at question 1 of 5."""
    publish(cast)
    return cast.start()


def leave(cast, attempt, slot, now=NOW):
    attempts.leave(cast.bo, attempt, slot, now)


def at(cast, attempt):
    return attempts.entry(cast.bo, attempt, NOW).slot


def answers(attempt, slot):
    with reading() as connection:
        found = select(Answer.seq).where(Answer.attempt_id == attempt, Answer.slot == slot)
        return connection.execute(found).scalars().all()


def test_only_where_it_stands_can_it_be_opened_and_saved(cast, attempt):
    cast.save(attempt, 1, 1, "0")
    leave(cast, attempt, 1)
    assert at(cast, attempt) == 2
    for slot in (1, 3, None):
        with pytest.raises(OutOfSequence) as refused:
            attempts.page(cast.bo, attempt, slot, NOW)
        assert refused.value.facts == {"at": 2}
    for slot, seq in ((1, 2), (3, 1)):
        with pytest.raises(OutOfSequence) as refused:
            cast.save(attempt, slot, seq, "1")
        assert refused.value.facts == {"at": 2}
        with pytest.raises(OutOfSequence):
            attempts.flag(cast.bo, attempt, slot, True, NOW)
    assert (answers(attempt, 1), answers(attempt, 3)) == ([1], [])
    with pytest.raises(NotFound):
        attempts.page(cast.bo, attempt, 6, NOW)
    assert attempts.page(cast.bo, attempt, 2, NOW).at_slot == 2
    cast.save(attempt, 2, 1, "1")


def test_several_saves_at_once_are_each_judged(cast, attempt):
    leave(cast, attempt, 1)
    saves = [SlotSave(slot, 1, {"answer": ["0"]}) for slot in (1, 2, 3)]
    before, here, later = practice.save_many(cast.bo, attempt, saves, "w", NOW, GRACE)
    assert [type(one) for one in (before, here, later)] == [OutOfSequence, Saved, OutOfSequence]


def test_a_repeat_of_an_acknowledged_save_is_acknowledged_after_leaving(cast, attempt):
    cast.save(attempt, 1, 1, "0")
    leave(cast, attempt, 1)
    assert cast.save(attempt, 1, 1, "0").seq == 1


def test_leaving_twice_leaves_once_and_nothing_is_skipped(cast, attempt):
    with pytest.raises(OutOfSequence):
        leave(cast, attempt, 2)
    leave(cast, attempt, 1)
    leave(cast, attempt, 1)
    assert at(cast, attempt) == 2
    for slot in (2, 3, 4, 5, 5):
        leave(cast, attempt, slot)
    assert at(cast, attempt) == 5  # after the last question comes only the end


def test_the_last_save_counts_and_the_attempt_ends_like_any_other(cast, attempt):
    cast.save(attempt, 1, 1, "0")
    leave(cast, attempt, 1)
    attempts.finish(cast.bo, attempt, NOW)
    with reading() as connection:
        marks = connection.execute(select(Mark.slot).where(Mark.attempt_id == attempt)).scalars().all()
    assert sorted(marks) == [1, 2, 3, 4, 5]
    review = reviews.review(cast.bo, attempt, NOW, GRACE)
    assert len(review.questions) == 5  # the way back is shut during the attempt, not in its review


def test_when_the_time_is_up_only_the_open_question_takes_late_answers(cast, attempt):
    leave(cast, attempt, 1)
    with pytest.raises(TooLate):
        leave(cast, attempt, 2, UP + timedelta(seconds=1))
    cast.save(attempt, 2, 1, "0", now=UP + GRACE)  # on its way when the time was up
    for slot, refusal in ((1, OutOfSequence), (2, TooLate), (3, OutOfSequence)):
        with pytest.raises(refusal):
            cast.save(attempt, slot, 2, "1", now=LATE)
    with reading() as connection:
        kept = connection.execute(select(LateAnswer.slot).where(LateAnswer.attempt_id == attempt))
        assert kept.scalars().all() == [2]


def test_attempts_under_way_keep_the_rule_that_they_began_with(cast):
    free = cast.start()
    managed = quizzes.manage(cast.ada, cast.quiz)
    sheet, text = replace(managed.sheet, sequential=True), managed.blueprint_text
    quizzes.edit(cast.ada, cast.quiz, managed.edits, sheet, text, NOW)
    assert attempts.page(cast.bo, free, 5, NOW).at_slot is None
    with pytest.raises(NotFound):
        leave(cast, free, 1)
    assert attempts.page(cast.cy, cast.start(cast.cy), 1, NOW).at_slot == 1
    with pytest.raises(Invalid, match="sequential: the blueprint has all questions on one page"):
        quizzes.edit(cast.ada, cast.quiz, managed.edits + 1, sheet, text + "  layout: all\n", NOW)


def test_practice_checks_the_open_question_only(cast):
    publish(cast, "  mode: practice\n  tries: interactive\n")
    attempt = cast.start()
    leave(cast, attempt, 1)
    for act in ("check", "hint"):
        with pytest.raises(OutOfSequence):
            practice.save(cast.bo, attempt, SlotSave(1, 1, {"answer": ["0"]}, act), "w", NOW, GRACE)
    with pytest.raises(StaleAnswer):
        practice.save(cast.bo, attempt, SlotSave(2, 2, {"answer": ["0"]}, "check"), "w", NOW, GRACE)


# Races -------------------------------------------------------------------------------------------------------------


def test_leaving_waits_for_a_save_that_is_under_way(beside, cast, attempt):
    """It is answered before the question is shut. Without the lock of ``saving`` it lands after (PostgreSQL)."""
    one = Save(cast.bo.id, cast.bo.epoch, attempt, 1, 1, "save", "w", {"answer": ["0"]})
    with transaction() as parked:
        assert isinstance(write_answer(parked, one, NOW, GRACE), Saved)
        going = beside(lambda: leave(cast, attempt, 1))
        demand_waiting(going)
    going.result(WAIT)
    assert (at(cast, attempt), answers(attempt, 1)) == (2, [1])


def test_a_save_waits_for_the_leaving_under_way_and_is_refused(beside, cast, attempt):
    with transaction() as parked:
        parked.execute(update(Attempt).where(Attempt.id == attempt).values(at_slot=2))
        save = beside(lambda: cast.save(attempt, 1, 1, "0"))
        demand_waiting(save)
    with pytest.raises(OutOfSequence):
        save.result(WAIT)
    assert answers(attempt, 1) == []


def test_a_save_is_one_statement(cast, attempt):
    with statements() as seen:
        cast.save(attempt, 1, 1, "0")
    assert len(seen) == 1
