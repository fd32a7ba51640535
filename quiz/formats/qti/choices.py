"""Options that are chosen, and items that are put in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import chain, combinations, islice, permutations
from math import comb
from typing import Any, Final

from quiz.files.xml import Element
from quiz.formats.base import marked
from quiz.formats.qti.item import Item, Told, fitting_ids, snapped, told, with_ids
from quiz.formats.qti.markup import words_of
from quiz.formats.qti.scoring import (
    Foreign,
    Tried,
    demand_own,
    points_of,
    ruled,
    scores_of,
    shuffle_of,
    tried_sets,
    with_rules,
)
from quiz.formats.qti.values import NULL, Declaration, Value, Wrong, number
from quiz.questions import types

#: Answers that are tried at most to tell rules of scoring apart.
_MOST_TRIED: Final = 300
#: Items of which all orders are tried.
_FEW: Final = 5


def choice(item: Item, interaction: Element) -> dict[str, Any]:
    """``choiceInteraction`` and ``hottextInteraction``."""
    declaration = item.declaration(interaction)
    parts = [*interaction.iter("simpleChoice", "hottext")]
    names = [part.get("identifier", "") for part in parts]
    texts = [item.html(part) for part in parts]
    most = int(number(interaction.get("maxChoices") or "1"))
    if interaction.tag == "hottextInteraction":
        item.lose("text", "words of the text are chosen in a list below it")
    demand_own(names)
    if declaration.cardinality == "single" or (
        most == 1 and "multiple_response" not in item.hints(item.body)
    ):
        return _single(item, interaction, declaration, names, texts)
    return _multiple(item, interaction, declaration, names, texts, most or len(names))


def _single(
    item: Item, interaction: Element, declaration: Declaration, names: Sequence[str], texts: Sequence[str]
) -> dict[str, Any]:
    tried: list[Tried] = [((name,), name) for name in names]
    best, credits, probes = scores_of(item, declaration.name, tried)
    if item.score({declaration.name: NULL}):
        item.lose("scoring", "no answer scores 0")
    feedback = told(item, probes)
    common = {**feedback.common, **points_of(best)}
    hints = item.hints(item.body)
    said = sorted(names) == ["false", "true"] and [*map(words_of, texts)] == [*names]
    if said and set(credits) == {0, 1} and "single_choice" not in hints:
        own = {f"feedback_{name}": feedback.of(name)["feedback"] for name in names if feedback.of(name)}
        return {"type": "true_false", "answer": names[credits.index(Fraction(1))] == "true", **own, **common}
    options = _options(item, texts, credits, names, feedback)
    return {
        "type": "single_choice",
        "options": with_ids(marked(options, single=True), names),
        **shuffle_of(interaction),
        **common,
    }


def _options(
    item: Item, texts: Sequence[str], credits: Sequence[Fraction], names: Sequence[str], said: Told
) -> list[dict[str, Any]]:
    if any(credit < -1 for credit in credits):
        item.lose("scoring", "a wrong option costs no more than the whole mark")
    return [
        {"text": text, "credit": max(credit, Fraction(-1)), **said.of(name)}
        for text, credit, name in zip(texts, credits, names, strict=True)
    ]


def _multiple(
    item: Item,
    interaction: Element,
    declaration: Declaration,
    names: Sequence[str],
    texts: Sequence[str],
    most: int,
) -> dict[str, Any]:
    wished = key_of(declaration, names)
    fitting = fitting_ids(names)
    ours = dict(zip(names, fitting or map(str, range(len(names))), strict=True))
    sets = [*subsets(names, wished, most)]
    tried, lists = tried_sets(declaration, sets, ours)
    best, credits, probes = scores_of(item, declaration.name, tried)
    full = [one for one, credit in zip(sets, credits, strict=True) if credit == 1]
    key = wished if {*wished} in map(set, full) else min(full, key=len)
    said = told(item, probes)
    parts = [{"id": ours[name], "text": text} for name, text in zip(names, texts, strict=True)]
    shares = [_share(item, declaration, name, key, best) for name in names]
    marks: list[dict[str, Any]] = [{"correct": True} if name in key else {} for name in names]
    worth: list[dict[str, Any]] = [{"credit": max(Fraction(-1), min(Fraction(1), share))} for share in shares]
    plain, credited = (
        [{**part, **more, **said.of(part["id"])} for part, more in zip(parts, each, strict=True)]
        for each in (marks, worth)
    )
    candidates = chain(
        with_rules("multiple_response", {"options": plain}),
        [{"options": credited}] if any(share > 0 for share in shares) else [],
    )
    chosen = dict(ruled(item, "multiple_response", candidates, lists, credits))
    if fitting is None:
        chosen["options"] = [{k: v for k, v in one.items() if k != "id"} for one in chosen["options"]]
    return {
        "type": "multiple_response",
        **chosen,
        **_choose(item, interaction, chosen["options"], most),
        **shuffle_of(interaction),
        **said.common,
        **points_of(best),
    }


def _choose(
    item: Item, interaction: Element, options: Sequence[Mapping[str, Any]], most: int
) -> dict[str, int]:
    """How many may be chosen, where it is how many are right."""
    right = sum(bool(one.get("correct")) or one.get("credit", 0) > 0 for one in options)
    if most == right < len(options):
        return {"choose": most}
    if most < len(options) or interaction.get("minChoices", "0") not in ("0", "1", ""):
        item.lose("choose", "how many may be chosen is told only where it is how many are right")
    return {}


def key_of(declaration: Declaration, names: Sequence[str]) -> list[str]:
    """The identifiers that are right as declared: by the correct response, else by the mapping."""
    right = set(declaration.correct)
    if not right and declaration.mapping:
        right = {key for key, worth, _ in declaration.mapping.entries if worth > 0}
    return [name for name in names if name in right]


def _share(item: Item, declaration: Declaration, name: str, key: Sequence[str], best: Fraction) -> Fraction:
    """What an option adds: to the key without it, or beside the whole key."""
    if declaration.mapping is not None:
        return snapped(declaration.mapping.worth(name) / best)
    others = [one for one in key if one != name]
    without = item.score({declaration.name: declaration.value(others)})
    return snapped((item.score({declaration.name: declaration.value([*others, name])}) - without) / best)


def subsets(names: Sequence[str], key: Sequence[str], most: int) -> Iterator[list[str]]:
    """Sets of options to be tried: all of them where they are few, else those around the key. Never more than may be."""
    yield from islice(_sets(names, key, most), _MOST_TRIED)


def _sets(names: Sequence[str], key: Sequence[str], most: int) -> Iterator[list[str]]:
    sizes = range(1, min(max(most, 1), len(names)) + 1)
    if sum(comb(len(names), size) for size in sizes) <= _MOST_TRIED:
        yield from map(list, chain.from_iterable(combinations(names, size) for size in sizes))
        return
    right = frozenset(key)
    others = [name for name in names if name not in right]
    around = chain(  # made one by one, for of some hundred options there are very many
        [[*key]],
        ([name] for name in names),
        ([one for one in key if one != name] for name in key),
        ([one for one in names if one in right or one == name] for name in others),
        [[*names]],
        (
            [one for one in names if one == more or (one in right and one != less)]
            for less in (key if len(key) <= most else ())
            for more in others
        ),
    )
    seen = set()
    for one in around:
        if one and len(one) <= max(most, 1) and tuple(one) not in seen:
            seen.add(tuple(one))
            yield one


# Order ---------------------------------------------------------------------------------------------------------------


def order(item: Item, interaction: Element) -> dict[str, Any]:
    """``orderInteraction``: what it declares correct is the right order, else, of few items, what scores most."""
    declaration = item.declaration(interaction)
    parts = [*interaction.iter("simpleChoice")]
    demand_own([part.get("identifier", "") for part in parts])
    texts = {part.get("identifier", ""): item.html(part) for part in parts}
    declared = declaration.correct or _best_order(item, declaration, [*texts])
    key = [name for name in declared if name in texts]
    if len(key) < len(texts) or len(key) < 2:
        raise (
            Foreign("order of some of the items")
            if len(key) > 1
            else Wrong("the right order is missing – declare it as the correct response")
        )
    if not fitting_ids(key):
        ids = {name: f"i{place}" for place, name in enumerate(key, 1)}
    else:
        ids = dict(zip(key, fitting_ids(key) or (), strict=True))
    orders = [key, *(list(one) for one in islice(_orders(key), _MOST_TRIED))]
    tried: list[Tried] = [(tuple(one), [ids[name] for name in one]) for one in orders]
    best, credits, probes = scores_of(item, declaration.name, tried)
    items = [{"id": ids[name], "text": texts[name]} for name in key]
    rules = sorted(types.get("ordering").rules, key=lambda rule: rule not in item.hints(item.body))
    chosen = ruled(item, "ordering", ({"items": items, "scoring": rule} for rule in rules), tried, credits)
    return {"type": "ordering", **chosen, **told(item, probes).common, **points_of(best)}


def _best_order(item: Item, declaration: Declaration, names: Sequence[str]) -> Value:
    tried = permutations(names) if len(names) <= _FEW else ()
    return max(tried, key=lambda one: item.score({declaration.name: one}), default=NULL)


def _orders(key: Sequence[str]) -> Iterator[Sequence[str]]:
    """Orders to be tried: all of few items; of many their neighbours swapped, turned round, and some others."""
    if len(key) <= 4:
        yield from islice(permutations(key), 1, None)
        return
    yield key[::-1]
    for place in range(1, len(key)):
        yield [*key[place:], *key[:place]]
        yield [*key[:place], *key[place + 1 :], key[place]]
        yield [*key[: place - 1], key[place], key[place - 1], *key[place + 1 :]]
