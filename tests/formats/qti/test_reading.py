"""Items and packages of QTI as other programs write them."""

from fractions import Fraction
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from quiz.errors import QuizError
from quiz.files.archive import pack
from quiz.formats import get, recognise
from quiz.formats.base import Limits, Source
from quiz.formats.conversion import Reading, Report
from quiz.formats.qti.values import area_of, shape_of
from quiz.questions.rules.regions import contains
from tests.formats.samples import read
from tests.pictures import svg

ITEMS = Path(__file__).parent / "items"
PICTURE = svg(attributes='width="80" height="60"')
V2 = "http://www.imsglobal.org/xsd/imsqti_v2p1"


def item(name, format="qti21", folder=None):
    """What one item of the fixtures is read as: the question's fields, the fields lost, and the report."""
    report = Report(name, format)
    content = (ITEMS / f"{name}.xml").read_bytes()
    source = Source(BytesIO(content), f"{name}.xml", folder)
    found = [*Reading(get(format), source, report, "b")]
    if not found:
        return None, [], report
    return found[0].question.dump(), [loss.field for loss in found[0].losses], report


CASES = {
    "choice": {
        "id": "founding-city", "type": "single_choice", "name": "Where the organization was founded", "shuffle": False,
        "prompt": "<p>The declaration was signed on <b>15 June 2001</b>.</p>\n<p>In which city?</p>",
        "options": [
            {"id": "ChoiceA", "text": "Astana"},
            {"id": "ChoiceB", "text": "Shanghai", "correct": True},
            {"id": "ChoiceC", "text": "Beijing &amp; Moscow"},
        ],
    },
    "mapped": {
        "type": "multiple_response", "points": "2", "scoring": "sum_of_credits",
        "options": [
            {"id": "kz", "text": "Kazakhstan", "credit": "0.5"}, {"id": "ru", "text": "Russia", "credit": "0.5"},
            {"id": "mn", "text": "Mongolia", "credit": "0"}, {"id": "jp", "text": "Japan", "credit": "-0.5"},
        ],
    },
    "order": {"type": "ordering", "scoring": "all_or_nothing", "prompt": "Earliest first."},
    "match": {
        "type": "matching", "scoring": "per_pair", "points": "2", "distractors": [{"id": "teh", "choice": "Tehran"}],
    },
    "text": {
        "type": "short_text", "case_sensitive": True, "points": "2",
        "answers": [{"text": "Shanghai"}, {"text": "shanghai", "credit": "0.5"}],
    },
    "number": {
        "type": "numerical", "feedback": {"wrong": "Look at the map."},
        "answers": [
            {"value": "60", "tolerance": "2", "feedback": "About three fifths."},
            {"min": "50", "max": "58", "credit": "0.5"}, {"min": "62", "max": "70", "credit": "0.5"},
        ],
    },
    "gaps": {
        "type": "cloze", "points": "3", "prompt": "<p>Complete it.</p>", "text": "<p>Founded in [[R1]] in [[R2]].</p>",
        "gaps": {
            "R1": {"type": "short_text", "weight": "2", "answers": [{"text": "Shanghai"}]},
            "R2": {
                "type": "single_choice",
                "options": [{"id": "A", "text": "1996"}, {"id": "B", "text": "2001", "correct": True}],
            },
        },
    },
    "several": {
        "type": "cloze", "points": "2", "prompt": "<p>On its founding.</p>", "shuffle": False,
        "text": "<p>Where? [[A]]</p>\n<p>When? [[B]]</p>",
        "gaps": {
            "A": {
                "type": "single_choice",
                "options": [{"id": "x", "text": "Shanghai", "correct": True}, {"id": "y", "text": "Astana"}],
            },
            "B": {"type": "short_text", "answers": [{"text": "2001"}]},
        },
    },
    "boxes": {
        "type": "cloze", "points": "3", "text": "<div>Which? [[A]]</div>\n<p>How many? [[B]]</p>",
        "gaps": {
            "A": {
                "type": "multiple_response", "weight": "2",
                "options": [
                    {"id": "x", "text": "X", "credit": "0.5"}, {"id": "y", "text": "Y", "credit": "0.5"},
                    {"id": "z", "text": "Z", "credit": "-0.5"},
                ],
            },
            "B": {"type": "short_text", "answers": [{"text": "six"}], "case_sensitive": True},
        },
    },
    "statements": {
        "type": "matching", "scoring": "all_or_nothing", "shuffle": False, "feedback": {"wrong": "<p>Not all of it.</p>"},
        "pairs": [
            {"id": "s1", "stem": "It has eight members.", "choice": "true", "choice_id": "correct"},
            {"id": "s2", "stem": "Its seat is Astana.", "choice": "false", "choice_id": "wrong"},
            {"id": "s3", "stem": "It was founded in 2001.", "choice": "true", "choice_id": "correct"},
        ],
    },
    "inline": {
        "type": "gap_select", "scoring": "all_or_nothing", "gaps": {"R1": "a", "R2": "b"},
        "choices": [{"id": "a", "text": "Astana"}, {"id": "b", "text": "Beijing"}],
    },
    "gapmatch": {
        "type": "drag_words", "gaps": {"g1": "c", "g2": "b"}, "points": "2",
        "text": "<p>Decided by [[g1]] in [[g2]], see &#91;[note]].</p>",
    },
    "associate": {
        "type": "matching", "scoring": "per_pair", "points": "3", "distractors": [{"id": "alm", "choice": "Almaty"}],
        "pairs": [
            {"id": "bj", "stem": "Beijing", "choice": "Secretariat", "choice_id": "sec"},
            {"id": "tas", "stem": "Tashkent", "choice": "Anti-terrorist structure", "choice_id": "rats"},
            {"id": "cn", "stem": "China", "choice": "Secretariat", "choice_id": "sec"},
        ],
    },
    "essay": {"type": "essay", "points": "6", "prompt": "Why did it <em>grow</em>?"},
    "feedback": {
        "type": "single_choice", "explanation": "<p>On 15 June.</p>", "feedback": {"wrong": "<p>Read the declaration.</p>"},
        "options": [
            {"id": "A", "text": "1996", "feedback": "That was the Shanghai Five."},
            {"id": "B", "text": "2001", "correct": True, "feedback": "Right."}, {"id": "C", "text": "2017"},
        ],
    },
    "hottext": {"type": "single_choice", "options": [
        {"id": "A", "text": "Shanghai"}, {"id": "B", "text": "2002", "correct": True},
    ]},
    "slider": {"type": "numerical", "answers": [{"value": "8"}]},
    "blackboard": {"type": "short_text", "answers": [{"text": "Paris"}, {"text": "Lutetia"}]},
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_an_item_becomes_a_question(name):
    found, _, report = item(name)
    assert (report.errors, report.unsupported) == ([], [])
    assert {key: found.get(key) for key in CASES[name]} == CASES[name]


@pytest.mark.parametrize(
    "name, lost",
    [
        ("hottext", ["text"]),
        ("slider", ["answers"]),
        ("blackboard", ["scoring"]),
        ("essay", ["rubric"]),
        ("number", ["answers"]),
        ("choice", []),
        ("mapped", []),
        ("associate", ["pairs"]),
        ("boxes", ["text"]),
    ],
)
def test_what_we_cannot_hold_is_named(name, lost):
    assert item(name)[1] == lost


@pytest.mark.parametrize(
    "name, kind",
    [
        ("likert", "choiceInteraction without a key"),
        ("drawing", "drawingInteraction"),
        ("template", "template"),
        ("composite", "composite"),
        ("chain", "associateInteraction where pairs form a chain"),
    ],
)
def test_kinds_that_we_do_not_have_are_told_by_name(name, kind):
    _, _, report = item(name)
    assert [one["kind"] for one in report.unsupported] == [kind]
    assert report.errors == []


def test_an_item_whose_answers_score_nothing_says_how_to_mend_it():
    _, _, report = item("broken")
    assert "No key: no answer scores anything – declare" in report.errors[0]["message"]


def package(test="", manifest_items=("items/hotspot.xml", "items/point.xml"), **more):
    """A package with the fixtures, in the names of which it lists these."""
    resources = "".join(
        f'<resource identifier="r{n}" type="imsqti_item_xmlv2p1" href="{path}"><file href="{path}"/></resource>'
        for n, path in enumerate(manifest_items)
    )
    if test:
        resources += '<resource identifier="t" type="imsqti_test_xmlv2p1" href="test.xml"/>'
    files = {
        "imsmanifest.xml": f'<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"><resources>{resources}</resources></manifest>',
        **({"test.xml": test} if test else {}),
        **{f"items/{path.name}": path.read_text() for path in ITEMS.glob("*.xml")},
        **more,
    }
    return pack({**{name: text.encode() for name, text in files.items()}, "images/halves.svg": PICTURE})


def test_a_package_brings_its_pictures():
    found, report = read(get("qti21"), package())
    assert report.errors == []
    first, second = (one.dump() for one in found)
    assert first["image"] == {"file": "images/halves.svg", "alt": "Two halves", "width": 80, "height": 60}
    assert [(one["label"], one["coords"], one.get("correct")) for one in first["regions"]] == [
        ("left", "0, 0, 40, 60", True),
        ("2", "41, 0, 80, 60", None),
    ]
    assert second["regions"] == [
        {"id": "a", "label": "1", "shape": "circle", "coords": "20, 30, 8", "correct": True}
    ]


def test_addresses_of_a_manifest_and_of_an_item_begin_at_their_base():
    """The file of such an item was not found."""
    manifest = (
        '<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" xml:base="https://example.org/">'
        '<resources xml:base="it%65ms/"><resource xml:base="deep" type="imsqti_item_xmlv2p1" href="hotspot.xml"/>'
        "</resources></manifest>"
    )
    text = (ITEMS / "hotspot.xml").read_text().replace("<assessmentItem ", '<assessmentItem xml:base="../" ')
    files = {"imsmanifest.xml": manifest, "items/deep/hotspot.xml": text}
    packed = {name: text.encode() for name, text in files.items()} | {"images/halves.svg": PICTURE}
    (found,), report = read(get("qti21"), pack(packed))
    assert (found.content.image.file, report.errors) == ("images/halves.svg", [])


PICTURED = '<object type="image/svg+xml" data="../images/halves.svg" width="80" height="60">Two</object>'
SCORES = '<setOutcomeValue identifier="SCORE"><baseValue baseType="float">1</baseValue></setOutcomeValue>'


def made(kind, base, inside, body, rules):
    """The question that an item with one response is, and the fields lost."""
    content = f"""<assessmentItem xmlns="{V2}" identifier="made" title="Made"><responseDeclaration identifier="RESPONSE"
      cardinality="{kind}" baseType="{base}">{inside}</responseDeclaration><outcomeDeclaration identifier="SCORE"
      cardinality="single" baseType="float"/><itemBody>{body}</itemBody>{rules}</assessmentItem>"""
    package_ = package(manifest_items=["items/made.xml"], **{"items/made.xml": content})
    reading = Reading(get("qti22"), Source(BytesIO(package_), "x.zip"), Report("x", "qti22"), "b")
    (one,) = reading
    return one.question, sorted({loss.field for loss in one.losses})


def conditions(*tests):
    branches = "".join(f"<responseIf>{test}{SCORES}</responseIf>" for test in tests)
    return f"<responseProcessing><responseCondition>{branches}</responseCondition></responseProcessing>"


def template(name):
    return f'<responseProcessing template="http://x/rptemplates/{name}"/>'


@pytest.mark.parametrize(
    "bounds, credits, rule",
    [
        ('defaultValue="-0.5" lowerBound="0"', ["0.5", "0.5", "-0.25"], "sum_of_credits"),
        ('defaultValue="0" lowerBound="0" upperBound="1"', ["1", "1", "0"], "sum_of_credits"),
        ('defaultValue="-1.5" lowerBound="0"', ["0.5", "0.5", "-0.75"], "sum_of_credits"),
    ],
)
def test_a_mapping_counts_within_its_bounds_and_what_it_does_not_name(bounds, credits, rule):
    entries = "".join(f'<mapEntry mapKey="{one}" mappedValue="1"/>' for one in "AB")
    choices = "".join(f'<simpleChoice identifier="{one}">{one}</simpleChoice>' for one in "ABC")
    body = f'<choiceInteraction responseIdentifier="RESPONSE" maxChoices="0" shuffle="true">{choices}</choiceInteraction>'
    found, lost = made(
        "multiple", "identifier", f"<mapping {bounds}>{entries}</mapping>", body, template("map_response")
    )
    assert [one["credit"] for one in found.dump()["options"]] == credits
    assert (found.scoring, lost) == (rule, [])


TYPED = '<p>How many? <textEntryInteraction responseIdentifier="RESPONSE"/></p>'
ANSWER = '<variable identifier="RESPONSE"/>'


@pytest.mark.parametrize(
    "base, test, answers",
    [
        ("string", f"<member>{ANSWER}<multiple><baseValue baseType='string'>six</baseValue><baseValue baseType='string'>6</baseValue></multiple></member>", [{"text": "six"}, {"text": "6"}]),
        ("float", f"<equal>{ANSWER}<product><baseValue baseType='float'>2</baseValue><baseValue baseType='float'>3</baseValue></product></equal>", [{"value": "6"}]),
    ],
)  # fmt: skip
def test_answers_that_the_rules_alone_name_are_found(base, test, answers):
    found, _ = made("single", base, "", TYPED, conditions(test))
    assert found.dump()["answers"] == answers


@pytest.mark.parametrize(
    "inside, rules, region, lost",
    [
        ("", conditions(f'<inside shape="rect" coords="0,0,40,60">{ANSWER}</inside>'), ("rect", "0, 0, 40, 60"), ["regions"]),
        ('<areaMapping defaultValue="0"><areaMapEntry shape="circle" coords="20,30,8" mappedValue="1"/></areaMapping>', "", ("circle", "20, 30, 8"), ["regions", "scoring"]),
        ('<areaMapping defaultValue="0"><areaMapEntry shape="ellipse" coords="20,30,8,8" mappedValue="1"/></areaMapping>', template("map_response_point"), ("circle", "20, 30, 8"), ["regions"]),
    ],
)  # fmt: skip
def test_areas_are_found_wherever_they_are_named(inside, rules, region, lost):
    body = f'<selectPointInteraction responseIdentifier="RESPONSE" maxChoices="1"><prompt>Where?</prompt>{PICTURED}</selectPointInteraction>'
    found, named = made("single", "point", inside, body, rules)
    (one,) = found.dump()["regions"]
    assert (one["shape"], one["coords"], one["correct"]) == (*region, True)
    assert named == lost


def test_an_ellipse_becomes_a_polygon_that_holds_the_same_points():
    area = area_of(shape_of(etree.fromstring('<a shape="ellipse" coords="20,30,10,20"/>')))
    held = [
        contains(area, (Fraction(x), Fraction(y)))
        for x, y in ((20, 30), (29, 30), (20, 49), (31, 30), (28, 45))
    ]
    assert held == [True, True, True, False, False]


def test_what_goes_onto_a_picture_is_dragged_there():
    found, report = read(get("qti21"), package(manifest_items=["items/labels.xml"]))
    assert (report.errors, report.unsupported) == ([], [])
    content = found[0].dump()
    assert content["text"] == "<ol>\n<li>left [[A]]</li>\n<li>[[B]]</li>\n</ol>"
    assert content["gaps"] == {"A": "west", "B": "half"}
    assert content["choices"][2] == {"id": "half", "text": '<img alt="A half" src="images/halves.svg">'}
    assert content["picture"] == {
        "file": "images/halves.svg", "alt": "Two halves", "width": 80, "height": 60,
        "places": {"A": {"shape": "rect", "coords": "0, 0, 40, 60"}, "B": {"shape": "circle", "coords": "60, 30, 10"}},
    }  # fmt: skip


def test_a_picture_without_a_size_is_an_error_at_its_item():
    """Found by fuzzing: it was tried how such an item scores."""
    without = (ITEMS / "hotspot.xml").read_text().replace('height="60"', 'height="0"')
    found, report = read(get("qti21"), package(**{"items/hotspot.xml": without}))
    assert len(found) == 1
    assert report.errors[0]["where"] == "items/hotspot.xml"


def test_a_test_gives_order_topics_and_weights():
    test = f"""<assessmentTest xmlns="{V2}" identifier="t" title="On the organization"><testPart><assessmentSection
     identifier="all" title="All"><assessmentSection identifier="s" title="Basic facts"><assessmentItemRef identifier="a"
     href="items/slider.xml"><weight identifier="w" value="3"/></assessmentItemRef></assessmentSection>
     <assessmentItemRef identifier="b" href="items/choice.xml"/><timeLimits maxTime="60"/></assessmentSection></testPart>
     </assessmentTest>"""
    listed = ("items/choice.xml", "items/slider.xml", "items/order.xml")
    report = Report("x", "qti21")
    reading = Reading(get("qti21"), Source(BytesIO(package(test, listed)), "x.zip"), report, "b")
    found = [one.question for one in reading]
    assert [(one.id, one.topic, one.points) for one in found] == [
        ("slider", "Basic-facts", Fraction(3)),
        ("founding-city", "", Fraction(1)),
        ("order", "", Fraction(1)),
    ]
    assert reading.bank.title == "On the organization"
    assert [one["field"] for one in report.losses] == ["test"]


def test_a_file_of_sections_counts_where_it_is_named_first():
    """Files that name each other twice were read twice as often with each: thirty took for ever."""
    there = '<assessmentSectionRef identifier="s" href="s{}.xml"/>'
    files = {
        f"s{n}.xml": f'<assessmentSection xmlns="{V2}" title="{n}">{2 * there.format((n + 1) % 18)}</assessmentSection>'
        for n in range(18)
    }
    files["s17.xml"] = files["s17.xml"].replace(
        "</assess",
        '<assessmentItemRef href="items/slider.xml"><weight value="0"/></assessmentItemRef></assess',
    )
    test = f'<assessmentTest xmlns="{V2}"><testPart>{there.format(0)}<assessmentSectionRef href="none.xml"/><preCondition/><branchRule/></testPart></assessmentTest>'
    report = Report("x", "qti21")
    content = BytesIO(package(test, ["items/slider.xml"], **files))
    (one,) = Reading(get("qti21"), Source(content, "x.zip"), report, "b")
    assert one.question.topic == "/".join(map(str, range(18)))
    assert {loss["field"]: loss["detail"] for loss in report.losses if not loss["id"]} == {
        "sections": "a section is left out: there is no file 'none.xml' in the package",
        "points": "a bank says nothing of weight=0",
        "test": "a bank says nothing of branchRule, preCondition",
    }


def test_every_item_of_a_manifest_is_told_once():
    names = sorted(f"items/{path.name}" for path in ITEMS.glob("*.xml"))
    listed = [*names, "items/none.xml"]
    found, report = read(
        get("qti22"), package(manifest_items=listed, **{"items/none.xml": "<assessmentItem"})
    )
    wheres = [one["where"].partition(",")[0] for one in (*report.errors, *report.unsupported)]
    assert len(found) + len(wheres) == len(listed)
    assert sorted(wheres) == sorted(
        [
            f"items/{one}.xml"
            for one in ("broken", "none", "likert", "drawing", "template", "composite", "chain")
        ]
    )


def test_a_shared_text_stands_in_front_of_each():
    shared = '<qti-assessment-stimulus xmlns="x"><qti-stimulus-body><p>A story.</p></qti-stimulus-body></qti-assessment-stimulus>'
    with_story = (
        (ITEMS / "essay.xml")
        .read_text()
        .replace(
            "<qti-item-body>",
            '<qti-assessment-stimulus-ref identifier="s" href="../story.xml"/><qti-item-body>',
        )
    )
    content = package(
        manifest_items=("items/told.xml",), **{"items/told.xml": with_story, "story.xml": shared}
    )
    report = Report("x", "qti30")
    (one,) = Reading(get("qti30"), Source(BytesIO(content), "x.zip"), report, "b")
    assert one.question.prompt == "<p>A story.</p>\n<p>Why did it <em>grow</em>?</p>"
    assert "stimulus" in [loss.field for loss in one.losses]


def test_shared_texts_in_front_of_items_have_an_end():
    """Each item has its own copy: some thousand of a text of some megabytes would fill the memory."""
    shared = f'<assessmentStimulus xmlns="x"><stimulusBody><p>{"x" * 8_000}</p></stimulusBody></assessmentStimulus>'
    shown = '<assessmentStimulusRef identifier="s" href="../s.xml"/><itemBody>'
    choice = (ITEMS / "choice.xml").read_text().replace("<itemBody>", shown)
    items = {f"items/q{n}.xml": choice for n in range(4)}
    source = Source(
        BytesIO(package(manifest_items=[*items], **items, **{"s.xml": shared})),
        "x.zip",
        limits=Limits(question_bytes=20_000),
    )
    report = Report("x.zip", "qti21")
    assert len([*Reading(get("qti21"), source, report, "b")]) == 2
    assert ["too long to stand in front" in one["message"] for one in report.errors] == [True, True]


@pytest.mark.parametrize("path", ["../../secret.svg", "/etc/passwd", "images/none.svg"])
def test_pictures_come_from_the_package_alone(path, tmp_path):
    (tmp_path / "secret.svg").write_bytes(PICTURE)
    (tmp_path / "a" / "b").mkdir(parents=True)
    text = (ITEMS / "hotspot.xml").read_text().replace("../images/halves.svg", path)
    source = Source(BytesIO(text.encode()), "x.xml", tmp_path / "a" / "b")
    report = Report("x", "qti21")
    assert [*Reading(get("qti21"), source, report, "b")] == []
    assert "no picture" in report.errors[0]["message"]


@pytest.mark.parametrize("name, format", [("choice", "qti21"), ("gapmatch", "qti30")])
def test_an_item_is_recognised(name, format):
    assert recognise((ITEMS / f"{name}.xml").read_bytes()[:4096], "x.xml").name == format


@pytest.mark.parametrize(
    "body, prompt, text",
    [
        ("<div><div><p>Complete.</p><p>In {}</p></div></div>", "<p>Complete.</p>", "<p>In [[R1]] [[R2]]</p>"),
        ("<div>Briefly: <div>In {}</div></div>", "Fill in the gaps.", "Briefly: <div>In [[R1]] [[R2]]</div>"),
        ("In {}, so.", "Fill in the gaps.", "In [[R1]] [[R2]], so."),
        ("<p>In {}</p>, so.", "Fill in the gaps.", "<p>In [[R1]] [[R2]]</p>, so."),
    ],
)
def test_where_a_text_with_gaps_begins(body, prompt, text):
    whole = (ITEMS / "gaps.xml").read_text()
    start, end = whole.index("<itemBody>") + 10, whole.index("</itemBody>")
    first, second = whole.index("<textEntry"), whole.index("<inlineChoiceInteraction")
    gaps = whole[first : whole.index("/>", first) + 2] + " " + whole[second : whole.index(".</p>", second)]
    (found,), _ = read(get("qti21"), (whole[:start] + body.format(gaps) + whole[end:]).encode())
    assert (found.prompt, found.content.text) == (prompt, text)


def test_no_document_type_and_no_entity_is_read():
    bomb = b'<!DOCTYPE a [<!ENTITY b "bb">]>' + (ITEMS / "choice.xml").read_bytes().partition(b"?>")[2]
    with pytest.raises(QuizError, match="document type"):
        read(get("qti21"), bomb)
    found, report = read(
        get("qti21"), package(manifest_items=("items/bomb.xml",), **{"items/bomb.xml": bomb.decode()})
    )
    assert found == []
    assert "document type" in report.errors[0]["message"]


@pytest.mark.parametrize("tag", ["picture", "object", "sum"])
def test_elements_do_not_lie_deep_in_each_other(tag):
    """The parser allows 256, of which two hundred pictures or sums raised."""
    deep = f"{f'<{tag}>' * 235}{f'</{tag}>' * 235}"
    text = (ITEMS / "choice.xml").read_text()
    place = "</itemBody>"
    content = package(
        manifest_items=["items/deep.xml"], **{"items/deep.xml": text.replace(place, deep + place)}
    )
    found, report = read(get("qti21"), content)
    assert (found, [one["message"] for one in report.errors]) == ([], ["elements lie too deep in each other"])


NAMES = sorted(path.stem for path in ITEMS.glob("*.xml"))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_item_breaks_the_reader(data):
    """Elements taken out, doubled, moved, renamed; attributes and texts changed."""
    root = etree.fromstring((ITEMS / f"{data.draw(st.sampled_from(NAMES))}.xml").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        _changed(data, data.draw(st.sampled_from([*root.iter()])), [*root.iter()])
    try:
        found, report = read(get("qti21"), etree.tostring(root))
    except QuizError:
        return
    assert len(found) + len(report.errors) + len(report.unsupported) == 1


def _copy(element):
    return etree.fromstring(etree.tostring(element, with_tail=False))


def _changed(data, element, others):
    parent = element.getparent()
    match data.draw(st.integers(0, 5)):
        case 0 if parent is not None:
            parent.remove(element)
        case 1 if parent is not None:
            parent.insert(0, _copy(element))
        case 2:
            element.tag = data.draw(st.sampled_from(others)).tag
        case 3 if element.attrib:
            name = data.draw(st.sampled_from(sorted(element.attrib)))
            element.attrib[name] = data.draw(
                st.sampled_from(["", "1", "-1", "x", "1e999", "pair", "point", "multiple", "A B"])
            )
        case 4:
            element.text = data.draw(st.sampled_from([None, "", "0", "x", "A B", "[[1]]", "9" * 500]))
        case _:
            element.append(_copy(data.draw(st.sampled_from(others))))
