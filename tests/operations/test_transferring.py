"""Copying and moving questions to another bank, and taking that back."""

from datetime import timedelta

import pytest

from quiz.errors import Conflict, Forbidden, Invalid, NotFound
from quiz.operations import (
    attempts,
    authoring,
    banks,
    drafting,
    exporting,
    importing,
    media,
    quizzes,
    transferring,
    undoing,
)
from quiz.operations.exporting import Filter, Selection
from tests.cast import NOW
from tests.pictures import png

LATER, LAST = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
TWO = Selection(("one", "two"))
OTHER = """
format: quiz-bank/1
bank: other
title: Another bank
language: en
documents: {paper: {title: Another paper}}
questions:
  - {id: one, type: true_false, topic: x, timeless: true, prompt: Is this the other one?, answer: true}
"""


@pytest.fixture
def bank(cast):
    return banks.banks(cast.ada, 1).rows[0].id


@pytest.fixture
def other(cast):
    return importing.import_bank(cast.ada, OTHER, "other.yaml", NOW).bank_id


def listed(cast, bank):
    found = banks.bank(cast.ada, bank, 1, NOW.date(), Filter()).questions.rows
    return {row.slug: row.question_id for row in found}


def text_of(cast, bank):
    return exporting.export_text(cast.ada, bank, NOW)


def go(cast, bank, other, how, selection=TWO, now=LATER):
    look = transferring.look(cast.ada, bank, selection, other, how, now)
    return transferring.run(cast.ada, bank, selection, other, how, look.seen, now)


def test_copies_are_new_questions_and_what_is_taken_is_renamed(cast, bank, other):
    before = text_of(cast, bank), text_of(cast, other)
    look = transferring.look(cast.ada, bank, TWO, other, "copy", LATER)
    assert (look.count, look.renamed, look.stays) == (2, (("one", "small-one"),), ())
    assert (text_of(cast, bank), text_of(cast, other)) == before
    assert go(cast, bank, other, "copy") == 2
    assert set(listed(cast, other)) == {"one", "small-one", "two"}
    assert text_of(cast, bank) == before[0]
    assert undoing.undo(cast.ada, other, LAST).count == 2
    assert text_of(cast, other) == before[1]


def test_what_moves_keeps_its_history_and_attempts_and_comes_back_whole(cast, bank, other):
    one = listed(cast, bank)["one"]
    attempt = cast.start()
    fields = authoring.sheet(cast.ada, one).fields
    authoring.save_question(cast.ada, bank, one, 1, {**fields, "points": "2"}, NOW + timedelta(minutes=1))
    before = text_of(cast, bank), text_of(cast, other)
    with pytest.raises(Conflict):  # the published quiz draws all five
        go(cast, bank, other, "move")
    assert transferring.look(cast.ada, bank, TWO, other, "move", LATER).lacking == ("A small quiz",)
    ask_for(cast, 3)
    assert go(cast, bank, other, "move") == 2
    assert set(listed(cast, bank)) == {"three", "four", "five"}
    assert listed(cast, other)["small-one"] == one
    assert [(row.number, row.by) for row in authoring.history(cast.ada, one)] == [
        (3, "Ada"),
        (2, "Ada"),
        (1, "Ada"),
    ]
    assert banks.bank(cast.ada, other, 1, NOW.date(), Filter(words="Two ones")).questions.total == 1
    assert len(attempts.page(cast.bo, attempt, None, NOW).questions) == 5
    assert cast.start(cast.cy)
    assert undoing.undoable(cast.ada, bank) is None
    assert undoing.undo(cast.ada, other, LAST).count == 2
    assert (text_of(cast, bank), text_of(cast, other)) == before
    assert authoring.restore(cast.ada, one, 1, LAST) == 3


def test_an_earlier_version_can_be_restored_where_the_question_is_now(cast, bank, other):
    four = listed(cast, bank)["four"]
    fields = authoring.sheet(cast.ada, four).fields
    authoring.save_question(cast.ada, bank, four, 1, {**fields, "difficulty": "hard"}, NOW)
    ask_for(cast, 1)
    go(cast, bank, other, "move", Selection(("four",)))
    authoring.restore(cast.ada, four, 1, LAST)
    now = authoring.sheet(cast.ada, four).fields
    assert (now["bank"], now["id"], now.get("difficulty", "medium")) == ("other", "four", "medium")


def test_images_and_documents_travel_under_names_of_their_own(cast, bank, other):
    for place, colour in ((bank, 1), (other, 2)):
        media.add_image(cast.ada, place, "x.png", png(width=colour), NOW)
    text = OTHER.replace("bank: other", "bank: third").replace("Another paper", "A third paper")
    third = importing.import_bank(cast.ada, text, "third.yaml", NOW).bank_id
    fields = {
        "type": "true_false",
        "prompt": "![A dot](images/x.png) Is it one?",
        "timeless": True,
        "answer": True,
        "id": "dot",
        "evidence": [{"document": "paper", "paragraph": 1, "terms": ["dot"]}],
    }
    media.add_image(cast.ada, third, "x.png", png(width=3), NOW)
    authoring.save_question(cast.ada, third, None, 0, fields, NOW)
    go(cast, third, other, "copy", Selection(("dot",)))
    made = authoring.sheet(cast.ada, listed(cast, other)["dot"]).fields
    assert made["evidence"][0]["document"] == "third-paper"
    assert "images/x.png" not in made["prompt"]
    assert "images/x-" in made["prompt"]
    assert (
        authoring.edit_sheet(cast.ada, listed(cast, other)["dot"]).documents["third-paper"] == "A third paper"
    )
    undoing.undo(cast.ada, other, LAST)
    assert "third" not in text_of(cast, other)


def test_what_is_said_of_topics_goes_along_where_the_other_bank_says_nothing(cast, bank, other):
    topics = {name: {"title": f"T {name}"} for name in ("sums", "x")}
    authoring.edit_topics(cast.ada, bank, topics, NOW)
    authoring.edit_topics(cast.ada, other, {"x": {"title": "An x"}}, NOW)
    before = text_of(cast, other)
    go(cast, bank, other, "copy")
    told = banks.bank(cast.ada, other, 1, NOW.date()).topics
    assert {name: one.title for name, one in told.items()} == {"x": "An x", "sums": "T sums"}
    undoing.undo(cast.ada, other, LAST)
    assert text_of(cast, other) == before


def test_what_cannot_go_is_said(cast, bank, other):
    ask_for(cast, 1)
    drafting.keep(cast.ada, bank, listed(cast, bank)["one"], "single_choice", [("prompt", "?")], NOW)
    look = transferring.look(cast.ada, bank, TWO, other, "move", LATER)
    assert (look.count, [(one.slug, one.why) for one in look.stays]) == (1, [("one", "draft")])
    russian = importing.import_bank(
        cast.ada,
        OTHER.replace("language: en", "language: ru").replace("bank: other", "bank: ru"),
        "ru.yaml",
        NOW,
    ).bank_id
    for target, selection in ((bank, TWO), (russian, TWO), (other, Selection(("none",)))):
        with pytest.raises(Invalid):
            transferring.look(cast.ada, bank, selection, target, "copy", LATER)
    with pytest.raises(Conflict):
        transferring.run(cast.ada, bank, TWO, other, "move", "another look", LATER)


def test_rights_of_both_banks_hold(cast, bank, other):
    with pytest.raises(NotFound):
        transferring.look(cast.di, bank, TWO, other, "copy", LATER)
    banks.share(cast.ada, bank, "di", "read", NOW)
    theirs = importing.import_bank(cast.di, OTHER, "other.yaml", NOW).bank_id
    assert transferring.look(cast.di, bank, TWO, theirs, "copy", LATER).count == 2
    with pytest.raises(Forbidden):
        transferring.look(cast.di, bank, TWO, theirs, "move", LATER)
    banks.share(cast.ada, other, "di", "use", NOW)
    with pytest.raises(Forbidden):
        transferring.look(cast.di, bank, TWO, other, "copy", LATER)


def ask_for(cast, count):
    """The published quiz draws so many questions from now on."""
    sheet = quizzes.manage(cast.ada, cast.quiz)
    text = sheet.blueprint_text.replace("count: 5", f"count: {count}")
    quizzes.edit(cast.ada, cast.quiz, sheet.edits, sheet.sheet, text, NOW)
    quizzes.publish(cast.ada, cast.quiz, NOW)
