"""Integer programs, and HiGHS (Huangfu and Hall 2018) which solves them: the one place that knows the solver."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Values: TypeAlias = NDArray[np.float64]
Places: TypeAlias = NDArray[np.int32]
INFINITE: Final = float("inf")
#: A solution may miss a row by this, and an integer by this, as the solver computes in doubles.
TOLERANCE: Final = 1e-6
_SEED: Final = 1


@dataclass(frozen=True, slots=True)
class Limits:
    """How hard is looked: nodes of the search tree, and how much better another solution may be – as a share of what was
    found, or by so much. No clock stops the search, so a slower machine finds the same.
    """

    nodes: int
    share: float = 0.0
    amount: float = TOLERANCE


@dataclass(frozen=True, slots=True)
class Answer:
    """What the solver found. ``values`` None: no solution, and then ``proven`` says that there is none.

    With a solution ``proven`` says that none is better than it by more than the gap that was asked for; ``bound`` is
    what no solution can be better than.
    """

    values: Values | None
    proven: bool
    bound: float
    #: Seconds within the solver, by its own clock.
    seconds: float


@dataclass(slots=True)
class Program:
    """Columns with bounds, rows over them, and what is to be as large as can be."""

    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    worth: list[float] = field(default_factory=list)
    columns: list[Places] = field(default_factory=list)
    factors: list[Values] = field(default_factory=list)
    row_low: list[float] = field(default_factory=list)
    row_high: list[float] = field(default_factory=list)

    def column(self, low: float, high: float, *, whole: bool = False, worth: float = 0) -> int:
        """A new column; its number. ``worth``: what one unit of it adds to the objective."""
        self.low.append(low)
        self.high.append(high)
        self.whole.append(whole)
        self.worth.append(worth)
        return len(self.low) - 1

    def row(
        self, columns: Sequence[int] | Places, factors: Sequence[float] | Values, low: float, high: float
    ) -> None:
        """A new row: Σ factor × column lies from ``low`` to ``high``. A column stands in it once."""
        self.columns.append(np.asarray(columns, dtype=np.int32))
        self.factors.append(np.asarray(factors, dtype=np.float64))
        self.row_low.append(low)
        self.row_high.append(high)

    def solve(self, limits: Limits) -> Answer:
        """Solved within the limits; the same each time with one version of the solver."""
        return _solved(self, limits)


def version() -> str:
    """The solver's name and version."""
    from highspy._core import _Highs  # noqa: PLC0415 -- a draw needs no solver, and it takes 0.2 s

    return f"HiGHS {_Highs().version()}"


def _solved(program: Program, limits: Limits) -> Answer:
    import highspy  # noqa: PLC0415 -- as above
    from highspy._core import _Highs  # noqa: PLC0415 -- ``Highs`` around it greets on standard output, where our JSON stands

    solver = _Highs()
    options = {
        "output_flag": False,
        "threads": 1,
        "random_seed": _SEED,
        "mip_max_nodes": limits.nodes,
        "mip_rel_gap": limits.share,
        "mip_abs_gap": limits.amount,
    }
    for name, value in options.items():
        solver.setOptionValue(name, value)
    solver.passModel(_model(program))
    solver.run()
    seconds = solver.getRunTime()
    found, told = solver.getModelStatus(), solver.getInfo()
    statuses = highspy.HighsModelStatus
    if found in {statuses.kInfeasible, statuses.kUnboundedOrInfeasible}:
        return Answer(None, True, -INFINITE, seconds)
    if told.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return Answer(None, False, INFINITE, seconds)
    bound = told.mip_dual_bound if any(program.whole) else told.objective_function_value
    values = np.asarray(solver.getSolution().col_value, dtype=np.float64)
    return Answer(values, found == statuses.kOptimal, float(bound), seconds)


def _model(program: Program) -> Any:
    import highspy  # noqa: PLC0415 -- as above

    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(program.low), len(program.row_low)
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = np.asarray(program.worth, dtype=np.float64)
    model.col_lower_ = np.asarray(program.low, dtype=np.float64)
    model.col_upper_ = np.asarray(program.high, dtype=np.float64)
    model.row_lower_ = np.asarray(program.row_low, dtype=np.float64)
    model.row_upper_ = np.asarray(program.row_high, dtype=np.float64)
    kinds = highspy.HighsVarType
    if any(program.whole):
        model.integrality_ = [kinds.kInteger if whole else kinds.kContinuous for whole in program.whole]
    matrix = model.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    sizes = [len(columns) for columns in program.columns]
    matrix.start_ = np.cumsum([0, *sizes], dtype=np.int32)
    matrix.index_ = np.concatenate([*program.columns, np.zeros(0, np.int32)])
    matrix.value_ = np.concatenate([*program.factors, np.zeros(0)])
    return model
