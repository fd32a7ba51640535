"""Response processing worked out as the specification says."""

from fractions import Fraction

import pytest
from lxml import etree

from quiz.formats.qti.context import Unknown
from quiz.formats.qti.processing import Processing
from quiz.formats.qti.values import Declaration, declared, number_of

RESPONSE = (
    '<responseDeclaration identifier="RESPONSE" cardinality="{}" baseType="{}">{}</responseDeclaration>'
)
MAPPED = '<mapping lowerBound="0" upperBound="2" defaultValue="-1">{}</mapping>'


def scored(cardinality, base, inside, template, given):
    """SCORE of an answer by a standard template."""
    response = declared(etree.fromstring(RESPONSE.format(cardinality, base, inside)))
    rules = etree.fromstring(f'<responseProcessing template="http://x/rptemplates/{template}"/>')
    processing = Processing({"RESPONSE": response}, {"SCORE": Declaration("SCORE", base="float")}, rules)
    return processing.score({"RESPONSE": response.value(given)})


def entries(**worth):
    return MAPPED.format(
        "".join(
            f'<mapEntry mapKey="{key.replace("_", " ")}" mappedValue="{value}"/>'
            for key, value in worth.items()
        )
    )


CORRECT = "<correctResponse>{}</correctResponse>"


def correct(*values):
    return CORRECT.format("".join(f"<value>{value}</value>" for value in values))


@pytest.mark.parametrize(
    "cardinality, base, key, given, score",
    [
        ("multiple", "identifier", ("a", "b"), ["b", "a"], 1),
        ("multiple", "identifier", ("a", "b"), ["a"], 0),
        ("multiple", "identifier", ("a", "b"), ["a", "b", "c"], 0),
        ("multiple", "identifier", ("a", "a"), ["a"], 0),
        ("ordered", "identifier", ("a", "b"), ["a", "b"], 1),
        ("ordered", "identifier", ("a", "b"), ["b", "a"], 0),
        ("single", "identifier", ("a",), [], 0),
        ("single", "identifier", (), [], 0),
        ("multiple", "pair", ("a b",), [("a", "b")], 1),
        ("multiple", "directedPair", ("a b",), [("b", "a")], 0),
        ("single", "float", ("1.50",), [Fraction(3, 2)], 1),
        ("single", "string", ("Shanghai",), ["shanghai"], 0),
    ],
)
def test_match_correct_is_all_or_nothing(cardinality, base, key, given, score):
    assert scored(cardinality, base, correct(*key), "match_correct", given) == score


@pytest.mark.parametrize(
    "given, score",
    [
        (["a"], 1),
        (["a", "a"], 1),
        (["a", "b"], 2),
        (["a", "b", "c"], 2),
        (["a", "x"], 0),
        (["x"], 0),
        ([], 0),
    ],
)
def test_map_response_sums_each_value_once_within_bounds(given, score):
    assert scored("multiple", "identifier", entries(a=1, b=1, c=1), "map_response", given) == score


def test_pairs_are_unordered_and_directed_pairs_ordered():
    assert scored("multiple", "pair", entries(b_a=1), "map_response", [("a", "b")]) == 1
    assert scored("multiple", "directedPair", entries(b_a=1), "map_response", [("a", "b")]) == 0


def test_case_counts_where_an_entry_does_not_say_otherwise():
    entry = '<mapping><mapEntry mapKey="Aa" mappedValue="1"/><mapEntry mapKey="Bb" mappedValue="1" caseSensitive="false"/></mapping>'
    assert [scored("single", "string", entry, "map_response", [text]) for text in ("Aa", "aa", "bb")] == [
        1,
        0,
        1,
    ]


def test_each_area_counts_once():
    areas = '<areaMapping defaultValue="-1" lowerBound="0"><areaMapEntry shape="rect" coords="0,0,9,9" mappedValue="2"/></areaMapping>'
    inside, outside = (Fraction(1), Fraction(2)), (Fraction(20), Fraction(2))
    for points, score in (
        ([inside], 2),
        ([inside, inside], 2),
        ([inside, outside], 1),
        ([outside], 0),
        ([], 0),
    ):
        assert scored("multiple", "point", areas, "map_response_point", points) == score


def value(expression):
    """What an expression gives where RESPONSE is 5."""
    response = Declaration("RESPONSE", base="float")
    processing = Processing({"RESPONSE": response}, {}, None)
    processing.run({"RESPONSE": (Fraction(5),)})
    return processing.value(etree.fromstring(expression))


def number(value):
    return f'<baseValue baseType="float">{value}</baseValue>'


GIVEN = '<variable identifier="RESPONSE"/>'


@pytest.mark.parametrize(
    "expression, wanted",
    [
        (f"<sum>{GIVEN}{number(2)}</sum>", 7),
        (f"<product>{GIVEN}{number('0.2')}</product>", 1),
        (f"<subtract>{GIVEN}{number(2)}</subtract>", 3),
        (f"<divide>{GIVEN}{number(3)}</divide>", Fraction(5, 3)),
        (f"<power>{GIVEN}{number(-2)}</power>", Fraction(1, 25)),
        (f"<gcd>{GIVEN}{number(10)}{number(15)}</gcd>", 5),
        (f"<lcm>{GIVEN}{number(4)}</lcm>", 20),
        (f'<roundTo roundingMode="decimalPlaces" figures="1">{number("2.25")}</roundTo>', Fraction(23, 10)),
        (f"<gt>{GIVEN}{number(5)}</gt>", False),
        (f"<gte>{GIVEN}{number(5)}</gte>", True),
        (f"<and><lt>{GIVEN}{number(6)}</lt><not><isNull>{GIVEN}</isNull></not></and>", True),
        (f"<or><lt>{GIVEN}{number(1)}</lt><lte>{GIVEN}{number(5)}</lte></or>", True),
        (f'<equal toleranceMode="absolute" tolerance="1 0.5">{GIVEN}{number(6)}</equal>', True),
        (f'<equal toleranceMode="absolute" tolerance="0.5 1">{GIVEN}{number(6)}</equal>', False),
        (f'<equal toleranceMode="relative" tolerance="25 25">{GIVEN}{number(4)}</equal>', True),
        (f'<equal toleranceMode="relative" tolerance="25 25" includeUpperBound="false">{GIVEN}{number(4)}</equal>', False),
        (f'<equalRounded roundingMode="decimalPlaces" figures="0">{GIVEN}{number("5.4")}</equalRounded>', True),
        (f'<equalRounded roundingMode="significantFigures" figures="2">{GIVEN}{number("5.04")}</equalRounded>', True),
        (f"<member>{GIVEN}<multiple>{number(4)}{number(5)}</multiple></member>", True),
        (f"<contains><multiple>{number(4)}{number(5)}</multiple><multiple>{number(5)}</multiple></contains>", True),
        ("<containerSize><null/></containerSize>", 0),
        (f'<anyN min="1" max="1"><gt>{GIVEN}{number(1)}</gt><gt>{GIVEN}{number(9)}</gt></anyN>', True),
        ('<stringMatch caseSensitive="false"><baseValue baseType="string">AB</baseValue><baseValue baseType="string">ab</baseValue></stringMatch>', True),
        ('<patternMatch pattern="[sS]h.*"><baseValue baseType="string">shanghai</baseValue></patternMatch>', True),
    ],
)  # fmt: skip
def test_operators(expression, wanted):
    assert value(expression) == (wanted,)


@pytest.mark.parametrize(
    "table, looked_up",
    [
        ('<matchTable defaultValue="-1"><matchTableEntry sourceValue="0" targetValue="0"/><matchTableEntry sourceValue="2" targetValue="0.5"/></matchTable>', ["0", "0.5", "-1"]),
        ('<interpolationTable><interpolationTableEntry sourceValue="3" includeBoundary="false" targetValue="2"/><interpolationTableEntry sourceValue="2" targetValue="1"/></interpolationTable>', [None, "1", "1"]),
    ],
)  # fmt: skip
def test_tables_of_numbers_and_of_steps(table, looked_up):
    outcome = declared(
        etree.fromstring(
            f'<outcomeDeclaration identifier="GRADE" cardinality="single" baseType="float">{table}</outcomeDeclaration>'
        )
    )
    rules = etree.fromstring(
        f'<responseProcessing><lookupOutcomeValue identifier="GRADE">{GIVEN}</lookupOutcomeValue></responseProcessing>'
    )
    processing = Processing({"RESPONSE": Declaration("RESPONSE", base="float")}, {"GRADE": outcome}, rules)
    found = [processing.run({"RESPONSE": (Fraction(given),)})["GRADE"] for given in (0, 2, 3)]
    assert found == [() if one is None else (Fraction(one),) for one in looked_up]


@pytest.mark.parametrize("operator", ["product", "multiple"])
def test_rules_that_double_a_value_with_each_step_end(operator):
    twice = f'<{operator}><variable identifier="X"/><variable identifier="X"/></{operator}>'  # 2^60 digits, or parts
    rules = f'<setOutcomeValue identifier="X">{number(7)}</setOutcomeValue>' + 60 * (
        f'<setOutcomeValue identifier="X">{twice}</setOutcomeValue>'
    )
    processing = Processing({}, {}, etree.fromstring(f"<responseProcessing>{rules}</responseProcessing>"))
    with pytest.raises(Unknown, match="very long"):
        processing.run({})


def test_all_runs_of_an_item_together_have_an_end(monkeypatch):
    monkeypatch.setattr("quiz.formats.qti.processing._MOST_IN_ALL", 100)
    rules = "<setOutcomeValue identifier='X'><null/></setOutcomeValue>" * 20
    processing = Processing({}, {}, etree.fromstring(f"<responseProcessing>{rules}</responseProcessing>"))
    processing.run({})
    processing.run({})
    with pytest.raises(Unknown, match="very long"):
        processing.run({})


def test_the_first_entry_that_fits_says_what_a_value_is_worth():
    written = "".join(
        f'<mapEntry mapKey="{key}" mappedValue="{worth}" caseSensitive="{case}"/>'
        for key, worth, case in (("Ab", 1, "true"), ("ab", 2, "false"), ("AB", 3, "true"))
    )
    mapping = MAPPED.format(written).replace('upperBound="2" ', "")
    found = [scored("single", "string", mapping, "map_response", [one]) for one in ("Ab", "AB", "ab", "x")]
    assert found == [1, 2, 2, 0]


@pytest.mark.parametrize("digits, is_number", [(200, True), (1_000_000, False)])
def test_a_number_has_as_many_digits_as_numbers_of_questions(digits, is_number):
    assert (number_of(f"0.{'7' * digits}") is not None) is is_number


def test_what_is_missing_makes_null():
    assert value(f"<gt><null/>{number(1)}</gt>") == ()
    assert value(f"<divide>{GIVEN}{number(0)}</divide>") == ()
    assert value(f"<power>{GIVEN}</power>") == ()
    assert value(f"<and><gt><null/>{number(1)}</gt><gt>{GIVEN}{number(9)}</gt></and>") == (False,)


@pytest.mark.parametrize(
    "expression", ["<customOperator/>", f'<index n="PLACE">{GIVEN}</index>', f"<power>{number(10)}{number(9999)}</power>", f"<power>{number(2)}{number('0.5')}</power>", '<patternMatch pattern="(a+)+$"><baseValue baseType="string">a</baseValue></patternMatch>']
)  # fmt: skip
def test_what_is_not_worked_out_is_said(expression):
    with pytest.raises(Unknown):
        value(expression)
