"""What a click can mend: what rules bring along where there is one way to mend a thing, and the question and its key stay.

A mend is given the question and what was found, and says which fields of the question (in the canonical form of bank files)
become what; None where this case is for a person to mend.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from quiz.banks.findings import Finding
from quiz.lint.reading import Choice, Item

Patch: TypeAlias = Mapping[str, Any]
Mend: TypeAlias = Callable[[Item, Finding], "Patch | None"]


def with_text(item: Item, where: str, text: str) -> Patch:
    """The question with another prompt, or another text of the option at this path."""
    if where == item.stem.where:
        return {"prompt": text}
    options = [
        {**option, "text": text} if choice.text.where == where else option
        for choice, option in zip(item.choices, item.question.dump()["options"], strict=True)
    ]
    return {"options": options}


def in_order(item: Item, choices: Iterable[Choice]) -> Patch:
    """The question with its options in this order."""
    options = item.question.dump()["options"]
    places = {choice.where: place for place, choice in enumerate(item.choices)}
    return {"options": [options[places[choice.where]] for choice in choices]}
