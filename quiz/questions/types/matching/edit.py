"""The authoring form of matching."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import FieldList, Form, FormField, StringField, TextAreaField

from quiz.questions.editing import Row, filled, given, said, texts

NAME = "Matching"
SUMMARY = "Each of several things gets what goes with it."


class PairForm(Form):
    """A stem and its choice."""

    numbered = True

    id = StringField("")
    stem = TextAreaField("")
    choice = TextAreaField("Choice")
    choice_id = StringField("")


class DistractorForm(Form):
    """A choice that goes with no stem."""

    id = StringField("")
    choice = TextAreaField("")


class EditForm(Form):
    """Pairs and distractors."""

    pairs = FieldList(FormField(PairForm), "Pair")
    distractors = FieldList(FormField(DistractorForm), "Distractor")


def from_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The form's values."""
    pairs = [texts(pair, "id", "stem", "choice", "choice_id") for pair in fields.get("pairs", ())]
    return {
        "pairs": pairs or [{"id": str(number)} for number in (1, 2, 3)],
        "distractors": [texts(one, "id", "choice") for one in fields.get("distractors", ())],
    }


def to_fields(form: EditForm) -> dict[str, Any]:
    """The type's part of a bank file."""
    ids = _Ids()
    pairs = [
        {
            **given(row, "id"),
            "stem": said(row, "stem"),
            "choice": said(row, "choice"),
            "choice_id": ids.of(row, "choice_id"),
        }
        for row in filled(form.pairs.data)
    ]
    distractors = [
        {"id": ids.of(row, "id"), "choice": said(row, "choice")} for row in filled(form.distractors.data)
    ]
    return {"pairs": pairs, "distractors": distractors}


class _Ids:
    """Gives each different text of a choice its id: the one that its row had, else one made of the row's own."""

    def __init__(self) -> None:
        self._by_text: dict[str, str] = {}

    def of(self, row: Row, field: str) -> str:
        """The id of the row's choice; equal texts are one choice."""
        text = said(row, "choice").strip()
        if text not in self._by_text:
            self._by_text[text] = self._free(said(row, field) or f"c{said(row, 'id')}")
        return self._by_text[text]

    def _free(self, name: str) -> str:
        taken = self._by_text.values()
        while name in taken:
            name += "-2"
        return name
