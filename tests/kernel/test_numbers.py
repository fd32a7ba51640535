"""Numbers as typed, and the intervals that accept them: scoring.md, line by line."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.questions.rules.numbers import interval, read_number, show_number
from tests.kernel.questions import question


@pytest.mark.parametrize(
    "typed, number",
    [
        ("8", "8"),
        ("  8\t", "8"),
        ("+8", "8"),
        ("-8", "-8"),
        ("\N{MINUS SIGN}8", "-8"),
        ("- 8", "-8"),
        ("007", "7"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1,234", "1.234"),
        ("1.234", "1.234"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("1,234.5", "1234.5"),
        ("1.234,5", "1234.5"),
        ("12,34,567", "1234567"),
        ("1,23,45,678.9", "12345678.9"),
        ("1\N{THIN SPACE}234\N{NARROW NO-BREAK SPACE}567", "1234567"),
        ("1\N{NO-BREAK SPACE}234,5", "1234.5"),
        ("1 234.5", "1234.5"),
        ("1e3", "1000"),
        ("1,5E-3", "0.0015"),
        ("1e+3", "1000"),
        ("٣٫".replace("٫", ",") + "٥", "3.5"),
        ("१२", "12"),
        ("８", "8"),
        ("－８．５", "-8.5"),
        ("0.1", "0.1"),
        ("1" * 60, "1" * 60),
    ],
)
def test_read(typed, number):
    assert read_number(typed) == Decimal(number)


@pytest.mark.parametrize(
    "typed",
    ["", " ", "x", "8x", "eight", ".", ",", "-", "e3", "1e", "1e1.5", "1,23,4", "1,2345,678", "123,45,678", "1,234,56",
     "1.2.3", "1,234.567,8", "1.234,5,6", "1 23", "1 2345", "1  234", "1 234,567 8", "--8", "8-", "8²", "½", "∞", "nan",
     "inf", "0x10", "1_000", "1e999999999", "1e401", "9" * 201, "8\n9", "1.5 000"],
)  # fmt: skip
def test_not_read(typed):
    assert read_number(typed) is None


@given(st.text(max_size=30))
def test_no_text_makes_it_fail(typed):
    read = read_number(typed)
    assert read is None or read.is_finite()


@given(st.decimals(-(10**12), 10**12, allow_nan=False, places=6))
def test_what_is_written_plainly_is_read_exactly(number):
    assert read_number(f"{number:f}") == number
    assert read_number(show_number(number)) == number


@pytest.mark.parametrize(
    "number, shown",
    [("8", "8"), ("8.50", "8.5"), ("-0.001", "-0.001"), ("1e3", "1000"), ("1/3", "0.333333333333333"), ("1e-20", "1e-20"),
     ("1e400", "1" + "0" * 400)],
)  # fmt: skip
def test_show(number, shown):
    assert show_number(Fraction(number)) == shown


@pytest.mark.parametrize(
    "value, tolerance, kind, low, high",
    [
        (8, "0.5", "absolute", "7.5", "8.5"),
        (-8, "0.1", "relative", "-8.8", "-7.2"),
        (8, "0.25", "geometric", "6.4", "10"),
        (-8, "0.25", "geometric", "-10", "-6.4"),
        (0, "0.1", "relative", "0", "0"),
    ],
)
def test_interval(value, tolerance, kind, low, high):
    assert interval(Fraction(value), Fraction(tolerance), kind) == (Fraction(low), Fraction(high))


@pytest.mark.parametrize(
    "typed, fraction", [("0.3", 1), ("0.30000000000000001", 0), ("0.2", 1), ("0.4", 1), ("0.41", 0)]
)
def test_bounds_are_included_and_exact(typed, fraction):
    """In binary floats 0.1 + 0.2 would not be 0.3."""
    tolerance = "0.1" if typed in ("0.2", "0.4", "0.41") else "0"
    q = question("numerical", {"answers": [{"value": "0.3", "tolerance": tolerance}]})
    assert q.score(typed).fraction == fraction


def test_the_first_interval_that_holds_the_number_counts():
    answers = [{"value": 8}, {"min": 7, "max": 9, "credit": "0.5"}, {"min": 0, "max": 100, "credit": "0.1"}]
    q = question("numerical", {"answers": answers})
    assert [q.score(typed).fraction for typed in ("8", "9", "7,0", "50", "101")] == [
        1, Fraction(1, 2), Fraction(1, 2), Fraction(1, 10), 0,
    ]  # fmt: skip


def test_what_was_read_is_shown_back_and_what_is_no_number_complains():
    q = question("numerical", {"answers": [8]})
    assert q.parse({"answer": ["1.234"]}, ()).read_as == "1.234"
    assert q.parse({"answer": ["1,234,567"]}, ()).read_as == "1234567"
    wrong = q.parse({"answer": ["8 states"]}, ())
    assert (wrong.response, wrong.complaints, q.score(wrong.response).fraction) == (
        "8 states",
        ("This is not a number.",),
        0,
    )


UNITS = [{"unit": "km", "factor": 1}, {"unit": "m", "factor": "0.001"}, {"unit": "µm", "factor": "1e-9"}]
NINE_TENTHS = Fraction(9, 10)


@pytest.mark.parametrize(
    "rule, typed, fraction, complains",
    [
        ("optional", "5", 1, False),
        ("optional", "5 km", 1, False),
        ("optional", "5km", 1, False),
        ("optional", "5000 m", 1, False),
        ("optional", "5,000.0 m", 1, False),
        ("optional", "5e3 m", 1, False),
        ("optional", "5000000000 μm", 1, False),
        ("optional", "5 m", 0, False),
        ("optional", "5 KM", NINE_TENTHS, True),
        ("optional", "5 mi", NINE_TENTHS, True),
        ("optional", "6 mi", 0, True),
        ("optional", "km 5", 0, True),
        ("required", "5 km", 1, False),
        ("required", "5", NINE_TENTHS, True),
        ("required", "5 e", NINE_TENTHS, True),
        ("none", "5", 1, False),
        ("none", "5 km", NINE_TENTHS, True),
    ],
)
def test_units(rule, typed, fraction, complains):
    q = question("numerical", {"answers": [5], "units": UNITS, "unit": rule})
    assert q.score(typed).fraction == fraction
    assert bool(q.parse({"answer": [typed]}, ()).complaints) is complains


def test_the_penalty_of_a_unit_takes_nothing_below_zero():
    answers = [5, {"value": 6, "credit": "0.1"}, {"value": 7, "credit": "-0.5"}]
    q = question("numerical", {"answers": answers, "units": UNITS, "unit_penalty": "0.3"})
    assert [q.score(f"{n} mi").fraction for n in (5, 6, 7)] == [Fraction(7, 10), 0, Fraction(-1, 2)]


def test_without_units_what_follows_the_number_makes_it_none():
    q = question("numerical", {"answers": [5]})
    assert q.score("5 km").fraction == 0
    assert q.parse({"answer": ["5 km"]}, ()).complaints == ("This is not a number.",)
