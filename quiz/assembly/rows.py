"""A blueprint as rows of an integer program: one form, a column for each question in each section where it may stand.

Each rule of the blueprint is one or more rows and has a name in words, so that a conflict can be told
(``quiz.assembly.conflict``). Rows without a rule are what any paper is: a question stands on it once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Final

import numpy as np

from quiz.assembly.blueprint import LABELS
from quiz.assembly.conditions import NOT_MEASURED, Condition, Number, Weighed
from quiz.assembly.dice import Dice
from quiz.assembly.draw import Bench, Chosen
from quiz.assembly.index import Item, ItemSet, Stratum
from quiz.assembly.parts import Part, admits, covers
from quiz.assembly.program import INFINITE, Places, Values
from quiz.errors import Said

#: The rule of a row that holds whatever is asked for.
ALWAYS: Final = -1


@dataclass(frozen=True, slots=True)
class Rule:
    """Something that the blueprint demands, in words, and the bound that it sets."""

    name: str
    bound: Number
    #: Whether the bound is one from above.
    upper: bool = False
    #: Of a ratio: what tells to how much a paper comes.
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """Σ factor × column from ``low`` to ``high``; ``rule`` is a place in ``Sheet.rules``, or ``ALWAYS``."""

    columns: Places
    factors: Values
    low: float
    high: float
    rule: int


@dataclass(slots=True)
class Sheet:
    """The rows of one form."""

    bench: Bench
    #: A column each: a question in a section, by the place of the section.
    cells: list[tuple[int, Weighed]]
    #: The columns of each question, by ``bank/id``, in the order in which they were thrown.
    columns: Mapping[str, list[int]]
    #: How many columns there are: beside the cells one for each set in each section where it may stand.
    size: int
    rows: list[Row] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    #: The columns of the questions of each set in a section, by the column that says whether it is taken there.
    sets: dict[int, list[int]] = field(default_factory=dict)

    def rule(
        self, name: str, bound: Number, *, upper: bool = False, condition: Condition | None = None
    ) -> int:
        """A new rule; its place."""
        self.rules.append(Rule(name, bound, upper, condition))
        return len(self.rules) - 1

    def row(self, factors: Mapping[int, float], low: float, high: float, rule: int = ALWAYS) -> None:
        """A new row."""
        columns = np.fromiter(factors.keys(), np.int32, len(factors))
        values = np.fromiter(factors.values(), np.float64, len(factors))
        self.rows.append(Row(columns, values, low, high, rule))

    def counted(self, name: str, columns: Iterable[int], least: int, most: int | None) -> None:
        """Rules for how many of these columns are taken."""
        ones = dict.fromkeys(columns, 1.0)
        if least:
            self.row(ones, least, INFINITE, self.rule(name, least))
        if most is not None:
            self.row(
                ones, -INFINITE, most, self.rule(Said("%(name)s, at most", name=Said(name)), most, upper=True)
            )

    def chosen(self, values: Values) -> list[Chosen]:
        """The questions of a solution whose columns have these values."""
        taken = (cell for cell, value in zip(self.cells, values, strict=False) if value > 0.5)
        return [(self.bench.parts[part], one.item) for part, one in taken]

    def with_sets(self, values: Values) -> Values:
        """The same questions, with the sets to which they belong."""
        full = values.copy()
        for column, members in self.sets.items():
            full[column] = float(values[members].any())
        return full

    def of_section(self, part: int) -> list[int]:
        """The columns of a section."""
        return [column for column, (place, _) in enumerate(self.cells) if place == part]


def sheet_of(bench: Bench, dice: Dice, turn: int = 0, *, compared: bool = False) -> Sheet:
    """The rows of a form of this blueprint on this day; the dice throw the order of the columns, at each turn another.

    ``compared``: something is to be the best, so that the questions are measured.
    """
    sets = [_Set.of(bench, part, one) for part, one in product(enumerate(bench.parts), bench.sets)]
    sets = [one for one in sets if one.members]
    cells = [*_cells(bench, {item.qualified for one in sets for item in one.members}), *_set_cells(sets)]
    measures = bench.measured([item for _, item in cells], needed=compared)
    order = dice.shuffled("search", turn, {item.qualified for _, item in cells})
    ranks = {id: rank for rank, id in enumerate(order)}
    cells.sort(key=lambda cell: (ranks[cell[1].qualified], cell[0]))
    columns: dict[str, list[int]] = {id: [] for id in order}
    for column, (_, item) in enumerate(cells):
        columns[item.qualified].append(column)
    weighed = [
        (part, Weighed.of(bench.parts[part], item, measures.get(item.qualified, NOT_MEASURED)))
        for part, item in cells
    ]
    sheet = Sheet(bench, weighed, columns, len(cells) + len(sets))
    _once(sheet)
    _sections(sheet)
    shared = _sets(sheet, sets)
    _conditions(sheet, shared)
    _enemies(sheet)
    return sheet


# Which question may stand where -----------------------------------------------------------------------------------


def may_stand(part: Part, item: Item) -> bool:
    """Whether a question may be drawn into a section, by all that the section says."""
    stratum = Stratum(item.bank, item.topic, item.type, item.difficulty, 0)
    wanted = part.section.demand(item.difficulty).max != 0  # type: ignore[arg-type]
    return wanted and covers(part.section, stratum) and admits(part.section, item, part.on)


def _cells(bench: Bench, of_sets: set[str]) -> Iterator[tuple[int, Item]]:
    """The questions that stand by themselves, in each section where they may."""
    for place, part in enumerate(bench.parts):
        held = {item.qualified: item for item in part.included}
        free = {item.qualified: item for item in bench.lookup.whole(part.strata) if _alone(bench, part, item)}
        for id, item in {**free, **held}.items():
            if id not in of_sets:
                yield place, item


def _alone(bench: Bench, part: Part, item: Item) -> bool:
    return not (item.stimulus and bench.set_of(item)) and may_stand(part, item)


@dataclass(frozen=True, slots=True)
class _Set:
    """A set in a section: which of its questions may stand there, and how many of them do where it is taken."""

    part: int
    set: ItemSet
    members: tuple[Item, ...]
    least: int
    most: int

    @classmethod
    def of(cls, bench: Bench, numbered: tuple[int, Part], one: ItemSet) -> _Set:
        """No members where too few of them may stand there."""
        place, part = numbered
        if one.bank not in part.section.sources:
            return cls(place, one, (), 0, 0)
        held = {item.qualified for item in part.included}
        ready = [item for item in bench.members(one) if item.in_force(part.on)]
        fit = [item for item in ready if item.qualified in held or may_stand(part, item)]
        least = len(ready) if one.least is None else one.least
        most = len(ready) if one.least is None else one.most
        return cls(place, one, tuple(fit) if len(fit) >= max(1, least) else (), least, most)


def _set_cells(sets: Iterable[_Set]) -> Iterator[tuple[int, Item]]:
    yield from ((one.part, item) for one in sets for item in one.members)


# The rows ---------------------------------------------------------------------------------------------------------


def _once(sheet: Sheet) -> None:
    for columns in sheet.columns.values():
        if len(columns) > 1:
            sheet.row(dict.fromkeys(columns, 1.0), -INFINITE, 1)


def _sections(sheet: Sheet) -> None:
    for place, part in enumerate(sheet.bench.parts):
        own, section = sheet.of_section(place), part.section
        given = section.count
        sheet.counted(part.constraint(), own, given.min if given else 0, given.max if given else None)
        for label in LABELS if section.difficulty else ():
            demand = section.demand(label)
            if demand.max == 0:
                continue
            alike = [column for column in own if sheet.cells[column][1].item.difficulty == label]
            sheet.counted(part.constraint(label), alike, demand.min, demand.max)
        for item in part.included:
            rule = sheet.rule(
                Said("section %(section)s, include %(name)s", section=section.name, name=item.qualified), 1
            )
            held = [column for column in sheet.columns[item.qualified] if sheet.cells[column][0] == place]
            sheet.row(dict.fromkeys(held, 1.0), 1, 1, rule)
    every = dict.fromkeys(range(len(sheet.cells)), 1.0)
    total = sheet.bench.blueprint.questions
    if total is not None:
        sheet.row(every, total, INFINITE, sheet.rule(Said("questions"), total))
        sheet.row(
            every,
            -INFINITE,
            total,
            sheet.rule(Said("%(name)s, at most", name=Said("questions")), total, upper=True),
        )
    else:
        sheet.row(every, 1, INFINITE)


def _sets(sheet: Sheet, sets: Sequence[_Set]) -> Mapping[int, Weighed]:
    """The rows of sets; the column of each set in a section, with one of its questions."""
    shared: dict[int, Weighed] = {}
    by_name: dict[str, dict[int, float]] = defaultdict(dict)
    rules: dict[str, int] = {}
    for column, one in enumerate(sets, len(sheet.cells)):
        name = one.set.qualified
        if name not in rules:
            rules[name] = sheet.rule(_taken(one.set, name), 1)
        members = [
            cell
            for item in one.members
            for cell in sheet.columns[item.qualified]
            if sheet.cells[cell][0] == one.part
        ]
        ones = dict.fromkeys(members, 1.0)
        sheet.row({**ones, column: -max(one.least, 1)}, 0, INFINITE, rules[name])
        sheet.row({**ones, column: -one.most}, -INFINITE, 0, rules[name])
        sheet.sets[column] = members
        shared[column] = sheet.cells[members[0]][1]
        by_name[name][column] = 1.0
    for name, columns in by_name.items():
        sheet.row(columns, -INFINITE, 1, rules[name])
    return shared


def _taken(one: ItemSet, name: str) -> str:
    """How many questions of a set are taken, in words."""
    if one.least is None:
        return Said("set %(name)s, whole or none", name=name)
    return Said(
        "set %(name)s, %(least)s to %(most)s of its questions or none",
        name=name,
        least=one.least,
        most=one.most,
    )


def _conditions(sheet: Sheet, shared: Mapping[int, Weighed]) -> None:
    for condition in sheet.bench.conditions:
        for name, bound, upper in condition.bounds:
            factors, per = factors_of(sheet, condition, bound, shared)
            rule = sheet.rule(name, bound, upper=upper, condition=condition if per else None)
            end = 0.0 if per else float(bound)
            sheet.row(factors, -INFINITE if upper else end, end if upper else INFINITE, rule)


def factors_of(
    sheet: Sheet, condition: Condition, bound: Number, shared: Mapping[int, Weighed]
) -> tuple[dict[int, float], bool]:
    """What each column adds to the condition's sum, less the bound's part where it is a ratio."""
    per = condition.per
    factors = {
        column: float(condition.weigh(one) - (bound * per(one) if per else 0))
        for column, (_, one) in enumerate(sheet.cells)
    }
    factors.update((column, float(condition.shared(one))) for column, one in shared.items())
    return {column: factor for column, factor in factors.items() if factor}, per is not None


def _enemies(sheet: Sheet) -> None:
    pairs = {
        tuple(sorted((id, other)))
        for id, columns in sheet.columns.items()
        for other in sheet.cells[columns[0]][1].item.enemies
        if other in sheet.columns and other != id
    }
    for one, other in sorted(pairs):
        rule = sheet.rule(
            Said("%(one)s and %(other)s, enemies kept apart", one=one, other=other), 1, upper=True
        )
        sheet.row(dict.fromkeys([*sheet.columns[one], *sheet.columns[other]], 1.0), -INFINITE, 1, rule)
