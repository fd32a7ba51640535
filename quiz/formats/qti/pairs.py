"""Pairs: each of one side goes with one of the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from quiz.errors import Said
from quiz.files.xml import Element
from quiz.formats.qti.item import Item, fitting_ids, told
from quiz.formats.qti.scoring import (
    Foreign,
    Tried,
    demand_own,
    points_of,
    ruled,
    scores_of,
    shuffle_of,
    with_rules,
)
from quiz.formats.qti.values import Declaration, Wrong

#: What is lost where something is to be left without a partner.
LEFT_OUT: Final = Said("what goes with nothing is left out")


def match(item: Item, interaction: Element) -> dict[str, Any]:
    """``matchInteraction``: each of one side goes with one of the other; the side of whose each goes once are the stems.

    What of it has no partner is left out where there is a choice less.
    """
    declaration = item.declaration(interaction)
    sides = [[*side.iter("simpleAssociableChoice")] for side in interaction.findall("simpleMatchSet")]
    if len(sides) != 2:
        raise Wrong("there are not two sets to be matched – write two <simpleMatchSet>")
    names = [[part.get("identifier", "") for part in side] for side in sides]
    for side in names:
        demand_own(side)
    texts = [{part.get("identifier", ""): item.html(part) for part in side} for side in sides]
    pairs = key_pairs(declaration)
    either = [(names[0], names[1], pairs), (names[1], names[0], [(two, one) for one, two in pairs])]
    fitting = [one for one in either if _goes_once(*one)]
    if not fitting:
        raise Foreign("match where not each has one partner")
    listed, choices, pairs = min(fitting, key=lambda one: len(one[0]))
    turned, key = listed is names[1], dict(pairs)
    stems = [stem for stem in listed if stem in key]
    if turned:
        item.lose("pairs", "the sides are the other way round")
    if len(stems) < len(listed):
        item.lose("pairs", LEFT_OUT)
    return _paired(
        item,
        interaction,
        (stems, choices, key),
        (texts[turned], texts[not turned]),
        lambda stem, choice: (choice, stem) if turned else (stem, choice),
    )


def associate(item: Item, interaction: Element) -> dict[str, Any]:
    """``associateInteraction``: of each free pair the one that has several partners, or comes later, is the choice."""
    declaration = item.declaration(interaction)
    parts = [*interaction.iter("simpleAssociableChoice")]
    demand_own([part.get("identifier", "") for part in parts])
    texts = {part.get("identifier", ""): item.html(part) for part in parts}
    pairs = key_pairs(declaration)
    partners = Counter(one for pair in pairs for one in pair)
    if not partners.keys() <= texts.keys():
        raise Wrong("a right pair names what is not there – name two <simpleAssociableChoice>")
    key = association(pairs, [*texts])
    if not key:
        raise Foreign("associateInteraction where pairs form a chain")
    if len(key) < 2:
        raise Foreign("associateInteraction with one pair")
    item.lose("pairs", "one of each pair is given, and its partner chosen for it")
    stems = [name for name in texts if name in key]
    choices = [name for name in texts if name not in key]
    return _paired(
        item, interaction, (stems, choices, key), (texts, texts), lambda *pair: tuple(sorted(pair))
    )


def association(pairs: Sequence[tuple[str, str]], names: Sequence[str]) -> dict[str, str]:
    """The choice of each stem, of free pairs between what is called so; empty where the pairs form a chain."""
    partners = Counter(one for pair in pairs for one in pair)
    places = {name: place for place, name in enumerate(names)}
    key = dict(sorted(pair, key=lambda one: (partners[one] > 1, places[one])) for pair in pairs)
    return {} if len(key) < len(pairs) or any(partners[stem] > 1 for stem in key) else key


#: Stems, choices, and the choice of each stem.
_Sides = tuple[Sequence[str], Sequence[str], Mapping[str, str]]


def _paired(
    item: Item,
    interaction: Element,
    sides: _Sides,
    texts: tuple[Mapping[str, str], Mapping[str, str]],
    pair: Callable[[str, str], tuple[str, ...]],
) -> dict[str, Any]:
    """The fields of ``matching``; ``texts`` of stems and of choices by identifier, ``pair`` is how the interaction has
    a stem and its choice.
    """
    declaration = item.declaration(interaction)
    (stems, choices, key), (asked, offered) = sides, texts
    stem_ids, listed = _sides(stems, choices)
    same = merged(item, "pairs", {one: offered[one] for one in choices})
    ids = {one: listed[same[one]] for one in choices}
    tried: list[Tried] = [
        (declaration.value(pair(one, two) for one, two in given.items()),
         {stem_ids[one]: ids[two] for one, two in given.items()})
        for given in pairings(key, choices, lambda one, right: ids[one] != ids[right])
    ]  # fmt: skip
    best, credits, probes = scores_of(item, declaration.name, tried)
    used = {ids[one] for one in key.values()}
    others = [one for one in choices if same[one] == one and ids[one] not in used]
    content: dict[str, Any] = {
        "pairs": [
            {"id": stem_ids[one], "stem": asked[one], "choice": offered[key[one]], "choice_id": ids[key[one]]}
            for one in stems
        ],
    }
    if others:
        content["distractors"] = [{"id": ids[one], "choice": offered[one]} for one in others]
    chosen = ruled(item, "matching", with_rules("matching", content), tried, credits)
    more = {**shuffle_of(interaction), **told(item, probes).common, **points_of(best)}
    return {"type": "matching", **chosen, **more}


def merged(item: Item, field: str, texts: Mapping[str, str]) -> dict[str, str]:
    """For each name the first that has the same text: equal texts are one choice here, and one answer."""
    first: dict[str, str] = {}
    same = {name: first.setdefault(text.strip(), name) for name, text in texts.items()}
    if len(first) < len(same):
        item.lose(field, "equal texts are one choice")
    return same


def key_pairs(declaration: Declaration) -> list[tuple[str, str]]:
    """The right pairs as declared: by the correct response, else by the mapping. Raises Wrong where there are none."""
    pairs = [one for one in declaration.correct if isinstance(one, tuple)]
    if not pairs and declaration.mapping:
        pairs = [key for key, worth, _ in declaration.mapping.entries if worth > 0 and isinstance(key, tuple)]
    if not pairs:
        raise Wrong("no pair is right – declare the right pairs as the correct response")
    return pairs


def _goes_once(stems: Sequence[str], choices: Sequence[str], pairs: Sequence[tuple[str, str]]) -> bool:
    """Whether each stem goes with one choice at most, and some do."""
    key = dict(pairs)
    return len(key) == len(pairs) > 1 and {*key} <= {*stems} and {*key.values()} <= {*choices}


def _sides(stems: Sequence[str], choices: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Ids of stems and choices by identifier."""
    found = [
        fitting_ids(names, prefix) or [f"i{n}" for n, _ in enumerate(names, 1)]
        for names, prefix in ((stems, ""), (choices, "c_"))
    ]
    return dict(zip(stems, found[0], strict=True)), dict(zip(choices, found[1], strict=True))


def pairings(
    key: Mapping[str, str], choices: Sequence[str], is_wrong: Callable[[str, str], bool]
) -> Iterator[dict[str, str]]:
    """Answers to be tried: the key, parts of it, and the key with wrong partners in parts of it.

    ``is_wrong`` tells of a choice and the right one whether it can be chosen in its place and says something else.
    """
    stems = [*key]
    wrong = {
        stem: next((one for one in choices if is_wrong(one, right)), right) for stem, right in key.items()
    }
    masks = range(1, 2 ** len(stems)) if len(stems) <= 6 else [
        2 ** len(stems) - 1, *(2**n for n in range(len(stems))), *(2 ** len(stems) - 1 - 2**n for n in range(len(stems)))
    ]  # fmt: skip
    for mask in masks:
        right = [stem for n, stem in enumerate(stems) if mask >> n & 1]
        yield {stem: key[stem] for stem in right}
        if len(right) < len(stems):
            yield {stem: key[stem] if stem in right else wrong[stem] for stem in stems}
    if all(wrong[stem] != key[stem] for stem in stems):
        yield wrong
