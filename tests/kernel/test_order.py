"""The ten rules of an ordering, each against sums done by hand."""

from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.questions.rules.order import ORDER_RULES, order_score
from tests.kernel.questions import question

#: rule → expected numerator and denominator, for each answer to four items whose right order is 0 1 2 3.
RULES = (
    "absolute_position", "all_or_nothing", "next_exclude_last", "next_include_last", "previous_and_next",
    "all_previous_and_next", "longest_subsequence", "longest_consecutive", "relative_to_correct", "pairwise",
)  # fmt: skip
BY_HAND = {
    (0, 1, 2, 3): ((4, 4), (1, 1), (3, 3), (4, 4), (8, 8), (12, 12), (4, 4), (4, 4), (12, 12), (6, 6)),
    # 0 and 1 have changed places: 2 is followed by 3, and 3 by the end
    (1, 0, 2, 3): ((2, 4), (0, 1), (1, 3), (2, 4), (3, 8), (10, 12), (3, 4), (3, 4), (10, 12), (5, 6)),
    # 1 and 2 have: only the ends have a right neighbour; runs 0 1 and 2 3
    (0, 2, 1, 3): ((2, 4), (0, 1), (0, 3), (1, 4), (2, 8), (10, 12), (3, 4), (2, 4), (10, 12), (5, 6)),
    # the first has gone to the end: everything else is in order, one place off
    (1, 2, 3, 0): ((0, 4), (0, 1), (2, 3), (2, 4), (4, 8), (6, 12), (3, 4), (3, 4), (6, 12), (3, 6)),
    (3, 2, 1, 0): ((0, 4), (0, 1), (0, 3), (0, 4), (0, 8), (0, 12), (0, 4), (0, 4), (4, 12), (0, 6)),
    # incomplete: the missing ones stand nowhere, the end follows the last that is there
    (0, 1): ((2, 4), (0, 1), (1, 3), (1, 4), (3, 8), (2, 12), (2, 4), (2, 4), (6, 12), (1, 6)),
    (0, 3): ((1, 4), (0, 1), (0, 3), (1, 4), (2, 8), (2, 12), (2, 4), (0, 4), (4, 12), (1, 6)),
    (3,): ((0, 4), (0, 1), (0, 3), (1, 4), (1, 8), (0, 12), (0, 4), (0, 4), (0, 12), (0, 6)),
    (): ((0, 4), (0, 1), (0, 3), (0, 4), (0, 8), (0, 12), (0, 4), (0, 4), (0, 12), (0, 6)),
}  # fmt: skip


@pytest.mark.parametrize("place, rule", [*enumerate(RULES)])
@pytest.mark.parametrize("given", BY_HAND)
def test_each_rule_by_hand(given, place, rule):
    assert order_score(given, 4, rule) == Fraction(*BY_HAND[given][place])


def test_the_rules_are_these_and_the_first_is_the_default():
    assert set(ORDER_RULES) == set(RULES)
    assert question("ordering", {"items": ["A", "B"]}).scoring == "absolute_position"


@pytest.mark.parametrize("rule", RULES)
def test_two_items(rule):
    """The fewest: in order everything is right, else nothing is."""
    assert order_score([0, 1], 2, rule) == 1
    assert order_score([1, 0], 2, rule) == 0


@given(st.integers(2, 7).flatmap(lambda n: st.tuples(st.just(n), st.permutations(range(n)))), st.data())
def test_bounds_and_kinships(orders, data):
    n, given = orders
    given = given[: data.draw(st.integers(0, n))]
    scores = {rule: order_score(given, n, rule) for rule in RULES}
    assert all(0 <= score <= 1 for score in scores.values())
    assert scores["pairwise"] == scores["all_previous_and_next"]
    assert scores["longest_consecutive"] <= scores["longest_subsequence"]
    assert (scores["all_or_nothing"] == 1) == all(score == 1 for score in scores.values())


@pytest.mark.parametrize("rule", RULES)
def test_a_random_guess_is_the_mean_over_all_orders(rule):
    q = question("ordering", {"items": ["A", "B", "C", "D"]}, scoring=rule)
    scores = [q.score(list(order)).fraction for order in permutations("abcd")]
    assert q.kind.random_guess(q.content, rule) == sum(scores) / 24
