"""The classical analysis of a response table: of the test, of each item, of each option (contracts.md, "quiz stats")."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from quiz.statistics.classical import (
    EQUAL,
    ItemFigures,
    TotalFigures,
    Values,
    effective_weights,
    intended_weight,
    item_figures,
    tails,
    whole_figures,
)
from quiz.statistics.dif import Dif, mantel_haenszel
from quiz.statistics.distractors import Chosen, OptionFigures, option_figures
from quiz.statistics.flags import Flag, Observed, flags, settle
from quiz.statistics.reliability import alpha_if_deleted, alpha_of, covariances, omega_total
from quiz.statistics.table import MISSING, Labels, ResponseTable

#: Of an examinee with a missing cell: not used; used for the items that are there; missing cells count 0.
RULES: Final = ("complete", "pairwise", "zero")


@dataclass(frozen=True, slots=True)
class OptionResult:
    """An option of an item, whether it scores, and its figures; rests are in marks."""

    option: str
    key: bool
    figures: OptionFigures


@dataclass(frozen=True, slots=True)
class ItemResult:
    """An item's figures: totals, rests and variances in marks, weights in percent."""

    item: str
    figures: ItemFigures
    d27: float | None
    intended_weight: float | None
    effective_weight: float | None
    alpha_if_deleted: float | None
    #: In the order of their names; none where the cells are scores.
    options: tuple[OptionResult, ...]
    flags: tuple[Flag, ...]
    #: None where there are no groups, where it is scored in steps, or where nobody tells the groups apart.
    dif: Dif | None


@dataclass(frozen=True, slots=True)
class TableAnalysis:
    """What a response table says. ``n`` rows, of them ``used``; ``cells`` missing, treated by ``rule``."""

    n: int
    used: int
    cells: int
    rule: str
    whole: TotalFigures
    omega_total: float | None
    items: tuple[ItemResult, ...]
    #: The group that the others are compared with, and these.
    groups: Labels


def analyse_table(table: ResponseTable, rule: str) -> TableAnalysis:
    """The analysis, with missing cells treated by one of ``RULES``.

    A row without its total (where totals are given) is not used, nor is one without any score unless blanks count 0.
    With *pairwise*, T and R of an examinee are those of the items that are there, scaled to the maximum of all.
    """
    scores = np.nan_to_num(table.scores, nan=0.0) if rule == "zero" else table.scores
    laid = _Laid(table, scores, _rows_used(table, scores, rule))
    between = covariances(laid.scores) if len(laid.scores) else np.full((len(table.items),) * 2, np.nan)
    alpha = alpha_of(between) if len(laid.rows) > 2 else None
    drafts = [_item(laid, place) for place in range(len(table.items))]
    weights = effective_weights([draft.figures.total_covariance for draft in drafts])
    without = alpha_if_deleted(between) if alpha is not None else [None] * len(drafts)
    settled = settle([draft.flags for draft in drafts])
    return TableAnalysis(
        n=table.n,
        used=len(laid.rows),
        cells=int(np.isnan(table.scores).sum()),
        rule=rule,
        whole=whole_figures(laid.total, alpha, len(drafts)),
        omega_total=omega_total(between) if alpha is not None else None,
        items=tuple(
            replace(draft, effective_weight=weight, alpha_if_deleted=alpha_without, flags=tuple(of_item))
            for draft, weight, alpha_without, of_item in zip(drafts, weights, without, settled, strict=True)
        ),
        groups=laid.groups,
    )


def _rows_used(table: ResponseTable, scores: Values, rule: str) -> NDArray[np.int_]:
    missing = np.isnan(scores)
    left_out = np.zeros(table.n, dtype=np.bool_)
    if missing.any():
        left_out = np.asarray(missing.any(axis=1) if rule == "complete" else missing.all(axis=1))
    if table.totals is not None:
        left_out = left_out | np.isnan(table.totals)
    return np.flatnonzero(~left_out)


class _Laid:
    """The rows that are used, with what all items share."""

    def __init__(self, table: ResponseTable, scores: Values, rows: NDArray[np.int_]) -> None:
        """Row numbers, from 0, of the table."""
        self.table, self.rows = table, rows
        self.scores: Values = np.asfortranarray(  # whole columns are read
            scores if len(rows) == len(scores) else scores[rows]
        )
        given = np.isfinite(self.scores)
        if table.totals is None:
            self.full = float(table.maxima.sum())
            self.marks = np.where(given, self.scores, 0).sum(axis=1)
            self.attainable: Values = given.astype(np.float64) @ table.maxima
        else:
            self.marks = table.totals[rows]
            self.full = max(float(table.maxima.sum()), float(self.marks.max(initial=0)))
            self.attainable = np.full(len(rows), self.full)
        self.total = self.marks * (self.full / np.where(self.attainable > 0, self.attainable, 1))
        self.tails = tails(self.total)
        self.groups, self.dif = _dif(table, self.scores, self.marks, rows)
        self.not_reached = _not_reached(table.scores)

    def d27(self, x: Values, seen: NDArray[np.bool_], maximum: float) -> float | None:
        """The mean fraction of the upper 27 % of those who have seen an item, less that of the lower."""
        weights = self.tails if seen.all() else tails(self.total[seen])
        return None if weights is None else float((weights * x).sum()) / maximum

    def rest(self, x: Values, seen: NDArray[np.bool_], maximum: float) -> Values:
        """R of those who have seen an item, in marks; NaN for who saw no other."""
        left = self.attainable[seen] - maximum
        possible = left > EQUAL
        scale = np.where(possible, (self.full - maximum) / np.where(possible, left, 1), np.nan)
        found: Values = (self.marks[seen] - x) * scale
        return found


def _not_reached(scores: Values) -> Values:
    """For each item, the share of rows that are blank there and in all later ones, of those that are not blank at all."""
    missing = np.isnan(scores)
    given = ~missing[~missing.all(axis=1)] if missing.any() else ~missing
    if given.all():
        return np.zeros(scores.shape[1])
    after = np.logical_or.accumulate(given[:, ::-1], axis=1)[:, ::-1]
    return 1 - np.asarray(after.mean(axis=0))


def _dif(
    table: ResponseTable, scores: Values, totals: Values, rows: NDArray[np.int_]
) -> tuple[Labels, list[Dif | None]]:
    """The first group against the others, over those who have a group and every score; items of one mark only."""
    none: list[Dif | None] = [None] * len(table.items)
    labels = np.array(table.groups, dtype=object)[rows] if table.groups else np.empty(0, object)
    known = np.array([label not in MISSING for label in labels], dtype=bool)
    levels = tuple(sorted({*labels[known]}))
    if len(levels) < 2:
        return levels, none
    known &= np.isfinite(scores).all(axis=1)
    right, focal = scores[known] / table.maxima, labels[known] != levels[0]
    found = mantel_haenszel(right, totals[known], focal) if known.any() else none
    whole = ((np.abs(right) <= EQUAL) | (np.abs(right - 1) <= EQUAL)).all(axis=0)
    return levels, [one if is_whole else None for one, is_whole in zip(found, whole, strict=True)]


# An item -----------------------------------------------------------------------------------------------------------


def _item(laid: _Laid, place: int) -> ItemResult:
    """Without what needs all items: effective weight, alpha, and whether its flags hold over the whole."""
    table, maximum = laid.table, float(laid.table.maxima[place])
    seen = np.isfinite(laid.scores[:, place])
    x, total = laid.scores[seen, place], laid.total[seen]
    rest = laid.rest(x, seen, maximum)
    names, chosen = _chosen(table, laid.rows[seen], place)
    keys = tuple(number for number, name in enumerate(names) if name == table.key[place])
    # Flags speak of rests in percent of what the other items give.
    finite = np.isfinite(rest)
    with_rest = finite if finite.any() and not finite.all() else slice(None)
    seen_by = Observed(
        x=x[with_rest],
        maximum=maximum,
        rest=100 * rest[with_rest] / max(laid.full - maximum, EQUAL),
        guess=1 / len(names) if len(names) > 1 else None,
        chosen=chosen[with_rest],
        keys=keys,
        not_reached=float(laid.not_reached[place]),
        dif=laid.dif[place],
    )
    return ItemResult(
        item=table.items[place],
        figures=item_figures(x, maximum, total, rest),
        d27=laid.d27(x, seen, maximum),
        intended_weight=intended_weight(maximum, float(table.maxima.sum())),
        effective_weight=None,
        alpha_if_deleted=None,
        options=tuple(_options(names, keys, option_figures(chosen, total, rest))),
        flags=tuple(flags(seen_by)),
        dif=laid.dif[place],
    )


def _chosen(table: ResponseTable, rows: NDArray[np.int_], place: int) -> tuple[Labels, Chosen]:
    """The options that anybody chose, and the key; who of these rows chose which, shape (rows, options)."""
    if not table.options:
        return (), np.zeros((len(rows), 0), dtype=np.bool_)
    given = np.array(table.options[place])
    names = tuple(sorted({*table.options[place], table.key[place]} - {""}))
    return names, given[rows][:, None] == np.array(names)


def _options(names: Labels, keys: tuple[int, ...], figures: list[OptionFigures]) -> Iterator[OptionResult]:
    for place, (name, of_one) in enumerate(zip(names, figures, strict=True)):
        yield OptionResult(name, place in keys, of_one)
