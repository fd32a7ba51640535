"""The models by name, and a fit of one to a response table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from typing import Final, TypeAlias

import numpy as np

from quiz.statistics.classical import Values
from quiz.statistics.irt import conditional, marginal
from quiz.statistics.irt.coding import Coded, code, only
from quiz.statistics.irt.curves import Family, Steps, adjacent, cumulative, guessing, logistic
from quiz.statistics.table import ResponseTable


@dataclass(frozen=True, slots=True)
class Model:
    """What sets a model apart from the others."""

    family: Family
    #: Items are scored in several steps.
    several: bool = False
    #: Each item has its own slope; else all have one.
    own_slopes: bool = False
    #: The one slope is 1, and the abilities' standard deviation is free; else that is 1.
    free_deviation: bool = False
    #: All items have the same distances between their steps.
    shared_steps: bool = False
    asymptote: bool = False


MODELS: Final[Mapping[str, Model]] = {
    "rasch": Model(adjacent, free_deviation=True),
    "1pl": Model(adjacent),
    "2pl": Model(adjacent, own_slopes=True),
    "3pl": Model(guessing, own_slopes=True, asymptote=True),
    "pcm": Model(adjacent, several=True, free_deviation=True),
    "rsm": Model(adjacent, several=True, free_deviation=True, shared_steps=True),
    "gpcm": Model(adjacent, several=True, own_slopes=True),
    "grm": Model(cumulative, several=True, own_slopes=True),
}

#: A slope below this is none: locations do not exist.
FLAT: Final = 1e-4
#: A slope above this is as good as a jump: no item is so steep, its likelihood still rises.
STEEP: Final = 10.0
#: Where a lower asymptote begins that has no prior.
GUESS: Final = 0.15
_ALONE: Final = "it takes two items that can be placed"

Numbers: TypeAlias = tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class ItemEstimate:
    """An item's slope a, the location b of each step, its lower asymptote c, and their standard errors.

    All None where the item cannot be placed; ``message`` says why. A step into a score that nobody has has no location.
    """

    item: str
    a: float | None = None
    b: Numbers = ()
    c: float | None = None
    se_a: float | None = None
    se_b: Numbers = ()
    se_c: float | None = None
    message: str = ""
    #: The parameters were given: they have no errors.
    anchor: bool = False


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model as fitted. Abilities are normal with ``mean`` and ``deviation``, in the metric of ``rows``."""

    name: str
    estimator: str
    model: Model
    converged: bool
    #: None where no item can be placed; conditional on the totals with ``cml``.
    loglik: float | None
    #: How many parameters are estimated.
    parameters: int
    #: How many examinees it rests on.
    n: int
    items: tuple[ItemEstimate, ...]
    coded: Coded
    #: The parameters of the items that are placed, as ``curves`` takes them.
    rows: Values
    steps: Steps
    mean: float = 0.0
    deviation: float = 1.0
    message: str = ""
    #: Of the ``rows``, shape (items, columns, columns); None where it is not known. A slope that is set has none.
    covariances: Values | None = None
    #: Which of the ``rows`` were given (``anchored``); the mean and deviation of abilities are estimated then.
    anchors: frozenset[int] = frozenset()

    @property
    def mu(self) -> float | None:
        """The estimated mean of abilities, None where it is set."""
        return self.mean if self.anchors else None

    @property
    def sigma(self) -> float | None:
        """The estimated standard deviation of abilities, None where it is set."""
        free = self.model.free_deviation or self.anchors
        return self.deviation if free and self.estimator == "mml" and self.loglik is not None else None

    @property
    def aic(self) -> float | None:
        """Akaike's criterion."""
        return None if self.loglik is None else 2 * self.parameters - 2 * self.loglik

    @property
    def bic(self) -> float | None:
        """Schwarz's criterion."""
        return None if self.loglik is None else log(self.n) * self.parameters - 2 * self.loglik


def fit(
    table: ResponseTable,
    rule: str,
    name: str,
    estimator: str = "mml",
    *,
    prior: bool = False,
    most_steps: int = marginal.MOST_STEPS,
) -> Fitted:
    """A model of ``MODELS`` fitted to a table, with missing cells by one of ``analysis.RULES``.

    Of ``cml`` there is only *rasch*; ``prior`` puts beta(5, 17) on the lower asymptotes of *3pl*. By
    ``mml`` it has not converged where it would take more than ``most_steps`` of EM.
    """
    model = MODELS[name]
    coded = code(table, rule, model.several, model.shared_steps)
    if model.shared_steps:
        coded = _of_one_length(coded)
    if estimator == "cml":
        return _by_totals(table, name, model, coded)
    if len(coded.places) < 2:
        return nothing(table, name, estimator, model, coded, _ALONE)
    return _by_abilities(table, name, model, coded, prior=prior, most_steps=most_steps)


def _of_one_length(coded: Coded) -> Coded:
    """Without the items that have not as many steps as most have."""
    if not len(coded.places):
        return coded
    lengths = coded.steps.exist.sum(axis=1)
    usual = int(np.bincount(lengths).argmax())
    why = f"cannot be placed: the model rsm takes items of as many steps as the most have, {usual - 1}"
    return only(coded, lengths == usual, lambda _: why)


def nothing(table: ResponseTable, name: str, estimator: str, model: Model, coded: Coded, why: str) -> Fitted:
    """No fit: none of the items can be placed, and ``why``."""
    left = only(coded, np.zeros(len(coded.places), np.bool_), lambda _: f"cannot be placed: {why}")
    return Fitted(
        name=name,
        estimator=estimator,
        model=model,
        converged=False,
        loglik=None,
        parameters=0,
        n=coded.n,
        items=all_items(table, left, {}),
        coded=left,
        rows=np.zeros((0, left.steps.columns)),
        steps=left.steps,
        message=f"It cannot be computed: {why}.",
    )


def all_items(
    table: ResponseTable, coded: Coded, placed: Mapping[int, ItemEstimate]
) -> tuple[ItemEstimate, ...]:
    """All items of the table in their order."""
    return tuple(
        placed.get(place) or ItemEstimate(item, message=coded.messages[place])
        for place, item in enumerate(table.items)
    )


# Conditional on the totals -----------------------------------------------------------------------------------------


def _by_totals(table: ResponseTable, name: str, model: Model, coded: Coded) -> Fitted:
    if len(coded.places) > 1:
        why = "cannot be placed: nobody has it right and enough others wrong, or the reverse"
        coded = only(coded, conditional.comparable(coded.patterns), lambda _: why)
    if len(coded.places) < 2:
        return nothing(table, name, "cml", model, coded, _ALONE)
    found = conditional.fit(coded.patterns, coded.weighs)
    rows = np.zeros((len(coded.places), coded.steps.columns))
    rows[:, 0], rows[:, 1] = 1, -found.difficulties
    errors = np.sqrt(np.diag(found.covariance))
    placed = {
        int(place): ItemEstimate(
            table.items[place],
            a=1.0,
            b=(float(b),),
            se_b=(float(se),),
            message=coded.messages.get(int(place), ""),
        )
        for place, b, se in zip(coded.places, found.difficulties, errors, strict=True)
    }
    mean, deviation = _spread_of_abilities(coded, rows)
    return Fitted(
        name=name,
        estimator="cml",
        model=model,
        converged=found.converged,
        loglik=found.loglik,
        parameters=len(coded.places) - 1,
        n=coded.n,
        items=all_items(table, coded, placed),
        coded=coded,
        rows=rows,
        steps=coded.steps,
        mean=mean,
        deviation=deviation,
        message="" if found.converged else _unconverged(float("nan")),
    )


def _spread_of_abilities(coded: Coded, rows: Values) -> tuple[float, float]:
    """The mean and standard deviation of abilities that make the answers likeliest, with these items."""
    steps = coded.steps
    by_deviation, by_mean = np.zeros_like(rows), np.zeros_like(rows)
    by_deviation[:, 0], by_mean[:, 1:-1] = 1, steps.sizes
    offset = rows.copy()
    offset[:, 0] = 0
    design = marginal.Design(np.stack([by_deviation.ravel(), by_mean.ravel()], axis=1), offset.ravel())
    problem = marginal.Problem(adjacent, steps, design, coded.patterns, coded.weighs)
    deviation, mean = marginal.climb(problem, np.array([1.0, 0.0]))[0]
    return float(mean), abs(float(deviation))


# Marginal: over abilities ------------------------------------------------------------------------------------------


def _by_abilities(
    table: ResponseTable, name: str, model: Model, coded: Coded, *, prior: bool, most_steps: int
) -> Fitted:
    steps = coded.steps
    if model.family is cumulative:  # steps have an order, not a size
        steps = Steps(
            np.where(steps.exist, np.arange(steps.exist.shape[1], dtype=np.float64), 0), steps.exist
        )
    design = design_of(model, steps)
    problem = marginal.Problem(model.family, steps, design, coded.patterns, coded.weighs, prior, most_steps)
    guess = first_guess(model, coded).ravel()
    start = np.asarray(np.linalg.lstsq(design.map, guess - design.offset, rcond=None)[0], dtype=np.float64)
    found = marginal.fit(problem, start)
    rows = design.rows(found.free, steps)
    errors = Errors(design.map.reshape(*rows.shape, -1), found.covariance)
    teller = Teller(table, model, coded, steps, rows, errors)
    placed = {int(place): teller.told(row) for row, place in enumerate(coded.places)}
    deviation = abs(float(rows[0, 0])) if model.free_deviation else 1.0
    if model.free_deviation:
        rows = rows.copy()
        rows[:, 0] = 1
    return Fitted(
        name=name,
        estimator="mml",
        model=model,
        converged=found.converged,
        loglik=found.loglik,
        parameters=len(found.free),
        n=coded.n,
        items=all_items(table, coded, placed),
        coded=coded,
        rows=rows,
        steps=steps,
        deviation=deviation,
        message=remark(found),
        covariances=errors.of_rows(slopes=not model.free_deviation),
    )


def remark(found: marginal.Fit) -> str:
    """What is to be said of the fit as a whole; "" where nothing is."""
    if not found.converged:
        return _unconverged(found.change)
    if found.covariance is None:
        return "There are no standard errors: the data do not determine every parameter."
    return ""


def _unconverged(change: float) -> str:
    return f"It did not converge: the last step still moved a parameter by {change:.2g}; do not rely on its figures."


def design_of(model: Model, steps: Steps) -> marginal.Design:
    """Which free parameters move which parameters of which items."""
    items, columns = len(steps.scores), steps.columns
    directions = [*_slopes(model, items, columns), *_steps(model, steps)]
    if model.asymptote:
        directions += [_direction(items, columns, [(item, columns - 1)]) for item in range(items)]
    return marginal.Design(np.stack(directions, axis=1), np.zeros(items * columns))


def _slopes(model: Model, items: int, columns: int) -> list[Values]:
    every = [(item, 0) for item in range(items)]
    if model.own_slopes:
        return [_direction(items, columns, [one]) for one in every]
    return [_direction(items, columns, every)]


def _steps(model: Model, steps: Steps) -> list[Values]:
    items, columns = len(steps.scores), steps.columns
    exist = [(item, step + 1) for item, step in np.argwhere(steps.exist[:, 1:]).tolist()]
    if not model.shared_steps:
        return [_direction(items, columns, [one]) for one in exist]
    # An item's own place, and by how much each further step of any item lies beside the first.
    of_items = [_direction(items, columns, [one for one in exist if one[0] == item]) for item in range(items)]
    beside = [
        _direction(items, columns, [(item, step) for item in range(items)]) for step in range(2, columns - 1)
    ]
    return of_items + beside


def _direction(items: int, columns: int, moved: list[tuple[int, int]]) -> Values:
    found = np.zeros((items, columns))
    for place in moved:
        found[place] = 1
    return found.ravel()


def first_guess(model: Model, coded: Coded) -> Values:
    """Slopes of 1; intercepts as the shares of the categories say."""
    steps = coded.steps
    rows = np.zeros((len(steps.scores), steps.columns))
    rows[:, 0] = 1
    rows[:, -1] = np.log(GUESS / (1 - GUESS)) if model.asymptote else 0
    given = np.stack(
        [coded.weighs @ (coded.patterns == category) for category in range(steps.scores.shape[1])], axis=1
    )
    given = np.where(steps.exist, given + 0.5, 0)
    if model.family is cumulative:
        above = np.cumsum(given[:, ::-1], axis=1)[:, ::-1][:, 1:]
        below = given.sum(axis=1, keepdims=True) - above
    else:
        above, below = given[:, 1:], given[:, :-1]
    real = steps.exist[:, 1:]
    rows[:, 1:-1] = np.where(real, np.log(np.where(real, above, 1) / np.where(real, below, 1)), 0)
    return rows


class Errors:
    """Standard errors of functions of an item's parameters, by the delta method."""

    def __init__(self, by_free: Values, covariance: Values | None) -> None:
        """From the derivatives of the items' parameters by the free ones, shape (items, columns, free)."""
        self.map, self.covariance = by_free, covariance

    def of(self, item: int, slope: Values) -> float | None:
        """The error of a figure whose derivative by the item's parameters is ``slope``, shape (columns,)."""
        if self.covariance is None:
            return None
        by_free = slope @ self.map[item]
        return float(np.sqrt(by_free @ self.covariance @ by_free))

    def of_rows(self, *, slopes: bool) -> Values | None:
        """The covariance of each item's parameters, shape (items, columns, columns); without slopes these are set."""
        if self.covariance is None:
            return None
        moved = self.map.copy()
        if not slopes:
            moved[:, 0] = 0
        found: Values = moved @ self.covariance @ moved.transpose(0, 2, 1)
        return found


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells the parameters of items as people know them: locations in place of intercepts."""

    table: ResponseTable
    model: Model
    coded: Coded
    steps: Steps
    rows: Values
    errors: Errors

    def told(self, item: int) -> ItemEstimate:
        """Of an item by its place among those in ``coded``."""
        place = int(self.coded.places[item])
        name, message = self.table.items[place], self.coded.messages.get(place, "")
        row, unit = self.rows[item], np.eye(self.rows.shape[1])
        a, se_a = float(row[0]), self.errors.of(item, unit[0])
        if self.model.free_deviation:
            a, se_a = 1.0, None
        if abs(a) < FLAT:
            return ItemEstimate(name, a=a, se_a=se_a, message="has no location: its slope is 0")
        b: list[float | None] = [None] * (round(self.table.maxima[place]) if self.model.several else 1)
        se_b = list(b)
        for step, score in enumerate(self.coded.steps.scores[item, self.steps.exist[item]][1:], 1):
            b[round(score) - 1], se_b[round(score) - 1] = self._location(item, step, a)
        if abs(a) > STEEP:
            message = "; ".join(
                filter(None, [message, "its slope runs away: these examinees do not bound it"])
            )
        c = float(logistic(row[-1:])[0]) if self.model.asymptote else None
        se_c = None if c is None else self.errors.of(item, unit[-1] * c * (1 - c))
        return ItemEstimate(name, a, tuple(b), c, se_a, tuple(se_b), se_c, message)

    def _location(self, item: int, step: int, a: float) -> tuple[float, float | None]:
        """A step's b = −d / (a · size), and its error."""
        unit, size = np.eye(self.rows.shape[1]), float(self.steps.sizes[item, step - 1])
        b = -float(self.rows[item, step]) / (a * size)
        by_slope = 0.0 if self.model.free_deviation else -b / a
        return b, self.errors.of(item, unit[0] * by_slope - unit[step] / (a * size))
