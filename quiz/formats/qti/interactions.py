"""Interactions to types of ours. How an item is scored is found by trying answers and comparing with our own rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import chain, combinations, islice, permutations
from math import comb
from typing import Any, Final

from quiz.errors import Said
from quiz.files.xml import Element
from quiz.formats.base import Loss, marked
from quiz.formats.qti.answers import Answer, Tells, Worth, numbers, typed, unlike
from quiz.formats.qti.item import Item, Probe, Told, fitting_ids, snapped, told, with_ids
from quiz.formats.qti.markup import joined, words_of
from quiz.formats.qti.values import NULL, Declaration, Value, Wrong, count_of, holds, number
from quiz.questions import types
from quiz.questions.base import Response
from quiz.questions.validation import validate

#: Answers that are tried at most to tell rules of scoring apart.
_MOST_TRIED: Final = 300
#: Items of which all orders are tried.
_FEW: Final = 5
#: What is lost where an item scores otherwise.
DIFFERENT: Final = Said("its response processing scores otherwise than any rule here")

#: What is lost where something is to be left without a partner.
LEFT_OUT: Final = Said("what goes with nothing is left out")

#: A response in QTI and the same one as ours.
Tried = tuple[Value, Response]


class Foreign(Exception):
    """The item is of a kind that we do not have; its message is the source's word for it."""


# What several kinds need ---------------------------------------------------------------------------------------------


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
    return snapped(best), credits, probes


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


# Choice --------------------------------------------------------------------------------------------------------------


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


def tried_sets(
    declaration: Declaration, sets: Sequence[Sequence[str]], ids: Mapping[str, str]
) -> tuple[list[Tried], list[Tried]]:
    """Sets of options as answers: of one alone its own id, which is what feedback goes by, and all as lists."""
    values = [declaration.value(one) for one in sets]
    lists = [[ids[name] for name in one] for one in sets]
    alone = [one[0] if len(one) == 1 else one for one in lists]
    return [*zip(values, alone, strict=True)], [*zip(values, lists, strict=True)]


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
    rules = types.get("ordering").rules
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


# Pairs ---------------------------------------------------------------------------------------------------------------


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
    others = [
        {"id": ids[one], "choice": offered[one]}
        for one in choices
        if same[one] == one and ids[one] not in used
    ]
    content = {
        "pairs": [
            {"id": stem_ids[one], "stem": asked[one], "choice": offered[key[one]], "choice_id": ids[key[one]]}
            for one in stems
        ],
        **({"distractors": others} if others else {}),
    }
    chosen = ruled(item, "matching", with_rules("matching", content), tried, credits)
    return {
        "type": "matching",
        **chosen,
        **shuffle_of(interaction),
        **told(item, probes).common,
        **points_of(best),
    }


def merged(item: Item, field: str, texts: Mapping[str, str]) -> dict[str, str]:
    """For each name the first that has the same text: equal texts are one choice here, and one answer."""
    first: dict[str, str] = {}
    same = {name: first.setdefault(text.strip(), name) for name, text in texts.items()}
    if len(first) < len(same):
        item.lose(field, "equal texts are one choice")
    return same


def key_pairs(declaration: Declaration) -> list[tuple[str, str]]:
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


# Typed ---------------------------------------------------------------------------------------------------------------


def entry(item: Item, interaction: Element) -> dict[str, Any]:
    """One ``textEntryInteraction`` or ``sliderInteraction`` by itself."""
    declaration = item.declaration(interaction)
    if interaction.tag == "sliderInteraction":
        item.lose("answers", "the number is typed, not set with a slider")

    def worth(value: Value) -> Fraction:
        return item.score({declaration.name: value})

    def tells(value: Value) -> Any:
        return item.told_with(item.outcome({declaration.name: value})[1])

    made, fields = typed_answers(item, interaction, declaration, worth, tells)
    tried: list[Tried] = [(one.tried, str(place)) for place, one in enumerate(made)]
    best, _, probes = scores_of(item, declaration.name, tried)
    score, outcomes = item.outcome({declaration.name: unlike(declaration, worth)})
    said = told(item, [*probes, Probe(Fraction(0) if score <= 0 else Fraction(1), outcomes)])
    answers = [{**one.fields, **said.of(str(place))} for place, one in enumerate(made)]
    return {**fields, "answers": scaled(answers, best), **said.common, **points_of(best)}


def typed_answers(
    item: Item,
    interaction: Element,
    declaration: Declaration,
    worth: Worth,
    tells: Tells = lambda _value: None,
) -> tuple[list[Answer], dict[str, Any]]:
    """The accepted answers, with SCORE for credit, and the type with its other fields. Raises Wrong for none."""
    if declaration.base in ("float", "integer"):
        made, fields = numbers(item, declaration, worth, tells), dict[str, Any](type="numerical")
    else:
        made, heeds = typed(item, declaration, worth)
        fields = {"type": "short_text", **({"case_sensitive": True} if heeds else {})}
    if not made:
        raise Wrong("no answer is right – declare the correct response, or a mapping")
    if interaction.get("patternMask"):
        item.lose("answers", "which characters may be typed")
    return made, fields


def scaled(answers: Sequence[Mapping[str, Any]], best: Fraction) -> list[dict[str, Any]]:
    """The answers with credits that are shares of the largest; the full mark says nothing."""
    made = []
    for answer in answers:
        credit = snapped(answer.get("credit", Fraction(1)) / best)
        rest = {name: value for name, value in answer.items() if name != "credit"}
        credit = max(Fraction(-1), min(Fraction(1), credit))
        made.append(rest if credit == 1 else {**rest, "credit": credit})
    return made


def essay(item: Item, interaction: Element) -> dict[str, Any]:
    """``extendedTextInteraction``: a person marks it; what it is worth is declared.

    The model answer is the correct response, and what those who mark are told, which is mostly the same.
    """
    rich = interaction.get("format") == "xhtml" or "rich" in item.hints(interaction)
    declaration = item.responses.get(interaction.get("responseIdentifier", ""))
    fields: dict[str, Any] = {"type": "essay", **({"format": "rich"} if rich else {})}
    right = declaration.correct if declaration is not None else NULL
    notes = item.rubrics("scorer")
    if notes and not any("model_answer" in item.hints(one) for one in item.root.iter("rubricBlock")):
        item.lose("rubric", "notes for who marks are the model answer, which is shown with the right answers")
    if model := joined([*(html_inside_text(str(one)) for one in right), *notes]):
        fields["model_answer"] = model
    if most := count_of(interaction, "maxWords"):  # Inspera's
        fields["words"] = {"max": most}
    if interaction.get("maxStrings", "1") not in ("0", "1"):
        item.lose("answers", "one text is asked for, not several")
    return {**fields, **told(item, ()).common, **points_of(_declared_most(item))}


def html_inside_text(text: str) -> str:
    """A plain text as HTML, its line breaks kept."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", "<br>")


def _declared_most(item: Item) -> Fraction:
    """The largest SCORE as declared: what a person may give."""
    for element in item.root.findall("outcomeDeclaration"):
        if element.get("identifier") == "SCORE" and element.get("normalMaximum"):
            return snapped(number(element.get("normalMaximum")))
    most = item.outcomes.get("MAXSCORE")
    if most is not None and most.default and isinstance(most.default[0], Fraction):
        return snapped(most.default[0])
    return Fraction(1)
