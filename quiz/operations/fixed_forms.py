"""The fixed forms of a quiz, as its teachers look at them: how near the best they are, and how fair."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import Row, and_, func, select
from sqlalchemy.engine import Connection

from quiz.assembly.blueprint import Blueprint
from quiz.assembly.draw import Paper, PaperSlot
from quiz.assembly.fairness import Fairness
from quiz.assembly.forms import Forms
from quiz.assembly.index import item_of
from quiz.assembly.parallel import Exactness
from quiz.assembly.supply import Window, turn_of
from quiz.banks.model import Authored
from quiz.banks.model import Bank as LoadedBank
from quiz.db import reading, snapshot, transaction
from quiz.errors import Conflict
from quiz.files.images import Image
from quiz.models.answered import measured
from quiz.models.attempt import Attempt
from quiz.models.audit import record
from quiz.models.bank import Bank, QuestionVersion, load_authored
from quiz.models.fixed import QuizForm
from quiz.models.media import images_on
from quiz.models.quiz import QuizRevision
from quiz.models.supplying import Opening, window_of
from quiz.operations.access import Actor, taught_quiz


@dataclass(frozen=True, slots=True)
class FixedForms:
    """The fixed forms of the published revision; ``fairness`` None: it has none.

    ``exactness``: status, solver, gap, objective. ``attempts``: how many got each form, by number. ``languages``: into which
    questions on them are translated.
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
    languages: tuple[str, ...] = ()
    #: Questions on them that become others while the quiz is open as its dates are now, and on which day.
    turning: Mapping[str, date] = field(default_factory=dict)


def fixed_forms(actor: Actor, quiz_id: int) -> FixedForms:
    """The forms of a quiz, for the teachers of its course. Six statements, however many forms and questions there are."""
    with reading() as connection:
        quiz = taught_quiz(connection, actor, quiz_id, QuizRevision.blueprint, QuizRevision.published_at)
        head = (quiz_id, quiz.title, quiz.course_id, quiz.course_title, quiz.time_zone)
        forms = _forms(connection, quiz_id)
        if not forms:
            return FixedForms(*head)
        versions = {slot["version_id"] for form in forms for slot in form.slots}
        authored = _authored(connection, versions)
        measures = measured(connection, authored)
        counts: Counter[int] = Counter()
        rows = connection.execute(
            select(Attempt.form, func.count())
            .where(Attempt.revision_id == forms[0].revision_id)
            .group_by(Attempt.form)
        )
        counts.update({number: count for number, count in rows if number is not None})
    papers = [_paper(form, authored) for form in forms]
    return FixedForms(
        *head,
        Fairness(papers, measures),
        forms[0].as_of,
        forms[0].exactness,
        {form.number: counts[form.number] for form in forms},
        _languages(authored),
        _turning(quiz, forms[0].as_of, authored.values()),
    )


def _turning(quiz: Row[Any], made_for: date, authored: Iterable[Authored]) -> Mapping[str, date]:
    """Dates may have been changed since the forms were made."""
    opening = Opening(quiz.time_zone, quiz.opens_at, quiz.closes_at)
    window = window_of(Blueprint.load(quiz.blueprint), opening, quiz.published_at)
    found = {one.qualified: turn_of(item_of(one), one, Window(made_for, window.last)) for one in authored}
    return {name: day for name, day in found.items() if day is not None}


@dataclass(frozen=True, slots=True)
class Printable:
    """The fixed forms to be printed, the pictures that they show, and the languages into which questions are translated."""

    forms: Forms
    images: Sequence[Image]
    languages: tuple[str, ...]


def printable(actor: Actor, quiz_id: int, now: datetime, *, with_key: bool) -> Printable:
    """The forms as they were made, for the teachers of the quiz's course. Raises Conflict where there are none.

    Audited where they are to be printed with keys, which leave the program so.
    """
    with snapshot() as connection:
        quiz = taught_quiz(connection, actor, quiz_id, QuizRevision.blueprint, QuizRevision.banks)
        forms = _forms(connection, quiz_id)
        if not forms:
            raise Conflict
        versions = {slot["version_id"] for form in forms for slot in form.slots}
        authored = _authored(connection, versions)
        headers = connection.execute(
            select(Bank.id, Bank.header).where(Bank.id.in_(quiz.banks.values()))
        ).all()
        images = images_on(connection, versions)
        measures = measured(connection, authored)
    if with_key:
        with transaction() as connection:
            record(connection, actor.id, "quiz.export-forms", ("quiz", quiz_id), now, forms=len(forms))
    by_id = {row.id: row.header for row in headers}
    banks = {
        slug: LoadedBank.load(by_id[number], [one for one in authored.values() if one.bank == slug])
        for slug, number in quiz.banks.items()
    }
    exactness = forms[0].exactness
    return Printable(
        Forms(
            Blueprint.load(quiz.blueprint),
            banks,
            forms[0].seed,
            forms[0].as_of,
            tuple(_paper(form, authored) for form in forms),
            exactness=Exactness.load(exactness),
            name=quiz.title,
            digests=exactness.get("bank_digests", {}),
            known=measures,
        ),
        images,
        _languages(authored),
    )


def _languages(authored: Mapping[int, Authored]) -> tuple[str, ...]:
    return tuple(sorted({language for one in authored.values() for language in one.translations}))


def _forms(connection: Connection, quiz_id: int) -> Sequence[Row[Any]]:
    """The rows of the published revision's forms."""
    return connection.execute(
        select(QuizForm)
        .join(QuizRevision, and_(QuizRevision.id == QuizForm.revision_id, QuizRevision.current))
        .where(QuizRevision.quiz_id == quiz_id)
        .order_by(QuizForm.number)
    ).all()


def _authored(connection: Connection, version_ids: set[int]) -> Mapping[int, Authored]:
    rows = connection.execute(
        select(QuestionVersion.id, QuestionVersion.digest, QuestionVersion.content).where(
            QuestionVersion.id.in_(version_ids)
        )
    )
    return {row.id: load_authored(row.digest, row.content) for row in rows}


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
        f"{question.bank}/{question.stimulus.id}" if question.stimulus else None,
        question.level,
        topic=question.topic,
        type=question.type,
        difficulty=question.difficulty,
        is_authored=question.facility is not None,
    )
