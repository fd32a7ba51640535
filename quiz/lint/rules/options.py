"""What options say about each other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, pairwise, permutations
from typing import Final, TypeAlias

from quiz.banks.findings import Finding
from quiz.lint.mending import Patch, in_order
from quiz.lint.reading import COMPARED_MOST, Choice, Item
from quiz.lint.rule import WORDS, Flag, Rule, ask

Span: TypeAlias = tuple[float, float]
_NUMBER: Final = re.compile(r"[-−+]?\d[\d,   ]*(?:\.\d+)?")
_UNIT: Final = re.compile(r"^\W*[-−+]?\d[\d.,   /]*\W*(?:[^\W\d]{1,12}|%|°|°c)?\W*(?:[^\W\d]{1,4})?\W*$")
_THOUSANDS: Final = re.compile(r"[1-9]\d{0,2},\d{3}$")
#: Characters of an option that is a number with its unit.
_LONGEST_NUMBER: Final = 40
_YEAR: Final = range(1000, 2101)


def _last_and_in_order(item: Item, _finding: Finding) -> Patch | None:
    """Options that speak of those above stand below them, whoever sees the question."""
    patterns = (item.language.all_of_these, item.language.none_of_these)
    last = [
        choice for choice in item.choices if any(pattern.search(choice.text.folded) for pattern in patterns)
    ]
    order = [*(choice for choice in item.choices if choice not in last), *last]
    if item.fixed_order and order == [*item.choices]:
        return None
    return {**in_order(item, order), "shuffle": False}


@Rule(
    "O01", "All of the above",
    message="“All of the above” is right as soon as two options are, and is often the key",
    fix="Ask as a multiple response, or name the one thing that you want to hear",
    guideline="Haladyna 26",
    languages=WORDS,
    mend=_last_and_in_order,
    bad=[
        ask("What can a volcano give off?", "Lava", "Ash", "*All of the above"),
        ask("Что извергает вулкан?", "Лаву", "Пепел", "*Всё перечисленное", language="ru"),
        ask("火山喷出什么？", "熔岩", "火山灰", "*以上都是", language="zh"),
    ],
    good=[ask("What can a volcano give off?", "*Lava", "*Ash", "Coal", type="multiple_response")],
)  # fmt: skip
def all_of_the_above(item: Item) -> Iterator[Flag]:
    """An error where the options are shuffled: then nobody knows what stands above."""
    yield from _named(item, item.language.all_of_these, lambda _choice: "" if item.fixed_order else "error")


@Rule(
    "O02", "None of the above",
    severity="info",
    message="“None of the above” shows that somebody knows what is wrong, not what is right",
    fix="Use it with care, or put a plausible distractor in its place",
    guideline="Haladyna 25",
    languages=WORDS,
    mend=_last_and_in_order,
    bad=[
        ask("Which of these numbers is prime?", "9", "*17", "None of the above"),
        ask("Какое из чисел простое?", "9", "*17", "Ни одно из перечисленных", language="ru"),
        ask("哪个数是质数？", "9", "*17", "以上都不是", language="zh"),
    ],
    good=[ask("Which of these numbers is prime?", "9", "*17", "21")],
)  # fmt: skip
def none_of_the_above(item: Item) -> Iterator[Flag]:
    yield from _named(item, item.language.none_of_these, lambda _choice: "")


def _named(item: Item, pattern: re.Pattern[str], severity: Callable[[Choice], str]) -> Iterator[Flag]:
    for choice in item.choices:
        found = pattern.search(choice.text.folded)
        if found:
            yield Flag(choice.text.where, choice.text.span(found), severity(choice))


@Rule(
    "O03", "Options that combine others",
    message="Options such as “A and C” can be solved by logic, and cost reading instead of knowledge",
    fix="Ask as a multiple response",
    guideline="Haladyna 9",
    languages=WORDS,
    bad=[
        ask("Which are vitamins? (1) Thiamine (2) Glucose (3) Niacin", "1 and 2", "*1 and 3", "2 and 3"),
        ask("哪些是动词？①跑 ②山 ③飞", "①和②", "*①和③", "②和③", language="zh"),
    ],
    good=[
        ask("Which are vitamins?", "*Thiamine", "Glucose", "*Niacin", type="multiple_response"),
        ask("Which two numbers have the product 35?", "3 and 9", "*5 and 7", "4 and 8"),
    ],
)  # fmt: skip
def combined_options(item: Item) -> Iterator[Flag]:
    """At least two options name several labels; figures count as labels only where the stem numbers its statements."""
    found = [choice for choice in item.choices if item.language.labels.search(choice.text.folded)]
    combined = [choice for choice in found if len(choice.text.tokens) > 1]
    if len(combined) >= 2 and (_labels_in(item) or not combined[0].text.plain[:1].isdecimal()):
        yield Flag("options", " / ".join(choice.text.plain for choice in combined))


_LABEL: Final = re.compile(r"(?:^|[\s(])(?:[1-3]|[IVX]{1,3}|[A-Ca-cА-Ва-в])[).:]|[(][1-3a-c][)]|[①②③]")


def _labels_in(item: Item) -> bool:
    return len(_LABEL.findall(item.question.prompt)) >= 2


def _by_size(item: Item, _finding: Finding) -> Patch:
    """The options from the smallest to the largest; the rule knows the sizes of all of them."""
    months = item.language.months
    return in_order(item, sorted(item.choices, key=lambda choice: _size(choice, months) or ()))


@Rule(
    "O04", "Numbers out of order",
    message="The options are numbers or dates, neither rising nor falling",
    fix="Put them in order of size, so that they are found at a glance",
    guideline="Haladyna 21",
    languages=WORDS,
    mend=_by_size,
    bad=[ask("When did the Berlin Wall fall?", "1991", "1985", "*1989", "1993", shuffle=False)],
    good=[ask("When did the Berlin Wall fall?", "1985", "*1989", "1991", shuffle=False), ask("How much is 3 × 4?", "7", "*12", "1")],
)  # fmt: skip
def numbers_out_of_order(item: Item) -> Iterator[Flag]:
    """Only where the authored order is what students see."""
    if not item.fixed_order or len(item.choices) < 3:
        return
    values = [_size(choice, item.language.months) for choice in item.choices]
    known = [value for value in values if value is not None]
    if len(known) == len(values) and not _in_order(known):
        yield Flag("options", ", ".join(choice.text.plain for choice in item.choices))


def _in_order(values: Sequence[tuple[float, ...]]) -> bool:
    return all(one <= other for one, other in pairwise(values)) or all(
        one >= other for one, other in pairwise(values)
    )


def _size(choice: Choice, months: dict[str, int]) -> tuple[float, ...] | None:
    """What a number or date is ordered by: (value,) or (year, month, day); None for other texts."""
    text = choice.text.folded
    if len(text) > _LONGEST_NUMBER:
        return None
    if _UNIT.match(text):
        return _figures(text)[:1]
    month = next((number for name, number in months.items() if name in text), None)
    figures = _figures(text)
    if month and figures and len(choice.text.tokens) <= 6:
        year = max(figures)
        return (year, float(month), min(figures) if len(figures) > 1 else 0.0)
    return None


def _figures(text: str) -> tuple[float, ...]:
    return tuple(number(found) for found in _NUMBER.findall(text))


def number(written: str) -> float:
    """The value of a figure such as ``1,200``, ``−3``, ``2.5`` or ``2,5``: a comma before three figures parts thousands."""
    bare = re.sub(r"\s", "", written).replace("−", "-").rstrip(",")
    whole = "." in bare or bare.count(",") > 1 or _THOUSANDS.search(bare)
    return float(bare.replace(",", "" if whole else "."))


@Rule(
    "O05", "Overlapping options",
    message="Where one option is right, another is right too, or partly",
    fix="Draw the limits so that an answer falls into one option only",
    guideline="Haladyna 22",
    languages=WORDS,
    bad=[
        ask("How many bones does an adult have?", "100 to 150", "140 to 200", "*201 to 210"),
        ask("At which temperature does gold melt?", "below 900 °C", "between 800 and 1000 °C", "*above 1000 °C"),
        ask("Who elects the school council?", "*Pupils", "Pupils of the upper school", "Teachers"),
    ],
    good=[ask("How many bones does an adult have?", "100 to 150", "150 to 200", "*200 to 250")],
)  # fmt: skip
def overlapping_options(item: Item) -> Iterator[Flag]:
    """Ranges that intersect, and a phrase beside the same phrase narrowed down. Ranges of years are periods."""
    if item.question.type != "single_choice":
        return
    spans = [
        (choice, span) for choice in item.worded[:COMPARED_MOST] if (span := _span(item, choice)) is not None
    ]
    for (one, first), (other, second) in combinations(spans, 2):
        if max(first[0], second[0]) < min(first[1], second[1]):
            yield Flag(other.text.where, f"{one.text.plain} / {other.text.plain}")
    for one, other in permutations(item.choices[:COMPARED_MOST], 2):
        wide, narrow = one.text.folded.strip(" ."), other.text.folded
        if len(wide) > 2 and narrow.startswith(wide) and item.language.narrowing.search(narrow[len(wide) :]):
            yield Flag(other.text.where, f"{one.text.plain} / {other.text.plain}")


def _span(item: Item, choice: Choice) -> Span | None:
    """The range that an option names; None where it names none, or one of years."""
    text = choice.text.folded
    if len(choice.text.tokens) > 9:
        return None
    between = item.language.between.search(text)
    if between:
        low, high = (number(part) for part in between.groups() if part)
        return None if low in _YEAR and high in _YEAR else (low, high)
    for pattern, make in ((item.language.below, _up_to), (item.language.above, _from)):
        found = pattern.search(text)
        if found and number(found[1]) not in _YEAR:
            return make(number(found[1]))
    return None


def _up_to(value: float) -> Span:
    return float("-inf"), value


def _from(value: float) -> Span:
    return value, float("inf")


@Rule(
    "O06", "True or false among the options",
    message="Options that begin with true and false, or yes and no, are two questions in one",
    fix="Ask a true-or-false question, or ask for the reason alone",
    guideline="Haladyna 9, 23",
    languages=WORDS,
    bad=[
        ask("Is a tomato a fruit?", "*Yes, it grows from a flower", "Yes, it is sweet", "No, it is salted"),
        ask("Вирус — это клетка?", "Да, он делится", "*Нет, у него нет оболочки", "Нет, он велик", language="ru"),
        ask("病毒是细胞吗？", "是，它会分裂", "*不是，它没有细胞结构", "不是，它太大", language="zh"),
    ],
    good=[ask("Why is a tomato a fruit?", "*It grows from a flower", "It tastes sweet", "It is red")],
)  # fmt: skip
def truth_among_options(item: Item) -> Iterator[Flag]:
    begins = [found for choice in item.choices if (found := item.language.truth.match(choice.text.folded))]
    if len(begins) >= 2:
        yield Flag("options", " / ".join(found[0] for found in begins))
