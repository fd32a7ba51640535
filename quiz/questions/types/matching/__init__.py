"""Matching: each stem gets the choice that goes with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any, ClassVar

from pydantic import Field, model_validator

from quiz.errors import Invalid, Problem, Said
from quiz.files.richtext import to_inline_html, to_text
from quiz.questions.base import (
    Content,
    Example,
    Order,
    Parsed,
    Part,
    QuestionType,
    Raw,
    Response,
    Score,
    Tally,
)
from quiz.questions.fields import Id, Number, Words, letters
from quiz.questions.options import positions
from quiz.questions.parts import MOST_PARTS, part_values, twice
from quiz.questions.rules import pairs

#: Characters of a choice that a select field shows on a phone.
LONGEST_SEEN = 40


class Pair(Content):
    """A stem and its choice. Both get their ids from the matching where the author gives none."""

    id: Id = ""
    stem: Words
    choice: Words
    choice_id: Id = ""


class Distractor(Part):
    """A choice that goes with no stem."""

    main: ClassVar[str] = "choice"

    id: Id
    choice: Words


@dataclass(frozen=True, slots=True)
class Choice:
    """A text to choose: all equal texts are one choice."""

    id: str
    text: str


class Matching(Content):
    """Pairs, and distractors. The choices are the different texts of the pairs, then those of the distractors."""

    pairs: Annotated[tuple[Pair, ...], Field(min_length=2, max_length=MOST_PARTS)]
    distractors: Annotated[tuple[Distractor, ...], Field(max_length=MOST_PARTS)] = ()

    @model_validator(mode="before")
    @classmethod
    def _with_ids(cls, given: Any) -> Any:
        """Stems that have no id are numbered, choices get the letter of their place among the different texts."""
        if not isinstance(given, Mapping):
            return given
        pairs, distractors = _parts(given.get("pairs")), _parts(given.get("distractors"))
        ids = _choice_ids([*((pair, "choice_id") for pair in pairs), *((one, "id") for one in distractors)])
        made = {**given}
        if pairs:
            made["pairs"] = [_pair(pair, number, ids) for number, pair in enumerate(pairs, 1)]
        if distractors:
            made["distractors"] = [_distractor(one, ids) for one in distractors]
        return made

    @cached_property
    def choices(self) -> Mapping[str, Choice]:
        """The choices by id, in authored order."""
        found: dict[str, Choice] = {}
        for name, text in self._offered():
            found.setdefault(name, Choice(name, text))
        return found

    def _offered(self) -> Iterator[tuple[str, str]]:
        """Ids and texts, which stay of the class that says how they are written."""
        named = [(pair.choice_id, pair.choice) for pair in self.pairs]
        named += ((one.id, one.choice) for one in self.distractors)
        yield from ((name, type(text)(text.strip())) for name, text in named)

    def faults(self) -> Iterator[Problem]:
        """Equal stems or ids, one text under two ids or two under one, and nothing to choose from."""
        yield from twice([pair.id for pair in self.pairs], "pairs", "id")
        yield from twice([pair.stem.strip() for pair in self.pairs], "pairs", "stem")
        yield from self._id_faults()
        if len({text for _, text in self._offered()}) < 2:
            yield Problem("pairs", "all choices are equal", "add distractors, or another pair")

    def _id_faults(self) -> Iterator[Problem]:
        by_id: dict[str, str] = {}
        by_text: dict[str, str] = {}
        for place, (name, text) in enumerate(self._offered()):
            late = place - len(self.pairs)
            where = f"pairs[{place}].choice_id" if late < 0 else f"distractors[{late}].id"
            if by_id.setdefault(name, text) != text:
                yield Problem(
                    where,
                    Said("the id '%(name)s' stands for two choices", name=name),
                    "give each choice its own id",
                )
            elif by_text.setdefault(text, name) != name:
                what = Said("the choice '%(text)s' has two ids", text=text[:60])
                yield Problem(where, what, "equal texts are one choice: give it one id")


class _Type(QuestionType[Matching]):
    name = "matching"
    content = Matching
    rules = ("per_pair", *pairs.RULES)
    always_shuffled = True

    def shuffled(self, content: Matching) -> tuple[str, ...]:
        """The choices. Stems stand as written, so that they can be read as a list."""
        return tuple(content.choices)

    def shape(self, content: Matching) -> Any:
        """The stems in their order, and the choices."""
        return [pair.id for pair in content.pairs], sorted(content.choices)

    def present(self, content: Matching, order: Order) -> Mapping[str, Any]:
        """``stems``: HTML; ``choices`` by shown position: ``html``, ``text``, the same without markup, and a
        ``letter``; ``listed``: whether the choices are to be read in a list of their own, since a select field shows
        no markup and, on a phone, no more than some forty characters.
        """
        shown = [content.choices[name].text for name in order or content.choices]
        choices = [
            {"html": to_inline_html(text), "text": to_text(text), "letter": letter.upper()}
            for text, letter in zip(shown, letters(len(shown)), strict=True)
        ]
        listed = any(len(one["text"]) > LONGEST_SEEN or "<" in one["html"] for one in choices)
        return {
            "stems": [to_inline_html(pair.stem) for pair in content.pairs],
            "choices": choices,
            "listed": listed,
        }

    def parse(self, content: Matching, raw: Raw, order: Order) -> Parsed:
        shown = [*(order or content.choices)]
        typed = [part_values(raw, place) for place in range(len(content.pairs))]
        found = [positions(values, len(shown)) for values in typed]
        response = {
            pair.id: shown[places[0]]
            for pair, (places, whole) in zip(content.pairs, found, strict=True)
            if whole and len(places) == 1
        }
        odd = any(
            values and (not whole or len(values) > 1) for values, (_, whole) in zip(typed, found, strict=True)
        )
        return Parsed(response or None, ("This is not one of the choices.",) if odd else ())

    def check(self, content: Matching, response: Response) -> None:
        if response is None:
            return
        if not isinstance(response, Mapping):
            raise Invalid("the response is not an object: stem id → choice id")
        stems = {pair.id for pair in content.pairs}
        for stem, choice in response.items():
            if stem not in stems:
                raise Invalid(Said("there is no stem '%(stem)s'", stem=stem))
            if choice is not None and (not isinstance(choice, str) or choice not in content.choices):
                raise Invalid(Said("there is no choice '%(choice)s'", choice=choice))

    def score(self, content: Matching, response: Response, rule: str) -> Score:
        """``parts``: of each stem, see ``pairs.parts_of``."""
        parts = pairs.parts_of({pair.id: pair.choice_id for pair in content.pairs}, response or {}, rule)
        return Score(pairs.fraction_of(parts, rule), parts)

    def tallied(self, content: Matching, score: Score, rule: str) -> Mapping[str, Tally]:
        """The stems."""
        if rule == "all_or_nothing":
            return super().tallied(content, score, rule)
        share = Fraction(1, len(content.pairs))
        return {name: Tally(share, fraction) for name, fraction in score.parts.items()}

    def review(
        self, content: Matching, response: Response, order: Order, allowed: frozenset[str]
    ) -> Mapping[str, Any]:
        """``pairs``, each with ``stem`` and what may be told: ``response``, the choice as HTML, "" for none (with
        *attempt*), ``state`` right or wrong of a choice (with *right_wrong* too), ``right``, the right choice as HTML
        (with *answer*).
        """
        given = response or {}
        return {"pairs": [_reviewed(content, pair, given.get(pair.id), allowed) for pair in content.pairs]}

    def summarise(self, content: Matching, response: Response) -> str:
        given = response or {}
        return _listed(content, ((pair, given[pair.id]) for pair in content.pairs if given.get(pair.id)))

    def right_answer(self, content: Matching) -> str:
        return _listed(content, ((pair, pair.choice_id) for pair in content.pairs))

    def random_guess(self, content: Matching, rule: str) -> Fraction | None:
        """Of a guesser who chooses for each stem by itself."""
        return pairs.guessed([Fraction(1, len(content.choices))] * len(content.pairs), rule)

    def examples(self) -> tuple[Example, ...]:
        capitals = {
            "pairs": [
                {"stem": "Kazakhstan", "choice": "Astana"},
                {"stem": "Tajikistan", "choice": "Dushanbe"},
                {"stem": "Uzbekistan", "choice": "Tashkent"},
            ],
            "distractors": ["Tehran"],
        }
        regions = {
            "pairs": [
                {"stem": "Kazakhstan", "choice": "Central Asia"},
                {"stem": "India", "choice": "South Asia"},
                {"stem": "Tajikistan", "choice": "Central Asia"},
            ]
        }
        right, two = _choices(0, 1, 2), _choices(0, 1, 3)
        return (
            Example("right", capitals, right, {"1": "a", "2": "b", "3": "c"}, Fraction(1)),
            Example("partly", capitals, two, {"1": "a", "2": "b", "3": "d"}, Fraction(2, 3)),
            Example("partly", capitals, _choices("", 1, ""), {"2": "b"}, Fraction(1, 3)),
            Example("partly", capitals, _choices(1, 1, 1), {"1": "b", "2": "b", "3": "b"}, Fraction(1, 3)),
            Example("wrong", capitals, _choices(3, 2, 0), {"1": "d", "2": "c", "3": "a"}, Fraction(0)),
            Example("right", regions, _choices(0, 1, 0), {"1": "a", "2": "b", "3": "a"}, Fraction(1)),
            Example("right", capitals, right, {"1": "a", "2": "b", "3": "c"}, Fraction(1), "all_or_nothing"),
            Example("wrong", capitals, two, {"1": "a", "2": "b", "3": "d"}, Fraction(0), "all_or_nothing"),
            Example(
                "partly", capitals, two, {"1": "a", "2": "b", "3": "d"}, Fraction(1, 3), "right_minus_wrong"
            ),
            Example("partly", capitals, _choices("", 1, ""), {"2": "b"}, Fraction(1, 3), "right_minus_wrong"),
            Example("empty", capitals, _choices("", "", ""), None, Fraction(0)),
            Example("malformed", capitals, _choices(0, "x", 4), {"1": "a"}, Fraction(1, 3), complains=True),
        )


def _choices(*places: int | str) -> Raw:
    """The fields of a page on which each stem has the choice of this shown position."""
    fields = {f"answer-{stem}": [str(place)] for stem, place in enumerate(places)}
    return {"answered": ["1"], **fields}


def _parts(given: Any) -> Sequence[Any]:
    return given if isinstance(given, list | tuple) else ()


def _text(part: Any) -> str:
    """The text of a choice as it is compared; "" where it is none (the validator will say so)."""
    value = part.get("choice") if isinstance(part, Mapping) else part
    value = value.written if isinstance(value, Number) else value
    return value.strip() if isinstance(value, str) else ""


def _choice_ids(parts: Iterable[tuple[Any, str]]) -> dict[str, Any]:
    """For each different text, in order, its authored id (from the field named beside the part), else its letter."""
    authored: dict[str, Any] = {}
    for part, field in parts:
        text = _text(part)
        name = part.get(field) if isinstance(part, Mapping) else None
        authored[text] = authored.get(text) or name
    authored.pop("", None)
    return {
        text: name or letter
        for (text, name), letter in zip(authored.items(), letters(len(authored)), strict=True)
    }


def _pair(part: Any, number: int, ids: Mapping[str, Any]) -> Any:
    return {"id": str(number), "choice_id": _id(part, ids), **part} if isinstance(part, Mapping) else part


def _distractor(part: Any, ids: Mapping[str, Any]) -> Any:
    whole = part if isinstance(part, Mapping) else {"choice": part}
    return {"id": _id(part, ids), **whole}


def _id(part: Any, ids: Mapping[str, Any]) -> Any:
    """The id for a part's choice; any at all where it has no text, which is the fault to be told."""
    return ids.get(_text(part), "a")


def _reviewed(
    content: Matching, pair: Pair, chosen: str | None, allowed: frozenset[str]
) -> Mapping[str, Any]:
    row: dict[str, Any] = {"stem": to_inline_html(pair.stem)}
    if "attempt" in allowed:
        row["response"] = to_inline_html(content.choices[chosen].text) if chosen else ""
        if "right_wrong" in allowed and chosen:
            row["state"] = "right" if chosen == pair.choice_id else "wrong"
    if "answer" in allowed:
        row["right"] = to_inline_html(content.choices[pair.choice_id].text)
    return row


def _listed(content: Matching, pairs: Iterable[tuple[Pair, str]]) -> str:
    return "; ".join(f"{to_text(pair.stem)} → {to_text(content.choices[name].text)}" for pair, name in pairs)


TYPE = _Type()
