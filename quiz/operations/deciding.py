"""A single grade in the grade book: where it comes from, and what people decide about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.engine import Connection

from quiz.db import reading, transaction
from quiz.errors import EditConflict, Forbidden, Invalid, NotFound, Problem, Said
from quiz.models.attempt import GRACE, Attempt, ended_at, waits_for_a_mark
from quiz.models.audit import record
from quiz.models.gradebook import DECISIONS, LONGEST_REASON, GradeDecision, history_of
from quiz.models.grades import Cell, Column, frame_of, rows_of, students_of
from quiz.models.people import User
from quiz.models.quiz import QuizRevision
from quiz.models.uncertainty import standard_errors
from quiz.operations.access import GRADING, Actor, quiz_of_results
from quiz.questions.rules.numbers import read_number


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided: ``kind`` is override, excused or computed (the attempts' own again); before and after."""

    id: int
    kind: str
    grade: float | None
    before: str
    before_grade: float | None
    reason: str
    by: str
    at: datetime
    counts: bool


@dataclass(frozen=True, slots=True)
class Sitting:
    """An attempt behind a grade; ``grade`` in units of the present scale, None where there is none (yet)."""

    id: int
    number: int
    started_at: datetime
    ended_at: datetime | None
    grade: float | None
    to_mark: bool


@dataclass(frozen=True, slots=True)
class GradePage:
    """A student's grade of a quiz. ``error``: the standard error of a grade of this quiz, None where there is none."""

    course_id: int
    course_title: str
    time_zone: str
    role: str
    user_id: int
    student: str
    column: Column
    cell: Cell
    error: float | None
    attempts: tuple[Sitting, ...]
    #: The newest first.
    history: tuple[Decision, ...]

    @property
    def seen(self) -> int:
        """The newest decision, which a further one is to follow; 0 for none."""
        return self.history[0].id if self.history else 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision as somebody types it: ``grade`` such as 73 or 80 % where ``kind`` is override."""

    kind: str
    grade: str = ""
    reason: str = ""


def grade_page(
    actor: Actor, quiz_id: int, user_id: int, now: datetime, grace: timedelta = GRACE
) -> GradePage:
    """A student's grade of a published quiz, for those who see the course's results. Nine statements."""
    with reading() as connection:
        quiz = quiz_of_results(connection, actor, quiz_id)
        student, column, cell = _found(connection, quiz, user_id, now, grace)
        attempts = connection.execute(_attempts(quiz_id, user_id, now, grace)).all()
        errors = {} if cell.by_hand or cell.grade is None else standard_errors(connection, [quiz_id])
        history = history_of(connection, quiz_id, user_id)
    error = errors.get(quiz_id)
    return GradePage(
        quiz.course_id,
        quiz.course_title,
        quiz.time_zone,
        quiz.role,
        user_id,
        student,
        column,
        cell,
        None if error is None else error * column.scale,
        tuple(_sitting(row, column.scale) for row in attempts),
        tuple(map(_decision, history)),
    )


def _found(
    connection: Connection, quiz: Row[Any], user_id: int, now: datetime, grace: timedelta
) -> tuple[str, Column, Cell]:
    """The student's name, and the column and cell of the quiz; NotFound where it is a draft or they are no student."""
    frame = frame_of(connection, quiz.course_id, now)
    people = students_of(quiz.course_id).where(User.id == user_id)
    rows = rows_of(connection, frame, people, now, grace, few=True)
    if not rows or quiz.id not in frame.ids:
        raise NotFound
    place = frame.ids.index(quiz.id)
    return rows[0].student, frame.columns[place], rows[0].cells[place]


def _attempts(quiz_id: int, user_id: int, now: datetime, grace: timedelta) -> Any:
    return (
        select(
            Attempt.id,
            Attempt.number,
            Attempt.started_at,
            ended_at(now, grace).label("ended_at"),
            (Attempt.grade / QuizRevision.scale).label("share"),
            waits_for_a_mark().label("waits"),
        )
        .join(QuizRevision, QuizRevision.id == Attempt.revision_id)
        .where(Attempt.quiz_id == quiz_id, Attempt.user_id == user_id)
        .order_by(Attempt.number)
    )


def _sitting(row: Row[Any], scale: float) -> Sitting:
    grade = None if row.share is None else row.share * scale
    return Sitting(row.id, row.number, row.started_at, row.ended_at, grade, row.waits)


def _decision(row: Row[Any]) -> Decision:
    return Decision(
        row.id,
        row.kind,
        row.grade,
        row.before,
        row.before_grade,
        row.reason,
        row.name,
        row.decided_at,
        row.superseded_at is None,
    )


# Deciding ----------------------------------------------------------------------------------------------------------


def decide(
    actor: Actor,
    quiz_id: int,
    user_id: int,
    seen: int,
    verdict: Verdict,
    now: datetime,
    grace: timedelta = GRACE,
) -> None:
    """Puts a grade in the place of the attempts' own, asks for none, or takes that back. It is kept who, when, from what.

    ``seen`` is the newest decision that the person knew (0: none): EditConflict where there is a newer one. Raises
    Invalid, with the problems at ``kind``, ``grade`` and ``reason``.
    """
    with transaction() as connection:
        quiz = quiz_of_results(connection, actor, quiz_id, lock=True)
        if quiz.role not in GRADING:
            raise Forbidden
        _student, column, cell = _found(connection, quiz, user_id, now, grace)
        newest = _newest(connection, quiz_id, user_id)
        if newest != seen:
            raise EditConflict
        grade, reason = _checked(verdict, column, cell)
        mine = (GradeDecision.quiz_id == quiz_id, GradeDecision.user_id == user_id)
        connection.execute(
            update(GradeDecision)
            .where(*mine, GradeDecision.superseded_at.is_(None))
            .values(superseded_at=now)
        )
        connection.execute(
            insert(GradeDecision).values(
                quiz_id=quiz_id,
                user_id=user_id,
                kind=verdict.kind,
                grade=grade,
                before=cell.state,
                before_grade=cell.grade,
                reason=reason,
                decided_by=actor.id,
                decided_at=now,
            )
        )
        what = {"kind": verdict.kind, "before": cell.grade, "after": grade, "user": user_id}
        record(connection, actor.id, "grade.decide", ("quiz", quiz_id), now, **what)


def _newest(connection: Connection, quiz_id: int, user_id: int) -> int:
    newest: int = connection.execute(
        select(func.coalesce(func.max(GradeDecision.id), 0)).where(
            GradeDecision.quiz_id == quiz_id, GradeDecision.user_id == user_id
        )
    ).scalar_one()
    return newest


def _checked(verdict: Verdict, column: Column, cell: Cell) -> tuple[float | None, str]:
    """The grade and the reason; raises Invalid with all that is wrong."""
    reason = " ".join(verdict.reason.split())
    found = []
    if verdict.kind not in DECISIONS:
        found.append(Problem("kind", "no decision is chosen", "choose one"))
    if verdict.kind == "computed" and not (cell.by_hand or cell.state == "excused"):
        found.append(Problem("kind", "the grade is the attempts' own already", "choose another decision"))
    if not reason:
        found.append(Problem("reason", "no reason is given", "say in a few words why"))
    if len(reason) > LONGEST_REASON:
        found.append(
            Problem("reason", Said("is longer than %(most)s characters", most=LONGEST_REASON), "shorten it")
        )
    grade = _typed(verdict.grade, column.scale) if verdict.kind == "override" else None
    if isinstance(grade, Problem):
        found.append(grade)
    if found or isinstance(grade, Problem):
        raise Invalid(found)
    return grade, reason


def _typed(text: str, scale: float) -> float | Problem:
    """``73``, or ``80 %`` of the scale."""
    typed = text.strip()
    number = read_number(typed.removesuffix("%"))
    if number is None:
        return Problem(
            "grade", Said("'%(text)s' is no number", text=typed[:40]), "write one such as 73, or 80 %"
        )
    value = Fraction(number) * Fraction(scale) / 100 if typed.endswith("%") else Fraction(number)
    if not 0 <= value <= Fraction(scale):
        what = Said("'%(text)s' is too much or too little", text=typed[:40])
        return Problem("grade", what, Said("write one from 0 to %(most)s", most=f"{scale:g}"))
    return float(value)
