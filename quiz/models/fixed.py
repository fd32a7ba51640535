"""Fixed forms: the papers of a quiz that were made when it was published, of which each attempt gets one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Row, String, and_, func, insert, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, mapped_column

from quiz.assembly.blueprint import Blueprint
from quiz.assembly.draw import Paper
from quiz.assembly.parallel import parallel
from quiz.db import Base
from quiz.errors import Unmeetable
from quiz.models.attempt import Attempt
from quiz.models.drawing import SqlIndex, version_ids


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
    #: How near the best all forms together are: status, solver, gap, objective.
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


def fix_forms(
    connection: Connection, revision_id: int, blueprint: Blueprint, banks: Mapping[str, int], as_of: date
) -> None:
    """Makes the fixed forms of a new revision. Raises Unmeetable."""
    if not blueprint.fixed_forms:
        return
    index = SqlIndex(connection, banks)
    made = parallel(blueprint, index, blueprint.seed, as_of, blueprint.fixed_forms)
    if made.unmet:
        raise Unmeetable([*made.unmet])
    exactness = {"status": made.exactness.status, **made.exactness.dump()}
    connection.execute(
        insert(QuizForm),
        [
            {
                "revision_id": revision_id,
                "number": paper.form,
                "seed": paper.seed,
                "as_of": as_of,
                "algorithm": paper.algorithm,
                "exactness": exactness,
                "slots": slot_values(connection, paper, banks),
            }
            for paper in made.papers
        ],
    )


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
