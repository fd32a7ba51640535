"""Places on a picture: areas as HTML has them, or points; and a picture with the places of a question's gaps."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from quiz.errors import Problem, Said
from quiz.files.richtext import to_text
from quiz.questions.base import Content
from quiz.questions.fields import Exact, Id, number_text
from quiz.questions.images import ImageRef
from quiz.questions.rules.numbers import show_number
from quiz.questions.rules.regions import Area, Point, bounds, markers, misshapen, outline

#: Numbers in the coordinates of one place.
MOST_COORDS: Final = 400


def _listed(given: Any) -> Any:
    """Coordinates may be written as HTML writes them, in one text."""
    return re.findall(r"[^\s,;]+", given) if isinstance(given, str) else given


def _in_one_text(coords: tuple[Fraction, ...]) -> str:
    return ", ".join(map(number_text, coords))


Coords: TypeAlias = Annotated[
    tuple[Exact, ...],
    Field(max_length=MOST_COORDS),
    BeforeValidator(_listed),
    PlainSerializer(_in_one_text, return_type=str),
    WithJsonSchema({"type": ["array", "string"], "items": {"type": ["number", "string"]}}),
]


def off_picture(area: Area, size: tuple[int, int]) -> str:
    """What is wrong with an area on a picture of this width and height; "" where nothing is."""
    wrong = misshapen(area)
    if wrong:
        return wrong
    left, top, right, bottom = bounds(area)
    is_off = left < 0 or top < 0 or right > size[0] or bottom > size[1]
    return (
        Said("reaches beyond the picture, which is %(width)s × %(height)s", width=size[0], height=size[1])
        if is_off
        else ""
    )


class Place(Content):
    """Where something lies on a picture, in the picture's units: a point x y, or an area."""

    shape: Literal["point", "rect", "circle", "poly"] = "point"
    coords: Coords

    @cached_property
    def area(self) -> Area | None:
        """The area; None for a point."""
        return None if self.shape == "point" else Area.of(self.shape, self.coords)

    @cached_property
    def at(self) -> Point:
        """Where its number stands: the point itself, or well inside of the area."""
        return (self.coords[0], self.coords[1]) if self.area is None else markers((self.area,))[0]

    def wrong_on(self, size: tuple[int, int]) -> str:
        """What is wrong with it on a picture of this size; "" where nothing is."""
        if self.area is not None:
            return off_picture(self.area, size)
        if len(self.coords) != 2:
            return Said("a point has 2 coordinates, here are %(count)s", count=len(self.coords))
        is_on = all(0 <= part <= side for part, side in zip(self.coords, size, strict=True))
        return (
            ""
            if is_on
            else Said(
                "lies beside the picture, which is %(width)s × %(height)s", width=size[0], height=size[1]
            )
        )


class PlacedPicture(ImageRef):
    """A picture, and the place on it of each gap of a text."""

    places: dict[Id, Place]

    def problems(self, gaps: Collection[str]) -> Iterator[Problem]:
        """Gaps without a place, places without a gap, places that do not lie on the picture."""
        for name in (name for name in gaps if name not in self.places):
            yield Problem(
                "picture.places",
                Said("the gap '%(name)s' has no place", name=name),
                Said('add "%(name)s": {coords: …}', name=name),
            )
        if not all(self.size):
            what = "its size is not known"
            yield Problem("picture", what, "write width and height, the units of positions")
            return
        mend = "write a point x, y, or a shape: rect x1, y1, x2, y2 · circle x, y, radius · poly x1, y1, …"
        for name, place in self.places.items():
            where = f"picture.places.{name}"
            if name not in gaps:
                yield Problem(where, "there is no gap of this name", "mark it in the text, or take it out")
            elif wrong := place.wrong_on(self.size):
                yield Problem(f"{where}.coords", wrong, mend)

    def shown(self, gaps: Collection[str]) -> Mapping[str, Any]:
        """``address``, ``alt``, ``width`` and ``height``; ``places``, in the order of ``gaps``: x and y of the number,
        and the ``outline`` of an area as the data of an SVG path, "" for a point.
        """
        width, height = self.size
        return {
            "address": self.address,
            "alt": to_text(self.alt),
            "width": width,
            "height": height,
            "places": [_shown(self.places[name]) for name in gaps],
        }


def _shown(place: Place) -> Mapping[str, str]:
    x, y = map(show_number, place.at)
    return {"x": x, "y": y, "outline": "" if place.area is None else outline(place.area)}
