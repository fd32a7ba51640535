"""Moodle's questions on a picture, both ways.

``ddmarker`` with one marker is a hotspot. Several markers, and the words and pictures of ``ddimageortext``, are words to
drag into gaps that lie on the picture: the same content, and marked the same way, a share for each place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from html import escape
from operator import le
from typing import Any, Final

from quiz.banks.model import Question
from quiz.errors import Said
from quiz.files.images import Image, read_image
from quiz.files.richtext import to_text
from quiz.files.xml import Element
from quiz.formats._moodle import FILL_IN, Styled, kept, shown, without_marks
from quiz.formats._places import labels_of, numbered, pictured
from quiz.formats.base import Unwritable
from quiz.formats.moodle_xml.item import Item, Wrong, children, decimal, within, word_of
from quiz.formats.moodle_xml.sheet import Sheet, coded
from quiz.formats.moodle_xml.words import grouped
from quiz.questions.fields import letters
from quiz.questions.rules.regions import Area, bounds

#: Pixels of a picture in Moodle, across and down.
_MOST_PIXELS: Final = (600, 400)
_SHAPES: Final = {"circle": "circle", "rect": "rectangle", "poly": "polygon"}


# Read ----------------------------------------------------------------------------------------------------------------


def ddmarker(item: Item) -> dict[str, Any]:
    """A picture with one marker, to be put onto every place where it belongs; with several, each place gets its own.

    Moodle's mark is hits / max(places, markers on the picture): a marker elsewhere takes nothing off while there are no
    more of them than places.
    """
    drags = {within(drag, "no"): drag for drag in item.all("drag")}
    drops = item.all("drop")
    used = {*(within(drop, "choice") for drop in drops)}
    if not drops or not used <= {*drags}:
        raise Wrong("a place without its marker – say in each <drop> which <drag> belongs there")
    if len(used) > 1:
        item.lose("type", "the places are shown and get a name each; in Moodle they have to be found")
        endless = [_is_endless(drag) for drag in item.all("drag")]
        return _words_on_picture(item, [_shape(drop) for drop in drops], endless)
    drag, shapes = drags[used.pop()], [_shape(drop) for drop in drops]
    image = _background(item, "image", shapes)
    if len(drags) > 1:
        item.lose("regions", "markers that belong nowhere")
    if _is_endless(drag) or (within(drag, "noofdrags") or "1") != str(len(drops)):
        item.lose(
            "choose", "as many places are marked as are right; in Moodle there are more or fewer markers"
        )
    label = within(drag, "text")
    regions = [
        {
            "label": shown(label if len(drops) == 1 else f"{label} {place}"),
            "correct": True,
            **shape,
        }
        for place, shape in enumerate(shapes, 1)
    ]
    elsewhere = {"outside": "ignored"} if len(drops) > 1 else {}
    return {"type": "hotspot", "image": image, "regions": regions, **elsewhere}


def ddimageortext(item: Item) -> dict[str, Any]:
    """Words and pictures to be put onto their places."""
    endless = [_is_endless(drag) for drag in item.all("drag")]
    return _words_on_picture(item, [{"coords": _corner(drop)} for drop in item.all("drop")], endless)


def _is_endless(drag: Element) -> bool:
    """Whether there is no end of a word or marker; a marker says how many there are, 0 for no end."""
    parts = children(drag)
    return "infinite" in parts or word_of(parts, "noofdrags") == "0"


def _words_on_picture(item: Item, places: Sequence[Any], endless: Sequence[bool]) -> dict[str, Any]:
    """The fields of drag_words; ``labels`` in place of ``text``, which ``listed`` makes of them.

    Equal words of a group are one word, which belongs into several gaps.
    """
    drops = item.all("drop")
    words: dict[tuple[str, str], dict[str, Any]] = {}
    by_number = {}
    for drag, letter in zip(item.all("drag"), letters(len(item.all("drag"))), strict=True):
        word = {"id": letter, "text": _word(item, drag), "group": within(drag, "draggroup") or "1"}
        by_number[within(drag, "no")] = words.setdefault((word["text"], word["group"]), word)["id"]
    numbers = [within(drop, "choice") for drop in drops]
    if not numbers or not {*numbers} <= {*by_number}:
        raise Wrong("a place without what belongs there – say in each <drop> which <drag> it is")
    chosen = [by_number[number] for number in numbers]
    gaps = {str(number): word for number, word in enumerate(chosen, 1)}
    if any(endless) and not all(endless):
        item.lose("reuse", "all words can be used again, or none")
    again = any(endless) or len({*chosen}) < len(chosen)
    return {
        "type": "drag_words",
        "labels": [shown(within(drop, "text")) for drop in drops],
        "choices": grouped(item, [*words.values()], gaps),
        "gaps": gaps,
        **({"reuse": True} if again else {}),
        **({} if item.has("shuffleanswers") else {"shuffle": False}),
        "picture": {
            **_background(item, "picture", places),
            "places": dict(zip(gaps, places, strict=True)),
        },
    }


def _word(item: Item, drag: Element) -> Styled:
    """What is dragged: a word, or a picture with its label as the alternative text."""
    label = within(drag, "text")
    name = next((name for file in drag.findall("file") if (name := item.picture(file))), None)
    if name is None:
        return item.worded(label)
    return Styled(f'<img src="{name}" alt="{escape(label or name.removeprefix("images/"))}" />', "html")


def listed(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The settled fields with a ``text`` made of their ``labels``: a numbered list of the gaps, each after its label."""
    made = {name: value for name, value in fields.items() if name != "labels"}
    style = fields.get("text_format", "markdown")
    labels = [without_marks(label, style) for label in fields["labels"]]
    return {
        **made,
        "prompt": fields["prompt"] or FILL_IN,
        "text": numbered(labels, [*fields["gaps"]], style),
    }


def _background(item: Item, field: str, places: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The picture, in the units of Moodle's places on it: its pixels there, or its own where the places need them."""
    name = next((name for file in item.all("file") if (name := item.picture(file))), None)
    if name is None:
        raise Wrong("there is no picture that can be shown – export the question again with its file")
    image = item.images[name]
    item.lose(field, "it has no alternative text – say what it shows")
    alt = Styled(item.word("name") or name.removeprefix("images/"), kept=True)
    there = _in_moodle(image)
    on_it = all(all(map(le, _end(place), there)) for place in places)
    width, height = there if on_it else (image.width, image.height)
    return {"file": name, "alt": alt, "width": width, "height": height}


def _in_moodle(image: Image) -> tuple[int, int]:
    """How large a picture is in Moodle, which shrinks all but drawings to so many pixels when it takes them, and leaves
    places where they were said to be (``constrain_image_size_in_draft_area``).
    """
    if image.mime == "image/svg+xml":
        return image.width, image.height
    times = min(Fraction(1), *map(Fraction, _MOST_PIXELS, (image.width, image.height)))
    return max(1, round(image.width * times)), max(1, round(image.height * times))


def _end(place: Mapping[str, Any]) -> Sequence[Any]:
    """How far to the right and down a place reaches."""
    return bounds(Area(place["shape"], tuple(place["coords"])))[2:] if "shape" in place else place["coords"]


def _corner(drop: Element) -> list[Any]:
    """The left upper corner of a place; how large it is Moodle takes from what is dragged."""
    return [decimal(within(drop, name), f"<{name}>") for name in ("xleft", "ytop")]


def _shape(drop: Element) -> dict[str, Any]:
    """``x,y;radius``, ``x,y;width,height``, or ``x,y;x,y;…``."""
    kind, coords = within(drop, "shape"), within(drop, "coords")
    numbers = [decimal(part, "<coords>") for part in coords.replace(";", ",").split(",") if part.strip()]
    if kind == "circle" and len(numbers) == 3:
        return {"shape": "circle", "coords": numbers}
    if kind == "rectangle" and len(numbers) == 4:
        left, top, width, height = numbers
        return {"shape": "rect", "coords": [left, top, left + width, top + height]}
    if kind == "polygon" and len(numbers) >= 6 and not len(numbers) % 2:
        return {"shape": "poly", "coords": numbers}
    raise Wrong(
        Said(
            "'%(coords)s' are no coordinates of a %(kind)s – write x,y;r or x,y;w,h or x,y;x,y;x,y",
            coords=coords[:40],
            kind=kind or Said("shape"),
        )
    )


# Written -------------------------------------------------------------------------------------------------------------


def kind_of(question: Question) -> str | None:
    """Moodle's type for a question whose gaps lie on a picture; None for every other."""
    picture = getattr(question.content, "picture", None)
    if picture is None or question.type != "drag_words":
        return None
    content: Any = question.content
    plain = all(word.group == 1 and not pictured(question, word.text) for word in content.choices)
    areas = all(place.area for place in picture.places.values())
    labelled = any(_labels(question) or ())
    several = len({*content.gaps.values()}) > 1
    return "ddmarker" if plain and areas and several and not labelled else "ddimageortext"


def counts_elsewhere(hotspot: Any) -> bool:
    """Whether a place outside of every region takes points off, which it never does in Moodle."""
    return bool(hotspot.outside == "wrong" and hotspot.places > 1)


def write_hotspot(sheet: Sheet, content: Any) -> None:
    """One marker for every right region; a picture is measured in its pixels there."""
    scale = _begin(sheet, content.image, "image")
    right = [region for region in content.regions if region.correct]
    if len(right) < len(content.regions):
        sheet.lose("regions", "regions that are not right, and what is said to them")
    if any(region.feedback for region in right):
        sheet.lose("regions", "what is said to areas")
    if counts_elsewhere(content):
        sheet.lose("outside", "in Moodle a place elsewhere takes nothing off")
    label = _marker_label([region.label for region in right])
    if label is None:
        sheet.lose("regions", "the names of places: one marker goes with all of them")
    _marker(sheet, 1, sheet.bare(label or "●", "regions"), content.places)
    for number, region in enumerate(right, 1):
        _zone(sheet, number, _drawn(region, scale), 1)


def write_markers(sheet: Sheet, content: Any) -> None:
    """A marker for each word, a zone for each gap."""
    scale = _begin(sheet, content.picture, "picture", shuffled=sheet.question.shuffle)
    words = [word.id for word in content.choices]
    for number, word in enumerate(content.choices, 1):
        _marker(sheet, number, sheet.word(word.text, "choices"), 0 if content.reuse else 1)
    for number, gap in enumerate(content.shown, 1):
        place = content.picture.places[gap]
        _zone(sheet, number, _drawn(place, scale), words.index(content.gaps[gap]) + 1)
    _lose_text(sheet)


def write_places(sheet: Sheet, content: Any) -> None:
    """Words and pictures to be dragged, and the corner of each place."""
    scale = _begin(sheet, content.picture, "picture", shuffled=sheet.question.shuffle)
    for number, word in enumerate(content.choices, 1):
        name = pictured(sheet.question, word.text)
        label = f"<text>{coded(to_text(word.text))}</text>" if name else sheet.word(word.text, "choices")
        sheet.line(f"    <drag>\n      <no>{number}</no>\n      {label}")
        sheet.line(f"      <draggroup>{word.group}</draggroup>")
        if content.reuse:
            sheet.line("      <infinite/>")
        if name:
            sheet.line(f"      {sheet.file(name)}")
        sheet.line("    </drag>")
    words = [word.id for word in content.choices]
    labels = _labels(sheet.question) or [""] * len(content.shown)
    for number, (gap, label) in enumerate(zip(content.shown, labels, strict=True), 1):
        x, y = _corner_of(sheet, content.picture.places[gap])
        sheet.line(f"    <drop>\n      {sheet.bare(label, 'text')}\n      <no>{number}</no>")
        sheet.line(f"      <choice>{words.index(content.gaps[gap]) + 1}</choice>")
        left, top = round(x * scale[0]), round(y * scale[1])
        sheet.line(f"      <xleft>{left}</xleft>\n      <ytop>{top}</ytop>\n    </drop>")
    _lose_text(sheet)


def _begin(sheet: Sheet, image: Any, field: str, *, shuffled: bool = True) -> tuple[Fraction, Fraction]:
    """What both begin with, and the picture. Returns the pixels for each unit of positions, across and down."""
    found = sheet.contents.get(image.file)
    if found is None:
        raise Unwritable(Said("%(type)s without its picture", type=sheet.question.type))
    sheet.lose(field, "its alternative text, and units other than its pixels")
    if shuffled:
        sheet.line("    <shuffleanswers/>")
    sheet.combined()
    sheet.line(f"    {sheet.file(image.file)}")
    there = _in_moodle(read_image(found))
    width, height = image.size
    return Fraction(there[0], width), Fraction(there[1], height)


def _marker(sheet: Sheet, number: int, text: str, times: int) -> None:
    sheet.line(f"    <drag>\n      <no>{number}</no>\n      {text}")
    sheet.line(f"      <noofdrags>{times}</noofdrags>\n    </drag>")


def _zone(sheet: Sheet, number: int, drawn: tuple[str, str], marker: int) -> None:
    sheet.line(f"    <drop>\n      <no>{number}</no>\n      <shape>{drawn[0]}</shape>")
    sheet.line(f"      <coords>{drawn[1]}</coords>\n      <choice>{marker}</choice>\n    </drop>")


def _marker_label(labels: Sequence[str]) -> str | None:
    """What the marker is called: what the labels have in common, where they are numbered; None for nothing."""
    stems = {label.removesuffix(f" {place}") for place, label in enumerate(labels, 1)}
    if len(labels) == 1:
        return labels[0]
    return stems.pop() if len(stems) == 1 else None


def _drawn(region: Any, scale: tuple[Fraction, Fraction]) -> tuple[str, str]:
    """Shape, and ``x,y;radius``, ``x,y;width,height``, or ``x,y;x,y;…`` in whole pixels, one at least."""
    if region.shape == "circle":
        x, y, radius = region.coords
        return "circle", f"{round(x * scale[0])},{round(y * scale[1])};{max(1, round(radius * min(scale)))}"
    points = [round(value * scale[place % 2]) for place, value in enumerate(region.coords)]
    if region.shape == "rect":
        left, top, right, bottom = points
        return "rectangle", f"{left},{top};{max(1, right - left)},{max(1, bottom - top)}"
    return _SHAPES[region.shape], ";".join(f"{x},{y}" for x, y in zip(points[::2], points[1::2], strict=True))


def _corner_of(sheet: Sheet, place: Any) -> tuple[Fraction, Fraction]:
    if place.area is not None:
        sheet.lose(
            "picture", "its alternative text, units other than its pixels, and how large the places are"
        )
    x, y = place.at if place.shape != "rect" else place.coords[:2]
    return x, y


def _labels(question: Question) -> list[str] | None:
    """The labels of which ``listed`` makes just the text of this question; None where it is another text."""
    found = labels_of(question)
    return found and [kept(piece, question.text_format) if piece else "" for piece in found]


def _lose_text(sheet: Sheet) -> None:
    if _labels(sheet.question) is None:
        sheet.lose("text", "the places have labels in place of a text around the gaps")
