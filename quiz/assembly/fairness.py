"""How fair several papers are: what each covers, the marks to be expected and how sure that is, information, overlap.

The expected share of a question rests on the curve of its calibration over abilities N(0, 1), else on the share that its
author wrote, else on its label; where it got answers, these are weighed with that by precision. How far the true share may
lie from it is the standard error of a share of n answers; without answers it is assumed: ``UNKNOWN``. Questions are taken as independent.
Where two papers are compared, the questions on both add nothing to the error of the difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import sqrt
from typing import Final, Literal, TypeAlias

from quiz.assembly.draw import Paper, PaperSlot
from quiz.assembly.measures import THETAS, Measures, average_share
from quiz.banks.calibration import Calibration
from quiz.banks.model import EXPECTED

Source: TypeAlias = Literal["answers", "calibrated", "authored", "label"]
SOURCES: Final[tuple[Source, ...]] = ("answers", "calibrated", "authored", "label")
#: The standard deviation of true shares around what a label or an author says: an assumption, stated in every report.
UNKNOWN: Final[Mapping[Source, float]] = {"authored": 0.1, "label": 0.15}
#: From this share on a question is as easy as those that are called so.
EASY: Final = float(EXPECTED["easy"])
Z95: Final = 1.959964


@dataclass(frozen=True, slots=True)
class Expectation:
    """The expected share of a question's mark, its standard error, and what it rests on; ``n`` answers, 0 for none."""

    share: float
    error: float
    source: Source
    n: int = 0


def expectation(
    slot: PaperSlot, measures: Measures | None = None, answers: tuple[float, int] | None = None
) -> Expectation:
    """What is known of a question: ``answers`` are the share of the mark that so many answers got.

    Few answers say little: they are weighed with what would be expected without them, each by its precision.
    """
    before = _unanswered(slot, measures)
    if answers is None or answers[1] < 1:
        return before
    share, n = min(1.0, max(0.0, answers[0])), answers[1]  # marks below 0 are none to be expected
    error = _error(share, n)
    weight = before.error**2 / (before.error**2 + error**2)
    together = sqrt(weight) * error
    return Expectation(weight * share + (1 - weight) * before.share, together, "answers", n)


def _unanswered(slot: PaperSlot, measures: Measures | None) -> Expectation:
    if measures is not None and measures.calibration is not None:
        share, n = average_share(measures.calibration), measures.calibration.n or 0
        return Expectation(share, _error(share, n) if n else UNKNOWN["authored"], "calibrated", n)
    source: Source = "authored" if slot.is_authored else "label"
    return Expectation(float(slot.expected_facility), UNKNOWN[source], source)


def _error(share: float, n: int) -> float:
    """The standard error of a share of n answers; of all right or all wrong, as if two answers more were half right
    (Agresti and Coull 1998).
    """
    share = (share * n + 1) / (n + 2) if share in {0, 1} else share
    return sqrt(share * (1 - share) / n)


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


@dataclass(frozen=True)
class Fairness:
    """A report on papers (at least one). ``measures`` and ``answers`` by ``bank/id``, as far as they are known."""

    papers: Sequence[Paper]
    measures: Mapping[str, Measures]
    answers: Mapping[str, tuple[float, int]]

    @cached_property
    def expectations(self) -> Mapping[str, Expectation]:
        """By ``bank/id``, of the questions that ask something."""
        return {
            slot.question: expectation(
                slot, self.measures.get(slot.question), self.answers.get(slot.question)
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
        one, other = _marks(least), _marks(most)
        differing = {id: other.get(id, 0) - one.get(id, 0) for id in one | other}
        wide = Z95 * sqrt(sum((by * self.expectations[id].error) ** 2 for id, by in differing.items()))
        marks = easy.expected - hard.expected
        return Difference((hard.form, easy.form), marks, marks - wide, marks + wide)

    @property
    def spread(self) -> float:
        """The standard deviation of the papers' expected marks."""
        expected = [form.expected for form in self.forms]
        mean = sum(expected) / len(expected)
        return sqrt(sum((one - mean) ** 2 for one in expected) / len(expected))

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

    def dump(self) -> dict[str, object]:
        """JSON-able; figures to four decimals."""
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
            "spread": round(self.spread, 4),
            "sources": dict(self.sources),
            "answers": self.n and [*self.n],
            "coverage": [
                {"kind": kind, "value": value, "questions": [*counts]}
                for kind, value, counts in self.coverage
            ],
            "overlap": [[*row] for row in self.overlap],
            "calibrated": self.calibrated,
            "information": {
                "theta": [*THETAS],
                "forms": [[round(value, 4) for value in curve] for curve in self.information],
            }
            if self.calibrated
            else None,
        }


def _marks(paper: Paper) -> dict[str, float]:
    """The points of each question that asks something."""
    return {slot.question: float(slot.points) for slot in paper.slots if slot.asks}
