"""What a blueprint gives when each student gets a paper of their own: the marks to be expected over many draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from math import sqrt
from typing import Final

from quiz.assembly.blueprint import Blueprint
from quiz.assembly.conditions import Weighed
from quiz.assembly.draw import Bench, demand_drawable
from quiz.assembly.fairness import EASY, upward
from quiz.assembly.index import Index

#: So many papers are drawn: of what one paper in fifty is, some are among them in 98 of 100 looks.
DRAWS: Final = 200


@dataclass(frozen=True)
class Draws:
    """The expected marks of drawn papers (at least one), and how many of these hold easy questions alone."""

    expected: tuple[float, ...]
    easy: int

    @cached_property
    def mean(self) -> float:
        """Their mean."""
        return sum(self.expected) / len(self.expected)

    @cached_property
    def spread(self) -> float:
        """Their standard deviation."""
        return sqrt(sum((one - self.mean) ** 2 for one in self.expected) / len(self.expected))

    @property
    def apart(self) -> float:
        """By how much two of them differ at most, rounded up."""
        return upward(max(self.expected) - min(self.expected))

    @property
    def unlike(self) -> bool:
        """Whether some students get easy questions alone, and others do not."""
        return 0 < self.easy < len(self.expected)


def possible(blueprint: Blueprint, index: Index, as_of: date, count: int = DRAWS) -> Draws:
    """The papers of the seeds from 1 to ``count`` on this day. Raises Unmeetable, Invalid as ``draw`` does."""
    demand_drawable(blueprint)
    bench = Bench(blueprint, index, as_of, {})
    drawn = [bench.met(seed, 1)[1] for seed in range(1, count + 1)]
    items = {item.qualified: item for chosen in drawn for _, item in chosen}
    bench.measured([*items.values()], needed=True)
    papers = [bench.weighed(chosen) for chosen in drawn]
    return Draws(tuple(sum(one.expected for one in paper) for paper in papers), sum(map(_is_easy, papers)))


def _is_easy(paper: Sequence[Weighed]) -> bool:
    return all(one.known.share >= EASY for one in paper if one.item.asks)
