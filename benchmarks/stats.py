"""``quiz stats``, classical, 10,000 × 50: against reading the CSV into the array and one sort of the matrix."""

import io
import statistics
import time

import numpy as np

from quiz.statistics.analysis import analyse_table
from quiz.statistics.table import read_table

EXAMINEES, ITEMS = 10_000, 50
ROUNDS = 7
MUST = 2.0


def main():
    """Prints both, and the ratio."""
    text = _table()
    floors, reads, analyses = [], [], []
    for _ in range(ROUNDS):
        floors.append(_cpu(lambda: np.sort(np.loadtxt(io.BytesIO(text), delimiter=",", skiprows=1), axis=0)))
        reads.append(_cpu(lambda: read_table(text, "table")))
        table = read_table(text, "table")
        analyses.append(_cpu(lambda table=table: analyse_table(table, "complete")))
    floor, read, analysis = map(statistics.median, (floors, reads, analyses))
    ratio = (read + analysis) / floor
    told = "reached" if ratio <= MUST else "FALLS SHORT"
    print(
        f"quiz stats, {EXAMINEES:,} × {ITEMS}: {1000 * read:.0f} ms to read, {1000 * analysis:.0f} ms to analyse"
    )
    print(
        f"  = {ratio:.2f} × numpy reading and sorting it ({1000 * floor:.0f} ms; must ≤ {MUST:g}: {told})\n"
    )


def _cpu(work):
    before = time.process_time()
    work()
    return time.process_time() - before


def _table():
    dice = np.random.default_rng(1)
    ability = dice.normal(size=(EXAMINEES, 1))
    right = dice.random((EXAMINEES, ITEMS)) < 1 / (1 + np.exp(np.linspace(-2, 2, ITEMS) - ability))
    found = io.BytesIO()
    head = ",".join(f"i{item}" for item in range(ITEMS))
    np.savetxt(found, right, fmt="%d", delimiter=",", header=head, comments="")
    return found.getvalue()


if __name__ == "__main__":
    main()
