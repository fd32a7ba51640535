"""Moodle's calculated questions: formulas, datasets, lengths and tolerances, both ways; families that go as such."""

from datetime import date
from fractions import Fraction
from html import unescape
from io import BytesIO

import pytest

from quiz.banks.expressions import Expression, Scope
from quiz.banks.families import Family
from quiz.banks.yaml import read_bank
from quiz.errors import Invalid
from quiz.formats import formats
from quiz.formats.base import Unwritable
from quiz.formats.conversion import Instances, export
from quiz.formats.moodle_xml.formulas import Reader, moodle_formula
from quiz.formats.moodle_xml.item import Foreign, Wrong
from tests.formats.moodle import builder
from tests.formats.moodle.test_moodle_xml import XML, fault, one, understood
from tests.formats.samples import read

DAY = date(2025, 1, 1)
NAMES = {"a": "a", "b": "b", "T0": "t0", "t0": "t0"}
VALUES = Scope({"a": Fraction(3), "b": Fraction(-2), "t0": Fraction("0.5")})


def meant(formula):
    return Expression.read(Reader(NAMES).read(formula)).value(VALUES)


@pytest.mark.parametrize(
    "formula, ours, value",
    [
        ("{a}*pow({b},2)", "a * b ** 2", 12),
        ("-{a}**2", "-a ** 2", -9),
        ("pow(-{a},2)/-{b}", "(-a) ** 2 / (-b)", Fraction(9, 2)),
        ("{a}-({b}-{T0})", "a - (b - t0)", Fraction(11, 2)),
        ("{a}--{b}", "a - (-b)", 1),
        ("-({a}*{b})", "-(a * b)", 6),
        ("pow(2,pow({a},2))", "2 ** a ** 2", 512),
        ("pow(pow(2,{a}),2)", "(2 ** a) ** 2", 64),
        ("1.5e2*{a}+.5", "150 * a + 0.5", Fraction(901, 2)),
        ("round({a}/7, 2) + floor(-0.5) + max({a},{b},4)", "round(a / 7, 2) + floor(-0.5) + max(a, b, 4)", Fraction(343, 100)),
        ("sqrt({a}*12)+abs({b})+log10(1000)", "sqrt(a * 12) + abs(b) + log10(1000)", 11),
        ("expm1(0)+log1p(0)+deg2rad(0)", "exp(0) - 1 + log(1 + 0) + 0 * pi() / 180", 0),
    ],
)  # fmt: skip
def test_a_formula_means_the_same_here_and_comes_back(formula, ours, value):
    assert Reader(NAMES).read(formula) == ours
    assert meant(formula) == value
    back = moodle_formula(Expression.read(ours).node)
    assert moodle_formula(Expression.read(Reader(NAMES).read(back)).node) == back
    assert meant(back) == value


@pytest.mark.parametrize(
    "formula", ["{a}%2", "{a}>1?2:3", "rand()", "atan2({a},{b})", "fmod({a},2)", "{a}^2", "{a"]
)
def test_what_is_not_calculated_here_is_foreign(formula):
    with pytest.raises(Foreign, match="calculated with"):
        Reader(NAMES).read(formula)


@pytest.mark.parametrize(
    "formula", ["", "{a}+", "({a}", "{a})", "{c}", "{a}{b}", "3 4", "pow({a})", "pi", "sqrt({a}"]
)
def test_what_is_no_formula_says_what_to_do(formula):
    with pytest.raises(Wrong, match=" – "):
        Reader(NAMES).read(formula)


@pytest.mark.parametrize(
    "formula", ["(" * 5000 + "{a}" + ")" * 5000, "tanh(" * 40 + "{a}" + ")" * 40, "1+" * 5000 + "1"]
)
def test_a_formula_without_measure_is_refused_at_once(formula):
    """``tanh`` says its argument four times: forty of them would be a text of 4 ** 40 characters."""
    with pytest.raises(Wrong, match=r"nested too deeply|longer than 1000"):
        Reader(NAMES).read(formula)


def test_what_moodle_cannot_calculate_is_not_written():
    assert (
        moodle_formula(Expression.read("a // 2 + a % 2").node)
        == "floor(({a})/(2))+(({a})-(2)*floor(({a})/(2)))"
    )
    remainders = "7 % (" * 30 + "a" + ")" * 30  # each says it twice
    for ours in (remainders, "if(a > 1, 2, 3)", "count(t)", "significant(a, 3)", "'x'", "year(a)"):
        with pytest.raises(Unwritable):
            moodle_formula(Expression.read(ours).node)


# Questions -----------------------------------------------------------------------------------------------------------


def family(inside, kind="calculated", **more):
    """The one family of a file, and the fields that it lost."""
    return one(inside, kind, **more)


def variant(found, key="1"):
    return found.variant(key, DAY)


def number(formula, length=("1", "2"), **more):
    return builder.calculated_answer(formula, length=length, **more)


def test_words_beside_the_texts_hold_no_places_and_values_all_their_digits():
    """Moodle puts nothing into names, tags and units."""
    tags = "<tags><tag><text>{{ a }}</text></tag></tags>"
    found, _ = family(
        number("{a}") + tags + builder.datasets({"a": ["123456789012345678.123456789012345678"]}),
        name="Of {{ 1 / 0 }}", prompt="{a}",
    )  # fmt: skip
    assert (variant(found).name, variant(found).tags) == ("Of { { 1 / 0 }}", ("{ { a }}",))
    assert "1,123456789012345678.123456789012345678\n" in found.dump()["tables"]["items"]["csv"]


def test_wildcards_whose_names_would_be_one_get_numbers():
    found, _ = family(
        number("{aé}+{aè}+{a__2}") + builder.datasets({"aé": ["1"], "aè": ["2"], "a__2": ["3"]})
    )
    assert found.dump()["tables"]["items"]["csv"] == "item,a_,a__2,a__2_2\n1,1,2,3\n"


def test_an_item_of_all_datasets_is_a_variant():
    datasets = builder.datasets({"Mass": ["2.50", "3"], "g": ["9.81", "-1.6e-3"]})
    found, lost = family(
        number("{Mass}*{g}") + datasets, prompt="<p>{Mass} kg, {g} m/s², {x}, {={Mass}/3} {{g}}</p>"
    )
    assert lost == {"answers"}
    assert found.dump()["tables"] == {
        "items": {"key": "item", "csv": "item,mass,g\n1,2.5,9.81\n2,3,-0.0016\n"}
    }
    assert found.variants(DAY) == ("1", "2")
    first = variant(found)
    assert first.prompt == "<p>2.5 kg, 9.81 m/s², {x}, 0.83333333333333 {9.81}</p>"
    assert first.content.answers[0].value == Fraction("24.525")
    assert variant(found, "2").content.answers[0].value == Fraction("-0.0048")


@pytest.mark.parametrize(
    "number_of_it, kind, bounds",
    [("1", "relative", ("9.9", "10.1")), ("2", "absolute", ("9.99", "10.01")), ("3", "geometric", (Fraction(1000, 101), "10.1"))],
)  # fmt: skip
def test_tolerances_are_of_three_kinds(number_of_it, kind, bounds):
    answer = number("{a}*2", tolerance="0.01", tolerance_type=number_of_it)
    found, lost = family(answer + builder.datasets({"a": ["5"]}))
    assert lost == set()
    (accepted,) = variant(found).content.answers
    assert (accepted.tolerance_type, accepted.bounds) == (kind, tuple(map(Fraction, bounds)))
    assert f"<tolerancetype>{number_of_it}</tolerancetype>".encode() in sent([found])


def test_lengths_round_what_is_shown_and_never_what_is_right():
    datasets = builder.datasets({"a": ["2", "4"]})
    answer = number("{a}/3", ("2", "3"), feedback="About {={a}/3}.")
    found, lost = family(answer + datasets)
    assert lost == {"answers"}
    first = variant(found)
    assert first.content.answers[0].feedback == "About 0.667."
    assert first.content.answers[0].value == Fraction("0.666666666666667")
    assert family(number("{a}*3", ("1", "0")) + datasets)[1] == set()


def test_any_other_number_and_units():
    units = "<units><unit><multiplier>100</multiplier><unit_name>cm</unit_name></unit><unit><multiplier>1</multiplier><unit_name>m</unit_name></unit></units>"
    tail = "<unitgradingtype>1</unitgradingtype><unitpenalty>0.5</unitpenalty><showunits>0</showunits>"
    found, lost = family(
        number("{a}")
        + number("*", fraction=0, feedback="No.")
        + units
        + tail
        + builder.datasets({"a": ["2"]})
    )
    assert lost == set()
    question = variant(found)
    assert question.score("200 cm").fraction == 1
    assert question.score("2").fraction == Fraction(1, 2)
    assert question.score("7 m").feedback == ("No.",)


def test_a_choice_has_options_with_formulas():
    rows = builder.calculated_answer("{=pi()*pow({R},2)} cm²", length=("2", "3"))
    rows += builder.calculated_answer("{=2*pi()*{R}} cm²", 0, ("1", "1"), feedback="{={R}*2}?")
    found, lost = family(
        builder.CHOICE.format("true") + builder.COMBINED + rows + builder.datasets({"R": ["3", "7"]}),
        "calculatedmulti",
    )
    assert (found.type, lost) == ("single_choice", {"shownumcorrect"})
    first = variant(found)
    assert [option.text for option in first.content.options] == ["28.3 cm²", "18.8 cm²"]
    assert first.content.options[1].feedback == "6?"
    assert first.score("a").fraction == 1


def test_options_from_before_they_had_formats_are_plain_text():
    rows = '<answer fraction="100"><text>x &lt; {a}</text></answer><answer fraction="0"><text>&lt;b&gt;</text></answer>'
    found, _ = family(rows + builder.datasets({"a": ["2"]}), "calculatedmulti")
    assert [unescape(option.text) for option in variant(found).content.options] == ["x < 2", "<b>"]
    assert variant(found).content.options[1].text == "&lt;b&gt;"


def test_literal_braces_stay_what_they_are():
    hint = '<hint format="html"><text>Think of {{a}} and {a}.</text></hint>'
    found, lost = family(number("{a}") + builder.datasets({"a": ["2"]}) + hint, prompt="{{x}} {a} &lt; {b}")
    assert lost == set()
    assert variant(found).prompt == "{&#123;x}} 2 &lt; {b}"
    assert variant(found).hints == ("Think of {&#123;a}} and {a}.",)


def test_names_of_wildcards_that_columns_cannot_have():
    values = {name: [str(place)] for place, name in enumerate(("A", "a", "and", "Größe", "item"), 1)}
    found, lost = family(number("{A}+{a}*10+{and}*100+{Größe}*1000+{item}*10000") + builder.datasets(values))
    assert lost == set()
    assert variant(found).content.answers[0].value == 54321
    assert back([found]) == [found]


def test_what_a_dataset_loses_is_named():
    datasets = builder.datasets({"a": ["1", "2"], "b": ["3"], "c": ["1"]})
    found, lost = family(number("{a}+{b}") + datasets)
    assert (found.variants(DAY), lost) == (("1",), {"tables"})
    shared = builder.datasets({"a": ["1", "2"]}).replace("private", "shared")
    assert family(number("{a}") + shared)[1] == {"tables"}
    assert family("<synchronize>1</synchronize>" + number("{a}") + builder.datasets({"a": ["1"]}))[1] == {
        "synchronize"
    }


def test_a_formula_without_wildcards_has_one_variant():
    found, lost = family(number("2*3"))
    assert (found.variants(DAY), variant(found).content.answers[0].value, lost) == (("1",), 6, set())


@pytest.mark.parametrize(
    "inside, said",
    [
        (number("{a}/{b}") + builder.datasets({"a": ["1", "1"], "b": ["1", "0"]}), "item 2"),
        (number("{a}/{b}") + builder.datasets({"a": ["1", "1"], "b": ["3", "0"]}), "item 2"),
        (number("{a}+{b}") + builder.datasets({"a": ["1"]}), "{b} has no values"),
        (number("{a}") + builder.datasets({"a": []}), "{a} has no values"),
        (number("{a}") + builder.datasets({"a": ["many"]}), "'many' in the dataset a is no number"),
        (number("{a}") + builder.datasets({"a": ["1e30"]}), "more than 18 digits"),
        (number("{a}", tolerance="1", tolerance_type="9") + builder.datasets({"a": ["1"]}), "tolerance type '9'"),
        (number("{a}", ("3", "2")) + builder.datasets({"a": ["1"]}), "no length of an answer"),
        (number("{a}", ("1", "13")) + builder.datasets({"a": ["1"]}), "no length of an answer"),
        (number("{a}", tolerance="1e5000") + builder.datasets({"a": ["1"]}), "'1e5000' in <tolerance> is no number"),
        (number("{a}+") + builder.datasets({"a": ["1"]}), "is none"),
    ],
)  # fmt: skip
def test_a_calculated_question_that_is_wrong_says_so(inside, said):
    told = fault(inside, "calculated", name="Named")
    assert said in told["message"]
    assert " – " in told["message"]


def test_a_formula_that_is_not_calculated_here_is_not_supported():
    content = f"{builder.HEAD}{builder.question('calculated', number('{a}%2') + builder.datasets({'a': ['1']}))}</quiz>"
    assert understood(content.encode())[1].unsupported == [
        {"where": "line 5", "kind": "calculated with '%'", "title": "Q"}
    ]


# Writing -------------------------------------------------------------------------------------------------------------

HEAD = "format: quiz-bank/1\nbank: b\ntitle: B\n"
PRODUCT = """questions:
  - id: product
    type: numerical
    timeless: true
    prompt: "How much is {{ a }} times {{ b }}, rounded {{ round(a / b, 1) }}? {a} {c}"
    variables: {a: {min: 2, max: 9}, b: {values: ["2.5", 3, 5]}}
    where: a != b
    variants: 7
    answers: [{value: {formula: a * b}, tolerance: 0.01, tolerance_type: relative, feedback: "{{ a + b }} is the sum"}, 7]
"""


def bank_of(text):
    return read_bank(HEAD + text)


def sent(families):
    """The file that families are written to, each as one question."""
    target = BytesIO()
    writer = XML.writer(target, bank_of(PRODUCT))
    for each in families:
        writer.add_family(each, {}, DAY)
    writer.close()
    return target.getvalue()


def back(families):
    """What is read of that file."""
    found, report = read(XML, sent(families))
    assert (report.errors, report.unsupported) == ([], [])
    return found


def test_variables_go_as_datasets_and_mean_the_same():
    (product,) = bank_of(PRODUCT).families
    made = export(bank_of(PRODUCT), {}, XML, Instances(DAY))
    assert [(loss["field"], loss["id"]) for loss in made.report.losses] == [("variables", "product")]
    assert (made.report.read, made.report.written) == (1, 1)
    (found,), _ = read(XML, made.content)
    for key in product.variants(DAY):
        ours, theirs = product.variant(key, DAY), found.variant(key, DAY)
        assert unescape(theirs.prompt) == ours.prompt
        assert theirs.content == ours.content
    assert back([found]) == [found]
    assert sent(back([found])) == sent([found])


@pytest.mark.parametrize(
    "rule, half", [("right_minus_wrong", Fraction(1, 2)), ("all_or_nothing", Fraction(2, 3))]
)
def test_rules_of_boxes_that_moodle_has_not_are_told_of_families_too(rule, half):
    """A wrong box beside both right ones: the same mark as here, or part of it where here is none."""
    text = f"""questions:
  - {{id: boxes, type: multiple_response, timeless: true, prompt: "{{{{ a }}}}", scoring: {rule}, variants: 2,
     variables: {{a: {{min: 2, max: 9}}}}, options: [{{text: "{{{{ a * 2 }}}}", correct: true}},
     {{text: "{{{{ a * 3 }}}}", correct: true}}, x, y, z]}}
"""
    made = export(bank_of(text), {}, XML, Instances(DAY))
    assert [loss["field"] for loss in made.report.losses] == ["variables", "scoring"]
    (found,), _ = read(XML, made.content)
    assert variant(found).score(["a", "b", "c"]).fraction == half


@pytest.mark.parametrize(
    "old, new",
    [
        ("a * b", "a * count(rows)"),
        ("b: {values", "c: {values: [x, y]}, b: {values"),
        ("formula: a * b", "formula: 'if(a > 3, a, b)'"),
        ("tolerance: 0.01", "tolerance: {formula: a / 100}"),
        ("variants: 7", "variants: 7\n    hints: ['{{ a }}']"),
        ("type: numerical", "type: short_text"),
    ],
)  # fmt: skip
def test_a_family_that_moodle_cannot_calculate_goes_as_its_questions(old, new):
    text = PRODUCT.replace(old, new)
    if "x, y" in new:
        text = text.replace("rounded", "in {{ c }}")
    if "short_text" in new:
        text = text.replace(
            "answers: [{value: {formula: a * b}, tolerance: 0.01, tolerance_type: relative,",
            'answers: [{text: "{{ a * b }}",',
        )
    try:
        bank = bank_of(text)
    except Invalid:
        assert "rows" in new  # variables have no rows
        return
    made = export(bank, {}, XML, Instances(DAY, 3))
    assert [one["family"] for one in made.report.questions] == ["product"] * 3
    assert b'type="calculated' not in made.content


def test_an_item_that_cannot_be_calculated_is_told_beside_the_others():
    bank = bank_of(PRODUCT.replace("formula: a * b", "formula: sqrt(a - 6)"))
    made = export(bank, {}, XML, Instances(DAY, 7))
    assert all("sqrt() has no root" in error["message"] for error in made.report.errors)
    assert len(made.report.errors) + made.report.written == 7
    assert 0 < made.report.written < 7


def test_a_tolerance_with_more_figures_than_moodle_takes_is_a_loss():
    text = PRODUCT.replace("tolerance: 0.01", "tolerance: 0.0123456789012345678")
    made = export(bank_of(text), {}, XML, Instances(DAY))
    assert {loss["field"] for loss in made.report.losses} == {"variables", "answers"}


def test_more_variants_than_a_dataset_takes_are_a_loss():
    (many,) = bank_of(PRODUCT.replace("variants: 7", "variants: 200").replace("max: 9", "max: 99")).families
    assert back([many])[0].variants(DAY)[-1] == "100"


def test_the_formats_hold_families_as_their_docs_say():
    assert [name for name, format in formats().items() if format.writer and format.writer.whole] == [
        "json",
        "yaml",
    ]
    assert isinstance(bank_of(PRODUCT).families[0], Family)
