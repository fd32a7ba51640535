"""Results of a quiz and the grade book: as pages, and as files that no spreadsheet runs."""

import csv
import io

import pytest

from quiz.operations import attempts, courses, enrolling, gradebook, joining, quizzes, reporting
from quiz.operations.gradebook import Wish
from tests.cast import ADDRESS, BLUEPRINT, GRACE, NOW
from tests.pages.doors import status
from tests.statements import statements


@pytest.fixture
def ada(browser):
    return browser("ada")


@pytest.fixture
def done(cast):
    """Bo has everything right but the last slot, Cy is at work. Returns Bo's attempt."""
    attempt = cast.start()
    for slot in range(1, 5):
        answer_right(cast, attempt, slot)
    attempts.finish(cast.bo, attempt, NOW)
    cast.start(cast.cy)
    return attempt


def answer_right(cast, attempt, slot):
    question = attempts.page(cast.bo, attempt, slot, NOW).questions[0]
    shown = question.presented.controls.get("options", ())
    right = {
        "single_choice": [str(place) for place, text in enumerate(shown) if text == "2"],
        "multiple_response": [str(place) for place, text in enumerate(shown) if text in ("two", "four")],
        "true_false": ["0"],
        "short_text": ["zero"],
        "numerical": ["144"],
    }
    cast.save(attempt, slot, 1, right[question.presented.type])


def joined(cast, name):
    return joining.join(cast.join_code, name, ADDRESS, NOW).actor


def rows_of(table):
    return [
        [cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])]
        for row in table.tbody.find_all("tr")
    ]


def cells_of(answer):
    assert answer.mimetype == "text/csv"
    assert answer.text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))


# Results ---------------------------------------------------------------------------------------------------------


def test_the_sentence_comes_first(ada, cast, done):
    ada.get(f"/quizzes/{cast.quiz}/results")
    assert ada.title == "1 of 2 finished; mean 80 of 100"


def test_before_anybody_has_started(ada, cast):
    ada.get(f"/quizzes/{cast.quiz}/results")
    assert ada.title == "None of 2 have started yet"


def test_each_student_stands_with_state_and_grade_and_leads_to_the_attempt(ada, cast, done):
    ada.get(f"/quizzes/{cast.quiz}/results")
    table = ada.page.find("table")
    assert [(row[0], row[2], row[5]) for row in rows_of(table)] == [
        ("Bo", "Finished", "80"),
        ("Cy", "At work", "–"),
    ]
    ada.get(table.tbody.tr.th.a["href"])
    assert ada.title == "A small quiz: Bo"
    assert "Right answer" in ada.text or "Your answer, right" in ada.text


def test_questions_stand_hardest_first_with_how_many_answered(ada, cast, done):
    ada.get(f"/quizzes/{cast.quiz}/results")
    rows = rows_of(ada.page.find_all("table")[1])
    shares = [row[2] for row in rows]
    assert shares == ["0\xa0%", "100\xa0%", "100\xa0%", "100\xa0%", "100\xa0%"]
    assert {row[3] for row in rows} == {"1"}
    assert {row[1] for row in rows} == {"Too few to say"}


def test_a_name_is_shown_as_text(ada, cast):
    joined(cast, "<script>alert(1)</script>")
    ada.get(f"/quizzes/{cast.quiz}/results")
    assert "<script>alert(1)</script>" in ada.text
    assert not ada.page.main.find("script")


def test_a_draft_has_results_without_attempts(ada, cast):
    quiz = quizzes.create(cast.ada, cast.course, BLUEPRINT, NOW)
    assert ada.get(f"/quizzes/{quiz}/results").status_code == 200
    assert "This quiz is a draft" in ada.text


def test_a_reader_opens_attempts_but_edits_nothing(browser, cast, done):
    enrolling.enrol(cast.ada, cast.course, "eve", "reader", NOW)
    eve = browser("eve")
    eve.get(f"/quizzes/{cast.quiz}/results")
    assert eve.title.startswith("1 of 2")
    assert not eve.page.main.find("a", href=f"/quizzes/{cast.quiz}/edit")
    assert eve.get(f"/attempts/{done}/review").status_code == 200
    assert eve.get(f"/courses/{cast.course}/grades").status_code == 200


def test_a_long_list_is_cut_into_pages(ada, cast):
    for number in range(60):
        joined(cast, f"Student {number:02}")
    ada.get(f"/quizzes/{cast.quiz}/results?page=2")
    assert len(rows_of(ada.page.find("table"))) == 12
    ada.get(f"/quizzes/{cast.quiz}/results?page=999")
    assert len(rows_of(ada.page.find("table"))) == 12
    assert ada.get(f"/quizzes/{cast.quiz}/results?page=x").status_code == 200


# Files -----------------------------------------------------------------------------------------------------------


def test_the_file_has_a_row_for_each_attempt(ada, cast, done):
    answer = ada.get(f"/quizzes/{cast.quiz}/results.csv")
    header, *rows = cells_of(answer)
    assert header[:3] == ["student", "attempt", "state"]
    assert [(row[0], row[2], row[6]) for row in rows] == [
        ("Bo", "finished", "80.0"),
        ("Cy", "in-progress", ""),
    ]
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=A-small-quiz.csv")


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0", "＝1"])
def test_names_are_no_formulas(ada, cast, name):
    joined(cast, name)
    for path in (f"/quizzes/{cast.quiz}/results.csv", f"/courses/{cast.course}/grades.csv"):
        names = [row[0] for row in cells_of(ada.get(path))]
        assert (name if name == "+1" else f"'{name}") in names  # a plain number runs nothing


@pytest.mark.parametrize(
    "title, names",
    [
        ('../../etc/"passwd\r\nX: y', "filename=etc-passwd-X-y.csv; filename*=UTF-8''etc-passwd-X-y.csv"),
        ("Тест", "filename=quiz.csv; filename*=UTF-8''%D0%A2%D0%B5%D1%81%D1%82.csv"),
        ("...", "filename=quiz.csv; filename*=UTF-8''quiz.csv"),
    ],
)
def test_a_title_makes_a_safe_file_name(ada, cast, title, names):
    course = courses.add_course(cast.ada, title, "UTC", NOW)
    answer = ada.get(f"/courses/{course}/grades.csv")
    assert answer.headers["Content-Disposition"] == f"attachment; {names}"
    assert "X" not in answer.headers


# Grade book ------------------------------------------------------------------------------------------------------


def test_the_grade_book_has_students_and_quizzes(ada, cast, done):
    ada.get(f"/courses/{cast.course}/grades")
    table = ada.page.find("table")
    assert (
        table.thead.find_all("th")[1].get_text(" ", strip=True) == "A small quiz of 100 Sort by A small quiz"
    )
    assert rows_of(table) == [["Bo", "80", "80\xa0%"], ["Cy", "at work", "–"]]
    region = table.parent
    assert (region["role"], region["tabindex"]) == ("region", "0")
    assert "q-stickcol" in table.tbody.th["class"]


def test_the_grade_book_follows_the_grading_method(ada, cast, done):
    second = cast.start()
    attempts.finish(cast.bo, second, NOW)
    ada.get(f"/courses/{cast.course}/grades")
    assert rows_of(ada.page.find("table"))[0] == ["Bo", "80", "80\xa0%"]
    found = quizzes.manage(cast.ada, cast.quiz)
    sheet = quizzes.QuizSheet(
        **{name: getattr(found.sheet, name) for name in found.sheet.__slots__} | {"grading": "average"}
    )
    quizzes.edit(cast.ada, cast.quiz, found.edits, sheet, found.blueprint_text, NOW)
    ada.get(f"/courses/{cast.course}/grades")
    assert rows_of(ada.page.find("table"))[0] == ["Bo", "40", "40\xa0%"]


# Doors -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/quizzes/{quiz}/results",
        "/quizzes/{quiz}/results.csv",
        "/courses/{course}/grades",
        "/courses/{course}/grades.csv",
    ],
)
def test_results_are_for_who_teaches(browser, cast, path):
    found = path.format(quiz=cast.quiz, course=cast.course)
    people = ("ada", "bo", "di", "eve", None)
    assert [status(browser, name, found) for name in people] == [200, 404, 404, 404, "login"]


@pytest.mark.parametrize(
    "path", ["/quizzes/99/results", "/courses/99/grades", "/quizzes/0/results", "/quizzes/x/results"]
)
def test_what_is_not_there_is_not_found(ada, path):
    assert ada.get(path).status_code == 404


def test_many_students_take_no_more_statements_than_few(cast):
    def ask():
        with statements() as seen:
            reporting.results(cast.ada, cast.quiz, 1, NOW)
            gradebook.grade_book(cast.ada, cast.course, Wish(), NOW)
            gradebook.grade_book(cast.ada, cast.course, Wish(sort="total"), NOW)
        return len(seen)

    few = ask()
    for number in range(50):
        student = joined(cast, f"Student {number}")
        attempts.finish(student, attempts.start(student, cast.quiz, "", NOW, GRACE), NOW)
    assert ask() == few


def test_pages_of_no_course_are_in_the_zone_of_all_my_courses_where_there_is_one(browser, cast):
    attempts.finish(cast.bo, cast.start(), NOW)
    bo = browser("bo")
    for address in ("/", "/account", "/progress"):
        bo.get(address)
        assert "Asia/Shanghai" in bo.page.footer.get_text(), address
    bo.get("/grades")
    assert "Asia/Shanghai" in bo.page.footer.get_text()
    assert "17:00" in bo.text or "5:00" in bo.text
    courses.add_course(cast.ada, "Of another place", "Europe/Berlin", NOW)
    ada = browser("ada")
    ada.get("/")
    assert "UTC" in ada.page.footer.get_text()
