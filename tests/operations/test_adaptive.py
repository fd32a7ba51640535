"""Adaptive tests on the site: each answer is for good, and brings the next question; on both engines."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
from sqlalchemy import select, update

from quiz.assembly.dice import Dice
from quiz.assembly.path import Thrown, rules_of
from quiz.db import reading, transaction
from quiz.errors import EditConflict, OutOfSequence, QuizError
from quiz.models.adapting import Sitting
from quiz.models.attempt import Attempt, AttemptSlot, Mark
from quiz.models.bank import Bank
from quiz.models.saving import Saved
from quiz.models.versions import take_back
from quiz.operations import adaptive, analysis, attempts, importing, quizzes, rescoring
from quiz.operations.access import editable_bank
from quiz.operations.attempts import SlotSave
from quiz.statistics.adaptive.session import Session
from tests import scaled
from tests.cast import GRACE, NOW
from tests.statements import statements

#: Where the engine makes no difference.
on_one = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def stored(attempt):
    with reading() as connection:
        return connection.execute(select(Attempt).where(Attempt.id == attempt)).one()


def slots(attempt):
    with reading() as connection:
        return connection.execute(
            select(AttemptSlot, Mark.fraction)
            .outerjoin(Mark, (Mark.attempt_id == AttemptSlot.attempt_id) & (Mark.slot == AttemptSlot.slot))
            .where(AttemptSlot.attempt_id == attempt)
            .order_by(AttemptSlot.slot)
        ).all()


def begin(cast, rules="fewest: 4, most: 8", **given):
    cast.quiz = scaled.publish(cast, scaled.plan(rules), **given)
    return cast.start()


def test_an_attempt_from_its_start_to_its_grade(cast):
    attempt = begin(cast)
    page = attempts.page(cast.bo, attempt, 1, NOW)
    assert (len(page.slots), page.at_slot) == (1, 1)
    seen = scaled.sit(cast, attempt, scaled.knows(1.0))
    assert len(seen) == len(set(seen)) == 8
    assert not {0, 1} <= set(seen)  # enemies
    row = stored(attempt)
    assert (row.ended_by, row.stopped, row.algorithm) == ("student", "most", "adaptive/1")
    assert 0.3 < row.ability < 2
    assert 0.3 < row.ability_error < 0.8
    assert 60 < row.grade < 95
    steps = [one.step for one in slots(attempt)]
    assert steps[0] == {"out_of": 24, "ability": None, "error": None}
    assert all(after["error"] < before["error"] for before, after in pairwise(steps[1:]))
    assert [one.fraction for one in slots(attempt)] == [float(scaled.knows(1.0)(name)) for name in seen]


@on_one
def test_the_stronger_gets_the_higher_grade_and_the_harder_questions(cast):
    attempt = begin(cast, "fewest: 4, most: 8, among: 1")
    weak = scaled.sit(cast, attempt, scaled.knows(-1.5))
    again = cast.start()
    strong = scaled.sit(cast, again, scaled.knows(1.5))
    assert np.mean(strong) > np.mean(weak)
    assert not set(weak) & set(strong)  # the pool holds enough for two attempts
    assert stored(attempt).grade < 50 < stored(again).grade


def test_a_repeat_gives_the_same_and_what_was_left_takes_no_answer(cast):
    attempt = begin(cast)
    first = scaled.give(cast, attempt, 1, right=True)
    assert (first.seq, first.closed) == (1, True)
    after = scaled.view(cast, attempt)
    assert after.slot == 2
    assert scaled.give(cast, attempt, 1, right=True) == first
    assert [one.slot for one in slots(attempt)] == [1, 2]
    for seq, writer in ((1, "other"), (2, "w")):
        with pytest.raises(OutOfSequence):
            scaled.give(cast, attempt, 1, right=False, seq=seq, writer=writer)
    assert scaled.view(cast, attempt).presented == after.presented


@on_one
def test_a_blank_stays_where_it_is(cast):
    attempt = begin(cast)
    one = SlotSave(1, 1, {"answer": []}, "check")
    assert scaled.practice.save(cast.bo, attempt, one, "w", NOW, GRACE).closed is False
    assert [one.fraction for one in slots(attempt)] == [None]


def test_two_tabs_at_once_bring_one_question(cast, app):
    attempt = begin(cast)

    def answer(writer):
        with app.app_context():
            try:
                return scaled.give(cast, attempt, 1, right=writer < "e", writer=writer)
            except QuizError as error:
                return error

    with ThreadPoolExecutor(4) as crowd:
        outcomes = list(crowd.map(answer, "abcdefgh"))
    assert sum(isinstance(one, Saved) for one in outcomes) == 1
    assert {type(one) for one in outcomes} == {Saved, OutOfSequence}
    assert [one.slot for one in slots(attempt)] == [1, 2]
    assert len([one for one in slots(attempt) if one.fraction is not None]) == 1


@on_one
def test_it_ends_as_soon_as_it_is_precise(cast):
    attempt = begin(cast, "fewest: 3, most: 20, error: 0.6")
    seen = scaled.sit(cast, attempt, scaled.knows(0))
    row = stored(attempt)
    assert row.stopped == "error"
    assert 3 <= len(seen) < 20
    assert row.ability_error <= 0.6
    assert slots(attempt)[-1].step["error"] > 0.6


@on_one
def test_what_is_saved_when_the_time_is_up_counts_and_what_was_not_reached_does_not(cast):
    cast.quiz = scaled.publish(cast, scaled.plan(more="  limit: 20\n"))
    late = NOW + timedelta(minutes=21)
    found = []
    for answer in (None, "1"):
        attempt = cast.start()
        for slot in range(1, 5):
            scaled.give(cast, attempt, slot, right=True)
        if answer:
            cast.save(attempt, 5, 1, answer)
        attempts.finish(cast.bo, attempt, late)
        row = stored(attempt)
        assert (row.ended_by, row.stopped) == ("time", None)
        found.append(row.ability)
    assert found[0] > found[1]


@on_one
def test_who_stops_early_has_only_the_part_that_was_answered(cast):
    attempt = begin(cast)
    scaled.give(cast, attempt, 1, right=True)
    attempts.finish(cast.bo, attempt, NOW)
    full = stored(attempt)
    assert full.grade < 25  # a quarter of what a right answer tells
    attempt = cast.start()
    attempts.finish(cast.bo, attempt, NOW)
    assert (stored(attempt).grade, stored(attempt).ability) == (0, None)


@on_one
def test_trial_questions_are_asked_and_do_not_count(cast):
    """They stand before the last question that everybody has, and leave the path as it is without them."""
    cast.quiz = scaled.publish(cast, scaled.plan("fewest: 4, most: 6, trial: 3"), trials=5)
    attempt = cast.start()
    scaled.sit(cast, attempt, scaled.knows(0.5))
    rows = slots(attempt)
    tried = [one.slot for one in rows if one.trial]
    assert (len(rows), len(tried)) == (9, 3)
    assert max(tried) < 7
    assert all(one.fraction == 0 for one in rows if one.trial)
    row = stored(attempt)
    assert row.ability > 0


@on_one
def test_the_site_and_the_statistics_choose_the_same(cast):
    """The session of ``quiz simulate`` with one examinee and the chance of the attempt's seed."""
    sections = "  - {bank: scaled, topic: sums, count: 3}\n  - {bank: scaled, topic: products, count: 1}\n"
    cast.quiz = scaled.publish(cast, scaled.plan("fewest: 4, most: 8, exposure: progressive", sections))
    attempt = cast.start()
    able = scaled.knows(-0.3)
    seen = scaled.sit(cast, attempt, able)
    with reading() as connection:
        sitting = Sitting.of(connection, attempt)
    rules, pool = rules_of(sitting.blueprint), sitting.stock.pool
    session, expected = Session(pool, rules, 1, Thrown(Dice(sitting.seed))), []
    while session.going.any():
        who, items = session.choose()
        expected.append(int(pool.items[items[0]].name[-2:]))
        session.take(who, items, np.array([able(expected[-1])], dtype=np.intp))
    assert seen == expected
    assert sum(name % 2 == 0 for name in seen) == 6  # three of four are sums
    assert stored(attempt).ability == pytest.approx(session.theta[0])


def test_a_path_followed_once_more_is_the_same_until_its_record_is_changed(cast):
    cast.quiz = scaled.publish(cast, scaled.plan("fewest: 4, most: 8, error: 0.55, trial: 2"), trials=4)
    scaled.sit(cast, cast.start(), scaled.knows(0.3))
    running = cast.start()  # another attempt: its questions are others
    scaled.give(cast, running, 1, right=False)
    found = adaptive.replay(cast.quiz)
    assert [one.questions for one in found][1] == 2
    assert [one.differences for one in found] == [(), ()]
    with transaction() as connection:
        connection.execute(
            update(Mark).where(Mark.attempt_id == running, Mark.slot == 1).values(fraction=1, points=1)
        )
    (difference,) = {one.slot for one in adaptive.replay(cast.quiz)[1].differences}
    assert difference == 2


@on_one
def test_a_rescored_question_is_estimated_anew_and_the_path_stays(cast):
    """Half of the answers were wrong; one of them counts as right now, and is then left out."""
    attempt = begin(cast)
    scaled.sit(cast, attempt, scaled.knows(0))
    before = stored(attempt)
    wrong = next(one for one in slots(attempt) if one.fraction == 0)
    request = rescoring.Request("full-credit", wrong.version_id, False, "")
    done = rescoring.run(None, cast.quiz, request, NOW)
    after = stored(attempt)
    assert after.ability > before.ability
    assert after.grade > before.grade
    assert done.changes[0].grade_after == pytest.approx(after.grade)
    assert adaptive.replay(cast.quiz)[0].differences == ()
    rescoring.undo(None, cast.quiz, done.rescoring_id, NOW)
    assert stored(attempt).ability == before.ability


@on_one
def test_an_answer_that_was_only_saved_counts_and_leads_nowhere(cast):
    """The last one, where the test is submitted, or time is up, before it is given for good."""
    attempt = begin(cast, "fewest: 4, most: 4")
    for slot in (1, 2, 3):
        scaled.give(cast, attempt, slot, right=True)
    short = SlotSave(4, 1, {"answer": ["0"]})
    attempts.save(cast.bo, attempt, short, "w", NOW, GRACE)
    attempts.finish(cast.bo, attempt, NOW)
    assert stored(attempt).stopped is None
    assert [one.fraction for one in slots(attempt)] == [1, 1, 1, 1]
    assert adaptive.replay(cast.quiz)[0].differences == ()


@on_one
def test_many_attempts_are_rescored_with_one_look_at_their_pool(cast):
    """Two: what would change, and what changes; while it is written nobody can save (SQLite)."""
    cast.quiz = scaled.publish(cast, scaled.plan("fewest: 4, most: 4"), size=5)
    for _ in range(3):
        attempt = cast.start()
        scaled.sit(cast, attempt, scaled.knows(0, size=5))
    wrong = next(one for one in slots(attempt) if one.fraction == 0)
    request = rescoring.Request("full-credit", wrong.version_id, False, "")
    with statements() as sent:
        done = rescoring.run(None, cast.quiz, request, NOW)
    assert len(done.changes) == 3
    assert sum("FROM quiz_pool" in one for one in sent) == 2


@on_one
def test_a_question_that_may_still_come_is_not_lost_when_its_version_is_taken_back(cast):
    """The pool is frozen: attempts get its versions, whatever becomes of the bank."""
    cast.quiz = scaled.publish(cast, scaled.plan())
    attempt = cast.start()
    with transaction() as connection:
        bank, owner = connection.execute(select(Bank.id, Bank.owner_id).where(Bank.slug == "scaled")).one()
        assert take_back(connection, bank, NOW, owner, NOW + timedelta(hours=1)) == 24
    scaled.give(cast, attempt, 1, right=True)
    assert "Statement" in scaled.view(cast, attempt).presented.prompt


def test_publishing_waits_for_what_is_being_taken_back(beside, cast):
    """It would keep a pool of versions that are about to go (PostgreSQL): a student would be led to none."""
    importing.import_bank(cast.ada, scaled.bank(), "scaled.yaml", NOW)
    quiz = quizzes.create(cast.ada, cast.course, scaled.plan(), NOW)
    with transaction() as parked:
        bank = parked.execute(select(Bank.id).where(Bank.slug == "scaled")).scalar_one()
        editable_bank(parked, cast.ada, bank)
        take_back(parked, bank, NOW, cast.ada.id, NOW)
        publishing = beside(lambda: quizzes.publish(cast.ada, quiz, NOW))
        with pytest.raises(TimeoutError):
            publishing.result(0.3)
    with pytest.raises(EditConflict):
        publishing.result(10)


@on_one
def test_a_report_has_the_grades_and_no_sums_of_marks(cast):
    cast.quiz = scaled.publish(cast, scaled.plan("fewest: 4, most: 8, trial: 1"), trials=2)
    for ability in (-1, 0, 1):
        scaled.sit(cast, cast.start(), scaled.knows(ability))
    found = analysis.quiz_report(cast.ada, cast.quiz, "all", NOW, GRACE).analysis
    with reading() as connection:
        grades = connection.execute(select(Attempt.grade)).scalars().all()
    assert found.whole.mean == pytest.approx(np.mean(grades))
    assert (found.whole.alpha, found.over, found.places) == (None, "", ())
    assert all(one.figures.discrimination_index is None for one in found.questions)
    assert not any(one.question.endswith(("q24", "q25")) for one in found.questions)  # on trial
