"""The sheets of a file to questions: which row names the columns, what stands below them, and which cells are no text of people."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice, zip_longest
from typing import Final

from quiz.errors import Invalid, Said, in_turn
from quiz.files.tables import column_letters
from quiz.formats.base import Entry, Fault, Found, Head, Loss, Unsupported, told_of
from quiz.formats.sheets.cells import Wrong
from quiz.formats.sheets.columns import AFTER, COMMON, LOST, NAMES, PART, is_any_answer, known
from quiz.formats.sheets.rows import NEVER, Row, column_of, question, unused
from quiz.questions.validation import suggest

#: The line of a template that says what is to be written into each column.
_INSTRUCTION: Final = re.compile(r"\((?:required|optional)\b", re.IGNORECASE)
#: What a spreadsheet shows where it takes a text for a formula, and where it cannot work one out, or has no room for a number;
#: also in German, French, Spanish and Russian, and of LibreOffice.
_NO_FORMULA: Final = frozenset({"#NAME?", "#NOM?", "#¿NOMBRE?", "#ИМЯ?"})
_BROKEN: Final = re.compile(
    r"#(?:N/[AD]|NV|Н/Д|¡?(?:REF|VALUE|DIV/0|NULL|NUM|SPILL|CALC|FIELD|BLOCKED|BUSY|CONNECT|UNKNOWN"
    r"|BEZUG|WERT|ZAHL|VALEUR|NOMBRE|NUL|VALOR|NULO|ССЫЛКА|ЗНАЧ|ДЕЛ/0|ПУСТО|ЧИСЛО)!|##+)|Err:[0-9]{3}"
)
#: Rows above the names of the columns that are passed over.
HEAD_WITHIN: Final = 20


@dataclass(frozen=True, slots=True)
class _Table:
    """A sheet from below the names of its columns on; ``own``: these are ours, and not those of another program."""

    place: str
    columns: Sequence[str]
    own: bool
    rows: Iterator[tuple[int, Sequence[str]]]

    def losses(self) -> Iterator[Loss]:
        """What the columns of another program hold that questions do not."""
        for column in dict.fromkeys(self.columns):
            if column and column not in NAMES:
                lost = LOST.get(column, Said("the column '%(column)s'", column=column))
                yield from [Loss(column if column in LOST else "columns", lost)] if lost else []

    def entries(self) -> Iterator[Entry]:
        """The questions, and what their topics are called."""
        topics = set[str]()
        for number, cells in self.rows:
            found = {
                column: cell
                for column, cell in zip(self.columns, cells, strict=False)
                if column in NAMES and cell.strip()
            }
            if not found or self._is_heading(found):
                continue
            where = in_turn(", ", filter(None, (self.place, Said("row %(n)s", n=number))))
            topic = found.get("topic", "")
            if topic not in topics:
                topics.add(topic)
                yield from told_of([(where, topic.split("/"))])
            yield self._entry(where, found, cells)

    def _is_heading(self, found: Mapping[str, str]) -> bool:
        """Whether a row says what is to be written into its columns, or names them once more."""
        prompt = found.get("prompt", "")
        if not self.own and _INSTRUCTION.search(prompt):
            return True
        return known(prompt) == "prompt" and all(known(cell) == column for column, cell in found.items())

    def _entry(self, where: str, found: Mapping[str, str], cells: Sequence[str]) -> Entry:
        if not self.own and "option b" in found and "option a" not in self.columns:
            found = {**found, "option a": found.get("right", ""), "right": "A"}
        row = Row(found, self.own)
        if row.kind in NEVER:
            return Unsupported(where, row.get("type").strip(), row.get("prompt").strip()[:60])
        try:
            _demand_sound(self.columns, cells)
            fields = question(row)
            return Found(where, fields, unused(row, fields["type"]), named=partial(column_of, row))
        except Wrong as error:
            return Fault(where, str(error))


def _demand_sound(columns: Sequence[str], cells: Sequence[str]) -> None:
    """Raises Wrong for cells beside the named columns, and for what a spreadsheet could not work out; it names the column."""
    for number, (column, cell) in enumerate(zip_longest(columns, map(str.strip, cells), fillvalue=""), 1):
        if wrong := _unsound(column, cell):
            raise Wrong(in_turn(": ", (column_letters(number), wrong)))


def _unsound(column: str, cell: str) -> str:
    """What is wrong with a cell whatever its column asks for; "" for nothing."""
    if cell in _NO_FORMULA:
        return Said(
            "%(cell)s is an error of the spreadsheet – write a text that begins with = or - with ' in front",
            cell=cell,
        )
    if _BROKEN.fullmatch(cell):
        return Said(
            "%(cell)s is an error of the spreadsheet – write the text or number that its formula should give",
            cell=cell[:10],
        )
    if not column and cell and not cell.isdigit():
        return Said(
            "'%(cell)s' stands below no name of a column – name the column, or in CSV quote texts with commas",
            cell=cell[:40],
        )
    return ""


def entries(sheets: Iterable[tuple[str, Iterable[Sequence[str]]]], name: str) -> Iterator[Entry]:
    """The questions of the sheets of a file, whose cells are texts, each with its name ("" of the only one).

    Raises Invalid where no sheet has a row of column names.
    """
    tables, losses = list[_Table](), list[Loss]()
    for place, rows in sheets:
        table = _opened(place, rows, name)
        if isinstance(table, _Table):
            tables.append(table)
            losses += table.losses()
        elif table:
            losses.append(Loss("questions", Said("the sheet '%(name)s', which names no columns", name=place)))
    if not tables:
        raise Invalid(
            Said(
                "%(name)s: no row names the columns – the first row has to hold: type, prompt, option A, …",
                name=name,
            )
        )
    if losses:
        yield Head({}, losses)
    for table in tables:
        yield from table.entries()


def _opened(place: str, rows: Iterable[Sequence[str]], name: str) -> _Table | bool:
    """The sheet with its columns; where no row names them, whether it holds anything."""
    counted, filled = enumerate(rows, 1), False
    for number, cells in islice(counted, HEAD_WITHIN):
        if (columns := head(cells)) is not None:
            own = any(" ".join(cell.split()).casefold() == "prompt" for cell in cells)
            _demand_known(columns, name, number, own=own)
            return _Table(place, columns, own, counted)
        filled = filled or any(map(str.strip, cells))
    return filled


def head(cells: Sequence[str]) -> list[str] | None:
    """Our names of the columns in a row that names them; None for another row."""
    named = [known(cell) for cell in cells]
    if named.count("right") > 1:  # "Answer" beside "Correct answer" is something else
        named = [cell if is_any_answer(cell) else column for cell, column in zip(cells, named, strict=True)]
    own = "prompt" in (" ".join(cell.split()).casefold() for cell in cells)
    return named if "prompt" in named and (own or len(NAMES.intersection(named)) > 1) else None


def _demand_known(named: Sequence[str], name: str, number: int, *, own: bool) -> None:
    """Raises Invalid for a column twice; in a sheet of our own also for one that we do not know."""
    strange = [column for column in named if own and column and column not in NAMES and column not in LOST]
    twice = [
        column for column, count in Counter(named).items() if column and column not in LOST and count > 1
    ]
    if strange:
        raise Invalid(
            Said(
                "%(name)s: row %(n)s: there is no column '%(column)s'%(hint)s – the columns are %(names)s",
                name=name,
                n=number,
                column=strange[0],
                hint=suggest(strange[0], NAMES),
                names=", ".join(("id", "type", *COMMON, *(f"{one} A" for one in PART), *AFTER)),
            )
        )
    if twice:
        raise Invalid(
            Said(
                "%(name)s: row %(n)s: the column '%(column)s' stands twice – keep one",
                name=name,
                n=number,
                column=twice[0],
            )
        )
