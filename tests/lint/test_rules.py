"""Every rule finds what its examples show, and lets be what is sound; all that it says can be learnt from."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quiz.banks.loading import load
from quiz.banks.model import Bank, Question
from quiz.lint.inspect import inspect_bank, inspect_question, inspect_quiz, mended, not_applied
from quiz.lint.language import table
from quiz.lint.rule import SCOPES, SEVERITIES, SOUND, ask, rules, several
from tests.effort import within

BAD = [(name, place) for name, rule in rules().items() for place in range(len(rule.bad))]
GOOD = [(name, place) for name, rule in rules().items() for place in range(len(rule.good))]


def language_of(example):
    return example[0].get("language", "en")


def questions_of(example):
    kept = [{k: v for k, v in one.items() if k != "language" and v is not None} for one in example]
    return tuple(map(Question.load, kept))


def bank_of(*questions, language="en"):
    return Bank.load({"bank": "examples", "title": "Examples", "language": language}).model_copy(
        update={"questions": questions}
    )


def found(name, example):
    """What a rule finds in an example, run as everywhere."""
    questions, language = questions_of(example), language_of(example)
    if rules()[name].scope == "quiz":
        every = inspect_quiz(questions, language)
    else:
        every = inspect_bank(bank_of(*questions, language=language))
    return [one for one in every if one.rule == name]


@pytest.mark.parametrize("name, place", BAD)
def test_a_bad_example_is_found(name, place):
    findings = found(name, rules()[name].bad[place])
    assert findings
    for one in findings:
        assert one.severity in SEVERITIES
        assert one.suppressed is None


MENDED = [(name, place) for name, place in BAD if rules()[name].mend]


def told(question, language, name):
    return [
        one
        for one in inspect_question(question, language, sourced=True)
        if one.rule == name and mended(question, language, one)
    ]


@pytest.mark.parametrize("name, place", MENDED)
def test_what_a_click_mends_is_mended_and_keeps_the_key(name, place):
    """Each click leaves one place less to mend, the same options with the same worth, and an author's other words."""
    example = rules()[name].bad[place]
    (question,), language = questions_of(example), language_of(example)
    while waiting := told(question, language, name):
        patch = mended(question, language, waiting[0])
        after = Question.load({**question.dump(), **patch})
        assert {one.id: one.right for one in after.content.options} == {
            one.id: one.right for one in question.content.options
        }
        assert words(after) == words(question)
        assert len(told(after, language, name)) < len(waiting)
        question = after


def words(question):
    """Its letters and figures, option by option, however they are ordered and set off ("a/an" is "a" with a choice)."""
    texts = [question.prompt.replace("a/an", "a"), *sorted(one.text for one in question.content.options)]
    return [re.sub(r"[\W_]", "", text).casefold() for text in texts]


def test_rules_mend_what_can_be_mended_in_one_way_only():
    assert {name for name, _place in MENDED} == {"C02", "C05", "N01", "O01", "O02", "O04", "T07"}
    for name in {name for name, _place in MENDED}:
        assert any(
            told(*questions_of(example), language_of(example), name) for example in rules()[name].bad
        ), name


@pytest.mark.parametrize(
    "prompt, options, rule",
    [
        ("The parts that make pollen are the", ["petal", "*stamens", "stem"], "C02"),
        ("What is it for?", ["To digest food", "To filter waste", "*It pumps blood."], "C05"),
        ("Where was it signed?", ["In France", "In Spain", "*In the U.S."], "C05"),
        ("Is it not true that not all is lost?", ["*A", "B", "C"], "N01"),
    ],
)
def test_what_could_be_mended_in_several_ways_is_left_to_a_person(prompt, options, rule):
    (example,) = ask(prompt, *options)
    question = Question.load(example)
    found = [one for one in inspect_question(question, "en", sourced=True) if one.rule == rule]
    assert found
    assert [mended(question, "en", one) for one in found] == [None] * len(found)


@pytest.mark.parametrize("name, place", GOOD)
def test_a_good_example_is_let_be(name, place):
    assert found(name, rules()[name].good[place]) == []


@pytest.mark.parametrize("name", rules())
def test_a_rule_says_what_where_and_how_to_mend_it(name):
    rule = rules()[name]
    assert rule.scope in SCOPES
    assert rule.severity in SEVERITIES
    assert rule.title
    assert rule.message
    assert rule.fix
    assert rule.guideline
    assert rule.bad
    assert rule.good
    assert rule.check.__module__.startswith("quiz.lint.rules.")


def test_the_rules_are_those_of_the_field():
    ids = {f"{family}{number:02}" for family, last in COUNTS.items() for number in range(1, last + 1)}
    assert set(rules()) == ids - {"D02", "D03", "D04"}  # these need answers: quiz.statistics.flags


COUNTS = {"S": 5, "L": 3, "P": 1, "O": 6, "N": 2, "A": 3, "C": 7, "T": 7, "D": 4, "F": 4, "X": 5, "G": 1}


def test_a_suppression_keeps_the_finding_and_its_reason():
    (example,) = ask("Which metal is not magnetic?", "Iron", "*Copper", "Nickel")
    question = Question.load({**example, "suppress": [{"rule": "N01", "reason": "A riddle."}]})
    (finding,) = inspect_question(question, "en", sourced=True)
    assert (finding.rule, finding.suppressed) == ("N01", "A riddle.")


def test_the_order_of_findings_is_that_of_the_questions_then_of_the_rules():
    bad = several(*(one for rule in rules().values() if rule.scope == "question" for one in rule.bad[:1]))
    questions = questions_of(bad)
    once, again = (inspect_bank(bank_of(*questions)) for _ in range(2))
    assert once == again
    single = [one for one in once if rules()[one.rule].scope == "question"]
    assert single == sorted(single, key=lambda one: (int(one.question.partition("/q")[2]), one.rule))


def test_retired_questions_are_let_be():
    (example,) = ask("Which metal is not magnetic?", "Iron", "*Copper", "Nickel")
    assert inspect_bank(bank_of(Question.load({**example, "status": "retired"}))) == []


def test_a_language_without_a_table_is_told_and_gets_the_rules_that_need_no_words():
    (example,) = ask("Welches Metall ist nicht magnetisch?", "Eisen", "*Kupfer", evidence=[])
    found = inspect_question(Question.load(example), "de", sourced=True)
    assert [one.rule for one in found] == ["F02", "S03"]
    assert not_applied("de")["N01"] == "works in en, ru, zh"
    assert not_applied("ru") == {"C02": "works in en"}
    assert not_applied("en") == {}
    assert table("zh-Hans").tag == "zh"


def test_translations_are_read_in_their_language():
    (example,) = ask("Which metal attracts iron?", "Copper", "*Cobalt", "Lead")
    russian = {"prompt": "Какой металл не притягивает железо?", "options": ["Медь", "Кобальт", "Свинец"]}
    question = Question.load({**example, "translations": {"ru": russian}})
    (finding,) = inspect_bank(bank_of(question))
    assert (finding.rule, finding.where, finding.evidence) == ("N01", "translations.ru.prompt", "не")


def test_the_guide_for_teachers_names_every_rule_and_no_other():
    text = (Path(__file__).parents[2] / "docs" / "writing-questions.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\b[A-Z]\d\d\b", text)) == set(rules())


def test_a_bank_without_any_source_is_told_and_not_refused():
    one = {
        **SOUND,
        "id": "a",
        "type": "true_false",
        "answer": True,
        "prompt": "Is 2 + 2 = 4?",
        "evidence": [],
    }
    two = {**one, "id": "b", "prompt": "Is 3 + 3 = 6?", "evidence": SOUND["evidence"]}
    for fields, severity in (([one], "warning"), ([one, two], "error")):
        bank = Bank.load({"bank": "examples", "title": "T"}, [Question.load(each) for each in fields])
        (found,) = [finding for finding in inspect_bank(bank) if finding.rule == "F02"]
        assert (found.question, found.severity) == ("examples/a", severity)


def test_one_variant_stands_for_its_family():
    fields = {
        "bank": "examples", "id": "sums", "type": "numerical", "timeless": True, "explanation": "Add them.", "evidence": [],
        "variables": {"a": {"values": ["2", "3"]}}, "variants": 2, "prompt": "How much is {{ a }} + 1?",
        "answers": [{"formula": "a + 1"}],
    }  # fmt: skip
    bank = bank_of().holding((load(fields),))
    (finding,) = inspect_bank(bank)
    assert (finding.rule, finding.question, finding.where) == ("F02", "examples/sums", "evidence")


PIECES = st.sampled_from(
    [
        "not ",
        "не ",
        "不",
        "**",
        "«",
        "“",
        "1,2,3",
        "1.5 ",
        "−3",
        "½",
        "②",
        "____",
        "?",
        ". ",
        "![](x.png)",
        "$x$",
        "between 5 to 7 ",
        "Ab",
        " and ",
        "年",
        "&nbsp;",
    ]
) | st.text(max_size=6)
TEXT = st.lists(PIECES, min_size=1, max_size=8).map("".join).filter(str.strip)


@settings(max_examples=80, deadline=None)
@given(st.data(), st.sampled_from(["en", "ru", "zh", "de"]))
def test_no_text_upsets_a_rule(data, language):
    texts = data.draw(st.lists(TEXT, min_size=2, max_size=5, unique_by=str.strip))
    (example,) = ask(data.draw(TEXT), shuffle=data.draw(st.booleans()))
    options = [{"text": text, "correct": place == 0} for place, text in enumerate(texts)]
    question = Question.load({**example, "type": "single_choice", "options": options})
    for finding in inspect_bank(bank_of(question, language=language)):
        assert finding.rule in rules()


def test_a_hostile_text_is_read_in_no_time():
    """Marks that open and never close, digits without end, hundreds of options: all within bounds."""
    for piece in ("«", "<b>not ", "1.", "**not ", "how many members "):
        (example,) = ask(
            piece * 20_000, *(f"{'*' * (not n)}{n} {piece * 30}" for n in range(300)), shuffle=False
        )
        with within(millions=100):
            inspect_question(Question.load(example), "en", sourced=True)


@pytest.mark.parametrize("kind, wanted", [("description", set()), ("essay", {"F01"})])
def test_what_has_no_key_needs_no_source(kind, wanted):
    question = Question.load(
        {"bank": "b", "id": "q", "type": kind, "timeless": True, "prompt": "Read it again."}
    )
    found = inspect_question(question, "en", sourced=True)
    assert {one.rule for one in found} & {"F01", "F02"} == wanted
