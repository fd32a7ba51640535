"""From marks to grades: scoring.md, "Grade", "Tries", "Certainty"."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.questions.base import Tally
from quiz.questions.rules.certainty import certainty_mark
from quiz.questions.rules.grade import Grade, SlotMark, combine, grade, passed
from quiz.questions.rules.tries import adaptive, countback, interactive

HUNDRED, ONE, HALF, THIRD = Fraction(100), Fraction(1), Fraction(1, 2), Fraction(1, 3)


def mark(fraction, points=1, **more):
    return SlotMark(None if fraction is None else Fraction(fraction), Fraction(points), **more)


@pytest.mark.parametrize(
    "marks, value, at_least",
    [
        ([mark(1), mark(0)], 50, 50),
        ([mark(1, 3), mark(0, 1)], 75, 75),
        ([mark(1), mark(-1), mark(-1)], 0, 0),
        ([mark(1), mark(None)], None, 50),
        ([], None, 0),
        ([mark(1, bonus=True)], None, 0),
        ([mark(HALF), mark(1, bonus=True)], 100, 100),
        ([mark(1), mark(1, bonus=True)], 100, 100),
        ([mark(0), mark(HALF, bonus=True)], 50, 50),
        ([mark(0, dropped=True), mark(1)], 100, 100),
        ([mark(0, dropped=True)], None, 0),
        ([mark(0, full_credit=True), mark(0)], 50, 50),
        ([mark(None, full_credit=True)], 100, 100),
        ([mark(1, 0), mark(1, 2)], 100, 100),
    ],
)
def test_grade(marks, value, at_least):
    assert grade(marks, HUNDRED) == Grade(value, at_least)


def test_grades_are_exact():
    assert grade([mark(THIRD)] * 3, Fraction(10)).value == Fraction(10, 3)


@given(st.lists(st.tuples(st.fractions(-1, 1), st.integers(0, 9), st.booleans()), max_size=8))
def test_a_grade_lies_on_its_scale(slots):
    found = grade([mark(f, p, bonus=b) for f, p, b in slots], HUNDRED)
    assert 0 <= found.at_least <= 100
    assert found.value in (None, found.at_least)


@pytest.mark.parametrize("method, value", [("highest", 90), ("average", 60), ("first", 30), ("last", 60)])
def test_combine(method, value):
    assert combine([Fraction(30), Fraction(90), Fraction(60)], method) == value
    assert combine([], method) is None


def test_the_pass_mark_compares_after_nine_decimals():
    assert passed(float(Fraction(100) * Fraction(2, 3)), Fraction(200, 3))
    assert passed(0.1 + 0.2, Fraction(3, 10))
    assert not passed(49.999999, 50)


def test_interactive_tries():
    assert interactive(ONE, 0, THIRD) == 1
    assert interactive(ONE, 2, THIRD) == THIRD
    assert interactive(ONE, 5, THIRD) == 0
    assert interactive(-ONE, 0, THIRD) == 0


def test_adaptive_tries():
    assert adaptive([("a", Fraction(0)), ("b", ONE)], THIRD) == Fraction(2, 3)
    assert adaptive([("a", HALF), ("b", Fraction(0))], THIRD) == HALF
    assert adaptive([("a", Fraction(0)), ("a", Fraction(0)), ("b", ONE)], THIRD) == Fraction(2, 3), (
        "a repeat is no try"
    )
    assert adaptive([(None, Fraction(0)), ("b", ONE)], THIRD) == 1
    assert adaptive([], THIRD) == 0


def halves(**fractions):
    return {name: Tally(HALF, Fraction(fraction)) for name, fraction in fractions.items()}


@pytest.mark.parametrize(
    "tries, value",
    [
        ([halves(a=1, b=1)], ONE),
        ([halves(a=1, b=0), halves(a=1, b=1)], Fraction(5, 6)),
        ([halves(a=1, b=0), halves(a=0, b=1), halves(a=1, b=1)], HALF * THIRD + HALF * 2 * THIRD),
        ([halves(a=1, b=1), halves(a=0, b=1)], HALF),
        ([halves(a=1), halves(b=1)], HALF * 2 * THIRD),
        ([halves(a=1), halves(a=1, b=-1)], Fraction(0)),
        ([halves(a=HALF), halves(a=1), halves(a=HALF)], HALF * HALF),
        ([halves(a=0)] * 5 + [halves(a=1, b=1)], Fraction(0)),
        ([halves(a=1), {}], Fraction(0)),
    ],
)
def test_countback_counts_each_part_from_the_try_since_which_it_stayed_right(tries, value):
    assert countback(tries, THIRD) == value


@pytest.mark.parametrize(
    "fraction, certainty, answered, value",
    [(1, 1, True, 1), (1, 2, True, 2), (1, 3, True, 3), (0, 1, True, 0), (0, 2, True, -2), (0, 3, True, -6), (-1, 3, True, -6),
     (HALF, 3, True, Fraction(3, 2)), (1, None, True, 1), (0, 3, False, 0)],
)  # fmt: skip
def test_certainty(fraction, certainty, answered, value):
    assert certainty_mark(Fraction(fraction), certainty, answered=answered) == value
