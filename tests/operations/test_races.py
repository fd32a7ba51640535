"""Races on both engines: parked transactions, crowds of submissions, saves in any order."""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from quiz.banks.yaml import read_bank
from quiz.db import reading, transaction
from quiz.errors import AttemptClosed, Invalid, QuizError, SlotClosed, StaleAnswer
from quiz.models.attempt import Answer, Attempt, AttemptSlot, Mark
from quiz.models.bank import new_bank
from quiz.models.closing import close
from quiz.models.saving import Save, Saved
from quiz.models.saving import save as write_answer
from quiz.operations import accounts, attempts, authoring, enrolling, importing, joining, quizzes
from quiz.operations.access import Actor
from quiz.operations.attempts import SlotSave
from tests.cast import ADDRESS, BANK, GRACE, NOW, PASSWORD

WAIT = 10


def demand_waiting(future):
    """It has had time to end, and has not."""
    time.sleep(0.3)
    assert not future.done()


def right_option(cast, attempt):
    """(slot, shown position) of the right answer to the single choice."""
    for view in attempts.page(cast.bo, attempt, None, NOW).questions:
        if view.presented.type == "single_choice":
            return view.slot, str(view.presented.controls["options"].index("2"))
    raise AssertionError


def marks_of(attempt):
    with reading() as connection:
        rows = connection.execute(select(Mark.slot, Mark.fraction).where(Mark.attempt_id == attempt)).all()
    return {row.slot: row.fraction for row in rows}


def test_a_submission_waits_for_a_save_that_is_under_way(beside, cast):
    """The acknowledged answer counts. Without the lock of ``saving`` it misses the marks (PostgreSQL)."""
    attempt = cast.start()
    slot, position = right_option(cast, attempt)
    one = Save(cast.bo.id, cast.bo.epoch, attempt, slot, 1, "save", "w", {"answer": [position]})
    with transaction() as parked:
        assert isinstance(write_answer(parked, one, NOW, GRACE), Saved)
        submission = beside(lambda: attempts.finish(cast.bo, attempt, NOW))
        demand_waiting(submission)
    submission.result(WAIT)
    assert marks_of(attempt)[slot] == 1


def test_a_save_waits_for_whatever_closes_its_slot(beside, cast):
    attempt = cast.start()
    with transaction() as parked:
        parked.execute(update(AttemptSlot).where(AttemptSlot.attempt_id == attempt).values(closed_at=NOW))
        save = beside(lambda: cast.save(attempt, 1, 1, "0"))
        demand_waiting(save)
    with pytest.raises(SlotClosed):
        save.result(WAIT)


def test_a_save_waits_for_a_submission_under_way(beside, cast):
    attempt = cast.start()
    with transaction() as parked:
        close(parked, attempt, "student", NOW, NOW)
        save = beside(lambda: cast.save(attempt, 1, 1, "0"))
        demand_waiting(save)
    with pytest.raises(AttemptClosed):
        save.result(WAIT)


def test_postgresql_runs_read_committed(app, engine):
    """Under REPEATABLE READ a submission that waited for a save would not see it."""
    if engine == "postgresql":
        with reading() as connection:
            assert connection.connection.dbapi_connection.autocommit  # spares two round trips
        with transaction() as connection:  # the same connection, out of the pool
            assert not connection.connection.dbapi_connection.autocommit
            assert connection.get_isolation_level() == "READ COMMITTED"


def crowd(app, size, work):
    """Runs ``work(number)`` in this many threads that begin together. Returns results and expected errors."""
    gate = threading.Barrier(size)

    def run(number):
        with app.app_context():
            gate.wait(WAIT)
            try:
                return work(number)
            except QuizError as error:
                return error

    with ThreadPoolExecutor(size) as pool:
        return list(pool.map(run, range(size)))


def test_many_submissions_give_one_set_of_marks(app, cast):
    """200 submissions in crowds of 20, with saves among them."""
    attempt = cast.start()
    slot, position = right_option(cast, attempt)

    def work(number):
        if number % 5 == 4:
            return cast.save(attempt, slot, 1, position, writer=f"w{number}")
        return attempts.finish(cast.bo, attempt, NOW)

    outcomes = [outcome for _ in range(10) for outcome in crowd(app, 20, work)]
    errors = Counter(type(outcome) for outcome in outcomes if isinstance(outcome, QuizError))
    assert set(errors) <= {AttemptClosed, StaleAnswer}
    acknowledged = any(isinstance(outcome, Saved) for outcome in outcomes)
    with reading() as connection:
        rows = connection.execute(select(Mark.slot).where(Mark.attempt_id == attempt)).scalars().all()
    assert sorted(rows) == [1, 2, 3, 4, 5]
    assert marks_of(attempt)[slot] == (1 if acknowledged else 0)


def test_a_crowd_of_starts_of_one_student_makes_one_attempt(app, cast):
    started = crowd(app, 12, lambda _: cast.start())
    assert len(set(started)) == 1
    with reading() as connection:
        assert connection.execute(select(func.count()).select_from(Attempt)).scalar_one() == 1
        assert connection.execute(select(func.count()).select_from(AttemptSlot)).scalar_one() == 5


def test_two_writers_of_one_seq_have_one_winner(app, cast):
    attempt = cast.start()
    outcomes = crowd(app, 10, lambda number: cast.save(attempt, 1, 1, str(number % 3), writer=f"w{number}"))
    won = [outcome for outcome in outcomes if isinstance(outcome, Saved)]
    assert len(won) == 1
    assert all(isinstance(outcome, StaleAnswer) for outcome in outcomes if outcome is not won[0])


SAVES = st.lists(
    st.tuples(
        st.integers(1, 6),  # the seq that is wanted: skipped, repeated, reordered
        st.sampled_from(["a", "b", "c", ""]),
        st.sampled_from(["phone", "laptop"]),
    ),
    max_size=12,
)


def stale_or_saved(save):
    try:
        return save()
    except StaleAnswer as error:
        return error


@given(saves=SAVES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_last_acknowledged_answer_is_the_current_one(app, cast, saves):
    """Whatever is sent in whatever order: seqs have no gaps, nothing is overwritten, the newest accepted stands."""
    attempt = cast.start()
    slot = 1
    with reading() as connection:
        before = connection.execute(
            select(func.coalesce(func.max(Answer.seq), 0)).where(
                Answer.attempt_id == attempt, Answer.slot == slot
            )
        ).scalar_one()
    accepted = {}
    for wanted, answer, writer in saves:
        seq, fields = before + wanted, {"answer": [answer]} if answer else {}
        saved = stale_or_saved(lambda: cast.save(attempt, slot, seq, fields.get("answer", []), writer=writer))  # noqa: B023
        if isinstance(saved, StaleAnswer):
            assert saved.facts["current"]["seq"] == before + len(accepted)
            continue
        assert saved.current_seq == before + len(accepted) + (seq not in accepted)
        assert accepted.setdefault(seq, (fields, writer)) == (fields, writer)
    assert list(accepted) == list(range(before + 1, before + 1 + len(accepted)))
    current = attempts.page(cast.bo, attempt, slot, NOW).questions[0]
    assert current.seq == before + len(accepted)
    if accepted:
        assert current.fields == accepted[current.seq][0]


def test_pages_that_save_the_same_slots_in_another_order_never_wait_for_each_other(beside, cast, monkeypatch):
    """One of them wins all slots. Written in the order of arrival they would stop each other (PostgreSQL)."""
    attempt = cast.start()
    saves = [SlotSave(slot, 1, {"answer": ["0"]}) for slot in (1, 2)]
    write, others = attempts.write_answer, []

    def write_and_let_another_save(*given):
        written = write(*given)
        if not others:
            others.append(None)
            others[0] = beside(lambda: attempts.save_many(cast.bo, attempt, saves, "b", NOW, GRACE))
            time.sleep(0.3)
        return written

    monkeypatch.setattr(attempts, "write_answer", write_and_let_another_save)
    mine = attempts.save_many(cast.bo, attempt, saves[::-1], "a", NOW, GRACE)
    theirs = others[0].result(WAIT)
    assert [type(one) for one in mine] == [Saved, Saved]
    assert [type(one) for one in theirs] == [StaleAnswer, StaleAnswer]


def test_an_attempt_started_while_its_quiz_is_changed_gets_the_new_deadline(beside, cast, monkeypatch):
    insert_attempt, others = attempts._insert_attempt, []
    quiz = quizzes.manage(cast.ada, cast.quiz)
    sheet = replace(quiz.sheet, limit_minutes=5)

    def insert_while_another_edits(*given):
        edit = beside(lambda: quizzes.edit(cast.ada, cast.quiz, quiz.edits, sheet, quiz.blueprint_text, NOW))
        others.append(edit)
        time.sleep(0.5)
        return insert_attempt(*given)

    monkeypatch.setattr(attempts, "_insert_attempt", insert_while_another_edits)
    attempt = cast.start()
    others[0].result(WAIT)
    assert attempts.page(cast.bo, attempt, None, NOW).due_at == NOW + timedelta(minutes=5)


def test_two_administrators_do_not_take_the_right_from_each_other(beside, cast, monkeypatch):
    other = Actor(accounts.add_user(None, "flo", "Flo", PASSWORD, "administrator", NOW), 1)
    change, others = accounts._change, []

    def change_while_the_other_does(*given, **values):
        change(*given, **values)
        if not others:
            others.append(None)
            others[0] = beside(lambda: accounts.set_role(other, cast.eve.id, "user", NOW))
            demand_waiting(others[0])

    monkeypatch.setattr(accounts, "_change", change_while_the_other_does)
    accounts.set_role(cast.eve, other.id, "user", NOW)
    with pytest.raises(QuizError):
        others[0].result(WAIT)
    assert accounts.user(cast.eve, cast.eve.id).role == "administrator"


@pytest.mark.parametrize("often", ["join", "enrol"])
def test_a_double_click_enters_a_course_once(app, cast, often):
    def enter(_):
        with app.app_context():
            if often == "join":
                return joining.join_as(cast.di, cast.join_code, ADDRESS, NOW)
            return enrolling.enrol(cast.ada, cast.course, "di", "reader", NOW)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(enter, range(8)))
    assert [one.id for one in accounts.me(cast.di).courses] == [cast.course]


def test_two_first_imports_of_a_bank_come_one_after_the_other(beside, cast):
    """The second waits, and compares with what the first has written (an IntegrityError on PostgreSQL before)."""
    fresh = BANK.replace("bank: small", "bank: fresh")
    with transaction() as parked:
        first = new_bank(parked, read_bank(fresh, "fresh.yaml"), cast.ada.id, NOW)
        second = beside(lambda: importing.import_bank(cast.ada, fresh, "fresh.yaml", NOW))
        demand_waiting(second)
    report = second.result(WAIT)
    assert (report.bank_id, len(report.new)) == (first, 5)


def test_the_second_of_two_who_make_a_bank_of_one_name_is_told(beside, cast):
    fresh = BANK.replace("bank: small", "bank: fresh")
    with transaction() as parked:
        new_bank(parked, read_bank(fresh, "fresh.yaml"), cast.ada.id, NOW)
        second = beside(lambda: authoring.add_bank(cast.ada, "fresh", "Another", "en", NOW))
        demand_waiting(second)
    with pytest.raises(Invalid, match="already"):
        second.result(WAIT)
