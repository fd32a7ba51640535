"""Moodle's embedded answers as a text file."""

from fractions import Fraction
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quiz.errors import QuizError
from quiz.formats import formats, recognise
from quiz.formats.base import Source, Unwritable
from quiz.formats.conversion import Reading, Report
from tests.effort import within
from tests.formats.samples import read, written
from tests.kernel.questions import question

CLOZE = formats()["cloze-text"]
FILE = """Read the declaration first.

The SCO was founded in {1:MULTICHOICE:=Shanghai#Yes~%-33.33333%Astana~Tehran} in {2:NUMERICAL:=2001}.

It has {1:SA:=ten} members.

---

Its spirit is called {1:SA:=Shanghai Spirit~%50%*spirit*}
and has {1:NM:=6:0.5} elements.
"""


def test_a_line_of_hyphens_parts_questions():
    found, report = read(CLOZE, FILE.encode())
    assert (report.errors, report.read) == ([], 2)
    assert [one.prompt for one in found] == ["Read the declaration first.", "Fill in the gaps."]
    assert [one.points for one in found] == [4, 2]
    assert found[0].content.text.partition("\n\n")[2] == "It has [[3]] members."
    assert found[0].content.gaps["1"].content.options[1].credit == Fraction(-1, 3)
    assert not found[0].shuffle
    content, lost = written(CLOZE, found)
    assert [*lost.values()] == [[], ["questions"]]
    assert read(CLOZE, content)[0] == found
    assert recognise(FILE.encode(), "x.txt") == CLOZE


def test_what_nobody_would_take_for_a_gap_stays_text():
    found, _ = read(CLOZE, b"Set {1, 2} and {1:LONG:=x}: {:SA:=y}")
    assert found[0].content.text == "Set {1, 2} and {1:LONG:=x}: [[1]]"


@pytest.mark.parametrize(
    "text, said",
    [
        ("No gap here.", "line 1: there is no gap"),
        ("A\n---\n{1:SA:=x", "line 3: the gap {1:SA: has no end"),
        ("{1:SA:=a} and {1:SA:=b", "has no end"),
        ("\n\n{1:NM:=six}", "line 3: 'six'"),
        ("\nA {1:SA:=x}\n\nand {1:NM:=six}", "line 4: 'six'"),
        ("{0:SA:=x}", "counts nothing"),
        ("{1:MC:=x}", "fewer than two answers"),
        ("{1:SA:}", "has no answer"),
        ("{1:SA:six}", "has no answer"),
        ("{1:NM:=*}", "has no answer"),
        (
            "{1:SA:=a}\n{1:shortanser:=b}",
            "line 2: there is no gap of the kind shortanser, did you mean 'SHORTANSWER'?",
        ),
        ("{1:MC:a~b}", "no answer of a choice is right – write = in front of it"),
        ("{1:MR:a~b}", "no answer of a choice is right – write = in front of it"),
    ],
)
def test_a_wrong_gap_says_where(text, said):
    found, report = read(CLOZE, text.encode())
    assert found == []
    assert any(said in f"{error['where']}: {error['message']}" for error in report.errors)


def test_characters_that_mean_something_are_written_as_entities():
    found, _ = read(CLOZE, rb"{1:SA:=a \} \# \~ &amp; b}")
    assert found[0].content.gaps["1"].content.answers[0].text == "a } # ~ & b"
    content, _ = written(CLOZE, found)
    assert content == b"{1:SHORTANSWER:=a &#125; &#35; &#126; &#38; b}\n"
    assert read(CLOZE, content)[0] == found


@pytest.mark.parametrize(
    "others, lost", [("~*", []), ("~%0%*", []), ("~*#No.", ["answers"]), ("~%20%*", ["answers"])]
)
def test_any_other_number_is_a_loss_where_something_is_given_or_said_for_it(others, lost):
    source = Source(BytesIO(f"{{1:NM:=6{others}}}".encode()), "x.cloze")
    (found,) = Reading(CLOZE, source, Report("x", "cloze-text"), "b")
    assert [loss.field for loss in found.losses] == lost


GAP = {"1": {"type": "short_text", "answers": ["x"]}}


@pytest.mark.parametrize(
    "fields",
    [
        {"prompt": "Write {1:SA:=x} so.", "text": "[[1]]"},
        {"text": "Text such as [\\[2]] and [[1]]"},
        {"text": "[See](https://example.org/[[1]])"},
    ],
)
def test_a_text_whose_gaps_would_not_be_ours_is_not_written(fields):
    told = question("cloze", {**fields, "gaps": GAP})
    with pytest.raises(Unwritable, match="take for a gap"):
        written(CLOZE, [told])


def test_gaps_that_would_be_worth_more_than_a_question_are_not_written():
    two = {"1": {**GAP["1"], "weight": "0.12345678901"}, "2": GAP["1"]}
    with pytest.raises(Unwritable, match="small whole numbers"):
        written(CLOZE, [question("cloze", {"text": "[[1]] [[2]]", "gaps": two})])


def test_white_space_in_front_of_a_text_is_no_paragraph_and_mathematics_no_plain_text():
    fields = {"prompt": "Fill in.", "text_format": "plain", "gaps": GAP}
    plain = question("cloze", {**fields, "text": "\n\nIt is [[1]]."})
    content, lost = written(CLOZE, [plain])
    assert (content, lost[plain.id]) == (b"Fill in.\n\nIt is {1:SHORTANSWER:=x}.\n", [])
    told = question("cloze", {**fields, "text": "It is $$ x [[1]]."})
    assert written(CLOZE, [told])[1][told.id] == ["text_format"]
    assert read(CLOZE, written(CLOZE, [told])[0])[0][0].text_format == "html"


def test_a_text_of_line_breaks_is_parted_at_once():
    with within(millions=20):
        ((one,), _) = read(CLOZE, b"a<br /><br />" * 10_000 + b"{1:SA:=x}")
        assert one.content.text == "[[1]]"


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [*FILE.split(" "), "{1:", "MC:", "}", "~", "#", "\\", "%", "\n\n", "[[1]]", "&amp;", "<p>"]
        ),
        max_size=30,
    )
)
def test_no_mixture_of_its_marks_raises_anything_else(words):
    try:
        found, _ = read(CLOZE, "".join(words).encode())
        written(CLOZE, found)
    except QuizError:
        return
