"""What an answer is worth in Moodle, by its own arithmetic, is what it is worth here, or a loss says that it is not."""

import xml.etree.ElementTree as ET
from fractions import Fraction
from io import BytesIO

import pytest

from quiz.banks.model import Bank
from quiz.formats import get
from quiz.formats.base import Unwritable, lost_fields
from quiz.questions import types
from tests.formats.moodle.engine import mark
from tests.kernel.questions import question

#: Types whose marks the engine knows.
KNOWN = "single_choice multiple_response true_false matching ordering short_text numerical gap_select drag_words cloze".split()
#: Questions beside the examples of the types, with answers to them.
MORE = [
    ("single_choice", {"options": [{"text": "a", "credit": 1}, {"text": "b", "credit": "-1/3"}]}, ["a", "b"], {}),
    ("multiple_response", {"options": [{"text": "a", "correct": True}, "b", "c", "d"]}, [["a", "b"], ["b"], [*"abcd"]], {}),
    ("ordering", {"items": [*"abcde"]}, [[*"badce"], [*"eabcd"], [*"acebd"], [*"edcba"]], {"scoring": types.get("ordering").rules}),
    ("short_text", {"answers": ["5\\*x", {"text": "*", "credit": 0}]}, ["5*x", "5yx", "5*X"], {}),
    ("numerical", {"answers": [{"value": 3, "tolerance": "0.5"}, {"value": 4, "credit": "1/2"}], "units": [{"unit": "m", "factor": 1}, {"unit": "km", "factor": 1000}], "unit_penalty": 0}, ["3", "3.5m", "0.003 km", "3.51", "4 mi"], {"unit": ("optional", "required")}),
    ("numerical", {"answers": [3], "units": [{"unit": "m", "factor": 1}], "unit": "required"}, ["3m", "3", "3 mi", "4"], {"unit_penalty": ("0.1", "1/3", 1)}),
    ("cloze", {"points": 4, "text": "[[1]] [[2]] [[3]]", "gaps": {"1": {"type": "single_choice", "weight": 2, "options": [{"text": "a", "credit": 1}, {"text": "b", "credit": "-1/2"}]}, "2": {"type": "short_text", "answers": ["x", {"text": "y*", "credit": "1/2"}]}, "3": {"type": "numerical", "answers": [{"value": 5, "tolerance": 1}]}}}, [{"1": "a", "2": "yes", "3": "6"}, {"1": "b"}, {"2": "X", "3": "6.01"}], {}),
    ("matching", {"pairs": [{"stem": "1", "choice": "a"}, {"stem": "2", "choice": "b"}, {"stem": "3", "choice": "a"}]}, [{"1": "a", "2": "a"}, {"3": "a", "2": "b"}], {"scoring": types.get("matching").rules}),
]  # fmt: skip


def cases():
    """Questions, each with an answer."""
    for kind in KNOWN:
        for example in types.get(kind).examples():
            rule = {"scoring": example.rule} if example.rule else {}
            if example.kind != "malformed":
                yield question(kind, {**example.content, **rule}), example.response
    for kind, content, answers, varied in MORE:
        ((field, values),) = varied.items() or (("shuffle", [True]),)
        yield from (
            (question(kind, {**content, field: value}), answer) for value in values for answer in answers
        )


def in_moodle(asked):
    """The question in Moodle's XML, and the fields that are told as lost; None where it does not go."""
    target = BytesIO()
    writer = get("moodle-xml").writer(target, Bank.load({"bank": "b", "title": "B"}))
    try:
        told = writer.add(asked, {})
    except Unwritable:
        return None, set()
    writer.close()
    lost = [*told, *lost_fields(asked, writer.held(asked).union(loss.field for loss in told))]
    return ET.fromstring(target.getvalue()).find("question"), {loss.field for loss in lost}


def placed(kind, content, response):
    """A response by the places of what it names."""
    if kind in ("single_choice", "multiple_response"):
        chosen = [response] if isinstance(response, str) else response or []
        return [place for place, option in enumerate(content.options) if option.id in chosen]
    if kind == "ordering":
        return [content.ids.index(name) for name in response or ()]
    if kind == "matching":
        rows = [pair.choice_id for pair in content.pairs] + [one.id for one in content.distractors]
        given = [(response or {}).get(pair.id) for pair in content.pairs]
        return [None if choice is None else rows.index(choice) for choice in given]
    if kind in ("gap_select", "drag_words"):
        words = [word.id for word in content.choices]
        given = [(response or {}).get(gap) for gap in content.shown]
        return [None if word is None else words.index(word) for word in given]
    if kind == "cloze":
        gaps = content.shown.items()
        return [placed(gap.type, gap.content, (response or {}).get(name)) for name, gap in gaps]
    return response


#: What is lost of a question where its marks may be others in Moodle.
OF_MARKS = {"scoring", "answers", "options", "gaps", "interchangeable", "unit", "fold", "typo"}


@pytest.mark.parametrize("asked, response", [*cases()])
def test_a_mark_is_moodles_or_a_loss_says_that_it_is_not(asked, response):
    element, lost = in_moodle(asked)
    answer = placed(asked.type, asked.content, response)
    if element is None or (asked.type == "ordering" and len(answer) < len(asked.content.items)):
        return  # Moodle's orderings are always whole
    ours = asked.score(response).fraction
    assert lost & OF_MARKS or abs(mark(element, answer) - ours) < Fraction(1, 100_000), (
        mark(element, answer),
        ours,
    )
