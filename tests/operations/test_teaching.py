"""What teachers make and see: bounds of what is stored, rights beyond the pages, the shelves of a new quiz."""

import pytest

from quiz.errors import Forbidden, Invalid, NotFound
from quiz.operations import accounts, attempts, banks, courses, enrolling, importing, quizzes, teaching
from quiz.operations.access import Actor
from tests.cast import BANK, BLUEPRINT, NOW, PASSWORD


def test_a_blueprint_with_a_title_that_is_too_long_makes_no_quiz(cast):
    with pytest.raises(Invalid, match="title"):
        quizzes.create(cast.ada, cast.course, BLUEPRINT.replace("A small quiz", "x" * 201), NOW)
    assert len(courses.course(cast.ada, cast.course, NOW).quizzes) == 1


@pytest.mark.parametrize(
    "old, new, where",
    [
        ("A small bank", "x" * 301, "title"),
        ("language: en", "language: en-" + "-".join(["abcdefgh"] * 3), "language"),
        ("sums/times", "s" * 201, "topic"),
    ],
)
def test_a_bank_with_more_than_the_store_holds_is_refused(cast, old, new, where):
    with pytest.raises(Invalid) as refused:
        importing.import_bank(cast.ada, BANK.replace(old, new).replace("bank: small", "bank: long"), "x", NOW)
    assert [problem.where for problem in refused.value.problems] == [where]
    assert banks.find_bank("long") is None


def test_the_workbench_holds_what_may_be_used(cast):
    importing.import_bank(cast.di, BANK.replace("bank: small", "bank: foreign"), "x", NOW)
    importing.import_bank(None, BANK.replace("bank: small", "bank: common"), "x", NOW)
    shelves = {bank.slug: bank.ready for bank in quizzes.workbench(cast.ada, cast.course).banks}
    assert shelves == {
        "small": {"easy": 2, "hard": 1, "medium": 2},
        "common": {"easy": 2, "hard": 1, "medium": 2},
    }
    banks.share(cast.di, banks.find_bank("foreign"), "ada", "read", NOW)
    assert len(quizzes.workbench(cast.ada, cast.course).banks) == 2
    banks.share(cast.di, banks.find_bank("foreign"), "ada", "use", NOW)
    assert len(quizzes.workbench(cast.ada, cast.course).banks) == 3


def test_a_checklist_writes_nothing(cast):
    found = quizzes.checklist(cast.ada, cast.quiz, NOW)
    assert (found.can_publish, found.questions, found.days) == (True, "5", (NOW.date(),))
    assert quizzes.manage(cast.ada, cast.quiz).revision == 1


def test_readers_neither_manage_nor_check(cast):
    enrolling.enrol(cast.ada, cast.course, "eve", "reader", NOW)
    for operation in (
        lambda: quizzes.manage(cast.eve, cast.quiz),
        lambda: quizzes.checklist(cast.eve, cast.quiz, NOW),
        lambda: quizzes.workbench(cast.eve, cast.course),
        lambda: enrolling.person(cast.eve, cast.course, cast.bo.id),
    ):
        with pytest.raises(Forbidden):
            operation()


def test_who_teaches_without_making_banks_has_an_empty_shelf(cast):
    fay = Actor(accounts.add_user(None, "fay", "Fay", PASSWORD, "user", NOW), 1)
    with pytest.raises(Forbidden):
        banks.banks(fay, 1)
    enrolling.enrol(cast.ada, cast.course, "fay", "teacher", NOW)
    assert banks.banks(fay, 1).total == 0


def test_a_person_of_another_course_is_not_found(cast):
    with pytest.raises(NotFound):
        enrolling.person(cast.ada, cast.course, cast.di.id)


def test_a_dashboard_holds_ones_own_courses_only(cast):
    course = courses.add_course(cast.di, "Geometry", "UTC", NOW)
    found = teaching.dashboard(cast.di, NOW)
    assert (found.students, found.drafts, found.running) == ({course: 0}, (), ())
    assert teaching.dashboard(cast.bo, NOW).students == {}


def test_the_dashboard_counts_the_students_of_a_course(cast):
    attempts.finish(cast.bo, cast.start(), NOW)
    found = teaching.dashboard(cast.ada, NOW)
    assert found.students == {cast.course: 2}
    assert [quiz.progress.finished for quiz in found.running] == [1]
