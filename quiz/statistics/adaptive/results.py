"""What the results of adaptive tests say of the test: how reliable its abilities are, how much two tests have in common."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from quiz.statistics.classical import Values


def reliability(theta: Values, error: Values, method: str) -> float | None:
    """The marginal reliability of estimated abilities, by their standard errors; both of shape (n,).

    Estimates that are drawn to the mean (*eap*, *map*) have less variance than the abilities: S² / (S² + mean(error²)).
    Others have more: 1 − mean(error²) / S² (Green, Bock, Humphreys, Linn & Reckase 1984). S² is their variance, n − 1. None
    for fewer than two, where they do not differ, or where the errors are larger than the differences.
    """
    if len(theta) < 2:
        return None
    spread, noise = float(np.var(theta, ddof=1)), float(np.mean(np.square(error)))
    found = spread / (spread + noise) if method in {"eap", "map"} else 1 - noise / spread if spread else 0.0
    return found if found > 0 else None


def overlap(shown: NDArray[np.intp], n: int) -> float | None:
    """What two of ``n`` examinees share of a test, on average; ``shown`` says how many of them saw each item.

    Σ n_j (n_j − 1) / ((n − 1) Σ n_j) (Chen, Ankenmann & Spray 2003). None for fewer than two, and where nothing was shown.
    """
    if n < 2 or not shown.any():
        return None
    return float((shown * (shown - 1)).sum() / (n - 1) / shown.sum())
