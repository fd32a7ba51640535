"""The integer programs of the exact engine: some forms explicitly, those made before, and the rest as one sum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, TypeAlias

import numpy as np

from quiz.assembly.program import INFINITE, Program, Values
from quiz.assembly.rows import ALWAYS
from quiz.assembly.tasks import Task

#: What the program is to make large: nothing, thrown weights, the number of questions, minus the slack of a rule, minus
#: how often a question is used at most, or one of the objectives.
Goal: TypeAlias = Literal["none", "any", "count", "slack", "even", "maximin", "balance"]


@dataclass(frozen=True, slots=True)
class _Block:
    """The columns of a form, or of the sum of so many forms that are still to be made."""

    start: int
    forms: int
    explicit: bool


class Step:
    """A program over the forms of a task.

    ``rules``: those that hold, by place, None for all. ``made``: the forms made before, each by column. ``counts``: how
    many questions each open section gets, ``total``: how many these get together; None: any. ``loose``: a rule
    whose bound gives way by the column ``slack``.
    """

    def __init__(
        self,
        task: Task,
        rules: frozenset[int] | None = None,
        *,
        made: Sequence[Values] = (),
        counts: Sequence[float] | None = None,
        total: int | None = None,
        loose: int | None = None,
    ) -> None:
        self.task, self.made, self._counts, self._total = task, made, counts, total
        self.rules = frozenset(range(len(task.rules))) if rules is None else rules
        self.program = Program()
        self.loose = loose
        self.slack = -1
        self.blocks: list[_Block] = []
        self._numbers: list[int] = []
        self._used = sum(made, np.zeros(task.sheet.size))

    def write(self, explicit: int, rest: int, goal: Goal) -> None:
        """Writes the program of so many explicit forms and a rest of so many."""
        if self.loose is not None:
            self.slack = self.program.column(0, INFINITE, worth=-1)
        self.blocks = [self._block(1, explicit=True) for _ in range(explicit)]
        self.blocks += [self._block(rest, explicit=False)] if rest else []
        weights = self.task.weights if goal == "any" else None
        for block in self.blocks:
            self._rows(block)
            if weights is not None:
                self.program.worth[block.start : block.start + len(weights)] = weights.tolist()
        self._caps()
        self._overlaps()
        self._sections(goal)
        write = {"maximin": self._maximin, "balance": self._balance, "even": self._evenly}.get(goal)
        if write:
            write()

    # What a solution says ------------------------------------------------------------------------------------------

    def forms(self, values: Values) -> list[Values]:
        """The explicit forms, by column, in whole numbers."""
        size = self.task.sheet.size
        return [np.round(values[one.start : one.start + size]) for one in self.blocks if one.explicit]

    def counts(self, values: Values) -> list[float]:
        """How many questions each open section gets."""
        return [float(round(values[number])) for number in self._numbers]

    def total(self, values: Values) -> int:
        """How many questions the open sections get together."""
        return int(sum(self.counts(values)))

    # Rows ----------------------------------------------------------------------------------------------------------

    def _block(self, forms: int, *, explicit: bool) -> _Block:
        start = len(self.program.low)
        for _ in range(self.task.sheet.size):
            self.program.column(0, forms, whole=explicit)
        return _Block(start, forms, explicit)

    def _rows(self, block: _Block) -> None:
        for row in self.task.sheet.rows:
            if row.rule == ALWAYS or row.rule in self.rules:
                self._row(
                    row.columns + block.start,
                    row.factors,
                    row.low * block.forms,
                    row.high * block.forms,
                    loosened=block.forms if row.rule == self.loose else 0,
                )

    def _row(
        self,
        columns: Sequence[int] | np.ndarray[tuple[int], np.dtype[np.int32]],
        factors: Sequence[float] | Values,
        low: float,
        high: float,
        *,
        loosened: int,
    ) -> None:
        """A row; ``loosened``: by so many times the slack its bound gives way."""
        if loosened:
            columns = [*columns, self.slack]
            factors = [*factors, loosened if low > -INFINITE else -loosened]
        self.program.row(columns, factors, low, high)

    def _caps(self) -> None:
        """How often a question may still be used by all forms of the program together."""
        sheet, forms = self.task.sheet, sum(block.forms for block in self.blocks)
        for place, (_, caps) in enumerate(self.task.caps, len(sheet.rules)):
            if place not in self.rules:
                continue
            for id, cap in caps.items():
                left = cap - sum(self._used[column] for column in sheet.columns[id])
                if left < forms:
                    columns = self._columns(id)
                    self._row(
                        columns, [1.0] * len(columns), -INFINITE, left, loosened=int(place == self.loose)
                    )

    def _columns(self, id: str) -> list[int]:
        """All columns of a question."""
        return [block.start + column for block in self.blocks for column in self.task.sheet.columns[id]]

    def _overlaps(self) -> None:
        places = [place for place, rule in enumerate(self.task.rules) if rule in self.task.overlaps]
        if not places or places[0] not in self.rules:
            return
        most, loosened = float(self.task.overlaps[0].bound), int(places[0] == self.loose)
        for form in self.made:
            shared = [id for id, columns in self.task.sheet.columns.items() if form[columns].any()]
            for block in self.blocks:
                columns = [block.start + column for id in shared for column in self.task.sheet.columns[id]]
                self._row(
                    columns,
                    [1.0] * len(columns),
                    -INFINITE,
                    most * block.forms,
                    loosened=loosened * block.forms,
                )
        for one, other in combinations([block for block in self.blocks if block.explicit], 2):
            both = [*self._both(one, other)]
            self._row(both, [1.0] * len(both), -INFINITE, most, loosened=loosened)
        if not self.made and any(not block.explicit for block in self.blocks):
            self._pairs(most, loosened)  # for the proof; later it would double the work and bring nothing

    def _pairs(self, most: float, loosened: int) -> None:
        """A question on n forms is shared by n (n − 1) / 2 pairs of them, and all pairs share so much at most.

        That sum is convex in n, so it is bounded from below by its chords between k and k + 1: k n − k (k + 1) / 2.
        """
        forms = self.task.forms
        pairs, shared = forms * (forms - 1) // 2, []
        for id, chords in self._chords():
            columns, used = self._columns(id), self._used[self.task.sheet.columns[id]].sum()
            shared.append(self.program.column(0, INFINITE))
            for k in chords:
                factors = [1.0, *[-float(k)] * len(columns)]
                self.program.row([shared[-1], *columns], factors, k * used - k * (k + 1) / 2, INFINITE)
        self._row(shared, [1.0] * len(shared), -INFINITE, most * pairs, loosened=loosened * pairs)

    def _chords(self) -> Iterator[tuple[str, Sequence[int]]]:
        """The chords that bound each question: about as often as it is used on average, or on every form."""
        task, forms = self.task, self.task.forms
        usual = max(1, int(forms * task.least_questions / max(1, len(task.exposed))))
        exposed = {*task.exposed}
        for id in task.sheet.columns:
            yield id, (usual, usual + 1) if id in exposed else (forms - 1,)

    def _both(self, one: _Block, other: _Block) -> Iterator[int]:
        """A column for each question, which is 1 where it stands on both forms."""
        for columns in self.task.sheet.columns.values():
            both = self.program.column(0, 1)
            theirs = [block.start + column for block in (one, other) for column in columns]
            self.program.row([*theirs, both], [*[1.0] * len(theirs), -1.0], -INFINITE, 1)
            yield both

    def _sections(self, goal: Goal) -> None:
        """Each open section gets the same number of questions on each form."""
        worth = 1.0 if goal == "count" else 0.0
        for at, part in enumerate(self.task.open_sections):
            low, high = (self._counts[at], self._counts[at]) if self._counts else (0, INFINITE)
            number = self.program.column(low, high, worth=worth)
            self._numbers.append(number)
            own = np.asarray(self.task.sheet.of_section(part), dtype=np.int32)
            for block in self.blocks:
                columns = [*(own + block.start), number]
                self.program.row(columns, [*[1.0] * len(own), -block.forms], 0, 0)
        if self._total is not None:
            self.program.row(self._numbers, [1.0] * len(self._numbers), self._total, self._total)

    # Objectives ----------------------------------------------------------------------------------------------------

    def _evenly(self) -> None:
        """A column that no question is used more often than."""
        most = self.program.column(0, INFINITE, worth=-1)
        for id in self.task.exposed:
            columns = self._columns(id)
            self.program.row([*columns, most], [*[1.0] * len(columns), -1.0], -INFINITE, 0)

    def _maximin(self) -> None:
        """A column that the information of no form, at none of the abilities, is below."""
        made = (min(self.task.worth(form)) for form in self.made)
        least = self.program.column(0, min(made, default=INFINITE), worth=1)
        for block in self.blocks:
            for figures in self.task.information:
                self._figures(block, figures, least, 0, INFINITE)

    def _balance(self) -> None:
        """The largest and the least expected marks of a form."""
        made = [self.task.worth(form)[0] for form in self.made]
        most = self.program.column(max(made, default=0), INFINITE, worth=-1)
        least = self.program.column(-INFINITE, min(made, default=INFINITE), worth=1)
        for block in self.blocks:
            self._figures(block, self.task.marks, most, -INFINITE, 0)
            self._figures(block, self.task.marks, least, 0, INFINITE)

    def _figures(self, block: _Block, figures: Values, column: int, low: float, high: float) -> None:
        columns = [*range(block.start, block.start + len(figures)), column]
        self.program.row(columns, [*figures, -float(block.forms)], low, high)
