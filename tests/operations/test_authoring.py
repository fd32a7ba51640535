"""Questions written in the browser: versions, history, restoring, trying out, searching."""

from datetime import timedelta

import pytest

from quiz.banks.yaml import read_bank
from quiz.errors import Conflict, EditConflict, Forbidden, Invalid, NotFound
from quiz.operations import attempts, authoring, banks, drafting, exporting, importing, undoing
from tests.cast import BANK, NOW

NEW = {
    "type": "single_choice",
    "prompt": "How much is 3 + 3?",
    "timeless": True,
    "options": [{"text": "6", "correct": True}, {"text": "33"}],
    "evidence": [{"source": {"title": "A table of sums"}, "supports": "the sum"}],
}


@pytest.fixture
def bank(cast):
    return banks.banks(cast.ada, 1).rows[0].id


@pytest.fixture
def one(cast, bank):
    """The id of the question "one"."""
    return listed(cast, bank)["one"]


def listed(cast, bank, **wanted):
    page = banks.bank(cast.ada, bank, 1, NOW.date(), banks.Filter(**wanted))
    return {row.slug: row.question_id for row in page.questions.rows}


def test_a_new_question_is_drawn_from_then_on(cast, bank):
    question, number = authoring.save_question(cast.ada, bank, None, 0, NEW, NOW)
    assert number == 1
    assert authoring.sheet(cast.ada, question).fields["id"] == "how-much-is-3-3"
    other, _ = authoring.save_question(cast.ada, bank, None, 0, NEW, NOW)
    assert authoring.sheet(cast.ada, other).fields["id"] == "how-much-is-3-3-2"
    text = exporting.export_text(cast.ada, bank, NOW)
    assert len(read_bank(text, "x").questions) == 7
    assert importing.import_bank(cast.ada, text, "x", NOW).changed == ()


def test_an_edit_is_a_new_version_and_history_says_what_it_changed(cast, bank, one):
    attempt = cast.start()
    sheet = authoring.sheet(cast.ada, one)
    fields = {**sheet.fields, "prompt": "What is 1 + 1?", "difficulty": "hard"}
    assert authoring.save_question(cast.ada, bank, one, sheet.number, fields, NOW) == (one, 2)
    assert authoring.save_question(cast.ada, bank, one, 2, fields, NOW) == (one, 2)  # nothing new
    newest, first = authoring.history(cast.ada, one)
    assert (newest.number, newest.by, newest.changed, newest.current) == (
        2,
        "Ada",
        ("difficulty", "prompt"),
        True,
    )
    assert (first.number, first.changed, first.current) == (1, (), False)
    prompts = [view.presented.prompt for view in attempts.page(cast.bo, attempt, None, NOW).questions]
    assert any("How much is 1 + 1?" in prompt for prompt in prompts)


def test_an_earlier_version_comes_back_as_a_new_one(cast, bank, one):
    first = authoring.sheet(cast.ada, one)
    authoring.save_question(cast.ada, bank, one, 1, {**first.fields, "prompt": "Changed"}, NOW)
    assert authoring.restore(cast.ada, one, 1, NOW) == 3
    assert authoring.sheet(cast.ada, one).fields == first.fields
    assert authoring.sheet(cast.ada, one, 2).fields["prompt"] == "Changed"
    with pytest.raises(NotFound):
        authoring.restore(cast.ada, one, 9, NOW)


def test_the_second_of_two_editors_is_told_and_nothing_is_overwritten(cast, bank, one):
    sheet = authoring.sheet(cast.ada, one)
    authoring.save_question(cast.ada, bank, one, 1, {**sheet.fields, "prompt": "Mine"}, NOW)
    with pytest.raises(EditConflict):
        authoring.save_question(cast.ada, bank, one, 1, {**sheet.fields, "prompt": "Theirs"}, NOW)
    assert authoring.sheet(cast.ada, one).fields["prompt"] == "Mine"


def test_faults_stand_at_their_fields_and_nothing_is_written(cast, bank):
    wrong = {
        "type": "single_choice",
        "prompt": "",
        "options": [{"text": "a"}, {"text": ""}],
        "timeless": True,
    }
    with pytest.raises(Invalid) as caught:
        authoring.save_question(cast.ada, bank, None, 0, wrong, NOW)
    places = {problem.where for problem in caught.value.problems}
    assert "prompt" in places
    assert any(place.startswith("options") for place in places)
    assert len(listed(cast, bank)) == 5
    with pytest.raises(Invalid):
        authoring.save_question(cast.ada, bank, None, 0, {**NEW, "id": "one"}, NOW)


def test_trying_out_shows_and_scores_what_is_not_saved(cast, bank):
    seen = authoring.try_out(cast.ada, bank, NEW, None)
    assert "3 + 3" in seen.presented.prompt
    assert seen.outcome is None
    tried = authoring.try_out(cast.ada, bank, NEW, {"answer": ["1"]})
    assert (tried.outcome.verdict, tried.outcome.fraction, tried.outcome.right_answer) == ("wrong", 0, "6")
    assert len(listed(cast, bank)) == 5


def test_rights(cast, bank, one):
    fields = authoring.sheet(cast.ada, one).fields
    for who, error in ((cast.bo, NotFound), (cast.di, NotFound)):
        with pytest.raises(error):
            authoring.save_question(who, bank, one, 1, fields, NOW)
        with pytest.raises(error):
            authoring.sheet(who, one)
        with pytest.raises(error):
            authoring.history(who, one)
        with pytest.raises(error):
            authoring.try_out(who, bank, NEW, None)
    banks.share(cast.ada, bank, "di", "use", NOW)
    authoring.sheet(cast.di, one)
    for act in (
        lambda: authoring.save_question(cast.di, bank, None, 0, NEW, NOW),
        lambda: authoring.restore(cast.di, one, 1, NOW),
        lambda: authoring.edit_bank(cast.di, bank, "Mine", "", "", NOW),
        lambda: authoring.new_sheet(cast.di, bank),
    ):
        with pytest.raises(Forbidden):
            act()
    banks.share(cast.ada, bank, "di", "edit", NOW)
    authoring.save_question(cast.di, bank, None, 0, NEW, NOW)


def test_a_bank_of_ones_own(cast):
    made = authoring.add_bank(cast.di, "mine", "My bank", "en", NOW)
    authoring.save_question(cast.di, made, None, 0, NEW, NOW)
    authoring.edit_bank(cast.di, made, "My better bank", "Rests on sums.", "CC0-1.0", NOW)
    page = banks.bank(cast.di, made, 1, NOW.date())
    assert (page.title, page.perspective, page.questions.total) == ("My better bank", "Rests on sums.", 1)
    with pytest.raises(Invalid):
        authoring.add_bank(cast.di, "mine", "Again", "en", NOW)
    with pytest.raises(Forbidden):
        authoring.add_bank(cast.bo, "his", "His", "en", NOW)


@pytest.mark.parametrize(
    "wanted, found",
    [
        ({"words": "HOW much"}, {"one", "five"}),
        ({"words": "dozen"}, {"five"}),
        ({"words": "100%"}, set()),
        ({"topic": "sums/plus"}, {"one", "two"}),
        ({"topic": "sums"}, {"one", "two", "three", "four", "five"}),
        ({"topic": "sum"}, set()),
        ({"type": "numerical"}, {"five"}),
        ({"difficulty": "easy", "topic": "sums/minus"}, {"three"}),
        ({"status": "retired"}, set()),
    ],
)
def test_questions_are_found_by_words_and_filters(cast, bank, wanted, found):
    assert set(listed(cast, bank, **wanted)) == found
    assert BANK


SAID = {
    **NEW,
    "prompt": "Who spoke of the Charter in 2021?",
    "explanation": "王毅国务委员谈到《上海合作组织宪章》。 Он упомянул Устав и счёт. ＡＢＣ",
    "tags": ["wang-yi", "50%"],
    "level": "remember",
}


FINDS = (
    *("王毅", "毅", "合作组织", "устав", "УПОМЯНУЛ", "мяну", "счет", "СЧЁТ", "hart", "2021", "abc"),
    "王毅 устав charter",
)
MISSES = ("王宪", "织合", "02", "ус", "王毅 zebra", "%", "_", "…", "#", "\\", "wang_yi zebra")


def test_parts_of_words_are_found_in_every_script(cast, bank):
    authoring.save_question(cast.ada, bank, None, 0, {**SAID, "id": "said"}, NOW)
    found = {words for words in (*FINDS, *MISSES) if "said" in listed(cast, bank, words=words)}
    assert found == {*FINDS}
    tags = ("wang-yi", "50%", "wang", "50", "%")
    assert [tag for tag in tags if "said" in listed(cast, bank, tag=tag)] == ["wang-yi", "50%"]
    assert [*listed(cast, bank, level="remember", words="王毅")] == ["said"]
    assert not listed(cast, bank, level="apply", words="王毅")


def test_a_search_finds_what_is_current(cast, bank):
    question, number = authoring.save_question(cast.ada, bank, None, 0, {**SAID, "id": "said"}, NOW)
    assert banks.bank(cast.ada, bank, 1, NOW.date()).tags == ("50%", "wang-yi")
    authoring.save_question(cast.ada, bank, question, number, {**NEW, "id": "said", "tags": ["later"]}, NOW)
    assert not listed(cast, bank, words="王毅")
    assert banks.bank(cast.ada, bank, 1, NOW.date()).tags == ("later",)
    authoring.restore(cast.ada, question, 1, NOW)
    assert [*listed(cast, bank, words="王毅")] == ["said"]


def test_an_import_that_is_taken_back_is_found_no_more(cast, bank):
    later = NOW + timedelta(minutes=1)
    text = exporting.export_text(cast.ada, bank, NOW)
    importing.import_bank(cast.ada, text.replace("How much", "Wie viel"), "bank.yaml", later)
    assert set(listed(cast, bank, words="viel")) == {"one", "five"}
    undoing.undo(cast.ada, bank, later)
    assert not listed(cast, bank, words="viel")
    assert set(listed(cast, bank, words="how much")) == {"one", "five"}


DESCRIBED = """
format: quiz-bank/1
bank: physics
title: Physics
topics: {energy: {description: Work and heat}}
questions:
  - {id: unit, type: true_false, topic: energy, timeless: true, prompt: A joule is a unit of energy., answer: true}
"""


def test_a_new_bank_goes_with_the_import_that_made_it(cast):
    made = importing.import_bank(cast.ada, DESCRIBED, "physics.yaml", NOW).bank_id
    assert [*banks.bank(cast.ada, made, 1, NOW.date()).topics] == ["energy"]
    assert undoing.undo(cast.ada, made, NOW) == undoing.Undone(1, gone=True)
    with pytest.raises(NotFound):
        banks.bank(cast.ada, made, 1, NOW.date())


def test_a_new_bank_in_which_somebody_has_begun_to_write_keeps_nothing_else_of_its_import(cast):
    made = importing.import_bank(cast.ada, DESCRIBED, "physics.yaml", NOW).bank_id
    drafting.keep(cast.ada, made, None, "essay", [("prompt", "Why")], NOW)
    assert not undoing.undo(cast.ada, made, NOW).gone
    assert "Work and heat" not in exporting.export_text(cast.ada, made, NOW)
    with pytest.raises(Conflict, match="just begun"):
        authoring.delete_bank(cast.ada, made, NOW)


def test_only_who_owns_an_empty_bank_deletes_it(cast, bank):
    made = authoring.add_bank(cast.ada, "empty", "Empty", "en", NOW)
    banks.share(cast.ada, made, "di", "edit", NOW)
    with pytest.raises(Forbidden):
        authoring.delete_bank(cast.di, made, NOW)
    with pytest.raises(Conflict):
        authoring.delete_bank(cast.ada, bank, NOW)
    assert authoring.delete_bank(cast.ada, made, NOW) == "Empty"
    with pytest.raises(NotFound):
        banks.bank(cast.ada, made, 1, NOW.date())


def test_errors_of_the_rules_keep_a_question_from_ready(cast, bank):
    wrong = {
        **NEW,
        "prompt": "Which sum is **NOT** 6?",
        "options": [{"text": "Not 3 + 3", "correct": True}, {"text": "2 + 4"}],
    }
    with pytest.raises(Invalid) as caught:
        authoring.save_question(cast.ada, bank, None, 0, {**wrong, "evidence": []}, NOW)
    assert [problem.where for problem in caught.value.problems] == ["options[0].text"], (
        "its bank names no sources"
    )
    assert all("draft" in problem.mend for problem in caught.value.problems)
    assert "which-sum-is-not-6" not in listed(cast, bank)
    draft, _ = authoring.save_question(cast.ada, bank, None, 0, {**wrong, "status": "draft"}, NOW)
    excused = {**wrong, "suppress": [{"rule": "N02", "reason": "A lesson on negation."}]}
    assert authoring.save_question(cast.ada, bank, draft, 1, excused, NOW) == (draft, 2)


def test_a_bank_with_documents_wants_a_source_for_whatever_is_ready(cast):
    documents = "documents: {paper: {title: A paper}}\nquestions:"
    bank = importing.import_bank(cast.ada, BANK.replace("questions:", documents), "small.yaml", NOW).bank_id
    with pytest.raises(Invalid) as caught:
        authoring.save_question(cast.ada, bank, None, 0, {**NEW, "evidence": []}, NOW)
    assert [problem.where for problem in caught.value.problems] == ["evidence"]
    authoring.save_question(cast.ada, bank, None, 0, {**NEW, "evidence": [], "status": "draft"}, NOW)


def test_searches_are_kept_for_a_person_and_a_bank(cast, bank):
    wanted = banks.Filter(topic="sums", difficulty="easy", on=NOW.date())
    banks.save_search(cast.ada, bank, " Easy sums ", wanted)
    banks.share(cast.ada, bank, "di", "read", NOW)
    assert banks.bank(cast.ada, bank, 1, NOW.date()).searches == {
        "Easy sums": {"topic": "sums", "difficulty": "easy"}
    }
    assert banks.bank(cast.di, bank, 1, NOW.date()).searches == {}
    for name, filter in (("", wanted), ("x" * 61, wanted), ("x", banks.Filter())):
        with pytest.raises(Invalid):
            banks.save_search(cast.ada, bank, name, filter)
    with pytest.raises(NotFound):
        banks.save_search(cast.bo, bank, "x", wanted)
    banks.drop_search(cast.ada, bank, "Easy sums")
    assert banks.bank(cast.ada, bank, 1, NOW.date()).searches == {}


def test_what_changes_with_time_and_what_a_rule_finds_are_listed(cast, bank):
    spans = {"stale": {"from": "2020-01-01", "to": "2026-11-23"}, "coming": {"from": "2027-01-01"}}
    for name, valid in spans.items():
        fields = {
            **NEW,
            "id": name,
            "timeless": False,
            "valid": valid,
            "prompt": f"How much is 3 + 3, {name}?",
        }
        authoring.save_question(cast.ada, bank, None, 0, fields, NOW)
    twin = authoring.sheet(cast.ada, listed(cast, bank)["one"]).fields
    authoring.save_question(cast.ada, bank, None, 0, {**twin, "id": "twin"}, NOW)
    for wanted, found in (
        ({"time": "stale"}, {"stale"}),
        ({"time": "coming"}, {"coming"}),
        ({"time": "ending"}, set()),
        ({"rule": "D01"}, {"twin"}),
        ({"rule": "D01", "words": "zebra"}, set()),
    ):
        assert set(listed(cast, bank, **wanted, on=NOW.date())) == found
    assert [turn.slug for turn in banks.bank(cast.ada, bank, 1, NOW.date()).turns] == ["stale", "coming"]
