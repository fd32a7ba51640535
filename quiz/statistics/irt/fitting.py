"""How well the items fit: infit and outfit (Wright & Masters 1982), S-X² (Orlando & Thissen 2000; Kang & Chen 2008)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from quiz.statistics.classical import Values
from quiz.statistics.distributions import chi2_tail
from quiz.statistics.irt.coding import ABSENT, Coded
from quiz.statistics.irt.curves import TINY
from quiz.statistics.irt.marginal import LOG_WEIGHTS, NODES
from quiz.statistics.irt.models import Fitted
from quiz.statistics.irt.persons import abilities, standard_rows

#: Cells in which fewer are expected are joined with their neighbours.
FEWEST: Final = 1.0
CHUNK: Final = 4096


@dataclass(frozen=True, slots=True)
class ItemFit:
    """Mean squares of the residuals, 1 where the item fits: weighted by information (infit), plain (outfit).

    S-X² compares how those of each total score on the item with what the model expects; ``df`` and ``p`` are its own.
    """

    infit: float | None
    outfit: float | None
    s_x2: float | None
    df: int | None
    p: float | None


def item_fits(fitted: Fitted) -> list[ItemFit]:
    """The fit of each item that is placed.

    Residuals are taken at the ability by EAP (``mml``) or ML (``cml``, leaving out who has none); S-X² over those who
    have every score. A figure that does not exist is None.
    """
    if not len(fitted.rows):
        return []
    infits, outfits = _mean_squares(fitted)
    found = []
    for item, (cells, df) in enumerate(_tables(fitted)):
        s_x2 = float(((cells[0] - cells[1]) ** 2 / np.maximum(cells[1], TINY)).sum()) if df > 0 else None
        found.append(
            ItemFit(
                _known(infits[item]),
                _known(outfits[item]),
                s_x2,
                df if df > 0 else None,
                chi2_tail(s_x2, df) if s_x2 is not None else None,
            )
        )
    return found


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _mean_squares(fitted: Fitted) -> tuple[Values, Values]:
    """Infit and outfit of each item, NaN where nobody tells."""
    coded = fitted.coded
    theta = abilities(fitted, "ml" if fitted.estimator == "cml" else "eap")[0][coded.used]
    codes = coded.codes[coded.used][np.isfinite(theta)]
    theta = theta[np.isfinite(theta)]
    squares, variances, standard, seen = (np.zeros(len(fitted.rows)) for _ in range(4))
    for start in range(0, len(theta), CHUNK):
        part = codes[start : start + CHUNK].T
        curves = fitted.model.family(fitted.rows, fitted.steps, theta[start : start + CHUNK])
        scores = fitted.steps.scores
        mean = np.einsum("ikq,ik->iq", curves.p, scores)
        variance = np.einsum("ikq,ik->iq", curves.p, scores**2) - mean**2
        given = part != ABSENT
        own = np.take_along_axis(scores, np.maximum(part, 0).astype(np.intp), axis=1)
        residual = np.where(given, (own - mean) ** 2, 0)
        squares += residual.sum(axis=1)
        variances += np.where(given, variance, 0).sum(axis=1)
        standard += (residual / np.maximum(variance, TINY)).sum(axis=1)
        seen += given.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return squares / variances, standard / seen


def departures(fitted: Fitted) -> list[tuple[float, float]]:
    """For each item that is placed by how much of its mark the answers are above what it expects of those who gave them, on
    average, −1 to 1; and that in standard errors. Abilities are EAP's.
    """
    theta = abilities(fitted, "eap")[0][fitted.coded.used]
    codes = fitted.coded.codes[fitted.coded.used]
    scores = fitted.steps.scores
    above, variances, seen = (np.zeros(len(scores)) for _ in range(3))
    for start in range(0, len(theta), CHUNK):
        part = codes[start : start + CHUNK].T
        p = fitted.model.family(fitted.rows, fitted.steps, theta[start : start + CHUNK]).p
        mean = np.einsum("ikq,ik->iq", p, scores)
        given = part != ABSENT
        own = np.take_along_axis(scores, np.maximum(part, 0).astype(np.intp), axis=1)
        above += np.where(given, own - mean, 0).sum(axis=1)
        variances += np.where(given, np.einsum("ikq,ik->iq", p, scores**2) - mean**2, 0).sum(axis=1)
        seen += given.sum(axis=1)
    shares = above / np.maximum(seen * scores.max(axis=1), 1)
    return [*zip(shares.tolist(), (above / np.sqrt(np.maximum(variances, TINY))).tolist(), strict=True)]


# S-X² ---------------------------------------------------------------------------------------------------------------


def _tables(fitted: Fitted) -> Iterator[tuple[Values, int]]:
    """For each item the cells, observed and expected, shape (2, cells), and the degrees of freedom."""
    marks = np.round(fitted.steps.scores - fitted.steps.scores[:, :1]).astype(np.intp)
    marks = np.where(fitted.steps.exist, marks, 0)
    patterns, weighs = _whole(fitted.coded)
    if not len(patterns):
        yield from ((np.zeros((2, 0)), 0) for _ in marks)
        return
    totals = np.take_along_axis(marks, patterns.T.astype(np.intp), axis=1).sum(axis=0)
    p = fitted.model.family(standard_rows(fitted), fitted.steps, NODES).p
    most = int(marks.max(axis=1).sum())
    for item in range(len(marks)):
        expected = _expected(p, marks, fitted, item, most)
        observed = np.zeros((most + 1, marks.shape[1]))
        np.add.at(observed, (totals, patterns[:, item].astype(np.intp)), weighs)
        cells, free = _cells(observed, expected * observed.sum(axis=1, keepdims=True))
        yield cells, free - _own_parameters(fitted, item)


def _whole(coded: Coded) -> tuple[NDArray[np.int8], Values]:
    """The patterns without a missing answer, and how much they weigh."""
    whole = (coded.patterns != ABSENT).all(axis=1)
    return coded.patterns[whole], coded.weighs[whole]


def _own_parameters(fitted: Fitted, item: int) -> int:
    """How many parameters belong to this item alone."""
    if item in fitted.anchors:
        return 0
    model = fitted.model
    steps = 1 if model.shared_steps else int(fitted.steps.exist[item].sum()) - 1
    return steps + model.own_slopes + model.asymptote


def _expected(p: Values, marks: NDArray[np.intp], fitted: Fitted, item: int, most: int) -> Values:
    """The share of each category among those of each total, shape (totals, categories) (Lord & Wingersky 1984)."""
    rest = np.zeros((most + 1, p.shape[2]))
    rest[0] = np.exp(LOG_WEIGHTS)
    for other in range(len(p)):
        if other != item:
            rest = _with(rest, p[other], marks[other], fitted.steps.exist[other])
    found = np.zeros((most + 1, p.shape[1]))
    for category in np.flatnonzero(fitted.steps.exist[item]):
        mark = marks[item, category]
        found[mark:, category] = rest[: most + 1 - mark] @ p[item, category]
    total = found.sum(axis=1, keepdims=True)
    shares: Values = np.divide(found, total, out=np.zeros_like(found), where=total > 0)
    return shares


def _with(sums: Values, p: Values, marks: NDArray[np.intp], exist: NDArray[np.bool_]) -> Values:
    """The chance of each sum at each node once an item is added."""
    found = np.zeros_like(sums)
    for category in np.flatnonzero(exist):
        mark = marks[category]
        found[mark:] += sums[: len(sums) - mark] * p[category]
    return found


def _cells(observed: Values, expected: Values) -> tuple[Values, int]:
    """The cells of neighbouring totals, joined until two hold enough; and how many of them are free.

    Nobody with none, or with all, of the marks says anything.
    """
    groups: list[Values] = []
    waiting = np.zeros((2, observed.shape[1]))
    for total in range(1, len(observed) - 1):
        waiting = waiting + np.stack([observed[total], expected[total]])
        if _joined(waiting).shape[1] > 1:
            groups.append(waiting)
            waiting = np.zeros_like(waiting)
    if groups:
        groups[-1] = groups[-1] + waiting
    cells = [_joined(group) for group in groups]
    if not cells:
        return np.zeros((2, 0)), 0
    return np.concatenate(cells, axis=1), sum(one.shape[1] - 1 for one in cells)


def _joined(group: Values) -> Values:
    """A group's categories, joined from below until each holds enough; shape (2, cells)."""
    cells: list[Values] = []
    waiting = np.zeros(2)
    for category in range(group.shape[1]):
        waiting = waiting + group[:, category]
        if waiting[1] >= FEWEST:
            cells.append(waiting)
            waiting = np.zeros(2)
    if cells:
        cells[-1] = cells[-1] + waiting
    return np.stack(cells, axis=1) if cells else waiting[:, None]
