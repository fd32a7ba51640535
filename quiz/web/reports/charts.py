"""Charts as numbers: where the bars, lines and words of an SVG stand. The words and classes are the templates'."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

#: Between two labels at the ends of lines.
LINE_HEIGHT = 18.0
#: How many classes of lines the look has: 1 the key or main series, 2 the one to look at, 3 and 4 the rest.
KINDS = 4


def shortened(words: str, most: int) -> str:
    """Words that have room for so many signs; an ellipsis says that some are missing."""
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis, at ``at`` of the drawing, for this value."""

    at: float
    value: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar; ``value`` is what it counts, ``strong`` whether it belongs to the main series."""

    x: float
    y: float
    width: float
    height: float
    value: int
    strong: bool

    @property
    def middle(self) -> float:
        """The middle of its width."""
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars over a scale; ``mark`` is where a line crosses it, None for none."""

    left: float
    right: float
    base: float
    top: float
    width: float
    height: float
    bars: tuple[Bar, ...]
    rows: tuple[Tick, ...]
    columns: tuple[Tick, ...]
    mark: float | None


@dataclass(frozen=True, slots=True)
class Line:
    """A series: its name, its class (1 … 4), its points, and where its name stands."""

    name: str
    kind: int
    points: tuple[tuple[float, float], ...]
    label_y: float

    @property
    def path(self) -> str:
        """The points as an SVG polyline takes them."""
        return " ".join(f"{x:g},{y:g}" for x, y in self.points)


@dataclass(frozen=True, slots=True)
class LineChart:
    """Series over a common axis, named at their ends."""

    left: float
    right: float
    base: float
    width: float
    height: float
    lines: tuple[Line, ...]
    rows: tuple[Tick, ...]
    columns: tuple[Tick, ...]


def bar_chart(counts: Sequence[int], edges: Sequence[float], mark: float | None) -> BarChart:
    """A histogram: ``counts`` between neighbouring ``edges``; bars that begin at ``mark`` or above it are strong."""
    left, right, base, top = 38.0, 672.0, 234.0, 30.0
    most = _nice(ceil(1.08 * max(counts, default=0)))  # room for the figure above the highest bar
    low, high = edges[0], edges[-1]

    def x(value: float) -> float:
        return round(left + (right - left) * (value - low) / (high - low), 1)

    def y(count: float) -> float:
        return round(base - (base - top) * count / most, 1)

    bars = tuple(
        Bar(
            x(start) + 2,
            y(count),
            round(x(end) - x(start) - 4, 1),
            round(base - y(count), 1),
            count,
            mark is None or round(start, 9) >= round(mark, 9),
        )
        for count, start, end in zip(counts, edges, edges[1:], strict=False)
    )
    rows = tuple(Tick(y(value), value) for value in _steps(most))
    columns = tuple(Tick(x(edge), edge) for edge in edges)
    return BarChart(left, right, base, top, 680, 280, bars, rows, columns, None if mark is None else x(mark))


def line_chart(
    series: Sequence[tuple[str, int, Sequence[tuple[float, float]]]],
    columns: Sequence[float],
    highest: float | None = None,
) -> LineChart:
    """Lines: (name, kind, points as (x, share)), x in the unit of ``columns``; shares are of 1, from 0 to ``highest``."""
    left, right, base, top = 60.0, 430.0, 290.0, 38.0
    most = highest or _nice_share(max((share for *_, points in series for _, share in points), default=1))
    low, span = min(columns), (max(columns) - min(columns)) or 1

    def x(value: float) -> float:
        return round(left + (right - left) * (value - low) / span, 1)

    def y(share: float) -> float:
        return round(base - (base - top) * share / most, 1)

    drawn = [(name, kind, tuple((x(at), y(share)) for at, share in points)) for name, kind, points in series]
    places = _apart([points[-1][1] for *_, points in drawn], base)
    lines = tuple(
        Line(name, kind, points, place) for (name, kind, points), place in zip(drawn, places, strict=True)
    )
    parts = 4 if most in (0.4, 0.8, 1) else 3
    rows = tuple(Tick(y(most * part / parts), most * part / parts) for part in range(parts + 1))
    return LineChart(left, right, base, 600, 348, lines, rows, tuple(Tick(x(one), one) for one in columns))


def _nice(most: int) -> int:
    """The top of a count's axis: a multiple of a step that gives at most six rows."""
    step = _step(most)
    return step * max(1, ceil(most / step))


def _step(most: int) -> int:
    return next(
        unit * factor
        for factor in (1, 10, 100, 1_000, 10_000, 100_000)
        for unit in (1, 2, 5)
        if unit * factor * 5 >= most
    )


def _steps(most: int) -> range:
    return range(0, most + 1, _step(most))


def _nice_share(share: float) -> float:
    return next(top for top in (0.2, 0.4, 0.6, 0.8, 1.0) if share <= top + 1e-9)


def _apart(wanted: Sequence[float], base: float) -> list[float]:
    """Places for labels, each at least ``LINE_HEIGHT`` from the next and none below the axis, in the order given."""
    order = sorted(range(len(wanted)), key=lambda place: wanted[place])
    found = list(wanted)
    for before, place in pairwise(order):
        found[place] = max(found[place], found[before] + LINE_HEIGHT)
    limit = base
    for place in reversed(order):
        found[place] = min(found[place], limit)
        limit = found[place] - LINE_HEIGHT
    return [round(one + 4.5, 1) for one in found]
