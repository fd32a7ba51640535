"""Conditions on the whole paper: levels and expected facility. Met, fairly, the same each time, or refused with figures."""

from collections import Counter
from dataclasses import replace
from fractions import Fraction

import pytest

from quiz.assembly.draw import ListIndex, draw
from quiz.assembly.supply import unmet
from quiz.errors import Unmeetable
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
