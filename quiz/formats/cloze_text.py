"""Moodle's embedded answers as a text file.

Moodle reads such a file as one question (``question/format/multianswer``). Here several may stand in it, parted by lines
of hyphens. The texts are in Moodle's own format: plain text in which HTML is allowed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from typing import Any, BinaryIO, Final

from quiz.banks.model import Bank, Question
from quiz.errors import Said
from quiz.files.mathematics import HOLDS_TEX
from quiz.files.richtext import Plain, to_html
from quiz.formats._embedded import START, Wrong, read_embedded, write_embedded
from quiz.formats._moodle import Styled, as_html, joined, kept, moved, on_a_line, parted, settled
from quiz.formats.base import (
    Entry,
    Fault,
    Format,
    Found,
    Loss,
    Source,
    Unwritable,
    Writer,
    decoded,
)

#: A line that parts questions, below a gap.
_RULE: Final = re.compile(r"[ \t]*-{3,}[ \t]*")
_BLANK: Final = re.compile(r"\n[ \t]*\n\s*")


def _read(source: Source) -> Iterator[Entry]:
    held: list[str] = []
    gaps, number = False, 0
    for number, line in enumerate(decoded(source).split("\n"), 1):
        if gaps and _RULE.fullmatch(line):
            yield _entry(number, held)
            held, gaps = [], False
        elif held or line.strip():
            held.append(line)
            gaps = gaps or START.search(line) is not None
    if held:
        yield _entry(number + 1, held)


def _entry(end: int, lines: Sequence[str]) -> Entry:
    """The question of the lines above the one of this number."""
    line, whole = end - len(lines), "\n".join(lines).strip()
    try:
        found = read_embedded(Styled(whole, "moodle"))
    except Wrong as error:
        return Fault(Said("line %(n)s", n=line + whole.count("\n", 0, error.place)), str(error))
    more: dict[str, Any] = {"points": found.points} if found.points != 1 else {}
    if found.shuffle is False:
        more["shuffle"] = False
    fields = {"type": "cloze", "prompt": found.text, "gaps": found.gaps, **more}
    return Found(Said("line %(n)s", n=line), parted(settled(fields)), found.losses)


class _Writer(Writer):
    types = frozenset({"cloze"})
    holds = frozenset({"prompt", "text", "gaps", "points", "shuffle"})

    def __init__(self, target: BinaryIO, bank: Bank) -> None:
        super().__init__(target, bank)
        self._parting = b""

    def add(self, question: Question, files: Mapping[str, bytes]) -> Sequence[Loss]:
        content: Any = question.content
        (prompt, text), style = _as_moodle((question.prompt, content.text.strip()), question.text_format)
        coded, losses = write_embedded(question, prompt, text)
        losses += moved(prompt, text, style) if style == "html" else []
        place = next(gap.start() for gap in START.finditer(coded))
        front, rest = coded[:place], coded[place:]
        if style == "plain" and any(map(_RULE.fullmatch, rest.split("\n"))):
            raise Unwritable("a text with a line of hyphens, which parts questions")
        lines = _BLANK.sub("\n", front) + rest
        if lines != coded and style == "plain":
            losses.append(Loss("text", "paragraphs in front of the first gap became lines of one"))
        whole = joined(prompt, lines, style).strip()
        written = on_a_line(whole, style) if style == "html" else whole
        style = "html" if HOLDS_TEX.search(unescape(whole)) else style
        if style != question.text_format:
            losses.append(Loss("text_format", Said("Moodle reads the text as %(style)s", style=style)))
        if files:
            losses.append(Loss("images", "a text file has no pictures"))
        if self._parting:
            losses.append(Loss("questions", "Moodle reads the questions of a file as one"))
        self.target.write(self._parting + f"{written}\n".encode())
        self._parting = b"\n---\n\n"
        return losses

    def close(self) -> None:
        return


def _as_moodle(texts: Sequence[str], text_format: str) -> tuple[list[str], str]:
    """The texts in Moodle's own format, and whether they are plain there or HTML."""
    if text_format == "html":
        return [*texts], "html"
    if not any(as_html(text, text_format) != kept(text, text_format) for text in texts):
        return [kept(text, text_format) for text in texts], "plain"
    style = {"markdown": str, "plain": Plain}[text_format]
    return [to_html(style(text)) for text in texts], "html"


def _sniff(head: bytes, name: str) -> float:
    if name.endswith(".cloze"):
        return 0.95
    text = head.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    return 0.92 if START.search(text) and not text.startswith(("<?xml", "<quiz", "::")) else 0.0


FORMAT = Format(
    "cloze-text", "Moodle cloze text", (".cloze", ".cloze.txt"), _sniff, _read, _Writer, own_suffix=True
)
