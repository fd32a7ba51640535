"""Comparing groups of students, and how sure a share or a mean is: what a report of a quiz as a whole rests on.

Every figure that cannot be computed is None.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import sqrt
from typing import Final

import numpy as np

from quiz.statistics.classical import EQUAL, Values, correlation
from quiz.statistics.distributions import f_quantile, incomplete_beta, t_tail

#: A group of fewer is not compared: a mean of so few says little, and could be taken for a person's.
FEWEST: Final = 5
#: The error of the tests here, two-sided.
ERROR: Final = 0.05


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95 % interval; the ends are None where it cannot be computed."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Sums:
    """Over n students: the sums of marks m, of what they could attain p, and of m², m·p and p²."""

    n: int
    marks: float
    attainable: float
    squares: float
    products: float
    attainable_squares: float


def share_of(sums: Sums) -> Interval | None:
    """Σ m / Σ p as a share of 1, with its 95 % interval cut to 0 … 1: students are drawn, with all their answers.

    The ratio estimator (Cochran 1977, 6.4): variance Σ (m − share · p)² · n / (n − 1) / (Σ p)², t with n − 1 degrees of
    freedom. None where nothing could be attained.
    """
    if sums.attainable <= EQUAL:
        return None
    share = sums.marks / sums.attainable
    if sums.n < 2:
        return Interval(share, None, None)
    left = sums.squares - 2 * share * sums.products + share**2 * sums.attainable_squares
    error = sqrt(max(0.0, left) * sums.n / (sums.n - 1)) / sums.attainable
    wide = t_quantile(sums.n - 1) * error
    return Interval(share, max(0.0, share - wide), min(1.0, share + wide))


def mean_of(values: Values) -> Interval | None:
    """The mean of values, shape (n,), with its 95 % interval by t; None without any, no ends for a single one."""
    if not len(values):
        return None
    mean = float(values.mean())
    if len(values) < 2:
        return Interval(mean, None, None)
    wide = t_quantile(len(values) - 1) * float(values.std(ddof=1)) / sqrt(len(values))
    return Interval(mean, mean - wide, mean + wide)


@cache  # few numbers of students, many means
def t_quantile(df: int) -> float:
    """Half the width of a 95 % interval of Student's t: the root of F's quantile."""
    return sqrt(f_quantile(0.95, 1, df))


def differ_p(groups: Sequence[Values]) -> float | None:
    """The probability of means as unlike as those of these groups where all are equal: Welch's (1951) analysis of variance.

    As R's oneway.test. Groups without spread, or of one, are left out; None where two are not left.
    """
    counted = [one for one in groups if len(one) > 1 and float(one.var(ddof=1)) > EQUAL]
    k = len(counted)
    if k < 2:
        return None
    sizes = np.array([len(one) for one in counted], dtype=np.float64)
    means = np.array([one.mean() for one in counted])
    weights = sizes / np.array([one.var(ddof=1) for one in counted])
    whole = weights.sum()
    centre = float((weights * means).sum() / whole)
    spread = float((((1 - weights / whole) ** 2) / (sizes - 1)).sum()) / (k * k - 1)
    f = float((weights * (means - centre) ** 2).sum()) / ((k - 1) * (1 + 2 * (k - 2) * spread))
    return f_tail(f, k - 1, 1 / (3 * spread))


def f_tail(f: float, df1: float, df2: float) -> float:
    """P(F > f) with these degrees of freedom."""
    return incomplete_beta(df2 / (df2 + df1 * max(0.0, f)), df2 / 2, df1 / 2)


@dataclass(frozen=True, slots=True)
class Link:
    """How two figures of students go together: Pearson's r, and the probability of one so far from 0 where it is 0."""

    r: float
    p: float


def link_of(x: Values, y: Values) -> Link | None:
    """The link of two figures, each of shape (n,); None for fewer than three, or where one does not vary."""
    r = correlation(x, y) if len(x) > 2 else None
    if r is None:
        return None
    if abs(r) >= 1:
        return Link(r, 0.0)
    return Link(r, 2 * t_tail(abs(r) * sqrt((len(x) - 2) / (1 - r * r)), len(x) - 2))
