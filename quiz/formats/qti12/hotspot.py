"""Places on a picture: ``response_xy`` with ``render_hotspot``.

Areas are as in QTI 1.2: ``Rectangle`` left, top, width, height · ``Ellipse`` centre, then both diameters (Canvas and
others write circles so) · ``Bounded`` corners. A place is in an area or not; which areas score is said by ``varinside``.
New Quizzes of Canvas have one area, which is right, as ``square`` (two corners) or ``polygon``, in shares of the picture.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import cycle
from typing import Any, Final, TypeAlias

from quiz.errors import Said
from quiz.files.images import read_image
from quiz.files.richtext import to_text
from quiz.formats._moodle import Styled
from quiz.formats.base import Unwritable, rounded
from quiz.formats.qti12.feedback import Feedback
from quiz.formats.qti12.item import ID, Foreign, Item, Response, Wrong
from quiz.formats.qti12.markup import joined
from quiz.formats.qti12.processing import number
from quiz.formats.qti12.sheet import Sheet, all_of, attribute, coded
from quiz.questions.fields import letters, number_text
from quiz.questions.rules.numbers import show_number

_SHAPES: Final = {"rectangle": "rect", "ellipse": "circle", "bounded": "poly"}
_IN_SHARES: Final = {"square": "rect", "polygon": "poly"}
_AREAS: Final = {"rect": "Rectangle", "circle": "Ellipse", "poly": "Bounded"}
_PICTURE: Final = re.compile(r'<img src="(images/[^"]+)" alt="([^"]*)">')

#: A shape and its numbers as we have them, in the units of the picture.
_Area: TypeAlias = tuple[str, tuple[Fraction, ...]]


def read_hotspot(item: Item, response: Response) -> dict[str, Any]:
    """Raises Wrong, and Foreign for areas that are no shapes of ours and for scores that differ."""
    image = _image(item)
    areas = _areas(response) or _in_shares(response, image)
    worth = _worth(item)
    scores = [worth.get(area, Fraction(not item.processing.conditions)) for area in areas]
    if not any(score > 0 for score in scores):
        raise Wrong("no area gives points – say in varinside which one is right")
    if len({score for score in scores if score > 0}) > 1:
        raise Foreign("hotspot with areas that are worth different scores")
    names = [one.ident for one in response.labels]
    fit = len({*names}) == len(names) and all(map(ID.fullmatch, names))
    regions = [
        {
            "id": id,
            "label": label.text or Styled(str(place), "plain"),
            "shape": area[0],
            "coords": ", ".join(map(number_text, area[1])),
            **({"correct": True} if score > 0 else {}),
        }
        for place, (id, label, area, score) in enumerate(
            zip(names if fit else letters(len(names)), response.labels, areas, scores, strict=True), 1
        )
    ]
    asked = [
        *item.texts(item.presentation),
        *(text for part in response.element for text in item.texts(part)),
    ]
    whole = [text for text in asked if not _PICTURE.fullmatch(text)]
    return {
        "type": "hotspot",
        "image": image,
        "regions": regions,
        **Feedback(item).fields(),
        "prompt": joined(whole),
    }


def _image(item: Item) -> dict[str, Any]:
    found = [] if item.presentation is None else [*item.presentation.iter("matimage")]
    if len(found) != 1:
        raise Foreign("hotspot without one picture")
    shown = _PICTURE.fullmatch("".join(item.texts(found[0])))
    if shown is None:
        raise Wrong("the picture of the areas is not in the package – export it again with its files")
    own = read_image(item.files[shown[1]])
    size = {"width": own.width, "height": own.height}
    for name in size:
        if (value := number(found[0].get(name))) and value >= 1:
            size[name] = int(value)
    alt = Styled(found[0].get("label", "").strip() or "Picture", "plain")
    return {"file": shown[1], "alt": alt, **size}


def _in_shares(response: Response, image: Mapping[str, Any]) -> list[_Area]:
    """The areas of New Quizzes in the units of the picture, rounded."""
    found = []
    for one in response.labels:
        values = [number(each) for each in (one.element.text or "").split(",")]
        shape = _IN_SHARES[one.element.get("rarea", "").lower()]
        fits = len(values) == 4 if shape == "rect" else len(values) >= 6 and not len(values) % 2
        sizes = cycle((image["width"], image["height"]))
        exact = [value for value in values if value is not None and 0 <= value <= 1]
        if not fits or len(exact) != len(values):
            raise Wrong("an area is no shape – write its corners as shares of the picture, from 0 to 1")
        found.append(
            (shape, tuple(Fraction(round(value * size)) for value, size in zip(exact, sizes, strict=False)))
        )
    return found


def _areas(response: Response) -> list[_Area]:
    """The areas as QTI has them; none where they are all in shares of the picture."""
    if response.labels and all(one.element.get("rarea", "").lower() in _IN_SHARES for one in response.labels):
        return []
    return [
        _area(one.element.get("rarea") or "Ellipse", one.element.text or one.element.get("coords", ""))
        for one in response.labels
    ]


def _area(name: str, text: str) -> _Area:
    shape = _SHAPES.get(name.strip().lower())
    read = [number(one) for one in re.findall(r"[^\s,;]+", text)]
    values = [one for one in read if one is not None]
    if shape is None or len(values) != len(read) or len(values) < (6 if shape == "poly" else 3):
        raise Wrong(
            Said(
                "the area %(name)s %(text)s is no shape – write its coordinates",
                name=name,
                text=text.strip()[:40],
            )
        )
    if shape == "rect" and len(values) == 4:
        left, top, width, height = values
        return "rect", (left, top, left + width, top + height)
    if shape == "circle":
        if len(values) == 4 and values[2] != values[3]:
            raise Foreign("hotspot with an ellipse")
        return "circle", (values[0], values[1], values[2] / 2)
    return shape, (*values,)


def _worth(item: Item) -> dict[_Area, Fraction]:
    """What a place in each area gives, by the first condition that names the area."""
    found: dict[_Area, Fraction] = {}
    for condition in item.processing.scoring:
        for test in condition.iter("varinside"):
            area = _area(test.get("areatype") or "Ellipse", test.text or "")
            found.setdefault(area, item.processing.alone(condition))
    return found


def write_hotspot(sheet: Sheet, content: Any, told: Sequence[str]) -> None:
    """One place for each right area; all have to be found. ``told``: the names of what is said to who finds all."""
    sheet.kind = "hot_spot_question"
    name = content.image.file
    found = sheet.files.get(name)
    if found is None:
        raise Unwritable("hotspot without its picture")
    sheet.used[name] = found
    width, height = content.image.size
    pixels = read_image(found)
    sheet.prompt(sheet.text(sheet.question.prompt))
    sheet.asked.append(
        f'      <response_xy ident="response1" rcardinality="{"Single" if content.places == 1 else "Multiple"}">\n'
        f'        <render_hotspot maxnumber="{content.places}">\n          <material><matimage uri="{sheet.base}{coded(name)}"'
        f' width="{width or pixels.width}" height="{height or pixels.height}" label="{attribute(to_text(content.image.alt))}"/></material>'
    )
    for region in content.regions:
        sheet.asked.append(
            f'          <response_label ident="{region.id}" rarea="{_AREAS[region.shape]}">{_coords(region)}'
            f"\n{sheet.material(sheet.text(region.label, inline=True), '            ')}\n          </response_label>"
        )
    sheet.asked.append("        </render_hotspot>\n      </response_xy>")
    right = [region for region in content.regions if region.correct]
    tests = [
        f'<varinside respident="response1" areatype="{_AREAS[region.shape]}">{_coords(region)}</varinside>'
        for region in right
    ]
    if told:
        sheet.rule(all_of(tests), shows=told)
    for test in tests:
        sheet.rule(test, Fraction(1, len(right)), adds=True)
    _lost(sheet, content, len(right))


def _lost(sheet: Sheet, content: Any, right: int) -> None:
    if any(region.feedback for region in content.regions):
        sheet.lose("regions", "what is said to areas")
    if any(rounded(region.coords) for region in content.regions):
        sheet.lose("regions", "a number is rounded to fifteen digits")
    if content.places != right:
        sheet.lose("choose", "as many places as areas are right")


def _coords(region: Any) -> str:
    values: Sequence[Fraction] = region.coords
    if region.shape == "rect":
        left, top, right, bottom = values
        values = (left, top, right - left, bottom - top)
    elif region.shape == "circle":
        x, y, radius = values
        values = (x, y, radius * 2, radius * 2)
    return ",".join(map(show_number, values))
