"""Rasch's model by conditional maximum likelihood: given the totals, abilities drop out (Andersen 1972; Fischer 1974).

Elementary symmetric functions come from sums of positive terms only, forward and backward over the items, so nothing is
lost by differences. Examinees with other missing answers form groups: to a group, an item it has not seen has ε = 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from quiz.statistics.classical import Values
from quiz.statistics.irt.coding import ABSENT, distinct

MOST_STEPS: Final = 100
STOP: Final = 1e-9
#: Groups that are held at a time.
CHUNK: Final = 128


@dataclass(frozen=True, slots=True)
class Conditional:
    """Difficulties, which sum to 0, their covariance, and the conditional log-likelihood."""

    difficulties: Values
    covariance: Values
    loglik: float
    converged: bool


def comparable(codes: NDArray[np.int8]) -> NDArray[np.bool_]:
    """The largest set of items that can be placed against each other, shape (items,).

    Its difficulties exist where every item is right for somebody who has any other wrong, or so along a chain (Fischer
    1981). An item that everybody has right, or wrong, stands alone; so do all where the patterns form a ladder.
    """
    right, wrong = ((codes == value).astype(np.float64) for value in (1, 0))
    reach = (right.T @ wrong > 0) | np.eye(codes.shape[1], dtype=np.bool_)
    while True:
        further = reach.astype(np.float64) @ reach > 0
        if (further == reach).all():
            break
        reach = further
    both = reach & reach.T
    found: NDArray[np.bool_] = both[both.sum(axis=1).argmax()]
    return found


def fit(codes: NDArray[np.int8], weighs: Values) -> Conditional:
    """The fit to patterns of codes 0 and 1 of items that are ``comparable``, shape (patterns, items)."""
    groups = _Groups(codes, weighs)
    items = codes.shape[1]
    centre = np.full((items, items), 1 / items)
    beta = np.zeros(items)
    loglik, slope, information = groups.derivatives(beta)
    converged = False
    for _ in range(MOST_STEPS):
        step = np.linalg.solve(information + centre, slope)
        step -= step.mean()
        beta, (loglik, slope, information) = _taken(groups, beta, step, loglik)
        if np.abs(step).max() < STOP:
            converged = True
            break
    return Conditional(beta, np.linalg.inv(information + centre) - centre, loglik, converged)


def _taken(
    groups: _Groups, beta: Values, step: Values, loglik: float
) -> tuple[Values, tuple[float, Values, Values]]:
    """A step of Newton, halved until the likelihood does not fall (by more than its last digits)."""
    while True:
        moved: Values = beta + step
        found = groups.derivatives(moved)
        if found[0] >= loglik - 1e-9 * abs(loglik) or np.abs(step).max() < STOP:
            return moved, found
        step = step / 2


class _Groups:
    """The patterns by which items they have seen: masks (groups, items), totals (groups, items + 1), right (items,)."""

    def __init__(self, codes: NDArray[np.int8], weighs: Values) -> None:
        seen = codes != ABSENT
        masks, place, _ = distinct(seen.astype(np.int8))
        self.masks = masks.astype(np.float64)
        right = codes == 1
        self.totals = np.zeros((len(masks), codes.shape[1] + 1))
        np.add.at(self.totals, (place, right.sum(axis=1)), weighs)
        self.right: Values = weighs @ right

    def derivatives(self, beta: Values) -> tuple[float, Values, Values]:
        """The log-likelihood, its first derivatives by the difficulties, and minus its second."""
        items = len(beta)
        loglik, expected, pairs = -float(self.right @ beta), np.zeros(items), np.zeros((items, items))
        for start in range(0, len(self.masks), CHUNK):
            epsilon = np.exp(-beta) * self.masks[start : start + CHUNK]
            counts = self.totals[start : start + CHUNK]
            log, first, second = _moments(epsilon, counts)
            loglik -= log
            expected += first
            pairs += second
        return loglik, expected - self.right, np.diag(expected) + pairs


def _moments(epsilon: Values, counts: Values) -> tuple[float, Values, Values]:
    """Of groups with items ε (groups, items) and ``counts`` at each total (groups, items + 1): the sum of ln γ; how many
    are expected right on each item; and, for each pair, the sum over examinees of the covariance of the two, 0 − the
    square of the chance on the diagonal.
    """
    items = epsilon.shape[1]
    forward = _forward(epsilon)
    gamma = forward[-1]
    possible = np.where(gamma > 0, gamma, 1.0)
    # What each sum on the way still leads to, by the total at the end: (groups, sum, total).
    ahead = np.eye(items + 1) / possible[:, None, :]
    chance = np.zeros((items, len(epsilon), items + 1))
    weighted = np.zeros((items + 1, len(epsilon), items + 1))
    weighted[items] = counts / possible
    for item in range(items - 1, -1, -1):
        taken = epsilon[:, item, None, None] * ahead[:, 1:]
        chance[item] = np.einsum("gs,gst->gt", forward[item][:, :-1], taken)
        weighted[item] = weighted[item + 1]
        weighted[item, :, :-1] += epsilon[:, item, None] * weighted[item + 1, :, 1:]
        ahead[:, :-1] += taken
    flat = chance.reshape(items, -1)
    pairs = _pairs(epsilon, forward, weighted) - (flat * counts.ravel()) @ flat.T
    return float((counts * np.log(possible)).sum()), flat @ counts.ravel(), pairs


def _forward(epsilon: Values) -> Values:
    """The symmetric functions of the first 0 … items items: shape (items + 1, groups, items + 1)."""
    groups, items = epsilon.shape
    found = np.zeros((items + 1, groups, items + 1))
    found[0, :, 0] = 1
    for item in range(items):
        found[item + 1] = found[item]
        found[item + 1, :, 1:] += epsilon[:, item, None] * found[item, :, :-1]
    return found


def _pairs(epsilon: Values, forward: Values, weighted: Values) -> Values:
    """How many are expected right on both of two items; 0 on the diagonal."""
    groups, items = epsilon.shape
    found = np.zeros((items, items))
    started = np.zeros((items, groups, items + 1))  # by the earlier item: it is right, the sum so far
    for item in range(items):
        onward = epsilon[:, item, None] * weighted[item + 1, :, 1:]
        found[:item, item] = np.einsum("igs,gs->i", started[:item, :, :-1], onward)
        started[:item, :, 1:] += epsilon[:, item, None] * started[:item, :, :-1].copy()
        started[item, :, 1:] = epsilon[:, item, None] * forward[item][:, :-1]
    return found + found.T
