"""Questions on a picture, written: areas and points (hotspot), and places onto which words are put (drag_words)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Final

from quiz.errors import Said
from quiz.files.images import read_image
from quiz.formats._places import labels_of, pictured
from quiz.formats.base import Unwritable
from quiz.formats.qti.dialect import quoted
from quiz.formats.qti.sheet import Sheet, block, decimal, identifier, match_correct
from quiz.questions.places import Place

#: How far around a point its place reaches, as a share of the picture's shorter side.
_AROUND: Final = Fraction(1, 12)
_SIZE: Final = re.compile(r'<img\b[^<>]*\bwidth="([0-9]{1,5})"[^<>]*\bheight="([0-9]{1,5})"')


def hotspot(sheet: Sheet, content: Any) -> None:
    """Areas to be chosen; where only right ones are drawn they would be the key, so places are asked for."""
    picture = _background(sheet, content.image)
    if all(region.correct for region in content.regions):
        _points(sheet, content, picture)
        return
    names = [identifier(region.id) for region in content.regions]
    right = [name for name, region in zip(names, content.regions, strict=True) if region.correct]
    single = content.places == 1
    share = sheet.points / len(right)
    if content.outside == "wrong":
        sheet.lose("outside", "a place outside of every area cannot be chosen")
    sheet.tell_chosen(((one.id, one.feedback) for one in content.regions), "single" if single else "multiple")
    mapping: list[tuple[str, Fraction]] = []
    if sheet.question.scoring == "all_or_nothing":
        match_correct(sheet)
    else:
        mapping = [
            (name, share if region.correct else -share)
            for name, region in zip(names, content.regions, strict=True)
        ]
        sheet.template = "map_response"
    bounds = {"lowerBound": "0", "upperBound": decimal(sheet.points)}
    sheet.declare("RESPONSE", "single" if single else "multiple", "identifier", right, mapping, bounds)
    spots = [
        sheet.el(
            "hotspotChoice",
            {"identifier": name, **_area(sheet, region), "hotspotLabel": sheet.texts.label(region.label)},
        )
        for name, region in zip(names, content.regions, strict=True)
    ]
    block(sheet, "hotspotInteraction", {"maxChoices": content.places}, [picture, *spots])


def _points(sheet: Sheet, content: Any, picture: str) -> None:
    share = sheet.points / len(content.regions)
    worth = Fraction(0) if content.outside == "ignored" else -share
    areas = [
        sheet.el("areaMapEntry", {**_area(sheet, region), "mappedValue": decimal(share)})
        for region in content.regions
    ]
    bounds = {"lowerBound": "0", "upperBound": decimal(sheet.points), "defaultValue": decimal(worth)}
    single = content.places == 1
    about = {"identifier": "RESPONSE", "cardinality": "single" if single else "multiple", "baseType": "point"}
    sheet.declarations.append(sheet.el("responseDeclaration", about, sheet.el("areaMapping", bounds, *areas)))
    sheet.lose("regions", "areas of places to be pointed at have no names and no feedback")
    if sheet.question.scoring == "all_or_nothing" and len(content.regions) > 1:
        sheet.when_whole(sheet.variable("RESPONSE", "mapResponsePoint"))
    else:
        sheet.template = "map_response_point"
    block(sheet, "selectPointInteraction", {"maxChoices": content.places}, [picture])


def _area(sheet: Sheet, region: Any, field: str = "regions") -> dict[str, object]:
    if any(value.denominator != 1 for value in region.coords):
        sheet.lose(field, "places are in whole units")
    return {"shape": region.shape, "coords": ",".join(str(round(value)) for value in region.coords)}


def words_of(sheet: Sheet, content: Any) -> list[str]:
    """What is dragged, as far as it fits into some gap: words, and pictures with their alternative text."""
    groups = {
        word.group: " ".join(identifier(gap) for gap in content.gaps if word.id in content.fitting(gap))
        for word in content.choices
    }
    several = sum(bool(one) for one in groups.values()) > 1
    made = []
    for word in content.choices:
        if not groups[word.group]:
            continue
        about = {
            "identifier": f"w_{word.id}",
            "matchMax": 0 if content.reuse else 1,
            **({"matchGroup": groups[word.group]} if several else {}),
        }
        name = _picture_of(sheet, word)
        if name:
            shown = _shown(sheet, name, sheet.texts.label(word.text), _size(word.text))
            made.append(sheet.el("gapImg", about, shown))
        else:
            made.append(sheet.el("gapText", about, sheet.line(word.text, "choices")))
    return made


def _picture_of(sheet: Sheet, word: Any) -> str | None:
    """The picture that a word is, if it has come with the question."""
    name = pictured(sheet.question, word.text)
    return name if name in sheet.files else None


def _size(text: str) -> tuple[int, int] | None:
    """The size at which a text shows its picture; None: the picture's own."""
    found = _SIZE.search(text)
    return (int(found[1]), int(found[2])) if found else None


def on_picture(sheet: Sheet, content: Any, words: Sequence[str]) -> None:
    """Words and pictures that are put onto places; 2.1 has pictures alone. A point becomes a circle around it."""
    if sheet.dialect.bare and not all(_picture_of(sheet, word) for word in content.choices):
        raise Unwritable("drag_words on a picture with words")
    labels = labels_of(sheet.question)
    if labels is None:
        sheet.lose("text", "the places have labels in place of a text around the gaps")
    if not sheet.question.shuffle:
        sheet.lose("shuffle", "what is put onto a picture has no order")
    picture = _background(sheet, content.picture)
    spots = [
        _spot(sheet, gap, content.picture, label)
        for gap, label in zip(content.shown, labels or [""] * len(content.shown), strict=True)
    ]
    block(sheet, "graphicGapMatchInteraction", all_gaps(sheet, content), [picture, *words, *spots])


def all_gaps(sheet: Sheet, content: Any) -> dict[str, object]:
    """As many words as there are gaps can be put into them: versions that count them take one alone by default."""
    return {} if sheet.dialect.bare else {"maxAssociations": len(content.gaps)}


def _spot(sheet: Sheet, gap: str, picture: Any, label: str) -> str:
    place = picture.places[gap]
    if place.area is None:
        circle = Place(shape="circle", coords=(*place.coords, max(1, round(min(picture.size) * _AROUND))))
        drawn = {**_area(sheet, circle, "picture"), "class": "quiz-point"}
    else:
        drawn = _area(sheet, place, "picture")
    said = {"hotspotLabel": sheet.texts.label(label)} if label else {}
    return sheet.el("associableHotspot", {"identifier": identifier(gap), **drawn, "matchMax": 1, **said})


def _background(sheet: Sheet, image: Any) -> str:
    name = re.sub(r"^media:[^/]*/[^/]*/", "", image.file)
    if name not in sheet.files:
        raise Unwritable(Said("%(type)s without its picture", type=sheet.question.type))
    return _shown(sheet, name, sheet.texts.label(image.alt), image.size)


def _shown(sheet: Sheet, name: str, alt: str, size: tuple[int, int] | None = None) -> str:
    """A picture inside of an interaction; of its own size unless another is said."""
    content = sheet.files[name]
    image = read_image(content)
    width, height = size or (image.width, image.height)
    source = sheet.texts.source(name)
    if sheet.dialect.hyphens:
        return f'<img src="{quoted(source)}" alt="{quoted(alt)}" width="{width}" height="{height}"/>'
    return sheet.texts.object(source, alt, width, height, content)
