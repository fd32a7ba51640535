"""Abilities from the answers so far, kept up answer by answer; by the methods of ``irt.persons``."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from quiz.statistics.adaptive.pool import GRID, SPACING, Pool
from quiz.statistics.classical import Values
from quiz.statistics.irt.persons import NO_INFORMATION


class Abilities:
    """What the answers of ``n`` examinees say on ``GRID``; nothing, at first."""

    def __init__(self, pool: Pool, n: int) -> None:
        self._pool = pool
        self._log, self._information, self._warm = (np.zeros((n, len(GRID))) for _ in range(3))

    def take(self, who: NDArray[np.intp], items: NDArray[np.intp], categories: NDArray[np.intp]) -> None:
        """One more answer of each of these examinees."""
        self._log[who] += self._pool.log[items, categories]
        self._information[who] += self._pool.information.T[items]
        self._warm[who] += self._pool.warm.T[items]

    def estimates(self, who: NDArray[np.intp], method: str) -> tuple[Values, Values]:
        """Abilities of these examinees by one of ``persons.METHODS``, and their standard errors.

        Where there is none, as by *ml* after answers that are all right or all wrong: ±inf, on the side where it is missed.
        """
        if method == "eap":
            return self._expected(who)
        height = self._height(who, method)
        top = height.argmax(axis=1)
        inside = np.clip(top, 1, len(GRID) - 2)
        left, middle, right = (height[np.arange(len(who)), inside + side] for side in (-1, 0, 1))
        bend = np.minimum(left - 2 * middle + right, -NO_INFORMATION)
        theta = GRID[inside] + SPACING / 2 * np.clip((left - right) / bend, -1, 1)
        away = (theta - GRID[inside]) / SPACING
        beside = self._information[who, inside + np.sign(away).astype(np.intp)]
        information = (
            self._information[who, inside] * (1 - abs(away)) + beside * abs(away) + (method == "map")
        )
        theta = np.where(top == inside, theta, np.where(top == 0, -np.inf, np.inf))
        return theta, 1 / np.sqrt(np.maximum(information, NO_INFORMATION))

    def _expected(self, who: NDArray[np.intp]) -> tuple[Values, Values]:
        height = self._height(who, "map")
        weights = np.exp(height - height.max(axis=1, keepdims=True))
        weights /= weights.sum(axis=1, keepdims=True)
        mean = weights @ GRID
        return mean, np.sqrt(np.maximum(weights @ GRID**2 - mean**2, 0))

    def _height(self, who: NDArray[np.intp], method: str) -> Values:
        """What is highest at the ability: the log-likelihood, with the prior's or Warm's part."""
        if method == "map":
            return np.asarray(self._log[who] - GRID**2 / 2)
        if method == "wle":
            slope = self._warm[who] / (2 * np.maximum(self._information[who], NO_INFORMATION))
            return np.asarray(self._log[who] + (np.cumsum(slope, axis=1) - slope / 2) * SPACING)
        return np.asarray(self._log[who])
