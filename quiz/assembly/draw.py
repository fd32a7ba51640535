"""Draws a paper from a blueprint: the algorithm ``draw/1``.

The questions of a section that are alike in bank, topic, type and difficulty are a stratum, in it they are numbered
by id. A section is drawn in one or more *cells*: one for each difficulty of which a number is demanded, one for the
rest. Candidate j of a cell is a random number (``quiz.assembly.dice``) over all its strata, laid end to end; so
strata are met in proportion to their size, and every question that fits is equally likely. A candidate that is
taken, excluded, out of date, of the wrong tags or an enemy is passed over; one that the student has had before waits
until there is no other. After eight times as many misses as the
cell has candidates, or where it is plain that it cannot be filled, the whole supply is listed and searched with
looking ahead (``quiz.assembly.exact``). Cells with the least to spare are drawn first.

How many each section gets: its minimum, then one more in turn, in the order of the blueprint, while there is room,
until ``questions`` is reached (without ``questions``: as many as there are up to its maximum). So every student
gets the same number of each.

A family of questions (``quiz.banks.families``) is drawn like one question, so a paper holds one variant of it at most;
which one, is thrown once the questions are chosen.

Conditions on the paper as a whole (``quiz.assembly.conditions``) are met by drawing anew, with other throws, until a
paper meets them: so among the papers that do each is as likely as in a draw without conditions.

Questions that share a stimulus stand together or not at all: ``quiz.assembly.sets``.

The same blueprint, index, seed and day give the same paper, on every machine; how candidates are looked up, many at
a time, has no influence on it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Final, Literal, TypeAlias

from quiz.assembly.blueprint import Blueprint
from quiz.assembly.conditions import NOT_MEASURED, Weighed, conditions_of, misses
from quiz.assembly.dice import ALGORITHM, Dice
from quiz.assembly.exact import Supply, search
from quiz.assembly.index import Index, Item, ItemSet, ListIndex, Stratum, item_of
from quiz.assembly.measures import Measures
from quiz.assembly.parts import Part, level, parts_of
from quiz.assembly.pick import Lookup, cells_of, pick
from quiz.assembly.sets import with_sets
from quiz.assembly.shortfalls import shortfalls
from quiz.banks.model import Authored
from quiz.errors import Invalid, Problem, Unmeetable

__all__ = [
    "ALGORITHM",
    "Index",
    "Item",
    "ItemSet",
    "ListIndex",
    "Paper",
    "PaperSlot",
    "Stratum",
    "draw",
    "item_of",
    "shown_order",
]

#: A question and the section in which it stands.
Chosen: TypeAlias = tuple[Part, Item]
#: So many papers are drawn, one after the other, until one meets the conditions on it as a whole.
MOST_TRIES: Final = 500


@dataclass(frozen=True, slots=True)
class PaperSlot:
    """One question of a paper."""

    #: From 1.
    slot: int
    #: The name of its section.
    section: str
    #: ``bank/id``.
    question: str
    #: The key of the variant; None where the question is no family.
    variant: str | None
    #: Authored ids of the options as they are shown; empty where nothing can be shuffled.
    order: tuple[str, ...]
    #: 0 for a text without a question.
    points: Fraction
    expected_facility: Fraction
    #: False for a text without a question.
    asks: bool
    #: ``bank/id`` of the stimulus that it shares with its neighbours; None for none.
    stimulus: str | None = None
    #: "" where the question does not say.
    level: str = ""
    #: The number of its section, from 1.
    part: int = 0
    topic: str = ""
    type: str = ""
    difficulty: str = ""
    #: Whether the expected facility is its author's own figure, not that of its label.
    is_authored: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """What one section asked for at least, and what it got."""

    section: str
    required: int
    drawn: int


@dataclass(frozen=True, slots=True)
class Paper:
    """A drawn paper. It is the record; seed, day and algorithm reproduce it while the banks are the same."""

    slots: tuple[PaperSlot, ...]
    seed: int
    form: int
    as_of: date
    table: tuple[Row, ...]
    #: "authored" where every question's expected facility is authored, else "label".
    expected_source: Literal["label", "authored"]
    algorithm: str = ALGORITHM

    @property
    def points(self) -> Fraction:
        """The largest sum of marks."""
        return sum((slot.points for slot in self.slots), Fraction(0))

    @property
    def expected_score(self) -> Fraction:
        """Σ points × expected facility."""
        return sum((slot.points * slot.expected_facility for slot in self.slots), Fraction(0))


def draw(
    blueprint: Blueprint,
    index: Index,
    seed: int,
    as_of: date,
    form: int = 1,
    seen: Mapping[str, int] | None = None,
    tries: int = MOST_TRIES,
) -> Paper:
    """The paper of this seed on this day; ``form`` numbers several parallel papers of one seed from 1.

    ``seen`` says how often the student has had a question (``bank/id``) or a variant (``bank/id#key``): those never seen are preferred, then those
    least seen; those with a number below 0 are due in practice, and come before all others, the lowest first. It belongs to the paper's record, like the seed. In a supply so tight that the whole of it has to be
    searched, any paper that meets the blueprint is taken. Where the whole paper has conditions, the first of ``tries``
    draws that meets them is the paper: each paper that does is as likely among them as in the draw itself.

    Raises Unmeetable, with every shortfall, where the banks do not hold what the blueprint asks for, or no draw meets
    the conditions; then with what the nearest lacked. Raises Invalid where only the exact engine can meet it.
    """
    demand_drawable(blueprint)
    bench = Bench(blueprint, index, as_of, seen or {})
    return bench.paper(*bench.met(seed, form, tries))


def demand_drawable(blueprint: Blueprint) -> None:
    """Raises Invalid where a key compares papers, which a draw for one student cannot do."""
    mend = "write how many fixed forms there are, such as forms: {count: 4}, or leave it out"
    found = [Problem(key, "needs the exact engine", mend) for key in blueprint.needs_engine]
    if found:
        raise Invalid(found)


def _shortness(unmet: Sequence[Mapping[str, Any]]) -> float:
    return float(sum(entry["short"] for entry in unmet))


class Bench:
    """What several draws of one paper share: sections and sets on the day, and the questions that were looked up."""

    def __init__(self, blueprint: Blueprint, index: Index, as_of: date, seen: Mapping[str, int]) -> None:
        self.blueprint, self.index, self.as_of, self.seen = blueprint, index, as_of, seen
        self.sets = index.sets(blueprint.banks)
        self.parts = parts_of(blueprint, index, as_of)
        self.lookup = Lookup(index)
        self.conditions = conditions_of(blueprint)
        self._measures: dict[str, Measures] = {}
        self._sets = {one.qualified: one for one in self.sets}

    def draw(self, dice: Dice) -> tuple[Sequence[Part], list[Chosen]]:
        """The questions of these dice, whatever the conditions on the paper as a whole. Raises Unmeetable."""
        parts, drawn = self._drawn(dice)
        return parts, [
            (part, item) for part in parts for item in (*part.included, *drawn.get(part.number, ()))
        ]

    def met(self, seed: int, form: int, tries: int = MOST_TRIES) -> tuple[Sequence[Part], list[Chosen], Dice]:
        """The first draw of this seed that meets the conditions, and its dice. Raises Unmeetable."""
        nearest: list[dict[str, Any]] = []
        for before in range(tries):
            dice = Dice(seed, form, before)
            parts, chosen = self.draw(dice)
            lacks = [*misses(self.conditions, self.weighed(chosen), tries)]
            if not lacks:
                return parts, chosen, dice
            nearest = min(nearest or lacks, lacks, key=_shortness)
        raise Unmeetable(nearest)

    def paper(
        self, parts: Sequence[Part], chosen: Sequence[Chosen], dice: Dice, algorithm: str = ALGORITHM
    ) -> Paper:
        """The paper of the questions that were chosen: their order, variants and the orders of options are thrown."""
        variants = _variants(self.index, [item for _, item in chosen], dice, self.as_of, self.seen)
        ordered = _ordered(chosen, self.blueprint, self.sets, dice)
        return _paper(self.blueprint, parts, ordered, variants, dice, self.as_of, algorithm)

    def measured(self, items: Sequence[Item], *, needed: bool = False) -> Mapping[str, Measures]:
        """What is measured of these, by ``bank/id``, where it is needed or a condition rests on it; each is looked up once."""
        if needed or any(one.measured for one in self.conditions):
            unknown = [item for item in items if item.qualified not in self._measures]
            self._measures.update(self.index.measures(unknown))
        return self._measures

    def weighed(self, chosen: Sequence[Chosen]) -> list[Weighed]:
        """The questions with what the conditions ask of them."""
        measures = self.measured([item for _, item in chosen])
        return [Weighed.of(part, item, measures.get(item.qualified, NOT_MEASURED)) for part, item in chosen]

    def set_of(self, item: Item) -> ItemSet | None:
        """The set in which a question stands; None for none."""
        return self._sets.get(f"{item.bank}/{item.stimulus}") if item.stimulus else None

    def members(self, one: ItemSet) -> list[Item]:
        """The ready questions of a set, as their author ordered them."""
        named = self.index.named(one.names)
        return [named[name] for name in one.names if name in named]

    def _drawn(self, dice: Dice) -> tuple[Sequence[Part], Mapping[int, list[Item]]]:
        """The parts with what they include, and the questions drawn for each. Raises Unmeetable with the least
        shortfall.
        """
        lookup, questions, refusals = self.lookup, self.blueprint.questions, []
        for parts in with_sets(self.parts, self.sets, questions, self.index, dice, self.seen):
            drawn = _picked(parts, questions, dice, lookup, self.seen)
            try:
                return parts, _searched(parts, questions, dice, lookup) if drawn is None else drawn
            except Unmeetable as error:
                refusals.append(error)
        raise min(refusals, key=lambda error: _shortness(error.unmet))


def _picked(
    parts: Sequence[Part], questions: int | None, dice: Dice, lookup: Lookup, seen: Mapping[str, int]
) -> Mapping[int, list[Item]] | None:
    held = [item for part in parts for item in part.included]
    limits = [part.limits for part in parts]
    quotas = level(limits, None if questions is None else questions - len(held))
    if quotas is None or not all(limit.possible for limit in limits) or not (held or any(quotas)):
        return None
    cells = [cell for part, quota in zip(parts, quotas, strict=True) for cell in cells_of(part, quota)]
    return pick(cells, held, dice, lookup, seen)


def _searched(
    parts: Sequence[Part], questions: int | None, dice: Dice, lookup: Lookup
) -> Mapping[int, list[Item]]:
    supply = Supply(parts, questions, lookup, dice)
    outcome = search(supply)
    if outcome.picked is None:
        raise Unmeetable(shortfalls(supply, outcome))
    drawn: dict[int, list[Item]] = {part.number: [] for part in parts}
    for place, id in outcome.picked:
        drawn[parts[place].number].append(supply.items[id])
    return drawn


def _variants(
    index: Index, items: Sequence[Item], dice: Dice, as_of: date, seen: Mapping[str, int]
) -> Mapping[str, tuple[str, Item]]:
    """Of each family among the items one variant: its key, and the item of its question.

    Each is equally likely among those that the student has had least often.
    """
    if not any(item.family for item in items):
        return {}
    drawn = {}
    for name, family in index.families(items).items():
        key = variant_of(family, dice, as_of, seen)
        drawn[name] = key, item_of(family.variant(key, as_of))
    return drawn


def variant_of(family: Authored, dice: Dice, as_of: date, seen: Mapping[str, int]) -> str:
    """The key of the variant that is drawn of a family."""
    name = family.qualified
    throws = (
        (seen.get(f"{name}#{key}", 0), dice.throw("variant", name, key), key)
        for key in family.variants(as_of)
    )
    _, _, key = min(throws)
    return key


def _paper(
    blueprint: Blueprint,
    parts: Sequence[Part],
    chosen: list[Chosen],
    variants: Mapping[str, tuple[str, Item]],
    dice: Dice,
    as_of: date,
    algorithm: str,
) -> Paper:
    slots = tuple(
        _slot(number, part, item, variants.get(item.qualified, (None, item)), blueprint, dice)
        for number, (part, item) in enumerate(chosen, 1)
    )
    table = tuple(
        Row(part.section.name, part.section.bounds.min, sum(held is part for held, _ in chosen))
        for part in parts
    )
    authored = all(item.facility is not None for _, item in chosen)
    return Paper(slots, dice.seed, dice.form, as_of, table, "authored" if authored else "label", algorithm)


def _ordered(
    chosen: Sequence[Chosen], blueprint: Blueprint, sets: Sequence[ItemSet], dice: Dice
) -> list[Chosen]:
    """The questions in the order of the paper; those of a set follow each other, as their author ordered them."""
    groups = _groups(chosen, sets)
    if blueprint.order == "easy_to_hard":
        groups.sort(key=lambda group: -sum(item.expected_facility for _, item in group) / len(group))
    elif blueprint.order == "shuffled":
        by_id = {group[0][1].qualified: group for group in groups}
        groups = [by_id[id] for id in dice.shuffled("order", 0, by_id)]
    elif blueprint.order == "interleaved":
        groups = _interleaved(groups)
    return [one for group in groups for one in group]


def _interleaved(groups: list[list[Chosen]]) -> list[list[Chosen]]:
    """The groups with those of each topic spread evenly over the paper; as they are where a text stands between them."""
    if not all(item.asks for group in groups for _, item in group):
        return groups
    topics = [group[0][1].topic for group in groups]
    sizes, before = Counter(topics), Counter[str]()
    places = []
    for topic in topics:
        places.append(Fraction(2 * before[topic] + 1, 2 * sizes[topic]))
        before[topic] += 1
    return [groups[at] for at in sorted(range(len(groups)), key=lambda at: places[at])]


def _groups(chosen: Sequence[Chosen], sets: Sequence[ItemSet]) -> list[list[Chosen]]:
    """What stands together, a set where the first of its questions would; any other question is a group of its own."""
    places = {name: place for one in sets for place, name in enumerate(one.names)}
    groups: dict[str, list[Chosen]] = {}
    for part, item in chosen:
        name = f"{item.bank}/{item.stimulus}/" if item.stimulus else item.qualified
        groups.setdefault(name, []).append((part, item))
    return [sorted(group, key=lambda one: places.get(one[1].qualified, 0)) for group in groups.values()]


def _slot(
    number: int, part: Part, item: Item, variant: tuple[str | None, Item], blueprint: Blueprint, dice: Dice
) -> PaperSlot:
    key, shown = variant
    order = tuple(shown_order(shown, number, dice, shuffle=blueprint.shuffle_options))
    return PaperSlot(
        number,
        part.section.name,
        item.qualified,
        key,
        order,
        Weighed.of(part, item).points,
        item.expected_facility,
        item.asks,
        f"{item.bank}/{item.stimulus}" if item.stimulus else None,
        item.level,
        part.number,
        item.topic,
        item.type,
        item.difficulty,
        is_authored=item.facility is not None,
    )


def shown_order(item: Item, number: int, dice: Dice, *, shuffle: bool) -> Sequence[str]:
    """The options as the slot of this number shows them; where their authored order is the key, never in that one."""
    authored = item.option_ids
    if not item.always_shuffled and not (shuffle and item.shuffle):
        return authored
    order, repeat = dice.shuffled("options", number, authored), 0
    while item.order_is_key and len(authored) > 1 and tuple(order) == authored:
        repeat += 1
        order = dice.shuffled("options", number, authored, repeat)
    return order
