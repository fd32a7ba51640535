"""What the systems of the field export beside the standard: each case is a construct of one of them, in an item of ours."""

from io import BytesIO

import pytest
from lxml import etree

from quiz.files.archive import pack
from quiz.formats import get
from quiz.formats._pictures import Pictures
from quiz.formats.base import Source
from quiz.formats.conversion import Reading, Report
from quiz.formats.qti.choices import choice
from quiz.formats.qti.item import Item
from quiz.formats.qti.metadata import said_of
from tests.formats.samples import read as read_package
from tests.formats.samples import written
from tests.kernel.questions import question as made
from tests.pictures import svg

FLOAT = 'cardinality="single" baseType="float"'
WORD = '<outcomeDeclaration identifier="FEEDBACK" cardinality="single" baseType="identifier"/>'
SCORE = f'<outcomeDeclaration identifier="SCORE" {FLOAT}/>'
PICK = (
    '<responseDeclaration identifier="R" cardinality="single" baseType="identifier">'
    "<correctResponse><value>b</value></correctResponse></responseDeclaration>"
)
PICKED = (
    '<choiceInteraction responseIdentifier="R" maxChoices="1"><simpleChoice identifier="a">Astana</simpleChoice>'
    '<simpleChoice identifier="b">Beijing</simpleChoice></choiceInteraction>'
)
IS_RIGHT = '<match><variable identifier="R"/><correct identifier="R"/></match>'


def read(declarations, body, rules="", after="", folder=None):
    """The question in an item made of these parts, and the report."""
    text = (
        '<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="i" title="One" adaptive="false"'
        f' timeDependent="false">{declarations}<itemBody>{body}</itemBody>'
        f"<responseProcessing>{rules}</responseProcessing>{after}</assessmentItem>"
    )
    report = Report("i.xml", "qti21")
    found = [*Reading(get("qti21"), Source(BytesIO(text.encode()), "i.xml", folder), report, "b")]
    assert report.errors == []
    return (
        (found[0].question.dump(), {loss.field: loss.detail for loss in found[0].losses})
        if found
        else ({}, report.unsupported)
    )


def number(name, value=""):
    return f'<templateDeclaration identifier="{name}" {FLOAT}><defaultValue><value>{value}</value></defaultValue></templateDeclaration>'


def put(name, value):
    return f'<setOutcomeValue identifier="{name}">{value}</setOutcomeValue>'


def when(test, *then, otherwise=""):
    branch = f"<responseElse>{otherwise}</responseElse>" if otherwise else ""
    return f"<responseCondition><responseIf>{test}{''.join(then)}</responseIf>{branch}</responseCondition>"


def variable(name):
    return f'<variable identifier="{name}"/>'


def test_variables_of_a_template_that_nothing_draws_are_constants():
    """Inspera says points so, and leaves empty what is not set: that is no 0."""
    rules = when(IS_RIGHT, put("SCORE", variable("EACH")), otherwise=put("SCORE", variable("WRONG")))
    rules += when(f"<lt>{variable('SCORE')}{variable('LEAST')}</lt>", put("SCORE", variable("LEAST")))
    question, losses = read(
        PICK + SCORE + number("EACH", 2) + number("WRONG", -1) + number("LEAST"),
        '<p>For <printedVariable identifier="EACH"/> points</p>' + PICKED,
        rules,
    )
    assert (question["prompt"], question["points"]) == ("<p>For 2 points</p>", "2")
    assert losses == {"scoring": "no answer scores 0"}
    assert [one.get("credit") for one in question["options"]] == ["-0.5", "1"]


def test_feedback_is_shown_by_a_truth():
    """ONYX declares a boolean for each text, whose identifier is ``true``."""
    truth = '<outcomeDeclaration identifier="F1" cardinality="single" baseType="boolean"/>'
    rules = when(IS_RIGHT, put("SCORE", '<baseValue baseType="float">1</baseValue>')) + put(
        "F1", f"<not>{IS_RIGHT}</not>"
    )
    shown = '<modalFeedback identifier="true" outcomeIdentifier="F1" showHide="show">No, look it up.</modalFeedback>'
    question, losses = read(PICK + SCORE + truth, PICKED, rules, shown)
    assert (question["options"][0]["feedback"], losses) == ("No, look it up.", {})


def test_a_branch_without_a_test_is_followed():
    """R/exams writes such."""
    empty = '<isNull><variable identifier="R"/></isNull>'
    rules = (
        f"<responseCondition><responseIf>{empty}</responseIf><responseElseIf>"
        + put("FEEDBACK", '<baseValue baseType="identifier">given</baseValue>')
        + "</responseElseIf></responseCondition>"
    )
    given = (
        '<match><variable identifier="FEEDBACK"/><baseValue baseType="identifier">given</baseValue></match>'
    )
    rules += when(f"<and>{given}{IS_RIGHT}</and>", put("SCORE", '<baseValue baseType="float">3</baseValue>'))
    question, losses = read(PICK + SCORE + WORD, PICKED, rules)
    assert (question["points"], losses) == ("3", {})


NUMBER = (
    '<responseDeclaration identifier="R" cardinality="single" baseType="float">'
    "<correctResponse><value>300</value></correctResponse></responseDeclaration>"
)
ENTRY = '<p><textEntryInteraction responseIdentifier="R"/></p>'


def test_scores_of_the_parts_are_added_where_no_score_is_set():
    """OPAL adds them up itself."""
    part = f'<outcomeDeclaration identifier="SCORE_R" {FLOAT}/>'
    near = f'<equal toleranceMode="absolute" tolerance="1 2">{variable("R")}<correct identifier="R"/></equal>'
    rules = when(near, put("SCORE_R", '<baseValue baseType="float">2</baseValue>'))
    question, losses = read(NUMBER + part, ENTRY, rules)
    assert (question["points"], [*losses]) == ("2", ["scoring"])
    assert question["answers"] == [{"min": "299", "max": "302"}]


def test_a_mapping_that_forgives_typing_errors_is_taken_at_its_word():
    """ONYX has an element of its own for it."""
    mapped = (
        '<responseDeclaration identifier="R" cardinality="single" baseType="string"><mapping defaultValue="0">'
        '<mapEntry mapKey="winter" mappedValue="2"/></mapping></responseDeclaration>'
    )
    roughly = '<mapTolResponse xmlns="urn:x" identifier="R" tolerance="1" toleranceMode="absolute"/>'
    question, losses = read(mapped + SCORE, ENTRY, put("SCORE", roughly))
    assert (question["points"], question["answers"]) == ("2", [{"text": "winter"}])
    assert [*losses] == ["answers"]


def typed(name, *answers):
    entries = "".join(f'<mapEntry mapKey="{text}" mappedValue="1"/>' for text in answers)
    mapping = f'<mapping defaultValue="0">{entries}</mapping>' if answers else ""
    return f'<responseDeclaration identifier="{name}" cardinality="single" baseType="string">{mapping}</responseDeclaration>'


def is_text(name, text):
    return f'<stringMatch caseSensitive="false">{variable(name)}<baseValue baseType="string">{text}</baseValue></stringMatch>'


GAPS = '<p><textEntryInteraction responseIdentifier="A"/> <textEntryInteraction responseIdentifier="B"/></p>'


def test_answers_that_count_once_in_whichever_gap_they_stand_may_be_swapped():
    """TAO asks of each answer whether it stands anywhere."""
    found = [
        [is_text(name, text) for name in "AB" for text in texts]
        for texts in (["Delhi", "New Delhi"], ["Tashkent"])
    ]
    rules = "".join(
        when(
            f"<or>{''.join(tests)}</or>",
            put("SCORE", f'<sum>{variable("SCORE")}<baseValue baseType="float">1</baseValue></sum>'),
        )
        for tests in found
    )
    question, losses = read(typed("A") + typed("B") + SCORE, GAPS, rules)
    assert (question["interchangeable"], question["points"], losses) == ([["A", "B"]], "2", {})
    listed = {name: [one["text"] for one in gap["answers"]] for name, gap in question["gaps"].items()}
    assert listed == {"A": ["Delhi", "New Delhi"], "B": ["Tashkent"]}


def test_of_gaps_that_know_the_same_answers_each_counts_once():
    """OpenOLAT leaves out what another gap has; here three may be named of which two are asked for."""
    same = f'<stringMatch caseSensitive="false">{variable("A")}{variable("B")}</stringMatch>'
    both = f"<not><isNull>{variable('A')}</isNull></not>"
    first, second = (f'<mapResponse identifier="{name}"/>' for name in "AB")
    rules = put("SCORE", first)
    rules += when(f"<and>{both}{same}</and>", otherwise=put("SCORE", f"<sum>{first}{second}</sum>"))
    words = ("Russia", "China", "India")
    question, losses = read(typed("A", *words) + typed("B", *words) + SCORE, GAPS, rules)
    assert (question["interchangeable"], question["points"], losses) == ([["A", "B"]], "2", {})
    listed = {name: [one["text"] for one in gap["answers"]] for name, gap in question["gaps"].items()}
    assert listed == {"A": ["Russia", "India"], "B": ["China", "India"]}


def pairs(table, *right, **mapping):
    """Pairs of a and b with x and y."""
    entries = "".join(
        f'<mapEntry mapKey="{pair.replace("_", " ")}" mappedValue="{worth}"/>'
        for pair, worth in mapping.items()
    )
    key = "".join(f"<value>{pair}</value>" for pair in right)
    return (
        '<responseDeclaration identifier="RESPONSE" cardinality="multiple" baseType="directedPair">'
        f"<correctResponse>{key}</correctResponse><mapping {table}>{entries}</mapping></responseDeclaration>{SCORE}"
    )


def parts(names, most):
    tag = "simpleAssociableChoice"
    listed = "".join(f'<{tag} identifier="{name}" matchMax="{most}">{name.upper()}</{tag}>' for name in names)
    return f"<simpleMatchSet>{listed}</simpleMatchSet>"


def matched(most=1):
    sides = parts("ab", most) + parts("xy", 0)
    return (
        f'<matchInteraction responseIdentifier="RESPONSE"><prompt>Which?</prompt>{sides}</matchInteraction>'
    )


def test_pairs_that_count_differently_are_chosen_in_a_text():
    declared = pairs('defaultValue="0"', "a x", "b y", a_x=1, b_y=0.5)
    question, losses = read(declared, matched(), put("SCORE", '<mapResponse identifier="RESPONSE"/>'))
    assert (question["type"], question["prompt"], question["points"]) == ("cloze", "<p>Which?</p>", "1.5")
    assert question["text"] == "<ol><li>A [[a]]</li><li>B [[b]]</li></ol>"
    assert {name: gap.get("weight") for name, gap in question["gaps"].items()} == {"a": "2", "b": None}
    assert [*losses] == ["pairs"]


def test_where_several_go_with_one_they_are_ticked():
    declared = pairs('defaultValue="0"', "a x", "a y", "b y", a_x=1, a_y=1, b_y=1)
    question, losses = read(declared, matched(most=0), put("SCORE", '<mapResponse identifier="RESPONSE"/>'))
    assert (question["type"], question["points"], question["scoring"]) == ("cloze", "3", "weighted_gaps")
    assert {name: gap["type"] for name, gap in question["gaps"].items()} == dict.fromkeys(
        "ab", "multiple_response"
    )
    assert [option["correct"] for option in question["gaps"]["a"]["options"]] == [True, True]
    assert {*losses} == {"pairs", "text"}


def test_wrong_pairs_take_points_off():
    declared = pairs('lowerBound="0" defaultValue="-1"', "a x", "b y", a_x=1, b_y=1)
    question, losses = read(declared, matched(), put("SCORE", '<mapResponse identifier="RESPONSE"/>'))
    assert (question["type"], question["scoring"], losses) == ("matching", "right_minus_wrong", {})


def test_words_that_count_differently_and_take_points_off_are_chosen_in_the_text():
    """The specification's own example of words to be put into gaps is such."""
    declared = pairs('lowerBound="0" defaultValue="-1"', "x a", "y b", x_a=1, y_b=2)
    words = "".join(f'<gapText identifier="{name}" matchMax="1">{name.upper()}</gapText>' for name in "xyz")
    body = (
        f'<gapMatchInteraction responseIdentifier="RESPONSE">{words}'
        '<p>First <gap identifier="a"/>, then <gap identifier="b"/>.</p></gapMatchInteraction>'
    )
    question, losses = read(declared, body, put("SCORE", '<mapResponse identifier="RESPONSE"/>'))
    assert (question["type"], question["scoring"]) == ("cloze", "weighted_gaps_at_least_zero")
    assert question["text"] == "<p>First [[a]], then [[b]].</p>"
    credits = {name: [one["credit"] for one in gap["options"]] for name, gap in question["gaps"].items()}
    assert credits == {"a": ["1", "-1", "-1"], "b": ["-0.5", "1", "-0.5"]}
    assert [*losses] == ["pairs"]


def test_a_text_in_a_file_of_its_own_is_shared():
    """PARCC's and TAO's items show passages so; HTML need not be well formed."""
    item = (
        '<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="{0}" title="{0}" adaptive="false"'
        f' timeDependent="false">{PICK}{SCORE}<itemBody>{{1}}{PICKED}</itemBody><responseProcessing'
        ' template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"/></assessmentItem>'
    )
    shown = {
        "a": '<div><object type="text/html" data="../texts/charter.html"/></div>'
        '<object type="text/html" data="./../texts/charter.html"/>',
        "b": '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="../texts/charter.html"/>',
        "c": '<object type="text/html" data="none.html"/>',
        "d": '<object type="text/html" data="../texts/empty.html"/>',
    }
    resources = "".join(
        f'<resource identifier="{n}" type="imsqti_item_xmlv2p1" href="items/{n}.xml"/>' for n in shown
    )
    files = {
        "imsmanifest.xml": f'<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"><resources>{resources}</resources></manifest>',
        "texts/charter.html": "<!DOCTYPE html><head><script>x()</script></head><body><p>Signed<br>in&nbsp;2002.<!-- no --></body>",
        "texts/empty.html": "<html><body> </body></html>",
        **{f"items/{name}.xml": item.format(name, body) for name, body in shown.items()},
    }
    report = Report("p.zip", "qti21")
    packed = BytesIO(pack({name: text.encode() for name, text in files.items()}))
    reading = Reading(get("qti21"), Source(packed, "p.zip"), report, "b")
    found = [*reading]
    assert [{loss.field for loss in one.losses} for one in found] == [set(), set(), {"stimulus"}, set()]
    assert {one.question.prompt for one in found} == {"a", "b", "c", "d"}
    (shared,) = reading.bank.stimuli
    assert (shared.id, [*shared.questions]) == ("charter", ["a", "b"])
    assert shared.text == "<p>Signed<br>in\xa02002.</p>"
    packed.seek(0)
    entries = get("qti21").read(Source(packed, "p.zip"))
    first, second = (one.fields["stimulus"] for one in entries if "stimulus" in getattr(one, "fields", {}))
    assert first is second  # read once: many items may show a long text


def test_what_is_hidden_is_not_read():
    """Inspera hides the other languages of a text, TAO what comes up beside a word."""
    body = (
        '<p lang="en" style="display: none;">In English</p>'
        '<p>På <span>norsk</span><span data-role="tooltip-content" aria-hidden="true">språk</span></p>'
    )
    question, losses = read(
        PICK + SCORE, body + PICKED, when(IS_RIGHT, put("SCORE", '<baseValue baseType="float">1</baseValue>'))
    )
    assert (question["prompt"], [*losses]) == ("<p>På <span>norsk</span></p>", ["prompt"])


def test_areas_end_at_the_edge_of_the_picture(tmp_path):
    """Editors let people draw beyond it."""
    (tmp_path / "map.svg").write_bytes(svg(attributes='width="80" height="60"'))
    shapes = {"a": ("circle", "0,30,10"), "b": ("rect", "60,50,90,70")}
    spots = "".join(
        f'<hotspotChoice identifier="{name}" shape="{shape}" coords="{coords}" hotspotLabel="{name}"/>'
        for name, (shape, coords) in shapes.items()
    )
    picture = '<object type="image/svg+xml" data="map.svg">A map</object>'
    body = f'<hotspotInteraction responseIdentifier="R" maxChoices="1">{picture}{spots}</hotspotInteraction>'
    rules = when(IS_RIGHT, put("SCORE", '<baseValue baseType="float">1</baseValue>'))
    question, losses = read(PICK + SCORE, body, rules, folder=tmp_path)
    round_one, square = question["regions"]
    assert (square["shape"], square["coords"]) == ("rect", "60, 50, 80, 60")
    corners = [float(one) for one in round_one["coords"].split(",")]
    assert (round_one["shape"], min(corners[::2]), max(corners[::2])) == ("poly", 0, 10)
    assert [*losses] == ["regions"]


def test_what_goes_with_nothing_is_left_out():
    """Banks of items of American states have places on pictures, gaps and rows that stay empty."""
    declared = pairs('defaultValue="0"', "x a", "y b", x_a=1, y_b=1)
    words = "".join(f'<gapText identifier="{name}" matchMax="1">{name.upper()}</gapText>' for name in "xyz")
    gaps = "".join(f'<gap identifier="{name}"/>, ' for name in "abc")
    body = f'<gapMatchInteraction responseIdentifier="RESPONSE">{words}<p>{gaps}</p></gapMatchInteraction>'
    question, losses = read(declared, body, put("SCORE", '<mapResponse identifier="RESPONSE"/>'))
    assert (question["type"], question["text"]) == ("drag_words", "<p>[[a]], [[b]], …, </p>")
    assert (question["gaps"], [*losses]) == ({"a": "x", "b": "y"}, ["gaps"])
    sides = parts("abc", 1) + parts("xyz", 1)
    body = f'<matchInteraction responseIdentifier="RESPONSE">{sides}</matchInteraction>'
    question, losses = read(
        declared.replace("x a", "a x").replace("y b", "b y"),
        body,
        put("SCORE", '<mapResponse identifier="RESPONSE"/>'),
    )
    assert [pair["id"] for pair in question["pairs"]] == ["a", "b"]
    assert [*losses] == ["pairs"]


def test_labels_of_a_package_are_tags():
    """Inspera's are taxa without an identifier; one with is something else."""
    lom = (
        "<lom><classification><taxonpath><taxon><entry>"
        "<langstring>Law</langstring></entry></taxon><taxon><id>env</id><entry><langstring>prod</langstring></entry>"
        "</taxon></taxonpath></classification></lom>"
    )
    assert said_of(etree.fromstring(lom)) == {"tags": ["Law"]}


def test_boxes_of_a_text_go_out_and_come_back():
    """A matrix of OpenOLAT could not be written again; the second time nothing changes."""
    boxes = {
        "type": "multiple_response",
        "options": [{"text": "X", "correct": True}, {"text": "Y"}, {"text": "Z", "correct": True}],
    }
    asked = made("cloze", {"text": "<p>Which? [[a]]</p>", "gaps": {"a": boxes}}, text_format="html")
    content, lost = written(get("qti21"), [asked])
    (found,), _ = read_package(get("qti21"), content)
    assert ([*lost.values()], found.content.text) == ([["text"]], "<div>Which? [[a]]</div>")
    assert found.content.gaps == asked.content.gaps
    assert written(get("qti21"), [found]) == (content, {found.id: []})


def test_gaps_that_may_be_swapped_go_out_and_come_back():
    capitals = (["Delhi", "New Delhi"], ["Tashkent", "Astana"])
    gaps = {
        name: {"type": "short_text", "answers": texts} for name, texts in zip("ab", capitals, strict=True)
    }
    content = {"text": "<p>[[a]] and [[b]]</p>", "gaps": gaps, "interchangeable": [["a", "b"]]}
    asked = made("cloze", content, text_format="html")
    packed, lost = written(get("qti22"), [asked])
    (found,), _ = read_package(get("qti22"), packed)
    assert (found.content, [*lost.values()]) == (asked.content, [[]])


def test_equal_words_and_choices_are_one():
    """Items have a word for each gap, also where two gaps have the same; it was an error."""
    words = {"x": "plus", "y": "plus", "z": "minus"}
    declared = pairs('defaultValue="0"', "x a", "y b", x_a=1, x_b=1, y_a=1, y_b=1)
    listed = "".join(
        f'<gapText identifier="{name}" matchMax="1">{word}</gapText>' for name, word in words.items()
    )
    body = f'<gapMatchInteraction responseIdentifier="RESPONSE">{listed}<p><gap identifier="a"/> <gap identifier="b"/></p></gapMatchInteraction>'
    question, losses = read(declared, body, put("SCORE", '<mapResponse identifier="RESPONSE"/>'))
    assert (question["gaps"], question["reuse"], [*losses]) == ({"a": "x", "b": "x"}, True, ["choices"])
    assert [one["text"] for one in question["choices"]] == ["plus", "minus"]
    sides = parts("abc", 1) + parts("xyz", 1).replace(">Y<", ">X<")
    body = f'<matchInteraction responseIdentifier="RESPONSE">{sides}</matchInteraction>'
    declared = pairs('defaultValue="0"', "a x", "b y", "c z", a_x=1, b_y=1, c_z=1)
    question, losses = read(declared, body, put("SCORE", '<mapResponse identifier="RESPONSE"/>'))
    assert [(pair["choice"], pair["choice_id"]) for pair in question["pairs"]] == [
        ("X", "x"),
        ("X", "x"),
        ("Z", "z"),
    ]
    assert [*losses] == ["pairs"]


def test_pictures_to_be_put_onto_places_become_places(tmp_path):
    """The specification's own example has three airports; the stage's picture is not one of the prompt."""
    for name in ("map", "plane"):
        (tmp_path / f"{name}.svg").write_bytes(svg(attributes='width="80" height="60"'))
    areas = '<areaMapEntry shape="circle" coords="20,20,5" mappedValue="1"/>'
    declared = (
        '<responseDeclaration identifier="RESPONSE" cardinality="multiple" baseType="point">'
        f'<areaMapping defaultValue="0">{areas}{areas.replace("20,20", "60,20")}</areaMapping></responseDeclaration>{SCORE}'
    )
    body = (
        '<p>Where?</p><positionObjectStage><object type="image/svg+xml" data="map.svg">A map</object>'
        '<positionObjectInteraction responseIdentifier="RESPONSE" maxChoices="2">'
        '<object type="image/svg+xml" data="plane.svg"/></positionObjectInteraction></positionObjectStage>'
    )
    rules = put("SCORE", '<mapResponsePoint identifier="RESPONSE"/>')
    question, losses = read(declared, body, rules, folder=tmp_path)
    assert (question["type"], question["prompt"], question["points"]) == ("hotspot", "<p>Where?</p>", "2")
    assert (question["image"]["alt"], len(question["regions"])) == ("A map", 2)
    assert [*losses] == ["image", "regions"]


def test_an_interaction_of_somebodys_making_is_told_as_such():
    """TAO writes a portable one inside of a custom one, which are not two."""
    own = '<p:portableCustomInteraction xmlns:p="http://www.imsglobal.org/xsd/portableCustomInteraction"/>'
    _, unsupported = read(
        PICK + SCORE, f'<customInteraction responseIdentifier="R">{own}</customInteraction>'
    )
    assert [one["kind"] for one in unsupported] == ["customInteraction"]


def test_the_key_is_tried_first_of_very_many_options():
    names = [f"o{n}" for n in range(400)]
    key = "".join(f"<value>{name}</value>" for name in names[::2])
    declared = (
        '<responseDeclaration identifier="R" cardinality="multiple" baseType="identifier">'
        f"<correctResponse>{key}</correctResponse></responseDeclaration>"
    )
    options = "".join(f'<simpleChoice identifier="{name}">{name}</simpleChoice>' for name in names)
    body = f'<choiceInteraction responseIdentifier="R" maxChoices="0">{options}</choiceInteraction>'
    interaction = etree.fromstring(body)
    item = Item(etree.fromstring(f"<i>{declared}{SCORE}</i>"), "", lambda _path: None, Pictures())
    found = choice(item, interaction)
    assert [one["id"] for one in found["options"] if one.get("correct")] == names[::2]


def test_buttons_are_parts_too():
    """What is told at each was looked for at all of them: a thousand of both took a second, a megabyte hours."""
    buttons = '<p><endAttemptInteraction responseIdentifier="H" title="Hint"/></p>' * 50
    text = (
        '<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="i" title="One">'
        f"{PICK}<itemBody>{PICKED}{buttons}</itemBody></assessmentItem>"
    )
    found, report = read_package(get("qti21"), text.encode())
    assert found == []
    assert "there are 51 parts – cut the item" in report.errors[0]["message"]


@pytest.mark.parametrize("more, most", [("{name}" * 1_000, None), ("<b/>" * 400, 2_000)])
def test_lists_of_all_stems_have_an_end(monkeypatch, more, most):
    """Each stem has what is chosen in a list of its own: texts of megabytes would be there forty times, and so would markup."""
    if most:
        monkeypatch.setattr("quiz.formats.qti.rows._MOST_LISTED", most)
    declared = pairs('defaultValue="0"', "a x", "a y", "b y", a_x=1, a_y=1, b_y=1)
    asked = matched(most=0)
    for name in "AY":
        asked = asked.replace(f">{name}<", f">{name}{more.format(name=name)}<")
    _, refused = read(declared, asked, put("SCORE", '<mapResponse identifier="RESPONSE"/>'))
    assert [one["kind"] for one in refused] == ["match where not each has one partner"]


def test_an_option_of_boxes_is_the_line_that_it_is():
    gap = {"type": "multiple_response", "options": [{"text": "1. May", "correct": True}, "+"]}
    content, _ = written(get("qti30"), [made("cloze", {"text": "When?\n\n[[1]]", "gaps": {"1": gap}})])
    (back,), _ = read_package(get("qti30"), content)
    assert [str(one.text) for one in back.content.gaps["1"].content.options] == ["1. May", "+"]


def test_a_truth_is_also_said_as_1_and_case_is_that_of_letters_with_two():
    """Both are XML Schema's; the capital of the German ß is two letters, and case seemed to matter."""
    entry = '<mapping><mapEntry mapKey="Straße" mappedValue="1" caseSensitive="{}"/></mapping>'
    for said, heeds in (("0", None), ("false", None), ("1", True), ("true", True)):
        declared = typed("R").replace("></", f">{entry.format(said)}</") + SCORE
        question, _ = read(declared, ENTRY, put("SCORE", '<mapResponse identifier="R"/>'))
        assert question.get("case_sensitive") is heeds
    scores = when(IS_RIGHT, put("SCORE", '<baseValue baseType="float">1</baseValue>'))
    for said, shuffle in (("0", False), ("false", False), ("1", None), ("true", None)):
        body = PICKED.replace('maxChoices="1"', f'maxChoices="1" shuffle="{said}"')
        assert read(PICK + SCORE, body, scores)[0].get("shuffle") is shuffle


def test_lines_around_a_value_lay_out_the_document():
    declared = typed("R").replace(
        "></", "><correctResponse><value>\n  Nur-Sultan \n </value></correctResponse></"
    )
    given = "<match><variable identifier='R'/><baseValue baseType='string'>\n Nur-Sultan</baseValue></match>"
    rules = when(given, put("SCORE", '<baseValue baseType="float">1</baseValue>'))
    assert read(declared + SCORE, ENTRY, rules)[0]["answers"] == [{"text": "Nur-Sultan"}]


def test_options_called_true_and_false_keep_other_words():
    """They became a statement, and their texts vanished."""
    scores = when(IS_RIGHT, put("SCORE", '<baseValue baseType="float">1</baseValue>'))
    declared = PICK.replace(">b<", ">true<") + SCORE
    body = PICKED.replace('"a"', '"true"').replace('"b"', '"false"')
    question, _ = read(declared, body, scores)
    assert [one["text"] for one in question["options"]] == ["Astana", "Beijing"]
    body = body.replace("Astana", "<p>True</p>").replace("Beijing", "False")
    assert read(declared, body, scores)[0]["answer"] is True


def test_a_picture_drawn_in_the_text_is_a_file_and_one_of_several_sizes_is_no_film():
    scores = when(IS_RIGHT, put("SCORE", '<baseValue baseType="float">1</baseValue>'))
    drawn = (
        '<p><s:svg xmlns:s="http://www.w3.org/2000/svg" width="9" height="9" viewBox="0 0 9 9"><s:title>A disc</s:title>'
        '<s:circle cx="4" cy="4" r="3"/></s:svg></p>'
    )
    question, losses = read(PICK + SCORE, drawn + PICKED, scores)
    shown = '<img alt="A disc" src="images/image.svg" width="9" height="9">'
    assert (question["prompt"], losses) == (f"<p>{shown}</p>", {})
    pixel = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
    several = f'<p><picture><source srcset="large.png"/><img src="{pixel}" alt="A dot"/></picture></p>'
    question, losses = read(PICK + SCORE, several + PICKED, scores)
    assert (question["prompt"], losses) == ('<p><img alt="A dot" src="images/image.gif"></p>', {})


def test_each_side_of_pairs_has_names_of_its_own():
    """Both may count their parts from one: the texts of one side stood on both."""
    declared = pairs('defaultValue="0"', "a b", "b a", a_b=1, b_a=1)
    sides = parts("ab", 1) + parts("ab", 1).replace(">A<", ">East<").replace(">B<", ">West<")
    body = f'<matchInteraction responseIdentifier="RESPONSE">{sides}</matchInteraction>'
    question, losses = read(declared, body, put("SCORE", '<mapResponse identifier="RESPONSE"/>'))
    listed = [(one["stem"], one["choice"]) for one in question["pairs"]]
    assert (listed, losses) == ([("A", "West"), ("B", "East")], {})


def test_two_items_of_an_order_with_one_name_are_told():
    declared = PICK.replace("single", "ordered") + SCORE
    body = PICKED.replace("choiceInteraction", "orderInteraction").replace('"b"', '"a"')
    text = f'<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="i">{declared}<itemBody>{body}</itemBody></assessmentItem>'
    _, report = read_package(get("qti21"), text.encode())
    assert "two options have one identifier" in report.errors[0]["message"]


def equal(value, tolerance):
    named = f'<baseValue baseType="float">{value}</baseValue>'
    return f'<equal toleranceMode="absolute" tolerance="{tolerance}">{variable("R")}{named}</equal>'


def test_many_numbers_each_with_a_tolerance_of_its_own_are_read_whole():
    """The ends of all were looked for around all, and cut off beyond eight hundred: thirty of forty were lost."""
    scores = put("SCORE", '<baseValue baseType="float">1</baseValue>')
    rules = "".join(when(equal(f"{n}00", n), scores) for n in range(1, 41))
    declared = typed("R").replace("string", "float") + SCORE
    question, losses = read(declared, ENTRY, rules)
    assert [(one["value"], one["tolerance"]) for one in question["answers"]] == [
        (f"{n}00", str(n)) for n in range(1, 41)
    ]
    assert losses == {}


def test_too_many_answers_are_told():
    """Those beyond two hundred were left out unsaid."""
    for base, name in (("float", ""), ("string", "w")):
        declared = typed("R", *(f"{name}{n}" for n in range(201))).replace("string", base)
        text = f'<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="i">{declared}<itemBody>{ENTRY}</itemBody></assessmentItem>'
        _, report = read_package(get("qti21"), text.encode())
        assert "there are 201 parts" in report.errors[0]["message"]


def test_an_answer_is_wrong_that_the_item_does_not_accept():
    """One number was taken for wrong, also by an item that asks for nearly a thousand million."""
    declared = typed("R").replace("string", "float") + SCORE + WORD
    told = "".join(
        f'<modalFeedback identifier="{name}" outcomeIdentifier="FEEDBACK" showHide="show">{name}</modalFeedback>'
        for name in ("near", "far")
    )
    tell = {
        name: put("FEEDBACK", f'<baseValue baseType="identifier">{name}</baseValue>')
        for name in ("near", "far")
    }
    scores = put("SCORE", '<baseValue baseType="float">1</baseValue>')
    rules = when(equal("987000000", "1000000"), scores, tell["near"], otherwise=tell["far"])
    question, losses = read(declared, ENTRY, rules, told)
    assert question["answers"] == [{"feedback": "near", "value": "987000000", "tolerance": "1000000"}]
    assert (question["feedback"], losses) == ({"wrong": "far"}, {})


def test_case_that_does_not_matter_does_not_of_capital_letters_at_the_end_either():
    """A Greek text in capitals ends in Σ, which in small letters is another one there."""
    rules = when(is_text("R", "ΣΊΣΥΦΟΣ"), put("SCORE", '<baseValue baseType="float">1</baseValue>'))
    question, _ = read(typed("R") + SCORE, ENTRY, rules)
    assert "case_sensitive" not in question


def test_ranges_that_count_together_go_out_and_come_back():
    """None of them had a right number, and one alone is worth nothing: no answer seemed right."""
    gap = {
        "type": "numerical",
        "answers": [{"min": "1/4", "max": "1/2"}, {"min": 3, "max": 4, "credit": "0"}],
    }
    content = {"text": "<p>[[a]] and [[b]]</p>", "gaps": {"a": gap, "b": gap}, "scoring": "all_or_nothing"}
    asked = made("cloze", content, text_format="html")
    packed, _ = written(get("qti21"), [asked])
    (found,), _ = read_package(get("qti21"), packed)
    assert found.scoring == "all_or_nothing"
    assert found.dump()["gaps"]["b"]["answers"] == [{"min": "0.25", "max": "0.5"}]


def test_boxes_worth_more_than_the_mark_together_keep_what_each_is_worth():
    """Each seemed to add nothing to the others, and a third stood in place of the whole."""
    options = [{"text": "A", "credit": 1}, {"text": "B", "credit": "0.5"}, {"text": "C", "credit": -1}]
    gaps = {
        "a": {"type": "multiple_response", "options": options},
        "b": {"type": "true_false", "answer": True},
    }
    asked = made("cloze", {"text": "<div>[[a]] [[b]]</div>", "gaps": gaps}, text_format="html")
    packed, _ = written(get("qti22"), [asked])
    (found,), report = read_package(get("qti22"), packed)
    credits = [one["credit"] for one in found.dump()["gaps"]["a"]["options"]]
    assert (credits, report.losses) == (["1", "0.5", "-1"], [])


def test_more_areas_than_can_be_tried_are_told():
    """Those beyond fifty were left out unsaid; of an outline of a megabyte each answer was looked for in all."""
    areas = "".join(
        f'<areaMapEntry shape="rect" coords="{9 * n},0,{9 * n + 5},9" mappedValue="1"/>' for n in range(51)
    )
    outline = f'<areaMapEntry shape="poly" coords="{",".join(map(str, range(4_002)))}" mappedValue="1"/>'
    for mapped, said in ((areas, "there are 51 parts"), (outline, "no area 'poly' with 4002 numbers")):
        declared = PICK.replace("single", "multiple").replace(
            'identifier"><', f'point"><areaMapping>{mapped}</areaMapping><'
        )
        declared = declared.replace("<correctResponse><value>b</value></correctResponse>", "")
        body = '<selectPointInteraction responseIdentifier="R" maxChoices="0"/>'
        text = f'<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="i">{declared}<itemBody>{body}</itemBody></assessmentItem>'
        _, report = read_package(get("qti21"), text.encode())
        assert said in report.errors[0]["message"]


def test_counts_that_nobody_means_are_none(tmp_path):
    """Python makes no number of a text of five thousand digits; and paths are written as Windows does."""
    (tmp_path / "map.svg").write_bytes(svg(attributes='width="80" height="60"'))
    size = f'width="{"9" * 5_000}" height="²"'
    picture = f'<object type="image/svg+xml" data=".\\map.svg" {size}>A map</object>'
    spot = '<hotspotChoice identifier="b" shape="circle" coords="9,9,5"/>'
    body = f'<p>See <img src="map.svg" alt="A map" {size}/></p><hotspotInteraction responseIdentifier="R">{picture}{spot}</hotspotInteraction>'
    rules = when(IS_RIGHT, put("SCORE", '<baseValue baseType="float">1</baseValue>'))
    question, _ = read(PICK + SCORE, body, rules, folder=tmp_path)
    assert (question["image"]["width"], question["image"]["height"]) == (80, 60)
    assert question["prompt"] == '<p>See <img alt="A map" src="images/map.svg"></p>'
    body = f'<extendedTextInteraction responseIdentifier="R" maxWords="{"9" * 5_000}"/>'
    assert "words" not in read(PICK + SCORE, body)[0]


def test_what_any_other_text_is_worth_is_an_answer():
    """A mapping says it for what it does not name; it was lost unsaid."""
    declared = typed("R", "a").replace('defaultValue="0"', 'defaultValue="0.25"') + SCORE
    question, losses = read(declared, ENTRY, put("SCORE", '<mapResponse identifier="R"/>'))
    assert (question["answers"], losses) == ([{"text": "a"}, {"text": "*", "credit": "0.25"}], {})


def test_files_that_are_no_pictures_are_named_where_they_stay_behind():
    """A link to one led nowhere, and a paper was told as film."""
    link = '<p>Read <a href="charter.pdf">the charter</a> (<a href="https://example.org/">web</a>).</p>'
    scores = when(IS_RIGHT, put("SCORE", '<baseValue baseType="float">1</baseValue>'))
    question, losses = read(PICK + SCORE, link + PICKED, scores)
    assert question["prompt"] == '<p>Read the charter (<a href="https://example.org/">web</a>).</p>'
    assert losses == {"files": "'charter.pdf' is no picture that comes with the package"}
    paper = '<p><object data="charter.pdf" type="application/pdf">The charter</object></p>'
    question, losses = read(PICK + SCORE, paper + PICKED, scores)
    assert (question["prompt"], "charter.pdf" in losses["files"]) == ("<p>The charter</p>", True)
