"""The questions of a quiz on one scale of ability: within bounds of time, kept by what was fitted.

A web request waits for the fit, so both are bounded: how many cells are fitted at most, and from how many papers on a
model says anything. Rasch's model (with partial credit: Masters 1982) below ``SLOPES_FROM`` papers a question, else one
with a slope for each question (2PL; with partial credit: Muraki 1992). With fewer the slopes would be noise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray

from quiz.statistics.classical import EQUAL, Values
from quiz.statistics.distributions import Z95
from quiz.statistics.flags import ENOUGH
from quiz.statistics.irt import persons
from quiz.statistics.irt.anchored import Anchor, calibrate
from quiz.statistics.irt.fitting import ItemFit, item_fits
from quiz.statistics.irt.models import STEEP, Fitted, ItemEstimate, fit
from quiz.statistics.table import ResponseTable

#: Papers from which on there is a curve, as there are verdicts: the error of a difficulty in the middle is then about 0.4
#: logits, which the band shows.
FEWEST: Final = ENOUGH
#: Papers with a question, for most of the questions, from which on each has a slope of its own.
SLOPES_FROM: Final = 250
#: A question that fewer papers hold is not placed.
FEWEST_ANSWERS: Final = ENOUGH
#: Steps of all questions × papers that are fitted, and steps of EM: seconds at most (benchmarks/scales.py).
MOST_CELLS: Final = 60_000
MOST_EM: Final = 200
#: The same where a bank is calibrated: somebody waits for that once, not for each page (five seconds).
MOST_CALIBRATED: Final = 600_000
#: Marks of a question come in at most so many equal steps.
MOST_STEPS: Final = 6
#: So many fits are kept.
KEPT: Final = 16
#: The abilities that are drawn reach so many standard deviations to both sides.
REACH: Final = 3.0
#: Bounds of the drawn abilities in logits.
NARROWEST, WIDEST = 2, 6
GROUPS, FEW_IN_A_GROUP = 10, 25


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """What was fitted to the papers of a quiz, of ``papers`` the last ``used``; items by their place in the table.

    ``fitted`` None: there is no model, and ``why`` says so: few (papers), spread (too many questions for the papers), or
    alike (fewer than two questions can be placed, or the anchors tell no abilities apart).
    """

    papers: int
    used: int
    why: str
    fitted: Fitted | None
    #: Places of the items of ``fitted`` in the table, and that table's shares of the mark; NaN where not seen.
    places: NDArray[np.int_]
    shares: Values
    fits: tuple[ItemFit, ...] = ()

    @property
    def name(self) -> str:
        """rasch, 2pl, pcm or gpcm; "" where there is no model."""
        if self.fitted is None:
            return ""
        graded = self.fitted.steps.scores.shape[1] > 2
        return self.fitted.name if graded else {"pcm": "rasch", "gpcm": "2pl"}[self.fitted.name]


@dataclass(frozen=True, slots=True)
class Point:
    """A group of papers of like ability: its mean ability, its mean share of the mark, how many."""

    theta: float
    share: float
    n: int


@dataclass(frozen=True, slots=True)
class Curve:
    """An item on the scale. ``theta`` in logits; ``expected`` shares of the mark with their 95 % band; information about θ."""

    estimate: ItemEstimate
    fit: ItemFit | None
    theta: tuple[float, ...]
    expected: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    points: tuple[Point, ...]
    information: tuple[float, ...]
    #: Of all items together.
    whole: tuple[float, ...]


def scale_of(shares: Values) -> Scale:
    """The scale of a table of shares of the mark, shape (papers, items), NaN where a paper did not hold the item.

    Rows are in the order of time: where there are more cells than are fitted at once, the last ones are. The same
    table is fitted once (its content is the key), as long as it is among the last that were asked for.
    """
    steps = _steps_of(shares)
    held = np.isfinite(shares).sum(axis=0) >= FEWEST_ANSWERS
    return _scale(shares, np.where(held, steps, 0), MOST_CELLS, slopes=False, anchors={})


def calibration_of(shares: Values, anchors: Mapping[int, Anchor]) -> Scale:
    """The same with a slope for each item, however many the papers are, and on the scale of these anchors, by their places.

    Without any the abilities of these papers are N(0, 1). An item whose marks do not come in the steps of its anchor is
    calibrated like the others. An item whose slope runs away, so that the model comes to no end, is not placed.
    """
    seen = [np.unique(np.round(x[np.isfinite(x)], 9)) for x in shares.T]
    agreed = {
        place: one for place, one in anchors.items() if len(seen[place]) and _falls(seen[place], len(one.b))
    }
    steps = np.where(np.isfinite(shares).sum(axis=0) >= FEWEST_ANSWERS, _steps_of(shares), 0)
    for place, anchor in agreed.items():
        steps[place] = len(anchor.b)
    scale = _scale(shares, steps, MOST_CALIBRATED, slopes=True, anchors=agreed)
    while len(lost := _running_away(scale)):
        steps[lost] = 0
        scale = _scale(shares, steps, MOST_CALIBRATED, slopes=True, anchors=agreed)
    return scale


def _running_away(scale: Scale) -> NDArray[np.int_]:
    """The places of items whose slope these papers do not bound, where that keeps the model from an end."""
    fitted = scale.fitted
    if fitted is None or (fitted.converged and fitted.covariances is not None):
        return scale.places[:0]
    steep = [
        column
        for column, one in enumerate(fitted.items)
        if one.a is not None and abs(one.a) > STEEP and not one.anchor
    ]
    return scale.places[steep]


def _scale(
    shares: Values, steps: NDArray[np.int_], most_cells: int, *, slopes: bool, anchors: Mapping[int, Anchor]
) -> Scale:
    """The scale of the items that have ``steps``."""
    whole = np.ascontiguousarray(shares, dtype=np.float64)
    placed = np.flatnonzero(steps)
    most = most_cells // max(1, int(steps[placed].sum()))
    part = whole[-most:][:, placed]
    part = part[np.isfinite(part).any(axis=1)]
    if len(whole) < FEWEST:
        return Scale(len(whole), 0, "few", None, placed, part)
    if len(part) < FEWEST:
        return Scale(len(whole), len(part), "spread", None, placed, part)
    key = np.ascontiguousarray(part).tobytes()
    given = tuple(
        (column, anchors[place]) for column, place in enumerate(placed.tolist()) if place in anchors
    )
    fitted, fits = _fitted(key, part.shape, tuple(steps[placed].tolist()), slopes, given)
    if fitted is None:
        return Scale(len(whole), len(part), "alike", None, placed, part)
    return Scale(len(whole), len(part), "", fitted, placed, part, fits)


def _steps_of(shares: Values) -> NDArray[np.int_]:
    """Into how many equal steps the shares of each item fall; 0 where they are too many, or below nothing."""
    found = np.zeros(shares.shape[1], dtype=np.int_)
    for place, x in enumerate(shares.T):
        seen = np.unique(np.round(x[np.isfinite(x)], 9))
        if len(seen):
            found[place] = next((n for n in range(1, MOST_STEPS + 1) if _falls(seen, n)), 0)
    return found


def _falls(seen: Values, steps: int) -> bool:
    return bool(seen[0] >= 0 and (np.abs(seen * steps - np.round(seen * steps)) <= 10 * EQUAL).all())


@lru_cache(maxsize=KEPT)
def _fitted(
    content: bytes,
    shape: tuple[int, int],
    steps: tuple[int, ...],
    slopes: bool,
    anchors: tuple[tuple[int, Anchor], ...],
) -> tuple[Fitted | None, tuple[ItemFit, ...]]:
    """The fit of a table by its content; ``slopes``: each item has its own, even where papers are few."""
    shares = np.frombuffer(content, dtype=np.float64).reshape(shape)
    maxima = np.array(steps, dtype=np.float64)
    table = ResponseTable(tuple(map(str, range(shape[1]))), np.round(shares * maxima, 9), maxima)
    usual = float(np.median(np.isfinite(shares).sum(axis=0)))
    name = "gpcm" if slopes or usual >= SLOPES_FROM else "pcm"
    if anchors:
        given = {str(column): anchor for column, anchor in anchors}
        found = calibrate(table, "pairwise", name, given, most_steps=MOST_EM)
    else:
        found = fit(table, "pairwise", name, most_steps=MOST_EM)
    return (None, ()) if found.loglik is None else (found, tuple(item_fits(found)))


def curve_of(scale: Scale, place: int) -> Curve | str:
    """The item of this place in the table; else why it has no curve: unplaced, or unsure (no standard errors)."""
    if scale.fitted is None or place not in scale.places:
        return "unplaced"
    column = int(np.flatnonzero(scale.places == place)[0])
    rows = np.flatnonzero(scale.fitted.coded.places == column)
    if not len(rows):
        return "unplaced"
    if scale.fitted.covariances is None or not scale.fitted.converged:
        return "unsure"
    return _curve(scale, scale.fitted, column, int(rows[0]))


def _curve(scale: Scale, fitted: Fitted, column: int, row: int) -> Curve:
    reach = min(WIDEST, max(NARROWEST, ceil(REACH * fitted.deviation)))
    theta = np.linspace(-reach, reach, 12 * reach + 1)
    expected, low, high = _band(fitted, row, theta)
    information = persons.information(fitted, theta)
    return Curve(
        estimate=fitted.items[column],
        fit=scale.fits[row] if scale.fits else None,
        theta=_plain(theta),
        expected=_plain(expected),
        low=_plain(low),
        high=_plain(high),
        points=_points(scale, fitted, column),
        information=_plain(information[row]),
        whole=_plain(information.sum(axis=0)),
    )


def _plain(values: Values) -> tuple[float, ...]:
    return tuple(map(float, values))


def _band(fitted: Fitted, row: int, theta: Values) -> tuple[Values, Values, Values]:
    """The expected share of the mark, and its 95 % band: the delta method, on the logit, so that it stays in 0 … 1."""
    curves = fitted.model.family(fitted.rows, fitted.steps, theta)
    scores = fitted.steps.scores[row] / fitted.steps.scores[row].max()
    expected = scores @ curves.p[row]
    slope = np.einsum("k,kq,lkq->lq", scores, curves.p[row], curves.by_parameter[row])
    covariance = fitted.covariances[row] if fitted.covariances is not None else 0 * np.eye(len(slope))
    error = np.sqrt(np.maximum(0, np.einsum("lq,lm,mq->q", slope, covariance, slope)))
    inside = np.clip(expected, 1e-9, 1 - 1e-9)
    logit, wide = np.log(inside / (1 - inside)), Z95 * error / (inside * (1 - inside))
    return expected, 1 / (1 + np.exp(wide - logit)), 1 / (1 + np.exp(-wide - logit))


def _points(scale: Scale, fitted: Fitted, column: int) -> tuple[Point, ...]:
    """Papers with the item in up to ten groups of like ability (EAP), none of fewer than 25 where there are more."""
    theta, _ = persons.abilities(fitted, "eap")
    x = scale.shares[:, column]
    seen = np.flatnonzero(np.isfinite(x) & np.isfinite(theta))
    groups = min(GROUPS, max(3, len(seen) // FEW_IN_A_GROUP))
    order = seen[np.argsort(theta[seen], kind="stable")]
    return tuple(
        Point(float(theta[part].mean()), float(x[part].mean()), len(part))
        for part in np.array_split(order, groups)
        if len(part)
    )
