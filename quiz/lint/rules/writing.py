"""Whether a text is written as books are: spaces and marks where they belong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from quiz.banks.findings import Finding
from quiz.lint.mending import Patch, with_text
from quiz.lint.reading import Item, Text
from quiz.lint.rule import WORDS, Flag, Rule, ask

#: Code, mathematics and lines of tables, where spaces have their meaning.
_MEANT: Final = re.compile(
    r"(```.*?```|`[^`]*`|\$[^$]*\$|\\\(.*?\\\)|^(?: {4}|\t)[^\n]*|^[^\n]*\|[^\n]*)", re.DOTALL | re.MULTILINE
)
#: Spaces between two words on a line, and before a mark that stands at the word in English, Russian and Chinese.
_DOUBLED: Final = re.compile(r"(?<=\S) {2,}(?=\S)")
_BEFORE_MARK: Final = re.compile(r"(?<=[^\W_]) +(?=(?:[,;?!](?:\s|$)|\.\s*$|[，。；？！]))")
#: A text that ends in a word, with no mark and no markup.
_OPEN_END: Final = re.compile(r"[^\W_]\s*$")


def _tidied(item: Item, finding: Finding) -> Patch:
    """The text with its spaces and its mark in order."""
    texts = {text.where: text for text in _texts(item)}
    return with_text(item, finding.where, _tidy(item, texts[finding.where]))


@Rule(
    "T07", "Untidy writing",
    severity="info",
    message="Spaces are doubled or stand before a mark, or a question has no mark at its end",
    fix="Take the spaces out, and end the question with its mark",
    guideline="Haladyna 12",
    languages=WORDS,
    mend=_tidied,
    bad=[
        ask("Which  metal is liquid ?", "Iron", "*Mercury", "Lead"),
        ask("Какой металл жидок", "Железо", "*Ртуть", "Свинец", language="ru"),
        ask("常温下呈液态的金属是什么", "铁", "*汞", "铅", language="zh"),
    ],
    good=[
        ask("Which metal is liquid?", "Iron", "*Mercury", "Lead"),
        ask("Who has seen the film knows that it is", "*long", "short", "silent"),
        ask("What does `a  = 1 ;` do?", "*It sets a", "It reads a", "It prints a"),
    ],
)  # fmt: skip
def untidy_writing(item: Item) -> Iterator[Flag]:
    """Not in code, mathematics and tables."""
    for text in _texts(item):
        tidy = _tidy(item, text)
        if tidy != text.raw:
            yield Flag(text.where, _shown(text.raw, tidy))


def _texts(item: Item) -> Iterator[Text]:
    yield item.stem
    yield from (choice.text for choice in item.choices)


def _tidy(item: Item, text: Text) -> str:
    parts = _MEANT.split(text.raw)
    tidy = "".join(part if place % 2 else _spaced(part) for place, part in enumerate(parts))
    if text is not item.stem or not _OPEN_END.search(tidy) or not item.question.kind.asks:
        return tidy
    sentence = text.sentences[-1].casefold().strip() if text.sentences else ""
    mark = "？" if item.language.tag == "zh" else "?"
    return tidy.rstrip() + mark if item.language.asks.search(sentence) else tidy


def _spaced(part: str) -> str:
    return _BEFORE_MARK.sub("", _DOUBLED.sub(" ", part))


def _shown(raw: str, tidy: str, around: int = 20) -> str:
    """The place where the two begin to differ, with its spaces to be seen."""
    pairs = enumerate(zip(raw, tidy, strict=False))
    place = next((number for number, (one, other) in pairs if one != other), min(len(raw), len(tidy)))
    return raw[max(0, place - around) : place + around].replace(" ", "␣").strip()
