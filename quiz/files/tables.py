"""Tables out. Every cell that a spreadsheet would run as a formula is disarmed here, and nowhere else."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any, Final

#: Characters with which a spreadsheet takes a cell for a formula, also after white space.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER: Final = re.compile(r"[-+]?\d+([.,]\d+)?([eE][-+]?\d+)?", re.ASCII)


def write_csv(rows: Iterable[Sequence[Any]], header: Sequence[str]) -> str:
    """The table as CSV (RFC 4180, CRLF). None is an empty cell; plain numbers are left as they are."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow([safe_cell(cell) for cell in header])
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def safe_cell(value: Any) -> str:
    """The cell's text, with an apostrophe in front where it would otherwise be run as a formula."""
    text = "" if value is None else str(value)
    if not text.lstrip(" \xa0").startswith(_FORMULA) or _NUMBER.fullmatch(text):
        return text
    return f"'{text}"
