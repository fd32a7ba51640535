"""Category response functions and their derivatives: the one idea that all item response models share.

An item has categories 0 … m, met with the scores s_0 < … < s_m, a slope a and an intercept d_v for each step v = 1 … m.
A row of *parameters* is (a, d_1 … d_M, γ), padded to the longest item of the test; γ is the logit of the lower asymptote
and only *guessing* and *mixed* look at it. Ability is θ, in the logistic metric (D = 1). Four families:

- ``adjacent``: P(k) ∝ exp(a s_k θ + d_1 + … + d_k); Rasch, 1PL, 2PL, PCM, RSM, GPCM (Masters 1982, Muraki 1992)
- ``cumulative``: P(X ≥ k) = logistic(a θ + d_k), d falling; GRM (Samejima 1969)
- ``guessing``: P(1) = c + (1 − c) logistic(a θ + d), c = logistic(γ); 3PL (Birnbaum 1968)
- ``mixed``: an item as *adjacent*, or as *guessing* where it has a lower asymptote; where it has none γ is −∞

With one step the first two are the same curve.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from quiz.statistics.classical import Values

#: Probabilities are kept from 0 by this, so that their logarithms exist.
TINY: Final = 1e-300


@dataclass(frozen=True, slots=True)
class Steps:
    """The scores of the categories of I items, shape (I, M + 1), and which of them exist."""

    scores: Values
    exist: NDArray[np.bool_]

    @property
    def sizes(self) -> Values:
        """By how much each step raises the score, shape (I, M); 0 where there is no such step."""
        return np.where(self.exist[:, 1:], np.diff(self.scores, axis=1), 0.0)

    @property
    def columns(self) -> int:
        """The length of a row of parameters."""
        return int(self.scores.shape[1]) + 1


@dataclass(frozen=True, slots=True)
class Curves:
    """The curves of I items at Q abilities: ln P, shape (I, M + 1, Q), 0 where there is no such category; P likewise;
    and the derivatives of ln P by each parameter, shape (I, parameters, M + 1, Q).
    """

    log: Values
    p: Values
    by_parameter: Values

    def by_ability(self, parameters: Values, steps: Steps) -> Values:
        """The derivative of ln P by θ, shape (I, M + 1, Q): a change of θ moves each d_v by a · the size of its step."""
        sizes = steps.sizes if len(steps.scores) else np.zeros((0, 0))
        found: Values = np.einsum("i,iv,ivkq->ikq", parameters[:, 0], sizes, self.by_parameter[:, 1:-1])
        return found


Family: TypeAlias = Callable[[Values, Steps, Values], Curves]


def adjacent(parameters: Values, steps: Steps, theta: Values) -> Curves:
    """Each category against the one below: divided by the total."""
    a, d = parameters[:, :1, None], parameters[:, 1:-1]
    sums = np.concatenate([np.zeros((len(d), 1)), np.cumsum(d, axis=1)], axis=1)
    logits = a * steps.scores[:, :, None] * theta + sums[:, :, None]
    logits = np.where(steps.exist[:, :, None], logits, -np.inf)
    logits -= logits.max(axis=1, keepdims=True)
    p = np.exp(logits)
    total = p.sum(axis=1, keepdims=True)
    p /= total
    log = np.where(steps.exist[:, :, None], logits - np.log(total), 0.0)
    mean = (p * steps.scores[:, :, None]).sum(axis=1, keepdims=True)
    by_slope = theta * (steps.scores[:, :, None] - mean)
    reached = np.cumsum(p[:, ::-1], axis=1)[:, ::-1][:, 1:]  # P(X ≥ v)
    above = np.tri(steps.scores.shape[1], dtype=np.float64)[:, 1:].T  # [v, k]: k ≥ v
    by_step = above[None, :, :, None] - reached[:, :, None]
    return _curves(log, p, [by_slope[:, None], by_step, np.zeros_like(by_slope)[:, None]], steps)


def cumulative(parameters: Values, steps: Steps, theta: Values) -> Curves:
    """Each step against all below; where the intercepts of an item do not fall its curves do not exist: NaN."""
    a, d = parameters[:, :1, None], np.where(steps.exist[:, 1:], parameters[:, 1:-1], -np.inf)
    items, m = d.shape
    shape = (items, m + 1, len(theta))
    bounds = np.concatenate([np.full((items, 1), np.inf), d, np.full((items, 1), -np.inf)], axis=1)
    exist = steps.exist[:, :, None]
    # P(k) = F_k (1 − F_k+1) (1 − exp(d_k+1 − d_k)): no difference of near numbers.
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        gap = np.exp(np.where(steps.exist, bounds[:, 1:] - np.where(steps.exist, bounds[:, :-1], 0), -np.inf))
        rise, fall = a * theta + bounds[:, :-1, None], a * theta + bounds[:, 1:, None]
        log = -np.logaddexp(0, -rise) - np.logaddexp(0, fall) + np.log(1 - gap)[:, :, None]
        log = np.where(exist, np.broadcast_to(log, shape), 0.0)
        near = (gap / (1 - gap))[:, :, None]
        by_rise = np.where(exist, logistic(-rise) + near, 0.0)
        by_fall = np.where(exist, -logistic(fall) - near, 0.0)
    by_step = np.zeros((items, m, m + 1, len(theta)))
    place = np.arange(m)
    by_step[:, place, place + 1] = by_rise[:, 1:]
    by_step[:, place, place] += by_fall[:, :-1]
    by_slope = theta * by_step.sum(axis=1)
    return _curves(
        log,
        np.where(exist, np.exp(log), 0.0),
        [by_slope[:, None], by_step, np.zeros_like(by_slope)[:, None]],
        steps,
    )


def guessing(parameters: Values, steps: Steps, theta: Values) -> Curves:
    """Right or wrong, with a lower asymptote."""
    a, d, c = parameters[:, :1], parameters[:, 1:2], logistic(parameters[:, 2:])
    f = logistic(a * theta + d)
    right = c + (1 - c) * f
    p = np.stack([(1 - c) * logistic(-a * theta - d), right], axis=1)
    by_step = np.stack([-f, (1 - c) * f * (1 - f) / np.maximum(right, TINY)], axis=1)
    by_guess = np.stack(
        [np.broadcast_to(-c, f.shape), c * (1 - c) * (1 - f) / np.maximum(right, TINY)], axis=1
    )
    return _curves(
        np.log(np.maximum(p, TINY)),
        p,
        [(theta * by_step)[:, None], by_step[:, None], by_guess[:, None]],
        steps,
    )


def mixed(parameters: Values, steps: Steps, theta: Values) -> Curves:
    """Steps of any number, none of them guessed; or one step with a lower asymptote."""
    found = adjacent(parameters, steps, theta)
    guessed = np.flatnonzero(parameters[:, -1] > -np.inf)
    if len(guessed):
        columns = np.array([0, 1, parameters.shape[1] - 1])
        one_step = Steps(steps.scores[guessed, :2], steps.exist[guessed, :2])
        curves = guessing(parameters[np.ix_(guessed, columns)], one_step, theta)
        found.log[guessed, :2], found.p[guessed, :2] = curves.log, curves.p
        found.by_parameter[np.ix_(guessed, columns, np.arange(2))] = curves.by_parameter
    return found


def _curves(log: Values, p: Values, derivatives: list[Values], steps: Steps) -> Curves:
    return Curves(log, p, np.concatenate(derivatives, axis=1) * steps.exist[:, None, :, None])


def logistic(z: Values) -> Values:
    """1 / (1 + exp(−z)), without overflow."""
    small = np.exp(-np.abs(z))
    found: Values = np.where(z >= 0, 1.0, small) / (1 + small)
    return found


def information(curves: Curves, parameters: Values, steps: Steps) -> Values:
    """Fisher's information of each item about θ, shape (I, Q)."""
    found: Values = (curves.p * curves.by_ability(parameters, steps) ** 2).sum(axis=1)
    return found
