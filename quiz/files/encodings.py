"""The text of files from anywhere: Unicode, or the encoding in which Windows writes Western, Russian or Chinese."""

from __future__ import annotations

import re
from typing import Final

#: Bytes at the beginning by which UTF-16 without its mark is known.
_HEAD: Final = 4096
#: Bytes that are letters in Windows-1251 (all Cyrillic) and in Windows-1252 (accented).
_LETTERS: Final = re.compile(rb"[\xa8\xb8\xc0-\xff]+")
#: Bytes that begin no character beyond ASCII in UTF-8, and how many are begun there for each byte that is none: in words of
#: the others nearly every one is none.
_CONTINUE: Final = bytes(range(0xC2))
_FEW: Final = 10
#: What of a text in one of Windows' encodings is looked at, from the first letter on.
_ENOUGH: Final = 1_000_000
_ASCII: Final = bytes(range(0x80))
#: Words and sentences of Chinese in GB 18030: two bytes a character.
_PAIRS: Final = re.compile(rb"(?:[\xa1-\xf7][\xa1-\xfe]){2,}")
#: What the characters of everyday begin with: the first level of GB 2312, and punctuation.
_EVERYDAY: Final = frozenset({*range(0xB0, 0xD8), 0xA1, 0xA3})
#: What some of them end with, and no Cyrillic letter is, nor a quotation mark or № beside one: ИСТИНА could be Chinese.
_ENDS: Final = frozenset(range(0xA1, 0xC0)) - {*"Ёё«»№".encode("cp1251")}


def text_of(content: bytes) -> str:
    """The text of a file: UTF-16 with or without its mark, UTF-8, else GB 18030 (Chinese), Windows-1251 (Cyrillic) or -1252.

    UTF-8 it is too where few bytes are none, as in a file put together of two: each of them becomes U+FFFD. The mark of
    Unicode is no part of the text, wherever it stands.
    """
    content = in_utf8(content)
    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = content.decode(errors="replace")
        begun = len(content.translate(None, _CONTINUE))
        if text.count("\ufffd") * _FEW > begun:
            text = content.decode(_of_windows(content), "replace")
    return text.replace("\ufeff", "")


def in_utf8(content: bytes) -> bytes:
    """A text in UTF-16, with or without its mark, in UTF-8; anything else as it is."""
    encoding = _utf16(content[:_HEAD])
    return content.decode(encoding, "replace").encode() if encoding else content


def _utf16(head: bytes) -> str:
    """The byte order by the mark, else by where the zeros stand: half of each ASCII character; "" where it is no UTF-16."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    high, low = head[::2].count(0), head[1::2].count(0)
    if min(high, low) * 20 > max(high, low) or max(high, low) * 25 < len(head):
        return ""
    return "utf-16-be" if high > low else "utf-16-le"


def _of_windows(content: bytes) -> str:
    """The encoding by the letters beyond ASCII: in Western words they stand alone or in twos ("Größe"), Russian ones are
    longer runs of them, and Chinese characters are pairs, most of which begin like those of everyday.
    """
    letters = content.lstrip(_ASCII)[:_ENOUGH]
    if _like_chinese(letters) and _is(content, "gb18030"):
        return "gb18030"
    runs = [len(run) for run in _LETTERS.findall(letters)]
    together = sum(length for length in runs if length > 2)
    return "cp1251" if 2 * together > sum(runs) else "cp1252"


def _like_chinese(letters: bytes) -> bool:
    pairs = b"".join(_PAIRS.findall(letters))
    leads, ends = pairs[::2], pairs[1::2]
    return 5 * sum(lead in _EVERYDAY for lead in leads) > 4 * len(leads) and not _ENDS.isdisjoint(ends)


def _is(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
