"""The page docs/agreement-models.md: models of item response theory beside R and beside what papers print."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from quiz.statistics.irt.fitting import item_fits
from quiz.statistics.irt.models import Fitted, fit
from quiz.statistics.irt.persons import abilities
from quiz.statistics.table import ResponseTable
from tools.agreement import Pair

ROOT = Path(__file__).resolve().parent.parent
#: Differences below this depend on the machine; of such pairs the first is told.
NEAR = 1e-5
FOLDER = ROOT / "tests" / "kernel" / "statistics"
HEAD = """# Agreement of the models

Written by `make docs`. Rasch's model by conditional likelihood beside R (eRm 1.0-2 and psychotools, R 4.2): tables, figures and
the script that made them are `irt-tables.json`, `irt-figures.json` and `irt.R` in `tests/kernel/statistics`. The other models beside
what is printed about LSAT-6 and LSAT-7 (Bock & Lieberman 1970), `irt-published.json` there; print has three or four decimals, and
its programs stop at a change of 0.0001. The pair that is farthest apart stands for all (the first where none is far). For every model a test writes the likelihood out
anew in the parameters that are told, and holds that they are its top and the standard errors its curvature; PCM, RSM, GPCM, GRM
and 3PL rest on that. What each figure is: [methods.md](methods.md).

| table | model | figure | reference | ours | largest difference |
| --- | --- | --- | --- | --- | --- |
"""


def page() -> str:
    """The page."""
    return HEAD + "".join(
        f"| {one.table} | {model} | {one.figure} | {one.reference:.7g} | {one.ours:.7g} | {_apart(one)} |\n"
        for model, one in [*of_r(), *published()]
    )


def of_r() -> Iterator[tuple[str, Pair]]:
    """Figures of R beside ours."""
    for table, figures in _stored("irt-figures.json").items():
        fitted = _fitted(table, "rasch", "cml")
        own = _figures(fitted)
        names = {"b": "b", "se": "se_b", "loglik": "loglik", "infit": "infit", "outfit": "outfit"}
        for name, key in names.items():
            if name in figures:
                yield "rasch (cml)", _farthest(table, f"{key} (R)", figures[name], own[key])
        if "theta" in figures:
            totals = np.nansum(_table(table).scores, axis=1)
            theta = dict(zip(totals.tolist(), abilities(fitted, "ml")[0].tolist(), strict=True))
            ours = [theta[total] for total in figures["totals"]]
            yield "rasch (cml)", _farthest(table, "theta by ml (R)", figures["theta"], ours)


def published() -> Iterator[tuple[str, Pair]]:
    """Printed figures beside ours."""
    for figures in _stored("irt-published.json"):
        own = _figures(_fitted(figures["table"], figures["model"], "mml"))
        for name in (name for name in own if name in figures):
            told = f"{name} ({figures['source']})"
            yield f"{figures['model']} (mml)", _farthest(figures["table"], told, figures[name], own[name])


def _farthest(table: str, figure: str, reference: Any, ours: Any) -> Pair:
    pairs = [
        Pair(table, figure, *both) for both in zip(np.atleast_1d(reference), np.atleast_1d(ours), strict=True)
    ]
    found = max(pairs, key=lambda pair: pair.difference)
    return found if found.difference > NEAR else pairs[0]


def _apart(one: Pair) -> str:
    return f"{one.difference:.0e}" if one.difference > NEAR else f"below {NEAR:g}"


def _figures(fitted: Fitted) -> Mapping[str, float | Sequence[float]]:
    fits = item_fits(fitted)
    found: dict[str, Any] = {"loglik": fitted.loglik}
    found |= {name: [getattr(item, name) for item in fitted.items] for name in ("a", "se_a")}
    found |= {name: [getattr(item, name)[0] for item in fitted.items] for name in ("b", "se_b")}
    found |= {name: [getattr(one, name) for one in fits] for name in ("infit", "outfit", "s_x2")}
    return found


@cache
def _stored(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def _table(name: str) -> ResponseTable:
    rows = _stored("irt-tables.json")[name]
    scores = np.array([[np.nan if cell is None else cell for cell in row] for row in rows], dtype=np.float64)
    items = tuple(f"i{number}" for number in range(1, scores.shape[1] + 1))
    return ResponseTable(items, scores, np.ones(scores.shape[1]))


@cache
def _fitted(table: str, model: str, estimator: str) -> Fitted:
    return fit(_table(table), "pairwise", model, estimator)
