"""Sheets: CSV and Excel workbooks that a teacher fills in, a row a question; and the sheet of Kahoot."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import chain
from typing import Final

from quiz.errors import Invalid, Problem, Said
from quiz.files.archive import Archive, Limits, beginning, is_archive, pack
from quiz.files.tables import Table, demand_bounds, read_sheets, safe_cell, write_xlsx
from quiz.formats.base import Entry, Fault, Format, Source, decoded
from quiz.formats.sheets import kahoot
from quiz.formats.sheets.reading import HEAD_WITHIN, entries, head
from quiz.formats.sheets.template import template
from quiz.formats.sheets.workbook import as_seen
from quiz.formats.sheets.writing import SheetWriter

#: Sheets are text that packs well.
_WORKBOOK: Final = Limits(entries=500, ratio=200)
#: How a workbook of Excel before 2007 begins, and one with a password (Compound File Binary Format).
_OLD: Final = b"\xd0\xcf\x11\xe0"
#: What the first file of a workbook of LibreOffice says.
_OTHER: Final = "opendocument.spreadsheet"
_HEADED: Final = re.compile(r"""(^|[,;\t"'])\s*prompt\s*($|[,;\t"'\r\n])""", re.IGNORECASE | re.MULTILINE)
#: Comes after the last line of a sheet: ``decoded`` lets no such character through.
_END: Final = "\0"
#: What a spreadsheet would run, behind the apostrophe that ``_safe`` puts in front of it, and behind its own.
_DISARMED: Final = re.compile(r"'(?='*[ \xa0]*[=+\-@\t\r\n＝＋－＠])")


class _Open(Exception):
    """A row, by its number, in which a quotation mark begins a text that does not end."""


def _read_csv(source: Source) -> Iterator[Entry]:
    text = decoded(source)
    try:
        yield from entries([("", map(_armed, _rows(text)))], source.name)
    except _Open as row:
        what = Said(
            'a text begins with " and does not end, so that all below it was left out – put " at its end, and "" for each within it'
        )
        yield Fault(Said("row %(n)s", n=row.args[0]), what)


def _rows(text: str) -> Iterator[list[str]]:
    """The rows of a sheet, of which no cell holds ``_END``. Raises _Open; a cell that csv finds too long does not end."""
    rows = csv.reader(chain(io.StringIO(text), [_END]), delimiter=_delimiter(text), skipinitialspace=True)
    number = 0
    try:
        for number, row in enumerate(rows, 1):
            if row == [_END]:
                return
            if row and row[-1].endswith(_END):
                raise _Open(number)
            yield row
    except csv.Error:
        raise _Open(number + 1) from None


def _delimiter(text: str) -> str:
    """What parts the cells of the row that names the columns; where there is none, what the first row has most of."""
    lines = text.split("\n", HEAD_WITHIN)[:HEAD_WITHIN]
    for delimiter in ",;\t":
        with suppress(csv.Error):
            if any(head(row) for row in csv.reader(lines, delimiter=delimiter, skipinitialspace=True)):
                return delimiter
    first = next((line for line in lines if line.strip()), "")
    return max(",;\t", key=first.count)


def _armed(row: Sequence[str]) -> list[str]:
    """Without the apostrophes that disarm formulas."""
    return [cell[1:] if _DISARMED.match(cell) else cell for cell in row]


def _safe(cell: str) -> str:
    """The cell as ``_armed`` gives it back: behind an apostrophe also where it looks as if it were disarmed already."""
    return f"'{cell}" if _DISARMED.match(cell) else safe_cell(cell)


def _read_xlsx(source: Source) -> Iterator[Entry]:
    """Of each sheet that names its columns; cells are texts as they are seen."""
    content = source.whole()
    if not is_archive(content):
        what = Said("this is no workbook of Excel since 2007, or one with a password")
        raise Invalid([Problem("", what, "save it as .xlsx, without a password")])
    archive = Archive(content, _WORKBOOK)
    parts = {name: archive.read(name) for name in archive.names}
    demand_bounds(parts)
    seen = as_seen(parts)
    sheets = [*read_sheets(content if seen == parts else pack(seen))]
    filled = [(name, rows) for name, rows in sheets if any(any(map(str.strip, row)) for row in rows)]
    yield from entries([("", filled[0][1])] if len(filled) == 1 else filled, source.name)


class _CsvWriter(SheetWriter):
    def write_rows(self, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """In UTF-8 with its mark, without which Excel takes it for Windows-1252."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerows([_safe(cell) for cell in row] for row in chain([head], rows))
        self.target.write(out.getvalue().encode("utf-8-sig"))


class _XlsxWriter(SheetWriter):
    def write_rows(self, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        self.target.write(write_xlsx([Table("questions", tuple(head), tuple(tuple(row) for row in rows))]))


def _sniff_csv(begins: bytes, name: str) -> float:
    text = begins.decode("utf-8", "replace")
    if b"\0" in begins or not _HEADED.search(text):
        return 0.35 if name.endswith((".csv", ".tsv")) else 0.0
    return 0.9 if name.endswith((".csv", ".tsv")) else 0.5


def _sniff_xlsx(begins: bytes, name: str) -> float:
    """Also of those that are to be saved otherwise first, which is then said."""
    if begins.startswith(_OLD) or _OTHER in beginning(begins):
        return 0.4
    if not is_archive(begins):
        return 0.0
    return 0.8 if name.endswith(".xlsx") else 0.7 * (b"xl/workbook.xml" in begins)


FORMATS = (
    Format(
        "csv",
        "Sheet (CSV)",
        (".csv", ".tsv"),
        _sniff_csv,
        _read_csv,
        _CsvWriter,
        own_suffix=True,
        template=lambda: template(_CsvWriter),
    ),
    Format(
        "xlsx",
        "Sheet (Excel)",
        (".xlsx",),
        _sniff_xlsx,
        _read_xlsx,
        _XlsxWriter,
        own_suffix=True,
        template=lambda: template(_XlsxWriter),
    ),
    Format(
        "kahoot",
        "Kahoot's sheet",
        (".kahoot.xlsx",),
        lambda _head, _name: 0.0,
        _read_xlsx,
        kahoot.KahootWriter,
    ),
)
