"""H5P, Blackboard's text file and Markdown quizzes as other programs write them."""

import json
import re
import sqlite3
import string
import sys
from contextlib import closing
from html import unescape
from io import BytesIO

import pytest
from openpyxl import Workbook
from text2qti.config import Config
from text2qti.markdown import Markdown
from text2qti.quiz import Quiz

from quiz.banks.model import Bank
from quiz.errors import Invalid, TooLarge
from quiz.files.archive import Archive, pack
from quiz.files.encodings import text_of
from quiz.files.richtext import Html, to_text
from quiz.formats import get, recognise
from quiz.formats._moodle import as_markdown
from quiz.formats.base import HEAD_BYTES, Source, Unwritable
from quiz.formats.conversion import Reading, Report
from quiz.formats.text2qti.markup import in_ours, of_html, of_markdown, of_plain
from tests.effort import within
from tests.formats.samples import is_written, read, samples, written
from tests.kernel.questions import question
from tests.pictures import png, svg

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


def h5p(library, params, **head):
    """The questions of an H5P package, each with the fields lost of it, and those lost of the whole."""
    told = {"title": "T", "mainLibrary": library, **head}
    files = {"h5p.json": told, "content/content.json": params}
    content = pack({name: json.dumps(value).encode() for name, value in files.items()})
    report = Report("x", "h5p")
    found = [*Reading(get("h5p"), Source(BytesIO(content), "x.h5p"), report, "b")]
    return [(one.question, [loss.field for loss in one.losses]) for one in found], report


ANSWERS = [{"text": "A", "correct": True}, {"text": "B", "correct": True}, {"text": "C", "correct": False}]


@pytest.mark.parametrize(
    "behaviour, answers, type, scoring, points, lost",
    [
        ({"type": "auto"}, ANSWERS[1:], "single_choice", "credit", 1, []),
        ({}, ANSWERS[1:], "single_choice", "credit", 1, []),
        ({"type": "multi", "singlePoint": False}, ANSWERS[1:], "multiple_response", "right_minus_wrong", 1, []),
        ({"type": "auto", "singlePoint": False}, ANSWERS, "multiple_response", "right_minus_wrong", 2, []),
        # where nothing is said H5P itself gives one point, and keeps the order
        ({}, ANSWERS, "multiple_response", "all_or_nothing", 1, []),
        ({"type": "single"}, ANSWERS, "single_choice", "credit", 1, []),
        ({"singlePoint": True}, ANSWERS, "multiple_response", "all_or_nothing", 1, []),
        ({"singlePoint": True, "passPercentage": 50}, ANSWERS, "multiple_response", "all_or_nothing", 1, ["scoring"]),
    ],
)  # fmt: skip
def test_a_choice_of_h5p_scores_as_it_does_there(behaviour, answers, type, scoring, points, lost):
    params = {"question": "Q?", "answers": answers, "behaviour": behaviour}
    ((found, named),), _ = h5p("H5P.MultiChoice", params)
    assert (found.type, found.scoring, found.points, named) == (type, scoring, points, lost)
    assert not found.shuffle
    content, lost_again = written(get("h5p"), [found])
    assert read(get("h5p"), content)[0][0].dump() == found.dump()
    assert list(lost_again.values()) == [[]]


def test_blanks_of_h5p_give_a_point_each_and_mind_capitals():
    behaviour = {"acceptSpellingErrors": True}
    params = {"text": "Fill.", "questions": ["<p>In *Shanghai* in *2001*.</p>"], "behaviour": behaviour}
    ((found, named),), _ = h5p(
        "H5P.Blanks", {**params, "overallFeedback": [{"from": 0, "to": 100, "feedback": "So."}]}
    )
    assert (found.points, named) == (2, ["gaps"])
    assert found.dump()["feedback"] == {"right": "So.", "partly": "So.", "wrong": "So."}
    assert all(gap.content.case_sensitive for gap in found.content.gaps.values())


def test_tags_in_a_blank_of_h5p_are_none_of_its_answers():
    """The slash of a closing tag parted two answers."""
    params = {"questions": ["<p>*<strong>Paris</strong>/6 &lt; 7:<em>a</em> tip*</p>"]}
    ((found, lost),), _ = h5p("H5P.Blanks", params)
    answers = found.dump()["gaps"]["1"]["answers"]
    assert ([one["text"] for one in answers], lost) == (["Paris", "6 < 7"], ["hints"])


def test_what_a_site_writes_of_h5p_is_kept_words_picture_order_and_feedback():
    told = [(0, 0, "None."), (1, 99, "Some."), (100, 100, "That&#039;s all.")]
    params = {
        "question": "<p>Which?</p>", "answers": ANSWERS, "behaviour": {"type": "multi", "singlePoint": False},
        "overallFeedback": [{"from": low, "to": high, "feedback": text} for low, high, text in told],
        "media": {"type": {"library": "H5P.Image 1.1", "params": {"file": {"path": "images/a.png"}, "alt": "&quot;A&quot;"}}},
    }  # fmt: skip
    dragged = {
        "taskDescription": "Drag",
        "textField": "It&#039;s *6 &lt; 7* [[x]]",
        "distractors": "*don&#039;t*",
    }
    inner = [
        {"library": "H5P.MultiChoice 1.16", "params": params},
        {"library": "H5P.DragText 1.10", "params": dragged, "metadata": {"title": "Bob&#039;s"}},
    ]
    content = pack({
        "h5p.json": json.dumps({"title": "T&#039;s", "mainLibrary": "H5P.QuestionSet"}).encode(),
        "content/content.json": json.dumps({"questions": inner}).encode(),
        "content/images/a.png": png(),
    })  # fmt: skip
    reading = Reading(get("h5p"), Source(BytesIO(content), "x.h5p"), Report("x", "h5p"), "b")
    one, two = reading
    assert (reading.bank.title, two.question.name) == ("T's", "Bob's")
    assert one.question.prompt == '<p><img src="images/a.png" alt="&quot;A&quot;"></p>\n<p>Which?</p>'
    assert (one.files, one.question.shuffle) == ({"images/a.png": png()}, False)
    assert one.question.dump()["feedback"] == {"right": "That's all.", "partly": "Some.", "wrong": "None."}
    assert two.question.content.text == "It's [[1]] &#91;[x]]"
    assert [word.text for word in two.question.content.choices] == ["6 &lt; 7", "don't"]
    asked = [each.question for each in (one, two)]
    again, lost = written(get("h5p"), asked)
    assert [each.dump() for each in read(get("h5p"), again)[0]] == [
        each.dump() | {"prompt": each.prompt.replace("a.png", "a.svg")} for each in asked
    ]
    assert [*lost.values()] == [[], []]


def test_questions_within_other_content_of_h5p_are_found_and_what_is_none_is_told():
    truth = {"library": "H5P.TrueFalse 1.8", "params": {"question": "Q?", "correct": "true"}}
    single = {
        "choices": [{"question": "W?", "answers": ["A", "B"]}, {"question": "V?", "answers": ["C", "D"]}]
    }
    held = [
        truth,
        {"library": "H5P.SingleChoiceSet 1.11", "params": single},
        {"library": "H5P.AdvancedText 1.1", "params": {"text": "<p>Read.</p>"}},
        {"library": "H5P.Accordion 1.0", "params": {"panels": [truth]}},
        {"library": "H5P.Image 1.1", "params": {}},
        {"library": "H5P.Summary 1.8", "params": {"summaries": [{"tip": ""}]}},
    ]
    column = {"library": "H5P.Column 1.16", "params": {"content": [{"content": one} for one in held]}}
    found, report = h5p("H5P.InteractiveBook", {"chapters": [column]})
    assert [one.type for one, _ in found] == ["true_false", "single_choice", "single_choice", "description"]
    assert [bool(option.correct) for option in found[2][0].content.options] == [True, False]
    assert [(told["where"], told["kind"]) for told in report.unsupported] == [("item 5", "H5P.Accordion")]


def test_what_a_set_of_choices_of_h5p_says_to_ranges_is_lost_of_each_and_looked_for_once():
    choices = [{"question": f"W{n}?", "answers": ["A", "B"]} for n in range(3000)]
    silent = [{"from": n % 101, "to": 100, "feedback": ""} for n in range(6000)]
    with within(millions=60):  # it takes 20, and took 100
        found, _ = h5p("H5P.SingleChoiceSet", {"choices": choices, "overallFeedback": silent})
        assert [lost for _, lost in found if lost] == []
    ranges = [*silent, {"from": 0, "to": 100, "feedback": "Done."}]
    found, _ = h5p("H5P.SingleChoiceSet", {"choices": choices[:2], "overallFeedback": ranges})
    assert [lost for _, lost in found] == [["feedback"], ["feedback"]]


def test_a_package_of_h5p_may_lie_in_a_folder_of_its_archive():
    """Somebody looked into it, and packed the folder again."""
    params = {
        "question": "Q?",
        "media": {"type": {"params": {"file": {"path": "images/a.png"}, "alt": "A"}}},
    }
    files = {
        "mine/content/h5p.json": b"[]",
        "mine/h5p.json": json.dumps({"title": "T", "mainLibrary": "H5P.TrueFalse"}).encode(),
        "mine/content/content.json": json.dumps(params).encode(),
        "mine/content/images/a.png": png(),
    }
    found, report = read(get("h5p"), pack(files))
    assert ([one.type for one in found], report.losses) == (["true_false"], [])
    assert "images/a.png" in found[0].prompt


def test_a_statement_of_h5p_is_true_where_nothing_is_said():
    """The library takes it so, whose author left the choice as it stood."""
    answers = [h5p("H5P.TrueFalse", {"question": "Q?", **told})[0][0][0].content.answer
               for told in ({}, {"correct": "true"}, {"correct": "false"})]  # fmt: skip
    assert answers == [True, True, False]


def test_what_a_set_of_h5p_says_around_its_questions_is_a_loss():
    inner = {"library": "H5P.TrueFalse 1.8", "params": {"question": "Q?", "correct": "true"}}
    params = {"introPage": {"introduction": "Welcome"}, "questions": [inner]}
    reading = Reading(get("h5p"), Source(BytesIO(pack({
        "h5p.json": json.dumps({"title": "T", "mainLibrary": "H5P.QuestionSet"}).encode(),
        "content/content.json": json.dumps(params).encode(),
    })), "x.h5p"), report := Report("x", "h5p"), "b")  # fmt: skip
    assert len([*reading]) == 1
    assert [(loss["field"], "Welcome" in loss["detail"]) for loss in report.losses] == [("questions", True)]


def test_a_number_of_blackboard_may_have_commas_between_thousands():
    found, _ = read(get("blackboard"), b"NUM\tHow many birds?\t10,000\t1,000.5\r\nNUM\tHow long?\t10,5")
    assert [str(one.content.answers[0]) for one in found] == ["10000 (8999.5 … 11000.5)", "10.5"]


def test_cells_of_blackboard_that_a_spreadsheet_has_quoted_lose_their_quotation_marks():
    rows = 'MC\t"What, ""this""?"\t"a, b"\tcorrect\tc\tincorrect\nTF\tQ?\ttrue\n'
    one, _ = read(get("blackboard"), rows.encode())[0]
    assert (one.prompt, one.content.options[0].text) == ('What, "this"?', "a, b")
    typed = read(get("blackboard"), (rows + 'FIB\tWho said it, then?\t"So, yes"\n').encode())[0]
    assert typed[2].content.answers[0].text == '"So, yes"'
    said = question("essay", {"model_answer": '"So, yes"'})
    (found,) = read(get("blackboard"), written(get("blackboard"), [said])[0])[0]
    assert to_text(Html(found.content.model_answer)) == '"So, yes"'
    with pytest.raises(Unwritable):
        written(get("blackboard"), [question("short_text", {"answers": ['"So, yes"']})])


def test_cells_of_blackboard_behind_the_last_that_means_something_are_told():
    text = b"NUM\tQ?\t3\t0.1\tkg\t\nTF\tQ?\ttrue\tbecause\nESS\tQ?\tSo.\t\t\n"
    found = Reading(get("blackboard"), Source(BytesIO(text), "x"), Report("x", "blackboard"), "b")
    assert [[loss.detail for loss in one.losses] for one in found] == [
        ["NUM has no 'kg'"],
        ["TF has no 'because'"],
        [],
    ]


def test_a_line_of_blackboard_may_be_as_long_as_it_likes():
    (found,), _ = read(get("blackboard"), b"ESS\t" + b"x" * 140_000)
    assert len(found.prompt) == 140_000


def test_a_star_is_a_star_in_blackboard():
    (found,), _ = read(get("blackboard"), b"FIB\tTwice x?\t2*x")
    assert found.content.answers[0].text == r"2\*x"
    asked = question("short_text", {"answers": [r"2\*x", "two*"]})
    content, lost = written(get("blackboard"), [asked])
    assert (content, lost) == (b"FIB\tWhat is <em>it</em>?\t2*x\r\n", {"q": ["answers"]})


def test_blanks_of_blackboard_are_gaps():
    line = "FIB_PLUS\tThe [x] of [y], see [z].\tx\tSCO\tOrganisation\t\ty\tShanghai\r\n"
    (found,), report = read(get("blackboard"), line.encode())
    assert report.errors == []
    assert found.content.text == "The [[1]] of [[2]], see [z]."
    assert [[one.text for one in gap.content.answers] for gap in found.content.gaps.values()] == [
        ["SCO", "Organisation"],
        ["Shanghai"],
    ]
    content, _ = written(get("blackboard"), [found])
    assert read(get("blackboard"), content)[0][0].content == found.content
    line = "JUMBLED_SENTENCE\tThe [a] flows into the [b].\tOb\ta\t\tKara Sea\tb\t\tAral Sea"
    (found,), _ = read(get("blackboard"), line.encode())
    assert [one.text for one in found.content.choices] == ["Ob", "Kara Sea", "Aral Sea"]
    assert (found.type, found.content.text) == ("gap_select", "The [[1]] flows into the [[2]].")
    content, _ = written(get("blackboard"), [found])
    assert read(get("blackboard"), content)[0][0].content == found.content
    _, report = read(get("blackboard"), b"FIB_PLUS\tThe [q].\tx\ty\n")
    assert "[x]" in report.errors[0]["message"]


def test_blanks_of_blackboard_that_are_called_like_words_or_like_our_marks_stay_what_they_are():
    line = "JUMBLED_SENTENCE\t[[1]]: [a] cat, [an] owl\ta\ta\t\tan\tan\t\tthe"
    (found,), _ = read(get("blackboard"), line.encode())
    assert (found.content.text, found.content.gaps) == (
        "&#91;[1]]: [[1]] cat, [[2]] owl",
        {"1": "1", "2": "2"},
    )


def test_plain_text_is_html_in_blackboard_but_for_what_is_typed():
    asked = question(
        "cloze",
        {"text": "a < b: [[b1]]", "gaps": {"b1": {"type": "short_text", "answers": ["<i>"]}}},
        prompt="<p>?",
        text_format="plain",
    )
    content, lost = written(get("blackboard"), [asked])
    assert (content, lost) == (
        b"FIB_PLUS\t<p>&lt;p&gt;?</p> a < b: [b1]\tb1\t<i>\r\n",
        {"q": []},
    )


@pytest.mark.parametrize("cells", ["x\tA\t\tx\tB\t\ty\tC", "x\tA\t\ty"])
def test_a_blank_of_blackboard_without_answers_or_with_two_sets_of_them_is_wrong(cells):
    _, report = read(get("blackboard"), f"FIB_PLUS\tThe [x] of [y].\t{cells}".encode())
    assert [error["message"][:12] for error in report.errors] == ["a blank has "]


QUIZ = """quiz title: T
quiz description: On the founding
COMMENT
1. hidden
END_COMMENT
```{.python .run}
print("1. Not run")
```
title: N
points: 2
1. Which?
... In general
! As follows
*a) x
b) y

GROUP
Pick: 1
2. Boxes
[*] a
[] b
END_GROUP
"""


def test_a_markdown_quiz_is_read_with_every_word_of_its_syntax():
    source = Source(BytesIO(QUIZ.encode()), "x")
    reading = Reading(get("text2qti"), source, report := Report("x", "text2qti"), "b")
    one, two = (found.question for found in reading)
    assert (one.name or one.id, one.points, one.explanation) == ("N", 2, "In general\n\nAs follows")
    assert len(two.content.options) == 2
    assert [(told["where"], told["kind"]) for told in report.unsupported] == [
        ("line 6", "code that is to be run")
    ]
    assert [loss["field"] for loss in report.losses] == ["questions", "title"]


@pytest.mark.parametrize(
    "type, content, more, lost",
    [
        ("numerical", {"answers": [{"value": "2.5", "feedback": "Yes."}]}, {}, ["answers"]),
        (
            "numerical",
            {"answers": [{"value": "8", "tolerance": "0.1", "tolerance_type": "geometric"}]},
            {},
            ["answers", "answers"],
        ),
        ("short_text", {"answers": [{"text": "Shanghai", "feedback": "Yes."}]}, {}, ["answers"]),
        ("essay", {}, {"feedback": {"right": "Thanks."}}, ["feedback"]),
        ("essay", {}, {"points": "1/3"}, ["points"]),
        ("short_text", {"answers": ["Shang*", "SCO"]}, {}, ["answers"]),
        ("multiple_response", {"options": [{"text": "a", "correct": True}, "b", "c"]}, {}, ["scoring"]),
    ],
)
def test_text2qti_takes_what_its_syntax_is_narrow_about(type, content, more, lost):
    asked = question(type, content, **more)
    made, named = written(get("text2qti"), [asked])
    Quiz(made.decode(), config=Config())
    assert named == {"q": lost}


PARAGRAPHS = "# A\n\ntext in\ntwo lines\n\n    code % 2\n\n- a list\n  - in it\n\nCOMMENT"


def test_a_markdown_quiz_keeps_paragraphs_code_and_lists():
    """As text2qti itself takes them."""
    asked = [
        question(
            "single_choice",
            {"options": [{"text": PARAGRAPHS, "correct": True, "feedback": PARAGRAPHS}, {"text": "b"}]},
            prompt=PARAGRAPHS,
            explanation=PARAGRAPHS,
        ),
        question("description", {}, id="r", prompt=PARAGRAPHS),
    ]
    content, lost = written(get("text2qti"), asked)
    assert lost == {"q": [], "r": []}
    text, theirs = [*reversed(Quiz(content.decode(), config=Config()).questions_and_delims)]
    told = (
        theirs.question_raw,
        theirs.choices[0].choice_raw,
        theirs.choices[0].feedback_raw,
        theirs.feedback_raw,
    )
    assert (*told, text.text_raw) == (PARAGRAPHS,) * 5
    one, other = read(get("text2qti"), content)[0]
    ours = (one.prompt, one.content.options[0].text, one.content.options[0].feedback, one.explanation)
    assert (*ours, other.prompt) == (PARAGRAPHS,) * 5


def test_questions_of_a_group_of_a_markdown_quiz_have_its_points():
    text = "GROUP\nPoints per question: 3\n1. A?\n*a) b\nb) c\nEND_GROUP\n2. A?\n*a) b\nb) c\n"
    assert [one.points for one in read(get("text2qti"), text.encode())[0]] == [3, 1]


NARROW = r"""Quiz Description: D
1. Wet?
a) False
... No.
*b) True
2. Twice x?
*  2*x
3. A thousand?
![](p.png){width=9} \si{m}
= 1_000 +- 5 %
4. Both?
[*] a
*b) c
5. Which?
*a) b
c) d
loose
"""


def test_a_markdown_quiz_is_taken_as_its_own_program_takes_it_and_brings_its_pictures(tmp_path):
    (tmp_path / "p.png").write_bytes(png())
    report = Report("x", "text2qti")
    source = Source(BytesIO(NARROW.encode()), "x", tmp_path)
    one, two, three = Reading(get("text2qti"), source, report, "b")
    assert (one.question.type, one.question.content.answer) == ("true_false", True)
    assert one.question.content.feedback_false == "No."
    assert two.question.content.answers[0].text == r"2\*x"
    assert written(get("text2qti"), [two.question])[0].endswith(b"*   2*x\n\n")
    assert three.question.content.answers[0].bounds == (950, 1050)
    assert (three.question.prompt.split("\n")[1][:19], three.files) == (
        "![](images/p.png) \\",
        {"images/p.png": png()},
    )
    assert [loss.field for loss in three.losses] == ["text_format"]
    folder = tmp_path / "other"
    content, lost = written(get("text2qti"), [three.question], folder)
    assert (lost, (folder / "images/p.png").is_file()) == ({three.question.id: []}, True)
    again, _ = read(get("text2qti"), content, folder=folder)
    assert again[0].prompt == three.question.prompt.replace("p.png", "p.svg")  # as its content says
    assert [(told["where"], told["message"][:20]) for told in report.errors] == [
        ("line 11", "its answers are of s"),
        ("line 14", "'loose' belongs to n"),
    ]
    assert {loss["field"] for loss in report.losses} == {"title", "images"}


@pytest.mark.parametrize(
    "text, where, begins",
    [
        ("1. Q?\n*a) b\nb) c\nCOMMENT\n2. R?\n*a) b\nb) c\n", "line 4", "what begins here does not end"),
        ("1. Q?\n*a) b\nb) c\n````{.python .run}\n2. R?\n```\n", "line 4", "what begins here does not end"),
        ("1. Q?\n... x\n... y\n____\n2. Q?\n____\n", "line 1", "'... y' is a second feedback"),
        ("1. Q?\n*a) b\n... x\n... y\nb) c\n2. Q?\n____\n", "line 1", "'... y' is a second feedback"),
        ("1. Q?\n- x\n- y\n____\n2. Q?\n____\n", "line 1", "'- y' is a second feedback"),
    ],
)  # fmt: skip
def test_what_a_markdown_quiz_would_lose_of_itself_is_told(text, where, begins):
    found, report = read(get("text2qti"), text.encode())
    (fault,) = report.errors
    assert (len(found), fault["where"], fault["message"][: len(begins)]) == (1, where, begins)


@pytest.mark.parametrize(
    "cell, words",
    [("300", {"max": 300}), ("100..300", {"min": 100, "max": 300}), ("100 ..", {"min": 100}), ("", None)],
)
def test_a_sheet_says_how_long_an_essay_is_to_be_and_what_a_good_one_says(cell, words):
    format = get("csv")
    (one,), report = read(format, f"prompt,type,words,model answer\nWhy?,essay,{cell},So.\n".encode())
    assert report.errors == []
    assert (one.dump().get("words"), one.content.model_answer) == (words, "So.")
    assert [again.dump() for again in read(format, written(format, [one])[0])[0]] == [one.dump()]


def test_a_length_of_an_essay_that_is_no_number_is_told():
    (fault,) = read(get("csv"), b"prompt,type,words\nWhy?,essay,a page\n")[1].errors
    assert "words" in fault["message"]


def test_feedback_below_an_essay_of_a_markdown_quiz_and_words_like_true_are_kept():
    text = b"1. Q?\n____\n... So.\n2. Which?\n*a) true()\nb) false()\n"
    essay, choice = read(get("text2qti"), text)[0]
    assert essay.explanation == "So."
    assert [one.text for one in choice.content.options] == ["true()", "false()"]


def test_plain_text_is_markdown_in_a_markdown_quiz_and_what_it_loses_is_told():
    asked = question(
        "single_choice",
        {"options": [{"text": "2*3*4", "correct": True}, {"text": "<i>"}]},
        prompt="    Which\nlines?",
        explanation="So.",
        text_format="plain",
    )
    content, lost = written(get("text2qti"), [asked])
    (found,) = read(get("text2qti"), content)[0]
    assert [to_text(one.text) for one in found.content.options] == ["2*3*4", "<i>"]
    assert (found.explanation, lost) == ("So.", {"q": ["text_format", "prompt"]})


@pytest.mark.parametrize("name", ["text2qti", "blackboard"])
def test_a_number_that_is_rounded_is_told(name):
    asked = question("numerical", {"answers": [{"value": "1.00000000000000001"}]})
    assert "answers" in written(get(name), [asked])[1]["q"]


# Sheets ----------------------------------------------------------------------------------------------------------------


def test_a_workbook_with_kahoots_columns_is_kahoots():
    content, _lost = written(get("kahoot"), [question("true_false", {"answer": True})])
    assert recognise(content[:HEAD_BYTES], "k.xlsx").name == "xlsx"
    (found,) = read(get("xlsx"), content)[0]
    assert found.content.answer is True


def test_a_column_that_there_is_not_is_told_with_those_that_there_are():
    with pytest.raises(
        Invalid, match=r"row 1: there is no column 'solution'.* – the columns are id, type, .*right, option A"
    ):
        read(get("csv"), b"prompt,option A,solution\nx,y,A\n")
    (fault,) = read(get("csv"), b"prompt,option A,option B,right\nx,y,z,00000000100\n")[1].errors
    assert "'00000000100' names an option that is not there" in str(fault)


def workbook(*sheets):
    """A workbook of sheets, each a name and rows."""
    made = Workbook()
    made.remove(made.active)
    for name, rows in sheets:
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    target = BytesIO()
    made.save(target)
    return target.getvalue()


def shown(content, name):
    """Each question of a sheet with its right answer, the faults by row, and the fields lost of the whole."""
    found, report = read(get(name), content)
    faults = {one["where"]: one["message"] for one in report.errors}
    asked = [(one.type, one.kind.right_answer(one.content)) for one in found]
    return asked, faults, [one["field"] for one in report.losses]


def test_sheets_of_other_programs_are_read_by_the_names_of_their_columns():
    head = [
        "Question Text",
        "Question Type",
        "Option 1",
        "Option 2",
        "Option 3",
        "Correct Answer",
        "Time in seconds",
        "Image Link",
    ]
    rows = [
        ["What is asked (required)", "The type", "(required)"],
        ["P?", "Multiple Choice", "a", "b", None, 2, 30, "https://x.example/a.png"],
        ["Q?", "Checkbox", "a", "b", "c", 1.3],  # 1,3 where a comma is decimal
        ["2*2?", "Fill-in-the-Blank", "4*", "four"],
        ["R?", "Poll", "a", "b"],
        ["S?", None, "a", "b"],
        ["T?", None, "a", "b", None, 3],
    ]  # fmt: skip
    asked, faults, lost = shown(workbook(("Quiz", [head, *rows]), ("Notes", [["Read"]])), "xlsx")
    assert asked == [("single_choice", "b"), ("multiple_response", "a; c"), ("short_text", "4*")]
    assert list(faults) == ["Quiz, row 7", "Quiz, row 8"]
    assert ["letters or numbers" in message for message in faults.values()] == [True, True]
    assert lost == ["minutes", "images", "questions"]
    text = '"A template",,,,\r\nQuestion #,Question Text,Answer 1,"Answer 2\n(Optional)","Correct Answer(s)\n(Only #)"\r\n'
    asked, faults, lost = shown(
        f'{text}1,"A, b?",True,False,2\r\n2,C?,x,y,"1,2"\r\n3,,,,\r\n'.encode(), "csv"
    )
    assert (asked, faults, lost) == ([("true_false", "False"), ("multiple_response", "x; y")], {}, [])
    text = (
        b"Question,Correct Answer,Incorrect Answer 1,Incorrect Answer 2\nP?,Paris,Rome,Bonn\nQ?,Bonn,Rome,\n"
    )
    assert shown(text, "csv") == ([("single_choice", "Paris"), ("single_choice", "Bonn")], {}, [])


def test_a_sheet_as_teachers_type_it_names_options_by_their_letters():
    head = ["Question", "Type", "A", "B)", "Answer C", "Key", "Points", "Feedback"]
    rows = [
        ["P?", None, "x", "y", "z", "B", 1.5, "Look again."],
        ["Q?", "True/False", None, None, None, "TRUE "],
        ["R?", "Multiple choice", "x", "y", "z", "A,C"],
        ["S?", None, "x", "y", None, "A", "one"],
        ["T?", None, None, None, None, "1,5"],
    ]
    content = workbook(("Quiz", [["Class 7b"], head, *rows]))
    asked, faults, lost = shown(content, "xlsx")
    assert asked == [("single_choice", "y"), ("true_false", "True")]
    assert read(get("xlsx"), content)[0][0].explanation == "Look again."
    assert lost == []
    assert faults == {
        "row 5": "right: 'A,C' names several options – name one, or write multiple_response as the type",
        "row 6": "points: 'one' is no number – write one such as 1.5",
        "row 7": "the type is missing – write it into the column type, or options into option A, option B …",
    }


def test_a_sheet_from_a_spreadsheet_of_another_country_is_read():
    text = (
        "sep=;\nMy quiz\nprompt;type;Option A;option b;right;credit A\n"
        "Was; ist?;;;;\n"
        '"One; two?";MC;ja;nein;A;\n'
        "N?;numerical;3,14;;;\nM?;numerical;1 000,5;;;\n"
        "T?;;;;ИСТИНА;\nF?;tf;;;faux;\nP?;MA;a;b;;50 %\nK?;numerical;1,000;;;\n"
        "E?;MC;#NAME?;b;B;\nX?;MC;a;b;A;;more\nD?;MC;10;2;2;\nG?;MC;3;2;2;\nH?;MC;Bonn;New York;new york;\n"
    )
    asked, faults, _ = shown(text.encode("utf-8-sig"), "csv")
    assert shown(text.encode("cp1251"), "csv")[0] == asked
    assert [answer for _, answer in asked][:5] == ["ja", "3.14", "1000.5", "True", "False"]
    assert [answer for _, answer in asked][6:] == ["2", "2", "New York"]
    assert {where: message[:30] for where, message in faults.items()} == {
        "row 4": "there is no type 'ist?' in she",
        "row 11": "A: '1,000' can be thousands or",
        "row 12": "C: #NAME? is an error of the s",
        "row 13": "G: 'more' stands below no name",
    }
    assert shown(b"prompt,type,option A,option B,option C,right\nX?,MC,3,1,2,2\n", "csv")[1] == {
        "row 2": "right: '2' is the text of one option and names another – write a letter or number that is no text"
    }
    text = b'Question,Option 1,Option 2,Correct Answer\nX?,"a, b",c,"a, b"\nY?,B,A,A\nZ?,2,3,2\n'
    asked, faults, _ = shown(text, "csv")
    assert (asked, list(faults)) == ([("single_choice", "3")], ["row 2", "row 3"])


def test_a_sheet_says_feedback_to_true_and_false_and_one_word_a_gap_as_it_means_them():
    head = "prompt,type,option A,option B,right,feedback A,feedback B,text,match A,match B\n"
    rows = 'P?,TF,False,True,B,No.,Yes.\nQ?,TF,,,true,Yes.,No.\nR?,TF,True,False,"A, B"\nS?,gap_select,x,y,,,,In [[1]].,1,1\n'
    found, report = read(get("csv"), f"{head}{rows}".encode())
    assert [(one.content.feedback_true, one.content.feedback_false) for one in found] == [("Yes.", "No.")] * 2
    assert [str(error["message"])[:27] for error in report.errors] == [
        "2 options are right – name ",
        "match: the gap 1 has two wo",
    ]


def test_a_text_that_looks_disarmed_already_comes_back_from_csv():
    texts = ["'+'", "''=x", "-f'", "'a' '-b'", "'" * 30_000, "=1"]
    asked = question(
        "single_choice", {"options": [{"text": text, "correct": text == "=1"} for text in texts]}
    )
    content, _ = written(get("csv"), [asked])
    assert [one.text for one in read(get("csv"), content)[0][0].content.options] == texts


@pytest.mark.parametrize("name", ["csv", "xlsx"])
def test_what_a_cell_does_not_hold_is_told(name):
    with pytest.raises(Unwritable, match="more than 32767"):
        written(get(name), [question("essay", {}, prompt="x" * 32_768)])
    answers = [{"value": "1.00000000000000001", "tolerance": "1/3", "tolerance_type": "relative"}]
    for asked, lost in (
        (question("numerical", {"answers": answers}), ["answers"]),
        (question("essay", {}, points="1/23", penalty="1/29"), ["points", "penalty"]),
        (question("essay", {}, points="1/3"), []),
    ):
        assert written(get(name), [asked])[1] == {"q": lost}


@pytest.mark.parametrize("more", ["", "x" * 140_000])
def test_a_quotation_mark_of_a_sheet_that_does_not_end_is_told(more):
    """It took the rest of the file for one cell of its question, or refused all of it."""
    text = f'prompt,type\nP?,essay\nQ?,"essay\nR?,essay\n{more}'
    asked, faults, _ = shown(text.encode(), "csv")
    assert (len(asked), list(faults)) == (1, ["row 3"])


def test_a_cell_of_a_workbook_that_shows_an_error_is_told_in_its_row():
    """It was an empty cell: the question came in with an option less."""
    head = ["prompt", "type", "right", "option A", "option B", "option C"]
    rows = [["P?", "MC", "A", "a", "#NAME?", "c"], ["Q?", "MC", "A", "a", "b", "c"], ["R?", "essay", "#N/A"]]
    asked, faults, lost = shown(workbook(("Quiz", [head, *rows])), "xlsx")
    assert ([type for type, _ in asked], list(faults), lost) == (["single_choice"], ["row 2", "row 4"], [])
    assert faults["row 2"].startswith(
        "E: #NAME? is an error of the spreadsheet – write a text that begins with ="
    )
    assert faults["row 4"].startswith("C: #N/A is an error of the spreadsheet – write the text or number")


def test_a_cell_that_is_merged_over_rows_belongs_to_each_that_says_something():
    """A topic over several rows was that of the first."""
    made = Workbook()
    sheet = made.active
    head = ["topic", "prompt", "right"]
    for row in (
        head,
        ["Seats", "P?", "true"],
        ["", "Q?", "true"],
        [],
        ["", "R?", "false"],
        ["", "S?", "true"],
    ):
        sheet.append(row)
    for merged in ("A2:A5", "B6:B7", "C6:C7", "A9:B40"):
        sheet.merge_cells(merged)
    target = BytesIO()
    made.save(target)
    found, report = read(get("xlsx"), target.getvalue())
    assert ([one.topic for one in found], report.errors) == (["Seats", "Seats", "Seats", ""], [])


def test_merged_cells_that_lie_over_each_other_are_refused():
    packed = Archive(workbook(("Quiz", [["prompt"], *([["x"]] * 900)])))
    parts = {name: packed.read(name) for name in packed.names}
    name = "xl/worksheets/sheet1.xml"
    merged = b"<mergeCells>" + b'<mergeCell ref="A2:A901"/>' * 1500 + b"</mergeCells>"
    parts[name] = parts[name].replace(b"</sheetData>", b"</sheetData>" + merged)
    with pytest.raises(Invalid, match="more than 60 million characters"):
        read(get("xlsx"), pack(parts))


def test_a_cell_of_a_sheet_that_its_question_has_no_place_for_is_told():
    head = "prompt,type,right,option A,option B,match A,match B,feedback A,feedback right\n"
    rows = "P?,essay,Because.,,,,,,Yes.\nQ?,matching,,a,b,x,y,So.,\nR?,short_text,x,,,,,,\n"
    source = Source(BytesIO(f"{head}{rows}".encode()), "x")
    found = [*Reading(get("csv"), source, Report("x", "csv"), "b")]
    assert [[loss.detail for loss in one.losses] for one in found] == [
        ["essay has no 'right'"],
        ["matching has no 'feedback a'"],
        [],
    ]
    held = [one for one in samples(get("csv").writer.types) if is_written(get("csv"), one)]
    content, _ = written(get("csv"), held)
    assert read(get("csv"), content)[1].losses == read(get("csv"), get("csv").template())[1].losses == []


def test_a_sheet_of_many_columns_is_read_at_once():
    with within(millions=100):
        head = ",".join(f"c{number}" for number in range(30_000))
        assert shown(f"Question,Correct,{head}\nP?,true\n".encode(), "csv")[0] == [("true_false", "True")]


NOTHING_ELSE = "prompt,type,option A,option B,right,points,credit A,choose\n"


@pytest.mark.parametrize(
    "cells",
    [
        "numerical,1 ± snan%", "numerical,1e9999999", "numerical,1 ± 1e9999999%", "MC,a,b,,,snan%", "MC,a,b,,,1e9999999%",
        "MA,a,b,A,,,snan", "MA,a,b,A,inf,", f"numerical,1{' ' * 99_000}1", f"numerical,{'+-' * 50_000}%x",
    ],
)  # fmt: skip
def test_what_is_no_number_of_a_sheet_is_told_at_once(cells):
    with within(millions=20):
        (fault,) = shown(f"{NOTHING_ELSE}x,{cells}\n".encode(), "csv")[1].values()
    assert " is no number" in fault


@pytest.mark.parametrize(
    "text", ["snan", "3 +- 1e9999999%", f"[{' ' * 20_000}1", f"{'+-' * 50_000} x", "1,5"]
)
def test_what_is_no_number_of_a_markdown_quiz_is_told_at_once(text):
    with within(millions=20):
        (fault,) = read(get("text2qti"), f"1. Q?\n= {text}\n".encode())[1].errors
    assert " is no number" in fault["message"]


# Anki -------------------------------------------------------------------------------------------------------------------


def test_pictures_of_an_anki_package_come_along_and_gaps_lie_side_by_side():
    fields = [
        "Look: <img src='a b.png'> {{c1::cat::pet}} on {{c2::the {{c3::mat}}}} }} [sound:x.mp3]",
        "<img src=gone.png>more",
    ]
    content = with_notes([fields], {"0": "a b.png"}, {"0": png()})
    report = Report("x", "anki")
    (found,) = Reading(get("anki"), Source(BytesIO(content), "x"), report, "b")
    assert found.question.content.text == "Look: <img src='images/a-b.png'> [[1]] on [[2]] }} "
    assert [gap["answers"][0]["text"] for gap in found.question.dump()["gaps"].values()] == ["cat", "the mat"]
    assert found.question.explanation == "more"
    assert found.files == {"images/a-b.png": png()}
    assert [loss.field for loss in found.losses] == ["sounds", "images", "gaps", "hints"]


def test_formulas_that_anki_leaves_to_latex_are_formulas_and_documents_of_it_are_told():
    fields = [
        "Is [$]x &lt;<br>y[/$] or [$$]z[/$$]? {{c1::yes}}",
        "[latex] $a$ [/latex] [latex]\\cite{b}[/latex]",
    ]
    (found,) = Reading(
        get("anki"), Source(BytesIO(with_notes([fields], {}, {})), "x"), Report("x", "anki"), "b"
    )
    assert found.question.content.text == "Is \\(x &lt; y\\) or \\[z\\]? [[1]]"
    assert found.question.explanation == "\\(a\\) [latex]\\cite{b}[/latex]"
    assert [loss.field for loss in found.losses] == ["text_format"]
    unclosed = "".join(f"[$]{n}[latex]${n}" for n in range(20_000))
    hostile = with_notes([[f"{unclosed}{{{{c1::yes}}}}", ""]], {}, {})
    with within(60):
        read(get("anki"), hostile)


def test_pictures_of_several_folders_stay_apart_in_an_anki_package():
    pictures = {"images/a/b.png": png(shade=10), "images/a-b.png": png(shade=200), "images/b.png": png()}
    target = BytesIO()
    writer = get("anki").writer(target, Bank.load({"bank": "b", "title": "B"}))
    for n, name in enumerate(pictures):
        prompt = {"id": f"q{n}", "prompt": f"![A]({name})"}
        writer.add(question("short_text", {"answers": [{"text": "x"}]}, **prompt), pictures)
    writer.close()
    again = [*Reading(get("anki"), Source(BytesIO(target.getvalue()), "x"), Report("x", "anki"), "b")]
    assert [[*one.files.values()] for one in again] == [[one] for one in pictures.values()]


@pytest.mark.parametrize("name", ["anki", "h5p"])
@pytest.mark.parametrize(
    "more, weight, lost",
    [
        ({}, 1, set()),
        ({"fold": ["accents"]}, 1, {"gaps"}),
        ({"typo": True}, 1, {"gaps"}),
        ({}, 2, {"gaps"}),
    ],
)
def test_what_a_gap_forgives_and_counts_is_told_where_it_is_lost(name, more, weight, lost):
    gaps = {
        "1": {"type": "short_text", "answers": [{"text": "Tashkent"}], **more},
        "2": {"type": "short_text", "answers": [{"text": "Astana"}], "weight": weight},
    }
    asked = question("cloze", {"text": "[[1]], [[2]]", "gaps": gaps}, points=2)
    assert {*written(get(name), [asked])[1][asked.id]} & {"gaps"} == lost
    comes_back = question("cloze", {"text": "[[1]]", "gaps": {"1": gaps["2"]}}, prompt="Fill in.")
    assert "prompt" not in written(get(name), [comes_back])[1][comes_back.id]


@pytest.mark.parametrize("name", ["anki", "h5p"])
def test_an_answer_that_looks_like_the_mark_of_a_gap_stays_an_answer(name):
    gaps = {
        n: {"type": "short_text", "answers": [{"text": text}]} for n, text in {"1": "[[2]]", "2": "y"}.items()
    }
    asked = question("cloze", {"text": "A [[1]] and [[2]]", "gaps": gaps})
    (again,) = read(get(name), written(get(name), [asked])[0])[0]
    assert [gap.content.answers[0].text for gap in again.content.gaps.values()] == ["[[2]]", "y"]


def test_what_is_told_to_an_answer_is_lost_on_a_card():
    asked = question("short_text", {"answers": [{"text": "x", "feedback": "Yes."}]})
    assert "feedback" in written(get("anki"), [asked])[1][asked.id]


def test_a_picture_of_an_anki_package_is_unpacked_once():
    """A large one that every note shows would cost its unpacking for each."""
    package = with_notes([["<img src=a.png> {{c1::x}}"]] * 2, {"0": "a.png"}, {"0": png()})
    reading = Reading(get("anki"), Source(BytesIO(package), "x"), Report("x", "anki"), "b")
    (one, other) = [found.files["images/a.png"] for found in reading]
    assert one is other


def test_gaps_and_pictures_that_never_end_cost_no_more_than_others():
    """Each beginning searched on to the end of the field: for one of 6 kB a quarter of a minute."""
    gaps, pictures = ("".join(f"{begun}{n}::" for n in range(20_000)) for begun in ("{{c", " src='"))
    endless = [f"{gaps}<img {pictures}"]
    (found,) = read(get("anki"), with_notes([endless], {}, {}))[1].errors
    assert "the note has no gap" in str(found)


def test_a_newer_anki_package_is_read_with_decks_pictures_and_long_answers():
    picture = svg(attributes='width="80" height="60"')
    content = newer(
        [
            (1, "B\x1fThe cell", " x ", ["Which?", "<b>Mito*</b> <img alt='cell' src='a.svg'>"], 2),
            (1, "B\x1fThe cell", "", ["Why?", "Since " + "x " * 150], 1),
            (2, "B", "", ["{{c1::\\frac{1}{2} }} [[2]]", "", "more"], 1),
            (3, "B", "", ["{{c1::image-occlusion:rect:left=.1}}", "<img src='a.svg'>"], 1),
            (1, "B", "", ["[sound:a.mp3]", "Yes"], 1),
        ],
        [("a.svg", picture)],
    )
    reading = Reading(get("anki"), Source(BytesIO(content), "x"), report := Report("x", "anki"), "b")
    one, two, three = reading
    assert (reading.bank.title, reading.topics["The-cell"].title) == ("B", "The cell")
    assert [each.question.topic for each in (one, two, three)] == ["The-cell", "The-cell", ""]
    assert (one.question.content.answers[0].text, one.question.tags) == ("Mito\\*", ("x",))
    assert one.question.explanation == "<b>Mito*</b> <img alt='cell' src='images/a.svg'>"
    assert one.files.keys() == {"images/a.svg"}
    assert (two.question.type, len(two.question.content.model_answer)) == ("essay", 305)
    assert three.question.content.text == "[[1]] &#91;[2]]"
    assert three.question.content.gaps["1"].content.answers[0].text == "\\frac{1}{2}"
    assert [[loss.field for loss in each.losses] for each in (one, two, three)] == [
        ["cards"],
        ["answers"],
        ["fields"],
    ]
    assert [(told["where"], told["kind"]) for told in report.unsupported] == [
        ("note 4", "image occlusion"),
        ("note 5", "note of 2 fields, without words in the first two"),
    ]
    asked = [each.question for each in (one, two, three)]
    again = read(get("anki"), written(get("anki"), asked)[0])[0]
    assert [each.dump() for each in again] == [each.dump() for each in asked]


@pytest.mark.parametrize(
    "packed",
    [
        zstd.compress(b"\0" * 26_000_000),
        zstd.compress(b"x" * 1000)[:-1],
        b"no zstd",
        zstd.compress(b"\xff" * 30),
    ],
)
def test_a_newer_anki_package_that_is_broken_or_a_bomb_is_refused(packed):
    good = Archive(newer([(1, "B", "", ["Which?", "This"], 1)]))
    for name in ("collection.anki21b", "media"):
        files = {each: good.read(each) for each in good.names} | {name: packed}
        with pytest.raises((Invalid, TooLarge), match=r"damaged|larger than"):
            read(get("anki"), pack(files))


def newer(notes, media=()):
    """A package of the newer kind: notes of (kind, deck, tags, fields, cards); ``media`` by their numbers."""
    kinds = {1: ("Basic", b""), 2: ("Cloze", b"\x08\x01\x1a\x03css"), 3: ("Occlusion", b"\x08\x01")}
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as made:
        made.create_collation("unicase", lambda one, other: (one > other) - (one < other))
        made.executescript(
            "CREATE TABLE col (models text, decks text);"
            "CREATE TABLE notes (id integer primary key, mid integer, tags text, flds text);"
            "CREATE TABLE cards (id integer primary key, nid integer, did integer, odid integer);"
            "CREATE TABLE notetypes (id integer primary key, name text COLLATE unicase, config blob);"
            "CREATE TABLE decks (id integer primary key, name text COLLATE unicase);"
            "CREATE UNIQUE INDEX by_name ON decks (name);"
        )
        made.executemany("INSERT INTO notetypes VALUES (?,?,?)", [(id, *kind) for id, kind in kinds.items()])
        decks = list(dict.fromkeys(note[1] for note in notes))
        made.executemany("INSERT INTO decks VALUES (?,?)", enumerate(decks, 1))
        for number, (kind, deck, tags, fields, cards) in enumerate(notes):
            made.execute("INSERT INTO notes VALUES (?,?,?,?)", (number, kind, tags, "\x1f".join(fields)))
            for _ in range(cards):
                made.execute("INSERT INTO cards VALUES (NULL,?,9,?)", (number, decks.index(deck) + 1))
        collection = bytearray(made.serialize())
    collection[18:20] = b"\2\2"  # as a database with a log beside it begins
    named = b"".join(_message(1, _message(1, name.encode()) + b"\x10\x05") for name, _ in media)
    files = {str(place): content for place, (_, content) in enumerate(media)}
    packed = {"collection.anki21b": collection, "media": named, **files}
    old = with_notes([["Please update"]], {}, {})
    return pack({**{name: zstd.compress(one) for name, one in packed.items()}, "collection.anki2": old})


@pytest.mark.parametrize(
    "flds, config, name",
    [
        ("AS (printf('%*c', 1000000, 'x'))", "x''", "Basic"),
        ("", "9000000000", "Basic"),
        ("", "x''", "n" * 1001),
    ],
    ids=["worked out", "number for bytes", "endless name"],
)
def test_an_anki_package_of_more_than_it_holds_is_refused(flds, config, name):
    """Columns can be computed, a number of bytes made bytes of zero, a long name given to each note."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as made:
        made.execute("CREATE TABLE col (id integer)")
        made.execute(f"CREATE TABLE notes (id integer primary key, mid integer, tags text, flds text {flds})")
        made.execute("INSERT INTO notes (id, mid, tags) VALUES (1, 1, '')")
        made.execute("CREATE TABLE notetypes (id integer, name text, config blob)")
        made.execute(f"INSERT INTO notetypes VALUES (1, '{name}', {config})")
        content = pack({"collection.anki2": made.serialize()})
    with pytest.raises(Invalid, match="damaged"):
        read(get("anki"), content)


def _message(number, content):
    return bytes([number << 3 | 2, len(content)]) + content


def with_notes(notes, media, files):
    """A package with cloze notes of these fields, as Anki writes it."""
    models = {
        "1": {
            "name": "Cloze",
            "type": 1,
            "flds": [{"name": "Text", "ord": 0}, {"name": "Back Extra", "ord": 1}],
        }
    }
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as made:
        made.execute("CREATE TABLE col (models text)")
        made.execute("CREATE TABLE notes (id integer primary key, mid integer, tags text, flds text)")
        made.execute("INSERT INTO col VALUES (?)", [json.dumps(models)])
        rows = [(number, "\x1f".join(fields)) for number, fields in enumerate(notes)]
        made.executemany("INSERT INTO notes VALUES (?, 1, '', ?)", rows)
        return pack({"collection.anki2": made.serialize(), "media": json.dumps(media).encode(), **files})


@pytest.mark.parametrize("path", ["a\0b", "x" * 300, "circle", "../x", "folder"])
def test_what_no_file_beside_a_source_is_called_is_not_there(path, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "circle").symlink_to("circle")
    assert Source(BytesIO(), "x", tmp_path).beside(path) is None


@pytest.mark.parametrize(
    "text, encoding",
    [
        ("Größe oder Süßwasser?", "cp1252"),
        ("Où est né l’aîné créé à l’été ?", "cp1252"),
        ("Да или нет?", "cp1251"),
        ("ПРИВЕТ, «МИР» № 5", "cp1251"),
    ],
)
def test_letters_of_windows_are_known_by_how_many_stand_together(text, encoding):
    assert text_of(text.encode(encoding)) == text


def test_a_wrong_byte_of_a_long_text_is_no_reason_to_read_all_of_it_otherwise():
    text = "::Größe::Wie groß ist der Würfel? {=fünf ~zwölf}\n" * 3
    assert text_of(text.encode() + b"Caf\xe9") == f"{text}Caf\ufffd"


CONFIG = Config()
CONFIG["latex_render_url"] = "https://canvas.example/eq/"
THEIR_MARKDOWN = Markdown(CONFIG)


#: Quotes of Markdown, which text2qti makes curly.
STRAIGHT = str.maketrans("“”‘’", "\"\"''", "")


def shown_by_text2qti(text):
    """The words that Canvas shows of a text."""
    html = THEIR_MARKDOWN.md_to_html(text)
    return " ".join(unescape(re.sub(r"<[^<>]*>", "", html)).split())


@pytest.mark.parametrize("mark", string.punctuation)
def test_marks_of_plain_text_and_of_ours_mean_nothing_in_a_markdown_quiz(mark):
    """A backslash in front of < or & stood there as a backslash."""
    for text in (
        f"{mark} b",
        f"a {mark} b",
        f"1{mark} b",
        f"2001{mark} b",
        f"{mark}b{mark} c",
        f"a {mark * 3} b",
        f"[b{mark}](c)",
    ):
        plain = of_plain(text)
        assert shown_by_text2qti(plain) == text
        authored = in_ours({"prompt": plain})["prompt"]
        assert to_text(authored) == text
        assert to_text(as_markdown(text)) == text
        theirs = shown_by_text2qti(of_markdown(as_markdown(text))).translate(STRAIGHT)
        assert theirs == text.replace("...", "…").replace("---", "—")


def test_markup_and_formulas_of_ours_are_those_of_a_markdown_quiz():
    ours = "`a<b>` <i>\\(x<y\\)</i> for $5 and $6, $$z$$\n\n    <b>"
    assert of_markdown(ours) == "`a<b>` &#60;i>$x<y$&#60;/i> for \\$5 and \\$6, $z$\n\n    <b>"


@pytest.mark.parametrize(
    "html, quiz",
    [
        ("<p>Is H<sub>2</sub>O *wet*?</p>\n<p>For $5</p>", "Is H<sub>2</sub>O \\*wet\\*?\n\nFor \\$5"),
        ('<b>A</b> <img src="images/a.png" alt="B" />', "<b>A</b> ![B](images/a.png)"),
        ("a <b>\\(x &lt; y\\)</b>", "a <b>$x < y$</b>"),
        ("<ul><li>a_b_</li></ul><pre>x&#10; y</pre>", "<div><ul><li>a&#95;b&#95;</li></ul><pre>x&#10; y</pre></div>"),
    ],
)  # fmt: skip
def test_html_goes_to_a_markdown_quiz_and_comes_back(html, quiz, tmp_path, monkeypatch):
    """It was not written at all, and its tags were read as words."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "images").mkdir()
    (tmp_path / "images/a.png").write_bytes(png())
    content, lost = written(get("text2qti"), [question("essay", {}, prompt=html, text_format="html")])
    (theirs,) = Quiz(content.decode(), config=CONFIG).questions_and_delims
    assert (theirs.question_raw, lost) == (quiz, {"q": []})
    (found,) = read(get("text2qti"), content)[0]
    assert (found.text_format, found.prompt) == ("html", html)


def test_html_that_is_nothing_or_the_same_in_a_markdown_quiz_ends_no_file():
    empty = question("essay", {}, prompt="<p></p>", text_format="html")
    assert b"1.  &nbsp;" in written(get("text2qti"), [empty])[0]
    options = [{"text": "<p>a</p>", "correct": True}, {"text": "a"}]
    with pytest.raises(Unwritable, match="stands twice"):
        written(get("text2qti"), [question("single_choice", {"options": options}, text_format="html")])


def test_what_a_markdown_quiz_does_not_hold_of_html_is_told():
    table = '<table><tr><td><img src="images/a.png" alt="A">\\[x\\]</td></tr></table>'
    content, lost = written(get("text2qti"), [question("essay", {}, prompt=table, text_format="html")])
    assert b"<td>A$x$</td>" in content
    assert lost == {"q": ["text_format", "images"]}


def test_a_question_of_a_markdown_quiz_with_html_is_html_and_comments_are_none():
    text = b"1. H<sub>2</sub>O in *$m$*?\n*a) \\(b\\)\nb) c <!-- no -->\n2. x < y?\n*a) `<b>` &#60;b>\nb) c\n"
    one, two = read(get("text2qti"), text)[0]
    assert (one.prompt, one.content.options[0].text) == ("H<sub>2</sub>O in <em>\\(m\\)</em>?", "(b)")
    assert (two.text_format, two.content.options[0].text) == ("markdown", "`<b>` \\<b>")


@pytest.mark.parametrize("unit", ["$", "`a ", "<!--", "\\(", "```\n", "<pre>", "<p", "$$a "])
def test_markup_of_a_markdown_quiz_that_does_not_end_costs_no_more_than_other(unit):
    text = unit * 5000
    with within(40):
        of_markdown(text), of_html(text), in_ours({"prompt": text})
