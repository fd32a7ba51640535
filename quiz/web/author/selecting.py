"""Which questions of a bank a page is about: those that are ticked, else those that the search finds, else all."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import request
from flask_babel import get_timezone

from quiz.operations.exporting import Selection
from quiz.web.author.forms import FilterForm
from quiz.web.guard import moment


def today() -> date:
    """The day it is for the viewer."""
    return moment().astimezone(get_timezone()).date()


def selection() -> Selection:
    """What is ticked, else what the search finds; without either everything."""
    return Selection(tuple(dict.fromkeys(_ticked())), FilterForm(request.values).wanted(today()))


def asked() -> dict[str, Any]:
    """The selection as it stands in an address."""
    given = {name: value for name, value in FilterForm(request.values).data.items() if value}
    return {**given, **({"question": ticked} if (ticked := _ticked()) else {})}


def pairs(given: dict[str, Any]) -> list[tuple[str, str]]:
    """What stands in an address as the hidden controls of a form: each name with each of its values."""
    return [(name, one) for name, value in given.items() for one in _listed(value)]


def _ticked() -> list[str]:
    return [name.replace("\0", "") for name in request.values.getlist("question")]


def _listed(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]
