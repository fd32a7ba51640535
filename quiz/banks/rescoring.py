"""Scoring again after a key was mended (scoring.md, "Rescoring"): what each policy gives, and which version of a
question can score the answers that were given to another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, Literal, TypeAlias, get_args

from quiz.banks.model import Question
from quiz.errors import Problem, Said

#: ``new-key``: as the new version scores. ``both-keys``: the better of the version before and the new one.
#: ``full-credit``: the whole mark to everybody, for blanks too. ``drop``: the question leaves the grade, marks and
#: maximum. ``never-lower``: as the new version scores, where that is not less than what counts now.
Policy: TypeAlias = Literal["new-key", "both-keys", "full-credit", "drop", "never-lower"]
POLICIES: Final[tuple[Policy, ...]] = get_args(Policy)
#: The policies that score answers by a key.
BY_KEY: Final[frozenset[Policy]] = frozenset({"new-key", "both-keys", "never-lower"})


@dataclass(frozen=True, slots=True)
class Keys:
    """What an answer has now, and what two versions of its question give it; None: it needs grading."""

    now: Fraction | None
    before: Fraction | None
    new: Fraction | None


def fraction_by(policy: Policy, keys: Keys) -> Fraction | None:
    """The fraction that counts from now on. A dropped question keeps its own, which then counts for nothing."""
    return {
        "new-key": keys.new,
        "both-keys": _better(keys.before, keys.new),
        "never-lower": _better(keys.now, keys.new),
        "full-credit": Fraction(1),
        "drop": keys.now or Fraction(0),
    }[policy]


def _better(one: Fraction | None, other: Fraction | None) -> Fraction | None:
    known = [fraction for fraction in (one, other) if fraction is not None]
    return max(known, default=None)


def misfits(before: Question, new: Question) -> Iterator[Problem]:
    """Why answers to one version cannot be scored by another; nothing where they can."""
    if before.type != new.type:
        what = Said(
            "the question was of the type %(before)s, and is of the type %(now)s now",
            before=before.type,
            now=new.type,
        )
        yield Problem("type", what, "give full credit, or drop the question")
    elif before.kind.by_hand:
        yield Problem("type", "people judge these answers: there is no key", "mark them again by hand")
    elif before.kind.shape(before.content) != new.kind.shape(new.content):
        yield Problem(
            "",
            "its parts have other ids than when it was answered, or another order",
            "keep the ids, or give full credit, or drop the question",
        )
    else:
        yield from _moved(dict(_texts(before.dump())), dict(_texts(new.dump())))


#: A part of a question: the fields that lead to it, and its id.
_Part: TypeAlias = tuple[tuple[str, ...], str]


def _texts(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[_Part, str]]:
    """The text of each part that has an id: options, items, words, stems and choices, also those of gaps."""
    if isinstance(value, list):
        for one in value:
            yield from _texts(one, path)
    elif isinstance(value, Mapping):
        for name, one in value.items():
            part = value.get("choice_id" if name == "choice" else "id") or value.get("id")
            if part and name in ("text", "stem", "choice"):
                yield ((*path, name) if name != "choice" else (name,), part), one
            yield from _texts(one, (*path, name))


def _moved(before: Mapping[_Part, str], new: Mapping[_Part, str]) -> Iterator[Problem]:
    """An id that has the text which another id had: a file without ids gives them by place, and its parts have moved."""
    for (path, part), text in new.items():
        other = next((old for (at, old), had in before.items() if (at, had) == (path, text)), part)
        if before.get((path, part)) != text and other != part:
            what = Said(
                "'%(text)s' had the id %(before)s when it was answered, and has %(now)s now",
                text=text,
                before=other,
                now=part,
            )
            yield Problem(
                ".".join(path), what, "write the ids in the file, as the export of the bank has them"
            )
            return


def misfits_of_variant(before: Question, new: Question) -> Iterator[Problem]:
    """The same for a variant of a family, whose parts get their ids by their place, and which may have become another one:
    it must read the same as well.

    What is shown does not depend on the key, so that a key may differ.
    """
    yield from (found := [*misfits(before, new)])
    order = sorted(before.kind.shuffled(before.content))
    if not found and before.present(order) != new.present(order):
        yield Problem(
            "",
            "it reads otherwise than when it was answered",
            "give full credit, or drop the question",
        )
