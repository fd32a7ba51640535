"""Why there are no such forms: a smallest set of rules that cannot be met together, in words, with what each lacks.

Smallest means that without any one of them there are such forms. The set is found by halves (Junker 2004, *QuickXplain*),
so that a conflict of k rules out of n takes some k log n programs and not n.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil, floor
from typing import Any

from quiz.assembly.conditions import Number, beyond
from quiz.assembly.optimal import NODES_A_FORM, Outcome, refuted, slack
from quiz.assembly.tasks import Task
from quiz.errors import Said


def conflict(task: Task) -> list[int]:
    """The places in ``task.rules`` of a smallest set that cannot be met together; none where that is not proven."""
    every = [*range(len(task.rules))]

    def impossible(rules: Sequence[int]) -> bool:
        return refuted(task, rules)

    return smallest(every, impossible) if impossible(every) else []


def smallest(rules: Sequence[int], impossible: Callable[[Sequence[int]], bool]) -> list[int]:
    """Of rules that are impossible together a part that is, and of which no smaller part is."""
    return [] if impossible([]) else _needed([], rules, impossible, grown=False)


def _needed(
    held: Sequence[int], rules: Sequence[int], impossible: Callable[[Sequence[int]], bool], *, grown: bool
) -> list[int]:
    """What of ``rules`` is needed beside ``held`` to be impossible; ``grown``: ``held`` has just got more."""
    if grown and impossible(held):
        return []
    if len(rules) == 1:
        return [*rules]
    half = len(rules) // 2
    first, second = rules[:half], rules[half:]
    of_second = _needed([*held, *first], second, impossible, grown=True)
    of_first = _needed([*held, *of_second], first, impossible, grown=bool(of_second))
    return sorted([*of_first, *of_second])


def unmet(task: Task, outcome: Outcome) -> list[dict[str, Any]]:
    """The entries of ``Unmeetable.unmet`` where there are no forms: each rule of the conflict with what it lacks.

    ``available`` is how far the others let it come. Where nothing is proven, one entry says how many forms were made
    before the task was given up.
    """
    rules = conflict(task) if outcome.status == "infeasible" else []
    if not rules:
        said = Said(
            "forms, given up after %(nodes)s nodes each, which is no proof that there are none",
            nodes=NODES_A_FORM,
        )
        return [beyond(said, task.forms, outcome.made)]
    return [_entry(task, rules, place) for place in rules]


def _entry(task: Task, rules: Sequence[int], place: int) -> dict[str, Any]:
    rule = task.rules[place]
    given = slack(task, rules, place)
    if given is None:
        return beyond(Said("%(name)s, by how much was not found", name=Said(rule.name)), 1, 0)
    way, form = given
    found: Number = round(float(rule.bound) + (way if rule.upper else -way), 6)
    if isinstance(rule.bound, int):  # questions come whole
        found = ceil(found) if rule.upper else floor(found)
    if rule.condition is not None:  # the slack of a ratio is in marks
        found = rule.condition.found(task.sheet.bench.weighed(form)) or 0
    return beyond(rule.name, rule.bound, found)
