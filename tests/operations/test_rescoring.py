"""Rescoring: a dry run is the run, an undo is as before, hand-given marks stay; every policy, by question and by quiz."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from quiz.db import reading, transaction
from quiz.errors import Conflict, EditConflict, Forbidden, Invalid, NotFound
from quiz.models.attempt import Answer, Attempt, AttemptSlot, LateAnswer, Mark
from quiz.models.audit import AuditEvent
from quiz.models.bank import Question, QuestionVersion
from quiz.models.closing import close
from quiz.operations import (
    analysis,
    attempts,
    enrolling,
    grading,
    importing,
    marking,
    practice,
    quizzes,
    rescoring,
    reviews,
)
from quiz.operations.marking import Given, Place
from quiz.operations.rescoring import POLICIES, Request, doing
from tests.cast import GRACE, NOW
from tests.operations.test_races import WAIT, demand_waiting

LATER = NOW + timedelta(minutes=5)
BANK = """
format: quiz-bank/1
bank: keys
title: Keys
language: en
questions:
  - id: choice
    type: single_choice
    timeless: true
    shuffle: false
    prompt: Which?
    options: [{text: one, correct: true}, {text: two}, {text: three}]
  - id: gaps
    type: cloze
    timeless: true
    points: 3
    prompt: Fill in.
    text: The [[1]] and the [[2]].
    gaps: {"1": {type: short_text, answers: [{text: cat}]}, "2": {type: numerical, weight: 2, answers: [{value: 5}]}}
  - id: number
    type: numerical
    timeless: true
    points: 2
    prompt: How many?
    answers: [{value: 8}, {value: 7, credit: 0.5}]
  - {id: fact, type: true_false, timeless: true, prompt: It holds., answer: true}
"""
#: What a teacher may mend, as replacements in the bank.
MENDED = {
    "choice": ("{text: one, correct: true}, {text: two}", "{text: one}, {text: two, correct: true}"),
    "gaps": ("[{text: cat}]", "[{text: cat}, {text: dog}]"),
    "number": ("[{value: 8}, {value: 7, credit: 0.5}]", "[{value: 9}, {value: 8, credit: 0.25}]"),
    "fact": ("answer: true", "answer: false"),
}
BLUEPRINT = """
format: quiz-blueprint/1
title: Keys
sections: [{title: All, bank: keys, count: 4}]
order: as_listed
settings: {attempts: null, pass: 50}
"""
#: Answers to each question, one of which may be right by either key.
ANSWERS = {
    "choice": [{"answer": ["0"]}, {"answer": ["1"]}, {"answer": ["2"]}, {}],
    "gaps": [
        {"answer-0": ["cat"], "answer-1": ["5"]},
        {"answer-0": ["dog"], "answer-1": ["5"]},
        {"answer-0": ["dog"]},
        {},
    ],
    "number": [{"answer": ["7"]}, {"answer": ["8"]}, {"answer": ["9"]}, {"answer": ["many"]}],
    "fact": [{"answer": ["0"]}, {"answer": ["1"]}, {}],
}
NUMBERS = count()


class Keys:
    """A quiz over the bank, and what stands in the database about it."""

    def __init__(self, cast, blueprint=BLUEPRINT, bank=BANK, slug=None):
        self.cast, self.slug = cast, slug or f"keys-{next(NUMBERS)}"
        self.bank = bank.replace("bank: keys", f"bank: {self.slug}")
        importing.import_bank(cast.ada, self.bank, "keys.yaml", NOW)
        self.id = quizzes.create(
            cast.ada, cast.course, blueprint.replace("bank: keys", f"bank: {self.slug}"), NOW
        )
        quizzes.publish(cast.ada, self.id, NOW)

    def mend(self, *names):
        """The teacher mends these questions' keys."""
        for name in names:
            assert MENDED[name][0] in self.bank
            self.bank = self.bank.replace(*MENDED[name])
        importing.import_bank(self.cast.ada, self.bank, "keys.yaml", NOW)

    def start(self, who):
        return attempts.start(who, self.id, "", NOW, GRACE)

    def answer(self, attempt, name, fields, who, seq=1):
        one = attempts.SlotSave(self.slot(attempt, name), seq, fields)
        attempts.save(who, attempt, one, "w", NOW, GRACE)

    def submit(self, who, **answers):
        attempt = self.start(who)
        for name, fields in answers.items():
            self.answer(attempt, name, fields, who)
        attempts.finish(who, attempt, NOW)
        return attempt

    def slot(self, attempt, name):
        return next(slot for slot, version in self.slots(attempt).items() if version[0] == name)

    def slots(self, attempt):
        """Question and number of the version in each slot."""
        with reading() as connection:
            rows = connection.execute(
                select(AttemptSlot.slot, Question.slug, QuestionVersion.number)
                .join(QuestionVersion, QuestionVersion.id == AttemptSlot.version_id)
                .join(Question, Question.id == QuestionVersion.question_id)
                .where(AttemptSlot.attempt_id == attempt)
            )
            return {row.slot: (row.slug, row.number) for row in rows}

    def version(self, name, number=1):
        """The id of a version of a question."""
        with reading() as connection:
            return (
                connection.execute(
                    select(QuestionVersion.id)
                    .join(Question, Question.id == QuestionVersion.question_id)
                    .join(AttemptSlot, AttemptSlot.version_id == QuestionVersion.id, isouter=True)
                    .where(Question.slug == name, QuestionVersion.number == number)
                    .order_by(QuestionVersion.id.desc())
                )
                .scalars()
                .first()
            )

    def request(self, policy, name=None, **more):
        return Request(policy, None if name is None else self.version(name), **more)

    def run(self, policy, name=None, **more):
        return rescoring.run(self.cast.ada, self.id, self.request(policy, name, **more), LATER)

    def grades(self):
        with reading() as connection:
            rows = connection.execute(select(Attempt.id, Attempt.grade).where(Attempt.quiz_id == self.id))
            return {row.id: row.grade for row in rows}

    def marks(self):
        """The marks that count, whole, by attempt and slot."""
        with reading() as connection:
            rows = connection.execute(
                select(Mark)
                .join(Attempt, Attempt.id == Mark.attempt_id)
                .where(Attempt.quiz_id == self.id, Mark.superseded_at.is_(None))
            )
            return {(row.attempt_id, row.slot): tuple(row) for row in rows}

    def points(self, attempt, name):
        """Points and maximum of the mark that counts."""
        mark = self.marks()[attempt, self.slot(attempt, name)]
        at = [column.name for column in Mark.__table__.columns].index
        return mark[at("points")], mark[at("max")]

    def everything(self):
        """Grades, counting marks, versions in the slots, answers."""
        with reading() as connection:
            answers = connection.execute(
                select(Answer).order_by(Answer.attempt_id, Answer.slot, Answer.seq)
            ).all()
        found = self.grades()
        return found, self.marks(), {one: self.slots(one) for one in found}, [tuple(row) for row in answers]


@pytest.fixture
def quiz(cast):
    return Keys(cast)


PAPERS = st.lists(
    st.fixed_dictionaries({name: st.sampled_from(given) for name, given in ANSWERS.items()}),
    min_size=1,
    max_size=3,
)
REQUESTS = st.lists(
    st.tuples(st.sampled_from(POLICIES), st.sampled_from([*MENDED, None]), st.booleans()),
    min_size=1,
    max_size=2,
)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@given(
    papers=PAPERS,
    by_hand=st.sets(st.tuples(st.integers(0, 2), st.sampled_from([*ANSWERS]))),
    mended=st.lists(st.sampled_from([*MENDED]), unique=True),
    requests=REQUESTS,
)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_dry_run_is_the_run_and_an_undo_is_as_before(app, cast, papers, by_hand, mended, requests):
    quiz = Keys(cast)
    handed = [quiz.submit(cast.bo, **paper) for paper in papers]
    for place, name in by_hand:
        if place < len(handed):
            at = Place(handed[place], quiz.slot(handed[place], name))
            marking.give(cast.ada, quiz.id, at, 1, Given((), "30 %", ""), NOW)
    quiz.mend(*mended)
    states = []
    for policy, name, replace_hand in requests:
        if name is None and policy in ("full-credit", "drop"):
            continue
        before = quiz.everything()
        request = quiz.request(policy, name, by_hand=replace_hand)
        dry = rescoring.dry_run(cast.ada, quiz.id, request, LATER)
        assert quiz.everything() == before
        done = rescoring.run(cast.ada, quiz.id, request, LATER, dry.token)
        assert (done.questions, done.changes) == (dry.questions, dry.changes)
        assert quiz.grades() == before[0] | {one.attempt_id: one.grade_after for one in dry.changes}
        after = quiz.everything()
        assert after[3] == before[3]
        changed = {place for place, mark in after[1].items() if mark != before[1][place]}
        assert {attempt for attempt, _ in changed} == {one.attempt_id for one in dry.changes}
        if not replace_hand:
            assert not changed & {
                (handed[at], quiz.slot(handed[at], one)) for at, one in by_hand if at < len(handed)
            }
        if policy in ("never-lower", "full-credit"):
            assert all(one.marks_after >= one.marks_before for one in dry.changes)
        states.append((done.rescoring_id, before))
    for rescoring_id, before in reversed(states):
        rescoring.undo(cast.ada, quiz.id, rescoring_id, LATER)
        assert quiz.everything() == before


def test_each_policy(cast, quiz):
    bo = quiz.submit(cast.bo, choice={"answer": ["0"]}, number={"answer": ["7"]})
    cy = quiz.submit(cast.cy, choice={"answer": ["1"]}, number={"answer": ["9"]})
    # 1 + 1 of 7, and nothing
    assert quiz.grades() == {bo: pytest.approx(100 * 2 / 7), cy: 0}
    quiz.mend("choice", "number")
    expected = {
        "new-key": {bo: 1, cy: 1},
        "both-keys": {bo: 2, cy: 1},
        "never-lower": {bo: 2, cy: 1},
        "full-credit": {bo: 2, cy: 1},
    }
    for policy, marks in expected.items():
        done = quiz.run(policy, "choice")
        assert quiz.grades() == {one: pytest.approx(100 * sum_ / 7) for one, sum_ in marks.items()}
        assert [one.answers for one in done.questions] == [2]
        rescoring.undo(cast.ada, quiz.id, done.rescoring_id, LATER)
    dropped = quiz.run("drop", "choice")
    assert quiz.grades() == {bo: pytest.approx(100 / 6), cy: 0}
    assert (quiz.points(bo, "choice"), quiz.points(cy, "choice")) == ((0, 0), (0, 0))
    assert [(one.student, one.max_before, one.max_after) for one in dropped.changes] == [
        ("Bo", 1, 0),
        ("Cy", 1, 0),
    ]
    review = reviews.review(cast.ada, bo, LATER, GRACE)
    assert (review.points, review.max) == (1, 6)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_many_differences_are_told_in_steps(cast, quiz):
    def spread(*differences):
        changes = [
            rescoring.Change(n, 1, "", 0, 0, 1, 1, 50, 50 + one, None, None)
            for n, one in enumerate(differences)
        ]
        return [(part.low, part.high, part.n) for part in replace(dry, changes=tuple(changes)).spread]

    dry = rescoring.dry_run(cast.ada, cast.quiz, Request("new-key"), LATER)
    assert spread() == []
    assert spread(-5, 2.5, 2.5) == [(-5, -5, 1), (2.5, 2.5, 2)]
    steps = spread(*range(-5, 16))
    assert steps[0] == (-6, -4, 1)
    assert steps[-1] == (14, 16, 2)
    assert sum(n for _, _, n in steps) == 21


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_whole_quiz_is_scored_by_its_newest_keys(cast, quiz):
    bo = quiz.submit(cast.bo, choice={"answer": ["1"]}, gaps={"answer-0": ["dog"], "answer-1": ["5"]})
    quiz.mend("choice", "gaps")
    done = quiz.run("new-key")
    assert {one.question.partition("/")[2]: (one.version, one.changed) for one in done.questions} == {
        "choice": (2, 1),
        "gaps": (2, 1),
        "number": (1, 0),
        "fact": (1, 0),
    }
    (change,) = done.changes
    assert (change.marks_before, change.marks_after) == (2, 4)
    assert (change.passed_before, change.passed_after) == (False, True)
    assert done.differences == {round(100 * 2 / 7, 9): 1}
    assert dict(quiz.slots(bo).values()) == {
        "choice": 2,
        "gaps": 2,
        "number": 1,
        "fact": 1,
    }
    for policy in ("drop", "full-credit"):
        with pytest.raises(Invalid, match="name one question"):
            quiz.run(policy)
    held = [rescoring.find_version(cast.ada, quiz.id, f"{quiz.slug}/{name}") for name in ANSWERS]
    dropped = [rescoring.run(cast.ada, quiz.id, Request("drop", one), LATER) for one in held]
    assert ([one.lost for one in dropped], quiz.grades()) == ([0, 0, 0, 1], {bo: None})


def test_what_ends_after_a_rescoring_is_scored_by_it_too(cast, quiz):
    """Until it is undone: then the marks are those of the first scoring."""
    going_on = quiz.start(cast.cy)
    quiz.answer(going_on, "choice", {"answer": ["1"]}, cast.cy)
    quiz.submit(cast.bo, choice={"answer": ["0"]})
    quiz.mend("choice")
    done = quiz.run("both-keys", "choice", reason="Two is right as well.")
    assert done.in_progress == 1
    assert quiz.slots(going_on)[quiz.slot(going_on, "choice")] == ("choice", 1)
    attempts.finish(cast.cy, going_on, NOW)
    assert quiz.points(going_on, "choice") == (1, 1)
    assert rescoring.my_notices(cast.cy, LATER) == ()
    rescoring.undo(cast.ada, quiz.id, done.rescoring_id, LATER)
    assert quiz.points(going_on, "choice") == (0, 1)


def test_a_late_answer_that_is_let_count_follows_what_is_in_force(cast, quiz):
    attempt = quiz.submit(cast.bo)
    quiz.mend("choice")
    done = quiz.run("both-keys", "choice")
    slot = quiz.slot(attempt, "choice")
    late = {"attempt_id": attempt, "slot": slot, "seq": 1, "writer": "w", "received_at": LATER}
    with transaction() as connection:
        kept = insert(LateAnswer).values(**late, fields={"answer": ["1"]}).returning(LateAnswer.id)
        late_id = connection.execute(kept).scalar_one()
    grading.accept_late(cast.ada, attempt, late_id, LATER)
    assert (quiz.points(attempt, "choice"), quiz.slots(attempt)[slot]) == ((1, 1), ("choice", 2))
    rescoring.undo(cast.ada, quiz.id, done.rescoring_id, LATER)
    assert (quiz.points(attempt, "choice"), quiz.slots(attempt)[slot]) == ((0, 1), ("choice", 1))


def test_the_later_of_two_rescorings_is_undone_first(cast, quiz):
    attempt = quiz.submit(cast.bo, choice={"answer": ["1"]})
    first = quiz.everything()
    quiz.mend("choice")
    one = quiz.run("new-key", "choice")
    second = quiz.everything()
    two = quiz.run("drop", "choice")
    with pytest.raises(Conflict, match=f"first: {two.rescoring_id}"):
        rescoring.undo(cast.ada, quiz.id, one.rescoring_id, LATER)
    rescoring.undo(cast.ada, quiz.id, two.rescoring_id, LATER)
    assert quiz.everything() == second
    again = quiz.run("full-credit", "choice")  # its mark comes after one that no longer counts
    rescoring.undo(cast.ada, quiz.id, again.rescoring_id, LATER)
    assert quiz.everything() == second
    for _ in range(2):
        rescoring.undo(cast.ada, quiz.id, one.rescoring_id, LATER)
    assert quiz.everything() == first
    at = Place(attempt, quiz.slot(attempt, "choice"))
    marking.give(cast.ada, quiz.id, at, 1, Given((), "50 %", ""), LATER)
    assert quiz.points(attempt, "choice") == (0.5, 1)


def test_a_mark_given_by_hand_since_outlives_an_undo(cast, quiz):
    attempt = quiz.submit(cast.bo, choice={"answer": ["1"]})
    quiz.mend("choice")
    done = quiz.run("new-key", "choice")
    at = Place(attempt, quiz.slot(attempt, "choice"))
    marking.give(cast.ada, quiz.id, at, 2, Given((), "25 %", ""), LATER)
    rescoring.undo(cast.ada, quiz.id, done.rescoring_id, LATER)
    assert quiz.points(attempt, "choice") == (0.25, 1)


def test_who_may_and_what_is_written_down(cast, quiz):
    attempt = quiz.submit(cast.bo, choice={"answer": ["1"]})
    quiz.mend("choice")
    request = quiz.request("new-key", "choice", reason="It was two.")
    for who, error in ((cast.di, NotFound), (cast.bo, NotFound)):
        for act in (rescoring.dry_run, rescoring.run):
            with pytest.raises(error):
                act(who, quiz.id, request, LATER)
    enrolling.enrol(cast.ada, cast.course, "di", "assistant", NOW)
    with pytest.raises(Forbidden):
        rescoring.run(cast.di, quiz.id, request, LATER)
    done = rescoring.run(cast.ada, quiz.id, request, LATER)
    (told,) = rescoring.my_notices(cast.bo, LATER)
    assert (told.attempt_id, told.grade_before, told.grade_after) == (attempt, 0, pytest.approx(100 / 7))
    assert rescoring.my_notices(cast.cy, LATER) == ()
    with pytest.raises(NotFound):
        rescoring.read_notice(cast.cy, done.rescoring_id, LATER)
    rescoring.read_notice(cast.bo, done.rescoring_id, LATER)
    assert rescoring.my_notices(cast.bo, LATER) == ()
    (question,) = (
        one
        for one in reviews.review(cast.bo, attempt, LATER, GRACE).questions
        if one.question.endswith("/choice")
    )
    assert (question.rescored.policy, question.rescored.reason, question.verdict) == (
        "new-key",
        "It was two.",
        "right",
    )
    rescoring.undo(cast.ada, quiz.id, done.rescoring_id, LATER)
    (told,) = rescoring.my_notices(cast.bo, LATER)
    assert (told.undone, told.grade_after) == (True, 0)
    (one,) = rescoring.history(cast.ada, quiz.id).done
    assert (one.by, one.undone_by, one.questions, one.attempts) == ("Ada", "Ada", ("choice",), 1)
    with reading() as connection:
        acts = connection.execute(select(AuditEvent.act, AuditEvent.details).order_by(AuditEvent.id)).all()
    assert [row.act for row in acts][-2:] == ["quiz.rescore", "quiz.undo-rescoring"]
    assert acts[-2].details["attempts"] == 1


def test_what_cannot_be_scored_so_is_refused_in_words(cast, quiz):
    attempt = quiz.submit(cast.bo, choice={"answer": ["1"]})
    quiz.bank = quiz.bank.replace("{text: three}]", "{text: three}, {text: four}]")
    quiz.mend("fact")
    with pytest.raises(Invalid, match="other ids"):
        quiz.run("new-key", "choice")
    with pytest.raises(Invalid, match="no policy 'kind'"):
        quiz.run("kind", "choice")
    with pytest.raises(NotFound):
        rescoring.run(cast.ada, cast.quiz, quiz.request("new-key", "choice"), LATER)
    with pytest.raises(NotFound):
        rescoring.undo(cast.ada, quiz.id, 999, LATER)
    whole = quiz.run("new-key")
    assert [one.question.partition("/")[2] for one in whole.questions if one.left_out] == ["choice"]
    assert quiz.slots(attempt)[quiz.slot(attempt, "fact")] == ("fact", 2)
    assert quiz.slots(attempt)[quiz.slot(attempt, "choice")] == ("choice", 1)
    assert [one.changed for one in quiz.run("full-credit", "choice").questions] == [1]


def test_what_was_looked_at_is_what_is_done(cast, quiz):
    attempt = quiz.submit(cast.bo, choice={"answer": ["1"]})
    quiz.mend("choice")
    request = quiz.request("new-key", "choice")
    dry = rescoring.dry_run(cast.ada, quiz.id, request, LATER)
    quiz.submit(cast.cy, choice={"answer": ["0"]})  # by the new version, whose key it misses
    assert rescoring.dry_run(cast.ada, quiz.id, request, LATER).token == dry.token
    at = Place(attempt, quiz.slot(attempt, "choice"))
    marking.give(cast.ada, quiz.id, at, 1, Given((), "30 %", ""), LATER)
    with pytest.raises(EditConflict):
        rescoring.run(cast.ada, quiz.id, request, LATER, dry.token)
    assert rescoring.history(cast.ada, quiz.id).done == ()


# Practice, certainty, families ---------------------------------------------------------------------------------------

PRACTICE = BLUEPRINT.replace("pass: 50", "pass: 50, mode: practice, tries: interactive, certainty: true")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "policy, share", [("new-key", 1), ("both-keys", 1), ("never-lower", 1), ("full-credit", 1), ("drop", 0)]
)
def test_tries_are_gone_through_again_up_to_the_first_right_one(cast, policy, share):
    """Two was right from the first; whoever was told otherwise went on to one, for two thirds."""
    quiz = Keys(cast, PRACTICE)
    attempt = quiz.start(cast.bo)
    slot = quiz.slot(attempt, "choice")
    for seq, place in enumerate("10", 1):
        one = attempts.SlotSave(slot, seq, {"answer": [place], "certainty": ["3"]})
        practice.check(cast.bo, attempt, one, "w", NOW, GRACE)
    attempts.finish(cast.bo, attempt, NOW)
    before = quiz.everything()
    assert quiz.points(attempt, "choice") == (pytest.approx(2 / 3), 1)
    quiz.mend("choice")
    done = quiz.run(policy, "choice")
    assert quiz.points(attempt, "choice") == (share, share)
    accuracy = reviews.review(cast.ada, attempt, LATER, GRACE).certainty.accuracy
    assert accuracy == pytest.approx(1 / 4 if share else 0)
    rescoring.undo(cast.ada, quiz.id, done.rescoring_id, LATER)
    assert quiz.everything() == before


FAMILIES = """
format: quiz-bank/1
bank: keys
title: Families
language: en
questions:
  - id: number
    type: numerical
    timeless: true
    prompt: "{{ a }} + 1?"
    variables: {a: {min: 2, max: 4}}
    answers: [{value: {formula: a + 2}}]
  - id: choice
    type: single_choice
    timeless: true
    prompt: "Is {{ a }} odd?"
    variables: {a: {values: [3, 5]}}
    options: [{text: "yes {{ a }}"}, {text: "no {{ a }}", correct: true}]
"""


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_variant_is_scored_by_the_same_variant_of_the_new_version(cast):
    blueprint = BLUEPRINT.replace("count: 4", "count: 2")
    quiz = Keys(cast, blueprint, FAMILIES)
    attempt = quiz.start(cast.bo)
    views = {one.presented.type: one for one in attempts.page(cast.bo, attempt, None, NOW).questions}
    right = int(views["numerical"].presented.prompt.removeprefix("<p>").split()[0]) + 1
    quiz.answer(attempt, "number", {"answer": [str(right)]}, cast.bo)
    quiz.answer(attempt, "choice", {"answer": ["0"]}, cast.bo)
    attempts.finish(cast.bo, attempt, NOW)
    assert quiz.points(attempt, "number") == (0, 1)
    quiz.bank = quiz.bank.replace("formula: a + 2", "formula: a + 1").replace("yes {{ a }}", "sure {{ a }}")
    quiz.mend()
    done = quiz.run("new-key")
    assert quiz.points(attempt, "number") == (1, 1)
    (left,) = [one for one in done.questions if one.left_out]
    assert str(left.left_out[0]).startswith("variant ")
    assert "reads otherwise" in str(left.left_out[0])
    head, plain = quiz.bank.split("  - id: choice")
    plain = plain.replace("    variables: {a: {values: [3, 5]}}\n", "").replace("{{ a }}", "3")
    quiz.bank = f"{head}  - id: choice{plain}"
    quiz.mend()
    with pytest.raises(Invalid, match="no variant"):
        quiz.run("new-key", "choice")


def test_a_dropped_question_leaves_the_figures_of_the_report(cast, quiz):
    quiz.submit(cast.bo, choice={"answer": ["0"]})
    assert len(analysis.quiz_report(cast.ada, quiz.id, "first", LATER).questions) == 4
    quiz.run("drop", "choice")
    found = analysis.quiz_report(cast.ada, quiz.id, "first", LATER).questions
    assert {one.question.partition("/")[2] for one in found} == {"gaps", "number", "fact"}


# Races -------------------------------------------------------------------------------------------------------------


def test_a_rescoring_waits_for_a_submission_under_way(beside, cast, quiz):
    attempt = quiz.start(cast.bo)
    quiz.answer(attempt, "choice", {"answer": ["1"]}, cast.bo)
    quiz.mend("choice")
    request = quiz.request("new-key", "choice")
    with transaction() as parked:
        close(parked, attempt, "student", NOW, NOW)
        rescored = beside(lambda: rescoring.run(cast.ada, quiz.id, request, LATER))
        demand_waiting(rescored)
    assert [one.attempt_id for one in rescored.result(WAIT).changes] == [attempt]
    assert quiz.points(attempt, "choice") == (1, 1)


def test_what_an_earlier_key_has_marked_waits_for_those_who_teach(cast, quiz):
    quiz.submit(cast.bo, choice={"answer": ["1"]})
    quiz.start(cast.cy)
    asked = Request("new-key", quiz.version("choice"))
    question = rescoring.dry_run(cast.ada, quiz.id, asked, NOW).questions[0].question_id
    assert rescoring.waiting(cast.ada, question) == ()
    quiz.mend("choice")
    (one,) = rescoring.waiting(cast.ada, question, quiz.id)
    assert (one.quiz_id, one.attempts) == (quiz.id, 1)
    enrolling.enrol(cast.ada, cast.course, "eve", "assistant", NOW)
    assert rescoring.waiting(cast.eve, question) == rescoring.waiting(cast.bo, question) == ()
    rescoring.run(cast.ada, quiz.id, asked, NOW)
    assert rescoring.waiting(cast.ada, question) == ()


def test_submissions_and_hand_marks_wait_for_a_rescoring_and_answers_do_not(
    app, cast, quiz, engine, monkeypatch
):
    """What waited sees it: the submission is scored by the new key, the hand mark's giver is told. (SQLite has one writer.)"""
    handed = quiz.submit(cast.bo, choice={"answer": ["1"]})
    going_on = quiz.start(cast.cy)
    quiz.answer(going_on, "choice", {"answer": ["1"]}, cast.cy)
    at = Place(handed, quiz.slot(handed, "choice"))
    quiz.mend("choice")
    write, others = doing.write, {}

    def here(work, *given):
        with app.app_context():
            return work(*given)

    def write_while_others_act(*given):
        if engine == "postgresql":
            pool.submit(here, quiz.answer, going_on, "fact", {"answer": ["0"]}, cast.cy).result(WAIT)
        others["end"] = pool.submit(here, attempts.finish, cast.cy, going_on, NOW)
        others["hand"] = pool.submit(
            here, marking.give, cast.ada, quiz.id, at, 1, Given((), "30 %", ""), LATER
        )
        time.sleep(0.3)
        assert not any(one.done() for one in others.values())
        write(*given)

    monkeypatch.setattr(doing, "write", write_while_others_act)
    with ThreadPoolExecutor(3) as pool:
        quiz.run("new-key", "choice")
        others["end"].result(WAIT)
        with pytest.raises(EditConflict):
            others["hand"].result(WAIT)
    assert quiz.points(handed, "choice") == quiz.points(going_on, "choice") == (1, 1)
    if engine == "postgresql":
        assert quiz.points(going_on, "fact") == (1, 1)
