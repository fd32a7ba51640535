"""Gap select: each gap of a text has a list of words to choose from."""

from __future__ import annotations

from quiz.questions.wordgaps import WordGapType


class _Type(WordGapType):
    name = "gap_select"


TYPE = _Type()
