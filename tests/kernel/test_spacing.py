"""When a question is due again: the library's own vectors, and what we make of it."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from fsrs import Card, Rating, Scheduler

from quiz.assembly.draw import ListIndex, draw
from quiz.assembly.spacing import LONGEST, Memory, rating_of, remembered
from tests.kernel.papers import blueprint, drawn, item

BEGIN = datetime(2022, 11, 29, 12, 30, tzinfo=UTC)
DAY = date(2026, 3, 1)
GOOD, HARD, AGAIN = Rating.Good, Rating.Hard, Rating.Again


def review(scheduler, card, rating, now):
    return scheduler.review_card(card, rating, now)[0]


def test_the_librarys_own_vectors():
    """The intervals in days and the memory that py-fsrs publishes in its tests, by the version that is locked."""
    scheduler, card, days = Scheduler(enable_fuzzing=False), Card(card_id=1, due=BEGIN), []
    for rating in [*[GOOD] * 6, *[AGAIN] * 2, *[GOOD] * 5]:
        card = review(scheduler, card, rating, card.due)
        days.append((card.due - card.last_review).days)
    assert days == [0, 2, 11, 46, 163, 498, 0, 0, 2, 4, 7, 12, 21]
    card, now = Card(card_id=1, due=BEGIN), BEGIN
    for rating, wait in zip([AGAIN, *[GOOD] * 5], [0, 0, 1, 3, 8, 21], strict=True):
        now += timedelta(days=wait)
        card = review(scheduler, card, rating, now)
    card = review(scheduler, card, GOOD, now)
    assert card.stability == pytest.approx(53.62691, abs=1e-4)


def waits(*fractions, retention=0.9):
    """The days between answers that earn these fractions, each given on the day it is due."""
    memory, found = None, []
    for fraction in fractions:
        memory = remembered(memory, Fraction(fraction), memory.due_on if memory else DAY, retention)
        found.append((memory.due_on - memory.answered_on).days)
    return found


def test_what_is_known_waits_longer_each_time_and_a_miss_begins_anew():
    assert waits(1, 1, 1, 1) == [2, 11, 46, 163]  # as the library's vector from its second answer on
    assert waits(1, 1, 1, 1, 1)[-1] == LONGEST
    known = waits(1, 1, 1, 0, 1)
    assert known[3] < known[2]
    assert known[3] < known[4]
    assert waits(0) == [1]


def test_who_wants_to_know_more_is_asked_sooner():
    sooner, usual, later = (waits(1, 1, 1, retention=share) for share in (0.97, 0.9, 0.7))
    assert sooner[2] < usual[2] < later[2]


@pytest.mark.parametrize(
    "fraction, rating",
    [("1", GOOD), ("2/3", HARD), ("1/2", HARD), ("0.49", AGAIN), ("0", AGAIN), ("-1/3", AGAIN)],
)
def test_the_rating_follows_from_the_mark(fraction, rating):
    assert rating_of(Fraction(fraction)) == rating


def test_a_day_before_the_last_answer_counts_as_that_day():
    """Somebody who flies to the east in between answers on the day before."""
    first = remembered(None, Fraction(1), DAY, 0.9)
    same = remembered(first, Fraction(1), DAY, 0.9)
    assert remembered(first, Fraction(1), DAY - timedelta(days=1), 0.9) == same
    assert isinstance(same, Memory)
    assert same.answered_on == DAY


# What is due in the draw ------------------------------------------------------------------------------------------


POOL = [item(f"{topic}{number}", topic=topic) for topic in ("p", "q") for number in range(20)]


@pytest.mark.parametrize("seed", range(5))
def test_what_is_due_comes_first_then_the_new_then_the_rest(seed):
    due = {"m/p3": -3, "m/q7": -2, "m/p9": -1}
    plan = blueprint({"count": 5})
    later = {f"m/{topic}{number}": 1 + number for topic in ("p", "q") for number in range(10, 20)}
    held = set(drawn(draw(plan, ListIndex(POOL), seed, DAY, seen=due | later)))
    assert held > set(due)
    assert not held & set(later)
    few = drawn(draw(blueprint({"count": 2}), ListIndex(POOL), seed, DAY, seen=due))
    assert set(few) == {"m/p3", "m/q7"}


def test_what_is_due_still_has_to_fit_the_blueprint():
    due = {"m/p3": -3, "m/q7": -2, "m/p4": -1}
    plan = blueprint({"count": 2, "topic": "q"}, {"count": 1, "topic": "p", "exclude": ["p3"]})
    held = drawn(draw(plan, ListIndex(POOL), 1, DAY, seen=due))
    assert held[0] == "m/q7"
    assert held[1].startswith("m/q")
    assert held[2] == "m/p4"


def test_topics_take_turns():
    plan = blueprint({"count": 6, "topic": "p"}, {"count": 2, "topic": "q"}, order="interleaved")
    held = drawn(draw(plan, ListIndex(POOL), 1, DAY))
    assert [name[2] for name in held] == ["p", "p", "q", "p", "p", "p", "q", "p"]
    text = blueprint(
        {"count": 2, "topic": "p"},
        {"count": 1, "topic": "q"},
        {"count": 1, "types": ["description"]},
        order="interleaved",
    )
    said = item("z", type="description", asks=False, topic="p", option_ids=())
    held = drawn(draw(text, ListIndex([*POOL, said]), 1, DAY))
    assert [name[2] for name in held] == ["p", "p", "q", "z"]
