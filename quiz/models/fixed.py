"""Fixed forms: the papers of a quiz that were made when it was published, of which each attempt gets one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Row, String, and_, func, insert, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, mapped_column

from quiz.assembly.blueprint import Blueprint
from quiz.assembly.draw import Paper
from quiz.assembly.parallel import Parallel, parallel
from quiz.assembly.supply import Window, dated, demand_waitable, lasting
from quiz.db import Base, parts
from quiz.errors import Unmeetable
from quiz.models.answered import AnsweredIndex
from quiz.models.attempt import Attempt
from quiz.models.bank import QuestionVersion
from quiz.models.drawing import bank_digests, version_ids
from quiz.models.quiz import QuizRevision


class QuizForm(Base):
    """One of the fixed forms of a revision. It never changes, whatever becomes of the banks."""

    __tablename__ = "quiz_form"

    revision_id: Mapped[int] = mapped_column(ForeignKey("quiz_revision.id"), primary_key=True)
    #: 1 … n.
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seed: Mapped[int]
    #: The day for which its questions are true.
    as_of: Mapped[date] = mapped_column(Date)
    algorithm: Mapped[str] = mapped_column(String(20))
    #: How near the best all forms together are: status, solver, gap, objective; and the banks' digests when they were made.
    exactness: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: The values of its ``attempt_slot`` rows, without the attempt.
    slots: Mapped[list[dict[str, Any]]] = mapped_column(JSON)


def slot_values(connection: Connection, paper: Paper, banks: Mapping[str, int]) -> list[dict[str, Any]]:
    """A paper as rows of ``attempt_slot``, without the attempt."""
    versions = version_ids(connection, banks, [slot.question for slot in paper.slots])
    return [
        {
            "slot": slot.slot,
            "version_id": versions[slot.question],
            "section": slot.section,
            "variant": slot.variant,
            "shown_order": list(slot.order),
            "points": float(slot.points),
            "bonus": False,
            "asks": slot.asks,
        }
        for slot in paper.slots
    ]


def arranged(
    connection: Connection, blueprint: Blueprint, banks: Mapping[str, int], window: Window
) -> Parallel:
    """The fixed forms of a blueprint, of questions that stay as they are within the window.

    Takes seconds. Raises Unmeetable, Invalid where it would take too long.
    """
    index = AnsweredIndex(connection, banks)
    demand_waitable(blueprint, index)
    plan = lasting(blueprint, index, window)
    made = parallel(plan, index, plan.seed, window.first, plan.fixed_forms)
    if made.unmet:
        raise Unmeetable(dated(made.unmet, window.first))
    return made


def make_forms(
    connection: Connection, blueprint: Blueprint, banks: Mapping[str, int], window: Window
) -> list[dict[str, Any]]:
    """The same as rows of ``quiz_form``, without the revision; none where it asks for none. Writes nothing.

    Never within a writing transaction, since others wait for that.
    """
    if not blueprint.fixed_forms:
        return []
    made = arranged(connection, blueprint, banks, window)
    exactness = {
        "status": made.exactness.status,
        **made.exactness.dump(),
        "bank_digests": bank_digests(connection, banks),
    }
    return [
        {
            "number": paper.form,
            "seed": paper.seed,
            "as_of": paper.as_of,
            "algorithm": paper.algorithm,
            "exactness": exactness,
            "slots": slot_values(connection, paper, banks),
        }
        for paper in made.papers
    ]


def are_current(connection: Connection, forms: Iterable[Mapping[str, Any]]) -> bool:
    """Whether every question of these forms is still ready, in the version that stands on them."""
    wanted = {slot["version_id"] for form in forms for slot in form["slots"]}
    ready = select(func.count()).where(QuestionVersion.draw_rank.is_not(None))
    found = (
        connection.execute(ready.where(QuestionVersion.id.in_(part))).scalar_one()
        for part in parts(sorted(wanted))
    )
    return sum(found) == len(wanted)


def fix_forms(connection: Connection, revision_id: int, forms: Iterable[Mapping[str, Any]]) -> None:
    """Keeps the forms that were made for a new revision."""
    rows = [{"revision_id": revision_id, **form} for form in forms]
    if rows:
        connection.execute(insert(QuizForm), rows)


def fixed_versions(connection: Connection, bank_id: int) -> set[int]:
    """The versions of a bank's questions that stand on fixed forms which attempts still get."""
    rows = connection.execute(
        select(QuizRevision.banks, QuizForm.slots)
        .join(QuizForm, QuizForm.revision_id == QuizRevision.id)
        .where(QuizRevision.current)
    )
    return {slot["version_id"] for row in rows if bank_id in row.banks.values() for slot in row.slots}


def form_for(connection: Connection, revision_id: int, user_id: int) -> Row[Any] | None:
    """The form that a student's next attempt gets: one they had least often, of these one that fewest attempts got, of
    these the first. None where the revision has none.
    """
    had = func.count(Attempt.id).filter(Attempt.user_id == user_id)
    return connection.execute(
        select(QuizForm.number, QuizForm.seed, QuizForm.as_of, QuizForm.algorithm, QuizForm.slots)
        .outerjoin(
            Attempt, and_(Attempt.revision_id == QuizForm.revision_id, Attempt.form == QuizForm.number)
        )
        .where(QuizForm.revision_id == revision_id)
        .group_by(QuizForm.revision_id, QuizForm.number)
        .order_by(had, func.count(Attempt.id), QuizForm.number)
        .limit(1)
    ).first()
