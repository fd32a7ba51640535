"""Pools of adaptive tests: calibrated items out of banks or a table, and shares of topics out of a blueprint."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from quiz.assembly.blueprint import Blueprint
from quiz.assembly.measures import minutes_of
from quiz.banks.calibrating import read_lines, read_parameters
from quiz.banks.calibration import Calibration
from quiz.banks.model import Bank
from quiz.errors import Invalid, Problem
from quiz.statistics.adaptive.pool import Item

#: The columns of a table of items; those that must be there, and the others.
NEEDED: Final = ("item", "a", "b")
OPTIONAL: Final = ("c", "topic", "minutes", "n", "source")


def items_of(banks: Iterable[Bank], on: date) -> tuple[list[Item], int]:
    """The questions of banks that are ready, true on this day and calibrated; and how many are not calibrated."""
    found, others = [], 0
    for bank in banks:
        for one in bank.authored:
            if one.status != "ready" or not one.in_force(on) or not one.kind.asks:
                continue
            if one.calibration is None:
                others += 1
                continue
            minutes = float(minutes_of(one))
            found.append(_item(one.qualified, one.calibration, one.topic, minutes, one.enemies))
    return found, others


def read_items(text: bytes, name: str) -> list[Item]:
    """The items of a CSV file: columns ``item,a,b`` and, where wanted, ``c,topic,minutes,n,source``. Raises Invalid.

    Where marks come in steps ``b`` has the location of each, parted by spaces. An empty c is 0, empty minutes are 1.
    """
    return [item for _, _, item in read_lines(text, name, NEEDED, OPTIONAL, _read)]


def _read(row: Mapping[str, str]) -> Item:
    calibration = read_parameters(row)
    minutes = row.get("minutes") or "1"
    try:
        taken = float(minutes)
    except ValueError:
        taken = 0
    if not 0 < taken < 1e6:
        what, mend = f"'{minutes}' is no time", "write minutes above 0, such as 1.5"
        raise Invalid([Problem("minutes", what, mend)])
    return _item(row["item"], calibration, row.get("topic", ""), taken)


def _item(
    name: str, calibration: Calibration, topic: str, minutes: float, enemies: Iterable[str] = ()
) -> Item:
    steps = tuple(map(float, calibration.b))
    return Item(name, float(calibration.a), steps, float(calibration.c), topic, minutes, tuple(enemies))


def shares_of(blueprint: Blueprint) -> dict[str, float]:
    """What each topic has of a paper: the middle of what ``topics`` asks for, or else the sections. Raises Invalid."""
    asked = [*blueprint.topics.items()] or [
        (section.topic, section.bounds) for section in blueprint.sections if section.topic
    ]
    shares: dict[str, float] = {}
    for topic, count in asked:
        middle = (count.min + (count.min if count.max is None else count.max)) / 2
        shares[topic] = shares.get(topic, 0) + middle
    shares = {topic: share for topic, share in shares.items() if share}
    if not shares:
        raise Invalid(
            [
                Problem(
                    "topics",
                    "no number of questions is asked of any topic",
                    "write such as topics: {history: 5}",
                )
            ]
        )
    return shares
