"""Saves and submissions: what is acknowledged counts, whatever comes in whatever order."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from quiz.db import reading, transaction
from quiz.errors import AttemptClosed, NotFound, SignedOut, SlotClosed, StaleAnswer, TooLate, TooMany
from quiz.models.attempt import Answer, Attempt, LateAnswer, Mark
from quiz.models.saving import MOST_ANSWERS, MOST_LATE
from quiz.operations import accounts, attempts, upkeep
from quiz.operations.access import Actor
from quiz.operations.attempts import SlotSave
from tests.cast import GRACE, NOW


def stored(attempt, slot=1):
    with reading() as connection:
        return [
            (row.seq, row.fields)
            for row in connection.execute(
                select(Answer.seq, Answer.fields)
                .where(Answer.attempt_id == attempt, Answer.slot == slot)
                .order_by(Answer.seq)
            )
        ]


def test_a_save_is_acknowledged_and_stored(cast):
    attempt = cast.start()
    saved = cast.save(attempt, 1, 1, "0")
    assert (saved.seq, saved.saved_at, saved.current_seq) == (1, NOW, 1)
    assert stored(attempt) == [(1, {"answer": ["0"]})]


def test_a_repeat_is_a_success_and_writes_nothing(cast):
    attempt = cast.start()
    first = cast.save(attempt, 1, 1, "0")
    cast.save(attempt, 1, 2, "1", now=NOW + timedelta(seconds=1))
    again = cast.save(attempt, 1, 1, "0", now=NOW + timedelta(seconds=2))
    assert (again.seq, again.saved_at, again.current_seq) == (1, first.saved_at, 2)
    assert len(stored(attempt)) == 2


@pytest.mark.parametrize("seq", [1, 3, 2**40])
def test_a_seq_that_is_taken_or_too_high_is_stale_and_shows_the_current_answer(cast, seq):
    attempt = cast.start()
    cast.save(attempt, 1, 1, "0", writer="phone")
    with pytest.raises(StaleAnswer) as caught:
        cast.save(attempt, 1, seq, "1", writer="laptop")
    assert caught.value.facts["current"] == {
        "seq": 1,
        "writer": "phone",
        "saved_at": NOW,
        "fields": {"answer": ["0"]},
    }
    assert stored(attempt) == [(1, {"answer": ["0"]})]


def test_stale_without_any_answer(cast):
    attempt = cast.start()
    with pytest.raises(StaleAnswer) as caught:
        cast.save(attempt, 1, 5, "1")
    assert caught.value.facts["current"]["seq"] == 0


def test_a_stranger_finds_no_attempt_and_writes_nothing(cast):
    attempt = cast.start()
    for who in (cast.cy, cast.di, cast.ada, cast.eve):
        with pytest.raises(NotFound):
            cast.save(attempt, 1, 1, "0", who=who)
    with pytest.raises(NotFound):
        cast.save(attempt, 99, 1, "0")
    assert stored(attempt) == []


def test_an_old_session_is_signed_out(cast):
    attempt = cast.start()
    accounts.sign_out_everywhere(cast.bo, NOW)
    with pytest.raises(SignedOut):
        cast.save(attempt, 1, 1, "0")
    with pytest.raises(SignedOut):
        attempts.page(cast.bo, attempt, 1, NOW)


@pytest.mark.parametrize("after, accepted", [(-1, True), (0, True), (30, True), (31, False), (3600, False)])
def test_the_deadline_with_its_grace_decides(cast, after, accepted):
    attempt = cast.start()
    late = NOW + timedelta(minutes=20, seconds=after)
    if accepted:
        cast.save(attempt, 1, 1, "0", now=late)
        return
    with pytest.raises(TooLate) as caught:
        cast.save(attempt, 1, 1, "0", now=late)
    assert caught.value.facts == {"kept": True}
    assert stored(attempt) == []
    with reading() as connection:
        assert connection.execute(select(LateAnswer.fields)).scalars().all() == [{"answer": ["0"]}]


def test_a_repeated_late_answer_is_kept_once(cast):
    attempt = cast.start()
    late = NOW + timedelta(hours=1)
    for _ in range(2):
        with pytest.raises(TooLate):
            cast.save(attempt, 1, 1, "0", now=late)
    with reading() as connection:
        assert len(connection.execute(select(LateAnswer.id)).all()) == 1


def late_fields():
    with reading() as connection:
        return [row.fields for row in connection.execute(select(LateAnswer.fields).order_by(LateAnswer.id))]


def kept_late(cast, attempt, seq, answer, now=NOW + timedelta(hours=1), **who):
    with pytest.raises(TooLate) as caught:
        cast.save(attempt, 1, seq, answer, now=now, **who)
    return caught.value.facts["kept"]


def test_late_answers_of_a_slot_are_bounded_whoever_writes_and_what_was_kept_stays(cast):
    attempt = cast.start()
    for number in range(MOST_LATE):
        assert kept_late(cast, attempt, number + 1, str(number), writer=f"w{number % 7}")
    for writer in ("w0", "another"):
        assert not kept_late(cast, attempt, 999, "one too many", writer=writer)
    assert kept_late(cast, attempt, 1, "0", writer="w0"), "a repeat of what was kept"
    assert late_fields() == [{"answer": [str(number)]} for number in range(MOST_LATE)]


def test_a_late_answer_under_a_name_that_is_taken_is_not_said_to_be_kept(cast):
    attempt = cast.start()
    assert kept_late(cast, attempt, 1, "0")
    assert not kept_late(cast, attempt, 1, "1")
    assert late_fields() == [{"answer": ["0"]}]


@pytest.mark.parametrize("days, kept", [(30, True), (31, False)])
def test_late_answers_are_kept_for_a_month(cast, days, kept):
    attempt = cast.start()
    upkeep.run(NOW + timedelta(hours=1), GRACE)
    late = NOW + timedelta(minutes=20, days=days)
    assert kept_late(cast, attempt, 1, "0", now=late) == kept
    assert len(late_fields()) == kept


def test_a_slot_takes_thousands_of_answers_and_then_asks_for_patience(cast):
    attempt = cast.start()
    cast.save(attempt, 1, 1, "0")
    fill = {"attempt_id": attempt, "slot": 1, "act": "save", "fields": {}, "writer": "w1", "saved_at": NOW}
    with transaction() as connection:
        connection.execute(insert(Answer), [fill | {"seq": seq} for seq in range(2, MOST_ANSWERS)])
    cast.save(attempt, 1, MOST_ANSWERS, "1")
    with pytest.raises(TooMany) as caught:
        cast.save(attempt, 1, MOST_ANSWERS + 1, "2")
    assert caught.value.retry_after == 3600
    assert cast.save(attempt, 1, MOST_ANSWERS, "1").seq == MOST_ANSWERS, "a repeat"
    with pytest.raises(StaleAnswer):
        cast.save(attempt, 1, MOST_ANSWERS + 2, "2")
    (outcome,) = attempts.save_many(cast.bo, attempt, [SlotSave(1, MOST_ANSWERS + 1, {})], "w1", NOW, GRACE)
    assert (outcome.status, len(stored(attempt))) == (429, MOST_ANSWERS)
    cast.save(attempt, 2, 1, "0")


def test_after_submitting_it_is_closed_but_a_repeat_still_succeeds(cast):
    attempt = cast.start()
    cast.save(attempt, 1, 1, "0")
    attempts.finish(cast.bo, attempt, NOW)
    assert cast.save(attempt, 1, 1, "0").seq == 1
    with pytest.raises(AttemptClosed):
        cast.save(attempt, 1, 2, "1")


def test_a_closed_slot_takes_no_answer(cast):
    from sqlalchemy import update

    from quiz.db import transaction
    from quiz.models.attempt import AttemptSlot

    attempt = cast.start()
    with transaction() as connection:
        connection.execute(update(AttemptSlot).where(AttemptSlot.slot == 1).values(closed_at=NOW))
    with pytest.raises(SlotClosed):
        cast.save(attempt, 1, 1, "0")
    cast.save(attempt, 2, 1, "0")


def test_a_cleared_answer_is_an_answer(cast):
    attempt = cast.start()
    cast.save(attempt, 1, 1, "0")
    cast.save(attempt, 1, 2, [])
    assert stored(attempt)[-1] == (2, {})
    assert not attempts.page(cast.bo, attempt, 1, NOW).slots[0].answered


def marks(attempt):
    with reading() as connection:
        return connection.execute(
            select(Mark.slot, Mark.fraction).where(Mark.attempt_id == attempt).order_by(Mark.slot)
        ).all()


def test_finish_scores_what_is_current(cast):
    attempt = cast.start()
    page = attempts.page(cast.bo, attempt, None, NOW)
    for view in page.questions:
        right = {
            "single_choice": lambda options: [str(options.index("2"))],
            "multiple_response": lambda options: [str(options.index("two")), str(options.index("four"))],
            "true_false": lambda _: ["0"],
            "short_text": lambda _: [" Nought "],
            "numerical": lambda _: ["144"],
        }[view.presented.type](view.presented.controls.get("options"))
        cast.save(attempt, view.slot, 1, right)
    attempts.finish(cast.bo, attempt, NOW)
    attempts.finish(cast.bo, attempt, NOW)
    assert sorted(row.fraction for row in marks(attempt)) == [0.5, 1, 1, 1, 1]
    with reading() as connection:
        row = connection.execute(select(Attempt).where(Attempt.id == attempt)).one()
    assert (row.grade, row.ended_by, row.finished_at) == (90.0, "student", NOW)


def test_upkeep_ends_what_is_over_with_what_was_saved(cast):
    attempt = cast.start()
    other = cast.start(cast.cy, NOW + timedelta(minutes=10))
    cast.save(attempt, 1, 1, "0")
    due = NOW + timedelta(minutes=20)
    assert upkeep.run(due + GRACE, GRACE).expired == 0
    assert upkeep.run(due + GRACE + timedelta(seconds=1), GRACE).expired == 1
    assert upkeep.run(due + GRACE + timedelta(seconds=1), GRACE).expired == 0
    with reading() as connection:
        rows = connection.execute(select(Attempt.id, Attempt.finished_at, Attempt.ended_by)).all()
    assert sorted(map(tuple, rows)) == [(attempt, due, "time"), (other, None, None)]
    assert len(marks(attempt)) == 5


def test_start_takes_up_the_open_attempt_and_closes_one_that_is_over(cast):
    attempt = cast.start()
    assert cast.start(now=NOW + timedelta(minutes=20)) == attempt
    again = cast.start(now=NOW + timedelta(minutes=21))
    assert again != attempt
    assert len(marks(attempt)) == 5


def test_somebody_who_is_no_student_cannot_start(cast):
    for who in (cast.ada, cast.di, cast.eve):
        with pytest.raises(NotFound):
            cast.start(who)
    with pytest.raises(SignedOut):
        cast.start(Actor(cast.bo.id, 99))
