"""What items of QTI 3.0 hold as assessment programs write them, in packages and by themselves."""

from base64 import b64encode
from fractions import Fraction
from io import BytesIO

import pytest
from lxml import etree

from quiz.files.archive import pack
from quiz.formats import get
from quiz.formats.base import Source
from quiz.formats.conversion import Reading, Report
from quiz.formats.qti.processing import Processing
from quiz.formats.qti.values import Declaration
from tests.pictures import svg

V3 = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
TEMPLATES = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates"
PICTURE = svg(attributes='width="80" height="60"')


def item(body, responses="", rules="", more=""):
    """An item with an outcome SCORE and another, FEEDBACK."""
    return f"""<qti-assessment-item xmlns="{V3}" identifier="made" title="Made" time-dependent="false">{responses}
      <qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>
      <qti-outcome-declaration identifier="FEEDBACK" cardinality="single" base-type="identifier"/>{more}
      <qti-item-body>{body}</qti-item-body>{rules}</qti-assessment-item>"""


def response(cardinality, base, *right, name="RESPONSE", mapping=""):
    values = "".join(f"<qti-value>{one}</qti-value>" for one in right)
    correct = f"<qti-correct-response>{values}</qti-correct-response>" if right else ""
    return f"""<qti-response-declaration identifier="{name}" cardinality="{cardinality}" base-type="{base}">
      {correct}{mapping}</qti-response-declaration>"""


def template(name="match_correct"):
    return f'<qti-response-processing template="{TEMPLATES}/{name}"/>'


def read(*items, resources="", **files):
    """The questions of a package with these items: each with the fields lost; and the header of the bank."""
    listed = "".join(
        f'<resource identifier="r{n}" type="imsqti_item_xmlv3p0" href="items/{n}.xml"/>'
        for n, _ in enumerate(items)
    )
    manifest = f'<manifest xmlns="x"><resources>{listed}{resources}</resources></manifest>'
    content = pack(
        {
            "imsmanifest.xml": manifest.encode(),
            **{f"items/{n}.xml": one.encode() for n, one in enumerate(items)},
            "items/halves.svg": PICTURE,
            **{name: text.encode() for name, text in files.items()},
        }
    )
    report = Report("x.zip", "qti30")
    reading = Reading(get("qti30"), Source(BytesIO(content), "x.zip"), report, "b")
    found = [*reading]
    assert (report.errors, report.unsupported) == ([], [])
    return found, reading


def only(*arguments, **more):
    (found,), _ = read(item(*arguments, **more))
    return found.question, sorted({loss.field for loss in found.losses})


CHOICE = """<qti-choice-interaction response-identifier="RESPONSE" max-choices="1" shuffle="true"><qti-prompt>Which?</qti-prompt>
  <qti-simple-choice identifier="A">Astana</qti-simple-choice><qti-simple-choice identifier="B">Bishkek</qti-simple-choice>
  </qti-choice-interaction>"""
ASKED = (CHOICE, response("single", "identifier", "A"), template())


def sides(*names):
    choices = (
        f'<qti-simple-associable-choice identifier="{one}" match-max="1">{one}</qti-simple-associable-choice>'
        for one in names
    )
    return f"<qti-simple-match-set>{''.join(choices)}</qti-simple-match-set>"


def test_pairs_that_are_declared_as_identifiers_are_pairs():
    body = f'<qti-match-interaction response-identifier="RESPONSE">{sides("a", "b")}{sides("x", "y")}</qti-match-interaction>'
    found, lost = only(body, response("multiple", "identifier", "a x", "b y"), template())
    assert {pair.id: pair.choice_id for pair in found.content.pairs} == {"a": "x", "b": "y"}
    assert (found.scoring, lost) == ("all_or_nothing", [])


def fed(name):
    return f"""<qti-feedback-block identifier="{name}" outcome-identifier="FEEDBACK" show-hide="show"><qti-content-body>
      {name}!</qti-content-body></qti-feedback-block>"""


def test_what_is_told_to_all_that_is_not_right_is_told_to_partly_right_answers_too():
    gaps = [
        f'<qti-text-entry-interaction response-identifier="R{n}" class="qti-input-width-10"/>' for n in (1, 2)
    ]
    responses = [
        response("single", "string", name=f"R{n}", mapping=f'<qti-mapping><qti-map-entry map-key="{word}" mapped-value="1"/></qti-mapping>')
        for n, word in ((1, "cat"), (2, "mice"))
    ]  # fmt: skip
    total = '<qti-sum><qti-map-response identifier="R1"/><qti-map-response identifier="R2"/></qti-sum>'

    def told(name):
        return f'<qti-set-outcome-value identifier="FEEDBACK"><qti-base-value base-type="identifier">{name}</qti-base-value></qti-set-outcome-value>'

    rules = f"""<qti-response-processing><qti-set-outcome-value identifier="SCORE">{total}</qti-set-outcome-value>
      <qti-response-condition><qti-response-if><qti-match>{total}<qti-base-value base-type="float">2</qti-base-value></qti-match>
      {told("correct")}</qti-response-if><qti-response-else>{told("incorrect")}</qti-response-else></qti-response-condition>
      </qti-response-processing>"""
    body = f"<p>When the {gaps[0]} is away the {gaps[1]} dance.</p>{fed('correct')}{fed('incorrect')}"
    found, lost = only(body, "".join(responses), rules)
    said = (found.feedback.right, found.feedback.partly, found.feedback.wrong)
    assert said == ("correct!", "incorrect!", "incorrect!")
    assert lost == []


def test_what_a_button_tells_is_a_hint():
    set_ = '<qti-set-outcome-value identifier="{}"><qti-base-value base-type="{}">{}</qti-base-value></qti-set-outcome-value>'.format
    right = '<qti-match><qti-variable identifier="RESPONSE"/><qti-correct identifier="RESPONSE"/></qti-match>'
    rules = f"""<qti-response-processing><qti-response-condition><qti-response-if><qti-variable identifier="ASKED"/>
      {set_("FEEDBACK", "identifier", "hint")}</qti-response-if><qti-response-else-if>{right}{set_("SCORE", "float", 1)}
      </qti-response-else-if></qti-response-condition></qti-response-processing>"""
    body = (
        f'{CHOICE}<p><qti-end-attempt-interaction response-identifier="ASKED" title="Hint"/></p>{fed("hint")}'
    )
    found, lost = only(body, ASKED[1] + response("single", "boolean", name="ASKED"), rules)
    assert (found.prompt, found.hints, lost) == ("Which?", ("hint!",), ["hints"])


def test_what_those_who_mark_an_essay_are_told_is_its_model_answer():
    body = """<qti-extended-text-interaction response-identifier="RESPONSE"><qti-prompt>Why?</qti-prompt></qti-extended-text-interaction>
      <qti-rubric-block view="scorer" use="instructions"><qti-content-body/></qti-rubric-block>
      <qti-rubric-block view="scorer" use="scoring"><qti-content-body><ul><li>Trade</li></ul></qti-content-body></qti-rubric-block>
      <qti-rubric-block view="tutor"><qti-content-body>Help them.</qti-content-body></qti-rubric-block>"""
    (found,), _ = read(item(body, response("single", "string")))
    assert found.question.content.model_answer == "<ul><li>Trade</li></ul>"
    assert [loss.detail for loss in found.losses] == [
        "notes for who marks are the model answer, which is shown with the right answers",
        "notes for tutor",
    ]


@pytest.mark.parametrize(
    "address, lost",
    [
        (f"data:image/svg+xml;base64,{b64encode(PICTURE).decode()}", []),
        ("data:image/svg+xml,%3Csvg%20xmlns='http://www.w3.org/2000/svg'%20width='9'%20height='9'/%3E", []),
        ("data:image/png;base64,AAA", ["images"]),
        ("https://elsewhere.invalid/a.png", ["images"]),
    ],
)
def test_a_picture_may_stand_in_its_address(address, lost):
    found, named = only(f'<p><img src="{address}" alt="Halves"/></p>{CHOICE}', *ASKED[1:])
    shown = "Halves" if lost else '<img alt="Halves" src="images/image.svg">'
    assert found.prompt == f"<p>{shown}</p>\n<p>Which?</p>"
    assert named == lost


def test_a_mapping_may_be_empty():
    """Found by fuzzing: the reader ended."""
    gaps = "".join(f'<qti-text-entry-interaction response-identifier="R{n}"/>' for n in (1, 2))
    responses = response(
        "single", "string", name="R1", mapping='<qti-mapping default-value="0"/>'
    ) + response("single", "string", "x", name="R2")
    rules = f"""<qti-response-processing>{scored('<qti-match><qti-variable identifier="R1"/><qti-base-value base-type="string">y</qti-base-value></qti-match>')}
      {scored('<qti-match><qti-variable identifier="R2"/><qti-correct identifier="R2"/></qti-match>')}</qti-response-processing>"""
    found, _ = only(f"<p>{gaps}</p>", responses, rules)
    assert [gap.content.answers[0].text for gap in found.content.gaps.values()] == ["y", "x"]


def test_a_gap_that_two_words_fill_rightly_has_both():
    """One list with one right word for each gap would take the other for wrong."""
    listed = "".join(f'<qti-inline-choice identifier="{one}">{one}</qti-inline-choice>' for one in "abc")
    body = f"""<p>By {(gap := '<qti-inline-choice-interaction response-identifier="{}">{}</qti-inline-choice-interaction>').format("R1", listed)}
      of {gap.format("R2", listed)}.</p>"""
    both = '<qti-mapping><qti-map-entry map-key="a" mapped-value="1"/><qti-map-entry map-key="b" mapped-value="1"/></qti-mapping>'
    responses = response("single", "identifier", name="R1", mapping=both) + response(
        "single", "identifier", "c", name="R2"
    )
    rules = (
        """<qti-response-processing><qti-set-outcome-value identifier="SCORE"><qti-map-response identifier="R1"/>
      </qti-set-outcome-value>"""
        + scored('<qti-match><qti-variable identifier="R2"/><qti-correct identifier="R2"/></qti-match>')
        + "</qti-response-processing>"
    )
    found, lost = only(body, responses, rules)
    kind = found.kind
    given = [kind.score(found.content, {"R1": one, "R2": "c"}, found.scoring).fraction for one in "abc"]
    assert (found.type, given, lost) == ("cloze", [1, 1, Fraction(1, 2)], [])


def test_words_in_gaps_keep_their_prompt_where_they_count_differently():
    words = "".join(f'<qti-gap-text identifier="{one}" match-max="1">{one}</qti-gap-text>' for one in "abc")
    body = f"""<qti-gap-match-interaction response-identifier="RESPONSE"><qti-prompt>Complete it.</qti-prompt>{words}
      <blockquote><p>By <qti-gap identifier="g"/> of <qti-gap identifier="h"/>.</p></blockquote></qti-gap-match-interaction>"""
    mapping = """<qti-mapping default-value="-1" lower-bound="0"><qti-map-entry map-key="a g" mapped-value="1"/>
      <qti-map-entry map-key="b h" mapped-value="2"/></qti-mapping>"""
    found, lost = only(
        body,
        response("multiple", "directedPair", "a g", "b h", mapping=mapping),
        template("map_response.xml"),
    )
    assert (found.prompt, found.points) == ("<p>Complete it.</p>", 3)
    assert found.content.text == "<blockquote><p>By [[g]] of [[h]].</p></blockquote>"
    assert "scoring" not in lost


@pytest.mark.parametrize("fitting", ["a g, b g, a h, b h", "a g, b h, b g"])
def test_words_that_go_into_either_gap_once_can_go_into_both_here_which_is_told(fitting):
    words = "".join(f'<qti-gap-text identifier="{one}" match-max="1">{one}</qti-gap-text>' for one in "abc")
    body = f"""<qti-gap-match-interaction response-identifier="RESPONSE">{words}<p>Red: <qti-gap identifier="g"/>
      <qti-gap identifier="h"/></p></qti-gap-match-interaction>"""
    entries = "".join(f'<qti-map-entry map-key="{one}" mapped-value="1"/>' for one in fitting.split(", "))
    mapping = f"<qti-mapping>{entries}</qti-mapping>"
    found, lost = only(
        body, response("multiple", "directedPair", "a g", "b h", mapping=mapping), template("map_response")
    )
    kind = found.kind
    given = [kind.score(found.content, {"g": one, "h": "b"}, found.scoring).fraction for one in "ac"]
    assert (given, lost) == ([1, Fraction(1, 2)], ["pairs", "reuse"])


@pytest.mark.parametrize("most", [2, 9])
def test_of_many_options_others_that_are_right_too_are_seen(most):
    """Two of nine, where one of them may be another: no rule here says so, and that is told; the nearest is taken."""
    choices = "".join(
        f'<qti-simple-choice identifier="{one}">{one}</qti-simple-choice>' for one in "ABCDEFGHI"
    )
    right = "".join(
        f"""<qti-match><qti-variable identifier="RESPONSE"/><qti-multiple><qti-base-value base-type="identifier">A</qti-base-value>
          <qti-base-value base-type="identifier">{other}</qti-base-value></qti-multiple></qti-match>"""
        for other in "BC"
    )
    body = f'<qti-choice-interaction response-identifier="RESPONSE" max-choices="{most}"><qti-prompt>Which?</qti-prompt>{choices}</qti-choice-interaction>'
    rules = f"<qti-response-processing>{scored(f'<qti-or>{right}</qti-or>')}</qti-response-processing>"
    found, lost = only(body, response("multiple", "identifier", "A", "B"), rules)
    assert [one.id for one in found.content.options if one.correct] == ["A", "B"]
    assert (found.scoring, lost) == ("all_or_nothing", ["scoring"])


def test_the_name_of_a_picture_stands_for_it_where_it_did_not_come_along():
    """Else an option that is a picture without words would be empty, and nobody knew why."""
    pictured = CHOICE.replace("Astana", '<img src="images/a%20b.png" alt=" "/>')
    found, lost = only(pictured, *ASKED[1:])
    assert ([one.text for one in found.content.options], lost) == (["a b.png", "Bishkek"], ["images"])


def test_of_as_many_areas_as_one_likes_the_right_ones_are_to_be_marked():
    areas = "".join(
        f'<qti-hotspot-choice identifier="{one}" shape="rect" coords="{n}0,0,{n}9,9" hotspot-label="{one}"/>'
        for n, one in enumerate("ABC")
    )
    body = f'<qti-hotspot-interaction response-identifier="RESPONSE" max-choices="0"><img src="halves.svg" alt=" "/>{areas}</qti-hotspot-interaction>'
    found, lost = only(body, response("multiple", "identifier", "A", "B"), template())
    assert (found.content.choose, found.content.places, found.scoring) == (None, 2, "all_or_nothing")
    assert (found.content.image.alt, lost) == ("Made", ["choose", "image"])


def test_a_shared_text_is_known_by_what_it_is():
    """1EdTech's own examples list it as a test."""
    story = f"""<qti-assessment-stimulus xmlns="{V3}" identifier="Story" title="A night"><qti-stimulus-body><p>It was dark.</p>
      </qti-stimulus-body><qti-catalog-info/></qti-assessment-stimulus>"""
    told = item(*ASKED, more='<qti-assessment-stimulus-ref identifier="Story" href="../story.xml"/>')
    listed = '<resource identifier="Story" type="imsqti_test_xmlv3p0" href="story.xml"/>'
    (one, two), reading = read(told, told.replace("made", "more"), resources=listed, **{"story.xml": story})
    assert [loss.field for found in (one, two) for loss in found.losses] == ["catalogInfo", "catalogInfo"]
    assert [(stimulus.id, stimulus.text) for stimulus in reading.bank.stimuli] == [
        ("Story", "<p>It was dark.</p>")
    ]
    assert [found.question.stimulus.id for found in (one, two)] == ["Story", "Story"]


def test_what_is_only_read_aloud_is_not_shown():
    body = f'<h2 class="qti-visually-hidden">Question</h2><p id="d" class="qti-well qti-visually-hidden">The angle is 37.</p>{CHOICE}'
    found, lost = only(body, *ASKED[1:])
    assert (found.prompt, lost) == ("Which?", ["prompt"])


def test_how_a_text_is_read_aloud_is_no_html():
    speech = 'xmlns:ssml="http://www.w3.org/2001/10/synthesis"'
    body = f'<p {speech}>Say <ssml:sub alias=" ">___</ssml:sub> and <ssml:s>this</ssml:s>.</p>{CHOICE}'
    assert only(body, *ASKED[1:])[0].prompt == "<p>Say ___ and this.</p>\n<p>Which?</p>"


TRIMMED = """<qti-custom-operator definition="depcp:Trim"><qti-custom-operator definition="depcp:ToAscii">
  <qti-variable identifier="RESPONSE"/></qti-custom-operator></qti-custom-operator>"""


def test_answers_are_found_behind_the_operators_of_a_program():
    branches = "".join(
        f"""<qti-response-condition><qti-response-if><qti-string-match case-sensitive="true">{TRIMMED}
          <qti-base-value base-type="string">{text}</qti-base-value></qti-string-match><qti-set-outcome-value identifier="SCORE">
          <qti-base-value base-type="float">1</qti-base-value></qti-set-outcome-value></qti-response-if></qti-response-condition>"""
        for text in ("cafe", "coffee house", "coffee  house")
    )
    body = '<p>Where? <qti-text-entry-interaction response-identifier="RESPONSE"/></p>'
    rules = f"<qti-response-processing>{branches}</qti-response-processing>"
    found, lost = only(body, response("single", "string", "cafe"), rules)
    assert [answer.text for answer in found.content.answers] == ["cafe", "coffee house"]
    assert (found.content.case_sensitive, lost) == (True, [])


@pytest.mark.parametrize(
    "operator, typed, value",
    [
        ("<customOperator definition='qade:Trim'>{}</customOperator>", " é ", "é"),
        ("<customOperator definition='questify:ToAscii'>{}</customOperator>", "één", "een"),
        ("<equal><customOperator definition='depcp:ParseCommaDecimal'>{}</customOperator>{two}</equal>", "2,50", True),
        ("<equal>{}{two}</equal>", "2.5", True),
        ("<equal>{}{two}</equal>", "2.6", False),
        ("<equal>{}{two}</equal>", "2.5 or so", None),
    ],
)  # fmt: skip
def test_typed_texts_are_changed_and_compared_with_numbers(operator, typed, value):
    expression = operator.format(
        '<variable identifier="RESPONSE"/>', two='<baseValue baseType="float">2.5</baseValue>'
    )
    processing = Processing({"RESPONSE": Declaration("RESPONSE", base="string")}, {}, None)
    processing.run({"RESPONSE": (typed,)})
    assert processing.value(etree.fromstring(expression)) == (() if value is None else (value,))


def test_the_addresses_of_templates_are_known_with_and_without_an_ending():
    for name in ("map_response", "map_response.xml"):
        mapping = '<qti-mapping><qti-map-entry map-key="A" mapped-value="2"/><qti-map-entry map-key="B" mapped-value="1"/></qti-mapping>'
        found, lost = only(CHOICE, response("single", "identifier", mapping=mapping), template(name))
        assert (found.points, [one.credit for one in found.content.options]) == (2, [1, Fraction(1, 2)])
        assert lost == []


def scored(test):
    return f"""<qti-response-condition><qti-response-if>{test}<qti-set-outcome-value identifier="SCORE"><qti-sum>
      <qti-variable identifier="SCORE"/><qti-base-value base-type="float">1</qti-base-value></qti-sum></qti-set-outcome-value>
      </qti-response-if></qti-response-condition>"""


def test_an_order_that_only_the_rules_know_is_found():
    choices = "".join(
        f'<qti-simple-choice identifier="{one}">{one}</qti-simple-choice>' for one in ("c", "a", "b")
    )
    places = "".join(
        scored(f'<qti-match><qti-index n="{n}"><qti-variable identifier="RESPONSE"/></qti-index><qti-base-value base-type="identifier">{one}</qti-base-value></qti-match>')
        for n, one in enumerate("abc", 1)
    )  # fmt: skip
    body = f'<qti-order-interaction response-identifier="RESPONSE"><qti-prompt>Sort.</qti-prompt>{choices}</qti-order-interaction>'
    found, lost = only(
        body,
        response("ordered", "identifier"),
        f"<qti-response-processing>{places}</qti-response-processing>",
    )
    assert [one.id for one in found.content.items] == ["a", "b", "c"]
    assert (found.scoring, found.points, lost) == ("absolute_position", 3, [])


@pytest.mark.parametrize("right, kind", [("2.50", "numerical"), ("2,50", "short_text")])
def test_what_is_compared_with_numbers_is_one(right, kind):
    test = """<qti-equal><qti-custom-operator definition="depcp:ParseCommaDecimal"><qti-variable identifier="RESPONSE"/>
      </qti-custom-operator><qti-base-value base-type="float">2.5</qti-base-value></qti-equal>"""
    body = '<p>How long? <qti-text-entry-interaction response-identifier="RESPONSE"/></p>'
    rules = f"<qti-response-processing>{scored(test)}</qti-response-processing>"
    found, lost = only(body, response("single", "string", right), rules)
    assert (found.type, lost) == (kind, [])


def test_areas_in_areas_are_tried_where_they_are_alone():
    areas = """<qti-area-mapping default-value="0"><qti-area-map-entry shape="circle" coords="40,30,10" mapped-value="2"/>
      <qti-area-map-entry shape="rect" coords="20,10,60,50" mapped-value="2"/></qti-area-mapping>"""
    body = '<qti-select-point-interaction response-identifier="RESPONSE" max-choices="2"><img src="halves.svg" alt="Halves"/></qti-select-point-interaction>'
    found, lost = only(body, response("multiple", "point", mapping=areas), template("map_response_point.xml"))
    assert ([one.correct for one in found.content.regions], found.points) == ([True, True], 4)
    assert (found.scoring, lost) == ("per_region", ["regions"])
