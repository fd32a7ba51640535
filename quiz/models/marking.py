"""What waits for a person's mark, and what people have given: the statements, and how rubric and points become a mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import Row, and_, func, not_, or_, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import aliased

from quiz.banks.model import Question
from quiz.errors import Invalid, Problem, Said
from quiz.files.richtext import to_html, to_inline_html
from quiz.models.attempt import Attempt, AttemptSlot, Mark
from quiz.models.people import User
from quiz.models.scoring import counting_mark
from quiz.questions.rules.numbers import read_number
from quiz.statistics.agreement import kappa

#: Characters that a comment may have.
LONGEST_COMMENT = 10_000


@dataclass(frozen=True, slots=True)
class LevelLine:
    """A level of a criterion: what it is worth in points of the rubric, its text as HTML, whether it was given."""

    points: float
    text: str
    given: bool


@dataclass(frozen=True, slots=True)
class CriterionLine:
    """A criterion of a rubric as HTML, with its levels."""

    text: str
    levels: tuple[LevelLine, ...]

    @property
    def given(self) -> LevelLine | None:
        """The level that was given."""
        return next((level for level in self.levels if level.given), None)

    @property
    def most(self) -> float:
        """The points of its best level."""
        return max(level.points for level in self.levels)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a person says of an answer: the rubric with the levels given, () for none; the comment as HTML."""

    rubric: tuple[CriterionLine, ...]
    comment: str


@dataclass(frozen=True, slots=True)
class Given:
    """A mark as somebody gives it: of each criterion the place of a level (None: not chosen), points as typed, a comment.

    Points that are typed, such as 2.5 or 80 %, count in the place of the rubric's.
    """

    levels: tuple[int | None, ...] = ()
    points: str = ""
    comment: str = ""


def judgement_of(
    question: Question, rubric: Sequence[int] | None, comment: str | None, allowed: frozenset[str]
) -> Judgement:
    """What the student may see of it now: the rubric with *marks*, the comment with *feedback*."""
    return Judgement(
        rubric=rubric_lines(question, rubric) if rubric is not None and "marks" in allowed else (),
        comment=to_html(comment) if comment and "feedback" in allowed else "",
    )


def rubric_lines(question: Question, given: Sequence[int | None] | None) -> tuple[CriterionLine, ...]:
    """The question's rubric, with the levels at these places marked; () where it has none."""
    rubric = getattr(question.content, "rubric", ())
    chosen = given if given is not None else [None] * len(rubric)
    return tuple(
        CriterionLine(
            to_inline_html(one.criterion),
            tuple(
                LevelLine(float(level.points), to_inline_html(level.text), place == at)
                for place, level in enumerate(one.levels)
            ),
        )
        for one, at in zip(rubric, chosen, strict=True)
    )


def share_of(question: Question, points: float, given: Given) -> tuple[Fraction, list[int] | None]:
    """The share of ``points``, which the slot is worth, and the rubric's levels where all are chosen.

    Raises Invalid, with the problems at ``points``, ``rubric-0`` …, ``comment``.
    """
    rubric = getattr(question.content, "rubric", ())
    found = [*_faults(rubric, given)]
    levels = [at for at in given.levels if at is not None]
    typed = given.points.strip()
    if rubric and not typed:
        found += [
            Problem(f"rubric-{place}", "no level is chosen", "choose one, or type points instead")
            for place, at in enumerate(given.levels)
            if at is None
        ]
    share = _typed_share(typed, points) if typed or not rubric else Fraction(0)
    if isinstance(share, Problem):
        found.append(share)
    if found or isinstance(share, Problem):
        raise Invalid(found)
    whole = levels if rubric and len(levels) == len(rubric) else None
    return share if typed or whole is None else rubric_share(question, whole), whole


def rubric_share(question: Question, levels: Sequence[int]) -> Fraction:
    """The points of these levels of the question's rubric, as a share of the best."""
    rubric = getattr(question.content, "rubric", ())
    earned = sum((one.levels[at].points for one, at in zip(rubric, levels, strict=True)), Fraction(0))
    return earned / sum((one.most for one in rubric), Fraction(0))


def _faults(rubric: Sequence[Any], given: Given) -> list[Problem]:
    """Levels that the rubric does not have, and a comment that is too long."""
    if len(given.levels) != len(rubric):
        return [Problem("", "these are not the criteria of the rubric", "load the page again")]
    found = [
        Problem(f"rubric-{place}", "there is no such level", "choose one of those shown")
        for place, (one, at) in enumerate(zip(rubric, given.levels, strict=True))
        if at is not None and not 0 <= at < len(one.levels)
    ]
    if len(given.comment) > LONGEST_COMMENT:
        found.append(
            Problem("comment", Said("is longer than %(most)s characters", most=LONGEST_COMMENT), "shorten it")
        )
    return found


def _typed_share(typed: str, points: float) -> Fraction | Problem:
    """``2.5`` points, or ``80 %`` of them, as a share of the slot's points."""
    if not typed:
        return Problem("points", "no points are given", "type a number, 0 for nothing")
    percent = typed.endswith("%")
    number = read_number(typed.removesuffix("%"))
    most = Fraction(100) if percent else Fraction(points).limit_denominator(10**9)
    if number is None:
        return Problem(
            "points", Said("'%(text)s' is no number", text=typed[:40]), "write one such as 2.5, or 80 %"
        )
    if not 0 <= Fraction(number) <= most:
        what = Said("'%(text)s' is too much or too little", text=typed[:40])
        mend = Said("write a number from 0 to %(most)s", most=f"{float(most):g}{' %' if percent else ''}")
        return Problem("points", what, mend)
    return Fraction(number) / most if most else Fraction(0)


# Statements --------------------------------------------------------------------------------------------------------


def _judged(quiz_id: int) -> Any:
    """The condition on ``AttemptSlot``, ``Attempt`` and the counting ``Mark``: somebody has to mark it, or has."""
    return and_(
        Attempt.quiz_id == quiz_id,
        Attempt.finished_at.is_not(None),
        or_(Mark.fraction.is_(None), Mark.by_hand),
    )


def questions_to_mark(connection: Connection, quiz_id: int, marker: int) -> Sequence[Row[Any]]:
    """Of each version with such answers: how many wait, how many are marked, how many could not be scored, and how many
    wait for a second mark, by this marker.
    """
    return connection.execute(
        select(
            AttemptSlot.version_id,
            func.count().filter(Mark.fraction.is_(None)).label("waiting"),
            func.count().filter(Mark.by_hand).label("marked"),
            func.count().filter(Mark.fraction.is_(None), Mark.problem_id.is_not(None)).label("unscored"),
            func.count().filter(waits_for_second(marker)).label("second"),
        )
        .select_from(AttemptSlot)
        .join(Attempt, Attempt.id == AttemptSlot.attempt_id)
        .join(Mark, counting_mark())
        .where(_judged(quiz_id))
        .group_by(AttemptSlot.version_id)
    ).all()


def _by_hand(whose: Any) -> Any:
    """The condition: a person for whom ``whose`` holds has given the slot a mark, whether it still counts or not."""
    given = aliased(Mark)
    return (
        select(given.slot)
        .where(
            given.attempt_id == AttemptSlot.attempt_id,
            given.slot == AttemptSlot.slot,
            given.by_hand,
            whose(given.graded_by),
        )
        .correlate(AttemptSlot)
        .exists()
    )


def waits_for_second(marker: int) -> Any:
    """The condition: somebody else has marked the answer, and this person has not."""
    return and_(_by_hand(lambda by: by != marker), not_(_by_hand(lambda by: by == marker)))


def answers_to_mark(
    connection: Connection, quiz_id: int, version_id: int, second: int | None = None
) -> Sequence[Row[Any]]:
    """(attempt_id, slot, waits) of each such answer to a version, in the order of the attempts.

    ``second``: a person who marks what others have marked; what waits is what waits for their mark.
    """
    waits = Mark.fraction.is_(None) if second is None else waits_for_second(second)
    return connection.execute(
        select(AttemptSlot.attempt_id, AttemptSlot.slot, waits.label("waits"))
        .select_from(AttemptSlot)
        .join(Attempt, Attempt.id == AttemptSlot.attempt_id)
        .join(Mark, counting_mark())
        .where(_judged(quiz_id), AttemptSlot.version_id == version_id)
        .order_by(AttemptSlot.attempt_id, AttemptSlot.slot)
    ).all()


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two people agree on the answers that both have marked (``quiz.statistics.agreement``).

    ``apart``: mean absolute difference in marks; ``kappa`` over the levels of all criteria, None where there is none.
    """

    answers: int
    apart: float
    kappa: float | None


def agreements(connection: Connection, quiz_id: int) -> dict[int, Agreement]:
    """The agreement by version, of versions with answers that two people have marked. One statement.

    Of each person the last mark counts, of the people the first two who marked the answer.
    """
    rows = connection.execute(
        select(AttemptSlot.version_id, Mark.attempt_id, Mark.slot, Mark.graded_by, Mark.points, Mark.rubric)
        .select_from(Mark)
        .join(AttemptSlot, and_(AttemptSlot.attempt_id == Mark.attempt_id, AttemptSlot.slot == Mark.slot))
        .join(Attempt, Attempt.id == Mark.attempt_id)
        .where(Attempt.quiz_id == quiz_id, Mark.by_hand)
        .order_by(Mark.attempt_id, Mark.slot, Mark.round)
    )
    given: dict[tuple[int, int, int], dict[int, Row[Any]]] = {}
    for row in rows:
        given.setdefault((row.version_id, row.attempt_id, row.slot), {})[row.graded_by] = row
    pairs: dict[int, list[tuple[Row[Any], Row[Any]]]] = {}
    for (version_id, _attempt_id, _slot), people in given.items():
        marks = tuple(people.values())
        if len(marks) > 1:
            pairs.setdefault(version_id, []).append((marks[0], marks[1]))
    return {version_id: _agreement(both) for version_id, both in pairs.items()}


def _agreement(both: Sequence[tuple[Row[Any], Row[Any]]]) -> Agreement:
    levels = [
        pair
        for one, other in both
        if one.rubric and other.rubric
        for pair in zip(one.rubric, other.rubric, strict=True)
    ]
    apart = sum(abs(one.points - other.points) for one, other in both) / len(both)
    return Agreement(len(both), apart, kappa(levels))


@dataclass(frozen=True, slots=True)
class Round:
    """One mark of a slot's history. ``by`` "": the program, at nobody's word. ``points`` None: needed marking."""

    round: int
    points: float | None
    max: float
    by: str
    by_hand: bool
    comment: str
    at: datetime
    counts: bool


def history(connection: Connection, attempt_id: int, slot: int) -> tuple[Round, ...]:
    """The marks of a slot, the newest first; of several tries in a round each."""
    rows = connection.execute(
        select(Mark, User.name)
        .outerjoin(User, User.id == Mark.graded_by)
        .where(Mark.attempt_id == attempt_id, Mark.slot == slot)
        .order_by(Mark.round.desc(), Mark.try_.desc())
    )
    return tuple(
        Round(
            round=row.round,
            points=row.points,
            max=row.max,
            by=row.name or "",
            by_hand=row.by_hand,
            comment=to_html(row.comment) if row.comment else "",
            at=row.created_at,
            counts=row.superseded_at is None,
        )
        for row in rows
    )
