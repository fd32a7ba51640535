"""Quizzes in Markdown, by the syntax of text2qti: a number begins a question, its answers follow.

``a)`` options with ``*`` at the right one, ``[*]`` and ``[ ]`` for several, ``*`` for what may be typed, ``=`` for a
number, ``____`` for an essay; ``...`` gives feedback, ``+`` and ``-`` that to a right and a wrong answer.
"""

from __future__ import annotations

import re

from quiz.formats.base import Format
from quiz.formats.text2qti.reading import read
from quiz.formats.text2qti.writing import QuizWriter


def _sniff(head: bytes, _name: str) -> float:
    text = head.decode("utf-8", "replace")
    if not re.search(r"^\s*\d+[.)]\s", text, re.MULTILINE):
        return 0.0
    if re.search(r"^Quiz title:", text, re.MULTILINE):
        return 0.97
    return 0.6 if re.search(r"^(\*[a-zA-Z]\)|\[[ *]\])", text, re.MULTILINE) else 0.0


FORMAT = Format(
    "text2qti", "Markdown quiz (text2qti)", (".text2qti.txt", ".quiz.md"), _sniff, read, QuizWriter
)
