"""What mark is to be expected on a question, how sure that is, and what it rests on.

It rests on the curve of the question's calibration over abilities N(0, 1), else on the share that its author wrote, else on
its label; where it got answers, these are weighed with that by precision. How far the true share may lie from it is the
standard error of a share of n answers; without answers it is assumed: ``UNKNOWN``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from typing import Final, Literal, TypeAlias

from quiz.assembly.measures import Measures, average_share

Source: TypeAlias = Literal["answers", "calibrated", "authored", "label"]
SOURCES: Final[tuple[Source, ...]] = ("answers", "calibrated", "authored", "label")
#: The standard deviation of true shares around what a label or an author says: an assumption, stated in every report.
UNKNOWN: Final[Mapping[Source, float]] = {"authored": 0.1, "label": 0.15}


@dataclass(frozen=True, slots=True)
class Expectation:
    """The expected share of a question's mark, its standard error, and what it rests on; ``n`` answers, 0 for none."""

    share: float
    error: float
    source: Source
    n: int = 0


def expectation(facility: Fraction, *, authored: bool, measures: Measures | None) -> Expectation:
    """What is known of a question whose author, or whose label, says this share of the mark.

    Few answers say little: they are weighed with what would be expected without them, each by its precision.
    """
    before = _unanswered(facility, authored=authored, measures=measures)
    answers = measures.answers if measures else None
    if answers is None or answers[1] < 1:
        return before
    share, n = min(1.0, max(0.0, answers[0])), answers[1]  # marks below 0 are none to be expected
    error = _error(share, n)
    weight = before.error**2 / (before.error**2 + error**2)
    together = sqrt(weight) * error
    return Expectation(weight * share + (1 - weight) * before.share, together, "answers", n)


def _unanswered(facility: Fraction, *, authored: bool, measures: Measures | None) -> Expectation:
    if measures is not None and measures.calibration is not None:
        share, n = average_share(measures.calibration), measures.calibration.n or 0
        return Expectation(share, _error(share, n) if n else UNKNOWN["authored"], "calibrated", n)
    source: Source = "authored" if authored else "label"
    return Expectation(float(facility), UNKNOWN[source], source)


def _error(share: float, n: int) -> float:
    """The standard error of a share of n answers; of all right or all wrong, as if two answers more were half right
    (Agresti and Coull 1998).
    """
    share = (share * n + 1) / (n + 2) if share in {0, 1} else share
    return sqrt(share * (1 - share) / n)
