"""Gaps filled with given words, among the texts with gaps: our writer says which they were."""

from __future__ import annotations

from typing import Any, Final

from quiz.formats.qti12.item import Item
from quiz.questions.fields import letters

#: The field of the metadata that says which type of ours a text with gaps was.
TYPE: Final = "quiz_type"


def word_gaps(item: Item, cloze: dict[str, Any]) -> dict[str, Any]:
    """A text with gaps as gap_select or drag_words, where it was one and still can be."""
    kind = item.said(TYPE)
    if kind not in ("gap_select", "drag_words"):
        return cloze
    lists: list[tuple[str, ...]] = []
    choices: list[dict[str, Any]] = []
    gaps: dict[str, str] = {}
    for name, gap in cloze["gaps"].items():
        options = gap.get("options", ())
        right = [place for place, option in enumerate(options) if option.get("correct")]
        if len(right) != 1 or "weight" in gap:
            return cloze
        words = tuple(option["text"] for option in options)
        if words not in lists:
            lists.append(words)
            choices += [{"text": word, "group": len(lists)} for word in words]
        first = sum(len(one) for one in lists[: lists.index(words)])
        gaps[name] = str(first + right[0])
    ids = letters(len(choices))
    named = [{"id": id, **choice} for id, choice in zip(ids, choices, strict=True)]
    key = {name: ids[int(place)] for name, place in gaps.items()}
    reuse = {"reuse": True} if len({*key.values()}) < len(key) else {}
    return {**cloze, "type": kind, "choices": named, "gaps": key, **reuse}
