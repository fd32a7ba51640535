"""Gaps filled with given words, among the texts with gaps: our writer says which they were."""

from __future__ import annotations

from typing import Any, Final

from quiz.formats.qti12.item import Item

#: The field of the metadata that says which type of ours a text with gaps was.
TYPE: Final = "quiz_type"


def word_gaps(item: Item, cloze: dict[str, Any]) -> dict[str, Any]:
    """A text with gaps as gap_select or drag_words, where it was one and still can be."""
    kind = item.said(TYPE)
    if kind not in ("gap_select", "drag_words"):
        return cloze
    lists: list[tuple[str, ...]] = []
    words: dict[str, dict[str, Any]] = {}
    key: dict[str, str] = {}
    for name, gap in cloze["gaps"].items():
        options = gap.get("options", ())
        right = [option["id"] for option in options if option.get("correct")]
        if len(right) != 1 or "weight" in gap:
            return cloze
        ids = tuple(option["id"] for option in options)
        if ids not in lists:
            lists.append(ids)
        for option in options:
            word = {"id": option["id"], "text": option["text"], "group": lists.index(ids) + 1}
            if words.setdefault(option["id"], word) != word:
                return cloze
        key[name] = right[0]
    in_order = (
        sorted(words, key=_by_name) if all([*ids] == sorted(ids, key=_by_name) for ids in lists) else words
    )
    choices = [words[id] for id in in_order]
    reuse = {"reuse": True} if len({*key.values()}) < len(key) else {}
    return {**cloze, "type": kind, "choices": choices, "gaps": key, **reuse}


def _by_name(id: str) -> tuple[int, str]:
    """The order of names that count on: a … z, aa."""
    return len(id), id
