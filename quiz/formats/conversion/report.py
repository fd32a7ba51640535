"""The account of a conversion: what became of each question."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from quiz.formats.base import Loss

#: Losses of one field of a question that are told: who reads them sees what it is about.
_MOST_TOLD: Final = 10


@dataclass(slots=True)
class Report:
    """Every question of the source once in ``questions``, ``unsupported`` or ``errors`` (contracts.md §2)."""

    source: str
    format: str
    read: int = 0
    written: int = 0
    questions: list[dict[str, Any]] = field(default_factory=list)
    losses: list[dict[str, Any]] = field(default_factory=list)
    unsupported: list[dict[str, Any]] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)

    @property
    def summary(self) -> list[dict[str, Any]]:
        """The losses by field and reason: ``field``, ``detail``, and the ``ids`` of the questions ("" for the bank)."""
        groups: dict[tuple[str, str], list[str]] = {}
        for loss in self.losses:
            groups.setdefault((loss["field"], loss["detail"]), []).append(loss["id"] or "")
        return [{"field": name, "detail": detail, "ids": ids} for (name, detail), ids in groups.items()]

    def lose(self, id: str | None, where: str, losses: Iterable[Loss]) -> None:
        """Notes losses, each once; of one field no more than a reader takes in."""
        told: dict[str, set[str]] = {}
        for loss in losses:
            details = told.setdefault(loss.field, set())
            if loss.detail not in details and len(details) < _MOST_TOLD:
                details.add(loss.detail)
                self.losses.append({"id": id, "where": where, "field": loss.field, "detail": loss.detail})
