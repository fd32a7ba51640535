"""Questions that come into a bank: what its head keeps and gets, what happens meanwhile, and taking all of it back."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from quiz.banks.images import Pictures
from quiz.banks.yaml import read_bank
from quiz.db import reading
from quiz.errors import Conflict, Invalid
from quiz.models.media import Media
from quiz.operations import attempts, authoring, banks, exporting, importing, media, quizzes, undoing
from tests.cast import GRACE, NOW
from tests.pictures import png

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

LATER, LAST = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
MINE = """
format: quiz-bank/1
bank: mine
title: My own bank
perspective: My book.
licence: CC-BY-4.0
documents: {paper: {title: Our paper}, other: {title: Another paper}}
stimuli: [{id: text, title: A text, text: Read this., pick: {min: 1}}, {id: poem, text: And this.}]
topics: {sums: {description: What sums are}}
questions:
  - {id: one, type: true_false, topic: sums, timeless: true, prompt: Is it one?, answer: true, stimulus: text,
     explanation: It is., evidence: [{document: paper, paragraph: 1, terms: [one]}]}
  - {id: two, type: true_false, topic: sums, timeless: true, prompt: Is it two?, answer: true, stimulus: poem,
     explanation: It is., evidence: [{document: other, paragraph: 1, terms: [two]}]}
"""
THEIRS = """
format: quiz-bank/1
bank: theirs
title: What came
documents: {paper: {title: Their paper}}
stimuli: [{id: text, text: Read that.}]
topics: {sums: {title: Adding, description: Something else}, parts: {description: What parts are}}
questions:
  - {id: three, type: true_false, topic: parts/few, timeless: true, prompt: Is it three?, answer: true, stimulus: text,
     enemies: [four], explanation: It is., evidence: [{document: paper, paragraph: 1, terms: [three]}]}
  - {id: four, type: true_false, topic: sums, timeless: true, prompt: Is it four?, answer: true, stimulus: text,
     explanation: It is., evidence: [{document: paper, paragraph: 1, terms: [four]}]}
"""


@pytest.fixture
def mine(cast):
    return importing.import_bank(cast.ada, MINE, "mine.yaml", NOW).bank_id


def bring(cast, text, into="mine", now=LATER, **choices):
    return importing.import_bank(cast.ada, text, "theirs.yaml", now, into=into, **choices)


def text_of(cast, bank):
    return exporting.export_text(cast.ada, bank, NOW)


def test_the_head_of_a_bank_stays_and_gets_what_questions_bring(cast, mine):
    before = text_of(cast, mine)
    assert bring(cast, THEIRS).new == ("three", "four")
    bank = read_bank(text_of(cast, mine))
    assert (bank.title, bank.perspective, bank.licence) == ("My own bank", "My book.", "CC-BY-4.0")
    assert {name: one.title for name, one in bank.documents.items()} == {
        "paper": "Our paper",
        "other": "Another paper",
        "theirs-paper": "Their paper",
    }
    assert {one.id: (one.text, one.questions) for one in bank.stimuli} == {
        "text": ("Read this.", ("one",)),
        "poem": ("And this.", ("two",)),
        "theirs-text": ("Read that.", ("three", "four")),
    }
    assert {name: (one.title, one.description) for name, one in bank.topics.items()} == {
        "sums": ("Adding", "What sums are"),
        "parts": (None, "What parts are"),
    }
    three = bank.by_id["three"]
    assert (three.enemies, three.evidence[0].document) == (("mine/four",), "theirs-paper")
    assert bring(cast, THEIRS).unchanged == ("three", "four"), "the same file again changes nothing"
    undoing.undo(cast.ada, mine, LAST)
    assert text_of(cast, mine) == before


def test_a_set_that_comes_again_is_the_same_set(cast, mine):
    bring(cast, THEIRS)
    mended = THEIRS.replace("Read that.", "Read that again.")
    assert bring(cast, mended, now=LAST).changed == ("three", "four")
    sets = {one.id: (one.text, one.questions) for one in read_bank(text_of(cast, mine)).stimuli}
    assert sets["theirs-text"] == ("Read that again.", ("three", "four"))
    assert len(sets) == 3


def test_a_part_of_a_set_that_comes_again_stays_in_it(cast, mine):
    bring(cast, THEIRS)
    part = (
        THEIRS.partition("  - {id: four")[0].replace("enemies: [four], ", "").replace("three?", "three now?")
    )
    assert bring(cast, part, now=LAST).changed == ("three",)
    sets = {one.id: {*one.questions} for one in read_bank(text_of(cast, mine)).stimuli}
    assert sets == {"text": {"one"}, "poem": {"two"}, "theirs-text": {"three", "four"}}


def test_an_image_in_the_place_of_another_goes_with_its_import(cast):
    """The next edit of the question showed it."""
    shown = MINE.replace("Is it one?", "'![A map](images/map.png)'")
    made = [Pictures(lambda _file, size=size: png(*size)) for size in ((3, 2), (40, 30))]
    bank = importing.import_bank(cast.ada, shown, "mine.yaml", NOW, pictures=made[0]).bank_id
    importing.import_bank(cast.ada, shown, "mine.yaml", LATER, pictures=made[1])
    undoing.undo(cast.ada, bank, LAST)
    assert kept() == [png(3, 2)]


def test_another_image_of_the_same_name_takes_no_other_questions_place(cast):
    shown = MINE.replace("Is it one?", "'![A map](images/map.png)'")
    bank = importing.import_bank(
        cast.ada, shown, "mine.yaml", NOW, pictures=Pictures(lambda _file: png())
    ).bank_id
    theirs = THEIRS.replace("Is it three?", "'![A plan](images/map.png)'")
    pictures = [Pictures(lambda _file: png(40, 30)) for _ in range(2)]
    bring(cast, theirs, pictures=pictures[0])
    images = exporting.exportable(cast.ada, bank).images
    assert images["images/map.png"] == png()
    assert {*images.values()} == {png(), png(40, 30)}
    assert bring(cast, theirs, pictures=pictures[1]).unchanged == ("three", "four")
    undoing.undo(cast.ada, bank, LAST)
    assert [one.name for one in media.folder(cast.ada, bank).images] == ["images/map.png"]
    assert kept() == [png()]


def kept():
    """The contents of all images that there are."""
    with reading() as connection:
        return connection.execute(select(Media.content)).scalars().all()


def test_the_images_of_a_bank_that_an_import_made_go_with_it(cast):
    shown = MINE.replace("Is it one?", "'![A map](images/map.png)'")
    pictures = Pictures(lambda _file: png())
    bank = importing.import_bank(cast.ada, shown, "mine.yaml", NOW, pictures=pictures).bank_id
    assert kept() == [png()]
    assert undoing.undo(cast.ada, bank, LATER).gone
    assert kept() == []


def test_what_is_no_bank_of_mine_is_refused(cast, mine):
    with pytest.raises(Invalid, match="no bank is chosen"):
        importing.import_bank(cast.di, THEIRS, "theirs.yaml", LATER, into="mine")
    assert bring(cast, THEIRS, into="theirs").bank_id != mine, "one of its own name is made"


def test_taking_a_bank_file_back_brings_its_head_back(cast, mine):
    before = text_of(cast, mine)
    other = MINE.replace("My own bank", "A new title").replace("My book.", "Another book.")
    changed = other.replace("Read this.", "Read it twice.").replace("Our paper", "A thesis")
    importing.import_bank(cast.ada, changed, "mine.yaml", LATER)
    assert "A thesis" in text_of(cast, mine)
    undoing.undo(cast.ada, mine, LAST)
    assert text_of(cast, mine) == before
    assert banks.bank(cast.ada, mine, 1, NOW.date()).title == "My own bank"


def test_a_head_that_somebody_has_changed_since_stays_when_an_import_is_taken_back(cast, mine):
    bring(cast, THEIRS)
    authoring.edit_bank(cast.ada, mine, "Renamed", "My book.", "CC-BY-4.0", LATER)
    undoing.undo(cast.ada, mine, LAST)
    bank = read_bank(text_of(cast, mine))
    assert (bank.title, [*bank.documents], [*bank.topics]) == ("Renamed", ["paper", "other"], ["sums"])


def test_what_an_attempt_holds_keeps_what_it_rests_on_when_an_import_is_taken_back(cast, mine):
    bring(cast, THEIRS.replace("enemies: [four], ", ""))
    begin(cast, "{bank: mine, include: [mine/four], count: 3}")
    undoing.undo(cast.ada, mine, LAST)
    bank = read_bank(text_of(cast, mine))
    retired = {one.id for one in bank.questions if one.status == "retired"}
    assert "four" in retired
    assert bank.documents["theirs-paper"].title == "Their paper"
    assert {one.id: {*one.questions} for one in bank.stimuli}["theirs-text"] == retired


def begin(cast, section):
    """Bo begins a quiz of this section."""
    asked = f"format: quiz-blueprint/1\ntitle: Q\nsections: [{section}]"
    quiz = quizzes.create(cast.ada, cast.course, asked, LATER)
    quizzes.publish(cast.ada, quiz, LATER)
    attempts.start(cast.bo, quiz, "", LATER, GRACE)


def test_a_bank_that_stays_for_an_attempt_can_be_read_when_its_import_is_taken_back(cast):
    bank = importing.import_bank(cast.ada, MINE, "mine.yaml", NOW).bank_id
    begin(cast, "{bank: mine, count: 2}")
    assert not undoing.undo(cast.ada, bank, LAST).gone
    held = read_bank(text_of(cast, bank))
    assert ([*held.documents], [one.questions for one in held.stimuli]) == (
        ["paper", "other"],
        [("one",), ("two",)],
    )


def test_a_renamed_bank_keeps_what_held_questions_need_when_an_import_is_taken_back(cast, mine):
    bring(cast, THEIRS.replace("enemies: [four], ", ""))
    begin(cast, "{bank: mine, include: [mine/four], count: 3}")
    authoring.edit_bank(cast.ada, mine, "Renamed", "My book.", "CC-BY-4.0", LATER)
    undoing.undo(cast.ada, mine, LAST)
    bank = read_bank(text_of(cast, mine))
    assert (bank.title, "theirs-paper" in bank.documents) == ("Renamed", True)


def test_what_questions_need_that_are_gone_from_the_file_stays_at_the_head(cast, mine):
    head, _, questions = MINE.partition("questions:\n")
    head = head.replace(", other: {title: Another paper}", "").replace(", {id: poem, text: And this.}", "")
    first = questions.partition("  - {id: two")[0]
    report = importing.import_bank(cast.ada, f"{head}questions:\n{first}", "mine.yaml", LATER)
    assert report.gone == ("two",)
    bank = read_bank(text_of(cast, mine))
    assert [*bank.documents] == ["paper", "other"]
    assert [(one.id, one.questions) for one in bank.stimuli] == [("text", ("one",)), ("poem", ("two",))]


def test_nothing_else_is_done_than_was_seen(cast, mine):
    mended = THEIRS.replace("id: three", "id: one")
    seen = bring(cast, mended, dry_run=True).seen
    one = banks.bank(cast.ada, mine, 1, NOW.date()).questions.rows[0].question_id
    fields = authoring.sheet(cast.ada, one).fields
    authoring.save_question(cast.ada, mine, one, 1, {**fields, "prompt": "Is it one by now?"}, LATER)
    before = text_of(cast, mine)
    with pytest.raises(Conflict, match="Look again"):
        bring(cast, mended, seen=seen)
    assert text_of(cast, mine) == before
    again = bring(cast, mended, dry_run=True)
    assert bring(cast, mended, seen=again.seen).changed == ("one",)
