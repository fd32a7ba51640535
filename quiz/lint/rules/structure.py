"""Whether there is something to choose at all. What a bank file may not be in the first place, the reader refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Final

from quiz.errors import Said
from quiz.lint.reading import Item, Text
from quiz.lint.rule import Flag, Rule, ask, rules
from quiz.questions.rules.numbers import show_number
from quiz.questions.validation import suggest

_LETTERS: Final = re.compile(r"\w{3,}")
_PUNCTUATION: Final = " .。;!,"
#: Options that a student can weigh against each other.
FEWEST, MOST = 3, 5


@Rule(
    "S01", "Nothing to choose",
    severity="error",
    message="There is no question: a text is blank, or every option is right",
    fix="Write the text, or add options that are wrong",
    guideline="Haladyna 19",
    bad=[ask("Which of these are even?", "*2", "*4", "*6", type="multiple_response"), ask("How much is 3 × 4?", "*12", "&nbsp;", "7")],
    good=[ask("Which of these are even?", "*2", "*4", "7", type="multiple_response")],
)  # fmt: skip
def nothing_to_choose(item: Item) -> Iterator[Flag]:
    for text in (item.stem, *(choice.text for choice in item.choices)):
        if _is_blank(text):
            yield Flag(text.where, text.raw.strip())
    if item.choices and not item.distractors:
        yield Flag("options", Said("%(count)s of %(count)s options are right", count=len(item.choices)))


def _is_blank(text: Text) -> bool:
    """Whether a text shows nothing; marks alone (``**``) say nothing, an operator such as ``+`` does."""
    return not text.plain.strip("*_`# ") and "$" not in text.raw


@Rule(
    "S02", "Options that say the same",
    severity="error",
    message="Two options say the same, so neither can be the only right one",
    fix="Take one of them out, or make it say something else",
    guideline="Haladyna 22",
    bad=[ask("Which gas do plants take in?", "*Carbon dioxide", "Oxygen", "oxygen."), ask("Какой металл жидок?", "*Ртуть", "Медь", "медь", language="ru")],
    good=[ask("Which prefix means a thousandth?", "*m (milli)", "M (mega)", "k (kilo)"), ask("Which unit is a million ohms?", "mΩ", "*MΩ", "kΩ")],
)  # fmt: skip
def same_options(item: Item) -> Iterator[Flag]:
    """An error where they are equal but for case and punctuation, a warning where but for articles too."""
    seen: dict[object, str] = {}
    bare: dict[object, str] = {}
    for choice in item.choices:
        text = choice.text
        same, like = _spelled(text), _without_articles(item, text)
        if same in seen:
            yield Flag(text.where, f"{seen[same]} / {text.plain}")
        elif like and like in bare:
            yield Flag(text.where, f"{bare[like]} / {text.plain}", "warning")
        seen.setdefault(same, text.plain)
        bare.setdefault(like, text.plain)


def _spelled(text: Text) -> object:
    """What two equal options share. Case counts in symbols (mΩ and MΩ) and mathematics."""
    if "$" in text.raw or not _LETTERS.search(text.plain):
        return text.plain.strip(_PUNCTUATION)
    return text.folded.strip(_PUNCTUATION)


def _without_articles(item: Item, text: Text) -> tuple[str, ...]:
    kept = tuple(token for token in text.tokens if token not in item.language.articles)
    return kept if len(kept) > 2 and "$" not in text.raw else ()


@Rule(
    "S03", "Too few or too many options",
    message="Two options can be guessed, more than five are seldom all plausible",
    fix="Offer three to five options; every distractor should be a mistake that somebody makes",
    guideline="Haladyna 18",
    bad=[ask("How much is 12 × 12?", "*144", "124")],
    good=[ask("How much is 12 × 12?", "*144", "124", "1212")],
)  # fmt: skip
def option_count(item: Item) -> Iterator[Flag]:
    """A warning for two, information for more than five. Multiple responses may be longer lists."""
    count = len(item.choices)
    if item.key and count < FEWEST:
        yield Flag("options", Said("%(count)s options", count=count))
    elif item.key and count > MOST:
        yield Flag("options", Said("%(count)s options", count=count), "info")


@Rule(
    "S04", "A reason for no rule",
    message="The question suppresses a rule that does not exist",
    fix="Name the rule by its id, or take the entry out",
    guideline="Each exception names what it is one from",
    bad=[ask("How much is 3 × 4?", "*12", "7", "34", suppress=[{"rule": "C1", "reason": "The line has to hold the word."}])],
    good=[ask("How much is 3 × 4?", "*12", "7", "34", suppress=[{"rule": "C01", "reason": "The line has to hold the word."}])],
)  # fmt: skip
def unknown_rule(item: Item) -> Iterator[Flag]:
    for place, said in enumerate(item.question.suppress):
        if said.rule not in rules():
            yield Flag(
                f"suppress[{place}].rule",
                Said("%(name)s%(hint)s", name=said.rule, hint=suggest(said.rule, rules())),
            )


@Rule(
    "S05", "Part of the mark out of reach",
    message="However one answers, the whole mark is out of reach",
    fix="Let the credits of the right options add up to 1",
    guideline="Moodle says so too: the positive grades should add up to 100 %",
    bad=[ask("Which of these are even?", type="multiple_response", options=[{"text": "2", "credit": "0.5"}, {"text": "4", "credit": "1/3"}, {"text": "7", "credit": "-0.5"}])],
    good=[ask("Which of these are even?", type="multiple_response", options=[{"text": "2", "credit": "0.5"}, {"text": "4", "credit": "0.5"}, {"text": "7", "credit": "-0.5"}])],
)  # fmt: skip
def mark_out_of_reach(item: Item) -> Iterator[Flag]:
    """Where options are worth shares of the mark, and as many of the best as may be chosen are worth less than all."""
    question: Any = item.question
    if question.scoring == "sum_of_credits" and question.content.credited:
        best = sorted((option.worth for option in question.content.options), reverse=True)
        most = sum((share for share in best[: question.content.choose] if share > 0), Fraction(0))
        if most < 1:
            yield Flag("options", Said("at most %(share)s of the mark", share=show_number(most)))
