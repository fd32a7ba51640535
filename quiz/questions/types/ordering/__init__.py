"""Ordering: items to be put in their order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache
from itertools import permutations
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from quiz.errors import Invalid, Problem, Said
from quiz.files.richtext import to_inline_html, to_text
from quiz.questions.base import Content, Example, Order, Parsed, Part, QuestionType, Raw, Response, Score
from quiz.questions.fields import Id, Words, with_ids
from quiz.questions.parts import MOST_PARTS, as_shown, part_values, twice
from quiz.questions.rules.order import ORDER_RULES, order_score

#: A random guess is worked out over all orders, so for no more items than this.
MOST_GUESSED = 6


class Item(Part):
    """One thing that has a place."""

    main: ClassVar[str] = "text"

    id: Id
    text: Words


class Ordering(Content):
    """Items in the right order."""

    items: Annotated[tuple[Item, ...], Field(min_length=2, max_length=MOST_PARTS), BeforeValidator(with_ids)]

    @property
    def ids(self) -> tuple[str, ...]:
        """The items' ids in the right order."""
        return tuple(item.id for item in self.items)

    def text(self, name: str) -> str:
        """The text of the item of this id."""
        return next(item.text for item in self.items if item.id == name)

    def faults(self) -> Iterator[Problem]:
        """Equal ids, and equal texts, which nobody could tell apart."""
        yield from twice(self.ids, "items", "id")
        yield from twice([item.text.strip() for item in self.items], "items", "text")


class _Type(QuestionType[Ordering]):
    name = "ordering"
    content = Ordering
    rules = tuple(ORDER_RULES)
    always_shuffled = True
    order_is_key = True

    def shuffled(self, content: Ordering) -> tuple[str, ...]:
        return content.ids

    def present(self, content: Ordering, order: Order) -> Mapping[str, Any]:
        """``entries`` by shown position: ``html``, and ``text``, the same without markup.

        An empty order is the right one: for those who may see the key.
        """
        shown = [content.text(name) for name in order or content.ids]
        return {"entries": [{"html": to_inline_html(text), "text": to_text(text)} for text in shown]}

    def parse(self, content: Ordering, raw: Raw, order: Order) -> Parsed:
        """Ranks from 1 by shown position. Items without a rank, or with one that another has, stand nowhere."""
        shown = order or content.ids
        typed = {name: part_values(raw, place) for place, name in enumerate(shown)}
        if as_shown(raw) or not any(typed.values()):
            return Parsed(None)
        ranks = {name: _rank(values, len(shown)) for name, values in typed.items()}
        taken = Counter(ranks.values())
        placed = sorted((rank, name) for name, rank in ranks.items() if rank and taken[rank] == 1)
        return Parsed([name for _, name in placed] or None, tuple(_complaints(typed, ranks, taken)))

    def check(self, content: Ordering, response: Response) -> None:
        if response is None:
            return
        if not isinstance(response, list | tuple):
            raise Invalid("the response is not a list of item ids")
        for place, name in enumerate(response):
            if not isinstance(name, str) or name not in content.ids:
                raise Invalid(Said("there is no item '%(name)s'", name=name))
            if name in response[:place]:
                raise Invalid(Said("the item '%(name)s' stands twice in the response", name=name))

    def score(self, content: Ordering, response: Response, rule: str) -> Score:
        if not response:
            return Score(Fraction(0))
        given = [content.ids.index(name) for name in response]
        return Score(order_score(given, len(content.items), rule))

    def review(
        self, content: Ordering, response: Response, order: Order, allowed: frozenset[str]
    ) -> Mapping[str, Any]:
        """``entries`` in the student's order (with *attempt*), ``key`` in the right one as HTML (with *answer*).

        An entry has ``text`` as HTML, ``place`` from 1, ``state`` right or wrong (with *right_wrong*) and ``right``,
        its right place (with *answer*). There is none where there is no answer.
        """
        told: dict[str, Any] = {}
        if "attempt" in allowed:
            given = enumerate(response or (), 1)
            told["entries"] = [_reviewed(content, name, place, allowed) for place, name in given]
        if "answer" in allowed:
            told["key"] = [to_inline_html(item.text) for item in content.items]
        return told

    def summarise(self, content: Ordering, response: Response) -> str:
        return _listed(content, response or ())

    def right_answer(self, content: Ordering) -> str:
        return _listed(content, content.ids)

    def random_guess(self, content: Ordering, rule: str) -> Fraction | None:
        """The mean over all orders; None for many items."""
        count = len(content.items)
        return _mean(count, rule) if count <= MOST_GUESSED else None

    def examples(self) -> tuple[Example, ...]:
        history = {"items": ["Shanghai Five", "Founding", "Charter", "Treaty", "Enlargement"]}
        moved = (history, _ranks(1, 2, 5, 3, 4), ["a", "b", "d", "e", "c"])
        backwards = (history, _ranks(5, 4, 3, 2, 1), ["e", "d", "c", "b", "a"])
        scored = {
            "absolute_position": Fraction(2, 5),
            "next_exclude_last": Fraction(2, 4),
            "next_include_last": Fraction(2, 5),
            "previous_and_next": Fraction(5, 10),
            "all_previous_and_next": Fraction(16, 20),
            "longest_subsequence": Fraction(4, 5),
            "longest_consecutive": Fraction(3, 5),
            "relative_to_correct": Fraction(16, 20),
            "pairwise": Fraction(8, 10),
            "all_or_nothing": Fraction(0),
        }
        return (
            Example("right", history, _ranks(1, 2, 3, 4, 5), [*"abcde"], Fraction(1)),
            *(
                Example("partly" if fraction else "wrong", *moved, fraction, rule)
                for rule, fraction in scored.items()
            ),
            Example("wrong", *backwards, Fraction(0), "pairwise"),
            Example("partly", *backwards, Fraction(8, 20), "relative_to_correct"),
            Example("empty", history, {"answered": ["1"]}, None, Fraction(0)),
            Example("empty", history, _ranks("", "", "", "", ""), None, Fraction(0)),
            Example(
                "partly", history, _ranks(1, 3, "", "", 2), ["a", "e", "b"], Fraction(1, 5), complains=True
            ),
            Example("malformed", history, _ranks(1, 1, 2, "x", 9), ["c"], Fraction(0), complains=True),
        )


def _ranks(*ranks: int | str) -> Raw:
    """The fields of a page that says these ranks by shown position."""
    fields = {f"answer-{place}": [str(rank)] for place, rank in enumerate(ranks)}
    return {"answered": ["1"], **fields}


def _rank(values: Sequence[str], count: int) -> int:
    """A rank from 1 to count; 0 where there is none that can be read."""
    value = values[0].strip() if len(values) == 1 else ""
    readable = value.isascii() and value.isdecimal() and len(value) < 5
    return int(value) if readable and int(value) <= count else 0


def _complaints(
    typed: Mapping[str, Sequence[str]], ranks: Mapping[str, int], taken: Mapping[int, int]
) -> Iterator[str]:
    if any(values and not ranks[name] for name, values in typed.items()):
        yield "A place is a number from 1 to the number of items."
    if any(count > 1 for rank, count in taken.items() if rank):
        yield "Two items have the same place, so that neither counts. Give each a place of its own."
    if not all(typed.values()):
        yield "Not every item has a place yet."


def _reviewed(content: Ordering, name: str, place: int, allowed: frozenset[str]) -> Mapping[str, Any]:
    right = content.ids.index(name) + 1
    row: dict[str, Any] = {"text": to_inline_html(content.text(name)), "place": place}
    if "right_wrong" in allowed:
        row["state"] = "right" if place == right else "wrong"
    if "answer" in allowed:
        row["right"] = right
    return row


def _listed(content: Ordering, names: Sequence[str]) -> str:
    return " → ".join(to_text(content.text(name)) for name in names)


@cache
def _mean(count: int, rule: str) -> Fraction:
    scores = [order_score(given, count, rule) for given in permutations(range(count))]
    return sum(scores, Fraction(0)) / len(scores)


TYPE = _Type()
