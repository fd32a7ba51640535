"""Small banks and blueprints for the tests of the draw, and what a paper must hold, written apart from the code."""

from collections import Counter
from datetime import date
from itertools import product

from hypothesis import strategies as st

from quiz.assembly.blueprint import Blueprint
from quiz.assembly.draw import Item

DAY = date(2026, 11, 23)
LABELS = ("easy", "medium", "hard")
TYPES = ("single_choice", "numerical")


def item(id, bank="m", **fields):
    """A ready question; easy single choice with options a to d unless said otherwise."""
    usual = {"topic": "t", "type": "single_choice", "difficulty": "easy", "option_ids": ("a", "b", "c", "d")}
    return Item(bank, id, **{**usual, **fields})


def blueprint(*sections, **fields):
    """A blueprint of these sections, each of bank m unless it says otherwise."""
    listed = [section if "banks" in section else {"bank": "m", **section} for section in sections]
    return Blueprint.load({"format": "quiz-blueprint/1", "title": "T", "sections": listed, **fields})


def drawn(paper):
    """The questions of a paper, in order."""
    return [slot.question for slot in paper.slots]


# --- what a paper must hold -------------------------------------------------------------------------------------


def fits(section, one):
    """Whether a question meets a section's filters (not its counts)."""
    tags, wanted = set(one.tags), section.tags
    return (
        one.bank in (section.bank, *section.banks)
        and (not section.types or one.type in section.types)
        and (section.topic is None or f"{one.topic}/".startswith(f"{section.topic}/"))
        and (not wanted.any or tags & set(wanted.any))
        and tags >= set(wanted.all)
        and not tags & set(wanted.none)
        and one.id not in section.exclude
        and (one.start is None or one.start <= DAY)
        and (one.end is None or one.end > DAY)
    )


def within(count, number):
    """Whether a count admits a number."""
    return count.min <= number and (count.max is None or number <= count.max)


def counts_hold(plan, chosen):
    """Whether the items chosen for each section meet all counts of the blueprint."""
    for section, held in zip(plan.sections, chosen, strict=True):
        if section.count is not None and not within(section.count, len(held)):
            return False
        labels = Counter(one.difficulty for one in held)
        if not all(within(count, labels[label]) for label, count in section.difficulty.items()):
            return False
        if section.count is None and section.difficulty and set(labels) - set(section.difficulty):
            return False
    total = sum(map(len, chosen))
    return total > 0 and plan.questions in (None, total)


def at_peace(held):
    """Whether no two questions are enemies."""
    ids = {one.qualified for one in held}
    return all(ids.isdisjoint(one.enemies) for one in held)


def meetable(plan, items):
    """By trying everything: whether there is a paper."""
    places: list[list] = []
    for one in items:
        holders = [n for n, section in enumerate(plan.sections) if one.id in section.include]
        free = [n for n, section in enumerate(plan.sections) if fits(section, one)]
        places.append(holders or [None, *free])
    for choice in product(*places):
        chosen = [
            [one for one, place in zip(items, choice, strict=True) if place == number]
            for number in range(len(plan.sections))
        ]
        if counts_hold(plan, chosen) and at_peace([one for held in chosen for one in held]):
            return True
    return False


# --- random banks and blueprints -----------------------------------------------------------------------------------


@st.composite
def banks(draw, most, enemies="any"):
    """Items q0, q1 …; enemies: none, pairs and mutual families ("families"), or any."""
    size = draw(st.integers(1, most))
    return [
        item(
            f"q{number}",
            topic=draw(st.sampled_from(["t", "t/a", "tt"])),
            type=draw(st.sampled_from(TYPES)),
            difficulty=draw(st.sampled_from(LABELS)),
            tags=tuple(draw(st.sets(st.sampled_from("xy")))),
            enemies=tuple(f"m/q{n}" for n in draw(_foes(number, size, enemies))),
            start=draw(st.sampled_from([None, None, date(2021, 7, 13), date(2030, 1, 1)])),
        )
        for number in range(size)
    ]


def _foes(number, size, enemies):
    if enemies == "families":
        return st.just([n for n in range(number) if n // 3 == number // 3])
    others = [n for n in range(size) if n != number]
    return st.lists(st.sampled_from(others), max_size=2) if others and enemies == "any" else st.just([])


def counts(most):
    """A number or a span, as authored."""
    spans = (
        st.tuples(st.integers(0, most), st.integers(1, most))
        .map(sorted)
        .map(lambda p: {"min": p[0], "max": p[1]})
    )
    return st.integers(1, most) | spans


@st.composite
def sections(draw, most):
    """A section with some of its fields; it may be one that the format refuses."""
    optional = {
        "count": counts(most),
        "topic": st.sampled_from(["t", "t/a"]),
        "types": st.lists(st.sampled_from(TYPES), min_size=1, max_size=1),
        "difficulty": st.dictionaries(st.sampled_from(LABELS), counts(2), min_size=1, max_size=3),
        "tags": st.fixed_dictionaries({}, optional={"any": st.just(["x"]), "none": st.just(["y"])}),
        "exclude": st.just(["q0"]),
    }
    return draw(st.fixed_dictionaries({}, optional=optional))
