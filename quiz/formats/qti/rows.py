"""Pairs as a choice for each of one side, in a text: where several go with one, or pairs count differently, which no
pairs of ours do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, Final

from quiz.files.xml import Element, write_xml
from quiz.formats.base import Loss
from quiz.formats.qti.gaps import cloze, credit_of
from quiz.formats.qti.item import Item
from quiz.formats.qti.markup import BLOCKS
from quiz.formats.qti.pairs import LEFT_OUT, association, key_pairs
from quiz.formats.qti.scoring import DIFFERENT, Foreign
from quiz.formats.qti.values import Declaration, Value, Wrong, bag, text_of
from quiz.questions.parts import MOST_PARTS

#: Reads an interaction.
Reads = Callable[[Item, Element], dict[str, Any]]
_PART: Final = "simpleAssociableChoice"
#: Characters that a line of a list has at most, and bytes that the lists of all stems have together.
_LONGEST: Final = 1_000
_MOST_LISTED: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class Sides:
    """What is chosen for, what is chosen, and the right ones for each; ``turned``: pairs name what is chosen first."""

    stems: Sequence[Element]
    choices: Sequence[Element]
    key: Mapping[str, Sequence[str]]
    #: Whether something is left out to which nothing belongs.
    left_out: bool = False
    turned: bool = False

    @property
    def several(self) -> bool:
        """Whether several may be chosen for one, and have to be somewhere."""
        many = any(len(right) > 1 for right in self.key.values())
        return many and any(stem.tag == _PART and stem.get("matchMax", "1") != "1" for stem in self.stems)


@dataclass(kw_only=True)
class _Rows(Item):
    """An item with a response for each stem, scored as the whole item scores the pairs."""

    whole: Item
    pairs: Declaration
    sides: Sides

    @cached_property
    def responses(self) -> Mapping[str, Declaration]:
        """A choice for each stem, or several."""
        cardinality = "multiple" if self.sides.several else "single"
        return {
            name: Declaration(name, cardinality, correct=bag(right)) for name, right in self.sides.key.items()
        }

    def outcome(self, given: Mapping[str, Value]) -> tuple[Fraction, Mapping[str, Value]]:
        """What the item gives for the pairs that these choices make. Raises Wrong."""
        pairs = [(stem, choice) for stem, chosen in given.items() for choice in chosen]
        if self.sides.turned:
            pairs = [(choice, stem) for stem, choice in pairs]
        if self.pairs.base == "pair":
            pairs = [(min(pair), max(pair)) for pair in pairs]
        return self.whole.outcome({self.pairs.name: self.pairs.value(pairs)})


def or_rows(plain: Reads, sides: Callable[[Item, Element], Sides | None]) -> Reads:
    """Reads pairs as ``plain`` does; as rows where it cannot, or where these score as the item does and it does not."""

    def read(item: Item, interaction: Element) -> dict[str, Any]:
        before, fields, foreign = [*item.losses], None, None
        try:
            fields = plain(item, interaction)
        except Foreign as error:
            foreign = error
        if fields is not None and not _scores_otherwise(item.losses):
            return fields
        found = sides(item, interaction)
        rows = _in_rows(item, interaction, found) if found else None
        if rows is not None and (fields is None or not _scores_otherwise(rows[1])):
            scoring = [one for one in item.losses if one.field == "scoring" and one.detail != DIFFERENT]
            item.losses[:] = [*before, *scoring, *rows[1]]
            return rows[0]
        if fields is None:
            raise foreign or Foreign(interaction.tag)
        return fields

    return read


def _scores_otherwise(losses: Iterable[Loss]) -> bool:
    return any(loss.detail == DIFFERENT for loss in losses)


def _in_rows(item: Item, interaction: Element, sides: Sides) -> tuple[dict[str, Any], list[Loss]] | None:
    """The fields of the text with a choice for each stem, and what is lost; None where a stem scores nothing."""
    place = [*item.root.iter()].index(interaction)
    root = deepcopy(item.root)
    _lay_out([*root.iter()][place], sides)
    losses = [Loss("pairs", "each one is chosen from a list in a text")]
    if sides.left_out:
        losses.insert(0, Loss("pairs", LEFT_OUT))
    rows = _Rows(
        root,
        item.folder,
        item.media,
        item.pictures,
        losses,
        item.files,
        whole=item,
        pairs=item.declaration(interaction),
        sides=sides,
    )
    body = root.find("itemBody")
    choices = [one for one in body.iter() if one.get("responseIdentifier") in sides.key]
    with suppress(Wrong):
        fields = cloze(rows, body, choices)
        if _is_spent(fields, sides.choices):
            losses.append(Loss("reuse", "a word that can be used once may be chosen several times"))
        return fields, losses
    return None


def _is_spent(fields: Mapping[str, Any], choices: Sequence[Element]) -> bool:
    """Whether something that may go once only is right in several places, so that it would do for all of them here."""
    gaps = [one["options"] for one in fields["gaps"].values()] if fields["type"] == "cloze" else []
    full = [sum(credit_of(options[place]) == 1 for options in gaps) for place, _ in enumerate(choices)]
    return any(count > 1 and one.get("matchMax") == "1" for count, one in zip(full, choices, strict=True))


# Sides ---------------------------------------------------------------------------------------------------------------


def match_sides(item: Item, interaction: Element) -> Sides | None:
    """The sides of a ``matchInteraction``; the stems are those of which none is left out, or which go with the fewest."""
    sets = [[*one.iter(_PART)] for one in interaction.findall("simpleMatchSet")]
    pairs = key_pairs(item.declaration(interaction))
    turned = [(two, one) for one, two in pairs]
    either = (_sides(sets[0], sets[1], pairs), _sides(sets[1], sets[0], turned, turned=True))
    whole = [sides for sides in either if sides is not None]
    return min(whole, key=lambda sides: (sides.left_out, max(map(len, sides.key.values()))), default=None)


def associate_sides(item: Item, interaction: Element) -> Sides | None:
    """The sides of an ``associateInteraction``."""
    parts = [*interaction.iter(_PART)]
    key = association(key_pairs(item.declaration(interaction)), [*map(_name, parts)])
    stems = [part for part in parts if _name(part) in key]
    return _sides(stems, [part for part in parts if part not in stems], [*key.items()])


def gap_sides(item: Item, interaction: Element) -> Sides | None:
    """The gaps of a ``gapMatchInteraction``, and the words."""
    turned = [(gap, word) for word, gap in key_pairs(item.declaration(interaction))]
    return _sides([*interaction.iter("gap")], [*interaction.iter("gapText", "gapImg")], turned, turned=True)


def _sides(
    stems: Sequence[Element],
    choices: Sequence[Element],
    pairs: Sequence[tuple[str, str]],
    *,
    turned: bool = False,
) -> Sides | None:
    """None where no stem has a partner or too many have, or where lists cannot show what is to be chosen: a picture, a long
    text, too much for all.
    """
    names = {*map(_name, choices)}
    partners: dict[str, list[str]] = {_name(stem): [] for stem in stems}
    for one, two in dict.fromkeys(pairs):
        if one in partners and two in names:
            partners[one].append(two)
    key = {name: right for name, right in partners.items() if right}
    filled = [stem for stem in stems if _name(stem) in key]
    if not 0 < len(key) <= MOST_PARTS or not all(map(_fits_list, choices)):
        return None
    if len(key) * sum(len(write_xml(choice)) for choice in choices) > _MOST_LISTED:
        return None
    return Sides(filled, choices, key, len(filled) < len(stems), turned=turned)


def _fits_list(choice: Element) -> bool:
    """Whether a list, of which each stem has one, shows what can be chosen."""
    picture = next(choice.iter("img", "object", "picture"), None)
    return picture is None and len(text_of(choice)) <= _LONGEST


def _name(part: Element) -> str:
    return str(part.get("identifier", ""))


# Texts ---------------------------------------------------------------------------------------------------------------


def _lay_out(interaction: Element, sides: Sides) -> None:
    """Puts what the interaction says in its place: its prompt, and its text with choices for gaps, or a list of stems."""
    prompt = interaction.find("prompt")
    text = [child for child in interaction if child.tag not in ("prompt", "gapText", "gapImg")]
    laid = []
    if prompt is not None:
        prompt.tag = "div" if any(child.tag in BLOCKS for child in prompt) else "p"
        laid.append(prompt)
    if interaction.find(".//gap") is not None:
        gaps = [*interaction.iter("gap")]
        for gap in gaps:
            _replace(gap, [_chosen(interaction, _name(gap), sides)] if _name(gap) in sides.key else [])
        laid += text
    else:
        rows = interaction.makeelement("ol", {})
        rows.extend(_row(interaction, stem, sides) for stem in sides.stems)
        laid.append(rows)
    _replace(interaction, laid)


def _row(interaction: Element, stem: Element, sides: Sides) -> Element:
    row = deepcopy(stem)
    row.tag, row.tail = "li", None
    row.attrib.clear()
    row.append(_chosen(interaction, _name(stem), sides))
    last = row[-2] if len(row) > 1 else None
    if last is None:
        row.text = f"{(row.text or '').rstrip()} "
    else:
        last.tail = f"{(last.tail or '').rstrip()} "
    return row


def _chosen(interaction: Element, name: str, sides: Sides) -> Element:
    """A choice of what goes with a stem."""
    kind, part = (
        ("choiceInteraction", "simpleChoice")
        if sides.several
        else ("inlineChoiceInteraction", "inlineChoice")
    )
    about = {"responseIdentifier": name, "shuffle": interaction.get("shuffle", "false"), "maxChoices": "0"}
    made = interaction.makeelement(kind, about)
    for choice in sides.choices:
        one = deepcopy(choice)
        one.tag, one.tail = part, None
        one.attrib.clear()
        one.set("identifier", _name(choice))
        made.append(one)
    return made


def _replace(element: Element, others: Sequence[Element]) -> None:
    """Puts elements into the place of one."""
    parent, place, tail = element.getparent(), element.getparent().index(element), element.tail
    parent.remove(element)
    for one in reversed(others):
        parent.insert(place, one)
    last = parent[place + len(others) - 1] if place + len(others) else None
    if last is not None:
        last.tail = f"{last.tail or ''}{tail or ''}"
    else:
        parent.text = f"{parent.text or ''}{tail or ''}"
