"""One change to many questions: looked at, made, taken back; drafts that stand in its way."""

from datetime import timedelta

import pytest

from quiz.banks.revising import Change
from quiz.errors import Conflict, Forbidden, Invalid, NotFound
from quiz.operations import authoring, banks, drafting, exporting, importing, revising, undoing
from quiz.operations.exporting import Filter, Selection
from tests.cast import BANK, NOW
from tests.statements import statements

LATER, LAST = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
EVERYTHING = Selection()
MORE = Change(
    add_tags=("seen",),
    remove_tags=("old",),
    topic="sums/all",
    points="2.0",
    difficulty="hard",
    status="draft",
)


def many(cast, count):
    """A bank of Ada's with this many short questions. Returns its id."""
    rows = "".join(
        f"  - {{id: q{n}, type: true_false, topic: t{n % 7}, tags: [old, n{n % 3}], difficulty: easy, timeless: true,"
        f' prompt: "Is {n} a number?", answer: true}}\n'
        for n in range(count)
    )
    text = f"format: quiz-bank/1\nbank: many\ntitle: Many\nlanguage: en\nquestions:\n{rows}"
    return importing.import_bank(cast.ada, text, "many.yaml", NOW).bank_id


def text_of(cast, bank):
    return exporting.export_text(cast.ada, bank, NOW)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_draft_is_kept_only_in_the_bank_of_its_question(cast):
    """Else somebody could keep a bank that is none of theirs from being changed."""
    theirs = importing.import_bank(cast.di, BANK, "di.yaml", NOW).bank_id
    with pytest.raises(NotFound):
        drafting.keep(cast.di, theirs, 1, "single_choice", [("prompt", "How")], NOW)
    with pytest.raises(NotFound):
        drafting.keep(cast.di, theirs, 2**31 - 1, "single_choice", [("prompt", "How")], NOW)


def run(cast, bank, change, selection=EVERYTHING, **more):
    look = revising.look(cast.ada, bank, selection, change, NOW, **more)
    return revising.run(cast.ada, bank, selection, change, look.seen, LATER, "Tidied", **more)


@pytest.fixture
def bank(cast):
    return banks.banks(cast.ada, 1).rows[0].id


def test_five_hundred_questions_change_and_come_back_byte_by_byte(cast):
    bank = many(cast, 500)
    before = text_of(cast, bank)
    look = revising.look(cast.ada, bank, EVERYTHING, MORE, NOW)
    assert (look.total, len(look.revised), look.refused, look.unchanged) == (500, 500, (), 0)
    assert ("tags", "old, n0", "n0, seen") in look.revised[0].fields
    assert ("points", "1", "2") in look.revised[0].fields
    with statements() as seen:
        assert run(cast, bank, MORE) == 500
    assert len(seen) < 60
    page = banks.bank(cast.ada, bank, 1, NOW.date(), Filter(tag="seen", topic="sums", status="draft"))
    assert page.questions.total == 500
    assert banks.bank(cast.ada, bank, 1, NOW.date(), Filter(tag="old")).questions.total == 0
    newest = authoring.history(cast.ada, page.questions.rows[0].question_id)[0]
    assert (newest.number, newest.by, newest.reason) == (2, "Ada", "Tidied")
    assert undoing.undoable(cast.ada, bank).details == {"count": 500}
    assert undoing.undo(cast.ada, bank, LAST).count == 500
    assert text_of(cast, bank) == before
    assert undoing.undoable(cast.ada, bank) is None


def test_a_quiz_that_would_lack_questions_is_named(cast, bank):
    assert revising.look(cast.ada, bank, EVERYTHING, Change(points="2"), NOW).lacking == ()
    one = Selection(("one",))
    assert revising.look(cast.ada, bank, one, Change(status="retired"), NOW).lacking == ("A small quiz",)


def test_a_selection_is_changed_and_nothing_else(cast, bank):
    assert run(cast, bank, Change(topic=""), Selection(("one", "two"))) == 2
    found = banks.bank(cast.ada, bank, 1, NOW.date()).questions.rows
    assert {row.slug for row in found if not row.topic} == {"one", "two"}
    assert run(cast, bank, Change(difficulty="easy"), Selection((), Filter(topic="sums/minus"))) == 1
    assert revising.look(cast.ada, bank, EVERYTHING, Change(status="ready"), NOW).unchanged == 5


def test_what_somebody_is_writing_at_is_left_out_and_said(cast, bank):
    banks.share(cast.ada, bank, "di", "edit", NOW)
    one = {row.slug: row.question_id for row in banks.bank(cast.ada, bank, 1, NOW.date()).questions.rows}[
        "one"
    ]
    drafting.keep(cast.di, bank, one, "single_choice", [("prompt", "How much is")], NOW)
    look = revising.look(cast.ada, bank, EVERYTHING, Change(points="3"), NOW)
    assert [(refused.slug, refused.drafts) for refused in look.refused] == [("one", (("Di", NOW),))]
    assert run(cast, bank, Change(points="3")) == 4
    assert authoring.sheet(cast.ada, one).number == 1
    assert run(cast, bank, Change(points="3"), over_drafts=True) == 1
    assert drafting.find(cast.di, bank, one, "single_choice").form == [["prompt", "How much is"]]
    fields = authoring.sheet(cast.di, one).fields
    authoring.save_question(cast.di, bank, one, 2, {**fields, "prompt": "How many?"}, LATER, "Shorter")
    assert drafting.find(cast.di, bank, one, "single_choice") is None


def test_a_draft_takes_the_place_of_an_earlier_one_and_is_mine_alone(cast, bank):
    for text in ("a", "b"):
        drafting.keep(cast.ada, bank, None, "essay", [("prompt", text)], NOW)
    assert drafting.find(cast.ada, bank, None, "essay").form == [["prompt", "b"]]
    assert drafting.find(cast.ada, bank, None, "cloze") is None
    with pytest.raises(NotFound):
        drafting.keep(cast.di, bank, None, "essay", [("prompt", "c")], NOW)
    drafting.drop(cast.ada, bank, None, "essay")
    assert drafting.find(cast.ada, bank, None, "essay") is None


def test_what_the_rules_forbid_does_not_become_ready(cast, bank):
    wrong = {
        "type": "single_choice",
        "status": "draft",
        "prompt": "Which sum is **NOT** 6?",
        "timeless": True,
        "options": [{"text": "Not 3 + 3", "correct": True}, {"text": "2 + 4"}],
    }
    authoring.save_question(cast.ada, bank, None, 0, wrong, NOW)
    look = revising.look(cast.ada, bank, EVERYTHING, Change(status="ready"), NOW)
    assert [(one.slug, one.findings[0].rule) for one in look.refused] == [("which-sum-is-not-6", "N02")]
    assert (look.revised, look.unchanged) == ((), 5)


def test_what_cannot_be_is_said_and_nothing_is_written(cast, bank):
    before = text_of(cast, bank)
    for change, selection, where in (
        (Change(), EVERYTHING, ""),
        (Change(points="many"), EVERYTHING, "points"),
        (Change(topic="two words"), EVERYTHING, "topic"),
        (Change(topic="t" * 300), EVERYTHING, "topic"),
        (Change(points="2"), Selection(("none",)), ""),
    ):
        with pytest.raises(Invalid) as caught:
            revising.look(cast.ada, bank, selection, change, NOW)
        assert caught.value.problems[0].where == where
    look = revising.look(cast.ada, bank, EVERYTHING, Change(points="2"), NOW)
    with pytest.raises(Conflict):  # the same questions, but not what was agreed to
        revising.run(cast.ada, bank, EVERYTHING, Change(points="3"), look.seen, LATER)
    run(cast, bank, Change(topic="x"), Selection(("one",)))
    with pytest.raises(Conflict):
        revising.run(cast.ada, bank, EVERYTHING, Change(points="2"), look.seen, LATER)
    undoing.undo(cast.ada, bank, LAST)
    assert text_of(cast, bank) == before


def test_only_who_may_change_the_bank_changes_many(cast, bank):
    for who, error in ((cast.bo, NotFound), (cast.di, NotFound)):
        with pytest.raises(error):
            revising.look(who, bank, EVERYTHING, MORE, NOW)
    banks.share(cast.ada, bank, "di", "use", NOW)
    with pytest.raises(Forbidden):
        revising.run(cast.di, bank, EVERYTHING, MORE, "", LATER)
