"""The authoring form of gap_select and drag_words: the text, and beside each word the gaps in which it is right."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from wtforms import BooleanField, FieldList, Form, FormField, StringField, TextAreaField

from quiz.questions.editing import Row, blank_rows, filled, given, is_blank, lines, said, texts


class WordForm(Form):
    """A word; ``gaps``: the ids of the gaps in which it is right, parted by commas."""

    id = StringField("")
    text = StringField("Word")
    gaps = StringField("Right in gap")
    group = StringField("Group")


class PictureForm(Form):
    """The picture on which the gaps lie: none where nothing is typed."""

    file = StringField("File")
    alt = StringField("What it shows, for those who do not see it")
    width = StringField("Units across")
    height = StringField("Units down")
    places = TextAreaField("Where the gaps lie")


class EditForm(Form):
    """The text with its gaps, the words, and the picture that it may stand on."""

    text = TextAreaField("Text with gaps")
    choices = FieldList(FormField(WordForm), "Word")
    reuse = BooleanField("A word may be used more than once")
    picture = FormField(PictureForm, "Picture")


def from_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The form's values."""
    rows = [
        {**texts(word, "id", "text", "group"), "gaps": ", ".join(_gaps_of(word["id"], fields))}
        for word in fields.get("choices", ())
    ]
    return {
        **texts(fields, "text"),
        "choices": rows or blank_rows(4),
        "reuse": bool(fields.get("reuse")),
        "picture": _shown(fields.get("picture", {})),
    }


def _shown(picture: Mapping[str, Any]) -> dict[str, str]:
    rows = [
        f"{gap}: {'' if place.get('shape', 'point') == 'point' else place['shape'] + ' '}{place['coords']}"
        for gap, place in picture.get("places", {}).items()
    ]
    return {**texts(picture, "file", "alt", "width", "height"), "places": "\n".join(rows)}


def _gaps_of(word: str, fields: Mapping[str, Any]) -> list[str]:
    return [gap for gap, right in fields["gaps"].items() if right == word]


def to_fields(form: EditForm) -> dict[str, Any]:
    """The types' part of a bank file."""
    rows = filled(form.choices.data)
    return {
        "text": said(form.data, "text"),
        "choices": [{**given(row, "id", "group"), "text": said(row, "text")} for row in rows],
        "gaps": {gap: said(row, "id") for row in rows for gap in _named(row)},
        **({"reuse": True} if form.reuse.data else {}),
        **_picture(form.data["picture"]),
    }


def _picture(row: Row) -> dict[str, Any]:
    if is_blank(row):
        return {}
    places = dict(_place(line) for line in lines(row["places"]))
    shown = {**given(row, "file", "width", "height"), "alt": said(row, "alt"), "places": places}
    return {"picture": shown}


def _place(line: str) -> tuple[str, dict[str, str]]:
    """``2: circle 60, 15, 10``, or ``1: 20, 15`` for a point."""
    gap, _, where = line.partition(":")
    shape, coords = re.fullmatch(r"\s*([A-Za-z]*)\s*(.*)", where).groups()  # type: ignore[union-attr]
    return gap.strip(), {**({"shape": shape} if shape else {}), "coords": coords}


def _named(row: Row) -> list[str]:
    return [name.strip() for name in said(row, "gaps").split(",") if name.strip()]
