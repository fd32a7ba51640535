"""Questions for what is not so: easily misread, and they show only that somebody knows what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator

from quiz.banks.findings import Finding
from quiz.lint.mending import Patch
from quiz.lint.reading import Item
from quiz.lint.rule import WORDS, Flag, Rule, ask

#: Types whose prompt asks for an option or a judgement; what a numerical question says is seldom misread.
_JUDGED = frozenset({"single_choice", "multiple_response", "true_false"})


def _emphasised(item: Item, finding: Finding) -> Patch | None:
    """The word that says *not* in capitals and bold, where it stands once."""
    word = re.compile(rf"(?<!\*){re.escape(finding.evidence)}(?!\*)", re.IGNORECASE)
    prompt = item.question.prompt
    if len(word.findall(prompt)) != 1:
        return None
    return {"prompt": word.sub(lambda found: f"**{found[0].upper()}**", prompt)}


@Rule(
    "N01", "Negative question",
    message="The question asks for what is not so, and the word for it is easily overlooked",
    fix="Ask for what is so; where the exception is the point, write the word in capitals and bold: **NOT**",
    guideline="Haladyna 17",
    languages=WORDS,
    mend=_emphasised,
    bad=[
        ask("Which metal is not attracted by a magnet?", "Iron", "*Copper", "Nickel"),
        ask("Какой металл не притягивается магнитом?", "Железо", "*Медь", "Никель", language="ru"),
        ask("哪种金属不能被磁铁吸引？", "铁", "*铜", "镍", language="zh"),
    ],
    good=[ask("Which metal is attracted by a magnet?", "*Iron", "Copper", "Lead"), ask("Why do ships not sink?", "*They push water aside", "They are light", "They are fast")],
)  # fmt: skip
def negative_stem(item: Item) -> Iterator[Flag]:
    """Information where the word is emphasised. Why something is not so is no negative question."""
    found = negation_of(item)
    if found:
        severity = "info" if item.stem.emphasises(found[0]) else ""
        yield Flag(item.stem.where, found[0], severity)


def negation_of(item: Item) -> re.Match[str] | None:
    """The negation in the sentence that asks; None where there is none."""
    if item.question.type not in _JUDGED:
        return None
    asked = item.stem.question_sentence.casefold()
    if item.language.reason.search(asked):
        return None
    return item.language.negation.search(item.language.quotation.sub("", asked))


@Rule(
    "N02", "Double negative",
    severity="error",
    message="The question is negative and so is an option: to choose it is to deny a denial",
    fix="Ask for what is so, or write the options without a negation",
    guideline="Haladyna 17, 27",
    languages=WORDS,
    bad=[
        ask("Which is **NOT** a rule of the road?", "Keep to your lane", "*Do not brake", "Give way to trams"),
        ask("Что **НЕ** верно о треугольнике?", "*У него не три угла", "Он плоский", "Сумма углов 180°", language="ru"),
        ask("关于三角形，哪一项**不正确**？", "*它没有三个角", "它是平面图形", "内角和是180°", language="zh"),
    ],
    good=[ask("Which is **NOT** a rule of the road?", "Keep to your lane", "*Brake at every tree", "Give way to trams")],
)  # fmt: skip
def double_negative(item: Item) -> Iterator[Flag]:
    if not item.choices or not negation_of(item):
        return
    for choice in item.choices:
        found = item.language.denial.search(choice.text.folded)
        if found:
            yield Flag(choice.text.where, choice.text.plain)
