"""Writes ``adaptive-figures.json``: adaptive tests of ``adaptive-pool.csv`` by catsim 0.21 (Meneghetti & Aquino Junior 2017).

Run by hand, in an environment with catsim: ``python adaptive_catsim.py``. Two thousand examinees, N(0, 1); starts at 0,
most informative item, maximum likelihood (Dodd's step while all answers are alike).
"""

import csv
import json
from pathlib import Path

import numpy as np
from catsim.estimation import NumericalSearchEstimator
from catsim.initialization import FixedPointInitializer
from catsim.item_bank import ItemBank
from catsim.selection import MaxInfoSelector, RandomesqueSelector
from catsim.simulation import Simulator
from catsim.stopping import MinErrorStopper, TestLengthStopper

FOLDER = Path(__file__).parent
RUNS = {
    "length 20": (MaxInfoSelector(), TestLengthStopper(max_items=20)),
    "error 0.3": (MaxInfoSelector(), MinErrorStopper(0.3, min_items=5, max_items=40)),
    "one of 5, length 20": (RandomesqueSelector(5), TestLengthStopper(max_items=20)),
}


def main():
    rows = csv.DictReader((FOLDER / "adaptive-pool.csv").open(encoding="utf-8"))
    items = np.array([[float(row["a"]), float(row["b"]), float(row["c"]), 1.0] for row in rows])
    found = {}
    for number, (name, (selector, stopper)) in enumerate(RUNS.items()):
        abilities = np.random.default_rng(2026 + number).standard_normal(2000)
        run = Simulator(ItemBank(items), abilities, seed=number)
        run.simulate(
            FixedPointInitializer(0.0), selector, NumericalSearchEstimator(method="bounded"), stopper
        )
        lengths = [len(each) for each in run.administered_items]
        used = np.bincount(np.concatenate(run.administered_items).astype(int), minlength=len(items))
        exposure = used / len(abilities)
        found[name] = {
            "bias": float(run.bias),
            "rmse": float(run.rmse),
            "length": float(np.mean(lengths)),
            "exposure": float(exposure.max()),
            "used": float((exposure > 0).mean()),
            "overlap": float(
                (used * (used - 1)).sum() / len(lengths) / (len(lengths) - 1) / np.mean(lengths)
            ),
        }
        (FOLDER / "adaptive-figures.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
