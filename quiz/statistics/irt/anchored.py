"""Calibration on a scale that stands: the parameters of some items, the anchors, are given; those of the others are estimated.

Marginal maximum likelihood of all answers together, the mean μ and the deviation σ of the abilities being free (fixed
parameter calibration with the prior and the items updated in each cycle of EM: Kim 2006; his prior is a histogram, ours
normal). With θ = μ + σ z and z from N(0, 1) an anchor's slope is a σ, its intercept d + a μ, which is linear in (σ, μ): the
anchors are rows of a ``marginal.Design`` like any other, and what is known of μ and σ counts in the errors of the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from quiz.errors import Invalid, Problem, Said
from quiz.statistics.classical import Values
from quiz.statistics.flags import ENOUGH
from quiz.statistics.irt import marginal
from quiz.statistics.irt.coding import ABSENT, Coded, code, only
from quiz.statistics.irt.curves import Steps, mixed
from quiz.statistics.irt.models import (
    MODELS,
    Errors,
    Fitted,
    ItemEstimate,
    Model,
    Teller,
    all_items,
    design_of,
    first_guess,
    nothing,
    remark,
)
from quiz.statistics.table import ResponseTable

#: What the other items may be. Anchors have steps as of *gpcm*; steps of *grm* and *rsm* are of another kind.
ANCHORABLE: Final = ("rasch", "2pl", "3pl", "pcm", "gpcm")
#: An item that fewer have answered is not calibrated.
FEWEST_ANSWERS: Final = ENOUGH
#: Abilities that spread less (in logits) have no scale.
NARROWEST: Final = 0.05


@dataclass(frozen=True, slots=True)
class Anchor:
    """What is given of an item: slope a > 0, location b of each step, lower asymptote c (only with one step)."""

    a: float
    b: tuple[float, ...]
    c: float = 0.0


def calibrate(
    table: ResponseTable,
    rule: str,
    name: str,
    anchors: Mapping[str, Anchor],
    *,
    prior: bool = False,
    most_steps: int = marginal.MOST_STEPS,
) -> Fitted:
    """The items of a table on the scale of those whose parameters are given, by name; a model of ``ANCHORABLE``.

    ``rule``, ``prior`` and ``most_steps`` are those of ``models.fit``. An item with fewer than ``FEWEST_ANSWERS``, and one
    that does not come to rest, says so in its message. Raises Invalid where no anchor is in the table, or one does not
    agree with the marks there.
    """
    model = MODELS[name]
    given = {place: anchors[item] for place, item in enumerate(table.items) if item in anchors}
    _demand_sense(table, model, given)
    coded = _with_enough(code(table, rule, model.several, shared=False, known=given), given)
    answered = {row: given[place] for row, place in enumerate(coded.places.tolist()) if place in given}
    if not answered:
        raise Invalid(
            [Problem("anchors", "nobody has answered any of them", "take a table with answers to some")]
        )
    return _fitted(
        table, name, replace(model, family=mixed), coded, answered, prior=prior, most_steps=most_steps
    )


def _demand_sense(table: ResponseTable, model: Model, given: Mapping[int, Anchor]) -> None:
    if not given:
        what, mend = "none of them is in the table", "call items as the columns of the table are called"
        raise Invalid([Problem("anchors", what, mend)])
    problems = [
        Problem(
            f"anchor {table.items[place]}",
            Said(
                "the number of its locations is %(given)s, of its steps %(steps)s",
                given=len(anchor.b),
                steps=steps,
            ),
            Said("give %(steps)s, and take the model gpcm for items of several steps", steps=steps),
        )
        for place, anchor in given.items()
        if len(anchor.b) != (steps := round(float(table.maxima[place])) if model.several else 1)
    ]
    if problems:
        raise Invalid(problems)


def _with_enough(coded: Coded, given: Mapping[int, Anchor]) -> Coded:
    """Without the items that too few have answered."""
    answers = (coded.codes[coded.used] != ABSENT).sum(axis=0)
    anchored = np.isin(coded.places, list(given))

    def why(row: int) -> str:
        return f"not calibrated: {answers[row]} answers, it takes {FEWEST_ANSWERS}"

    return only(coded, anchored | (answers >= FEWEST_ANSWERS), why)


def _fitted(
    table: ResponseTable,
    name: str,
    model: Model,
    coded: Coded,
    anchors: Mapping[int, Anchor],
    *,
    prior: bool,
    most_steps: int,
) -> Fitted:
    """The fit; ``anchors`` by their place among what is ``coded``."""
    steps = coded.steps
    given = _rows(anchors, steps)
    design = _design(model, steps, given)
    problem = marginal.Problem(model.family, steps, design, coded.patterns, coded.weighs, prior, most_steps)
    found = marginal.fit(problem, _start(design, first_guess(model, coded), given))
    deviation, mean = map(float, found.free[-2:])
    if deviation < NARROWEST:
        why = "the examinees do not differ on the anchors, or stronger ones do worse"
        return nothing(table, name, "mml", model, coded, why)
    rows, by_free = _on_the_scale(design, found.free, steps)
    rows[[*given]], by_free[[*given]] = [*given.values()], 0
    errors = Errors(by_free, found.covariance)
    teller = Teller(table, model, coded, steps, rows, errors)
    placed = {
        int(place): _given(table.items[place], anchors[row], model)
        if row in anchors
        else _settled(teller.told(row), float(found.moves[row]))
        for row, place in enumerate(coded.places)
    }
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
        mean=mean,
        deviation=deviation,
        message=remark(found),
        covariances=errors.of_rows(slopes=True),
        anchors=frozenset(anchors),
    )


def _rows(anchors: Mapping[int, Anchor], steps: Steps) -> dict[int, Values]:
    """The parameters of the anchors, as ``curves`` takes them, by their place."""
    found = {}
    for place, anchor in anchors.items():
        row = np.zeros(steps.columns)
        row[0] = anchor.a
        row[1 : len(anchor.b) + 1] = -anchor.a * np.array(anchor.b)
        row[-1] = np.log(anchor.c / (1 - anchor.c)) if anchor.c else -np.inf
        found[place] = row
    return found


def _design(model: Model, steps: Steps, given: Mapping[int, Values]) -> marginal.Design:
    """What moves the items' parameters where abilities are N(0, 1); σ and μ come last."""
    items, columns = len(steps.scores), steps.columns
    anchored = np.isin(np.arange(items), [*given])
    own = design_of(model, steps).map.reshape(items, columns, -1)
    own[anchored] = 0
    by_deviation, by_mean, offset = (np.zeros((items, columns)) for _ in range(3))
    offset[:, -1] = 0 if model.asymptote else -np.inf
    for place, row in given.items():
        by_deviation[place, 0] = row[0]
        by_mean[place, 1:-1] = row[0] * steps.sizes[place]
        offset[place, 1:] = row[1:]
    if model.free_deviation:  # the one slope, 1 on the scale, is σ
        by_deviation[~anchored, 0], own = 1, own[:, :, 1:]
    moved = own.reshape(items * columns, -1)
    moves = np.stack([*moved.T[moved.any(axis=0)], by_deviation.ravel(), by_mean.ravel()], axis=1)
    return marginal.Design(moves, offset.ravel())


def _start(design: marginal.Design, guess: Values, given: Mapping[int, Values]) -> Values:
    """The free parameters of a first guess, with σ 1 and μ 0."""
    guess[[*given]] = [np.where(np.isfinite(row), row, 0) for row in given.values()]
    fixed = np.where(np.isfinite(design.offset), design.offset, 0)
    return np.asarray(np.linalg.lstsq(design.map, guess.ravel() - fixed, rcond=None)[0], dtype=np.float64)


def _on_the_scale(design: marginal.Design, free: Values, steps: Steps) -> tuple[Values, Values]:
    """The items' parameters on the anchors' scale, shape (items, columns), and their derivatives by the free ones."""
    deviation, mean = free[-2:]
    rows = design.rows(free, steps)
    by_free = design.map.reshape(*rows.shape, -1).copy()
    sizes = steps.sizes
    rows[:, 0] /= deviation
    rows[:, 1:-1] -= rows[:, :1] * sizes * mean
    by_free[:, 0] /= deviation
    by_free[:, 0, -2] -= rows[:, 0] / deviation
    by_free[:, 1:-1] -= sizes[:, :, None] * mean * by_free[:, :1]
    by_free[:, 1:-1, -1] -= rows[:, :1] * sizes
    return rows, by_free


def _given(item: str, anchor: Anchor, model: Model) -> ItemEstimate:
    """An anchor, as it was given."""
    nothing_known = (None,) * len(anchor.b)
    c = anchor.c if anchor.c or model.asymptote else None
    return ItemEstimate(item, anchor.a, anchor.b, c, None, nothing_known, None, anchor=True)


def _settled(told: ItemEstimate, moved: float) -> ItemEstimate:
    """With a word where the item has not come to rest."""
    if moved < marginal.STOP:
        return told
    restless = f"it did not come to rest: the last step still moved it by {moved:.2g}"
    return replace(told, message="; ".join(filter(None, [told.message, restless])))
