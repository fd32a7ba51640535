"""Which version of QTI a file is, by how it begins."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable
from typing import Final

from quiz.files.archive import START
from quiz.formats.qti.dialect import Dialect

_ROOT: Final = re.compile(r"<(?:\w+:)?(?:qti-)?(?:assessment-?[iI]tem)\b")
#: Length of the header of an entry of a zip archive, before its name, and where in it the lengths of the name and of
#: what follows the name stand (APPNOTE 6.3, 4.3.7).
_HEADER: Final = 30
_METHOD: Final = slice(8, 10)
_LENGTHS: Final = slice(26, 30)


def sniff(dialect: Dialect) -> Callable[[bytes, str], float]:
    """The confidence that a file is of this version: an item, or a package whose manifest comes first."""
    marks = (dialect.items, dialect.resource.partition("{}")[2].strip("_"), dialect.package[0] + "<")

    def confidence(head: bytes, _name: str) -> float:
        if head.startswith(START):
            text = _first_of_archive(head)
            if any(mark in text for mark in marks):
                return 0.95
            return 0.35 if b"imsmanifest.xml" in head and "imsqti_xmlv1" not in text else 0.0
        text = head.decode("utf-8", "replace")
        if not _ROOT.search(text):
            return 0.0
        return 0.95 if dialect.items in text else 0.5

    return confidence


def _first_of_archive(head: bytes) -> str:
    """How the first file of an archive begins, which is the manifest or an item as a rule; "" where it is no XML."""
    if len(head) < _HEADER:
        return ""
    named, extra = struct.unpack("<HH", head[_LENGTHS])
    start = _HEADER + named + extra
    if not head[_HEADER : _HEADER + named].endswith(b".xml"):
        return ""
    packed = head[start:]
    if head[_METHOD] == b"\x08\x00":
        try:
            packed = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, 100_000)
        except zlib.error:
            return ""
    return packed.decode("utf-8", "replace")
