"""How fair several papers are: what each covers, the marks to be expected and how sure that is, information, overlap.

What a question is expected to bring is told in ``quiz.assembly.expecting``; questions are taken as independent.
Where two papers are compared, the questions on both add nothing to the error of the difference. What holds for all pairs
of papers together is told by Bonferroni's inequality (Dunn 1961).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import ceil, comb, sqrt
from statistics import NormalDist
from typing import Final

from quiz.assembly.draw import Paper, PaperSlot
from quiz.assembly.expecting import SOURCES, Expectation, Source, expectation
from quiz.assembly.measures import THETAS, Measures
from quiz.banks.calibration import Calibration
from quiz.banks.model import EXPECTED

#: From this share on a question is as easy as those that are called so.
EASY: Final = float(EXPECTED["easy"])
Z95: Final = 1.959964


def upward(marks: float) -> float:
    """Rounded up to hundredths: what is said to be the most stays so."""
    return ceil(100 * marks - 1e-6) / 100


@dataclass(frozen=True, slots=True)
class FormFairness:
    """A paper: its points, the marks to be expected with an interval of 95 %, and whether it is of easy questions alone."""

    form: int
    points: float
    expected: float
    low: float
    high: float
    easy: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """By how many expected marks the second paper is easier than the first, with an interval of 95 %."""

    forms: tuple[int, int]
    marks: float
    low: float
    high: float

    @property
    def at_most(self) -> float:
        """The same, rounded up."""
        return upward(self.marks)


@dataclass(frozen=True)
class Fairness:
    """A report on papers (at least one). ``measures`` by ``bank/id``, as far as they are known."""

    papers: Sequence[Paper]
    measures: Mapping[str, Measures]

    @cached_property
    def expectations(self) -> Mapping[str, Expectation]:
        """By ``bank/id``, of the questions that ask something."""
        return {
            slot.question: expectation(
                slot.expected_facility,
                authored=slot.is_authored,
                measures=self.measures.get(slot.question),
            )
            for paper in self.papers
            for slot in paper.slots
            if slot.asks
        }

    @cached_property
    def forms(self) -> tuple[FormFairness, ...]:
        """Each paper."""
        return tuple(self._form(paper) for paper in self.papers)

    def _form(self, paper: Paper) -> FormFairness:
        marks = _marks(paper)
        expected = sum(worth * self.expectations[id].share for id, worth in marks.items())
        wide = Z95 * sqrt(sum((worth * self.expectations[id].error) ** 2 for id, worth in marks.items()))
        easy = all(self.expectations[id].share >= EASY for id in marks)
        points = float(paper.points)
        return FormFairness(
            paper.form, points, expected, max(0, expected - wide), min(points, expected + wide), easy
        )

    @property
    def easy_unlike_others(self) -> tuple[int, ...]:
        """The papers of easy questions alone, where others are not."""
        easy = tuple(form.form for form in self.forms if form.easy)
        return easy if len(easy) < len(self.forms) else ()

    @cached_property
    def apart(self) -> Difference | None:
        """The two papers whose expected marks differ most; None for one paper."""
        if len(self.forms) < 2:
            return None
        ranked = sorted(zip(self.forms, self.papers, strict=True), key=lambda one: one[0].expected)
        (hard, least), (easy, most) = ranked[0], ranked[-1]
        marks, wide = easy.expected - hard.expected, Z95 * self._error_between(_marks(least), _marks(most))
        return Difference((hard.form, easy.form), marks, marks - wide, marks + wide)

    @cached_property
    def at_most(self) -> float | None:
        """What no two papers' expected marks differ by more than, with 95 % confidence for all pairs together, rounded up."""
        if len(self.forms) < 2:
            return None
        z = NormalDist().inv_cdf(1 - 0.025 / comb(len(self.forms), 2))
        told = [(form.expected, _marks(paper)) for form, paper in zip(self.forms, self.papers, strict=True)]
        wide = max(
            abs(one[0] - other[0]) + z * self._error_between(one[1], other[1])
            for one, other in combinations(told, 2)
        )
        return upward(min(wide, max(form.points for form in self.forms)))

    def _error_between(self, one: Mapping[str, float], other: Mapping[str, float]) -> float:
        """The standard error of the difference of two papers' expected marks."""
        differing = {id: other.get(id, 0) - one.get(id, 0) for id in {**one, **other}}
        return sqrt(sum((by * self.expectations[id].error) ** 2 for id, by in differing.items()))

    @property
    def mean(self) -> float:
        """The mean of the papers' expected marks."""
        return sum(form.expected for form in self.forms) / len(self.forms)

    @property
    def spread(self) -> float:
        """The standard deviation of the papers' expected marks."""
        return sqrt(sum((form.expected - self.mean) ** 2 for form in self.forms) / len(self.forms))

    @property
    def sources(self) -> Mapping[Source, int]:
        """On what the expectations rest: how many questions each."""
        counts = Counter(one.source for one in self.expectations.values())
        return {source: counts[source] for source in SOURCES if counts[source]}

    @property
    def n(self) -> tuple[int, int] | None:
        """The fewest and the most answers that an expectation rests on; None where none rests on answers."""
        counts = [one.n for one in self.expectations.values() if one.n]
        return (min(counts), max(counts)) if counts else None

    @property
    def overlap(self) -> tuple[tuple[int, ...], ...]:
        """How many questions each two papers share; a variant of a family is a question of its own."""
        sets = [{(slot.question, slot.variant) for slot in paper.slots} for paper in self.papers]
        return tuple(tuple(len(one & other) for other in sets) for one in sets)

    @property
    def most_shared(self) -> int | None:
        """How many questions two papers share at most; None for one paper."""
        pairs = combinations(range(len(self.papers)), 2)
        return max((self.overlap[one][other] for one, other in pairs), default=None)

    @property
    def coverage(self) -> tuple[tuple[str, str, tuple[int, ...]], ...]:
        """How many questions of each kind each paper holds: section, level, difficulty and type, the value, the counts."""
        kinds: Mapping[str, Callable[[PaperSlot], str]] = {
            "section": lambda slot: slot.section,
            "topic": lambda slot: slot.topic,
            "level": lambda slot: slot.level,
            "difficulty": lambda slot: slot.difficulty,
            "type": lambda slot: slot.type,
        }
        found = []
        for name, kind in kinds.items():
            counts = [Counter(kind(slot) for slot in paper.slots) for paper in self.papers]
            values = dict.fromkeys(value for count in counts for value in count)
            values = values if name == "section" else dict.fromkeys(sorted(values))
            found += [(name, value, tuple(count[value] for count in counts)) for value in values]
        return tuple(found)

    @property
    def calibrated(self) -> int:
        """How many of the questions have a curve."""
        return sum(self._curve(id) is not None for id in self.expectations)

    def _curve(self, id: str) -> Calibration | None:
        found = self.measures.get(id)
        return found.calibration if found else None

    @cached_property
    def information(self) -> tuple[tuple[float, ...], ...]:
        """Each paper's information at ``THETAS``; questions without a curve add nothing."""
        return tuple(
            tuple(
                sum(self.measures[id].information(theta) for id in _marks(paper) if id in self.measures)
                for theta in THETAS
            )
            for paper in self.papers
        )

    def dump(self, *, compared: bool = True) -> dict[str, object]:
        """JSON-able; figures to four decimals. Without what is ``compared`` pair by pair, and without curves, where there are many."""
        apart = self.apart
        return {
            "forms": [
                {
                    "form": form.form,
                    "expected": round(form.expected, 4),
                    "interval": [round(form.low, 4), round(form.high, 4)],
                    "easy_only": form.easy,
                }
                for form in self.forms
            ],
            "apart": apart
            and {
                "forms": [*apart.forms],
                "marks": round(apart.marks, 4),
                "interval": [round(apart.low, 4), round(apart.high, 4)],
            },
            "at_most": self.at_most if compared else None,
            "mean": round(self.mean, 4),
            "spread": round(self.spread, 4),
            "sources": dict(self.sources),
            "answers": self.n and [*self.n],
            "coverage": [
                {"kind": kind, "value": value, "questions": [*counts]}
                for kind, value, counts in self.coverage
            ],
            "overlap": [[*row] for row in self.overlap] if compared else None,
            "calibrated": self.calibrated,
            "information": {
                "theta": [*THETAS],
                "forms": [[round(value, 4) for value in curve] for curve in self.information],
            }
            if self.calibrated and compared
            else None,
        }


def _marks(paper: Paper) -> dict[str, float]:
    """The points of each question that asks something."""
    return {slot.question: float(slot.points) for slot in paper.slots if slot.asks}
