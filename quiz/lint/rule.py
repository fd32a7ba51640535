"""What a rule is: a small pure function with its name, its words and its examples, found in ``quiz.lint.rules``.

::

    @Rule(
        "N01", "Negative stem",
        message="…", fix="…", guideline="Haladyna 17",
        bad=[ask("Which metal is not magnetic?", …)], good=[ask("Which metal is **NOT** magnetic?", …)],
    )
    def negative_stem(item: Item) -> Iterator[Flag]: …

The message and its remedy are the same for every finding, so that they can be translated and stand in the docs; what
is special to a finding is its evidence. Where there is one way only to mend it, the rule brings it along (``mend``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from typing import Any, Final, TypeAlias

from quiz.lint.mending import Mend
from quiz.lint.reading import Item
from quiz.registry import modules

_RULES: Final = "quiz.lint.rules"
#: What a rule looks at: one question, all questions of a bank, or the questions of one paper.
SCOPES: Final = ("question", "bank", "quiz")
SEVERITIES: Final = ("error", "warning", "info")


@dataclass(frozen=True, slots=True)
class Flag:
    """A place where a rule is broken.

    ``evidence`` is what stands there, or a ``Said`` that tells of it; ``severity`` where it is not the rule's own; ``item``
    in a bank or quiz: the question that is meant, None for all of it.
    """

    where: str
    evidence: str
    severity: str = ""
    item: Item | None = None


#: The languages that have a table of words.
WORDS: Final = ("en", "ru", "zh")
#: A question of an example, in the flat form of bank files, with its ``language``.
Example: TypeAlias = Mapping[str, Any]
#: Examples of a rule: each one question, or for a bank or quiz several.
Examples: TypeAlias = Sequence[Sequence[Example]]
Check: TypeAlias = Callable[..., Iterator[Flag]]


def _unchecked(_looked_at: object) -> Iterator[Flag]:
    """A rule without its function finds nothing."""
    yield from ()


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule of the lint; as a decorator it takes up its function, from an Item (bank, quiz: a sequence of Items).

    ``languages``: those in which it works; empty for a rule that needs no word of any. ``mend``: what a click does
    (``quiz.lint.mending``), None where only a person can.
    """

    id: str = field(kw_only=False)
    title: str = field(kw_only=False)
    message: str
    fix: str
    guideline: str
    bad: Examples = field(repr=False)
    good: Examples = field(repr=False)
    severity: str = "warning"
    scope: str = "question"
    languages: Collection[str] = ()
    mend: Mend | None = field(default=None, repr=False)
    check: Check = field(default=_unchecked, repr=False)

    def __call__(self, check: Check) -> Rule:
        """The rule with its function."""
        return replace(self, check=check)

    def works_in(self, language: str) -> bool:
        """Whether the rule can be run on texts of the language with this tag."""
        return not self.languages or language in self.languages


def ask(prompt: str, *options: str, **fields: Any) -> Sequence[Example]:
    """An example of one question; a star marks the key. What is not given is sound."""
    rows = [{"text": option.removeprefix("*"), "correct": option.startswith("*")} for option in options]
    given = {"options": rows, "type": "single_choice"} if options else {}
    return ({**SOUND, **given, "prompt": prompt, **fields},)


def several(*questions: Sequence[Example]) -> Sequence[Example]:
    """An example of several questions, with ids of their own."""
    return [{**one, "id": f"q{number}"} for number, (one,) in enumerate(questions, 1)]


#: What an example has besides what it shows.
SOUND: Final[Example] = {
    "id": "example",
    "bank": "examples",
    "timeless": True,
    "explanation": "The textbook says why.",
    "evidence": [{"source": {"title": "A textbook"}, "supports": "the key"}],
}


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule by its id, in the order of ids."""
    found = (vars(import_module(f"{_RULES}.{name}")).values() for name in modules(_RULES))
    made = {value.id: value for values in found for value in values if isinstance(value, Rule)}
    return dict(sorted(made.items()))
