"""Regions of a picture, in exact fractions: what lies in them, where a number can be put on them, how they are drawn.

Shapes and coordinates are those of HTML's areas: ``rect`` x1 y1 x2 y2, ``circle`` x y r, ``poly`` x1 y1 x2 y2 …; y grows
downwards. The border belongs to the region. A polygon that crosses itself holds what an odd number of its windings holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from math import hypot, lcm
from typing import Final, Literal, NamedTuple, TypeAlias

from quiz.errors import Said
from quiz.questions.rules.numbers import show_number

Exact: TypeAlias = int | Fraction
Point: TypeAlias = tuple[Fraction, Fraction]
Shape: TypeAlias = Literal["rect", "circle", "poly"]


class Area(NamedTuple):
    """A shape and its coordinates, which ``misshapen`` finds nothing wrong with."""

    shape: Shape
    coords: tuple[Exact, ...]

    @classmethod
    def of(cls, shape: Shape, coords: Sequence[Fraction]) -> Area:
        """The area, its whole numbers as such: with them computing is ten times as fast, and as exact."""
        return cls(shape, tuple(n.numerator if n.denominator == 1 else n for n in coords))


def misshapen(area: Area) -> str:
    """What is wrong with the coordinates of an area; "" where they are such a shape."""
    count = len(area.coords)
    wanted = {"rect": 4, "circle": 3}.get(area.shape)
    if wanted is not None and count != wanted:
        return Said(
            "a %(shape)s has %(wanted)s coordinates, here are %(count)s",
            shape=area.shape,
            wanted=wanted,
            count=count,
        )
    if area.shape == "poly" and (count < 6 or count % 2):
        return Said("a poly has an even number of coordinates, 6 or more, here are %(count)s", count=count)
    left, top, right, bottom = bounds(area)
    return "" if left < right and top < bottom else Said("the region has no size")


def bounds(area: Area) -> tuple[Exact, Exact, Exact, Exact]:
    """Left, top, right and bottom."""
    if area.shape == "rect":
        left, top, right, bottom = area.coords
        return left, top, right, bottom
    if area.shape == "circle":
        x, y, radius = area.coords
        return x - radius, y - radius, x + radius, y + radius
    across, down = area.coords[::2], area.coords[1::2]
    return min(across), min(down), max(across), max(down)


# What lies in it ----------------------------------------------------------------------------------------------------


def contains(area: Area, point: Point) -> bool:
    """Whether the point lies in the area or on its border."""
    times = lcm(point[0].denominator, point[1].denominator)
    x, y = (int(part * times) for part in point)
    return _INSIDE[area.shape]([part * times for part in area.coords], x, y)


def area_at(areas: Sequence[Area], point: Point) -> int | None:
    """The place of the first area that holds the point; None where none does."""
    return next((place for place, area in enumerate(areas) if contains(area, point)), None)


def _in_rect(coords: Sequence[Exact], x: int, y: int) -> bool:
    left, top, right, bottom = coords
    return left <= x <= right and top <= y <= bottom


def _in_circle(coords: Sequence[Exact], x: int, y: int) -> bool:
    middle, height, radius = coords
    return (x - middle) ** 2 + (y - height) ** 2 <= radius**2


def _in_poly(coords: Sequence[Exact], x: int, y: int) -> bool:
    """Counts the sides that a ray to the right crosses (even-odd rule)."""
    inside = False
    for (x1, y1), (x2, y2) in _sides(coords):
        if (y1 < y and y2 < y) or (y1 > y and y2 > y):
            continue  # most sides of a long outline
        turn = (x2 - x1) * (y - y1) - (x - x1) * (y2 - y1)
        if turn == 0 and min(x1, x2) <= x <= max(x1, x2) and min(y1, y2) <= y <= max(y1, y2):
            return True
        if (y1 > y) != (y2 > y) and (turn > 0) != (y2 > y1):
            inside = not inside
    return inside


_INSIDE: Final[dict[str, Callable[[Sequence[Exact], int, int], bool]]] = {
    "rect": _in_rect,
    "circle": _in_circle,
    "poly": _in_poly,
}


def _sides(coords: Sequence[Exact]) -> Iterator[tuple[tuple[Exact, Exact], tuple[Exact, Exact]]]:
    corners = [*zip(coords[::2], coords[1::2], strict=True)]
    return pairwise([*corners, corners[0]])


# Where its number stands --------------------------------------------------------------------------------------------

#: Points tried along each side of what surrounds a region: few at first, since most regions are plain.
_TRIED: Final = (9, 25)


@lru_cache(maxsize=256)
def markers(areas: tuple[Area, ...]) -> tuple[Point, ...]:
    """For each area a point, with at most one decimal where there is room, that is its own and of no area before it.

    It lies well inside. They end before the first area for which no point is found: the areas before cover it.
    """
    found: list[Point] = []
    for place in range(len(areas)):
        point = _marker(areas, place)
        if point is None:
            break
        found.append(point)
    return tuple(found)


def _marker(areas: Sequence[Area], place: int) -> Point | None:
    prefer = _preference(areas[place])
    for count in _TRIED:
        tried = sorted(_grid(areas[place], count), key=prefer)
        found = next((point for point in tried if area_at(areas, point) == place), None)
        if found is not None:
            return found
    return None


def _grid(area: Area, count: int) -> Iterator[Point]:
    left, top, right, bottom = map(Fraction, bounds(area))
    across, down = (right - left) / count, (bottom - top) / count
    digits = 1 if min(across, down) > 1 else 3
    for row in range(count):
        for column in range(count):
            x, y = left + across * column + across / 2, top + down * row + down / 2
            yield Fraction(round(x, digits)), Fraction(round(y, digits))


def _preference(area: Area) -> Callable[[Point], tuple[float, float]]:
    """Sorts points: far from the border first; of those that are as far, the one nearest to the middle.

    In floats, which are good enough to choose by: what is chosen is then asked exactly.
    """
    left, top, right, bottom = map(float, bounds(area))
    middle = (left + right) / 2, (top + bottom) / 2
    corners = _corners(area)
    sides = [*pairwise([*corners, corners[0]])]

    def key(point: Point) -> tuple[float, float]:
        x, y = map(float, point)
        far = min(_distance(x, y, *side) for side in sides)
        off = hypot(x - middle[0], y - middle[1])
        return (-round(far, 3), round(off, 3)) if contains(area, point) else (far, off)

    return key


def _corners(area: Area) -> list[tuple[float, float]]:
    """Of a rectangle or polygon; a circle is taken for the square around it, which has the same middle."""
    if area.shape == "poly":
        numbers = [*map(float, area.coords)]
        return [*zip(numbers[::2], numbers[1::2], strict=True)]
    left, top, right, bottom = map(float, bounds(area))
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def _distance(x: float, y: float, start: tuple[float, float], end: tuple[float, float]) -> float:
    """From a point to a stretch of a line."""
    x, y = x - start[0], y - start[1]
    across, down = end[0] - start[0], end[1] - start[1]
    length = across * across + down * down
    along = max(0.0, min(1.0, (x * across + y * down) / length)) if length else 0.0
    return hypot(x - along * across, y - along * down)


# How it is drawn ----------------------------------------------------------------------------------------------------


def outline(area: Area) -> str:
    """The area as the data of an SVG path."""
    if area.shape == "circle":
        x, y, radius = map(_number, area.coords)
        wide = _number(area.coords[2] * 2)
        return f"M{x} {y}m-{radius} 0a{radius} {radius} 0 1 0 {wide} 0a{radius} {radius} 0 1 0 -{wide} 0Z"
    corners = [*map(_number, area.coords)]
    if area.shape == "rect":
        left, top, right, bottom = corners
        return f"M{left} {top}H{right}V{bottom}H{left}Z"
    return "M" + "L".join(f"{x} {y}" for x, y in zip(corners[::2], corners[1::2], strict=True)) + "Z"


def _number(value: Exact) -> str:
    return show_number(Fraction(value))
