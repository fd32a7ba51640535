"""The report of a quiz: what its attempts say about its questions, and about the whole.

Computed from the stored marks each time it is asked for. The attempts of other quizzes with the same questions are not
pooled with them yet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import Row
from sqlalchemy.engine import Connection

from quiz.banks.analysing import Analysis, Answered, QuestionReport, analyse
from quiz.banks.model import Authored, Question
from quiz.db import reading, transaction
from quiz.errors import Invalid, NotFound, Problem
from quiz.files.richtext import to_text
from quiz.models.analysing import (
    WHICH,
    counted_attempts,
    key_is_out,
    marked_slots,
    save_times,
    versions_of,
)
from quiz.models.attempt import GRACE
from quiz.models.audit import record
from quiz.models.bank import load_authored
from quiz.models.progress import progress_of
from quiz.operations.access import Actor, quiz_of_results
from quiz.statistics.verdicts import Verdict, verdicts

__all__ = ["WHICH", "Bin", "QuizReport", "export_report", "quiz_report"]

#: How many bars the picture of the grades has.
BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Grades from ``low`` up to, not including, ``high`` (the last one includes it): how many attempts have them."""

    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class QuizReport:
    """A quiz's report. Grades are in units of the scale; times in seconds."""

    quiz_id: int
    title: str
    course_id: int
    course_title: str
    time_zone: str
    role: str
    #: None: never published, so there are no attempts.
    scale: float | None
    pass_grade: float | None
    #: Which attempts count: first, last, all, counted.
    which: str
    students: int
    started: int
    finished: int
    #: How many attempts the figures are over, and how many of those that count are left out: not wholly marked.
    attempts: int
    left_out: int
    first_finished: datetime | None
    last_finished: datetime | None
    verdicts: tuple[Verdict, ...]
    distribution: tuple[Bin, ...]
    #: From start to end of an attempt, and the median over the attempts.
    seconds: float | None
    analysis: Analysis
    #: False: the reader of this report may not see keys yet, so there are no options and no given answers either.
    keys_shown: bool

    @property
    def questions(self) -> tuple[QuestionReport, ...]:
        """The questions in the order of their numbers."""
        return self.analysis.questions

    def question(self, version_id: int) -> QuestionReport:
        """The question of this version; NotFound where no counted attempt holds it."""
        for one in self.questions:
            if one.version_id == version_id:
                return one
        raise NotFound


def quiz_report(
    actor: Actor | None, quiz_id: int, which: str, now: datetime, grace: timedelta = GRACE
) -> QuizReport:
    """The report of a quiz for those who see its results; ``which`` attempts count is first, last, all or counted.

    Readers of results see no keys before students may have seen them. Seven statements, however many the rows.
    """
    with reading() as connection:
        return _report(connection, quiz_of_results(connection, actor, quiz_id), which, now, grace)


def export_report(
    actor: Actor | None, quiz_id: int, which: str, now: datetime, grace: timedelta = GRACE
) -> QuizReport:
    """The report, to be taken away as a file: that is audited."""
    with transaction() as connection:
        found = _report(connection, quiz_of_results(connection, actor, quiz_id), which, now, grace)
        record(connection, actor.id if actor else None, "report.export", ("quiz", quiz_id), now, which=which)
    return found


# Reading -----------------------------------------------------------------------------------------------------------


def _report(
    connection: Connection, quiz: Row[Any], which: str, now: datetime, grace: timedelta
) -> QuizReport:
    if which not in WHICH:
        raise Invalid([Problem("which", f"there are no '{which}' attempts", f"say {', '.join(WHICH)}")])
    progress = progress_of(connection, [quiz.id], now, grace)[quiz.id]
    attempts = counted_attempts(connection, quiz.id, which, quiz.grading)
    papers = _papers(connection, quiz, which, attempts)
    settled = [one for one in attempts if one.id in papers and one.grade is not None]
    scale = quiz.scale or 0.0
    found = analyse([papers[one.id] for one in settled], scale)
    grades = [one.grade for one in settled]
    left_out = len(attempts) - len(settled)
    keys_shown = quiz.role != "reader" or key_is_out(quiz.review, quiz.closes_at, now)
    return QuizReport(
        quiz_id=quiz.id,
        title=quiz.title,
        course_id=quiz.course_id,
        course_title=quiz.course_title,
        time_zone=quiz.time_zone,
        role=quiz.role,
        scale=quiz.scale,
        pass_grade=quiz.pass_grade,
        which=which,
        students=progress.students,
        started=progress.started,
        finished=progress.finished,
        attempts=len(settled),
        left_out=left_out,
        first_finished=min((one.finished_at for one in settled), default=None),
        last_finished=max((one.finished_at for one in settled), default=None),
        verdicts=tuple(verdicts(found.whole, grades, quiz.pass_grade, left_out)),
        distribution=tuple(_distribution(grades, scale)),
        seconds=_median([(one.finished_at - one.started_at).total_seconds() for one in settled]),
        analysis=found if keys_shown else _without_keys(found),
        keys_shown=keys_shown,
    )


def _papers(
    connection: Connection, quiz: Row[Any], which: str, attempts: Sequence[Row[Any]]
) -> Mapping[int, Sequence[Answered]]:
    """The wholly marked papers by attempt."""
    started = {one.id: one.started_at for one in attempts}
    seconds = _seconds(save_times(connection, quiz.id, which, quiz.grading), started)
    versions = {
        row.id: (row.number, load_authored(row.digest, row.content))
        for row in versions_of(connection, quiz.id)
    }
    variants: dict[Any, Question] = {}
    papers: dict[int, list[Answered]] = defaultdict(list)
    open_ones = set()
    for row in marked_slots(connection, quiz.id, which, quiz.grading):
        if row.fraction is None:
            open_ones.add(row.attempt_id)
        else:
            spent = seconds.get((row.attempt_id, row.slot))
            papers[row.attempt_id].append(_answered(row, *versions[row.version_id], spent, variants))
    return {attempt_id: paper for attempt_id, paper in papers.items() if attempt_id not in open_ones}


def _answered(
    row: Row[Any], version: int, authored: Authored, seconds: float | None, variants: dict[Any, Question]
) -> Answered:
    """What was answered in a slot; ``variants`` keeps the questions that families were, which many papers share."""
    key = row.version_id, row.variant, row.as_of
    if key not in variants:
        variants[key] = authored.variant(row.variant, row.as_of)
    question = variants[key]
    return Answered(
        version_id=row.version_id,
        version=version,
        question=question,
        variant=row.variant,
        prompt=to_text(authored.prompt),
        slot=row.slot,
        section=row.section,
        points=row.points,
        fraction=row.fraction,
        response=question.parse(row.fields or {}, row.shown_order).response,
        seconds=seconds,
    )


def _seconds(saves: Iterable[Row[Any]], started: Mapping[int, datetime]) -> dict[tuple[int, int], float]:
    """Seconds spent on each (attempt, slot): those from the save before, or from the start, to each save of this slot.

    So what somebody thinks without answering counts for the question answered next.
    """
    found: dict[tuple[int, int], float] = defaultdict(float)
    before = dict(started)
    for row in saves:
        spent = (row.saved_at - before[row.attempt_id]).total_seconds()
        found[row.attempt_id, row.slot] += max(0.0, spent)
        before[row.attempt_id] = row.saved_at
    return found


def _median(values: Sequence[float]) -> float | None:
    return median(values) if values else None


def _distribution(grades: Sequence[float], scale: float) -> Iterator[Bin]:
    """The grades in ``BINS`` equal parts of the scale."""
    if scale <= 0:
        return
    places = [min(BINS - 1, int(round(grade / scale * BINS, 9))) for grade in grades]
    for place in range(BINS):
        yield Bin(scale * place / BINS, scale * (place + 1) / BINS, places.count(place))


def _without_keys(found: Analysis) -> Analysis:
    """Without what tells a key: options, given answers, and whatever names them."""
    return replace(
        found,
        questions=tuple(
            replace(
                one,
                options=(),
                answers=(),
                flags=tuple(flag for flag in one.flags if not flag.options),
            )
            for one in found.questions
        ),
    )
