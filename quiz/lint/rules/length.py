"""How long options are: who knows nothing takes the longest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import exp, lgamma, log
from typing import Final

from quiz.errors import Said
from quiz.lint.reading import Item
from quiz.lint.rule import WORDS, Flag, Rule, ask, several

#: How much longer than the longest distractor the key may be.
LONGEST_RATIO: Final = 1.4
#: Questions from which a habit can be seen, and how rarely chance alone would make it.
FEWEST, BY_CHANCE = 10, 0.01


@Rule(
    "L01", "The key is the longest option",
    message="The key is clearly longer than every other option: who only guesses takes the longest",
    fix="Shorten the key, or say as much in the other options; put the reasons into the explanation",
    guideline="Haladyna 24",
    languages=WORDS,
    bad=[
        ask("What is inflation?", "A fall in wages", "*A lasting rise of prices by which money loses its value", "A tax on imports"),
        ask("为什么冬天白昼较短？", "太阳光变弱了", "*地轴倾斜，我们所在的半球背向太阳，太阳升得不高", "云层比较厚", language="zh"),
    ],
    good=[ask("What is inflation?", "A lasting fall of wages", "*A lasting rise of prices", "A new tax on imports")],
)  # fmt: skip
def longest_is_key(item: Item) -> Iterator[Flag]:
    if stands_out(item) and item.rivals:
        key, others = item.rivals
        longest = max(len(choice.text.tokens) for choice in others)
        yield Flag(
            key.text.where,
            Said(
                "length %(length)s; the longest other option has %(longest)s",
                length=len(key.text.tokens),
                longest=longest,
            ),
        )


def stands_out(item: Item) -> bool:
    """Whether the key is longer than every distractor, by a share and by a number of words (Chinese: characters)."""
    if item.rivals is None:
        return False
    key, others = item.rivals
    size, rival = len(key.text.tokens), max(len(choice.text.tokens) for choice in others)
    return size > LONGEST_RATIO * rival and size - rival >= item.language.longer_by


@Rule(
    "L02", "The longest option is too often right",
    scope="bank",
    message="In this bank the longest option is the right one more often than chance would have it",
    fix="Lengthen distractors and shorten keys until the longest option is right as often as any other",
    guideline="Haladyna 24, 28d",
    bad=[several(*(ask(f"Question {n}?", "*A rather long answer", "Short", "Brief") for n in range(10)))],
    good=[several(*(ask(f"Question {n}?", "*Short", "A rather long answer", "Brief") for n in range(10)))],
)  # fmt: skip
def longest_too_often(items: Sequence[Item]) -> Iterator[Flag]:
    """The exact one-sided test. With options of different numbers the binomial of the mean chance is on the safe side
    (Hoeffding 1956).
    """
    asked = [item for item in items if item.key and len(item.choices) > 1]
    if len(asked) < FEWEST:
        return
    hits = sum(map(_key_is_longest, asked))
    chance = sum(1 / len(item.choices) for item in asked) / len(asked)
    if at_least(hits, len(asked), chance) < BY_CHANCE:
        yield Flag(
            "",
            Said(
                "%(hits)s of %(count)s single choice questions (%(share)s); chance: %(chance)s",
                hits=hits,
                count=len(asked),
                share=f"{hits / len(asked):.0%}",
                chance=f"{chance:.0%}",
            ),
        )


def _key_is_longest(item: Item) -> bool:
    lengths = {choice.where: len(choice.text.plain) for choice in item.choices}
    longest = max(lengths.values())
    return item.key is not None and [where for where, size in lengths.items() if size == longest] == [
        item.key.where
    ]


def at_least(hits: int, tries: int, chance: float) -> float:
    """The probability of so many hits or more in independent tries."""
    if hits <= 0 or chance >= 1:
        return 1.0
    return min(1.0, sum(_exactly(number, tries, chance) for number in range(hits, tries + 1)))


def _exactly(hits: int, tries: int, chance: float) -> float:
    ways = lgamma(tries + 1) - lgamma(hits + 1) - lgamma(tries - hits + 1)
    return exp(ways + hits * log(chance) + (tries - hits) * log(1 - chance))


@Rule(
    "L03", "Options of very different length",
    severity="info",
    message="One option is more than twice as long as another, which draws the eye",
    fix="Write all options to a similar length",
    guideline="Haladyna 24",
    languages=WORDS,
    bad=[ask("What causes the tides?", "*The pull of the Moon", "Wind", "The melting of the ice at both poles in the warm half of the year")],
    good=[ask("What causes the tides?", "*The pull of the Moon", "The wind at sea", "The melting of ice"), ask("Which gas is it?", "*Neon", "Carbon dioxide", "Argon")],
)  # fmt: skip
def length_spread(item: Item) -> Iterator[Flag]:
    """Names and other short options differ by nature: only where one is long. A long key is L01's matter."""
    if len(item.worded) < 2 or stands_out(item):
        return
    sizes = [len(choice.text.tokens) for choice in item.worded]
    longest = max(sizes)
    if longest > 2 * min(sizes) and longest >= item.language.long_option:
        place = sizes.index(longest)
        yield Flag(item.worded[place].text.where, Said("lengths %(sizes)s", sizes=", ".join(map(str, sizes))))
