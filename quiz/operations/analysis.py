"""The report of a quiz: what its attempts say about its questions, and about the whole.

Worked out from counts that are kept with the quiz, each time it is asked for. The attempts of other quizzes with the same
questions are not pooled with them yet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.engine import Connection

from quiz.banks.analysing import Analysis, QuestionReport, figures, median_of
from quiz.banks.tallying import WHOLE
from quiz.db import snapshot, transaction
from quiz.errors import NotFound
from quiz.models.analysing import WHICH, key_is_out, unknown_which
from quiz.models.attempt import GRACE
from quiz.models.audit import record
from quiz.models.counting import counted_of_quiz, going_on, standings_in
from quiz.models.itemising import earlier_of
from quiz.models.measuring import has_pool
from quiz.models.papers import held_in
from quiz.operations.access import Actor, QuizHead, head_of, quiz_of_results
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
class QuizReport(QuizHead):
    """A quiz's report. Grades are in units of the scale; times in seconds."""

    #: None: never published, so there are no attempts.
    scale: float | None
    pass_grade: float | None
    #: Each student is asked other questions, chosen by ability (``measuring``): the figures of a question hold for those who
    #: were asked it, and are no verdict; what is over the same questions for all does not exist.
    adaptive: bool
    #: Which attempts count: first, last, all, counted.
    which: str
    #: Those of the course now; who has started, and who has finished, of all who ever were in it.
    students: int
    started: int
    finished: int
    #: How many attempts the figures are over, and how many of those that count are left out: not wholly marked.
    attempts: int
    left_out: int
    #: From when to when attempts ended, all of them.
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

    Readers of results see no keys before students may have seen them. A number of statements that does not depend on the
    rows, over what is counted (``quiz.models.counting``) and the attempts that are not yet.
    """
    with snapshot() as connection:
        quiz = quiz_of_results(connection, actor, quiz_id, has_pool())
        return _report(connection, quiz, which, now, grace)


def export_report(
    actor: Actor | None, quiz_id: int, which: str, now: datetime, grace: timedelta = GRACE
) -> QuizReport:
    """The report, to be taken away as a file: that is audited."""
    found = quiz_report(actor, quiz_id, which, now, grace)
    with transaction() as connection:
        record(connection, actor.id if actor else None, "report.export", ("quiz", quiz_id), now, which=which)
    return found


def _report(
    connection: Connection, quiz: Row[Any], which: str, now: datetime, grace: timedelta
) -> QuizReport:
    if which not in WHICH:
        raise unknown_which(which)
    counted = counted_of_quiz(connection, quiz.id, standings_in(which, quiz.grading))
    tally, going = counted.tally, going_on(connection, quiz.id, quiz.course_id, now, grace)
    whole = tally.kinds().get(WHOLE, {})
    scale = quiz.scale or 0.0
    held = held_in(connection, tally.versions)
    earlier = earlier_of(connection, quiz, held)
    found = figures(tally, {key: replace(one, earlier=earlier.get(key)) for key, one in held.items()}, scale)
    if quiz.adaptive:
        found = _unjudged(found)
    grades = {grade: n for (grade,), n in whole.get("grade", {}).items()}
    left_out = tally.number_of("open")
    keys_shown = quiz.role != "reader" or key_is_out(quiz.review, quiz.closes_at, now)
    return QuizReport(
        **head_of(quiz),
        scale=quiz.scale,
        pass_grade=quiz.pass_grade,
        adaptive=quiz.adaptive,
        which=which,
        students=going.students,
        started=counted.students + going.begun,
        finished=counted.students + going.over,
        attempts=sum(grades.values()),
        left_out=left_out,
        first_finished=counted.first_finished,
        last_finished=counted.last_finished,
        verdicts=tuple(verdicts(found.whole, grades, quiz.pass_grade, left_out)),
        distribution=tuple(_distribution(grades, scale)),
        seconds=median_of(whole.get("duration", {})),
        analysis=found if keys_shown else _without_keys(found),
        keys_shown=keys_shown,
    )


def _distribution(grades: Mapping[float, int], scale: float) -> Iterator[Bin]:
    """The grades, each so many times, in ``BINS`` equal parts of the scale."""
    if scale <= 0:
        return
    counts: Counter[int] = Counter()
    for grade, n in grades.items():
        counts[min(BINS - 1, int(round(grade / scale * BINS, 9)))] += n
    for place in range(BINS):
        yield Bin(scale * place / BINS, scale * (place + 1) / BINS, counts[place])


def _unjudged(found: Analysis) -> Analysis:
    """Without verdicts on questions, and what rests on all having the same ones."""
    return replace(
        found,
        whole=replace(
            found.whole, alpha=None, alpha_ci=None, cic=None, error_ratio=None, standard_error=None
        ),
        omega_total=None,
        questions=tuple(replace(one, flags=()) for one in found.questions),
        places=(),
    )


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
