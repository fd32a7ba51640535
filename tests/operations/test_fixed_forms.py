"""A quiz with fixed forms: made when it is published, the same as by command, each student gets one, evenly."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from quiz.assembly.blueprint import read_blueprint
from quiz.assembly.forms import Forms
from quiz.assembly.parallel import parallel
from quiz.banks.revising import Change
from quiz.banks.yaml import read_bank
from quiz.db import reading
from quiz.errors import EditConflict, Invalid, Unmeetable
from quiz.models import fixed
from quiz.models.answered import AnsweredIndex
from quiz.models.attempt import Attempt, AttemptSlot
from quiz.models.bank import Question, QuestionVersion
from quiz.operations import attempts, building, fixed_forms, importing, quizzes, revising, undoing, upkeep
from quiz.operations.exporting import Selection
from tests.cast import BANK, NOW, Cast
from tests.operations.test_supply import DAYS

FORMS = """
format: quiz-blueprint/1
title: Two forms
sections: [{title: Sums, bank: small, count: 2}]
forms: {count: 2, seed: 3, overlap: {max: 0}}
"""


#: What the engine has no part in.
SQLITE = pytest.mark.parametrize("engine", ["sqlite"])


@pytest.fixture
def two(app):
    return Cast.appear(FORMS)


def taken(attempt):
    """The form of an attempt and its questions."""
    with reading() as connection:
        one = connection.execute(
            select(Attempt.form, Attempt.algorithm, Attempt.seed).filter_by(id=attempt)
        ).one()
        held = connection.execute(
            select(Question.slug)
            .join(QuestionVersion, QuestionVersion.question_id == Question.id)
            .join(AttemptSlot, AttemptSlot.version_id == QuestionVersion.id)
            .where(AttemptSlot.attempt_id == attempt)
            .order_by(AttemptSlot.slot)
        ).scalars()
        return tuple(one), [*held]


def test_each_student_gets_one_and_the_next_attempt_is_another(two):
    first, other = two.start(), two.start(two.cy)
    assert [taken(one)[0] for one in (first, other)] == [(1, "exact/1", 3), (2, "exact/1", 3)]
    assert {*taken(first)[1]}.isdisjoint(taken(other)[1])
    attempts.finish(two.bo, first, NOW)
    assert taken(two.start())[0][0] == 2
    printed = fixed_forms.printable(two.ada, two.quiz, NOW, with_key=True)
    assert [[slot.question for slot in paper.slots] for paper in printed.forms.papers] == [
        [f"small/{name}" for name in taken(one)[1]] for one in (first, other)
    ]


def test_they_are_those_that_the_command_makes(two, tmp_path):
    (tmp_path / "small.yaml").write_text(BANK)
    made = Forms.exact(
        read_blueprint(FORMS), {"small": read_bank(tmp_path / "small.yaml")}, 3, NOW.date(), 2, {}
    )
    for who, paper in zip((two.bo, two.cy), made.papers, strict=True):
        assert [f"small/{name}" for name in taken(two.start(who))[1]] == [
            slot.question for slot in paper.slots
        ]


@pytest.fixture
def meanwhile(monkeypatch):
    """Has something done once while forms are made. Returns the numbers of forms that were made."""

    def doing(work):
        made = []

        def making(blueprint, index, seed, as_of, forms):
            made.append(forms)
            if len(made) == 1:
                work()
            return parallel(blueprint, index, seed, as_of, forms)

        monkeypatch.setattr(fixed, "parallel", making)
        return made

    return doing


def test_publishing_makes_them_once_and_others_can_write(two, meanwhile):
    made = meanwhile(lambda: two.save(two.start(), 1, 1, "0"))
    assert quizzes.publish(two.ada, two.quiz, NOW) == 2
    assert made == [2]


def test_what_was_changed_while_they_were_made_is_not_published(two, meanwhile):
    def other_quiz():
        seen = quizzes.manage(two.ada, two.quiz)
        quizzes.edit(two.ada, two.quiz, seen.edits, seen.sheet, FORMS.replace("seed: 3", "seed: 4"), NOW)

    def other_questions():
        importing.import_bank(two.ada, BANK.replace("title: Elements", "title: Euclid"), "small.yaml", NOW)

    for work in (other_quiz, other_questions):
        meanwhile(work)
        with pytest.raises(EditConflict):
            quizzes.publish(two.ada, two.quiz, NOW)
    assert quizzes.publish(two.ada, two.quiz, NOW) == 2


def test_what_no_forms_meet_is_refused_before_anything_is_written(two):
    three = quizzes.create(two.ada, two.course, FORMS.replace("count: 2, seed: 3", "count: 3"), NOW)
    with pytest.raises(Unmeetable) as error:
        quizzes.publish(two.ada, three, NOW)
    told = {entry["constraint"]: entry["as_of"] for entry in error.value.unmet}
    assert told["overlap of two forms, at most"] == "2026-11-23"
    assert building.readiness(two.ada, three, NOW).unmet == tuple(error.value.unmet)
    there = quizzes.quizzes_of(two.course)
    with pytest.raises(Unmeetable):
        quizzes.create_published(two.ada, two.course, FORMS.replace("count: 2, seed: 3", "count: 3"), NOW)
    assert quizzes.quizzes_of(two.course) == there
    quizzes.create_published(two.ada, two.course, FORMS, NOW)
    assert quizzes.quizzes_of(two.course)[-1][2]
    with pytest.raises(Unmeetable):
        quizzes.create(two.ada, two.course, FORMS.replace("count: 2}", "count: 6}"), NOW)
    for text, told in (
        (FORMS.replace("count: 2, seed: 3, ", ""), "needs the exact engine"),
        (FORMS.replace("count: 2, seed: 3", "count: 51"), "51 is too many"),
    ):
        with pytest.raises(Invalid) as refused:
            quizzes.create(two.ada, two.course, text, NOW)
        assert told in [problem.what for problem in refused.value.problems]


@SQLITE
def test_saving_and_putting_questions_away_arrange_no_forms(two, meanwhile):
    made = meanwhile(lambda: None)
    seen = quizzes.manage(two.ada, two.quiz)
    quizzes.edit(two.ada, two.quiz, seen.edits, seen.sheet, FORMS.replace("seed: 3", "seed: 4"), NOW)
    retiring = Change(status="retired")
    assert revising.look(two.ada, 1, Selection(), retiring, NOW).lacking == ()
    assert made == []


@SQLITE
@pytest.mark.parametrize(
    "included, told", [("", None), (", include: [one]", "include"), ("anchor", "anchor")]
)
def test_forms_are_of_questions_that_stay_true_while_the_quiz_is_open(two, included, told):
    """In Shanghai the first of December begins while it is still November in London."""
    dated = BANK.replace("    timeless: true\n    prompt: How much is 1 + 1?\n", DAYS)
    importing.import_bank(two.ada, dated, "small.yaml", NOW)
    text = FORMS.replace("count: 2}]", f"count: 2{included.removeprefix('anchor')}}}]")
    if told == "anchor":
        text = text.replace("{max: 0}", "{max: 1, anchors: [one]}")
    if told is None:
        quiz = quizzes.create(two.ada, two.course, f"{text}settings: {{closes: 2026-12-01T00:30}}\n", NOW)
        quizzes.publish(two.ada, quiz, NOW)
        assert building.readiness(two.ada, quiz, NOW).leaving == 1
        held = {
            one.question
            for paper in fixed_forms.fixed_forms(two.ada, quiz).fairness.papers
            for one in paper.slots
        }
        assert len(held) == 4
        assert "small/one" not in held
        return
    with pytest.raises(Unmeetable) as error:
        quizzes.create(two.ada, two.course, f"{text}settings: {{closes: 2026-12-01T00:30}}\n", NOW)
    (entry,) = error.value.unmet
    assert told in entry["constraint"]
    assert (entry["required"], entry["available"], entry["as_of"]) == (1, 0, "2026-12-01")
    quizzes.create(two.ada, two.course, f"{text}settings: {{closes: 2026-11-30T23:30}}\n", NOW)


@SQLITE
def test_forms_are_alike_by_the_answers_that_questions_got(two):
    """Bo has nothing right: what he was asked is expected to bring less than its label says, and the engine knows."""
    attempt = two.start()
    names = [f"small/{name}" for name in taken(attempt)[1]]
    attempts.finish(two.bo, attempt, NOW)
    upkeep.run(NOW + timedelta(days=1), timedelta(0))
    with reading() as connection:
        index = AnsweredIndex(connection, {"small": 1})
        found = index.measures([*index.named(names).values()])
    assert {name: one.answers for name, one in found.items()} == dict.fromkeys(names, (0, 1))
    known = fixed_forms.fixed_forms(two.ada, two.quiz).fairness.expectations
    assert {name for name, one in known.items() if one.source == "answers"} == {*names}


@SQLITE
def test_dates_that_outlast_a_question_of_the_forms_are_told(two):
    importing.import_bank(
        two.ada, BANK.replace("    timeless: true\n    prompt: How much is 1 + 1?\n", DAYS), "x", NOW
    )
    text = FORMS.replace("count: 2}]", "count: 2, include: [one]}]").replace("max: 0", "max: 1")
    quiz = quizzes.create(two.ada, two.course, f"{text}settings: {{closes: 2026-11-30T23:30}}\n", NOW)
    quizzes.publish(two.ada, quiz, NOW)
    assert fixed_forms.fixed_forms(two.ada, quiz).turning == {}
    seen = quizzes.manage(two.ada, quiz)
    later = replace(seen.sheet, closes_at=NOW + timedelta(days=30))
    quizzes.edit(two.ada, quiz, seen.edits, later, text.replace(", include: [one]", ""), NOW)
    assert fixed_forms.fixed_forms(two.ada, quiz).turning == {"small/one": date(2026, 12, 1)}


def test_what_is_taken_back_stays_on_the_forms_that_hold_it(two):
    """Nobody has begun yet, so no attempt holds the versions that were published."""
    everything, tagged = Selection(), Change(add_tags=("seen",))
    seen = revising.look(two.ada, 1, everything, tagged, NOW).seen
    revising.run(two.ada, 1, everything, tagged, seen, NOW + timedelta(minutes=1))
    quizzes.publish(two.ada, two.quiz, NOW + timedelta(minutes=2))
    assert undoing.undo(two.ada, 1, NOW + timedelta(minutes=3)).count == 5
    assert len(taken(two.start())[1]) == 2
    assert fixed_forms.fixed_forms(two.ada, two.quiz).attempts == {1: 1, 2: 0}
    assert revising.look(two.ada, 1, everything, tagged, NOW).unchanged == 0
