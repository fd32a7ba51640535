"""The language of formulas: what it means, what it refuses, and that no text makes it run wild."""

from datetime import date
from fractions import Fraction
from random import Random

import pytest

from quiz.banks.expressions import Expression, Scope, Template
from quiz.errors import Invalid
from tests.effort import within

MEMBERS = (
    {"country": "China", "joined": date(2001, 6, 15), "left": None},
    {"country": "India", "joined": date(2017, 6, 9), "left": None},
    {"country": "Iran", "joined": date(2023, 7, 4), "left": None},
)
OWN = {
    "country": "India",
    "joined": date(2017, 6, 9),
    "left": None,
    "a": Fraction(3),
    "b": Fraction(1, 2),
    "as_of": date(2021, 7, 13),
}


def value(text, language="en"):
    return Expression.read(text).value(Scope(OWN, {"members": MEMBERS}, language))


@pytest.mark.parametrize(
    "text, expected",
    [
        ("1 + 2 * 3 ** 2", 19),
        ("-2 ** 2", -4),
        ("2 ** -1", Fraction(1, 2)),
        ("2 ** 3 ** 2", 512),
        ("7 // 2", 3),
        ("-7 // 2", -4),
        ("-7 % 3", 2),
        ("0.1 + 0.2 == 0.3", True),
        ("1 / 3 * 3 == 1", True),
        ("a - b", Fraction(5, 2)),
        ("joined <= as_of", True),
        ("joined <= as_of and not country == 'Iran'", True),
        ("false and 1 / 0 == 1", False),
        ("true or 1 / 0 == 1", True),
        ("if(a > 2, 'many', 'few')", "many"),
        ("year(joined) * 100 + month(joined)", 201706),
        ("as_of - joined", 1495),
        ("joined + 21", date(2017, 6, 30)),
        ("2021-07-13 - 2021-07-01", 12),
        ("date(2001, 6, 15)", date(2001, 6, 15)),
        ("date('2001-06-15')", date(2001, 6, 15)),
        ("during(as_of, joined, left)", True),
        ("during(joined, joined, joined + 1)", True),
        ("during(joined, null, joined)", False),
        ("left == null", True),
        ("count(members)", 3),
        ("count(members, joined <= as_of)", 2),
        ("count(members, joined > this.joined)", 1),
        ("lowest(members, year(joined))", 2001),
        ("highest(members, country, country != this.country)", "Iran"),
        ("highest(members, left)", None),
        ("count(members, count(members, country == 'Iran') == 1)", 3),
        ("round(2.5)", 3),
        ("round(-2.5)", -3),
        ("round(1 / 3, 2)", Fraction(33, 100)),
        ("floor(-1.5) + ceil(1.2) + abs(-1)", 1),
        ("min(3, 1, 2) + max(1, 2)", 3),
        ("significant(1234.5678, 3)", 1230),
        ("significant(-0.00123456, 3)", Fraction(-123, 100_000)),
        ("sqrt(16) + sqrt(1 / 9)", 4 + Fraction(1, 3)),
        ("8 ** (1 / 3)", 2),
        ("0 ** 0.5", 0),
        ("log(8, 2) + log10(1000) + exp(0)", 7),
        ("round(sqrt(2), 12)", Fraction("1.414213562373")),
        ("round(log(10), 12)", Fraction("2.302585092994")),
        ("round(exp(-1), 12)", Fraction("0.367879441171")),
        ("round(sin(1), 12)", Fraction("0.841470984808")),
        ("round(cos(100), 12)", Fraction("0.862318872288")),
        ("round(tan(-2), 12)", Fraction("2.185039863262")),
        ("round(4 * atan(1) - pi(), 12)", 0),
        ("round(asin(0.5) * 6 - pi(), 12)", 0),
        ("round(acos(-1) - pi(), 12)", 0),
        ("upper('no') + lower('N')", "NOn"),
        ("length('шос')", 3),
        ("text(1 / 4, ' of ', joined)", "0.25 of 9 June 2017"),
    ],
)
def test_value(text, expected):
    assert value(text) == expected


@pytest.mark.parametrize(
    "text, words",
    [
        ("a / (b - 0.5)", r"at character 3 of 'a / \(b - 0.5\)': /: division by zero"),
        ("a % 0", "division by zero"),
        ("0 ** -1", "division by zero"),
        ("coutry == 'x'", "there is no 'coutry', did you mean 'country'?"),
        ("count(member)", "there is no table 'member', did you mean 'members'?"),
        ("count(members, coutry == 'x')", "did you mean 'country'?"),
        ("count(members, this.jined == joined)", "did you mean 'this.joined'?"),
        ("yaer(joined)", "there is no function 'yaer', did you mean 'year'?"),
        ("joined + country", r"\+: needs a number, not a text"),
        ("country + 1", "needs a number, not a text"),
        ("joined < 2001", "cannot compare a date with a number"),
        ("joined == 'x'", "cannot compare a date with a text"),
        ("joined < left", "one side is empty"),
        ("true + 1", "needs a number, not true or false"),
        ("not a", "needs a condition, not a number"),
        ("a and true", "needs a condition"),
        ("1 < 2 < 3", "comparisons cannot be chained"),
        ("a = b", "write == to compare"),
        ("a b", "'b' is not expected here"),
        ("(a", r"'\)' is expected here, but the expression ends"),
        ("", "a value is expected here, not the end"),
        ("'open", "quotes stand in pairs"),
        ("a.__class__.__mro__", "has no meaning here"),
        ("a[0]", "has no meaning here"),
        ("__import__('os')", "there is no function '__import__'"),
        ("9 ** 999 ** 999", "the number is too large"),
        ("2 ** 1000000", "the exponent must be at most 1,000"),
        ("date('2021-02-30')", "is not a date"),
        ("2021-02-30", "is not a date"),
        ("date(2021, 2, 30)", "there is no such day"),
        ("joined + 1000000000", "there is no such day"),
        ("joined + 0.5", "a whole number of days"),
        ("round(1, 99)", "rounds to 0"),
        ("significant(1, 0)", "keeps 1"),
        ("sqrt(0 - a)", "no root of a negative number"),
        ("(0 - a) ** 0.5", "the base must be above 0"),
        ("9 ** 999.5", "too large or too small"),
        ("exp(1001)", "takes numbers up to 1,000"),
        ("log(0)", "takes numbers above 0"),
        ("log(2, 1)", "a base above 0 that is not 1"),
        ("log10(-1)", "takes numbers above 0"),
        ("sin(10 ** 7)", "takes angles up to 1,000,000"),
        ("acos(1.01)", "takes numbers from -1 to 1"),
        ("pi(1)", "takes 0 values, not 1"),
        ("year(joined, 2)", "takes 1 values, not 2"),
        ("text(1 / 3)", "does not end as a decimal"),
        ("text(null)", "empty cannot stand in a text"),
        ("(" * 60 + "1" + ")" * 60, "nested too deeply"),
        ("1" + " + 1" * 230, "is too long"),
        ("a" * 1001, "longer than 1000 characters"),
    ],
)
def test_faults(text, words):
    with pytest.raises(Invalid, match=words):
        checked(text)


def checked(text):
    """Read, looked through and evaluated, as a bank does."""
    expression = Expression.read(text)
    found = [*expression.faults(OWN, {"members": [*MEMBERS[0]]})]
    if found:
        raise Invalid(found)
    return expression.value(Scope(OWN, {"members": MEMBERS}))


def test_the_steps_in_tables_are_bounded():
    table = [{"n": Fraction(n)} for n in range(700)]
    deep = Expression.read("count(t, count(t, n == this.n) == 0)")
    with pytest.raises(Invalid, match="looks at more than 200000 rows"):
        deep.value(Scope({"n": Fraction(-1)}, {"t": table}))


@pytest.mark.parametrize(
    "language, text",
    [
        ("en", "On 9 June 2017: 0.5"),
        ("ru", "On 9 июня 2017: 0,5"),
        ("zh", "On 2017年6月9日: 0.5"),
        ("zh-Hant", "On 2017年6月9日: 0.5"),
        ("fr", "On 2017-06-09: 0.5"),
    ],
)
def test_texts_write_dates_and_numbers_as_their_language_does(language, text):
    scope = Scope(OWN, {}, language)
    assert Template.read("On {{ joined }}: {{ b }}").text(scope) == text


def test_places_in_texts():
    assert Template.read(r"$x^{{{a}}}$ {{ '}}' }}").text(Scope(OWN)) == "$x^{3}$ }}"
    assert Template.read("{{ joined }}").alone is not None
    assert Template.read("{{ joined }}.").alone is None
    with pytest.raises(Invalid, match="not closed"):
        Template.read("In {{ year(joined)")


PIECES = [*"+-*/%()<>=,'\". ", "**", "//", "and", "or", "not", "null", "true", "a", "b", "joined", "members", "count(",
          "lowest(", "if(", "text(", "date(", "round(", "exp(", "this.a", "2001-06-15", "0", "7.5", "9999999", "'x'", "}}", "х"]  # fmt: skip


def test_no_text_does_more_than_give_a_value_or_a_located_fault():
    dice = Random(5)
    outcomes = []
    with within(millions=100):
        for _ in range(3_000):
            text = " ".join(dice.choices(PIECES, k=dice.randint(1, 14)))
            outcomes.append(outcome(text))
    faults = [found for found in outcomes if isinstance(found, list)]
    assert len(outcomes) - len(faults) > 50  # some are evaluated to the end
    assert all("of '" in problem.what for found in faults for problem in found)


def outcome(text):
    """The value, or the list of faults."""
    try:
        return checked(text)
    except Invalid as error:
        return [*error.problems]
