"""The ordinary draw: candidates by random rank, looked up many at a time, the first that fit are taken."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from quiz.assembly.blueprint import LABELS
from quiz.assembly.dice import Dice
from quiz.assembly.index import Index, Item, Stratum
from quiz.assembly.parts import Part

#: So many questions are looked up by rank in one query. A cell of up to so many is looked up whole in this way, a
#: larger one stratum by stratum.
AT_ONCE = 250
Place = tuple[Stratum, int]


class Lookup:
    """What has been looked up so far. It never asks for the same question twice."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._listed: set[Stratum] = set()
        self.items: dict[Place, Item] = {}
        self._due: dict[tuple[str, ...], list[Item]] = {}

    def due(self, seen: Mapping[str, int]) -> list[Item]:
        """The questions whose turn it is: those that have been ``seen`` less than 0 times, the lowest first."""
        names = tuple(sorted((name for name in seen if seen[name] < 0), key=lambda name: (seen[name], name)))
        if names not in self._due:
            found = self._index.named(names[:AT_ONCE])
            self._due[names] = [found[name] for name in names if name in found]
        return self._due[names]

    def fetch(self, places: Iterable[Place]) -> None:
        """Looks these up, in one query where they are not many."""
        missing = [place for place in dict.fromkeys(places) if place not in self.items]
        for start in range(0, len(missing), AT_ONCE):
            self.items.update(self._index.at(missing[start : start + AT_ONCE]))

    def whole(self, strata: Sequence[Stratum]) -> list[Item]:
        """All items of these strata."""
        places = places_of(strata)
        if len(places) <= AT_ONCE:
            self.fetch(places)
        else:
            for stratum in strata:
                self._list(stratum)
        return [self.items[place] for place in places]

    def _list(self, stratum: Stratum) -> None:
        if stratum not in self._listed:
            self._listed.add(stratum)
            listed = self._index.listed(stratum)
            self.items.update(((stratum, rank), item) for rank, item in enumerate(listed))


def places_of(strata: Iterable[Stratum]) -> list[Place]:
    """All ranks of these strata."""
    return [(stratum, rank) for stratum in strata for rank in range(stratum.size)]


class Taken:
    """The questions on the paper so far, and who cannot join them."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._ids: set[str] = set()
        self._enemies: set[str] = set()
        for item in items:
            self.add(item)

    def add(self, item: Item) -> None:
        """Puts a question on the paper."""
        self._ids.add(item.qualified)
        self._enemies.update(item.enemies)

    def admits(self, item: Item) -> bool:
        """Whether a question is neither there nor an enemy of one that is, whichever of the two says so."""
        id = item.qualified
        return id not in self._ids and id not in self._enemies and self._ids.isdisjoint(item.enemies)


@dataclass(frozen=True, slots=True)
class Cell:
    """So many questions out of these strata, for one part."""

    part: Part
    key: str
    need: int
    strata: tuple[Stratum, ...]
    #: How many more of each difficulty the cell takes; none: any number.
    room: Mapping[str, int]

    @property
    def size(self) -> int:
        """The number of candidates."""
        return sum(stratum.size for stratum in self.strata)


def cells_of(part: Part, quota: int) -> Iterator[Cell]:
    """The cells of a part that gets so many questions: what each difficulty must have, then the rest from all."""
    labels = part.limits.labels
    for label in LABELS:
        low = labels[label][0] if labels else 0
        if low:
            strata = tuple(stratum for stratum in part.strata if stratum.difficulty == label)
            yield Cell(part, f"{part.number}:{label}", low, strata, {})
    rest = quota - sum(low for low, _ in labels.values())
    if rest:
        room = {label: high - low for label, (low, high) in labels.items()}
        strata = tuple(stratum for stratum in part.strata if room.get(stratum.difficulty, 1) > 0)
        yield Cell(part, str(part.number), rest, strata, room)


class _Unknown(Exception):
    pass


class _Exhausted(Exception):
    pass


class _Urn:
    """The candidates of one cell, in the order in which they are thrown."""

    def __init__(self, cell: Cell, dice: Dice, lookup: Lookup, seen: Mapping[str, int]) -> None:
        self.cell = cell
        self._exposure = seen
        places = {(one.bank, one.topic, one.type, one.difficulty) for one in cell.strata}
        self._due = [
            item for item in lookup.due(seen) if (item.bank, item.topic, item.type, item.difficulty) in places
        ]
        self._size = cell.size
        self._ends = [*accumulate(stratum.size for stratum in cell.strata)]
        self._throws = dice.ranks(cell.key, self._size)
        self._thrown: list[Place | None] = []
        self._seen: set[Place] = set()
        self._lookup = lookup
        self._ahead = cell.need + cell.need // 2 + 2
        self._whole = False

    def ahead(self) -> list[Place]:
        """The candidates to look up before the next try: some more than are needed, or else all there are."""
        self._whole = self._ahead * 2 >= self._size
        if self._whole and self._size <= AT_ONCE:
            return places_of(self.cell.strata)
        if self._whole:
            self._lookup.whole(self.cell.strata)
        while not self._whole and len(self._seen) < self._ahead:
            self._throw()
        return [*self._seen]

    def widen(self) -> None:
        """Looks farther ahead the next time."""
        self._ahead *= 4

    def _throw(self) -> Place | None:
        rank = next(self._throws)
        place = None if rank is None else self._place(rank)
        self._thrown.append(place)
        if place is not None:
            self._seen.add(place)
        return place

    def _place(self, rank: int) -> Place:
        at = bisect_right(self._ends, rank)
        return self.cell.strata[at], rank - (self._ends[at - 1] if at else 0)

    def _candidates(self) -> Iterator[Place | None]:
        yield from self._thrown
        while True:
            yield self._throw()

    def draw(self, taken: Taken) -> list[Item]:
        """The questions of the cell, which are then taken. Raises _Unknown or _Exhausted.

        Questions that are due come first; others that this student has had before wait until there is no other.
        """
        self._check_supply(taken)
        drawn: list[Item] = []
        waiting: dict[str, Item] = {}
        room, misses = dict(self.cell.room), 0
        self._take_some(self._due, drawn, taken, room)
        candidates = self._candidates()
        while len(drawn) < self.cell.need:
            item = self._item(next(candidates))
            if item is not None and self._fits(item, taken, room):
                if item.qualified not in self._exposure:
                    self._take(item, drawn, taken, room)
                    continue
                waiting[item.qualified] = item
            if (misses := misses + 1) > 8 * self._size:
                break
        least_seen = sorted(waiting.values(), key=lambda item: self._exposure[item.qualified])
        self._take_some(least_seen, drawn, taken, room)
        if len(drawn) < self.cell.need:
            raise _Exhausted
        return drawn

    def _take_some(
        self, items: Iterable[Item], drawn: list[Item], taken: Taken, room: dict[str, int]
    ) -> None:
        """Takes what fits of these, in their order, as long as there is need."""
        for item in items:
            if len(drawn) < self.cell.need and self._fits(item, taken, room):
                self._take(item, drawn, taken, room)

    def _take(self, item: Item, drawn: list[Item], taken: Taken, room: dict[str, int]) -> None:
        drawn.append(item)
        taken.add(item)
        room[item.difficulty] = room.get(item.difficulty, self.cell.need) - 1

    def _item(self, place: Place | None) -> Item | None:
        if place is None:
            return None
        if place not in self._lookup.items:
            raise _Unknown
        return self._lookup.items[place]

    def _fits(self, item: Item, taken: Taken, room: Mapping[str, int]) -> bool:
        return room.get(item.difficulty, 1) > 0 and taken.admits(item) and self.cell.part.admits(item)

    def _check_supply(self, taken: Taken) -> None:
        """Saves the throws that must miss, once all candidates are known."""
        if self._whole:
            known = self._lookup.whole(self.cell.strata)
            if sum(self._fits(item, taken, {}) for item in known) < self.cell.need:
                raise _Exhausted


def pick(
    cells: Iterable[Cell], held: Sequence[Item], dice: Dice, lookup: Lookup, seen: Mapping[str, int]
) -> dict[int, list[Item]] | None:
    """Questions by number of part; None where a cell ran dry and only a look at the whole supply can tell.

    ``seen`` says how often the student has had a question (``bank/id``); the least seen come first, and before all
    those below 0, which are due in practice.
    """
    # the cell with the least to spare chooses first, so that the others do not take what only it could use
    urns = [_Urn(cell, dice, lookup, seen) for cell in sorted(cells, key=lambda cell: cell.size - cell.need)]
    while True:
        lookup.fetch([place for urn in urns for place in urn.ahead()])
        taken, short = Taken(held), []
        drawn: dict[int, list[Item]] = {}
        for urn in urns:
            try:
                drawn.setdefault(urn.cell.part.number, []).extend(urn.draw(taken))
            except _Unknown:
                short.append(urn)
            except _Exhausted:
                if not short:
                    return None
        if not short:
            return drawn
        for urn in short:
            urn.widen()
