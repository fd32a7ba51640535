"""The grade book: what counts of a student's attempts, what people decide, and the total."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from quiz.db import reading, transaction
from quiz.errors import EditConflict, Forbidden, Invalid, NotFound
from quiz.models.audit import AuditEvent
from quiz.models.grades import frame_of, students_of, totals_of
from quiz.models.people import Enrolment, User
from quiz.operations import analysis, categories, deciding, enrolling, gradebook, quizzes, upkeep
from quiz.operations.categories import Line
from quiz.operations.deciding import Verdict
from quiz.operations.gradebook import Wish, sheet_tables
from tests.cast import BLUEPRINT, GRACE, NOW
from tests.operations.test_quizzes import edit
from tests.sittings import EVERY, join, sit
from tests.statements import statements

LATER = NOW + timedelta(days=1)
#: For what does not hang on the engine.
on_sqlite = pytest.mark.parametrize("engine", ["sqlite"])
FIVES = ("numerical", "short_text", "true_false", "single_choice", "multiple_response")


def book(cast, now=LATER, **wish):
    return gradebook.grade_book(cast.ada, cast.course, Wish(**wish), now)


def row(cast, who=None, now=LATER):
    return gradebook.student_sheet(cast.ada, cast.course, (who or cast.bo).id, now).row


def another(cast, title="Second", **settings):
    text = BLUEPRINT.replace("A small quiz", title) + "".join(f"  {k}: {v}\n" for k, v in settings.items())
    quiz = quizzes.create(cast.ada, cast.course, text, NOW)
    quizzes.publish(cast.ada, quiz, NOW)
    return quiz


def decide(cast, kind, grade="", reason="Agreed", *, seen=0, who=None, now=LATER):
    student = who or cast.bo
    deciding.decide(cast.ada, cast.quiz, student.id, seen, Verdict(kind, grade, reason), now)


# States ------------------------------------------------------------------------------------------------------------


def test_every_state_of_a_grade(cast):
    edit(cast, closes_at=NOW + timedelta(hours=2))
    sit(cast, cast.bo)
    cast.start(cast.cy, now=NOW)
    dee = join(cast, "Dee")
    assert [one.cells[0].state for one in book(cast, NOW).rows.rows] == ["graded", "at-work", "none"]
    assert [one.cells[0].state for one in book(cast).rows.rows] == ["graded", "none", "missing"]
    assert (row(cast).total, row(cast, dee).total, row(cast, cast.cy).total) == (1.0, 0.0, None)


def test_an_answer_after_the_end_makes_a_grade_late(cast):
    attempt = cast.start()
    cast.save(attempt, 1, 1, "0")
    late = NOW + timedelta(hours=1)
    with pytest.raises(Exception, match="time is up"):
        cast.save(attempt, 2, 1, "0", now=late)
    sit(cast, cast.cy)
    assert [one.cells[0].late for one in book(cast).rows.rows] == [True, False]
    assert [one.student for one in book(cast, only="late").rows.rows] == ["Bo"]


@on_sqlite
def test_a_grade_keeps_its_share_when_the_scale_changes(cast):
    sit(cast, cast.bo, {"single_choice"})
    edit(cast, pass_grade=None)
    found = quizzes.manage(cast.ada, cast.quiz)
    text = found.blueprint_text.rstrip() + "\n  scale: 10\n"
    quizzes.edit(cast.ada, cast.quiz, found.edits, found.sheet, text, NOW)
    quizzes.publish(cast.ada, cast.quiz, NOW)
    (column,) = book(cast).columns
    assert (column.scale, row(cast).cells[0].grade) == (10, 2)


# Order, search, pages ----------------------------------------------------------------------------------------------


@pytest.fixture
def ladder(cast):
    """Bo has all right, Cy one of five, Dee three; Ed has not begun."""
    sit(cast, cast.bo)
    sit(cast, cast.cy, {"single_choice"})
    sit(cast, join(cast, "Dee"), set(FIVES[2:]))
    join(cast, "Ed")


def names(found):
    return [one.student for one in found.rows.rows]


@on_sqlite
def test_sorted_by_name_total_and_quiz(cast, ladder):
    assert names(book(cast)) == ["Bo", "Cy", "Dee", "Ed"]
    assert names(book(cast, down=True)) == ["Ed", "Dee", "Cy", "Bo"]
    assert names(book(cast, sort="total")) == ["Cy", "Dee", "Bo", "Ed"]
    assert names(book(cast, sort="total", down=True)) == ["Bo", "Dee", "Cy", "Ed"]
    assert names(book(cast, sort=str(cast.quiz))) == ["Cy", "Dee", "Bo", "Ed"]
    assert names(book(cast, sort="no such thing", down=True)) == ["Ed", "Dee", "Cy", "Bo"]


def test_the_totals_by_which_it_is_sorted_are_those_that_it_shows(cast, ladder):
    second = another(cast)
    sit(cast, cast.cy, quiz=second)
    sit(cast, cast.cy, {"single_choice"}, quiz=second)
    edit(cast, closes_at=NOW + timedelta(hours=2), grading="average")
    decide(cast, "excused")
    decide(cast, "override", "90", who=cast.cy)
    lines = [Line(None, "A", "1", "1"), Line(None, "B", "2", "")]
    categories.set_categories(cast.ada, cast.course, lines, {cast.quiz: 0, second: 1}, NOW)
    shown = {one.student: one.total for one in book(cast).rows.rows}
    found = book(cast, sort="total", down=True).rows.rows
    assert [one.total for one in found] == sorted(shown.values(), key=lambda one: (one is None, -(one or 0)))
    assert {one.student: one.total for one in found} == shown
    with reading() as connection:
        frame = frame_of(connection, cast.course, LATER)
        totals = totals_of(connection, frame, students_of(cast.course))
    assert [totals[one.user_id] for one in book(cast).rows.rows] == list(shown.values())


def test_found_by_words_group_and_what_is_missing(cast, ladder):
    assert names(book(cast, words="e")) == ["Dee", "Ed"]
    assert names(book(cast, words="D e")) == ["Dee", "Ed"]
    assert names(book(cast, words="%")) == []
    assert names(book(cast, only="missing")) == []
    edit(cast, closes_at=NOW + timedelta(hours=2))
    assert names(book(cast, only="missing")) == ["Ed"]
    enrolling.enrol(None, cast.course, "eve", "student", NOW)
    assert names(book(cast, group="Tuesday")) == []


def crowd(cast, many):
    """So many more students, who have done nothing."""
    with transaction() as connection:
        people = [
            {"name": f"Student {number:02}", "role": "user", "created_at": NOW} for number in range(many)
        ]
        ids = connection.execute(insert(User).returning(User.id), people).scalars().all()
        rows = [
            {"course_id": cast.course, "user_id": one, "role": "student", "created_at": NOW} for one in ids
        ]
        connection.execute(insert(Enrolment), rows)


def test_pages_are_cut_and_statements_do_not_grow(cast):
    def ask(**wish):
        with statements() as seen:
            found = book(cast, **wish)
        return len(seen), found

    few = {sort: ask(sort=sort)[0] for sort in ("name", "total")}
    crowd(cast, 55)
    sit(cast, cast.bo)
    sit(cast, cast.cy)
    for sort, count in few.items():
        asked, found = ask(sort=sort, page=2)
        assert (asked, len(found.rows.rows), found.rows.total) == (count, 7, 57)
    assert max(few.values()) <= 12  # with BEGIN


# Decisions ---------------------------------------------------------------------------------------------------------


def test_a_grade_by_hand_counts_and_its_history_says_who_when_from_what(cast):
    sit(cast, cast.bo, {"single_choice"})
    decide(cast, "override", "80 %", "Read\n  on paper")
    cell = row(cast).cells[0]
    assert (cell.grade, cell.by_hand, row(cast).total) == (80, True, 0.8)
    first = deciding.grade_page(cast.ada, cast.quiz, cast.bo.id, LATER)
    decide(cast, "excused", seen=first.seen)
    assert (row(cast).cells[0].state, row(cast).total) == ("excused", None)
    second = deciding.grade_page(cast.ada, cast.quiz, cast.bo.id, LATER)
    decide(cast, "computed", seen=second.seen)
    assert row(cast).cells[0].grade == 20
    history = deciding.grade_page(cast.ada, cast.quiz, cast.bo.id, LATER).history
    assert [(one.before, one.before_grade, one.kind, one.grade, one.reason) for one in history] == [
        ("excused", None, "computed", None, "Agreed"),
        ("graded", 80, "excused", None, "Agreed"),
        ("graded", 20, "override", 80, "Read on paper"),
    ]
    assert {(one.by, one.at) for one in history} == {("Ada", LATER)}
    assert [one.counts for one in history] == [True, False, False]
    with reading() as connection:
        acts = connection.execute(
            select(AuditEvent.details).where(AuditEvent.act == "grade.decide")
        ).scalars()
        assert [(one["before"], one["after"]) for one in acts] == [(20, 80), (80, None), (None, None)]


@on_sqlite
def test_the_second_of_two_who_decide_is_told(cast):
    sit(cast, cast.bo)
    decide(cast, "override", "50")
    with pytest.raises(EditConflict):
        decide(cast, "override", "60")
    assert row(cast).cells[0].grade == 50


def test_two_decisions_at_once_are_one_after_the_other(cast, beside):
    """Whichever comes first is kept, and the other one is told."""
    sit(cast, cast.bo)
    waits = [beside(lambda grade=grade: decide(cast, "override", grade)) for grade in ("50", "60")]
    outcomes = [wait.exception() for wait in waits]
    assert sorted(type(one).__name__ for one in outcomes) == ["EditConflict", "NoneType"]
    assert len(deciding.grade_page(cast.ada, cast.quiz, cast.bo.id, LATER).history) == 1


@on_sqlite
@pytest.mark.parametrize(
    "kind, grade, reason, where",
    [
        ("override", "101", "x", "grade"),
        ("override", "-1", "x", "grade"),
        ("override", "many", "x", "grade"),
        ("override", "120 %", "x", "grade"),
        ("override", "", "x", "grade"),
        ("override", "5", " ", "reason"),
        ("override", "5", "x" * 501, "reason"),
        ("", "5", "x", "kind"),
        ("computed", "", "x", "kind"),
    ],
)
def test_a_decision_says_what_is_wrong_with_it(cast, kind, grade, reason, where):
    with pytest.raises(Invalid) as told:
        decide(cast, kind, grade, reason)
    assert [problem.where for problem in told.value.problems] == [where]
    assert deciding.grade_page(cast.ada, cast.quiz, cast.bo.id, LATER).history == ()


@on_sqlite
def test_only_who_grades_decides_and_only_about_students(cast):
    enrolling.enrol(cast.ada, cast.course, "eve", "reader", NOW)
    with pytest.raises(Forbidden):
        deciding.decide(cast.eve, cast.quiz, cast.bo.id, 0, Verdict("override", "5", "x"), NOW)
    for who in (cast.bo, cast.di):
        with pytest.raises(NotFound):
            deciding.decide(who, cast.quiz, cast.bo.id, 0, Verdict("override", "5", "x"), NOW)
    with pytest.raises(NotFound):
        deciding.decide(cast.ada, cast.quiz, cast.di.id, 0, Verdict("override", "5", "x"), NOW)
    assert deciding.grade_page(cast.eve, cast.quiz, cast.bo.id, NOW).history == ()


# Categories --------------------------------------------------------------------------------------------------------


def test_categories_weigh_and_the_lowest_is_dropped(cast):
    second, exam = another(cast), another(cast, "Exam")
    sit(cast, cast.bo, {"single_choice"})
    sit(cast, cast.bo, quiz=second)
    sit(cast, cast.bo, set(FIVES[:3]), quiz=exam)
    assert row(cast).total == pytest.approx((0.2 + 1 + 0.6) / 3)
    lines = [Line(None, "Homework", "30", "1"), Line(None, " Exam ", "70", "")]
    places = {cast.quiz: 0, second: 0, exam: 1}
    categories.set_categories(cast.ada, cast.course, lines, places, NOW)
    found = row(cast)
    assert found.parts == pytest.approx((1.0, 0.6))
    assert found.total == pytest.approx(0.3 * 1 + 0.7 * 0.6)
    assert [cell.dropped for cell in found.cells] == [True, False, False]
    assert [(one.name, one.share) for one in book(cast).categories] == [("Homework", 0.3), ("Exam", 0.7)]
    tables = sheet_tables(gradebook.student_sheet(cast.ada, cast.course, cast.bo.id, LATER))
    assert [line[5:] for line in tables[0].rows] == [
        ("Homework", "dropped"),
        ("Homework", "counts"),
        ("Exam", "counts"),
    ]
    assert tables[1].rows[-1] == ("total", None, pytest.approx(72))


def test_categories_are_renamed_swapped_and_deleted(cast):
    lines = [Line(None, "A", "1", "0"), Line(None, "B", "3", "0")]
    categories.set_categories(cast.ada, cast.course, lines, {cast.quiz: 0}, NOW)
    a, b = categories.category_sheet(cast.ada, cast.course).lines
    swapped = [Line(a.id, "B", "1", "0"), Line(b.id, "A", "1", "0")]
    categories.set_categories(cast.ada, cast.course, swapped, {cast.quiz: 1}, NOW)
    found = categories.category_sheet(cast.ada, cast.course)
    assert [(one.id, one.name) for one in found.lines] == [(a.id, "B"), (b.id, "A")]
    assert found.places == {cast.quiz: 1}
    categories.set_categories(
        cast.ada, cast.course, [Line(a.id, "", "", ""), Line(b.id, "A", "1", "")], {}, NOW
    )
    assert [one.name for one in book(cast).categories] == ["A"]
    assert book(cast).columns[0].part is None
    with pytest.raises(EditConflict):
        categories.set_categories(cast.ada, cast.course, swapped, {}, NOW)


@on_sqlite
def test_a_category_says_what_is_wrong_with_it(cast):
    lines = [Line(None, "A", "-1", "x"), Line(None, "a", "much", "1.5"), Line(None, "x" * 81, "", "")]
    with pytest.raises(Invalid) as told:
        categories.set_categories(cast.ada, cast.course, lines, {}, NOW)
    where = [problem.where for problem in told.value.problems]
    assert where == ["weight-0", "drop-0", "name-1", "weight-1", "drop-1", "name-2"]
    assert book(cast).categories == ()


@on_sqlite
def test_practice_does_not_count_by_itself_and_categories_are_the_teachers(cast):
    practice = another(cast, "Practice", mode="practice")
    assert {one.quiz_id: one.part for one in book(cast).columns} == {cast.quiz: 0, practice: None}
    enrolling.enrol(cast.ada, cast.course, "eve", "assistant", NOW)
    with pytest.raises(Forbidden):
        categories.set_categories(cast.eve, cast.course, [], {}, NOW)


# How exact ---------------------------------------------------------------------------------------------------------


def test_the_standard_error_is_that_of_the_report(cast):
    sit(cast, cast.bo, {"single_choice"})
    for number in range(11):
        sit(cast, join(cast, f"Student {number}"), set(FIVES[: number % 6]))
    upkeep.run(LATER, GRACE)
    sheet = gradebook.student_sheet(cast.ada, cast.course, cast.bo.id, LATER)
    whole = analysis.quiz_report(cast.ada, cast.quiz, "first", LATER).analysis.whole
    assert sheet.errors == {cast.quiz: pytest.approx(whole.standard_error, rel=1e-9)}
    assert deciding.grade_page(cast.ada, cast.quiz, cast.bo.id, LATER).error == sheet.errors[cast.quiz]


@on_sqlite
def test_of_few_students_no_error_is_told(cast):
    sit(cast, cast.bo)
    sit(cast, cast.cy, EVERY - {"numerical"})
    assert gradebook.student_sheet(cast.ada, cast.course, cast.bo.id, LATER).errors == {}
