"""What the figures of a whole test say, in words: first verdicts, then figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from quiz.statistics.classical import TotalFigures
from quiz.statistics.flags import FEWEST

#: Moodle's rules of thumb: above is satisfactory, below the second is not.
RELIABLE: Final = 0.75
UNRELIABLE: Final = 0.64


@dataclass(frozen=True, slots=True)
class Verdict:
    """A sentence about the whole, by its code in ``words.GENERAL``; ``state`` good, look or none."""

    code: str
    state: str
    figures: Mapping[str, float] = field(default_factory=dict)


def verdicts(
    whole: TotalFigures, grades: Mapping[float, int], pass_grade: float | None, left_out: int
) -> list[Verdict]:
    """The verdicts on a test: its figures, how many have which grade, in one unit, the pass mark, and how many attempts are
    left out.
    """
    return [
        *_few(whole.n),
        *_reliability(whole),
        *_passed(whole, grades, pass_grade),
        *([Verdict("left-out", "look", {"n": left_out})] if left_out else []),
    ]


def _few(n: int) -> Iterator[Verdict]:
    if 0 < n < FEWEST:
        yield Verdict("few", "none", {"n": n, "fewest": FEWEST})


def _reliability(whole: TotalFigures) -> Iterator[Verdict]:
    if whole.n < FEWEST or whole.alpha is None or whole.alpha_ci is None or whole.standard_error is None:
        return
    code = "reliable" if whole.alpha >= RELIABLE else "unreliable" if whole.alpha < UNRELIABLE else "thin"
    low, high = whole.alpha_ci
    figures = {"alpha": whole.alpha, "low": low, "high": high, "standard_error": whole.standard_error}
    yield Verdict(code, "good" if code == "reliable" else "look", figures)


def _passed(whole: TotalFigures, grades: Mapping[float, int], pass_grade: float | None) -> Iterator[Verdict]:
    """How many passed; how many lie so near the pass mark that it could have gone the other way."""
    if pass_grade is None or not grades:
        return
    n = sum(grades.values())
    passed = sum(many for grade, many in grades.items() if round(grade, 9) >= round(pass_grade, 9))
    figures = {"passed": passed, "n": n, "pass_grade": pass_grade}
    state = "good" if 2 * passed >= n else "look"
    error = whole.standard_error
    if error is None or whole.n < FEWEST:
        yield Verdict("passed", state, figures)
        return
    near = sum(many for grade, many in grades.items() if abs(grade - pass_grade) <= error)
    yield Verdict("passed-near", state, {**figures, "near": near, "standard_error": error})
