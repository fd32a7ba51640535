"""Reads the saves out of a request: bounded, but not judged. What was typed is kept raw (architecture.md, "One trip")."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sized
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from quiz.errors import Invalid, Problem, TooLarge
from quiz.operations.attempts import SlotSave

#: Bounds of one slot: characters of all its values, and how many of them.
LARGEST_SLOT = 64_000
MOST_VALUES = 100
#: The same for a request, in bytes: one slot, or all of a page. An essay in Chinese takes 9 bytes a character.
LARGEST_SAVE = 200_000
LARGEST_SAVES = 1_000_000
MOST_SLOTS = 300
#: No slot has a larger number: the form's names have room for four digits.
LARGEST_NUMBER = 9999

_KEPT = re.compile(r"answer(-\d{1,4})?|answered|certainty")
_OF_SLOT = re.compile(r"s(\d{1,4})-(.+)", re.DOTALL)
#: What a save may do besides; anything else is a plain save.
_ACTS = ("check", "hint")
_WRITER = re.compile(r"[A-Za-z0-9_-]{1,64}")


def read_save(slot: int) -> tuple[SlotSave, str]:
    """The save of one slot and its writer, from a form or a JSON object."""
    if request.is_json:
        body = _body()
        return _from_object({**body, "slot": slot}), _writer(body.get("writer"))
    form = request.form
    return _from_form(slot, form), _writer(form.get("writer"))


def read_saves() -> tuple[list[SlotSave], str]:
    """The saves of several slots and their writer: JSON, or a form whose names carry ``s<n>-`` in front."""
    if request.is_json:
        body = _body()
        given, writer = body.get("slots"), _writer(body.get("writer"))
        if not isinstance(given, list) or not given:
            raise Invalid([Problem("slots", "this is not a list of slots")])
        _bound(given)
        return [_from_object(_object(one)) for one in given], writer
    forms = _forms_by_slot()
    if not forms:
        raise Invalid([Problem("", "no slot is named", "put s1-, s2- … in front of the names")])
    _bound(forms)
    return [_from_form(slot, form) for slot, form in sorted(forms.items())], _writer(
        request.form.get("writer")
    )


def _body() -> Mapping[str, Any]:
    try:
        return _object(request.get_json())
    except RecursionError:
        raise Invalid([Problem("", "this is nested too deeply")]) from None


def only_leads_on() -> bool:
    """The form of a page whose questions are all closed: it has buttons, but nothing to save."""
    names = () if request.is_json else [*request.form]
    return any(name.endswith(("go", "flag")) for name in names) and not any(
        name.endswith("seq") for name in names
    )


def _bound(slots: Sized) -> None:
    if len(slots) > MOST_SLOTS:
        raise TooLarge


def _forms_by_slot() -> dict[int, MultiDict[str, str]]:
    """What is posted of each slot. The flag of a closed question comes alone: there is nothing to save."""
    forms: dict[int, MultiDict[str, str]] = {}
    for name, value in request.form.items(multi=True):
        found = _OF_SLOT.fullmatch(name)
        if found:
            forms.setdefault(int(found[1]), MultiDict()).add(found[2], value)
    return {slot: form for slot, form in forms.items() if [*form] != ["flag"]}


def _from_form(slot: int, form: MultiDict[str, str]) -> SlotSave:
    return SlotSave(slot, _seq(form.get("seq")), _kept(form.lists()), _act(form.get("act")))


def _from_object(body: Mapping[str, Any]) -> SlotSave:
    fields = _object(body.get("fields", {}))
    lists = ((name, [values] if isinstance(values, str) else values) for name, values in fields.items())
    slot = body.get("slot")
    if not isinstance(slot, int) or isinstance(slot, bool) or abs(slot) > LARGEST_NUMBER:
        raise Invalid([Problem("slot", "this is not the number of a slot")])
    return SlotSave(slot, _seq(body.get("seq")), _kept(lists), _act(body.get("act")))


def _act(value: Any) -> str:
    return str(value) if value in _ACTS else "save"


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Invalid([Problem("", "this is not a JSON object")])
    return value


def _kept(lists: Iterable[tuple[str, Any]]) -> dict[str, list[str]]:
    """The fields of an answer; whatever else a browser sends is left out."""
    kept: dict[str, list[str]] = {}
    for name, values in lists:
        if not _KEPT.fullmatch(name):
            continue
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise Invalid([Problem(name, "this is not a list of texts")])
        kept[name] = [_text(value) for value in values]
    count = sum(map(len, kept.values()))
    if count > MOST_VALUES or sum(len(value) for values in kept.values() for value in values) > LARGEST_SLOT:
        raise TooLarge("This answer is too large to be saved. Shorten it.")
    return kept


def _text(value: str) -> str:
    """The text; half a surrogate pair, which JSON can carry, is no character and no page could show it."""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _seq(value: Any) -> int:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not re.fullmatch(r"[0-9]{1,18}", text) or int(text) < 1:
        raise Invalid([Problem("seq", "this is not a positive number")])
    return int(text)


def _writer(value: Any) -> str:
    if not isinstance(value, str) or not _WRITER.fullmatch(value):
        raise Invalid([Problem("writer", "this is not 1 to 64 letters, digits, hyphens and underscores")])
    return value
