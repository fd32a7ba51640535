"""Looking back at an attempt: what its student may see now, and all of it for those who teach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.engine import Connection

from quiz.assembly.path import ALGORITHM as ADAPTIVE
from quiz.assembly.path import Measured, expected
from quiz.assembly.settings import EVERYTHING
from quiz.banks.model import Question as LoadedQuestion
from quiz.db import Prepared, reading, transaction
from quiz.errors import InProgress
from quiz.models.accommodating import closes_for
from quiz.models.adapting import Sitting
from quiz.models.analysing import key_is_out
from quiz.models.asking import ASKED, asked
from quiz.models.attempt import (
    Answer,
    Attempt,
    AttemptSlot,
    LateAnswer,
    Mark,
    chosen_certainty,
    is_answered,
    key_was_out,
    moment,
)
from quiz.models.bank import Bank, Question, QuestionVersion
from quiz.models.closing import close
from quiz.models.marking import Judgement, judgement_of
from quiz.models.people import ACTING, Course, Enrolment, User
from quiz.models.quiz import Quiz, QuizRevision
from quiz.models.rescoring import RescoredLine, rescored_lines
from quiz.models.reviewing import Marked, Outcome, outcome_of
from quiz.models.scoring import slots_with
from quiz.models.telling import Message, is_told, messages_of
from quiz.operations.access import GRADING, RESULTS, Actor, missing
from quiz.questions.base import Presented, Response
from quiz.questions.rules.certainty import certainty_mark
from quiz.questions.rules.grade import passed


@dataclass(frozen=True, slots=True)
class LateLine:
    """An answer that came after the end: kept, and counted only where somebody has accepted it."""

    id: int
    summary: str
    received_at: datetime
    accepted_at: datetime | None
    #: The review options let the student see the right answer by then; only told to who teaches.
    key_was_out: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedQuestion(Outcome):
    """One question looked back at."""

    slot: int
    #: False for a text without a question.
    asks: bool
    #: It was tried in an adaptive test, and does not count.
    trial: bool
    version_id: int
    question: str
    #: Of its texts, and those that it has.
    language: str
    languages: tuple[str, ...]
    presented: Presented
    late: tuple[LateLine, ...]
    #: What the person says who has marked it; None where the program has, or nobody yet.
    judgement: Judgement | None
    #: That it was scored again, where marks may be seen; why, where the right answer may be.
    rescored: RescoredLine | None


@dataclass(frozen=True, slots=True)
class CertaintyLine:
    """How well certainty and answers agree: the share that is right (0 to 1), and the mean certainty mark (−6 to 3)."""

    accuracy: float
    mean_mark: float


@dataclass(frozen=True, slots=True)
class AttemptReview:
    """An attempt looked back at. ``moment`` is during, after, later or closed; ``allowed`` what may be seen then."""

    attempt_id: int
    number: int
    quiz_id: int
    quiz_title: str
    course_id: int
    course_title: str
    time_zone: str
    student: str
    own: bool
    moment: str
    allowed: frozenset[str]
    started_at: datetime
    finished_at: datetime | None
    ended_by: str | None
    grade: float | None
    #: The grade is not settled: a question needs grading; this much is sure.
    needs_grading: bool
    #: Of an adaptive test what it tells, where the grade may be seen, and by which rule it ended (None: by none).
    measured: Measured | None
    stopped: str | None
    scale: float
    passed: bool | None
    points: float | None
    max: float | None
    seed: int | None
    #: The reader of this may decide about marks (accept late answers).
    can_grade: bool
    #: None where the quiz does not ask how certain students are, or the marks may not be seen.
    certainty: CertaintyLine | None
    questions: tuple[ReviewedQuestion, ...]
    #: What the teacher has said while it ran.
    messages: tuple[Message, ...]


def review(actor: Actor, attempt_id: int, now: datetime, grace: timedelta) -> AttemptReview:
    """An attempt as its student may see it now; those who see the course's results see all of it
    (readers: no keys before students may have seen them).

    An attempt whose time is up is closed first. Raises InProgress to its student while it is open.
    """
    with reading() as connection:
        attempt = _visible(connection, actor, attempt_id)
        if not _is_over(attempt, now, grace):
            return _review(connection, actor, attempt, now)
    with transaction() as connection:
        close(connection, attempt_id, "time", attempt.due_at, now)
        return _review(connection, actor, _visible(connection, actor, attempt_id), now)


def _is_over(attempt: Row[Any], now: datetime, grace: timedelta) -> bool:
    return attempt.finished_at is None and attempt.due_at is not None and attempt.due_at < now - grace


_student = User.__table__.alias("student")
_VISIBLE = Prepared(
    select(
        Attempt,
        Quiz.title.label("quiz_title"),
        closes_for(Attempt.user_id).label("closes_at"),
        Quiz.review,
        Quiz.pass_grade,
        Course.id.label("course_id"),
        Course.title.label("course_title"),
        Course.time_zone,
        QuizRevision.scale,
        QuizRevision.certainty,
        _student.c.name.label("student"),
        Enrolment.role,
        is_told().label("told"),
    )
    .select_from(Attempt)
    .join(Quiz, Quiz.id == Attempt.quiz_id)
    .join(Course, Course.id == Quiz.course_id)
    .join(QuizRevision, QuizRevision.id == Attempt.revision_id)
    .join(_student, _student.c.id == Attempt.user_id)
    .join(Enrolment, Enrolment.course_id == Course.id)
    .join(User, User.id == Enrolment.user_id)
    .where(
        Attempt.id == bindparam("attempt_id"),
        ACTING,
        (Attempt.user_id == User.id) | Enrolment.role.in_(RESULTS),
    )
)


def _visible(connection: Connection, actor: Actor, attempt_id: int) -> Row[Any]:
    found = _VISIBLE.run(connection, {"attempt_id": attempt_id, **actor.bound}).first()
    if found is None:
        raise missing(connection, actor)
    return found


def _review(connection: Connection, actor: Actor, attempt: Row[Any], now: datetime) -> AttemptReview:
    own = attempt.user_id == actor.id
    if own and attempt.finished_at is None:
        raise InProgress
    when = moment(attempt.finished_at, attempt.closes_at, now)
    allowed = frozenset(attempt.review.get(when, ())) if own else _seen_by_staff(attempt, now)
    rows = _SLOTS.run(connection, {"attempt_id": attempt.id}).all()
    late = _late(connection, attempt.id)
    again = rescored_lines(connection, attempt.id)
    questions = (
        [_question(row, late.get(row.slot, ()), again.get(row.slot), allowed, attempt) for row in rows]
        if "attempt" in allowed
        else []
    )
    open_marks = any(row.mark_max is not None and row.fraction is None for row in rows)
    is_adaptive = attempt.algorithm == ADAPTIVE
    earned = sum((row.mark_points or 0.0) for row in rows)
    most = sum(_worth(row) for row in rows if not row.bonus)
    return AttemptReview(
        attempt_id=attempt.id,
        number=attempt.number,
        quiz_id=attempt.quiz_id,
        quiz_title=attempt.quiz_title,
        course_id=attempt.course_id,
        course_title=attempt.course_title,
        time_zone=attempt.time_zone,
        student=attempt.student,
        own=own,
        moment=when,
        allowed=allowed,
        started_at=attempt.started_at,
        finished_at=attempt.finished_at,
        ended_by=attempt.ended_by,
        grade=attempt.grade if "grade" in allowed else None,
        needs_grading=open_marks and "grade" in allowed,
        measured=_measured(connection, attempt) if "grade" in allowed else None,
        stopped=attempt.stopped,
        scale=attempt.scale,
        passed=_passed(attempt) if "grade" in allowed else None,
        points=earned if "marks" in allowed and attempt.finished_at is not None and not is_adaptive else None,
        max=most if "max" in allowed and not is_adaptive else None,
        seed=None if own else attempt.seed,
        can_grade=attempt.role in GRADING,
        certainty=_certainty(rows) if attempt.certainty and "marks" in allowed else None,
        questions=tuple(questions),
        messages=messages_of(connection, attempt.id) if attempt.told else (),
    )


def _measured(connection: Connection, attempt: Row[Any]) -> Measured | None:
    """What the marks of an adaptive test tell; their points add up to nothing, as each student has other questions."""
    if attempt.ability is None:
        return None
    return expected(Sitting.of(connection, attempt.id).stock, attempt.ability, attempt.ability_error)


def _certainty(rows: Sequence[Row[Any]]) -> CertaintyLine | None:
    """Over the slots that are scored (scoring.md, "Certainty"); a question that was dropped is none of them."""
    scored = [
        (Fraction(row.fraction), chosen_certainty(row.fields), is_answered(row.fields))
        for row in rows
        if row.fraction is not None and (_worth(row) or not row.points)
    ]
    if not scored:
        return None
    marks = [certainty_mark(fraction, chosen, answered=answered) for fraction, chosen, answered in scored]
    accuracy = sum(max(Fraction(0), fraction) for fraction, _, _ in scored) / len(scored)
    return CertaintyLine(float(accuracy), float(sum(marks, Fraction(0)) / len(marks)))


#: What a reader of results sees of an attempt as long as its students cannot have seen the right answers.
_WITHOUT_KEYS = frozenset({"attempt", "max", "grade"})


def _seen_by_staff(attempt: Row[Any], now: datetime) -> frozenset[str]:
    """Everything; to readers of results no keys before their time."""
    early = attempt.role == "reader" and not key_is_out(attempt.review, attempt.closes_at, now)
    return _WITHOUT_KEYS if early else frozenset(EVERYTHING)


def _passed(attempt: Row[Any]) -> bool | None:
    if attempt.grade is None or attempt.pass_grade is None:
        return None
    return passed(attempt.grade, attempt.pass_grade)


_SLOTS = Prepared(
    slots_with(
        AttemptSlot.slot,
        AttemptSlot.shown_order,
        AttemptSlot.points,
        AttemptSlot.bonus,
        AttemptSlot.asks,
        AttemptSlot.trial,
        AttemptSlot.version_id,
        *ASKED,
        Question.slug,
        Bank.header,
        Bank.language,
        Answer.fields,
        Mark.fraction,
        Mark.points.label("mark_points"),
        Mark.max.label("mark_max"),
        Mark.by_hand,
        Mark.rubric,
        Mark.comment,
    )
    .join(Question, Question.id == QuestionVersion.question_id)
    .join(Bank, Bank.id == Question.bank_id)
    .where(AttemptSlot.attempt_id == bindparam("attempt_id"))
    .order_by(AttemptSlot.slot)
)
_LATE = Prepared(
    select(LateAnswer.id, LateAnswer.slot, LateAnswer.fields, LateAnswer.received_at, LateAnswer.accepted_at)
    .where(LateAnswer.attempt_id == bindparam("attempt_id"))
    .order_by(LateAnswer.id)
)


def _late(connection: Connection, attempt_id: int) -> dict[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = {}
    for row in _LATE.run(connection, {"attempt_id": attempt_id}):
        found.setdefault(row.slot, []).append(row)
    return found


def _worth(row: Row[Any]) -> float:
    """The most that the slot can earn: nothing where its question was dropped."""
    return float(row.points if row.mark_max is None else row.mark_max)


def _question(
    row: Row[Any],
    late: Sequence[Row[Any]],
    again: RescoredLine | None,
    allowed: frozenset[str],
    attempt: Row[Any],
) -> ReviewedQuestion:
    """The question in the language in which the student read it."""
    authored = asked(row)
    question = authored.in_language(attempt.language or "")
    response = question.parse(row.fields or {}, row.shown_order).response
    marked = _marked(question, row, response, again) if row.mark_max is not None else None
    outcome = outcome_of(question, row.header, response, row.shown_order, marked, _worth(row), allowed)
    return ReviewedQuestion(
        **{name: getattr(outcome, name) for name in Outcome.__dataclass_fields__},
        slot=row.slot,
        asks=row.asks,
        trial=row.trial,
        version_id=row.version_id,
        question=question.qualified,
        language=row.language if question is authored else attempt.language,
        languages=(row.language, *authored.translations),
        presented=question.present(row.shown_order),
        late=tuple(_late_line(question, one, row.shown_order, attempt) for one in late),
        judgement=judgement_of(question, row.rubric, row.comment, allowed) if row.by_hand else None,
        rescored=_told_again(again, allowed) if again and not row.by_hand else None,
    )


def _told_again(again: RescoredLine, allowed: frozenset[str]) -> RescoredLine | None:
    if "marks" not in allowed:
        return None
    return again if "answer" in allowed else replace(again, reason="")


def _marked(
    question: LoadedQuestion, row: Row[Any], response: Response, again: RescoredLine | None
) -> Marked:
    """The mark; the verdict is on the answer itself, so penalties for tries do not turn right into partly right.

    What a person has given is that person's verdict, and a rescoring may give more than the key that stands there.
    """
    if row.fraction is None or row.by_hand:
        return Marked(row.fraction, row.mark_points, row.mark_max, row.fraction)
    last = question.score(response).fraction
    verdict = max(float(last or 0), row.fraction) if again else last if last is None else float(last)
    return Marked(row.fraction, row.mark_points, row.mark_max, verdict)


def _late_line(question: LoadedQuestion, row: Row[Any], order: list[str], attempt: Row[Any]) -> LateLine:
    response = question.parse(row.fields, order).response
    summary = question.kind.summarise(question.content, response)
    ended = attempt.finished_at or attempt.due_at
    out = key_was_out(attempt.review, ended, attempt.closes_at, row.received_at)
    return LateLine(row.id, summary, row.received_at, row.accepted_at, out)
