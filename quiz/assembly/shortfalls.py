"""Why a blueprint cannot be met: which constraint asks for how many, and how many there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from quiz.assembly.exact import Outcome, State, Supply, Work, alone, network, search
from quiz.assembly.parts import Limits, Part, shortfall
from quiz.errors import Said

_NOTHING = Limits(0, 0, {})


def shortfalls(supply: Supply, outcome: Outcome) -> list[dict[str, Any]]:
    """The entries of ``Unmeetable.unmet`` where a search found no paper; at least one.

    First what single sections and difficulties lack; where none lacks anything by itself, the smallest set of
    sections that compete for the same questions; then the same with enemies kept apart.
    """
    single = [entry for place, part in enumerate(supply.parts) for entry in _part_lacks(supply, place, part)]
    if single:
        return single
    for families in (False, True):
        if not supply.possible(supply.root, families=families):
            return [_together(supply, families=families)]
    required, held = _required(supply.root), supply.held
    available = _most(supply, required - 1, outcome.best)
    wish = _apart(Said("questions"))
    if not outcome.complete:
        wish = Said("%(wish)s, given up after many tries", wish=wish)
    return [shortfall(wish, required + held, available + held)]


def _apart(wish: str, *, families: bool = True) -> str:
    return Said("%(wish)s, enemies kept apart", wish=wish) if families else wish


def _most(supply: Supply, most: int, least: int) -> int:
    """How many questions at peace can be placed where no minimum is asked for, as far as a search can tell."""
    work, limits = Work(), tuple(_free(limit) for limit in supply.root.limits)
    best = max(least, 1)
    # the first search takes what comes, the others ask for one more as long as that goes
    while best <= most:
        root = replace(supply.root, limits=limits, total=(best, most))
        found = search(supply, root, work).picked
        if found is None:
            break
        best = len(found) + 1
    return best - 1


def _free(limit: Limits) -> Limits:
    return Limits(0, limit.high, {label: (0, high) for label, (_, high) in limit.labels.items()})


def _part_lacks(supply: Supply, place: int, part: Part) -> Iterator[dict[str, Any]]:
    limit = part.limits
    has = Counter(item.difficulty for item in part.included)
    there = Counter(
        supply.items[id].difficulty
        for id, cells in supply.all_cells.items()
        if any(cell[0] == place for cell in cells)
    )
    lacking = [label for label, (low, _) in limit.labels.items() if there[label] < low]
    for label in lacking:
        yield shortfall(
            part.constraint(label), limit.labels[label][0] + has[label], there[label] + has[label]
        )
    usable = sum(min(number, limit.labels.get(label, (0, number))[1]) for label, number in there.items())
    if not lacking and usable < limit.low:
        held = len(part.included)
        yield shortfall(part.constraint(), limit.low + held, usable + held)


def _required(state: State) -> int:
    return max(state.total[0], sum(limit.low for limit in state.limits))


def _together(supply: Supply, *, families: bool) -> dict[str, Any]:
    """The entry for sections that have enough each, but not together."""
    root = supply.root
    free = replace(root, total=(0, root.total[1]))
    if supply.possible(free, families=families):
        wish = _apart(Said("questions"), families=families)
        return _entry(supply, root, wish, supply.held, families=families)
    places = _smallest(supply, free, families=families)
    names = ", ".join(supply.parts[place].section.name for place in places)
    if len(places) == 1:
        wish = Said("section %(name)s", name=names)
    else:
        wish = Said("sections %(names)s together", names=names)
    held = sum(len(supply.parts[place].included) for place in places)
    return _entry(supply, _without(free, places), _apart(wish, families=families), held, families=families)


def _entry(supply: Supply, state: State, constraint: str, held: int, *, families: bool) -> dict[str, Any]:
    sets = supply.families(state) if families else alone(state)
    required = _required(state)
    available = min(network(state, sets, low=False).most(), required - 1)
    return shortfall(constraint, required + held, available + held)


def _smallest(supply: Supply, state: State, *, families: bool) -> list[int]:
    """Sections that cannot be met together, none of which can be left out of the set."""
    places = [*range(len(state.limits))]
    for place in [*places]:
        fewer = [other for other in places if other != place]
        if not supply.possible(_without(state, fewer), families=families):
            places = fewer
    return places


def _without(state: State, places: Sequence[int]) -> State:
    """The state in which only these parts get questions."""
    limits = [limit if place in places else _NOTHING for place, limit in enumerate(state.limits)]
    return replace(state, limits=tuple(limits))
