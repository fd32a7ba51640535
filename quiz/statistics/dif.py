"""Differential item functioning: is an item harder for a group than its totals explain? Mantel and Haenszel's way."""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, log, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from quiz.statistics.classical import EQUAL, Values

#: Δ = −2.35 ln(odds ratio): the scale of the Educational Testing Service (Holland & Thayer 1988).
DELTA: Final = -2.35
#: Its classes A, B, C (Zieky 1993): |Δ| below the first is negligible; from the second on it is large.
NEGLIGIBLE: Final = 1.0
LARGE: Final = 1.5
P: Final = 0.05
#: One-sided 5 % of the normal distribution.
Z95_ONE_SIDED: Final = 1.6448536269514722


@dataclass(frozen=True, slots=True)
class Dif:
    """An item's difference between the groups, at equal totals."""

    #: The common odds of a right answer in the reference group over those in the other; None where a sum is 0.
    odds_ratio: float | None
    #: Negative where the item is harder for the other group.
    delta: float | None
    #: The standard error of Δ (Robins, Breslow & Greenland 1986).
    se: float | None
    #: ETS: A negligible, B moderate, C large.
    ets_class: str | None
    #: Mantel and Haenszel's χ² with continuity correction, one degree of freedom, and its probability.
    chi2: float
    p: float


def mantel_haenszel(right: Values, strata: Values, focal: NDArray[np.bool_]) -> list[Dif | None]:
    """The difference of each of k items, ``right`` 0 or 1 of shape (n, k), between those in ``focal`` and the others.

    Strata, shape (n,), are the totals, equal to nine decimals. None for an item where no stratum tells anything: its
    groups do not both stand in it, or all of them are right, or all wrong.
    """
    a, c, reference, others = _counts(right, strata, focal)
    b, d = reference - a, others - c
    whole = reference + others
    m1, m0 = a + c, b + d
    spread = (reference * others * m1 * m0 / (whole**2 * np.maximum(whole - 1, 1))).sum(axis=0)
    excess = (a - reference * m1 / whole).sum(axis=0)
    over, under = a * d / whole, b * c / whole
    agree, differ = (a + d) / whole, (b + c) / whole
    sums = zip(
        excess,
        spread,
        over.sum(axis=0),
        under.sum(axis=0),
        (agree * over).sum(axis=0),
        (agree * under + differ * over).sum(axis=0),
        (differ * under).sum(axis=0),
        strict=True,
    )
    return [_dif(*map(float, one)) for one in sums]


def _counts(right: Values, strata: Values, focal: NDArray[np.bool_]) -> tuple[Values, Values, Values, Values]:
    """By stratum and item: right in the reference group and in the other, shape (strata, k); their sizes, (strata, 1)."""
    _, place = np.unique(np.round(strata, 9), return_inverse=True)
    order = np.argsort(place, kind="stable")
    starts = np.searchsorted(place[order], np.arange(place.max() + 1)) if len(place) else np.zeros(0, int)
    other = focal[order, None].astype(np.float64)
    marks = right[order]

    def summed(values: Values) -> Values:
        return np.add.reduceat(values, starts, axis=0) if len(starts) else values

    return summed(marks * (1 - other)), summed(marks * other), summed(1 - other), summed(other)


def _dif(
    excess: float, spread: float, over: float, under: float, pr: float, ps_qr: float, qs: float
) -> Dif | None:
    """From the sums over strata: of A − E(A), var A, AD/T, BC/T, and those of Robins, Breslow and Greenland."""
    if spread <= EQUAL:
        return None
    chi2 = max(0.0, abs(excess) - 0.5) ** 2 / spread
    p = erfc(sqrt(chi2 / 2))
    if over <= 0 or under <= 0:
        return Dif(None, None, None, None, chi2, p)
    delta = DELTA * log(over / under)
    error = -DELTA * sqrt(pr / (2 * over**2) + ps_qr / (2 * over * under) + qs / (2 * under**2))
    return Dif(over / under, delta, error, _ets_class(delta, error, p), chi2, p)


def _ets_class(delta: float, error: float, p: float) -> str:
    size = abs(delta)
    if size < NEGLIGIBLE or p >= P:
        return "A"
    return "C" if size >= LARGE and size - NEGLIGIBLE > Z95_ONE_SIDED * error else "B"
