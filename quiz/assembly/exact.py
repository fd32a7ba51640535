"""The draw where supply is tight: a search that looks ahead, so that a paper is found where there is one.

Questions are placed one by one in random order; a step is taken only where a flow shows that the counts of all
sections can still be met. Enemies enter the flow as *families*: sets of questions of which each is an enemy of
each other, so that at most one of a family is drawn. Hence:

- without enemies, and with enemies that form families (pairs, sets of mutual enemies), the flow is exact: a paper
  is found if and only if there is one, without a step back;
- with other patterns of enemies (a chain a–b–c) the flow is a bound only, though a close one. The search then steps back where it
  must, and is complete up to ``MOST_WORK`` after the first step back; beyond that the blueprint is refused although
  a paper might exist, and the refusal says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heappush
from typing import TypeAlias

from quiz.assembly.dice import Dice
from quiz.assembly.flow import Network
from quiz.assembly.index import Item
from quiz.assembly.parts import Limits, Part, at_least, level
from quiz.assembly.pick import Lookup, Taken

#: A bound on the search: the candidates of all states looked at. With 50 candidates that is some 4,000 states.
MOST_WORK = 200_000
#: The place of a part among the parts and a difficulty ("" where the part does not count difficulties).
Cell: TypeAlias = tuple[int, str]
Family: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class State:
    """What is still to be placed, and what is left to place."""

    limits: tuple[Limits, ...]
    #: How many questions more in all: at least, at most.
    total: tuple[int, int]
    #: Where each candidate may stand.
    cells: Mapping[str, frozenset[Cell]]
    picked: tuple[tuple[int, str], ...] = ()
    #: How many more each part is to get; None: to be shared out anew.
    quotas: tuple[int, ...] | None = None


class Supply:
    """All candidates of a blueprint on a day, and how they exclude each other."""

    def __init__(self, parts: Sequence[Part], total: int | None, lookup: Lookup, dice: Dice) -> None:
        held = [item for part in parts for item in part.included]
        self.parts = parts
        self.held = len(held)
        self.items, self.all_cells = _candidates(parts, Taken(held), lookup)
        cells = self.all_cells
        limits = tuple(part.limits for part in parts)
        least = max(0 if held else 1, sum(limit.low for limit in limits))
        most = sum(max(0, limit.high) for limit in limits)
        bounds = (least, most) if total is None else (total - self.held, total - self.held)
        self.order = self._thinned(dice.shuffled("search", 0, cells), cells, bounds[1])
        self.root = State(limits, bounds, {id: cells[id] for id in self.order})
        self.enemies = _enemies(self.items, self.order)

    def _thinned(self, order: Iterable[str], cells: Mapping[str, frozenset[Cell]], most: int) -> list[str]:
        """Of candidates alike and without enemies, as many as a paper could hold: more add nothing."""
        fought = {id for item in self.items.values() for id in item.enemies}
        alike: Counter[frozenset[Cell]] = Counter()
        kept = []
        for id in order:
            single = not self.items[id].enemies and id not in fought
            alike[cells[id]] += single
            if not single or alike[cells[id]] <= most:
                kept.append(id)
        return kept

    def possible(self, state: State, *, families: bool = True) -> bool:
        """Whether the counts can be met, enemies counted by family or not at all."""
        if not all(limit.possible for limit in state.limits) or state.total[0] > state.total[1]:
            return False
        return network(state, self.families(state) if families else alone(state)).feasible()

    def families(self, state: State) -> list[Family]:
        """The candidates that are left, in sets of mutual enemies."""
        return _families({id: self.enemies[id] & state.cells.keys() for id in state.cells})

    def place(self, state: State, part: int, id: str) -> State:
        """The state after this candidate was placed in this part."""
        label = self.items[id].difficulty
        limits = (*state.limits[:part], state.limits[part].less(label), *state.limits[part + 1 :])
        gone = self.enemies[id] | {id}
        cells = {other: where for other, where in state.cells.items() if other not in gone}
        total = (max(0, state.total[0] - 1), state.total[1] - 1)
        quotas = tuple(left - (at == part) for at, left in enumerate(state.quotas or ()))
        return State(limits, total, cells, (*state.picked, (part, id)), quotas)

    def share(self, state: State) -> State:
        """The state with its quotas."""

        def possible(quotas: list[int]) -> bool:
            return self.possible(replace(state, limits=at_least(state.limits, quotas)))

        if state.quotas is not None:
            return state
        total = state.total[1] if state.total[0] == state.total[1] else None
        return replace(state, quotas=tuple(level(state.limits, total, possible) or ()))

    def single(self, id: str) -> bool:
        """Whether a candidate has no enemies among the candidates."""
        return not self.enemies[id]


def _candidates(
    parts: Sequence[Part], taken: Taken, lookup: Lookup
) -> tuple[dict[str, Item], dict[str, frozenset[Cell]]]:
    items: dict[str, Item] = {}
    cells: dict[str, frozenset[Cell]] = {}
    for place, part in enumerate(parts):
        counts = part.section.difficulty
        for item in lookup.whole(part.strata):
            if part.admits(item) and taken.admits(item):
                id = item.qualified
                items[id] = item
                cells[id] = cells.get(id, frozenset()) | {(place, item.difficulty if counts else "")}
    return items, cells


def _enemies(items: Mapping[str, Item], order: Sequence[str]) -> dict[str, frozenset[str]]:
    """Each candidate's enemies among the candidates, whichever of the two says so."""
    pairs: dict[str, set[str]] = {id: set() for id in order}
    for id in order:
        for other in items[id].enemies:
            if other in pairs and other != id:
                pairs[id].add(other)
                pairs[other].add(id)
    return {id: frozenset(others) for id, others in pairs.items()}


def alone(state: State) -> list[Family]:
    """Each candidate by itself, as if there were no enemies."""
    return [(id,) for id in state.cells]


def _families(enemies: Mapping[str, AbstractSet[str]]) -> list[Family]:
    """The candidates in sets whose members are all enemies of each other: few sets make a close bound.

    Who has fewest enemies left chooses first: so chains and rings fall into pairs.
    """
    left = {id: set(others) for id, others in enemies.items() if others}
    waiting = [(len(others), id) for id, others in left.items()]
    heapify(waiting)
    families: list[Family] = [(id,) for id, others in enemies.items() if not others]
    while waiting:
        number, id = heappop(waiting)
        if id not in left or number != len(left[id]):
            continue
        family = _family(id, left, enemies)
        families.append(family)
        touched = {other for member in family for other in left[member]} - {*family}
        for member in family:
            del left[member]
        for other in touched:
            left[other].difference_update(family)
            heappush(waiting, (len(left[other]), other))
    return families


def _family(id: str, left: Mapping[str, set[str]], enemies: Mapping[str, AbstractSet[str]]) -> Family:
    family = {id}
    for other in sorted(left[id], key=lambda other: (len(left[other]), other)):
        if family <= enemies[other]:
            family.add(other)
    return tuple(sorted(family))


def network(state: State, families: Iterable[Family], *, low: bool = True) -> Network:
    """Candidates flow into cells, cells into parts, parts into the paper; ``low=False`` forgets the minima."""
    made = Network()
    groups = Counter(
        frozenset().union(*(state.cells[id] for id in family if id in state.cells)) for family in families
    )
    for group, size in groups.items():
        made.edge("source", group, 0, size)
        for cell in group:
            made.edge(group, ("cell", cell), 0, size)
    for place, limit in enumerate(state.limits):
        for label, span in (limit.labels or {"": (0, limit.high)}).items():
            made.edge(("cell", (place, label)), ("part", place), span[0] * low, span[1])
        made.edge(("part", place), "paper", limit.low * low, limit.high)
    made.edge("paper", "sink", state.total[0] * low, state.total[1])
    return made


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a search came to."""

    #: A paper as (place of the part, candidate) in the order of choice; None: none was found.
    picked: tuple[tuple[int, str], ...] | None
    #: How many questions could be placed at best.
    best: int
    #: False where the search was given up.
    complete: bool = True


def search(supply: Supply, root: State | None = None, work: Work | None = None) -> Outcome:
    """A paper within the supply, if one is found (see above for when that is certain)."""
    root, work = root or supply.root, work or Work()
    stack = [iter([root] if supply.possible(root) else [])]
    best = 0
    while stack:
        state = next(stack[-1], None)
        if state is None:
            stack.pop()
            work.count()
            continue
        state = supply.share(state)
        best = max(best, len(state.picked))
        part = next((place for place, quota in enumerate(state.quotas or ()) if quota), None)
        if part is None:
            return Outcome(state.picked, best)
        stack.append(_after(supply, state, part, work))
    return Outcome(None, best, work.left > 0)


@dataclass(slots=True)
class Work:
    """How much a search may still do, counted from its first step back."""

    left: int = MOST_WORK
    counting: bool = False

    def count(self) -> None:
        """From now on work is counted."""
        self.counting = True

    def take(self, state: State) -> bool:
        """Whether a state after this one may be looked at."""
        self.left -= len(state.cells) * self.counting
        return self.left > 0


def _after(supply: Supply, state: State, part: int, work: Work) -> Iterator[State]:
    """The states with one more question in this part, each possible as far as the flow can tell.

    A candidate that has been tried is barred from the part in the states that follow, so that no paper is tried
    twice; the last of them closes the part.
    """
    refused: set[frozenset[Cell]] = set()
    for id in supply.order:
        where = state.cells.get(id, frozenset())
        if where in refused or part not in {place for place, _ in where}:
            continue
        if not work.take(state):
            return
        after = supply.place(state, part, id)
        if supply.possible(after):
            yield after
            state = _barred(state, part, id)
        elif supply.single(id):
            refused.add(where)
    yield from _closed(supply, state, part, work)


def _closed(supply: Supply, state: State, part: int, work: Work) -> Iterator[State]:
    """The state in which this part gets no more, where that is possible."""
    limits = [replace(limit, high=0) if place == part else limit for place, limit in enumerate(state.limits)]
    closed = replace(state, limits=tuple(limits), quotas=None)
    if work.take(state) and supply.possible(closed):
        yield closed


def _barred(state: State, part: int, id: str) -> State:
    left = frozenset(cell for cell in state.cells[id] if cell[0] != part)
    cells = {other: where for other, where in state.cells.items() if other != id}
    return replace(state, cells={**cells, id: left} if left else cells)
