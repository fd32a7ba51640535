"""The page over several courses in the browser."""

import csv
import io
import zipfile

import pytest

from quiz.operations import enrolling
from tests.cast import NOW
from tests.sittings import EVERY, join, sit

#: What is tried here does not hang on the engine.
pytestmark = pytest.mark.parametrize("engine", ["sqlite"])


@pytest.fixture
def eve(browser, cast):
    """A reader of Ada's course, with six students of whom none knows the product."""
    enrolling.enrol(cast.ada, cast.course, "eve", "reader", NOW)
    for number in range(6):
        sit(cast, join(cast, f"Student {number}"), EVERY - {"numerical"})
    return browser("eve")


def test_the_page_says_what_is_below_and_leads_to_the_results(eve, cast):
    eve.get("/")
    eve.get(eve.page.header.find("a", string="Overview")["href"])
    assert eve.title == "One topic or objective is below 60 %"
    quizzes, below, trend = eve.page.find_all("table")
    cells = [cell.get_text(" ", strip=True) for cell in quizzes.tbody.tr.find_all(["th", "td"])]
    assert cells[:4] == ["A small quiz", "Arithmetic", "6 of 8", "75\xa0%"]
    assert cells[5] == "80\xa0% 80\xa0% to 80\xa0%"
    assert "sums › times" in below.get_text()
    assert "July–December 2026" in trend.thead.get_text()
    assert eve.get(quizzes.tbody.tr.th.a["href"]).status_code == 200
    eve.get("/overview?target=100")
    assert eve.page.find("input", {"name": "target"})["value"] == "100"
    assert eve.get("/overview?target=many").status_code == 200


def test_its_files(eve):
    rows = list(csv.reader(io.StringIO(eve.get("/overview.csv").text.removeprefix("\ufeff"))))
    assert rows[1][:2] == ["Arithmetic", "A small quiz"]
    assert "sums/times" in eve.get("/overview.csv?table=below").text
    with zipfile.ZipFile(io.BytesIO(eve.get("/overview.xlsx").data)) as book:
        assert sum("worksheets/sheet" in name for name in book.namelist()) == 3


def test_who_sees_no_results_sees_nothing(browser, cast):
    sit(cast, cast.bo)
    bo = browser("bo")
    assert not bo.page.header.find("a", string="Overview")
    bo.get("/overview")
    assert "Nothing to see yet" in bo.text
    assert "A small quiz" not in bo.text
