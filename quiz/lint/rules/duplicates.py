"""Questions that ask the same twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from typing import Final

from quiz.lint.reading import Item
from quiz.lint.rule import Flag, Rule, ask, several

#: How much of stem and key together two questions share (Jaccard), or of the stem where their keys are equal (cosine).
ALIKE, ALIKE_STEM = 0.80, 0.85
#: Questions with the same rare word that one is compared with: in a bank of few words, the last of them.
COMPARED_MOST: Final = 300
#: Whatever passes either test shares at least this part of its words with the other.
_LEAST: Final = ALIKE_STEM**2


@dataclass(frozen=True)
class _Print:
    """What is compared: words of the stem, of the key, and the figures, which make another exercise of the same words."""

    item: Item
    stem: frozenset[str]
    key: str
    all: frozenset[str]
    figures: tuple[str, ...]


@Rule(
    "D01", "Asked already",
    scope="bank",
    message="The bank asks nearly the same in another question",
    fix="Take one of them out, or let them ask for different things; name them as enemies where both are wanted",
    guideline="Haladyna 4",
    bad=[several(ask("What is the chemical symbol of potassium?", "*K", "P", "Po"), ask("What is the chemical symbol for potassium?", "*K", "Ca", "Na"))],
    good=[several(ask("What is the chemical symbol of potassium?", "*K", "P", "Po"), ask("What is the chemical symbol of sodium?", "*Na", "S", "N"))],
)  # fmt: skip
def asked_already(items: Sequence[Item]) -> Iterator[Flag]:
    """Each question is compared only with those that share one of its rarest words (prefix filtering: Chaudhuri, Ganti
    and Kaushik 2006), and one that is found stands for nothing more: time grows with the bank, not with its square.
    Enemies, questions of another type and exercises with other figures are no duplicates.
    """
    prints = [_print(item) for item in items]
    rarity = Counter(word for one in prints for word in one.all)
    seen: dict[tuple[object, ...], list[_Print]] = {}
    for one in prints:
        ranked = sorted(one.all, key=lambda word: (rarity[word], word))
        first = ranked[: len(ranked) - ceil(_LEAST * len(ranked)) + 1]
        buckets = [(one.item.question.type, one.figures, word) for word in first]
        twin = next(
            (
                other
                for bucket in buckets
                for other in seen.get(bucket, [])[-COMPARED_MOST:]
                if _alike(one, other)
            ),
            None,
        )
        if twin is None:
            for bucket in buckets:
                seen.setdefault(bucket, []).append(one)
        elif not _enemies(one.item, twin.item):
            yield Flag("prompt", f"{twin.item.question.qualified}: {twin.item.stem.plain}", item=one.item)


def _print(item: Item) -> _Print:
    stem = frozenset(item.stem.tokens)
    key = item.question.kind.right_answer(item.question.content).casefold()
    words = frozenset(item.language.tokens(key))
    figures = tuple(sorted(word for word in stem if word[0].isdecimal()))
    return _Print(item, stem, key, stem | words, figures)


def _alike(one: _Print, other: _Print) -> bool:
    shared = len(one.all & other.all)
    if shared >= ALIKE * len(one.all | other.all):
        return True
    equal_key = one.key == other.key and one.stem and other.stem
    return bool(equal_key) and len(one.stem & other.stem) >= ALIKE_STEM * sqrt(
        len(one.stem) * len(other.stem)
    )


def _enemies(one: Item, other: Item) -> bool:
    return (
        other.question.qualified in one.question.enemies or one.question.qualified in other.question.enemies
    )
