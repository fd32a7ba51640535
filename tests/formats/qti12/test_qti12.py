"""QTI 1.2: exports as Canvas, Blackboard and Common Cartridges have them, packages, pictures, hostile files."""

from contextlib import suppress
from datetime import date
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from re import findall
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quiz.banks.model import Bank
from quiz.errors import Invalid, QuizError
from quiz.files.archive import Archive, pack
from quiz.files.richtext import to_text
from quiz.files.xml import read_xml
from quiz.formats import formats, recognise
from quiz.formats._moodle import parted
from quiz.formats.base import HEAD_BYTES, Found, Head, Source, Unwritable, lost_fields
from quiz.formats.conversion import Instances, convert
from quiz.formats.qti12 import reading
from quiz.formats.qti12.processing import number
from quiz.questions import types
from tests.effort import within
from tests.formats.samples import is_written, read, samples, written
from tests.kernel.questions import question
from tests.pictures import svg

FORMAT = formats()["qti12"]
BANK = Bank.load({"bank": "b", "title": "B"})
FILES = sorted((Path(__file__).parent / "files").glob("*.xml"))
HEAD = '<questestinterop><assessment title="T"><section ident="root_section">{}</section></assessment></questestinterop>'


def sample(name):
    """The bytes of a file of ours that looks like an export."""
    return next(path for path in FILES if path.stem == name).read_bytes()


def entries(content, name="x.xml"):
    """What the reader yields."""
    return [*FORMAT.read(Source(BytesIO(content), name))]


def one(item):
    """The question in this item, as its fields, or what else the reader says of it."""
    return entries(HEAD.format(item).encode())[-1]


def by_id(content):
    """The questions by id, and the report."""
    found, report = read(FORMAT, content)
    return {question.id: question for question in found}, report


def choice(rules, *labels, cardinality="Single", more=""):
    """An item with options A, B …, and these rules."""
    shown = "".join(
        f'<response_label ident="{ident}"><material><mattext>{text}</mattext></material></response_label>'
        for ident, text in zip("ABCDEFG", labels, strict=False)
    )
    return (
        f'<item ident="i"><presentation><material><mattext>Which?</mattext></material><response_lid ident="R"'
        f' rcardinality="{cardinality}"><render_choice>{shown}</render_choice></response_lid></presentation>'
        f"<resprocessing><outcomes><decvar/></outcomes>{rules}</resprocessing>{more}</item>"
    )


def rule(tests, value, action="Set", more=""):
    """A condition that changes the score."""
    return f'<respcondition {more}><conditionvar>{tests}</conditionvar><setvar action="{action}">{value}</setvar></respcondition>'


def is_(value):
    """A test for one option."""
    return f'<varequal respident="R">{value}</varequal>'


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_item_of_a_file_is_accounted_for_once(path):
    content = path.read_bytes()
    counted = len(findall(rb"<item[ >]", content))
    found, report = read(FORMAT, content)
    assert len(found) + len(report.unsupported) + len(report.errors) == counted
    assert recognise(content[:HEAD_BYTES], path.name) == FORMAT
    again, _ = read(FORMAT, written(FORMAT, found)[0])
    twice, _ = read(FORMAT, written(FORMAT, again)[0])
    assert twice == again
    assert [question.type for question in again] == [question.type for question in found]


def test_canvas():
    found, report = by_id(sample("canvas"))
    types_found = [one.type for one in found.values()]
    assert types_found == (
        "single_choice multiple_response short_text cloze cloze matching numerical essay description true_false".split()
    )
    first = found["g01"]
    assert (first.points, first.explanation, first.feedback.right, first.name) == (
        2,
        "6,300 km.",
        "Yes.",
        None,
    )
    assert [(one.text, one.right, one.feedback) for one in first.content.options] == [
        ("Ob", False, "The Ob has 3,650 km."),
        ("Lena", False, None),
        ("<i>Yangtze</i>", True, None),
    ]
    assert found["g02"].scoring == "all_or_nothing"
    assert found["g04"].content.text == "<p>The [[river1]] meets the [[river2]] and the [[river3]].</p>"
    assert {gap.weight for gap in found["g04"].content.gaps.values()} == {1}
    assert [(one.stem, one.choice) for one in found["g06"].content.pairs] == [
        ("Ob", "Kara Sea"),
        ("Lena", "Laptev Sea"),
    ]
    assert [str(one) for one in found["g07"].content.answers] == [
        "6.3 (6.1 … 6.5)",
        "7 … 8",
        "4 (3.95 … 4.05)",
    ]
    assert found["g11"].topic == "Lakes-and-seas"
    assert [one["kind"] for one in report.unsupported] == ["file_upload_question"]
    assert "No key: no answer gives points" in report.errors[0]["message"]


def test_blackboard():
    found, report = read(FORMAT, sample("blackboard"))
    chosen, matched, ordered, gapped, essay = found
    assert [one.feedback for one in chosen.content.options] == ["3,650 km.", None]
    assert (chosen.points, chosen.feedback.right, chosen.feedback.wrong) == (4, "Right.", "Look at a map.")
    assert [one.choice for one in matched.content.pairs] == ["Kara Sea", "Laptev Sea"]
    assert [one.choice for one in matched.content.distractors] == ["Black Sea"]
    assert [one.text for one in ordered.content.items] == ["Ob", "Yenisei", "Lena"]
    assert [one.text for one in gapped.content.gaps["x"].content.answers] == ["Irtysh", "*Ertis*"]
    assert (gapped.scoring, essay.type, essay.points) == ("all_or_nothing", "essay", 5)
    assert [one["kind"] for one in report.unsupported] == ["Quiz Bowl"]


def test_d2l():
    chosen, several = read(FORMAT, sample("d2l"))[0]
    assert (chosen.points, chosen.shuffle) == (2, False)
    assert [(one.right, one.feedback) for one in chosen.content.options] == [
        (True, "Into the Laptev Sea."),
        (False, None),
    ]
    assert [(one.right, one.feedback) for one in several.content.options] == [
        (True, None),
        (False, "East."),
        (True, None),
        (False, None),
    ]
    assert (several.scoring, several.explanation) == ("all_or_nothing", None)


def test_respondus():
    found, report = by_id(sample("respondus"))
    assert (report.errors, report.unsupported, report.losses) == ([], [], [])
    assert {name: (one.type, one.points) for name, one in found.items()} == {
        "QUE_1": ("single_choice", 2), "QUE_2": ("true_false", 1), "QUE_3": ("multiple_response", 1),
        "QUE_4": ("short_text", 1), "QUE_5": ("matching", 3), "QUE_6": ("essay", 10), "QUE_7": ("numerical", 1),
        "QUE_8": ("ordering", 1),
    }  # fmt: skip
    city = found["QUE_1"]
    assert [(one.credit, one.feedback) for one in city.content.options] == [
        (0, "The secretariat is there."), (1, "On 15 June 2001."), (Fraction(1, 2), None),
    ]  # fmt: skip
    assert (city.topic, city.shuffle, found["QUE_3"].scoring) == ("SCO", False, "all_or_nothing")
    assert [one.choice for one in found["QUE_5"].content.distractors] == ["Bishkek"]
    assert found["QUE_4"].score("schanghai").fraction == Fraction(1, 2)
    assert found["QUE_7"].content.answers[0].bounds == (Fraction("7.5"), Fraction("8.5"))


def test_a_cartridge_with_quizzes_a_bank_and_other_things():
    """Assessments and a bank of questions are read, whatever else the course holds; a picture of the course comes along."""
    kinds = {
        "q1/quiz.xml": "imsqti_xmlv1p2/imscc_xmlv1p1/assessment",
        "q2/bank.xml": "imsqti_xmlv1p2/imscc_xmlv1p1/question-bank",
        "topic.xml": "imsdt_xmlv1p1",
        "web_resources/map.svg": "webcontent",
    }
    resources = "".join(
        f'<resource identifier="r{n}" type="{kind}"><file href="{path}"/></resource>'
        for n, (path, kind) in enumerate(kinds.items())
    )
    shown = '<p>Where? <img src="$IMS-CC-FILEBASE$/map.svg" alt="A map"></p>'
    item = (
        f'<item ident="m1"><presentation><material><mattext texttype="text/html"><![CDATA[{shown}]]></mattext></material>'
        '<response_str ident="R"><render_fib/></response_str></presentation></item>'
    )
    package = pack(
        {
            "imsmanifest.xml": f"<manifest><organizations/><resources>{resources}</resources></manifest>".encode(),
            "q1/quiz.xml": HEAD.format(item).encode(),
            "q2/bank.xml": sample("cartridge"),
            "topic.xml": b"<topic><title>Talk</title></topic>",
            "web_resources/map.svg": svg(),
        }
    )
    assert recognise(package[:HEAD_BYTES], "course.imscc") == FORMAT
    found, report = read(FORMAT, package)
    counted = 1 + len(findall(rb"<item[ >]", sample("cartridge")))
    assert len(found) + len(report.unsupported) + len(report.errors) == counted
    (essay,) = [one for one in found if one.id == "m1"]
    assert 'src="images/map.svg"' in essay.prompt


def test_common_cartridge():
    found, report = by_id(sample("cartridge"))
    assert (found["c1"].points, found["c1"].content.case_sensitive) == (3, True)
    assert [str(one.credit) for one in found["c1"].content.answers] == ["1", "1/2"]
    assert [str(one.credit) for one in found["c3"].content.options] == ["1/2", "1/2", "-1/4", "0"]
    assert found["c3"].shuffle is False
    assert [one["kind"] for one in report.unsupported] == ["composite", "item scored by durlte"]


@pytest.mark.parametrize(
    "rules,credits",
    [
        (rule(is_("A"), 4) + rule(is_("B"), 1), ["1", "0.25", "0"]),
        (rule(is_("A"), 100) + rule(is_("B"), "33.33333"), ["1", "1/3", "0"]),
        (rule("<not>" + is_("A") + "</not>", 1), ["0", "1", "1"]),
        (rule("<or>" + is_("A") + is_("C") + "</or>", 2) + rule("<other/>", -1), ["1", "-0.5", "1"]),
        (rule(is_("A"), 1, "Add") + rule("<other/>", -9, "Set"), None),
    ],
)
def test_credits_are_scores_over_the_largest(rules, credits):
    fields = one(choice(rules, "a", "b", "c")).fields
    given = [option.get("credit") for option in fields["options"]]
    if credits is None:
        assert fields["options"][0] == {"id": "A", "text": "a", "credit": 1}
    else:
        assert given == [Fraction(value) for value in credits]


@pytest.mark.parametrize(
    "rules,scoring",
    [
        (rule("<and>" + is_("A") + is_("B") + "<not>" + is_("C") + "</not></and>", 5), "all_or_nothing"),
        (
            "".join(rule(is_(o), v, "Add") for o, v in zip("ABC", (1, 1, -1), strict=True)),
            "right_minus_wrong",
        ),
        (rule(is_("A"), 1, "Add") + rule(is_("B"), 1, "Add"), None),
    ],
)
def test_how_several_options_are_scored_together(rules, scoring):
    found = one(choice(rules, "a", "b", "c", *(["d"] if scoring is None else []), cardinality="Multiple"))
    assert found.fields.get("scoring") == scoring


def test_what_cannot_be_scored_or_asked_is_said():
    assert "no answer gives points" in one(choice("", "a", "b")).message
    assert one(choice(rule("<durequal>1</durequal>", 1), "a", "b")).kind == "item scored by durequal"
    assert "no <presentation>" in one("<item ident='x'/>").message
    assert "has no text" in one(choice(rule(is_("B"), 1), "a", "")).message
    half = one('<item ident="n"><presentation><response_num ident="R"><render_fib/></response_num></presentation>'
               '<resprocessing>' + rule('<vargt respident="R">3</vargt>', 1) + "</resprocessing></item>")  # fmt: skip
    assert half.kind == "a number without a largest or smallest value"


def test_two_responses_of_one_name_are_an_error():
    """Found by fuzzing: the weights of the gaps were more than the gaps."""
    gap = '<response_str ident="R"><render_fib/></response_str>'
    item = f'<item ident="g"><presentation><material><mattext>One [R]</mattext></material>{gap * 2}</presentation>'
    assert (
        "two responses are called 'R'"
        in one(f"{item}<resprocessing>{rule(is_('A'), 1)}</resprocessing></item>").message
    )


def test_an_item_that_would_take_minutes_is_an_error():
    rules = "".join(rule(is_(place), 1, "Add") for place in range(2000))
    assert "too many options and rules" in one(choice(rules, "a", "b", cardinality="Multiple")).message


def test_numbers_that_nobody_means_end_no_reader():
    """The first made a score that could not be shown, the second took as long as its square."""
    huge = rule("<not><unanswered respident='R'/></not>", "1e90", "Multiply") * 100
    assert one(choice(rule(is_("A"), 1, "Add") + huge, "a", "b")).kind == "item scored by setvar Multiply"
    assert number("1." + "3" * 3_000_000) is None
    assert number("1." + "3" * 30) is not None


@pytest.mark.parametrize("labels", [["a"], []])
def test_an_order_of_less_than_two_is_an_error(labels):
    """The reader raised."""
    content = HEAD.format(choice(rule("<other/>", 1) + rule(is_("A"), 1), *labels, cardinality="Ordered"))
    found, report = read(FORMAT, content.encode())
    assert (found, len(report.errors)) == ([], 1)


def test_many_gaps_are_read_in_no_time():
    """Each answer was looked up among all gaps for every gap: 120 took 3 s, a thousand half an hour."""
    names = [f"g{place}" for place in range(120)]
    shown = "".join(f'<response_str ident="{name}"><render_fib/></response_str>' for name in names)
    marks = " ".join(f"[{name}]" for name in names)
    rules = "".join(rule(f'<varequal respident="{name}">x</varequal>', 1, "Add") for name in names)
    item = (
        f'<item ident="g"><presentation><material><mattext>{marks}</mattext></material>{shown}</presentation>'
    )
    with within(millions=40):
        assert len(one(f"{item}<resprocessing>{rules}</resprocessing></item>").fields["gaps"]) == 120


def test_long_texts_are_work_too():
    """Ten million letters were compared with each of the options."""
    long = rule(is_("x" * 3_000_000), 1)
    assert (
        "too many options and rules"
        in one(
            choice(long, *["a"] * 7).replace("<response_label", "<response_label/>" * 200 + "<response_label")
        ).message
    )


@pytest.mark.parametrize("cardinality", ["Single", "Multiple", "Ordered"])
def test_two_options_of_one_name_are_an_error(cardinality):
    """Both were right, or one of an order was gone."""
    twice = choice(rule(is_("A") + is_("C"), 1), "a", "b", "c", cardinality=cardinality)
    assert "the same id" in one(twice.replace('ident="B"', 'ident="A"')).message


def test_what_cannot_be_written_leaves_nothing_behind():
    """The text that it shares was taken for written."""
    shown = {"id": "s", "text": "Long."}
    asked = [
        question("true_false", {"answer": True}, id=id, name=name, stimulus=shown, text_format="html")
        for id, name in (("p", "a\x01b"), ("q", "b"))
    ]
    writer = FORMAT.writer(BytesIO(), BANK)
    with pytest.raises(Unwritable):
        writer.add(asked[0], {})
    writer.add(asked[1], {})
    assert b'ident="stimulus_s"' in writer.assessment


def test_what_stands_in_front_of_a_text_with_gaps_ends_before_its_first_tag():
    made = parted({"prompt": "a<br /><br />b<b>c</b><br /><br />[[1]]", "text_format": "html"})
    assert (made["prompt"], made["text"]) == ("a", "b<b>c</b><br /><br />[[1]]")


def test_parts_without_a_place_are_losses():
    found = one(
        choice(
            rule(is_("A"), 1),
            "a",
            "b",
            more="<rubric><material><mattext>Be kind.</mattext></material></rubric>",
        )
    )
    assert isinstance(found, Found)
    assert [loss.field for loss in found.losses] == ["rubric"]


def test_a_package_has_its_pictures_and_says_who_can_read_it():
    asked = question(
        "single_choice",
        {"options": [{"text": "![a map](images/map.svg)", "correct": True}, "b"]},
        prompt="Look: ![two](images/map.svg)",
        explanation="<p>x</p>",
    )
    content, losses = written(FORMAT, [asked])
    archive = Archive(content)
    assert archive.names == ("imsmanifest.xml", "b/b.xml", "b/assessment_meta.xml", "images/map.svg")
    assert b'src="$IMS-CC-FILEBASE$/images/map.svg' in archive.read("b/b.xml").replace(b"&quot;", b'"')
    found = entries(content)[-1]
    assert [*found.files] == ["images/map.svg"]
    assert "images/map.svg" in found.fields["prompt"]
    assert losses["q"] == ["text_format"]


def test_one_document_keeps_its_pictures_beside_it(tmp_path):
    bank = tmp_path / "b.yaml"
    bank.write_text(
        "format: quiz-bank/1\nbank: b\ntitle: B\nquestions:\n- {id: q, type: true_false, timeless: true, answer: true,"
        " prompt: '![a map](images/m.svg) Right?'}\n"
    )
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "m.svg").write_bytes(svg(attributes='width="8" height="6"'))
    there = tmp_path / "there"
    there.mkdir()
    report = convert(bank, there / "q.xml", formats()["yaml"], FORMAT, Instances(date(2025, 9, 1)))
    assert (report.written, [*there.joinpath("images").iterdir()]) == (1, [there / "images" / "m.svg"])
    with (there / "q.xml").open("rb") as file:
        found = [*FORMAT.read(Source(file, "q.xml", there))][-1]
    assert [*found.files] == ["images/m.svg"]
    for address, kept in (("m.svg", ["images/m.svg"]), ("../b.yaml", []), ("images", [])):
        (there / "m.svg").write_bytes(svg())
        item = choice(rule(is_("A"), 1), "a", "b").replace(
            "<mattext>Which?", f'<matimage uri="{address}"/><mattext>Which?'
        )
        source = Source(BytesIO(HEAD.format(item).encode()), "q.xml", there)
        assert [*[*FORMAT.read(source)][-1].files] == kept


def test_areas_on_a_picture():
    item = (
        '<item ident="h"><presentation><material><mattext>Where?</mattext></material><response_xy ident="R"><render_hotspot>'
        '<material><matimage uri="m.svg" width="80" height="60" label="A map"/></material>'
        '<response_label ident="A" rarea="Rectangle">10,10,20,5</response_label>'
        '<response_label ident="B" rarea="Ellipse">50,40,10,10</response_label></render_hotspot></response_xy></presentation>'
        "<resprocessing><outcomes><decvar/></outcomes>"
        + rule('<varinside respident="R" areatype="Ellipse">50,40,10,10</varinside>', 1)
        + "</resprocessing></item>"
    )
    picture = svg(attributes='width="80" height="60"')
    found, report = read(FORMAT, pack({"q.xml": HEAD.format(item).encode(), "m.svg": picture}))
    assert report.errors == []
    areas = [(one.shape, [int(n) for n in one.coords], one.correct) for one in found[0].content.regions]
    assert areas == [("rect", [10, 10, 30, 15], False), ("circle", [50, 40, 5], True)]
    wide = item.replace("50,40,10,10", "50,40,10,20")
    assert (
        entries(pack({"q.xml": HEAD.format(wide).encode(), "m.svg": picture}))[-1].kind
        == "hotspot with an ellipse"
    )
    assert "not in the package" in one(item).message


@pytest.mark.parametrize("place", ["images/map.svg", "web_resources/images/map.svg", "quiz/images/map.svg"])
def test_pictures_are_found_where_systems_keep_them(place):
    item = choice(rule(is_("A"), 1), "a", "b").replace(
        "<mattext>Which?",
        '<mattext texttype="text/html">&lt;img src="%24IMS-CC-FILEBASE%24/images/map.svg?canvas=1"&gt;Which?',
    )
    picture = svg(attributes='width="8" height="6"')
    package = pack({"quiz/q.xml": HEAD.format(item).encode(), place: picture})
    found = entries(package)[-1]
    assert [*found.files] == ["images/map.svg"]
    assert [loss.field for loss in found.losses] == ["images"]
    assert found.fields["prompt"].startswith('<img src="images/map.svg"')


def test_a_course_comes_in_with_its_films_and_many_files():
    """A film of more than 20 MB that no question shows refused a whole course, and so did the 2,001st file."""
    course = BytesIO()
    with ZipFile(course, "w") as archive:
        archive.writestr("q/a.xml", HEAD.format(choice(rule(is_("A"), 1), "x", "y")))
        archive.writestr("web_resources/film.mp4", bytes(21_000_000))
        for place in range(2_000):
            archive.writestr(f"web_resources/{place}.html", "")
    assert [type(one) for one in entries(course.getvalue(), "course.imscc")] == [Head, Found]


def test_a_file_of_a_package_that_is_too_large_is_told_by_itself(monkeypatch):
    monkeypatch.setattr(reading, "MOST_BYTES", 2_000)
    one = HEAD.format(choice(rule(is_("A"), 1), "x", "y")).encode()
    head, fault, found = entries(pack({"a.xml": one, "b.xml": one + b" " * 2_000}))
    assert (type(head), type(found)) == (Head, Found)
    assert (fault.where, fault.message) == (
        "b.xml",
        "the XML is larger than 2000 bytes – cut it into several files",
    )


def test_documents_of_a_package_are_bounded_together(monkeypatch):
    one = HEAD.format(choice(rule(is_("A"), 1), "x", "y")).encode()
    monkeypatch.setattr(reading, "_MOST_TOGETHER", 2 * len(one))
    package = {f"{place}.xml": one for place in "abc"}
    with pytest.raises(Invalid, match="unpacked it has more than 0 MB – pack less"):
        entries(pack(package))
    del package["c.xml"]
    assert len(entries(pack(package))) == 2


def test_canvas_writes_the_same_questions_twice_into_one_package():
    quiz = HEAD.format(choice(rule(is_("A"), 1), "a", "b")).encode()
    package = pack({"g1/assessment_qti.xml": quiz, "non_cc_assessments/g1.xml.qti": quiz})
    assert len([one for one in entries(package) if isinstance(one, Found)]) == 1


def test_what_is_no_qti_is_refused():
    for content in (
        b"<quiz/>",
        pack({"a.txt": b"x"}),
        b'<!DOCTYPE q [<!ENTITY a "b">]><questestinterop>&a;</questestinterop>',
    ):
        with pytest.raises(Invalid):
            entries(content)
    broken = pack(
        {
            "a/a.xml": b"<questestinterop><item>",
            "b/b.xml": HEAD.format(choice(rule(is_("A"), 1), "a", "b")).encode(),
        }
    )
    kinds = [type(one).__name__ for one in entries(broken)]
    assert kinds == ["Head", "Fault", "Found"]
    unreadable = pack(
        {"imsmanifest.xml": b"<manifest>", "b.xml": HEAD.format(choice(rule(is_("A"), 1), "a", "b")).encode()}
    )
    _, fault, found = entries(unreadable)
    assert (fault.where, found.fields["id"]) == ("imsmanifest.xml", "i")


def test_metadata_without_a_place_are_losses():
    def field(label, entry):
        return f"<qtimetadatafield><fieldlabel>{label}</fieldlabel><fieldentry>{entry}</fieldentry></qtimetadatafield>"

    said = (
        field("calculator_type", "basic")
        + field("parent_stimulus_item_ident", "s1")
        + field("cc_profile", "x")
    )
    item = choice(rule(is_("A"), 1), "a", "b").replace(
        "<presentation>", f"<itemmetadata><qtimetadata>{said}</qtimetadata></itemmetadata><presentation>"
    )
    assert [loss.field for loss in one(item).losses] == ["stimulus", "calculator_type"]


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_no_other_error_than_ours_whatever_the_file(data):
    content = data.draw(st.sampled_from([path.read_bytes() for path in FILES]))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content) - 1))
        end = min(len(content), start + data.draw(st.integers(0, 80)))
        piece = data.draw(
            st.sampled_from(
                [
                    b"",
                    b"<",
                    b"</item>",
                    b'"',
                    b"9" * 40,
                    b"e9999",
                    b"varlte",
                    b"Ordered",
                    b"&#0;",
                    content[start:end] * 2,
                ]
            )
        )
        content = content[:start] + piece + content[end:]
    with suppress(QuizError):
        found, _ = read(FORMAT, content)
        assert {one.type for one in found} <= set(types.names())


def gapped(gaps, **more):
    """A cloze with these gaps, marked one after the other."""
    text = " ".join(f"Gap [[{name}]]." for name in gaps)
    return question("cloze", {"text": text, "gaps": gaps}, text_format="html", **more)


def test_answers_in_gaps_keep_their_order_credit_and_feedback():
    numbers = [
        {"value": 8},
        {"min": 5, "max": 9, "credit": "0.5"},
        {"value": 3, "credit": 0, "feedback": "Later."},
    ]
    words = [{"text": "trust", "feedback": "Yes."}, {"text": "*peace*", "credit": 0, "feedback": "No."}]
    asked = gapped(
        {
            "n": {"type": "numerical", "answers": numbers},
            "w": {"type": "short_text", "weight": 2, "answers": words},
        }
    )
    content, losses = written(FORMAT, [asked])
    found, _ = read(FORMAT, content)
    assert (found[0].content, losses["q"]) == (asked.content, [])


def test_no_two_menus_of_a_question_share_the_name_of_an_option():
    """Canvas keeps the options of all menus in one table."""
    menu = {
        "type": "single_choice",
        "options": [{"id": "a", "text": "x", "correct": True}, {"id": "b", "text": "y"}],
    }
    asked = gapped({"1": menu, "2": menu})
    content, _ = written(FORMAT, [asked])
    names = findall(rb'response_label ident="([^"]+)"', Archive(content).read("b/b.xml"))
    assert sorted(names) == [b"1_a", b"1_b", b"2_a", b"2_b"]
    found, _ = read(FORMAT, content)
    assert found[0].content == asked.content


def test_canvas_is_told_only_of_gaps_that_it_can_hold():
    right = {"type": "short_text", "answers": [{"text": "a"}, {"text": "b"}]}
    partly = {"type": "short_text", "answers": [{"text": "a"}, {"text": "b", "credit": "0.5"}]}
    for gaps, told in (({"1": right}, True), ({"1": partly}, False)):
        content, _ = written(FORMAT, [gapped(gaps)])
        assert (b"fill_in_multiple_blanks_question" in Archive(content).read("b/b.xml")) is told


def option(id, **more):
    """An option."""
    return {"id": id, "text": f"Text {id}", **more}


WORDS = [{"id": "b", "text": "x"}, {"id": "a", "text": "y"}]
AREA = {"id": "r", "label": "R", "shape": "rect", "coords": "0, 0, 4, 4", "correct": True}
TOLD = {"feedback": {"right": "Yes", "wrong": "No"}}


@pytest.mark.parametrize(
    "asked",
    [
        question("single_choice", {"options": [option("correct", correct=True, feedback="F"), option("general", feedback="G")]}, text_format="html"),
        question("multiple_response", {"options": [option("a", correct=True), option("b", correct=True)]}, text_format="html"),
        question("matching", {"pairs": [{"stem": "x", "choice": "p"}, {"stem": "y", "choice": "r"}]}, prompt="See [1], [2].", text_format="html"),
        question("drag_words", {"text": "A [[1]] B [[2]]", "choices": WORDS, "gaps": {"1": "a", "2": "b"}}, text_format="html"),
        question("single_choice", {"options": [option("a", correct=True), option("A", feedback="F")]}, text_format="html"),
        question("numerical", {"answers": [{"value": 1_000_000, "tolerance": "0.05"}]}, text_format="html"),
        question("short_text", {"answers": [{"text": "no Ob", "credit": 0}, {"text": "*Ob*"}]}, text_format="html"),
        question("true_false", {"answer": True}, text_format="html", name="One\nTwo"),
        question("essay", {}, text_format="html", **TOLD),
        question("description", {}, text_format="html", **TOLD),
        question("hotspot", {"image": {"file": "images/m.svg", "alt": "A", "width": 8, "height": 6}, "regions": [AREA]}, text_format="html", **TOLD),
    ],
)  # fmt: skip
def test_what_is_written_comes_back_as_it_was(asked):
    """Feedback was lost or taken for that on the whole, scoring, type and order changed, all in silence."""
    content, losses = written(FORMAT, [asked])
    assert (read(FORMAT, content)[0], losses["q"]) == ([asked], [])


def test_what_only_looks_like_a_gap_stays_what_it_is():
    """The first such place became the gap."""
    gaps = {"1": {"type": "short_text", "answers": [{"text": "a"}]}}
    asked = question("cloze", {"text": "See [1]: the [[1]] < that", "gaps": gaps}, text_format="plain")
    content, losses = written(FORMAT, [asked])
    (found,), _ = read(FORMAT, content)
    assert (found.content.text, losses["q"]) == ("See &#91;1]: the [[1]] &lt; that", ["text_format"])
    asked = question("cloze", {"text": "The [[1]]", "gaps": gaps}, prompt="See [[2]].", text_format="html")
    (found,), _ = read(FORMAT, written(FORMAT, [asked])[0])
    assert found.prompt == "See &#91;[2]]."


def test_an_answer_that_never_counts_is_a_loss():
    """What is said to it was told to everybody then."""
    answers = [
        {"text": "*b*", "feedback": "F"},
        {"text": "AB", "feedback": "G"},
        {"text": "a", "credit": "0.5"},
    ]
    content, losses = written(FORMAT, [question("short_text", {"answers": answers}, text_format="html")])
    (found,), _ = read(FORMAT, content)
    kept = [(one.text, one.feedback) for one in found.content.answers]
    assert (kept, found.explanation, losses["q"]) == ([("*b*", "F"), ("a", None)], None, ["answers"])
    numbers = [
        {"min": 0, "max": 4, "feedback": "F"},
        {"value": 3, "feedback": "G"},
        {"value": 4, "tolerance": 1},
    ]
    content, losses = written(FORMAT, [question("numerical", {"answers": numbers}, text_format="html")])
    (found,), _ = read(FORMAT, content)
    kept = [(str(one), one.feedback) for one in found.content.answers]
    assert (kept, found.explanation, losses["q"]) == (
        [("0 … 4", "F"), ("4 (3 … 5)", None)],
        None,
        ["answers"],
    )


def test_what_is_said_to_a_number_stays_with_it_where_all_has_to_be_right():
    """It was said to everybody."""
    gaps = {
        "1": {"type": "numerical", "answers": [{"value": 1}, {"value": 2, "credit": "0.5", "feedback": "F"}]},
        "2": {"type": "short_text", "answers": [{"text": "a"}]},
    }
    content, losses = written(FORMAT, [gapped(gaps, scoring="all_or_nothing")])
    (found,), _ = read(FORMAT, content)
    assert [(one.credit, one.feedback) for one in found.content.gaps["1"].content.answers] == [
        (1, None),
        (0, "F"),
    ]
    assert (found.explanation, losses["q"]) == (None, ["gaps"])


def test_which_answer_comes_first_is_said_by_what_scores():
    """Answers to which something is said came before the others, and values went into ranges beside their own."""
    words = [{"text": "no Ob", "credit": 0}, {"text": "*Ob*", "feedback": "F"}]
    numbers = [{"min": -3, "max": 5}, {"value": -3, "tolerance": "0.1", "feedback": "F"}]
    for gap, scoring in (
        ({"type": "short_text", "answers": words}, "weighted_gaps"),
        ({"type": "numerical", "answers": numbers}, "all_or_nothing"),
    ):
        asked = gapped({"1": gap, "2": {"type": "true_false", "answer": True}}, scoring=scoring)
        content, losses = written(FORMAT, [asked])
        assert (read(FORMAT, content)[0], losses["q"]) == ([asked], [])


def test_words_that_no_gap_lists_are_a_loss():
    words = [{"id": id, "text": id, "group": group} for id, group in zip("abc", (1, 1, 2), strict=True)]
    asked = question(
        "drag_words", {"text": "A [[1]]", "choices": words, "gaps": {"1": "a"}}, text_format="html"
    )
    assert written(FORMAT, [asked])[1]["q"] == ["choices"]


def test_whatever_changes_is_among_the_losses():
    """Of every sample: a field that does not come back as it was is named."""
    asked = [one for one in samples() if one.text_format != "markdown" and is_written(FORMAT, one)]
    content, losses = written(FORMAT, asked)
    found = {one.id: one.dump() for one in read(FORMAT, content)[0]}
    for one in asked:
        before, after = one.dump(), found[one.id]
        changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
        named = {
            *losses[one.id],
            *(loss.field for loss in lost_fields(one, FORMAT.writer(BytesIO(), BANK).held(one))),
        }
        assert changed - named - {"prompt"} == set(), one.id


@pytest.mark.parametrize(
    "alt, style", [("a <b & c", "plain"), ("a &lt;b &amp; c", "html"), ("*a* <b & c", "markdown")]
)
def test_what_the_picture_of_areas_shows_is_a_text_as_any_other(alt, style):
    """Its label has no markup: Markdown stood in it, and was read as HTML."""
    image = {"file": "images/m.svg", "alt": alt, "width": 8, "height": 6}
    asked = question("hotspot", {"image": image, "regions": [AREA]}, text_format=style)
    content, _ = written(formats()["qti12"], [asked])
    (found,), _ = read(formats()["qti12"], content)
    assert to_text(found.content.image.alt) == "a <b & c"


def test_the_title_of_a_bank_breaks_no_package():
    """A sign in it that XML does not know ended the whole export, once all questions were written."""
    bank = Bank.load({"bank": "b", "title": "a\x01b & c"})
    content, _ = written(formats()["qti12"], [question("essay", {})], bank=bank)
    assert b'title="ab &amp; c"' in Archive(content).read("b/b.xml")


def test_identifiers_of_the_manifest_are_such_whatever_the_bank_is_called():
    """XML has none that begin with a digit, as 2021 does."""
    content, _ = written(
        FORMAT, [question("description", {})], bank=Bank.load({"bank": "2021", "title": "B"})
    )
    archive = Archive(content)
    manifest = read_xml(archive.read("imsmanifest.xml"))
    names = [one.get("identifier") for one in manifest.iter() if one.get("identifier")]
    needs = {one.get("identifierref") for one in manifest.iter("{*}dependency")}
    assert len({*names}) == len(names) == 3
    assert all(name[0].isalpha() or name[0] == "_" for name in names)
    assert needs < {*names}
    assert f'<quiz identifier="{names[1]}"'.encode() in archive.read("2021/assessment_meta.xml")


@pytest.mark.parametrize("text, profile", [("x", "cc.fib.v0p1"), ("*x*", "cc.pattern_match.v0p1")])
def test_a_cartridge_has_a_kind_of_its_own_for_parts_of_texts(text, profile):
    """Its blanks are compared as a whole; ``varsubstring`` stands in a pattern match."""
    content, _ = written(FORMAT, [question("short_text", {"answers": [text]})])
    assert f"<fieldentry>{profile}</fieldentry>".encode() in Archive(content).read("b/b.xml")
    (found,), _ = read(FORMAT, content)
    assert found.content.answers[0].text == text


def test_numbers_that_one_before_them_accepts_are_found_however_many_there_are():
    """Each was held against all before it: ten thousand took forty seconds."""
    values = [{"value": str(n), "tolerance": "0.1"} for n in range(2000)]
    inner = [{"min": "5.95", "max": "6.05", "credit": "0.5"}]
    asked = question("numerical", {"answers": [*values, *inner]})
    with within(20):
        content, lost = written(FORMAT, [asked])
    assert Archive(content).read("b/b.xml").count(b"<vargte") == 2000
    assert "answers" in lost["q"]
