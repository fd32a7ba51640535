"""Fact tables: CSV beside a bank, from which families of questions are made.

The first line names the columns. A column whose cells are all numbers holds numbers, one with dates holds dates, every
other one texts; an empty cell is null. One column is the key: it names the row for ever.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from io import StringIO
from typing import Final
from weakref import WeakValueDictionary

from quiz.banks.expressions import RESERVED, Value
from quiz.banks.expressions.values import Mistake, is_number, looks_like_a_day, read_day
from quiz.errors import Invalid, Problem, Said
from quiz.questions.validation import suggest

MOST_BYTES: Final = 1_000_000
MOST_ROWS: Final = 2_000
MOST_COLUMNS: Final = 100
LONGEST_CELL: Final = 2_000
#: What stands between the keys of the rows of one variant; so no key holds it.
BETWEEN: Final = "+"

_COLUMN: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_KEY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")

Row = Mapping[str, Value]


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Table:
    """Rows by key, in the order of the file. ``csv`` is the text that they were read from.

    A table that somebody holds is not read again: each generator of a bank is loaded with all of its tables.
    """

    name: str
    key: str
    csv: str
    columns: tuple[str, ...]
    rows: Mapping[str, Row]

    @classmethod
    def read(cls, name: str, key: str, text: str) -> Table:
        """The table in a text. Raises Invalid with all its faults, ``line`` counted in the text."""
        given = (name, key, text)
        found = _HELD.get(given)
        if found is None:
            found = _HELD[given] = _Reader(name, key, text.replace("\r\n", "\n")).table()
        return found

    @classmethod
    def of_days(cls, name: str, days: Sequence[date]) -> Table:
        """The table of a list of days: one column ``date``, which is also the key."""
        rows: dict[str, Row] = {day.isoformat(): {"date": day} for day in days}
        return cls(name, "date", "\n".join(["date", *rows, ""]), ("date",), rows)

    def days(self, column: str | None = None) -> Iterator[date]:
        """All the days in a column, or in the table."""
        for row in self.rows.values():
            yield from (
                value for name, value in row.items() if column in (None, name) and isinstance(value, date)
            )


#: The tables that somebody holds, by what they were read from.
_HELD: Final[WeakValueDictionary[tuple[str, str, str], Table]] = WeakValueDictionary()


class _Reader:
    def __init__(self, name: str, key: str, text: str) -> None:
        self._name, self._key, self._text = name, key, text
        self._problems: list[Problem] = []

    def table(self) -> Table:
        if len(self._text.encode()) > MOST_BYTES:
            raise Invalid(
                [Problem("", Said("is larger than %(most)s bytes", most=f"{MOST_BYTES:,}"), "split it")]
            )
        lines = [*self._lines()]
        columns = lines[0][1] if lines else []
        self._head(columns)
        if self._problems:
            raise Invalid(self._problems)
        cells = self._cells(lines[1:], len(columns))
        values = [self._column(name, cells, place) for place, name in enumerate(columns)]
        keys = self._keys([(line, row[columns.index(self._key)]) for line, row in cells])
        if self._problems:
            raise Invalid(self._problems)
        rows = {
            key: {name: column[place] for name, column in zip(columns, values, strict=True)}
            for place, key in enumerate(keys)
        }
        return Table(self._name, self._key, self._text, tuple(columns), rows)

    def _lines(self) -> Iterator[tuple[int, list[str]]]:
        """The number of each line that is not empty, from 1, and its cells."""
        reader = csv.reader(StringIO(self._text), strict=True)
        begun = 1
        try:
            for cells in reader:
                if any(cells):
                    yield begun, [cell.strip() for cell in cells]
                begun = reader.line_num + 1
        except csv.Error as error:
            raise Invalid(
                [Problem("", Said("is no CSV: %(error)s", error=error), "check the quotes", begun)]
            ) from None

    def _head(self, columns: Sequence[str]) -> None:
        if not 1 <= len(columns) <= MOST_COLUMNS:
            mend = Said("name 1 to %(most)s in the first line", most=MOST_COLUMNS)
            self._fault(1, Said("has %(count)s columns", count=len(columns)), mend)
            return
        for place, name in enumerate(columns):
            if not _COLUMN.fullmatch(name) or name in RESERVED:
                self._fault(
                    1,
                    Said("'%(name)s' cannot name a column", name=name[:40]),
                    "small letters, digits and _, such as country_ru",
                )
            elif name in columns[:place]:
                self._fault(1, Said("the column '%(name)s' stands twice", name=name), "give it another name")
        if self._key not in columns:
            what = Said(
                "there is no column '%(key)s', which is the key%(hint)s",
                key=self._key,
                hint=suggest(self._key, columns),
            )
            self._fault(1, what, Said("columns: %(names)s", names=", ".join(columns)))

    def _cells(self, lines: Sequence[tuple[int, list[str]]], count: int) -> list[tuple[int, list[str]]]:
        """The lines as long as the first, shorter and longer ones reported."""
        if not 1 <= len(lines) <= MOST_ROWS:
            what = Said("has %(count)s rows", count=len(lines))
            mend = Said("write 1 to %(most)s", most=f"{MOST_ROWS:,}")
            raise Invalid([Problem("", what, mend, 1)])
        for line, row in lines:
            if len(row) != count:
                self._fault(
                    line,
                    Said(
                        "has %(cells)s cells, the first line has %(columns)s", cells=len(row), columns=count
                    ),
                    "quote cells that hold a comma",
                )
            for cell in row:
                if len(cell) > LONGEST_CELL:
                    self._fault(
                        line,
                        Said("a cell is longer than %(most)s characters", most=f"{LONGEST_CELL:,}"),
                        "shorten it",
                    )
        return [(line, (row + [""] * count)[:count]) for line, row in lines]

    def _column(self, name: str, cells: Sequence[tuple[int, list[str]]], place: int) -> list[Value]:
        """The values of a column, typed by what all its cells are."""
        texts = [row[place] for _, row in cells if row[place]]
        if name == self._key:
            return [row[place] for _, row in cells]
        if any(map(looks_like_a_day, texts)):
            return [self._day(name, line, row[place]) for line, row in cells]
        if texts and all(map(is_number, texts)):
            return [Fraction(row[place]) if row[place] else None for _, row in cells]
        return [row[place] or None for _, row in cells]

    def _day(self, name: str, line: int, text: str) -> date | None:
        try:
            return read_day(text) if text else None
        except Mistake as mistake:
            what = Said(
                "%(what)s, but other cells of the column '%(name)s' are",
                what=Said(mistake.what),
                name=name,
            )
            self._fault(line, what, mistake.mend)
            return None

    def _keys(self, given: Sequence[tuple[int, str]]) -> list[str]:
        first: dict[str, int] = {}
        for line, key in given:
            if not _KEY.fullmatch(key):
                what = Said("'%(key)s' cannot be a key", key=key[:40]) if key else Said("the key is empty")
                self._fault(line, what, "letters, digits, '.', '_', ':' and '-', at most 64")
            elif key in first:
                self._fault(
                    line,
                    Said("the key '%(key)s' stands also in line %(line)s", key=key, line=first[key]),
                    "give the row a key of its own",
                )
            first.setdefault(key, line)
        return [key for _, key in given]

    def _fault(self, line: int, what: str, mend: str) -> None:
        self._problems.append(Problem("", what, mend, line))
