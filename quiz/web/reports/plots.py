"""Drawings with axes of numbers: curves with their bands, points, intervals. Where all stands; classes are the style's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from quiz.web.html import figure, percent
from quiz.web.reports.charts import Line, shortened

#: A figure as the axis writes it.
Write = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Label:
    """A mark on an axis, and its words."""

    at: float
    words: str


@dataclass(frozen=True, slots=True)
class Whisker:
    """An estimate with its interval in a row of its own: the row's words, the ends (None: none), the estimate."""

    y: float
    words: str
    low: float | None
    at: float
    high: float | None


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing; areas are the points of polygons, dots are (x, y)."""

    left: float
    right: float
    top: float
    base: float
    width: float
    height: float
    rows: tuple[Label, ...]
    columns: tuple[Label, ...]
    areas: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    dots: tuple[tuple[float, float], ...] = ()
    whiskers: tuple[Whisker, ...] = ()
    #: Where a line crosses all rows, None for none.
    mark: float | None = None


@dataclass(frozen=True, slots=True)
class Axis:
    """From the values ``low`` to ``high`` to the places ``start`` to ``end`` of a drawing."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """The place of a value; one beyond the ends stands at the end."""
        share = (value - self.low) / ((self.high - self.low) or 1)
        return round(self.start + (self.end - self.start) * min(1.0, max(0.0, share)), 1)

    def labels(self, values: Sequence[float], write: Write) -> tuple[Label, ...]:
        """These values with their words."""
        return tuple(Label(self.at(value), write(value)) for value in values)


_LEFT, _RIGHT, _TOP, _BASE = 52.0, 560.0, 30.0, 270.0


def curve_plot(
    x: Sequence[float],
    y: Sequence[float],
    band: tuple[Sequence[float], Sequence[float]] | None,
    dots: Sequence[tuple[float, float]],
    highest: float | None = None,
) -> Plot:
    """A curve of shares of 1 (or, with ``highest``, of values from 0 to that), its band, and what was observed."""
    across = Axis(x[0], x[-1], _LEFT, _RIGHT)
    up = Axis(0, highest or 1, _BASE, _TOP)
    whole = range(int(x[0]), int(x[-1]) + 1)
    rows = [part * up.high / 4 for part in range(5)]
    line = Line("", 1, tuple((across.at(a), up.at(b)) for a, b in zip(x, y, strict=True)), 0)
    return Plot(
        left=_LEFT,
        right=_RIGHT,
        top=_TOP,
        base=_BASE,
        width=600,
        height=326,
        rows=up.labels(rows, percent if highest is None else figure),
        columns=across.labels(whole, lambda value: figure(value, 0)),
        areas=() if band is None else (_between(across, up, x, *band),),
        lines=(line,),
        dots=tuple((across.at(a), up.at(b)) for a, b in dots),
    )


def _between(across: Axis, up: Axis, x: Sequence[float], low: Sequence[float], high: Sequence[float]) -> str:
    there = [(across.at(a), up.at(b)) for a, b in zip(x, high, strict=True)]
    back = [(across.at(a), up.at(b)) for a, b in zip(x, low, strict=True)]
    return " ".join(f"{a:g},{b:g}" for a, b in [*there, *reversed(back)])


def over_bars(
    x: Sequence[float], y: Sequence[float], highest: float, counts: Sequence[int], edges: Sequence[float]
) -> Plot:
    """A curve of values from 0 to ``highest``, before bars that say how many lie between two edges; these have no axis."""
    curve = curve_plot(x, y, None, (), highest)
    across = Axis(x[0], x[-1], _LEFT, _RIGHT)
    up = Axis(0, max([*counts, 1]), _BASE, _TOP)
    return replace(curve, areas=_bars(across, up, counts, edges))


def _bars(across: Axis, up: Axis, counts: Sequence[int], edges: Sequence[float]) -> tuple[str, ...]:
    """Bars that stand on the axis, each the points of a polygon; none where nothing is."""
    return tuple(
        f"{across.at(low)},{up.start} {across.at(low)},{up.at(count)} {across.at(high)},{up.at(count)} {across.at(high)},{up.start}"
        for (low, high), count in zip(pairwise(edges), counts, strict=True)
        if count
    )


def scatter_plot(
    points: Sequence[tuple[float, float]],
    means: Sequence[tuple[float, float]],
    across: Sequence[float],
    up: Sequence[float],
) -> Plot:
    """Points, and the line of means through them; ``across`` and ``up`` are the values that the axes name."""
    x, y = Axis(across[0], across[-1], _LEFT, _RIGHT), Axis(up[0], up[-1], _BASE, _TOP)
    line = Line("", 2, tuple((x.at(a), y.at(b)) for a, b in means), 0)
    return Plot(
        left=_LEFT,
        right=_RIGHT,
        top=_TOP,
        base=_BASE,
        width=600,
        height=326,
        rows=y.labels(up, figure),
        columns=x.labels(across, figure),
        lines=(line,) if len(means) > 1 else (),
        dots=tuple((x.at(a), y.at(b)) for a, b in points),
    )


def map_plot(counts: Sequence[int], edges: Sequence[float], places: Sequence[float]) -> Plot:
    """A map of persons and items (Wright): above the axis how many persons are between two edges, below it the items, each a
    point; those between the same edges hang below each other. Who is beyond the edges stands at the end.
    """
    across = Axis(edges[0], edges[-1], _LEFT, _RIGHT)
    axis, ground = 160.0, 196.0
    up = Axis(0, max([*counts, 1]), axis, _TOP)
    hanging = [
        sorted(place for place in places if _between_edges(place, edges) == number)
        for number in range(len(counts))
    ]
    step = min(10.0, 96 / max([len(of_one) for of_one in hanging] or [1]))
    return Plot(
        left=_LEFT,
        right=_RIGHT,
        top=_TOP,
        base=axis,
        width=600,
        height=ground + step * max([len(of_one) for of_one in hanging] or [1]) + 30,
        rows=(),
        columns=across.labels(range(round(edges[0]), round(edges[-1]) + 1), lambda value: figure(value, 0)),
        areas=_bars(across, up, counts, edges),
        dots=tuple(
            (across.at(place), round(ground + step * row, 1))
            for of_one in hanging
            for row, place in enumerate(of_one)
        ),
    )


def _between_edges(value: float, edges: Sequence[float]) -> int:
    """Between which edges a value stands."""
    return min(len(edges) - 2, max(0, sum(value >= edge for edge in edges) - 1))


def counted(values: Sequence[float], edges: Sequence[float]) -> list[int]:
    """How many of the values stand between two edges; those beyond stand at the ends."""
    counts = Counter(_between_edges(value, edges) for value in values)
    return [counts[place] for place in range(len(edges) - 1)]


def interval_plot(
    rows: Sequence[tuple[str, float, float | None, float | None]],
    across: Sequence[float],
    mark: float | None,
) -> Plot:
    """Estimates with their intervals below each other: (words, value, low, high)."""
    left, step, top = 170.0, 40.0, 34.0
    x = Axis(across[0], across[-1], left, _RIGHT)
    base = top + step * len(rows)
    return Plot(
        left=left,
        right=_RIGHT,
        top=top,
        base=base,
        width=600,
        height=base + 56,
        rows=(),
        columns=x.labels(across, figure),
        whiskers=tuple(
            Whisker(
                y=top + step * (place + 0.5),
                words=shortened(words, 20),
                low=None if low is None else x.at(low),
                at=x.at(value),
                high=None if high is None else x.at(high),
            )
            for place, (words, value, low, high) in enumerate(rows)
        ),
        mark=None if mark is None else x.at(mark),
    )


def evenly(low: float, high: float, parts: int) -> list[float]:
    """The ends of so many equal parts."""
    return [low + (high - low) * part / parts for part in range(parts + 1)]
