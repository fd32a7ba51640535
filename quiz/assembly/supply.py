"""Whether the banks hold what a blueprint asks for, and on which days the answer can change.

Saving and publishing a quiz ask for ``unmet`` on each of ``change_dates`` from its opening to its close.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from quiz.assembly.blueprint import LABELS, Blueprint, Section
from quiz.assembly.draw import MOST_TRIES, draw
from quiz.assembly.index import Index, Item, kind_of
from quiz.assembly.parallel import parallel
from quiz.assembly.parts import admits, covers
from quiz.errors import Invalid, Problem, Unmeetable

#: Questions × forms that a page arranges while somebody waits: seconds.
MOST_WAITED: Final = 3_000


def unmet(blueprint: Blueprint, index: Index, as_of: date) -> list[dict[str, Any]]:
    """The shortfalls on one day (constraint, required, available, short); none where a paper can be drawn.

    Fixed forms are made, to see that there are any. Conditions on the whole paper have to be met in a tenth of the draws that a start may take, so that starts succeed.
    """
    if blueprint.fixed_forms:
        demand_waitable(blueprint, index)
        return [*parallel(blueprint, index, blueprint.seed, as_of, blueprint.fixed_forms).unmet]
    try:
        draw(blueprint, index, 0, as_of, tries=MOST_TRIES // 10)
    except Unmeetable as error:
        return error.unmet
    return []


def demand_waitable(blueprint: Blueprint, index: Index) -> None:
    """Raises Invalid where fixed forms would take longer to make than a person waits for a page."""
    strata = index.strata(blueprint.banks)
    size = sum(one.size for section in blueprint.sections for one in strata if covers(section, one))
    if size * blueprint.fixed_forms > MOST_WAITED:
        what = f"asks for {blueprint.fixed_forms} forms out of {size} questions, too much to be arranged while you wait"
        raise Invalid(
            [Problem("forms.count", what, "narrow the sections by topic, type or tags, or ask for fewer")]
        )


def scarcest(blueprint: Blueprint, index: Index, days: Sequence[date]) -> list[tuple[int, date]]:
    """For each section the number of questions that may stand in it on the day that has fewest, and that day.

    A question that fits several sections counts in each.
    """
    kinds = index.kinds(blueprint.banks)
    named = index.named(
        sorted({id for section in blueprint.sections for id in (*section.included, *section.excluded)})
    )
    return [_scarcest(section, kinds, named, days) for section in blueprint.sections]


def _scarcest(
    section: Section, kinds: Mapping[Item, int], named: Mapping[str, Item], days: Sequence[date]
) -> tuple[int, date]:
    """The same for one section: by kinds, of which there are few, but the questions that it names."""
    fitting = Counter({kind: count for kind, count in kinds.items() if _suits(section, kind)})
    fitting.subtract(
        kind for id in section.excluded if id in named and _suits(section, kind := kind_of(named[id]))
    )
    held = {named[id] for id in section.included if id in named}

    def available(on: date) -> int:
        beside = sum(
            one.in_force(on) and not (_suits(section, one) and admits(section, one, on)) for one in held
        )
        return beside + sum(count for kind, count in fitting.items() if admits(section, kind, on))

    return min((available(day), day) for day in days)


def _suits(section: Section, item: Item) -> bool:
    """Whether an item is of the section's banks, types, topic and difficulties."""
    labels = {label for label in LABELS if section.demand(label).max != 0}
    return item.difficulty in labels and covers(section, item)


def may_stand(blueprint: Blueprint, index: Index, on: date) -> frozenset[str]:
    """The questions, as ``bank/id``, that papers of this day may hold."""
    found = (_matching(section, items, held, on) for section, items, held in _by_section(blueprint, index))
    return frozenset().union(*found)


def out_of_date(blueprint: Blueprint, index: Index, on: date) -> frozenset[str]:
    """The ready questions, as ``bank/id``, that papers could hold on some day, and not on this one."""
    found = (
        {item.qualified for item in items if not item.in_force(on)}
        for _section, items, _held in _by_section(blueprint, index)
    )
    return frozenset().union(*found)


def _by_section(
    blueprint: Blueprint, index: Index
) -> Iterator[tuple[Section, Sequence[Item], Sequence[Item]]]:
    """Each section, the questions that fit its conditions on some day, and those that it always holds."""
    listed = {stratum: index.listed(stratum) for stratum in index.strata(blueprint.banks)}
    named = index.named([id for section in blueprint.sections for id in section.included])
    for section in blueprint.sections:
        labels = {label for label in LABELS if section.demand(label).max != 0}
        items = [
            item
            for stratum, group in listed.items()
            if covers(section, stratum)
            for item in group
            if item.difficulty in labels
        ]
        yield section, items, [named[id] for id in section.included if id in named]


def _matching(section: Section, items: Iterable[Item], held: Iterable[Item], on: date) -> frozenset[str]:
    fitting = {item.qualified for item in items if admits(section, item, on)}
    return frozenset(fitting | {item.qualified for item in held if item.in_force(on)})


def change_dates(items: Iterable[Item], start: date, end: date | None) -> list[date]:
    """``start`` and the days after it, up to and with ``end``, on which questions come into force or go out of it."""
    days = {day for item in items for day in item.turns}
    return sorted({start} | {day for day in days if start < day and (end is None or day <= end)})
