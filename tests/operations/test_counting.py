"""Counted attempts: a report over them is that over all papers, whatever happens in between, on both databases."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update

from quiz.banks import tallying
from quiz.banks.analysing import figures
from quiz.banks.tallying import Paper, tally_of
from quiz.db import reading, snapshot, transaction
from quiz.models import counting
from quiz.models.analysing import WHICH
from quiz.models.attempt import Answer, Attempt, AttemptSlot, Mark
from quiz.models.counting import (
    FIRST,
    HIGHEST,
    LAST,
    STANDINGS,
    CountedAttempt,
    ItemStatistics,
    PairSums,
    counted_of_quiz,
    forget,
    standings_in,
    standings_of,
)
from quiz.models.papers import held_in, papers_of
from quiz.operations import attempts, marking, quizzes, rescoring, upkeep
from quiz.operations.marking import Given, Place
from quiz.operations.rescoring import Request
from tests.cast import BLUEPRINT, GRACE, NOW
from tests.operations.test_quizzes import edit
from tests.sittings import EVERY, join, sit

LATER = NOW + timedelta(days=1)


def whole(connection, quiz, standings):
    """The full computation: every finished attempt's paper, read and summed."""
    finished = connection.execute(
        select(Attempt.id, Attempt.user_id, Attempt.number, Attempt.grade).where(
            Attempt.quiz_id == quiz, Attempt.finished_at.is_not(None)
        )
    ).all()
    papers = papers_of(connection, Attempt.quiz_id == quiz)
    standing = standings_of(finished)
    return tally_of([paper for attempt, paper in papers.items() if standing[attempt] in standings])


def demand_equal(quiz, grading="highest", whiches=WHICH):
    """Whichever attempts count, what is counted and the full computation are the same."""
    with snapshot() as connection:
        for which in whiches:
            standings = standings_in(which, grading)
            counted, full = (
                counted_of_quiz(connection, quiz, standings).tally,
                whole(connection, quiz, standings),
            )
            assert counted.kinds() == full.kinds(), which
            held = held_in(connection, full.versions)
            assert figures(counted, held, 100) == figures(full, held, 100), which


def uncounted():
    with reading() as connection:
        return len(connection.execute(select(Attempt.id).where(counting.UNCOUNTED)).all())


class Life:
    """What happens to the attempts of a quiz, by chance."""

    def __init__(self, cast, quiz, seed):
        self.cast, self.quiz, self.dice = cast, quiz, random.Random(seed)
        self.students = [cast.bo, cast.cy, join(cast, "Dee")]
        self.rescorings = []
        self.now = LATER

    def finished(self):
        with reading() as connection:
            rows = connection.execute(
                select(Attempt.id, AttemptSlot.slot, AttemptSlot.version_id)
                .join(AttemptSlot, AttemptSlot.attempt_id == Attempt.id)
                .where(Attempt.quiz_id == self.quiz, Attempt.finished_at.is_not(None))
                .order_by(Attempt.id, AttemptSlot.slot)
            )
            return rows.all()

    def act(self):
        self.now += timedelta(minutes=1)
        getattr(
            self, self.dice.choice([*("sit",) * 4, *("count",) * 3, "mark", "rescore", "undo", "erase"])
        )()

    def sit(self):
        right = {kind for kind in EVERY if self.dice.random() < 0.6}
        blank = {kind for kind in EVERY if self.dice.random() < 0.2}
        sit(self.cast, self.dice.choice(self.students), right, blank=blank, quiz=self.quiz)

    def count(self):
        with transaction() as connection:
            counting.count(connection, self.quiz, self.now, self.dice.choice([1, 2, 50]))

    def mark(self):
        for row in self.dice.sample(self.finished(), 1) if self.finished() else ():
            with reading() as connection:
                rounds = select(Mark.round).where(
                    Mark.attempt_id == row.id, Mark.slot == row.slot, Mark.superseded_at.is_(None)
                )
                seen = connection.execute(rounds).scalar_one()
            points = Given(points=self.dice.choice(["0", "0.5", "100 %"]))
            marking.give(self.cast.ada, self.quiz, Place(row.id, row.slot), seen, points, self.now)

    def rescore(self):
        for row in self.dice.sample(self.finished(), 1) if self.finished() else ():
            policy = self.dice.choice(["full-credit", "drop"])
            done = rescoring.run(self.cast.ada, self.quiz, Request(policy, row.version_id), self.now)
            self.rescorings.append(done.rescoring_id)

    def undo(self):
        if self.rescorings:
            rescoring.undo(self.cast.ada, self.quiz, self.rescorings.pop(), self.now)

    def erase(self):
        """Retention: a student's attempt is deleted for good, the newest, since the next has the number after those left."""
        with reading() as connection:
            newest = (
                select(func.max(Attempt.id)).where(Attempt.quiz_id == self.quiz).group_by(Attempt.user_id)
            )
            found = sorted(connection.execute(newest).scalars())
        for attempt in self.dice.sample(found, min(1, len(found))):
            erase(attempt)


def erase(attempt):
    with transaction() as connection:
        forget(connection, [attempt])
        for table in (Mark, Answer, AttemptSlot):
            connection.execute(delete(table).where(table.attempt_id == attempt))
        connection.execute(delete(Attempt).where(Attempt.id == attempt))


@pytest.mark.parametrize("drawn", [5, 3])
def test_whatever_happens_the_figures_are_those_of_the_full_computation(cast, drawn):
    """With five questions of five all papers are alike, with three of five they differ."""
    quiz = quizzes.create(cast.ada, cast.course, BLUEPRINT.replace("count: 5", f"count: {drawn}"), NOW)
    quizzes.publish(cast.ada, quiz, NOW)
    life = Life(cast, quiz, drawn)
    for step in range(16):
        life.act()
        demand_equal(quiz, whiches=[WHICH[step % len(WHICH)]])
    upkeep.run(life.now, GRACE)
    assert uncounted() == 0
    demand_equal(quiz)
    for attempt in {row.id for row in life.finished()}:
        erase(attempt)
    upkeep.run(life.now, GRACE)
    with reading() as connection:
        for table in (ItemStatistics, PairSums, CountedAttempt):
            assert connection.execute(select(table)).all() == []


def test_a_mark_that_changes_while_attempts_are_counted_is_counted_afterwards(cast, beside, engine):
    """On PostgreSQL the attempt that somebody marks is passed over; on SQLite the one waits for the other."""
    attempt = sit(cast, cast.bo)
    other = sit(cast, cast.cy)
    with transaction() as connection:
        if engine == "postgresql":
            connection.execute(select(Attempt.id).where(Attempt.id == attempt).with_for_update())
            assert beside(lambda: upkeep.run(LATER, GRACE)).result().counted == 1
        connection.execute(
            update(Mark).where(Mark.attempt_id == attempt).values(fraction=0.25, points=0.25 * Mark.max)
        )
        connection.execute(update(Attempt).where(Attempt.id == attempt).values(grade=25, counted_at=None))
    assert upkeep.run(LATER, GRACE).counted == (1 if engine == "postgresql" else 2)
    demand_equal(cast.quiz)
    assert other


def test_many_different_totals_are_counted_to_two_decimals(cast, monkeypatch):
    sit(cast, cast.bo)
    upkeep.run(LATER, GRACE)
    monkeypatch.setattr(counting, "MOST_TOTALS", 2)
    for right in (("single_choice",), ("single_choice", "true_false", "numerical")):
        attempt = sit(cast, cast.cy, set(right))
        with transaction() as connection:  # a third of a mark more
            third = Mark.attempt_id == attempt, Mark.slot == 1
            connection.execute(update(Mark).where(*third).values(fraction=1 / 3, points=1 / 3))
        upkeep.run(LATER, GRACE)
    with snapshot() as connection:
        standings = standings_in("all", "highest")
        counted, full = (
            counted_of_quiz(connection, cast.quiz, standings).tally,
            whole(connection, cast.quiz, standings),
        )
    assert (counted.coarse, full.coarse) == (True, False)
    coarse = Counter()
    for cell, n in full.counts.items():
        coarse[tallying.coarse(cell)] += n
    assert counted.counts == coarse
    totals = [values[0] for _version, kind, values in counted.counts if kind == "paper"]
    assert totals == [round(total, 2) for total in totals]
    erase(attempt)
    with snapshot() as connection:
        assert counted_of_quiz(connection, cast.quiz, STANDINGS).tally.number_of("paper") == 2


def test_all_attempts_of_a_student_have_a_standing(cast):
    """Of 40, 100, 100 the second is the highest: of equals the earlier one."""
    for right in ({"single_choice", "true_false"}, EVERY, EVERY):
        sit(cast, cast.bo, right)
    only = sit(cast, cast.cy)
    upkeep.run(LATER, GRACE)
    with reading() as connection:
        rows = connection.execute(select(CountedAttempt.attempt_id, CountedAttempt.standing))
        found = {row.attempt_id: row.standing for row in rows}
    assert [found[one] for one in sorted(found)] == [FIRST, HIGHEST, LAST, FIRST | LAST | HIGHEST]
    assert max(found) == only


@pytest.mark.parametrize(
    "which, grading, standings",
    [
        ("first", "highest", [1, 3, 5, 7]),
        ("last", "average", [2, 3, 6, 7]),
        ("counted", "highest", [4, 5, 6, 7]),
        ("counted", "last", [2, 3, 6, 7]),
        ("counted", "average", [*range(8)]),
        ("all", "first", [*range(8)]),
    ],
)
def test_which_standings_count(which, grading, standings):
    assert standings_in(which, grading) == standings


def test_a_changed_grading_method_needs_no_new_count(cast):
    sit(cast, cast.bo, {"single_choice"})
    sit(cast, cast.bo)
    upkeep.run(LATER, GRACE)
    edit(cast, grading="last")
    assert uncounted() == 0
    demand_equal(cast.quiz, "last")


def test_a_round_counts_no_more_than_it_may(cast):
    for _ in range(3):
        sit(cast, cast.bo)
    assert upkeep.run(LATER, GRACE, most=0).counted == 0
    assert upkeep.run(LATER, GRACE, most=2).counted == 3  # a batch is not cut
    assert uncounted() == 0


def test_the_commonest_answers_are_listed_though_some_are_not_counted_yet(cast):
    """Fourteen ways of being wrong; the rarest counted one becomes the commonest by two that are not counted."""
    for number in range(14):
        sit(cast, cast.bo, picks={"short_text": {f"answer {number:02}"}})
    upkeep.run(LATER, GRACE)
    for _ in range(2):
        sit(cast, cast.bo, picks={"short_text": {"answer 13"}})
    with snapshot() as connection:
        tally = counted_of_quiz(connection, cast.quiz, STANDINGS).tally
        held = held_in(connection, tally.versions)
        full = whole(connection, cast.quiz, STANDINGS)
    (typed,) = [one for one in figures(tally, held, 100).questions if one.type == "short_text"]
    assert (typed.answers[0].text, typed.answers[0].n) == ("answer 13", 3)
    assert figures(tally, held, 100) == figures(full, held, 100)
    assert len(typed.answers) == 12


def test_an_attempt_in_progress_is_not_counted(cast):
    cast.start()
    assert upkeep.run(NOW, GRACE).counted == 0
    with snapshot() as connection:
        assert counted_of_quiz(connection, cast.quiz, STANDINGS).tally.kinds() == {}
    attempts.finish(cast.bo, 1, NOW)
    assert upkeep.run(NOW, GRACE).counted == 1
    assert Paper.load(Paper().dump()) == Paper()


def test_a_report_does_not_look_at_every_attempt(cast, engine):
    """SQLite, which knows nothing of how many rows there are, finds those not counted by their own index."""
    if engine == "postgresql":
        return
    students = select(Attempt.user_id).where(Attempt.quiz_id == cast.quiz, counting.UNCOUNTED).distinct()
    for statement in (students, students.with_only_columns(Attempt.id).order_by(Attempt.id).limit(50)):
        with reading() as connection:
            text = statement.compile(connection, compile_kwargs={"literal_binds": True}).string
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}").all()
        assert "ix_attempt_uncounted" in plan[0][3], plan


def test_two_that_count_at_once_count_each_attempt_once(app, cast):
    for _ in range(4):
        sit(cast, cast.bo)

    def upkeep_of_one():
        with app.app_context():
            return upkeep.run(LATER, GRACE).counted

    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(upkeep_of_one) for _ in range(2)]
        assert sum(one.result() for one in done) == 4
    demand_equal(cast.quiz)
