"""Adaptive tests: the pool of a revision, and what an attempt keeps of each step."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from quiz.db import Base


class QuizPool(Base):
    """What the adaptive tests of a revision choose from. It never changes, whatever becomes of the banks: so all students
    are measured on one scale, and a path can be followed once more.
    """

    __tablename__ = "quiz_pool"

    revision_id: Mapped[int] = mapped_column(ForeignKey("quiz_revision.id"), primary_key=True)
    #: The day for which its questions are true.
    as_of: Mapped[date] = mapped_column(Date)
    #: The calibrated questions (``assembly.adaptive.Pooled``), in the order in which they are numbered.
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    #: Those that are not calibrated and are tried beside them.
    trials: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
