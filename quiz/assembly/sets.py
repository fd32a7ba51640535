"""Sets of questions that share a stimulus, in ``draw/1``: which of them a paper holds is decided before all else.

A set stands on a paper whole – or as many of its questions as its ``pick`` says – or not at all, in one section, its
questions next to each other in their authored order. The sets of a section are considered in random order, each taken
with the chance that the section still needs a question over the questions still left: so a question of a set is drawn
about as often as any other. What is taken counts as included; the ordinary draw fills up what is missing, and never
meets a question of a set. A set that the student has had waits until the others do not suffice.

A set is passed over where one of its questions that is ready and in force may not stand in the section (of another
type, topic or tag, excluded, an enemy), or where the section's numbers leave no room for it; with a ``pick`` that has a
minimum, where fewer than that may. Not every choice of sets can be completed, so other choices are tried, ``TRIES`` in
all, the last one without any set. A blueprint that none of them meets is refused, although there might be another.

Banks without stimuli have no sets: nothing is thrown for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from quiz.assembly.dice import SPAN, Dice
from quiz.assembly.index import Index, Item, ItemSet, Stratum
from quiz.assembly.parts import Part, admits, covers, level, shortfall
from quiz.assembly.pick import Taken
from quiz.errors import Said, Unmeetable

#: Choices of sets that are tried before a blueprint is refused.
TRIES = 24


def with_sets(
    parts: Sequence[Part],
    sets: Sequence[ItemSet],
    questions: int | None,
    index: Index,
    dice: Dice,
    seen: Mapping[str, int],
) -> Iterator[list[Part]]:
    """The parts with the questions of sets among what they include, in up to ``TRIES`` ways; without sets, as they are.

    Raises Unmeetable where a question that is always drawn has a set that cannot be.
    """
    if not sets:
        yield [*parts]
        return
    lookup = _Members(index)
    parts = _completed(parts, sets, lookup, dice)
    quotas = _quotas(parts, questions)
    tried = []
    for turn in range(TRIES - 1):
        arranged = _Choice(sets, lookup, dice, seen, turn).made(parts, quotas)
        if arranged not in tried:
            tried.append(arranged)
            yield arranged
    if [*parts] not in tried:
        yield [*parts]


def _quotas(parts: Sequence[Part], questions: int | None) -> list[int]:
    """How many questions more each part gets; where that cannot be met, its minimum."""
    held = sum(len(part.included) for part in parts)
    limits = [part.limits for part in parts]
    return level(limits, None if questions is None else questions - held) or [limit.low for limit in limits]


class _Members:
    """The questions of sets, each set looked up once."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._found: dict[str, list[Item]] = {}

    def of(self, one: ItemSet) -> list[Item]:
        """Its ready questions in authored order."""
        if one.qualified not in self._found:
            named = self._index.named(one.names)
            self._found[one.qualified] = [named[name] for name in one.names if name in named]
        return self._found[one.qualified]

    def fitting(self, one: ItemSet, part: Part, taken: Taken) -> list[Item]:
        """Those that may stand in the part; none where they are fewer than the set's ``pick`` demands."""
        in_force = [item for item in self.of(one) if item.in_force(part.on)]
        fit = [item for item in in_force if _may_stand(item, part) and taken.admits(item)]
        at_peace = _at_peace(fit)
        least = len(in_force) if one.least is None else one.least
        return at_peace if len(at_peace) >= max(1, least) else []


def _may_stand(item: Item, part: Part) -> bool:
    stratum = Stratum(item.bank, item.topic, item.type, item.difficulty, 0)
    return covers(part.section, stratum) and admits(part.section, item, part.on)


def _at_peace(items: Sequence[Item]) -> list[Item]:
    """The items without those that are enemies of one before them."""
    taken, kept = Taken(()), []
    for item in items:
        if taken.admits(item):
            taken.add(item)
            kept.append(item)
    return kept


@dataclass
class _Choice:
    """One way to choose the sets of a paper."""

    sets: Sequence[ItemSet]
    lookup: _Members
    dice: Dice
    seen: Mapping[str, int]
    turn: int
    used: set[str] = field(default_factory=set)

    def made(self, parts: Sequence[Part], quotas: Sequence[int]) -> list[Part]:
        """The parts with the sets that they get."""
        taken = Taken(item for part in parts for item in part.included)
        self.used = {f"{item.bank}/{item.stimulus}" for part in parts for item in part.included}
        return [self._filled(part, quota, taken) for part, quota in zip(parts, quotas, strict=True)]

    def _filled(self, part: Part, need: int, taken: Taken) -> Part:
        left = sum(stratum.size for stratum in part.strata)
        for one in self._order(part):
            count = len(one.questions)
            members = self._members(one, part, need, left, taken)
            left -= count
            fuller = replace(part, included=(*part.included, *members))
            if members and _leaves_room(fuller, need - len(members)):
                part, need = fuller, need - len(members)
                self.used.add(one.qualified)
                for item in members:
                    taken.add(item)
        return part

    def _order(self, part: Part) -> list[ItemSet]:
        own = [
            one
            for one in self.sets
            if one.bank in part.section.sources and one.qualified not in self.used and one.questions
        ]
        return sorted(own, key=lambda one: (self._had(one), self._throw("set", part, one)))

    def _had(self, one: ItemSet) -> int:
        """How often the student has had one of its questions."""
        return max(self.seen.get(name, 0) for name in one.names)

    def _throw(self, purpose: str, part: Part, one: ItemSet) -> int:
        return self.dice.throw(purpose, part.number, one.qualified, self.turn)

    def _members(self, one: ItemSet, part: Part, need: int, left: int, taken: Taken) -> list[Item]:
        """The questions of a set that the part gets: none where it is not taken or does not fit."""
        others_suffice = self._had(one) > 0 and left - len(one.questions) >= need
        if need < (one.least or 1) or others_suffice:
            return []
        if self._throw("take", part, one) * max(left, 1) >= need * SPAN:
            return []
        fitting = self.lookup.fitting(one, part, taken)
        return self._picked(one, part, fitting, need) if fitting else []

    def _picked(self, one: ItemSet, part: Part, fitting: Sequence[Item], need: int) -> list[Item]:
        """As many of the fitting ones as ``pick`` says, in authored order."""
        if one.least is None:
            return [*fitting] if len(fitting) <= need else []
        most = min(one.most, len(fitting), need)
        count = one.least + self._throw("size", part, one) % (most - one.least + 1)
        names = [item.qualified for item in fitting]
        chosen = {*self.dice.shuffled("member", 0, names, self.turn)[:count]}
        return [item for item in fitting if item.qualified in chosen]


def _leaves_room(part: Part, need: int) -> bool:
    """Whether the part's numbers can still be met when it gets so many questions more."""
    limits = part.limits
    lows = sum(low for low, _ in limits.labels.values())
    return need >= 0 and limits.possible and lows <= need


def _completed(
    parts: Sequence[Part], sets: Sequence[ItemSet], lookup: _Members, dice: Dice
) -> Sequence[Part]:
    """The parts in which a question that is always drawn brings its set along, as much of it as ``pick`` demands."""
    by_name = {one.qualified: one for one in sets}
    taken = Taken(item for part in parts for item in part.included)
    held = {item.qualified for part in parts for item in part.included}
    made = []
    for part in parts:
        items: list[Item] = []
        for item in part.included:
            one = by_name.get(f"{item.bank}/{item.stimulus}")
            items.append(item)
            items += _brought(item, one, part, held, lookup, taken, dice) if one else []
        made.append(replace(part, included=tuple(items)))
    return made


def _brought(
    item: Item, one: ItemSet, part: Part, held: set[str], lookup: _Members, taken: Taken, dice: Dice
) -> list[Item]:
    members = [other for other in lookup.of(one) if other.in_force(part.on)]
    least = len(members) if one.least is None else one.least
    lacking = least - sum(other.qualified in held for other in members)
    able = [other for other in members if _may_stand(other, part) and taken.admits(other)]
    names = dice.shuffled("member", 0, (other.qualified for other in _at_peace(able)))[: max(0, lacking)]
    if len(names) < lacking:
        constraint = Said(
            "section %(section)s, include %(name)s with the others of its set",
            section=part.section.name,
            name=item.qualified,
        )
        raise Unmeetable([shortfall(constraint, least, least - lacking + len(names))])
    brought = [other for other in able if other.qualified in names]
    for other in brought:
        taken.add(other)
        held.add(other.qualified)
    return brought
