"""CSV and workbooks that no spreadsheet runs."""

import csv
import io
import re
import zipfile
from datetime import UTC, datetime
from fractions import Fraction
from html import escape
from io import StringIO

import pytest

from quiz.files.pages import shown
from quiz.files.tables import Table, safe_cell, write_csv, write_xlsx


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1",
        "\N{NO-BREAK SPACE}=1",
        '=HYPERLINK("x")',
        "-",
        "--1",
        "+",
        "＝1",
    ],
)
def test_formulas_are_disarmed(text):
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("value, text", [(-1, "-1"), ("+5", "+5"), ("-0.5", "-0.5"), ("-1e3", "-1e3"), (-1.5, "-1.5"), ("1=1", "1=1"), ("Ada", "Ada"), (None, ""), (Fraction(-1, 2), "'-1/2"), ("O'Neil", "O'Neil")])  # fmt: skip
def test_numbers_and_words_are_left_alone(value, text):
    assert safe_cell(value) == text


def test_a_table_is_read_back_by_the_standard_reader():
    rows = [['Ада, "Bo"', -1.5, None], ["two\nlines", "=x", "中文"]]
    written = write_csv(rows, ["name", "mark", "=note"])
    assert [*csv.reader(StringIO(written, newline=""))] == [
        ["name", "mark", "'=note"], ['Ада, "Bo"', "-1.5", ""], ["two\nlines", "'=x", "中文"],
    ]  # fmt: skip
    assert "\r\n" in written


# Workbooks ---------------------------------------------------------------------------------------------------------


def sheets(content):
    """The XML of each sheet of a workbook, and the names of the sheets."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        book = archive.read("xl/workbook.xml").decode()
        names = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        return re.findall(r'<sheet name="([^"]*)"', book), [
            archive.read(name).decode() for name in sorted(names)
        ]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "http://example.org", "0123"]
)
def test_text_in_a_workbook_stays_text(text):
    names, (sheet,) = sheets(write_xlsx([Table("names", ("who",), ((text,),))]))
    assert names == ["names"]
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert f"<t>{escape(text, quote=False)}</t>" in sheet


def test_values_keep_their_kind():
    moment = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    rows = ((1, 0.5, True, None, moment, "x" * 40_000),)
    _names, (sheet,) = sheets(write_xlsx([Table("kinds", tuple("abcdef"), rows)]))
    assert '<c r="A2"><v>1</v></c><c r="B2"><v>0.5</v></c><c r="C2" t="b"><v>1</v></c><c r="E2"' in sheet
    assert "<v>46349.375</v>" in sheet
    assert "x" * 32_767 in sheet
    assert "x" * 32_768 not in sheet


def test_names_of_sheets():
    tables = [Table(name, ("a",), ()) for name in ("a/b:c*d?[e]", "n" * 60, "''")]
    assert sheets(write_xlsx(tables))[0] == ["a b c d  e", "n" * 31, "1"]


@pytest.mark.parametrize("value, text", [(0.125, "0.13"), (2.675, "2.68"), (-0.001, "0"), (100.0, "100"), (7, "7"), (None, "")])  # fmt: skip
def test_figures_of_a_page_are_rounded_half_up_as_on_the_site(value, text):
    assert shown(value) == text
