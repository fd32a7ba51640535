"""What formats with gaps on a picture share: the places have labels there, of which our text is made, and words may be pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from quiz.banks.model import Question
from quiz.files.richtext import to_text
from quiz.questions.images import references
from quiz.questions.parts import MARK

#: A line of the text that ``numbered`` makes, and a gap in it.
_LINES: Final = {"html": "<li>{}</li>", "markdown": "{place}. {}", "plain": "{place}. {}"}
_LISTS: Final = {"html": "<ol>\n{}\n</ol>", "markdown": "{}", "plain": "{}"}


def numbered(labels: Sequence[str], gaps: Sequence[str], style: str) -> str:
    """The text of a question whose places have these labels: a numbered list of the gaps, each after its label."""
    rows = [f"{label} [[{gap}]]".strip() for label, gap in zip(labels, gaps, strict=True)]
    lines = (_LINES[style].format(row, place=place) for place, row in enumerate(rows, 1))
    return _LISTS[style].format("\n".join(lines))


def labels_of(question: Question) -> list[str] | None:
    """The labels of which ``numbered`` makes just the text of this question; None where it is another text."""
    content: Any = question.content
    style = question.text_format
    rows = [row for row in content.text.split("\n") if MARK.search(row)]
    before, after = _LINES[style].split("{}")
    pieces = [*_pieces(rows, before, after, content.shown)]
    return pieces if numbered(pieces, content.shown, style) == content.text else None


def _pieces(rows: Sequence[str], before: str, after: str, gaps: Sequence[str]) -> Iterator[str]:
    for place, gap in enumerate(gaps, 1):
        row = rows[place - 1] if place <= len(rows) else ""
        inside = row.removeprefix(before.format(place=place)).removesuffix(after)
        yield inside.removesuffix(f"[[{gap}]]").strip()


def pictured(question: Question, text: str) -> str | None:
    """The picture that is all of a word; None for other words."""
    found = [*references({"text": text, "text_format": question.text_format})]
    return found[0].file if len(found) == 1 and to_text(text) == found[0].alt.strip() else None
