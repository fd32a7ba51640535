"""The grade book in the browser: the table, one student, one grade, categories; files in every format."""

import csv
import io
import zipfile

import pypdf
import pytest

from quiz.operations import categories, deciding, enrolling, upkeep
from tests.cast import GRACE, NOW
from tests.pages.doors import field_error, status
from tests.sittings import join, sit

#: What is tried here does not hang on the engine.
pytestmark = pytest.mark.parametrize("engine", ["sqlite"])


@pytest.fixture
def ada(browser):
    return browser("ada")


def rows_of(table):
    return [
        [cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])]
        for row in table.tbody.find_all("tr")
    ]


def test_a_grade_leads_to_its_page_and_is_decided_there(ada, cast):
    sit(cast, cast.bo, {"single_choice"})
    ada.get(f"/courses/{cast.course}/grades")
    ada.get(ada.page.find("table").tbody.td.a["href"])
    assert ada.title == "20 of 100"
    assert ada.page.find("table").tbody.a["href"].startswith("/attempts/")
    path = f"/quizzes/{cast.quiz}/grades/{cast.bo.id}"
    assert ada.post(path, {"kind": "override", "grade": "much", "seen": "0"}).status_code == 422
    assert "is no number" in field_error(ada.page, "grade")
    assert "no reason is given" in field_error(ada.page, "reason")
    form = {"kind": "override", "grade": "73", "reason": "Read on paper", "seen": "0"}
    assert ada.post(path, form).status_code == 303
    assert ada.post(path, form | {"grade": "50"}).status_code == 409
    assert "Somebody has decided about this grade" in ada.text
    assert ada.page.find("input", {"name": "grade"})["value"] == "50"
    ada.get(path)
    assert ada.title == "73 of 100"
    assert rows_of(ada.page.find_all("table")[1])[0][1:] == ["Ada", "20", "73", "Read on paper"]
    ada.get(f"/courses/{cast.course}/grades")
    assert rows_of(ada.page.find("table"))[0] == ["Bo", "73 , given by hand", "73\xa0%"]


def test_heads_sort_and_keep_what_is_asked_for(ada, cast):
    sit(cast, cast.bo, {"single_choice"})
    sit(cast, cast.cy)
    ada.get(f"/courses/{cast.course}/grades?words=y")
    ada.get(f"/courses/{cast.course}/grades")
    table = ada.page.find("table")
    total = table.thead.find_all("th")[-1]
    assert not total.get("aria-sort")
    ada.get(total.a["href"])
    assert [row[0] for row in rows_of(ada.page.find("table"))] == ["Cy", "Bo"]
    assert ada.page.find("table").thead.find_all("th")[-1]["aria-sort"] == "descending"
    assert ada.page.find("input", {"name": "sort"})["value"] == "total"
    ada.get(f"/courses/{cast.course}/grades?words=zebra&sort=x&down=x&only=x&page=x")
    assert "Nobody found" in ada.text


def test_one_student_with_how_exact_each_grade_is(ada, cast):
    types = ("numerical", "short_text", "true_false", "single_choice", "multiple_response")
    sit(cast, cast.bo, set(types[:4]))
    for number in range(11):
        sit(cast, join(cast, f"Student {number}"), set(types[: number % 6]))
    upkeep.run(NOW, GRACE)
    ada.get(f"/courses/{cast.course}/grades/students/{cast.bo.id}")
    assert ada.title == "Bo: 80 % so far"
    grade = rows_of(ada.page.find("table"))[0][1]
    assert grade.startswith("80, give or take ")
    assert 5 < int(grade.rpartition(" ")[2]) < 30
    text = pdf_text(ada.get(f"/courses/{cast.course}/grades/students/{cast.bo.id}.pdf"))
    assert "A small quiz" in text
    assert "80 % in all" in text.replace("\xa0", " ")


def pdf_text(answer):
    assert answer.mimetype == "application/pdf"
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.data)).pages)


def test_files_hold_the_same_students_in_every_format(ada, cast):
    sit(cast, cast.bo)
    names = ("Наргиза Абдуллаева", "陈雨桐")
    for name in names:
        join(cast, name)
    path = f"/courses/{cast.course}/grades"
    header, *rows = csv.reader(io.StringIO(ada.get(f"{path}.csv").text.removeprefix("\ufeff")))
    assert header == ["student", "group", "A small quiz (of 100)", "total (%)"]
    assert rows[0] == ["Bo", "", "100.0", "100.0"]
    assert {row[0] for row in rows} == {"Bo", "Cy", *names}
    assert all(name in pdf_text(ada.get(f"{path}.pdf")) for name in names)
    with zipfile.ZipFile(io.BytesIO(ada.get(f"{path}.xlsx").data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert all(name in sheet for name in names)
    only = ada.get(f"{path}.csv?words=bo")
    assert "Cy" not in only.text
    assert ada.get(f"{path}.doc").status_code == 404


def test_categories_are_set_and_what_is_wrong_stands_at_its_field(ada, cast):
    path = f"/courses/{cast.course}/grades/categories"

    def seen():
        ada.get(path)
        return {"seen": ada.page.find("input", {"name": "seen"})["value"]}

    form = seen() | {"name-0": "Tests", "weight-0": "x", "drop-0": "", f"quiz-{cast.quiz}": "0"}
    assert ada.post(path, form).status_code == 422
    assert "'x' is no weight" in field_error(ada.page, "weight-0")
    assert ada.page.find("input", {"name": "name-0"})["value"] == "Tests"
    assert ada.post(path, form | {"weight-0": "2"}).status_code == 303
    sit(cast, cast.bo)
    ada.get(f"/courses/{cast.course}/grades")
    assert rows_of(ada.page.find("table"))[0] == ["Bo", "100", "100\xa0%", "100\xa0%"]
    ada.get(path)
    assert ada.page.find("option", selected=True).get_text() == "1: Tests"
    kept = ada.page.find("input", {"name": "id-0"})["value"]
    assert ada.post(path, seen() | {"id-0": kept, "name-0": ""}).status_code == 303
    assert ada.post(path, seen() | {"id-0": kept, "name-0": "Tests"}).status_code == 409


def test_who_saves_categories_second_is_told_and_loses_nothing(ada, cast):
    path = f"/courses/{cast.course}/grades/categories"
    ada.get(path)
    old = {"seen": ada.page.find("input", {"name": "seen"})["value"]}
    assert ada.post(path, old | {"name-0": "Theirs", "weight-0": "3"}).status_code == 303
    assert ada.post(path, old | {"name-0": "Mine", "weight-0": "7"}).status_code == 409
    assert rows_of(ada.page.find("table")) == [["Theirs", "3", "0", "–"]]
    assert ada.page.find("input", {"name": "weight-0"})["value"] == "7"
    assert [one.name for one in categories.category_sheet(cast.ada, cast.course).lines] == ["Theirs"]
    new = {"seen": ada.page.find("input", {"name": "seen"})["value"]}
    assert ada.post(path, new | {"name-0": "Mine", "weight-0": "7"}).status_code == 303
    assert [one.name for one in categories.category_sheet(cast.ada, cast.course).lines] == ["Mine"]


def test_a_reader_sees_grades_and_decides_nothing(browser, cast):
    sit(cast, cast.bo)
    enrolling.enrol(cast.ada, cast.course, "eve", "reader", NOW)
    eve = browser("eve")
    path = f"/quizzes/{cast.quiz}/grades/{cast.bo.id}"
    assert eve.get(path).status_code == 200
    assert not eve.page.main.find("form")
    form = {"kind": "override", "grade": "1", "reason": "x", "seen": "0"}
    assert eve.post(path, form).status_code == 403
    categories = f"/courses/{cast.course}/grades/categories"
    assert (eve.get(categories).status_code, eve.post(categories, {}).status_code) == (403, 403)
    assert deciding.grade_page(cast.ada, cast.quiz, cast.bo.id, NOW).history == ()


@pytest.mark.parametrize(
    "path", ["/courses/{course}/grades/students/99", "/quizzes/99/grades/1", "/quizzes/{quiz}/grades/1"]
)
def test_who_is_no_student_has_no_grades(browser, cast, path):
    assert status(browser, "ada", path.format(course=cast.course, quiz=cast.quiz)) == 404
