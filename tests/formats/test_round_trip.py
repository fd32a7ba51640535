"""What comes back from a format: what is kept is not told as lost, and the second time nothing changes any more."""

from datetime import date
from fractions import Fraction

import pytest

from quiz.banks.model import Bank, Question
from quiz.formats import formats, get
from quiz.formats.conversion import Instances, export
from tests.formats.samples import pictures, read
from tests.kernel.questions import question


def there_and_back(name, asked):
    """The fields that are told as lost, and the question that comes back from the format."""
    bank = Bank.load({"bank": "b", "title": "B"}, [asked])
    made = export(bank, pictures(asked), get(name), Instances(date(2026, 1, 1)))
    (found,), _ = read(get(name), made.content)
    return {loss["field"] for loss in made.report.losses}, found


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
