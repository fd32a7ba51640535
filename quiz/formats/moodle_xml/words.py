"""``[[n]]`` in Moodle's texts with gaps: the n-th word belongs there. Ours: a gap by name, whose word is said apart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, Final

from quiz.errors import Said
from quiz.formats._moodle import Styled, between_marks
from quiz.formats.moodle_xml.item import Item, Wrong
from quiz.questions.parts import MARK

WORD: Final = re.compile(r"\[\[([0-9]{1,4})\]\]")


def word_gaps(text: Styled, words: Sequence[str]) -> tuple[dict[str, str], Styled]:
    """The gaps, numbered, each with the id of its word out of ``words``, and the text with their marks. Raises Wrong."""
    gaps: dict[str, str] = {}
    parts = WORD.split(text)
    pieces, style = between_marks(parts[::2], text.style)
    for number in parts[1::2]:
        if not 1 <= int(number) <= len(words):
            what = Said(
                "there is no word for [[%(piece)s]] – there are %(count)s, counted from 1",
                piece=number,
                count=len(words),
            )
            raise Wrong(what)
        gaps[str(len(gaps) + 1)] = words[int(number) - 1]
    marks = [*(f"[[{name}]]" for name in gaps), ""]
    return gaps, Styled("".join(chain(*zip(pieces, marks, strict=True))), style)


def grouped(item: Item, words: Sequence[Mapping[str, Any]], gaps: Mapping[str, str]) -> list[dict[str, Any]]:
    """The words, all of one group where a gap had nothing to choose from otherwise."""
    right, sizes = {*gaps.values()}, Counter(word["group"] for word in words)
    if alone := any(sizes[word["group"]] < 2 for word in words if word["id"] in right):
        item.lose("choices", "a group of one word: every word can be put everywhere")
    return [
        {name: value for name, value in word.items() if name != "group" or not (alone or value == "1")}
        for word in words
    ]


def numbered(text: str, gaps: Mapping[str, str], words: Sequence[str]) -> str:
    """The text as Moodle has it: in each gap the number of its word among ``words``."""
    return MARK.sub(lambda mark: f"[[{words.index(gaps[mark[1]]) + 1}]]", text)
