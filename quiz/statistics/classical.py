"""Classical item and test analysis.

x are the marks on one item, T the totals, R the rests; arrays of shape (n,), one value an examinee. Where papers differ,
an item's figures are over those who saw it, and T = 100 · Σ marks / Σ max, R = 100 · (Σ marks − x) / (Σ max − max).
Variances and covariances divide by n − 1. Names and definitions are those of Moodle's quiz statistics
(``mod/quiz/report/statistics`` and ``question/classes/statistics``, 4.5), but for R, which never holds the item itself.

``times``, where a function takes it, is of shape (n,) too: how many examinees each value stands for. So a million
examinees are as many values as there are different ones. None: each stands for one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, sqrt
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from quiz.statistics.distributions import f_quantile

Values: TypeAlias = NDArray[np.float64]

#: Values nearer to each other than this are equal: marks are stored as doubles and compared to nine decimals.
EQUAL = 1e-9


# Figures of two arrays -------------------------------------------------------------------------------------------


def size(x: Values, times: Values | None = None) -> int:
    """How many examinees these values stand for."""
    return len(x) if times is None else int(times.sum())


def mean(x: Values, times: Values | None = None) -> float:
    """The mean of one value or more."""
    return float(x.mean() if times is None else (x * times).sum() / times.sum())


def covariance(x: Values, y: Values, times: Values | None = None) -> float | None:
    """Σ (x − x̄)(y − ȳ) / (n − 1); None for fewer than two."""
    n = size(x, times)
    if n < 2:
        return None
    # No np.dot: from 10,000 on it waits for threads, which costs more than the sum.
    products = (x - mean(x, times)) * (y - mean(y, times))
    return float((products if times is None else products * times).sum()) / (n - 1)


def variance(x: Values, times: Values | None = None) -> float | None:
    """The covariance of x with itself; exactly 0 where all are equal; None for fewer than two."""
    return 0.0 if size(x, times) >= 2 and is_constant(x) else covariance(x, x, times)


def is_constant(x: Values) -> bool:
    """Whether all values are equal, to nine decimals."""
    return not len(x) or float(np.ptp(x)) <= EQUAL


def correlation(x: Values, y: Values, times: Values | None = None) -> float | None:
    """Pearson's r; point-biserial where x is 0 or 1. None for fewer than two, or where x or y does not vary."""
    return _pearson(covariance(x, y, times), variance(x, times), variance(y, times))


def _pearson(joint: float | None, variance_x: float | None, variance_y: float | None) -> float | None:
    """The correlation from a covariance and its variances; None where either is 0 or not known."""
    if joint is None or not variance_x or not variance_y:
        return None
    return min(1.0, max(-1.0, joint / (sqrt(variance_x) * sqrt(variance_y))))


# Items -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """An item's figures; those with Moodle's names in percent, ``sd`` and variances in marks, R in percent."""

    n: int
    max: float
    #: mean(x) / max.
    facility: float | None
    sd: float | None
    #: Pearson correlations of x with T and with R.
    item_total: float | None
    item_rest: float | None
    #: 100 · cov(x, R) / √(var x · var R).
    discrimination_index: float | None
    #: 100 · cov(x, R) / the covariance of both sorted: the most that these marks and rests allow.
    discriminative_efficiency: float | None
    variance: float | None
    rest_variance: float | None
    covariance: float | None
    covariance_max: float | None
    #: cov(x, T): what the effective weight is made of.
    total_covariance: float | None


def item_figures(
    x: Values, maximum: float, total: Values, rest: Values, times: Values | None = None
) -> ItemFigures:
    """The figures of one item: marks x of ``maximum``, totals T and rests R, each of shape (n,).

    Who has no rest (this was the only item of the paper: R is NaN) is left out of the figures that rest on R.
    """
    n = size(x, times)
    with_rest = np.isfinite(rest)
    all_have = bool(with_rest.all())
    xs, rests = (x, rest) if all_have else (x[with_rest], rest[with_rest])
    of_rests = times if all_have or times is None else times[with_rest]
    var, rest_var = variance(x, times), variance(rests, of_rests)
    joint, most = covariance(xs, rests, of_rests), _most_covariance(xs, rests, of_rests)
    joint_total = covariance(x, total, times)
    item_rest = _pearson(joint, var if all_have else variance(xs, of_rests), rest_var)
    return ItemFigures(
        n=n,
        max=maximum,
        facility=mean(x, times) / maximum if n and maximum > 0 else None,
        sd=None if var is None else sqrt(var),
        item_total=_pearson(joint_total, var, variance(total, times)),
        item_rest=item_rest,
        discrimination_index=None if item_rest is None else 100 * item_rest,
        discriminative_efficiency=_efficiency(xs, rests, joint, most),
        variance=var,
        rest_variance=rest_var,
        covariance=joint,
        covariance_max=most,
        total_covariance=joint_total,
    )


def _most_covariance(x: Values, rest: Values, times: Values | None) -> float | None:
    """The covariance of both sorted."""
    if times is None or not len(x):
        return covariance(np.sort(x), np.sort(rest))
    (xs, x_ends), (rests, rest_ends) = _in_order(x, times), _in_order(rest, times)
    ends = np.union1d(x_ends, rest_ends)  # between two of them neither changes
    xs, rests = xs[np.searchsorted(x_ends, ends)], rests[np.searchsorted(rest_ends, ends)]
    return covariance(xs, rests, np.diff(ends, prepend=0))


def _in_order(x: Values, times: Values) -> tuple[Values, Values]:
    """The values, sorted, and how many examinees there are up to each."""
    order = np.argsort(x)
    return x[order], np.cumsum(times[order])


def tails(total: Values, times: Values | None = None, part: float = 0.27) -> Values | None:
    """What each examinee, shape (n,), counts in the mean of the upper ``part`` · n by T, less that of the lower.

    Those tied at a border count alike, such that either group weighs ``part`` · n exactly (Kelley 1939 gives the 27 %).
    So d27 of marks x is tails · x / max. None for fewer than two, or where T does not vary.
    """
    n = size(total, times)
    if n < 2 or is_constant(total):
        return None
    _, place = np.unique(np.round(total, 9), return_inverse=True)
    counts = np.bincount(place, times).astype(np.float64)
    weights = _first(counts[::-1], part * n)[::-1] - _first(counts, part * n)
    found: Values = weights[place]
    return found


def _first(counts: Values, first: float) -> Values:
    """What each member of groups of these sizes counts in the mean of the first so many of them all."""
    taken = np.clip(first - (np.cumsum(counts) - counts), 0, counts)
    found: Values = taken / counts / first
    return found


def _efficiency(x: Values, rest: Values, joint: float | None, most: float | None) -> float | None:
    """100 · cov / cov max; None where x or R does not vary, so that there is nothing to reach."""
    if joint is None or not most or is_constant(x) or is_constant(rest):
        return None
    return 100 * joint / most


def intended_weight(maximum: float, whole: float) -> float | None:
    """100 · max / the sum of the maxima, in percent; the mean sum where papers differ. None where nothing counts."""
    return 100 * maximum / whole if whole > EQUAL else None


def effective_weights(covariances: Sequence[float | None]) -> list[float | None]:
    """100 · √cov(x, T) / Σ √cov(x, T), in percent, over the items whose covariance is not negative.

    The others have none; nor has anyone where all covariances are 0.
    """
    roots = [sqrt(one) if one is not None and one >= 0 else None for one in covariances]
    whole = sum(root for root in roots if root is not None)
    return [None if root is None or whole <= EQUAL else 100 * root / whole for root in roots]


# Tests -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TotalFigures:
    """A test's figures; mean, median, sd and standard error in the unit of the totals, the other errors in percent."""

    n: int
    mean: float | None
    median: float | None
    sd: float | None
    #: G1 = k3 / k2^1.5 and G2 = k4 / k2² of Fisher's k-statistics (Moodle's skewness and kurtosis); G2 is an excess.
    skewness: float | None
    kurtosis: float | None
    #: Cronbach's alpha, Feldt's 95 % interval, and 100 · alpha: the coefficient of internal consistency.
    alpha: float | None
    alpha_ci: tuple[float, float] | None
    cic: float | None
    #: 100 · √(1 − CIC / 100): how much of the spread is error.
    error_ratio: float | None
    #: error ratio / 100 · sd: of measurement, of one examinee's total.
    standard_error: float | None


def whole_figures(totals: Values, alpha: float | None, k: int, times: Values | None = None) -> TotalFigures:
    """The figures of a test from its totals, of shape (n,), and the alpha of its k columns."""
    n, var = size(totals, times), variance(totals, times)
    sd = None if var is None else sqrt(var)
    error_ratio = None if alpha is None else 100 * sqrt(max(0.0, 1 - alpha))
    return TotalFigures(
        n=n,
        mean=mean(totals, times) if n else None,
        median=quantile(totals, 0.5, times),
        sd=sd,
        skewness=skewness(totals, times),
        kurtosis=kurtosis(totals, times),
        alpha=alpha,
        alpha_ci=None if alpha is None else alpha_interval(alpha, n, k),
        cic=None if alpha is None else 100 * alpha,
        error_ratio=error_ratio,
        standard_error=None if error_ratio is None or sd is None else error_ratio / 100 * sd,
    )


def quantile(x: Values, part: float, times: Values | None = None) -> float | None:
    """The value below which this part of them lies, 0 to 1: between two neighbours on the line (Hyndman & Fan 1996,
    type 7), so that the half is the median. None for nobody.
    """
    if not len(x):
        return None
    if times is None:
        return float(np.quantile(x, part))
    values, ends = _in_order(x, times)
    place = part * (float(ends[-1]) - 1)
    low, high = (float(values[np.searchsorted(ends, at, "right")]) for at in (floor(place), ceil(place)))
    return low + (high - low) * (place - floor(place))


def skewness(x: Values, times: Values | None = None) -> float | None:
    """G1 = k3 / k2^1.5; None for fewer than three, or where x does not vary."""
    n = size(x, times)
    if n < 3 or is_constant(x):
        return None
    d = x - mean(x, times)
    m2, m3 = mean(d**2, times), mean(d**3, times)
    k2, k3 = n * m2 / (n - 1), n * n * m3 / ((n - 1) * (n - 2))
    return k3 / float(k2**1.5)


def kurtosis(x: Values, times: Values | None = None) -> float | None:
    """G2 = k4 / k2², 0 for a normal distribution; None for fewer than four, or where x does not vary."""
    n = size(x, times)
    if n < 4 or is_constant(x):
        return None
    d = x - mean(x, times)
    m2, m4 = mean(d**2, times), mean(d**4, times)
    k2 = n * m2 / (n - 1)
    k4 = n * n * ((n + 1) * m4 - 3 * (n - 1) * m2 * m2) / ((n - 1) * (n - 2) * (n - 3))
    return k4 / k2**2


def alpha_from(parts: Sequence[float | None], whole: float | None, n: int) -> float | None:
    """Cronbach's alpha of n examinees: k / (k − 1) · (1 − Σ var of the k columns / var of their sum).

    None for fewer than three examinees or two columns (as Moodle), or where the sum does not vary.
    """
    k = len(parts)
    if n < 3 or k < 2 or not whole:
        return None
    return k / (k - 1) * (1 - sum(one or 0.0 for one in parts) / whole)


def alpha_interval(alpha: float, n: int, k: int) -> tuple[float, float]:
    """The 95 % interval of alpha over n ≥ 2 examinees and k ≥ 2 columns: Feldt (1965), (1 − α) · F(n − 1, (n − 1)(k − 1))."""
    df1, df2 = n - 1, (n - 1) * (k - 1)
    low, high = (1 - (1 - alpha) * f_quantile(p, df1, df2) for p in (0.975, 0.025))
    return low, high
