"""Models of item response theory: the time to fit, to judge the items and to estimate abilities.

Products of matrices take one thread here, as in ``quiz stats``: on a machine with other work, threads wait for each other.
``python -m benchmarks.irt``; ``python -m benchmarks.irt large`` also fits 100,000 examinees.
"""

import os
import sys
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from quiz.statistics.irt.fitting import item_fits
from quiz.statistics.irt.models import fit
from quiz.statistics.irt.persons import abilities
from quiz.statistics.table import ResponseTable


def main():
    """Prints seconds, the log-likelihood, and whether it converged."""
    right = simulated(10_000, 50, 1)
    for model, estimator in (("2pl", "mml"), ("rasch", "mml"), ("rasch", "cml"), ("3pl", "mml")):
        _measure(right, model, estimator)
    steps = simulated(5_000, 20, 4)
    for model in ("pcm", "rsm", "gpcm", "grm"):
        _measure(steps, model, "mml")
    if "large" in sys.argv:
        _measure(simulated(100_000, 50, 1), "2pl", "mml")


def simulated(examinees, items, steps):
    """A table of scores 0 … steps by a graded response model, the same each time."""
    chance = np.random.default_rng(1)
    theta = chance.normal(size=(examinees, 1))
    slope, location = chance.uniform(0.6, 2, items), chance.normal(size=items)
    lot, scores = chance.random((examinees, items)), np.zeros((examinees, items))
    for step in range(steps):
        scores += lot < 1 / (1 + np.exp(-slope * (theta - location - 0.8 * (step - (steps - 1) / 2))))
    names = tuple(f"i{number}" for number in range(1, items + 1))
    return ResponseTable(names, scores, np.full(items, float(steps)))


def _measure(table, model, estimator):
    start = time.perf_counter()
    fitted = fit(table, "complete", model, estimator, prior=model == "3pl")
    fitting = time.perf_counter()
    item_fits(fitted)
    judging = time.perf_counter()
    abilities(fitted, "eap")
    estimating = time.perf_counter()
    told = "converged" if fitted.converged else "NOT CONVERGED"
    print(
        f"{model} ({estimator}), {table.n:,} × {len(table.items)}: {fitting - start:.1f} s to fit, "
        f"{judging - fitting:.1f} s fit of items, {estimating - judging:.1f} s EAP; "
        f"log-likelihood {fitted.loglik:.3f}, {told}"
    )


if __name__ == "__main__":
    main()
