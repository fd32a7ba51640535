"""What the exact engine is asked: so many forms of one sheet, the rules between them, and what is to be the best."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import Final, Literal, TypeAlias

import numpy as np

from quiz.assembly.blueprint import Blueprint
from quiz.assembly.conditions import informing
from quiz.assembly.dice import SPAN, Dice
from quiz.assembly.draw import Bench
from quiz.assembly.program import INFINITE, TOLERANCE, Values
from quiz.assembly.rows import Row, Rule, Sheet, sheet_of
from quiz.assembly.whole import Exposure
from quiz.errors import Said

Goal: TypeAlias = Literal["any", "maximin", "balance"]
#: Columns of 0 or 1, and products of them, of a task that is solved at once.
MOST_AT_ONCE: Final = 60


@dataclass(frozen=True)
class Task:
    """So many forms of a sheet, with what was used before.

    ``past`` says on how many earlier papers a question (``bank/id``) stood.
    """

    sheet: Sheet
    dice: Dice
    forms: int
    past: Mapping[str, int] = field(default_factory=dict)
    #: Where the blueprint says nothing of overlap and exposure: on how many forms a question stands at most; None: any.
    even: int | None = None

    @classmethod
    def of(
        cls, bench: Bench, seed: int, forms: int, past: Mapping[str, int] | None = None, turn: int = 0
    ) -> Task:
        """The task of a blueprint on a day."""
        dice = Dice(seed)
        compared = goal_of(bench.blueprint, forms) != "any"
        task = cls(sheet_of(bench, dice, turn, compared=compared), dice, forms, past or {})
        for id in bench.blueprint.anchors:
            rule = task.sheet.rule(Said("anchor %(name)s on every form", name=id), 1)
            task.sheet.row(dict.fromkeys(task.sheet.columns.get(id, ()), 1.0), 1, INFINITE, rule)
        return task

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules of each form, then those between forms."""
        return (*self.sheet.rules, *(rule for rule, _ in self.caps), *self.overlaps)

    @cached_property
    def caps(self) -> tuple[tuple[Rule, Mapping[str, int]], ...]:
        """The rules of exposure, each with how often a question may still be used."""
        return (*self._exposure(), *self._even())

    @cached_property
    def exposed(self) -> tuple[str, ...]:
        """The questions whose use is bounded: all but those that stand on every form."""
        every = {item.qualified for part in self.sheet.bench.parts for item in part.included}
        every |= {*self.sheet.bench.blueprint.anchors}
        return tuple(id for id in self.sheet.columns if id not in every)

    @property
    def is_spread(self) -> bool:
        """Whether nothing but evenness says how the questions are spread over the forms."""
        rules = self.sheet.bench.blueprint.forms
        silent = rules is None or (rules.overlap.max is None and rules.exposure == Exposure())
        return self.forms > 1 and silent and self.objective == "balance"

    def _exposure(self) -> Iterator[tuple[Rule, Mapping[str, int]]]:
        rules = self.sheet.bench.blueprint.forms
        if rules is None:
            return
        most, uses = int(rules.exposure.max * self.forms), rules.exposure.uses
        if most < self.forms:
            name = Said(
                "exposure, at most %(share)s of %(forms)s forms",
                share=f"{float(rules.exposure.max):g}",
                forms=self.forms,
            )
            yield Rule(name, most, upper=True), dict.fromkeys(self.exposed, most)
        if uses is not None:
            left = {id: max(0, uses - self.past.get(id, 0)) for id in self.exposed}
            yield Rule(Said("uses with those of earlier papers, at most"), uses, upper=True), left

    def _even(self) -> Iterator[tuple[Rule, Mapping[str, int]]]:
        if self.even is not None:
            yield Rule(Said("even use"), self.even, upper=True), dict.fromkeys(self.exposed, self.even)

    @cached_property
    def overlaps(self) -> tuple[Rule, ...]:
        """The rule of overlap, where there is one."""
        rules = self.sheet.bench.blueprint.forms
        if rules is None or rules.overlap.max is None or self.forms < 2:
            return ()
        return (Rule(Said("overlap of two forms, at most"), rules.overlap.max, upper=True),)

    @property
    def objective(self) -> Goal:
        """What is to be the best."""
        return goal_of(self.sheet.bench.blueprint, self.forms)

    @property
    def at_once(self) -> bool:
        """Whether the task is small enough to be solved with all forms in one program."""
        products = len(self.sheet.columns) * self.forms * (self.forms - 1) // 2 if self.overlaps else 0
        return self.forms == 1 or self.sheet.size * self.forms + products <= MOST_AT_ONCE

    @cached_property
    def open_sections(self) -> tuple[int, ...]:
        """The sections whose number of questions the blueprint leaves open."""
        bounds = [part.section.bounds for part in self.sheet.bench.parts]
        return tuple(place for place, bound in enumerate(bounds) if bound.min != bound.max)

    @property
    def least_questions(self) -> int:
        """How many questions each form has at least."""
        plan = self.sheet.bench.blueprint
        return plan.questions or sum(section.bounds.min for section in plan.sections)

    @cached_property
    def information(self) -> list[Values]:
        """At each of the abilities what each column adds to a form's information."""
        thetas = [float(entry.theta) for entry in self.sheet.bench.blueprint.information]
        return [self._by_cell([informing(theta)(one) for _, one in self.sheet.cells]) for theta in thetas]

    @cached_property
    def marks(self) -> Values:
        """What each column adds to a form's expected marks."""
        return self._by_cell([one.expected for _, one in self.sheet.cells])

    @cached_property
    def weights(self) -> Values:
        """Thrown weights from 0 to 1, which choose among forms of which none is better."""
        throws = {id: self.dice.throw("weight", 0, id) / SPAN for id in self.sheet.columns}
        return self._by_cell([throws[one.item.qualified] for _, one in self.sheet.cells])

    def _by_cell(self, figures: Sequence[float]) -> Values:
        return np.asarray([*figures, *[0.0] * (self.sheet.size - len(figures))], dtype=np.float64)

    def worth(self, form: Values) -> tuple[float, ...]:
        """What the objective looks at of a form: its information at each ability, or its expected marks."""
        looked = self.information if self.objective == "maximin" else [self.marks]
        return tuple(float(figures @ np.round(form)) for figures in looked)

    def broken(self, forms: Sequence[Values]) -> list[str]:
        """The rules, in words, that these forms (by column) do not meet; "" for what any paper is."""
        names = ["", *(rule.name for rule in self.rules)]
        found = {names[row.rule + 1] for row in self.sheet.rows for form in forms if not _holds(row, form)}
        uses = sum(forms, np.zeros(self.sheet.size))
        for rule, caps in self.caps:
            if any(uses[self.sheet.columns[id]].sum() > cap for id, cap in caps.items()):
                found.add(rule.name)
        held = [{id for id, columns in self.sheet.columns.items() if form[columns].any()} for form in forms]
        for rule in self.overlaps:
            if any(len(one & other) > rule.bound for one, other in combinations(held, 2)):
                found.add(rule.name)
        return sorted(found)


def goal_of(blueprint: Blueprint, forms: int) -> Goal:
    """What is to be the best of so many forms."""
    return blueprint.objective or ("balance" if forms > 1 else "any")


def _holds(row: Row, form: Values) -> bool:
    total = float(row.factors @ form[row.columns])
    return row.low - TOLERANCE <= total <= row.high + TOLERANCE
