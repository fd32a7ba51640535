"""Marking by hand: what waits, one answer after the other, and the mark that somebody gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, select
from sqlalchemy.engine import Connection

from quiz.assembly.settings import EVERYTHING
from quiz.banks.model import Question
from quiz.db import reading, transaction
from quiz.errors import EditConflict, Forbidden, InProgress, NotFound
from quiz.files.richtext import to_html, to_text
from quiz.models.asking import ASKED, asked, versions_in
from quiz.models.attempt import Answer, Attempt, AttemptSlot, Mark
from quiz.models.audit import record
from quiz.models.bank import load_authored
from quiz.models.closing import mark_by_hand
from quiz.models.marking import (
    Agreement,
    CriterionLine,
    Given,
    Round,
    agreements,
    answers_to_mark,
    history,
    questions_to_mark,
    rubric_lines,
    rubric_share,
    share_of,
)
from quiz.models.people import User
from quiz.models.scoring import slots_with
from quiz.operations.access import GRADING, Actor, QuizHead, head_of, quiz_of_results
from quiz.questions.base import Presented

__all__ = ["AnswerToMark", "Given", "Place", "Queue", "Way", "answer", "find_waiting", "give", "queue"]


class Way(NamedTuple):
    """How somebody marks: without names; as the second person, who does not see the first one's mark before the own."""

    anonymous: bool = False
    second: bool = False


class Place(NamedTuple):
    """Where an answer stands: in which slot of which attempt."""

    attempt_id: int
    slot: int


@dataclass(frozen=True, slots=True)
class QuestionToMark:
    """A question with answers for people: how many wait, how many have a mark by hand.

    ``unscored``: waiting because the program failed to score them.
    """

    version_id: int
    question: str
    prompt: str
    version: int
    waiting: int
    marked: int
    unscored: int
    #: Those that somebody else has marked, and the reader of this has not.
    second: int
    #: None where no two people have marked the same answer.
    agreement: Agreement | None


@dataclass(frozen=True, slots=True)
class Queue:
    """The questions of a quiz that people mark, those with most to do first."""

    quiz: QuizHead
    questions: tuple[QuestionToMark, ...]

    @property
    def waiting(self) -> int:
        """Answers that wait for a mark."""
        return sum(one.waiting for one in self.questions)


@dataclass(frozen=True, slots=True)
class AnswerToMark:
    """One answer with all that somebody needs to mark it. HTML texts are sanitised."""

    quiz: QuizHead
    version_id: int
    place: Place
    question: str
    #: "" where names are hidden.
    student: str
    presented: Presented
    #: What review.html shows; None where the program fails on this answer: ``raw`` then has what was sent.
    reviewed: Mapping[str, Any] | None
    raw: tuple[str, ...]
    answered: bool
    explanation: str
    rubric: tuple[CriterionLine, ...]
    #: What the slot is worth.
    max: float
    #: The mark that counts: None where it waits. ``round`` is the token of its next change.
    points: float | None
    #: They are those of the rubric's levels.
    points_by_rubric: bool
    comment: str
    round: int
    history: tuple[Round, ...]
    #: It is marked a second time, and the first mark is not to be shown.
    blind: bool
    #: Of the answers to this question: number of this one from 1, all, those that wait.
    number: int
    count: int
    waiting: int
    previous: Place | None
    next: Place | None

    @property
    def newest(self) -> Round:
        """The mark that counts."""
        return next(one for one in self.history if one.counts)


# Look ------------------------------------------------------------------------------------------------------------


def queue(actor: Actor, quiz_id: int) -> Queue:
    """What there is to mark by hand in a quiz. A constant number of statements."""
    with reading() as connection:
        quiz = _quiz(connection, actor, quiz_id)
        counts = {row.version_id: row for row in questions_to_mark(connection, quiz_id, actor.id)}
        agreed = agreements(connection, quiz_id)
        versions = versions_in(connection, counts)
    found = [_question(version, counts[version.id], agreed.get(version.id)) for version in versions]
    return Queue(quiz, tuple(sorted(found, key=lambda one: (-one.waiting, one.question, one.version))))


def _quiz(connection: Connection, actor: Actor, quiz_id: int) -> QuizHead:
    found = quiz_of_results(connection, actor, quiz_id)
    if found.role not in GRADING:
        raise Forbidden
    return QuizHead(**head_of(found))


def _question(version: Row[Any], counts: Row[Any], agreement: Agreement | None) -> QuestionToMark:
    question = load_authored(version.digest, version.content)
    return QuestionToMark(
        version_id=version.id,
        question=question.qualified,
        prompt=to_text(question.prompt),
        version=version.number,
        waiting=counts.waiting,
        marked=counts.marked,
        unscored=counts.unscored,
        second=counts.second,
        agreement=agreement,
    )


def find_waiting(
    actor: Actor, quiz_id: int, version_id: int, after: Place | None = None, *, second: bool = False
) -> Place | None:
    """The next answer to a question that waits for a mark: after this one, else from the first on.

    ``second``: that waits for a second one, by this person. Without ``after``, and where none waits, the first that is
    marked; None where there is nothing to mark (any more).
    """
    with reading() as connection:
        _quiz(connection, actor, quiz_id)
        rows = answers_to_mark(connection, quiz_id, version_id, actor.id if second else None)
    places = [Place(row.attempt_id, row.slot) for row in rows]
    waiting = [place for place, row in zip(places, rows, strict=True) if row.waits]
    if after is not None:
        return next((one for one in waiting if one > after), next(iter(waiting), None))
    return next(iter(waiting or places), None)


def answer(actor: Actor, quiz_id: int, place: Place, way: Way = Way()) -> AnswerToMark:  # noqa: B008 (immutable)
    """One answer of a finished attempt; ``way`` says what of it is hidden.

    Also one that the program has scored: a person may give another mark. Raises NotFound where nothing is asked there,
    InProgress.
    """
    with reading() as connection:
        quiz = _quiz(connection, actor, quiz_id)
        row = _slot(connection, quiz_id, place)
        listed = answers_to_mark(connection, quiz_id, row.version_id, actor.id if way.second else None)
        rounds = history(connection, *place)
    question = asked(row)
    waits = {Place(one.attempt_id, one.slot): one.waits for one in listed}
    places = sorted({*waits, place})
    at = places.index(place)
    blind = way.second and waits.get(place, False)
    rubric = None if blind else row.rubric
    return AnswerToMark(
        quiz=quiz,
        version_id=row.version_id,
        place=place,
        question=question.qualified,
        student="" if way.anonymous else row.student,
        presented=question.present(row.shown_order),
        reviewed=_reviewed(question, row),
        raw=tuple(value for values in (row.fields or {}).values() for value in values),
        answered=bool(row.fields),
        explanation=to_html(question.explanation) if question.explanation else "",
        rubric=rubric_lines(question, rubric),
        max=row.points,
        points=None if blind else row.mark_points,
        points_by_rubric=rubric is not None and row.fraction == float(rubric_share(question, rubric)),
        comment="" if blind else row.comment or "",
        round=row.round,
        history=rounds,
        blind=blind,
        number=at + 1,
        count=len(places),
        waiting=sum(waits.values()),
        previous=places[at - 1] if at else None,
        next=places[at + 1] if at + 1 < len(places) else None,
    )


def _reviewed(question: Question, row: Row[Any]) -> Mapping[str, Any] | None:
    """The answer as a review shows it; None where the program fails on it, which the log has known since scoring."""
    try:
        response = question.parse(row.fields or {}, row.shown_order).response
        return question.review(response, row.shown_order, frozenset(EVERYTHING))
    except Exception:
        if row.problem_id is None:
            raise
        return None


def _slot(connection: Connection, quiz_id: int, place: Place) -> Row[Any]:
    """The slot with its answer and the mark that counts, which every finished attempt has."""
    found = connection.execute(
        slots_with(
            AttemptSlot.attempt_id,
            AttemptSlot.slot,
            AttemptSlot.version_id,
            AttemptSlot.shown_order,
            AttemptSlot.points,
            *ASKED,
            Attempt.finished_at,
            User.name.label("student"),
            Answer.fields,
            Mark.round,
            Mark.fraction,
            Mark.points.label("mark_points"),
            Mark.graded_by,
            Mark.by_hand,
            Mark.rubric,
            Mark.comment,
            Mark.problem_id,
        )
        .join(User, User.id == Attempt.user_id)
        .where(
            AttemptSlot.attempt_id == place.attempt_id,
            AttemptSlot.slot == place.slot,
            AttemptSlot.asks,
            Attempt.quiz_id == quiz_id,
        )
    ).first()
    if found is None:
        raise NotFound
    if found.finished_at is None:
        raise InProgress
    return found


# Give ------------------------------------------------------------------------------------------------------------


def give(actor: Actor, quiz_id: int, place: Place, seen: int, given: Given, now: datetime) -> None:
    """Gives an answer a mark, in a new round; the grade of the attempt follows, the mark before is kept, the act audited.

    ``seen``: the round of the mark that this person has seen. Raises EditConflict where another one counts since: with
    its round the same mark is given knowingly. The same person's repeat of the same mark changes nothing. Raises
    InProgress while the attempt runs, Invalid.
    """
    with transaction() as connection:
        _quiz(connection, actor, quiz_id)
        _lock(connection, quiz_id, place.attempt_id)
        slot = _slot(connection, quiz_id, place)
        share, rubric = share_of(asked(slot), slot.points, given)
        said = {"comment": given.comment.strip() or None, "rubric": rubric}
        if slot.round != seen:
            if _repeats(actor, slot, float(share), said):
                return
            raise EditConflict
        mark_by_hand(connection, slot, share, now, actor.id, said)
        record(connection, actor.id, "mark.give", ("attempt", place.attempt_id), now, slot=place.slot)


def _lock(connection: Connection, quiz_id: int, attempt_id: int) -> None:
    """One decision on an attempt at a time: the second sees what the first has decided, and the grade holds both."""
    connection.execute(
        select(Attempt.id).where(Attempt.id == attempt_id, Attempt.quiz_id == quiz_id).with_for_update()
    )


def _repeats(actor: Actor, slot: Row[Any], share: float, said: Mapping[str, Any]) -> bool:
    """Whether the mark that counts is this very one: a button pressed twice."""
    mine = slot.by_hand and slot.graded_by == actor.id
    return mine and (slot.fraction, slot.comment, slot.rubric) == (share, said["comment"], said["rubric"])
