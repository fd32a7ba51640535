"""Conditions on the whole paper: levels and expected facility. Met, fairly, the same each time, or refused with figures."""

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from math import cosh

import pytest

from quiz.assembly.conditions import Condition, Weighed
from quiz.assembly.draw import ListIndex, draw
from quiz.assembly.supply import unmet
from quiz.banks.model import Bank, Question
from quiz.errors import Invalid, Unmeetable
from tests.kernel.papers import DAY, LABELS, blueprint, drawn, item

LEVELS = ("remember", "analyse", "")
ITEMS = [item(f"q{n:02}", difficulty=LABELS[n % 3], level=LEVELS[n // 3 % 3]) for n in range(18)]
INDEX = ListIndex(ITEMS)


def papers(plan, count):
    return [draw(plan, INDEX, seed, DAY) for seed in range(count)]


def test_every_paper_meets_the_levels_and_the_facility():
    plan = blueprint(
        {"count": 4},
        levels={"analyse": {"min": 2}, "remember": {"max": 1}},
        expected_facility={"min": "0.6", "max": "0.7"},
    )
    for paper in papers(plan, 40):
        levels = Counter(slot.level for slot in paper.slots)
        assert levels["analyse"] >= 2
        assert levels["remember"] <= 1
        assert Fraction(6, 10) <= paper.expected_score / paper.points <= Fraction(7, 10)
    assert papers(plan, 5) == papers(plan, 5)


def test_a_condition_that_the_first_draw_meets_changes_nothing():
    plain, free = blueprint({"count": 4}), blueprint({"count": 4}, expected_facility={"min": 0})
    assert [drawn(paper) for paper in papers(plain, 10)] == [drawn(paper) for paper in papers(free, 10)]


def test_what_meets_a_condition_is_equally_likely():
    plan = blueprint({"count": 1}, levels={"analyse": 1})
    fitting = [one.qualified for one in ITEMS if one.level == "analyse"]
    counts = Counter(drawn(paper)[0] for paper in papers(plan, 600))
    assert set(counts) == set(fitting)
    assert sum((counts[id] - 100) ** 2 / 100 for id in fitting) < 15.09  # χ², five degrees of freedom, 1 %


@pytest.mark.parametrize(
    "condition, said",
    [
        ({"levels": {"create": {"min": 2}}}, ("level create, at least (nearest of 500 draws)", 2, 0, 2)),
        (
            {"expected_facility": {"min": "0.9"}},
            ("expected facility, at least (nearest of 500 draws)", 0.9, 0.85, 0.05),
        ),
        (
            {"expected_facility": {"max": "0.3"}},
            ("expected facility, at most (nearest of 500 draws)", 0.3, 0.4, 0.1),
        ),
    ],
)
def test_what_cannot_be_met_is_told_with_what_the_nearest_had(condition, said):
    with pytest.raises(Unmeetable) as error:
        draw(blueprint({"count": 2}, **condition), INDEX, 1, DAY)
    (entry,) = error.value.unmet
    assert tuple(entry.values()) == said


def test_a_save_asks_for_more_than_a_start():
    """One question of 200 is of the level: a draw in 200 holds it, so a start may succeed and a save is refused."""
    rare = [replace(one, id=f"q{n:03}", level="") for n, one in enumerate(ITEMS[:1] * 200)]
    index = ListIndex([*rare[1:], replace(rare[0], level="create")])
    plan = blueprint({"count": 1}, levels={"create": 1})
    assert draw(plan, index, 3, DAY).slots[0].level == "create"
    (entry,) = unmet(plan, index, DAY)
    assert entry["constraint"] == "level create, at least (nearest of 50 draws)"


# --- what is measured -------------------------------------------------------------------------------------------------


def question(number):
    """Long ones take long, and are by Bo; every third is about size; the n-th is located at n / 10."""
    return Question.load({
        "bank": "m", "id": f"q{number:02}", "type": "true_false", "answer": True, "timeless": True,
        "prompt": "word " * (10 + number), "minutes": str(1 + number % 2), "author": "Bo" if number > 9 else "Ada",
        "objective": "size" if number % 3 == 0 else None, "calibration": {"a": 1, "b": str(number / 10)},
    })  # fmt: skip


MEASURED = ListIndex.of([Bank.load({"bank": "m", "title": "M"}, [question(number) for number in range(20)])])


@pytest.mark.parametrize(
    "condition",
    [
        {"words": {"max": 60}},
        {"words": {"min": 80}},
        {"minutes": {"min": 5, "max": 7}},
        {"objectives": {"size": {"min": 2}}},
        {"authors": {"Bo": 1}},
        {"points": {"min": 4, "max": 4}},
        {"types": {"true_false": 4}},
        {"difficulty": {"hard": 0}},
        {"information": [{"theta": 1, "min": "0.9"}]},
    ],
)
def test_a_draw_meets_what_is_measured(condition):
    plan = blueprint({"count": 4}, **condition)
    for seed in range(4):
        numbers = [int(id[-2:]) for id in drawn(draw(plan, MEASURED, seed, DAY))]
        assert len(numbers) == 4
        words, minutes = sum(10 + n for n in numbers), sum(1 + n % 2 for n in numbers)
        said = condition.get("words", {})
        assert said.get("min", 0) <= words <= said.get("max", 999)
        assert "minutes" not in condition or 5 <= minutes <= 7
        assert "objectives" not in condition or sum(n % 3 == 0 for n in numbers) >= 2
        assert "authors" not in condition or sum(n > 9 for n in numbers) == 1
        assert "information" not in condition or sum(curve(1 - n / 10) for n in numbers) >= 0.9


def curve(distance):
    return 1 / (2 + 2 * cosh(distance))  # P (1 − P)


def test_the_words_of_a_stimulus_count_once():
    shared = Condition("words", lambda _: 3, 0, 100, shared=lambda one: 7 * bool(one.item.stimulus))
    alone, pair = item("a"), [item("b", stimulus="s"), item("c", stimulus="s")]
    assert shared.found([Weighed(one, Fraction(1)) for one in (alone, *pair)]) == 9 + 7


def test_what_compares_papers_is_no_matter_of_one_draw():
    with pytest.raises(Invalid) as error:
        draw(blueprint({"count": 1}, forms={}, objective="balance"), INDEX, 1, DAY)
    assert [problem.where for problem in error.value.problems] == ["forms", "objective"]
