"""What questions of other formats share: the header of the bank says it once more, with the questions that show it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from quiz.formats.base import Entry, Found


def stimuli_of(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """The stimuli that questions show, as the header of a bank has them."""
    found: dict[str, dict[str, Any]] = {}
    for one in entries:
        fields = one.fields if isinstance(one, Found) else {}
        if shown := fields.get("stimulus"):
            title = {"title": shown["label"]} if "label" in shown else {}
            made = {"id": shown["id"], **title, "text": shown["text"], "questions": []}
            found.setdefault(shown["id"], made)["questions"].append(fields.get("id", ""))
    return [{**one, "questions": [*filter(None, one["questions"])]} for one in found.values()]
