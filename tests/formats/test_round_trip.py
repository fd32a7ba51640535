"""What comes back from a format: what is kept is not told as lost, and the second time nothing changes any more."""

from datetime import date
from fractions import Fraction
from io import BytesIO

import pytest

from quiz.banks.model import Bank, Question
from quiz.files.richtext import to_html
from quiz.formats import formats, get
from quiz.formats.conversion import Instances, Report, Understood, export, write
from tests.formats.samples import pictures, read
from tests.kernel.questions import question


def there_and_back(name, asked):
    """The fields that are told as lost, and the question that comes back from the format."""
    bank, target, report = Bank.load({"bank": "b", "title": "B"}), BytesIO(), Report("b", "yaml")
    one = Understood("q", asked, (), pictures(asked))
    write([one], bank, get(name), target, report, Instances(date(2026, 1, 1)))
    (found,), _ = read(get(name), target.getvalue())
    return {loss["field"] for loss in report.losses}, found


def stays(name, asked):
    """The question that comes back; the second time neither it nor the bytes change."""
    _, once = there_and_back(name, asked)
    _, twice = there_and_back(name, once)
    assert twice == once
    return twice


@pytest.mark.parametrize("credit", ["3333/10000", "1/3", "0.333"])
def test_a_share_is_stored_as_it_is_and_not_as_one_that_is_near(credit):
    options = [{"text": "a", "credit": 1}, {"text": "b", "credit": credit}]
    asked = question("single_choice", {"options": options})
    assert asked.content.options[1].credit == Fraction(credit)
    assert Question.load(asked.dump()) == asked
    assert there_and_back("yaml", asked) == (set(), asked)


@pytest.mark.parametrize(
    "gap",
    [
        {"type": "numerical", "answers": [{"value": 5, "tolerance": 1, "credit": "0.5"}, {"value": 6, "tolerance": "0.5"}]},
        {"type": "short_text", "answers": [{"text": "x*", "credit": "0.5"}, {"text": "xy"}, {"text": "z"}]},
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["qti21", "qti22", "qti30"])
def test_an_answer_that_one_before_it_takes_is_not_told_as_the_right_one(name, gap):
    """It came back with the whole mark."""
    other = {"type": "short_text", "answers": [{"text": "ok"}]}
    asked = question("cloze", {"text": "[[1]] [[2]]", "gaps": {"1": gap, "2": other}})
    _, found = there_and_back(name, asked)
    for given in ("5", "6", "6.4", "x", "xy", "z"):
        response = {"1": given, "2": "ok"}
        assert found.score(response).fraction == asked.score(response).fraction


OVERLAPPING = {
    "type": "numerical",
    "answers": [{"min": 4, "max": 6, "credit": "0.5"}, {"min": "5.5", "max": "6.5"}],
}
FILLED = {"1": OVERLAPPING, "2": {"type": "short_text", "answers": [{"text": "ok"}]}}


def test_a_gap_of_qti12_is_worth_what_the_best_of_its_numbers_gives():
    """Where only the ends of ranges were tried that others take, the gap weighed less."""
    asked = question("cloze", {"text": "[[1]] [[2]]", "gaps": FILLED})
    _, found = there_and_back("qti12", asked)
    for given in ("5", "6.4", "7"):
        response = {"1": given, "2": "ok"}
        assert found.score(response).fraction == asked.score(response).fraction


def test_what_could_not_be_read_again_is_not_written_as_qti12():
    asked = question("cloze", {"text": "[[1]] [[2]]", "gaps": FILLED}, scoring="all_or_nothing")
    target, report = BytesIO(), Report("b", "yaml")
    bank = Bank.load({"bank": "b", "title": "B"})
    write([Understood("q", asked, (), {})], bank, get("qti12"), target, report, Instances(date(2026, 1, 1)))
    assert [one["kind"] for one in report.unsupported] == ["a number that must not be given"]


TRIMMED = [
    name
    for name, format in formats().items()
    if "true_false" in format.writer.types and not format.writer.whole
]


@pytest.mark.parametrize("name", sorted(TRIMMED))
def test_white_space_around_texts_is_told_but_for_a_last_line_break(name):
    around = {"prompt": " So?", "explanation": "It is.\n", "name": " So? ", "tags": ["\u00a0", "a b", "c "]}
    asked = question("true_false", {"answer": True, "feedback_true": "\tYes"}, **around)
    lost, found = there_and_back(name, asked)
    held = get(name).writer.holds
    assert {"prompt", "feedback_true", *held & {"name", "tags"}} <= lost
    assert found.prompt in ("So?", "<p>So?</p>")
    assert found.explanation == ("It is." if "explanation" in held else None)
    assert not {"prompt", "name", "tags"} & there_and_back(name, found)[0]


@pytest.mark.parametrize("name", ["blackboard", "text2qti", "gift", "moodle-xml", "csv"])
@pytest.mark.parametrize("end", ["\r", "\r\n"])
def test_a_line_ends_alike_whatever_a_bank_ends_it_with(name, end):
    """A CR was the end of a line of the file: an option became two, half a question another."""
    made, usual = (
        question(
            "single_choice",
            {"options": [{"text": f"a{line}b) c", "correct": True}, {"text": "d"}]},
            prompt=f"So?{line}Now",
        )
        for line in (end, "\n")
    )
    assert there_and_back(name, made) == there_and_back(name, usual)
    assert there_and_back(name, made)[1].kind.right_answer(made.content)


def test_a_tag_of_gift_that_says_nothing_is_none():
    (found,), _ = read(get("gift"), b"// [tag: ] [tag:a]\nSo? {T}")
    assert found.tags == ("a",)


@pytest.mark.parametrize(
    "choice, told", [("a_b < *c*", True), ("a\\_b &lt; [1]", False), ("50 % of `x`", True)]
)
def test_characters_that_markdown_escapes_are_no_markup(choice, told):
    pairs = [{"stem": "1", "choice": choice}, {"stem": "2", "choice": "d"}]
    for name in ("gift", "moodle-xml"):
        assert ("pairs" in there_and_back(name, question("matching", {"pairs": pairs}))[0]) == told


@pytest.mark.parametrize(
    "credits", [["15/22", "7/22"], ["0.123", "0.5", "-0.2"], ["1/3", "1/3", "1/3"], [1, "0.9999"]]
)
def test_boxes_in_a_text_have_shares_that_are_read_as_they_are_written(credits):
    options = [{"text": f"o{place}", "credit": credit} for place, credit in enumerate(credits)]
    gaps = {"1": {"type": "multiple_response", "options": options}}
    asked = question("cloze", {"text": "See [[1]]", "gaps": gaps})
    for name in ("cloze-text", "moodle-xml"):
        found = stays(name, asked).content.gaps["1"]
        right = [option.id for option in found.content.options if option.right]
        assert found.score(right).fraction == 1


def test_a_blank_that_a_missing_word_leaves_is_told():
    asked = question("short_text", {"answers": ["six"]}, prompt="How many?")
    assert there_and_back("missing-word", asked)[0] == {"prompt"}
    assert stays("missing-word", asked).prompt == "How many? _____"


@pytest.mark.parametrize("name", ["cloze-text", "moodle-xml", "qti12"])
@pytest.mark.parametrize("style", ["markdown", "html", "plain"])
def test_a_paragraph_above_that_of_the_first_gap_is_told_where_it_becomes_the_prompt(name, style):
    for text in ("It is [[1]].", "So it is.\n\nAnd it is [[1]]."):
        shown = "".join(f"<p>{part}</p>" for part in text.split("\n\n")) if style == "html" else text
        gaps = {"1": {"type": "short_text", "answers": ["six"]}}
        asked = question("cloze", {"text": shown, "gaps": gaps}, prompt="Fill in.", text_format=style)
        lost, found = there_and_back(name, asked)
        assert ("prompt" in lost) == (found.prompt != "Fill in.")
        assert stays(name, asked).content.text.endswith(found.content.text[-8:])


@pytest.mark.parametrize(
    "style, text, shown",
    [
        ("plain", "a\nb & c", "a<br>b &amp; c"),
        ("markdown", "a  \n*b*", "a<br> <em>b</em>"),
        ("html", "<b>a</b>\nb", "<b>a</b> b"),
        ("html", "<pre>a\n  b</pre>", "<pre>a\n  b</pre>"),
    ],
)
def test_lines_in_the_gaps_of_a_text_stay_what_they_mean(style, text, shown):
    options = [{"text": text, "correct": True, "feedback": text}, {"text": " %50%"}]
    gaps = {"1": {"type": "single_choice", "options": options}}
    asked = question("cloze", {"text": "See [[1]]", "gaps": gaps}, text_format=style)
    option = stays("cloze-text", asked).content.gaps["1"].content.options[0]
    assert (to_html(option.text), to_html(option.feedback)) == (shown, shown)


def test_a_choice_of_which_a_list_would_show_nothing_is_not_written():
    content = {"text": "See [[1]]", "choices": ["a", "<!-- b -->"], "gaps": {"1": "a"}}
    report = export(
        Bank.load({"bank": "b", "title": "B"}, [question("gap_select", content, text_format="html")]),
        {},
        get("moodle-xml"),
        Instances(date(2026, 1, 1)),
    ).report
    assert [one["kind"] for one in report.unsupported] == ["an option without words"]


def test_what_says_nothing_of_a_question_is_not_lost():
    """A description is not worth anything, and nothing of a typed answer is shuffled."""
    note = question("description", {}, points=3, penalty=0, shuffle=False)
    typed = question("short_text", {"answers": ["six"]}, shuffle=False)
    for name in ("gift", "text2qti", "csv"):
        assert (there_and_back(name, note)[0], there_and_back(name, typed)[0]) == (set(), set())
    essay = question("essay", {}, penalty=0)
    order = question("ordering", {"items": ["a", "b"]}, shuffle=False)
    lost = [there_and_back("moodle-xml", one)[0] for one in (essay, order)]
    assert ["penalty" in lost[0], "shuffle" in lost[1]] == [True, True]


def test_blackboard_is_given_html_for_markdown_and_keeps_what_stands_in_front_of_a_text_with_blanks():
    asked = question(
        "gap_select",
        {"text": "a *b* [[1]]\nc", "choices": ["**x**", "1. May"], "gaps": {"1": "a"}},
        prompt="Fill\n\n    in  it",
    )
    lost, found = there_and_back("blackboard", asked)
    assert lost == set()
    assert (found.prompt, found.content.text) == (
        "<p>Fill</p> <pre><code>in  it&#10;</code></pre>",
        "a <em>b</em> [[1]] c",
    )
    assert [one.text for one in found.content.choices] == ["<strong>x</strong>", "1. May"]
    assert stays("blackboard", asked) == there_and_back("blackboard", found)[1]


def test_a_gap_that_a_table_hides_makes_a_question_that_blackboard_does_not_hold():
    gaps = {"1": {"type": "short_text", "answers": ["six"]}}
    asked = question("cloze", {"text": "| a |\n| - |\n| b | [[1]] |", "gaps": gaps})
    report = export(
        Bank.load({"bank": "b", "title": "B"}, [asked]), {}, get("blackboard"), Instances(date(2026, 1, 1))
    ).report
    assert "is not marked in the text" in report.unsupported[0]["kind"]


@pytest.mark.parametrize("name", ["h5p", "text2qti"])
@pytest.mark.parametrize(
    "credits, told", [([1, 0], True), (["0.5", "0.5", "-0.5"], False), (["0.5", "0.5", "-1"], True)]
)
def test_credits_are_told_where_wrong_options_take_off_otherwise(name, credits, told):
    options = [{"text": f"o{place}", "credit": credit} for place, credit in enumerate(credits)]
    asked = question("multiple_response", {"options": options})
    lost, found = there_and_back(name, asked)
    assert ("scoring" in lost) == told
    every = [[*ids] for ids in (["a"], asked.content.ids[::2], asked.content.ids)]
    assert told == any(found.score(ids).fraction != asked.score(ids).fraction for ids in every)


def test_what_h5p_has_no_place_for_is_told_and_a_name_keeps_its_signs():
    words = {"text": "See [[1]]", "choices": ["a", "b"], "gaps": {"1": "a"}, "reuse": True}
    lost, found = there_and_back("h5p", question("drag_words", words, name="a &lt; b"))
    assert ("reuse" in lost, found.content.reuse, found.name) == (True, False, "a &lt; b")


def test_what_is_explained_of_an_essay_has_no_place_on_a_card():
    asked = question("essay", {"model_answer": "Because of it all. " * 12}, explanation="So.")
    assert "explanation" in there_and_back("anki", asked)[0]


QTI = ["qti21", "qti22", "qti30"]


def test_points_on_a_picture_stay_where_they_are_near_its_edge():
    picture = {"file": "images/p.svg", "alt": "Map", "width": 80, "height": 60}
    picture["places"] = {"1": {"coords": [1, 34]}, "2": {"coords": [79, 59]}}
    text = "1. [[1]]\n2. [[2]]"
    words = {"text": text, "choices": ["a", "b"], "gaps": {"1": "a", "2": "b"}, "picture": picture}
    found = stays("qti30", question("drag_words", words))
    assert [place.coords for place in found.content.picture.places.values()] == [(1, 34), (79, 59)]


@pytest.mark.parametrize("name", QTI)
@pytest.mark.parametrize("points", ["1.234567", "7/3", "0.1"])
def test_points_that_parts_share_come_back_as_they_were(name, points):
    pairs = [{"stem": str(place), "choice": f"c{place}"} for place in range(6)]
    asked = question("matching", {"pairs": pairs}, points=points)
    assert stays(name, asked).points == asked.points


@pytest.mark.parametrize("name", QTI)
def test_credits_that_do_not_reach_all_points_are_told(name):
    options = [{"text": "a", "credit": "1/3"}, {"text": "b", "credit": "1/3"}, {"text": "c", "credit": 0}]
    gaps = {"1": {"type": "multiple_response", "options": options}}
    for asked in (
        question("multiple_response", {"options": options}),
        question("cloze", {"text": "See [[1]]", "gaps": gaps}),
    ):
        lost, found = there_and_back(name, asked)
        assert ("points" in lost, found.points) == (True, Fraction(2, 3))
        assert "points" not in there_and_back(name, found)[0]


@pytest.mark.parametrize("name", QTI)
def test_an_option_that_is_only_a_comment_makes_a_question_that_is_not_written(name):
    content = {"options": [{"text": "a", "correct": True}, {"text": "<!-- b -->"}]}
    report = export(
        Bank.load({"bank": "b", "title": "B"}, [question("single_choice", content, text_format="html")]),
        {},
        get(name),
        Instances(date(2026, 1, 1)),
    ).report
    assert [one["kind"] for one in report.unsupported] == ["an option without words"]


@pytest.mark.parametrize("name", [*QTI, "qti12", "anki"])
def test_what_looks_like_a_picture_in_a_piece_of_code_stays_as_it_is_written(name):
    prompt = "Say `![A](images/p.svg)` and\n\n    ![A](images/p.svg)\n\nwhere it is ![B](images/p.svg)"
    asked = question("short_text", {"answers": ["six"]}, prompt=prompt)
    assert stays(name, asked).prompt.count("![A](images/p.svg)") == 2


@pytest.mark.parametrize("name", [*QTI, "qti12"])
def test_what_is_lost_of_a_number_in_a_text_is_told_of_its_gap(name):
    answers = [{"value": 3, "tolerance": 1}, {"value": 3, "credit": "1/2"}]
    gaps = {"1": {"type": "numerical", "answers": answers}}
    assert "gaps" in there_and_back(name, question("cloze", {"text": "See [[1]]", "gaps": gaps}))[0]
    assert "answers" in there_and_back(name, question("numerical", {"answers": answers}))[0]


@pytest.mark.parametrize("type, content", [("true_false", {"answer": True}), ("description", {})])
def test_an_id_stands_in_the_title_of_text2qti_where_there_is_no_name(type, content):
    asked = question(type, content, id="sum.of-two", feedback={"wrong": "No"})
    lost, found = there_and_back("text2qti", asked)
    assert (found.id, found.name, "feedback" in lost) == ("sum.of-two", None, type == "description")
    assert stays("text2qti", asked) == found


def test_a_blank_at_the_end_of_html_says_nothing_in_text2qti():
    asked = question("true_false", {"answer": True}, prompt="<i>So</i> it is &nbsp;", text_format="html")
    assert stays("text2qti", asked).prompt == "<i>So</i> it is"


def test_numbers_of_any_size_and_shares_of_boxes_come_back_from_qti12():
    huge = question("numerical", {"answers": [{"value": "1e150"}, {"value": "-1e-150"}]})
    assert stays("qti12", huge).content == huge.content
    credits = ["2/21", "2/3", "-1/3", "0.1234567"]
    options = [{"text": f"o{place}", "credit": credit} for place, credit in enumerate(credits)]
    found = stays("qti12", question("multiple_response", {"options": options}))
    assert round(float(found.score(["a", "b", "d"]).fraction), 6) == 1


def test_what_qti12_rounds_and_forgives_less_in_gaps_and_areas_is_told():
    options = [{"text": "a", "correct": None, "credit": 1}, {"text": "b", "credit": "-8/21"}]
    kept = [{"text": "a", "credit": 1}, {"text": "b", "credit": "0.12345"}]
    typed = {"type": "short_text", "answers": ["six"], "fold": ["accents"]}
    for gap, told in (
        ({"type": "single_choice", "options": options}, True),
        ({"type": "single_choice", "options": kept}, False),
        (typed, True),
    ):
        lost, _ = there_and_back("qti12", question("cloze", {"text": "See [[1]]", "gaps": {"1": gap}}))
        assert ("gaps" in lost) == told
    area = {"label": "A", "shape": "circle", "coords": [10, 20, "10/3"], "correct": True}
    image = {"file": "images/m.svg", "alt": "M", "width": 80, "height": 60}
    assert "regions" in there_and_back("qti12", question("hotspot", {"image": image, "regions": [area]}))[0]


@pytest.mark.parametrize(
    "kind, inside",
    [
        ("cloze", "a [[b]] < {1:SHORTANSWER:=c}\nd"),
        ("gapselect", "a [[b]] < [[1]]\nd"),
        ("ddwtos", "a [[b]] < [[1]]\nd"),
    ],
)
def test_what_looks_like_a_gap_in_a_plain_text_of_moodle_stays_a_text(kind, inside):
    words = {
        "gapselect": "<selectoption><text>c</text><group>1</group></selectoption>" * 2,
        "ddwtos": "<dragbox><text>c</text><group>1</group></dragbox>" * 2,
    }.get(kind, "")
    text = f'<questiontext format="plain_text"><text><![CDATA[{inside}]]></text></questiontext>'
    name = "<name><text>Q</text></name>"
    words = words.replace("<text>c", "<text>d", 1)
    (found,), report = read(
        get("moodle-xml"), f'<quiz><question type="{kind}">{name}{text}{words}</question></quiz>'.encode()
    )
    assert report.errors == []
    assert found.content.text == "a &#91;[b]] &lt; [[1]]<br />d"
    assert to_html(found.content.text) == "a [[b]] &lt; [[1]]<br>d"
    assert stays("moodle-xml", found).content.text == found.content.text


@pytest.mark.parametrize("name", ["moodle-xml", "cloze-text", "blackboard", "qti12"])
def test_what_looks_like_a_gap_in_the_prompt_stays_there(name):
    gaps = {"1": {"type": "short_text", "answers": [{"text": "six"}]}}
    asked = question("cloze", {"text": "*See* [[1]] & that", "gaps": gaps}, prompt="Say [[word]] and *so*")
    assert "[[word]]" in to_html(stays(name, asked).prompt)


def test_what_looks_like_a_gap_stays_a_text_where_the_gaps_make_markdown_html():
    options = [{"text": "a **b**", "correct": True}, {"text": "c"}]
    gaps = {"1": {"type": "single_choice", "options": options}}
    asked = question("cloze", {"text": "*See* [[1]]", "gaps": gaps}, prompt="Say [[word]]")
    assert to_html(stays("moodle-xml", asked).prompt) == "Say [[word]]"


@pytest.mark.parametrize("name", ["text2qti", "gift"])
def test_a_tolerance_that_becomes_a_range_is_told(name):
    answers = [{"value": 100, "tolerance": "0.25", "tolerance_type": "geometric"}]
    lost, found = there_and_back(name, question("numerical", {"answers": answers}))
    assert ("answers" in lost, found.content.answers[0].bounds) == (True, (80, 125))
    assert "answers" not in there_and_back(name, found)[0]
