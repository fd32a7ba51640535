"""An analysis of a response table as JSON (contracts.md §2) and as text: verdicts first, then figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from quiz.statistics.analysis import ItemResult, TableAnalysis
from quiz.statistics.dif import Dif
from quiz.statistics.flags import ENOUGH, FEWEST
from quiz.statistics.verdicts import verdicts
from quiz.statistics.words import message, told

TEST: Final = (
    "mean median sd skewness kurtosis alpha alpha_ci omega_total sem cic error_ratio standard_error".split()
)
ITEM: Final = (
    "n max facility sd item_total item_rest discrimination_index discriminative_efficiency d27 intended_weight "
    "effective_weight alpha_if_deleted variance rest_variance covariance covariance_max"
).split()
OPTION: Final = "n share mean_rest item_rest".split()


def document(found: TableAnalysis) -> dict[str, Any]:
    """The analysis as JSON; a figure that does not exist is null."""
    own = {"omega_total": found.omega_total, "sem": found.whole.standard_error}
    return {
        "n": found.n,
        "missing": {"cells": found.cells, "rule": found.rule, "used": found.used},
        "test": {name: own[name] if name in own else getattr(found.whole, name) for name in TEST},
        "items": [_item(item, found.groups) for item in found.items],
    }


def _item(item: ItemResult, groups: Sequence[str]) -> dict[str, Any]:
    return {
        "item": item.item,
        **{name: _figure(item, name) for name in ITEM},
        "options": [
            {
                "option": one.option,
                **{name: getattr(one.figures, name) for name in OPTION},
                "key": one.key,
                "by_fifth": one.figures.by_fifth,
            }
            for one in item.options
        ],
        "flags": [_flag(item, place) for place in range(len(item.flags))],
        "dif": _dif(item.dif, groups) if item.dif else None,
    }


def _figure(item: ItemResult, name: str) -> float | None:
    found: float | None = getattr(item if name in ItemResult.__slots__ else item.figures, name)
    return found


def _flag(item: ItemResult, place: int) -> dict[str, Any]:
    flag = item.flags[place]
    names = [one.option for one in item.options]
    return {"code": flag.code, "level": flag.level, "message": message(flag, names), "p": flag.p}


def _dif(dif: Dif, groups: Sequence[str]) -> dict[str, Any]:
    return {
        "mh_odds_ratio": dif.odds_ratio,
        "mh_delta": dif.delta,
        "se": dif.se,
        "chi2": dif.chi2,
        "class": dif.ets_class,
        "p": dif.p,
        "reference": groups[0],
        "others": list(groups[1:]),
    }


# Text ---------------------------------------------------------------------------------------------------------------

#: Heads of the table and what stands below them.
_COLUMNS: Final = {
    "n": "n",
    "right": "facility",
    "sd": "sd",
    "item–rest": "item_rest",
    "d27": "d27",
    "efficiency": "discriminative_efficiency",
    "weight": "effective_weight",
    "alpha without": "alpha_if_deleted",
}
_PERCENT: Final = ("discriminative_efficiency", "effective_weight")


def lines(found: TableAnalysis) -> Iterator[str]:
    """The analysis as lines of text."""
    yield f"{_number_of(found.n, 'examinee')}, {_number_of(len(found.items), 'item')}; {_missing(found)}"
    yield ""
    for verdict in verdicts(found.whole, {}, None, 0):
        yield told(verdict)
    yield from _findings(found)
    yield from _reasons(found)
    yield ""
    yield from _whole(found)
    yield ""
    yield from table_lines(["item", *_COLUMNS], [[item.item, *_row(item)] for item in found.items])
    if any(item.options for item in found.items):
        yield ""
        yield from table_lines(
            ["item", "option", "", "n", "share", "mean rest", "item–rest"], [*_option_rows(found)]
        )
    if any(item.dif for item in found.items):
        yield ""
        yield f"Groups at equal totals: {found.groups[0]} and {', '.join(found.groups[1:])}"
        yield from table_lines(["item", "odds ratio", "Δ", "class", "p"], [*_dif_rows(found)])


def _number_of(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def _missing(found: TableAnalysis) -> str:
    if not found.cells and found.used == found.n:
        return "no cell is missing"
    rule = {
        "complete": "rows with one are left out",
        "pairwise": "each figure rests on those who have the scores",
        "zero": "they count 0",
    }[found.rule]
    missing = "one cell is" if found.cells == 1 else f"{found.cells} cells are"
    return f"{missing} missing ({rule}): {_number_of(found.used, 'examinee')} used"


def _findings(found: TableAnalysis) -> Iterator[str]:
    flagged = [item for item in found.items if item.flags]
    if not flagged and found.used >= FEWEST:
        yield "Nothing was found against any item."
    for item in flagged:
        names = [one.option for one in item.options]
        for flag in item.flags:
            yield f"{item.item}: {message(flag, names)} [{flag.code}, {flag.level}]"
    if flagged and found.used < ENOUGH:
        yield f"These are hints: a verdict takes {ENOUGH} examinees."


def _reasons(found: TableAnalysis) -> Iterator[str]:
    """Why figures are not there, in words."""
    if found.whole.alpha is None:
        too_few = (
            "it takes three examinees" if found.used < 3 else "it takes two items, and totals that differ"
        )
        yield f"Reliability cannot be computed: {too_few}."
    elif found.omega_total is None:
        yield "Omega cannot be computed: it takes three items on which examinees differ."
    constant = [item.item for item in found.items if item.figures.variance == 0]
    if constant:
        yield f"Everybody has the same score on {', '.join(constant)}: there is no correlation."
    if found.groups and not any(item.dif for item in found.items):
        yield (
            "Groups cannot be compared: it takes two groups, both with examinees of the same total, and items of one mark."
        )


def _whole(found: TableAnalysis) -> Iterator[str]:
    whole = found.whole
    low, high = whole.alpha_ci or (None, None)
    yield f"mean {figure(whole.mean)}, median {figure(whole.median)}, standard deviation {figure(whole.sd)}"
    yield f"skewness {figure(whole.skewness)}, kurtosis {figure(whole.kurtosis)}"
    yield (
        f"alpha {figure(whole.alpha)} (95 % interval {figure(low)} to {figure(high)}), "
        f"omega total {figure(found.omega_total)}"
    )
    yield f"standard error of measurement {figure(whole.standard_error)}, error ratio {figure(whole.error_ratio, 1)} %"


def _row(item: ItemResult) -> Iterator[str]:
    for name in _COLUMNS.values():
        value = _figure(item, name)
        yield str(value) if name == "n" else figure(value, 1 if name in _PERCENT else 3)


def _option_rows(found: TableAnalysis) -> Iterator[list[str]]:
    for item in found.items:
        for one in item.options:
            figures = (one.figures.share, one.figures.mean_rest, one.figures.item_rest)
            yield [
                item.item,
                one.option,
                "key" if one.key else "",
                str(one.figures.n),
                *map(figure, figures),
            ]


def _dif_rows(found: TableAnalysis) -> Iterator[list[str]]:
    for item in found.items:
        if item.dif:
            dif = item.dif
            yield [
                item.item,
                figure(dif.odds_ratio),
                figure(dif.delta),
                dif.ets_class or "–",
                probability(dif.p),
            ]


def probability(value: float | None) -> str:
    """A p value with three decimals; none is told as 0."""
    return "<0.001" if value is not None and value < 0.001 else figure(value)


def figure(value: float | None, decimals: int = 3) -> str:
    """A figure with so many decimals; a dash for none."""
    return "–" if value is None else f"{value:.{decimals}f}".replace("-", "−")


def table_lines(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns of equal width, the first to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        first, *others = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join([row[0].ljust(widths[0]), *others] if first else others).rstrip()
