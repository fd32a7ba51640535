"""A pool of calibrated items, and its curves where abilities are looked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from quiz.statistics.classical import Values
from quiz.statistics.irt.curves import Steps, mixed

#: Abilities are looked for here, in logits; one that lies at an end does not exist.
GRID: Final = np.linspace(-6, 6, 241)
SPACING: Final = float(GRID[1] - GRID[0])
#: About so many numbers are worked on at once, while curves are drawn.
CELLS: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class Item:
    """A calibrated item in the logistic metric (D = 1), abilities N(0, 1): slope a > 0, location b of each step, lower
    asymptote c in 0 … 1 (only with one step); and how many minutes it takes.
    """

    name: str
    a: float
    b: tuple[float, ...]
    c: float = 0.0
    topic: str = ""
    minutes: float = 1.0
    #: The names of items that are never in one test with it; said of one of two it holds for both.
    enemies: tuple[str, ...] = ()


class Pool:
    """Items, and on ``GRID``: ``log`` P of each category, shape (items, categories, Q); ``information``, Warm's J
    = Σ P′ P″ / P and the ``expected`` share of the mark of each item, shape (Q, items).
    """

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = tuple(items)
        self.minutes = np.array([item.minutes for item in items])
        self.log, p, slope = self._curves(GRID)
        self.information: Values = np.ascontiguousarray((p * slope**2).sum(axis=1).T)
        bend = slope**2 + np.gradient(slope, SPACING, axis=2, edge_order=2)
        self.warm: Values = np.ascontiguousarray((p * slope * bend).sum(axis=1).T)
        self.steps = np.array([len(item.b) for item in self.items])
        self.expected: Values = np.einsum("ikq,ik->qi", p, self._steps.scores / self.steps[:, None])

    @cached_property
    def reach(self) -> tuple[float, float]:
        """The lowest and the highest location."""
        places = [b for item in self.items for b in item.b]
        return min(places), max(places)

    @cached_property
    def enemies(self) -> list[list[int]]:
        """The places of the items that are never in one test with each of the items."""
        places = {item.name: place for place, item in enumerate(self.items)}
        found: list[set[int]] = [set() for _ in self.items]
        for place, item in enumerate(self.items):
            for other in (places[name] for name in item.enemies if name in places):
                found[place].add(other)
                found[other].add(place)
        return [*map(sorted, found)]

    def within(self, topic: str) -> NDArray[np.bool_]:
        """Which items are of this topic, or of one below it (``proposals`` holds ``proposals/security``)."""
        return np.array([f"{item.topic}/".startswith(f"{topic}/") for item in self.items])

    def answers(self, abilities: Values, rng: np.random.Generator) -> NDArray[np.intp]:
        """A simulated answer of each examinee to each item: the category reached, shape (examinees, items)."""
        chance = rng.random((len(self.items), 1, len(abilities)))
        below = np.cumsum(self._curves(abilities)[1], axis=1)[:, :-1]
        found: NDArray[np.intp] = (chance > below).sum(axis=1).T
        return found

    def _curves(self, theta: Values) -> tuple[Values, Values, Values]:
        """Of each category ln P, P, and the slope of ln P, each of shape (items, categories, abilities)."""
        size = max(1, CELLS // (len(self.items) * self._steps.columns**2))
        parts = [self._some(theta[start : start + size]) for start in range(0, len(theta), size)]
        log, p, slope = (np.concatenate(part, axis=2) for part in zip(*parts, strict=True))
        return log, p, slope

    def _some(self, theta: Values) -> tuple[Values, Values, Values]:
        curves = mixed(self._rows, self._steps, theta)
        return curves.log, curves.p, curves.by_ability(self._rows, self._steps)

    @cached_property
    def _steps(self) -> Steps:
        most = max(len(item.b) for item in self.items)
        exist = np.array([[place <= len(item.b) for place in range(most + 1)] for item in self.items])
        return Steps(np.where(exist, np.arange(most + 1.0), 0.0), exist)

    @cached_property
    def _rows(self) -> Values:
        """Parameters as ``curves`` takes them."""
        rows = np.zeros((len(self.items), self._steps.columns))
        for row, item in zip(rows, self.items, strict=True):
            row[0] = item.a
            row[1 : len(item.b) + 1] = -item.a * np.array(item.b)
            row[-1] = np.log(item.c / (1 - item.c)) if item.c else -np.inf
        return rows


def at(table: Values, theta: Values) -> Values:
    """A table on ``GRID``, shape (Q, …), at abilities of shape (n,): linear between its places, shape (n, …)."""
    place = (np.clip(theta, GRID[0], GRID[-1]) - GRID[0]) / SPACING
    low = np.minimum(place.astype(np.intp), len(GRID) - 2)
    part = (place - low).reshape(-1, *[1] * (table.ndim - 1))
    found: Values = table[low] * (1 - part) + table[low + 1] * part
    return found
