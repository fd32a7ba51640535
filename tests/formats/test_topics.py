"""What banks and files of other systems say of their topics: the categories of Moodle's formats, both ways."""

from io import BytesIO

import pytest

from quiz.banks.model import Bank
from quiz.banks.yaml import read_bank, write_bank
from quiz.formats import get
from quiz.formats.base import DEEPEST_TOPIC, Source
from quiz.formats.conversion import Instances, Into, Report, convert_upload, export
from tests.effort import within
from tests.formats.moodle import builder
from tests.kernel.questions import question

INSTANCES = Instances(None)
NESTED = builder.HEAD + "".join(
    [
        builder.category("$course$/top/Year 1", "&lt;p&gt;All of it&lt;/p&gt;").replace(
            "<idnumber></idnumber>", "<idnumber>Y1</idnumber>"
        ),
        builder.category("$course$/top/Year 1/A//B", "first *line*\nsecond").replace(
            '"html"', '"markdown"', 1
        ),
        builder.question("description"),
        builder.category("$course$/top/Year 1", "&lt;p&gt;Something else&lt;/p&gt;"),
        builder.question("description"),
        builder.category("$course$/top/empty", "Nothing yet").replace('"html"', '"plain_text"', 1),
        "</quiz>",
    ]
)
SAID = {
    "Year-1": {
        "title": "Year 1",
        "description": "<p>All of it</p>",
        "text_format": "html",
        "idnumber": "Y1",
    },
    "Year-1/A-B": {"title": "A/B", "description": "first *line*\nsecond"},
    "empty": {"description": "Nothing yet", "text_format": "plain"},
}


def converted(content, read_as, write_as, into=Into()):  # noqa: B008 - it is frozen
    return convert_upload(Source(BytesIO(content), "x"), get(read_as), get(write_as), "x", INSTANCES, into)


def topics(made):
    return read_bank(made.content.decode()).header().get("topics")


def losses(report: Report):
    return [loss["detail"] for loss in report.losses if loss["field"] == "topics"]


def test_descriptions_of_categories_come_in_and_go_out_again():
    ours = converted(NESTED.encode(), "moodle-xml", "yaml")
    assert topics(ours) == SAID
    assert losses(ours.report) == ["'Year-1' is told of twice, otherwise the second time: the first stays"]
    assert [one.topic for one in read_bank(ours.content.decode()).questions] == ["Year-1/A-B", "Year-1"]
    theirs = converted(ours.content, "yaml", "moodle-xml")
    assert not losses(theirs.report)
    assert b"$course$/top/Year 1/A//B" in theirs.content
    again = converted(theirs.content, "moodle-xml", "json")
    assert not losses(again.report)
    back = converted(again.content, "json", "yaml")
    assert topics(back) == SAID
    assert converted(back.content, "yaml", "moodle-xml").content == theirs.content


def test_slashes_at_the_ends_of_names_of_categories_come_back():
    """Moodle parts them from the slash between names with a blank."""
    bank = Bank.load(
        {"bank": "b", "title": "B", "topics": {"and-": {"title": "and/"}, "and-/-or": {"title": "/or"}}},
        [question("true_false", {"answer": True}, topic="and-/-or")],
    )
    for name, path in (("moodle-xml", b"/and// / //or<"), ("gift", b" and// / //or\n")):
        made = export(bank, {}, get(name), INSTANCES)
        assert path in made.content
        assert topics(converted(made.content, name, "yaml")) == bank.header()["topics"]


def test_a_topic_whose_name_is_none_for_xml_is_a_loss():
    bank = Bank.load(
        {"bank": "b", "title": "B", "topics": {"\x01x": {"description": "So."}, "y": {"title": "z"}}},
        [question("true_false", {"answer": True})],
    )
    made = export(bank, {}, get("moodle-xml"), INSTANCES)
    assert losses(made.report) == [
        "'\x01x' has a text with characters that XML does not know; Moodle calls 'y' by its name: its title"
    ]
    assert b"top/y<" in made.content


def test_pictures_of_a_description_of_a_category_are_told_and_their_words_stay():
    shown = builder.category(
        "$course$/top/t", '&lt;img src="@@PLUGINFILE@@/a.png" alt="The sea"&gt;'
    ).replace("</info>", f"{builder.picture('a.png')}</info>")
    asked = builder.question("description")
    made = converted(f"{builder.HEAD}{shown}{asked}</quiz>".encode(), "moodle-xml", "yaml")
    assert topics(made) == {"t": {"description": "The sea", "text_format": "html"}}
    assert losses(made.report) == ["the description of a topic shows no pictures"]


def test_topics_come_into_a_bank_below_one_of_its_own_which_says_itself_what_they_are():
    bank = Bank.load(
        {"bank": "b", "title": "B", "topics": {"t/empty": {"title": "Nothing"}, "u": {"title": "U"}}}
    )
    made = converted(NESTED.encode(), "moodle-xml", "yaml", Into(bank.topics, "t"))
    said = {f"t/{name}": value for name, value in SAID.items()}
    assert topics(made) == said | {"t/empty": {"title": "Nothing"} | SAID["empty"], "u": {"title": "U"}}
    assert {one.topic for one in read_bank(made.content.decode()).questions} == {"t/Year-1/A-B", "t/Year-1"}


def test_gift_has_the_names_of_topics_and_nothing_else():
    made = converted(b"$CATEGORY: $course$/top/Year 1/A//B\n\nIs it so? {T}\n", "gift", "yaml")
    assert topics(made) == {"Year-1": {"title": "Year 1"}, "Year-1/A-B": {"title": "A/B"}}
    back = converted(made.content, "yaml", "gift")
    assert b"$CATEGORY: Year 1/A//B\n" in back.content
    assert not losses(back.report)
    ours = converted(NESTED.encode(), "moodle-xml", "yaml")
    assert losses(converted(ours.content, "yaml", "gift").report) == [
        "the format has names of topics only: Year-1, Year-1/A-B, empty"
    ]


@pytest.mark.parametrize("topic", ["top", "top/a", "$course$/a", "a/top"])
@pytest.mark.parametrize("name", ["gift", "moodle-xml"])
def test_a_topic_that_is_called_like_a_place_in_moodle_keeps_its_name(name, topic):
    bank = Bank.load({"bank": "b", "title": "B"}, [question("true_false", {"answer": True}, topic=topic)])
    again = converted(export(bank, {}, get(name), INSTANCES).content, name, "yaml")
    assert [one.topic for one in read_bank(again.content.decode()).questions] == [topic]


@pytest.mark.parametrize("title", ["Another name", " s", "s\u2028", "s\x01"])
def test_a_title_that_a_category_cannot_have_is_a_loss(title):
    bank = Bank.load(
        {"bank": "b", "title": "B", "topics": {"s": {"title": title}}},
        [question("true_false", {"answer": True}, topic="s")],
    )
    for name in ("moodle-xml", "gift"):
        made = export(bank, {}, get(name), INSTANCES)
        (lost,) = losses(made.report)
        assert "s" in lost
        assert not topics(converted(made.content, name, "yaml"))


def test_what_is_said_of_topics_stands_in_bank_files_and_is_checked_there():
    text = "format: quiz-bank/1\nbank: b\ntitle: B\ntopics:\n  a/b: {title: A b, description: '*x*'}\nquestions: []\n"
    bank = read_bank(text)
    assert bank.topics["a/b"].shown() == "<p><em>x</em></p>"
    assert read_bank(write_bank(bank)) == bank
    with pytest.raises(Exception, match="did you mean 'description'") as found:
        read_bank(text.replace("description", "descripton"))
    assert found.value.problems[0].line == 5


@pytest.mark.parametrize("name", ["qti21", "qti22", "qti30"])
def test_sections_of_tests_have_the_names_of_topics(name):
    topics_told = {"week-1": {"title": "week 1"}, "week-1/a-b": {"title": "a/b"}}
    bank = Bank.load(
        {"bank": "b", "title": "B", "topics": topics_told},
        [question("true_false", {"answer": True}, topic="week-1/a-b")],
    )
    made = export(bank, {}, get(name), INSTANCES)
    assert not losses(made.report)
    back = converted(made.content, name, "yaml")
    assert topics(back) == topics_told
    assert read_bank(back.content.decode()).questions[0].topic == "week-1/a-b"


def test_sections_of_older_tests_are_topics_with_their_names():
    item = '<item ident="i{0}" title="T"><presentation><material><mattext>x</mattext></material></presentation></item>'
    section = '<section ident="s" title="Week 1: a"><section ident="t" title="b">{}</section></section>'
    content = f'<questestinterop><assessment ident="a" title="A">{section.format(item)}</assessment></questestinterop>'
    made = converted(content.encode(), "qti12", "yaml")
    assert topics(made) == {"Week-1:-a": {"title": "Week 1: a"}}


def test_names_of_very_deep_categories_stand_in_the_last_level():
    path = "/".join(f"level {number}" for number in range(5_000))
    with within(millions=40):
        ours = converted(f"$CATEGORY: {path}\n\nSo? {{T}}".encode(), "gift", "yaml")
    (found,) = read_bank(ours.content.decode()).questions
    assert found.topic.count("/") == DEEPEST_TOPIC - 1
    assert found.topic.endswith("-level-4999")
