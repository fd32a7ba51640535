"""Hotspot: places are marked on a picture, and count by the region in which they lie.

A response is always places in the picture's units, whether they were clicked, moved there by keyboard, typed, or ticked
in the list of areas: ticking an area posts the place at which its number stands. The list stands beside the picture for
those who cannot see it or cannot point. It names areas by number, in the order in which their numbers lie on the picture,
so it does not depend on the key or on the order of the file; with ``list: labels`` it says their labels too, for
questions in which knowing where a thing lies is not what is asked. Where all regions together are no more than are to be
marked the list would be the key, so there is none, and places are typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from math import comb, isfinite
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field

from quiz.errors import Invalid, Problem, Said
from quiz.files.richtext import to_html, to_text
from quiz.questions.base import (
    Choice,
    Content,
    Example,
    Order,
    Parsed,
    QuestionType,
    Raw,
    Response,
    Score,
    Twins,
)
from quiz.questions.fields import Count, Id, Text, Truth, Words, with_ids
from quiz.questions.images import ImageRef
from quiz.questions.parts import twice
from quiz.questions.places import Coords, off_picture
from quiz.questions.rules.numbers import show_number
from quiz.questions.rules.regions import Area, Point, area_at, markers, outline

MOST_REGIONS: Final = 100
#: Areas are numbered in so many rows of the picture.
ROWS: Final = 8
#: Places that a question may ask for: each has a field on the page.
MOST_PLACES: Final = 20
#: A random guess is worked out over all choices out of the list, so for no more of them than this.
MOST_GUESSED: Final = 2000
#: The choice, for statistics, of a place that lies in no region. No region has this id.
OUTSIDE: Final = "-"

_NUMBER: Final = r"(\d{1,6}(?:\.\d{1,3})?)"
_PLACE: Final = re.compile(rf"\s*{_NUMBER}\s*(?:[,;]\s*|\s){_NUMBER}\s*", re.ASCII)


class Region(Content):
    """A part of the picture. ``coords`` in the picture's units, as ``quiz.questions.rules.regions`` says."""

    id: Id
    label: Words
    shape: Literal["rect", "circle", "poly"]
    coords: Coords
    correct: Truth = False
    feedback: Text | None = None

    @cached_property
    def area(self) -> Area:
        """Where it lies."""
        return Area.of(self.shape, self.coords)

    @property
    def name(self) -> str:
        """Its label without markup."""
        return to_text(self.label)


class Hotspot(Content):
    """A picture and its regions. ``choose``: how many places are to be marked; None: as many as regions are right."""

    image: ImageRef
    regions: Annotated[
        tuple[Region, ...], Field(min_length=1, max_length=MOST_REGIONS), BeforeValidator(with_ids)
    ]
    choose: Count | None = None
    outside: Literal["wrong", "ignored"] = "wrong"
    list: Literal["numbers", "labels"] = "numbers"

    @cached_property
    def key(self) -> frozenset[str]:
        """The ids of the right regions."""
        return frozenset(region.id for region in self.regions if region.correct)

    @property
    def places(self) -> int:
        """How many places are to be marked."""
        return self.choose or len(self.key)

    @property
    def is_listed(self) -> bool:
        """Whether the areas are listed: only where that does not tell which of them are to be marked."""
        return len(self.regions) > self.places

    @cached_property
    def areas(self) -> tuple[Area, ...]:
        """Where the regions lie; of two that overlap the first has what they share."""
        return tuple(region.area for region in self.regions)

    def region_at(self, point: Point) -> Region | None:
        """The region that holds the point; None outside of all."""
        place = area_at(self.areas, point)
        return None if place is None else self.regions[place]

    def numbered(self) -> Sequence[tuple[Region, Point]]:
        """The regions with the places of their numbers, as one reads: in rows from the top, each from the left."""
        row = Fraction(self.image.size[1], ROWS)
        placed = zip(self.regions, markers(self.areas), strict=True)
        return sorted(placed, key=lambda one: (one[1][1] // row, one[1]))

    def faults(self) -> Iterator[Problem]:
        """Regions that are no shapes, lie off the picture or under others; no right region; too few places."""
        ids, labels = zip(*((region.id, region.label.strip()) for region in self.regions), strict=True)
        yield from twice(ids, "regions", "id")
        yield from twice(labels, "regions", "label")
        misplaced = [*self._misplaced()]
        yield from misplaced or self._covered()
        yield from self._key_faults()

    def _misplaced(self) -> Iterator[Problem]:
        width, height = self.image.size
        if not width or not height:
            yield Problem("image", "its size is not known", "write width and height, the units of positions")
            return
        for place, area in enumerate(self.areas):
            if wrong := off_picture(area, (width, height)):
                mend = "write rect: x1, y1, x2, y2 · circle: x, y, radius · poly: x1, y1, x2, y2, x3, y3 …"
                yield Problem(f"regions[{place}].coords", wrong, mend)

    def _covered(self) -> Iterator[Problem]:
        covered = len(markers(self.areas))
        if covered < len(self.areas):
            yield Problem(
                f"regions[{covered}].coords",
                "the regions before it cover it, so that it cannot be marked",
                "an overlap belongs to the first: put the smaller region before the larger",
            )

    def _key_faults(self) -> Iterator[Problem]:
        right = len(self.key)
        if not right:
            yield Problem("regions", "no region is marked as right", "add correct: true to each right one")
        elif self.places < right:
            what = Said(
                "asks for %(places)s, but %(right)s regions are right", places=self.places, right=right
            )
            yield Problem("choose", what, "write at least the number of right regions, or leave it out")
        elif self.places > MOST_PLACES:
            what = Said(
                "asks for %(places)s places, %(most)s is the most", places=self.places, most=MOST_PLACES
            )
            yield Problem("choose" if self.choose else "regions", what, "ask for fewer")


class _Type(QuestionType[Hotspot]):
    name = "hotspot"
    content = Hotspot
    rules = ("per_region", "all_or_nothing")

    def shape(self, content: Hotspot) -> Any:
        """The picture and the units of places on it: where the regions lie is the key."""
        return content.image.file, content.image.size

    def present(self, content: Hotspot, order: Order) -> Mapping[str, Any]:
        """``image``; ``choose``: how many places; ``areas`` (number, place, its x and y, label or ""), or none listed."""
        areas = [
            {"number": number, **_shown(point), "label": region.name if content.list == "labels" else ""}
            for number, (region, point) in enumerate(content.numbered(), 1)
            if content.is_listed
        ]
        return {"image": _picture(content), "choose": content.places, "areas": areas}

    def parse(self, content: Hotspot, raw: Raw, order: Order) -> Parsed:
        """Places such as ``120,80.5``. What is no place on the picture is left out; so is what is more than asked for."""
        values = [value for value in raw.get("answer", ()) if value.strip()]
        read = [_place(content, value) for value in values]
        points = [*dict.fromkeys(point for point in read if point)]
        response = [[_json(x), _json(y)] for x, y in points[: content.places]]
        return Parsed(response or None, tuple(_complaints(content, None in read, len(points))))

    def check(self, content: Hotspot, response: Response) -> None:
        if response is None:
            return
        if not isinstance(response, list | tuple):
            raise Invalid("the response is not a list of points [x, y] or region ids")
        if len(response) > content.places:
            raise Invalid(
                Said(
                    "the response has %(count)s places, the question asks for %(wanted)s",
                    count=len(response),
                    wanted=content.places,
                )
            )
        for one in response:
            _check_place(content, one)

    def score(self, content: Hotspot, response: Response, rule: str) -> Score:
        """``parts``: what each region that was hit is worth by itself under the default rule."""
        hit, outside = _hits(content, response)
        if not response:
            return Score(Fraction(0))
        share = Fraction(1, len(content.key))
        parts = {region.id: share if region.correct else -share for region in hit}
        wrong = sum(not region.correct for region in hit) + outside * (content.outside == "wrong")
        right = sum(region.correct for region in hit)
        fraction = max(Fraction(0), share * (right - wrong))
        if rule == "all_or_nothing":
            fraction = Fraction(fraction == 1)
        return Score(fraction, parts, tuple(region.feedback for region in hit if region.feedback))

    def review(
        self, content: Hotspot, response: Response, order: Order, allowed: frozenset[str]
    ) -> Mapping[str, Any]:
        """``image``; ``points`` (with *attempt*); ``regions``, the right ones (with *answer*).

        A point has its number, its place, and, with *right_wrong* or *answer*, the ``label`` of its region ("" outside of
        all); with *right_wrong* ``state`` right, wrong or (where it does not count) ignored; with *feedback* ``feedback``
        as HTML. A region has ``label``, its ``outline`` as the data of an SVG path, the place of its number, and with
        *attempt* ``missed``.
        """
        told: dict[str, Any] = {"image": _picture(content)}
        if "attempt" in allowed:
            told["points"] = [
                {"number": number, **_reviewed(content, point, allowed)}
                for number, point in enumerate(_points(content, response), 1)
            ]
        if "answer" in allowed:
            hit = {region.id for region in _hits(content, response)[0]}
            told["regions"] = [
                {
                    "label": region.name,
                    "outline": outline(region.area),
                    **_shown(at),
                    **({"missed": region.id not in hit} if "attempt" in allowed else {}),
                }
                for region, at in content.numbered()
                if region.correct
            ]
        return told

    def summarise(self, content: Hotspot, response: Response) -> str:
        return "; ".join(_in_words(content, point) for point in _points(content, response))

    def right_answer(self, content: Hotspot) -> str:
        return "; ".join(region.name for region in content.regions if region.correct)

    def taken_for(self, content: Hotspot, response: Response) -> str:
        """The regions that were hit, in the order of the file."""
        hit, outside = _hits(content, response)
        return "; ".join([*(region.name for region in hit), *["outside"] * bool(outside)])

    def choices(self, content: Hotspot) -> tuple[Choice, ...]:
        """The regions, and what lies outside of them where that counts."""
        regions = (Choice(region.id, region.name, region.correct) for region in content.regions)
        elsewhere = Choice(OUTSIDE, "outside of every region", right=False)
        return (*regions, *[elsewhere] * (content.outside == "wrong"))

    def chosen(self, content: Hotspot, response: Response) -> frozenset[str]:
        hit, outside = _hits(content, response)
        elsewhere = outside and content.outside == "wrong"
        return frozenset({*(region.id for region in hit), *[OUTSIDE] * bool(elsewhere)})

    def random_guess(self, content: Hotspot, rule: str) -> Fraction | None:
        """Over all choices of as many areas as are asked for; None where they are not listed, or are very many."""
        number = comb(len(content.regions), content.places)
        if not content.is_listed or number > MOST_GUESSED:
            return None
        ids = [region.id for region in content.regions]
        guesses = (self.score(content, [*guess], rule) for guess in combinations(ids, content.places))
        return sum((guess.fraction or Fraction(0) for guess in guesses), Fraction(0)) / number

    def examples(self) -> tuple[Example, ...]:
        image = {"file": "images/shapes.svg", "alt": "Four shapes", "width": 80, "height": 60}
        left = {
            "id": "left",
            "label": "left half",
            "shape": "rect",
            "coords": [0, 0, 40, 30],
            "correct": True,
        }
        disc = {"id": "disc", "label": "disc", "shape": "circle", "coords": [60, 15, 10], "correct": True}
        roof = {"id": "roof", "label": "roof", "shape": "poly", "coords": [0, 60, 20, 40, 40, 60]}
        two = {"image": image, "regions": [left, disc, roof]}
        one = {
            "image": image,
            "regions": [{**left, "coords": "0, 0, 40, 30"}],
            "outside": "ignored",
            "choose": 2,
        }
        return (
            Example("right", two, {"answer": ["20,15", "60,15"]}, [[20, 15], [60, 15]], Fraction(1)),
            Example("right", two, {"answer": ["40,30", "70 , 15"]}, [[40, 30], [70, 15]], Fraction(1)),
            Example("partly", two, {"answer": ["20,15"]}, [[20, 15]], Fraction(1, 2)),
            Example("partly", two, {"answer": ["20,15", "21,15"]}, [[20, 15], [21, 15]], Fraction(1, 2)),
            Example("wrong", two, {"answer": ["20,52"]}, [[20, 52]], Fraction(0)),
            Example("wrong", two, {"answer": ["20,15", "70.001,15"]}, [[20, 15], [70.001, 15]], Fraction(0)),
            Example("empty", two, {"answered": ["1"]}, None, Fraction(0)),
            Example("malformed", two, {"answer": ["left", "80.5,1"]}, None, Fraction(0), complains=True),
            Example(
                "malformed",
                two,
                {"answer": ["20,15", "60,15", "20,52"]},
                [[20, 15], [60, 15]],
                Fraction(1),
                complains=True,
            ),
            Example("right", one, {"answer": ["20,15", "70,50"]}, [[20, 15], [70, 50]], Fraction(1)),
            Example(
                "right",
                two,
                {"answer": ["20,15", "60,15"]},
                [[20, 15], [60, 15]],
                Fraction(1),
                "all_or_nothing",
            ),
            Example("wrong", two, {"answer": ["20,15"]}, [[20, 15]], Fraction(0), "all_or_nothing"),
        )

    def twins(self) -> tuple[Twins, ...]:
        image = {"file": "images/shapes.svg", "alt": "Four squares", "width": 40, "height": 40}
        corners = {"a": "0,0,20,20", "b": "20,0,40,20", "c": "0,20,20,40", "d": "20,20,40,40"}

        def content(ids: str, right: str, **more: Any) -> Mapping[str, Any]:
            regions = [
                {
                    "id": name,
                    "label": f"L{corners[place]}",
                    "shape": "rect",
                    "coords": corners[place],
                    "correct": place in right,
                    **({"feedback": f"MARK {name}"} if place in right else {}),
                }
                for name, place in zip(ids, more.pop("order"), strict=True)
            ]
            return {"image": image, "regions": regions, **more}

        return (
            Twins((content("abcd", "a", order="abcd"), content("wxyz", "d", order="abcd"))),
            Twins(
                (content("abcd", "ab", order="abcd"), content("abcd", "cd", order="abcd", outside="ignored"))
            ),
            Twins(
                (
                    content("abcd", "a", order="abcd", choose=2, list="labels"),
                    content("abcd", "bc", order="abcd", choose=2, list="labels"),
                )
            ),
        )


def _picture(content: Hotspot) -> Mapping[str, Any]:
    width, height = content.image.size
    return {
        "address": content.image.address,
        "alt": to_text(content.image.alt),
        "width": width,
        "height": height,
    }


def _shown(point: Point) -> dict[str, Any]:
    x, y = map(show_number, point)
    return {"place": f"{x},{y}", "x": x, "y": y}


def _place(content: Hotspot, typed: str) -> Point | None:
    found = _PLACE.fullmatch(typed)
    point = (Fraction(found[1]), Fraction(found[2])) if found else None
    return point if point and _lies_on(content, point) else None


def _lies_on(content: Hotspot, point: Point) -> bool:
    return all(0 <= part <= size for part, size in zip(point, content.image.size, strict=True))


def _complaints(content: Hotspot, unread: bool, count: int) -> Iterator[str]:
    if unread:
        yield "This is not a place on the picture."
    if count > content.places:
        yield "You have marked more places than the question asks for. Only the first ones count."


def _json(value: Fraction) -> int | float:
    return value.numerator if value.denominator == 1 else float(value)


def _check_place(content: Hotspot, one: Any) -> None:
    """Raises Invalid where this is neither the id of a region nor a point on the picture."""
    if isinstance(one, str):
        if all(region.id != one for region in content.regions):
            raise Invalid(Said("there is no region '%(name)s'", name=one[:60]))
        return
    if not isinstance(one, list | tuple) or len(one) != 2 or not all(map(_is_number, one)):
        raise Invalid("a place is neither a point [x, y] nor the id of a region")
    if not _lies_on(content, _point(one)):
        width, height = content.image.size
        raise Invalid(
            Said(
                "the point %(point)s does not lie on the picture, which is %(width)s × %(height)s",
                point=list(one),
                width=width,
                height=height,
            )
        )


def _is_number(value: Any) -> bool:
    """Whether this is a number; whole ones may be larger than any float."""
    if isinstance(value, float):
        return isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


def _point(one: Sequence[int | float]) -> Point:
    """A point of a response: floats are the decimals that they are written as."""
    return Fraction(str(one[0])), Fraction(str(one[1]))


def _points(content: Hotspot, response: Response) -> list[Point]:
    """The places of a response; of a region that is named by its id, that of its number."""
    numbers = {region.id: point for region, point in content.numbered()}
    return [numbers[one] if isinstance(one, str) else _point(one) for one in response or ()]


def _hits(content: Hotspot, response: Response) -> tuple[list[Region], int]:
    """The regions that were hit, in the order of the file and once each, and how many places lie outside of all."""
    found = [content.region_at(point) for point in _points(content, response)]
    hit = {region.id for region in found if region}
    return [region for region in content.regions if region.id in hit], found.count(None)


def _in_words(content: Hotspot, point: Point) -> str:
    region = content.region_at(point)
    return region.name if region else "outside ({}, {})".format(*map(show_number, point))


def _reviewed(content: Hotspot, point: Point, allowed: frozenset[str]) -> dict[str, Any]:
    region = content.region_at(point)
    row = _shown(point)
    if allowed & {"right_wrong", "answer"}:
        row["label"] = region.name if region else ""
    if "right_wrong" in allowed:
        elsewhere = "wrong" if content.outside == "wrong" else "ignored"
        row["state"] = elsewhere if region is None else "right" if region.correct else "wrong"
    if "feedback" in allowed and region is not None and region.feedback:
        row["feedback"] = to_html(region.feedback)
    return row


TYPE = _Type()
