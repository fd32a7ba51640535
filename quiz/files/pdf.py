"""Tables as PDF: A4, with embedded fonts for Latin, Cyrillic, Greek and Chinese letters, so that what is printed can be
searched and copied. The fonts lie in ``fonts/`` (docs/dependencies.md). Signs that none of them has are shown as boxes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from io import BytesIO
from itertools import groupby, zip_longest
from pathlib import Path
from typing import Any, Final, TypeAlias

from quiz.files.images import Image
from quiz.files.pages import shown
from quiz.files.tables import Table

#: Points (1/72 inch): A4, its margins, the space between columns.
SHORT, LONG, MARGIN, GAP = 595.28, 841.89, 40.0, 10.0
TITLE, HEAD, TEXT, SMALL = 15.0, 11.0, 8.5, 7.5
#: A line of text in units of its size, and the space around a row.
LINE, PAD = 1.35, 3.0
SVG: Final = "image/svg+xml"
#: No column is wider than this, unless the page has room to spare; longer texts go over several lines.
WIDEST: Final = 200.0
#: The fonts, each for the signs that those before it do not have.
FONTS: Final = ("NotoSans_400Regular", "NotoSansSC_400Regular")


@dataclass(frozen=True, slots=True)
class Word:
    """A line of text that starts at x, y from the top of the page; ``right``: that ends there."""

    x: float
    y: float
    size: float
    text: str
    right: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A hairline across the page at y from the top."""

    left: float
    right: float
    y: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture whose upper left corner is at x, y from the top; it is made to fit its sides."""

    x: float
    y: float
    width: float
    height: float
    image: Image


Mark: TypeAlias = Word | Rule | Drawing


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of a table: its place among the columns, how wide it is, whether it holds figures, how wide it would be."""

    place: int
    width: float
    figures: bool
    wanted: float


class Sheet:
    """The pages as they grow: what stands where, and how far the newest is filled."""

    def __init__(self, size: tuple[float, float]) -> None:
        self.width, self.height = size
        self.pages: list[list[Mark]] = [[]]
        self.y = MARGIN

    @property
    def bottom(self) -> float:
        """Below this stands the foot."""
        return self.height - MARGIN - 2 * SMALL

    def turn(self) -> None:
        """Begins a page."""
        self.pages.append([])
        self.y = MARGIN

    def say(self, text: str, size: float) -> None:
        """A paragraph across the page."""
        for line in broken(text, size, self.width - 2 * MARGIN):
            self.pages[-1].append(Word(MARGIN, self.y + size, size, line))
            self.y += size * LINE


def write_pdf(title: str, lede: str, tables: Sequence[Table], language: str = "en") -> bytes:
    """The tables below each other as PDF, each under its name; heads are repeated on each page.

    A table that is too wide continues below with its first column repeated. Numbers have at most two decimals, as the
    language writes them. The same tables give the same bytes.
    """
    laid = [(table, _columns(table, language)) for table in tables]
    widest = max((sum(one.width + GAP for one in columns) - GAP for _, columns in laid), default=0.0)
    sheet = Sheet((LONG, SHORT) if widest > SHORT - 2 * MARGIN else (SHORT, LONG))
    sheet.say(title, TITLE)
    sheet.y += PAD
    sheet.say(lede, TEXT)
    for table, columns in laid:
        _lay_out(sheet, table, columns, language)
    return written(sheet, title)


# Laying out --------------------------------------------------------------------------------------------------------


def _columns(table: Table, language: str) -> list[_Column]:
    return [
        _column(place, head, [row[place] for row in table.rows], language)
        for place, head in enumerate(table.header)
    ]


def _lay_out(sheet: Sheet, table: Table, columns: Sequence[_Column], language: str) -> None:
    """The table, in as many parts below each other as it takes."""
    rows = [[shown(cell, language) for cell in row] for row in table.rows]
    room = sheet.width - 2 * MARGIN
    for part in (_spread(part, room) for part in _parts(columns, room)):
        sheet.y += HEAD
        if sheet.y + 6 * HEAD > sheet.bottom:
            sheet.turn()
        if table.name:
            sheet.say(table.name, HEAD)
        head = _cells(table.header, part)
        _place(sheet, head, part)
        for row in rows:
            cells = _cells(row, part)
            if sheet.y + _height(cells) > sheet.bottom:
                sheet.turn()
                _place(sheet, head, part)
            _place(sheet, cells, part)


def _column(place: int, head: str, values: Sequence[object], language: str) -> _Column:
    """As wide as its longest text or word of the head, within bounds; numbers, and what stands among them, to the right."""
    longest = max((width(text, TEXT) for text in {shown(value, language) for value in values}), default=0.0)
    words = max((width(word, TEXT) for word in head.split()), default=0.0)
    figures = any(isinstance(value, int | float) for value in values)
    wanted = max(longest, words, min(width(head, TEXT), 60.0))
    return _Column(place, min(WIDEST, wanted), figures, wanted)


def _spread(part: Sequence[_Column], room: float) -> list[_Column]:
    """The columns, with what room is left shared out among those that hold longer texts."""
    longer = sum(column.wanted > column.width for column in part)
    spare = max(0.0, room - sum(column.width + GAP for column in part) + GAP) / max(longer, 1)
    return [replace(column, width=min(column.wanted, column.width + spare)) for column in part]


def _parts(columns: Sequence[_Column], room: float) -> Iterator[list[_Column]]:
    """The columns in parts that fit the page, the first column in each."""
    first, *others = columns
    part, used = [first], first.width
    for column in others:
        if used + GAP + column.width > room and len(part) > 1:
            yield part
            part, used = [first], first.width
        part.append(column)
        used += GAP + column.width
    yield part


def _cells(row: Sequence[str], part: Sequence[_Column]) -> list[tuple[str, ...]]:
    return [broken(row[column.place], TEXT, column.width) for column in part]


def _height(cells: Sequence[Sequence[str]]) -> float:
    return max(map(len, cells)) * TEXT * LINE + 2 * PAD


def _place(sheet: Sheet, cells: Sequence[Sequence[str]], part: Sequence[_Column]) -> None:
    """A row at the end of the page, with a hairline below it."""
    x = MARGIN
    for column, lines in zip(part, cells, strict=True):
        at = x + column.width if column.figures else x
        for number, line in enumerate(lines):
            y = sheet.y + PAD + TEXT + number * TEXT * LINE
            sheet.pages[-1].append(Word(at, y, TEXT, line, column.figures))
        x += column.width + GAP
    sheet.y += _height(cells)
    sheet.pages[-1].append(Rule(MARGIN, x - GAP, sheet.y))


@lru_cache(maxsize=10_000)
def broken(text: str, size: float, room: float) -> tuple[str, ...]:
    """The text in lines of this width: parted at spaces, and anywhere where there are none (Chinese, long words)."""
    found = [""]
    for pieces in (groupby(part, lambda sign: sign == " " or sign > "⺀") for part in text.splitlines()):
        for apart, signs in pieces:
            for piece in signs if apart else ("".join(signs),):
                _append(found, piece, size, room)
        found.append("")
    return tuple(line.rstrip() for line in found[:-1]) or ("",)


def _append(lines: list[str], piece: str, size: float, room: float) -> None:
    """Adds a piece to the last line, or begins lines for it."""
    if lines[-1] and width(lines[-1] + piece, size) > room:
        lines.append("")
    for sign in piece if width(piece, size) > room else (piece.lstrip() if not lines[-1] else piece,):
        if lines[-1] and width(lines[-1] + sign, size) > room:
            lines.append("")
        lines[-1] += sign


# Drawing -----------------------------------------------------------------------------------------------------------


def written(sheet: Sheet, title: str, feet: Sequence[str] = ()) -> bytes:
    """The pages as PDF, each with its number and, to the left of it, its foot. The same sheet gives the same bytes."""
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415 - only who writes a PDF pays

    _register()
    out = BytesIO()
    canvas = Canvas(out, pagesize=(sheet.width, sheet.height), invariant=1, pageCompression=1)
    canvas.setTitle(title)
    for number, (page, foot) in enumerate(zip_longest(sheet.pages, feet, fillvalue=""), 1):
        edge = sheet.height - MARGIN
        ends = [
            Word(MARGIN, edge, SMALL, str(foot)),
            Word(sheet.width - MARGIN, edge, SMALL, f"{number} / {len(sheet.pages)}", right=True),
        ]
        _draw(canvas, sheet, [*page, *ends])
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _draw(canvas: Any, sheet: Sheet, page: Sequence[Mark]) -> None:
    canvas.setLineWidth(0.4)
    canvas.setStrokeGray(0.7)
    for one in page:
        if isinstance(one, Rule):
            canvas.line(one.left, sheet.height - one.y, one.right, sheet.height - one.y)
        elif isinstance(one, Drawing):
            _draw_image(canvas, one, sheet.height - one.y - one.height)
        else:
            x = one.x - width(one.text, one.size) if one.right else one.x
            line = canvas.beginText(x, sheet.height - one.y)
            for font, part in _runs(one.text):
                line.setFont(font, one.size)
                line.textOut(part)
            canvas.drawText(line)


def _draw_image(canvas: Any, drawing: Drawing, bottom: float) -> None:
    picture = _read(drawing.image)
    if drawing.image.mime != SVG:
        canvas.drawImage(picture, drawing.x, bottom, drawing.width, drawing.height, mask="auto")
        return
    canvas.saveState()
    canvas.translate(drawing.x, bottom)
    canvas.scale(drawing.width / picture.width, drawing.height / picture.height)
    picture.drawOn(canvas, 0, 0)
    canvas.restoreState()


def can_draw(image: Image) -> bool:
    """Whether the picture can be read to its end; ``read_image`` looks at its beginning only."""
    return _read(image) is not None


@lru_cache(maxsize=64)
def _read(image: Image) -> Any:
    """The picture as ReportLab draws it; None where it is damaged."""
    from reportlab.lib.utils import ImageReader  # noqa: PLC0415

    if image.mime == SVG:
        return _read_svg(image.content)
    try:
        picture = ImageReader(BytesIO(image.content))
        picture.getRGBData()
    except (OSError, ValueError, SyntaxError):
        return None
    return picture


def _read_svg(content: bytes) -> Any:
    from svglib.svglib import svg2rlg  # noqa: PLC0415

    try:
        drawing = svg2rlg(BytesIO(content))
    except Exception:  # noqa: BLE001 (whatever it stumbles over, the description is printed, and that is said)
        return None
    return drawing if drawing and drawing.width > 0 and drawing.height > 0 else None


@cache
def _register() -> tuple[Callable[[str, str, float], float], Sequence[Collection[int]]]:
    """Tells ReportLab of the fonts, once a process. Returns what measures a text in a font, and which signs each has."""
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415
    from reportlab.pdfbase.ttfonts import TTFont  # noqa: PLC0415

    signs = []
    for name in FONTS:
        (file,) = (Path(__file__).parent / "fonts").glob(f"*/{name}.ttf")
        font = TTFont(name, str(file))
        pdfmetrics.registerFont(font)
        signs.append(font.face.charToGlyph)
    return pdfmetrics.stringWidth, signs


@lru_cache(maxsize=10_000)
def _runs(text: str) -> tuple[tuple[str, str], ...]:
    """The text in parts, each with the font that has its signs; the first font for what none has."""
    parts = groupby(text, _font)
    return tuple((font, "".join(signs)) for font, signs in parts)


def _font(sign: str) -> str:
    _measure, known = _register()
    return next((name for name, signs in zip(FONTS, known, strict=True) if ord(sign) in signs), FONTS[0])


def unknown_signs(text: str) -> str:
    """The signs of a text that no font has, each once: they are shown as boxes."""
    _measure, known = _register()
    return "".join(
        sign for sign in dict.fromkeys(text) if sign > " " and not any(ord(sign) in one for one in known)
    )


def width(text: str, size: float) -> float:
    """How wide a line of text is, in points."""
    measure, _signs = _register()
    return sum(measure(part, font, size) for font, part in _runs(text))
