"""CSV that no spreadsheet runs."""

import csv
from fractions import Fraction
from io import StringIO

import pytest

from quiz.files.tables import safe_cell, write_csv


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
