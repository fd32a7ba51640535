"""Marking by hand: the queue, a mark with rubric and comment, two people at one answer, texts that ask nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from quiz.db import reading, transaction
from quiz.errors import EditConflict, Forbidden, InProgress, Invalid, NotFound
from quiz.models.attempt import Attempt, AttemptSlot, Mark
from quiz.models.audit import AuditEvent
from quiz.operations import analysis, attempts, enrolling, importing, marking, quizzes, reporting, reviews
from quiz.operations.marking import Given, Place, Way
from tests.cast import GRACE, NOW
from tests.operations.test_races import WAIT, demand_waiting

LATER = NOW + timedelta(minutes=5)
BANK = """
format: quiz-bank/1
bank: essays
title: Essays
language: en
questions:
  - id: intro
    type: description
    timeless: true
    points: 3
    prompt: Read the charter first.
  - id: essay
    type: essay
    timeless: true
    points: 4
    format: rich
    prompt: Why was it founded?
    rubric:
      - {criterion: Uses the document, levels: [{points: 0, text: not}, {points: 1, text: a little}, {points: 3, text: well}]}
      - {criterion: Style, levels: [{points: 0, text: hard to read}, {points: 2, text: clear}]}
    model_answer: For *security*.
  - {id: fact, type: true_false, timeless: true, prompt: It has members., answer: true}
"""
BLUEPRINT = """
format: quiz-blueprint/1
title: Essays
sections:
  - {title: Before, bank: essays, types: [description], count: 1, points: 5}
  - {title: Questions, bank: essays, count: 2}
order: as_listed
settings: {attempts: null}
"""


@pytest.fixture
def quiz(cast):
    importing.import_bank(cast.ada, BANK, "essays.yaml", NOW)
    made = quizzes.create(cast.ada, cast.course, BLUEPRINT, NOW)
    quizzes.publish(cast.ada, made, NOW)
    return made


@pytest.fixture
def submit(cast, quiz):
    def submitted(who, text="It *was* so."):
        attempt = attempts.start(who, quiz, "", NOW, GRACE)
        shown = {view.presented.type: view.slot for view in attempts.page(who, attempt, None, NOW).questions}
        if text:
            cast.save(attempt, shown["essay"], 1, text, who=who)
        cast.save(attempt, shown["true_false"], 1, "0", who=who)
        attempts.finish(who, attempt, NOW)
        return Place(attempt, shown["essay"])

    return submitted


def give(cast, quiz, place, given, who=None, seen=1):
    marking.give(who or cast.ada, quiz, place, seen, given, LATER)


def fact_beside(essay):
    """Where the other question stands; the first slot holds the text."""
    return Place(essay.attempt_id, 5 - essay.slot)


def result(cast, place, who=None, now=LATER):
    found = reviews.review(who or cast.bo, place.attempt_id, now, GRACE)
    return found, next(one for one in found.questions if one.slot == place.slot)


def test_a_text_that_asks_nothing_is_no_question(cast, quiz):
    attempt = attempts.start(cast.bo, quiz, "", NOW, GRACE)
    page = attempts.page(cast.bo, attempt, None, NOW)
    assert next((view.presented.type, view.asks, view.points) for view in page.questions) == (
        "description",
        False,
        0,
    )
    assert (len(page.slots), len(page.asked), page.answered) == (3, 2, 0)
    attempts.finish(cast.bo, attempt, NOW)
    review = reviews.review(cast.bo, attempt, LATER, GRACE)
    assert (review.grade, review.max) == (0, 5)
    assert [one.verdict for one in review.questions] == [None, "unanswered", "unanswered"]
    with reading() as connection:
        slots = connection.execute(select(Mark.slot).where(Mark.attempt_id == attempt)).scalars().all()
    assert sorted(slots) == [2, 3]
    assert len(reporting.results(cast.ada, quiz, 1, LATER).facilities) == 2
    assert len(analysis.quiz_report(cast.ada, quiz, "first", LATER).questions) == 2


def test_an_essay_waits_and_gets_its_mark_by_the_rubric(cast, quiz, submit):
    place = submit(cast.bo)
    review, essay = result(cast, place)
    assert (review.grade, review.needs_grading, essay.verdict) == (None, True, "needs-grading")
    (one,) = marking.queue(cast.ada, quiz).questions
    assert (one.question, one.waiting, one.marked, one.unscored) == ("essays/essay", 1, 0, 0)
    assert marking.find_waiting(cast.ada, quiz, one.version_id) == place
    give(cast, quiz, place, Given((1, 1), "", "Good, *but* short."))
    review, essay = result(cast, place)
    assert (essay.points, essay.verdict, review.grade) == (
        pytest.approx(4 * 3 / 5),
        "partly",
        pytest.approx(68),
    )
    assert essay.judgement.comment == "<p>Good, <em>but</em> short.</p>"
    assert [(line.given.text, line.given.points, line.most) for line in essay.judgement.rubric] == [
        ("a little", 1, 3),
        ("clear", 2, 2),
    ]
    answer = marking.answer(cast.ada, quiz, place)
    assert (answer.student, answer.round, answer.points_by_rubric, answer.waiting) == ("Bo", 2, True, 0)
    assert [(one.by, one.by_hand, one.points, one.counts) for one in answer.history] == [
        ("Ada", True, pytest.approx(2.4), True),
        ("", False, None, False),
    ]
    with reading() as connection:
        acts = connection.execute(select(AuditEvent.act, AuditEvent.actor_id, AuditEvent.details)).all()
    assert ("mark.give", cast.ada.id, {"slot": place.slot}) in [tuple(act) for act in acts]


def test_an_empty_essay_is_nothing_and_waits_for_nobody(cast, quiz, submit):
    place = submit(cast.bo, "")
    assert result(cast, place)[0].grade == 20
    assert marking.queue(cast.ada, quiz).questions == ()


@pytest.mark.parametrize(
    "typed, points", [("2.5", 2.5), ("2,5", 2.5), ("0", 0), ("4", 4), ("75 %", 3), ("100%", 4)]
)
def test_points_that_are_typed_count_in_place_of_the_rubric(cast, quiz, submit, typed, points):
    place = submit(cast.bo)
    give(cast, quiz, place, Given((2, 1), typed))
    assert result(cast, place)[1].points == pytest.approx(points)
    assert not marking.answer(cast.ada, quiz, place, Way(anonymous=True)).points_by_rubric or points == 4


@pytest.mark.parametrize(
    "given, where",
    [
        (Given((0, None)), ["rubric-1"]),
        (Given((None, 7)), ["rubric-1", "rubric-0"]),
        (Given((0, 0), "5"), ["points"]),
        (Given((0, 0), "-1"), ["points"]),
        (Given((0, 0), "101 %"), ["points"]),
        (Given((0, 0), "many"), ["points"]),
        (Given((0, 0), "1", "x" * 10_001), ["comment"]),
        (Given((0,)), [""]),
    ],
)
def test_a_mark_that_makes_no_sense_is_refused_where_it_is_wrong(cast, quiz, submit, given, where):
    place = submit(cast.bo)
    with pytest.raises(Invalid) as caught:
        give(cast, quiz, place, given)
    assert [problem.where for problem in caught.value.problems] == where
    assert all(problem.mend for problem in caught.value.problems)
    assert result(cast, place)[1].verdict == "needs-grading"


def test_the_second_of_two_people_is_told_and_may_go_on_knowingly(cast, quiz, submit):
    place = submit(cast.bo)
    enrolling.enrol(cast.ada, cast.course, "di", "assistant", NOW)
    give(cast, quiz, place, Given((2, 1)))
    for _ in range(2):
        give(cast, quiz, place, Given((2, 1)))  # her own again: pressed twice
    with pytest.raises(EditConflict):
        give(cast, quiz, place, Given((2, 1)), cast.di)  # the same mark, but another person's
    assert result(cast, place)[1].points == 4
    now = marking.answer(cast.di, quiz, place)
    assert (now.round, now.newest.by, now.newest.points) == (2, "Ada", 4)
    give(cast, quiz, place, Given((0, 0)), cast.di, seen=now.round)
    assert result(cast, place)[1].points == 0
    assert [one.by for one in marking.answer(cast.ada, quiz, place).history] == [
        "Di",
        "Ada",
        "",
    ]


def test_two_people_at_once_one_mark(beside, cast, quiz, submit, monkeypatch):
    """The second waits for the first and is told (PostgreSQL: without the lock both marks would count a round)."""
    place = submit(cast.bo)
    enrolling.enrol(cast.ada, cast.course, "di", "assistant", NOW)
    locked, seen = marking._lock, []

    def lock_and_let_another_try(connection, *where):
        locked(connection, *where)
        if not seen:
            seen.append(beside(lambda: give(cast, quiz, place, Given((0, 0)), cast.di)))
            demand_waiting(seen[0])

    monkeypatch.setattr(marking, "_lock", lock_and_let_another_try)
    give(cast, quiz, place, Given((2, 1)))
    with pytest.raises(EditConflict):
        seen[0].result(WAIT)
    assert result(cast, place)[1].points == 4


def test_only_who_grades_the_course_marks(cast, quiz, submit):
    place = submit(cast.bo)
    doors = (
        lambda who: marking.queue(who, quiz),
        lambda who: marking.find_waiting(who, quiz, 1),
        lambda who: marking.answer(who, quiz, place, Way(anonymous=True)),
        lambda who: give(cast, quiz, place, Given((0, 0)), who),
    )
    for door in doors:
        for who in (cast.bo, cast.di, cast.eve):
            with pytest.raises(NotFound):
                door(who)
    enrolling.enrol(cast.ada, cast.course, "di", "reader", NOW)
    for door in doors:
        with pytest.raises(Forbidden):
            door(cast.di)
    assert result(cast, place)[1].verdict == "needs-grading"


def test_an_answer_is_reached_through_its_own_quiz_when_it_is_finished(cast, quiz, submit):
    place = submit(cast.bo)
    with pytest.raises(NotFound):
        give(cast, cast.quiz, place, Given((0, 0)))
    with pytest.raises(NotFound):
        marking.answer(cast.ada, quiz, Place(place.attempt_id, 1), Way(anonymous=True))  # the text before
    running = attempts.start(cast.cy, quiz, "", NOW, GRACE)
    with pytest.raises(InProgress):
        give(cast, quiz, Place(running, place.slot), Given((0, 0)))


def test_one_after_the_other_those_that_wait_first(cast, quiz, submit):
    places = [submit(who) for who in (cast.bo, cast.cy, cast.bo)]
    version = marking.queue(cast.ada, quiz).questions[0].version_id
    give(cast, quiz, places[0], Given((2, 1)))
    assert marking.find_waiting(cast.ada, quiz, version) == places[1]
    assert marking.find_waiting(cast.ada, quiz, version, places[2]) == places[1]
    middle = marking.answer(cast.ada, quiz, places[1], Way(anonymous=True))
    assert (middle.student, middle.number, middle.count, middle.waiting) == ("", 2, 3, 2)
    assert (middle.previous, middle.next) == (places[0], places[2])
    for place in places[1:]:
        give(cast, quiz, place, Given((2, 1)))
    assert marking.find_waiting(cast.ada, quiz, version, places[2]) is None
    assert marking.find_waiting(cast.ada, quiz, version) == places[0]


def test_what_the_program_has_scored_may_get_another_mark(cast, quiz, submit):
    place = fact_beside(submit(cast.bo))
    give(cast, quiz, place, Given((), "0.5", "Half of it."))
    fact = result(cast, place)[1]
    assert (fact.points, fact.verdict, fact.judgement.rubric) == (0.5, "partly", ())
    assert {one.question: one.marked for one in marking.queue(cast.ada, quiz).questions} == {
        "essays/essay": 0,
        "essays/fact": 1,
    }


def test_what_the_program_failed_on_waits_too(cast, quiz, submit):
    place = fact_beside(submit(cast.bo))
    with transaction() as connection:
        connection.execute(
            update(Mark)
            .where(Mark.attempt_id == place.attempt_id, Mark.slot == place.slot)
            .values(fraction=None, points=None, problem_id="p1")
        )
    counts = {one.question: one.unscored for one in marking.queue(cast.ada, quiz).questions}
    assert counts == {"essays/essay": 0, "essays/fact": 1}
    give(cast, quiz, place, Given((), "1"))
    assert result(cast, place)[1].verdict == "right"


def test_a_student_sees_rubric_and_comment_as_the_review_options_allow(cast, quiz, submit):
    place = submit(cast.bo)
    give(cast, quiz, place, Given((2, 0), "", "So."))
    for allowed, rubric, comment in (
        (["attempt"], 0, ""),
        (["attempt", "marks"], 2, ""),
        (["attempt", "feedback"], 0, "<p>So.</p>"),
    ):
        managed = quizzes.manage(cast.ada, quiz)
        sheet = replace(managed.sheet, review={"after": allowed, "later": allowed})
        quizzes.edit(cast.ada, quiz, managed.edits, sheet, managed.blueprint_text, NOW)
        judged = result(cast, place)[1].judgement
        assert (len(judged.rubric), judged.comment) == (rubric, comment)
    assert len(result(cast, place, cast.ada)[1].judgement.rubric) == 2


def test_in_practice_an_essay_is_checked_once_and_waits(cast):
    from quiz.operations import practice
    from quiz.operations.attempts import SlotSave

    importing.import_bank(cast.ada, BANK, "essays.yaml", NOW)
    text = BLUEPRINT.replace("{attempts: null}", "{mode: practice, tries: adaptive}")
    quiz = quizzes.create(cast.ada, cast.course, text, NOW)
    quizzes.publish(cast.ada, quiz, NOW)
    attempt = attempts.start(cast.bo, quiz, "", NOW, GRACE)
    slot = next(
        v.slot for v in attempts.page(cast.bo, attempt, None, NOW).questions if v.presented.type == "essay"
    )
    saved = practice.save(cast.bo, attempt, SlotSave(slot, 1, {"answer": ["So."]}, "check"), "w", NOW, GRACE)
    assert saved.closed
    (view,) = attempts.page(cast.bo, attempt, slot, NOW).questions
    assert view.outcome.verdict == "needs-grading"
    attempts.finish(cast.bo, attempt, NOW)
    assert marking.queue(cast.ada, quiz).waiting == 1
    give(cast, quiz, Place(attempt, slot), Given((2, 1)), seen=1)
    assert result(cast, Place(attempt, slot))[1].points == 4
    with reading() as connection:
        assert connection.execute(select(Attempt.grade).where(Attempt.id == attempt)).scalar() == 80
        asks = connection.execute(
            select(AttemptSlot.asks).where(AttemptSlot.attempt_id == attempt).order_by(AttemptSlot.slot)
        )
        assert asks.scalars().all() == [False, True, True]


def test_a_second_person_marks_unseen_and_the_agreement_is_told(cast, quiz, submit):
    places = [submit(who) for who in (cast.bo, cast.cy, cast.bo)]
    enrolling.enrol(cast.ada, cast.course, "di", "assistant", NOW)
    for place, levels in zip(places, [(2, 1), (0, 0), (1, 1)], strict=True):
        give(cast, quiz, place, Given(levels, "", "Hers."))
    (one,) = marking.queue(cast.di, quiz).questions
    assert (one.waiting, one.second, one.agreement) == (0, 3, None)
    assert marking.queue(cast.ada, quiz).questions[0].second == 0  # her own
    assert marking.find_waiting(cast.di, quiz, one.version_id, second=True) == places[0]
    seen = marking.answer(cast.di, quiz, places[0], Way(second=True))
    assert (seen.blind, seen.points, seen.comment, seen.waiting) == (True, None, "", 3)
    assert not any(line.given for line in seen.rubric)
    for place, levels in zip(places[:2], [(2, 1), (1, 0)], strict=True):
        give(cast, quiz, place, Given(levels), cast.di, seen=2)
    assert marking.find_waiting(cast.di, quiz, one.version_id, places[1], second=True) == places[2]
    assert not marking.answer(cast.di, quiz, places[0], Way(second=True)).blind
    (one,) = marking.queue(cast.di, quiz).questions
    assert (one.second, one.agreement.answers, one.agreement.apart) == (1, 2, pytest.approx(0.4))
    # levels of the two: (2, 1, 0, 0) and (2, 1, 1, 0); equal 3/4, by chance 1/16 + 2/16 + 2/16
    assert one.agreement.kappa == pytest.approx((3 / 4 - 5 / 16) / (1 - 5 / 16))
