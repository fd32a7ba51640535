"""Whether the banks hold what a blueprint asks for, and on which days the answer can change.

Saving and publishing a quiz ask for ``unmet`` on each of ``change_dates`` from its opening to its close. Its fixed forms
stay the same as long as it is open: they are made of the questions that are ``lasting`` then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from quiz.assembly.blueprint import LABELS, Blueprint, Section
from quiz.assembly.dice import Dice
from quiz.assembly.draw import MOST_TRIES, Bench, draw
from quiz.assembly.index import Index, Item, kind_of
from quiz.assembly.parts import admits, covers, shortfall
from quiz.assembly.path import shortfalls, stock_of
from quiz.banks.families import Family
from quiz.banks.model import Authored
from quiz.errors import Invalid, Problem, Said, Unmeetable

#: Questions × forms that a page arranges while somebody waits: seconds.
MOST_WAITED: Final = 3_000


def unmet(blueprint: Blueprint, index: Index, as_of: date) -> list[dict[str, Any]]:
    """The shortfalls on one day (constraint, required, available, short); none where a paper can be drawn.

    Conditions on the whole paper have to be met in a tenth of the draws that a start may take, so that starts succeed.
    Of fixed forms only is looked at whether the sections of one can be filled: the rest takes seconds, and is told where
    they are made.
    """
    if blueprint.settings.adaptive:
        return shortfalls(blueprint, stock_of(blueprint, index, as_of))
    try:
        if blueprint.fixed_forms:
            demand_waitable(blueprint, index)
            Bench(blueprint, index, as_of, {}).draw(Dice(blueprint.seed))
        else:
            draw(blueprint, index, 0, as_of, tries=MOST_TRIES // 10)
    except Unmeetable as error:
        return error.unmet
    return []


def demand_waitable(blueprint: Blueprint, index: Index) -> None:
    """Raises Invalid where fixed forms would take longer to make than a person waits for a page."""
    strata = index.strata(blueprint.banks)
    size = sum(one.size for section in blueprint.sections for one in strata if covers(section, one))
    if size * blueprint.fixed_forms > MOST_WAITED:
        what = Said(
            "asks for %(forms)s forms out of %(size)s questions, too much to be arranged while you wait",
            forms=blueprint.fixed_forms,
            size=size,
        )
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


def dated(short: Iterable[Mapping[str, Any]], day: date) -> list[dict[str, Any]]:
    """The entries of ``Unmeetable.unmet`` of a day; those that name another keep that."""
    return [{"as_of": day.isoformat(), **one} for one in short]


# While it is open ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Window:
    """The days on which papers may begin, both included."""

    first: date
    last: date

    def after(self, days: Iterable[date]) -> list[date]:
        """Those of the days that come within it and after its first."""
        return sorted({day for day in days if self.first < day <= self.last})


def change_dates(items: Iterable[Item], window: Window) -> list[date]:
    """The first day and the days after it on which questions come into force or go out of it."""
    return [window.first, *window.after(day for item in items for day in item.turns)]


def turning(blueprint: Blueprint, index: Index, window: Window) -> dict[str, date]:
    """The questions (``bank/id``) that papers of the first day may hold and that are others on a later one, each with the
    first such day: it goes out of force, or its variants or their keys change.
    """
    found: dict[str, date] = {}
    items = {item for _section, fit, held in _by_section(blueprint, index) for item in (*fit, *held)}
    now = [item for item in items if item.in_force(window.first)]
    families = index.families([item for item in now if item.family])
    for item in now:
        day = turn_of(item, families.get(item.qualified), window)
        if day is not None:
            found[item.qualified] = day
    return found


def turn_of(item: Item, authored: Authored | None, window: Window) -> date | None:
    """The first day of the window after its first on which this question is another; ``authored`` is the whole of a family."""
    own = authored.turning_days() if isinstance(authored, Family) else ()
    return next(iter(window.after([*item.turns, *own])), None)


def lasting(blueprint: Blueprint, index: Index, window: Window) -> Blueprint:
    """The blueprint without the questions that turn within the window.

    Raises Unmeetable where one of them is to stand on every form, with the day from which it is another.
    """
    found = turning(blueprint, index, window)
    included = [
        (Said("section %(section)s, include %(name)s", section=one.name, name=id), id)
        for one in blueprint.sections
        for id in one.included
    ]
    wanted = [*included, *((Said("anchor %(name)s on every form", name=id), id) for id in blueprint.anchors)]
    unmet = [{**shortfall(name, 1, 0), "as_of": found[id].isoformat()} for name, id in wanted if id in found]
    if unmet:
        raise Unmeetable(unmet)
    return blueprint.without(found) if found else blueprint
