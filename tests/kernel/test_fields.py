"""Exact numbers, text as written, ids, days."""

from decimal import Decimal
from fractions import Fraction

import pytest

from quiz.errors import Invalid
from quiz.questions.fields import Ambiguous, Number, exact, letters, percent
from tests.kernel.questions import question


@pytest.mark.parametrize(
    "written, fraction",
    [("33.33333", "1/3"), ("66.66667", "2/3"), ("66.66666", "2/3"), ("16.66667", "1/6"), ("83.33333", "5/6"),
     ("14.28571", "1/7"), ("11.11111", "1/9"), ("12.5", "1/8"), ("-33.33333", "-1/3"), ("100", "1"), ("5", "1/20"),
     ("0", "0"), ("33.3", "333/1000"), ("33.33", "1/3")],
)  # fmt: skip
def test_percentages_of_other_systems_become_exact(written, fraction):
    assert percent(Decimal(written)) == Fraction(fraction)


@pytest.mark.parametrize(
    "written, fraction",
    [("0.3333333", "1/3"), ("0.6667", "2/3"), ("0.333", "333/1000"), ("0.25", "1/4"), ("0.1234567", "1234567/10000000"),
     ("1", "1"), ("0.8500", "17/20")],
)  # fmt: skip
def test_shares_become_exact(written, fraction):
    assert exact(Decimal(written)) == Fraction(fraction)


@pytest.mark.parametrize("credit", ["33.33333%", "0.3333333", "1/3", " 33.33333 %".strip()])
def test_a_credit_may_be_written_in_percent(credit):
    content = {"options": [{"text": "A", "credit": "100%"}, {"text": "B", "credit": credit}]}
    assert question("single_choice", content).score("b").fraction * 3 == 1


def test_three_thirds_are_one():
    content = {"options": [{"text": t, "credit": "0.3333333"} for t in "abc"] + [{"text": "d", "credit": -1}]}
    assert question("multiple_response", content).score(["a", "b", "c"]).fraction == 1


def test_parts_are_what_ticks_add_or_take_off():
    content = {"options": [{"text": t, "correct": True} for t in "abc"] + ["d"]}
    taken = {"": -1, "right_minus_wrong": Fraction(-1, 3)}
    for rule, off in taken.items():
        scored = question("multiple_response", content, **({"scoring": rule} if rule else {})).score(
            ["a", "b", "d"]
        )
        assert scored.parts == {"a": Fraction(1, 3), "b": Fraction(1, 3), "d": off}
        assert scored.fraction == max(0, sum(scored.parts.values()))


def test_letters():
    assert letters(3) == ["a", "b", "c"]
    assert letters(28)[25:] == ["z", "aa", "ab"]
    assert len(set(letters(500))) == 500
    assert letters(704)[701:] == ["zz", "aaa", "aab"]


@pytest.mark.parametrize(
    "field, value, words",
    [
        ("prompt", True, "put it in quotes"),
        ("prompt", Ambiguous("no"), "put it in quotes"),
        ("prompt", None, "is empty"),
        ("prompt", "  ", "is empty"),
        ("points", "x", "not a number"),
        ("points", -1, "below 0"),
        ("points", float("nan"), "not a finite number"),
        ("points", Number("1e999", "1e999"), "too large"),
        ("points", "1/0", "not a number"),
        ("facility", 85, "write 0.85 for 85 %"),
        ("penalty", 2, "not between 0 and 1"),
        ("as_of", "13.07.2021", "year-month-day"),
        ("as_of", "2021-02-30", "year-month-day"),
        ("as_of", 2021, "year-month-day"),
        ("shuffle", "no", "neither true nor false"),
        ("tags", "numbers", "must be a list"),
        ("level", "remeber", "did you mean 'remember'"),
        ("id", "a b", "not well formed"),
        ("topic", "a//b", "not well formed"),
        ("evidence", [{"document": "m", "paragraph": 0, "terms": ["x"]}], "whole number above 0"),
        ("evidence", ["x"], "must be a mapping"),
        ("stimulus", "x", "must be a mapping"),
        ("translations", "x", "must be a mapping"),
        ("promt", "x", "did you mean 'prompt'"),
        ("colour", "x", "known here: "),
    ],
)
def test_a_wrong_field_is_named_with_what_to_do(field, value, words):
    with pytest.raises(Invalid) as caught:
        question("true_false", {"answer": True}, **{field: value})
    found = [problem for problem in caught.value.problems if words in str(problem)]
    assert found, caught.value.problems
    assert found[0].where.startswith(field)


def test_numbers_keep_their_characters_in_texts():
    q = question(
        "single_choice",
        {"options": [Number("2001", "2001"), {"text": Number("1.50", "1.50"), "correct": True}]},
    )
    assert [option.text for option in q.content.options] == ["2001", "1.50"]
