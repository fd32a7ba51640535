"""Gaps filled with given words: what gap_select and drag_words share. They differ in how a page shows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, PrivateAttr

from quiz.errors import Invalid, Problem, Said
from quiz.files.richtext import to_html_around, to_inline_html, to_text
from quiz.questions.base import (
    Content,
    Example,
    Order,
    Parsed,
    Part,
    PartComplaint,
    QuestionType,
    Raw,
    Response,
    Score,
    Tally,
)
from quiz.questions.fields import Count, Id, Truth, Words, with_ids
from quiz.questions.options import positions
from quiz.questions.parts import MARK, MOST_PARTS, part_values, twice
from quiz.questions.places import PlacedPicture
from quiz.questions.rules import pairs


class Word(Part):
    """A word or phrase that can be put into the gaps of its group."""

    main: ClassVar[str] = "text"

    id: Id
    text: Words
    group: Count = 1


class WordGaps(Content):
    """A text in which ``[[id]]`` marks the gaps, the words, and for each gap the id of the right word."""

    text: Words
    choices: Annotated[
        tuple[Word, ...], Field(min_length=2, max_length=MOST_PARTS), BeforeValidator(with_ids)
    ]
    gaps: Annotated[dict[Id, Id], Field(min_length=1, max_length=MOST_PARTS)]
    #: Whether a word may stand in more than one gap; a page that only selects lets it anyway.
    reuse: Truth = False
    #: Where the gaps lie on a picture, numbered as in the text: what is asked is what belongs at which place.
    picture: PlacedPicture | None = None
    #: The order of the authored text, where this is a translation.
    _order: tuple[str, ...] = PrivateAttr(())

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """The gaps in the order of the authored text, which is that of the page."""
        return self._order or tuple(MARK.findall(self.text))

    @cached_property
    def words(self) -> Mapping[str, Word]:
        """The words by id, in authored order."""
        return {word.id: word for word in self.choices}

    def fitting(self, gap: str) -> frozenset[str]:
        """The ids of the words that can be put into a gap: those of the right word's group."""
        group = self.words[self.gaps[gap]].group
        return frozenset(word.id for word in self.choices if word.group == group)

    def beside(self, authored: WordGaps) -> WordGaps:
        """The same in a translation: the gaps keep the numbers that they have in the authored text."""
        made = WordGaps(
            text=self.text, choices=self.choices, gaps=self.gaps, reuse=self.reuse, picture=self.picture
        )
        made._order = authored.shown
        return made

    def faults(self) -> Iterator[Problem]:
        """Marks without a gap, gaps without a mark or without their word, equal words, a word for two gaps."""
        yield from twice([word.id for word in self.choices], "choices", "id")
        texts = [f"{word.group}\0{word.text.strip()}" for word in self.choices]
        for place, text in enumerate(texts):
            if text in texts[:place]:
                what = Said(
                    "'%(text)s' stands twice in its group", text=self.choices[place].text.strip()[:60]
                )
                yield Problem(f"choices[{place}].text", what, "take one out, or give it another group")
        yield from self._mark_faults()
        yield from self._key_faults()
        if self.picture is not None:
            yield from self.picture.problems(self.gaps)

    def _mark_faults(self) -> Iterator[Problem]:
        marks = MARK.findall(self.text)
        for name in dict.fromkeys(marks):
            if name not in self.gaps:
                mend = "say under gaps which word belongs there, or take the mark out"
                yield Problem("text", Said("there is no gap '%(name)s'", name=name), mend)
            elif marks.count(name) > 1:
                what = Said("the gap '%(name)s' is marked twice", name=name)
                yield Problem("text", what, "give each mark its own gap")
        for name in self.gaps:
            if name not in marks:
                yield Problem(
                    f"gaps.{name}",
                    "is not marked in the text",
                    Said("write [[%(name)s]] where it stands", name=name),
                )

    def _key_faults(self) -> Iterator[Problem]:
        used: dict[str, str] = {}
        for name, right in self.gaps.items():
            if right not in self.words:
                mend = Said("write one of %(names)s", names=", ".join(self.words))
                yield Problem(f"gaps.{name}", Said("there is no choice '%(name)s'", name=right), mend)
            elif len(self.fitting(name)) < 2:
                yield Problem(f"gaps.{name}", "has no other word to choose from", "add one of its group")
            elif used.setdefault(right, name) != name and not self.reuse:
                what = Said(
                    "the word '%(right)s' belongs into the gap '%(gap)s' too", right=right, gap=used[right]
                )
                yield Problem(f"gaps.{name}", what, "write reuse: true, or give each gap a word of its own")


class WordGapType(QuestionType[WordGaps]):
    """Both types. A response maps gaps to words."""

    content = WordGaps
    rules = ("weighted_gaps", *pairs.RULES)

    def shuffled(self, content: WordGaps) -> tuple[str, ...]:
        """The words."""
        return tuple(content.words)

    def shape(self, content: WordGaps) -> Any:
        """The gaps in the order of the text, and the words."""
        return content.shown, sorted(content.words)

    def beside(self, content: WordGaps, languages: Sequence[WordGaps]) -> WordGaps:
        return content.beside(languages[0])

    def present(self, content: WordGaps, order: Order) -> Mapping[str, Any]:
        """``text``: pieces of ``html`` and the number (from 0) of the ``gap`` after it, None after the last; ``words``
        by shown position, as plain text, and ``chips``, the same as HTML; ``gaps``: the shown positions of the ``words`` that fit; ``reuse``; the
        ``picture`` on which the gaps lie, if any, with its ``places`` in their order.
        """
        shown = [*(order or content.words)]
        return {
            "text": _pieces(content),
            "words": [to_text(content.words[name].text) for name in shown],
            "chips": [to_inline_html(content.words[name].text) for name in shown],
            "gaps": [
                {"words": [place for place, word in enumerate(shown) if word in content.fitting(name)]}
                for name in content.shown
            ],
            "reuse": content.reuse,
            **_picture(content),
        }

    def parse(self, content: WordGaps, raw: Raw, order: Order) -> Parsed:
        shown = [*(order or content.words)]
        response: dict[str, str] = {}
        complaints: list[str] = []
        for place, name in enumerate(content.shown):
            values = part_values(raw, place)
            places, whole = positions(values, len(shown))
            words = [shown[one] for one in places if shown[one] in content.fitting(name)]
            if whole and len(words) == len(values) == 1:
                response[name] = words[0]
            elif values:
                complaints.append(PartComplaint("This is not one of the choices.", place + 1))
        if not content.reuse and len(set(response.values())) < len(response):
            complaints.append("A word stands in two gaps.")
        return Parsed(response or None, tuple(complaints))

    def check(self, content: WordGaps, response: Response) -> None:
        if response is None:
            return
        if not isinstance(response, Mapping):
            raise Invalid("the response is not an object: gap id → choice id")
        for gap, word in response.items():
            if gap not in content.gaps:
                raise Invalid(Said("there is no gap '%(gap)s'", gap=gap))
            if word is None:
                continue
            if not isinstance(word, str) or word not in content.words:
                raise Invalid(Said("there is no choice '%(word)s'", word=word))
            if word not in content.fitting(gap):
                raise Invalid(
                    Said("the choice '%(word)s' is not of the group of the gap '%(gap)s'", word=word, gap=gap)
                )

    def score(self, content: WordGaps, response: Response, rule: str) -> Score:
        """``parts``: of each gap, see ``pairs.parts_of``."""
        parts = pairs.parts_of(content.gaps, response or {}, rule)
        return Score(pairs.fraction_of(parts, rule), parts)

    def tallied(self, content: WordGaps, score: Score, rule: str) -> Mapping[str, Tally]:
        """The gaps."""
        if rule == "all_or_nothing":
            return super().tallied(content, score, rule)
        share = Fraction(1, len(content.gaps))
        return {name: Tally(share, fraction) for name, fraction in score.parts.items()}

    def review(
        self, content: WordGaps, response: Response, order: Order, allowed: frozenset[str]
    ) -> Mapping[str, Any]:
        """``text`` as in ``present``; ``gaps``, by shown position: ``response`` as plain text, "" for none (with
        *attempt*), ``state`` of a response (with *right_wrong* too), ``right``, the right word (with *answer*);
        ``picture`` as in ``present``.
        """
        given = response or {}
        return {
            "text": _pieces(content),
            "gaps": [_reviewed(content, name, given.get(name), allowed) for name in content.shown],
            **_picture(content),
        }

    def summarise(self, content: WordGaps, response: Response) -> str:
        given = response or {}
        return _numbered(content, (given.get(name) for name in content.shown))

    def right_answer(self, content: WordGaps) -> str:
        return _numbered(content, (content.gaps[name] for name in content.shown))

    def random_guess(self, content: WordGaps, rule: str) -> Fraction | None:
        """Of a guesser who chooses for each gap by itself (Moodle: the mean over the gaps)."""
        return pairs.guessed([Fraction(1, len(content.fitting(name))) for name in content.gaps], rule)

    def examples(self) -> tuple[Example, ...]:
        charter = {
            "text": "Decisions are taken by [[1]]; the secretariat is in [[2]], where [[3]] is spoken.",
            "choices": [
                {"text": "consensus"},
                {"text": "majority"},
                {"text": "Beijing", "group": 2},
                {"text": "Tashkent", "group": 2},
                {"text": "lot"},
                {"text": "Chinese", "group": 3},
                {"text": "Uzbek", "group": 3},
            ],
            "gaps": {"1": "a", "2": "c", "3": "f"},
        }
        same = {
            "text": "[[1]] has a secretariat, [[2]] an anti-terrorist structure, [[3]] too.",
            "choices": ["Beijing", "Tashkent"],
            "gaps": {"1": "a", "2": "b", "3": "b"},
            "reuse": True,
        }
        placed = {
            "text": "1: [[1]], 2: [[2]]",
            "choices": ["disc", "square", "roof"],
            "gaps": {"1": "b", "2": "a"},
            "picture": {
                "file": "images/shapes.svg",
                "alt": "Three shapes",
                "width": 80,
                "height": 60,
                "places": {"1": {"coords": [20, 15]}, "2": {"shape": "circle", "coords": [60, 15, 10]}},
            },
        }
        whole = {"1": "a", "2": "c", "3": "f"}
        two = {"1": "a", "2": "d", "3": "f"}
        return (
            Example("right", charter, _chosen(0, 2, 5), whole, Fraction(1)),
            Example("partly", charter, _chosen(0, 3, 5), two, Fraction(2, 3)),
            Example("partly", charter, _chosen("", 2, ""), {"2": "c"}, Fraction(1, 3)),
            Example("wrong", charter, _chosen(1, 3, 6), {"1": "b", "2": "d", "3": "g"}, Fraction(0)),
            Example("right", same, _chosen(0, 1, 1), {"1": "a", "2": "b", "3": "b"}, Fraction(1)),
            Example("right", placed, _chosen(1, 0), {"1": "b", "2": "a"}, Fraction(1)),
            Example("right", charter, _chosen(0, 2, 5), whole, Fraction(1), "all_or_nothing"),
            Example("wrong", charter, _chosen(0, 3, 5), two, Fraction(0), "all_or_nothing"),
            Example("partly", charter, _chosen(0, 3, 5), two, Fraction(1, 3), "right_minus_wrong"),
            Example("partly", charter, _chosen("", 2, ""), {"2": "c"}, Fraction(1, 3), "right_minus_wrong"),
            Example("empty", charter, _chosen("", "", ""), None, Fraction(0)),
            Example("malformed", charter, _chosen(2, 2, "x"), {"2": "c"}, Fraction(1, 3), complains=True),
        )


def _chosen(*places: int | str) -> Raw:
    """The fields of a page on which each gap has the word of this shown position."""
    return {"answered": ["1"], **{f"answer-{gap}": [str(place)] for gap, place in enumerate(places)}}


def _pieces(content: WordGaps) -> list[Mapping[str, Any]]:
    """The text around the gaps. A gap whose mark stands where no control can (a link's title) follows the text."""
    cut = to_html_around(content.text, MARK)
    names = [*cut[1::2]]
    names += [name for name in content.shown if name not in names]
    html = [*cut[::2], *("" for _ in range(len(names) + 1 - len(cut[::2])))]
    gaps = [*(content.shown.index(name) for name in names), None]
    return [{"html": piece, "gap": gap} for piece, gap in zip(html, gaps, strict=True)]


def _picture(content: WordGaps) -> Mapping[str, Any]:
    return {} if content.picture is None else {"picture": content.picture.shown(content.shown)}


def _numbered(content: WordGaps, ids: Iterable[str | None]) -> str:
    """The words in the gaps, each after the gap's number; gaps without one are left out."""
    named = ((number, name) for number, name in enumerate(ids, 1) if name)
    return "; ".join(f"{number}: {to_text(content.words[name].text)}" for number, name in named)


def _reviewed(content: WordGaps, gap: str, word: str | None, allowed: frozenset[str]) -> Mapping[str, Any]:
    row: dict[str, Any] = {}
    if "attempt" in allowed:
        row["response"] = to_text(content.words[word].text) if word else ""
        if "right_wrong" in allowed and word:
            row["state"] = "right" if word == content.gaps[gap] else "wrong"
    if "answer" in allowed:
        row["right"] = to_text(content.words[content.gaps[gap]].text)
    return row
