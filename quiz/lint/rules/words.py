"""Words that tell a guesser which option to take, or that mean something else to each reader."""

from __future__ import annotations

from collections.abc import Iterator

from quiz.lint.reading import Item
from quiz.lint.rule import WORDS, Flag, Rule, ask
from quiz.lint.rules.negation import negation_of


@Rule(
    "A01", "Absolute words in distractors only",
    message="A distractor says always, never, all … and the key does not: hardly anything is so without exception",
    fix="Take the absolute word out, or find a mistake that people really make",
    guideline="Haladyna 28a",
    languages=WORDS,
    bad=[
        ask("What does a judge do in a jury trial?", "Decides every fact alone", "*Explains the law", "Never speaks"),
        ask("Что делает вакцина?", "Всегда лечит", "*Готовит организм", "Снижает давление", language="ru"),
        ask("疫苗有什么作用？", "绝对不会失效", "*让身体做好准备", "降低血压", language="zh"),
    ],
    good=[ask("How many angles has a triangle?", "Only two", "*Always three", "Four or more")],
)  # fmt: skip
def absolute_distractor(item: Item) -> Iterator[Flag]:
    """In a negative question the parts are exchanged: there the false option is the key. An option that is one word
    ("none" among numbers) makes no claim.
    """
    if item.rivals is None:
        return
    key, others = item.rivals
    suspects, rest = ([key], others) if negation_of(item) else (others, [key])
    pattern = item.language.absolute
    if any(pattern.search(choice.text.folded) for choice in rest):
        return
    for choice in suspects:
        found = pattern.search(choice.text.folded)
        if found and len(choice.text.tokens) > 1:
            yield Flag(choice.text.where, choice.text.span(found))


@Rule(
    "A02", "Careful words in the key only",
    message="Only the key says usually, often, may …: careful wording looks true",
    fix="Take the word out of the key, or be as careful in the distractors",
    guideline="Haladyna 28a",
    languages=WORDS,
    bad=[
        ask("How are nights in the desert?", "Warm", "*Usually cold", "Wet"),
        ask("Какова зима в Сибири?", "Тёплая", "*Обычно сухая", "Дождливая", language="ru"),
        ask("西伯利亚的冬天怎样？", "温暖", "*通常寒冷", "多雨", language="zh"),
    ],
    good=[ask("How are nights in the desert?", "Usually warm", "*Usually cold", "Usually wet")],
)  # fmt: skip
def hedged_key(item: Item) -> Iterator[Flag]:
    if not item.key:
        return
    found = item.language.hedge.search(item.key.text.folded)
    if found and not any(item.language.hedge.search(choice.text.folded) for choice in item.distractors):
        yield Flag(item.key.text.where, item.key.text.span(found))


@Rule(
    "A03", "Vague words of frequency",
    severity="info",
    message="Often, many, recently … mean something else to each reader",
    fix="Say how often or how many, or leave the word out",
    guideline="Haladyna 5",
    languages=WORDS,
    bad=[
        ask("When do birds migrate?", "*In spring and autumn", "Often, in rain", "At full moon"),
        ask("Когда птицы улетают?", "*Осенью", "Иногда, в дождь", "Летом", language="ru"),
        ask("候鸟什么时候迁徙？", "*春天和秋天", "有时在下雨时", "满月时", language="zh"),
    ],
    good=[ask("When do birds migrate?", "*In spring and autumn", "In rain", "At full moon")],
)  # fmt: skip
def vague_options(item: Item) -> Iterator[Flag]:
    for choice in item.choices:
        found = item.language.vague.search(choice.text.folded)
        if found:
            yield Flag(choice.text.where, choice.text.span(found))
