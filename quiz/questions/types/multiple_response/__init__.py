"""Multiple response: every right option out of several."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from fractions import Fraction
from itertools import combinations
from typing import Any

from quiz.errors import Invalid, Problem, Said
from quiz.files.richtext import to_inline_html, to_text
from quiz.questions.base import Choice, Example, Order, Parsed, QuestionType, Raw, Response, Score, Tally
from quiz.questions.fields import Count
from quiz.questions.options import Option, Options, choices_of, known, positions, reviewed, shown_order

#: A random guess is worked out over all sets of ticks, so for no more options than this.
MOST_GUESSED = 12


class MultipleResponse(Options):
    """Options of which any number may be right; ``choose`` tells the student how many are."""

    choose: Count | None = None

    @property
    def key(self) -> frozenset[str]:
        """The ids of the right options."""
        return frozenset(option.id for option in self.options if option.right)

    def faults(self) -> Iterator[Problem]:
        """No right option, or another number of them than the student is told."""
        yield from super().faults()
        if not self.key:
            yield Problem("options", "no option is marked as right", "add correct: true to each right one")
        elif self.choose is not None and self.choose != len(self.key):
            what = Said(
                "tells the student %(choose)s, but %(count)s options are right",
                choose=self.choose,
                count=len(self.key),
            )
            yield Problem("choose", what, "write the number of right options, or leave it out")


class _Type(QuestionType[MultipleResponse]):
    name = "multiple_response"
    content = MultipleResponse
    rules = ("sum_of_credits", "all_or_nothing", "right_minus_wrong")
    fits_gap = True
    several_answers = True

    def shuffled(self, content: MultipleResponse) -> tuple[str, ...]:
        return content.ids

    def present(self, content: MultipleResponse, order: Order) -> Mapping[str, Any]:
        """``options``: HTML by shown position; ``choose``: how many, where the author tells it, else None."""
        shown = (content.option(name) for name in shown_order(content, order))
        return {"options": [to_inline_html(option.text) for option in shown], "choose": content.choose}

    def parse(self, content: MultipleResponse, raw: Raw, order: Order) -> Parsed:
        values = [value for value in raw.get("answer", ()) if value != ""]
        found, whole = positions(values, len(content.options))
        if not whole:
            return Parsed(None, ("This is not one of the options.",))
        shown = shown_order(content, order)
        ticked = {shown[place] for place in found}
        response = [name for name in content.ids if name in ticked] or None
        return Parsed(response, _too_many(content, ticked))

    def check(self, content: MultipleResponse, response: Response) -> None:
        if response is None:
            return
        if not isinstance(response, list | tuple):
            raise Invalid("the response is not a list of option ids")
        for name in response:
            known(content, name)

    def score(self, content: MultipleResponse, response: Response, rule: str) -> Score:
        """``parts``: what each ticked option adds by itself, or takes off; where all count together, as by the default rule."""
        ticked = frozenset(response or ())
        if not ticked:
            return Score(Fraction(0))
        chosen = [option for option in content.options if option.id in ticked]
        parts = {option.id: _worth(content, option, rule) for option in chosen}
        feedback = tuple(option.feedback for option in chosen if option.feedback)
        return Score(_fraction(content, ticked, rule), parts, feedback)

    def tallied(self, content: MultipleResponse, score: Score, rule: str) -> Mapping[str, Tally]:
        """The ticked options: a wrong one takes its share off."""
        if rule == "all_or_nothing":
            return super().tallied(content, score, rule)
        return {
            name: Tally(abs(worth), Fraction(1 if content.option(name).right else -1))
            for name, worth in score.parts.items()
        }

    def review(
        self, content: MultipleResponse, response: Response, order: Order, allowed: frozenset[str]
    ) -> Mapping[str, Any]:
        """``options``: see ``quiz.questions.options.reviewed``."""
        return {"options": reviewed(content, response or (), order, allowed, _right)}

    def summarise(self, content: MultipleResponse, response: Response) -> str:
        return _listed(option for option in content.options if option.id in (response or ()))

    def right_answer(self, content: MultipleResponse) -> str:
        return _listed(option for option in content.options if option.right)

    def choices(self, content: MultipleResponse) -> tuple[Choice, ...]:
        return choices_of(content, _right)

    def chosen(self, content: MultipleResponse, response: Response) -> frozenset[str]:
        return frozenset(response or ())

    def random_guess(self, content: MultipleResponse, rule: str) -> Fraction | None:
        """Over all sets of ticks, or over all of the size that the student is told; None for very many options."""
        if len(content.options) > MOST_GUESSED:
            return None
        sizes = [content.choose] if content.choose else range(len(content.options) + 1)
        guesses = [frozenset(guess) for size in sizes for guess in combinations(content.ids, size)]
        return sum((_fraction(content, guess, rule) for guess in guesses), Fraction(0)) / len(guesses)

    def examples(self) -> tuple[Example, ...]:
        plain = {
            "options": [
                {"text": "equality", "correct": True},
                "defence",
                {"text": "trust", "correct": True},
                "war",
                "veto",
            ]
        }
        credits = {
            "options": [
                {"text": "A", "credit": "1/3"},
                {"text": "B", "credit": "0.66667"},
                {"text": "C", "credit": -1},
            ]
        }
        both, half = {"answer": ["0", "2"]}, {"answer": ["0"]}
        return (
            Example("right", plain, both, ["a", "c"], Fraction(1)),
            Example("partly", plain, half, ["a"], Fraction(1, 2)),
            Example("partly", plain, {"answer": ["0", "2", "1"]}, ["a", "b", "c"], Fraction(2, 3)),
            Example("wrong", plain, {"answer": ["1"]}, ["b"], Fraction(0)),
            Example("empty", plain, {"answered": ["1"]}, None, Fraction(0)),
            Example("malformed", plain, {"answer": ["0", "x"]}, None, Fraction(0), complains=True),
            Example("right", plain, both, ["a", "c"], Fraction(1), "all_or_nothing"),
            Example("wrong", plain, half, ["a"], Fraction(0), "all_or_nothing"),
            Example(
                "partly",
                plain,
                {"answer": ["0", "2", "3"]},
                ["a", "c", "d"],
                Fraction(1, 2),
                "right_minus_wrong",
            ),
            Example("right", credits, {"answer": ["0", "1"]}, ["a", "b"], Fraction(1)),
            Example("partly", credits, {"answer": ["1"]}, ["b"], Fraction(2, 3)),
            Example("wrong", credits, {"answer": ["0", "2"]}, ["a", "c"], Fraction(0)),
            Example(
                "malformed",
                {**plain, "choose": 2},
                {"answer": ["0", "1", "2"]},
                ["a", "b", "c"],
                Fraction(2, 3),
                complains=True,
            ),
        )


def _right(option: Option) -> Fraction:
    return Fraction(option.right)


def _worth(content: MultipleResponse, option: Option, rule: str = "sum_of_credits") -> Fraction:
    """1/(number right) for a right option; for a wrong one −1/(number wrong), or −1/(number right) where right and wrong
    weigh the same. An authored credit counts but there.
    """
    right = len(content.key)
    weighs_same = rule == "right_minus_wrong"
    if option.credit is not None and not weighs_same:
        return option.credit
    if option.right:
        return Fraction(1, right)
    return Fraction(-1, right if weighs_same else len(content.options) - right)


def _fraction(content: MultipleResponse, ticked: Collection[str], rule: str) -> Fraction:
    key = content.key
    if rule == "all_or_nothing":
        return Fraction(ticked == key)
    if rule == "right_minus_wrong":
        right = len(key.intersection(ticked))
        return max(Fraction(0), Fraction(right - (len(ticked) - right), len(key)))
    total = sum((_worth(content, option) for option in content.options if option.id in ticked), Fraction(0))
    return min(Fraction(1), max(Fraction(0), total))


def _too_many(content: MultipleResponse, ticked: Collection[str]) -> tuple[str, ...]:
    if content.choose is None or len(ticked) <= content.choose:
        return ()
    return ("You have chosen more options than the question asks for.",)


def _listed(options: Iterator[Option]) -> str:
    return "; ".join(to_text(option.text) for option in options)


TYPE = _Type()
