"""Parallel forms by integer programming: the algorithm ``exact/1``.

**One program.** ``quiz.assembly.steps`` writes every program that is solved: some forms explicitly, a column of 0 or 1 for each
question in each section; the forms made before as they are; and *the rest*, all forms still to be made, as one form
with real columns from 0 to their number, of which the rules hold on the sum (a shadow form, after van der Linden 2005,
*Linear Models for Optimal Test Design*, ch. 6). Whatever forms there are, their sum is such a rest, and so:

- all forms as rest: a bound that no choice of forms is better than, since by symmetry their mean meets the same rows;
- the first form with a rest: where that is impossible, there are no such forms. That is a proof;
- each form in turn with the rest of those after it: the forms of a large task, near the bound, the gap is told;
- all forms explicitly, without a rest: a small task (``MOST_AT_ONCE``) is solved at once, to its optimum.

**What is best.** ``maximin``: the least information of any form at any of the abilities is as large as can be.
``balance``: the largest and the least of the forms' expected marks differ as little as can be. Without an objective a
single form is one of those that meet the blueprint, by thrown weights. Where the
blueprint says nothing of overlap and exposure, *balance* first spreads the questions: each is used at most as often as
one of them must be. Each section has the same number of questions on each form, and where ``questions`` does not say how many they are in all, they are as many as can be.

**Limits.** Work is bounded in nodes of the search tree, never in seconds. A task that is not solved within them is
given up, and the refusal says so: that is no proof.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Final, Literal, TypeAlias

import numpy as np

from quiz.assembly.draw import Bench, Chosen
from quiz.assembly.program import TOLERANCE, Limits, Values
from quiz.assembly.steps import Step
from quiz.assembly.tasks import MOST_AT_ONCE, Task

ALGORITHM: Final = "exact/1"
#: Nodes for a task that is solved at once, and for each form of one that is not.
NODES_AT_ONCE: Final = 2_000
NODES_A_FORM: Final = 30
#: How near the best a form in turn comes, and one form out of many questions: a share of the information, or marks.
NEAR_SHARE: Final = 0.005
NEAR_MARKS: Final = 0.005
NEAR_ALONE: Final = 0.0001
#: Orders of the columns that are tried before a task is given up.
TURNS: Final = 3

Status: TypeAlias = Literal["optimal", "feasible", "infeasible", "unsolved"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found: the questions of each form, and how good they are.

    ``value`` is the least information (*maximin*) or the largest difference of expected marks (*balance*), ``bound``
    what no forms are better than; None without an objective. *unsolved*: given up when ``made`` forms were made.
    """

    status: Status
    forms: tuple[tuple[Chosen, ...], ...] = ()
    value: float | None = None
    bound: float | None = None
    made: int = 0
    #: Seconds within the solver.
    seconds: float = 0.0

    @property
    def gap(self) -> float:
        """How much better forms may be at most, in the unit of ``value``."""
        return 0.0 if self.value is None or self.bound is None else abs(self.bound - self.value)


def assemble(
    bench: Bench, seed: int, forms: int, past: Mapping[str, int] | None = None
) -> tuple[Task, Outcome]:
    """So many forms of the bench's blueprint, and the task that was solved. The same for the same seed and solver."""
    turn = 0
    while True:
        task = Task.of(bench, seed, forms, past, turn)
        outcome = _spread(task) if task.is_spread else solve(task)
        turn += 1
        if outcome.status != "unsolved" or turn == TURNS:
            return task, outcome


def _spread(task: Task) -> Outcome:
    """Forms on which the questions are used as evenly as can be: each at most as often as one of them must be."""
    step = Step(task)
    step.write(0, task.forms, "even")
    answer = step.program.solve(Limits(NODES_A_FORM))
    least = task.forms if answer.values is None else ceil(-answer.bound - TOLERANCE)
    outcomes = (solve(replace(task, even=most)) for most in range(max(1, least), task.forms))
    return next((one for one in outcomes if one.forms), None) or solve(task)


def solve(task: Task) -> Outcome:
    """The forms of a task, by all its rules."""
    return _at_once(task) if task.at_once else _in_turn(task)


def refuted(task: Task, rules: Sequence[int]) -> bool:
    """Whether it is proven that no forms meet these rules (places in ``task.rules``)."""
    step = Step(task, frozenset(rules))
    step.write(*_proving(task), "none")
    answer = step.program.solve(Limits(_nodes(task), share=1))
    return answer.values is None and answer.proven


def slack(task: Task, rules: Sequence[int], loose: int) -> tuple[float, list[Chosen]] | None:
    """By how much the bound of one of these rules has to give way so that they can be met together, and the first of the
    forms that then do; None: not found within the limits.
    """
    step = Step(task, frozenset(rules), loose=loose)
    step.write(*_proving(task), "slack")
    answer = step.program.solve(Limits(_nodes(task)))
    if answer.values is None:
        return None
    return float(answer.values[step.slack]), task.sheet.chosen(step.forms(answer.values)[0])


def _proving(task: Task) -> tuple[int, int]:
    """How many forms stand explicitly, and how many as a rest, in the program that can prove that there are none."""
    return (task.forms, 0) if task.at_once else (1, task.forms - 1)


def _nodes(task: Task) -> int:
    return NODES_AT_ONCE if task.at_once else NODES_A_FORM


def _at_once(task: Task) -> Outcome:
    near = NEAR_ALONE if task.sheet.size > MOST_AT_ONCE else 0
    limits = Limits(NODES_AT_ONCE, share=1 if task.objective == "any" else near)
    total, spent = _total(task, Limits(NODES_AT_ONCE))
    step = Step(task, total=total)
    step.write(task.forms, 0, task.objective)
    answer = step.program.solve(limits)
    if answer.values is None:
        return Outcome("infeasible" if answer.proven else "unsolved", seconds=answer.seconds + spent)
    return _outcome(task, step.forms(answer.values), answer.bound, answer.seconds + spent)


def _total(task: Task, limits: Limits) -> tuple[int | None, float]:
    """How many questions the open sections get together where ``questions`` does not say: as many as can be; None: any."""
    if not task.open_sections or task.sheet.bench.blueprint.questions is not None:
        return None, 0.0
    step = Step(task)
    step.write(*_proving(task), "count")
    answer = step.program.solve(limits)
    return (None if answer.values is None else step.total(answer.values)), answer.seconds


def _in_turn(task: Task) -> Outcome:
    limits = Limits(NODES_A_FORM, NEAR_SHARE, NEAR_MARKS)
    total, spent = _total(task, limits)
    whole = Step(task, total=total)
    whole.write(0, task.forms, task.objective)
    best = whole.program.solve(limits)
    spent += best.seconds
    made: list[Values] = []
    counts: Sequence[float] | None = None
    while len(made) < task.forms:
        step = Step(task, made=made, counts=counts, total=total)
        step.write(1, task.forms - 1 - len(made), task.objective)
        answer = step.program.solve(limits)
        spent += answer.seconds
        if answer.values is None:
            none = answer.proven and not made
            return Outcome("infeasible" if none else "unsolved", made=len(made), seconds=spent)
        made += step.forms(answer.values)
        counts = step.counts(answer.values)
    return _outcome(task, made, best.bound, spent)


def _outcome(task: Task, forms: Sequence[Values], bound: float, seconds: float) -> Outcome:
    chosen = tuple(tuple(task.sheet.chosen(form)) for form in forms)
    if task.objective == "any":
        return Outcome("optimal", chosen, made=len(forms), seconds=seconds)
    worth = np.array([task.worth(form) for form in forms])
    if task.objective == "maximin":
        value, best = float(worth.min()), bound
    else:
        value, best = float(worth.max() - worth.min()), max(0.0, -bound)
    near = abs(best - value) <= 2 * TOLERANCE * max(1.0, abs(value))
    return Outcome("optimal" if near else "feasible", chosen, value, best, len(forms), seconds)
