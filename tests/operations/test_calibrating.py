"""Calibrating a bank: from which answers, on which scale, what is written and taken back, and who may."""

from datetime import timedelta

import pytest

from quiz.errors import Conflict, Forbidden, Invalid, NotFound
from quiz.models.choosing import Selection
from quiz.operations import authoring, banks, calibrating, drafting, exporting, undoing
from tests.cast import NOW
from tests.sittings import join, sit, sit_class

LATER = NOW + timedelta(hours=2)
WORDS = ("answers here", "calibrated")


@pytest.fixture
def bank(cast):
    return banks.find_bank("small")


@pytest.fixture
def answered(cast):
    sit_class(cast, 32)


def look(cast, bank, onto="new", now=LATER):
    return calibrating.look(cast.ada, bank, onto, now)


def write(cast, bank, slugs, onto="new", now=LATER):
    found = look(cast, bank, onto, now)
    return calibrating.run(cast.ada, bank, onto, now, slugs, found.seen, now, lambda _n: WORDS)


def contents(cast, bank):
    return {one.id: one for one in exporting.exportable(cast.ada, bank, Selection()).bank.authored}


def test_a_bank_is_calibrated_on_a_new_scale_and_that_is_taken_back(cast, bank, answered):
    found = look(cast, bank)
    assert (found.papers, found.answers, found.onto, found.choices) == (32, 160, "new", ("new",))
    assert found.fitted.converged
    b = {one.slug: one.estimate.b[0] for one in found.rows}
    assert b["three"] < b["five"]  # true or false is easier than a number
    assert {one.n for one in found.rows} == {32}
    assert all("few" in one.doubts and not one.proposed for one in found.rows)
    chosen = [one.slug for one in found.rows if one.calibration][:3]
    assert write(cast, bank, chosen) == 3
    after = contents(cast, bank)
    assert {one for one, question in after.items() if question.calibration} == {*chosen}
    told = after[chosen[0]].calibration
    assert (told.n, told.source) == (32, "answers here")
    assert float(told.b[0]) == pytest.approx(b[chosen[0]], abs=1e-3)
    newest = authoring.history(
        cast.ada, next(one.question_id for one in found.rows if one.slug == chosen[0])
    )[0]
    assert (newest.number, newest.reason, newest.changed) == (2, "calibrated", ("calibration",))
    assert undoing.undoable(cast.ada, bank).act == calibrating.ACT
    assert undoing.undo(cast.ada, bank, LATER).count == 3
    assert not any(question.calibration for question in contents(cast, bank).values())


@pytest.mark.parametrize("engine", ["sqlite"])
def test_what_is_calibrated_stands_and_the_others_are_placed_beside_it(cast, bank, answered):
    free = look(cast, bank)
    write(cast, bank, [one.slug for one in free.rows if one.slug in {"three", "one", "five"}])
    found = look(cast, bank, "theirs")
    assert (found.onto, found.choices) == ("theirs", ("theirs", "new"))
    assert {one.slug for one in found.rows if one.estimate.anchor} == {"three", "one", "five"}
    # Versions that ask the same are one question, so no answer is lost; and the scale is the same one.
    assert found.answers == 160
    assert (found.fitted.mu, found.fitted.sigma) == (pytest.approx(0, abs=0.02), pytest.approx(1, abs=0.02))
    before = {one.slug: one.estimate for one in free.rows}
    for one in found.rows:
        if not one.estimate.anchor:
            assert one.estimate.b[0] == pytest.approx(before[one.slug].b[0], abs=0.05)
            assert one.before is None
        else:
            assert one.calibration is None


@pytest.mark.parametrize("engine", ["sqlite"])
def test_only_first_attempts_until_then_and_answers_to_the_wording_count(cast, bank, answered):
    again = join(cast, "Ann")
    sit(cast, again)
    sit(cast, again, now=NOW + timedelta(minutes=30))
    assert look(cast, bank).papers == 33
    assert look(cast, bank, now=NOW).fitted is None
    three = next(one for one in look(cast, bank).rows if one.slug == "three")
    sheet = authoring.sheet(cast.ada, three.question_id)
    changed = {**sheet.fields, "prompt": "3 − 1 = 1"}
    authoring.save_question(cast.ada, bank, three.question_id, sheet.number, changed, LATER)
    found = look(cast, bank)
    assert "three" not in {one.slug for one in found.rows}
    assert found.outdated == 1


@pytest.mark.parametrize("engine", ["sqlite"])
def test_nothing_is_written_where_something_has_changed_or_is_typed(cast, bank, answered):
    found = look(cast, bank)
    slugs = [one.slug for one in found.rows]
    with pytest.raises(Conflict):
        calibrating.run(cast.ada, bank, "new", LATER, slugs, "else", LATER, lambda _n: WORDS)
    with pytest.raises(Invalid):
        calibrating.run(cast.ada, bank, "new", LATER, ["no-such"], found.seen, LATER, lambda _n: WORDS)
    first = found.rows[0]
    drafting.keep(cast.ada, bank, first.question_id, "true_false", [("prompt", "?")], LATER)
    typed = next(one for one in look(cast, bank).rows if one.slug == first.slug)
    assert typed.calibration is None
    assert "typed" in typed.doubts
    with pytest.raises(Conflict):
        calibrating.run(cast.ada, bank, "new", LATER, slugs, found.seen, LATER, lambda _n: WORDS)
    assert not any(question.calibration for question in contents(cast, bank).values())


def test_only_who_may_change_a_bank_may_calibrate_it(cast, bank):
    with pytest.raises(NotFound):
        calibrating.look(cast.bo, bank, "new", LATER)
    banks.share(cast.ada, bank, "di", "read", NOW)
    with pytest.raises(Forbidden):
        calibrating.run(cast.di, bank, "new", LATER, ["three"], "", LATER, lambda _n: WORDS)
