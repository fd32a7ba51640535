"""A question as it is written: lines of XML, its pictures, and what is lost."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

from quiz.banks.model import Question
from quiz.formats._moodle import PLACE, as_html, became_html, holds_markup, kept, literal
from quiz.formats.base import Loss, Unwritable, percentage
from quiz.questions.images import references, renamed

#: Moodle's words for the formats of texts.
FORMATS: Final = {"html": "html", "markdown": "markdown", "plain": "plain_text"}
#: Characters that no XML document can hold.
_NO_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MARKUP: Final = re.compile("[<>&\"']")
_NAMES: Final = (
    ("right", "correctfeedback"),
    ("partly", "partiallycorrectfeedback"),
    ("wrong", "incorrectfeedback"),
)


class Sheet:
    """One question while it is written: lines of XML, its pictures, and what was lost."""

    def __init__(self, question: Question, files: Mapping[str, bytes]) -> None:
        self.question = question
        self.files = {name: f"{PLACE}/{name.removeprefix('images/')}" for name in files}
        self.contents = files
        self.format = FORMATS[question.text_format]
        self.lines: list[str] = []
        self.losses: list[Loss] = []

    def line(self, text: str) -> None:
        """A line of XML."""
        self.lines.append(text)

    def put(self, name: str, value: object) -> None:
        """An element that holds a word or number."""
        self.lines.append(f"    <{name}>{value}</{name}>")

    def lose(self, name: str, detail: str) -> None:
        """Notes a loss of the field of this name, once."""
        loss = Loss(name, detail)
        if loss not in self.losses:
            self.losses.append(loss)

    def text(self, text: str | None) -> str:
        """``<text>``, and the files that it shows."""
        shown = str(text or "")
        attached = ""
        if self.files and shown:
            named = {"prompt": shown, "text_format": self.question.text_format}
            used = dict.fromkeys(one.file for one in references(named) if one.file in self.files)
            shown = renamed(named, self.files)["prompt"] if used else shown
            attached = "".join(f"\n{self.file(name)}" for name in used)
        return f"<text>{coded(shown)}</text>{attached}"

    def file(self, name: str) -> str:
        """``<file>`` with a picture."""
        folder, _, last = name.removeprefix("images").rpartition("/")
        content = b64encode(self.contents[name]).decode()
        return f'<file name="{last}" path="{folder}/" encoding="base64">{content}</file>'

    def styled(self, name: str, text: str | None, indent: str = "    ") -> None:
        """An element with a format and a text."""
        self.lines += (
            f'{indent}<{name} format="{self.format}">',
            f"{indent}  {self.text(text)}",
            f"{indent}</{name}>",
        )

    def bare(self, text: str, field: str) -> str:
        """A text of the question where Moodle shows no markup (``shown``), as ``<text>``. Raises Unwritable where it has no words."""
        words = literal(kept(text, self.question.text_format))
        if text and not words.strip():
            raise Unwritable("an option without words")
        if holds_markup(text, self.question.text_format):
            self.lose(field, "Moodle has plain text here: its markup")
        return f"<text>{coded(words)}</text>"

    def word(self, text: str, field: str) -> str:
        """A text of the question where Moodle shows HTML but keeps no files, as ``<text>``: of a picture its words."""
        if any(True for _ in references({"text": text, "text_format": self.question.text_format})):
            return self.bare(text, field)
        html = as_html(text, self.question.text_format)
        for loss in became_html([html], self.question.text_format):
            self.lose(loss.field, loss.detail)
        return f"<text>{coded(html)}</text>"

    def answer(
        self, credit: Fraction, text: str, format: str, feedback: str | None, more: Sequence[str] = ()
    ) -> None:
        """``<answer>``; ``text`` with its element around it."""
        self.line(f'    <answer fraction="{percentage(credit)}" format="{format}">')
        self.line(f"      {text}")
        self.styled("feedback", feedback, "      ")
        self.lines += more
        self.line("    </answer>")

    def shuffle(self) -> None:
        """Whether parts are shuffled."""
        self.put("shuffleanswers", str(self.question.shuffle).lower())

    def combined(self) -> None:
        """Feedback by how right the whole answer was."""
        told = self.question.feedback
        for ours, theirs in _NAMES:
            self.styled(theirs, getattr(told, ours) if told else None)


def coded(text: str) -> str:
    """Text as it stands in an element. Raises Unwritable for characters that XML does not know."""
    if _NO_XML.search(text):
        raise Unwritable("a text with characters that XML does not know")
    if not _MARKUP.search(text) and "\r" not in text:
        return text
    held = text.replace("]]>", "]]]]><![CDATA[>").replace("\r", "]]>&#13;<![CDATA[")
    return f"<![CDATA[{held}]]>"
