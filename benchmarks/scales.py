"""How long a report waits for the scale of a quiz: the first time, and when the same papers are asked for again.

Answers follow Rasch's model; a question of s steps is s answers together. Where papers differ, each holds only a part
of the questions. Seconds are those of the processor, one thread.
"""

import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from quiz.statistics.irt.scales import curve_of, scale_of

#: Papers, questions, steps of each, and the share of the questions that a paper holds.
QUIZZES = (
    (60, 20, 1, 1.0),
    (300, 20, 1, 1.0),
    (1_000, 20, 1, 0.5),
    (10_000, 20, 1, 1.0),
    (2_000, 60, 1, 1.0),
    (1_000, 60, 3, 0.7),
    (2_000, 200, 1, 0.1),
)


def main():
    """Prints a line a quiz."""
    print("| papers | questions | steps | held | model | papers used | converged | first, s | again, s |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for papers, questions, steps, held in QUIZZES:
        shares = _shares(papers, questions, steps, held)
        first, scale = _timed(shares)
        again, _ = _timed(shares)
        converged = "–" if scale.fitted is None else "yes" if scale.fitted.converged else "no"
        print(
            f"| {papers:,} | {questions} | {steps} | {held:.0%} | {scale.name or scale.why} | {scale.used:,} | {converged} "
            f"| {first:.2f} | {again:.2f} |",
            flush=True,
        )


def _timed(shares):
    before = time.process_time()
    scale = scale_of(shares)
    curve_of(scale, 0)
    return time.process_time() - before, scale


def _shares(papers, questions, steps, held):
    dice = np.random.default_rng(papers)
    ability, difficulty = dice.normal(size=(papers, 1)), dice.normal(size=questions)
    p = 1 / (1 + np.exp(difficulty - ability))
    right = (dice.random((steps, papers, questions)) < p).sum(axis=0) / steps
    return np.where(dice.random((papers, questions)) < held, right, np.nan)


if __name__ == "__main__":
    main()
