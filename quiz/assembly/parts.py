"""The sections of a blueprint as they are to be drawn on one day: from which strata, and how many more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, reduce
from typing import Any

from quiz.assembly.blueprint import LABELS, Blueprint, Label, Section
from quiz.assembly.index import Index, Item, Stratum
from quiz.errors import Said, Unmeetable
from quiz.questions import types


@dataclass(frozen=True, slots=True)
class Limits:
    """How many questions more: at least ``low``, at most ``high``; of each difficulty likewise (none: any)."""

    low: int
    high: int
    labels: Mapping[str, tuple[int, int]]

    def less(self, label: str) -> Limits:
        """What is left after one question of this difficulty."""
        labels = {name: _less(*span) if name == label else span for name, span in self.labels.items()}
        return Limits(*_less(self.low, self.high), labels)

    @property
    def possible(self) -> bool:
        """False where more is demanded than admitted."""
        return all(low <= high for low, high in ((self.low, self.high), *self.labels.values()))


def _less(low: int, high: int) -> tuple[int, int]:
    return max(0, low - 1), high - 1


@dataclass(frozen=True)
class Part:
    """A section, the questions that it always holds, and where the others come from."""

    number: int
    section: Section
    strata: tuple[Stratum, ...]
    included: tuple[Item, ...]
    on: date

    def admits(self, item: Item) -> bool:
        """Whether a question of the part's strata may be drawn into it by itself: those of sets are drawn with them."""
        return not item.stimulus and admits(self.section, item, self.on)

    @cached_property
    def limits(self) -> Limits:
        """How many questions the draw adds to the included ones."""
        bounds, has = self.section.bounds, len(self.included)
        supply = sum(stratum.size for stratum in self.strata)
        high = supply if bounds.max is None else min(bounds.max - has, supply)
        counted = LABELS if self.section.difficulty else ()
        labels: dict[str, tuple[int, int]] = {label: self._span(label, supply) for label in counted}
        return Limits(max(0, bounds.min - has), high, labels)

    def _span(self, label: Label, supply: int) -> tuple[int, int]:
        demand = self.section.demand(label)
        has = sum(item.difficulty == label for item in self.included)
        return max(0, demand.min - has), supply if demand.max is None else demand.max - has

    def constraint(self, label: str = "") -> str:
        """The section and its conditions, in words for the teacher."""
        said = [Said("section %(name)s", name=self.section.name), *_conditions(self.section)]
        if label:
            said.append(Said("difficulty %(label)s", label=Said(label)))
        return reduce(lambda one, other: Said("%(one)s, %(other)s", one=one, other=other), said)


def _conditions(section: Section) -> Iterator[Said]:
    if section.topic:
        yield Said("topic %(name)s", name=section.topic)
    if section.types:
        yield Said("type %(names)s", names=" / ".join(section.types))
    if section.levels:
        yield Said("level %(names)s", names=" / ".join(section.levels))
    if section.languages:
        yield Said("in %(names)s", names=", ".join(section.languages))
    if section.tags.any:
        yield Said("tags any %(names)s", names=", ".join(section.tags.any))
    if section.tags.all:
        yield Said("tags all %(names)s", names=", ".join(section.tags.all))
    if section.tags.none:
        yield Said("tags none %(names)s", names=", ".join(section.tags.none))


def shortfall(constraint: str, required: int, available: int) -> dict[str, Any]:
    """One entry of ``Unmeetable.unmet``."""
    short = required - available
    return {"constraint": constraint, "required": required, "available": available, "short": short}


def admits(section: Section, item: Item, on: date) -> bool:
    """Whether a question of the section's strata may stand in it on that day."""
    return (
        item.in_force(on)
        and item.qualified not in section.excluded
        and section.tags.admit(item.tags)
        and (not section.levels or item.level in section.levels)
        and {*section.languages} <= {*item.languages}
    )


def parts_of(blueprint: Blueprint, index: Index, on: date) -> list[Part]:
    """The blueprint's sections on this day. Raises Unmeetable where what is always drawn cannot stand together."""
    strata = index.strata(blueprint.banks)
    wanted = [id for section in blueprint.sections for id in section.included]
    named = index.named(wanted) if wanted else {}
    parts = [
        Part(number, section, tuple(s for s in strata if covers(section, s)), _held(section, named), on)
        for number, section in enumerate(blueprint.sections, 1)
    ]
    unmet = [entry for part in parts for entry in _include_faults(part, named)]
    unmet += _enemies_included(parts)
    if unmet:
        raise Unmeetable(unmet)
    return parts


def covers(section: Section, stratum: Stratum | Item) -> bool:
    """Whether the questions of a stratum, or one question, are of the section's banks, types and topic.

    Texts that ask nothing stand only where a section names their type: no paper has a question less for them.
    """
    topic = section.topic
    return (
        stratum.bank in section.sources
        and (stratum.type in section.types if section.types else types.get(stratum.type).asks)
        and (topic is None or stratum.topic == topic or stratum.topic.startswith(f"{topic}/"))
    )


def _held(section: Section, named: Mapping[str, Item]) -> tuple[Item, ...]:
    return tuple(named[id] for id in section.included if id in named)


def _include_faults(part: Part, named: Mapping[str, Item]) -> Iterator[dict[str, Any]]:
    for id in part.section.included:
        if id not in named or not named[id].in_force(part.on):
            yield shortfall(
                Said("section %(section)s, include %(name)s", section=part.section.name, name=id), 1, 0
            )
    for label, (_, high) in part.limits.labels.items():
        if high < 0:
            held = sum(item.difficulty == label for item in part.included)
            yield shortfall(
                Said(
                    "section %(section)s, include of difficulty %(label)s",
                    section=part.section.name,
                    label=Said(label),
                ),
                held,
                held + high,
            )


def _enemies_included(parts: Sequence[Part]) -> Iterator[dict[str, Any]]:
    held = sorted((item.qualified, item) for part in parts for item in part.included)
    for place, (id, item) in enumerate(held):
        for other, rival in held[:place]:
            if other in item.enemies or id in rival.enemies:
                yield shortfall(
                    Said("include %(one)s and %(other)s, enemies kept apart", one=other, other=id), 2, 1
                )


def level(
    limits: Sequence[Limits], total: int | None, possible: Callable[[list[int]], bool] = lambda _: True
) -> list[int] | None:
    """How many questions each part gets: first its minimum, then one more in turn while there is room.

    With a ``total`` exactly so many together, or None where that cannot be reached; without one as many as can be.
    ``possible`` says whether so many at least can be had.
    """
    quotas = [limit.low for limit in limits]
    open_parts = [*range(len(limits))]
    while open_parts and (total is None or sum(quotas) < total):
        place = open_parts.pop(0)
        more = [quota + (at == place) for at, quota in enumerate(quotas)]
        if more[place] <= limits[place].high and possible(more):
            quotas = more
            open_parts.append(place)
    return quotas if total is None or sum(quotas) == total else None


def at_least(limits: Sequence[Limits], quotas: Sequence[int]) -> tuple[Limits, ...]:
    """The limits with these minima."""
    return tuple(replace(limit, low=quota) for limit, quota in zip(limits, quotas, strict=True))
