"""Spaced practice: what an answer leaves behind, what is due on a student's day, and what a practice begins with."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from quiz.db import reading
from quiz.errors import Invalid, SignedOut
from quiz.models.attempt import Attempt, AttemptSlot
from quiz.models.bank import Question, QuestionVersion
from quiz.models.spacing import PracticeCard
from quiz.operations import accounts, attempts, importing, learning, practice, quizzes
from quiz.operations.access import Actor
from quiz.operations.attempts import SlotSave
from tests.cast import BANK, BLUEPRINT, GRACE, NOW
from tests.sittings import RIGHT, WRONG, posted

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"])
DAY = timedelta(days=1)


@pytest.fixture
def drill(cast):
    """Publishes a practice of two of the five questions, in which Bo is."""
    text = BLUEPRINT.replace("count: 5", "count: 2").replace("order: shuffled", "order: as_listed")
    cast.quiz = quizzes.create(cast.ada, cast.course, text + "  mode: practice\n", NOW)
    quizzes.publish(cast.ada, cast.quiz, NOW)
    return cast


def cards():
    """{question: (day of the answer, day when it is due)}."""
    with reading() as connection:
        rows = connection.execute(
            select(Question.slug, PracticeCard.answered_on, PracticeCard.due_on).join(
                Question, Question.id == PracticeCard.question_id
            )
        )
        return {slug: (answered, due) for slug, answered, due in rows}


def asked(attempt):
    """{slot: question} of an attempt."""
    with reading() as connection:
        rows = connection.execute(
            select(AttemptSlot.slot, Question.slug)
            .join(QuestionVersion, QuestionVersion.id == AttemptSlot.version_id)
            .join(Question, Question.id == QuestionVersion.question_id)
            .where(AttemptSlot.attempt_id == attempt)
        )
        return dict(rows.tuples().all())


def practise(cast, now, *answers, check=True):
    """An attempt whose slots are answered right or wrong (None: not at all). Returns the questions in their order."""
    attempt = cast.start(now=now)
    held = asked(attempt)
    views = attempts.page(cast.bo, attempt, None, now).questions
    for view, right in zip(views, answers, strict=True):
        if right is not None:
            words = (RIGHT if right else WRONG)[view.presented.type]
            one = SlotSave(view.slot, 1, {"answer": posted(view.presented, words)})
            (practice.check if check else attempts.save)(cast.bo, attempt, one, "w", now, GRACE)
    attempts.finish(cast.bo, attempt, now)
    return [held[slot] for slot in sorted(held)]


def test_an_answer_says_when_the_question_is_due(drill):
    today = date(2026, 11, 23)
    assert NOW.date() == today  # in Shanghai, too
    known, missed = practise(drill, NOW, True, False)
    assert cards() == {known: (today, today + 2 * DAY), missed: (today, today + DAY)}
    assert practise(drill, NOW + DAY, False, True)[0] == missed
    again = cards()
    assert again[missed] == (today + DAY, today + 2 * DAY)
    assert again[known] == (today, today + 2 * DAY)  # not asked: not due


@on_sqlite
def test_what_was_saved_and_not_checked_counts_at_the_end_and_no_answer_does_not(drill):
    known, _ = practise(drill, NOW, True, None, check=False)
    assert [*cards()] == [known]


@on_sqlite
def test_a_test_leaves_no_card(cast):
    attempt = cast.start()
    cast.save(attempt, 1, 1, "0")
    attempts.finish(cast.bo, attempt, NOW)
    assert cards() == {}


@on_sqlite
def test_a_practice_begins_with_what_is_due_and_the_record_says_so(drill):
    missed = practise(drill, NOW, False, False)
    assert set(practise(drill, NOW, True, True)).isdisjoint(missed)  # not due before tomorrow: new ones first
    assert set(practise(drill, NOW + DAY, True, True)) == set(missed)
    with reading() as connection:
        exposure = connection.execute(select(Attempt.exposure).order_by(Attempt.id.desc())).scalars().first()
    assert sorted(exposure[f"small/{name}"] for name in missed) == [-2, -1]


@on_sqlite
def test_the_day_is_that_of_the_student(drill):
    practise(drill, NOW, False, False)
    assert learning.practice_today(drill.bo, NOW).due == 0
    morning = NOW.replace(hour=15, minute=59)  # 23:59 in Shanghai
    assert learning.practice_today(drill.bo, morning).due == 0
    assert learning.practice_today(drill.bo, morning + timedelta(minutes=1)).due == 2
    accounts.set_preferences(drill.bo, "auto", "America/Los_Angeles")
    assert learning.practice_today(drill.bo, morning + timedelta(minutes=1)).due == 0


@on_sqlite
def test_a_new_version_of_a_question_keeps_what_is_remembered(drill):
    missed = practise(drill, NOW, False, False)
    importing.import_bank(drill.ada, BANK.replace("prompt: ", "prompt: Now – "), "small.yaml", NOW)
    assert set(practise(drill, NOW + DAY, True, True)) == set(missed)
    assert set(cards()) == set(missed)


@on_sqlite
def test_today_counts_by_quiz_and_topic_only_what_is_open_to_me(drill):
    practise(drill, NOW, False, False)
    (quiz,) = learning.practice_today(drill.bo, NOW + DAY).quizzes
    assert (quiz.id, quiz.due, sum(count for _, count in quiz.topics)) == (drill.quiz, 2, 2)
    assert learning.practice_today(drill.cy, NOW + DAY).due == 0
    assert learning.practice_today(drill.ada, NOW + DAY).quizzes == ()
    with pytest.raises(SignedOut):
        learning.practice_today(Actor(drill.bo.id, 99), NOW)


@on_sqlite
def test_who_wants_to_remember_more_is_asked_sooner(drill):
    for wrong in (0.69, 0.98):
        with pytest.raises(Invalid):
            learning.set_retention(drill.bo, wrong)
    with pytest.raises(SignedOut):
        learning.set_retention(Actor(drill.bo.id, 99), 0.8)
    learning.set_retention(drill.bo, 0.7)
    assert learning.practice_today(drill.bo, NOW).retention == 0.7
    (known,) = {due for _, due in (practise(drill, NOW, True, True) and cards()).values()}
    assert known > NOW.date() + 2 * DAY


@on_sqlite
def test_the_page_takes_a_wish_and_says_what_is_wrong(drill, browser, watch):
    practise(drill, NOW, False, False)
    watch.now = NOW + DAY
    bo = browser("bo")
    bo.get("/practice")
    assert "2 questions to practise today" in bo.text
    bo.post("/practice", {"retention": "98"})
    assert "whole number from 70 to 97" in bo.text
    bo.post("/practice", {"retention": "80"})
    bo.get("/practice")
    assert "with a probability of 80" in bo.text
