"""The figures of ``quiz simulate`` as JSON and as text."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import Any

from quiz.cli._stats_report import figure, table_lines
from quiz.statistics.adaptive.pool import Pool
from quiz.statistics.adaptive.session import Rules
from quiz.statistics.adaptive.simulation import Accuracy, Figures


def document(pool: Pool, rules: Rules, seed: int, found: Figures) -> dict[str, Any]:
    """Figures that do not exist, and bounds that are none, are null; exposure is by item."""
    return {
        "algorithm": "adaptive/1",
        "seed": seed,
        "pool": len(pool.items),
        "rules": {name: _plain(getattr(rules, name)) for name in Rules.__slots__},
        **_accuracy(found.whole),
        "unplaced": found.unplaced,
        "lengths": [found.shortest, found.longest],
        "precise": found.precise if rules.error else None,
        "overlap": found.overlap,
        "exposure": {
            "max": float(found.exposure.max()),
            "unused": int((found.exposure == 0).sum()),
            "items": {item.name: float(part) for item, part in zip(pool.items, found.exposure, strict=True)},
        },
        "topics": found.topics,
        "abilities": [
            {"from": _plain(one.low), "to": _plain(one.high), **_accuracy(one)} for one in found.groups
        ],
    }


def _accuracy(one: Accuracy) -> dict[str, Any]:
    return {
        "examinees": one.n,
        "bias": one.bias,
        "rmse": one.rmse,
        "mean_error": one.error,
        "mean_length": one.length,
    }


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not isfinite(value) else value


def lines(pool: Pool, rules: Rules, found: Figures) -> Iterator[str]:
    """The figures as lines of text."""
    whole = found.whole
    yield f"{whole.n} simulated examinees, {len(pool.items)} calibrated items; abilities by {rules.method}"
    yield f"bias {figure(whole.bias)}, RMSE {figure(whole.rmse)}, mean standard error {figure(whole.error)}"
    yield f"mean length {figure(whole.length, 1)} items (from {found.shortest} to {found.longest})"
    if rules.error:
        yield f"{found.precise:.1%} came down to a standard error of {rules.error:g}"
    if found.unplaced:
        yield f"{found.unplaced} have no estimate: all their answers are right, or all wrong"
    unused = int((found.exposure == 0).sum())
    yield f"most seen item: by {found.exposure.max():.1%}; {unused} of {len(pool.items)} items by nobody"
    yield f"two examinees share {figure(None if found.overlap is None else 100 * found.overlap, 1)} % of a test on average"
    yield from (f"topic {topic}: {part:.1%} of the items shown" for topic, part in found.topics.items())
    yield ""
    yield from table_lines(
        ["ability", "examinees", "bias", "RMSE", "± error", "length"],
        [
            [_bounds(one), str(one.n), *map(figure, (one.bias, one.rmse, one.error)), figure(one.length, 1)]
            for one in found.groups
        ],
    )
    most = sorted(zip(found.exposure.tolist(), pool.items, strict=True), key=lambda one: -one[0])[:5]
    yield ""
    yield from table_lines(["most seen", "seen by"], [[item.name, f"{part:.1%}"] for part, item in most])


def _bounds(one: Accuracy) -> str:
    if not isfinite(one.low):
        return f"below {figure(one.high, 1)}"
    return (
        f"from {figure(one.low, 1)}"
        if not isfinite(one.high)
        else f"{figure(one.low, 1)} to {figure(one.high, 1)}"
    )
