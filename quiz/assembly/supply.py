"""Whether the banks hold what a blueprint asks for, and on which days the answer can change.

Saving and publishing a quiz ask for ``unmet`` on each of ``change_dates`` from its opening to its close.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from quiz.assembly.blueprint import Blueprint
from quiz.assembly.draw import draw
from quiz.assembly.index import Index, Item
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
