"""What the rules know of a language: a table of words and patterns for each, in a module of its own name.

A rule asks for a table's entry by name; a rule that needs what only one language has says so (``languages``).
Text is matched as it is read: NFKC, case folded, without markup.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from typing import TypeAlias

from quiz.registry import modules

Tokens: TypeAlias = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """One language's table. Patterns are searched in folded text; a *stem* is a word without its endings."""

    tag: str
    #: The words of a text (Chinese: its characters), and their stems that carry meaning.
    tokens: Tokens
    content: Tokens
    #: How many more words than the longest distractor a key must have to stand out, and what counts as long.
    longer_by: int
    #: How many stems a stem and a key must share to be a clue (Chinese: two pairs, which are three characters).
    shared: int
    long_option: int
    long_sentence: int
    long_stem: int
    #: Words of a stem below which it is no question.
    short_stem: int
    #: Words that every option may have in common at its beginning.
    common_start: int
    #: Words without which an option says the same.
    articles: frozenset[str]

    absolute: re.Pattern[str]
    hedge: re.Pattern[str]
    vague: re.Pattern[str]
    negation: re.Pattern[str]
    #: Negations inside an option: fewer than those that make a stem negative.
    denial: re.Pattern[str]
    all_of_these: re.Pattern[str]
    none_of_these: re.Pattern[str]
    #: A sentence that is a question, whatever stands at its end.
    asks: re.Pattern[str]
    #: A question for a reason, in which a negation is harmless ("why do ships not sink"); words that are quoted.
    reason: re.Pattern[str]
    quotation: re.Pattern[str]
    #: An option that names others by their labels, as in "A and C".
    labels: re.Pattern[str]
    truth: re.Pattern[str]
    #: Whole stems that ask for nothing in particular.
    unfocused: re.Pattern[str]
    opinion: re.Pattern[str]
    #: What is true only for a time.
    today: re.Pattern[str]
    #: References to a place or a colour on the page, and to a picture.
    place: re.Pattern[str]
    colour: re.Pattern[str]
    praise: re.Pattern[str]
    blame: re.Pattern[str]
    #: A sentence that only says what to do, and words that point back to another sentence.
    instruction: re.Pattern[str]
    reference: re.Pattern[str]
    #: Words that join the elements of an option.
    joints: re.Pattern[str]
    #: What follows a phrase that is narrowed down ("pupils of the upper school").
    narrowing: re.Pattern[str]
    #: Pairs of stems of opposite meaning; what makes a set of opposites complete ("stays the same").
    opposites: frozenset[frozenset[str]]
    unchanged: re.Pattern[str]
    #: Bounds of a range: lower and upper, from below, from above.
    between: re.Pattern[str]
    below: re.Pattern[str]
    above: re.Pattern[str]
    #: Numbers of the months by the beginning of their names.
    months: dict[str, int]
    #: The form of an option by how it begins.
    forms: tuple[tuple[str, re.Pattern[str]], ...]
    #: Those of them that one option alone may have ("changing times" is a noun among nouns).
    weak_forms: frozenset[str] = frozenset()


def any_of(words: str, *, whole: bool = True) -> re.Pattern[str]:
    """Matches any of the expressions parted by spaces ("_" stands for a space); ``whole``: as whole words only."""
    joined = "|".join(word.replace("_", r"\s+") for word in words.split())
    return re.compile(rf"(?<!\w)(?:{joined})(?!\w)" if whole else f"(?:{joined})")


def pairs_of(words: str, stem: Callable[[str], str] = str) -> frozenset[frozenset[str]]:
    """The pairs in a text such as ``rises/falls warmer/cooler``, by the stems of their words."""
    return frozenset(frozenset(map(stem, pair.split("/"))) for pair in words.split())


@cache
def tables() -> dict[str, Language]:
    """The tables by tag."""
    names = modules("quiz.lint.language")
    return {name: import_module(f"quiz.lint.language.{name}").LANGUAGE for name in names}


def table(tag: str) -> Language:
    """The table for a language tag such as ``en`` or ``zh-Hans``.

    Where there is none: one called ``und``, whose words are cut by spaces; only rules that need no words may use it.
    """
    known = tables()
    return known.get(tag.partition("-")[0]) or replace(known["en"], tag="und")
