"""Packages of QTI as we write them: their structure, and that they score as the question does."""

import re
from datetime import date
from functools import cache
from io import BytesIO
from zipfile import ZipFile

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lxml import etree

from quiz.banks.model import Bank, Question
from quiz.banks.yaml import read_bank
from quiz.files.archive import pack
from quiz.files.richtext import to_text
from quiz.formats import get
from quiz.formats.base import Source, Unwritable
from quiz.formats.conversion import Instances, Reading, Report, export
from quiz.formats.qti.dialect import DIALECTS, normalise
from quiz.formats.qti.mathml import with_formulas
from quiz.formats.qti.nesting import nested
from quiz.formats.qti.patterns import from_stars, to_stars
from quiz.questions import types
from quiz.questions.rules.text import LONGEST_PATTERN, matches
from tests.formats.qti.grammar import PATTERN, faults
from tests.formats.samples import is_written, pictures, read, samples, written
from tests.kernel.questions import TEXTS, contents, question
from tests.pictures import svg

TODAY = Instances(date(2026, 1, 1))
NAMES = [one.name for one in DIALECTS]
SAMPLES = [one for one in samples() if is_written(get("qti21"), one)]


def unpacked(name, questions):
    """The files of a package of these questions."""
    content, _ = written(get(name), questions)
    with ZipFile(BytesIO(content)) as archive:
        return {one: archive.read(one) for one in archive.namelist()}


@cache
def sampled(name):
    """The package of all samples, made once."""
    return unpacked(name, SAMPLES)


def tree(content):
    root = etree.fromstring(content)
    normalise(root)
    return root


@pytest.mark.parametrize("name", NAMES)
def test_every_document_is_as_the_schemas_have_it(name):
    for path, content in sampled(name).items():
        if path.endswith(".xml"):
            assert faults(tree(content), name) == [], f"{path}: {content.decode()}"


#: Texts whose elements no browser minds, and no version of QTI allows there.
LOOSE = [
    "<blockquote>Said <b>so</b> <i>then</i>.<p>And</p>more</blockquote>", "<span><p>a</p>b</span>", "<b><i><ul><li>a</ul></i></b>",
    "<li>a</li><li><p>b</p></li>", "<ul>text<li>a</li><ul><li>b</li></ul></ul>", "<dl>a<dt><p>b</p></dt></dl><dt><p>c</p></dt>",
    "<table><tr><td>1</td></tr><tfoot><tr><td>f</td></tr></tfoot></table>", "<table><thead><tr><th>1</th></tr></thead></table>",
    "<table><caption>c</caption></table>", "<a href='http://localhost/'><div>x</div></a>", "<h2>y<div>x</div></h2>",
    "<table><tr><th scope=x colspan=2 rowspan=a>1</th></tr></table>", "<pre>a<p>b</p></pre>", "<ol></ol>",
    "<img src='images/square.svg' width='100px' height='50%'>",
    "<a name='here'>x</a> <a href='javascript:1'>y <b>z</b></a>", "<a href='http://localhost:port/'>x</a>",
    "<a href='http://localhost/100%?a[]=1'>x</a>", "<p><object><p>x</p><ul><li>y</ul></object></p>",
    "<table><caption><p>c</p><p>d</p></caption><caption>e</caption><tr><td>1</table>",
    "<table><thead></thead><tr></tr><tr><td>1</tr><tbody></tbody></table>", "<table><tr></tr></table>",
    "<table><thead><tr><th>1</thead><thead><tr><th>2</thead><tfoot><tr><td>3</tfoot><tfoot><tr><td>4</tfoot></table>",
    "<table><col><colgroup><col></colgroup></table>", "<table><tfoot><tr><td>1</tfoot><col></table>",
    "<table><tr><td headers='a b' colspan=99999999999 rowspan=2>1</td></tr></table>",
    "<math>x<mfrac><mn>1</mn></mfrac><msup><mi>x</mi><mn>2</mn><mn>3</mn></msup><mi>a<b>b</b></mi></math>",
    "<math><mtr><mtd>x</mtd></mtr><mtable>y<mtr>z</mtr></mtable><mtable></mtable><none/><math><mi>n</mi></math></math>",
    "<math class='wrs/1'><mo minsize='3' lspace='x'>(</mo><mspace width='3mu'/><mi mathvariant=''>y</mi></math>",
    "<math><semantics><mi>x</mi><annotation-xml>y</annotation-xml></semantics><mmultiscripts><mi>x</mi><none/></mmultiscripts></math>",
]  # fmt: skip
MARKED = [
    "> said\n\n1. a\n\n   b\n3. c", "| a | b |\n|:--|--:|\n| 1 | 2 |", '```py\nx<1\n```\n\n# H\n\n---\n- [l](http://localhost "t")',
    "$x^2$ and $$\\frac{a}{b}$$ `c`  \n~~d~~", r"$\!\left[x\right]$ $\begin{matrix}a&b\\c&d\end{matrix}$ $\hskip q$ $\llap x$", "![A square](images/square.svg)", "| a |\n|--|", "[l](ftp://localhost/) [m]()",
]  # fmt: skip


#: Gaps for words outside of every line: the schemas have them in lines only.
GAPPED = {
    "text": "x [[1]] <ul><li>[[2]]</li></ul><table><tbody><tr><td>[[3]]</td></tr></tbody></table>",
    "choices": ["a", "b", "c"],
    "gaps": {"1": "a", "2": "b", "3": "c"},
}


@pytest.mark.parametrize("name", NAMES)
def test_every_text_is_nested_as_the_schemas_have_it(name):
    options = [{"text": text, "correct": not n} for n, text in enumerate(LOOSE)]
    texts = [*((text, "html") for text in LOOSE), *((text, "markdown") for text in MARKED)]
    questions = [
        question(
            "single_choice", {"options": options}, prompt=text, explanation=text, text_format=kind, id=f"q{n}"
        )
        for n, (text, kind) in enumerate(texts)
    ]
    questions.append(
        question("cloze", {"text": "<blockquote>[[SCORE]]</blockquote>", "gaps": {"SCORE": {"type": "short_text", "answers": ["x"]}}}, text_format="html")
    )  # fmt: skip
    questions.append(question("drag_words", GAPPED, id="gaps", text_format="html"))
    for path, content in unpacked(name, questions).items():
        if path.startswith("items/"):
            assert faults(tree(content), name) == [], content.decode()


def test_what_is_nested_rightly_stays_as_it_is():
    text = "<p>a &amp; <b>b</b><br/></p>\n<ul>\n<li>c<ol><li>d</li></ol></li>\n</ul><blockquote><p>e</p></blockquote>"
    assert nested(text) == text
    assert nested("<blockquote>a <b>b</b> <i>c</i><p>d</p></blockquote>e") == (
        "<blockquote><p>a <b>b</b> <i>c</i></p><p>d</p></blockquote>e"
    )
    with pytest.raises(Unwritable):
        nested("<div>" * 300 + "</div>" * 300)


def test_links_and_tables_become_as_xml_has_them():
    assert nested('<a href="x?a=1&amp;b#c">d</a>') == '<a href="x?a=1&amp;b#c">d</a>'
    assert nested('<a>d</a><a class="k" href="http://x:y/">e</a>') == '<span>d</span><span class="k">e</span>'
    assert nested("<table><caption><p>c</p></caption><thead><tr/></thead><tbody><tr><td>1</td></tr></tbody></table>") == (
        "<div><p>c</p></div><table><tbody><tr><td>1</td></tr></tbody></table>"
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["drag_words", "gap_select"])
@pytest.mark.parametrize("name", NAMES)
def test_words_keep_their_markup_where_the_version_has_any(name, kind):
    words = {"text": "x [[1]] y [[2]]", "choices": ["<b>a</b> &amp; c", "d"], "gaps": {"1": "a", "2": "b"}}
    content, lost = written(get(name), [question(kind, words, text_format="html")])
    (found,), _ = read(get(name), content)
    kept = name != "qti21"
    assert found.content.choices[0].text == ("<b>a</b> &amp; c" if kept else "a &amp; c")
    assert ("choices" not in lost["q"]) is kept
    with ZipFile(BytesIO(content)) as package:
        assert faults(tree(package.read("items/q.xml")), name) == []


def test_signs_that_no_address_has_are_written_as_numbers():
    shown = question(
        "description", {}, prompt="<a href=' http://localhost/100%?a[]=1 '>x</a>", text_format="html"
    )
    item = unpacked("qti21", [shown])["items/q.xml"].decode()
    assert '<a href="http://localhost/100%25?a%5B%5D=1">x</a>' in item


@pytest.mark.parametrize("name", NAMES)
def test_gaps_for_words_come_back_where_they_stood(name):
    asked = question("drag_words", GAPPED, text_format="html")
    (found,), _ = read(get(name), written(get(name), [asked])[0])
    assert found.content.text == asked.content.text


@pytest.mark.parametrize("name", NAMES)
def test_an_option_is_a_line_even_where_it_looks_like_a_list(name):
    """As it is on our pages: ``+`` became an empty list, and words chosen in a text were lost."""
    texts = ["+", "- 5", "1. May", ">"]
    asked = [
        question("ordering", {"items": texts}, id="items"),
        question("gap_select", {"text": "4 [[1]] 2", "choices": texts, "gaps": {"1": "a"}}, id="words"),
    ]
    (items, words), _ = read(get(name), written(get(name), asked)[0])
    assert [to_text(one.text) for one in items.content.items] == texts
    assert [to_text(one.text) for one in words.content.choices] == texts


@pytest.mark.parametrize("name", NAMES)
def test_an_essay_says_that_people_score_it(name):
    """Programs would give it its default, nothing; 2.1 does not know the word."""
    asked = [question("essay", {}, id="essay"), question("true_false", {"answer": True}, id="truth")]
    items = unpacked(name, asked)
    scores = [tree(items[f"items/{one}.xml"]).find("outcomeDeclaration") for one in ("essay", "truth")]
    assert [one.get("externalScored") for one in scores] == [None if name == "qti21" else "human", None]


@pytest.mark.parametrize("name", NAMES)
def test_a_gap_may_be_called_like_a_variable_of_the_item(name):
    gaps = {id: {"type": "short_text", "answers": ["x"]} for id in ("SCORE", "FEEDBACK")}
    asked = question("cloze", {"text": "[[SCORE]] [[FEEDBACK]]", "gaps": gaps}, explanation="So.")
    (found,), _ = read(get(name), written(get(name), [asked])[0])
    assert [*found.content.gaps] == ["SCORE", "FEEDBACK"]


def test_the_language_of_the_bank_is_that_of_the_items():
    bank = Bank.load({"bank": "b", "title": "Б", "language": "ru"})
    content, _ = written(get("qti30"), [question("description", {})], bank=bank)
    reading = Reading(get("qti30"), Source(BytesIO(content), "x"), Report("x", "qti30"), "b")
    assert (reading.bank.title, reading.bank.language) == ("Б", "ru")


@pytest.mark.parametrize("field", ["prompt", "name", "explanation", "tags"])
def test_no_text_breaks_the_package(field):
    text = "a\x01b"
    with pytest.raises(Unwritable):
        written(get("qti21"), [question("description", {}, **{field: [text] if field == "tags" else text})])


@pytest.mark.parametrize("name", NAMES)
def test_the_title_of_a_bank_breaks_no_package(name):
    """It is also that of the section around all questions, where a sign that XML does not know stood."""
    bank = Bank.load({"bank": "b", "title": "a\x01b & c"})
    content, _ = written(get(name), [question("description", {})], bank=bank)
    reading = Reading(get(name), Source(BytesIO(content), "x"), Report("x", name), "b")
    assert (len([*reading]), reading.bank.title) == (1, "ab & c")


@pytest.mark.parametrize("name", NAMES)
def test_a_version_uses_its_own_names(name):
    dialect = next(one for one in DIALECTS if one.name == name)
    for path, content in sampled(name).items():
        if path.startswith("items/"):
            root = etree.fromstring(content)
            assert root.tag == f"{{{dialect.items}}}{dialect.tag('assessmentItem')}"
            own = {etree.QName(one).localname for one in root.iter() if one.tag.endswith("Interaction")}
            assert not (own and dialect.hyphens)


@pytest.mark.parametrize("name", NAMES)
def test_the_manifest_lists_every_file_once(name):
    files = sampled(name)
    root = tree(files["imsmanifest.xml"])
    listed = [one.get("href") for one in root.iter("file")]
    assert sorted(listed) == sorted(path for path in files if path != "imsmanifest.xml")
    known = {one.get("identifier") for one in root.iter("resource")}
    assert {one.get("identifierref") for one in root.iter("dependency")} <= known
    references = [one.get("href") for one in tree(files["test.xml"]).iter("assessmentItemRef")]
    assert references == [f"items/{one.id}.xml" for one in SAMPLES]


def processing(content, **common):
    """``responseProcessing`` of one question in QTI 2.1."""
    files = unpacked("qti21", [question("single_choice", content, **common)])
    return tree(files["items/q.xml"]).find("responseProcessing")


def test_templates_stand_where_they_say_exactly_what_is_meant():
    plain = {"options": [{"text": "A", "correct": True}, {"text": "B"}]}
    told = {"options": [{"text": "A", "correct": True, "feedback": "Yes."}, {"text": "B"}]}
    assert processing(plain).get("template").endswith("/qti_v2p1/rptemplates/match_correct")
    assert processing(plain, points=2).get("template").endswith("/map_response")
    assert processing(told).get("template") is None
    assert [rule.tag for rule in processing(told)] == ["responseCondition", "setOutcomeValue"]


def test_a_picture_that_became_words_is_in_no_package():
    """A list of 2.1 has plain text: the picture lay there all the same, and the item depended on it."""
    words = {"text": "[[1]] x", "choices": ["A ![square](images/square.svg)", "b"], "gaps": {"1": "a"}}
    shown = {name: "images/square.svg" in unpacked(name, [question("gap_select", words)]) for name in NAMES}
    assert shown == {"qti21": False, "qti22": True, "qti30": True}


def test_sections_are_topics():
    one, two = (question("description", {}, id=id, topic=topic) for id, topic in (("a", "x/y"), ("b", "x/z")))
    root = tree(unpacked("qti22", [one, two])["test.xml"])
    titles = [section.get("title") for section in root.iter("assessmentSection")]
    assert titles == ["B", "x", "y", "z"]


@pytest.mark.parametrize("name", NAMES)
def test_the_total_is_the_sum_of_what_the_items_score(name):
    """Programs reckoned it in ways of their own, or not at all; read again it is what a bank means anyhow."""
    content, _ = written(get(name), [question("true_false", {"answer": True})])
    total = tree(ZipFile(BytesIO(content)).read("test.xml")).find("outcomeProcessing/setOutcomeValue")
    assert (total.get("identifier"), total.find("sum/testVariables").get("variableIdentifier")) == ("SCORE", "SCORE")  # fmt: skip
    assert read(get(name), content)[1].losses == []


@pytest.mark.parametrize("said", ['"POINTS"', '"SCORE" includeCategory="a"'])
def test_another_total_is_a_loss(said):
    files = unpacked("qti22", [question("true_false", {"answer": True})])
    files["test.xml"] = files["test.xml"].replace(b'Identifier="SCORE"', f"Identifier={said}".encode())
    (loss,) = read(get("qti22"), pack(files))[1].losses
    assert (loss["field"], loss["detail"]) == ("test", "a bank says nothing of outcomeProcessing")


def test_what_a_version_cannot_hold_is_named():
    one = question("description", {}, prompt="~~struck~~ and *not*")
    content, lost = written(get("qti21"), [one])
    assert lost == {"q": ["text_format"]}
    assert b"struck and <em>not</em>" in ZipFile(BytesIO(content)).read("items/q.xml")


@pytest.mark.parametrize(
    "text, style, is_lost",
    [
        ('<abbr title="World Health Organization">WHO</abbr>', "html", True),
        ('<ol class="k" start="3"><li>x</li></ol>', "html", True),
        ('<ol start="1"><li>x</li></ol><abbr title="">y</abbr>', "html", False),
        ("3. x\n4. y", "markdown", True),
        ('[l](http://localhost "More")', "markdown", True),
        ("1. x\n2. [l](http://localhost)", "markdown", False),
    ],
)
def test_what_a_title_says_and_where_a_list_begins_is_not_lost_in_silence(text, style, is_lost):
    content, lost = written(get("qti30"), [question("description", {}, prompt=text, text_format=style)])
    assert lost == {"q": ["text_format"] * is_lost}
    item = ZipFile(BytesIO(content)).read("items/q.xml")
    assert not re.search(rb"<(ol|a|abbr)[^>]* (start|title|rel)=", item)


def test_tags_and_difficulty_stand_in_the_manifest():
    one = question("description", {}, tags=["a <b>", "c"], difficulty="hard")
    content, lost = written(get("qti22"), [one])
    (found,), _ = read(get("qti22"), content)
    assert (found.tags, found.difficulty, lost["q"]) == (("a <b>", "c"), "hard", [])


def test_a_picture_lies_in_the_package():
    shown = question("description", {}, prompt="![A square](images/square.svg)")
    files = unpacked("qti30", [shown])
    assert b'<img alt="A square" src="../images/square.svg" width="80" height="60"/>' in files["items/q.xml"]
    assert files["images/square.svg"] == pictures(shown)["images/square.svg"]


@given(
    answer=st.lists(
        st.sampled_from(["*", "\\*", "a", "B", "é", ".", "[", "\\", "-", "$", "^", " "]),
        min_size=1,
        max_size=8,
    ).map("".join),
    case=st.booleans(),
    typed=TEXTS,
)
@settings(max_examples=80, deadline=None)
def test_stars_become_patterns_and_come_back(answer, case, typed):
    """What is read back accepts the same texts."""
    assume(len(answer) <= LONGEST_PATTERN)
    pattern = from_stars(answer, case)
    assert re.fullmatch(PATTERN, pattern), "XML Schema has no such expression"
    stars, heeds = to_stars(pattern)
    for text in (typed, answer, answer.replace("*", "x"), answer.replace("*", "x").swapcase()):
        wanted = matches(answer, text, case_sensitive=case)
        assert (
            matches(stars, text, case_sensitive=heeds if re.search(r"[^\W\d_]", answer) else case) == wanted
        )


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_what_is_written_scores_as_the_question_does(data):
    """The reader tries answers by the rules that were written, and finds no rule of ours that scores otherwise."""
    kind = data.draw(st.sampled_from(sorted(set(types.names()) - {"ordering"})))
    rule = data.draw(st.sampled_from(types.get(kind).rules))
    points = data.draw(st.sampled_from([1, 2, "1/3", "0.7"]))
    asked = question(kind, data.draw(contents(kind)), scoring=rule, points=points)
    assume(rule != "all_or_nothing" or kind != "hotspot")
    assume(is_written(get("qti22"), asked))
    content, _ = written(get("qti22"), [asked])
    (found,) = Reading(get("qti22"), Source(BytesIO(content), "x"), Report("x", "qti22"), "b")
    assert "scoring" not in [loss.field for loss in found.losses]
    assert found.question.worth == asked.worth


def test_a_text_that_questions_share_is_one_file_of_the_package(tmp_path):
    """QTI 3.0 alone has such; the others show it in front of each. Its body holds blocks, and the text may be a line."""
    picture = svg(attributes='width="80" height="60"')
    (tmp_path / "images").mkdir()
    (tmp_path / "images/two.svg").write_bytes(picture)
    (tmp_path / "b.yaml").write_text(
        "format: quiz-bank/1\nbank: b\ntitle: B\nstimuli:\n"
        '  - {id: story, title: Two &amp; more, text: \'Once <img alt="Two" src="images/two.svg">.\'}\nquestions:\n'
        + "".join(
            f"  - {{id: q{n}, type: true_false, prompt: <p>Is it {n}?</p>, text_format: html, answer: true, timeless: true"
            f"{', stimulus: story' * (n < 3)}}}\n"
            for n in (1, 2, 3)
        )
    )
    bank = read_bank(tmp_path / "b.yaml")
    for name, held in (("qti30", True), ("qti22", False)):
        made = export(bank, {"images/two.svg": picture}, get(name), TODAY)
        lost = {loss["field"] for loss in made.report.losses}
        assert ("stimulus" not in lost) is held
        with ZipFile(BytesIO(made.content)) as package:
            assert ("stimuli/story.xml" in package.namelist()) is held
            for path in package.namelist():
                assert not path.endswith(".xml") or faults(tree(package.read(path)), name) == [], path
            listed = tree(package.read("imsmanifest.xml"))
            needs = listed.xpath("//resource[@href='stimuli/story.xml']/dependency/@identifierref")
            assert needs == ["picture-1"] * held
        again = Reading(get(name), Source(BytesIO(made.content), "x.zip"), Report("x", name), "b")
        named = [one.question.stimulus and one.question.stimulus.id for one in again]
        assert named == (["story", "story", None] if held else [None] * 3)
        assert again.bank.stimuli == bank.stimuli * held


@pytest.mark.parametrize("prompt, story", [("a\x01b", "Once."), ("ab", "Once\x01.")])
def test_a_question_that_is_not_written_leaves_no_text_that_it_shares(prompt, story):
    """Its pictures were missing, which ended the whole file; a text that is no XML was written all the same."""
    shown = f"{story} ![Two](images/two.svg)"
    asked = question("description", {}, prompt=prompt, stimulus={"id": "story", "text": shown})
    writer = get("qti30").writer(target := BytesIO(), Bank.load({"bank": "b", "title": "B"}))
    with pytest.raises(Unwritable):
        writer.add(asked, pictures(asked))
    writer.close()
    with ZipFile(target) as package:
        assert package.namelist() == ["imsmanifest.xml", "test.xml"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("model", ["Trade & borders", "<ul><li>Trade</li><li>Borders</li></ul>"])
def test_a_model_answer_keeps_its_markup(name, model):
    """Where QTI has plain text for it, notes for scorers stand."""
    essay = question("essay", {"model_answer": model}, text_format="html")
    content, lost = written(get(name), [essay])
    (found,), report = read(get(name), content)
    assert found.content.model_answer == model.replace("&", "&amp;")
    assert ([*lost.values()], report.losses) == ([[]], [])
    with ZipFile(BytesIO(content)) as archive:
        item = tree(archive.read(f"items/{essay.id}.xml"))
    assert faults(item, name) == []
    assert (item.find(".//rubricBlock") is None) == (model == "Trade & borders")


def test_a_picture_that_is_dragged_keeps_its_size():
    sized = '<img alt="Half" src="images/half.svg" width="40" height="30">'
    words = [{"id": "a", "text": sized}, {"id": "b", "text": "whole"}]
    asked = question(
        "drag_words", {"text": "<p>[[g]]</p>", "choices": words, "gaps": {"g": "a"}}, text_format="html"
    )
    content, _ = written(get("qti22"), [asked])
    assert read(get("qti22"), content)[0][0].content.choices[0].text == sized


FORMULAS = [
    '<math><mfenced open="[" close="]" separators=";"><mn>1</mn><mn>2</mn></mfenced></math>',
    '<math display="block"><menclose notation="top left"><mi>x</mi></menclose></math>',
    "<math><mmultiscripts><mi>U</mi><mn>92</mn><none></none><mprescripts></mprescripts><none></none><mn>238</mn></mmultiscripts></math>",
    '<math><mstyle displaystyle="true" scriptlevel="0"><munderover accentunder="true"><mo largeop="true">∑</mo> <mn>1</mn><mi>n</mi></munderover></mstyle></math>',
    '<math><semantics><mi>x</mi><annotation encoding="application/x-tex">x</annotation></semantics></math>',
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_formulas_of_editors_are_kept_as_they_are(name):
    """Brackets, strokes, and what stands in front of a sign were left out: [1; 2] became (1, 2)."""
    asked = question("essay", {}, text_format="html", prompt=f"<p>{' '.join(FORMULAS)}</p>")
    content, _ = written(get(name), [asked])
    assert read(get(name), content)[0][0].prompt == asked.prompt
    assert faults(tree(ZipFile(BytesIO(content)).read("items/q.xml")), name) == []


def test_a_formula_that_is_right_changes_nothing_around_it():
    text = "<p></p><math><mi>x</mi><mspace width='1em'></mspace></math><ul><li></li></ul>"
    assert with_formulas(text) == text
    assert with_formulas(text.replace("</mi>", "</mi>y")) == (
        '<p/><math><mi>x</mi><mtext>y</mtext><mspace width="1em"></mspace></math><ul><li/></ul>'
    )


def test_a_gap_has_no_room_in_a_formula():
    gaps = {"1": {"type": "short_text", "answers": ["x"]}}
    asked = question("cloze", {"text": "<math><mtext>[[1]]</mtext></math>", "gaps": gaps}, text_format="html")
    item = tree(unpacked("qti22", [asked])["items/q.xml"])
    assert faults(item, "qti22") == []
    assert item.find(".//textEntryInteraction").getparent().tag == "div"


def test_the_words_of_a_formula_are_kept():
    said = '<p><math alttext="x squared" display="inline"><msup><mi>x</mi><mn>2</mn></msup></math>?</p>'
    asked = question("essay", {}, text_format="html", prompt=said)
    content, _ = written(get("qti30"), [asked])
    assert read(get("qti30"), content)[0][0].prompt == said


@pytest.mark.parametrize("rule", types.get("gap_select").rules)
def test_two_words_that_are_each_others_wrong_one_keep_their_scoring(rule):
    """Read as credits of -1 whose sum may be less than nothing: no gap was tried with a wrong word in all of them."""
    words = {"text": "[[1]] [[2]]", "choices": ["x", "y"], "gaps": {"1": "a", "2": "b"}, "scoring": rule}
    content, _ = written(get("qti22"), [question("gap_select", words)])
    (found,), _ = read(get("qti22"), content)
    assert (found.type, found.scoring) == ("gap_select", rule)


@pytest.mark.parametrize("name", NAMES)
def test_what_explains_a_text_that_asks_nothing_comes_back(name):
    content, lost = written(get(name), [question("description", {}, explanation="So.")])
    (found,), report = read(get(name), content)
    assert (found.explanation, lost, report.losses) == ("So.", {"q": []}, [])


@pytest.mark.parametrize("name", ["qti22", "qti30"])
@pytest.mark.parametrize(
    "alt, style", [("a <b & c", "plain"), ("a &lt;b &amp; c", "html"), ("*a* <b & c", "markdown")]
)
def test_what_a_picture_shows_is_a_text_as_any_other(name, alt, style):
    """It stands there without markup; it was read as HTML, in which all after ``<`` was lost when it was written again."""
    drawn = {"image": {"file": "images/shapes.svg", "alt": alt, "width": 80, "height": 60}}
    regions = [
        {"id": id, "shape": "rect", "coords": [at, 0, at + 9, 9], "label": id, "correct": not at}
        for id, at in (("x", 0), ("y", 10))
    ]
    asked = question("hotspot", {**drawn, "regions": regions}, text_format=style)
    asked = Question.load({**asked.dump(), "stimulus": {"id": "s", "text": "S", **drawn}})
    (found,), _ = read(get(name), written(get(name), [asked])[0])
    assert to_text(found.content.image.alt) == to_text(asked.content.image.alt)
    if name == "qti30":
        assert 'alt="a &lt;b &amp; c"' in found.stimulus.text


def test_shares_that_are_rounded_leave_no_part_of_a_mark():
    """All five ticked score 1 - 3 · 0.333333333333333, which was told as partly right, and read as feedback of options."""
    told = {"right": "R", "partly": "P", "wrong": "W"}
    options = [{"text": text, "correct": text in "bc"} for text in "abcde"]
    asked = question("multiple_response", {"options": options}, feedback=told)
    (found,), _ = read(get("qti22"), written(get("qti22"), [asked])[0])
    assert found.feedback.model_dump() == told
    assert [one.feedback for one in found.content.options] == [None] * 5


@pytest.mark.parametrize(
    "value, mode, width, is_lost",
    [("8", "relative", "12.5", False), ("-8", "absolute", "1", True)],
)
def test_a_tolerance_is_around_the_right_number(value, mode, width, is_lost):
    """Around what was answered a share is another range, and of a number below zero one whose ends are swapped: other
    programs, which take the first expression for the middle, accepted 9.1 and no number at all.
    """
    near = {"value": value, "tolerance": "0.125", "tolerance_type": "relative"}
    asked = question("numerical", {"answers": [near]})
    content, lost = written(get("qti22"), [asked])
    item = tree(ZipFile(BytesIO(content)).read("items/q.xml"))
    equal = item.find(".//equal")
    assert [one.tag for one in equal] == ["baseValue", "variable"]
    assert (equal.get("toleranceMode"), equal.get("tolerance")) == (mode, f"{width} {width}")
    (found,), _ = read(get("qti22"), content)
    assert found.content.answers[0].bounds == asked.content.answers[0].bounds
    assert ("answers" in lost["q"]) is is_lost


@pytest.mark.parametrize("name", NAMES)
def test_places_that_have_to_be_found_together_come_back_so(name):
    """Each was worth its share, which was a loss: that all are found is a rule."""
    regions = [
        {"id": id, "label": id, "shape": "rect", "coords": [at, 0, at + 9, 9], "correct": True}
        for id, at in (("a", 0), ("b", 20))
    ]
    image = {"file": "images/shapes.svg", "alt": "A", "width": 80, "height": 60}
    asked = question("hotspot", {"image": image, "regions": regions, "scoring": "all_or_nothing"}, points=2)
    content, lost = written(get(name), [asked])
    (found,), report = read(get(name), content)
    assert (found.scoring, found.points, found.content.outside) == ("all_or_nothing", 2, "wrong")
    assert "scoring" not in {*lost["q"], *(loss["field"] for loss in report.losses)}


@pytest.mark.parametrize("name", NAMES)
def test_what_goes_together_is_never_called_alike(name):
    """A stem ``c_a`` beside a choice ``a``, a gap ``w_a`` beside a word ``a``: one identifier was two parts."""
    pairs = [{"id": "c_a", "stem": "x", "choice": "A"}, {"id": "2", "stem": "y", "choice": "B"}]
    words = {"text": "[[w_a]] [[b]]", "choices": ["A", "B"], "gaps": {"w_a": "a", "b": "b"}}
    asked = [question("matching", {"pairs": pairs}, id="pairs"), question("drag_words", words, id="words")]
    content, _ = written(get(name), asked)
    with ZipFile(BytesIO(content)) as package:
        assert [faults(tree(package.read(f"items/{one.id}.xml")), name) for one in asked] == [[], []]
    assert [one.content for one in read(get(name), content)[0]] == [one.content for one in asked]


BOXES = [{"text": "A", "credit": 1}, {"text": "B", "credit": "0.5"}, {"text": "C", "credit": -1}]


@pytest.mark.parametrize(
    "gap, right, wrong",
    [
        ({"type": "multiple_response", "options": BOXES}, [["a"], ["a", "b"]], ["c"]),
        ({"type": "single_choice", "options": [*BOXES, {"text": "D", "credit": 1}]}, ["a", "d"], "b"),
        ({"type": "short_text", "answers": [{"text": "x*", "credit": "0.5"}, "*y"]}, ["zy"], "xy"),
    ],
)
def test_gaps_that_have_to_be_right_together_take_every_right_answer(gap, right, wrong):
    """One set of options was right, one option of two, and a text that an answer before it fits as well."""
    gaps = {"1": gap, "2": {"type": "true_false", "answer": True}}
    asked = question("cloze", {"text": "[[1]] [[2]]", "gaps": gaps}, scoring="all_or_nothing")
    (found,), report = read(get("qti22"), written(get("qti22"), [asked])[0])
    assert (found.scoring, [loss["field"] for loss in report.losses]) == ("all_or_nothing", [])
    for answer in (*right, wrong, None):
        response = {"1": answer, "2": True}
        scores = [one.kind.score(one.content, response, one.scoring).fraction for one in (asked, found)]
        assert scores == [answer in right] * 2


@pytest.mark.parametrize("rule", types.get("ordering").rules)
def test_orders_keep_their_scoring_where_places_can_say_it(rule):
    """All but places and the whole order was a loss; lengths of what is in order are one still."""
    asked = question("ordering", {"items": ["a", "b", "c", "d"]}, scoring=rule, points=2)
    content, lost = written(get("qti22"), [asked])
    (found,), report = read(get("qti22"), content)
    is_lost = rule.startswith("longest_")
    assert ("scoring" in lost["q"]) is is_lost
    assert found.scoring == ("absolute_position" if is_lost else rule)
    assert (found.points, report.losses) == (2, [])


def test_long_orders_are_scored_by_places():
    """The pairs of twenty items would be 36,100 tests."""
    asked = question("ordering", {"items": [f"i{n}" for n in range(20)]}, scoring="pairwise")
    content, lost = written(get("qti30"), [asked])
    assert lost["q"] == ["scoring"]
    assert read(get("qti30"), content)[0][0].scoring == "absolute_position"
