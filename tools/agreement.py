"""The page docs/agreement.md: our figures beside those that R gave for the same tables (tests/kernel/statistics)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from quiz.statistics.analysis import ItemResult, TableAnalysis, analyse_table
from quiz.statistics.comparing import Sums, differ_p, link_of, mean_of, share_of
from quiz.statistics.flags import two_shares_p
from quiz.statistics.table import ResponseTable

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "tests" / "kernel" / "statistics"
HEAD = """# Agreement with R

Written by `make docs`. The tables are in `tests/kernel/statistics/tables.json`, the figures of R (psych 2.2.9 and
`mantelhaen.test`, R 4.2) beside them with the script that made them; *groups and shares* are figures of
the overview of a quiz and of the flag *drift* (`comparing.R`). Of the items' figures, those stand here that are
farthest apart (of the first item where none are). A test holds every difference below 0.000001; where R is installed,
another has R compute again. Omega differs by what R leaves when it stops looking for the factor. Figures with Moodle's names are computed by its
definitions. What each figure is:
[methods.md](methods.md).

| table | figure | R | ours | largest difference |
| --- | --- | --- | --- | --- |
"""
#: Nearer than this is equal: what is left depends on the order of the sums.
EQUAL = 1e-12
#: What R calls otherwise in its document: by our names of DIF.
DIF = {"mh_odds_ratio": "odds_ratio", "p": "p", "chi2": "chi2", "se": "se"}


@dataclass(frozen=True, slots=True)
class Pair:
    """A figure of a table by R and by us."""

    table: str
    figure: str
    reference: float
    ours: float

    @property
    def difference(self) -> float:
        """How far they are apart, without sign."""
        return abs(self.reference - self.ours)


def load_tables() -> dict[str, ResponseTable]:
    """The response tables by name."""
    return {name: _table(one) for name, one in json.loads((FOLDER / "tables.json").read_text()).items()}


def _table(one: Mapping[str, Any]) -> ResponseTable:
    digits = np.array([[float(digit) for digit in row] for row in one["rows"]])
    scores = np.repeat(digits * one["step"], one.get("counts", 1), axis=0)
    items = tuple(f"i{number}" for number in range(1, scores.shape[1] + 1))
    return ResponseTable(items, scores, np.array(one["max"], float), groups=tuple(one.get("group", "")))


def pairs(reference: Mapping[str, Any]) -> Iterator[Pair]:
    """Every figure that R gives, of the tables by these names, beside ours."""
    tables = load_tables()
    for name, figures in reference.items():
        yield from _of_table(name, figures, analyse_table(tables[name], "complete"))


def _of_table(name: str, figures: Mapping[str, Any], found: TableAnalysis) -> Iterator[Pair]:
    low, high = found.whole.alpha_ci or (float("nan"), float("nan"))
    own = {"omega_total": found.omega_total, "omega_of_fa": found.omega_total}
    for figure, value in figures.items():
        if figure == "alpha_ci":
            yield from (Pair(name, "test: alpha_ci", *both) for both in zip(value, (low, high), strict=True))
        elif figure != "items":
            yield Pair(name, f"test: {figure}", value, own.get(figure) or getattr(found.whole, figure))
    for of_r, item in zip(figures["items"], found.items, strict=True):
        for figure, value in of_r.items():
            if figure == "dif":
                yield from (
                    Pair(name, f"item: {key}", of_dif, getattr(item.dif, DIF[key]))
                    for key, of_dif in (value or {}).items()
                )
            else:
                ours = getattr(item if figure in ItemResult.__slots__ else item.figures, figure)
                yield Pair(name, f"item: {figure}", value, ours)


def stored() -> list[Pair]:
    """The figures that are stored, beside ours."""
    return [*pairs(json.loads((FOLDER / "classical.json").read_text()))]


def compared(document: Mapping[str, Any]) -> Iterator[Pair]:
    """What R gives for comparing groups and shares (comparing.R), in its order, beside ours."""
    groups = [np.array(one, float) for one in document["groups"]]
    marks, attainable, seconds, grades = (
        np.array(document[name], float) for name in ("marks", "attainable", "seconds", "grades")
    )
    sums = Sums(
        len(marks),
        float(marks.sum()),
        float(attainable.sum()),
        float(marks @ marks),
        float(marks @ attainable),
        float(attainable @ attainable),
    )
    mean, share, link = mean_of(groups[0]), share_of(sums), link_of(seconds, grades)
    if mean is None or share is None or link is None:
        raise ValueError(f"the figures of {document} do not exist")
    ours = [
        differ_p(groups),
        differ_p(groups[:2]),
        *(mean.low, mean.high),
        *(share.value, share.low, share.high),
        *(link.r, link.p),
        two_shares_p(0.8, 100, 0.6, 100),
    ]
    for (figure, reference), of_us in zip(document["figures"].items(), ours, strict=True):
        yield Pair("groups and shares", figure, reference, float("nan") if of_us is None else of_us)


def stored_comparisons() -> list[Pair]:
    """The figures of comparing.R that are stored, beside ours."""
    return [*compared(json.loads((FOLDER / "comparing.json").read_text()))]


def page() -> str:
    """The page: of each figure of each table the pair that is farthest apart."""
    worst: dict[tuple[str, str], Pair] = {}
    for pair in stored():
        key = pair.table, pair.figure
        if key not in worst or pair.difference > max(EQUAL, worst[key].difference):
            worst[key] = pair
    return HEAD + "".join(map(_line, [*worst.values(), *stored_comparisons()]))


def _line(one: Pair) -> str:
    apart = f"{one.difference:.0e}" if one.difference > EQUAL else "none"
    return f"| {one.table} | {one.figure} | {one.reference:.8g} | {one.ours:.8g} | {apart} |\n"
