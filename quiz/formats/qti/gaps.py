"""Items whose text has gaps that are typed or chosen (cloze, gap_select)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

from quiz.errors import Said
from quiz.files.xml import Element
from quiz.formats.base import marked
from quiz.formats.qti.answers import Worth, unlike
from quiz.formats.qti.choices import key_of
from quiz.formats.qti.entries import scaled, typed_answers
from quiz.formats.qti.item import Item, Probe, fitting_ids, snapped, told, with_ids
from quiz.formats.qti.markup import BLOCKS, joined
from quiz.formats.qti.scoring import Tried, points_of, ruled, said_most, shuffle_of, with_rules
from quiz.formats.qti.values import NULL, Declaration, Value, Wrong, as_typed, holds, number
from quiz.questions.base import Response
from quiz.questions.fields import letters
from quiz.questions.types.cloze.swaps import MOST_SWAPPED

#: Interactions that stand in a line of text.
INLINE: Final = frozenset({"textEntryInteraction", "inlineChoiceInteraction"})
#: Gaps for which one of several is chosen, and what it is chosen from.
_CHOSEN: Final = frozenset({"inlineChoiceInteraction", "choiceInteraction"})
#: The rule of a cloze whose wrong answers take points off, and none of what is not there.
_AT_LEAST_ZERO: Final = "weighted_gaps_at_least_zero"
_CARDINALITIES: Final = frozenset({"single", "multiple"})
_CHOICES: Final = ("inlineChoice", "simpleChoice")
#: The prompt of a text with gaps that has none of its own.
FILL_IN: Final = "Fill in the gaps."


@dataclass(slots=True)
class Gap:
    """A gap that is typed or chosen: its answers by what each adds to the score of the others."""

    name: str
    declaration: Declaration
    element: Element
    right: Value
    fields: dict[str, Any] = field(default_factory=dict)
    #: What it adds when it is answered rightly.
    share: Fraction = Fraction(0)
    #: An answer that it does not accept.
    wrong: Value = NULL
    #: The answers that it knows, as values and as responses of ours.
    answers: list[tuple[Value, Response]] = field(default_factory=list)


def cloze(item: Item, body: Element, inline: Sequence[Element]) -> dict[str, Any]:
    """Gaps that are typed or chosen. Where all choose from one list it is a gap_select."""
    gaps = [_gap(item, element) for element in inline]
    names = fitting_ids([gap.name for gap in gaps]) or [f"g{place}" for place, _ in enumerate(gaps, 1)]
    ours = {gap.name: name for gap, name in zip(gaps, names, strict=True)}
    _set_apart(item, gaps)
    whole = {gap.name: gap.right for gap in gaps}
    best = item.score(whole)
    if best <= 0:
        raise Wrong("no answer scores anything – declare the correct response of each gap, or a mapping")
    for gap in gaps:
        _fill(item, gap, whole, best)
    by_rule, weights = _weights(item, gaps, whole, best)
    groups = [*_swapped(item, gaps, whole, best)]
    by_rule = _check(item, gaps, by_rule, weights, groups, best)
    swaps = {"interchangeable": [[ours[gap.name] for gap in group] for group in groups]} if groups else {}
    found = [item.outcome(given) for given in _answers(gaps, whole)]
    probes = [Probe(snapped(score / best), outcomes) for score, outcomes in found]
    front, text = _parted(item, body, lambda element: _mark(item, element, ours))
    fields = {
        "prompt": front,
        "text": text,
        **by_rule,
        **told(item, probes).common,
        **points_of(said_most(item, best)),
    }
    takes_off = by_rule.get("scoring") == _AT_LEAST_ZERO
    if {*weights} == {1} and not groups and (select := _select(item, gaps, ours, takes_off=takes_off)):
        return {"type": "gap_select", **fields, **select}
    shuffles = {holds(gap.element, "shuffle") for gap in gaps if "options" in gap.fields}
    shuffle = {"shuffle": False} if shuffles == {False} else {}
    made = {
        ours[gap.name]: {**gap.fields, **({} if weight == 1 else {"weight": weight})}
        for gap, weight in zip(gaps, weights, strict=True)
    }
    return {"type": "cloze", **fields, "gaps": made, **swaps, **shuffle}


def _select(
    item: Item, gaps: Sequence[Gap], ours: Mapping[str, str], *, takes_off: bool
) -> dict[str, Any] | None:
    """The fields of a gap_select beside those that a cloze has too; None where gaps do not choose from one list.

    ``takes_off``: a wrong word takes off what the right one gives.
    """
    hints = item.hints(item.body)
    if "cloze" in hints or not all(gap.element.tag == "inlineChoiceInteraction" for gap in gaps):
        return None
    found = _one_list(item, gaps, takes_off=takes_off)
    if found is None:
        return None
    words, right = found
    keys = {ours[gap.name]: id for gap, id in zip(gaps, right, strict=True)}
    return {
        "choices": words,
        "gaps": keys,
        **({"scoring": "right_minus_wrong"} if takes_off else {}),
        **({"reuse": True} if "reuse" in hints or len({*right}) < len(right) else {}),
        **shuffle_of(gaps[0].element),
    }


def _mark(item: Item, element: Element, ours: Mapping[str, str]) -> str:
    """The mark of a gap; of a choice that is a block one of its own, with its prompt."""
    mark = f"[[{ours[element.get('responseIdentifier', '')]}]]"
    if element.tag in INLINE:
        return mark
    if "cloze" not in item.hints(item.body):
        item.lose("text", "the options of a choice are a list in the text")
    prompt = item.html(element.find("prompt"), marks=True)
    if not prompt and _stands_in_line(element):
        return mark
    # Boxes do not fit into a paragraph when they go out again.
    block = "div" if item.declaration(element).cardinality == "multiple" else "p"
    return f"<{block}>{prompt} {mark}</{block}>"


def _stands_in_line(element: Element) -> bool:
    """Whether there are words around an interaction and no blocks, or an element of its own."""
    holder = element.getparent()
    in_line = _has_words(holder) and all(child.tag not in BLOCKS for child in holder)
    return in_line or (len(holder) == 1 and holder.tag != "itemBody")


def _has_words(element: Element) -> bool:
    """Whether an element has text of its own, beside that of the elements inside."""
    return any(said and said.strip() for said in (element.text, *(child.tail for child in element)))


def stand_in_text(item: Item, interactions: Sequence[Element]) -> bool:
    """Whether all interactions can be gaps of one text: typed, chosen from a list, or, of several, out of options."""
    several = len(interactions) > 1 or "cloze" in item.hints(item.body)
    return all(
        one.tag in INLINE
        or (
            several and one.tag == "choiceInteraction" and item.declaration(one).cardinality in _CARDINALITIES
        )
        for one in interactions
    )


def _gap(item: Item, element: Element) -> Gap:
    declaration = item.declaration(element)
    right = declaration.correct
    if declaration.cardinality == "multiple":
        names = [one.get("identifier", "") for one in element.iter(*_CHOICES)]
        return Gap(declaration.name, declaration, element, declaration.value(key_of(declaration, names)))
    if declaration.mapping and declaration.mapping.entries and not right:
        right = (max(declaration.mapping.entries, key=lambda entry: entry[1])[0],)
    if not right and element.tag in _CHOSEN:
        ids = [one.get("identifier", "") for one in element.iter(*_CHOICES)]
        right = max(
            ((one,) for one in ids), key=lambda value: item.score({declaration.name: value}), default=NULL
        )
    if not right:
        others = {name: one.correct for name, one in item.responses.items() if name != declaration.name}
        without = item.score(others)  # where all count together one alone is worth nothing

        def worth(value: Value) -> Fraction:
            return item.score({**others, declaration.name: value}) - without

        made, _ = typed_answers(item, element, declaration, worth)
        right = max(made, key=lambda one: one.fields.get("credit", Fraction(1))).tried
    return Gap(declaration.name, declaration, element, tuple(right[:1]))


def _set_apart(item: Item, gaps: Sequence[Gap]) -> None:
    """Takes for each gap an answer that scores beside those of the others: some items count each answer once only."""
    whole = {gap.name: gap.right for gap in gaps}
    for gap in reversed(gaps):
        if gap.element.tag in _CHOSEN or item.score(whole) > item.score({**whole, gap.name: NULL}):
            continue

        def worth(value: Value, name: str = gap.name) -> Fraction:
            return item.score({**whole, name: value})

        answers, _ = typed_answers(item, gap.element, gap.declaration, worth)
        gap.right = whole[gap.name] = max([gap.right, *(one.tried for one in answers)], key=worth)


def _swapped(
    item: Item, gaps: Sequence[Gap], whole: Mapping[str, Value], best: Fraction
) -> Iterator[Sequence[Gap]]:
    """The groups of gaps whose answers may stand in each other; what such a gap knows of the others' is left out."""
    left = [gap for gap in gaps if gap.element.tag not in _CHOSEN]
    while left:
        first = left.pop(0)
        group = [first, *(gap for gap in left if _may_swap(item, first, gap, whole, best))][:MOST_SWAPPED]
        left = [gap for gap in left if gap not in group]
        if len(group) > 1:
            yield group
            for gap in group:
                listed = zip(gap.answers, gap.fields["answers"], strict=True)
                kept = [(answer, fields) for answer, fields in listed if fields.get("credit", 1) > 0]
                gap.answers = [answer for answer, _ in kept]
                gap.fields["answers"] = [fields for _, fields in kept]


def _may_swap(item: Item, one: Gap, other: Gap, whole: Mapping[str, Value], best: Fraction) -> bool:
    """Whether the answers of two gaps score in each other's place as well, but not twice."""
    known = [{value for value, _ in gap.answers} for gap in (one, other)]
    alike = (one.fields["type"], one.share) == (other.fields["type"], other.share)
    if not alike or one.right == other.right or one.right not in known[1] or other.right not in known[0]:
        return False
    swapped = item.score({**whole, one.name: other.right, other.name: one.right})
    return swapped == best and item.score({**whole, one.name: other.right}) < best


def _fill(item: Item, gap: Gap, whole: Mapping[str, Value], best: Fraction) -> None:
    """The answers of a gap: what each adds to the score when all other gaps are right."""
    gap.wrong = unlike(gap.declaration, lambda value: item.score({**whole, gap.name: value}))
    without = _without(item, gap, whole, best)
    gap.share = best - without

    def worth(value: Value) -> Fraction:
        return item.score({**whole, gap.name: value}) - without

    if gap.share <= 0:
        raise Wrong(
            Said(
                "the gap '%(name)s' scores nothing – declare its correct response, or a mapping",
                name=gap.name[:40],
            )
        )
    if gap.element.tag in _CHOSEN:
        _fill_choice(item, gap, worth)
        return
    made, fields = typed_answers(item, gap.element, gap.declaration, worth)
    gap.answers = [(one.tried, as_typed(one.tried[0])) for one in made]
    gap.fields = {**fields, "answers": scaled([one.fields for one in made], gap.share)}


def _without(item: Item, gap: Gap, whole: Mapping[str, Value], best: Fraction) -> Fraction:
    """The score of all gaps but one; what is typed wrongly there may leave more than nothing, which others are compared
    with. Where any text is right nothing typed is wrong.
    """
    left: list[Value] = [NULL] if gap.element.tag in _CHOSEN else [NULL, gap.wrong]
    scores = [item.score({**whole, gap.name: value}) for value in left]
    return max((score for score in scores if score < best), default=best)


def _fill_choice(item: Item, gap: Gap, worth: Worth) -> None:
    parts = [*gap.element.iter(*_CHOICES)]
    names = [part.get("identifier", "") for part in parts]
    if len(set(names)) < 2 or len(set(names)) < len(names):
        raise Wrong(
            Said(
                "the gap '%(name)s' needs two options or more – give each its own identifier",
                name=gap.name[:40],
            )
        )
    ids = fitting_ids(names) or letters(len(names))
    if gap.declaration.cardinality == "multiple":
        _fill_boxes(item, gap, dict(zip(names, ids, strict=True)), worth)
        return
    credits = [snapped(worth((name,)) / gap.share) for name in names]
    gap.answers = [((name,), id) for name, id in zip(names, ids, strict=True)]
    if "true_false" in item.hints(gap.element) and sorted(names) == ["false", "true"]:
        gap.fields = {"type": "true_false", "answer": names[credits.index(Fraction(1))] == "true"}
        gap.answers = [((name,), name == "true") for name in names]
        return
    options = [
        {"text": item.html(part), "credit": max(Fraction(-1), min(Fraction(1), credit))}
        for part, credit in zip(parts, credits, strict=True)
    ]
    gap.fields = {"type": "single_choice", "options": with_ids(marked(options, single=True), names)}


def _fill_boxes(item: Item, gap: Gap, ids: Mapping[str, str], worth: Worth) -> None:
    """Several out of options: what the mapping says of each, else what it adds to the key or takes off it; equal shares
    where one alone is worth it all.
    """
    key = [name for name in ids if name in gap.right]
    if 0 < int(number(gap.element.get("maxChoices") or "1")) < len(ids):
        item.lose("choose", "how many may be chosen is not told in a text")

    mapping = gap.declaration.mapping
    mapped = max(Fraction(0), mapping.total(gap.right)[0]) if mapping is not None else 0

    def share(name: str) -> Fraction:
        if mapping is not None and mapped > 0:
            return snapped(mapping.worth(name) / mapped)
        others = [one for one in key if one != name]
        value = gap.declaration.value
        return snapped((worth(value([*others, name])) - worth(value(others))) / gap.share)

    shares = {name: max(Fraction(-1), min(Fraction(1), share(name))) for name in ids}
    together = sum(shares[name] for name in key)
    by_shares = together == 1 or (together > 1 and mapped > 0)
    texts = {part.get("identifier", ""): item.html(part) for part in gap.element.iter(*_CHOICES)}
    options = [
        {
            "text": texts[name],
            **({"credit": shares[name]} if by_shares else {"correct": True} if name in key else {}),
        }
        for name in ids
    ]
    listed = marked(options, single=False) if by_shares else options
    gap.fields = {"type": "multiple_response", "options": with_ids(listed, [*ids])}
    tried = [key, *([name] for name in ids), *([*key, name] for name in ids if name not in key)]
    gap.answers = [(gap.declaration.value(one), [ids[name] for name in one]) for one in tried]


def _answers(gaps: Sequence[Gap], whole: Mapping[str, Value]) -> Iterator[Mapping[str, Value]]:
    """All gaps right, each gap left out, each gap alone, none, and all wrong."""
    yield whole
    if len(whole) > 1:
        yield from ({one: value for one, value in whole.items() if one != name} for name in whole)
        yield from ({name: whole[name]} for name in whole)
    wrong = {gap.name: gap.wrong for gap in gaps}
    yield wrong
    yield from ({**whole, name: wrong[name]} for name in whole)


def _weights(
    item: Item, gaps: Sequence[Gap], whole: Mapping[str, Value], best: Fraction
) -> tuple[dict[str, str], list[Fraction]]:
    """The rule by which the gaps count together, and the weight of each."""
    ones = [Fraction(1)] * len(gaps)
    alone = [item.score({gap.name: whole[gap.name]}) for gap in gaps]
    if len(gaps) > 1 and all(gap.share == best for gap in gaps) and not any(alone):
        return {"scoring": "all_or_nothing"}, ones
    least = min(gap.share for gap in gaps)
    return {}, [snapped(gap.share / least) for gap in gaps]


def _check(
    item: Item,
    gaps: Sequence[Gap],
    by_rule: Mapping[str, str],
    weights: Sequence[Fraction],
    groups: Sequence[Sequence[Gap]],
    best: Fraction,
) -> dict[str, str]:
    """Tries answers of all gaps together: the rule by which they score so, with a loss where there is none."""
    content = {
        **({"interchangeable": [[f"g{gaps.index(gap)}" for gap in group] for group in groups]} if groups else {}),
        "text": " ".join(f"[[g{place}]]" for place, _ in enumerate(gaps)),
        "gaps": {f"g{place}": {**gap.fields, "weight": weight} for place, (gap, weight) in enumerate(zip(gaps, weights, strict=True))},
        **by_rule,
    }  # fmt: skip
    tried: list[Tried] = []
    credits: list[Fraction] = []
    for row in _together(gaps, groups):
        given = {place: one for place, one in enumerate(row) if one is not None}
        tried.append((NULL, {f"g{place}": response for place, (_, response) in given.items()}))
        score = item.score({gaps[place].name: value for place, (value, _) in given.items()})
        credits.append(snapped(score / best))
    rules = [content] if by_rule else [*with_rules("cloze", content)]
    if "at_least_zero" in item.hints(item.body):
        rules.insert(0, {**content, "scoring": _AT_LEAST_ZERO})
    chosen = ruled(item, "cloze", rules, tried, credits)
    return {name: value for name, value in chosen.items() if name == "scoring"}


def _together(
    gaps: Sequence[Gap], groups: Sequence[Sequence[Gap]]
) -> Iterator[Sequence[tuple[Value, Response] | None]]:
    """Answers of all gaps, in their order: right, wrong, any, one left out, and those of a group swapped and repeated."""
    right = [next((one for one in gap.answers if one[0] == gap.right), gap.answers[0]) for gap in gaps]
    yield right
    # Two words that are each other's wrong one are never together.
    yield [next((one for one in gap.answers if one[0] != gap.right), None) for gap in gaps]
    for turn in range(min(max(len(gap.answers) for gap in gaps), 20)):
        yield [gap.answers[turn % len(gap.answers)] for gap in gaps]
    for left_out, _ in enumerate(gaps):
        yield [None if place == left_out else answer for place, answer in enumerate(right)]
    for group in groups:
        places = [gaps.index(gap) for gap in group]
        swapped, doubled = [*right], [*right]
        for place, source in zip(places, [*places[1:], places[0]], strict=True):
            swapped[place] = right[source]
            doubled[place] = right[places[0]]
        yield swapped
        yield doubled


def _one_list(
    item: Item, gaps: Sequence[Gap], *, takes_off: bool
) -> tuple[list[dict[str, Any]], list[str]] | None:
    """The words of all gaps, and the right one of each; None where gaps choose from lists of their own.

    ``takes_off``: a wrong word takes off what the right one gives.
    """
    wrong = {-1 if takes_off else 0}
    lists: list[list[tuple[str, str]]] = []
    groups: list[int] = []
    for gap in gaps:
        credits = [*map(credit_of, gap.fields.get("options", ()))]
        if (
            gap.fields["type"] != "single_choice"
            or credits.count(Fraction(1)) != 1
            or {*credits} - {1} - wrong
        ):
            return None
        listed = [(one.get("id", ""), one["text"]) for one in gap.fields["options"]]
        if listed not in lists:
            lists.append(listed)
        groups.append(lists.index(listed))
    ids = [id for listed in lists for id, _ in listed]
    known = "gap_select" in item.hints(item.body)
    if (len(lists) > 1 and not known) or len(set(ids)) < len(ids) or not all(ids):
        return None
    words = [
        {"id": id, "text": text, **({"group": group} if group > 1 else {})}
        for group, listed in enumerate(lists, 1)
        for id, text in listed
    ]
    right = [next(one["id"] for one in gap.fields["options"] if credit_of(one) == 1) for gap in gaps]
    return words, right


def credit_of(option: Mapping[str, Any]) -> Fraction:
    return Fraction(option.get("credit", bool(option.get("correct"))))


def _parted(item: Item, body: Element, mark: Any) -> tuple[str, str]:
    """The text with the marks of its gaps, and what stands in front: the blocks before the first that holds a gap."""
    while len(body) == 1 and body[0].tag == "div" and not item.hints(body[0]) and not _has_words(body):
        body = body[0]
    front: list[str] = []
    text: list[str] = []
    blocks = [*body]
    first = next((n for n, one in enumerate(blocks) if _holds_gap(one)), 0)

    def put(element: Element) -> str | None:
        return mark(element) if _is_gap(element) else None

    if _has_words(body):
        return FILL_IN, item.html(body, put, marks=True)
    for place, block in enumerate(blocks):
        piece = item.html(block, put, marks=place >= first, whole=True)
        (front if place < first else text).append(piece)
    shown = "\n".join(part for part in text if part)
    return joined(front) or FILL_IN, shown


def _holds_gap(element: Element) -> bool:
    return any(map(_is_gap, element.iter()))


def _is_gap(element: Element) -> bool:
    return element.tag in INLINE or element.tag in _CHOSEN
