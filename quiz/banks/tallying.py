"""Finished papers as counts: how many students had which mark, total and rest, chose which option, took how long.

All figures of a report follow from these counts, however many papers they are of. Counts merge and can be taken back, so
that they are kept with the quiz while papers come, change and go (``quiz.models.counting``).

A count's name is a *cell*: (version id, 0 for the paper as a whole; kind; values). The kinds:

of a question (x: the fraction of its mark; T and R in percent, to nine decimals, R None without a rest)
    seen (x, T, R) · pick (option id, x, T, R) · several () chose more than one option · blank () · beyond () not reached
    worth (points, what the paper had to give) · mark (points earned) · slot (number) · seconds (s)
    answer (0 right or 1 wrong, text) · variant (key, x, T, R) · dated (as of)
of the paper; of an adaptive one neither marks nor places
    paper (T) · marks (m) · grade (g) · place (section, how-many-eth of it, points earned) · duration (s)
    stood (section, how-many-eth of it, points to give, x, T, R)
    open () not settled: not wholly marked, or with nothing to attain
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import isfinite
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np

from quiz.banks.model import Question
from quiz.questions.base import Response
from quiz.statistics.classical import EQUAL, Values

#: The paper as a whole, in the place of a version.
WHOLE: Final = 0
#: Characters of an answer that was typed; ways of going on after them are one.
LONGEST_ANSWER: Final = 200
#: More different totals than this are counted to two decimals (of a percent), of which there are as many.
MOST_TOTALS: Final = 10_000
#: Where totals and rests begin in the values of a kind.
_TOTALS: Final = {"seen": 1, "pick": 2, "variant": 2, "stood": 4, "paper": 0, "marks": 0, "grade": 0}

Cell: TypeAlias = tuple[int, str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Answered:
    """One question of a finished paper. ``points`` is its maximum, ``fraction`` what it earned of it."""

    version_id: int
    #: The number of the version, from 1.
    version: int
    question: Question
    slot: int
    section: str
    points: float
    fraction: float
    response: Response
    #: Seconds spent on it, as far as saves tell; None where it was never saved.
    seconds: float | None
    #: Which variant of a family it was; None where it is no family.
    variant: str | None = None
    #: The prompt as the bank has it, plain: that of a family names what differs.
    prompt: str = ""
    #: The date of the paper.
    as_of: date = date.min

    @property
    def line(self) -> Line:
        """What is counted of it."""
        kind, content, response = self.question.kind, self.question.content, self.response
        answered = self.question.answered(response)
        built = answered and self.variant is None and not kind.by_hand and not kind.choices(content)
        return Line(
            version_id=self.version_id,
            slot=self.slot,
            section=self.section,
            points=self.points,
            fraction=self.fraction,
            picks=tuple(sorted(kind.chosen(content, response))) if self.variant is None else (),
            text=kind.taken_for(content, response)[:LONGEST_ANSWER] if built else None,
            answered=answered,
            seconds=None if self.seconds is None else two_digits(self.seconds),
            variant=self.variant,
            as_of=self.as_of.isoformat() if self.variant is not None else None,
        )


class Line(NamedTuple):
    """A question of a finished paper as plain values: ``picks`` are options' ids, ``text`` what was typed or built."""

    version_id: int
    slot: int
    section: str
    points: float
    fraction: float
    picks: tuple[str, ...]
    text: str | None
    answered: bool
    seconds: float | None
    variant: str | None
    as_of: str | None


@dataclass(frozen=True, slots=True)
class Paper:
    """A finished paper as plain values. ``grade`` None: not settled, so that only this is counted; times in seconds."""

    lines: tuple[Line, ...] = ()
    grade: float | None = None
    duration: float = 0.0
    #: Of an adaptive test its total, in percent: marks of questions that were chosen by ability add up to nothing, and there
    #: is no rest with which one of them could be compared.
    share: float | None = None

    def dump(self) -> list[Any]:
        """The JSON-able form, as short as may be: one is kept with each attempt that is counted."""
        told = [self.grade, self.duration, self.lines]
        return told if self.share is None else [*told, self.share]

    @classmethod
    def load(cls, dumped: Sequence[Any]) -> Paper:
        """The paper of a dump."""
        grade, duration, lines, *share = dumped
        read = (Line._make(line) for line in lines)
        return cls(tuple(line._replace(picks=tuple(line.picks)) for line in read), grade, duration, *share)


def two_digits(seconds: float) -> float:
    """Whole seconds below 100, above two digits: enough for a median, and few different ones."""
    return float(round(seconds)) if seconds < 100 else float(f"{seconds:.2g}")


def nine(value: float) -> float | None:
    """To nine decimals, without a negative zero; None for no number."""
    return round(value, 9) + 0.0 if isfinite(value) else None


# A paper's cells ---------------------------------------------------------------------------------------------------


def cells_of(paper: Paper) -> Iterator[Cell]:
    """The cells that a paper counts in, once each."""
    if paper.grade is None:
        yield WHOLE, "open", ()
        return
    marks = sum(line.fraction * line.points for line in paper.lines)
    attainable = sum(line.points for line in paper.lines)
    total = _percent(marks, attainable) if paper.share is None else nine(paper.share)
    yield WHOLE, "paper", (total,)
    yield WHOLE, "grade", (nine(paper.grade),)
    yield WHOLE, "duration", (paper.duration,)
    last = max((line.slot for line in paper.lines if line.answered), default=0)
    if paper.share is not None:
        for line in paper.lines:
            place: tuple[Any, ...] = nine(line.fraction), total, None
            for kind, values in _of_line(line, place, attainable, reached=line.slot <= last):
                yield line.version_id, kind, values
        return
    yield WHOLE, "marks", (nine(marks),)
    places: Counter[str] = Counter()
    for line in paper.lines:
        mark = line.fraction * line.points
        places[line.section] += 1
        yield WHOLE, "place", (line.section, places[line.section], nine(mark))
        rest = _percent(marks - mark, attainable - line.points)
        place = (nine(line.fraction), total, rest)
        yield WHOLE, "stood", (line.section, places[line.section], nine(line.points), *place)
        for kind, values in _of_line(line, place, attainable, reached=not 0 < last < line.slot):
            yield line.version_id, kind, values


def _of_line(
    line: Line, place: tuple[Any, ...], attainable: float, *, reached: bool
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    yield "seen", place
    yield "worth", (nine(line.points), nine(attainable))
    yield "mark", (nine(line.fraction * line.points),)
    yield "slot", (line.slot,)
    for option in line.picks:
        yield "pick", (option, *place)
    if len(line.picks) > 1:
        yield "several", ()
    if not line.answered:
        yield "blank", ()
    if not reached:
        yield "beyond", ()
    if line.seconds is not None:
        yield "seconds", (line.seconds,)
    if line.text is not None:
        yield "answer", (int(line.fraction < 1), line.text)
    if line.variant is not None:
        yield "variant", (line.variant, *place)
        yield "dated", (line.as_of,)


def _percent(part: float, whole: float) -> float | None:
    return nine(100 * part / whole) if whole > EQUAL else None


def coarse(cell: Cell) -> Cell:
    """The cell with totals and rests to two decimals."""
    version, kind, values = cell
    if kind not in _TOTALS:
        return cell
    start = _TOTALS[kind]
    rounded = (None if one is None else round(one, 2) + 0.0 for one in values[start:])
    return version, kind, (*values[:start], *rounded)


def write_cell(values: Sequence[Any]) -> str:
    """The values of a cell as text: equal values give equal texts."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def read_cell(text: str) -> tuple[Any, ...]:
    """The values that ``write_cell`` has written."""
    return tuple(json.loads(text))


# Sums of products --------------------------------------------------------------------------------------------------

#: Marks are summed as whole numbers of this part of a mark: sums of whole numbers can be taken back exactly.
GRAIN: Final = 10**9


@dataclass(slots=True)
class Pairs:
    """Over papers with the same questions: the sums of their marks, and of the products of any two of them.

    ``versions`` are those of the first paper that came; others are not summed, so that ``n`` is less than all papers.
    """

    versions: tuple[int, ...] = ()
    n: int = 0
    #: In units of ``GRAIN`` (of its square): the sum of each, then the products, row by row up to the diagonal.
    sums: list[int] = field(default_factory=list)

    def add(self, paper: Paper, times: int = 1) -> None:
        """Adds a paper so many times (−1 takes it back); one with other questions is left out."""
        marks = {line.version_id: round(line.fraction * line.points * GRAIN) for line in paper.lines}
        versions = tuple(sorted(marks))
        if paper.grade is None or paper.share is not None or not versions:
            return
        values = [marks[version] for version in versions]
        products = [one * other for place, one in enumerate(values) for other in values[: place + 1]]
        self.merge(Pairs(versions, 1, values + products), times)

    def merge(self, other: Pairs, times: int = 1) -> None:
        """Adds sums over the same questions; others are left out."""
        if not self.n and times > 0:
            self.versions, self.sums = other.versions, [0] * len(other.sums)
        if self.versions == other.versions and self.n + times * other.n >= 0:
            self.n += times * other.n
            self.sums = [one + times * more for one, more in zip(self.sums, other.sums, strict=True)]

    def covariances(self) -> Values:
        """The covariances of marks, shape (k, k), in the order of ``versions``; NaN for fewer than two papers."""
        k = len(self.versions)
        found = np.full((k, k), np.nan)
        for row in range(k if self.n > 1 else 0):
            for column in range(row + 1):
                product = self.sums[k + row * (row + 1) // 2 + column]
                joint = self.n * product - self.sums[row] * self.sums[column]
                found[row, column] = found[column, row] = joint / (self.n * (self.n - 1) * GRAIN**2)
        return found


# Tallies -----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Tally:
    """The counts of some papers. Tallies merge, in any order; what was added can be taken back."""

    counts: Counter[Cell] = field(default_factory=Counter)
    pairs: Pairs = field(default_factory=Pairs)
    #: Totals and rests have two decimals, for there are too many different ones.
    coarse: bool = False

    def add(self, paper: Paper, times: int = 1) -> None:
        """Adds a paper so many times; −1 takes it back."""
        for cell in cells_of(paper):
            self.counts[coarse(cell) if self.coarse else cell] += times
        self.pairs.add(paper, times)

    @property
    def versions(self) -> set[int]:
        """The question versions that papers hold."""
        return {version for (version, _, _), n in self.counts.items() if n} - {WHOLE}

    def number_of(self, kind: str) -> int:
        """How many papers count in this kind of the whole."""
        return sum(n for (version, one, _), n in self.counts.items() if one == kind and version == WHOLE)

    @property
    def alike(self) -> bool:
        """Whether all papers hold the same questions."""
        held: Counter[int] = Counter()
        for (version, kind, _), n in self.counts.items():
            if kind == "seen":
                held[version] += n
        return {*held.values()} - {0} == {self.number_of("paper")}

    def kinds(self) -> Mapping[int, Mapping[str, Mapping[tuple[Any, ...], int]]]:
        """The counts by version, by kind, by values, in a fixed order; those of 0 left out."""
        found: dict[int, dict[str, dict[tuple[Any, ...], int]]] = {}
        for (version, kind, values), n in sorted(self.counts.items(), key=_order):
            if n:
                found.setdefault(version, {}).setdefault(kind, {})[values] = n
        return found


def _order(item: tuple[Cell, int]) -> tuple[int, str, str]:
    version, kind, values = item[0]
    return version, kind, write_cell(values)


def tally_of(papers: Sequence[Paper]) -> Tally:
    """The counts of these papers: the full computation, with which what is kept has to agree."""
    found = Tally()
    for paper in papers:
        found.add(paper)
    return found
