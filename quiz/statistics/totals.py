"""The total of a course: grades in categories with weights, the lowest left out (docs/teacher.md, "The grade book")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quiz.statistics.classical import Values


@dataclass(frozen=True, slots=True)
class Part:
    """A category: its weight in relation to the others, and how many of the lowest grades do not count."""

    weight: float
    drop_lowest: int


@dataclass(frozen=True, slots=True)
class Totals:
    """Of n students, k quizzes, c categories; NaN where nothing counts yet.

    ``total`` (n,) and ``parts`` (n, c) are shares; ``dropped`` (n, k) says which grades were left out as the lowest.
    """

    total: Values
    parts: Values
    dropped: NDArray[np.bool_]


def totals(shares: Values, places: Sequence[int | None], parts: Sequence[Part]) -> Totals:
    """The totals from grades as shares (n, k), NaN where one does not count.

    ``places`` says which category each quiz is in, None: in none, so that it does not count. Grades of a category count
    equally: its share is their mean without the lowest ``drop_lowest``, of which one always stays; of equal ones the
    first is dropped. The total is the mean of the categories that have a share, by their weights.
    """
    students, quizzes = shares.shape
    means = np.full((students, len(parts)), np.nan)
    dropped = np.zeros((students, quizzes), dtype=bool)
    for number, part in enumerate(parts):
        mine = [quiz for quiz, place in enumerate(places) if place == number]
        out = _lowest(shares[:, mine], part.drop_lowest)
        dropped[:, mine] = out
        means[:, number] = _mean(np.where(out, np.nan, shares[:, mine]), np.ones(len(mine)))
    return Totals(_mean(means, np.array([part.weight for part in parts])), means, dropped)


def _lowest(shares: Values, most: int) -> NDArray[np.bool_]:
    """The lowest ``most`` of each row, but never all that there are."""
    given = np.isfinite(shares).sum(axis=1)
    count = np.minimum(most, np.maximum(given - 1, 0))
    order = shares.argsort(axis=1, kind="stable")  # NaN comes last
    rank = order.argsort(axis=1, kind="stable")
    found: NDArray[np.bool_] = rank < count[:, None]
    return found


def _mean(values: Values, weights: Values) -> Values:
    """The weighted mean of each row over what is there; NaN where that weighs nothing."""
    given = np.where(np.isfinite(values), weights, 0.0)
    whole = given.sum(axis=1)
    found: Values = np.full(len(values), np.nan)
    some = whole > 0
    found[some] = np.where(np.isfinite(values), values * given, 0.0)[some].sum(axis=1) / whole[some]
    return found
