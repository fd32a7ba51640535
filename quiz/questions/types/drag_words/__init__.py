"""Drag words: words in a box are moved into the gaps of a text. Without dragging each gap has a list of them."""

from __future__ import annotations

from quiz.questions.wordgaps import WordGapType


class _Type(WordGapType):
    name = "drag_words"


TYPE = _Type()
