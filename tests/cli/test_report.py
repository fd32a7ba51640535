"""``quiz report`` to read and print: self-contained HTML, PDF whose text can be copied, also where nobody has finished."""

import io
import re

import pypdf
import pytest
from bs4 import BeautifulSoup

from quiz.files.languages import Speech
from quiz.operations import analysis
from quiz.operations.sheets import sheet_of
from tests.cast import GRACE, NOW
from tests.cli.commands import Shell
from tests.operations.test_quizzes import edit
from tests.sittings import EVERY, join, sit

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])
#: What no report may say of a figure that there is not.
NOTHING = re.compile(r"\b(NaN|nan|None|null|undefined|inf)\b")


@pytest.fixture
def shell(cast, database_url):
    edit(cast, title="Сложение 加法")
    sit(cast, join(cast, "Иван Петров"))
    sit(cast, join(cast, "=王小明"), EVERY - {"numerical"})
    sit(cast, join(cast, "<b>Ann</b>"), ())
    return Shell(database_url)


def test_a_report_as_pdf_can_be_searched_and_copied(shell, cast, tmp_path):
    shell("report", cast.quiz, "--format", "pdf", "-o", tmp_path / "report.pdf")
    pages = pypdf.PdfReader(io.BytesIO((tmp_path / "report.pdf").read_bytes())).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    for words in (
        "Сложение 加法",
        "Иван Петров",
        "王小明",
        "Too few attempts to judge questions",
        "3 attempts",
    ):
        assert words in text
    assert not NOTHING.search(text)


def test_a_report_as_page_needs_no_other_file_and_takes_no_text_for_html(shell, cast, tmp_path):
    shell("report", cast.quiz, "--format", "html", "-o", tmp_path / "report.html")
    page = BeautifulSoup((tmp_path / "report.html").read_text("utf-8"), "html.parser")
    assert page.title.text == page.h1.text == "Сложение 加法"
    assert not page.select("script, link, img, b, [src], [href]")
    assert {"What it says", "Questions", "Attempts"} <= {one.text for one in page.select("caption")}
    cells = [cell.text for cell in page.select("td")]
    assert {"Иван Петров", "=王小明", "<b>Ann</b>"} <= {*cells}
    assert not NOTHING.search(page.text)
    assert all(head["scope"] == "col" for head in page.select("th"))


def test_a_report_on_nobody_says_so(cast):
    sheet = sheet_of(analysis.quiz_report(None, cast.quiz, "first", NOW, GRACE))
    assert (sheet.lede, sheet.tables) == ("Arithmetic. Nobody has finished yet.", ())


def test_a_report_is_written_in_the_language_that_is_asked_for(shell, cast, tmp_path):
    shell("report", cast.quiz, "--format", "html", "--language", "ru", "-o", tmp_path / "report.html")
    page = BeautifulSoup((tmp_path / "report.html").read_text("utf-8"), "html.parser")
    russian = Speech("ru")
    assert page.html["lang"] == "ru"
    assert russian.gettext("first attempts") in page.p.text
    assert russian.gettext("Discrimination index") in {one.text for one in page.select("th")}
    assert russian.gettext("Student") in {one.text for one in page.select("th")}
    assert russian.gettext("Finished") in {one.text for one in page.select("td")}
    assert not page.find(string=["student", "ended by", "finished"]), "no code of the CSV file"
    assert "66,67" in {one.text for one in page.select("td")}, "a Russian decimal has a comma"
