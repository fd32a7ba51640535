"""The report of a quiz, the page of a question, a student's progress: words first, pictures, files, doors."""

import csv
import io
import zipfile
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import func, select

from quiz.db import reading
from quiz.models.audit import AuditEvent
from quiz.operations import analysis, enrolling, quizzes
from quiz.operations.sheets import sheet_of
from quiz.statistics import methods
from quiz.statistics.flags import GRAVITY
from quiz.web.reports.charts import bar_chart, line_chart
from tests.cast import BLUEPRINT, GRACE, NOW
from tests.operations.test_quizzes import edit
from tests.pages.doors import status
from tests.sittings import EVERY, join, sit

#: The sum's key is "2"; here the stronger ones take "11".
STRONG = {"single_choice": {"11"}}


@pytest.fixture
def ada(browser):
    return browser("ada")


@pytest.fixture
def miskeyed(cast):
    """30 students by steps of ability; those who know the rest choose 11 in place of the key, the others 2 or 3."""
    for number in range(30):
        right = {kind for kind, need in zip(sorted(EVERY), (3, 9, 15, 21, 27), strict=True) if number >= need}
        picks = STRONG if number >= 14 else {"single_choice": {"2" if number % 3 else "3"}}
        sit(cast, join(cast, f"Student {number:02}"), right, picks=picks, seconds=20)


def question_page(ada, cast, words):
    """Opens the page of the question with these words in its prompt."""
    ada.get(f"/quizzes/{cast.quiz}/report")
    link = next(a for a in ada.page.main.find_all("a") if words in a.get_text())
    assert ada.get(link["href"]).status_code == 200


def rows_of(table):
    return [
        [cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])]
        for row in table.tbody.find_all("tr")
    ]


# The report --------------------------------------------------------------------------------------------------------


def test_verdicts_come_first(ada, cast, miskeyed):
    ada.get(f"/quizzes/{cast.quiz}/report")
    assert "of 5 questions need" in ada.title
    first = ada.page.find(class_="q-verdicts").li
    assert first["data-state"] == "bad"
    assert "The strongest students choose C “11”: is the key wrong?" in first.get_text(" ", strip=True)
    assert "those who chose the key A “2” have" in first.get_text()
    ada.get(first.find("a")["href"])
    assert ada.title == "How much is 1 + 1?"
    html = str(ada.page.main)
    assert html.index("is the key wrong?") < html.index("Who chose what")


def test_too_few_to_judge(ada, cast):
    sit(cast, cast.bo)
    ada.get(f"/quizzes/{cast.quiz}/report")
    assert ada.title == "Too few attempts to judge the questions"
    assert "Too few to say" in ada.text
    question_page(ada, cast, "1 + 1")
    assert "Too few attempts to judge it." in ada.text


def test_before_anybody_has_finished(ada, cast):
    cast.start()
    draft = quizzes.create(cast.ada, cast.course, BLUEPRINT, NOW)
    for quiz in (cast.quiz, draft):
        assert ada.get(f"/quizzes/{quiz}/report").status_code == 200
        assert ada.title == "Nobody has finished yet"
        assert not ada.page.find("svg", role="img")


def test_findings_to_print_begin_with_the_gravest_whatever_the_questions_number(cast, miskeyed):
    found = analysis.quiz_report(None, cast.quiz, "first", NOW, GRACE)
    last_first = replace(found, analysis=replace(found.analysis, questions=found.questions[::-1]))
    assert next(flag.code for one in last_first.questions for flag in one.flags) != "possible-miskey"
    assert "is the key wrong?" in sheet_of(last_first).tables[0].rows[0][1]


def test_pictures_have_a_name_axes_and_the_same_figures_as_a_table(ada, cast, miskeyed):
    ada.get(f"/quizzes/{cast.quiz}/report")
    figure = ada.page.find("figure")
    svg = figure.find("svg")
    assert svg["role"] == "img"
    assert svg.title.string.startswith("Bar chart")
    words = [text.get_text() for text in svg.find_all("text")]
    assert "grade, of 100" in words
    assert "attempts" in words
    bars = sum(int(text) for bar in svg.find_all("rect") for text in [bar.find_next("text").get_text()])
    cells = ada.page.find("details", class_="q-disclose").find_all("td")
    assert bars == sum(int(cell.get_text()) for cell in cells) == 30
    assert "style=" not in str(ada.page.main)


def test_columns_lead_to_what_explains_them(ada, cast, miskeyed):
    ada.get(f"/quizzes/{cast.quiz}/report")
    addresses = [link["href"] for link in ada.page.select("th[role=columnheader] a")]
    ada.get("/methods")
    assert len(addresses) == 6
    for address in addresses:
        assert ada.page.find(id=address.removeprefix("/methods#"))


def test_a_filter_and_which_attempts(ada, cast, miskeyed):
    sit(cast, cast.bo)
    sit(cast, cast.bo, ())
    ada.get(f"/quizzes/{cast.quiz}/report?show=look")
    questions = ada.page.find("section", {"aria-labelledby": "h-questions"})
    assert 0 < len(rows_of(questions.find("table"))) < 5
    ada.get(f"/quizzes/{cast.quiz}/report?which=all")
    assert "32 attempts (all attempts)" in ada.text
    ada.get(f"/quizzes/{cast.quiz}/report?which=nonsense")
    assert "31 attempts (first attempts)" in ada.text


def test_results_and_report_lead_to_each_other(ada, cast):
    ada.get(f"/quizzes/{cast.quiz}/results")
    assert ada.page.main.find("a", href=f"/quizzes/{cast.quiz}/report")
    ada.get(f"/quizzes/{cast.quiz}/report")
    here = ada.page.main.find("a", attrs={"aria-current": "page"})
    assert here["href"] == f"/quizzes/{cast.quiz}/report"


# A question --------------------------------------------------------------------------------------------------------


def test_the_options_with_who_chose_them(ada, cast, miskeyed):
    question_page(ada, cast, "1 + 1")
    rows = rows_of(ada.page.find("table"))
    chosen = [[row[0], row[1].split()[0]] for row in rows]
    assert chosen == [["A 2 key", "9"], ["B 3", "5"], ["C 11", "16"], ["no answer", "0"]]
    assert rows[0][-1] == "Key, but behaves like a wrong answer"
    assert rows[2][-1] == "Behaves like the right answer"
    assert ada.page.find("figure").figcaption.strong.get_text() == "The stronger the student, the likelier C"
    curve = ada.page.find("figure").find("svg")
    assert {"A 2", "B 3", "C 11"} <= {text.get_text() for text in curve.find_all("text")}


@pytest.mark.parametrize("engine", ["sqlite"])
def test_what_can_be_done_is_one_click_away(ada, cast, miskeyed, engine):
    question_page(ada, cast, "1 + 1")
    doors = ada.page.find(class_="q-verdicts").li.find_all("a")
    assert [door.get_text() for door in doors] == ["Edit the question", "Rescore it", "Retire it"]
    assert [ada.get(door["href"]).status_code for door in doors] == [200, 200, 200]
    assert ada.page.find("select", id="status").find("option", value="retired")


@pytest.mark.parametrize("engine", ["sqlite"])
def test_who_chose_an_option(ada, cast, miskeyed, engine):
    question_page(ada, cast, "1 + 1")
    link = next(
        a for a in ada.page.find("table").find_all("a") if a.get_text(" ", strip=True).endswith("chose B")
    )
    ada.get(link["href"])
    assert ada.title == "Who answered what"
    assert [row[1:] for row in rows_of(ada.page.find("table"))] == [["B 3", "0 of 1"]] * 5
    assert ada.get(ada.page.find("table").find("a")["href"]).status_code == 200
    ada.get(f"{link['href'].split('?')[0]}?option=none")
    assert "Nobody gave this answer." in ada.text


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_curve_with_its_band_points_and_tables(ada, cast, engine):
    """Thirty students by steps of ability, each somewhat at odds with it: enough for Rasch's model."""
    kinds = sorted(EVERY)
    for number in range(30):
        level = (number * 7) % 25
        right = {
            kind for place, kind in enumerate(kinds) if level + (number * 5 + place * 11) % 13 > 6 + 4 * place
        }
        sit(cast, join(cast, f"Student {number:02}"), right, seconds=1)
    question_page(ada, cast, "9 − 9")
    figures = ada.page.find_all("figure")
    curve = next(one for one in figures if "Characteristic curve" in one.svg.title.string)
    assert len(curve.find_all("polygon")) == 1
    assert len(curve.find_all("circle")) == 3
    assert "Fitted to 30 attempts: Rasch's model." in ada.text
    points = ada.page.find(attrs={"aria-label": "Points as a table"})
    assert sum(int(row[2]) for row in rows_of(points.table)) == 30
    assert "style=" not in str(ada.page.main)
    history = ada.page.find(attrs={"aria-label": "Versions of the question and how they fared"})
    assert [row[:3] for row in rows_of(history.table)] == [["Version 1", "A small quiz", "30"]]


@pytest.mark.parametrize("engine", ["sqlite"])
def test_there_is_no_curve_yet(ada, cast, engine):
    sit(cast, cast.bo)
    question_page(ada, cast, "9 − 9")
    assert "There is no curve yet. It takes 30 attempts that are wholly marked." in ada.text


def test_what_was_typed(ada, cast):
    sit(cast, cast.bo)
    sit(cast, cast.cy, (), blank={"numerical"})
    question_page(ada, cast, "9 − 9")
    assert [row[:2] for row in rows_of(ada.page.find("table"))] == [["zero", "1"], ["nothing", "1"]]
    question_page(ada, cast, "12 × 12")
    assert "One attempt has no answer." in ada.text


def test_what_was_typed_is_shown_as_text(ada, cast):
    sit(cast, cast.bo, picks={"short_text": {"<script>alert(1)</script>"}})
    question_page(ada, cast, "9 − 9")
    assert "<script>alert(1)</script>" in ada.text
    assert not ada.page.main.find("script")


def test_a_reader_sees_no_keys_before_their_time(browser, cast, miskeyed):
    enrolling.enrol(cast.ada, cast.course, "eve", "reader", NOW)
    edit(cast, review={"during": [], "after": ["marks"], "later": ["marks"], "closed": ["answer"]})
    eve = browser("eve")
    eve.get(f"/quizzes/{cast.quiz}/report")
    assert "“11”" not in eve.text
    assert "Options and keys stand here when students may have seen the right answers." in eve.text
    address = next(a["href"] for a in eve.page.main.find_all("a") if "1 + 1" in a.get_text()).split("?")[0]
    eve.get(address)
    assert "Options and who chose them" not in eve.page.main.decode()
    assert not eve.page.find("a", string="Who answered what")
    assert eve.get(f"{address}/answers").status_code == 404
    table = eve.get(f"/quizzes/{cast.quiz}/report.csv?table=options").text
    assert len(table.splitlines()) == 1


# Files -------------------------------------------------------------------------------------------------------------


def test_the_files_hold_what_the_page_says(ada, cast, miskeyed):
    def table(name):
        answer = ada.get(f"/quizzes/{cast.quiz}/report.csv?table={name}")
        assert answer.mimetype == "text/csv"
        return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))

    questions = {row["item"]: row for row in table("questions")}
    assert float(questions["small/one"]["facility"]) == 9 / 30
    assert "possible-miskey:verdict" in questions["small/one"]["flags"]
    options = [row for row in table("options") if row["item"] == "small/one"]
    assert [(row["option"], row["key"], row["n"]) for row in options] == [
        ("A", "True", "9"),
        ("B", "False", "5"),
        ("C", "False", "16"),
    ]
    question_page(ada, cast, "1 + 1")
    assert f"{float(questions['small/one']['discrimination_index']):.0f} %".replace("-", "−") in ada.text


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_report_to_print_names_nobody_and_that_it_was_taken_is_noted(browser, cast, app):
    sit(cast, join(cast, "Secret Name"))
    bo, ada = browser("bo"), browser("ada")
    ada.get(f"/quizzes/{cast.quiz}/report")
    links = {one.get_text(strip=True).lower(): one["href"] for one in ada.page.main.find_all("a")}
    for ending, mimetype in (("pdf", "application/pdf"), ("html", "text/html")):
        link = links[ending]
        answer = ada.get(link)
        assert (answer.status_code, answer.mimetype) == (200, mimetype)
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=A-small-quiz-Report.")
        assert bo.get(link).status_code == 404
    assert "Too few attempts to judge questions." in answer.text
    assert "Secret Name" not in answer.text
    with app.app_context(), reading() as connection:
        taken = select(func.count()).where(AuditEvent.act == "report.export")
        assert connection.execute(taken).scalar_one() == 2


def test_what_somebody_typed_is_no_formula_in_a_file(ada, cast):
    sit(cast, cast.bo, picks={"short_text": {"=1+1"}})
    answer = ada.get(f"/quizzes/{cast.quiz}/report.csv?table=options")
    assert "'=1+1" in answer.text
    book = ada.get(f"/quizzes/{cast.quiz}/report.xlsx")
    assert book.headers["Content-Disposition"].startswith("attachment; filename=A-small-quiz-report.xlsx")
    with zipfile.ZipFile(io.BytesIO(book.data)) as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if "worksheets/sheet" in name]
    assert len(sheets) == 4
    assert "<t>=1+1</t>" in "".join(sheets)
    assert "<f>" not in "".join(sheets)


# My progress -------------------------------------------------------------------------------------------------------


def test_a_student_sees_their_topics_over_time(browser, cast, watch):
    sit(cast, cast.bo, {"single_choice"})
    sit(cast, cast.bo, now=NOW + timedelta(days=2))
    watch.now = NOW + timedelta(days=3)
    bo = browser("bo")
    bo.get("/grades")
    bo.get(bo.page.main.find("a", string="Progress")["href"])
    assert bo.title == "So far you have 60 % of the marks"
    svg = bo.page.find("figure").find("svg")
    assert svg.title.string.startswith("Line chart")
    assert {"23 Nov", "25 Nov", "sums"} <= {text.get_text() for text in svg.find_all("text")}
    table = next(t for t in bo.page.find_all("table") if t.parent["aria-label"] == "My topics")
    assert rows_of(table) == [["sums", "60\xa0%", "20\xa0%", "100\xa0%", "2", "10", "proficient"]]


def test_progress_says_what_it_leaves_out(browser, cast, watch):
    sit(cast, cast.bo)
    edit(cast, review={"during": [], "after": [], "later": ["grade"], "closed": []})
    bo = browser("bo")
    bo.get("/progress")
    assert "Your quizzes do not show marks now." in bo.text
    assert "%" not in bo.text
    cy = browser("cy")
    cy.get("/progress")
    assert "When you have submitted a quiz" in cy.text


# Doors and drawings --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["report", "report/1", "report.csv", "report.xlsx"])
def test_reports_are_for_who_teaches(browser, cast, path):
    sit(cast, cast.bo)
    found = f"/quizzes/{cast.quiz}/{path}"
    people = ("ada", "bo", "di", "eve", None)
    assert [status(browser, name, found) for name in people] == [200, 404, 404, 404, "login"]


@pytest.mark.parametrize(
    "path", ["99/report", "1/report/999", "99/report.csv", "0/report.xlsx", "1/report/x"]
)
def test_what_is_not_there_is_not_found(ada, cast, path):
    assert ada.get(f"/quizzes/{path}").status_code == 404


def test_bars_stand_on_the_axis_and_leave_room_for_their_figures():
    chart = bar_chart([0, 4, 50], [0, 10, 20, 30], 20)
    assert [bar.y + bar.height for bar in chart.bars] == [chart.base] * 3
    assert min(bar.y for bar in chart.bars) > chart.top
    assert [bar.strong for bar in chart.bars] == [False, False, True]
    assert chart.mark == chart.columns[2].at
    assert bar_chart([0, 0], [0, 1, 2], None).rows[-1].value == 1


def test_names_of_lines_do_not_lie_on_each_other():
    chart = line_chart([(name, 3, [(0, 0.5), (4, 0.0)]) for name in "ABCDEF"], range(5))
    places = sorted(line.label_y for line in chart.lines)
    assert all(below - above >= 18 for above, below in pairwise(places))
    assert places[-1] <= chart.base + 5
    assert chart.rows[-1].value == 0.6


def test_every_figure_and_finding_is_explained(ada):
    ada.get("/methods")
    for name, listed in (
        ("item", methods.ITEM),
        ("test", methods.TEST),
        ("curve", methods.CURVE),
        ("compared", methods.COMPARED),
        ("flag", methods.FLAGS),
    ):
        for one in listed:
            row = ada.page.find(id=f"{name}-{one.code}")
            assert one.title in row.get_text()
            assert one.formula in row.get_text()
    assert {one.code for one in methods.FLAGS} == {*GRAVITY}
