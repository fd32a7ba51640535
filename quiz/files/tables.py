"""Tables out, and sheets in. Every cell that a spreadsheet would run as a formula is disarmed here, and nowhere else."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from string import ascii_uppercase
from typing import Any, Final, TypeAlias

from quiz.errors import Invalid, Problem, Said

#: Characters with which a spreadsheet takes a cell for a formula, also after white space.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER: Final = re.compile(r"[-+]?\d+([.,]\d+)?([eE][-+]?\d+)?", re.ASCII)

#: Text is written as text: nothing that somebody typed becomes a formula, a link or a number.
_WORKBOOK: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "remove_timezone": True,
}
_EPOCH: Final = datetime(2020, 1, 1, tzinfo=UTC).replace(tzinfo=None)
#: Cells of a sheet, those counted that are empty: each up to the last row and column takes memory.
MOST_CELLS: Final = 1_000_000
#: The place of a cell or row in a sheet: ``r="AB12"`` or ``r="12"``, right after another attribute too, as the reader of workbooks takes it.
_PLACED: Final = re.compile(rb"""[\s"']r\s*=\s*["']\s*([A-Za-z]*)([0-9]+)""")
#: Characters of all cells together: a text that many cells share takes memory in each.
MOST_TEXT: Final = 60_000_000
#: The value of a cell, which may be the place of a text that cells share, and what says it otherwise than in its digits; where
#: such a text begins. A name may have the prefix of its namespace.
_VALUE: Final = re.compile(rb"<(?:[^<>\s/:]+:)?v\b[^<>]*>\s*\+?([0-9]{0,9})[^<>&]*(&|<[!?])?")
_SHARED: Final = re.compile(rb"<(?:[^<>\s/:]+:)?si\b")
LONGEST_CELL: Final = 32_767
LONGEST_SHEET_NAME: Final = 31


@dataclass(frozen=True, slots=True)
class Table:
    """A table to write to a file; its name becomes the file's or the sheet's. Times in it are UTC."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


def write_csv(rows: Iterable[Sequence[Any]], header: Sequence[str]) -> str:
    """The table as CSV (RFC 4180, CRLF). None is an empty cell; plain numbers are left as they are; times are RFC 3339."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow([safe_cell(cell) for cell in header])
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def safe_cell(value: Any) -> str:
    """The cell's text, with an apostrophe in front where it would otherwise be run as a formula."""
    text = _text(value)
    if not text.lstrip(" \xa0").startswith(_FORMULA) or _NUMBER.fullmatch(text):
        return text
    return f"'{text}"


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return "" if value is None else str(value)


def write_xlsx(tables: Iterable[Table]) -> bytes:
    """The tables as a workbook (Office Open XML), a sheet each, heads bold and frozen. Text is never a formula."""
    import xlsxwriter  # noqa: PLC0415 - slow; only who writes a workbook pays

    out = BytesIO()
    with xlsxwriter.Workbook(out, _WORKBOOK) as workbook:
        workbook.set_properties({"created": _EPOCH})  # the same tables give the same bytes
        bold = workbook.add_format({"bold": True})
        moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for table in tables:
            sheet = workbook.add_worksheet(_sheet_name(table.name))
            sheet.freeze_panes(1, 1)
            sheet.write_row(0, 0, table.header, bold)
            for number, row in enumerate(table.rows, 1):
                for place, value in enumerate(row):
                    _write(sheet, number, place, value, moment)
    return out.getvalue()


def _sheet_name(name: str) -> str:
    """What a spreadsheet takes as a sheet's name."""
    return re.sub(r"[\[\]:*?/\\']", " ", name)[:LONGEST_SHEET_NAME].strip() or "1"


def _write(sheet: Any, row: int, place: int, value: object, moment: Any) -> None:
    if isinstance(value, datetime):
        sheet.write_datetime(row, place, value, moment)
    elif isinstance(value, bool):
        sheet.write_boolean(row, place, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, place, value)
    elif value is not None:
        sheet.write_string(row, place, str(value)[:LONGEST_CELL])


def demand_bounds(parts: Mapping[str, bytes]) -> None:
    """Raises Invalid for a workbook of these parts that is none of Excel's, whose last cell lies too far away, or whose
    cells share more text than there is memory for.
    """
    if "xl/workbook.xml" not in parts or {"content.xml", "xl/workbook.bin"} & {*parts}:
        raise Invalid([Problem("", "this is no workbook of Excel", "save it as .xlsx")])
    cells = 0
    for content in parts.values():
        rows, columns = 1, 1
        for letters, digits in _PLACED.findall(content):
            rows, columns = max(rows, int(digits[:9])), max(columns, _column(letters[:6]))
        cells += rows * columns
        if cells > MOST_CELLS + len(parts):
            what = Said(
                "a sheet has %(rows)s rows and %(columns)s columns, %(most)s cells are the most in all",
                rows=rows,
                columns=columns,
                most=MOST_CELLS,
            )
            raise Invalid([Problem("", what, "delete the empty rows and columns, or cut it into several")])
    if _shared_text(parts.values()) > MOST_TEXT:
        raise _too_much_text()


def _too_much_text() -> Invalid:
    what = Said(
        "the cells of the sheets hold more than %(most)s million characters", most=MOST_TEXT // 1_000_000
    )
    return Invalid([Problem("", what, "delete what is no question, or cut it into several")])


def _shared_text(parts: Collection[bytes]) -> int:
    """At least as many characters as all cells have together that share their texts."""
    lengths: dict[int, int] = {}
    for content in parts:
        for place, text in enumerate(_SHARED.split(content)[1:]):
            lengths[place] = max(len(text), lengths.get(place, 0))
    longest = max(lengths.values(), default=0)
    values = (found for content in parts for found in _VALUE.findall(content)) if lengths else ()
    return sum(longest if otherwise else lengths.get(int(place or -1), 0) for place, otherwise in values)


def _column(letters: bytes) -> int:
    """The number of a column, A being 1; 0 for none."""
    number = 0
    for letter in letters.upper():
        number = 26 * number + letter - 64
    return number


def column_letters(number: int) -> str:
    """What spreadsheets call a column, the first being 1: A … Z, AA and so on."""
    name = ""
    while number:
        number, last = divmod(number - 1, 26)
        name = ascii_uppercase[last] + name
    return name


def read_sheets(content: bytes) -> Iterator[tuple[str, list[list[str]]]]:
    """The sheets of a workbook (.xlsx) that are not hidden: the name, and the rows from the first on, as texts. Whole numbers
    are without a point, days year-month-day, formulas the values last worked out; cells merged over several rows stand in
    each of them. Raises Invalid where it is no workbook, or the merged cells hold too much.
    """
    from python_calamine import (  # noqa: PLC0415 - only who reads a sheet pays
        CalamineError,
        CalamineWorkbook,
        SheetVisibleEnum,
    )

    try:
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        names = [one.name for one in book.sheets_metadata if one.visible == SheetVisibleEnum.Visible]
        for name in names:
            sheet = book.get_sheet_by_name(name)
            rows = [[*map(_shown, row)] for row in sheet.to_python(skip_empty_area=False)]
            _fill_merged(rows, sheet.merged_cell_ranges or ())
            yield name, rows
    except (CalamineError, ValueError, OSError, IndexError) as error:
        raise Invalid(
            [Problem("", Said("this is no workbook: %(error)s", error=error), "save it as .xlsx")]
        ) from None


#: The first row and column of merged cells, and their last, both from 0.
_Merged: TypeAlias = tuple[tuple[int, int], tuple[int, int]]


def _fill_merged(rows: Sequence[list[str]], merged: Iterable[_Merged]) -> None:
    """Puts the text of merged cells beside each of their rows that has a text of its own, as it is seen in a spreadsheet."""
    own, left = [any(row) for row in rows], MOST_TEXT
    for (top, column), (bottom, _) in merged:
        if top >= len(rows) or column >= len(rows[top]):
            continue
        text, below = rows[top][column], range(top + 1, min(bottom + 1, len(rows)))
        left -= len(below) * max(len(text), MOST_TEXT // MOST_CELLS)
        if left < 0:
            raise _too_much_text()
        for place in below:
            rows[place][column] = text if own[place] else ""


def _shown(cell: object) -> str:
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime) and cell == datetime(cell.year, cell.month, cell.day, tzinfo=cell.tzinfo):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, datetime | date) else str(cell)
