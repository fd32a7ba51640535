"""What a quiz is built with: choices with their counts, search, papers to look at, copies, templates."""

from datetime import timedelta

import pytest

from quiz.errors import Forbidden, NotFound
from quiz.operations import attempts, banks, building, courses, importing, quizzes
from tests.cast import BANK, BLUEPRINT, GRACE, NOW

MARKED = BANK.replace(
    "topic: sums/times", "topic: sums/times\n    level: apply\n    tags: [dozens, hard ones]"
)


def test_the_shelf_counts_ready_questions_by_kind_and_tag(cast):
    importing.import_bank(cast.ada, MARKED, "small.yaml", NOW)
    draft = MARKED.replace("bank: small", "bank: two").replace(
        "  - id: one\n", "  - id: one\n    status: draft\n"
    )
    importing.import_bank(cast.ada, draft, "two.yaml", NOW)
    importing.import_bank(cast.di, BANK.replace("bank: small", "bank: foreign"), "x", NOW)
    held = building.shelf(cast.ada, cast.course, ["small", "two", "foreign"])
    assert (held.ready, held.of(["two"]).ready, held.of(["foreign"]).ready) == (9, 4, 0)
    assert held.of(["two"]).by("topic") == {"sums/plus": 1, "sums/minus": 2, "sums/times": 1}
    assert held.by("difficulty") == {"easy": 3, "medium": 4, "hard": 2}
    assert held.by("level")["apply"] == 2
    assert held.by_tag == {"dozens": 2, "hard ones": 2}


def test_a_section_asks_for_levels(cast):
    importing.import_bank(cast.ada, MARKED, "small.yaml", NOW)
    text = BLUEPRINT.replace("count: 5", "count: 1, levels: [apply, create]")
    (row,) = quizzes.supply(cast.ada, cast.course, text, NOW).sections
    assert row.available == 1
    quiz = quizzes.create(cast.ada, cast.course, text, NOW)
    assert {
        one.name for paper in building.papers(cast.ada, quiz, 1, NOW).papers for one in paper.questions
    } == {"small/five"}


def test_a_section_asks_for_languages(cast):
    russian = "prompt: How much is 1 + 1?\n"
    assert russian in BANK
    importing.import_bank(
        cast.ada,
        BANK.replace(russian, f"{russian}    translations: {{ru: {{prompt: Сколько будет 1 + 1?}}}}\n"),
        "small.yaml",
        NOW,
    )
    held = building.shelf(cast.ada, cast.course, ["small"])
    assert held.by_language == {"en": 5, "ru": 1}
    for languages, available in (("[ru]", 1), ("[ru, en]", 1), ("[en]", 5), ("[zh]", 0)):
        text = BLUEPRINT.replace("count: 5", f"count: 1, languages: {languages}")
        (row,) = quizzes.supply(cast.ada, cast.course, text, NOW).sections
        assert row.available == available
    text = BLUEPRINT.replace("count: 5", "count: 1, languages: [ru]")
    quiz = quizzes.create(cast.ada, cast.course, text, NOW)
    papers = building.papers(cast.ada, quiz, 1, NOW).papers
    assert {one.name for paper in papers for one in paper.questions} == {"small/one"}


def test_questions_are_found_by_their_words_and_by_name(cast):
    assert [one.name for one in building.find(cast.ada, cast.course, ["small"], "how MUCH")] == [
        "small/one",
        "small/five",
    ]
    assert building.find(cast.ada, cast.course, ["small"], "zebra") == ()
    (pick,) = building.named(cast.ada, cast.course, ["small/two", "small/none", "foreign/one"])
    assert (pick.name, pick.prompt, pick.difficulty) == ("small/two", "Which are even?", "medium")


def test_a_paper_to_look_at_is_the_one_that_a_student_with_this_seed_gets(cast):
    quiz = quizzes.create(cast.ada, cast.course, BLUEPRINT.replace("count: 5", "count: 3"), NOW)
    found = building.papers(cast.ada, quiz, 7, NOW)
    assert [paper.seed for paper in found.papers] == [7, 8, 9]
    quizzes.publish(cast.ada, quiz, NOW)
    attempt = attempts.start(cast.bo, quiz, "", NOW, GRACE, seed=7)
    shown = [one.presented.prompt for one in attempts.page(cast.bo, attempt, None, NOW).questions]
    assert len(shown) == 3
    assert all(one.prompt in html for one, html in zip(found.papers[0].questions, shown, strict=True))
    expected = [paper.expected for paper in found.papers]
    assert found.fairness.apart.marks == pytest.approx(max(expected) - min(expected))
    assert all(paper.low <= paper.expected <= paper.high for paper in found.papers)


def test_a_copy_has_what_was_set_but_no_dates(cast):
    there = courses.add_course(cast.ada, "Next term", "UTC", NOW)
    before = quizzes.manage(cast.ada, cast.quiz)
    values = {name: getattr(before.sheet, name) for name in before.sheet.__dataclass_fields__}
    dated = {
        "opens_at": NOW,
        "closes_at": NOW + timedelta(days=1),
        "access_code": "sesame",
        "pass_grade": 70.0,
    }
    quizzes.edit(cast.ada, cast.quiz, 1, quizzes.QuizSheet(**{**values, **dated}), BLUEPRINT, NOW)
    made = quizzes.manage(cast.ada, building.copy(cast.ada, cast.quiz, there, NOW))
    assert (made.course_id, made.revision, made.attempts, made.template) == (there, None, 0, False)
    assert made.blueprint_text == BLUEPRINT
    assert (made.sheet.opens_at, made.sheet.closes_at, made.sheet.access_code) == (None, None, None)
    assert (made.sheet.limit_minutes, made.sheet.pass_grade) == (20, 70.0)


def test_templates_come_first_and_begin_with_their_settings_as_they_are_now(cast):
    quiz = quizzes.create(cast.ada, cast.course, BLUEPRINT.replace("A small quiz", "Zebra"), NOW)
    sheet = quizzes.manage(cast.ada, quiz).sheet
    values = {name: getattr(sheet, name) for name in sheet.__dataclass_fields__}
    changed = {
        "pass_grade": None,
        "limit_minutes": 33,
        "closes_at": NOW + timedelta(days=1),
        "title": "Zebras",
    }
    quizzes.edit(cast.ada, quiz, 1, quizzes.QuizSheet(**{**values, **changed}), BLUEPRINT, NOW)
    building.set_template(cast.ada, quiz, True, NOW)
    assert [(one.title, one.template) for one in building.beginnings(cast.ada)] == [
        ("Zebras", True),
        ("A small quiz", False),
    ]
    made = quizzes.manage(
        cast.ada, quizzes.create(cast.ada, cast.course, building.begun_with(cast.ada, quiz), NOW)
    )
    assert (made.sheet.title, made.sheet.limit_minutes, made.sheet.pass_grade, made.sheet.closes_at) == ("Zebras", 33, None, None)  # fmt: skip


def test_what_to_look_at_before_publishing_is_counted(cast):
    dated = BANK.replace(
        "    timeless: true\n    prompt: How much is 1 + 1?",
        "    valid: {to: 2026-11-01}\n    prompt: How much is 1 + 1?",
    )
    dated = dated.replace(
        "    timeless: true\n    prompt: Which are even?",
        "    valid: {to: 2026-12-01}\n    prompt: Which are even?",
    )
    importing.import_bank(
        cast.ada, dated.replace("  - id: three\n", "  - id: three\n    status: draft\n"), "small.yaml", NOW
    )
    settings = BLUEPRINT.replace("count: 5", "count: 1").replace(
        "limit: 20", "limit: 20\n  closes: 2026-12-24T09:00"
    )
    quiz = quizzes.create(cast.ada, cast.course, settings, NOW)
    found = building.readiness(cast.ada, quiz, NOW)
    assert (found.students, found.join_open) == (2, True)
    assert found.leaving == 1
    for held, condition in ((found.out_of_date, {"time": "stale"}), (found.drafts, {"status": "draft"})):
        assert [(one.count, one.wanted) for one in held] == [(1, condition)]
        assert (
            banks.bank(
                cast.ada, held[0].bank_id, 1, NOW.date(), banks.Filter(**condition, on=NOW.date())
            ).questions.total
            == 1
        )
    assert found.minutes is not None


def test_it_is_for_those_who_teach(cast):
    there = courses.add_course(cast.di, "Geometry", "UTC", NOW)
    for refused in (
        lambda who: building.shelf(who, cast.course, ["small"]),
        lambda who: building.find(who, cast.course, ["small"], "even"),
        lambda who: building.named(who, cast.course, ["small/two"]),
        lambda who: building.papers(who, cast.quiz, 1, NOW),
        lambda who: building.readiness(who, cast.quiz, NOW),
        lambda who: building.begun_with(who, cast.quiz),
        lambda who: building.set_template(who, cast.quiz, True, NOW),
        lambda who: building.copy(who, cast.quiz, there, NOW),
    ):
        for who in (cast.bo, cast.di, cast.eve):
            with pytest.raises((Forbidden, NotFound)):
                refused(who)
    with pytest.raises(NotFound):
        building.copy(cast.ada, cast.quiz, there, NOW)
    assert building.beginnings(cast.bo) == ()
    assert quizzes.quizzes_of(there) == []
    assert building.courses_taught(cast.di) == ((there, "Geometry"),)
