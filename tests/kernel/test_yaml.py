"""Bank files in and out."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.banks.model import Bank
from quiz.banks.yaml import Lines, located, read_bank, read_mapping, write_bank
from quiz.errors import Invalid, Problem
from quiz.questions.validation import suggest
from tests.effort import within
from tests.kernel.questions import CONTENTS, TEXTS, question

HEAD = "format: quiz-bank/1\nbank: b\ntitle: T\n"


@pytest.mark.parametrize(
    "written, value",
    [("true", True), ("False", False), ("null", None), ("~", None), ("", None), ("no", "no"), ("yes", "yes"), ("'true'", "true"),
     ("8", Decimal(8)), ("-1.50", Decimal("-1.5")), ("1e3", Decimal(1000)), (".5", Decimal("0.5")), ("0x1F", Decimal(31)),
     ("0o17", Decimal(15)), ("017", Decimal(17)), ("1_000", "1_000"), ("2021-07-13", "2021-07-13"), ("12:30", "12:30"),
     ("'8'", "8"), ("[1, a]", [Decimal(1), "a"]), ("{b: c}", {"b": "c"}), ("|\n  x\n  y\n", "x\ny\n"), (">-\n  x\n  y", "x y"),
     ("!!str 8", "8")],
)  # fmt: skip
def test_scalars_are_those_of_yaml_1_2(written, value):
    assert read_mapping(f"a: {written}\n")[0] == {"a": value}


@pytest.mark.parametrize("written", ["8", "1.50", "0x1F", "1e3", ".inf", "-.inf", ".nan"])
def test_a_number_keeps_its_characters(written):
    assert read_mapping(f"a: {written}")[0]["a"].written == written


@pytest.mark.parametrize(
    "text, line, words",
    [
        ("a: 1\nb: 2\na: 3\n", 3, "'a' stands twice"),
        ("x:\n  - {a: 1, a: 2}\n", 2, "'a' stands twice"),
        ("a: !!python/object/apply:os.system [ls]\n", 1, "unknown tag"),
        ("a: 1\nb: !secret x\n", 2, "unknown tag"),
        ("a: &x 1\nb: *x\n", 2, "aliases are not supported"),
        ("a: 1\n---\nb: 2\n", 2, "a second document"),
        ("a: [1,\nb: 2\n", 3, "no valid YAML"),
        ("a: 1\n\tb: 2\n", 2, "no valid YAML"),
        ("a: 'x\n", 2, "no valid YAML"),
        ("- a\n", 1, "no mapping"),
        ("", 1, "no mapping"),
        ("? [a]\n: b\n", 1, "cannot be a key"),
        ("a: x\nb: \x07\n", 2, "does not allow"),
        (b"a: x\nb: \xff\n", 2, "UTF-8"),
        ("a: \ud800", 1, "UTF-8"),
        ("a: " + "[" * 100 + "]" * 100, 1, "nested too deeply"),
    ],
)
def test_what_is_no_plain_mapping_is_told_with_its_line(text, line, words):
    with pytest.raises(Invalid) as caught:
        read_mapping(text)
    assert [(p.line, True) for p in caught.value.problems if words in str(p)] == [(line, True)], (
        caught.value.problems
    )


@given(st.text(st.sampled_from("ab:-{}[]&*!|>'\"#%@`\n\t 0x.\x00\ufeff"), max_size=40))
def test_no_text_makes_it_fail_otherwise(text):
    with suppress(Invalid):
        assert isinstance(read_mapping(text)[0], dict)


def test_lines():
    text = "a: 1\nb:\n  - c: 2\n    d:\n      e: 3\n  - x\n"
    lines = read_mapping(text)[1]
    found = [
        lines.at(path)
        for path in [("a",), ("b", 0, "c"), ("b", 0, "d", "e"), ("b", 1), ("b", 0, "z"), ("b", 9), ()]
    ]
    assert found == [1, 3, 5, 6, 3, 2, 1]
    assert located([Problem("b[0].d.e", "x")], lines)[0].line == 5


@given(st.data())
def test_what_is_written_is_read_again(data):
    kinds = data.draw(st.lists(st.sampled_from(sorted(CONTENTS)), max_size=4))
    prompts = st.one_of(
        TEXTS, st.sampled_from(["no", "2001", "1e3", "~", "a: b", "- x", "x\n\ny", "'", "# x", "0o7"])
    )
    questions = [
        question(kind, data.draw(CONTENTS[kind]), id=f"q{n}", prompt=data.draw(prompts), points="0.75")
        for n, kind in enumerate(kinds)
    ]
    bank = Bank.load({"bank": "b", "title": data.draw(prompts)}, questions)
    assert read_bank(write_bank(bank)) == bank


def test_a_bank_is_read_from_a_path_and_names_its_file(tmp_path):
    path = tmp_path / "b.yaml"
    path.write_text(
        HEAD + "questions:\n  - {id: q, type: true_false, prompt: P, answer: true, timeless: true}\n"
    )
    assert read_bank(path).questions[0].qualified == "b/q"
    path.write_text(
        HEAD + "questions:\n  - {id: q, type: true_false, prompt: P, answer: no, timeless: true}\n"
    )
    with pytest.raises(Invalid) as caught:
        read_bank(path)
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.question, problem.where) == (str(path), 5, "b/q", "answer")
    assert "write true or false" in problem.mend


@pytest.mark.parametrize(
    "fields, places",
    [
        # A field that is wrong hides neither what is wrong across others, nor with parts of a list that holds a wrong one.
        ("type: single_choice, prompt: Q, timeless: true, level: x, options: [A, A], evidence: [{document: d}]",
         {"level", "options[1].text", "options", "evidence[0].document", "evidence[0]"}),
        ("type: numerical, prompt: Q, timeless: true, answers: [{min: 5, max: 3}, {value: x}]", {"answers[0].min", "answers[1].value"}),
        ("type: cloze, prompt: Q, timeless: true, points: x, text: '[[1]]', gaps: {'1': {type: numerical, answers: [{min: 5, max: 1}]}}",
         {"points", "gaps.1.answers[0].min"}),
        ("type: true_false, prompt: Q, points: x, answer: true, valid: {from: 2021-01-01, to: 2020-01-01}", {"points", "valid"}),
        # Translations are looked at as far as the question can be read without what is wrong.
        ("type: single_choice, prompt: Q, timeless: true, level: x, options: [A, {text: B, correct: true}], translations: {ru: {options: [x], promt: y}}",
         {"level", "translations.ru.options", "translations.ru.promt"}),
        ("type: true_false, prompt: Q, timeless: true, explanation: [x], answer: true, translations: {ru: {explanation: x}}", {"explanation"}),
        ("type: single_choice, prompt: Q, timeless: true, options: [A, B], translations: {ru: {options: [x]}}", {"options", "translations.ru.options"}),
        # In a family too.
        ("type: numerical, prompt: '{{ a + c }}', level: x, timeless: true, typ: y, variables: {a: {values: [1]}}, answers: [{value: {formula: d}}]",
         {"level", "typ", "prompt", "answers[0].value"}),
        ("type: numerical, prompt: '{{ a ', timeless: true, variables: {a: {min: 1}}, answers: [{value: {formula: 'a *'}}]",
         {"variables.a", "prompt", "answers[0].value"}),
    ],
)  # fmt: skip
def test_one_fault_of_a_question_hides_no_other(fields, places):
    with pytest.raises(Invalid) as caught:
        read_bank(f"{HEAD}questions:\n  - {{id: q, {fields}}}\n")
    assert {problem.where for problem in caught.value.problems} == places


def test_a_key_twice_and_an_unknown_tag_do_not_hide_the_other_faults():
    text = """questions:
  - {id: q, type: true_false, promt: P, answer: true, answer: false, timeless: true}
  - {id: r, type: true_false, prompt: !x P, answer: no, timeless: true}
"""
    with pytest.raises(Invalid) as caught:
        read_bank(HEAD + text)
    first = HEAD.count("\n") + 2
    said = [(problem.line, problem.what) for problem in caught.value.problems]
    assert said == [
        (first, "the key 'answer' stands twice"),
        (first + 1, "unknown tag '!x'"),
        (first, "unknown field 'promt', did you mean 'prompt'?"),
        (first, "'prompt' is missing"),
        (first + 1, "'no' is neither true nor false"),
    ]


def test_a_reader_of_ten_lines_suffices():
    bank = read_bank(
        HEAD
        + """
questions:
  - id: founded
    type: single_choice
    prompt: When was the SCO founded?
    timeless: true
    options:
      - 1996
      - {text: 2001, correct: true}
"""
    )
    assert bank.questions[0].kind.right_answer(bank.questions[0].content) == "2001"


def test_a_bank_is_written_as_an_author_would():
    content = {
        "options": [
            {"text": "2001", "credit": "1"},
            {"text": "B", "credit": "1/3"},
            {"text": "C", "credit": "-0.25"},
        ]
    }
    q = question("single_choice", content, timeless=False, as_of="2021-07-13", facility="0.85")
    written = write_bank(Bank.load({"bank": "b", "title": "T"}, [q]))
    for line in (
        "as_of: 2021-07-13",
        "facility: 0.85",
        "credit: 1\n",
        "credit: 1/3",
        "credit: -0.25",
        "text: 2001",
    ):
        assert line in written


def test_several_lines_are_written_as_lines():
    asked = question("essay", {}, prompt="One: a\n\n- two # b\n")
    written = write_bank(Bank.load({"bank": "b", "title": "T"}, [asked]))
    assert "  prompt: |\n    One: a\n\n    - two # b\n" in written


@given(st.lists(st.sampled_from([*" \n#-:'\"|>%@`!&*[]{},?\\\tab0é中\u00a0\u200b\x85\u2028\u2029\ufeff", "---", "...", "\n\n"]), max_size=14).map("".join))  # fmt: skip
def test_whatever_characters_stand_in_several_lines_come_back(text):
    prompt = f"x{text}\nx"
    bank = Bank.load(
        {"bank": "b", "title": "T"}, [question("essay", {}, prompt=prompt, model_answer=f"{text}\n")]
    )
    assert read_bank(write_bank(bank)) == bank


NUMERICAL = HEAD + "questions:\n  - {{id: a, type: numerical, timeless: true, prompt: P, {}}}\n"


@pytest.mark.parametrize("value", ["1e199", "-1e-199", "9" * 200, "0x" + "f" * 40])
def test_the_largest_numbers_come_back(value):
    bank = read_bank(NUMERICAL.format(f"answers: [{{value: {value}}}]"))
    assert read_bank(write_bank(bank)) == bank


@pytest.mark.parametrize(
    "fields",
    [
        "answers: [{value: 1e200}]",
        "answers: [{value: 0x" + "f" * 20_000 + "}]",
        "points: 1e7, answers: [{value: 1}]",
    ],
)
def test_a_number_that_could_not_be_stored_is_a_fault(fields):
    with pytest.raises(Invalid):
        read_bank(NUMERICAL.format(fields))


def test_many_faults_are_found_in_a_time_that_grows_with_them():
    lines = Lines("".join(f"k{n}: 1\n" for n in range(20_000)))
    with within(millions=80):  # it takes 10, and took more than 200
        assert [lines.at([f"k{n}"]) for n in range(20_000)] == [*range(1, 20_001)]
    assert lines.at(["k7", "none"]) == 8


def test_a_wrong_name_is_compared_with_a_bounded_number_of_names():
    names = iter(["mumbers", "members", *map(str, range(1000))])
    assert suggest("membres", names) == ", did you mean 'members'?"
    assert next(names, None) is not None
    assert suggest("m" * 1000, ["m" * 1000]) == ""
