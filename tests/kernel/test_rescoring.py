"""What a policy gives, and which versions of a question can score answers to another."""

from fractions import Fraction

import pytest

from quiz.banks.model import Question
from quiz.banks.rescoring import POLICIES, Keys, fraction_by, misfits

HALF = Fraction(1, 2)


@pytest.mark.parametrize(
    "keys, expected",
    [
        ((HALF, HALF, 1), (1, 1, 1, HALF, 1)),
        ((1, 1, 0), (0, 1, 1, 1, 1)),
        ((HALF, 0, 0), (0, 0, 1, HALF, HALF)),  # it was rescored before
        ((None, None, 1), (1, 1, 1, 0, 1)),
        ((-HALF, -HALF, 0), (0, 0, 1, -HALF, 0)),
        ((HALF, HALF, None), (None, HALF, 1, HALF, HALF)),
    ],
)
def test_policies(keys, expected):
    now, before, new = keys
    found = [fraction_by(policy, Keys(now, before, new)) for policy in POLICIES]
    assert found == list(expected)


def question(**fields):
    return Question.load({"bank": "b", "id": "q", "prompt": "What?", "timeless": True, **fields})


CHOICE = {
    "type": "single_choice",
    "options": [{"id": "a", "text": "1", "correct": True}, {"id": "b", "text": "2"}],
}
MATCHING = {
    "type": "matching",
    "pairs": [{"stem": "x", "choice": "1"}, {"stem": "y", "choice": "2"}],
    "distractors": [{"choice": "3"}],
}
ORDER = {"type": "ordering", "items": [{"id": "a", "text": "x"}, {"id": "b", "text": "y"}]}
WORDS = {
    "type": "gap_select",
    "text": "[[p]] and [[q]]",
    "choices": [{"id": "a", "text": "1"}, {"id": "b", "text": "2"}],
    "gaps": {"p": "a", "q": "b"},
}
CLOZE = {
    "type": "cloze",
    "text": "[[p]] and [[q]]",
    "gaps": {"p": {"type": "short_text", "answers": ["1"]}, "q": {"type": "numerical", "answers": [2]}},
}
IMAGE = {"file": "images/m.svg", "alt": "A map", "width": 100, "height": 50}
REGION = {"id": "r", "label": "R", "shape": "rect", "coords": [1, 1, 9, 9], "correct": True}
SPOT = {"type": "hotspot", "image": IMAGE, "regions": [REGION]}


@pytest.mark.parametrize(
    "before, new",
    [
        (CHOICE, {"options": [{"id": "b", "text": "two", "correct": True}, {"id": "a", "text": "1"}]}),
        (MATCHING, {"scoring": "all_or_nothing"}),
        (ORDER, {"items": ORDER["items"][::-1]}),
        (WORDS, {"gaps": {"p": "b", "q": "a"}}),
        (CLOZE, {"gaps": {**CLOZE["gaps"], "q": {"type": "numerical", "weight": 2, "answers": [3]}}}),
        (SPOT, {"regions": [{**REGION, "coords": [1, 1, 20, 20]}]}),
        ({"type": "short_text", "answers": ["1"]}, {"answers": ["2", "3"], "fold": ["accents"]}),
        ({"type": "true_false", "answer": True}, {"answer": False}),
    ],
)
def test_a_mended_key_fits(before, new):
    assert [*misfits(question(**before), question(**{**before, **new}))] == []


@pytest.mark.parametrize(
    "before, new, word",
    [
        (CHOICE, {"options": [*CHOICE["options"], {"id": "c", "text": "3"}]}, "ids"),
        (CHOICE, {"type": "multiple_response"}, "type"),
        (MATCHING, {"pairs": MATCHING["pairs"][::-1]}, "pairs.stem: 'y' had the id 2"),
        (
            MATCHING,
            {"pairs": [{"stem": "x", "choice": "2"}, {"stem": "y", "choice": "1"}]},
            "choice: '2' had",
        ),
        ({"type": "ordering", "items": ["x", "y"]}, {"items": ["y", "x"]}, "items.text: 'y' had the id b"),
        (WORDS, {"text": "[[q]] and [[p]]"}, "ids"),
        (CLOZE, {"gaps": {**CLOZE["gaps"], "q": {"type": "short_text", "answers": ["2"]}}}, "ids"),
        (SPOT, {"image": {**IMAGE, "width": 200}}, "ids"),
        ({"type": "essay"}, {}, "by hand"),
    ],
)
def test_what_reads_answers_otherwise_does_not_fit(before, new, word):
    (problem,) = misfits(question(**before), question(**{**before, **new}))
    assert word in str(problem)
