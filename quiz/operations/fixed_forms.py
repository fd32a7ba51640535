"""The fixed forms of a quiz, as its teachers look at them: how near the best they are, and how fair."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import Row, and_, func, select
from sqlalchemy.engine import Connection

from quiz.assembly.draw import Paper, PaperSlot
from quiz.assembly.fairness import Fairness
from quiz.assembly.measures import Measures, measures_of
from quiz.banks.model import Authored
from quiz.db import reading
from quiz.models.attempt import Attempt, AttemptSlot, Mark
from quiz.models.bank import QuestionVersion, load_authored
from quiz.models.fixed import QuizForm
from quiz.models.quiz import QuizRevision
from quiz.models.scoring import counting_mark
from quiz.operations.access import Actor, taught_quiz


@dataclass(frozen=True, slots=True)
class FixedForms:
    """The fixed forms of the published revision; ``fairness`` None: it has none.

    ``exactness``: status, solver, gap, objective. ``attempts``: how many got each form, by number.
    """

    quiz_id: int
    title: str
    course_id: int
    course_title: str
    time_zone: str
    fairness: Fairness | None = None
    as_of: date | None = None
    exactness: Mapping[str, Any] | None = None
    attempts: Mapping[int, int] | None = None


def fixed_forms(actor: Actor, quiz_id: int) -> FixedForms:
    """The forms of a quiz, for the teachers of its course. Six statements, however many forms and questions there are."""
    with reading() as connection:
        quiz = taught_quiz(connection, actor, quiz_id)
        head = (quiz_id, quiz.title, quiz.course_id, quiz.course_title, quiz.time_zone)
        forms = connection.execute(
            select(QuizForm)
            .join(QuizRevision, and_(QuizRevision.id == QuizForm.revision_id, QuizRevision.current))
            .where(QuizRevision.quiz_id == quiz_id)
            .order_by(QuizForm.number)
        ).all()
        if not forms:
            return FixedForms(*head)
        versions = {slot["version_id"] for form in forms for slot in form.slots}
        authored = _authored(connection, versions)
        answers = _answers(connection, authored)
        counts: Counter[int] = Counter()
        rows = connection.execute(
            select(Attempt.form, func.count())
            .where(Attempt.revision_id == forms[0].revision_id)
            .group_by(Attempt.form)
        )
        counts.update({number: count for number, count in rows if number is not None})
    papers = [_paper(form, authored) for form in forms]
    measures: Mapping[str, Measures] = {one.qualified: measures_of(one) for one in authored.values()}
    return FixedForms(
        *head,
        Fairness(papers, measures, answers),
        forms[0].as_of,
        forms[0].exactness,
        {form.number: counts[form.number] for form in forms},
    )


def _authored(connection: Connection, version_ids: set[int]) -> Mapping[int, Authored]:
    rows = connection.execute(
        select(QuestionVersion.id, QuestionVersion.digest, QuestionVersion.content).where(
            QuestionVersion.id.in_(version_ids)
        )
    )
    return {row.id: load_authored(row.digest, row.content) for row in rows}


def _answers(connection: Connection, authored: Mapping[int, Authored]) -> Mapping[str, tuple[float, int]]:
    """The share of the mark that each version got in finished attempts of all quizzes, and how many of them."""
    rows = connection.execute(
        select(AttemptSlot.version_id, func.avg(Mark.fraction), func.count(Mark.fraction))
        .join(Mark, counting_mark())
        .where(AttemptSlot.version_id.in_(authored), Mark.fraction.is_not(None))
        .group_by(AttemptSlot.version_id)
    )
    return {authored[version].qualified: (float(share), count) for version, share, count in rows}


def _paper(form: Row[Any], authored: Mapping[int, Authored]) -> Paper:
    slots = tuple(_slot(values, authored[values["version_id"]]) for values in form.slots)
    return Paper(slots, form.seed, form.number, form.as_of, (), "label", form.algorithm)


def _slot(values: Mapping[str, Any], question: Authored) -> PaperSlot:
    return PaperSlot(
        values["slot"],
        values["section"],
        question.qualified,
        values["variant"],
        tuple(values["shown_order"]),
        Fraction(values["points"]).limit_denominator(10**9),
        question.expected_facility,
        values["asks"],
        level=question.level,
        topic=question.topic,
        type=question.type,
        difficulty=question.difficulty,
        is_authored=question.facility is not None,
    )
