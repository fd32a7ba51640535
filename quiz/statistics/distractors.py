"""Who chose which option: counts, rests, and the choice by fifths of the class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from quiz.statistics.classical import Values, correlation

#: Of shape (n, k): whether the examinee chose the option.
Chosen: TypeAlias = NDArray[np.bool_]
FIFTHS = 5


@dataclass(frozen=True, slots=True)
class OptionFigures:
    """An option's figures: by how many it was chosen, their share, their mean R (in the unit of R), its own item–rest."""

    n: int
    share: float | None
    #: None where nobody with a rest chose it.
    mean_rest: float | None
    #: Point-biserial: of having chosen it with R.
    item_rest: float | None
    #: The share that chose it in each fifth of the class, the weakest first; None for an empty fifth.
    by_fifth: tuple[float | None, ...]


def option_figures(chosen: Chosen, total: Values, rest: Values) -> list[OptionFigures]:
    """The figures of k options: who chose them, shape (n, k); T, by which the fifths are made, and R, shape (n,)."""
    if not chosen.shape[1]:
        return []
    groups = fifths(total)
    return [_option(chosen[:, place], rest, groups) for place in range(chosen.shape[1])]


def _option(chosen: NDArray[np.bool_], rest: Values, groups: NDArray[np.int64]) -> OptionFigures:
    n = int(chosen.sum())
    with_rest = np.isfinite(rest)
    rests = rest[chosen & with_rest]
    return OptionFigures(
        n=n,
        share=n / len(chosen) if len(chosen) else None,
        mean_rest=float(rests.mean()) if len(rests) else None,
        item_rest=correlation(chosen[with_rest].astype(np.float64), rest[with_rest]),
        by_fifth=tuple(_share(chosen[groups == group]) for group in range(FIFTHS)),
    )


def _share(chosen: NDArray[np.bool_]) -> float | None:
    return float(chosen.mean()) if len(chosen) else None


def fifths(values: Values) -> NDArray[np.int64]:
    """For each examinee, shape (n,), which fifth of the class by these values: 0 the lowest … 4. Equals stay together.

    By the mean rank r of equals, from 1: ⌊5 · (r − ½) / n⌋.
    """
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    below = np.cumsum(counts) - counts
    rank = (below + (counts + 1) / 2)[inverse]
    return np.floor(FIFTHS * (rank - 0.5) / max(1, len(values))).astype(np.int64)
