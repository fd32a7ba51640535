"""Parallel forms as papers: made by the exact engine, or put together once more from a record of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from quiz.assembly.blueprint import Blueprint
from quiz.assembly.conflict import unmet
from quiz.assembly.dice import Dice
from quiz.assembly.draw import Bench, Chosen, Paper
from quiz.assembly.index import Index
from quiz.assembly.optimal import ALGORITHM, Outcome, Status, assemble
from quiz.assembly.program import version
from quiz.assembly.tasks import Task
from quiz.errors import Unmeetable


@dataclass(frozen=True, slots=True)
class Exactness:
    """How near the best the forms are: see ``optimal.Outcome``. ``solver`` is its name and version."""

    status: Status
    solver: str
    objective: str
    value: float | None = None
    bound: float | None = None
    gap: float = 0.0

    def dump(self) -> dict[str, Any]:
        """JSON-able; figures to nine decimals."""
        figures = {"value": self.value, "bound": self.bound, "gap": self.gap}
        rounded = {name: None if value is None else round(value, 9) for name, value in figures.items()}
        objective = {"name": self.objective, "value": rounded["value"], "bound": rounded["bound"]}
        return {"solver": self.solver, "gap": rounded["gap"], "objective": objective}

    @classmethod
    def load(cls, values: Mapping[str, Any]) -> Exactness:
        """As a record that holds ``dump`` and the status says it."""
        goal = values["objective"]
        return cls(
            values["status"], values["solver"], goal["name"], goal["value"], goal["bound"], values["gap"]
        )


@dataclass(frozen=True, slots=True)
class Parallel:
    """The forms of a run; none where there are none, and then ``unmet`` says why."""

    exactness: Exactness
    papers: tuple[Paper, ...] = ()
    unmet: tuple[dict[str, Any], ...] = ()
    #: Seconds within the solver.
    seconds: float = 0.0


def parallel(
    blueprint: Blueprint,
    index: Index,
    seed: int,
    as_of: date,
    forms: int,
    past: Mapping[str, int] | None = None,
) -> Parallel:
    """So many forms, numbered from 1. ``past``: on how many earlier papers a question (``bank/id``) stood."""
    try:
        bench = Bench(blueprint, index, as_of, {})
    except Unmeetable as error:
        return Parallel(Exactness("infeasible", version(), ""), unmet=tuple(error.unmet))
    task, outcome = assemble(bench, seed, forms, past)
    exactness = _exactness(task, outcome)
    if not outcome.forms:
        return Parallel(exactness, unmet=tuple(unmet(task, outcome)), seconds=outcome.seconds)
    papers = tuple(
        bench.paper(bench.parts, _listed(form, Dice(seed, number)), Dice(seed, number), ALGORITHM)
        for number, form in enumerate(outcome.forms, 1)
    )
    return Parallel(exactness, papers, seconds=outcome.seconds)


def _exactness(task: Task, outcome: Outcome) -> Exactness:
    return Exactness(outcome.status, version(), task.objective, outcome.value, outcome.bound, outcome.gap)


def _listed(form: Iterable[Chosen], dice: Dice) -> list[Chosen]:
    """The questions section by section, in a section first what it includes, then as thrown."""

    def place(one: Chosen) -> tuple[int, bool, int]:
        part, item = one
        return part.number, item not in part.included, dice.throw("search", 0, item.qualified)

    return sorted(form, key=place)


def recorded(
    blueprint: Blueprint,
    index: Index,
    seed: int,
    as_of: date,
    forms: Sequence[Sequence[tuple[int, str]]],
    past: Mapping[str, int],
) -> tuple[tuple[Paper, ...], list[str]]:
    """The papers of recorded questions – the number of the section, ``bank/id`` – and the rules that they break.

    No solver is asked: what it chose stands in the record, all else follows from the seed.
    """
    bench = Bench(blueprint, index, as_of, {})
    task = Task.of(bench, seed, len(forms), past)
    columns = {(part + 1, one.item.qualified): column for column, (part, one) in enumerate(task.sheet.cells)}
    vectors, papers = [], []
    for number, form in enumerate(forms, 1):
        vector = np.zeros(task.sheet.size)
        vector[[columns[cell] for cell in form if cell in columns]] = 1
        vectors.append(task.sheet.with_sets(vector))
        dice = Dice(seed, number)
        papers.append(bench.paper(bench.parts, _listed(task.sheet.chosen(vector), dice), dice, ALGORITHM))
    return tuple(papers), task.broken(vectors)
