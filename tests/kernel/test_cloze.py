"""Cloze: gaps of several types, their order, and answers that may be swapped."""

from fractions import Fraction
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.errors import Invalid
from quiz.questions import types
from tests.kernel.questions import question

FULL = frozenset({"attempt", "right_wrong", "answer", "feedback"})


def typed(*answers, **more):
    return {"type": "short_text", "answers": [*answers], **more}


def cloze(*gaps, swapped=(), text=None, **common):
    """A text of these gaps, 1, 2, 3 …; those whose numbers are ``swapped`` are interchangeable."""
    named = {str(n): gap for n, gap in enumerate(gaps, 1)}
    groups = [[*map(str, swapped)]] if swapped else []
    text = text or " ".join(f"w [[{name}]]" for name in named)
    return question("cloze", {"text": text, "gaps": named, "interchangeable": groups}, **common)


def parts(q, *responses):
    """The fraction of each gap."""
    return [*q.score({str(n): response for n, response in enumerate(responses, 1)}).parts.values()]


@pytest.mark.parametrize("name", types.names())
def test_a_type_that_fits_a_gap_has_its_control(name):
    folder = Path(types.__file__).parent / name
    assert (folder / "gap.html").exists() == types.get(name).fits_gap


def test_gaps_are_counted_by_their_place_in_the_text():
    q = cloze(typed("one"), typed("two"), typed("three"), text="[[3]] then [[1]]\n\nand [[2]]")
    parsed = q.parse({"answer-0": ["three"], "answer-1": ["one"], "answer-2": ["two"]}, ())
    assert parsed.response == {"3": "three", "1": "one", "2": "two"}
    assert q.kind.right_answer(q.content) == "1: three; 2: one; 3: two"
    assert [piece["gap"] for piece in q.present(()).controls["text"]] == [0, 1, 2, None]


def test_weights():
    q = cloze(typed("one"), typed("two", weight=3))
    assert q.score({"1": "one"}).fraction == Fraction(1, 4)
    assert q.score({"2": "two", "1": "x"}).fraction == Fraction(3, 4)
    assert cloze(typed("one"), typed("two"), scoring="all_or_nothing").score({"1": "one"}).fraction == 0


def test_a_complaint_names_its_gap_and_readings_are_numbered():
    q = cloze(typed("one"), {"type": "numerical", "answers": [1.5]}, {"type": "numerical", "answers": [2]})
    parsed = q.parse({"answer-0": ["x"], "answer-1": ["1,5"], "answer-2": ["two"]}, ())
    assert [(complaint, complaint.part) for complaint in parsed.complaints] == [("This is not a number.", 3)]
    assert parsed.read_as == "2: 1.5"


def test_a_gap_in_the_title_of_a_link_follows_the_text():
    q = cloze(typed("one"), typed("two"), text='[x](https://x.example "[[1]]") [[2]]')
    pieces = q.present(()).controls["text"]
    assert [piece["gap"] for piece in pieces] == [1, 0, None]
    assert 'title=""' in pieces[0]["html"]


def test_a_gap_in_a_formula_leaves_it_as_typed():
    assert "<code>$x + " in cloze(typed("1"), text="$x + [[1]]$").present(()).controls["text"][0]["html"]


@pytest.mark.parametrize(
    "content, said",
    [
        ({"text": "[[1]]", "gaps": {}}, "gaps: has too few entries"),
        ({"text": "[[1]] [[1]]", "gaps": {"1": typed("x")}}, "the gap '1' is marked twice"),
        ({"text": "[[1]] [[2]]", "gaps": {"1": typed("x")}}, "there is no gap '2'"),
        ({"text": "[[1]]", "gaps": {"1": typed("x"), "2": typed("y")}}, "gaps.2: is not marked in the text"),
        ({"text": "[[1]]", "gaps": {"1": {"answers": ["x"]}}}, "gaps.1: 'type' is missing – write type: and one of multiple_response, numerical"),
        ({"text": "[[1]]", "gaps": {"1": {"type": "ordering", "items": ["A", "B"]}}}, "'ordering' is no type of a gap"),
        ({"text": "[[1]]", "gaps": {"1": {"type": "cloze", "text": "x"}}}, "'cloze' is no type of a gap"),
        ({"text": "[[1]]", "gaps": {"1": typed("x", weight=0)}}, "gaps.1.weight: 0 is not above 0"),
        ({"text": "[[1]]", "gaps": {"1": typed("x", fold=["accent"])}}, "gaps.1.fold[0]: 'accent' is not known here"),
        ({"text": "[[1]]", "gaps": {"1": {"type": "numerical", "answers": [{"value": 1, "credit": 0}]}}}, "gaps.1.answers: no answer gives the full mark"),
        ({"text": "[[1]]", "gaps": {"1": {"type": "single_choice", "options": ["A", "B"]}}}, "gaps.1.options: no option is marked as the key"),
        ({"text": "[[1]] [[2]]", "gaps": {key: {"type": "multiple_response", "options": [{"text": "A", "correct": True}, "B"]} for key in "12"},
          "interchangeable": [["1", "2"]]}, "interchangeable[0]: has gaps with several answers each"),
        ({"text": "[[1]]", "gaps": {"1": {"type": "single_choice", "optins": ["A"]}}}, "gaps.1.optins: unknown field 'optins', did you mean 'options'?"),
        ({"text": "[[1]]", "gaps": {"1": 7}}, "gaps.1: must be a mapping"),
        ({"text": "[[1]]", "gaps": "x"}, "gaps: must be a mapping"),
        ({"text": "[[1]]", "gaps": {"1": typed("x")}, "interchangeable": [["1"]]}, "interchangeable[0]: has 1 gaps"),
        ({"text": "[[1]]", "gaps": {"1": typed("x")}, "interchangeable": [["1", "2"]]}, "interchangeable[0]: there is no gap '2'"),
        ({"text": "[[1]] [[2]]", "gaps": {"1": typed("x"), "2": typed("x", weight=2)}, "interchangeable": [["1", "2"]]}, "different types or weights"),
        ({"text": "[[1]] [[2]]", "gaps": {"1": typed("x"), "2": typed("x")}, "interchangeable": [["1", "2"], ["2", "1"]]}, "interchangeable[1]: the gap '2' stands twice"),
    ],
)  # fmt: skip
def test_a_faulty_cloze_is_told(content, said):
    with pytest.raises(Invalid) as error:
        question("cloze", content)
    assert any(said in str(problem) for problem in error.value.problems), error.value.problems


@pytest.mark.parametrize("response, said", [({"9": "x"}, "no gap '9'"), ({"1": 5}, "gap '1': the response is not a text"), (["x"], "not an object")])  # fmt: skip
def test_a_cloze_response_that_cannot_be_is_refused(response, said):
    q = cloze(typed("one"))
    with pytest.raises(Invalid, match=said):
        q.kind.check(q.content, response)


# Interchangeable gaps ----------------------------------------------------------------------------------------------

LANGUAGES = (typed("Russian", "Chinese"), typed("Russian", "Chinese"))
SPELLINGS = (typed("Russian", "русский"), typed("Chinese", "китайский"))


@pytest.mark.parametrize(
    "gaps, responses, fractions",
    [
        (LANGUAGES, ("Russian", "Chinese"), [1, 1]),
        (LANGUAGES, ("chinese ", "russian"), [1, 1]),
        (LANGUAGES, ("Russian", "russian"), [1, 0]),
        (LANGUAGES, ("x", "Chinese"), [0, 1]),
        (LANGUAGES, (None, "Chinese"), [0, 1]),
        (SPELLINGS, ("китайский", "Russian"), [1, 1]),
        (SPELLINGS, ("Russian", "русский"), [1, 0]),
        (SPELLINGS, ("x", "Russian"), [0, 1]),
        # the wild card takes one answer only; placed best, both count
        ((typed("*an"), typed("Russian", "German")), ("Russian", "German"), [1, 1]),
        # a partly right answer gives way to a right one
        (
            (typed("A", {"text": "B", "credit": "0.5"}), typed("C", {"text": "A", "credit": "0.25"})),
            ("B", "A"),
            [0, 1],
        ),
        # one of two goes into the first gap: the one that would cost where it was typed
        ((typed("B", "C"), typed("A", {"text": "B", "credit": -1})), ("C", "B"), [0, 1]),
        # what is worth less than nothing stays where it was typed
        ((typed("A", {"text": "x", "credit": -1}), typed("B")), ("x", "A"), [-1, 1]),
    ],
)
def test_of_interchangeable_gaps_each_answer_counts_once(gaps, responses, fractions):
    assert parts(cloze(*gaps, swapped=(1, 2)), *responses) == fractions


def test_without_a_group_nothing_is_swapped():
    assert parts(cloze(*SPELLINGS), "Chinese", "Russian") == [0, 0]
    assert parts(cloze(*LANGUAGES), "Russian", "Russian") == [1, 1]


def test_options_are_swapped_by_their_words():
    city = {"type": "single_choice", "options": [{"text": "Astana", "correct": True}, "Tehran", "Almaty"]}
    other = {"type": "single_choice", "options": ["Tehran", {"text": "Almaty", "correct": True}, "Astana"]}
    q = cloze(city, other, swapped=(1, 2))
    assert parts(q, "c", "c") == [1, 1], "Almaty and Astana"
    assert parts(q, "a", "c") == [1, 0], "Astana twice"
    assert q.kind.shuffled(q.content) == ("1:a", "1:b", "1:c", "2:a", "2:b", "2:c")


def test_a_review_names_the_right_answer_that_is_left():
    q = cloze(*LANGUAGES, swapped=(1, 2))
    told = q.review({"1": "Chinese", "2": "French"}, (), FULL)["gaps"]
    assert [row["right"] for row in told] == ["Chinese", "Russian"]
    assert [row["state"] for row in told] == ["right", "wrong"]
    assert q.kind.right_answer(q.content) == "1: Russian; 2: Chinese"
    crossed = cloze(*SPELLINGS, swapped=(1, 2)).review({"1": "Chinese", "2": "x"}, (), FULL)["gaps"]
    assert [row["right"] for row in crossed] == ["Chinese", "Russian"]


def test_many_like_gaps_are_scored_at_once():
    """Twelve gaps with the same twelve answers: there are 479 million ways to place them."""
    names = [f"state{n}" for n in range(12)]
    q = cloze(*[typed(*names)] * 12, swapped=range(1, 13))
    assert parts(q, *reversed(names)) == [1] * 12
    assert sum(parts(q, *names[:6], *names[:6])) == 6


CREDITS = st.fractions(0, 1, max_denominator=4)
ANSWERS = st.dictionaries(st.sampled_from("abcd"), CREDITS, min_size=1, max_size=3)


@given(st.lists(ANSWERS, min_size=2, max_size=4), st.data())
def test_answers_are_placed_where_together_they_are_worth_most(gaps, data):
    """Against trying every way to give the responses to the gaps."""
    given = [data.draw(st.sampled_from("abcde")) for _ in gaps]
    made = [
        typed("full", *({"text": text, "credit": credit} for text, credit in gap.items())) for gap in gaps
    ]
    q = cloze(*made, swapped=range(1, len(gaps) + 1))

    def worth(places):
        best = {}
        for response, place in zip(given, places, strict=True):
            best[response] = max(best.get(response, 0), gaps[place].get(response, 0))
        return sum(best.values())

    assert sum(parts(q, *given)) == max(map(worth, permutations(range(len(gaps)))))
