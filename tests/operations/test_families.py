"""Attempts with variants of families: stored in the slot, and the same question ever after, whatever the bank becomes."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from quiz.banks.images import Pictures
from quiz.db import reading
from quiz.errors import Conflict, Invalid, NotFound, Unmeetable
from quiz.models.attempt import AttemptSlot, Mark
from quiz.operations import analysis, attempts, authoring, banks, exporting, importing, quizzes, reviews
from quiz.operations.attempts import SlotSave
from tests.cast import GRACE, NOW
from tests.kernel.test_families import BANK, MEMBERS

DAY = NOW.date()
QUIZ = """format: quiz-blueprint/1
title: Families
sections: [{bank: b, count: 7}]
settings: {layout: all, attempts: null}
"""


def load(cast, text=BANK, table=MEMBERS, prune=False):
    files = {"tables/members.csv": table.encode()}
    pictures = Pictures(files.__getitem__)
    return importing.import_bank(cast.ada, text, "b.yaml", NOW, pictures=pictures, prune=prune)


@pytest.fixture
def quiz(cast):
    load(cast)
    quiz = quizzes.create(cast.ada, cast.course, QUIZ, NOW)
    quizzes.publish(cast.ada, quiz, NOW)
    return quiz


def start(cast, quiz, who=None, seed=1):
    return attempts.start(who or cast.bo, quiz, "", NOW, GRACE, seed=seed)


def slots(attempt):
    with reading() as connection:
        return connection.execute(
            select(AttemptSlot.slot, AttemptSlot.variant, Mark.fraction)
            .outerjoin(Mark, (Mark.attempt_id == AttemptSlot.attempt_id) & (Mark.slot == AttemptSlot.slot))
            .where(AttemptSlot.attempt_id == attempt)
            .order_by(AttemptSlot.slot)
        ).all()


def view_of(cast, attempt, words):
    views = attempts.page(cast.bo, attempt, None, NOW).questions
    return next(view for view in views if words in view.presented.prompt)


def test_a_slot_stores_its_variant_and_shows_an_ordinary_question(cast, quiz):
    attempt = start(cast, quiz)
    assert all(row.variant for row in slots(attempt))
    page = attempts.page(cast.bo, attempt, None, NOW)
    assert len(page.questions) == 7
    assert "{{" not in "".join(view.presented.prompt for view in page.questions)
    assert "In which year did" in view_of(cast, attempt, "In which year").presented.prompt


def test_it_is_scored_and_reviewed_by_the_version_that_was_asked(cast, quiz):
    attempt = start(cast, quiz)
    view = view_of(cast, attempt, "In which year")
    country = view.presented.prompt.partition("did ")[2].partition(" join")[0]
    year = next(line.split(",")[4][:4] for line in MEMBERS.splitlines() if f",{country}," in line)
    place = [*view.presented.controls["options"]].index(year)
    one = SlotSave(view.slot, 1, {"answer": [str(place)]})
    attempts.save(cast.bo, attempt, one, "w", NOW, GRACE)
    load(cast, table=MEMBERS.replace("2017-06-09", "2018-06-09").replace("2001-06-15", "2002-06-15"))
    assert view_of(cast, attempt, "In which year").presented == view.presented
    attempts.finish(cast.bo, attempt, NOW)
    assert {row.slot: row.fraction for row in slots(attempt)}[view.slot] == 1
    seen = reviews.review(cast.bo, attempt, NOW + timedelta(hours=1), GRACE)
    (question,) = [one for one in seen.questions if one.slot == view.slot]
    assert (question.question, question.verdict, question.right_answer) == ("b/joined-when", "right", year)


def test_the_next_attempt_gets_other_variants(cast, quiz):
    seen = []
    for seed in range(3):
        attempt = start(cast, quiz, seed=seed)
        with reading() as connection:
            rows = connection.execute(
                select(AttemptSlot.version_id, AttemptSlot.variant).where(AttemptSlot.attempt_id == attempt)
            ).all()
        seen += [(row.version_id, row.variant) for row in rows]
        attempts.finish(cast.bo, attempt, NOW)
    assert len(set(seen)) == len(seen) == 21


def test_the_report_tells_the_variants(cast, quiz):
    for seed, who in enumerate((cast.bo, cast.cy)):
        attempts.finish(who, start(cast, quiz, who, seed), NOW)
    found = analysis.quiz_report(cast.ada, quiz, "first", NOW + timedelta(days=1))
    (one,) = [one for one in found.questions if one.question == "b/joined-when"]
    assert one.figures.n == 2
    assert sum(variant.figures.n for variant in one.variants) == 2
    assert {variant.figures.facility for variant in one.variants} == {0}
    assert one.prompt == "In which year did {{ country }} join?"
    assert not one.options


def test_import_and_export_give_the_same_bank_back(cast):
    first = load(cast)
    assert "joined-when" in first.new
    text = exporting.export_text(cast.ada, first.bank_id, NOW)
    assert "tables:" in text
    again = importing.import_bank(cast.ada, text, "b.yaml", NOW)
    assert (again.new, again.changed, len(again.unchanged)) == ((), (), 7)
    changed = load(cast, table=MEMBERS.replace("2024-07-04", "2024-07-05"))
    assert set(changed.changed) == {*first.new} - {"product"}


def test_a_bank_with_a_wrong_variant_is_refused_and_nothing_is_written(cast):
    with pytest.raises(Invalid, match="3 distinct wrong answers, 4 are asked for"):
        load(cast, BANK.replace("count: 3, near", "count: 4, near"))
    assert banks.find_bank("b") is None
    with pytest.raises(Invalid, match="did not come with the bank"):
        importing.import_bank(cast.ada, BANK, "b.yaml", NOW)


def test_a_family_that_is_gone_is_retired(cast):
    first = load(cast)
    text = BANK.replace("  - id: how-many", "  - id: how-many-then")
    report = load(cast, text, prune=True)
    assert report.retired == ("how-many",)
    assert banks.bank(cast.ada, first.bank_id, 1, DAY).questions.total == 8


def question_id(cast, slug):
    rows = banks.bank(cast.ada, banks.find_bank("b"), 1, DAY).questions.rows
    return next(row.question_id for row in rows if row.slug == slug)


def test_the_page_of_a_family_lists_its_variants(cast):
    load(cast)
    family = question_id(cast, "joined-when")
    page = banks.question(cast.ada, family, DAY)
    assert page.variants.total == 7
    assert page.variants.rows[3].key == "IN"
    assert page.variants.rows[3].answer == "2017"
    assert "China" in page.presented.prompt
    assert "India" in banks.question(cast.ada, family, DAY, variant="IN").presented.prompt
    assert "Индия" in banks.question(cast.ada, family, DAY, variant="IN", language="ru").presented.prompt
    assert banks.question(cast.ada, family, date(2003, 1, 1)).variants.total == 3
    assert banks.question(cast.ada, family, date(2000, 1, 1)).variants.total == 0
    with pytest.raises(NotFound):
        banks.question(cast.ada, family, DAY, variant="XX")


def test_a_family_is_not_changed_by_the_editor(cast):
    load(cast)
    family = question_id(cast, "joined-when")
    with pytest.raises(Conflict, match="in its bank file"):
        authoring.edit_sheet(cast.ada, family)
    plain = {"type": "true_false", "prompt": "So?", "answer": True, "timeless": True}
    with pytest.raises(Conflict, match="in its bank file"):
        authoring.save_question(cast.ada, banks.find_bank("b"), family, 1, plain, NOW)


def test_a_version_of_a_family_is_restored(cast):
    load(cast)
    load(cast, table=MEMBERS.replace("2024-07-04", "2024-07-05"))
    family = question_id(cast, "joined-when")
    assert authoring.restore(cast.ada, family, 1, NOW) == 3
    load(cast)
    assert banks.question(cast.ada, family, DAY).version == 3


def test_a_quiz_is_not_made_for_a_day_without_variants(cast):
    load(cast)
    text = QUIZ.replace("sections:", "as_of: 2003-01-01\nsections:")
    with pytest.raises(Unmeetable) as found:
        quizzes.create(cast.ada, cast.course, text, NOW)
    assert [(one["required"], one["available"]) for one in found.value.unmet] == [(7, 5)]


CHAIRS = """format: quiz-bank/1
bank: chairs
title: Chairs
tables:
  members: {file: tables/members.csv, key: code}
generators:
  - {id: chair, each: members, where: from <= as_of and as_of < to, type: numerical, prompt: When?, answers: [1]}
  - {id: always, each: members, where: code == "A", type: numerical, prompt: Whenever?, answers: [1]}
questions:
  - {id: sum, type: numerical, valid: {to: 2026-12-01}, prompt: How much?, answers: [1]}
"""
TERMS = "code,from,to\nA,2020-01-01,2022-01-01\nB,2022-01-01,2024-01-01\nC,2027-12-01,2028-01-01\n"


TURNS = {
    date(2019, 1, 1): [("chair", "coming", date(2020, 1, 1))],
    date(2021, 12, 31): [("chair", "coming", date(2027, 12, 1))],  # where B follows A nothing ends
    date(2023, 1, 1): [("chair", "ending", date(2024, 1, 1)), ("chair", "coming", date(2027, 12, 1))],
    date(2026, 1, 1): [
        ("chair", "stale", date(2024, 1, 1)),
        ("sum", "ending", date(2026, 12, 1)),
        ("chair", "coming", date(2027, 12, 1)),
    ],
    date(2028, 1, 1): [("chair", "stale", date(2028, 1, 1)), ("sum", "stale", date(2026, 12, 1))],
}


def test_the_bank_tells_when_a_generator_has_variants(cast):
    bank = load(cast, CHAIRS, TERMS).bank_id
    for on, told in TURNS.items():
        turns = banks.bank(cast.ada, bank, 1, on).turns
        assert [(turn.slug, turn.kind, turn.day) for turn in turns] == told
