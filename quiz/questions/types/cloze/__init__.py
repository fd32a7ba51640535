"""Cloze: a text with gaps, each a small question of another type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from math import prod
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, PrivateAttr

from quiz.errors import Invalid, Problem, Said
from quiz.files.richtext import to_html, to_html_around
from quiz.questions.base import (
    Content,
    Example,
    Order,
    Parsed,
    PartComplaint,
    QuestionType,
    Raw,
    Response,
    Score,
    Tally,
    state_of,
)
from quiz.questions.fields import Id, Words
from quiz.questions.parts import MARK, MOST_PARTS, part_values
from quiz.questions.types.cloze.gaps import Gap, numbered
from quiz.questions.types.cloze.swaps import Placed, placed, right_words, swap_faults

_AT_LEAST_ZERO: Final = "weighted_gaps_at_least_zero"


class Cloze(Content):
    """A text in which ``[[id]]`` marks the gaps. Answers of ``interchangeable`` gaps may be swapped."""

    text: Words
    gaps: Annotated[
        dict[Id, Gap],
        Field(min_length=1, max_length=MOST_PARTS),
        BeforeValidator(numbered, json_schema_input_type=dict[Id, Gap] | list[Gap]),
    ]
    interchangeable: tuple[tuple[Id, ...], ...] = ()
    #: The order of the authored text, where this is a translation.
    _order: tuple[str, ...] = PrivateAttr(())

    @cached_property
    def shown(self) -> Mapping[str, Gap]:
        """The gaps in the order of the authored text, which is that of the page."""
        return {name: self.gaps[name] for name in self._order or MARK.findall(self.text)}

    def beside(self, languages: Sequence[Cloze]) -> Cloze:
        """The same, gap by gap; in a translation the gaps keep the numbers that they have in the authored text."""
        gaps = {
            name: gap.beside([language.gaps[name] for language in languages])
            for name, gap in self.gaps.items()
        }
        made = Cloze(text=self.text, gaps=gaps, interchangeable=self.interchangeable)
        made._order = tuple(MARK.findall(languages[0].text))
        return made

    def faults(self) -> Iterator[Problem]:
        """Marks without a gap, gaps without a mark, faults of the gaps and of what is interchangeable."""
        marks = MARK.findall(self.text)
        for name in dict.fromkeys(marks):
            if name not in self.gaps:
                what = Said("there is no gap '%(name)s'", name=name)
                yield Problem("text", what, "describe it under gaps, or take the mark out")
            elif marks.count(name) > 1:
                yield Problem(
                    "text",
                    Said("the gap '%(name)s' is marked twice", name=name),
                    "give each mark its own gap",
                )
        for name, gap in self.gaps.items():
            if name not in marks:
                mend = Said("write [[%(name)s]] where it stands", name=name)
                yield Problem(f"gaps.{name}", "is not marked in the text", mend)
            for problem in gap.faults():
                yield Problem(f"gaps.{name}.{problem.where}".rstrip("."), problem.what, problem.mend)
        yield from swap_faults(self.gaps, self.interchangeable)

    def pieces(self) -> Iterator[tuple[str, str | None]]:
        """The text as HTML, and after each piece the gap that follows; None at the end.

        A gap whose mark stands where no control can (the title of a link) follows the text.
        """
        cut = to_html_around(self.text, MARK)
        gaps = [*cut[1::2]]
        gaps += [name for name in self.shown if name not in gaps]
        yield from zip([*cut[::2], *("" for _ in gaps)], [*gaps, None], strict=False)


class _Type(QuestionType[Cloze]):
    name = "cloze"
    content = Cloze
    rules = ("weighted_gaps", "all_or_nothing", _AT_LEAST_ZERO)

    def shuffled(self, content: Cloze) -> tuple[str, ...]:
        """The options of all gaps that have some, as ``gap:option``."""
        return tuple(
            f"{name}:{option}"
            for name, gap in content.shown.items()
            for option in gap.kind.shuffled(gap.content)
        )

    def shape(self, content: Cloze) -> Any:
        """The gaps in the order of the text, each with its type and the shape of that."""
        return [(name, gap.type, gap.kind.shape(gap.content)) for name, gap in content.shown.items()]

    def beside(self, content: Cloze, languages: Sequence[Cloze]) -> Cloze:
        return content.beside(languages)

    def present(self, content: Cloze, order: Order) -> Mapping[str, Any]:
        """``text``: pieces of ``html`` and the number (from 0) of the ``gap`` after it, None after the last; ``gaps``:
        ``type`` and its own ``controls``, by shown position, which is that in the text.
        """
        return {
            "text": _text(content),
            "gaps": [
                {"type": gap.type, "controls": gap.kind.present(gap.content, _options(order, name))}
                for name, gap in content.shown.items()
            ],
        }

    def parse(self, content: Cloze, raw: Raw, order: Order) -> Parsed:
        """Each gap by its own type, as if its field were ``answer``."""
        read = {
            name: gap.kind.parse(gap.content, {"answer": part_values(raw, place)}, _options(order, name))
            for place, (name, gap) in enumerate(content.shown.items())
        }
        complaints = (
            PartComplaint(complaint, number)
            for number, parsed in enumerate(read.values(), 1)
            for complaint in parsed.complaints
        )
        response = {name: parsed.response for name, parsed in read.items() if parsed.response is not None}
        read_as = _numbered(map(_otherwise, read.values()))
        return Parsed(response or None, tuple(complaints), read_as)

    def check(self, content: Cloze, response: Response) -> None:
        if response is None:
            return
        if not isinstance(response, Mapping):
            raise Invalid("the response is not an object: gap id → response")
        for name, given in response.items():
            if name not in content.gaps:
                raise Invalid(Said("there is no gap '%(name)s'", name=name))
            gap = content.gaps[name]
            try:
                gap.kind.check(gap.content, given)
            except Invalid as error:
                raise Invalid([Problem(f"gap '{name}'", found.what) for found in error.problems]) from None

    def score(self, content: Cloze, response: Response, rule: str) -> Score:
        """``parts``: the fraction of each gap; where answers were swapped, what the answer typed there is worth."""
        scores = {name: answer.score for name, answer in _placed(content, response).items()}
        parts = {name: score.fraction or Fraction(0) for name, score in scores.items()}
        feedback = tuple(text for score in scores.values() for text in score.feedback)
        if rule == "all_or_nothing":
            return Score(Fraction(all(part >= 1 for part in parts.values())), parts, feedback)
        total = sum((content.gaps[name].weight * part for name, part in parts.items()), Fraction(0))
        mean = total / sum(gap.weight for gap in content.gaps.values())
        return Score(max(mean, Fraction(0)) if rule == _AT_LEAST_ZERO else mean, parts, feedback)

    def tallied(self, content: Cloze, score: Score, rule: str) -> Mapping[str, Tally]:
        """The gaps."""
        if rule == "all_or_nothing":
            return super().tallied(content, score, rule)
        whole = sum(gap.weight for gap in content.gaps.values())
        return {
            name: Tally(content.gaps[name].weight / whole, fraction) for name, fraction in score.parts.items()
        }

    def review(
        self, content: Cloze, response: Response, order: Order, allowed: frozenset[str]
    ) -> Mapping[str, Any]:
        """``text`` as in ``present``; ``gaps``, by shown position: ``response`` as plain text, "" for none (with
        *attempt*), ``state`` of a response (with *right_wrong* too), ``right``, the right answer as plain text (with
        *answer*), ``feedback`` as HTML (with *attempt* and *feedback*).
        """
        given = response if "attempt" in allowed else None
        answers = _placed(content, given)
        right = right_words(content.shown, content.interchangeable, answers)
        return {
            "text": _text(content),
            "gaps": [
                _reviewed(gap, (given or {}).get(name), answers[name].score, right[name], allowed)
                for name, gap in content.shown.items()
            ],
        }

    def summarise(self, content: Cloze, response: Response) -> str:
        given = response or {}
        return _numbered(
            gap.kind.summarise(gap.content, given.get(name)) for name, gap in content.shown.items()
        )

    def right_answer(self, content: Cloze) -> str:
        right = right_words(content.shown, content.interchangeable, _placed(content, None))
        return _numbered(right[name] for name in content.shown)

    def random_guess(self, content: Cloze, rule: str) -> Fraction | None:
        """Of a guesser who gets nothing where something is to be typed; None where that is so everywhere. Of gaps that
        take points off together it is what they are worth at least.
        """
        guesses = {name: gap.kind.random_guess(gap.content, gap.rule) for name, gap in content.gaps.items()}
        if not any(guess is not None for guess in guesses.values()):
            return None
        if rule == "all_or_nothing":
            return prod((guess or Fraction(0) for guess in guesses.values()), start=Fraction(1))
        total = sum(
            (content.gaps[name].weight * (guess or 0) for name, guess in guesses.items()), Fraction(0)
        )
        mean = total / sum(gap.weight for gap in content.gaps.values())
        return max(mean, Fraction(0)) if rule == _AT_LEAST_ZERO else mean

    def examples(self) -> tuple[Example, ...]:
        city = {
            "type": "single_choice",
            "options": [
                {"text": "St Petersburg", "correct": True},
                {"text": "Shanghai", "feedback": "The declaration of 2001 was signed there."},
                "Moscow",
            ],
        }
        languages = {"type": "short_text", "answers": ["Russian", "Chinese"]}
        charter = {
            "text": "Signed in [[1]] in [[year]]. Languages: [[3]], [[4]].",
            "gaps": {
                "1": city,
                "year": {"type": "numerical", "answers": [2002], "weight": 2},
                "3": languages,
                "4": languages,
            },
            "interchangeable": [["3", "4"]],
        }
        members = {
            "type": "multiple_response",
            "options": [{"text": "India", "correct": True}, "Nepal", {"text": "Iran", "correct": True}],
        }
        both = {
            "text": "Joined later: [[1]], in [[2]].",
            "gaps": {"1": members, "2": {"type": "numerical", "answers": [2017]}},
        }
        ticked = {"answered": ["1"], "answer-0": ["0", "2"], "answer-1": ["2017"]}
        seat = {
            "type": "single_choice",
            "options": [{"text": "Beijing", "credit": 1}, {"text": "Astana", "credit": -1}],
        }
        seats = {"text": "The seat: [[1]] or [[2]].", "gaps": {"1": {**seat, "weight": 2}, "2": seat}}
        one, none = {"1": "a", "2": "b"}, {"1": "b", "2": "a"}
        whole = {"1": "a", "year": "2002", "3": "Chinese", "4": "russian"}
        same = {**whole, "4": "chinese"}
        return (
            Example("right", charter, _typed("0", "2002", "Chinese", "russian"), whole, Fraction(1)),
            Example("partly", charter, _typed("0", "2002", "Chinese", "chinese"), same, Fraction(4, 5)),
            Example("partly", charter, _typed("1", "2002", "", ""), {"1": "b", "year": "2002"}, Fraction(2, 5)),
            Example("wrong", charter, _typed("2", "", "", "Uzbek"), {"1": "c", "4": "Uzbek"}, Fraction(0)),
            Example("empty", charter, _typed("", " ", "", ""), None, Fraction(0)),
            Example("malformed", charter, _typed("7", "year", "", ""), {"year": "year"}, Fraction(0), complains=True),
            Example("right", both, ticked, {"1": ["a", "c"], "2": "2017"}, Fraction(1)),
            Example("partly", both, {**ticked, "answer-0": ["2", "1"]}, {"1": ["b", "c"], "2": "2017"}, Fraction(1, 2)),
            Example("right", charter, _typed("0", "2002", "Russian", "Chinese"), {**whole, "3": "Russian", "4": "Chinese"}, Fraction(1), "all_or_nothing"),
            Example("wrong", charter, _typed("0", "2002", "Chinese", "chinese"), same, Fraction(0), "all_or_nothing"),
            Example("wrong", seats, _typed("1", "0"), none, Fraction(-1, 3)),
            Example("partly", seats, _typed("0", "1"), one, Fraction(1, 3), _AT_LEAST_ZERO),
            Example("wrong", seats, _typed("1", "0"), none, Fraction(0), _AT_LEAST_ZERO),
        )  # fmt: skip


def _typed(*values: str) -> Raw:
    """The fields of a page whose gaps hold these values, by shown position."""
    return {"answered": ["1"], **{f"answer-{place}": [value] for place, value in enumerate(values)}}


def _text(content: Cloze) -> list[Mapping[str, Any]]:
    places = {name: place for place, name in enumerate(content.shown)}
    return [{"html": html, "gap": places.get(name or "")} for html, name in content.pieces()]


def _options(order: Order, name: str) -> Order:
    """The part of a stored order that belongs to one gap; empty where nothing is stored."""
    return [option.removeprefix(f"{name}:") for option in order if option.startswith(f"{name}:")]


def _numbered(words: Iterable[str]) -> str:
    """What the gaps say, each after its number; those that say nothing are left out."""
    return "; ".join(f"{number}: {said}" for number, said in enumerate(words, 1) if said)


def _otherwise(parsed: Parsed) -> str:
    """What was understood, where it is not what was typed."""
    return "" if parsed.read_as == str(parsed.response).strip() else parsed.read_as


def _placed(content: Cloze, response: Response) -> Mapping[str, Placed]:
    return placed(content.shown, content.interchangeable, response or {})


def _reviewed(
    gap: Gap, response: Response, score: Score, right: str, allowed: frozenset[str]
) -> Mapping[str, Any]:
    row: dict[str, Any] = {}
    if "attempt" in allowed:
        row["response"] = gap.kind.summarise(gap.content, response)
        if "right_wrong" in allowed and response is not None:
            row["state"] = state_of(score.fraction or Fraction(0))
        if "feedback" in allowed and score.feedback:
            row["feedback"] = "".join(map(to_html, score.feedback))
    if "answer" in allowed:
        row["right"] = right
    return row


TYPE = _Type()
