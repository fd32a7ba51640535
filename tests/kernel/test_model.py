"""Questions as values: time, digests, what is wrong with them."""

import json
from contextlib import suppress
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.banks.model import Bank, Question
from quiz.errors import Invalid
from quiz.files.richtext import to_html
from tests.kernel.questions import COMMON, examples, question

TRUE = {"answer": True}


def problems(type, content, **common):
    with pytest.raises(Invalid) as caught:
        Question.load({**COMMON, "type": type, **content, **common})
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    "time, on, force",
    [
        ({"timeless": True}, "1900-01-01", True),
        ({"as_of": "2021-07-13"}, "2021-07-12", False),
        ({"as_of": "2021-07-13"}, "2021-07-13", True),
        ({"as_of": "2021-07-13"}, "2035-01-01", True),
        ({"valid": {"from": "2021-01-01", "to": "2022-01-01"}}, "2020-12-31", False),
        ({"valid": {"from": "2021-01-01", "to": "2022-01-01"}}, "2021-01-01", True),
        ({"valid": {"from": "2021-01-01", "to": "2022-01-01"}}, "2021-12-31", True),
        ({"valid": {"from": "2021-01-01", "to": "2022-01-01"}}, "2022-01-01", False),
        ({"valid": {"from": "2021-01-01"}}, "2035-01-01", True),
        ({"valid": {"to": "2021-01-01"}}, "1900-01-01", True),
    ],
)
def test_when_a_key_is_true(time, on, force):
    q = question("true_false", TRUE, **{"timeless": False, **time})
    assert q.in_force(date.fromisoformat(on)) is force
    assert q.drawable(date.fromisoformat(on)) is force
    retired = question("true_false", TRUE, **{"timeless": False, **time}, status="retired")
    assert not retired.drawable(date.fromisoformat(on))


def test_exactly_one_time():
    assert "does not say when" in problems("true_false", TRUE, timeless=False)[0]
    assert "has both as_of and timeless" in problems("true_false", TRUE, as_of="2021-07-13")[0]
    assert "neither from nor to" in problems("true_false", TRUE, timeless=False, valid={"from": None})[0]
    assert (
        "is not before"
        in problems("true_false", TRUE, timeless=False, valid={"from": "2021-01-01", "to": "2021-01-01"})[0]
    )


def test_the_digest_follows_the_meaning():
    q = question("single_choice", {"options": ["A", {"text": "B", "correct": True}]})
    same = question(
        "single_choice", {"options": [{"id": "a", "text": "A"}, {"text": "B", "correct": True}]}, points="1.0"
    )
    other = question("single_choice", {"options": [{"text": "A", "correct": True}, "B"]})
    assert q.digest == same.digest
    assert q == same
    assert q.digest != other.digest
    assert q.digest.startswith("sha256:")


def test_the_stored_form_is_stable():
    """Digests of stored questions hang on this form: change it only with a new format."""
    q = question(
        "numerical",
        {"answers": [{"value": "8.50", "tolerance": "1/3"}]},
        facility="0.85",
        enemies=["x", "c/y"],
    )
    assert q.dump() == {
        "bank": "b", "id": "q", "type": "numerical", "prompt": "What is *it*?", "facility": "0.85",
        "scoring": "first_match", "timeless": True, "enemies": ["b/x", "c/y"],
        "answers": [{"value": "8.5", "tolerance": "1/3"}],
    }  # fmt: skip
    assert q.digest == "sha256:00e1daa0ceecf980d588b89266d70ab7ee54a012c688500cb2da5680027e074c"


def test_texts_beside_translations_stay_in_their_format():
    """Those with letters beyond ASCII became Markdown, in which HTML is shown as it is written."""
    content = {"text": "<b>Ж</b> [[1]]", "choices": ["<i>Ä</i>", "b"], "gaps": {"1": "a"}}
    more = {"text_format": "html", "translations": {"ru": {"prompt": "Где?"}}}
    asked = question("gap_select", content, **more)
    assert to_html(asked.content.text) == "<b>Ж</b> [[1]]"
    assert to_html(asked.in_language("ru").content.choices[0].text) == "<i>Ä</i>"


def test_expected_facility():
    assert question("true_false", TRUE, difficulty="hard").expected_facility == Fraction(2, 5)
    assert question("true_false", TRUE, difficulty="hard", facility="0.7").expected_facility == Fraction(
        7, 10
    )


@pytest.mark.parametrize(
    "type, content, words",
    [
        ("single_choice", {"options": ["A", "B"]}, "no option is marked as the key"),
        ("single_choice", {"options": [{"text": t, "correct": True} for t in "AB"]}, "a second option"),
        (
            "single_choice",
            {"options": [{"text": "A", "credit": "0.5"}, {"text": "B", "credit": 0}]},
            "no option has credit 1",
        ),
        ("single_choice", {"options": [{"text": "A", "credit": 1}, "B"]}, "has no credit"),
        (
            "single_choice",
            {"options": [{"text": "A", "credit": 1, "correct": True}, {"text": "B", "credit": 0}]},
            "beside a credit",
        ),
        ("single_choice", {"options": [{"text": "A", "correct": True}, "A"]}, "'A' stands twice"),
        ("single_choice", {"options": [{"id": "b", "text": "A", "correct": True}, "B"]}, "'b' stands twice"),
        ("single_choice", {"options": [{"text": "A", "correct": True}]}, "too few"),
        (
            "single_choice",
            {"options": [{"text": "A", "credit": 33}, {"text": "B", "credit": 0}]},
            "write 0.5 for 50 %",
        ),
        ("multiple_response", {"options": ["A", "B"]}, "no option is marked as right"),
        (
            "multiple_response",
            {"options": [{"text": "A", "correct": True}, "B"], "choose": 2},
            "tells the student 2",
        ),
        ("true_false", {"answer": "no"}, "write true or false"),
        ("true_false", {}, "'answer' is missing"),
        ("short_text", {"answers": []}, "too few"),
        ("short_text", {"answers": [{"text": "x", "credit": "0.5"}]}, "no answer gives the full mark"),
        ("short_text", {"answers": ["!?"], "fold": ["punctuation"]}, "nothing of '!?' is left"),
        ("short_text", {"answers": ["x" * 201]}, "200"),
        ("short_text", {"answers": ["x"], "fold": ["accent"]}, "did you mean 'accents'"),
        ("numerical", {"answers": [{"value": 8, "tolerance": -1}]}, "below 0"),
        ("numerical", {"answers": [{"value": "eight"}]}, "not a number"),
        (
            "numerical",
            {"answers": [{"value": 8, "tolerance": 1, "tolerance_type": "relativ"}]},
            "did you mean 'relative'",
        ),
        ("numerical", {"answers": [{"min": 7, "max": 5}]}, "is above max"),
        ("numerical", {"answers": [{"min": 7}]}, "give both"),
        ("numerical", {"answers": [{"value": 1, "min": 7, "max": 8}]}, "either a value or min and max"),
        ("numerical", {"answers": [{"min": 5, "max": 7, "tolerance": 1}]}, "a range has no tolerance"),
        ("numerical", {"answers": [1], "units": [{"unit": "m", "factor": 2}]}, "no unit has factor 1"),
        ("numerical", {"answers": [1], "units": [{"unit": "m", "factor": 0}]}, "is not above 0"),
        (
            "numerical",
            {"answers": [1], "units": [{"unit": " m", "factor": 1}, {"unit": "m", "factor": 2}]},
            "twice",
        ),
        ("numerical", {"answers": [1], "unit": "required"}, "needs units"),
        ("numerical", {"answers": [{"formula": "a * b"}]}, "unknown field 'formula'"),
        ("essay", {"words": {"min": 9, "max": 3}}, "9 is more than max 3"),
        ("essay", {"rubric": [{"criterion": "Style", "levels": [{"points": 1, "text": "good"}]}]}, "too few"),
        (
            "essay",
            {"rubric": [{"criterion": "Style", "levels": [{"points": 0, "text": t} for t in "ab"]}]},
            "no level gives points",
        ),
        (
            "essay",
            {"rubric": [{"criterion": "A\nB", "levels": [{"points": n, "text": "t"} for n in (0, 1)]}]},
            "one line",
        ),
        ("description", {"answer": True}, "unknown field 'answer'"),
        (
            "single_choice",
            {"options": [{"text": "A", "B and C": None, "correct": True}, "D"]},
            "put the whole text into quotes",
        ),
        ("single_chioce", {}, "did you mean 'single_choice'"),
    ],
)
def test_a_wrong_content_is_told_in_words(type, content, words):
    assert any(words in problem for problem in problems(type, content)), problems(type, content)


def test_all_problems_are_told_at_once():
    found = problems(
        "single_choice", {"options": ["A", "B"]}, timeless=False, promt="x", points=-1, scoring="credits"
    )
    words = [
        "unknown field 'promt'",
        "below 0",
        "does not say when",
        "no option is marked",
        "did you mean 'credit'",
    ]
    assert [any(word in problem for problem in found) for word in words] == [True] * 5


EVIDENCE = {"document": "m", "paragraph": 1, "terms": ["x"]}
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["1/0", "9" * 999, "1e99999"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


def places(value, path=()):
    """The path of every value inside."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, part in inner:
        yield (*path, step)
        yield from places(part, (*path, step))


@given(st.data())
def test_no_value_in_any_field_makes_it_fail_otherwise(data):
    """Files and posts hold anything: a question is loaded, or Invalid says what is wrong."""
    name, example = data.draw(st.sampled_from(examples()))
    q = question(name, example.content, feedback={"right": "x"}, evidence=[EVIDENCE], points=2)
    fields = target = json.loads(json.dumps(q.dump()))
    *above, last = data.draw(st.sampled_from([*places(fields)]))
    for step in above:
        target = target[step]
    target[last] = data.draw(ANYTHING)
    with suppress(Invalid):
        loaded = Question.load(fields)
        assert Question.load(json.loads(json.dumps(loaded.dump()))) == loaded


@pytest.mark.parametrize("name, example", examples())
def test_the_fields_that_are_given_are_those_of_the_stored_form(name, example):
    q = question(name, example.content, points=2, tags=["t"], shuffle=True)
    assert sorted(q.given()) == sorted(q.dump())


def test_feedback_in_general_comes_after_that_of_the_answer():
    content = {"options": [{"text": "A", "correct": True, "feedback": "Yes."}, "B"]}
    q = question("single_choice", content, feedback={"right": "R", "wrong": "W"})
    assert q.score("a").feedback == ("Yes.", "R")
    assert q.score("b").feedback == ("W",)


def test_a_bank_keeps_its_digest_whatever_the_order_of_its_questions():
    header = {
        "format": "quiz-bank/1",
        "bank": "b",
        "title": "T",
        "documents": {"d": {"title": "D", "date": "2021-07-13"}},
    }
    one, two = question("true_false", TRUE), question("true_false", TRUE, id="r")
    bank = Bank.load(header, [one, two])
    assert bank.digest == Bank.load(bank.header(), [two, one]).digest
    assert bank.digest != Bank.load(header, [one]).digest
    assert bank.by_id["r"] == two
