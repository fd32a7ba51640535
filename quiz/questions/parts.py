"""Answers in several parts: the fields ``answer-<p>``, where p is the shown position of the part, from 0."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from quiz.errors import Problem, Said
from quiz.questions.base import Raw

#: What marks a gap in a text: ``[[id]]``.
MARK: Final = re.compile(r"\[\[([A-Za-z0-9][A-Za-z0-9._-]{0,63})\]\]")
#: Parts that a question may have: more would neither fit a page nor a save (``quiz.web.student.fields``).
MOST_PARTS: Final = 50
#: Problems of one kind that are told of a list: who mends these sees the next.
MOST_TOLD: Final = 50


def part_field(place: int) -> str:
    """The name of the field of the part at this shown position."""
    return f"answer-{place}"


def part_values(raw: Raw, place: int) -> list[str]:
    """What was posted for a part, blanks left out."""
    return [value for value in raw.get(part_field(place), ()) if value.strip()]


def is_said(raw: Raw) -> bool:
    """Whether ``answered=1`` says that these fields are meant as an answer."""
    return "1" in raw.get("answered", ())


def as_shown(raw: Raw) -> bool:
    """Whether the parts are ranked 1, 2, 3 … just as they are shown, and nobody says that this is the answer.

    An order that nobody moved is no answer (contracts.md §5, "Fields").
    """
    given = {name: [*values] for name, values in raw.items() if name.startswith("answer-")}
    unmoved = {part_field(place): [str(place + 1)] for place in range(len(given))}
    return not is_said(raw) and given == unmoved


def holds_answer(raw: Raw) -> bool:
    """Whether posted fields hold an answer at all, judged without their question."""
    filled = any(
        value.strip()
        for name, values in raw.items()
        if name == "answer" or name.startswith("answer-")
        for value in values
    )
    return filled and (bool(raw.get("answer")) or not as_shown(raw))


def twice(values: Sequence[str], where: str, field: str) -> Iterator[Problem]:
    """A problem for each value that stands earlier in the list ``where`` too, at most ``MOST_TOLD``; "" is passed over."""
    return islice(_twice(values, where, field), MOST_TOLD)


def _twice(values: Sequence[str], where: str, field: str) -> Iterator[Problem]:
    if len({*values}) == len(values):
        return
    seen = set[str]()
    for place, value in enumerate(values):
        if value and value in seen:
            what = Said("'%(value)s' stands twice", value=value[:60])
            mend = Said("give each %(where)s its own %(field)s", where=where.removesuffix("s"), field=field)
            yield Problem(f"{where}[{place}].{field}", what, mend)
        seen.add(value)
