"""The authoring form of hotspot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import BooleanField, FieldList, Form, FormField, StringField, TextAreaField

from quiz.questions.editing import blank_rows, filled, given, said, texts

NAME = "Hotspot"
SUMMARY = "Places are marked on a picture."


class ImageForm(Form):
    """The picture, and the units in which positions on it are written."""

    file = StringField("File")
    alt = StringField("What it shows, for those who do not see it")
    width = StringField("Units across")
    height = StringField("Units down")


class RegionForm(Form):
    """One region."""

    id = StringField("")
    label = StringField("Label")
    shape = StringField("Shape")
    coords = TextAreaField("Coordinates")
    correct = BooleanField("Right")
    feedback = TextAreaField("Feedback")


class EditForm(Form):
    """A picture and its regions."""

    image = FormField(ImageForm, "Picture")
    regions = FieldList(FormField(RegionForm), "Region")
    choose = StringField("How many places are to be marked")
    outside = StringField("A place outside of every region")
    list = StringField("The list of areas beside the picture")


def from_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The form's values. A new region begins as a rectangle."""
    return {
        "image": texts(fields.get("image", {}), "file", "alt", "width", "height"),
        "regions": [_row(region) for region in fields.get("regions") or blank_rows(2)],
        **texts(fields, "choose", "outside", "list"),
    }


def _row(region: Mapping[str, Any]) -> dict[str, Any]:
    shown = texts(region, "id", "label", "shape", "coords", "feedback")
    return {**shown, "correct": bool(region.get("correct"))}


def to_fields(form: EditForm) -> dict[str, Any]:
    """The type's part of a bank file."""
    data = form.data
    image = data["image"]
    return {
        # without a name there is no file to look for, and all else that is wrong is told as well
        "image": {**given(image, "file", "width", "height"), "alt": said(image, "alt")},
        "regions": [_region(row) for row in filled(data["regions"])],
        **given(data, "choose", "outside", "list"),
    }


def _region(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **given(row, "id"),
        "label": said(row, "label"),
        "shape": said(row, "shape") or "rect",
        "coords": said(row, "coords"),
        **({"correct": True} if row["correct"] else {}),
        **given(row, "feedback"),
    }
