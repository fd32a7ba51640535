"""Interactions on a picture: areas and points (hotspot), and words or pictures to be put onto places (drag_words)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, Final

from quiz.files.images import read_image
from quiz.files.xml import Element
from quiz.formats._places import numbered
from quiz.formats.qti.gaps import words_in_gaps
from quiz.formats.qti.interactions import (
    Foreign,
    Tried,
    _key,
    _points,
    _ruled,
    _scores,
    _subsets,
    _with_rules,
    html_inside_text,
)
from quiz.formats.qti.item import Item, fitting_ids, snapped, told
from quiz.formats.qti.markup import html_inside, one_line
from quiz.formats.qti.values import Wrong, number, shape_of

#: What holds the picture of an interaction.
_PICTURES: Final = frozenset({"object", "img", "picture"})


def hotspot(item: Item, interaction: Element) -> dict[str, Any]:
    """``hotspotInteraction``: areas are chosen."""
    declaration = item.declaration(interaction)
    spots = [one for one in interaction.iter("hotspotChoice") if one.get("shape") != "default"]
    names = [one.get("identifier", "") for one in spots]
    key = _key(declaration, names)
    most = int(number(interaction.get("maxChoices") or "1")) or len(names)
    ids = fitting_ids(names) or [f"i{place}" for place, _ in enumerate(names, 1)]
    ours = dict(zip(names, ids, strict=True))
    sets = [*_subsets(names, key, 1 if declaration.cardinality == "single" else most)]
    tried: list[Tried] = [
        (declaration.value(one), ours[one[0]] if len(one) == 1 else [ours[name] for name in one])
        for one in sets
    ]
    best, credits, probes = _scores(item, declaration.name, tried)
    if not key:
        right = next(one for one, credit in zip(sets, credits, strict=True) if credit == 1)
        key = [*right]
    said = told(item, probes)
    regions = [
        {
            "id": ours[name],
            "label": _label(item, spot, place),
            **_region(spot),
            **({"correct": True} if name in key else {}),
            **said.of(ours[name]),
        }
        for place, (spot, name) in enumerate(zip(spots, names, strict=True), 1)
    ]
    content: dict[str, Any] = {
        "image": _background(item, interaction),
        "regions": regions,
        "outside": "ignored",
    }
    if most != len(key):
        content["choose"] = most
    lists: list[Tried] = [(value, [one] if isinstance(one, str) else one) for value, one in tried]
    chosen = _ruled(item, "hotspot", _with_rules("hotspot", content), lists, credits)
    return {"type": "hotspot", **chosen, **said.common, **_points(best)}


def select_point(item: Item, interaction: Element) -> dict[str, Any]:
    """``selectPointInteraction``: points, and areas that are worth something."""
    declaration = item.declaration(interaction)
    if declaration.areas is None or not declaration.areas.entries:
        raise Foreign("selectPointInteraction without areas")
    entries = declaration.areas.entries
    best = sum((worth for _, worth, _ in entries if worth > 0), Fraction(0))
    if best <= 0:
        raise Wrong("no area scores anything – give one a mappedValue above 0")
    right = [worth for _, worth, _ in entries if worth > 0]
    wrong = [-worth for _, worth, _ in entries if worth <= 0]
    if (
        len(set(right)) > 1
        or any(one not in (0, right[0]) for one in wrong)
        or declaration.areas.upper not in (None, best)
    ):
        item.lose("scoring", "areas are worth the same each")
    regions = [
        {
            "label": f"{place}",
            "shape": shape[0],
            "coords": [*shape[1]],
            **({"correct": True} if worth > 0 else {}),
        }
        for place, (shape, worth, _) in enumerate(entries, 1)
    ]
    item.lose("regions", "areas have numbers, since they have no names")
    most = int(number(interaction.get("maxChoices") or "1")) or len(right)
    more = {} if most == len(right) else {"choose": most}
    outside = {"outside": "ignored"} if declaration.areas.default >= 0 else {}
    image = _background(item, interaction)
    return {
        "type": "hotspot",
        "image": image,
        "regions": regions,
        **more,
        **outside,
        **_points(snapped(best)),
    }


def graphic_gap_match(item: Item, interaction: Element) -> dict[str, Any]:
    """``graphicGapMatchInteraction``: what is dragged goes onto areas of a picture, each after its label in a list."""
    spots = [*interaction.iter("associableHotspot")]
    names = [spot.get("identifier", "") for spot in spots]

    def rest(ids: Mapping[str, str]) -> dict[str, Any]:
        labels = [html_inside_text(_said(spot)).replace("[[", "&#91;[") for spot in spots]
        places = {ids[name]: _place(item, spot) for name, spot in zip(names, spots, strict=True)}
        image = _background(item, interaction)
        return {"text": numbered(labels, [*places], "html"), "picture": {**image, "places": places}}

    return words_in_gaps(item, interaction, names, rest)


def _place(item: Item, spot: Element) -> dict[str, Any]:
    """The area; only the point in the middle of a circle that our writer has drawn around it."""
    area = _region(spot)
    return {"coords": area["coords"][:2]} if "point" in item.hints(spot) else area


def _background(item: Item, interaction: Element) -> dict[str, Any]:
    """The picture itself, which is not one of the prompt; its size is that of its file where nothing is said."""
    for element in _shown(interaction):
        address = element.get("data") or element.get("src") or ""
        name = item.file(address)
        if name is None:
            continue
        alt = element.get("alt") or one_line(html_inside(element))
        if not alt:
            item.lose("image", "it has no alternative text – say what it shows")
        image = read_image(item.files[name])
        sides = {
            side: int(said) if (said := element.get(side, "")).isdecimal() else getattr(image, side)
            for side in ("width", "height")
        }
        return {"file": name, "alt": alt or item.title or name.removeprefix("images/"), **sides}
    raise Wrong("there is no picture that can be shown – pack its file with the item")


def _shown(interaction: Element) -> Iterator[Element]:
    for child in interaction:
        if child.tag in _PICTURES:
            yield from child.iter("object", "img")


def _region(spot: Element) -> dict[str, Any]:
    kind, coords = shape_of(spot)
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
