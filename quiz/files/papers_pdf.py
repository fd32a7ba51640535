"""Papers as PDF (A4). Their words can be searched and copied; what a text loses is said by ``unset``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from quiz.files import pdf
from quiz.files.papers import Blank, Block, Images, Part, Picture, Table
from quiz.files.pdf import LINE, MARGIN, Drawing, Mark, Rule, Sheet, Word
from quiz.files.plainly import Seen, paragraphs

#: Points: the size of letters, the room of a label and of what is set in, the space of a line to write on.
TEXT, LABEL, ROW, BETWEEN = 10.0, 26.0, 22.0, 8.0
#: No picture is higher than this.
HIGHEST: Final = 320.0


@dataclass(frozen=True, slots=True)
class _Piece:
    """Marks relative to its own top, and how high it is."""

    height: float
    marks: tuple[Mark, ...] = ()


def write_papers_pdf(title: str, parts: Sequence[Part], images: Images) -> bytes:
    """The parts, each from the top of a page; an entry that fits on one page is not parted. The same parts give the same
    bytes.
    """
    sheet = Sheet((pdf.SHORT, pdf.LONG))
    feet: list[str] = []
    for number, part in enumerate(parts):
        if number:
            sheet.turn()
        sheet.say(part.title, pdf.TITLE)
        sheet.say(part.lede, TEXT)
        for entry in part.entries:
            _place(sheet, [piece for block in entry for piece in _pieces(block, images)])
        feet += [part.foot] * (len(sheet.pages) - len(feet))
    return pdf.written(sheet, title, feet)


def unset(parts: Sequence[Part], images: Images) -> Iterator[str]:
    """What cannot be set, each once: signs that no font has, pictures that are damaged."""
    found = dict.fromkeys(
        words
        for part in parts
        for entry in part.entries
        for block in entry
        for words in _unset(block, images)
    )
    yield from found


def _unset(block: Block, images: Images) -> Iterator[str]:
    for one in _seen(block):
        if isinstance(one, str):
            yield from (f"no font has the sign '{sign}'" for sign in pdf.unknown_signs(one))
        elif not pdf.can_draw(images[one.address]):
            yield f"a picture cannot be drawn, its description stands there: {one.alt}"


def _seen(block: Block) -> Iterator[str | Seen]:
    if isinstance(block, Picture):
        yield Seen(block.address, block.alt)
    elif isinstance(block, Table):
        yield from (cell for row in ((block.caption,), block.head, *block.rows) for cell in row)
    elif not isinstance(block, Blank):
        yield from paragraphs(block.html)


def _place(sheet: Sheet, pieces: Sequence[_Piece]) -> None:
    sheet.y += BETWEEN
    height = sum(piece.height for piece in pieces)
    if sheet.y + height > sheet.bottom and height <= sheet.bottom - MARGIN:
        sheet.turn()
    for piece in pieces:
        if sheet.y + piece.height > sheet.bottom:
            sheet.turn()
        sheet.pages[-1] += [_moved(mark, sheet.y) for mark in piece.marks]
        sheet.y += piece.height


def _moved(mark: Mark, y: float) -> Mark:
    return replace(mark, y=mark.y + y)


def _pieces(block: Block, images: Images) -> Iterator[_Piece]:
    left = MARGIN + LABEL
    right = pdf.SHORT - MARGIN
    if isinstance(block, Blank):
        yield from [_Piece(ROW, (Rule(left, right, ROW - 2),))] * block.lines
    elif isinstance(block, Picture):
        yield from _picture(Seen(block.address, block.alt), left, images, block.marks)
    elif isinstance(block, Table):
        yield from _table(block, right)
    else:
        left += block.depth * LABEL
        label = (Word(left - LABEL, TEXT, TEXT, block.label),) if block.label else ()
        for one in paragraphs(block.html):
            lines = [*(_lines(one, left, right) if isinstance(one, str) else _picture(one, left, images))]
            yield _Piece(lines[0].height, (*label, *lines[0].marks))
            yield from lines[1:]
            label = ()


def _table(block: Table, right: float) -> Iterator[_Piece]:
    """The caption, then each row on lines of its own; a first column of a third of the width, or more where few stand
    beside it.
    """
    yield from _lines(block.caption, MARGIN, right)
    beside = max(1, len(block.head) - 1)
    first = max((right - MARGIN) / 3, right - MARGIN - 110.0 * beside)
    width = (right - MARGIN - first) / beside
    stops = [(MARGIN, first - BETWEEN), *((MARGIN + first + width * n, width - 2) for n in range(beside))]
    for row in (block.head, *block.rows):
        cells = [
            [(left, line) for line in pdf.broken(cell, TEXT, wide)]
            for cell, (left, wide) in zip(row, stops, strict=True)
        ]
        lines = max(map(len, cells))
        words = tuple(
            Word(left, TEXT + place * TEXT * LINE, TEXT, line)
            for cell in cells
            for place, (left, line) in enumerate(cell)
        )
        height = lines * TEXT * LINE + 2
        yield _Piece(height, (*words, Rule(MARGIN, right, height - 1)))


def _lines(text: str, left: float, right: float) -> Iterator[_Piece]:
    for line in pdf.broken(text, TEXT, right - left):
        yield _Piece(TEXT * LINE, (Word(left, TEXT, TEXT, line),))


def _picture(
    seen: Seen, left: float, images: Images, marks: Sequence[tuple[str, float, float]] = ()
) -> Iterator[_Piece]:
    """The picture as large as its pixels at 96 to the inch, or smaller to fit; its description where it is damaged."""
    image = images[seen.address]
    if not pdf.can_draw(image):
        yield from _lines(f"[{seen.alt}]", left, pdf.SHORT - MARGIN)
        return
    scale = min(0.75, (pdf.SHORT - MARGIN - left) / image.width, HIGHEST / image.height)
    width, height = image.width * scale, image.height * scale
    words = (
        Word(left + x * width - pdf.width(text, TEXT) / 2, y * height + TEXT / 3, TEXT, text)
        for text, x, y in marks
    )
    yield _Piece(height + BETWEEN, (Drawing(left, 0, width, height, image), *words))
