"""Rasch's model by conditional maximum likelihood: given the totals, abilities drop out (Andersen 1972; Fischer 1974).

Elementary symmetric functions come from sums of positive terms only, forward and backward over the items, so nothing is
lost by differences. To examinees who have not seen an item its ε is 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from quiz.statistics.classical import Values
from quiz.statistics.irt.coding import ABSENT, distinct

MOST_STEPS: Final = 100
STOP: Final = 1e-9
#: Sums that are held at a time.
CHUNK: Final = 256


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
    """The fit to patterns of codes 0 and 1 of items that are ``comparable``, shape (patterns, items).

    The information, which is most of the work, is renewed only where steps do not become much shorter with the last one.
    """
    sums = _Sums(codes, weighs)
    items = codes.shape[1]
    centre = np.full((items, items), 1 / items)
    beta, last, converged = np.zeros(items), np.inf, False
    loglik, slope = sums.slope(beta)
    inverse = np.linalg.inv(sums.information(beta) + centre)
    for _ in range(MOST_STEPS):
        step = inverse @ slope
        beta, loglik, slope = _taken(sums, beta, step - step.mean(), loglik)
        length = float(np.abs(step).max())
        if length < STOP:
            converged = True
            break
        if length > last / 4:
            inverse = np.linalg.inv(sums.information(beta) + centre)
        last = length
    covariance: Values = np.asarray(np.linalg.inv(sums.information(beta) + centre) - centre, dtype=np.float64)
    return Conditional(beta, covariance, loglik, converged)


def _taken(sums: _Sums, beta: Values, step: Values, loglik: float) -> tuple[Values, float, Values]:
    """A step, halved until the likelihood does not fall (by more than its last digits); and what is found there."""
    while True:
        moved: Values = beta + step
        found, slope = sums.slope(moved)
        if found >= loglik - 1e-9 * abs(loglik) or np.abs(step).max() < STOP:
            return moved, found, slope
        step = step / 2


class _Sums:
    """Who has seen which items, shape (sums, items), with which total on them, and how many these are."""

    def __init__(self, codes: NDArray[np.int8], weighs: Values) -> None:
        seen = (codes != ABSENT).astype(np.int8)
        right = codes == 1
        totals = right.sum(axis=1)
        # Who has all or none right tells nothing.
        telling = (totals > 0) & (totals < seen.sum(axis=1))
        # Totals in two columns: one holds up to 127.
        rows = np.column_stack([seen, totals // 128, totals % 128]).astype(np.int8)[telling]
        found, place, _ = distinct(np.ascontiguousarray(rows))
        self.masks = found[:, :-2].astype(np.float64)
        self.totals = found[:, -2].astype(np.intp) * 128 + found[:, -1]
        self.weighs: Values = np.bincount(place, weighs[telling], len(found)).astype(np.float64)
        self.right: Values = weighs[telling] @ right[telling]

    def slope(self, beta: Values) -> tuple[float, Values]:
        """The log-likelihood, and its derivatives by the difficulties."""
        loglik, expected = -float(self.right @ beta), np.zeros(len(beta))
        for part, weighs in self._parts(beta):
            loglik -= float(weighs @ part.log)
            expected += part.chance @ weighs
        return loglik, expected - self.right

    def information(self, beta: Values) -> Values:
        """Minus the second derivatives."""
        found = np.zeros((len(beta), len(beta)))
        for part, weighs in self._parts(beta):
            found += (
                np.diag(part.chance @ weighs) + part.both(weighs) - (part.chance * weighs) @ part.chance.T
            )
        return found

    def _parts(self, beta: Values) -> Iterator[tuple[_Part, Values]]:
        for start in range(0, len(self.masks), CHUNK):
            chosen = slice(start, start + CHUNK)
            yield _Part(np.exp(-beta) * self.masks[chosen], self.totals[chosen]), self.weighs[chosen]


class _Part:
    """Examinees with items ε, shape (sums, items), and their totals."""

    def __init__(self, epsilon: Values, totals: NDArray[np.intp]) -> None:
        count, items = epsilon.shape
        self.epsilon = epsilon
        #: The symmetric functions of the first 0 … items items, shape (items + 1, sums, items + 1).
        self.forward = np.zeros((items + 1, count, items + 1))
        self.forward[0, :, 0] = 1
        for item in range(items):
            self.forward[item + 1] = self.forward[item]
            self.forward[item + 1, :, 1:] += epsilon[:, item, None] * self.forward[item, :, :-1]
        every = np.arange(count)
        gamma = self.forward[-1, every, totals]
        self.log = np.log(gamma)
        #: What a sum after so many items still leads to, over γ of the total: shape as forward.
        self.ahead = np.zeros_like(self.forward)
        self.ahead[-1, every, totals] = 1 / gamma
        #: How likely each item is right, given the total: shape (items, sums).
        self.chance = np.zeros((items, count))
        for item in range(items - 1, -1, -1):
            taken = epsilon[:, item, None] * self.ahead[item + 1, :, 1:]
            self.chance[item] = (self.forward[item, :, :-1] * taken).sum(axis=1)
            self.ahead[item] = self.ahead[item + 1]
            self.ahead[item, :, :-1] += taken

    def both(self, weighs: Values) -> Values:
        """How many, of so many, are expected right on both of two items; 0 on the diagonal."""
        # Sums that differ in their totals only lie together; up to a total they are alike.
        new = np.flatnonzero(np.append(True, (np.diff(self.epsilon, axis=0) != 0).any(axis=1)))
        count, items = len(new), self.epsilon.shape[1]
        found = np.zeros((items, items))
        begun = np.zeros((items, count * (items + 1)))  # by the earlier item: it is right, the sum so far
        for item in range(items):
            own = self.epsilon[new, item, None]
            onward = np.zeros((count, items + 1))
            onward[:, :-1] = own * np.add.reduceat(weighs[:, None] * self.ahead[item + 1, :, 1:], new)
            found[:item, item] = begun[:item] @ onward.ravel()
            so_far = begun[:item].reshape(item, count, items + 1)
            so_far[:, :, 1:] += own * so_far[:, :, :-1]
            begun[item].reshape(count, items + 1)[:, 1:] = own * self.forward[item, new, :-1]
        return found + found.T
