"""Moodle XML: what exports of many versions hold, each question accounted for; and what is hostile or broken."""

import base64
import json
import re
import tracemalloc
from collections import Counter
from datetime import date
from fractions import Fraction
from html import unescape
from io import BytesIO

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from quiz.banks.families import Family
from quiz.banks.model import Bank, Question
from quiz.cli import main
from quiz.errors import Invalid, QuizError, TooLarge
from quiz.formats import formats
from quiz.formats._moodle import FILL_IN, holds_languages
from quiz.formats.base import Limits, Source, Unwritable
from quiz.formats.conversion import Reading, Report
from tests.formats.moodle import builder
from tests.formats.samples import read, written
from tests.pictures import png

XML = formats()["moodle-xml"]


def understood(content):
    """What is understood of a file, with its pictures and losses, and the report on the rest."""
    report = Report("x", XML.name)
    return [*Reading(XML, Source(BytesIO(content), "x"), report, "b")], report


def one(inside, kind="multichoice", **more):
    """The one question of a file, and the fields that it lost."""
    found, report = understood(f"{builder.HEAD}{builder.question(kind, inside, **more)}</quiz>".encode())
    assert (report.errors, report.unsupported) == ([], [])
    assert len(found) == 1
    return found[0].question, {loss.field for loss in found[0].losses}


def fault(inside, kind="multichoice", **more):
    """What is told of the one question of a file, which is wrong."""
    found, report = read(XML, f"{builder.HEAD}{builder.question(kind, inside, **more)}</quiz>".encode())
    assert found == []
    assert len(report.errors) == 1
    return report.errors[0]


# A whole file --------------------------------------------------------------------------------------------------------


def test_four_hundred_questions_are_accounted_for_and_go_out_equal():
    content = builder.mixed()
    counted = Counter(re.findall(rb'<question type="(\w+)"', content))
    categories = counted.pop(b"category")
    assert (sum(counted.values()), categories) == (400, 40)
    found, report = read(XML, content)
    assert len(found) + len(report.unsupported) + len(report.errors) == 400
    wrong = content.count(b"<text>Wrong ")
    assert len(report.errors) == wrong
    kinds = Counter(entry["kind"].partition(" ")[0] for entry in report.unsupported)
    assert kinds == {kind: counted[kind.encode()] for kind in builder.FOREIGN if counted[kind.encode()]}
    first = with_pictures(found, content)
    again, second = read(XML, first)
    assert (second.errors, second.unsupported) == ([], [])
    assert again == found
    assert with_pictures(again, first) == first


def with_pictures(questions, content):
    """The questions of a file, written with the pictures that came with it."""
    files = {one.question.id: one.files for one in understood(content)[0]}
    target = BytesIO()
    writer = XML.writer(target, Bank.load({"bank": "b", "title": "B"}))
    for question in questions:
        if isinstance(question, Family):
            writer.add_family(question, files[question.id], date(2025, 1, 1))
        else:
            writer.add(question, files[question.id])
    writer.close()
    return target.getvalue()


def test_the_command_converts_a_file_and_reports_every_question(tmp_path):
    source = tmp_path / "export.xml"
    source.write_bytes(builder.mixed(48))
    done = CliRunner().invoke(main, ["convert", str(source), str(tmp_path / "out.yaml"), "--json"])
    report = json.loads(done.stdout)
    assert done.exit_code == 1  # two questions are wrong
    assert report["format"] == "moodle-xml"
    assert len(report["questions"]) + len(report["unsupported"]) + len(report["errors"]) == 48
    back = CliRunner().invoke(
        main, ["convert", str(tmp_path / "out.yaml"), str(tmp_path / "b.xml"), "--to", "moodle-xml", "--json"]
    )
    assert json.loads(back.stdout)["written"] == report["written"]
    assert b'src="@@PLUGINFILE@@/a-map.png"' in (tmp_path / "b.xml").read_bytes()


def test_a_long_file_is_read_in_little_memory():
    piece = "".join(
        builder.question(
            "truefalse", builder.answer(100, "true") + builder.answer(0, "false"), prompt="x" * 2000
        )
        for _ in range(100)
    )

    class Long:
        """Fifteen times the piece, made while it is read."""

        def __init__(self):
            self.left = [builder.HEAD.encode(), *[piece.encode()] * 15, b"</quiz>"]

        def read(self, _size):
            return self.left.pop(0) if self.left else b""

    tracemalloc.start()
    assert sum(1 for _ in XML.read(Source(Long(), "long.xml"))) == 1500
    assert tracemalloc.get_traced_memory()[1] < 1_500_000
    tracemalloc.stop()


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(coding):
    content = (
        builder.HEAD + builder.question("description", name="Ёлка", prompt="上海精神") + "</quiz>"
    ).encode(coding)
    assert [found.prompt for found in read(XML, content)[0]] == ["上海精神"]


# Each type -----------------------------------------------------------------------------------------------------------


def test_thirds_and_negative_weights_are_exact():
    rows = "".join(
        builder.answer(share, word)
        for share, word in (("33.333", "a"), ("33.33333", "b"), ("33.3333333", "c"), ("-16.66667", "d"))
    )
    found, _ = one("<single>0</single>" + rows)
    assert found.type == "multiple_response"
    assert [option.credit for option in found.content.options] == [Fraction(1, 3)] * 3 + [Fraction(-1, 6)]


def test_weights_that_moodle_does_not_offer_are_told():
    """It refuses a file for them, unless it is told to take the nearest."""

    def lost(*fractions):
        rows = "".join(builder.answer(fraction, f"x{place}") for place, fraction in enumerate(fractions))
        found, _ = one(rows)
        return written(XML, [found])[1][found.id]

    assert lost(100, -12.5, 5) == []
    assert lost(100, 62.5) == ["options"]


def test_marks_stand_where_credits_say_no_more():
    found, lost = one(
        "<single>1</single>" + builder.answer(0, "a") + builder.answer(100, "b", feedback="Right.")
    )
    assert [(option.correct, option.credit) for option in found.content.options] == [
        (None, None),
        (True, None),
    ]
    assert (found.content.options[1].feedback, found.shuffle, lost) == ("Right.", False, set())


@pytest.mark.parametrize(
    "kind, rule, lost",
    [("multichoiceset", "all_or_nothing", set()), ("oumultiresponse", "right_minus_wrong", {"scoring"})],
)
def test_boxes_of_two_plugins_go_by_rules_of_ours(kind, rule, lost):
    rows = "".join(builder.answer(fraction, word) for fraction, word in ((100, "a"), (0, "b"), ("33.3", "c")))
    found, losses = one(rows, kind)
    assert (found.scoring, [option.right for option in found.content.options]) == (rule, [True, False, True])
    assert (found.score(["a", "c"]).fraction, losses) == (1, lost)
    assert found.score(["a"]).fraction == (0 if rule == "all_or_nothing" else Fraction(1, 2))


def test_true_and_false_in_another_language_are_known_by_their_order():
    found, _ = one(
        builder.answer(0, "Wahr", feedback="W") + builder.answer(100, "Falsch", feedback="F"), "truefalse"
    )
    assert (found.content.answer, found.content.feedback_true, found.content.feedback_false) == (
        False,
        "W",
        "F",
    )


def test_units_are_turned_round_and_a_wrong_one_costs_what_it_costs_in_moodle():
    units = "<units><unit><multiplier>1</multiplier><unit_name>km</unit_name></unit><unit><multiplier>1000</multiplier><unit_name>m</unit_name></unit></units>"
    row = builder.answer(100, "5,5", extra="<tolerance>0.1</tolerance>")
    found, lost = one(
        row
        + units
        + "<unitgradingtype>2</unitgradingtype><unitpenalty>0.25</unitpenalty><showunits>0</showunits>",
        "numerical",
    )
    score = {typed: found.score(typed).fraction for typed in ("5.5 km", "5500 m", "5.5", "5.5 mi", "6 km")}
    assert score == {"5.5 km": 1, "5500 m": 1, "5.5": Fraction(3, 4), "5.5 mi": Fraction(3, 4), "6 km": 0}
    assert lost == set()
    free, _ = one(row + units + "<unitgradingtype>0</unitgradingtype>", "numerical")
    assert [free.score(typed).fraction for typed in ("5500 m", "5.5", "5.5 mi")] == [1, 1, 1]


def test_a_rounded_multiplier_is_the_fraction_that_it_means():
    units = "<units><unit><multiplier>1</multiplier><unit_name>m/s</unit_name></unit><unit><multiplier>3.6</multiplier><unit_name>km/h</unit_name></unit><unit><multiplier>0.142857142857143</multiplier><unit_name>x</unit_name></unit></units>"
    found, _ = one(builder.answer(100, "5") + units, "numerical")
    assert [unit.factor for unit in found.content.units] == [1, Fraction(5, 18), 7]
    content, lost = written(XML, [found])
    assert lost[found.id] == []
    assert read(XML, content)[0] == [found]


def test_what_is_said_to_any_other_number_is_feedback_to_wrong_answers():
    told, never = (builder.answer(0, "*", feedback=words) for words in ("Count again.", "Never said."))
    found, lost = one(builder.answer(100, "8") + told + never, "numerical")
    assert (found.feedback.wrong, len(found.content.answers), lost) == ("Count again.", 1, set())
    content, _ = written(XML, [found])
    assert b"<text>*</text>" in content


def test_a_subquestion_without_a_text_is_a_distractor():
    rows = "".join(
        f"<subquestion><text>{stem}</text><answer><text>{choice}</text></answer></subquestion>"
        for stem, choice in (("a", "1 &lt; 2"), ("b", "2"), ("", "3"))
    )
    found, _ = one(rows, "matching")
    assert [pair.choice for pair in found.content.pairs] == ["1 &lt; 2", "2"]  # the question is HTML
    assert [other.choice for other in found.content.distractors] == ["3"]
    assert b"<text><![CDATA[1 < 2]]></text>" in written(XML, [found])[0]


@pytest.mark.parametrize("place", range(9))
def test_gradings_of_an_ordering_go_by_their_meaning(place):
    """Items b, a, c, d: by Moodle's own words for each grading."""
    items = "".join(
        f'<answer fraction="{n}"><text>{word}</text></answer>' for n, word in enumerate("abcd", 1)
    )
    meant = (
        0,
        Fraction(2, 4),
        Fraction(1, 3),
        Fraction(2, 4),
        Fraction(3, 8),
        Fraction(10, 12),
        Fraction(3, 4),
        Fraction(3, 4),
        Fraction(10, 12),
    )
    found, _ = one(f"<gradingtype>{builder.GRADINGS[place]}</gradingtype>" + items, "ordering")
    assert found.score(["b", "a", "c", "d"]).fraction == meant[place]
    assert one(f"<gradingtype>{place - 1}</gradingtype>" + items, "ordering")[0].scoring == found.scoring


def test_gaps_of_an_embedded_answer():
    prompt = (
        "<p>Intro.</p><p>{2:MCS:%100%Six#Yes \\} &amp; no~%-50%\\#5~Ten} {1:SHORTANSWER_C:=R&amp;D~%33.33333%*d} "
        "{NUMERICAL} {:NM:=1,5:0.1#near~*#far}</p>"
    )
    found, lost = one("", "cloze", prompt=prompt)
    gaps = found.content.gaps
    assert (found.prompt, found.points, lost) == ("Intro.", 4, {"answers"})
    assert found.content.text == "<p>[[1]] [[2]] {NUMERICAL} [[3]]</p>"
    options = gaps["1"].content.options
    assert [(one.text, one.credit, one.feedback) for one in options] == [
        ("Six", 1, "Yes } &amp; no"), ("#5", Fraction(-1, 2), None), ("Ten", 0, None),
    ]  # fmt: skip
    assert gaps["2"].content.case_sensitive
    assert [(one.text, one.credit) for one in gaps["2"].content.answers] == [
        ("R&D", 1),
        ("*d", Fraction(1, 3)),
    ]
    assert gaps["3"].content.answers[0].bounds == (Fraction("1.4"), Fraction("1.6"))


def test_gaps_with_several_right_answers():
    """As Moodle reads them: right boxes share the mark; without percentages a wrong one takes as much as one gives."""
    prompt = "{1:MULTIRESPONSE:%50%a~%50%b#So~%-100%c} {2:MRHS:=d~=e~f} {1:MULTIRESPONSE_VS:%100%g~%50%h~i}"
    found, lost = one("", "cloze", prompt=prompt)
    assert (found.points, lost) == (4, {"layout", "shuffle"})
    percent, signs, uneven = found.content.gaps.values()
    assert {gap.type for gap in (percent, signs, uneven)} == {"multiple_response"}
    assert (percent.score(["b"]).fraction, percent.score(["b"]).feedback) == (Fraction(1, 2), ("So",))
    assert percent.score(["a", "b", "c"]).fraction == 0
    assert [signs.score(ticked).fraction for ticked in ("a", "ab", "abc", "bc")] == [
        Fraction(1, 2), 1, Fraction(1, 2), 0,
    ]  # fmt: skip
    assert [option.credit for option in uneven.content.options] == [Fraction(2, 3), Fraction(1, 3), 0]
    text = written(XML, [found])[0].decode()
    assert "{2:MRHS:%50%d~%50%e~%-50%f} {1:MRHS:%66.66667%g~%33.33333%h~i}" in text
    assert read(XML, text.encode())[0] == [found]


def test_a_single_right_box_goes_out_so_that_wrong_ones_still_cost_nothing():
    found, _ = one("", "cloze", prompt="{1:MRH:%100%a~b~c}")
    content, _ = written(XML, [found])
    assert b"{1:MRH:%100%a~b~c}" in content
    assert read(XML, content)[0] == [found]


def test_choices_are_read_as_moodle_shows_them_and_go_out_so_that_it_shows_them():
    """A list to select from shows HTML without its tags: ``&lt;b&gt;`` is ``<b>``, ``<p>Ohm</p>`` is ``Ohm``."""
    answers = ("R&amp;amp;D", "&lt;p&gt;Ohm &amp;lt; 5&lt;/p&gt;", "&amp;lt;b&amp;gt;", "a &lt; b &amp; c")
    rows = "".join(
        f"<subquestion><text>{place}</text><answer><text>{answer}</text></answer></subquestion>"
        for place, answer in enumerate(answers)
    )
    found, _ = one(rows, "matching")
    assert [unescape(pair.choice) for pair in found.content.pairs] == ["R&D", "Ohm < 5", "<b>", "a < b & c"]
    content, _ = written(XML, [found])
    assert b"<text><![CDATA[&lt;b&gt;]]></text>" in content
    assert read(XML, content)[0] == [found]


def test_words_with_a_group_and_one_for_two_gaps():
    rows = "".join(
        f"<selectoption><text>{word}</text><group>{group}</group></selectoption>"
        for word, group in (("a", 1), ("b", 1), ("c", 2), ("d", 2))
    )
    found, _ = one(rows, "gapselect", prompt="[[1]] [[3]] [[1]]")
    assert (found.content.gaps, found.content.reuse) == ({"1": "a", "2": "c", "3": "a"}, True)
    assert not one(rows, "gapselect", prompt="[[1]] [[3]]")[0].content.reuse
    found, _ = one(rows, "gapselect", prompt="[[1]] [[2]]")  # each gap has a list of its own
    assert found.content.reuse
    assert "[[9]]" in fault(rows, "gapselect", prompt="[[9]]")["message"]


GAPS = {"type": "gap_select", "timeless": True, "text": "a [[1]]", "choices": ["x", "y"], "gaps": {"1": "a"}}


@pytest.mark.parametrize(
    "prompt",
    [
        "<p>a</p>b", "a<p>b</p>c", "<table><tr><td><p>a</p></td></tr></table>", "<h3>a</h3><p>b <b>c</b></p>", "a<br /><br />b",
    ],
)  # fmt: skip
def test_blocks_in_a_prompt_stay_in_it(prompt):
    question = Question.load({"bank": "b", "id": "q", "prompt": prompt, "text_format": "html", **GAPS})
    (back,) = read(XML, written(XML, [question])[0])[0]
    assert (back.prompt, back.content.text) == (prompt, "a [[1]]")


def test_a_prompt_that_moodle_would_take_for_a_gap_is_not_written():
    question = Question.load({"bank": "b", "id": "q", "prompt": "See [[2]]", **GAPS})
    with pytest.raises(Unwritable, match="take for a gap"):
        written(XML, [question])


def test_equal_words_of_a_group_are_one_and_a_group_of_one_word_is_none():
    rows = "".join(
        f"<dragbox><text>{word}</text><group>{group}</group></dragbox>"
        for word, group in (("the", 1), ("a", 1), ("the", 1), ("cat", 2))
    )
    found, lost = one(rows, "ddwtos", prompt="[[1]] [[4]] [[3]] [[2]]")
    assert [(word.text, word.group) for word in found.content.choices] == [("the", 1), ("a", 1), ("cat", 1)]
    assert (found.content.gaps, found.content.reuse) == ({"1": "a", "2": "c", "3": "a", "4": "b"}, True)
    assert lost == {"choices", "reuse"}


def test_html_that_stands_in_a_text_unescaped_is_kept():
    """Moodle refuses it; who writes files by hand forgets it."""
    feedback = "<correctfeedback><text>a &lt; b <b>c &amp; d</b><br/>e</text></correctfeedback>"
    found, _ = one(f"{feedback}{builder.answer(100, 'x')}{builder.answer(0, 'y')}")
    assert found.feedback.right == "a &lt; b <b>c &amp; d</b><br>e"
    bare = f"<correctfeedback>a <b>c</b>e</correctfeedback>{builder.answer(100, 'x')}"
    found, _ = one(f'{bare}<answer fraction="0">y <i>z</i><feedback>f</feedback></answer>')
    assert (found.feedback.right, found.content.options[1].text) == ("a <b>c</b>e", "y <i>z</i>")


def test_what_shows_nothing_is_passed_over():
    """Empty paragraphs of editors, units without a name, what old exports say of questions without options."""
    blank = "<![CDATA[<p dir='ltr'><br></p>]]>"
    rows = "".join(
        f'<answer fraction="{place}" format="html"><text>{item}</text></answer>'
        for place, item in enumerate(("a", "", "b", blank), 1)
    )
    hint = f'<hint format="html"><text>{blank}</text></hint>'
    found, lost = one(f"{rows}{hint}<shuffleanswers>0</shuffleanswers>", "ordering")
    assert ([item.text for item in found.content.items], found.hints, lost) == (["a", "b"], (), {"hints"})
    units = "<units><unit><multiplier>1</multiplier><unit_name></unit_name></unit></units>"
    found, lost = one(f'<answer fraction="100"><text>5</text></answer>{units}', "numerical")
    assert (found.content.units, lost) == ((), set())
    found, _ = one(builder.answer(100, "a") + builder.answer(0, ""), "shortanswer")
    assert [answer.text for answer in found.content.answers] == ["a"]


def test_a_number_behind_a_star_is_told():
    number, star = builder.answer(100, "3"), builder.answer(0, "*")
    assert one(star + number, "numerical")[1] == {"answers"}
    assert one(number + star, "numerical")[1] == set()
    assert one(number + star + builder.answer(0, ""), "numerical")[1] == set()


@pytest.mark.parametrize("unit, fraction, lost", [("", 0, []), ("m", Fraction(-1, 2), ["answers"])])
def test_a_number_without_a_unit_takes_nothing_off(unit, fraction, lost):
    units = f"<units><unit><multiplier>1</multiplier><unit_name>{unit}</unit_name></unit></units>"
    found, told = one(builder.answer(100, "3") + builder.answer(-50, "4") + units, "numerical")
    assert (found.score(f"4{unit}").fraction, [*told]) == (fraction, lost)
    assert ("answers" in written(XML, [found])[1][found.id]) == bool(lost)


@pytest.mark.parametrize(
    "which, count, lost",
    [
        ("RANDOM", 2, {"selecttype"}),
        ("RANDOM", 3, set()),
        ("CONTIGUOUS", 0, set()),
        ("ALL", 2, set()),
        ("ALL", "abc", set()),
    ],
)
def test_an_ordering_of_which_some_items_are_shown_is_a_loss(which, count, lost):
    head = f"<selecttype>{which}</selecttype><selectcount>{count}</selectcount>"
    rows = "".join(builder.answer(place, item) for place, item in enumerate("abc", 1))
    assert one(head + rows, "ordering")[1] == lost


def test_pictures_in_words_to_drag_are_told_like_others():
    boxes = "".join(
        f"<dragbox><text><![CDATA[{word}]]></text><group>1</group></dragbox>"
        for word in (
            '<img src="@@PLUGINFILE@@/x.png" alt="X">',
            '<img src="http://example.org/y.png" alt="Y">',
            "",
        )
    )
    found, lost = one(boxes, "ddwtos", prompt="A [[1]] b [[2]]")
    assert [word.text for word in found.content.choices] == [
        "X",
        '<img src="http://example.org/y.png" alt="Y">',
    ]
    assert (found.status, lost) == ("draft", {"files", "images"})


@pytest.mark.parametrize("kind", ["drag_words", "gap_select"])
def test_a_word_goes_out_without_its_picture(kind):
    """Moodle keeps no files with words; a reference would lead nowhere."""
    shown = '<img src="images/disc.png" alt="disc">'
    content = {"text": "A [[1]]", "choices": [shown, "<b>square</b>"], "gaps": {"1": "a"}}
    told = Question.load(
        {
            "bank": "b",
            "id": "q",
            "prompt": "P",
            "timeless": True,
            "text_format": "html",
            "type": kind,
            **content,
        }
    )
    made, lost = written(XML, [told])
    assert (b"<text>disc</text>" in made, b"images/" in made, lost["q"]) == (True, False, ["choices"])


def test_a_picture_in_a_gap_is_told():
    options = [{"text": "a", "correct": True}, {"text": "b", "feedback": "![disc](images/disc.png)"}]
    gaps = {"1": {"type": "single_choice", "options": options}}
    told = Question.load(
        {
            "bank": "b",
            "id": "q",
            "prompt": "P",
            "timeless": True,
            "type": "cloze",
            "text": "A [[1]]",
            "gaps": gaps,
        }
    )
    writer = XML.writer(BytesIO(), Bank.load({"bank": "b", "title": "B"}))
    assert "gaps" in {loss.field for loss in writer.add(told, {"images/disc.png": png(9, 9)})}


def test_several_markers_are_words_for_the_places_of_a_picture():
    drags = "".join(
        f"<drag><no>{no}</no><text>{word}</text><noofdrags>1</noofdrags></drag>"
        for no, word in ((1, "sea"), (2, "land"), (3, "sky"))
    )
    drops = "".join(
        f"<drop><no>{no}</no><shape>{shape}</shape><coords>{coords}</coords><choice>{choice}</choice></drop>"
        for no, shape, coords, choice in ((1, "circle", "20,20;8", 2), (2, "rectangle", "40,5;10,20", 1))
    )
    found, lost = one(builder.picture() + drags + drops, "ddmarker")
    assert (found.type, found.content.gaps) == ("drag_words", {"1": "b", "2": "a"})
    assert found.content.text == "<ol>\n<li>[[1]]</li>\n<li>[[2]]</li>\n</ol>"
    assert [place.shape for place in found.content.picture.places.values()] == ["circle", "rect"]
    assert found.score({"1": "b", "2": "c"}).fraction == Fraction(1, 2)
    assert lost == {"type", "picture"}
    source = (
        f"{builder.HEAD}{builder.question('ddmarker', builder.picture() + drags + drops)}</quiz>".encode()
    )
    assert b'type="ddmarker"' in with_pictures([found], source)


def test_words_and_pictures_are_put_onto_a_picture():
    drags = "".join(
        f"<drag><no>{no}</no><text>{word}</text><draggroup>{group}</draggroup>{shown}</drag>"
        for no, word, group, shown in (
            (1, "North", 1, ""), (2, "South", 1, ""), (3, "flag of A", 2, builder.picture("flag.png", 9)), (4, "flag of B", 2, ""),
        )
    )  # fmt: skip
    drops = "".join(
        f"<drop><text>{label}</text><no>{no}</no><choice>{choice}</choice><xleft>{no}</xleft><ytop>3</ytop></drop>"
        for no, label, choice in ((1, "Up", 1), (2, "", 3))
    )
    found, lost = one(builder.picture() + drags + drops, "ddimageortext", prompt="")
    assert found.prompt == FILL_IN  # the picture says it all, and the question goes out as it came
    assert found.content.text == "<ol>\n<li>Up [[1]]</li>\n<li>[[2]]</li>\n</ol>"
    assert [(word.text[:30], word.group) for word in found.content.choices] == [
        ("North", 1), ("South", 1), ('<img src="images/flag.png" alt', 2), ("flag of B", 2),
    ]  # fmt: skip
    assert (found.content.picture.places["2"].coords, found.shuffle, lost) == ((2, 3), False, {"picture"})
    assert found.content.fitting("2") == {"c", "d"}
    for said, told in (("0", {"picture"}), ("1", {"picture", "dropzonevisibility"})):
        hidden = f"<dropzonevisibility>{said}</dropzonevisibility>"
        assert one(builder.picture() + drags + drops + hidden, "ddimageortext")[1] == told


def test_a_picture_that_a_format_cannot_hold_keeps_the_question_back(tmp_path):
    """Without it there would be nothing to ask."""
    source = tmp_path / "export.xml"
    source.write_text(f"{builder.HEAD}{builder._places(1, None)}</quiz>")
    done = CliRunner().invoke(main, ["convert", str(source), str(tmp_path / "x.csv"), "--json"])
    report = json.loads(done.stdout)
    (refused,) = report["unsupported"]
    assert (report["read"], report["written"], refused["kind"], refused["stage"]) == (
        1, 0, "drag_words on a picture", "write",
    )  # fmt: skip


PICTURE = {"file": "images/shapes.svg", "alt": "Shapes", "width": 80, "height": 60}


@pytest.mark.parametrize("reuse", [True, False])
def test_markers_without_end_are_words_that_can_be_used_again(reuse):
    places = {
        "1": {"shape": "circle", "coords": [10, 10, 5]},
        "2": {"shape": "circle", "coords": [20, 20, "0.2"]},
    }
    content = {
        "type": "drag_words",
        "text": "[[1]] [[2]]",
        "choices": ["x", "y"],
        "gaps": {"1": "a", "2": "b"},
    }
    question = Question.load(
        {
            "bank": "b", "id": "q", "prompt": "P", "timeless": True, **content, "reuse": reuse,
            "picture": {**PICTURE, "places": places},
        }
    )  # fmt: skip
    (back,) = read(XML, written(XML, [question])[0])[0]
    assert back.content.reuse == reuse
    assert [*back.content.picture.places["2"].coords] == [20, 20, 1]  # no place is without a size


def test_what_a_marker_does_not_say_of_places_is_told():
    def lost(*regions, **more):
        made = [
            {"shape": "circle", "coords": [9 * place, 9, 4], "correct": True, **region}
            for place, region in enumerate(regions, 1)
        ]
        hotspot = {"type": "hotspot", "image": PICTURE, "regions": made, **more}
        question = Question.load({"bank": "b", "id": "q", "prompt": "P", "timeless": True, **hotspot})
        return written(XML, [question])[1]["q"]

    assert lost({"label": "sea 1"}, {"label": "sea 2"}, outside="ignored") == ["image"]
    assert lost({"label": "sea 1"}, {"label": "sea 2"}) == ["image", "outside"]
    assert lost({"label": "sea"}, {"label": "lake"}, outside="ignored") == ["image", "regions"]
    assert lost({"label": "sea", "feedback": "Yes."}) == ["image", "regions"]


def test_one_marker_is_a_hotspot():
    inside = (
        builder.picture()
        + "<drag><no>1</no><text>sea</text></drag>"
        + "<drop><no>1</no><shape>polygon</shape><coords>1,1;9,1;9,9</coords><choice>1</choice></drop>"
    )
    found, lost = one(inside, "ddmarker", name="Where is the sea?")
    region = found.content.regions[0]
    assert (region.label, region.shape, [*region.coords], region.correct) == (
        "sea",
        "poly",
        [1, 1, 9, 1, 9, 9],
        True,
    )
    assert (found.content.image.size, found.content.image.alt, lost) == (
        (60, 40),
        "Where is the sea?",
        {"image"},
    )


@pytest.mark.parametrize(
    "markers, lost",
    [
        ("2", {"image"}),
        ("1", {"image", "choose"}),
        ("2</noofdrags><infinite/><noofdrags>", {"image", "choose"}),
    ],
)
def test_a_marker_elsewhere_takes_nothing_off(markers, lost):
    """Moodle's mark: hits / max(places, markers on the picture)."""
    inside = builder.picture() + f"<drag><no>1</no><text>sea</text><noofdrags>{markers}</noofdrags></drag>"
    inside += "".join(
        f"<drop><no>{no}</no><shape>circle</shape><coords>{no}0,10;4</coords><choice>1</choice></drop>"
        for no in (1, 2)
    )
    found, told = one(inside, "ddmarker")
    assert [found.score(points).fraction for points in ([[10, 10], [50, 30]], [[10, 10], [20, 10]], [[50, 30]])] == [
        Fraction(1, 2), 1, 0,
    ]  # fmt: skip
    assert told == lost


@pytest.mark.parametrize("corner, size", [(590, (600, 300)), (1150, (1200, 600))])
def test_places_lie_on_the_picture_as_moodle_shrinks_it(corner, size):
    """To 600 by 400 at most, the places left where they were; those of a file that means its pixels need all of them."""
    picture = f'<file name="map.png" encoding="base64">{base64.b64encode(png(1200, 600)).decode()}</file>'
    inside = (
        f"{picture}<drag><no>1</no><text>sea</text></drag><drop><no>1</no><shape>rectangle</shape>"
        f"<coords>{corner - 40},10;40,20</coords><choice>1</choice></drop>"
    )
    found, _ = one(inside, "ddmarker")
    assert (found.content.image.size, found.content.regions[0].coords[2]) == (size, corner)
    halved = corner * 600 // size[0]
    content = with_pictures([found], f"{builder.HEAD}{builder.question('ddmarker', inside)}</quiz>".encode())
    assert f"<coords>{halved - 40 * 600 // size[0]},".encode() in content


# What all have -------------------------------------------------------------------------------------------------------


def test_losses_are_named_by_field():
    inside = (
        "<single>true</single><answernumbering>none</answernumbering><shownumcorrect/><wobble>3</wobble>"
        + builder.answer(100, "a")
        + builder.answer(0, "b")
    )
    hint = '<hint format="html"><text>Think.</text><clearwrong/></hint>'
    found, lost = one(inside + hint)
    assert lost == {"answernumbering", "shownumcorrect", "wobble", "hints"}
    assert found.hints == ("Think.",)


def test_a_model_answer_goes_to_who_marks():
    """Notes of Moodle for markers stay out of ours, which students see; the way there is told."""
    found, _ = one("", "essay")
    own = Question.load({**found.dump(), "bank": "b", "model_answer": "<p>Four.</p>"})
    content, losses = written(XML, [own])
    assert b'<graderinfo format="html">\n      <text><![CDATA[<p>Four.</p>]]></text>' in content
    assert losses[own.id] == ["model_answer"]


def test_what_draws_from_a_category_says_why_it_is_no_question():
    content = f'{builder.HEAD}<question type="random"><name><text>Any</text></name></question></quiz>'
    _, report = read(XML, content.encode())
    assert (
        report.unsupported[0]["kind"] == "random (one out of its category, as a section of a quiz draws it)"
    )


def test_a_picture_that_a_file_only_names_is_a_loss():
    _, lost = one("<image>gone.png</image>", "description")
    assert lost == {"images"}


@pytest.mark.parametrize(
    "said, rule",
    [
        ("", "next_exclude_last"),
        ("<gradingtype>abs</gradingtype>", "absolute_position"),
        ("<gradingtype>RELATIVE</gradingtype>", "next_exclude_last"),
    ],
)
def test_gradings_have_short_words_and_one_that_goes_without_saying(said, rule):
    assert one(said + builder.answer(1, "a") + builder.answer(2, "b"), "ordering")[0].scoring == rule


def test_formats_are_kept_where_all_texts_agree_and_become_html_where_not():
    def of(style, other):
        body = f'<questiontext format="{style}"><text>*a* &amp;lt; b</text></questiontext><generalfeedback format="{other}"><text>c &lt; d</text></generalfeedback>'
        content = f'<quiz><question type="description"><name><text>x</text></name>{body}</question></quiz>'
        found = read(XML, content.encode())[0][0]
        return found.text_format, found.prompt, found.explanation

    assert of("markdown", "markdown") == ("markdown", "*a* &lt; b", "c < d")
    assert of("4", "markdown") == of("markdown", "")
    assert of("plain_text", "plain_text") == ("plain", "*a* &lt; b", "c < d")
    assert of("moodle_auto_format", "html") == ("html", "*a* &lt; b", "c < d")
    assert of("plain_text", "html") == ("html", "*a* &amp;lt; b", "c < d")


@pytest.mark.parametrize("tex, style", [(r"\(x\)", "html"), ("$$x$$", "html"), ("$5 (x)", "plain")])
def test_moodles_own_format_is_html_where_it_holds_tex(tex, style):
    prompt = f'<questiontext format="moodle_auto_format"><text>{tex}</text></questiontext>'
    found = read(XML, f'<quiz><question type="description">{prompt}</question></quiz>'.encode())[0][0]
    assert (found.text_format, found.prompt) == (style, tex)


def test_pictures_come_along_under_names_of_their_own():
    def shown(shade):
        prompt = '<img src="@@PLUGINFILE@@/my%20map.png" alt="A map"> <img src="@@PLUGINFILE@@/my%20map.png">'
        return builder.question("description", prompt=prompt, more=builder.picture("my map.png", shade))

    read_ones, _ = understood(f"{builder.HEAD}{shown(1)}{shown(2)}{shown(1)}</quiz>".encode())
    assert [dict(one.files) for one in read_ones] == [
        {"images/my-map.png": png(60, 40, 1)}, {"images/my-map-2.png": png(60, 40, 2)}, {"images/my-map.png": png(60, 40, 1)},
    ]  # fmt: skip
    assert 'src="images/my-map-2.png" alt="A map"' in read_ones[1].question.prompt
    assert [loss.field for loss in read_ones[0].losses] == ["images"]  # the second has no alternative text


def test_pictures_in_addresses_come_along_and_those_elsewhere_are_told():
    inside = base64.b64encode(png(3, 2)).decode()
    shown = (
        f"<p><img src=' data:image/png;base64, {inside}' alt='b'> <img src='https://example.org/c.png' alt='c'>"
        "<img src='@@PLUGINFILE@@/a.png?time=1700' alt='a'></p>"
    )
    content = builder.question("description", prompt=shown, more=builder.picture("a.png"))
    (found,), _ = understood(f"{builder.HEAD}{content}</quiz>".encode())
    assert {*found.files} == {"images/image.png", "images/a.png"}
    assert re.findall("src='(.*?)'", found.question.prompt) == [
        "images/image.png", "https://example.org/c.png", "images/a.png",
    ]  # fmt: skip
    assert [(loss.field, "example.org" in loss.detail) for loss in found.losses] == [("images", True)]


@pytest.mark.parametrize(
    "html, lost",
    [
        ('<iframe src="https://example.org/film"></iframe>', {"media", "prompt"}),
        ('<span lang="en" class="multilang">Yes</span>', set()),
        ("{mlang en}Yes{mlang}{mlang ru}Да{mlang}", {"translations"}),
        ('<span lang="en">frames</span> and <b>video</b>', set()),
    ],
)  # fmt: skip
def test_what_pages_do_not_show_of_html_is_a_loss(html, lost):
    found, losses = one("", "description", prompt=html)
    assert (found.prompt, losses) == (html, lost)


def in_two(english, russian):
    """A text as Moodle's filter for several languages has it, which knows both orders of the attributes."""
    return f'<span lang="en" class="multilang">{english}</span> <span class="multilang" lang="ru">{russian}</span>'


def test_texts_in_several_languages_are_translations():
    rows = builder.answer(100, in_two("In 2001", "В 2001"), feedback=in_two("Yes", "Да"))
    rows += builder.answer(0, "1996")
    found, lost = one(rows, prompt=f"<p>{in_two('Which <b>year</b>?', 'Какой <b>год</b>?')}</p>")
    russian = found.in_language("ru")
    assert (found.prompt, russian.prompt) == ("<p>Which <b>year</b>?</p>", "<p>Какой <b>год</b>?</p>")
    assert [one.text for one in russian.content.options] == ["В 2001", "1996"]
    assert (found.content.options[0].feedback, russian.content.options[0].feedback) == ("Yes", "Да")
    assert lost == set()


@pytest.mark.parametrize("kind", ["shortanswer", "cloze"])
def test_answers_to_type_are_said_anew_in_each_language_where_their_feedback_is(kind):
    """What is typed is the same in both: a translation has a list of its own."""
    told = in_two("Nearly", "Почти")
    gap = "{1:SA:=six~%50%seven#" + told + "}"
    rows = builder.answer(100, "six") + builder.answer(50, "seven", feedback=told)
    found, lost = one("", kind, prompt=gap) if kind == "cloze" else one(rows, kind)
    content = found.in_language("ru").content
    answers = content.answers if kind == "shortanswer" else content.gaps["1"].content.answers
    assert [(one.text, one.credit, one.feedback) for one in answers] == [
        ("six", 1, None), ("seven", Fraction(1, 2), "Почти"),
    ]  # fmt: skip
    assert lost == set()


def test_texts_of_another_filter_are_told_beside_translations():
    hint = '<hint format="html"><text>{mlang en}Look.{mlang}{mlang ru}Смотри.{mlang}</text></hint>'
    found, lost = one(hint, "description", prompt=in_two("So", "Так"))
    assert (found.in_language("ru").prompt, lost) == ("Так", {"translations"})


def test_a_text_in_hundreds_of_languages_is_told():
    """Each translation would say the whole text anew."""
    prompt = "".join(
        f'<span lang="{one}{other}" class="multilang">x</span>' for one in "abcdefgh" for other in "abcdefgh"
    )
    assert one("", "description", prompt=prompt)[1] == {"translations"}


def test_a_span_that_does_not_end_is_looked_at_once():
    assert not holds_languages('<span class="multilang"' + ' lang="en"' * 100_000)


def test_texts_whose_languages_do_not_go_together_are_kept_with_a_loss():
    prompt = in_two("a {1:SA:=x} b", "а")
    found, lost = one("", "cloze", prompt=prompt)
    assert ("multilang" in found.content.text, lost) == (True, {"translations"})


def test_an_answer_to_type_is_no_html():
    answer = '<answer fraction="100"><text><![CDATA[{}]]></text></answer>'
    for typed in ('<img src="https://example.org/a.png">', "<br>"):
        found, lost = one(answer.format(typed), "shortanswer")
        assert ([one.text for one in found.content.answers], lost) == ([typed], set())


def test_a_file_that_is_no_picture_is_a_loss():
    sound = '<file name="a.mp3" path="/" encoding="base64">SUQz</file><file name="b.png" path="/" encoding="base64">*</file><file name="c.png">é🎈</file>'
    found, lost = one("", "description", prompt='<a href="@@PLUGINFILE@@/a.mp3">hear</a>', more=sound)
    assert (found.prompt, lost) == ('<a href="@@PLUGINFILE@@/a.mp3">hear</a>', {"files"})


def test_a_file_that_does_not_come_with_its_text_is_a_loss():
    _, lost = one("", "description", prompt='<img src="@@PLUGINFILE@@/gone.png" alt="Gone">')
    assert lost == {"files"}


@pytest.mark.parametrize(
    "address",
    [
        "s/%D0%BA%20%26%271%29.png", "s/%d0%ba%20%26'1).png", "s/к &amp;&#39;1).png", "s/к%20&'1).png?time=17&amp;x=1",
        "s/к &'1).png",
    ],
)  # fmt: skip
def test_an_address_may_be_coded_in_any_way(address):
    file = builder.picture("к &amp;'1).png").replace('path="/"', 'path="/s"')
    prompt = f'<img alt="One" src="@@PLUGINFILE@@/{address}">'
    found, lost = one("", "description", prompt=prompt, more=file)
    assert (found.prompt, lost) == ('<img alt="One" src="images/1.png">', set())


def test_a_name_that_begins_another_is_not_taken_for_it_and_one_in_no_text_is_told():
    files = builder.picture("a") + builder.picture("a.png", 9) + builder.picture("b.png", 18)
    shown = '<img src="@@PLUGINFILE@@/a.png?time=17" alt="One"><img src="@@PLUGINFILE@@/a" alt="Two">'
    found, report = understood(
        f"{builder.HEAD}{builder.question('description', prompt=shown, more=files)}</quiz>".encode()
    )
    assert report.errors == []
    assert found[0].question.prompt == (
        '<img src="images/a-2.png" alt="One"><img src="images/a.png" alt="Two">'
    )
    assert [str(loss.detail) for loss in found[0].losses] == ["'b.png' is shown in no text"]


def test_files_from_before_moodle_2():
    coded = base64.b64encode(png()).decode()
    content = f"""<quiz><question type="multichoice"><name>Old one</name><questiontext>Which?</questiontext>
      <image>backupdata/old.png</image><image_base64>{coded}</image_base64><penalty>0.33</penalty><single>1</single>
      <answer fraction="100">A</answer><answer fraction="0"><text>B</text><feedback>No</feedback></answer>
      <answer fraction="0"><text></text></answer></question></quiz>"""
    found, report = read(XML, content.encode())
    assert report.errors == []
    assert (found[0].name, found[0].prompt) == ("Old one", 'Which? <img src="images/old.png" alt="" />')
    assert ([one.text for one in found[0].content.options], found[0].penalty) == (["A", "B"], Fraction(1, 3))


def test_what_other_programs_write_means_the_same():
    """Python's words for true and false, and tags without a <text>."""
    rows = "".join(builder.answer(fraction, word) for fraction, word in ((50, "a"), (50, "b"), (0, "c")))
    tags = "<tags><tag>one</tag><tag><text>two</text></tag><tag/></tags>"
    found, _ = one(f"<single>False</single><shuffleanswers>True</shuffleanswers>{rows}{tags}")
    assert (found.type, found.shuffle, found.tags) == ("multiple_response", True, ("one", "two"))


def test_a_hidden_question_is_retired_and_comes_out_hidden():
    content = f"{builder.HEAD}{builder.question('description').replace('<hidden>0', '<hidden>1')}</quiz>"
    found, _ = read(XML, content.encode())
    assert found[0].status == "retired"
    assert b"<hidden>1</hidden>" in written(XML, found)[0]


# What is wrong -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "inside, kind, said",
    [
        (builder.answer("x", "a"), "multichoice", "is no number"),
        (builder.answer(100, "a"), "multichoice", "two answers"),
        (builder.answer(50, "true") + builder.answer(50, "false"), "truefalse", 'fraction="100"'),
        (builder.answer(100, "eight"), "numerical", "'eight'"),
        (builder.answer(50, "a") + builder.answer(0, "b"), "multichoice", 'no answer is right – give the right one fraction="100"'),
        ("<single>false</single>" + builder.answer(0, "a") * 2, "multichoice", "no answer is right"),
        (builder.answer(90, "a"), "shortanswer", "no answer is right"),
        (builder.answer(90, "8"), "numerical", "no answer is right"),
        ("<gradingtype>LUCK</gradingtype>" + builder.answer(1, "a"), "ordering", "LUCK"),
        ("", "cloze", "there is no gap"),
        (builder.answer(100, "8") + f"<units>{'<unit><multiplier>1</multiplier><unit_name>m</unit_name></unit>' * 2}</units>", "numerical", "'m' stands twice"),
        ("<subquestion><text>a</text></subquestion>", "matching", "'a' has no answer"),
        (
            "<drag><no>1</no></drag><drop><shape>circle</shape><coords>2,2;1</coords><choice>1</choice></drop>",
            "ddmarker",
            "no picture",
        ),
        ("<drag><no>1</no></drag><drop><choice>2</choice></drop>", "ddmarker", "say in each <drop>"),
        ("<drag><no>1</no></drag><drop><choice>2</choice><xleft>1</xleft><ytop>1</ytop></drop>", "ddimageortext", "say in each <drop>"),
    ],
)  # fmt: skip
def test_a_wrong_question_says_where_and_how_to_mend_it(inside, kind, said):
    told = fault(inside, kind, name="Named")
    assert re.fullmatch(r"line \d+", told["where"])
    assert said in told["message"]
    assert " – " in told["message"]


@pytest.mark.parametrize(
    "inside, kind",
    [
        ("<minwordlimit>{}</minwordlimit>", "essay"),
        (f"{builder.answer(100, '5')}<units><unit><multiplier>{{}}</multiplier><unit_name>m</unit_name></unit></units>", "numerical"),
        (f"{builder.answer(100, '5', extra='<tolerance>0.{}</tolerance>')}", "numerical"),
        (f"{builder.calculated_answer('5', length=('1', '{}'))}", "calculated"),
        (f"{builder.calculated_answer('5')}{builder.datasets({'a': ['1']})}".replace("<itemcount>", "<itemcount>{}"), "calculated"),
    ],
)  # fmt: skip
def test_a_number_of_thousands_of_digits_is_a_fault_of_its_question(inside, kind):
    """Python makes no integer of them."""
    assert len(fault(inside.format("1" * 5000), kind)["message"]) < 200


def test_a_tolerance_has_all_its_digits():
    width = f"0.{'1' * 40}"
    found, _ = one(builder.answer(100, "5", extra=f"<tolerance>{width}</tolerance>"), "numerical")
    assert found.content.answers[0].tolerance == Fraction(width)


def test_a_file_that_breaks_off_keeps_what_stood_before():
    content = builder.mixed(32)
    found, report = read(XML, content[: len(content) // 2])
    assert 8 < len(found) < 20
    assert "what follows is not read" in report.errors[-1]["message"]


def test_an_entity_that_xml_does_not_know_is_named_with_its_line():
    content = "<quiz>" + builder.question("essay", name="a") + builder.question("essay", name="b&nbsp;c")
    found, report = read(XML, f"{content}</quiz>".encode())
    assert [one.id for one in found] == ["a"]
    assert report.errors[0]["message"].startswith("no valid XML: Entity 'nbsp' not defined")
    assert report.errors[0]["where"] == f"line {content.partition('&nbsp;')[0].count(chr(10)) + 1}"


HOSTILE = {
    "entities": b'<!DOCTYPE quiz [<!ENTITY a "xx">]><quiz><question type="description"><name><text>&a;</text></name></question></quiz>',
    "external": b'<!DOCTYPE quiz SYSTEM "http://127.0.0.1/x.dtd"><quiz><question type="description"/></quiz>',
    "file": b'<!DOCTYPE quiz [<!ENTITY a SYSTEM "file:///etc/passwd">]><quiz><question type="description">&a;</question></quiz>',
    "deep": b"<quiz><question>" + b"<x>" * 5000,
    "bomb": b"<!DOCTYPE quiz [<!ENTITY a0 'lol'>"
    + b"".join(b"<!ENTITY a%d '%s'>" % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12))
    + b"]><quiz x='&a11;'/>",
    "another": b"<html><question type='description'/></html>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused(name):
    with pytest.raises(Invalid):
        read(XML, HOSTILE[name])


def test_a_question_without_end_is_too_large():
    endless = b"<quiz><question type='description'>" + b"<x/>" * 100_000
    with pytest.raises(TooLarge):
        [*XML.read(Source(BytesIO(endless), "x", limits=Limits(question_bytes=100_000)))]


def test_a_question_that_is_too_large_keeps_what_stood_before():
    """A film in one question is no reason to refuse the others."""
    film = f"<file>{'A' * 400_000}</file>"
    content = f"{builder.HEAD}{builder.question('description')}{builder.question('description', film)}</quiz>"
    report = Report("x", XML.name)
    source = Source(BytesIO(content.encode()), "x", limits=Limits(question_bytes=100_000))
    assert len([*Reading(XML, source, report, "b")]) == 1
    (told,) = report.errors
    assert "is larger than" in told["message"]
    assert "what follows is not read" in told["message"]


MIXED = builder.mixed(16)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_no_mutation_of_a_file_raises_anything_else(data):
    content = bytearray(MIXED)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(content) - 1))
        piece = data.draw(
            st.sampled_from(
                [
                    b"",
                    b"<",
                    b">",
                    b"&",
                    b"]]>",
                    b"{1:MC:",
                    b"[[7]]",
                    b"%",
                    b"-",
                    b"\xff",
                    b"</text>",
                    b"1e999",
                    b"100",
                ]
            )
        )
        content[place : place + data.draw(st.integers(0, 40))] = piece
    try:
        read(XML, bytes(content))
    except QuizError:
        return
