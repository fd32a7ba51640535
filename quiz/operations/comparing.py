"""A quiz as a whole: who has come how far, how long it took, how groups compare, what to teach again, papers side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from sqlalchemy import Row

from quiz.db import reading
from quiz.errors import Invalid, Problem, Said
from quiz.models.analysing import WHICH, unknown_which
from quiz.models.attempt import GRACE
from quiz.models.comparing import (
    MOST_COUNTED,
    ORDERS,
    SUBJECTS,
    Counted,
    attempts_of,
    papers,
    slots_of,
    students_of,
    sums_by,
)
from quiz.models.paging import Page, page_of
from quiz.models.people import groups_of
from quiz.operations.access import Actor, QuizHead, head_of, quiz_of_results
from quiz.statistics.comparing import FEWEST, Interval, Link, differ_p, link_of, mean_of, share_of

__all__ = ["ORDERS", "WHICH", "Overview", "overview", "side_by_side"]

#: The share of the marks that is wanted where the quiz has no pass mark.
WANTED: Final = 0.6
#: Of so many attempts at most each is a point of the picture; of more, every so many-eth.
MOST_POINTS: Final = 400


@dataclass(frozen=True, slots=True)
class Head(QuizHead):
    """What the pages on a quiz as a whole say of it; ``group`` None is everybody."""

    scale: float
    pass_grade: float | None
    which: str
    group: str | None
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group (None: those in none): its students, and the grades of its attempts that count and are settled."""

    name: str | None
    students: int
    started: int
    finished: int
    attempts: int
    mean: Interval | None
    #: None where there is no pass mark.
    passed: int | None

    @property
    def compared(self) -> bool:
        """Whether it has as many attempts as a comparison takes."""
        return self.attempts >= FEWEST


@dataclass(frozen=True, slots=True)
class Times:
    """From start to end in minutes: the quartiles, and counts between the edges; the last count holds longer ones too."""

    low: float
    median: float
    high: float
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    longest: float


@dataclass(frozen=True, slots=True)
class Subject:
    """A topic, objective or section: the share of its marks, over so many answers of so many students' attempts.

    ``state``: again (surely below what is wanted), known (surely not below), or open (the interval holds it, or there
    are too few attempts to say).
    """

    name: str
    attempts: int
    answers: int
    share: Interval
    state: str


@dataclass(frozen=True, slots=True)
class Overview:
    """A quiz as a whole. Grades in units of the scale."""

    head: Head
    students: int
    started: int
    finished: int
    #: Those that count and are settled; and that count, but are not wholly marked: of the last ones, where ``last_only``.
    attempts: int
    left_out: int
    last_only: bool
    times: Times | None
    #: (minutes, grade), at most ``MOST_POINTS`` of them, and how closely all of them go together.
    points: tuple[tuple[float, float], ...]
    link: Link | None
    by_group: tuple[GroupRow, ...]
    #: The probability of means so unlike where all groups are alike; None where two cannot be compared.
    differ: float | None
    #: The share of the marks that is wanted.
    wanted: float
    #: By kind ("topic", "objective", "section"), what is known least first; kinds of one name are left out.
    subjects: dict[str, tuple[Subject, ...]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A paper beside others: by slot the version and the fraction of the mark (None: not marked), None for no such slot."""

    attempt_id: int
    number: int
    student: str
    group: str | None
    minutes: float
    grade: float | None
    cells: tuple[tuple[int, float | None] | None, ...]


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Papers beside each other. ``versions`` by slot: the version where all of these papers hold the same there."""

    head: Head
    order: str
    slots: tuple[int, ...]
    versions: tuple[int | None, ...]
    sheets: Page[Sheet]


# The overview --------------------------------------------------------------------------------------------------------


def overview(
    actor: Actor | None,
    quiz_id: int,
    which: str,
    group: str | None,
    now: datetime,
    grace: timedelta = GRACE,
    most: int = MOST_COUNTED,
) -> Overview:
    """The overview for those who see results, over the last attempts that count; of one group where it is named.

    Seven statements. Invalid for a ``which`` that there is not, and for a group that the course has not.
    """
    with reading() as connection:
        quiz = quiz_of_results(connection, actor, quiz_id)
        head = _head(quiz, which, group, groups_of(connection, quiz.course_id))
        counted = Counted(quiz, which, group, most)
        students = students_of(connection, counted, now, grace)
        attempts = attempts_of(connection, counted)
        sums = {subject: sums_by(connection, counted, subject) for subject in SUBJECTS}
    settled = [one for one in attempts if one.grade is not None]
    minutes = np.array([(one.finished_at - one.started_at).total_seconds() / 60 for one in settled])
    grades = np.array([one.grade for one in settled], dtype=np.float64)
    by_group = _by_group(head, students, settled)
    wanted = head.pass_grade / head.scale if head.pass_grade and head.scale else WANTED
    kinds = {kind: [*_subjects(found, wanted)] for kind, found in sums.items()}
    return Overview(
        head=head,
        students=sum(row.students for row in students),
        started=sum(row.started for row in students),
        finished=sum(row.finished for row in students),
        attempts=len(settled),
        left_out=len(attempts) - len(settled),
        last_only=len(attempts) == counted.most,
        times=_times(minutes),
        points=_points(minutes, grades),
        link=link_of(minutes, grades),
        by_group=by_group,
        differ=differ_p([np.array(one) for one in _grades(settled).values() if len(one) >= FEWEST]),
        wanted=wanted,
        subjects={kind: tuple(found) for kind, found in kinds.items() if len(found) > 1},
    )


def _head(quiz: Row[Any], which: str, group: str | None, groups: tuple[str, ...]) -> Head:
    if which not in WHICH:
        raise unknown_which(which)
    if group is not None and group not in groups:
        what = Said("the course has no group '%(group)s'", group=group)
        raise Invalid([Problem("group", what, Said("its groups: %(names)s", names=", ".join(groups) or "–"))])
    return Head(
        **head_of(quiz),
        scale=quiz.scale or 0.0,
        pass_grade=quiz.pass_grade,
        which=which,
        group=group,
        groups=groups,
    )


def _grades(settled: Sequence[Row[Any]]) -> dict[str | None, list[float]]:
    found: dict[str | None, list[float]] = defaultdict(list)
    for one in settled:
        found[one.group_name].append(one.grade)
    return found


def _by_group(head: Head, students: Sequence[Row[Any]], settled: Sequence[Row[Any]]) -> tuple[GroupRow, ...]:
    grades = _grades(settled)
    return tuple(
        GroupRow(
            name=row.name,
            students=row.students,
            started=row.started,
            finished=row.finished,
            attempts=len(grades[row.name]),
            mean=mean_of(np.array(grades[row.name])),
            passed=None if head.pass_grade is None else _passed(grades[row.name], head.pass_grade),
        )
        for row in students
    )


def _passed(grades: Sequence[float], pass_grade: float) -> int:
    return sum(round(grade, 9) >= round(pass_grade, 9) for grade in grades)


def _times(minutes: np.ndarray) -> Times | None:
    """Ten equal parts of a round length that 95 % of the attempts keep to."""
    if not len(minutes):
        return None
    low, median, high, most = map(float, np.quantile(minutes, [0.25, 0.5, 0.75, 0.95]))
    width = next(one for one in _WIDTHS if one * 10 >= most or one == _WIDTHS[-1])
    edges = tuple(float(width * place) for place in range(11))
    counts, _ = np.histogram(np.minimum(minutes, edges[-1]), edges)
    return Times(low, median, high, edges, tuple(map(int, counts)), float(minutes.max()))


#: Widths of a bar in minutes: from some seconds to a week.
_WIDTHS: Final = (0.1, 0.2, 0.5, 1, 2, 3, 5, 10, 20, 30, 60, 120, 300, 600, 1008)


def _points(minutes: np.ndarray, grades: np.ndarray) -> tuple[tuple[float, float], ...]:
    every = max(1, -(-len(minutes) // MOST_POINTS))
    return tuple((float(x), float(y)) for x, y in zip(minutes[::every], grades[::every], strict=True))


def _subjects(sums: dict[str, Any], wanted: float) -> Iterator[Subject]:
    """What is known least first."""
    found = [
        Subject(name, of_one.n, answers, share, _state(share, of_one.n, wanted))
        for name, (answers, of_one) in sums.items()
        if (share := share_of(of_one)) is not None
    ]
    yield from sorted(found, key=lambda one: (one.share.value, one.name))


def _state(share: Interval, attempts: int, wanted: float) -> str:
    if attempts < FEWEST or share.low is None or share.high is None:
        return "open"
    return "again" if share.high < wanted else "known" if share.low >= wanted else "open"


# Side by side --------------------------------------------------------------------------------------------------------


def side_by_side(
    actor: Actor | None, quiz_id: int, which: str, group: str | None, order: str, page: int
) -> SideBySide:
    """A page of the papers that count, by name, grade or end (``ORDERS``), with each of their marks. Five statements."""
    if order not in ORDERS:
        what = Said("there is no order '%(order)s'", order=order)
        raise Invalid([Problem("order", what, Said("say %(names)s", names=", ".join(ORDERS)))])
    with reading() as connection:
        quiz = quiz_of_results(connection, actor, quiz_id)
        head = _head(quiz, which, group, groups_of(connection, quiz.course_id))
        listed = page_of(connection, papers(Counted(quiz, which, group), order), page, lambda row: row)
        slots = slots_of(connection, [row.id for row in listed.rows])
    cells: dict[int, dict[int, tuple[int, float | None]]] = defaultdict(dict)
    for row in slots:
        cells[row.attempt_id][row.slot] = row.version_id, row.fraction
    numbers = tuple(sorted({row.slot for row in slots}))
    held = [{of_one[slot][0] for of_one in cells.values() if slot in of_one} for slot in numbers]
    sheets = tuple(_sheet(row, [cells[row.id].get(slot) for slot in numbers]) for row in listed.rows)
    return SideBySide(
        head=head,
        order=order,
        slots=numbers,
        versions=tuple(next(iter(one)) if len(one) == 1 else None for one in held),
        sheets=Page(sheets, listed.number, listed.total),
    )


def _sheet(row: Row[Any], cells: Sequence[tuple[int, float | None] | None]) -> Sheet:
    return Sheet(
        attempt_id=row.id,
        number=row.number,
        student=row.name,
        group=row.group_name,
        minutes=(row.finished_at - row.started_at).total_seconds() / 60,
        grade=row.grade,
        cells=tuple(cells),
    )
