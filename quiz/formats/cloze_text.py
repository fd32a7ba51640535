"""Moodle's embedded answers as a text file: each paragraph with gaps is a question.

Moodle reads such a file as one question. Here several may stand in it, parted by blank lines; paragraphs without gaps
stand in front of the question that follows. The texts are in Moodle's own format: plain text in which HTML is allowed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from quiz.banks.model import Question
from quiz.errors import Said
from quiz.files.richtext import Plain, to_html
from quiz.formats._embedded import GAP, Wrong, read_embedded, write_embedded
from quiz.formats._moodle import Styled, as_html, joined, kept, parted, settled
from quiz.formats.base import (
    Entry,
    Fault,
    Format,
    Found,
    Loss,
    Source,
    Writer,
    decoded,
)

_BLANK: Final = re.compile(r"\n[ \t]*\n\s*")


def _read(source: Source) -> Iterator[Entry]:
    text = decoded(source)
    front, begun, line, place = "", 0, 1, 0
    for start, block in _blocks(text):
        line += text.count("\n", place, start)
        place = start
        begun = begun or line
        if GAP.search(block):
            yield _entry(Said("line %(n)s", n=begun), front + block)
            front, begun = "", 0
        else:
            front += f"{block}\n\n"
    if front:
        yield Fault(
            Said("line %(n)s", n=begun), "there is no gap – write one such as {1:SHORTANSWER:=answer}"
        )


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """Paragraphs, and where they start."""
    start = len(text) - len(text.lstrip())
    for blank in _BLANK.finditer(text, start):
        yield start, text[start : blank.start()].strip()
        start = blank.end()
    if text[start:].strip():
        yield start, text[start:].strip()


def _entry(where: str, whole: str) -> Entry:
    try:
        found = read_embedded(Styled(whole, "moodle"))
    except Wrong as error:
        return Fault(where, str(error))
    more: dict[str, Any] = {"points": found.points} if found.points != 1 else {}
    if found.shuffle is False:
        more["shuffle"] = False
    fields = {"type": "cloze", "prompt": found.text, "gaps": found.gaps, **more}
    return Found(where, parted(settled(fields)), found.losses)


class _Writer(Writer):
    types = frozenset({"cloze"})
    holds = frozenset({"prompt", "text", "gaps", "points", "shuffle"})

    def add(self, question: Question, files: Mapping[str, bytes]) -> Sequence[Loss]:
        content: Any = question.content
        (prompt, text), style = _as_moodle((question.prompt, content.text), question.text_format)
        coded, losses = write_embedded(
            text, content.gaps, question.text_format, question.shuffle, question.points
        )
        lines = _BLANK.sub("\n", coded)
        if lines != coded and style == "plain":
            losses.append(Loss("text", "a blank line ends a question here: paragraphs became lines"))
        whole = joined(prompt, lines, style).strip()
        written = " ".join(whole.split("\n")) if style == "html" else whole
        if style != question.text_format:
            losses.append(Loss("text_format", Said("Moodle reads the text as %(style)s", style=style)))
        if files:
            losses.append(Loss("images", "a text file has no pictures"))
        self.target.write(f"{written}\n\n".encode())
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
    return 0.92 if GAP.search(text) and not text.startswith(("<?xml", "<quiz", "::")) else 0.0


FORMAT = Format(
    "cloze-text", "Moodle cloze text", (".cloze", ".cloze.txt"), _sniff, _read, _Writer, own_suffix=True
)
