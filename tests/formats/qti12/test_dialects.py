"""QTI 1.2 in the ways of single systems: items built as their exports are, in words of our own."""

from base64 import b64encode
from html import escape

import pytest

from quiz.banks.model import Question
from quiz.errors import Invalid
from quiz.files.archive import Archive, pack
from quiz.formats import recognise
from quiz.formats.base import HEAD_BYTES, Found
from tests.formats.qti12.test_qti12 import FORMAT, entries, one
from tests.formats.samples import read, written
from tests.pictures import png


def material(text, style="html"):
    """A text as it stands in an item."""
    return f'<material><mattext texttype="text/{style}">{escape(text)}</mattext></material>'


def metadata(**said):
    """What is said of an item."""
    fields = "".join(
        f"<qtimetadatafield><fieldlabel>{label}</fieldlabel><fieldentry>{entry}</fieldentry></qtimetadatafield>"
        for label, entry in said.items()
    )
    return f"<itemmetadata><qtimetadata>{fields}</qtimetadata></itemmetadata>"


def label(ident, text, more=""):
    """An option."""
    return f'<response_label ident="{ident}" {more}>{material(text, "plain")}</response_label>'


def menu(ident, labels, cardinality="Single", stem=""):
    """A response that is chosen."""
    shown = f"<render_choice>{''.join(labels)}</render_choice>"
    return f'<response_lid ident="{ident}" rcardinality="{cardinality}">{stem and material(stem)}{shown}</response_lid>'


def equal(ident, value, more=""):
    """A test."""
    return f'<varequal respident="{ident}"{more}>{value}</varequal>'


def rule(tests, worth=None, name="SCORE", action="Add", shows=""):
    """A condition."""
    given = "" if worth is None else f'<setvar varname="{name}" action="{action}">{worth}</setvar>'
    told = f'<displayfeedback feedbacktype="Response" linkrefid="{shows}"/>' if shows else ""
    return f'<respcondition continue="Yes"><conditionvar>{tests}</conditionvar>{given}{told}</respcondition>'


def feedback(ident, text):
    """A text of feedback."""
    return f'<itemfeedback ident="{ident}"><flow_mat>{material(text)}</flow_mat></itemfeedback>'


def item(said, asked, *rules, outcomes="<decvar/>", more=""):
    """An item."""
    return (
        f'<item ident="i">{said}<presentation><flow>{asked}</flow></presentation>'
        f"<resprocessing><outcomes>{outcomes}</outcomes>{''.join(rules)}</resprocessing>{more}</item>"
    )


def fields_of(text):
    """The fields of the question, and the fields that are lost."""
    found = one(text)
    assert isinstance(found, Found), found
    return found.fields, sorted(loss.field for loss in found.losses)


def worth(question, *tried):
    """What these answers give."""
    return [float(question.score(response).fraction) for response in tried]


def question(text):
    """The question of the item."""
    (found,), report = read(FORMAT, f"<questestinterop>{text}</questestinterop>".encode())
    assert not report.errors
    return found


@pytest.mark.parametrize(
    "worths, lost",
    [
        ([(1, 1, 33.33), (2, 2, 33.34)], []),
        ([(1, 1, 30), (2, 2, 10)], ["pairs"]),
        ([(1, 1, 10), (1, 2, 5), (2, 2, 10)], ["pairs"]),
        ([(1, 1, 10), (1, 2, -5), (2, 2, 10)], ["scoring"]),
    ],
)
def test_pairs_that_are_worth_more_than_others_are_told(worths, lost):
    """They counted the same, in silence."""
    choices = [label("1", "Kara Sea"), label("2", "Laptev Sea")]
    asked = menu("response_1", choices, stem="Ob") + menu("response_2", choices, stem="Lena")
    rules = [rule(equal(f"response_{stem}", choice), worth) for stem, choice, worth in worths]
    fields, told = fields_of(item("", material("Match.") + asked, *rules))
    assert ([pair["choice"] for pair in fields["pairs"]], told) == (["Kara Sea", "Laptev Sea"], lost)


# Canvas --------------------------------------------------------------------------------------------------------------

BLANKS = metadata(question_type="fill_in_multiple_blanks_question")


def test_canvas_accepts_every_answer_that_it_lists_though_its_rules_name_the_first():
    asked = material("The [river] is long.") + menu("response_river", [label("1", "Ob"), label("2", "Lena")])
    fields, lost = fields_of(item(BLANKS, asked, rule(equal("response_river", "1"), 100)))
    assert fields["gaps"]["river"] == {"type": "short_text", "answers": [{"text": "Ob"}, {"text": "Lena"}]}
    assert not lost


@pytest.mark.parametrize(
    "way, gap",
    [
        ("answer_type='dropdown'", {"options": [{"id": "1", "text": "Ob", "correct": True}, {"id": "2", "text": "Ili"}]}),
        ("answer_type='openEntry' scoring_algorithm='TextContainsAnswer'", {"answers": [{"text": "*Ob*"}, {"text": "*Ili*"}], "case_sensitive": True}),
        (
            "answer_type='openEntry' scoring_algorithm='TextCloseEnough' levenshtein_distance='1' ignore_case='true'",
            {"answers": [{"text": "Ob"}, {"text": "Ili"}], "typo": 1},
        ),
        (
            "answer_type='openEntry' scoring_algorithm='TextEquivalence'",
            {"answers": [{"text": "Ob"}, {"text": "Ili"}], "case_sensitive": True},
        ),
    ],
)  # fmt: skip
def test_new_quizzes_say_of_each_option_how_a_gap_is_filled(way, gap):
    said = metadata(question_type="fill_in_multiple_blanks_question", case_sensitive="true")
    asked = material("The [x] is long.") + menu("response_x", [label("1", "Ob", way), label("2", "Ili", way)])
    fields, lost = fields_of(item(said, asked, rule(equal("response_x", "1"), 100)))
    kind = "single_choice" if "options" in gap else "short_text"
    assert fields["gaps"]["x"] == {"type": kind, **gap}
    assert not lost


@pytest.mark.parametrize(
    "said",
    [
        "data-equation-content='{}'",
        'class="equation_image" title="{}"',
        'title="File name.png" data-equation-content="{}"',
        "",
    ],
)
@pytest.mark.parametrize(
    "place", ["/equation_images/x%255E2", "https://school.example/equation_images/x%255E2?scale=1"]
)
def test_a_picture_of_tex_is_the_tex(said, place):
    """It was "LaTeX: x^2", the question a draft, or a picture of another site."""
    tex = "x^2 &lt; \\frac{1}{2}"
    shown = f'<p>Is <img alt="LaTeX: {tex}" src="{place}" {said.format(tex)}> so?</p>'
    asked = material(shown) + menu("response1", [label("1", "Yes"), label("2", "No")])
    fields, lost = fields_of(item("", asked, rule(equal("response1", 1), 100)))
    assert (fields["prompt"], fields.get("status"), lost) == (rf"<p>Is \({tex}\) so?</p>", None, [])


def test_what_stands_in_a_tag_is_no_gap():
    asked = material('<p title="[x]">The <b>[x]</b> is long.</p>') + menu("response_x", [label("1", "Ob")])
    fields, _ = fields_of(item(BLANKS, asked, rule(equal("response_x", "1"), 100)))
    assert fields["text"] == '<p title="[x]">The <b>[[x]]</b> is long.</p>'


def test_a_number_of_canvas_is_one_without_bounds_too():
    asked = material("Twice?") + '<response_str ident="response1"><render_fib/></response_str>'
    said = metadata(question_type="numerical_question")
    fields, _ = fields_of(item(said, asked, rule(equal("response1", "2.50"), 100)))
    assert (fields["type"], fields["answers"]) == ("numerical", [{"value": "2.5"}])


def test_questions_of_a_bank_that_did_not_come_are_told():
    """A group of Canvas that draws from a bank was told as a setting only."""
    group = (
        "<selection_ordering><selection><sourcebank_ref>{}</sourcebank_ref></selection></selection_ordering>"
    )
    drawn = "".join(f'<section ident="{name}">{group.format(name)}</section>' for name in ("here", "gone"))
    quiz = f'<questestinterop><assessment ident="q">{drawn}</assessment></questestinterop>'
    asked = material("Ob?") + menu("response1", [label("1", "Yes"), label("2", "No")])
    own = item("", asked, rule(equal("response1", 1), 100))
    bank = f'<questestinterop><objectbank ident="here">{own}</objectbank></questestinterop>'
    head, *_, found = entries(
        pack({"q/q.xml": quiz.encode(), "banks/here.xml.qti": bank.encode()}), "x.imscc"
    )
    assert isinstance(found, Found)
    told = [loss.detail for loss in head.losses if loss.field == "questions"]
    assert told == ["some are drawn from the bank 'gone', which is not in the file – export the whole course"]


def test_a_gap_that_is_compared_with_a_pattern_is_not_supported():
    way = "answer_type='openEntry' scoring_algorithm='TextRegex'"
    asked = material("The [x] is long.") + menu("response_x", [label("1", "^O.$", way)])
    assert (
        one(item(BLANKS, asked, rule(equal("response_x", "1"), 100))).kind == "a gap compared with a pattern"
    )


def test_empty_lines_of_a_form_are_left_out():
    several = menu("R", [label("0", ""), label("1", "Ob"), label("2", "Ili"), label("3", "Lena")], "Multiple")
    tests = f"<and><not>{equal('R', 0)}</not>{equal('R', 1)}<not>{equal('R', 2)}</not>{equal('R', 3)}</and>"
    fields, lost = fields_of(item("", material("Which?") + several, rule(tests, 100, action="Set")))
    assert [option["text"] for option in fields["options"]] == ["Ob", "Ili", "Lena"]
    assert (fields["scoring"], lost) == ("all_or_nothing", ["options"])
    choices = [label("0", ""), label("1", "Kara Sea"), label("2", "Laptev Sea")]
    asked = "".join(menu(f"response_{n}", choices, stem=stem) for n, stem in enumerate(["", "Ob", "Lena"]))
    rules = [rule(equal(f"response_{n}", n), 33.33) for n in range(3)]
    fields, lost = fields_of(item(metadata(question_type="matching_question"), asked, *rules))
    assert [(pair["stem"], pair["choice"]) for pair in fields["pairs"]] == [
        ("Ob", "Kara Sea"),
        ("Lena", "Laptev Sea"),
    ]
    assert lost == ["options", "pairs"]


def test_an_essay_has_its_length_and_its_model_answer():
    field = '<response_str ident="R" word_limit_min="5" word_limit_max="50" word_limit_enabled="Yes"><render_fib/></response_str>'
    model = f'<itemfeedback ident="solution"><solution><solutionmaterial>{material("So.")}</solutionmaterial></solution></itemfeedback>'
    found = question(item(metadata(question_type="essay_question"), material("Why?") + field, more=model))
    assert (found.content.words.min, found.content.words.max, found.content.model_answer) == (5, 50, "So.")
    (again,), _ = read(FORMAT, written(FORMAT, [found])[0])
    assert (again.content.model_answer, again.explanation) == ("So.", None)


# Blackboard, D2L -----------------------------------------------------------------------------------------------------


def test_blackboard_ultra_names_options_otherwise_in_its_rules():
    asked = material("Which?") + menu(
        "R", [label("new_1", "Ob"), label("new_2", "Ili"), label("new_3", "Lena")], "Single"
    )
    tests = f"<and>{equal('R', 'x1')}<not>{equal('R', 'x2')}</not>{equal('R', 'x3')}</and>"
    said = "<itemmetadata><bbmd_questiontype>Multiple Answer</bbmd_questiontype></itemmetadata>"
    fields, lost = fields_of(
        item(said, asked, rule(tests, "SCORE.max", action="Set"), outcomes='<decvar maxvalue="1"/>')
    )
    assert (fields["type"], lost) == ("multiple_response", ["options"])
    assert [option.get("correct", False) for option in fields["options"]] == [True, False, True]


def block(name, *parts):
    """A part of an item of Blackboard."""
    return f'<flow class="{name}">{"".join(parts)}</flow>'


def blackboard(kind, asked, *rules, **said):
    """An item of Blackboard Learn that is worth ten points."""
    told = "".join(f"<{name}>{text}</{name}>" for name, text in {"bbmd_questiontype": kind, **said}.items())
    points = '<decvar varname="SCORE" maxvalue="10.0" minvalue="0.0"/>'
    return item(
        f"<itemmetadata>{told}<qmd_absolutescore_max>10.0</qmd_absolutescore_max></itemmetadata>",
        asked,
        *rules,
        outcomes=points,
    )


def bb_rule(tests, *setvars, title=""):
    """A condition with variables of Blackboard's own."""
    given = "".join(f'<setvar variablename="{name}" action="Set">{value}</setvar>' for name, value in setvars)
    named = f' title="{title}"' * bool(title)
    return f'<respcondition{named}><conditionvar>{tests}</conditionvar>{given}<displayfeedback linkrefid="correct"/></respcondition>'


ELSE = '<respcondition title="incorrect"><conditionvar><other/></conditionvar><setvar variablename="SCORE" action="Set">0.0</setvar></respcondition>'


def bb_matching(*percents, negative="0.0", choices=None, key=range(9)):
    """Stems s, t, u …, whose choices X, Y, Z … stand in a part of their own: the options have no texts.

    ``negative``: what the last pair takes off where it is wrong. ``key``: the places of the right choices.
    """
    choices = choices or "XYZW"[: len(percents)]
    taken = ["0.0"] * (len(percents) - 1) + [negative]
    names = "stuv"[: len(percents)]
    rows = []
    for name in names:
        options = "".join(f'<response_label ident="{name}{place}"/>' for place in range(len(choices)))
        shown = f"<render_choice>{options}</render_choice>"
        response = f'<response_lid ident="{name}" rcardinality="Single">{shown}</response_lid>'
        rows.append(block("Block", response, material(f"stem {name}")))
    right = block("RIGHT_MATCH_BLOCK", *(block("Block", material(text)) for text in choices))
    rules = [
        bb_rule(
            equal(name, f"{name}{key[place]}"),
            ("PartialCreditPercent", percent),
            ("NegativeCreditPercent", taken[place]),
        )
        for place, (name, percent) in enumerate(zip(names, percents, strict=True))
    ]
    return blackboard(
        "Matching",
        block("QUESTION_BLOCK", material("Match.")) + block("RESPONSE_BLOCK", *rows) + right,
        *rules,
        ELSE,
        bbmd_partialcredit="true",
    )


@pytest.mark.parametrize(
    "percents, negative, lost",
    [((50.0, 50.0), "0.0", []), ((33.33, 33.33, 33.34), "0.0", []), ((75.0, 25.0), "0.0", ["pairs"]), ((50.0, 50.0), "50.0", ["options"]), ((100.0, 0.0), "0.0", ["options"])],
)  # fmt: skip
def test_pairs_of_blackboard_learn_have_their_choices_elsewhere(percents, negative, lost):
    """Options that no rule names were taken for empty lines: every stem had the first choice."""
    fields, told = fields_of(bb_matching(*percents, negative=negative))
    assert [(pair["stem"], pair["choice"]) for pair in fields["pairs"]] == [
        (f"stem {name}", choice) for name, choice in zip("stuv", "XYZW"[: len(percents)], strict=False)
    ]
    assert told == lost


WAYS = [("EXACT", [1, 0, 0]), ("CONTAINS", [1, 1, 0])]


@pytest.mark.parametrize("way, scores", WAYS)
def test_blackboard_says_how_what_is_typed_is_compared(way, scores):
    """Everything was compared whole."""
    typed = '<response_str ident="response"><render_fib/></response_str>'
    asked = block("QUESTION_BLOCK", material("Which river?")) + block("RESPONSE_BLOCK", typed)
    rule = bb_rule(equal("response", "Lena"), ("EvaluationType", way), title="a")
    one = question(blackboard("Fill in the Blank", asked, rule, ELSE))
    assert worth(one, "LENA", "the Lena", "Ob") == scores
    gaps = block("QUESTION_BLOCK", material("[x] and [y]")) + block(
        "RESPONSE_BLOCK", *(f'<response_str ident="{name}"><render_fib/></response_str>' for name in "xy")
    )
    tests = (
        f"<and><or>{equal('x', 'Lena', f' setmatch={way.title()!r}')}</or><or>{equal('y', 'Ob')}</or></and>"
    )
    several = question(
        blackboard(
            "Fill in the Blank Plus", gaps, bb_rule(tests, ("SCORE", "SCORE.max"), title="correct"), ELSE
        )
    )
    assert worth(several, *({"x": x, "y": "ob"} for x in ("LENA", "the Lena", "Ob"))) == scores
    left = blackboard("Fill in the Blank", asked, rule.replace(way, "MATCHES"), ELSE)
    assert (
        entries(f"<questestinterop>{left}</questestinterop>".encode())[-1].kind
        == "a gap compared with a pattern"
    )


def bb_options(cardinality, right, *percents, **said):
    """Options a, b, c …, what each is worth, and a rule that those of ``right`` are the answer."""
    names = "abcd"[: len(percents)]
    asked = block("QUESTION_BLOCK", material("Which?")) + block(
        "RESPONSE_BLOCK", menu("response", [label(name, name.upper()) for name in names], cardinality)
    )
    tests = "".join(
        equal("response", name) if name in right else f"<not>{equal('response', name)}</not>"
        for name in names
    )
    whole = bb_rule(
        equal("response", right) if cardinality == "Single" else f"<and>{tests}</and>",
        ("SCORE", "SCORE.max"),
        title="correct",
    )
    each = [
        bb_rule(f'<varequal respident="{name}" case="No"/>', ("SCORE", percent))
        for name, percent in zip(names, percents, strict=True)
    ]
    return blackboard(
        "Multiple Answer" if cardinality == "Multiple" else "Multiple Choice",
        asked,
        whole,
        ELSE,
        *each,
        **said,
    )


def test_blackboard_gives_parts_of_the_mark_in_percent():
    """They were a loss."""
    several = question(bb_options("Multiple", "ac", 60, -20, 40, bbmd_partialcredit="true"))
    assert several.points == 10
    assert worth(several, ["a", "c"], ["a"], ["c", "b"], ["b"]) == [1, 0.6, 0.2, 0]
    single = question(bb_options("Single", "b", 25, 100, 0, bbmd_partialcredit="true"))
    assert worth(single, "a", "b", "c") == [0.25, 1, 0]


@pytest.mark.parametrize(
    "percents, said, lost", [((0, 0), "true", ["options"]), ((50, 0), "true", ["options"]), ((50, 0), "", [])]
)
def test_percentages_that_the_key_does_not_have_count_for_nothing(percents, said, lost):
    fields, told = fields_of(bb_options("Single", "b", *percents, bbmd_partialcredit=said))
    assert [option.get("correct", False) for option in fields["options"]] == [False, True]
    assert told == lost


def test_either_or_is_said_in_words():
    """Students saw ``yes_no.true``."""
    names = ("yes_no.true", "yes_no.false")
    asked = material("Is it?") + menu("response", [label(name, name) for name in names])
    fields, _ = fields_of(
        blackboard("Either/Or", asked, bb_rule(equal("response", names[0]), ("SCORE", "SCORE.max")))
    )
    assert [option["text"] for option in fields["options"]] == ["Yes", "No"]


def test_a_blank_line_among_the_choices_of_blackboard_moves_no_other():
    """Each text behind it was the choice before: t went with W."""
    fields, _ = fields_of(bb_matching(50.0, 50.0, choices=("X", "", "Z", "W"), key=(0, 2)))
    assert [(pair["stem"], pair["choice"]) for pair in fields["pairs"]] == [("stem s", "X"), ("stem t", "Z")]
    assert [one["choice"] for one in fields["distractors"]] == ["W"]


def test_only_blackboard_has_names_for_either_or():
    asked = material("Which?") + menu("R", [label("0", "is_it.true"), label("1", "is_it.false")])
    fields, _ = fields_of(item("", asked, rule(equal("R", 0), 100)))
    assert [option["text"] for option in fields["options"]] == ["is_it.true", "is_it.false"]


def test_a_formula_holds_no_gap():
    tex = '<img src="/equation_images/x" data-equation-content="\\sqrt[3]{8}">'
    said = "<itemmetadata><qtimetadatafield><fieldlabel>question_type</fieldlabel><fieldentry>fill_in_multiple_blanks_question</fieldentry></qtimetadatafield></itemmetadata>"
    boxes = "".join(menu(f"response_{name}", [label(f"{name}1", f"a{name}")]) for name in "123")
    asked = material(f"<p>{tex} is [1] [2] [3]</p>") + boxes
    fields, _ = fields_of(
        item(said, asked, *(rule(equal(f"response_{n}", f"{n}1"), 33.33, action="Add") for n in "123"))
    )
    assert fields["text"] == r"<p>\(\sqrt[3]{8}\) is [[1]] [[2]] [[3]]</p>"


def test_notes_for_who_teaches_are_a_loss():
    asked = (
        block("QUESTION_BLOCK", material("Why?"))
        + '<response_str ident="response"><render_fib/></response_str>'
    )
    assert fields_of(blackboard("Essay", asked, qmd_instructornotes="Be kind."))[1] == ["rubric"]


def test_how_many_options_are_chosen_is_said_by_the_kind_where_the_key_allows_it():
    asked = material("Which?") + menu(
        "R", [label("0", "Ob"), label("1", "Ili"), label("2", "Lena")], "Multiple"
    )
    said = metadata(qmd_questiontype="Multiple Choice")
    assert fields_of(item(said, asked, rule(equal("R", 0), 100, action="Set")))[0]["type"] == "single_choice"
    both = f"<and>{equal('R', 0)}{equal('R', 2)}</and>"
    assert fields_of(item(said, asked, rule(both, 100, action="Set")))[0]["type"] == "multiple_response"
    added = [rule(equal("R", name), 50) for name in (0, 2)]
    assert fields_of(item(said, asked, *added))[0]["type"] == "multiple_response"


def test_d2l_gives_options_of_which_one_is_chosen_percentages():
    """Who ticked the right one of "several" got nothing, since a half right one stood beside it."""
    asked = material("Which?") + menu("R", [label(name, name) for name in "abc"], "Multiple")
    rules = [
        rule(equal("R", name), percent, action="Set") for name, percent in (("a", 100), ("b", 50), ("c", 0))
    ]
    found = question(item(metadata(qmd_questiontype="Multiple Choice"), asked, *rules))
    assert (found.type, worth(found, "a", "b", "c")) == ("single_choice", [1, 0.5, 0])


def counted(kind, grading, asked, right, wrong):
    """An item of D2L, which counts right and wrong parts."""
    style = f'<response_extension xmlns:d="x"><d:grading_type>{grading}</d:grading_type></response_extension>'
    variables = "".join(
        f'<decvar varname="{name}" maxvalue="100"/>' for name in ("que_score", "D2L_Correct", "D2L_Incorrect")
    )
    end = '<respcondition><setvar varname="que_score" action="Set">D2L_Correct</setvar></respcondition>'
    rules = [rule(test, 1, "D2L_Correct") for test in right] + [
        rule(test, 1, "D2L_Incorrect") for test in wrong
    ]
    return item(
        metadata(qmd_questiontype=kind, qmd_weighting="2"),
        material("Which?") + style + asked,
        *rules,
        end,
        outcomes=variables,
    )


def test_d2l_counts_right_and_wrong_options():
    asked = menu("R", [label(name, name) for name in "abcd"], "Multiple")
    key, others = [equal("R", "a"), equal("R", "b")], [equal("R", "c"), equal("R", "d")]
    tried = [("a", "b"), ("a",), ("a", "b", "c"), ("a", "b", "c", "d")]
    for grading, expected in ((0, [1, 0, 0, 0]), (1, [1, 0.5, 0.5, 0]), (2, [1, 0.5, 0.5, 0])):
        text = counted("Multi-Select", grading, asked, key, others)
        assert worth(question(text), *tried) == expected
        assert fields_of(text)[1] == (["scoring"] if grading == 2 else [])


def test_d2l_names_responses_by_respident_and_items_of_an_order_in_the_tests():
    choices = "".join([label("A1", "Kara Sea"), label("A2", "Laptev Sea")])
    groups = "".join(
        f'<response_grp respident="C{n}" rcardinality="Single">{material(stem)}<render_choice>{choices}</render_choice></response_grp>'
        for n, stem in ((1, "Ob"), (2, "Lena"))
    )
    pairs = counted(
        "Matching", 0, groups, [equal("C1", "A1"), equal("C2", "A2")], [equal("C1", "A2"), equal("C2", "A1")]
    )
    assert [(one.stem, one.choice) for one in question(pairs).content.pairs] == [
        ("Ob", "Kara Sea"),
        ("Lena", "Laptev Sea"),
    ]
    labels = "".join(label(f"O{n}", text) for n, text in enumerate(["Lena", "Ob", "Yenisei"], 1))
    group = f'<response_grp respident="O" rcardinality="Ordered"><render_choice>{labels}</render_choice></response_grp>'
    places = [equal("O1", 3), equal("O2", 1), equal("O3", 2)]
    for grading, expected in ((0, [1, 1 / 3]), (1, [1, 0])):
        order = question(
            counted("Ordering", grading, group, places, [f"<not>{test}</not>" for test in places])
        )
        assert [one.text for one in order.content.items] == ["Ob", "Yenisei", "Lena"]
        assert worth(order, ["O2", "O3", "O1"], ["O2", "O1", "O3"]) == pytest.approx(expected)


def test_d2l_names_fields_in_the_tests_and_has_several_for_the_same_answers():
    field = '<response_str ident="{0}S" rcardinality="Single"><render_fib {1}><response_label ident="{0}A"/></render_fib></response_str>'
    asked = material("The ") + field.format("x", "") + material(" is long.")
    fields, _ = fields_of(
        item(
            metadata(qmd_questiontype="Fill in the Blanks"), asked, rule(equal("xA", "Ob"), 100, action="Set")
        )
    )
    assert (fields["text"], fields["gaps"]["xS"]["answers"]) == ("The [[xS]] is long.", [{"text": "Ob"}])
    boxes = material("Two rivers!") + field.format("x", 'xmlns:d="x" d:input_boxes="2"')
    rules = [rule(equal("xA", name), 50, action="Set") for name in ("Ob", "Ili", "Lena")]
    both = question(item(metadata(qmd_questiontype="Multi-Short Answer"), boxes, *rules))
    assert worth(both, {"1": "Lena", "2": "Ob"}, {"1": "Ob", "2": "ob"}, {"1": "Amur", "2": "Ili"}) == [
        1,
        0.5,
        0.5,
    ]


@pytest.mark.parametrize("said", ["yes", "true", "no"])
def test_d2l_says_whether_an_answer_is_a_pattern(said):
    """The name of its element was told, and nothing of a pattern."""
    told = f"<var_extension><answer_is_regexp>{said}</answer_is_regexp></var_extension>"
    typed = '<response_str ident="S"><render_fib/></response_str>'
    found = one(item("", material("Which?") + typed, rule(equal("S", "Ob") + told, 100)))
    expected = [{"text": "Ob"}] if said == "no" else "a gap compared with a pattern"
    assert (found.fields["answers"] if isinstance(found, Found) else found.kind) == expected


def test_points_that_are_no_number_are_told():
    said = "<itemmetadata><qmd_absolutescore_max>ten</qmd_absolutescore_max></itemmetadata>"
    asked = material("Which?") + menu("R", [label("0", "Ob"), label("1", "Ili")])
    found = one(item(said, asked, rule(equal("R", 0), 1, action="Set")))
    assert "points" not in found.fields
    assert [str(loss.detail) for loss in found.losses if loss.field == "points"] == ["'ten' is no number"]


def test_blackboard_says_minus_one_where_no_points_are_set():
    said = "<itemmetadata><qmd_absolutescore_max>-1.0</qmd_absolutescore_max></itemmetadata>"
    asked = material("Which?") + menu("R", [label("0", "Ob"), label("1", "Ili")])
    whole = rule(equal("R", 0), "SCORE.max", action="Set")
    assert question(item(said, asked, whole, outcomes='<decvar minvalue="0.0"/>')).points == 1


POOL = b"""<?xml version='1.0'?>
<POOL><TITLE value='Rivers'/><QUESTIONLIST><QUESTION id='q1' class='QUESTION_MULTIPLECHOICE' points='2'/></QUESTIONLIST>
<QUESTION_MULTIPLECHOICE id='q1'><BODY><TEXT>&lt;b&gt;Which&lt;/b&gt;?</TEXT><FLAGS><ISHTML value='true'/></FLAGS></BODY>
<ANSWER id='a'><TEXT>Ob</TEXT></ANSWER><ANSWER id='b'><TEXT>Ili</TEXT></ANSWER><ANSWER id='c'><TEXT/></ANSWER>
<GRADABLE><CORRECTANSWER answer_id='a'/><FEEDBACK_WHEN_CORRECT>Yes.</FEEDBACK_WHEN_CORRECT></GRADABLE></QUESTION_MULTIPLECHOICE>
<QUESTION_MULTIPLEANSWER id='q2'><BODY><TEXT>Which?</TEXT></BODY><ANSWER id='a'><TEXT>Ob</TEXT></ANSWER><ANSWER id='b'><TEXT>Ili</TEXT></ANSWER>
<ANSWER id='c'><TEXT>Lena</TEXT></ANSWER><GRADABLE><CORRECTANSWER answer_id='a'/><CORRECTANSWER answer_id='c'/></GRADABLE></QUESTION_MULTIPLEANSWER>
<QUESTION_TRUEFALSE id='q3'><BODY><TEXT>It is long.</TEXT></BODY><ANSWER id='a'><TEXT>True</TEXT></ANSWER><ANSWER id='b'><TEXT>False</TEXT></ANSWER>
<GRADABLE><CORRECTANSWER answer_id='b'/></GRADABLE></QUESTION_TRUEFALSE>
<QUESTION_MATCH id='q4'><BODY><TEXT>Match.</TEXT></BODY><ANSWER id='a'><TEXT>Ob</TEXT></ANSWER><ANSWER id='b'><TEXT>Lena</TEXT></ANSWER>
<CHOICE id='x'><TEXT>Kara Sea</TEXT></CHOICE><CHOICE id='y'><TEXT>Laptev Sea</TEXT></CHOICE><CHOICE id='z'><TEXT>Aral Sea</TEXT></CHOICE>
<GRADABLE><CORRECTANSWER answer_id='a' choice_id='x'/><CORRECTANSWER answer_id='b' choice_id='y'/></GRADABLE></QUESTION_MATCH>
<QUESTION_ESSAY id='q5'><BODY><TEXT>Why?</TEXT></BODY><ANSWER id='a'><TEXT>So.</TEXT></ANSWER><GRADABLE/></QUESTION_ESSAY>
<QUESTION_FILLINBLANK id='q6'><BODY><TEXT>A river: __.</TEXT></BODY><ANSWER id='a'><TEXT>Ob</TEXT></ANSWER><GRADABLE/></QUESTION_FILLINBLANK>
<QUESTION_ORDER id='q7'><BODY><TEXT>Order.</TEXT></BODY></QUESTION_ORDER>
<QUESTION_TRUEFALSE id='q8'><BODY><TEXT>It is long.</TEXT></BODY><GRADABLE/></QUESTION_TRUEFALSE>
</POOL>"""


def test_pools_of_blackboard_before_version_7():
    assert recognise(POOL[:HEAD_BYTES], "pool.dat") == FORMAT
    (single, several, truth, match, essay, typed), report = read(FORMAT, POOL)
    assert (single.points, single.prompt, single.feedback.right) == (2, "<b>Which</b>?", "Yes.")
    assert [(one.text, one.right) for one in single.content.options] == [("Ob", True), ("Ili", False)]
    assert worth(several, ["a", "c"], ["a"]) == [1, 0]
    assert (truth.content.answer, essay.content.model_answer, typed.content.answers[0].text) == (
        False,
        "So.",
        "Ob",
    )
    assert [(one.stem, one.choice) for one in match.content.pairs] == [
        ("Ob", "Kara Sea"),
        ("Lena", "Laptev Sea"),
    ]
    assert [one.choice for one in match.content.distractors] == ["Aral Sea"]
    assert [one["kind"] for one in report.unsupported] == ["ORDER"]
    assert "nothing is said to be right" in report.errors[0]["message"]
    about = b"<DESCRIPTION><TEXT>&lt;p&gt;For the trip.&lt;/p&gt;</TEXT></DESCRIPTION><QUESTIONLIST>"
    _, told = read(FORMAT, POOL.replace(b"<QUESTIONLIST>", about))
    assert [one["detail"] for one in told.losses] == ["the description of the quiz: For the trip."]
    packed, _ = read(FORMAT, pack({"imsmanifest.xml": b"<manifest/>", "res00001.dat": POOL}))
    assert packed == [single, several, truth, match, essay, typed]


@pytest.mark.parametrize("said, points", [("100", 100), ("0.5", 0.5), ("-1", 1), ("some", 1)])
def test_a_pool_says_what_its_questions_are_worth(said, points):
    """A hundred points were taken for none said, and less than none for an error."""
    found, _ = read(FORMAT, POOL.replace(b"points='2'", f"points='{said}'".encode()))
    assert float(found[0].points) == points


def test_a_pool_says_texts_to_type_in_html_and_stems_with_one_choice():
    typed = POOL.replace(
        b"<TEXT>Ob</TEXT></ANSWER><GRADABLE/>", b"<TEXT>A &amp;amp; B</TEXT></ANSWER><GRADABLE/>"
    )
    assert read(FORMAT, typed)[0][-1].content.answers[0].text == "A & B"
    one = b"<CORRECTANSWER answer_id='a' choice_id='x'/>"
    _, report = read(FORMAT, POOL.replace(one, one + one.replace(b"'x'", b"'z'")))
    assert report.unsupported[0]["kind"] == "matching in which a stem has several choices"


# ILIAS, Sakai, OpenOLAT, Respondus -----------------------------------------------------------------------------------


def test_ilias_matches_in_one_group():
    stems = "".join(label(name, text, 'match_group="1,2,3"') for name, text in (("11", "Ob"), ("12", "Lena")))
    choices = "".join(
        label(name, text) for name, text in (("1", "Kara Sea"), ("2", "Laptev Sea"), ("3", "Black Sea"))
    )
    group = f'<response_grp ident="MQ" rcardinality="Multiple"><render_choice>{stems}{choices}</render_choice></response_grp>'
    pairs = [f'<varsubset respident="MQ">{pair}</varsubset>' for pair in ("1,11", "2,12")]
    whole = item(
        metadata(questiontype="MATCHING QUESTION"),
        material("Match!") + group,
        *(rule(pair, 2) for pair in pairs),
    )
    found = question(whole)
    assert [(one.stem, one.choice) for one in found.content.pairs] == [
        ("Ob", "Kara Sea"),
        ("Lena", "Laptev Sea"),
    ]
    assert ([one.choice for one in found.content.distractors], found.points) == (["Black Sea"], 4)
    twice = whole.replace("2,12", "3,11")
    assert one(twice).kind == "matching in which a stem has several choices"
    nameless = whole.replace('ident="11"', "")  # found by fuzzing: a name that is none went into XML
    assert "has no ident" in one(nameless).message
    long = whole.replace(
        "</response_label>", "<material/>" * 9_000 + "</response_label>"
    )  # copied to every stem
    assert "too many stems" in one(long).message
    group = whole[whole.index("<response_grp") : whole.index("</response_grp>") + 15]
    assert "too many stems" in one(whole.replace(group, group * 700)).message  # each of them has a few


def test_ilias_gives_points_for_what_is_left_alone_and_says_them_nowhere_else():
    asked = material("Which?") + menu(
        "MCMR", [label("0", "Ob"), label("1", "Ili"), label("2", "Lena")], "Multiple"
    )
    rules = [
        rule(test, points)
        for n, points in enumerate([(2, 0), (0, 2), (2, 0)])
        for test, points in ((equal("MCMR", n), points[0]), (f"<not>{equal('MCMR', n)}</not>", points[1]))
    ]
    text = item(metadata(questiontype="MULTIPLE CHOICE QUESTION", author="A. B."), asked, *rules)
    found = question(text)
    assert (found.points, found.author) == (6, "A. B.")
    assert worth(found, ["0", "2"], ["0"], ["0", "1", "2"], []) == [1, 0.5, 0.5, 0]
    assert fields_of(text)[1] == ["scoring"]


def test_ilias_names_menus_by_their_texts_and_places_from_zero():
    gap = f'<response_str ident="gap_0"><render_choice>{label("0", "Ob")}{label("1", "Ili")}</render_choice></response_str>'
    number = '<response_num ident="gap_1"><render_fib fibtype="Decimal" minnumber="3600" maxnumber="3700"/></response_num>'
    asked = material("The ") + gap + material(" has ") + number + material(" km.")
    rules = [rule(equal("gap_0", "Ili"), 0), rule(equal("gap_0", "Ob"), 1), rule(equal("gap_1", "3650"), 1)]
    fields, lost = fields_of(item(metadata(questiontype="CLOZE QUESTION", textgaprating="ci"), asked, *rules))
    assert fields["text"] == "The [[gap_0]] has [[gap_1]] km."
    assert [option.get("correct", False) for option in fields["gaps"]["gap_0"]["options"]] == [True, False]
    assert fields["gaps"]["gap_1"]["answers"] == [{"value": "3650", "tolerance": "50"}]
    assert (fields["points"], lost) == (2, [])
    depth = '<material><mattext label="answerdepth">0</mattext></material></response_label>'
    labels = [
        label(f"[7{n},{n},0]", text).replace("</response_label>", depth)
        for n, text in enumerate(["Ob", "Lena"])
    ]
    rules = [rule(equal("OQT", n, f' index="{n}"'), 1) for n in range(2)]
    fields, lost = fields_of(item("", material("Order!") + menu("OQT", labels, "Ordered"), *rules))
    assert ([one["text"] for one in fields["items"]], fields["scoring"]) == (
        ["Ob", "Lena"],
        "absolute_position",
    )
    odd = [rule(equal("OQT", n, f' index="{place}"'), 1) for n, place in enumerate(("0", "x"))]
    assert "right order" in one(item("", material("Order!") + menu("OQT", labels, "Ordered"), *odd)).message


@pytest.mark.parametrize(
    "shown, path, prompt",
    [
        ('<img src="m" alt="m m">', "m", '<img src="images/m.png" alt="m m">'),
        ('<img src="Q&amp;A.png" alt="x">', "Q&A.png", '<img src="images/Q-A.png" alt="x">'),
        ('<img src="C%23.png?v=1" alt="x">', "C#.png", '<img src="images/C.png" alt="x">'),
        ('<img src="gone.png" alt="Lena\'s way">', "m.png", "Lena's way"),
        ('<img src="@X@EmbeddedFile.location@X@m.png" alt="x">', "q/embedded/m.png", '<img src="images/m.png" alt="x">'),
        ('<img src="//example.org/m.png" alt="x">', "m.png", '<img src="//example.org/m.png" alt="x">'),
        ('<matimage uri="https://example.org/m.png" label="x"/>', "m.png", '<p><img src="https://example.org/m.png" alt="x"></p>'),
        ('<matimage uri="gone.png" label="x"/>', "m.png", "<p>x</p>"),
        ('<matimage uri="data:image/png;base64,{held}" label="x"/>', "m.png", '<p><img src="images/x.png" alt="x"></p>'),
        ('<matimage label="x">{held}</matimage>', "m.png", '<p><img src="images/x.png" alt="x"></p>'),
    ],
)  # fmt: skip
def test_a_picture_changes_nothing_but_its_address(shown, path, prompt):
    """Its name was put into words of its tag, some names were not found, pictures elsewhere were left out in silence."""
    shown = shown.format(held=b64encode(png()).decode())
    asked = f"<material>{shown}</material>" if shown.startswith("<mat") else material(shown)
    whole = item(
        "",
        material("Look:") + asked + menu("R", [label("0", "Ob"), label("1", "Ili")]),
        rule(equal("R", 0), 1),
    )
    content = pack({"q.xml": f"<questestinterop>{whole}</questestinterop>".encode(), path: png()})
    found = entries(content)[-1]
    assert found.fields["prompt"].removeprefix("<p>Look:</p>\n").removeprefix("Look:") in (
        prompt,
        f"<p>{prompt}</p>",
    )
    assert [loss.field for loss in found.losses] == (["files"] if "gone" in shown else [])


def test_a_picture_of_ilias_is_shown_by_two_texts():
    text = "<mattext>" + escape('<img src="m" alt="x">', quote=False) + "</mattext>"
    asked = f'<material>{text * 2}<matimage label="m" uri="o/m.png"/></material>'
    whole = item("", asked + menu("R", [label("0", "Ob"), label("1", "Ili")]), rule(equal("R", 0), 1))
    content = pack({"q.xml": f"<questestinterop>{whole}</questestinterop>".encode(), "o/m.png": png()})
    assert entries(content)[-1].fields["prompt"].count('src="images/m.png"') == 2


def test_pictures_stand_in_the_document_or_beside_a_text():
    held = f'<matimage label="a.png" embedded="base64">{b64encode(png()).decode()}</matimage>'
    beside = '<matimage label="il_0_mob_7" uri="objects/il_0_mob_7/b.png"/>'
    text = material('<p><img src="il_0_mob_7" alt="A map"></p>').replace(
        "</material>", f"{beside}</material>"
    )
    asked = text + menu(
        "R", [label("0", "Ob").replace("</material>", f"{held}</material>"), label("1", "Ili")]
    )
    fields, lost = fields_of(item("", asked, rule(equal("R", 0), 1)))
    assert fields["options"][0]["text"] == 'Ob <img src="images/a.png" alt="a.png">'
    assert (fields["prompt"], lost) == ("<p>A map</p>", ["files"])
    address = f"data:image/png;base64,{b64encode(png()).decode()}"
    asked = material(f'<img src="{address}" alt="A map">') + menu("R", [label("0", "Ob"), label("1", "Ili")])
    assert (
        fields_of(item("", asked, rule(equal("R", 0), 1)))[0]["prompt"]
        == '<img src="images/A-map.png" alt="A map">'
    )
    empty = material("Which?") + '<material><matimage embedded="base64" uri=""></matimage></material>'
    assert (
        fields_of(item("", empty + menu("R", [label("0", "Ob"), label("1", "Ili")]), rule(equal("R", 0), 1)))[
            1
        ]
        == []
    )


@pytest.mark.parametrize(
    "right, wrong, general",
    [
        ("response_allcorrect", "response_onenotcorrect", "general_fb"),
        ("Mastery", "Fail", "solution"),
        ("QUE_1_C", "QUE_2_IC", "QUE_3_ALL"),
    ],
)
def test_feedback_of_the_whole_is_known_by_its_name(right, wrong, general):
    asked = material("Which?") + menu("R", [label("0", "Ob"), label("1", "Ili")])
    texts = feedback(right, "Right.") + feedback(wrong, "Wrong.") + feedback(general, "So.")
    rules = [rule(equal("R", 0), 0, shows=right), rule(equal("R", 1), 0, shows=wrong)]
    fields, _ = fields_of(item("", asked, *rules, more=texts + "<solutionhint>Look.</solutionhint>"))
    assert fields["feedback"] == {"right": "Right.", "wrong": "Wrong."}
    assert (fields["explanation"], fields["hints"]) == ("So.", ["Look."])
    assert fields["options"][0]["correct"]


def test_a_named_document_type_is_let_through_and_a_declaring_one_is_not():
    text = (
        item("", material("Read.", "plain"))
        .replace("<resprocessing>", "<resprocessing/><x>")
        .replace("</resprocessing>", "</x>")
    )
    named = f'<?xml version="1.0"?>\n<!DOCTYPE questestinterop SYSTEM\n"ims_qtiasiv1p2p1.dtd">\n<questestinterop>{text}</questestinterop>'
    assert entries(named.encode())[-1].where == "line 4"
    with pytest.raises(Invalid, match="document type"):
        entries(b"<!DOCTYPE questestinterop [<!ELEMENT a (b)>]><questestinterop/>")


def test_a_package_of_d2l_is_known_by_its_manifest():
    manifest = (
        '<manifest xmlns:d2l_2p0="http://desire2learn.com/xsd/d2lcp_v2p0"><resource href="q.xml"/></manifest>'
    )
    content = pack({"imsmanifest.xml": manifest.encode(), "q.xml": b"<questestinterop/>"})
    assert recognise(content[:HEAD_BYTES], "export.zip") == FORMAT


def test_metadata_that_say_nothing_are_no_losses():
    said = metadata(
        calculator_type="none",
        hasRationale="false",
        ILIAS_VERSION="9",
        feedback_setting="1",
        grading_notes="Mind.",
    )
    kprim = item(metadata(questiontype="assKprimChoice"), menu("R", [label("0", "Ob")]))
    assert fields_of(item(said, material("Read.")))[1] == ["grading_notes"]
    assert one(kprim).kind == "assKprimChoice"
    assert (
        one(
            kprim.replace("<itemmetadata>", "<x>")
            .replace("</itemmetadata>", "</x>")
            .replace('"i"', '"QTIEDIT:KPRIM:1"')
        ).kind
        == "KPRIM"
    )


def test_tolerances_come_back_as_they_were_and_are_written_as_bounds_alone():
    field = '<response_str ident="R"><render_fib fibtype="Decimal"/></response_str>'
    near = '<varequal respident="R" margintype="percent" margin="1">9.81</varequal>'
    found = question(
        item(metadata(question_type="numerical_question"), material("g?") + field, rule(near, 100))
    )
    content = written(FORMAT, [found])[0]
    assert read(FORMAT, content)[0] == [found]
    assert "margin" not in Archive(content).read("b/b.xml").decode()
    mixed = [{"value": 9.81, "tolerance": 0.01, "tolerance_type": "relative"}, {"value": 5, "tolerance": 1}]
    lost = written(FORMAT, [Question.load({**found.dump(), "answers": mixed})])[1]
    assert lost == {"i": ["answers"]}


def test_new_quizzes_share_texts_between_questions():
    text = f'<item ident="t1" title="A river">{metadata(question_type="text_only_question")}<presentation>{material("<p>Long.</p>")}</presentation></item>'
    said = metadata(question_type="multiple_choice_question", parent_stimulus_item_ident="t1")
    asked = menu("R", [label("0", "Ob"), label("1", "Ili")])
    items = [
        item(said, material(f"Which {n}?") + asked, rule(equal("R", n), 100)).replace('"i"', f'"q{n}"')
        for n in (0, 1)
    ]
    content = f"<questestinterop>{text}{''.join(items)}</questestinterop>".encode()
    head, *found = entries(content)
    assert head.fields["stimuli"] == [
        {"id": "t1", "title": "A river", "text": "<p>Long.</p>", "questions": ["q0", "q1"]}
    ]
    assert [one.fields["stimulus"] for one in found] == [
        {"id": "t1", "label": "A river", "text": "<p>Long.</p>"}
    ] * 2
    questions, _ = read(FORMAT, content)
    again, losses = written(FORMAT, questions)
    assert (read(FORMAT, again)[0], losses) == (questions, {"q0": [], "q1": []})
    alone = one(items[0].replace(">t1<", ">t2<"))
    assert [loss.field for loss in alone.losses] == ["stimulus"]


def test_no_shared_text_keeps_a_file_back():
    """A name too long, and a text that is none, ended the reading; an item that named itself was gone."""
    asked = material("Which?") + menu("R", [label("0", "Ob"), label("1", "Ili")])
    for name, text, expected in ((f"a-{'b' * 63}", "Long.", f"{'b' * 63}"), ("t1", "", None)):
        shown = f'<item ident="{name}"><presentation>{material(text)}</presentation></item>'
        whole = item(metadata(parent_stimulus_item_ident=name), asked, rule(equal("R", 0), 100))
        content = f"<questestinterop>{shown}{whole}</questestinterop>".encode()
        (found,), _ = read(FORMAT, content)
        lost = [loss.field for loss in entries(content)[-1].losses]
        assert (found.stimulus and found.stimulus.id, lost) == (expected, [] if expected else ["stimulus"])
    alone = one(
        f'<item ident="i">{metadata(parent_stimulus_item_ident="i")}<presentation>{material("So.")}</presentation></item>'
    )
    assert (alone.fields["type"], [loss.field for loss in alone.losses]) == ("description", ["stimulus"])


def test_new_quizzes_have_areas_in_shares_of_a_picture_whose_name_has_no_ending():
    area = '<response_label ident="r" rarea="square">0.25,0.5,0.75,1</response_label>'
    shown = f'<render_hotspot><material><matimage uri="$IMS-CC-FILEBASE$/Uploaded Media/7f3a"/></material>{area}</render_hotspot>'
    asked = f'<response_xy ident="r">{material("Where?")}{shown}</response_xy>'
    text = f'<item ident="i">{metadata(question_type="hot_spot_question")}<presentation><flow>{asked}</flow></presentation></item>'
    files = {
        "q.xml": f"<questestinterop>{text}</questestinterop>".encode(),
        "Uploaded Media/7f3a": png(40, 20),
    }
    (found,), _ = read(FORMAT, pack(files))
    assert [(one.shape, [*map(int, one.coords)], one.correct) for one in found.content.regions] == [
        ("rect", [10, 10, 30, 20], True)
    ]
    assert (found.prompt, found.content.image.file) == ("Where?", "images/7f3a.png")
    broken = pack({**files, "q.xml": files["q.xml"].replace(b"0.25,", b"")})
    assert "corners" in read(FORMAT, broken)[1].errors[0]["message"]
