"""What a question rests on, what it teaches afterwards, and how long it stays true."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from quiz.lint.reading import Item
from quiz.lint.rule import WORDS, Flag, Rule, ask


@Rule(
    "F01", "Nothing to learn from",
    message="There is neither an explanation nor any feedback: who was wrong does not learn why",
    fix="Say in a sentence why the key is right, or give each option its feedback",
    guideline="Haladyna 30",
    bad=[ask("Which sea lies between Italy and Croatia?", "*Adriatic", "Aegean", "Ionian", explanation=None)],
    good=[ask("Which sea lies between Italy and Croatia?", "*Adriatic", "Aegean", "Ionian")],
)  # fmt: skip
def nothing_to_learn(item: Item) -> Iterator[Flag]:
    question = item.question
    if not question.kind.asks:
        return
    if not (question.explanation or "").strip() and not question.feedback and not any(item.feedbacks):
        yield Flag("explanation", "")


@Rule(
    "F02", "No source",
    severity="error",
    message="Nothing says what the key rests on",
    fix="Name a source (a title is enough) and what it supports, or words in a paragraph of a document",
    guideline="Haladyna 11, 19",
    bad=[ask("Which river flows through Baghdad?", "*Tigris", "Jordan", "Nile", evidence=[])],
    good=[ask("Which river flows through Baghdad?", "*Tigris", "Jordan", "Nile")],
)  # fmt: skip
def no_source(item: Item) -> Iterator[Flag]:
    """A warning in a draft, which nobody is asked yet. What has no key, since a person judges it, needs no source."""
    kind = item.question.kind
    if kind.asks and not kind.by_hand and not item.question.evidence:
        yield Flag("evidence", "", "warning" if item.question.status == "draft" else "")


@Rule(
    "F03", "True only for a time",
    message="The key changes with time, and nothing says when it is true",
    fix="Name the day in the stem and give it as as_of, or say from when until when it is true (valid)",
    guideline="Haladyna 19",
    languages=WORDS,
    bad=[
        ask("Who is currently Secretary-General of the UN?", "Kofi Annan", "*António Guterres", "Ban Ki-moon"),
        ask("Кто сейчас генеральный секретарь ООН?", "Кофи Аннан", "*Антониу Гутерриш", "Пан Ги Мун", language="ru"),
        ask("现任联合国秘书长是谁？", "安南", "*古特雷斯", "潘基文", language="zh"),
    ],
    good=[ask("Who was Secretary-General of the UN at the end of 2015?", "Kofi Annan", "*Ban Ki-moon", "António Guterres", timeless=False, as_of="2015-12-31")],
)  # fmt: skip
def true_for_a_time(item: Item) -> Iterator[Flag]:
    """Not where ``valid`` bounds the time or the stem names a year; ``as_of`` alone does not tell the student."""
    if item.question.valid or _YEAR.search(item.stem.folded):
        return
    found = item.language.today.search(item.language.quotation.sub("", item.stem.folded))
    if found:
        yield Flag(item.stem.where, found[0])


@Rule(
    "F04", "Feedback contradicts the key",
    severity="error",
    message="The feedback says the opposite of the mark",
    fix="Look whether the right option is marked as right, then put the feedback right",
    guideline="Haladyna 11",
    languages=WORDS,
    bad=[
        ask("Which is a vein?", type="single_choice", options=[{"text": "Vena cava", "correct": True, "feedback": "Wrong: look again."}, {"text": "Aorta"}, {"text": "Femur"}]),
        ask("Что это?", type="single_choice", options=[{"text": "Да", "correct": True, "feedback": "Неверно."}, {"text": "Кит"}, {"text": "Рак"}], language="ru"),
        ask("哪个词是动词？", type="single_choice", options=[{"text": "跑", "correct": True, "feedback": "错误。"}, {"text": "山"}, {"text": "水"}], language="zh"),
    ],
    good=[ask("Which is a vein?", type="single_choice", options=[{"text": "Vena cava", "correct": True, "feedback": "Right."}, {"text": "Aorta", "feedback": "Wrong: an artery."}, {"text": "Femur"}])],
)  # fmt: skip
def feedback_contradicts(item: Item) -> Iterator[Flag]:
    for choice in item.choices:
        against = item.language.blame if choice.right else item.language.praise
        found = against.search(choice.feedback.casefold())
        if found and not _credited(item):
            yield Flag(f"{choice.where}.feedback", choice.feedback)


_YEAR: Final = re.compile(r"(?<!\d)(?:1\d|20)\d\d(?!\d)")


def _credited(item: Item) -> bool:
    """Whether options are worth shares of the mark: then "not quite" may be right."""
    return bool(getattr(item.question.content, "credited", False))
