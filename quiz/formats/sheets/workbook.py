"""The cells of a workbook (Office Open XML) whose values say less than is seen: errors, percentages, formulas not worked out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

#: A cell: its attributes, its formula, and its value.
_CELL: Final = re.compile(
    rb"<c\b([^<>]*[^<>/])>\s*(<f\b[^<>]*(?:/>|>[^<>]*</f>))?\s*(?:<v\s*/>|<v>([^<>]*)</v>)?\s*</c>"
)
_TYPE: Final = re.compile(rb"""\st=["'](\w+)["']""")
_STYLE: Final = re.compile(rb"""\ss=["']([0-9]{1,9})["']""")
#: What is seen in place of a formula that no spreadsheet has worked out yet: programs write such sheets.
_NOT_WORKED_OUT: Final = b"#CALC!"
#: A format of cells, which name it by its place, and a format of numbers that the workbook adds to those of all (ECMA-376,
#: 18.8.30: 9 and 10 are percentages).
_FORMAT: Final = re.compile(rb"""<xf\b[^<>]*?\snumFmtId=["']([0-9]{1,9})["']""")
_ADDED: Final = re.compile(rb"<numFmt\b[^<>]*>")
_ID: Final = re.compile(rb"""\snumFmtId=["']([0-9]{1,9})["']""")
_PERCENT: Final = frozenset({b"9", b"10"})
_STYLES: Final = "xl/styles.xml"


def as_seen(parts: Mapping[str, bytes]) -> dict[str, bytes]:
    """The parts of a workbook with such cells as texts: ``#N/A``, ``50%``, and an error for a formula without a value."""
    percents = _percents(parts.get(_STYLES, b""))
    seen = _seen_by(percents)
    return {
        name: _CELL.sub(seen, part) if name.startswith("xl/worksheets/") else part
        for name, part in parts.items()
    }


def _percents(styles: bytes) -> frozenset[bytes]:
    """The numbers of the formats that show a percentage."""
    added = {id[1] for one in _ADDED.findall(styles) if b"%" in one and (id := _ID.search(one))}
    listed = styles.partition(b"<cellXfs")[2].partition(b"</cellXfs>")[0]
    shown = _PERCENT | added
    return frozenset(b"%d" % place for place, id in enumerate(_FORMAT.findall(listed)) if id in shown)


def _seen_by(percents: frozenset[bytes]) -> Callable[[re.Match[bytes]], bytes]:
    def seen(cell: re.Match[bytes]) -> bytes:
        attributes, formula, value = cell[1], cell[2], cell[3] or b""
        kind, style = _TYPE.search(attributes), _STYLE.search(attributes)
        if kind and kind[1] == b"e":
            return _text(attributes, value)
        if formula and not value and not kind:
            return _text(attributes, _NOT_WORKED_OUT)
        if value and style and style[1] in percents and (not kind or kind[1] == b"n"):
            return _text(attributes, _percentage(value))
        return cell[0]

    return seen


def _percentage(value: bytes) -> bytes:
    """A share as spreadsheets show it; what is no number as it is."""
    try:
        return f"{float(value) * 100:.12g}%".encode()
    except ValueError:
        return value


def _text(attributes: bytes, value: bytes) -> bytes:
    """A cell that holds this text."""
    return b'<c%s t="str"><v>%s</v></c>' % (_TYPE.sub(b"", attributes), value)
