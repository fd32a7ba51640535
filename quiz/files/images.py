"""Images, known by what is in them and never by their name: kind, size in pixels, where the picture ends.

PNG (ISO/IEC 15948), JPEG (ITU-T T.81, annex B), GIF89a, WebP (RFC 9649), and SVG after cleaning (``quiz.files.svg``).
Nothing is decoded. What follows the end of a picture is cut off, so that a file is never two things at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Final

from quiz.errors import Invalid, Problem, Said
from quiz.files.svg import clean_svg

#: Bytes of an image, and pixels of its sides and of its area: a browser needs four bytes for each.
MOST_BYTES: Final = 2_000_000
LONGEST_SIDE: Final = 16_000
MOST_PIXELS: Final = 40_000_000
#: How files of each kind end, the usual ending first.
SUFFIXES: Final = {
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "image/svg+xml": (".svg",),
}
NAMES: Final = {
    "image/png": Said("a PNG"),
    "image/jpeg": Said("a JPEG"),
    "image/gif": Said("a GIF"),
    "image/webp": Said("a WebP"),
    "image/svg+xml": Said("an SVG"),
}
_KNOWN: Final = "use PNG, JPEG, GIF, WebP or SVG"


@dataclass(frozen=True, slots=False)
class Image:
    """An image that may be kept and shown. ``width`` and ``height`` in pixels, as the file has them."""

    mime: str
    width: int
    height: int
    content: bytes

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the content, in hexadecimal."""
        return sha256(self.content).hexdigest()


#: Width, height and the length in bytes of what begins here.
_Measured = tuple[int, int, int]


class _Broken(Exception):
    """The file breaks off, or is not built as its kind demands."""


def read_image(content: bytes) -> Image:
    """The image in these bytes. Raises Invalid with what is wrong and how to mend it."""
    if len(content) > MOST_BYTES:
        what = Said(
            "the image has %(size)s MB, %(most)s MB is the most",
            size=f"{len(content) / 1000000.0:.1f}",
            most=f"{MOST_BYTES / 1000000.0:.0f}",
        )
        raise Invalid([Problem("", what, "make it smaller, or save it as JPEG or WebP")])
    mime = _kind(content)
    if mime == "image/svg+xml":
        content, width, height = clean_svg(content, MOST_BYTES)
    else:
        try:
            width, height, end = _MEASURES[mime](content)
        except (_Broken, IndexError):
            what = Said("this begins like %(kind)s but is broken off or damaged", kind=NAMES[mime])
            raise Invalid([Problem("", what, "save it again from the program that made it")]) from None
        content = content[:end]
    _demand_bounds(width, height)
    return Image(mime, width, height, content)


def named_rightly(image: Image, file: str) -> None:
    """Raises Invalid where the name of a file does not end as files of its kind do."""
    endings = SUFFIXES[image.mime]
    if not file.lower().endswith(endings):
        stem = file.rpartition(".")[0] or file
        what = Said("'%(file)s' holds %(kind)s, whatever its name says", file=file, kind=NAMES[image.mime])
        raise Invalid([Problem("", what, Said("call it %(name)s", name=stem + endings[0]))])


def _demand_bounds(width: int, height: int) -> None:
    if width < 1 or height < 1:
        raise Invalid([Problem("", "the image has no size", "save it again from the program that made it")])
    if max(width, height) > LONGEST_SIDE or width * height > MOST_PIXELS:
        what = Said("the image has %(width)s × %(height)s pixels", width=width, height=height)
        mend = Said(
            "make it smaller: %(side)s a side and %(millions)s million in all are the most",
            side=LONGEST_SIDE,
            millions=MOST_PIXELS // 1000000,
        )
        raise Invalid([Problem("", what, mend)])


def _kind(content: bytes) -> str:
    for start, mime in (
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
    ):
        if content.startswith(start):
            return mime
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if re.match(
        rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml|!--|!DOCTYPE\s+svg|(?:\w+:)?svg[\s>])", content[:400], re.IGNORECASE
    ):
        return "image/svg+xml"
    raise Invalid([Problem("", "this is no image of a kind that browsers show", _KNOWN)])


def _number(content: bytes, start: int, length: int, *, little: bool = False) -> int:
    """An unsigned number in the file. Raises _Broken where the file ends before it."""
    if start + length > len(content):
        raise _Broken
    return int.from_bytes(content[start : start + length], "little" if little else "big")


def _png(content: bytes) -> _Measured:
    """Chunks of length, name, data and checksum; IHDR first, IEND last, at least one IDAT between."""
    if content[12:16] != b"IHDR":
        raise _Broken
    size = _number(content, 16, 4), _number(content, 20, 4)
    place, drawn = 8, False
    while True:
        length, name = _number(content, place, 4), content[place + 4 : place + 8]
        place += 12 + length
        drawn = drawn or name == b"IDAT"
        if name == b"IEND" and drawn and place <= len(content):
            return (*size, place)


def _jpeg(content: bytes) -> _Measured:
    """Segments up to the end of the image; the frame header (SOF) says the size."""
    place, size = 2, (0, 0)
    while True:
        marker = _number(content, place, 2)
        if marker < 0xFF01:
            raise _Broken
        place += 2
        if marker == 0xFFD9:
            return (*size, place)
        if marker == 0xFFFF:  # a byte that fills
            place -= 1
            continue
        length = _number(content, place, 2)
        if 0xFFC0 <= marker <= 0xFFCF and marker not in (0xFFC4, 0xFFC8, 0xFFCC):
            size = _number(content, place + 5, 2), _number(content, place + 3, 2)
        place += length
        if marker == 0xFFDA:
            place = _after_scan(content, place)


_NEXT_MARKER: Final = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")


def _after_scan(content: bytes, place: int) -> int:
    """Where the next marker stands; zeros and restarts belong to the scan."""
    found = _NEXT_MARKER.search(content, place)
    if found is None:
        raise _Broken
    return found.start()


def _gif(content: bytes) -> _Measured:
    """The logical screen, its colours, then blocks up to the trailer."""
    size = _number(content, 6, 2, little=True), _number(content, 8, 2, little=True)
    place = 13 + _colours(content[10])
    while content[place] != 0x3B:
        if content[place] == 0x2C:
            place += 11 + _colours(content[place + 9])
        elif content[place] == 0x21:
            place += 2
        else:
            raise _Broken
        while content[place]:
            place += 1 + content[place]
        place += 1
    return (*size, place + 1)


def _colours(packed: int) -> int:
    """Bytes of a table of colours, as the packed field before it says."""
    return 3 << (packed & 7) + 1 if packed & 0x80 else 0


def _webp(content: bytes) -> _Measured:
    """A RIFF file whose first chunk says the size in one of three ways."""
    end = 8 + _number(content, 4, 4, little=True)
    if end > len(content):
        raise _Broken
    return (*_webp_size(content), end)


def _webp_size(content: bytes) -> tuple[int, int]:
    kind = content[12:16]
    if kind == b"VP8X":
        return 1 + _number(content, 24, 3, little=True), 1 + _number(content, 27, 3, little=True)
    if kind == b"VP8L" and content[20] == 0x2F:
        bits = _number(content, 21, 4, little=True)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 " and content[23:26] == b"\x9d\x01\x2a":
        return _number(content, 26, 2, little=True) & 0x3FFF, _number(content, 28, 2, little=True) & 0x3FFF
    raise _Broken


_MEASURES: Final[dict[str, Callable[[bytes], _Measured]]] = {
    "image/png": _png,
    "image/jpeg": _jpeg,
    "image/gif": _gif,
    "image/webp": _webp,
}
