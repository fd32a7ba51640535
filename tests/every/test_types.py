"""Every question type, from the registry: examples, bounds, order, no key before its time."""

import json
from fractions import Fraction
from itertools import chain, combinations

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from quiz.banks.model import Question
from quiz.errors import Invalid
from quiz.questions import types
from tests.kernel.questions import CONTENTS, TEXTS, contents, examples, of_example, question, render

NAMES = types.names()
#: Types that ask something, and those of them that the program scores.
ASKING = [name for name in NAMES if types.get(name).asks]
SCORED = [name for name in ASKING if not types.get(name).by_hand]
ALLOWED = ("attempt", "marks", "max", "right_wrong", "answer", "feedback", "explanation", "grade")
SUBSETS = [frozenset(chosen) for n in range(len(ALLOWED) + 1) for chosen in combinations(ALLOWED, n)]


def test_the_types_are_found():
    assert set(NAMES) >= {
        "single_choice",
        "multiple_response",
        "true_false",
        "matching",
        "ordering",
        "short_text",
        "numerical",
        "cloze",
        "essay",
        "description",
    }


@pytest.mark.parametrize("name, example", examples())
def test_an_example_is_read_and_scored_as_it_says(name, example):
    q = of_example(name, example)
    parsed = q.parse(example.raw, ())
    assert (parsed.response, bool(parsed.complaints)) == (example.response, example.complains)
    q.kind.check(q.content, parsed.response)
    assert q.score(parsed.response).fraction == example.fraction


@pytest.mark.parametrize("name, example", examples())
def test_the_parts_that_count_by_themselves_make_up_the_fraction(name, example):
    q = of_example(name, example)
    fraction = example.fraction or Fraction(0)
    parts = q.tallied(q.score(example.response)).values()
    assert min(max(sum(part.share * part.fraction for part in parts), min(fraction, 0)), 1) == fraction


@pytest.mark.parametrize("name, example", examples())
def test_what_a_response_chooses_is_among_the_choices(name, example):
    """For the statistics: ids of choices; a wholly right answer chooses what belongs to the key."""
    q = of_example(name, example)
    choices = {choice.id: choice for choice in q.kind.choices(q.content)}
    chosen = q.kind.chosen(q.content, example.response)
    assert chosen <= set(choices)
    assert len({choice.text for choice in choices.values()}) == len(choices)
    if choices:
        assert bool(chosen) == q.answered(example.response)
        assert any(choice.right for choice in choices.values())
    if example.kind == "right":
        assert all(choices[one].right for one in chosen)


@pytest.mark.parametrize("name", NAMES)
def test_examples_cover_the_kinds(name):
    judged = {"right", "wrong"} if name in SCORED else {"by_hand"} if name in ASKING else set()
    assert judged | {"empty", "malformed"} <= {example.kind for example in types.get(name).examples()}
    assert all((one.fraction is None) == (one.kind == "by_hand") for one in types.get(name).examples())
    assert {example.rule for example in types.get(name).examples()} >= set(types.get(name).rules[1:])


@pytest.mark.parametrize("name", NAMES)
def test_no_answer_is_nothing_in_every_form(name):
    q = of_example(name, types.get(name).examples()[0])
    assert q.score(None).fraction == 0
    assert q.kind.summarise(q.content, None) == ""
    assert q.parse({}, ()).response is None
    assert q.parse({"answer": [""]}, ()).response is None


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("response", [7, 2.5, {"a": 1}, ["zz"], [3], "zz" * 12_000])
def test_a_response_of_another_kind_is_refused(name, response):
    q = of_example(name, types.get(name).examples()[0])
    with pytest.raises(Invalid):
        q.kind.check(q.content, response)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_dump_and_load_are_inverse(name, data):
    q = question(name, data.draw(contents(name)))
    stored = json.loads(json.dumps(q.dump()))
    assert Question.load(stored) == q
    assert Question.load(stored).digest == q.digest


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_whatever_is_posted_the_score_lies_in_its_bounds(name, data):
    rule = data.draw(st.sampled_from(types.get(name).rules))
    q = question(name, data.draw(contents(name)), scoring=rule)
    raw = data.draw(st.dictionaries(st.sampled_from(FIELDS), POSTED, max_size=6))
    parsed = q.parse({**raw, "answered": ["1"]}, q.kind.shuffled(q.content))
    q.kind.check(q.content, parsed.response)
    fraction = q.score(parsed.response).fraction
    if q.kind.by_hand and q.answered(parsed.response):
        assert fraction is None
    else:
        assert -1 <= fraction <= 1
        assert isinstance(fraction, Fraction)
    q.kind.summarise(q.content, parsed.response)
    guess = q.kind.random_guess(q.content, rule)
    assert guess is None or -1 <= guess <= 1


FIELDS = ["answer", *(f"answer-{place}" for place in range(5))]
POSTED = st.lists(st.one_of(st.text(max_size=20), st.integers(-1, 6).map(str)), max_size=3)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_the_shown_order_does_not_matter(name, data):
    """The same answer, given on pages that show the parts in another order, is the same response."""
    q = question(name, data.draw(contents(name)))
    ids = q.kind.shuffled(q.content)
    if not ids:
        return
    order = data.draw(st.permutations(ids))
    chosen = data.draw(
        st.lists(st.sampled_from(ids), unique=True, min_size=1, max_size=1 if name == "single_choice" else 5)
    )
    fields = ANSWERED.get(name, _ticked)
    assert q.parse(fields(q, chosen, order), order).response == q.parse(fields(q, chosen, ids), ids).response
    assert q.parse(fields(q, chosen, order), order).response is not None


def _ticked(q, chosen, order):
    return {"answer": [str(order.index(id)) for id in chosen]}


def _matched(q, chosen, order):
    """The n-th stem gets the n-th of the chosen."""
    return {
        f"answer-{stem}": [str(order.index(id))] for stem, id in enumerate(chosen[: len(q.content.pairs)])
    }


def _ranked(q, chosen, order):
    """The chosen come first, one after the other."""
    return {
        "answered": ["1"],
        **{f"answer-{order.index(id)}": [str(rank)] for rank, id in enumerate(chosen, 1)},
    }


def _filled(q, chosen, order):
    """Each gap that has options gets the last of its own that are chosen."""
    fields = {}
    for id in chosen:
        gap = id.partition(":")[0]
        own = [one for one in order if one.startswith(f"{gap}:")]
        fields[f"answer-{[*q.content.shown].index(gap)}"] = [str(own.index(id))]
    return fields


def _worded(q, chosen, order):
    """Each gap gets the last of the chosen that fits, else the first that fits at all."""
    fields = {}
    for place, gap in enumerate(q.content.shown):
        fits = q.content.fitting(gap)
        word = next((id for id in reversed(chosen) if id in fits), min(fits))
        fields[f"answer-{place}"] = [str(order.index(word))]
    return fields


#: The fields of a page in this order on which these ids are chosen, where they are not just ticked.
ANSWERED = {
    "matching": _matched, "ordering": _ranked, "cloze": _filled, "gap_select": _worded, "drag_words": _worded,
}  # fmt: skip


# ---------- No key before its time ----------


@st.composite
def choice_twins(draw, *, several):
    """Two contents with the same texts in the same shown order; ids, authored order, key, credits, feedback differ."""
    shown = draw(st.lists(TEXTS, min_size=2, max_size=5, unique=True))
    right = draw(st.integers(1, len(shown) - 1)) if several else 1

    def one():
        ids = draw(st.permutations(["a", "b", "c", "d", "e", "key", "x.1"]))[: len(shown)]
        key = draw(st.permutations(range(len(shown))))[:right]
        feedback = draw(st.lists(st.sampled_from(["", "MARK why"]), min_size=len(shown), max_size=len(shown)))
        credited = draw(st.booleans())
        mark = (
            (lambda n: {"credit": 1 if n in key else "-0.25"})
            if credited
            else (lambda n: {"correct": n in key})
        )
        options = [
            {"id": ids[n], "text": shown[n], "feedback": feedback[n], **mark(n)} for n in range(len(shown))
        ]
        choose = {"choose": right} if several and told else {}
        return {"options": draw(st.permutations(options)), **choose}, tuple(ids)

    told = draw(st.booleans())
    return one(), one()


def plain_twins(contents):
    return st.tuples(contents.map(lambda c: (c, ())), contents.map(lambda c: (c, ())))


@st.composite
def matching_twins(draw):
    """The same stems and the same choices in the same shown order; ids, pairing and what is a distractor differ."""
    stems = draw(st.lists(TEXTS, min_size=2, max_size=4, unique=True))
    choices = draw(st.lists(TEXTS, min_size=2, max_size=5, unique=True))

    def one():
        key = [draw(st.integers(0, len(choices) - 1)) for _ in stems]
        ids = draw(st.permutations(["a", "b", "c", "d", "e", "key", "x.1"]))[: len(choices)]
        names = draw(st.permutations(["1", "2", "3", "4", "s", "t"]))
        pairs = [
            {"id": names[n], "stem": stem, "choice": choices[k], "choice_id": ids[k]}
            for n, (stem, k) in enumerate(zip(stems, key, strict=True))
        ]
        rest = [{"id": ids[k], "choice": choices[k]} for k in range(len(choices)) if k not in key]
        return {"pairs": pairs, "distractors": draw(st.permutations(rest))}, tuple(ids)

    return one(), one()


@st.composite
def ordering_twins(draw):
    """The same items in the same shown order; ids and right order differ."""
    shown = draw(st.lists(TEXTS, min_size=2, max_size=5, unique=True))

    def one():
        ids = draw(st.permutations(["a", "b", "c", "d", "e", "key", "x.1"]))[: len(shown)]
        items = [{"id": id, "text": text} for id, text in zip(ids, shown, strict=True)]
        return {"items": draw(st.permutations(items))}, tuple(ids)

    return one(), one()


@st.composite
def cloze_twins(draw):
    """The same text with gaps of the same types, whose options are the same in the same shown order."""
    choice = draw(choice_twins(several=False))
    typed = draw(st.lists(st.sampled_from(["short_text", "numerical"]), min_size=1, max_size=3))
    pieces = [draw(TEXTS) for _ in range(len(typed) + 2)]

    def one(content, order):
        ids = draw(st.permutations(["1", "2", "3", "4", "g", "h"]))
        gaps = {ids[0]: {"type": "single_choice", "weight": draw(st.integers(1, 3)), **content}}
        for id, type in zip(ids[1:], typed, strict=False):
            gaps[id] = {"type": type, **draw(CONTENTS[type])}
        used = ids[: len(gaps)]
        text = "".join(f"{piece} [[{id}]] " for piece, id in zip(pieces, used, strict=False)) + pieces[-1]
        names = draw(st.permutations(used))
        return {"text": text, "gaps": {id: gaps[id] for id in names}}, tuple(f"{ids[0]}:{id}" for id in order)

    return one(*choice[0]), one(*choice[1])


@st.composite
def word_gap_twins(draw):
    """The same text and words in the same shown order; ids, authored order and the right words differ."""
    shown = draw(st.lists(TEXTS, min_size=3, max_size=6, unique=True))
    count = draw(st.integers(1, len(shown)))
    pieces = [draw(TEXTS) for _ in range(count + 1)]

    def one():
        ids = draw(st.permutations(["a", "b", "c", "d", "e", "key", "x.1"]))[: len(shown)]
        names = draw(st.permutations(["1", "2", "3", "4", "5", "6"]))[:count]
        right = draw(st.permutations(ids))[:count]
        text = (
            "".join(f"{piece} [[{name}]] " for piece, name in zip(pieces, names, strict=False)) + pieces[-1]
        )
        words = [{"id": id, "text": text} for id, text in zip(ids, shown, strict=True)]
        gaps = dict(draw(st.permutations([*zip(names, right, strict=True)])))
        return {"text": text, "choices": draw(st.permutations(words)), "gaps": gaps}, tuple(ids)

    return one(), one()


TWINS = {
    "single_choice": choice_twins(several=False),
    "multiple_response": choice_twins(several=True),
    "true_false": plain_twins(
        st.fixed_dictionaries({"answer": st.booleans(), "feedback_true": TEXTS, "feedback_false": TEXTS})
    ),
    "short_text": plain_twins(CONTENTS["short_text"]),
    "numerical": plain_twins(CONTENTS["numerical"]),
    "matching": matching_twins(),
    "ordering": ordering_twins(),
    "cloze": cloze_twins(),
    "gap_select": word_gap_twins(),
    "drag_words": word_gap_twins(),
    # which has no key that could be given away
    "description": plain_twins(st.just({})),
}


def twins(name):
    """Pairs of contents that look the same, each with its order: drawn where TWINS can, else the type's own."""
    if name in TWINS:
        return TWINS[name]
    own = types.get(name).twins()
    assert own, "a type says by twins() which contents a student must not be able to tell apart"
    assert all(pair.contents[0] != pair.contents[1] for pair in own)
    return st.sampled_from([tuple(zip(pair.contents, pair.orders, strict=True)) for pair in own])


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_what_is_presented_does_not_depend_on_the_key(name, data):
    (one, one_order), (other, other_order) = data.draw(twins(name))
    pair = [question(name, one, explanation="E1"), question(name, other, id="other", feedback={"wrong": "W"})]
    seen = [q.present(order) for q, order in zip(pair, (one_order, other_order), strict=True)]
    assert seen[0] == seen[1]
    assert json.dumps(dict(seen[0].controls)) == json.dumps(dict(seen[1].controls))
    pages = [
        render(f"types/{name}/answer.html", presented=p, fields=POST, prefix="s1-", disabled=False)
        for p in seen
    ]
    assert pages[0] == pages[1]


POST = {"answered": ["1"], "answer": ["0"], "answer-0": ["1"], "answer-1": ["2"], "answer-2": ["0"]}


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_a_review_without_key_and_feedback_does_not_depend_on_the_key(name, data):
    (one, one_order), (other, other_order) = data.draw(twins(name))
    raw = {**POST, "answer": [data.draw(st.sampled_from(["0", "1"]))]}
    allowed = data.draw(st.sets(st.sampled_from(["attempt", "marks", "max", "grade"]))) | set()
    seen = [
        q.review(q.parse(raw, order).response, order, frozenset(allowed))
        for q, order in ((question(name, one), one_order), (question(name, other), other_order))
    ]
    assert seen[0] == seen[1]


@pytest.mark.parametrize("name, example", examples())
def test_a_review_tells_only_what_is_allowed(name, example):
    """Over all sets of permissions: no attempt, verdict, key, feedback or explanation that is not let out."""
    q = Question.load({**of_example(name, example).dump(), "feedback": GENERAL})
    for allowed in SUBSETS:
        told = q.review(example.response, (), allowed)
        page = render(f"types/{name}/review.html", reviewed=told)
        if "attempt" not in allowed:
            assert told == q.review(None, (), allowed), "tells the response"
        if "right_wrong" not in allowed:
            assert not values(told, "state"), "tells right or wrong"
        if "answer" not in allowed:
            assert not values(told, "right"), "tells the key"
            assert not {"answer", "key"} & set(told), "tells the key"
        if "feedback" not in allowed:
            assert not values(told, "feedback")
            assert "GENERAL" not in str(told)
        scored = q.kind.asks and example.fraction is not None
        assert bool(told["general"]) == (scored and {"attempt", "feedback"} <= allowed)
        if not allowed & {"answer", "right_wrong"}:
            assert "data-state" not in page


GENERAL = {"right": "GENERAL r", "partly": "GENERAL p", "wrong": "GENERAL w"}


def rows(told):
    """What is told of the parts: options, pairs, entries, gaps."""
    return (row for part in told.values() if isinstance(part, list) for row in part if isinstance(row, dict))


def values(told, name):
    """All values under this name, at the top and in the parts."""
    return list(
        chain(
            [told[name]] if name in told else [],
            (row[name] for row in rows(told) if name in row),
        )
    )


@pytest.mark.parametrize("name", SCORED)
def test_a_review_with_everything_shows_response_and_key(name):
    example = next(e for e in types.get(name).examples() if e.kind == "wrong")
    q = of_example(name, example)
    page = render(f"types/{name}/review.html", reviewed=q.review(example.response, (), frozenset(ALLOWED)))
    assert "Your answer, wrong" in page or "Right place: 3" in page
    assert "Right answer" in page or "Right, not chosen" in page


def test_feedback_of_options_not_chosen_waits_for_the_key():
    content = {
        "options": [{"text": "A", "correct": True, "feedback": "WHY-A"}, {"text": "B", "feedback": "WHY-B"}]
    }
    told = str(question("single_choice", content).review("b", (), frozenset({"attempt", "feedback"})))
    assert "WHY-B" in told
    assert "WHY-A" not in told


@pytest.mark.parametrize("name", ASKING)
def test_what_is_typed_and_authored_is_escaped(name):
    bad = '"><script>alert(1)</script>'
    example = types.get(name).examples()[0]
    q = Question.load({**of_example(name, example).dump(), "prompt": bad})
    page = render(
        f"types/{name}/answer.html",
        presented=q.present(()),
        fields={"answer": [bad], "answer-0": [bad], "answer-1": [bad]},
        prefix="",
        disabled=True,
    )
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert " disabled" in page


@pytest.mark.parametrize("name", ASKING)
def test_the_page_holds_the_current_answer_and_says_it_was_there(name):
    example = types.get(name).examples()[0]
    q = of_example(name, example)
    page = render(
        f"types/{name}/answer.html", presented=q.present(()), fields=example.raw, prefix="s3-", disabled=False
    )
    assert 'name="s3-answered" value="1"' in page
    assert posted(page) == {
        f"s3-{name}": values for name, values in {**example.raw, "answered": ["1"]}.items()
    }


def posted(page):
    """The fields that a browser would send from this page; blanks say nothing."""
    fields = {}
    for control in BeautifulSoup(page, "html.parser").select("input[name], select[name], textarea[name]"):
        if control.name == "textarea":
            values = [control.text.removeprefix("\n")]  # which browsers do not take for text
        elif control.name == "select":
            chosen = control.select("option[selected]") or control.select("option")[:1]
            values = [option.get("value", option.text) for option in chosen]
        else:
            values = [control["value"]] * (
                control.get("type") not in ("radio", "checkbox") or "checked" in control.attrs
            )
        fields.setdefault(control["name"], []).extend(filter(None, values))
    return {name: values for name, values in fields.items() if values}


def test_a_text_that_asks_nothing_shows_itself_and_takes_nothing():
    q = question("description", {}, prompt='Read *this* <b> "first".')
    page = render(
        "types/description/answer.html", presented=q.present(()), fields=POST, prefix="", disabled=False
    )
    assert "Read <em>this</em> &lt;b&gt;" in page
    assert posted(page) == {}
    assert not q.answered(q.parse(POST, ()).response)
