"""Words that are put into the gaps of a text, or onto places of a picture (drag_words)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from quiz.errors import Said
from quiz.files.xml import Element
from quiz.formats.qti.gaps import FILL_IN
from quiz.formats.qti.item import Item, fitting_ids, html_of_text, told
from quiz.formats.qti.markup import joined
from quiz.formats.qti.pairs import LEFT_OUT, key_pairs, merged, pairings
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
from quiz.formats.qti.values import Declaration, text_of

#: What is put into gaps.
_WORDS: Final = ("gapText", "gapImg")


def gap_match(item: Item, interaction: Element, before: str) -> dict[str, Any]:
    """``gapMatchInteraction``: words or pictures are put into the gaps of a text."""

    def rest(ids: Mapping[str, str]) -> dict[str, Any]:
        def put(element: Element) -> str | None:
            if element.tag == "gap":
                name = element.get("identifier", "")
                return f"[[{ids[name]}]]" if name in ids else "…"
            return "" if element.tag in ("prompt", *_WORDS) else None

        return {"text": item.html(interaction, put, marks=True)}

    gaps = [gap.get("identifier", "") for gap in interaction.iter("gap")]
    prompt = joined([before, item.html(interaction.find("prompt"))]) or FILL_IN
    return {"prompt": prompt, **words_in_gaps(item, interaction, gaps, rest), **shuffle_of(interaction)}


def words_in_gaps(
    item: Item,
    interaction: Element,
    gaps: Sequence[str],
    rest: Callable[[Mapping[str, str]], Mapping[str, Any]],
) -> dict[str, Any]:
    """The fields of ``drag_words``; ``rest`` gives those beside words and gaps for the ids of the gaps by identifier."""
    declaration = item.declaration(interaction)
    words = [*interaction.iter(*_WORDS)]
    names = [word.get("identifier", "") for word in words]
    demand_own(names)
    demand_own(gaps)
    key = _key(interaction, declaration, names, gaps)
    if len(key) < len(gaps):
        item.lose("gaps", LEFT_OUT)
        gaps = [gap for gap in gaps if gap in key]
    word_ids, gap_ids = _ids(names, "i", "w_"), _ids(gaps, "g")
    group_of = _groups(item, words, {*key.values()})
    texts = {name: _word(item, word) for name, word in zip(names, words, strict=True)}
    same = merged(item, "choices", {name: f"{text}\0{group_of[name]}" for name, text in texts.items()})

    def is_wrong(word: str, right: str) -> bool:
        return group_of[word] == group_of[right] and same[word] != same[right]

    ours = {name: word_ids[same[name]] for name in names}
    tried = _tried(declaration, pairings(key, names, is_wrong), gap_ids, ours)
    best, credits, probes = scores_of(item, declaration.name, tried)
    right = {gap_ids[gap]: ours[key[gap]] for gap in gaps}
    content = {
        "choices": [
            _choice(word_ids[name], texts[name], group)
            for name, group in group_of.items()
            if same[name] == name
        ],
        "gaps": right,
        **_reuse(item, words, [*right.values()]),
        **rest(gap_ids),
    }
    chosen = ruled(item, "drag_words", with_rules("drag_words", content), tried, credits)
    return {"type": "drag_words", **chosen, **told(item, probes).common, **points_of(best)}


def _tried(
    declaration: Declaration,
    answers: Iterable[Mapping[str, str]],
    gaps: Mapping[str, str],
    words: Mapping[str, str],
) -> list[Tried]:
    """Answers, which say the word in each gap, as QTI has them and as we do; ``gaps``, ``words``: our ids."""
    return [
        (
            declaration.value((word, gap) for gap, word in given.items()),
            {gaps[gap]: words[word] for gap, word in given.items()},
        )
        for given in answers
    ]


def _choice(id: str, text: str, group: int) -> dict[str, Any]:
    return {"id": id, "text": text, **({"group": group} if group > 1 else {})}


def _ids(names: Sequence[str], letter: str, prefix: str = "") -> dict[str, str]:
    """Ids by identifier: those that fit without the prefix, else a letter and a number."""
    numbered = [f"{letter}{n}" for n, _ in enumerate(names, 1)]
    return dict(zip(names, fitting_ids(names, prefix) or numbered, strict=True))


def _key(
    interaction: Element, declaration: Declaration, words: Sequence[str], gaps: Sequence[str]
) -> dict[str, str]:
    """The word of each gap that has one. Raises Foreign for what is no drag_words."""
    pairs = key_pairs(declaration)
    key = {gap: word for word, gap in pairs}
    if len(key) < len(pairs) or not {*key} <= {*gaps} or not {*key.values()} <= {*words}:
        raise Foreign(Said("%(tag)s where a gap has several words", tag=interaction.tag))
    if len(words) < 2:
        raise Foreign(Said("%(tag)s with one word", tag=interaction.tag))
    return key


def _reuse(item: Item, words: Sequence[Element], right: Sequence[str]) -> dict[str, bool]:
    """Whether words can be put into several gaps; ``right``: those that are, gap by gap."""
    again = [word.get("matchMax", "1") != "1" for word in words]
    if any(again) and not all(again):
        item.lose("reuse", "all words can be used again, or none")
    return {"reuse": True} if any(again) or len({*right}) < len(right) else {}


def _groups(item: Item, words: Sequence[Element], right: Collection[str]) -> dict[str, int]:
    """The group of each word; all are of one where a gap had nothing to choose from otherwise."""
    listed = [*dict.fromkeys(word.get("matchGroup", "") for word in words)]
    groups = {word.get("identifier", ""): 1 + listed.index(word.get("matchGroup", "")) for word in words}
    sizes = Counter(groups.values())
    if all(sizes[groups[name]] > 1 for name in right):
        return groups
    if len(sizes) > 1:
        item.lose("choices", "a group of one word: every word can be put everywhere")
    return dict.fromkeys(groups, 1)


def _word(item: Item, word: Element) -> str:
    """What is dragged: words, or a picture with its label as the alternative text."""
    shown = next(word.iter("object", "img"), None) if word.tag == "gapImg" else None
    if shown is None:
        return item.html(word)
    alt = shown.get("alt") or text_of(shown).strip() or word.get("objectLabel", "")
    address = shown.get("data") or shown.get("src")
    return item.picture(shown, address, alt) if address else html_of_text(alt)
