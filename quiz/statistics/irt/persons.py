"""Abilities from answers, and their standard errors: EAP, MAP, ML and WLE (Bock & Mislevy 1982; Warm 1989)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from quiz.statistics.classical import Values
from quiz.statistics.irt import curves as of
from quiz.statistics.irt import marginal
from quiz.statistics.irt.coding import ABSENT, distinct
from quiz.statistics.irt.curves import Curves
from quiz.statistics.irt.models import Fitted

METHODS: Final = ("eap", "map", "ml", "wle")

#: Where an ability is looked for, and at first how finely; one that lies at an end does not exist.
GRID: Final = np.linspace(-20, 20, 161)
MOST_STEPS: Final = 60
STOP: Final = 1e-9
#: Where there is less information than this, nothing is known.
NO_INFORMATION: Final = 1e-12
#: For second derivatives, by central differences.
H: Final = 1e-4


def abilities(fitted: Fitted, method: str) -> tuple[Values, Values]:
    """The ability of each row of the table by one of ``METHODS``, and its standard error; each of shape (rows,).

    NaN where it does not exist: no answer at all, or (by *ml*) one as good, or as bad, as can be. The error is the
    posterior's deviation, or what the information at the estimate (with that of the prior, by *map*) says.
    """
    if not len(fitted.rows):
        nothing = np.full(len(fitted.coded.codes), np.nan)
        return nothing, nothing
    codes, place, _ = distinct(fitted.coded.codes)
    theta, error = _expected(fitted, codes) if method == "eap" else _roots(fitted, codes, method)
    silent = (codes == ABSENT).all(axis=1)
    theta[silent] = error[silent] = np.nan
    return theta[place], error[place]


def standard_rows(fitted: Fitted) -> Values:
    """The items' parameters for abilities from N(0, 1)."""
    rows = fitted.rows.copy()
    rows[:, 1:-1] += rows[:, :1] * fitted.steps.sizes * fitted.mean
    rows[:, 0] *= fitted.deviation
    return rows


def problem_of(fitted: Fitted, codes: NDArray[np.int8], weighs: Values) -> marginal.Problem:
    """The fitted items for other patterns of codes."""
    rows = standard_rows(fitted)
    none = marginal.Design(np.zeros((rows.size, 0)), rows.ravel())
    return marginal.Problem(fitted.model.family, fitted.steps, none, codes, weighs)


def _expected(fitted: Fitted, codes: NDArray[np.int8]) -> tuple[Values, Values]:
    problem = problem_of(fitted, codes, np.ones(len(codes)))
    found = []
    for _, _, posterior, _ in marginal.posteriors(problem, problem.curves(standard_rows(fitted))):
        mean = posterior @ marginal.NODES
        found.append((mean, np.sqrt(posterior @ marginal.NODES**2 - mean**2)))
    means, errors = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return fitted.mean + fitted.deviation * means, fitted.deviation * errors


def _roots(fitted: Fitted, codes: NDArray[np.int8], method: str) -> tuple[Values, Values]:
    scoring = _Scoring(fitted, method)
    parts = [scoring.solved(codes[start : start + CHUNK]) for start in range(0, len(codes), CHUNK)]
    theta, error = (np.concatenate(part) for part in zip(*parts, strict=True))
    return theta, error


CHUNK: Final = 2048


@dataclass(frozen=True, slots=True)
class _Scoring:
    """The equation whose root is the ability: the slope of the log-likelihood, and what a method adds to it."""

    fitted: Fitted
    method: str

    def solved(self, codes: NDArray[np.int8]) -> tuple[Values, Values]:
        """Abilities and their errors, of shape (patterns,)."""
        fitted = self.fitted
        centre, scale = (fitted.mean, max(fitted.deviation, 1e-3)) if self.method == "map" else (0.0, 1.0)
        grid = centre + scale * GRID
        on_grid = self._tabulated(codes, grid)
        # The highest place of what the equation is the slope of; the root is beside it.
        middle = (on_grid[:, 1:] + on_grid[:, :-1]) / 2
        height = np.concatenate([np.zeros((len(codes), 1)), np.cumsum(middle, axis=1)], axis=1)
        top = height.argmax(axis=1)
        inside = (top > 0) & (top < len(grid) - 1)
        at = np.clip(top, 1, len(grid) - 2)
        theta, information = self._refined(codes, grid[at - 1], grid[at + 1])
        theta[~inside | (information < NO_INFORMATION)] = np.nan
        information[np.isnan(theta)] = np.nan
        return theta, 1 / np.sqrt(information)

    def _refined(self, codes: NDArray[np.int8], low: Values, high: Values) -> tuple[Values, Values]:
        """The root between two bounds: by scoring, or by halves where that does not come nearer by half."""
        theta, before = (low + high) / 2, np.full(len(low), np.inf)
        for _ in range(MOST_STEPS):
            value, information = self._at(codes, theta)
            low, high = np.where(value > 0, theta, low), np.where(value > 0, high, theta)
            wanted = theta + value / np.maximum(information, NO_INFORMATION)
            good = (wanted > low) & (wanted < high) & (np.abs(value) < before / 2)
            moved = np.where(good | (value == 0), wanted, (low + high) / 2)
            done = np.abs(moved - theta).max(initial=0) < STOP
            theta, before = moved, np.abs(value)
            if done:
                break
        return theta, self._at(codes, theta)[1]

    def _curves(self, theta: Values) -> Curves:
        return self.fitted.model.family(self.fitted.rows, self.fitted.steps, theta)

    def _tabulated(self, codes: NDArray[np.int8], grid: Values) -> Values:
        """The equation's value for each pattern at each place of the grid."""
        answers = marginal.Answers(codes, self.fitted.steps.scores.shape[1])
        curves = self._curves(grid)
        by_ability = curves.by_ability(self.fitted.rows, self.fitted.steps)
        found = answers.summed(by_ability)
        if self.method == "wle":
            bias, information = (answers.observed @ each for each in self._warm(grid))
            found = found + bias / (2 * np.maximum(information, NO_INFORMATION))
        return found + self._prior(grid)

    def _at(self, codes: NDArray[np.int8], theta: Values) -> tuple[Values, Values]:
        """The equation's value and the information at an ability for each pattern."""
        curves = self._curves(theta)
        by_ability = curves.by_ability(self.fitted.rows, self.fitted.steps)
        seen = (codes != ABSENT).T
        own = np.take_along_axis(by_ability, np.maximum(codes, 0).T[:, None].astype(np.intp), axis=1)[:, 0]
        value = (own * seen).sum(axis=0) + self._prior(theta)
        information = ((curves.p * by_ability**2).sum(axis=1) * seen).sum(axis=0)
        if self.method == "wle":
            bias = (self._warm(theta)[0] * seen).sum(axis=0)
            value = value + bias / (2 * np.maximum(information, NO_INFORMATION))
        if self.method == "map":
            information = information + 1 / self._variance
        return value, information

    @property
    def _variance(self) -> float:
        return max(self.fitted.deviation, 1e-3) ** 2

    def _prior(self, theta: Values) -> Values:
        return (self.fitted.mean - theta) / self._variance if self.method == "map" else np.zeros_like(theta)

    def _warm(self, theta: Values) -> tuple[Values, Values]:
        """For each item Warm's J = Σ P′ P″ / P and the information, each of shape (items, abilities)."""
        rows, steps = self.fitted.rows, self.fitted.steps
        curves = self._curves(theta)
        slope = curves.by_ability(rows, steps)
        up, down = (self._curves(theta + sign * H).by_ability(rows, steps) for sign in (1, -1))
        bend = slope**2 + (up - down) / (2 * H)
        return (curves.p * slope * bend).sum(axis=1), (curves.p * slope**2).sum(axis=1)


def information(fitted: Fitted, theta: Values) -> Values:
    """Each placed item's information at abilities of shape (Q,), shape (items, Q); their sum is the test's."""
    curves = fitted.model.family(fitted.rows, fitted.steps, theta)
    return of.information(curves, fitted.rows, fitted.steps)
