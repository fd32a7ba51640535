"""Practice: check, learn, try again, take a hint; what was shown closes the question."""

import json
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from quiz.banks.scoring import score_line
from quiz.banks.yaml import read_bank
from quiz.db import reading, transaction
from quiz.errors import Conflict, Invalid, SlotClosed, StaleAnswer, TooLate
from quiz.models.attempt import AttemptSlot, Mark
from quiz.operations import attempts, grading, importing, practice, quizzes, reviews
from quiz.operations.attempts import SlotSave
from tests.cast import BANK, BLUEPRINT, GRACE, NOW

LATE = NOW + timedelta(minutes=21)

HINTS = BANK.replace(
    "    prompt: How much is 12 × 12?",
    "    hints: [A dozen is twelve., Ten dozens and two.]\n    prompt: How much is 12 × 12?",
).replace("    prompt: What is 9", "    hints: [It has no size., It is round.]\n    prompt: What is 9")


@pytest.fixture
def practise(cast):
    """``practise(tries)`` publishes a practice quiz and starts Bo in it; gives the attempt and a slot by type."""

    def begin(tries="one", review=""):
        importing.import_bank(cast.ada, HINTS, "x", NOW)
        text = BLUEPRINT + f"  mode: practice\n  tries: {tries}\n{review}"
        cast.quiz = quizzes.create(cast.ada, cast.course, text, NOW)
        quizzes.publish(cast.ada, cast.quiz, NOW)
        attempt = cast.start()
        views = attempts.page(cast.bo, attempt, None, NOW).questions
        return attempt, {view.presented.type: view.slot for view in views}

    return begin


def check(cast, attempt, slot, seq, answer, now=NOW, writer="w"):
    return practice.check(cast.bo, attempt, SlotSave(slot, seq, {"answer": [answer]}), writer, now, GRACE)


def hint(cast, attempt, slot, seq, answer):
    return practice.take_hint(cast.bo, attempt, SlotSave(slot, seq, {"answer": [answer]}), "w", NOW, GRACE)


def view(cast, attempt, slot):
    return attempts.page(cast.bo, attempt, slot, NOW).questions[0]


def marks(attempt, slot):
    with reading() as connection:
        rows = connection.execute(
            select(Mark.try_, Mark.fraction, Mark.final, Mark.superseded_at.is_(None))
            .where(Mark.attempt_id == attempt, Mark.slot == slot)
            .order_by(Mark.try_)
        )
        return [tuple(row) for row in rows]


def test_a_check_shows_the_key_and_closes_the_question(cast, practise):
    attempt, slots = practise()
    slot = slots["numerical"]
    assert check(cast, attempt, slot, 1, "24").seq == 1
    seen = view(cast, attempt, slot)
    assert (seen.closed, seen.outcome.verdict, seen.outcome.right_answer) == (True, "wrong", "144")
    assert seen.outcome.explanation
    assert seen.outcome.sources
    assert "That is the sum." in seen.outcome.feedback[0]
    with pytest.raises(SlotClosed):
        check(cast, attempt, slot, 2, "144")
    with pytest.raises(SlotClosed):
        cast.save(attempt, slot, 2, "144")
    assert check(cast, attempt, slot, 1, "24").seq == 1  # a repeat
    assert marks(attempt, slot) == [(1, 0, True, True)]


def test_before_a_check_nothing_is_shown(cast, practise):
    attempt, slots = practise()
    cast.save(attempt, slots["numerical"], 1, "24")
    seen = view(cast, attempt, slots["numerical"])
    assert (seen.outcome, seen.closed, seen.standing.left) == (None, False, 1)


def test_what_cannot_be_read_is_saved_and_is_no_try(cast, practise):
    attempt, slots = practise()
    slot = slots["numerical"]
    check(cast, attempt, slot, 1, "a dozen dozens")
    seen = view(cast, attempt, slot)
    assert seen.fields == {"answer": ["a dozen dozens"]}
    assert seen.complaints
    assert (seen.closed, seen.outcome) == (False, None)
    check(cast, attempt, slot, 2, "144")
    assert view(cast, attempt, slot).outcome.verdict == "right"


def test_interactive_tries_cost_a_third_each_and_show_the_key_at_the_end(cast, practise):
    attempt, slots = practise("interactive")
    slot = slots["short_text"]
    check(cast, attempt, slot, 1, "nothing")
    seen = view(cast, attempt, slot)
    assert (seen.closed, seen.standing.left) == (False, 2)
    assert (seen.outcome.verdict, seen.outcome.right_answer, seen.outcome.explanation) == (
        "wrong",
        None,
        None,
    )
    check(cast, attempt, slot, 2, "zero")
    seen = view(cast, attempt, slot)
    assert (seen.closed, seen.outcome.verdict) == (True, "right")
    assert seen.outcome.fraction == pytest.approx(2 / 3)
    assert [mark[1:] for mark in marks(attempt, slot)] == [
        (0, False, False),
        (pytest.approx(2 / 3), True, True),
    ]


def test_a_hint_counts_as_a_try_and_keeps_the_answer(cast, practise):
    attempt, slots = practise("interactive")
    slot = slots["numerical"]
    cast.save(attempt, slot, 1, "12", writer="w")
    hint(cast, attempt, slot, 2, "12")
    seen = view(cast, attempt, slot)
    assert seen.fields == {"answer": ["12"]}
    assert len(seen.hints) == 1
    assert seen.more_hints
    check(cast, attempt, slot, 3, "144")
    assert view(cast, attempt, slot).outcome.fraction == pytest.approx(2 / 3)
    with pytest.raises(Invalid):
        hint(cast, attempt, slots["true_false"], 1, "0")


def test_a_hint_never_takes_the_last_try(cast, practise):
    attempt, slots = practise("interactive")
    slot = slots["numerical"]
    check(cast, attempt, slot, 1, "12")
    hint(cast, attempt, slot, 2, "12")
    seen = view(cast, attempt, slot)
    assert (seen.standing.left, seen.more_hints, seen.closed) == (1, False, False)
    with pytest.raises(Invalid):
        hint(cast, attempt, slot, 3, "12")
    assert hint(cast, attempt, slot, 2, "12").seq == 2  # a repeat, though there is no hint left
    assert check(cast, attempt, slot, 3, "144").closed


def test_what_stands_beside_a_hint_counts_as_the_last_try(cast, practise):
    attempt, slots = practise("interactive")
    slot = slots["numerical"]
    hint(cast, attempt, slot, 1, "144")
    attempts.finish(cast.bo, attempt, NOW)
    review = {one.slot: one for one in reviews.review(cast.bo, attempt, NOW, GRACE).questions}
    assert review[slot].fraction == pytest.approx(2 / 3)


def test_a_checked_answer_beside_a_hint_is_no_further_try(cast, practise):
    attempt, slots = practise("interactive")
    slot = slots["short_text"]
    check(cast, attempt, slot, 1, "nought")
    hint(cast, attempt, slot, 2, "nought")
    attempts.finish(cast.bo, attempt, NOW)
    review = {one.slot: one for one in reviews.review(cast.bo, attempt, NOW, GRACE).questions}
    assert review[slot].fraction == pytest.approx(
        1 / 2 - 1 / 3
    )  # the hint costs, the answer is not tried again


def test_several_saves_of_which_some_are_checks(cast, practise):
    attempt, slots = practise()
    saves = [
        SlotSave(slots["true_false"], 1, {"answer": ["0"]}),
        SlotSave(slots["numerical"], 1, {"answer": ["144"]}, "check"),
        SlotSave(slots["short_text"], 5, {"answer": ["zero"]}, "check"),
    ]
    saved, checked, stale = practice.save_many(cast.bo, attempt, saves, "w", NOW, GRACE)
    assert (saved.closed, checked.closed, type(stale)) == (None, True, StaleAnswer)


def test_adaptive_counts_the_best_and_goes_on_until_right(cast, practise):
    attempt, slots = practise("adaptive")
    slot = slots["short_text"]
    for seq, answer in enumerate(["nought", "nothing", "nothing", "zero"], 1):
        check(cast, attempt, slot, seq, answer)
        assert view(cast, attempt, slot).closed == (answer == "zero")
    # 1/2, 0 less 1/3, the same again is no try, 1 less 2/3
    assert view(cast, attempt, slot).outcome.fraction == pytest.approx(1 / 2)


PARTS = """
format: quiz-bank/1
bank: parts
title: Answers in parts
questions:
  - {id: pairs, type: matching, prompt: P, timeless: true, hints: [One, Two, Three], penalty: 0.2,
     pairs: [{stem: KZ, choice: Astana}, {stem: TJ, choice: Dushanbe}, {stem: UZ, choice: Tashkent}]}
  - {id: many, type: multiple_response, prompt: P, timeless: true,
     options: [{text: A, correct: true}, {text: B}, {text: C, correct: true}, D]}
  - {id: text, type: short_text, prompt: P, timeless: true, answers: [Shanghai, {text: "*hai", credit: 0.5}]}
"""
PLACE = st.sampled_from("012")
GIVEN = {
    "pairs": st.fixed_dictionaries(
        {f"answer-{stem}": PLACE.map(lambda choice: [choice]) for stem in range(3)}
    ),
    "many": st.lists(st.sampled_from("0123"), min_size=1, unique=True).map(lambda ticked: {"answer": ticked}),
    "text": st.sampled_from(["Shanghai", "Hubhai", "Astana"]).map(lambda text: {"answer": [text]}),
}
#: What somebody does at a question, one after the other: answers that are checked, and hints (None).
DEEDS = st.sampled_from([*GIVEN]).flatmap(
    lambda name: st.tuples(st.just(name), st.lists(GIVEN[name] | st.none(), min_size=1, max_size=5))
)


@pytest.fixture
def counting_back(cast):
    """A practice of questions with parts, whose tries count back. Gives the bank."""
    importing.import_bank(cast.ada, PARTS, "parts.yaml", NOW)
    text = BLUEPRINT.replace("bank: small, count: 5", "bank: parts, count: 3")
    cast.quiz = quizzes.create(cast.ada, cast.course, text + "  mode: practice\n  tries: countback\n", NOW)
    quizzes.publish(cast.ada, cast.quiz, NOW)
    return read_bank(PARTS, "parts.yaml")


def orders(attempt):
    with reading() as connection:
        found = select(AttemptSlot.slot, AttemptSlot.shown_order).where(AttemptSlot.attempt_id == attempt)
        return dict(connection.execute(found).tuples().all())


def do(cast, attempt, slot, seq, given):
    """Checks an answer, or takes a hint; False where that cannot be done any more."""
    act = "hint" if given is None else "check"
    try:
        practice.save(cast.bo, attempt, SlotSave(slot, seq, given or {}, act), "w", NOW, GRACE)
    except (Invalid, SlotClosed):
        return False
    return True


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(done=DEEDS)
def test_countback_earns_what_quiz_score_says_of_the_same_tries(cast, counting_back, done):
    """A hint is a try that leaves each part as the try before has left it; before any other it has none right."""
    name, deeds = done
    attempt = cast.start()
    views = attempts.page(cast.bo, attempt, None, NOW).questions
    slot = next(one.slot for one in views if one.presented.type == counting_back.by_id[name].type)
    question, order, tries = counting_back.by_id[name], orders(attempt)[slot], []
    for deed in deeds:
        if do(cast, attempt, slot, len(tries) + 1, deed):
            last = tries[-1] if tries else None
            tries.append(last if deed is None else question.parse(deed, order).response)
    attempts.finish(cast.bo, attempt, NOW)
    (earned,) = [fraction for _, fraction, _, counts in marks(attempt, slot) if counts]
    line = {"question": name, "mode": "countback", "tries": tries or [None]}
    assert earned == pytest.approx(
        score_line(counting_back, json.dumps(line), NOW.date())["fraction"], abs=1e-12
    )


def test_countback_charges_only_what_came_right_later(cast, counting_back):
    attempt = cast.start()
    views = attempts.page(cast.bo, attempt, None, NOW).questions
    shown = next(one for one in views if one.presented.type == "multiple_response")
    place = {text: str(at) for at, text in enumerate(shown.presented.controls["options"])}
    for seq, ticked in enumerate(["AB", "AC"], 1):
        fields = {"answer": [place[one] for one in ticked]}
        practice.check(cast.bo, attempt, SlotSave(shown.slot, seq, fields), "w", NOW, GRACE)
    seen = view(cast, attempt, shown.slot)
    assert (seen.closed, seen.outcome.verdict) == (True, "right")
    assert seen.outcome.fraction == pytest.approx(5 / 6)  # C cost a third of its half


def test_finishing_takes_an_unchecked_answer_as_the_last_try(cast, practise):
    attempt, slots = practise("interactive")
    slot = slots["short_text"]
    check(cast, attempt, slot, 1, "nothing")
    cast.save(attempt, slot, 2, "zero", writer="w")
    check(cast, attempt, slots["numerical"], 1, "144")
    attempts.finish(cast.bo, attempt, NOW)
    review = {one.slot: one for one in reviews.review(cast.bo, attempt, NOW, GRACE).questions}
    assert review[slot].fraction == pytest.approx(2 / 3)
    assert review[slots["numerical"]].fraction == 1
    assert review[slots["true_false"]].verdict == "unanswered"
    assert reviews.review(cast.bo, attempt, NOW, GRACE).grade == pytest.approx(100 * (1 + 2 / 3) / 5)


def test_a_check_obeys_seq_and_deadline_like_a_save(cast, practise):
    attempt, slots = practise()
    slot = slots["numerical"]
    with pytest.raises(StaleAnswer):
        check(cast, attempt, slot, 2, "144")
    with pytest.raises(TooLate):
        check(cast, attempt, slot, 1, "144", now=NOW + timedelta(hours=1))
    assert marks(attempt, slot) == []


def test_in_a_test_a_check_is_a_plain_save(cast):
    attempt = cast.start()
    page = attempts.page(cast.bo, attempt, None, NOW)
    slot = next(one.slot for one in page.questions if one.presented.type == "numerical")
    check(cast, attempt, slot, 1, "24")
    seen = view(cast, attempt, slot)
    assert (seen.closed, seen.outcome, seen.standing) == (False, None, None)


def test_what_practice_shows_is_the_teachers_choice(cast, practise):
    attempt, slots = practise(review="  review: {during: [right_wrong]}\n")
    check(cast, attempt, slots["numerical"], 1, "24")
    outcome = view(cast, attempt, slots["numerical"]).outcome
    assert outcome.verdict == "wrong"
    assert (outcome.right_answer, outcome.explanation, outcome.feedback, outcome.points) == (
        None,
        None,
        (),
        None,
    )


def test_certainty_is_shown_beside_the_grade(cast):
    text = BLUEPRINT + "  certainty: true\n"
    cast.quiz = quizzes.create(cast.ada, cast.course, text, NOW)
    quizzes.publish(cast.ada, cast.quiz, NOW)
    attempt = cast.start()
    for one in attempts.page(cast.bo, attempt, None, NOW).questions:
        given = {"numerical": ("144", "3"), "short_text": ("nothing", "2")}.get(one.presented.type)
        if given:
            fields = {"answer": [given[0]], "certainty": [given[1]]}
            attempts.save(cast.bo, attempt, SlotSave(one.slot, 1, fields), "w", NOW, GRACE)
    attempts.finish(cast.bo, attempt, NOW)
    review = reviews.review(cast.bo, attempt, NOW, GRACE)
    assert review.certainty.accuracy == pytest.approx(1 / 5)
    assert review.certainty.mean_mark == pytest.approx((3 - 2) / 5)  # right at 3, wrong at 2, three blanks
    assert review.grade == 20


@pytest.fixture
def late_answer(cast):
    """``late_answer(attempt, slot, seq, answer)`` comes after the time was up; gives its id."""

    def come(attempt, slot, seq, answer):
        with pytest.raises(TooLate):
            cast.save(attempt, slot, seq, answer, now=LATE)
        questions = reviews.review(cast.ada, attempt, LATE, GRACE).questions
        return next(one for one in questions if one.slot == slot).late[0].id

    return come


def test_a_late_answer_that_is_accepted_is_one_more_try(cast, practise, late_answer):
    attempt, slots = practise("interactive")
    slot = slots["short_text"]
    check(cast, attempt, slot, 1, "nothing")
    grading.accept_late(cast.ada, attempt, late_answer(attempt, slot, 2, "zero"), LATE)
    counts = [fraction for _, fraction, _, counted in marks(attempt, slot) if counted]
    assert counts == [pytest.approx(2 / 3)]


def test_an_answer_given_after_the_key_was_shown_is_never_accepted(cast, practise, late_answer):
    attempt, slots = practise("one")
    slot = slots["short_text"]
    check(cast, attempt, slot, 1, "nothing")
    late_id = late_answer(attempt, slot, 2, "zero")
    with pytest.raises(Conflict):
        grading.accept_late(cast.ada, attempt, late_id, LATE)
    assert reviews.review(cast.bo, attempt, LATE, GRACE).grade == 0


def test_a_submission_does_not_wait_for_a_check_that_waits_for_it(beside, cast, practise):
    """A check holds its slot, a submission the attempt: neither may need what the other holds (PostgreSQL)."""
    attempt, slots = practise("interactive")
    slot = slots["numerical"]
    with transaction() as parked:
        practice._locked(parked, cast.bo, attempt, slot)
        if parked.dialect.name == "sqlite":
            return  # one writer at a time
        beside(lambda: attempts.finish(cast.bo, attempt, NOW)).result(5)
