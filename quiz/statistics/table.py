"""Response tables from files: one row an examinee, one column an item (contracts.md §2, "quiz stats")."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final, TypeAlias, TypeVar

import numpy as np

from quiz.errors import Invalid, Problem
from quiz.statistics.classical import EQUAL, Values

#: How a cell says that there is nothing in it.
MISSING: Final = frozenset({"", "NA"})
#: Faults of a file that are told; the rest are counted.
MOST_FAULTS: Final = 50

Labels: TypeAlias = tuple[str, ...]
Given = TypeVar("Given")


@dataclass(frozen=True, slots=True)
class CellProblem(Problem):
    """A fault in a table; ``where`` names the column."""

    file: str = ""


class Pairs(dict[str, Given]):
    """What a ``file`` of two columns says, item → value, line by line from the second on."""

    def __init__(self, given: dict[str, Given], file: str) -> None:
        super().__init__(given)
        self.file = file


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns are no items; "" for none. ``total`` is taken in place of the sum."""

    id: str = ""
    total: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class ResponseTable:
    """n examinees and k items. ``scores`` has shape (n, k), NaN where missing; ``maxima`` shape (k,)."""

    items: Labels
    scores: Values
    maxima: Values
    #: The raw options by item, each of length n, "" where missing; empty where the cells are scores.
    options: tuple[Labels, ...] = ()
    #: The option that scores, by item; empty where the cells are scores.
    key: Labels = ()
    #: Totals in place of the sums, shape (n,), NaN where missing.
    totals: Values | None = None
    ids: Labels = ()
    groups: Labels = ()

    @property
    def n(self) -> int:
        """The number of rows."""
        return len(self.scores)


def read_table(
    text: bytes,
    name: str,
    columns: Columns = Columns(),
    key: Mapping[str, str] | None = None,
    maxima: Mapping[str, float] | None = None,
) -> ResponseTable:
    """The table in a CSV file; with ``key`` (item → option) its cells are options, scored 1 or 0.

    ``maxima`` (item → maximum score) defaults to 1 each. Raises Invalid with line and column of each fault.
    """
    plain = None if key or columns.id or columns.group else _plain(text, columns.total, maxima or {})
    if plain is not None:
        return plain
    head, rows = read_rows(text, name)
    items = _items(head, columns, key, maxima or {}, name)
    cells = {column: [row[place].strip() for row in rows] for place, column in enumerate(head)}
    most = np.array([(maxima or {}).get(item, 1.0) for item in items])
    options: tuple[Labels, ...] = ()
    if key is None:
        scores = _scores([cells[item] for item in items], items, most, name)
    else:
        options = tuple(tuple("" if cell in MISSING else cell for cell in cells[item]) for item in items)
        scores = _keyed(options, [key[item] for item in items])
    return ResponseTable(
        items=items,
        scores=scores,
        maxima=most,
        options=options,
        key=() if key is None else tuple(key[item] for item in items),
        totals=_totals(cells[columns.total], columns.total, name) if columns.total else None,
        ids=tuple(cells[columns.id]) if columns.id else (),
        groups=tuple(cells[columns.group]) if columns.group else (),
    )


def _items(
    head: Sequence[str],
    columns: Columns,
    key: Mapping[str, str] | None,
    maxima: Mapping[str, float],
    name: str,
) -> tuple[str, ...]:
    """The columns that are items. Raises Invalid where those of other names are missing, or the key is not of these."""
    taken = {column for column in (columns.id, columns.total, columns.group) if column}
    items = tuple(column for column in head if column not in taken)
    has = f"the file has {', '.join(head)}"
    problems: list[Problem] = [
        CellProblem(column, "there is no such column", has, 1, name) for column in sorted(taken - {*head})
    ]
    if not items:
        problems.append(CellProblem("", "there is no item", "give a column to each item", 1, name))
    problems += _unknown(items, key or {}, name) + _unknown(items, maxima, name)
    mend = "add it to the key; --id names the column of names, or take the column out"
    problems += [
        CellProblem(item, "has no key", mend, 1, name)
        for item in items
        if key is not None and item not in key
    ]
    if problems:
        raise Invalid(problems)
    return items


def _plain(text: bytes, total: str, maxima: Mapping[str, float]) -> ResponseTable | None:
    """The table where it holds nothing but sound numbers: three times as quick. Else None, and the long way tells why."""
    first, _, rest = text.partition(b"\n")
    try:
        head = [column.strip() for column in next(csv.reader([first.decode("utf-8-sig")]))]
        cells = np.loadtxt(io.BytesIO(rest), delimiter=",", comments=None, ndmin=2) if rest.strip() else None
    except (ValueError, StopIteration, csv.Error):
        return None
    items = tuple(column for column in head if column != total)
    taken = {*items, *maxima} if not total else {*items, *maxima, total}
    if cells is None or taken != {*head} or cells.shape != (len(rest.splitlines()), len(head)) or not items:
        return None
    totals = cells[:, head.index(total)] if total else None
    scores = np.delete(cells, head.index(total), axis=1) if total else cells
    most = np.array([maxima.get(item, 1.0) for item in items])
    sound = np.isfinite(cells).all() and (scores >= -EQUAL).all() and (scores <= most + EQUAL).all()
    return ResponseTable(items, scores, most, totals=totals) if sound and len({*head}) == len(head) else None


def read_pairs(text: bytes, name: str, heads: tuple[str, str]) -> Pairs[str]:
    """A file of two columns with these heads (``item,key`` or ``item,max``): item → value. Raises Invalid."""
    head, rows = read_rows(text, name)
    if tuple(head) != heads:
        raise Invalid(
            [CellProblem("", f"the columns are {', '.join(head)}", f"write {','.join(heads)}", 1, name)]
        )
    found: dict[str, str] = {}
    problems = []
    for line, (item, value) in enumerate(rows, 2):
        if item.strip() in found:
            problems.append(CellProblem(item.strip(), "stands twice", "keep one of the lines", line, name))
        if not value.strip():
            problems.append(CellProblem(item.strip(), "has no value", f"give its {heads[1]}", line, name))
        found[item.strip()] = value.strip()
    if problems:
        raise Invalid(bounded(problems))
    return Pairs(found, name)


def read_maxima(text: bytes, name: str) -> Pairs[float]:
    """The maximum scores in a file ``item,max``; each above 0. Raises Invalid."""
    found = read_pairs(text, name, ("item", "max"))
    problems = [
        CellProblem(item, f"'{value}' is no maximum score", "write a number above 0", line, name)
        for line, (item, value) in enumerate(found.items(), 2)
        if not (_number(value) or 0) > 0
    ]
    if problems:
        raise Invalid(bounded(problems))
    return Pairs({item: float(value) for item, value in found.items()}, name)


def read_rows(text: bytes, name: str) -> tuple[list[str], list[list[str]]]:
    """The heads and the rows, all of one length; blank lines are passed over at the end only. Raises Invalid."""
    try:
        decoded = text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = text[: error.start].count(b"\n") + 1
        raise Invalid(
            [CellProblem("", "this is not text in UTF-8", "save it as CSV in UTF-8", line, name)]
        ) from None
    reader = csv.reader(io.StringIO(decoded))
    try:
        rows = [*reader]
    except csv.Error as error:
        raise Invalid([CellProblem("", f"no valid CSV: {error}", "", reader.line_num, name)]) from None
    while rows and not any(rows[-1]):
        rows.pop()
    if not rows:
        raise Invalid([CellProblem("", "the file is empty", "begin with a row of column names", 1, name)])
    head = [column.strip() for column in rows[0]]
    problems: list[Problem] = [
        CellProblem(column, "this column stands twice", "give each column its own name", 1, name)
        for column in dict.fromkeys(head)
        if head.count(column) > 1
    ]
    problems += [
        CellProblem(
            "", f"the row has {len(row)} cells, the head has {len(head)}", "make them equal", line, name
        )
        for line, row in enumerate(rows[1:], 2)
        if len(row) != len(head)
    ]
    if problems:
        raise Invalid(bounded(problems))
    return head, rows[1:]


def _unknown(items: Sequence[str], given: Mapping[str, Any], name: str) -> list[Problem]:
    """Items that are not in the table, with their lines in the file that names them; else in the head of the table."""
    file = given.file if isinstance(given, Pairs) else ""
    return [
        CellProblem(
            item,
            "there is no such item in the table",
            f"the items are {', '.join(items)}",
            line if file else 1,
            file or name,
        )
        for line, item in enumerate(given, 2)
        if item not in items
    ]


def _number(cell: str) -> float | None:
    try:
        return _finite(cell)
    except ValueError:
        return None


def _finite(cell: str) -> float:
    value = float(cell)
    if not isfinite(value):
        raise ValueError(cell)
    return value


def _scores(columns: Sequence[Sequence[str]], items: Labels, maxima: Values, name: str) -> Values:
    """The cells as scores, shape (n, k). Tries the quick way for a column first: most hold numbers only."""
    found = np.empty((len(columns[0]), len(columns)))
    problems: list[Problem] = []
    for place, cells in enumerate(columns):
        try:
            found[:, place] = [np.nan if cell in MISSING else _finite(cell) for cell in cells]
        except ValueError:
            found[:, place] = np.inf
        column = found[:, place]
        if (column > maxima[place] + EQUAL).any() or (column < -EQUAL).any():
            problems += _score_faults(cells, items[place], float(maxima[place]), name)
    if problems:
        raise Invalid(bounded(problems))
    return found


def _score_faults(cells: Sequence[str], item: str, maximum: float, name: str) -> list[Problem]:
    problems: list[Problem] = []
    for line, cell in enumerate(cells, 2):
        value = 0.0 if cell in MISSING else _number(cell)
        if value is None:
            mend = "write a score, nothing or NA; for options give --key"
            problems.append(CellProblem(item, f"'{cell[:40]}' is no number", mend, line, name))
        elif value > maximum + EQUAL:
            mend = "mend the score, or give the maximum by --max"
            problems.append(CellProblem(item, f"{cell} is above the maximum {maximum:g}", mend, line, name))
        elif value < -EQUAL:
            problems.append(CellProblem(item, f"{cell} is below 0", "write a score from 0", line, name))
    return problems


def _keyed(options: Sequence[Labels], key: Sequence[str]) -> Values:
    """1 where the option is the key, 0 where it is another, NaN where there is none."""
    columns = [
        [np.nan if not cell else float(cell == right) for cell in cells]
        for cells, right in zip(options, key, strict=True)
    ]
    return np.array(columns).T.reshape(len(options[0]), len(options))


def _totals(cells: Sequence[str], column: str, name: str) -> Values:
    problems = [
        CellProblem(column, f"'{cell[:40]}' is no number", "write a total, nothing or NA", line, name)
        for line, cell in enumerate(cells, 2)
        if cell not in MISSING and _number(cell) is None
    ]
    if problems:
        raise Invalid(bounded(problems))
    return np.array([np.nan if cell in MISSING else float(cell) for cell in cells])


def bounded(problems: Sequence[Problem]) -> list[Problem]:
    """The first ``MOST_FAULTS`` problems, and how many more there are."""
    more = len(problems) - MOST_FAULTS
    rest = [Problem("", f"and {more} more faults of this kind")] if more > 0 else []
    return [*problems[:MOST_FAULTS], *rest]
