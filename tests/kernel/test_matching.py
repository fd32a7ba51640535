"""Matching and ordering: ids, what counts as an answer, what is refused."""

import pytest

from quiz.errors import Invalid
from quiz.questions.parts import holds_answer
from tests.kernel.questions import question

PAIRS = [
    {"stem": "KZ", "choice": "Asia"},
    {"stem": "RU", "choice": "Europe"},
    {"stem": "TJ", "choice": " Asia "},
]


def matching(pairs=PAIRS, distractors=(), **common):
    return question("matching", {"pairs": pairs, "distractors": distractors}, **common)


def ordering(*items, **common):
    return question("ordering", {"items": items or ["A", "B", "C"]}, **common)


# Matching ---------------------------------------------------------------------------------------------------------


def test_equal_texts_are_one_choice_and_distractors_come_after():
    q = matching(distractors=["Africa", "Europe"])
    assert [(choice.id, choice.text) for choice in q.content.choices.values()] == [
        ("a", "Asia"),
        ("b", "Europe"),
        ("c", "Africa"),
    ]
    assert [(pair.id, pair.choice_id) for pair in q.content.pairs] == [("1", "a"), ("2", "b"), ("3", "a")]


@pytest.mark.parametrize("style, shown", [("html", "<b>R</b>"), ("plain", "&lt;b&gt;R&lt;/b&gt;")])
def test_choices_are_shown_as_their_texts_are_written(style, shown):
    """They were Markdown whatever was said: pictures and markup of other systems stood there as tags."""
    q = matching([{"stem": "KZ", "choice": " <b>R</b>"}, PAIRS[1]], text_format=style)
    assert q.kind.present(q.content, ())["choices"][0]["html"] == shown
    assert q.kind.review(q.content, None, (), frozenset({"answer"}))["pairs"][0]["right"] == shown


def test_ids_are_kept_and_made_explicit():
    pairs = [{"id": "kz", "choice_id": "x", **PAIRS[0]}, PAIRS[1], PAIRS[2]]
    dumped = matching(pairs, [{"id": "far", "choice": "Africa"}, "America"]).dump()
    assert [(pair["id"], pair["choice_id"]) for pair in dumped["pairs"]] == [
        ("kz", "x"),
        ("2", "b"),
        ("3", "x"),
    ]
    assert [one["id"] for one in dumped["distractors"]] == ["far", "d"]


def test_a_number_as_choice_is_the_text_that_stands_there():
    q = question("matching", {"pairs": [{"stem": "S", "choice": "2001"}, {"stem": "T", "choice": "1996"}]})
    assert q.kind.right_answer(q.content) == "S → 2001; T → 1996"


@pytest.mark.parametrize(
    "pairs, distractors, said",
    [
        (PAIRS[:1], [], "pairs: has too few entries"),
        (PAIRS * 20, [], "pairs: is too long – 50 is the most"),
        ([PAIRS[0], PAIRS[2]], [], "pairs: all choices are equal"),
        ([PAIRS[0], PAIRS[0]], ["x"], "pairs[1].stem: 'KZ' stands twice"),
        ([{"id": "2", **PAIRS[0]}, PAIRS[1]], [], "pairs[1].id: '2' stands twice"),
        ([{"choice_id": "b", **PAIRS[0]}, PAIRS[1]], [], "pairs[1].choice_id: the id 'b' stands for two choices"),
        ([{"choice_id": "x", **PAIRS[0]}, PAIRS[1], {"choice_id": "y", **PAIRS[2]}], [], "the choice 'Asia' has two ids"),
        (PAIRS, [{"id": "a", "choice": "Africa"}], "distractors[0].id: the id 'a' stands for two choices"),
        ([{"stem": "KZ"}, PAIRS[1]], [], "pairs[0]: 'choice' is missing"),
        (["KZ", PAIRS[1]], [], "pairs[0]: must be a mapping"),
        ([{"stem": "KZ", "choice": True}, PAIRS[1]], [], "pairs[0].choice: true without quotes"),
        (PAIRS, [{"text": "x"}], "distractors[0]: 'choice' is missing"),
    ],
)  # fmt: skip
def test_a_faulty_matching_is_told(pairs, distractors, said):
    with pytest.raises(Invalid) as error:
        matching(pairs, distractors)
    assert any(said in str(problem) for problem in error.value.problems)


@pytest.mark.parametrize("response", [{"9": "a"}, {"1": "z"}, {"1": 0}, {"1": ["a"]}, ["a"], "a"])
def test_a_matching_of_another_shape_is_refused(response):
    with pytest.raises(Invalid):
        matching().kind.check(matching().content, response)


def test_stems_without_a_choice_are_wrong():
    q = matching(distractors=["Africa"])
    assert q.score({"1": "a", "2": None}).fraction == q.score({"1": "a"}).fraction == pytest.approx(1 / 3)
    assert q.score({"1": "a"}).parts == {"1": 1, "2": 0, "3": 0}
    assert not q.answered({"1": None})
    assert q.answered({"1": "a"})


def test_choices_are_listed_where_a_select_would_cut_them_or_has_no_markup():
    short = [{"stem": "A", "choice": "x"}, {"stem": "B", "choice": "y"}]
    assert not matching(short).present(()).controls["listed"]
    assert matching([*short, {"stem": "C", "choice": "z" * 41}]).present(()).controls["listed"]
    assert matching([*short, {"stem": "C", "choice": "$z$"}]).present(()).controls["listed"]


# Ordering ---------------------------------------------------------------------------------------------------------


def ranks(*values, **more):
    return {f"answer-{place}": [value] for place, value in enumerate(values)} | more


SAID = {"answered": ["1"]}


@pytest.mark.parametrize(
    "raw, response",
    [
        ({}, None),
        (SAID, None),
        (ranks("", "", "", **SAID), None),
        (ranks("1", "2", "3"), None),  # nobody moved it, nobody said that it is meant
        (ranks("1", "2", "3", **SAID), ["a", "b", "c"]),
        (ranks("2", "1", "3"), ["b", "a", "c"]),
        (ranks("3", "1", "2", **SAID), ["b", "c", "a"]),
        (ranks("", "1", "", **SAID), ["b"]),
        (ranks("3", "", "1", **SAID), ["c", "a"]),
        (ranks("2", "2", "1", **SAID), ["c"]),
        (ranks("0", "4", "x", **SAID), None),
        (ranks(" 2 ", "1", "3", **SAID), ["b", "a", "c"]),
    ],
)
def test_what_an_ordering_reads(raw, response):
    parsed = ordering().parse(raw, ("a", "b", "c"))
    assert parsed.response == response
    assert bool(parsed.complaints) == (
        (response is not None and len(response) < 3) or "x" in str(raw.values())
    )


@pytest.mark.parametrize(
    "raw, holds",
    [
        ({}, False), (SAID, False), ({"answer": [" "], **SAID}, False), ({"answer": ["0"]}, True), ({"certainty": ["2"]}, False),
        (ranks("", "", **SAID), False), (ranks("1", "2"), False), (ranks("1", "2", **SAID), True), (ranks("2", "1"), True),
        (ranks("", "1"), True), (ranks("0", "1"), True),
    ],
)  # fmt: skip
def test_whether_fields_hold_an_answer_is_seen_without_the_question(raw, holds):
    assert holds_answer(raw) == holds


@pytest.mark.parametrize("response, said", [(["a", "b", "a"], "stands twice"), (["a", "z"], "no item 'z'"), ("abc", "not a list"), ([1], "no item '1'")])  # fmt: skip
def test_an_ordering_that_cannot_be_is_refused(response, said):
    with pytest.raises(Invalid, match=said):
        ordering().kind.check(ordering().content, response)


@pytest.mark.parametrize("items, said", [(["A"], "too few"), (["A", "A "], "'A' stands twice"), (["A"] * 51, "50 is the most"), ([{"id": "b", "text": "A"}, "B"], "'b' stands twice")])  # fmt: skip
def test_a_faulty_ordering_is_told(items, said):
    with pytest.raises(Invalid, match=said):
        ordering(*items)
