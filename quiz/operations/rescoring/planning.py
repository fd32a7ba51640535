"""What a rescoring would change: who asks for what, and what it comes to. Nothing is written here."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.engine import Connection

from quiz.banks.rescoring import BY_KEY, POLICIES
from quiz.errors import Invalid, NotFound, Problem, Said
from quiz.files.richtext import to_text
from quiz.models.adapting import Pools
from quiz.models.attempt import Attempt, AttemptSlot
from quiz.models.bank import Bank, QuestionVersion, load_authored
from quiz.models.people import User
from quiz.models.rescoring import (
    Rule,
    Step,
    misfitting,
    slots_of,
    steps,
    target_columns,
)
from quiz.models.scoring import counting_marks, result_of
from quiz.operations.access import EDITING, Actor, head_of, readable_banks
from quiz.operations.rescoring.values import LONGEST_REASON, Change, Request, Rescored, RescoredQuestion
from quiz.questions.rules.grade import passed


@dataclass(frozen=True, slots=True)
class Prepared:
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
            **head_of(self.quiz),
            scale=self.quiz.scale,
            request=self.request,
            questions=self.questions,
            changes=self.changes,
            touched=sum(step.touches for step in self.steps),
            in_progress=self.in_progress,
            rescoring_id=rescoring_id,
        )


def prepare(
    connection: Connection, actor: Actor | None, quiz: Row[Any], request: Request, now: datetime
) -> Prepared:
    """What the request does to the marks as they are. Raises Invalid where it makes no sense."""
    _demand_sense(request)
    rule = Rule(request.policy, request.by_hand, _versions(connection, quiz.id, request))
    rows = slots_of(connection, Attempt.quiz_id == quiz.id, rule)
    misfits = misfitting(rows, rule)
    fitting = rule.only(question_id for question_id in rule.versions if question_id not in misfits)
    given = steps(connection, [row for row in rows if row.question_id in fitting.versions], fitting, now)
    return Prepared(
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
        what = Said("there is no policy '%(policy)s'", policy=request.policy)
        mend = Said("write one of %(policies)s", policies=", ".join(POLICIES))
        raise Invalid([Problem("policy", what, mend)])
    if len(request.reason) > LONGEST_REASON:
        what = Said("is longer than %(most)s characters", most=LONGEST_REASON)
        raise Invalid([Problem("reason", what, "shorten it")])
    if request.version_id is None and request.policy not in BY_KEY:
        what = Said("'%(policy)s' for every question would leave nothing of the quiz", policy=request.policy)
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
    ids, pools = sorted(changed), Pools(connection)
    for start in range(0, len(ids), 500):  # databases bound the parameters of a statement
        part = ids[start : start + 500]
        marks = counting_marks(connection, part)
        people = connection.execute(
            select(Attempt.id, Attempt.number, Attempt.grade, User.name)
            .join(User, User.id == Attempt.user_id)
            .where(Attempt.id.in_(part))
        )
        for row in people:
            new = {step.row.slot: step.mark for step in changed[row.id]}
            grade = result_of(connection, row.id, marks[row.id], pools, new).grade
            yield _change(quiz, row, changed[row.id], grade)


def _change(quiz: Row[Any], row: Row[Any], changed: Sequence[Step], grade: float | None) -> Change:
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
