"""Rescoring: answers that were given are scored in another way, after a look at who gains and who loses by it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from math import floor, log10
from typing import Any

from sqlalchemy import Row, and_, func, insert, select, update
from sqlalchemy.engine import Connection

from quiz.banks.model import digest_of
from quiz.banks.rescoring import BY_KEY, POLICIES, Policy
from quiz.db import reading, transaction
from quiz.errors import Conflict, EditConflict, Forbidden, Invalid, NotFound, Problem
from quiz.files.richtext import to_text
from quiz.models.accommodating import closes_for
from quiz.models.attempt import Attempt, AttemptSlot, moment
from quiz.models.audit import record
from quiz.models.bank import Bank, Question, QuestionVersion, load_authored
from quiz.models.paging import Page, part_of
from quiz.models.people import Course, Enrolment, User
from quiz.models.quiz import Quiz, QuizRevision
from quiz.models.rescored import RescoredAttempt, RescoredSlot, RescoredVersion, Rescoring
from quiz.models.rescoring import (
    Rule,
    Step,
    later_ones,
    lock,
    misfitting,
    slots_of,
    steps,
    take_back,
    target_columns,
    write,
)
from quiz.models.scoring import counting_marks, grade_of, store_grades, take_out
from quiz.operations.access import EDITING, TEACHING, Actor, acting, missing, quiz_of_results, readable_banks
from quiz.questions.rules.grade import passed

__all__ = [
    "POLICIES",
    "Request",
    "Rescored",
    "dry_run",
    "find_version",
    "history",
    "my_notices",
    "read_notice",
    "run",
    "undo",
]

#: Characters that a reason may have.
LONGEST_REASON = 1_000


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for: a policy for one question of the quiz, or for all of them (``version_id`` None).

    ``version_id`` is any version of the question. A key is that of the newest version; answers to it and to all versions
    before it are scored by it. ``full-credit`` and ``drop`` are for answers to this version and those before it.
    """

    policy: Policy
    version_id: int | None = None
    by_hand: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RescoredQuestion:
    """A question that is rescored: by which version, how many answers there are, how many marks change, how many stay
    because a person gave them. ``left_out`` says why it cannot be scored so; then nothing changes.
    """

    version_id: int
    question_id: int
    question: str
    prompt: str
    version: int
    #: Whether I may change its bank, and so mend its key.
    editable: bool
    answers: int
    changed: int
    kept: int
    left_out: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What changes for one attempt: the marks of the rescored questions together, and the grade.

    None: something needs grading, or nothing is left that is worth points.
    """

    attempt_id: int
    number: int
    student: str
    marks_before: float | None
    marks_after: float | None
    max_before: float
    max_after: float
    grade_before: float | None
    grade_after: float | None
    #: None where the quiz has no pass mark, or there is no grade.
    passed_before: bool | None
    passed_after: bool | None

    @property
    def difference(self) -> float | None:
        """By how much the grade changes."""
        if self.grade_before is None or self.grade_after is None:
            return None
        return round(self.grade_after - self.grade_before, 9)


#: So many lines say how grades change.
MOST_PARTS = 10


@dataclass(frozen=True, slots=True)
class Part:
    """``n`` grades change by from ``low`` up to, not including, ``high``; by exactly that where both are the same."""

    low: float
    high: float
    n: int


def _step_width(least: float) -> float:
    """The smallest of 1, 2, 5, 10 … times a power of ten that is not below ``least``."""
    power = 10.0 ** floor(log10(least))
    return next(power * digit for digit in (1, 2, 5, 10) if power * digit >= least)


@dataclass(frozen=True, slots=True)
class Rescored:
    """What a rescoring changes, or has changed. ``changes`` by student."""

    quiz_id: int
    title: str
    course_id: int
    course_title: str
    time_zone: str
    scale: float | None
    request: Request
    questions: tuple[RescoredQuestion, ...]
    changes: tuple[Change, ...]
    #: Slots that get another mark or the newest version.
    touched: int
    #: Attempts in progress, which are scored so when they end.
    in_progress: int
    #: None for a dry run.
    rescoring_id: int | None

    @property
    def differences(self) -> Mapping[float, int]:
        """How many grades change by how much, the largest loss first; attempts without a grade are left out."""
        return dict(
            sorted(Counter(one.difference for one in self.changes if one.difference is not None).items())
        )

    @property
    def spread(self) -> tuple[Part, ...]:
        """The same for a reader: each difference by itself, or, where there are many, in steps of equal width."""
        found = self.differences
        if len(found) <= MOST_PARTS:
            return tuple(Part(one, one, n) for one, n in found.items())
        width = _step_width((max(found) - min(found)) / MOST_PARTS)
        steps = Counter(dict.fromkeys(range(floor(min(found) / width), floor(max(found) / width) + 1), 0))
        for difference, n in found.items():
            steps[floor(difference / width)] += n
        return tuple(Part(step * width, (step + 1) * width, n) for step, n in sorted(steps.items()))

    def page(self, number: int) -> Page[Change]:
        """The changes of this page."""
        return part_of(self.changes, number)

    @property
    def raised(self) -> int:
        """Grades that rise."""
        return sum(n for difference, n in self.differences.items() if difference > 0)

    @property
    def lowered(self) -> int:
        """Grades that fall."""
        return sum(n for difference, n in self.differences.items() if difference < 0)

    @property
    def lost(self) -> int:
        """Grades that there are no more: an answer needs marking, or nothing is left that is worth points."""
        return sum(one.grade_before is not None and one.grade_after is None for one in self.changes)

    @property
    def refused(self) -> tuple[Problem, ...]:
        """Why nothing can be done: every question is left out. Empty where something can."""
        if not all(one.left_out for one in self.questions):
            return ()
        return tuple(problem for one in self.questions for problem in one.left_out)

    @property
    def token(self) -> str:
        """Says what was seen: two dry runs with the same changes have the same."""
        seen = [
            (
                one.attempt_id,
                one.marks_before,
                one.marks_after,
                one.max_after,
                one.grade_before,
                one.grade_after,
            )
            for one in self.changes
        ]
        rule = (self.request.policy, self.request.version_id, self.request.by_hand)
        return digest_of([rule, [(one.version_id, one.kept) for one in self.questions], seen])


# Find ---------------------------------------------------------------------------------------------------------------


def find_version(actor: Actor | None, quiz_id: int, name: str) -> int:
    """The newest version that attempts at the quiz hold of the question of this name, with or without its bank's.

    Raises Invalid where there is none, or one in several banks.
    """
    bank, _, slug = name.rpartition("/")
    with reading() as connection:
        _quiz(connection, actor, quiz_id)
        rows = connection.execute(
            select(Bank.slug, QuestionVersion.id)
            .join(Question, Question.bank_id == Bank.id)
            .join(QuestionVersion, QuestionVersion.question_id == Question.id)
            .join(AttemptSlot, AttemptSlot.version_id == QuestionVersion.id)
            .join(Attempt, Attempt.id == AttemptSlot.attempt_id)
            .where(Attempt.quiz_id == quiz_id, AttemptSlot.asks, Question.slug == slug)
            .distinct()
            .order_by(QuestionVersion.id)
        ).all()
    newest = {row.slug: row.id for row in rows if bank in ("", row.slug)}
    if len(newest) > 1:
        what = f"'{name}' is in several banks"
        raise Invalid([Problem("question", what, f"write {' or '.join(f'{one}/{slug}' for one in newest)}")])
    if not newest:
        what = f"nobody was asked '{name}' in quiz {quiz_id}"
        raise Invalid([Problem("question", what, "see the names with: quiz report QUIZ --table questions")])
    return int(newest.popitem()[1])


# Look and do -------------------------------------------------------------------------------------------------------


def dry_run(actor: Actor | None, quiz_id: int, request: Request, now: datetime) -> Rescored:
    """Who would change by how much. Nothing is written; ``actor`` None is the command line.

    Questions that cannot be scored so are left out, and it is said why. Raises Invalid where the request makes no sense.
    """
    with reading() as connection:
        quiz = _quiz(connection, actor, quiz_id)
        return _prepared(connection, actor, quiz, request, now).rescored(None)


def run(
    actor: Actor | None, quiz_id: int, request: Request, now: datetime, seen: str | None = None
) -> Rescored:
    """Does it, in one transaction; the marks before are kept, the act is audited.

    ``seen``: the token of the dry run that was looked at. Raises EditConflict where it would do something else by now,
    Invalid where every question is left out, and what ``dry_run`` raises.
    """
    by = actor.id if actor else None
    with transaction() as connection:
        quiz = _quiz(connection, actor, quiz_id, lock=True)
        lock(connection, quiz_id)
        prepared = _prepared(connection, actor, quiz, request, now)
        planned = prepared.rescored(None)
        if seen is not None and planned.token != seen:
            raise EditConflict
        if planned.refused:
            raise Invalid(planned.refused)
        rescoring_id = _note(connection, quiz_id, request, prepared, by, now)
        take_out(connection, sorted({step.row.attempt_id for step in prepared.steps}))
        write(connection, rescoring_id, by, prepared.steps, now)
        store_grades(connection, {one.attempt_id: one.grade_after for one in planned.changes})
        record(
            connection,
            by,
            "quiz.rescore",
            ("quiz", quiz_id),
            now,
            rescoring=rescoring_id,
            policy=request.policy,
            by_hand=request.by_hand,
            versions=sorted(version.id for version in prepared.rule.versions.values()),
            attempts=len(planned.changes),
        )
    return prepared.rescored(rescoring_id)


def _quiz(connection: Connection, actor: Actor | None, quiz_id: int, *, lock: bool = False) -> Row[Any]:
    found = quiz_of_results(connection, actor, quiz_id, lock=lock)
    if found.role not in TEACHING:
        raise Forbidden
    return found


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What a request does, worked out."""

    quiz: Row[Any]
    request: Request
    rule: Rule
    steps: Sequence[Step]
    questions: tuple[RescoredQuestion, ...]
    changes: tuple[Change, ...]
    in_progress: int

    def rescored(self, rescoring_id: int | None) -> Rescored:
        """As it is told."""
        return Rescored(
            quiz_id=self.quiz.id,
            title=self.quiz.title,
            course_id=self.quiz.course_id,
            course_title=self.quiz.course_title,
            time_zone=self.quiz.time_zone,
            scale=self.quiz.scale,
            request=self.request,
            questions=self.questions,
            changes=self.changes,
            touched=sum(step.touches for step in self.steps),
            in_progress=self.in_progress,
            rescoring_id=rescoring_id,
        )


def _prepared(
    connection: Connection, actor: Actor | None, quiz: Row[Any], request: Request, now: datetime
) -> _Prepared:
    _demand_sense(request)
    rule = Rule(request.policy, request.by_hand, _versions(connection, quiz.id, request))
    rows = slots_of(connection, Attempt.quiz_id == quiz.id, rule)
    misfits = misfitting(rows, rule)
    fitting = rule.only(question_id for question_id in rule.versions if question_id not in misfits)
    given = steps(connection, [row for row in rows if row.question_id in fitting.versions], fitting, now)
    return _Prepared(
        quiz=quiz,
        request=request,
        rule=fitting,
        steps=given,
        questions=tuple(_questions(rule, rows, given, misfits, _editable(connection, actor))),
        changes=tuple(
            sorted(
                _changes(connection, quiz, given),
                key=lambda one: (one.student.casefold(), one.attempt_id),
            )
        ),
        in_progress=_in_progress(connection, quiz.id, fitting),
    )


def _demand_sense(request: Request) -> None:
    if request.policy not in POLICIES:
        raise Invalid(
            [
                Problem(
                    "policy", f"there is no policy '{request.policy}'", f"write one of {', '.join(POLICIES)}"
                )
            ]
        )
    if len(request.reason) > LONGEST_REASON:
        raise Invalid([Problem("reason", f"is longer than {LONGEST_REASON} characters", "shorten it")])
    if request.version_id is None and request.policy not in BY_KEY:
        what = f"'{request.policy}' for every question would leave nothing of the quiz"
        raise Invalid([Problem("policy", what, "name one question")])


def _versions(connection: Connection, quiz_id: int, request: Request) -> Mapping[int, Row[Any]]:
    """By question the version of the request. NotFound where the quiz has no such question."""
    in_quiz = (
        select(QuestionVersion.question_id)
        .join(AttemptSlot, AttemptSlot.version_id == QuestionVersion.id)
        .join(Attempt, Attempt.id == AttemptSlot.attempt_id)
        .where(Attempt.quiz_id == quiz_id, AttemptSlot.asks)
    )
    statement = select(*target_columns()).where(QuestionVersion.question_id.in_(in_quiz))
    if request.version_id is not None:
        of_version = select(QuestionVersion.question_id).where(QuestionVersion.id == request.version_id)
        statement = statement.where(QuestionVersion.question_id == of_version.scalar_subquery())
    if request.policy in BY_KEY:
        statement = statement.where(QuestionVersion.current)
    else:
        statement = statement.where(QuestionVersion.id == request.version_id)
    rows = connection.execute(statement.order_by(QuestionVersion.question_id))
    found = {row.question_id: row for row in rows}
    if not found and request.version_id is not None:
        raise NotFound("The quiz has no such question.")
    return found


def _editable(connection: Connection, actor: Actor | None) -> frozenset[int]:
    """The banks that I may change; the command line has files for that."""
    if actor is None:
        return frozenset()
    rows = connection.execute(readable_banks(actor, Bank.id))
    return frozenset(row.id for row in rows if row.access in EDITING)


def _questions(
    rule: Rule,
    rows: Sequence[Row[Any]],
    given: Sequence[Step],
    misfits: Mapping[int, Sequence[Problem]],
    editable: frozenset[int],
) -> Iterable[RescoredQuestion]:
    answers = Counter(row.question_id for row in rows)
    changed = Counter(step.row.question_id for step in given if step.changed)
    kept = Counter(step.row.question_id for step in given if step.kept)
    for question_id, version in rule.versions.items():
        question = load_authored(version.digest, version.content)
        yield RescoredQuestion(
            version_id=version.id,
            question_id=question_id,
            question=question.qualified,
            prompt=to_text(question.prompt),
            version=version.number,
            editable=version.bank_id in editable,
            answers=answers[question_id],
            changed=changed[question_id],
            kept=kept[question_id],
            left_out=tuple(misfits.get(question_id, ())),
        )


def _changes(connection: Connection, quiz: Row[Any], given: Sequence[Step]) -> Iterable[Change]:
    """The attempts with a mark that changes."""
    changed: dict[int, list[Step]] = defaultdict(list)
    for step in given:
        if step.changed:
            changed[step.row.attempt_id].append(step)
    ids = sorted(changed)
    for start in range(0, len(ids), 500):  # databases bound the parameters of a statement
        part = ids[start : start + 500]
        marks = counting_marks(connection, Attempt.id.in_(part))
        people = connection.execute(
            select(Attempt.id, Attempt.number, Attempt.grade, User.name)
            .join(User, User.id == Attempt.user_id)
            .where(Attempt.id.in_(part))
        )
        for row in people:
            yield _change(quiz, row, changed[row.id], marks[row.id])


def _change(quiz: Row[Any], row: Row[Any], changed: Sequence[Step], marks: Sequence[Row[Any]]) -> Change:
    new = {step.row.slot: step.mark for step in changed}
    after = [
        (new[one.slot]["fraction"], new[one.slot]["max"], one.bonus)
        if one.slot in new
        else (one.fraction, one.max, one.bonus)
        for one in marks
    ]
    grade = grade_of(after, marks[0].scale)
    return Change(
        attempt_id=row.id,
        number=row.number,
        student=row.name,
        marks_before=_sum(step.row.mark_points for step in changed),
        marks_after=_sum(step.mark["points"] for step in changed),
        max_before=sum(step.row.max for step in changed),
        max_after=sum(step.mark["max"] for step in changed),
        grade_before=row.grade,
        grade_after=grade,
        passed_before=_passed(quiz, row.grade),
        passed_after=_passed(quiz, grade),
    )


def _sum(points: Iterable[float | None]) -> float | None:
    known = [*points]
    return None if None in known else float(sum(Fraction(one) for one in known if one is not None))


def _passed(quiz: Row[Any], grade: float | None) -> bool | None:
    return None if grade is None or quiz.pass_grade is None else passed(grade, quiz.pass_grade)


def _in_progress(connection: Connection, quiz_id: int, rule: Rule) -> int:
    """Attempts in progress with one of the questions in a version that the rule takes in."""
    rows = connection.execute(
        select(Attempt.id, QuestionVersion.question_id, QuestionVersion.number)
        .join(AttemptSlot, AttemptSlot.attempt_id == Attempt.id)
        .join(QuestionVersion, QuestionVersion.id == AttemptSlot.version_id)
        .where(
            Attempt.quiz_id == quiz_id,
            Attempt.finished_at.is_(None),
            QuestionVersion.question_id.in_(rule.versions),
        )
    )
    return len({row.id for row in rows if row.number <= rule.versions[row.question_id].number})


def _note(
    connection: Connection, quiz_id: int, request: Request, prepared: _Prepared, by: int | None, now: datetime
) -> int:
    """Writes down what was decided. Returns its id."""
    rescoring_id: int = connection.execute(
        insert(Rescoring)
        .values(
            quiz_id=quiz_id,
            policy=request.policy,
            by_hand=request.by_hand,
            reason=request.reason.strip(),
            created_at=now,
            created_by=by,
        )
        .returning(Rescoring.id)
    ).scalar_one()
    connection.execute(
        insert(RescoredVersion),
        [
            {"rescoring_id": rescoring_id, "version_id": version.id}
            for version in prepared.rule.versions.values()
        ],
    )
    if prepared.changes:
        connection.execute(
            insert(RescoredAttempt),
            [
                {
                    "rescoring_id": rescoring_id,
                    "attempt_id": one.attempt_id,
                    "grade_before": one.grade_before,
                    "grade_after": one.grade_after,
                }
                for one in prepared.changes
            ],
        )
    return rescoring_id


# Undo --------------------------------------------------------------------------------------------------------------


def undo(actor: Actor | None, quiz_id: int, rescoring_id: int, now: datetime) -> None:
    """Takes a rescoring back: every mark and grade is as before, but for what people have given since. A repeat changes
    nothing. Raises Conflict while a later rescoring of the same question is in force.
    """
    by = actor.id if actor else None
    with transaction() as connection:
        _quiz(connection, actor, quiz_id, lock=True)
        lock(connection, quiz_id)
        found = connection.execute(
            select(Rescoring.undone_at).where(Rescoring.id == rescoring_id, Rescoring.quiz_id == quiz_id)
        ).first()
        if found is None:
            raise NotFound("The quiz has no such rescoring.")
        if found.undone_at is not None:
            return
        later = later_ones(connection, rescoring_id, quiz_id)
        if later:
            named = ", ".join(map(str, later))
            raise Conflict(f"The same question was scored again later. Undo that first: {named}.")
        touched = _touched(connection, rescoring_id)
        take_out(connection, touched)
        take_back(connection, rescoring_id, now)
        connection.execute(
            update(Rescoring).where(Rescoring.id == rescoring_id).values(undone_at=now, undone_by=by)
        )
        connection.execute(
            update(RescoredAttempt).where(RescoredAttempt.rescoring_id == rescoring_id).values(read_at=None)
        )
        _grade_anew(connection, touched)
        record(
            connection,
            by,
            "quiz.undo-rescoring",
            ("quiz", quiz_id),
            now,
            rescoring=rescoring_id,
            attempts=len(touched),
        )


def _touched(connection: Connection, rescoring_id: int) -> Sequence[int]:
    return (
        connection.execute(
            select(RescoredSlot.attempt_id)
            .where(RescoredSlot.rescoring_id == rescoring_id)
            .distinct()
            .order_by(RescoredSlot.attempt_id)
        )
        .scalars()
        .all()
    )


def _grade_anew(connection: Connection, attempt_ids: Sequence[int]) -> None:
    for start in range(0, len(attempt_ids), 500):  # databases bound the parameters of a statement
        marks = counting_marks(connection, Attempt.id.in_(attempt_ids[start : start + 500]))
        store_grades(
            connection,
            {
                attempt_id: grade_of([(one.fraction, one.max, one.bonus) for one in of_one], of_one[0].scale)
                for attempt_id, of_one in marks.items()
            },
        )


# What was done -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Done:
    """A rescoring of the past. ``by`` "": from the command line. ``undone_at`` None: it is in force."""

    id: int
    policy: Policy
    by_hand: bool
    reason: str
    questions: tuple[str, ...]
    attempts: int
    at: datetime
    by: str
    undone_at: datetime | None
    undone_by: str


@dataclass(frozen=True, slots=True)
class History:
    """The rescorings of a quiz, the newest first."""

    quiz_id: int
    title: str
    course_id: int
    course_title: str
    time_zone: str
    done: tuple[Done, ...]


def history(actor: Actor | None, quiz_id: int) -> History:
    """What has been rescored in a quiz. A constant number of statements."""
    undoer = User.__table__.alias("undoer")
    attempts = (
        select(func.count())
        .where(RescoredAttempt.rescoring_id == Rescoring.id)
        .correlate(Rescoring)
        .scalar_subquery()
    )
    with reading() as connection:
        quiz = _quiz(connection, actor, quiz_id)
        rows = connection.execute(
            select(Rescoring, User.name, undoer.c.name.label("undone_name"), attempts.label("attempts"))
            .outerjoin(User, User.id == Rescoring.created_by)
            .outerjoin(undoer, undoer.c.id == Rescoring.undone_by)
            .where(Rescoring.quiz_id == quiz_id)
            .order_by(Rescoring.id.desc())
        ).all()
        questions = _question_names(connection, quiz_id)
    return History(
        quiz.id,
        quiz.title,
        quiz.course_id,
        quiz.course_title,
        quiz.time_zone,
        tuple(
            Done(
                id=row.id,
                policy=row.policy,
                by_hand=row.by_hand,
                reason=row.reason,
                questions=tuple(questions[row.id]),
                attempts=row.attempts,
                at=row.created_at,
                by=row.name or "",
                undone_at=row.undone_at,
                undone_by=row.undone_name or "",
            )
            for row in rows
        ),
    )


def _question_names(connection: Connection, quiz_id: int) -> Mapping[int, Sequence[str]]:
    """The questions of each rescoring of a quiz by name."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = connection.execute(
        select(RescoredVersion.rescoring_id, Question.slug)
        .join(Rescoring, Rescoring.id == RescoredVersion.rescoring_id)
        .join(QuestionVersion, QuestionVersion.id == RescoredVersion.version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(Rescoring.quiz_id == quiz_id)
        .order_by(Question.slug)
    )
    for row in rows:
        found[row.rescoring_id].append(row.slug)
    return found


# What a student is told --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Notice:
    """That the grade of an attempt of mine was changed. Grades only as the review options show them now, else None."""

    rescoring_id: int
    attempt_id: int
    quiz_title: str
    course_title: str
    at: datetime
    undone: bool
    grade_before: float | None
    grade_after: float | None
    scale: float


def my_notices(actor: Actor, now: datetime) -> tuple[Notice, ...]:
    """What I have not said to have read yet, the newest first."""
    with reading() as connection:
        rows = connection.execute(
            select(
                RescoredAttempt,
                Rescoring.created_at,
                Rescoring.undone_at,
                Attempt.finished_at,
                Quiz.title,
                Quiz.review,
                closes_for(Attempt.user_id).label("closes_at"),
                Course.title.label("course_title"),
                QuizRevision.scale,
            )
            .join(Rescoring, Rescoring.id == RescoredAttempt.rescoring_id)
            .join(Attempt, Attempt.id == RescoredAttempt.attempt_id)
            .join(QuizRevision, QuizRevision.id == Attempt.revision_id)
            .join(Quiz, Quiz.id == Attempt.quiz_id)
            .join(Course, Course.id == Quiz.course_id)
            .join(Enrolment, and_(Enrolment.course_id == Course.id, Enrolment.user_id == Attempt.user_id))
            .join(User, User.id == Attempt.user_id)
            .where(acting(actor), RescoredAttempt.read_at.is_(None))
            .order_by(Rescoring.id.desc(), Attempt.id)
        ).all()
    return tuple(_notice(row, now) for row in rows)


def _notice(row: Row[Any], now: datetime) -> Notice:
    shown = "grade" in row.review.get(moment(row.finished_at, row.closes_at, now), ())
    undone = row.undone_at is not None
    before, after = (row.grade_after, row.grade_before) if undone else (row.grade_before, row.grade_after)
    return Notice(
        rescoring_id=row.rescoring_id,
        attempt_id=row.attempt_id,
        quiz_title=row.title,
        course_title=row.course_title,
        at=row.undone_at or row.created_at,
        undone=undone,
        grade_before=before if shown else None,
        grade_after=after if shown else None,
        scale=row.scale,
    )


def read_notice(actor: Actor, rescoring_id: int, now: datetime) -> None:
    """I have read of a rescoring. A repeat changes nothing; NotFound where it has changed nothing of mine."""
    with transaction() as connection:
        mine = select(Attempt.id).join(User, User.id == Attempt.user_id).where(acting(actor))
        found = connection.execute(
            update(RescoredAttempt)
            .where(RescoredAttempt.rescoring_id == rescoring_id, RescoredAttempt.attempt_id.in_(mine))
            .values(read_at=func.coalesce(RescoredAttempt.read_at, now))
            .returning(RescoredAttempt.attempt_id)
        ).all()
        if not found:
            raise missing(connection, actor)
