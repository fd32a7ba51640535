"""How an item is scored: answers are tried by its own rules, and what they give compared with what rules of ours do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from quiz.errors import Said
from quiz.files.xml import Element
from quiz.formats.base import Loss
from quiz.formats.qti.item import Item, Probe, snapped
from quiz.formats.qti.values import Declaration, Value, Wrong, holds, number_of
from quiz.questions import types
from quiz.questions.base import Response
from quiz.questions.validation import validate

#: What is lost where an item scores otherwise.
DIFFERENT: Final = Said("its response processing scores otherwise than any rule here")

#: A response in QTI and the same one as ours.
Tried = tuple[Value, Response]


class Foreign(Exception):
    """The item is of a kind that we do not have; its message is the source's word for it."""


def shuffle_of(interaction: Element) -> dict[str, bool]:
    """Options are not shuffled where each of them is fixed."""
    loose = any(not holds(part, "fixed") for part in interaction if part.tag != "prompt")
    return {} if holds(interaction, "shuffle") and loose else {"shuffle": False}


def scores_of(item: Item, name: str, tried: Sequence[Tried]) -> tuple[Fraction, list[Fraction], list[Probe]]:
    """The largest SCORE, what each answer is of it, and the probes for feedback. Raises Wrong where none scores."""
    found = [item.outcome({name: value}) for value, _ in tried]
    best = max((score for score, _ in found), default=Fraction(0))
    if best <= 0:
        raise Wrong(
            "no answer scores anything – declare the correct response, or a mapping with a value above 0"
        )
    credits = [snapped(score / best) for score, _ in found]
    probes = [
        Probe(credit, outcomes, response if isinstance(response, str) else None)
        for (_, response), credit, (_, outcomes) in zip(tried, credits, found, strict=True)
    ]
    return said_most(item, best), credits, probes


def declared_most(item: Item) -> Fraction | None:
    """The largest SCORE as declared; None where it is not."""
    for element in item.root.findall("outcomeDeclaration"):
        declared = number_of(element.get("normalMaximum") or "")
        if element.get("identifier") == "SCORE" and declared is not None:
            return snapped(declared)
    most = item.outcomes.get("MAXSCORE")
    if most is not None and most.default and isinstance(most.default[0], Fraction):
        return snapped(most.default[0])
    return None


def said_most(item: Item, best: Fraction) -> Fraction:
    """The largest SCORE as declared where the one that is reached comes near it, as a sum of rounded shares; else that."""
    declared = declared_most(item)
    is_near = declared is not None and abs(declared - best) * 10**9 < declared
    return declared if declared is not None and is_near else snapped(best)


def points_of(best: Fraction) -> dict[str, Fraction]:
    """The field that says what a right answer scores; one point is usual."""
    return {} if best == 1 else {"points": best}


def ruled(
    item: Item,
    type: str,
    candidates: Iterable[Mapping[str, Any]],
    tried: Sequence[Tried],
    credits: Sequence[Fraction],
) -> Mapping[str, Any]:
    """The first of these contents and rules that scores all answers as the item does; else, with a loss, that which
    scores them most like it.
    """
    kind = types.get(type)
    nearest: tuple[Fraction, Mapping[str, Any]] | None = None
    floored = [max(Fraction(0), credit) for credit in credits]
    for candidate in candidates:
        rule = candidate.get("scoring", kind.rules[0])
        content = validate(
            kind.content, {name: value for name, value in candidate.items() if name != "scoring"}
        )
        if next(content.faults(), None) is not None:
            return candidate  # told when the question is loaded
        ours = [kind.score(content, response, rule).fraction or Fraction(0) for _, response in tried]
        if ours == [*credits]:
            return candidate
        if ours == floored:
            item.lose("scoring", "an answer that would score below 0 scores 0")
            return candidate
        off = sum((abs(our - there) for our, there in zip(ours, credits, strict=True)), Fraction(0))
        if nearest is None or off < nearest[0]:
            nearest = off, candidate
    item.losses.insert(0, Loss("scoring", DIFFERENT))  # of one field the first is told, and this says most
    return nearest[1] if nearest else {}


def with_rules(type: str, content: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A content under each of the type's rules, the usual one first."""
    others = types.get(type).rules[1:]
    yield content
    yield from ({**content, "scoring": rule} for rule in others)


def demand_own(names: Sequence[str]) -> None:
    """Raises Wrong where two parts of an interaction are called alike."""
    if len(set(names)) < len(names):
        raise Wrong("two options have one identifier – give each its own")


def tried_sets(
    declaration: Declaration, sets: Sequence[Sequence[str]], ids: Mapping[str, str]
) -> tuple[list[Tried], list[Tried]]:
    """Sets of options as answers: of one alone its own id, which is what feedback goes by, and all as lists."""
    values = [declaration.value(one) for one in sets]
    lists = [[ids[name] for name in one] for one in sets]
    alone = [one[0] if len(one) == 1 else one for one in lists]
    return [*zip(values, alone, strict=True)], [*zip(values, lists, strict=True)]
