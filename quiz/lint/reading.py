"""A question as the rules read it: its texts without markup, folded, cut into words once."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from quiz.banks.model import Question
from quiz.files.richtext import to_text
from quiz.lint.language import Language
from quiz.questions.options import Options

_SENTENCE_ENDS: Final = re.compile(r"(?<=[.!?。！？])(?<!\b\w\.)\s+|(?<=[。！？])")
_EMPHASISED: Final = re.compile(r"\*\*(.+?)\*\*|__(.+?)__|(?<!\w)\*([^*]+)\*|<(?:b|strong|em|u)>(.+?)</")
#: Characters of a text that are read: a pattern may look at each more than once, and nobody reads a longer stem.
READ_MOST: Final = 5_000
#: Options that are compared with each other.
COMPARED_MOST: Final = 50
#: A word that stands in more than this share of a bank's questions is its subject, and gives nothing away.
COMMON_SHARE: Final = 0.1
#: Questions below which a bank has no subject of its own yet.
COMMON_FROM: Final = 20


class Text:
    """A text of a question, as far as it is read. ``where`` is its path in the question."""

    def __init__(self, raw: str, where: str, language: Language) -> None:
        self.raw, self.where, self._language = raw[:READ_MOST], where, language

    @cached_property
    def plain(self) -> str:
        """Without markup, NFKC: as it is read."""
        text = to_text(self.raw)
        return text if text.isascii() else unicodedata.normalize("NFKC", text)

    @cached_property
    def folded(self) -> str:
        """The same without differences of case."""
        return self.plain.casefold()

    @cached_property
    def tokens(self) -> Sequence[str]:
        """Its words (Chinese: its characters), folded."""
        return tuple(self._language.tokens(self.folded))

    @cached_property
    def content(self) -> frozenset[str]:
        """The stems of the words that carry meaning."""
        return frozenset(self._language.content(self.folded))

    @cached_property
    def sentences(self) -> Sequence[str]:
        """Its sentences, plain."""
        return tuple(part for part in _SENTENCE_ENDS.split(self.plain) if part.strip())

    @cached_property
    def question_sentence(self) -> str:
        """The sentence that asks: the last with a question mark, else the last."""
        asking = [part for part in self.sentences if part.rstrip().endswith("?")]
        return (asking or self.sentences or ("",))[-1]

    def span(self, found: re.Match[str]) -> str:
        """The words of a match in ``folded``, as they are written where folding keeps their place."""
        start, end = found.span()
        return self.plain[start:end] if len(self.plain) == len(self.folded) else found[0]

    def emphasises(self, words: str) -> bool:
        """Whether words are written in capitals, or set off by markup."""
        capital = words.upper() != words.lower() and words.upper() in self.plain
        marked = (part for found in _EMPHASISED.finditer(self.raw) for part in found.groups() if part)
        return capital or any(words in part.casefold() for part in marked)


@dataclass(frozen=True)
class Choice:
    """An option as the rules read it; ``feedback`` is "" for none."""

    text: Text
    right: bool
    feedback: str
    where: str


@dataclass(eq=False)
class Item:
    """A question as the rules read it. ``common``: stems that are the subject of its bank."""

    question: Question
    language: Language
    common: frozenset[str] = frozenset()

    @cached_property
    def stem(self) -> Text:
        """The prompt."""
        return Text(self.question.prompt, "prompt", self.language)

    @cached_property
    def choices(self) -> Sequence[Choice]:
        """Its options; empty where answers are typed or built."""
        content = self.question.content
        if not isinstance(content, Options):
            return ()
        return tuple(
            Choice(
                Text(option.text, f"options[{place}].text", self.language),
                option.right,
                option.feedback or "",
                f"options[{place}]",
            )
            for place, option in enumerate(content.options)
        )

    @cached_property
    def worded(self) -> Sequence[Choice]:
        """The options that speak for themselves: not those that only name others ("all of the above", "A and C")."""
        referring = (self.language.all_of_these, self.language.none_of_these, self.language.labels)
        return [
            choice
            for choice in self.choices
            if not any(pattern.search(choice.text.folded) for pattern in referring)
        ]

    @cached_property
    def key(self) -> Choice | None:
        """The one right option of a single choice; None where there is none, or options are right in part."""
        right = [choice for choice in self.choices if choice.right]
        return right[0] if self.question.type == "single_choice" and len(right) == 1 else None

    @cached_property
    def distractors(self) -> Sequence[Choice]:
        """The options that are not right."""
        return tuple(choice for choice in self.choices if not choice.right)

    @cached_property
    def rivals(self) -> tuple[Choice, Sequence[Choice]] | None:
        """The key of a single choice and the distractors beside it, all of them worded; None where there are none."""
        distractors = [choice for choice in self.worded if not choice.right]
        return (self.key, distractors) if self.key in self.worded and self.key and distractors else None

    @property
    def fixed_order(self) -> bool:
        """Whether students see the options in the authored order."""
        return not self.question.shuffle

    @cached_property
    def feedbacks(self) -> Sequence[str]:
        """Every feedback that the question gives."""
        return tuple(_feedbacks(self.question.content.model_dump()))


def _feedbacks(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for name, one in value.items():
            if isinstance(one, str) and str(name).startswith("feedback"):
                yield one
            else:
                yield from _feedbacks(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _feedbacks(one)


def read(questions: Iterable[Question], language: Language) -> Sequence[Item]:
    """The questions of one bank, each knowing what the bank is about."""
    items = [Item(question, language) for question in questions]
    counts = Counter(stem for item in items for stem in _vocabulary(item))
    if len(items) < COMMON_FROM:
        return items
    common = frozenset(stem for stem, count in counts.items() if count > COMMON_SHARE * len(items))
    for item in items:
        item.common = common
    return items


def _vocabulary(item: Item) -> frozenset[str]:
    return item.stem.content.union(*(choice.text.content for choice in item.choices))
