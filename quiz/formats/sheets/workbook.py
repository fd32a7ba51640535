"""The cells of a workbook (Office Open XML) whose values say less than is seen: errors, percentages, currencies, formulas that
were never worked out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape, unescape
from typing import Final

from quiz.formats.sheets.cells import CURRENCIES

#: A cell: its attributes, its formula, and its value.
_CELL: Final = re.compile(
    rb"<c\b([^<>]*[^<>/])>\s*(<f\b[^<>]*(?:/>|>[^<>]*</f>))?\s*(?:<v\s*/>|<v>([^<>]*)</v>)?\s*</c>"
)
_TYPE: Final = re.compile(rb"""\st=["'](\w+)["']""")
_STYLE: Final = re.compile(rb"""\ss=["']([0-9]{1,9})["']""")
#: What is seen in place of a formula that no spreadsheet has worked out yet: programs write such sheets.
_NOT_WORKED_OUT: Final = b"#CALC!"
#: A format of cells, which name it by its place, and a format of numbers that the workbook adds to those of all.
_FORMAT: Final = re.compile(rb"<xf\b[^<>]*>")
_ADDED: Final = re.compile(rb"<numFmt\b[^<>]*>")
_ID: Final = re.compile(rb"""\snumFmtId=["']([0-9]{1,9})["']""")
_CODE: Final = re.compile(rb"""\sformatCode=(?:"([^"]*)"|'([^']*)')""")
#: Those of all that show a percentage (ECMA-376, 18.8.30).
_OF_ALL: Final = {b"9": "0%", b"10": "0.00%"}
#: What a format of numbers is made of (18.8.31): words, a currency, a condition or colour, room for a sign, digits, another sign.
_PIECE: Final = re.compile(
    r'"(?P<words>[^"]*)"|\\(?P<sign>.)|\[\$(?P<currency>[^\]-]*)[^\]]*\]|\[[^\]]*\]|[_*].|(?P<digits>[#0?][#0?,.]*)|(?P<other>.)'
)
_STYLES: Final = "xl/styles.xml"
#: Characters of a format of numbers that are looked at.
_LONGEST: Final = 255


@dataclass(frozen=True, slots=True)
class _Shape:
    """How a number is seen: what stands around it, at least so many decimals, times a hundred in percent."""

    before: str
    after: str
    decimals: int

    def shown(self, value: bytes) -> bytes:
        """The text of a number; what is no number as it is."""
        try:
            number = float(value) * (100 if "%" in {self.before.strip(), self.after.strip()} else 1)
        except ValueError:
            return value
        digits = f"{abs(number):.12g}"
        decimals = digits.partition(".")[2]
        padded = (
            digits if "e" in digits or len(decimals) >= self.decimals else f"{abs(number):.{self.decimals}f}"
        )
        return escape(f"{'-' * (number < 0)}{self.before}{padded}{self.after}").encode()


def as_seen(parts: Mapping[str, bytes]) -> dict[str, bytes]:
    """The parts of a workbook with such cells as texts: ``#N/A``, ``50%``, ``$5``, an error for a formula without a value."""
    seen = _seen_by(_shapes(parts.get(_STYLES, b"")))
    return {
        name: _CELL.sub(seen, part) if name.startswith("xl/worksheets/") else part
        for name, part in parts.items()
    }


def _shapes(styles: bytes) -> Mapping[bytes, _Shape]:
    """The formats that show a percentage or a currency, by the number that cells have for them."""
    codes = dict(_OF_ALL)
    for one in _ADDED.findall(styles):
        id, code = _ID.search(one), _CODE.search(one)
        if id and code:
            codes[id[1]] = unescape((code[1] or code[2] or b"").decode("utf-8", "replace"))
    listed = styles.partition(b"<cellXfs")[2].partition(b"</cellXfs>")[0]
    shapes = {id: shape for id, code in codes.items() if (shape := _shape(code))}
    named = [found[1] if (found := _ID.search(one)) else b"0" for one in _FORMAT.findall(listed)]
    return {b"%d" % place: shapes[id] for place, id in enumerate(named) if id in shapes}


def _shape(code: str) -> _Shape | None:
    """What a format of numbers makes of those above zero; None where it shows neither a percentage nor a currency."""
    around, decimals, seen = ["", ""], 0, False
    for piece in _PIECE.finditer(code.partition(";")[0][:_LONGEST]):
        around[seen] += piece["words"] or piece["sign"] or piece["currency"] or piece["other"] or ""
        if piece["digits"]:
            decimals, seen = len(piece["digits"].partition(".")[2]), True
    before, after = around
    known = {before.strip(), after.strip()} - {""}
    return _Shape(before, after, decimals) if seen and known and known <= CURRENCIES | {"%"} else None


def _seen_by(shapes: Mapping[bytes, _Shape]) -> Callable[[re.Match[bytes]], bytes]:
    def seen(cell: re.Match[bytes]) -> bytes:
        attributes, formula, value = cell[1], cell[2], cell[3] or b""
        kind, style = _TYPE.search(attributes), _STYLE.search(attributes)
        if kind and kind[1] == b"e":
            return _text(attributes, value)
        if formula and not value and not kind:
            return _text(attributes, _NOT_WORKED_OUT)
        if value and style and style[1] in shapes and (not kind or kind[1] == b"n"):
            return _text(attributes, shapes[style[1]].shown(value))
        return cell[0]

    return seen


def _text(attributes: bytes, value: bytes) -> bytes:
    """A cell that holds this text."""
    return b'<c%s t="str"><v>%s</v></c>' % (_TYPE.sub(b"", attributes), value)
