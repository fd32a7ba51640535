"""Marks of printed forms: read with located errors, looked at, entered whole or not at all, in the grade book, taken back."""

import pytest
from sqlalchemy import func, select

from quiz.db import reading
from quiz.errors import Conflict, Forbidden, Invalid, NotFound
from quiz.models.attempt import Attempt, AttemptSlot, Mark
from quiz.models.people import User
from quiz.operations import attempts, gradebook, paper_marks
from quiz.operations.paper_marks import read_marks
from tests.cast import NOW, Cast
from tests.operations.test_fixed_forms import FORMS


@pytest.fixture
def two(app):
    return Cast.appear(FORMS)


def name_of(actor):
    """As students are called who came in by the course's code."""
    with reading() as connection:
        return connection.execute(select(User.name).filter_by(id=actor.id)).scalar_one().casefold()


def table(two, bo="1,1,0.5", cy="2,0,1"):
    return f"username,form,q1,q2\n{name_of(two.bo)},{bo}\n{name_of(two.cy)},{cy}\n"


def told(text, two):
    sheets = read_marks(text)
    with pytest.raises(Invalid) as error:
        paper_marks.plan(two.ada, two.quiz, sheets)
    return [(problem.line, str(problem.what)) for problem in error.value.problems]


def counts():
    with reading() as connection:
        return [
            connection.execute(select(func.count()).select_from(one)).scalar()
            for one in (Attempt, AttemptSlot, Mark)
        ]


def grades(two):
    return [
        gradebook.student_sheet(two.ada, two.course, who.id, NOW).row.cells[0].grade
        for who in (two.bo, two.cy)
    ]


def test_marks_are_looked_at_entered_and_taken_back(two):
    sheets = read_marks(table(two))
    plan = paper_marks.plan(two.ada, two.quiz, sheets)
    assert [(one.form, one.points, one.most, one.grade) for one in plan.entered] == [
        (1, 1.5, 2, 75),
        (2, 1, 2, 50),
    ]
    assert counts() == [0, 0, 0]
    assert paper_marks.enter(two.ada, two.quiz, sheets, NOW) == 2
    assert counts() == [2, 4, 4]
    assert grades(two) == [75, 50]
    assert told(table(two), two)[0] == (2, f"'{name_of(two.bo)}' has had form 1 already")
    assert paper_marks.plan(two.ada, two.quiz, []).entered_at == NOW
    assert paper_marks.undo(two.ada, two.quiz, NOW) == 2
    assert counts() == [0, 0, 0]
    assert grades(two) == [None, None]
    with pytest.raises(Conflict):
        paper_marks.undo(two.ada, two.quiz, NOW)


def test_a_row_a_mark_says_the_same(two):
    bo = name_of(two.bo)
    long = f"username;form;question;mark\n{bo};1;1;1\n{bo};1;q2;0,5\n"
    (sheet,) = read_marks(long)
    assert (sheet.form, sheet.marks) == (1, {1: 1, 2: 0.5})


@pytest.mark.parametrize(
    "text, faults",
    [
        ("name,q1\na,1\n", [(1, "the column 'username' is missing"), (1, "the column 'form' is missing"), (1, "unknown column 'name'")]),
        ("username,form\na,1\n", [(1, "there is no column of marks")]),
        ("username,form,q1\n", [(1, "there is no row below the names of the columns")]),
        ("username,form,q1\na,1\nb,one,1\nc,1,x\na,1,1\n", [(2, "2 cells under 3 columns"), (3, "this is no number of a form"), (4, "'x' is no mark")]),
        ("username,form,q1\na,1,1e999999999\nb,1,nan\n", [(2, "'1e999999999' is no mark"), (3, "'nan' is no mark")]),
        ("username,form,q1\na,1,1\na,1,1\n", [(3, "'a' stands in line 2 too")]),
        ("username,form,question,mark\na,1,1,1\na,2,2,1\na,1,1,0\n", [(3, "'a' stands in line 2 too"), (4, "question 1 has a mark in line 2")]),
        ("username,form,q1,q1\na,1,1,1\n", [(1, "the column 'q1' stands twice"), (1, "the column 'q1' stands twice")]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_table_is_told_by_line(text, faults):
    with pytest.raises(Invalid) as error:
        read_marks(text)
    assert [(problem.line, str(problem.what)) for problem in error.value.problems] == faults


def test_what_does_not_fit_the_quiz_is_told_by_line_and_nothing_is_written(two):
    attempt = two.start(two.cy)
    text = table(two, bo="3,1,1", cy="2,1.5,1") + "nobody,1,1,\n"
    assert told(text, two) == [
        (2, "there is no form 3"),
        (3, f"'{name_of(two.cy)}' is taking this quiz at the moment"),
        (3, "1.5 is not between 0 and 1.0"),
        (4, "'nobody' is no student of this course"),
        (4, "question 2 has no mark"),
    ]
    with pytest.raises(Invalid):
        paper_marks.enter(two.ada, two.quiz, read_marks(text), NOW)
    assert counts()[0] == 1
    attempts.finish(two.cy, attempt, NOW)


def test_only_the_teachers_of_the_course_enter_marks(two):
    sheets = read_marks(table(two))
    for who, refusal in ((two.bo, (Forbidden, NotFound)), (two.di, NotFound)):
        for act in (
            lambda who=who: paper_marks.enter(who, two.quiz, sheets, NOW),
            lambda who=who: paper_marks.undo(who, two.quiz, NOW),
        ):
            with pytest.raises(refusal):
                act()
    assert counts() == [0, 0, 0]


def test_a_quiz_without_fixed_forms_takes_no_marks(cast):
    with pytest.raises(Invalid) as error:
        paper_marks.plan(cast.ada, cast.quiz, read_marks("username,form,q1\na,1,1\n"))
    assert "no fixed forms" in str(error.value.problems[0].what)
