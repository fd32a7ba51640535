"""Whether a text holds places that nothing fills."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from quiz.banks.expressions import places
from quiz.lint.reading import READ_MOST, Item
from quiz.lint.rule import Flag, Rule, ask
from quiz.questions.validation import Path, path_text

#: Code and mathematics, in which braces are meant.
_MEANT: Final = re.compile(r"`[^`]*`|\$[^$]*\$|\\\(.*?\\\)", re.DOTALL)
#: Fields that students do not read; those of other languages are read as questions of their own.
_UNREAD: Final = frozenset({"evidence", "suppress", "translations"})


@Rule(
    "X04", "A place that nothing fills",
    message="Only questions with variables and generators fill {{ … }}: here students see the braces",
    fix="Give the question variables:, write it under generators:, or take the braces out (code stands between backticks)",
    guideline="Haladyna 11",
    bad=[
        ask("How much is {{ a }} times {{ b }}?", "*12", "9", "7"),
        ask("When did India join?", "{{ year(joined) }}", "*2017", "2001"),
        ask("How much is 3 × 4?", "*12", "7", "9", explanation="It is {{ a * b }}."),
    ],
    good=[
        ask("How much is $\\frac{{a}}{2}$ for a = 4?", "*2", "4", "8"),
        ask("What does `{{ name }}` stand for in a template?", "*A place", "A set", "A comment"),
        ask("What is {{}} in this language?", "*Nothing", "A set", "A list"),
    ],
)  # fmt: skip
def nothing_fills_it(item: Item) -> Iterator[Flag]:
    fields = {name: part for name, part in item.question.dump().items() if name not in _UNREAD}
    for path, text in _texts(fields, ()):
        for found in places(_MEANT.sub("", text[:READ_MOST])):
            yield Flag(path_text(path), found)


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """The texts in which there may be a place, and where they stand."""
    if isinstance(value, str):
        if "{{" in value:
            yield path, value
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield from _texts(part, (*path, name))
    elif isinstance(value, list | tuple):
        for number, part in enumerate(value):
            yield from _texts(part, (*path, number))
