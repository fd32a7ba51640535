"""Whether the banks hold what a blueprint asks for, on every day on which the answer can change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from quiz.assembly.blueprint import Blueprint
from quiz.assembly.draw import draw
from quiz.assembly.index import Index, Item, ListIndex
from quiz.errors import Unmeetable


def unmet(blueprint: Blueprint, index: Index, as_of: date) -> list[dict[str, Any]]:
    """The shortfalls on one day (constraint, required, available, short); none where a paper can be drawn."""
    try:
        draw(blueprint, index, 0, as_of)
    except Unmeetable as error:
        return error.unmet
    return []


def change_dates(items: Iterable[Item], start: date, end: date | None) -> list[date]:
    """``start`` and the days after it, up to and with ``end``, on which questions come into force or go out of it."""
    days = {day for item in items for day in (item.start, item.end) if day is not None}
    return sorted({start} | {day for day in days if start < day and (end is None or day <= end)})


def check_supply(blueprint: Blueprint, index: Index, start: date, end: date | None) -> list[dict[str, Any]]:
    """The shortfalls between two days (``end`` None: for ever), each with the first day on which it holds (``as_of``).

    A blueprint with a date of its own is checked at that date alone. Reads the banks whole: for saving and
    publishing, not for every start.
    """
    listed = ListIndex(item for stratum in index.strata(blueprint.banks) for item in index.listed(stratum))
    days = [blueprint.as_of] if blueprint.as_of else change_dates(listed.items, start, end)
    found: dict[str, dict[str, Any]] = {}
    for day in days:
        for entry in unmet(blueprint, listed, day):
            found.setdefault(entry["constraint"], {**entry, "as_of": day.isoformat()})
    return [*found.values()]
