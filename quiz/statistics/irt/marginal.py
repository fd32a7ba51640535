"""Marginal maximum likelihood: abilities are drawn from N(0, 1), and summed out over a grid (Bock & Aitkin 1981).

Free parameters φ give the rows of parameters of all items by a fixed linear map, ``Design``; so a common slope, shared
steps or an item's own are one thing. EM with one scoring step in M; every second pair of steps is extrapolated (SQUAREM,
Varadhan & Roland 2008). It stops where a step of EM moves no parameter by 1e-5; one step of Newton ends it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from quiz.statistics.classical import Values
from quiz.statistics.irt.coding import ABSENT
from quiz.statistics.irt.curves import Curves, Family, Steps, logistic

NODES: Final = np.linspace(-6, 6, 61)
#: The logarithm of the share of N(0, 1) at each node.
LOG_WEIGHTS: Final = -(NODES**2) / 2 - np.log(np.exp(-(NODES**2) / 2).sum())
#: Steps of EM, of which those that are tried beyond two others are not counted.
MOST_STEPS: Final = 1000
STOP: Final = 1e-5
#: A scoring step moves no parameter by more than this.
FARTHEST: Final = 1.0
#: How much a step is damped (Levenberg 1944, Marquardt 1963): the first that raises what it shall raise.
DAMPINGS: Final = (1e-9, *(10.0**power for power in range(-4, 8)))
#: Patterns that are held at a time.
CHUNK: Final = 8192
#: The prior of a lower asymptote: beta(5, 17), whose mode is 0.2.
PRIOR: Final = (5.0, 17.0)


@dataclass(frozen=True, slots=True)
class Design:
    """Parameters of all items, flattened, = ``offset`` + ``map`` · φ; shapes (items · columns,) and (…, free)."""

    map: Values
    offset: Values

    def rows(self, free: Values, steps: Steps) -> Values:
        """A row of parameters for each item."""
        found: Values = (self.offset + self.map @ free).reshape(-1, steps.columns)
        return found


@dataclass(frozen=True, slots=True)
class Problem:
    """What is to be fitted: curves to patterns of codes, each with its weight."""

    family: Family
    steps: Steps
    design: Design
    codes: NDArray[np.int8]
    weighs: Values
    prior: bool = False
    most_steps: int = MOST_STEPS

    def curves(self, rows: Values) -> Curves:
        """The curves of all items at the nodes."""
        return self.family(rows, self.steps, NODES)


@dataclass(frozen=True, slots=True)
class Fit:
    """Where the likelihood is highest: φ, its logarithm there (without a prior), and what φ rests on."""

    free: Values
    loglik: float
    #: The covariance of the estimates; None where the observed information has no inverse.
    covariance: Values | None
    converged: bool
    #: How much the last step of EM moved a parameter of each item.
    moves: Values

    @property
    def change(self) -> float:
        """How much the last step of EM moved the parameter that it moved most."""
        return float(self.moves.max())


def fit(problem: Problem, start: Values) -> Fit:
    """The fit, from a first guess of φ."""
    free, converged, moves = climb(problem, start)
    free, covariance = _ended(problem, free) if converged else (free, _covariance(problem, free))
    return Fit(free, _Expected(problem, free).loglik, covariance, converged, moves)


def climb(problem: Problem, free: Values) -> tuple[Values, bool, Values]:
    """Where EM comes to, whether it stopped there, and how much its last step moved a parameter of each item."""
    moves = np.full(len(problem.steps.scores), np.inf)
    for _ in range(0, problem.most_steps, 2):
        first = _em(problem, _Expected(problem, free))
        moves = _moves(problem, free, first)
        if moves.max() < STOP:
            return first, True, moves
        here = _Expected(problem, first)
        second = _em(problem, here)
        free = _beyond(problem, free, first, second, here)
    return free, False, moves


def _beyond(problem: Problem, free: Values, first: Values, second: Values, here: _Expected) -> Values:
    """Beyond two steps of EM along their curve, if that is no lower than the first; else the second."""
    step, bend = first - free, second - 2 * first + free
    if not bend.any():
        return second
    length = max(1.0, float(np.sqrt((step @ step) / (bend @ bend))))
    far: Values = free + 2 * length * step + length**2 * bend
    reached = _Expected(problem, far)
    return far if reached.objective >= here.objective else second


def _moves(problem: Problem, old: Values, new: Values) -> Values:
    """The largest change of a slope, an intercept or an asymptote of each item."""
    before, after = (problem.design.rows(free, problem.steps) for free in (old, new))
    asymptotes = np.abs(logistic(after[:, -1]) - logistic(before[:, -1]))
    moves: Values = np.maximum(np.abs(after[:, :-1] - before[:, :-1]).max(axis=1), asymptotes)
    return moves


class _Expected:
    """The expected counts at φ: shape (items, categories, nodes); and the marginal log-likelihood."""

    def __init__(self, problem: Problem, free: Values) -> None:
        self.problem, self.free = problem, free
        self.rows = problem.design.rows(free, problem.steps)
        self.curves = problem.curves(self.rows)
        self.counts = np.zeros_like(self.curves.log)
        self.loglik = 0.0
        if not np.isfinite(self.curves.log).all():
            self.loglik = -np.inf
            return
        for weighs, answers, posterior, log in posteriors(problem, self.curves):
            self.loglik += float(weighs @ log)
            self.counts += answers.counts(posterior * weighs[:, None], self.counts.shape)

    @property
    def objective(self) -> float:
        """What is made as large as can be."""
        return self.loglik + _prior(self.problem, self.rows)


class Answers:
    """Codes as indicators: of every category but the lowest, and of an answer at all."""

    def __init__(self, codes: NDArray[np.int8], categories: int) -> None:
        """Codes have shape (patterns, items)."""
        self.seen = codes != ABSENT
        self.whole = bool(self.seen.all())
        marks = codes[:, :, None] == np.arange(1, categories, dtype=np.int8)
        self.marks = marks.reshape(len(codes), -1).astype(np.float64)
        self.observed = self.seen.astype(np.float64)

    def summed(self, values: Values) -> Values:
        """For each pattern, the sum over its answers of values of shape (items, categories, Q); shape (patterns, Q)."""
        above = (values[:, 1:] - values[:, :1]).reshape(-1, values.shape[2])
        lowest = values[:, 0]
        found: Values = self.marks @ above
        found += lowest.sum(axis=0) if self.whole else self.observed @ lowest
        return found

    def counts(self, posterior: Values, shape: tuple[int, ...]) -> Values:
        """The weight at each node of those who answered so: shape (items, categories, nodes)."""
        above = (self.marks.T @ posterior).reshape(shape[0], shape[1] - 1, shape[2])
        everybody = posterior.sum(axis=0) if self.whole else self.observed.T @ posterior
        return np.concatenate([(everybody - above.sum(axis=1))[:, None], above], axis=1)

    def each(self, values: Values) -> Values:
        """For each pattern and item the values of its answer, from shape (patterns, items, categories)."""
        above = values[:, :, 1:] - values[:, :, :1]
        marks = self.marks.reshape(len(values), *above.shape[1:])
        found: Values = self.observed * values[:, :, 0] + (marks * above).sum(axis=2)
        return found


def posteriors(problem: Problem, curves: Curves) -> Iterator[tuple[Values, Answers, Values, Values]]:
    """By chunks of patterns: their weights, their answers, the posterior at the nodes, the log-likelihood of each."""
    categories = curves.log.shape[1]
    for start in range(0, len(problem.codes), CHUNK):
        answers = Answers(problem.codes[start : start + CHUNK], categories)
        joint = answers.summed(curves.log) + LOG_WEIGHTS
        most = joint.max(axis=1, keepdims=True)
        posterior = np.exp(joint - most)
        total = posterior.sum(axis=1, keepdims=True)
        yield (
            problem.weighs[start : start + CHUNK],
            answers,
            posterior / total,
            (most + np.log(total))[:, 0],
        )


# One step ----------------------------------------------------------------------------------------------------------


def _em(problem: Problem, here: _Expected) -> Values:
    """One step of Fisher scoring on the expected log-likelihood of the whole, damped until it rises."""
    slope, curvature = _slope(problem, here.rows, here.counts), _curvature(problem, here)
    damper = np.diag(np.diag(curvature) + 1)
    before = _whole(problem, here.rows, here.counts)
    for damping in DAMPINGS:
        step = np.linalg.solve(curvature + damping * damper, slope)
        free: Values = here.free + step / max(1.0, float(np.abs(step).max()) / FARTHEST)
        if _whole(problem, problem.design.rows(free, problem.steps), here.counts) >= before:
            return free
    return here.free


def _whole(problem: Problem, rows: Values, counts: Values) -> float:
    with np.errstate(invalid="ignore"):
        found = float((counts * problem.curves(rows).log).sum()) + _prior(problem, rows)
    return found if np.isfinite(found) else -np.inf


def _local_slope(problem: Problem, rows: Values, counts: Values) -> Values:
    """The derivative by each item's own parameters, shape (items, columns)."""
    found: Values = np.einsum("ikq,ilkq->il", counts, problem.curves(rows).by_parameter)
    if problem.prior:
        found[:, -1] += _prior_slope(rows[:, -1])
    return found


def _slope(problem: Problem, rows: Values, counts: Values) -> Values:
    found: Values = _local_slope(problem, rows, counts).ravel() @ problem.design.map
    return found


def _curvature(problem: Problem, here: _Expected) -> Values:
    """Fisher's information of the whole about φ, given the counts at the nodes."""
    weights = here.counts.sum(axis=1)[:, None] * here.curves.p
    d = here.curves.by_parameter
    items, columns = d.shape[:2]
    flat = d.reshape(items, columns, -1)
    local = (flat * weights.reshape(items, 1, -1)) @ flat.transpose(0, 2, 1)
    if problem.prior:
        local[:, -1, -1] += (sum(PRIOR) - 2) * _spread(here.rows[:, -1])
    return _gathered(problem.design, local)


def _gathered(design: Design, local: Values) -> Values:
    """M′ L M, for L with one block for each item."""
    items, columns = local.shape[:2]
    by_item = design.map.reshape(items, columns, -1)
    found: Values = design.map.T @ (local @ by_item).reshape(items * columns, -1)
    return found


# The prior of c, a density of c itself: its mode is that of the beta distribution ---------------------------------


def _prior(problem: Problem, rows: Values) -> float:
    if not problem.prior:
        return 0.0
    a, b = PRIOR
    c = logistic(rows[rows[:, -1] > -np.inf, -1])  # the others have no asymptote
    return float(((a - 1) * np.log(c) + (b - 1) * np.log1p(-c)).sum())


def _prior_slope(logits: Values) -> Values:
    a, b = PRIOR
    c = logistic(logits)
    return (a - 1) * (1 - c) - (b - 1) * c


def _spread(logits: Values) -> Values:
    c = logistic(logits)
    return c * (1 - c)


# Standard errors ---------------------------------------------------------------------------------------------------


def _ended(problem: Problem, free: Values) -> tuple[Values, Values | None]:
    """One step of Newton, if it does not lower the likelihood; and the covariance there."""
    covariance = _covariance(problem, free)
    if covariance is None:
        return free, None
    here = _Expected(problem, free)
    better: Values = free + covariance @ _slope(problem, here.rows, here.counts)
    near = bool(np.abs(better - free).max() < FARTHEST / 10)
    return (
        (better, covariance)
        if near and _Expected(problem, better).objective >= here.objective
        else (free, covariance)
    )


def _covariance(problem: Problem, free: Values) -> Values | None:
    """The inverse of the observed information, None where that is not positive."""
    found = observed_information(problem, free)
    try:
        np.linalg.cholesky(found)
        inverse: Values = np.asarray(np.linalg.inv(found), dtype=np.float64)
        return inverse
    except np.linalg.LinAlgError:
        return None


def observed_information(problem: Problem, free: Values) -> Values:
    """Minus the second derivatives of the marginal log-likelihood by φ (Louis 1982).

    That is the information of the whole, given the answers, less the variance of its slope over the posterior.
    """
    here = _Expected(problem, free)
    return _complete(problem, here) - _lost(problem, here)


def _complete(problem: Problem, here: _Expected) -> Values:
    """Minus the second derivatives of the expected log-likelihood of the whole; by central differences of the first."""
    h = 1e-4
    items, columns = here.rows.shape
    local = np.zeros((items, columns, columns))
    for column in range(columns):
        move = np.zeros(columns)
        move[column] = h
        up, down = (_local_slope(problem, here.rows + sign * move, here.counts) for sign in (1, -1))
        local[:, :, column] = (down - up) / (2 * h)
    return _gathered(problem.design, (local + local.transpose(0, 2, 1)) / 2)


def _lost(problem: Problem, here: _Expected) -> Values:
    """What is lost by not knowing the abilities: the variance of each pattern's slope over its posterior, summed."""
    d = here.curves.by_parameter
    items, columns, categories, nodes = d.shape
    by_item = problem.design.map.reshape(items, columns, -1)
    found = np.zeros((by_item.shape[2],) * 2)
    for weighs, answers, posterior, _ in posteriors(problem, here.curves):
        marks = np.concatenate([answers.marks, answers.observed], axis=1)
        mean = np.stack([answers.each(_mean(posterior, d[:, column])) for column in range(columns)], axis=2)
        slopes = mean.reshape(len(marks), -1) @ problem.design.map
        found -= (slopes * weighs[:, None]).T @ slopes
        for node in range(nodes):
            # What each mark adds to the slope, and what an answer of the lowest category does.
            above = np.einsum("ilk,ilf->ikf", d[:, :, 1:, node] - d[:, :, :1, node], by_item)
            lowest = np.einsum("il,ilf->if", d[:, :, 0, node], by_item)
            effects = np.concatenate([above.reshape(items * (categories - 1), -1), lowest])
            pairs = (marks * (weighs * posterior[:, node])[:, None]).T @ marks
            found += effects.T @ pairs @ effects
    return found


def _mean(posterior: Values, values: Values) -> Values:
    """The mean over the posterior of values of shape (items, categories, nodes): shape (patterns, items, categories)."""
    items, categories, nodes = values.shape
    found: Values = (posterior @ values.reshape(-1, nodes).T).reshape(-1, items, categories)
    return found
