"""Blueprints of adaptive tests: what of a blueprint such a test can keep (docs/formats/blueprint.md)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from quiz.errors import Problem, Said

if TYPE_CHECKING:
    from quiz.assembly.blueprint import Blueprint, Section
    from quiz.assembly.settings import Adaptive

#: Keys of a blueprint that look at a paper as a whole, or fix its questions: an adaptive test has no paper before it is taken.
WHOLE: Final = (
    "questions", "levels", "difficulty", "types", "objectives", "authors", "expected_facility", "points", "words",
    "minutes", "information", "objective", "forms", "order",
)  # fmt: skip


def adaptive_faults(blueprint: Blueprint) -> Iterator[Problem]:
    """What does not go with ``settings.adaptive``; nothing where the test is not adaptive."""
    rules = blueprint.settings.adaptive
    if rules is None:
        return
    yield from _rules_faults(rules)
    given = blueprint.dump()
    for key in WHOLE:
        if key in given:
            what = "an adaptive test cannot keep this: each next question hangs on the answers before it"
            yield Problem(key, what, "leave it out; sections, topics and settings.adaptive say what is asked")
    if blueprint.settings.mode == "practice":
        yield Problem("settings.mode", "an adaptive test shows nothing before its end", "write mode: test")
    if blueprint.settings.layout == "all":
        yield Problem(
            "settings.layout", "an adaptive test asks one question after the other", "write layout: one"
        )
    for place, section in enumerate(blueprint.sections):
        yield from _section_faults(f"sections[{place}]", section)
    counted = [section.count is not None for section in blueprint.sections]
    if any(counted) and not all(counted) and not blueprint.topics:
        where = f"sections[{counted.index(False)}].count"
        yield Problem(
            where, "is missing, other sections have one", "say what share each has of the test, or none"
        )


def _rules_faults(rules: Adaptive) -> Iterator[Problem]:
    if rules.fewest > rules.most:
        what = Said("is %(fewest)s, above most, %(most)s", fewest=rules.fewest, most=rules.most)
        yield Problem("settings.adaptive.fewest", what, Said("write %(most)s or less", most=rules.most))
    if rules.start[0] > rules.start[1]:
        yield Problem(
            "settings.adaptive.start", "its first ability is above its second", "write the lower one first"
        )


def _section_faults(where: str, section: Section) -> Iterator[Problem]:
    if section.include:
        what = "an adaptive test chooses each question by the answers before it, none is always in it"
        yield Problem(f"{where}.include", what, "leave it out")
    if any(count.min for count in section.difficulty.values()):
        what = "an adaptive test finds the difficulty by itself"
        yield Problem(f"{where}.difficulty", what, "leave the numbers out, or the whole line")


def shares_of_sections(blueprint: Blueprint) -> dict[str, float]:
    """What each section, by its number from 1, is to have of an adaptive test; {} where it does not matter.

    The middle of its ``count``.
    """
    if len(blueprint.sections) < 2 or any(section.count is None for section in blueprint.sections):
        return {}
    counts = [section.count for section in blueprint.sections if section.count is not None]
    return {
        str(number): (count.min + (count.min if count.max is None else count.max)) / 2
        for number, count in enumerate(counts, 1)
    }
