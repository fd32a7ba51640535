"""Reviews and comments: who may do which step, and who is told."""

from datetime import timedelta

import pytest

from quiz.errors import Conflict, EditConflict, Forbidden, Invalid, NotFound
from quiz.operations import authoring, banks, exporting, peer_review
from quiz.operations.exporting import Filter
from tests.cast import NOW
from tests.statements import statements

LATER, LAST = NOW + timedelta(hours=1), NOW + timedelta(hours=2)


@pytest.fixture
def bank(cast):
    """Ada's bank, which Di may change too."""
    found = banks.banks(cast.ada, 1).rows[0].id
    banks.share(cast.ada, found, "di", "edit", NOW)
    return found


@pytest.fixture
def draft(cast, bank):
    """The question "one", as a draft."""
    found = banks.bank(cast.ada, bank, 1, NOW.date()).questions.rows
    one = {row.slug: row.question_id for row in found}["one"]
    return save(cast.ada, bank, one, status="draft")


def save(who, bank, question, now=NOW, **changes):
    sheet = authoring.sheet(who, question)
    authoring.save_question(who, bank, question, sheet.number, {**sheet.fields, **changes}, now)
    return question


def waiting(who, which="mine"):
    return [row.slug for row in peer_review.queue(who, which, 1).rows]


def test_a_draft_is_reviewed_and_becomes_ready(cast, bank, draft):
    peer_review.ask(cast.ada, draft, "di", NOW)
    assert (waiting(cast.di), waiting(cast.ada), waiting(cast.ada, "all")) == (["one"], [], ["one"])
    assert [row.slug for row in peer_review.for_me(cast.di).reviews] == ["one"]
    page = banks.bank(cast.ada, bank, 1, NOW.date(), Filter(status="review"))
    assert [(row.slug, row.status) for row in page.questions.rows] == [("one", "review")]
    assert "status: draft" in exporting.export_text(cast.ada, bank, NOW)
    talk = peer_review.talk(cast.di, draft)
    assert (talk.review.by, talk.review.of, talk.review.mine_to_decide) == ("Ada", "Di", True)
    peer_review.decide(cast.di, draft, talk.number, "approved", "Good as it is.", LATER)
    assert waiting(cast.di, "all") == []
    newest = authoring.history(cast.ada, draft)[0]
    assert (newest.status, newest.by, newest.reason) == ("ready", "Di", "Good as it is.")
    assert peer_review.talk(cast.ada, draft).threads[0].text == "Good as it is."
    assert peer_review.for_me(cast.ada) == peer_review.ForMe((), ())


def test_what_comes_back_needs_its_author_until_a_later_version(cast, bank, draft):
    peer_review.ask(cast.ada, draft, "", NOW)
    with pytest.raises(Invalid):
        peer_review.decide(cast.di, draft, 2, "returned", "  ", LATER)
    peer_review.decide(cast.di, draft, 2, "returned", "Which number?", LATER)
    (back,) = peer_review.for_me(cast.ada).returned
    assert (back.slug, back.by, back.comments) == ("one", "Di", 1)
    assert peer_review.for_me(cast.di).returned == ()
    save(cast.ada, bank, draft, LAST, prompt="How many is one and one?")
    assert peer_review.for_me(cast.ada).returned == ()
    peer_review.ask(cast.ada, draft, "", LAST)
    assert waiting(cast.di) == ["one"]
    peer_review.withdraw(cast.ada, draft, LAST)
    assert waiting(cast.di, "all") == []


def test_who_may_do_which_step(cast, bank, draft):
    with pytest.raises(Conflict):
        peer_review.decide(cast.di, draft, 2, "approved", "", LATER)
    with pytest.raises(Invalid):
        peer_review.ask(cast.ada, draft, "eve", NOW)
    peer_review.ask(cast.ada, draft, "", NOW)
    with pytest.raises(Forbidden):
        peer_review.decide(cast.ada, draft, 2, "approved", "", LATER)
    with pytest.raises(EditConflict):
        peer_review.decide(cast.di, draft, 1, "approved", "", LATER)
    banks.share(cast.ada, bank, "di", "read", NOW)
    assert waiting(cast.di) == []
    with pytest.raises(Forbidden):
        peer_review.decide(cast.di, draft, 2, "approved", "", LATER)
    with pytest.raises(Forbidden):
        peer_review.ask(cast.di, draft, "", LATER)
    peer_review.say(cast.di, draft, "I only read it.", None, LATER)
    banks.share(cast.ada, bank, "di", "none", NOW)
    for step in (
        lambda: peer_review.talk(cast.di, draft),
        lambda: peer_review.say(cast.di, draft, "?", None, LATER),
        lambda: peer_review.resolve(cast.di, 1, LATER, resolved=True),
    ):
        with pytest.raises(NotFound):
            step()
    ready = next(
        row.question_id
        for row in banks.bank(cast.ada, bank, 1, NOW.date()).questions.rows
        if row.slug == "two"
    )
    with pytest.raises(Conflict):
        peer_review.ask(cast.ada, ready, "", NOW)


def test_threads_are_answered_resolved_and_opened_again(cast, bank, draft):
    banks.share(cast.ada, bank, "di", "read", NOW)
    peer_review.say(cast.di, draft, "Is *one* clear?\nI doubt it.", None, NOW)
    thread = peer_review.talk(cast.ada, draft).threads[0]
    peer_review.say(cast.ada, draft, "Made clearer.", thread.id, LATER)
    peer_review.resolve(cast.ada, thread.id, LATER, resolved=True)
    talk = peer_review.talk(cast.di, draft)
    assert (talk.open, talk.threads[0].answers[0].text, talk.threads[0].mine_to_resolve) == (
        0,
        "Made clearer.",
        True,
    )
    peer_review.say(cast.di, draft, "Still not.", thread.id, LAST)
    assert peer_review.talk(cast.ada, draft).open == 1
    for wrong, where in ((("", None), Invalid), (("x" * 4001, None), Invalid), (("x", 99), NotFound)):
        with pytest.raises(where):
            peer_review.say(cast.ada, draft, *wrong, LATER)


def test_the_queue_costs_the_same_whatever_its_length(cast, bank):
    def cost():
        with statements() as seen:
            peer_review.queue(cast.di, "all", 1)
            peer_review.for_me(cast.di)
        return len(seen)

    rows = banks.bank(cast.ada, bank, 1, NOW.date()).questions.rows
    empty = cost()
    for row in rows[:3]:
        save(cast.ada, bank, row.question_id, status="draft")
        peer_review.ask(cast.ada, row.question_id, "", NOW)
    assert cost() == empty
