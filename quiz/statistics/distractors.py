"""Who chose which option: counts, rests, and the choice by fifths of the class."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from quiz.statistics.classical import Values, is_constant, mean, size

#: Of shape (n, k): whether the examinee chose the option; where a row stands for several, how many of them did.
Chosen: TypeAlias = NDArray[np.bool_] | Values
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


def option_figures(
    chosen: Chosen, total: Values, rest: Values, times: Values | None = None
) -> list[OptionFigures]:
    """The figures of k options: who chose them, shape (n, k); T, by which the fifths are made, and R, shape (n,)."""
    if not chosen.shape[1]:
        return []
    everybody = np.ones(len(total)) if times is None else times
    groups = fifths(total, times)
    sizes: Values = np.bincount(groups, everybody, FIFTHS).astype(np.float64)
    columns = chosen.astype(np.float64)
    return [_option(columns[:, place], rest, everybody, groups, sizes) for place in range(chosen.shape[1])]


def _option(
    chosen: Values, rest: Values, times: Values, groups: NDArray[np.int64], sizes: Values
) -> OptionFigures:
    n, everybody = round(float(chosen.sum())), size(rest, times)
    with_rest = np.isfinite(rest)
    counts = np.bincount(groups, chosen, FIFTHS)
    if not with_rest.all():
        chosen, rest, times = chosen[with_rest], rest[with_rest], times[with_rest]
    return OptionFigures(
        n=n,
        share=n / everybody if everybody else None,
        mean_rest=mean(rest, chosen) if chosen.any() else None,
        item_rest=choice_rest(chosen, rest, times),
        by_fifth=tuple(
            float(count / of_all) if of_all else None for count, of_all in zip(counts, sizes, strict=True)
        ),
    )


def choice_rest(chosen: Values, rest: Values, times: Values) -> float | None:
    """The point-biserial correlation of having chosen an option with R; of each row, standing for so many examinees, how
    many chose it. None where all did, or nobody, or where R does not vary.
    """
    n, many = float(times.sum()), float(chosen.sum())
    if n < 2 or not 0 < many < n or is_constant(rest):
        return None
    deviation = rest - mean(rest, times)
    joint = float((chosen * deviation).sum())
    spread = sqrt(many * (n - many) / n) * sqrt(float((times * deviation**2).sum()))
    return min(1.0, max(-1.0, joint / spread))


def fifths(values: Values, times: Values | None = None) -> NDArray[np.int64]:
    """For each value, shape (n,), which fifth of the class by these values: 0 the lowest … 4. Equals stay together.

    By the mean rank r of equals, from 1: ⌊5 · (r − ½) / n⌋.
    """
    _, inverse = np.unique(values, return_inverse=True)
    counts = np.bincount(inverse, times)
    below = np.cumsum(counts) - counts
    rank = (below + (counts + 1) / 2)[inverse]
    return np.floor(FIFTHS * (rank - 0.5) / max(1, size(values, times))).astype(np.int64)
