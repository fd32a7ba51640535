"""Interactions on a picture: areas and points (hotspot), and words or pictures to be put onto places (drag_words)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from quiz.errors import Said
from quiz.files.images import read_image
from quiz.files.xml import Element
from quiz.formats._places import numbered
from quiz.formats.qti.choices import key_of, subsets
from quiz.formats.qti.entries import html_inside_text
from quiz.formats.qti.item import Item, fitting_ids, html_of_text, told
from quiz.formats.qti.markup import html_inside, one_line
from quiz.formats.qti.scoring import (
    Foreign,
    Tried,
    demand_own,
    points_of,
    ruled,
    scores_of,
    tried_sets,
    with_rules,
)
from quiz.formats.qti.values import Declaration, Shape, Wrong, area_of, count_of, cut, number, shape_of
from quiz.formats.qti.words import words_in_gaps
from quiz.questions.fields import letters
from quiz.questions.parts import MOST_PARTS
from quiz.questions.rules.regions import Point, markers

#: A point that lies in no area.
_FAR: Final[Point] = (Fraction(-(10**9)), Fraction(-(10**9)))
#: What holds the picture of an interaction.
_PICTURES: Final = frozenset({"object", "img", "picture"})


def hotspot(item: Item, interaction: Element) -> dict[str, Any]:
    """``hotspotInteraction``: areas are chosen."""
    declaration = item.declaration(interaction)
    spots = [one for one in interaction.iter("hotspotChoice") if one.get("shape") != "default"]
    names = [one.get("identifier", "") for one in spots]
    demand_own(names)
    key = key_of(declaration, names)
    places = _asked(item, interaction, len(names), len(key))
    ids = fitting_ids(names) or [f"i{place}" for place, _ in enumerate(names, 1)]
    ours = dict(zip(names, ids, strict=True))
    sets = [*subsets(names, key, 1 if declaration.cardinality == "single" else places)]
    tried, lists = tried_sets(declaration, sets, ours)
    best, credits, probes = scores_of(item, declaration.name, tried)
    if not key:
        right = next(one for one, credit in zip(sets, credits, strict=True) if credit == 1)
        key = [*right]
    said = told(item, probes)
    image = _background(item, interaction)
    regions = [
        {
            "id": ours[name],
            "label": _label(item, spot, place),
            **_region(item, shape_of(spot), image),
            **({"correct": True} if name in key else {}),
            **said.of(ours[name]),
        }
        for place, (spot, name) in enumerate(zip(spots, names, strict=True), 1)
    ]
    content: dict[str, Any] = {"image": image, "regions": regions, "outside": "ignored"}
    if places != len(key):
        content["choose"] = places
    chosen = ruled(item, "hotspot", with_rules("hotspot", content), lists, credits)
    return {"type": "hotspot", **chosen, **said.common, **points_of(best)}


def _asked(item: Item, interaction: Element, most: int, right: int) -> int:
    """How many places are to be marked, which is said here: as many as are right, where more may be.

    ``most``: how many may be where it says 0. What our writer has written is as it says.
    """
    said = int(number(interaction.get("maxChoices") or "1")) or most
    if said <= right or not right or "hotspot" in item.hints(item.body):
        return said
    item.lose("choose", "that more places may be marked than are right")
    return right


def select_point(item: Item, interaction: Element) -> dict[str, Any]:
    """``selectPointInteraction``: points, and areas that are worth something; one point inside of each is tried."""
    declaration = item.declaration(interaction)
    shapes = [*dict.fromkeys(_areas(item, declaration))]
    if not shapes:
        raise Foreign("selectPointInteraction without areas")
    if len(shapes) > MOST_PARTS:
        raise Wrong(Said("there are %(count)s parts – cut the item into several", count=len(shapes)))
    ids = letters(len(shapes))
    points = markers(tuple(map(area_of, shapes)))
    if len(points) < len(shapes):
        raise Wrong(Said("area %(n)s lies under others – move it, or take it out", n=len(points) + 1))
    point = dict(zip(ids, points, strict=True))
    key = [id for id in ids if item.score({declaration.name: declaration.value([point[id]])}) > 0]
    if not key and declaration.areas is not None:  # they count together, and only the mapping tells which
        mapped = {shape: worth for shape, worth, _ in declaration.areas.entries}
        key = [id for id, shape in zip(ids, shapes, strict=True) if mapped.get(shape, 0) > 0]
    places = _asked(item, interaction, len(key), len(key))
    sets = subsets(ids, key, 1 if declaration.cardinality == "single" else places)
    tried: list[Tried] = [(declaration.value(point[id] for id in one), one) for one in sets]
    best, credits, probes = scores_of(item, declaration.name, tried)
    image = _background(item, interaction)
    regions = [
        {
            "id": id,
            "label": f"{place}",
            **_region(item, shape, image),
            **({"correct": True} if id in key else {}),
        }
        for place, (id, shape) in enumerate(zip(ids, shapes, strict=True), 1)
    ]
    item.lose("regions", "areas have numbers, since they have no names")
    content = {
        "image": image,
        "regions": regions,
        **({} if places == len(key) else {"choose": places}),
        **({"outside": "ignored"} if _is_outside_free(item, declaration, [point[id] for id in key]) else {}),
    }
    chosen = ruled(item, "hotspot", with_rules("hotspot", content), tried, credits)
    return {"type": "hotspot", **chosen, **told(item, probes).common, **points_of(best)}


def _areas(item: Item, declaration: Declaration) -> Iterator[Shape]:
    """The areas to which something happens: those declared, and those that the rules ask for."""
    if declaration.areas is not None:
        yield from (shape for shape, _, _ in declaration.areas.entries)
    for test in item.tests_of(declaration):
        if test.tag == "inside" and test.get("shape") != "default":
            yield shape_of(test)


def _is_outside_free(item: Item, declaration: Declaration, right: Sequence[Point]) -> bool:
    """Whether a point outside of every area costs nothing."""
    if declaration.areas is not None:
        return declaration.areas.default >= 0
    if declaration.cardinality == "single":
        return True
    scores = [item.score({declaration.name: declaration.value([*right, *more])}) for more in ([], [_FAR])]
    return scores[0] <= scores[1]


def graphic_gap_match(item: Item, interaction: Element) -> dict[str, Any]:
    """``graphicGapMatchInteraction``: what is dragged goes onto areas of a picture, each after its label in a list."""
    spots = [*interaction.iter("associableHotspot")]
    names = [spot.get("identifier", "") for spot in spots]

    def rest(ids: Mapping[str, str]) -> dict[str, Any]:
        filled = {ids[name]: spot for name, spot in zip(names, spots, strict=True) if name in ids}
        labels = [html_inside_text(_said(spot)).replace("[[", "&#91;[") for spot in filled.values()]
        image = _background(item, interaction)
        places = {id: _place(item, spot, image) for id, spot in filled.items()}
        return {"text": numbered(labels, [*places], "html"), "picture": {**image, "places": places}}

    return words_in_gaps(item, interaction, names, rest)


def _place(item: Item, spot: Element, image: Mapping[str, Any]) -> dict[str, Any]:
    """The area; only the point in the middle of a circle that our writer has drawn around it."""
    shape = shape_of(spot)
    return {"coords": [*shape[1][:2]]} if "point" in item.hints(spot) else _region(item, shape, image)


def _background(item: Item, interaction: Element) -> dict[str, Any]:
    """The picture itself, which is not one of the prompt; its size is that of its file where nothing is said."""
    for element in _shown(interaction):
        address = element.get("data") or element.get("src") or ""
        name = item.file(address)
        if name is None:
            continue
        alt = html_of_text(element.get("alt", "").strip()) or one_line(html_inside(element))
        if not alt:
            item.lose("image", "it has no alternative text – say what it shows")
        image = read_image(item.files[name])
        sides = {
            side: getattr(image, side) if (said := count_of(element, side)) is None else said
            for side in ("width", "height")
        }
        return {"file": name, "alt": alt or html_of_text(item.title) or name.removeprefix("images/"), **sides}
    raise Wrong("there is no picture that can be shown – pack its file with the item")


def position_object(item: Item, interaction: Element) -> dict[str, Any]:
    """``positionObjectInteraction``: a picture is put onto places of another one, which are pointed at here."""
    item.lose("image", "places are pointed at, no picture is put onto them")
    return select_point(item, interaction)


def stage_of(interaction: Element) -> Element:
    """What holds the picture of an interaction: itself, or the stage on which it stands."""
    holder = interaction.getparent()
    return holder if holder.tag == "positionObjectStage" else interaction


def _shown(interaction: Element) -> Iterator[Element]:
    for child in stage_of(interaction):
        if child.tag in _PICTURES:
            yield from child.iter("object", "img")


def _region(item: Item, shape: Shape, image: Mapping[str, Any]) -> dict[str, Any]:
    """An area on a picture; what of it lies beyond the edge nobody can point at."""
    kind, coords = cut(shape, image["width"], image["height"])
    if (kind, coords) != shape:
        item.lose("regions", "an area ends at the edge of the picture")
    return {"shape": kind, "coords": [*coords]}


def _label(item: Item, spot: Element, place: int) -> str:
    label = _said(spot)
    if label:
        return html_inside_text(label)
    item.lose("regions", "areas have numbers, since they have no names")
    return str(place)


def _said(spot: Element) -> str:
    """The label of an area; "" where it has none."""
    return (spot.get("hotspotLabel") or spot.get("ariaLabel") or spot.get("aria-label") or "").strip()
