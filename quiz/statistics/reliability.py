"""Reliability from the covariances between items: of the whole, with each item left out, and omega of one factor.

Covariances are a matrix of shape (k, k), n − 1 in each; where cells are missing, each rests on those who have both.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from quiz.statistics.classical import EQUAL, Values

#: Loadings are within ± √0.995: no item is more than that of the factor (as R's psych::fa bounds uniqueness).
MOST_LOADING: Final = 0.995**0.5
_PRECISION: Final = 1e-12
_MOST_SWEEPS: Final = 20_000


def covariances(scores: Values) -> Values:
    """The covariances between the columns of scores, shape (n, k), NaN where missing.

    Each over those who have both scores: Σ (x − x̄)(y − ȳ) / (n − 1) with the means of these; NaN for fewer than two.
    """
    given = np.isfinite(scores)
    if len(scores) > 1 and given.all():
        whole: Values = np.cov(scores, rowvar=False).reshape((scores.shape[1],) * 2)
        return whole
    present = given.astype(np.float64)
    counts = present.sum(axis=0)
    # Scores from their column's mean: the sums below then lose no digits.
    means = np.where(given, scores, 0).sum(axis=0) / np.maximum(counts, 1)
    centred = np.where(given, scores - means, 0)
    pairs = present.T @ present
    sums = centred.T @ present
    joint = centred.T @ centred - sums * sums.T / np.maximum(pairs, 1)
    found: Values = np.where(pairs >= 2, joint / np.maximum(pairs - 1, 1), np.nan)
    return found


def alpha_of(between: Values) -> float | None:
    """Cronbach's alpha, k / (k − 1) · (1 − trace / sum), from covariances; None for one item or a sum that varies not."""
    k = len(between)
    whole = float(between.sum())
    if k < 2 or not whole > EQUAL:
        return None
    return k / (k - 1) * (1 - float(np.trace(between)) / whole)


def alpha_if_deleted(between: Values) -> list[float | None]:
    """Alpha of the other items, for each item; None where two items are not left."""
    places = range(len(between))
    return [alpha_of(np.delete(np.delete(between, place, 0), place, 1)) for place in places]


def omega_total(between: Values) -> float | None:
    """Omega total (McDonald 1999) of one factor: 1 − Σ uniquenesses / Σ of the correlations.

    The factor is that of minimum residuals (Harman & Jones 1966). Items without variance have no correlation and are
    left out. None for fewer than three items, or where the sum of their standard scores does not vary.
    """
    spread = np.sqrt(np.diag(between))
    varies = spread > EQUAL
    correlations = between[np.ix_(varies, varies)] / np.outer(spread[varies], spread[varies])
    whole = float(correlations.sum())
    if len(correlations) < 3 or not whole > EQUAL:
        return None
    loadings = one_factor(correlations)
    return None if loadings is None else 1 - float((1 - loadings**2).sum()) / whole


def one_factor(correlations: Values) -> Values | None:
    """The loadings l, shape (k,), of correlations whose sum is above 0, that make Σ over i ≠ j of (r_ij − l_i l_j)² least, each within ± ``MOST_LOADING``.

    One loading at a time, whose best value is known when the others are held: the sum falls with each step. None where
    it has not settled after ``_MOST_SWEEPS`` rounds.
    """
    off = correlations - np.diag(np.diag(correlations))
    # Begin with the centroid: the correlations with the sum of all.
    sums = correlations.sum(axis=1)
    loadings: Values = np.clip(sums / sums.sum() ** 0.5, -MOST_LOADING, MOST_LOADING)
    for _ in range(_MOST_SWEEPS):
        before = loadings.copy()
        for place, row in enumerate(off):
            squares = float(loadings @ loadings - loadings[place] ** 2)
            best = float(row @ loadings) / squares if squares > EQUAL else 0.0
            loadings[place] = min(MOST_LOADING, max(-MOST_LOADING, best))
        if np.abs(loadings - before).max() < _PRECISION:
            return loadings
    return None
