"""A model of item response theory as JSON (contracts.md §2) and as text, and abilities as rows of a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from quiz.cli._stats_report import figure, probability, table_lines
from quiz.statistics.irt import persons
from quiz.statistics.irt.fitting import ItemFit, item_fits
from quiz.statistics.irt.models import Fitted, ItemEstimate, Numbers
from quiz.statistics.table import ResponseTable

NO_FIT = ItemFit(None, None, None, None, None)


def document(fitted: Fitted) -> dict[str, Any]:
    """The model under its key; a figure that does not exist is null."""
    fits = _fits(fitted)
    found = {
        "name": fitted.name,
        "estimator": fitted.estimator,
        "converged": fitted.converged,
        "loglik": fitted.loglik,
        "aic": fitted.aic,
        "bic": fitted.bic,
        "n": fitted.n,
        "parameters": fitted.parameters,
        "sigma": fitted.sigma,
        "mu": fitted.mu,
        "items": [_item(fitted, item, fits.get(item.item, NO_FIT)) for item in fitted.items],
    }
    return {"model": found | ({"message": fitted.message} if fitted.message else {})}


def _fits(fitted: Fitted) -> dict[str, ItemFit]:
    names = [fitted.items[place].item for place in fitted.coded.places]
    return dict(zip(names, item_fits(fitted), strict=True))


def _item(fitted: Fitted, item: ItemEstimate, fit: ItemFit) -> dict[str, Any]:
    b, se_b = (_locations(fitted, values) for values in (item.b, item.se_b))
    errors = {"a": item.se_a, "b": se_b} | ({"c": item.se_c} if fitted.model.asymptote else {})
    return (
        {
            "item": item.item,
            "a": item.a,
            "b": b,
            "c": item.c,
            "se": errors,
            "fit": {name: getattr(fit, name) for name in ItemFit.__slots__},
        }
        | ({"message": item.message} if item.message else {})
        | ({"anchor": True} if item.anchor else {})
    )


def _locations(fitted: Fitted, values: Numbers) -> Any:
    """A list for items of several steps; None where the item is not placed."""
    if not values:
        return None
    return list(values) if fitted.model.several else values[0]


def abilities(
    table: ResponseTable, fitted: Fitted, method: str
) -> Iterator[tuple[str, float, float | None, float | None]]:
    """For each examinee the id (the number of the row, where there is none), the sum of the scores, θ and its error."""
    found = persons.abilities(fitted, method)
    ids = table.ids or [str(number) for number in range(1, table.n + 1)]
    raw = np.nansum(table.scores, axis=1)
    for name, score, theta, error in zip(
        ids, raw.tolist(), *(values.tolist() for values in found), strict=True
    ):
        yield name, round(score, 9), *(None if np.isnan(value) else value for value in (theta, error))


# Text ---------------------------------------------------------------------------------------------------------------


def lines(fitted: Fitted) -> Iterator[str]:
    """The model as lines of text."""
    yield ""
    yield f"Model {fitted.name} ({fitted.estimator}), {fitted.n} examinees, {fitted.parameters} parameters"
    if fitted.message:
        yield fitted.message
    yield from (f"{item.item}: {item.message}" for item in fitted.items if item.message)
    if fitted.loglik is None:
        return
    yield f"log-likelihood {figure(fitted.loglik)}, AIC {figure(fitted.aic)}, BIC {figure(fitted.bic)}"
    if fitted.mu is not None:
        yield f"mean of abilities {figure(fitted.mu)}, on the scale of {len(fitted.anchors)} anchors"
    if fitted.sigma is not None:
        yield f"standard deviation of abilities {figure(fitted.sigma)}"
    fits = _fits(fitted)
    most = max(len(item.b) for item in fitted.items)
    columns = ["item", "slope", *_numbered("location", most), "± slope", *_numbered("± location", most)]
    yield from table_lines(
        [*columns, *(["asymptote"] if fitted.model.asymptote else []), "infit", "outfit", "S-X²", "df", "p"],
        [_row(fitted, item, fits.get(item.item, NO_FIT), most) for item in fitted.items],
    )


def _numbered(name: str, most: int) -> list[str]:
    return [name] if most == 1 else [f"{name} {step}" for step in range(1, most + 1)]


def _row(fitted: Fitted, item: ItemEstimate, fit: ItemFit, most: int) -> list[str]:
    def padded(values: Numbers) -> list[float | None]:
        return [*values, *[None] * (most - len(values))]

    asymptote = [item.c] if fitted.model.asymptote else []
    numbers = [
        item.a,
        *padded(item.b),
        item.se_a,
        *padded(item.se_b),
        *asymptote,
        fit.infit,
        fit.outfit,
        fit.s_x2,
    ]
    return [item.item, *map(figure, numbers), "–" if fit.df is None else str(fit.df), probability(fit.p)]
