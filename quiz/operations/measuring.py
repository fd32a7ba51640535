"""The report of an adaptive quiz: what its tests tell of abilities, how well, and which questions they ask."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from sqlalchemy import Row

from quiz.assembly.blueprint import Blueprint
from quiz.assembly.path import Pooled, Stock, adaptive_of
from quiz.assembly.settings import Adaptive
from quiz.db import snapshot
from quiz.errors import NotFound
from quiz.models.analysing import WHICH, unknown_which
from quiz.models.comparing import Counted
from quiz.models.measuring import asked_of, measured_of, pool_of
from quiz.operations.access import Actor, QuizHead, head_of, quiz_of_results
from quiz.statistics.adaptive.pool import GRID
from quiz.statistics.adaptive.results import overlap, reliability
from quiz.statistics.classical import Values

#: Bands of ability, in logits, by which errors and lengths are told; the first and the last are open.
BANDS: Final = (-np.inf, -1.5, -0.5, 0.5, 1.5, np.inf)
#: How far abilities are drawn.
REACH: Final = 4
#: Why a test ended, other than by its rules: time was up, a teacher or the student ended it.
OTHERWISE: Final = "otherwise"


@dataclass(frozen=True, slots=True)
class Band:
    """Tests whose ability lies from ``low`` up to, not including, ``high``: how many, mean error, mean length."""

    low: float
    high: float
    n: int
    error: float | None
    length: float | None


@dataclass(frozen=True, slots=True)
class Exposed:
    """A question of the pool, and how many of the tests asked it; ``share`` of all."""

    question_id: int
    question: str
    #: The middle of where its steps lie; None on trial.
    location: float | None
    n: int
    share: float

    @property
    def trial(self) -> bool:
        """Whether it is not calibrated."""
        return self.location is None


@dataclass(frozen=True, slots=True)
class Measured(QuizHead):
    """What the tests of a quiz tell. Abilities in logits, on the scale of the calibrations."""

    which: str
    rules: Adaptive
    #: How many tests, and how many of them tell an ability.
    attempts: int
    abilities: tuple[float, ...]
    errors: tuple[float, ...]
    mean: float | None
    sd: float | None
    error: float | None
    reliability: float | None
    #: Fewest, mean and most questions of a test, without those on trial.
    lengths: tuple[int, float, int] | None
    #: How many ended so: a rule of ``path.STOPPED``, or OTHERWISE.
    stopped: Mapping[str, int]
    bands: tuple[Band, ...]
    #: What two tests have in common, on average: a share of a test.
    overlap: float | None
    #: Those that were asked most come first.
    exposed: tuple[Exposed, ...]
    #: Abilities, and what all calibrated questions of the pool together tell there.
    theta: tuple[float, ...]
    information: tuple[float, ...]

    @property
    def never(self) -> int:
        """Calibrated questions that no test asked."""
        return sum(not one.n for one in self.exposed if not one.trial)

    @property
    def locations(self) -> list[float]:
        """Where the calibrated questions of the pool lie."""
        return [one.location for one in self.exposed if one.location is not None]


def measured(actor: Actor | None, quiz_id: int, which: str) -> Measured:
    """What the tests of an adaptive quiz tell, for those who see its results. Four statements.

    NotFound where its attempts are no adaptive tests.
    """
    if which not in WHICH:
        raise unknown_which(which)
    with snapshot() as connection:
        quiz = quiz_of_results(connection, actor, quiz_id)
        found = pool_of(connection, quiz_id)
        if found is None:
            raise NotFound
        counted = Counted(quiz, which, None)
        rows, asked = measured_of(connection, counted), asked_of(connection, counted)
    blueprint, stock, questions = found
    rules = adaptive_of(Blueprint.load(blueprint))
    told = [row for row in rows if row.ability is not None and row.ability_error is not None]
    theta, error = (np.array([getattr(row, name) for row in told]) for name in ("ability", "ability_error"))
    exposed = tuple(_exposed(questions, asked, len(rows)))
    within = np.abs(GRID) <= REACH
    return Measured(
        **head_of(quiz),
        which=which,
        rules=rules,
        attempts=len(rows),
        abilities=tuple(theta.tolist()),
        errors=tuple(error.tolist()),
        mean=_mean(theta),
        sd=float(np.std(theta, ddof=1)) if len(theta) > 1 else None,
        error=float(np.sqrt(np.mean(error**2))) if len(error) else None,
        reliability=reliability(theta, error, rules.method),
        lengths=_lengths(rows),
        stopped=Counter(row.stopped or OTHERWISE for row in rows),
        bands=tuple(_bands(told)),
        overlap=overlap(np.array([one.n for one in exposed if not one.trial]), len(rows)),
        exposed=exposed,
        theta=tuple(GRID[within].tolist()),
        information=tuple(_information(stock)[within].tolist()),
    )


def _mean(values: Values) -> float | None:
    return float(values.mean()) if len(values) else None


def _lengths(rows: Sequence[Row[Any]]) -> tuple[int, float, int] | None:
    lengths = [row.length for row in rows]
    return (min(lengths), sum(lengths) / len(lengths), max(lengths)) if lengths else None


def _bands(told: Sequence[Row[Any]]) -> Iterator[Band]:
    for low, high in pairwise(BANDS):
        inside = [row for row in told if low <= row.ability < high]
        errors = np.array([row.ability_error for row in inside])
        lengths = np.array([row.length for row in inside], dtype=np.float64)
        yield Band(low, high, len(inside), _mean(errors), _mean(lengths))


def _exposed(questions: Mapping[int, Pooled], asked: Mapping[int, int], tests: int) -> Iterator[Exposed]:
    found = [
        Exposed(
            question_id,
            one.question,
            sum(one.b) / len(one.b) if one.b else None,
            asked.get(question_id, 0),
            asked.get(question_id, 0) / tests if tests else 0.0,
        )
        for question_id, one in questions.items()
    ]
    yield from sorted(found, key=lambda one: (-one.n, one.question))


def _information(stock: Stock) -> Values:
    """What the calibrated questions tell together, on ``GRID``."""
    total: Values = stock.pool.information.sum(axis=1)
    return total
