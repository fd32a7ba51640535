"""Parallel forms: 30 of 40 questions out of 1,000, the whole of the exact engine against the solver alone within it.

    python -m benchmarks.forms

The pool is made up and stated here: eight topics, three difficulties and levels, a curve each, a pair of enemies in
twenty. Printed are the seconds of the whole by the clock and of the processor (one thread: the second is the first on a
machine that does nothing else), those within the solver by its own clock, the ratio, and how near the best the forms are.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction

import numpy as np

from quiz.assembly.blueprint import Blueprint
from quiz.assembly.index import Item, ListIndex
from quiz.assembly.measures import Measures
from quiz.assembly.parallel import parallel
from quiz.banks.calibration import Calibration

#: Forms and questions of the pool; each form has 40.
SIZES = ((8, 250), (30, 1_000))
MOST_SECONDS = 60
TOPICS = 8


class Pool(ListIndex):
    """Questions with curves that stand in no file."""

    def __init__(self, count: int) -> None:
        throw = np.random.default_rng(1)
        self._curves = {f"m/q{n:04}": _measures(throw) for n in range(count)}
        super().__init__(_item(n, throw) for n in range(count))

    def measures(self, items: Sequence[Item]) -> Mapping[str, Measures]:
        """Those that were made up."""
        return {item.qualified: self._curves[item.qualified] for item in items}


def _measures(throw: np.random.Generator) -> Measures:
    slope, place = round(float(throw.lognormal(0, 0.3)), 3), round(float(throw.normal()), 3)
    curve = Calibration.model_validate({"a": str(slope), "b": str(place)})
    return Measures(int(throw.integers(10, 60)), 0, Fraction(1), calibration=curve)


def _item(n: int, throw: np.random.Generator) -> Item:
    return Item(
        "m",
        f"q{n:04}",
        f"t/{n % TOPICS}",
        "single_choice",
        ("easy", "medium", "hard")[n % 3],
        enemies=(f"m/q{n + 1:04}",) if n % 20 == 0 else (),
        facility=Fraction(int(throw.integers(30, 95)), 100),
        option_ids=("a", "b", "c", "d"),
        level=("remember", "apply", "analyse")[n // TOPICS % 3],
    )


def _blueprint(objective: str) -> Blueprint:
    return Blueprint.load(
        {
            "format": "quiz-blueprint/1",
            "title": "T",
            "sections": [{"bank": "m", "topic": f"t/{n}", "count": 5} for n in range(TOPICS)],
            "levels": {"analyse": {"min": 10}},
            "difficulty": {"hard": {"max": 16}},
            "words": {"max": 1500},
            "information": [{"theta": theta, "min": 3} for theta in (-1, 0, 1)],
            "objective": objective,
            "forms": {"overlap": {"max": 6}, "exposure": {"max": "0.25"}},
        }
    )


def main() -> None:
    """Prints a line for each objective and size, and the exponent of growth."""
    for objective in ("balance", "maximin"):
        seen = []
        for forms, count in SIZES:
            index, plan = Pool(count), _blueprint(objective)
            begun, worked = time.perf_counter(), time.process_time()
            made = parallel(plan, index, 1, date(2026, 11, 23), forms)
            whole, worked = time.perf_counter() - begun, time.process_time() - worked
            found = made.exactness
            value, bound = found.value or 0, found.bound or 0
            print(
                f"{objective}: {forms} forms of {count}: {whole:.1f} s, of the processor {worked:.1f} s "
                f"(at most {MOST_SECONDS}), solver {made.seconds:.1f} s, ratio {whole / made.seconds:.3f} (at most 1.2); "
                f"{found.status}, {value:.6f}, bound {bound:.6f}, gap {found.gap:.6f}"
            )
            seen.append((forms * count, worked))
        (small, short), (large, long) = seen
        print(
            f"{objective}: grows with forms × questions to the power {math.log(long / short, large / small):.2f}"
        )


if __name__ == "__main__":
    main()
