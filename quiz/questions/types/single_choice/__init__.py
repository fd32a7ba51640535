"""Single choice: one option out of several."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from quiz.errors import Problem
from quiz.files.richtext import to_inline_html, to_text
from quiz.questions.base import Choice, Example, Order, Parsed, QuestionType, Raw, Response, Score
from quiz.questions.options import Option, Options, choices_of, known, positions, reviewed, shown_order


class SingleChoice(Options):
    """Options of which one is chosen."""

    def faults(self) -> Iterator[Problem]:
        """No key, two keys, or no option that gives the full mark."""
        yield from super().faults()
        if self.credited:
            if not any(option.credit == 1 for option in self.options):
                yield Problem("options", "no option has credit 1", "give the key credit: 1")
            return
        keys = [place for place, option in enumerate(self.options) if option.correct]
        if not keys:
            yield Problem("options", "no option is marked as the key", "add correct: true to the right one")
        for place in keys[1:]:
            mend = "keep one correct: true, or use type: multiple_response"
            yield Problem(f"options[{place}].correct", "a second option is marked as the key", mend)


class _Type(QuestionType[SingleChoice]):
    name = "single_choice"
    content = SingleChoice
    rules = ("credit",)
    fits_gap = True

    def shuffled(self, content: SingleChoice) -> tuple[str, ...]:
        return content.ids

    def present(self, content: SingleChoice, order: Order) -> Mapping[str, Any]:
        """By shown position: ``options``, HTML, and ``texts``, the same without markup (for a gap's list)."""
        shown = [content.option(name).text for name in shown_order(content, order)]
        return {"options": [*map(to_inline_html, shown)], "texts": [*map(to_text, shown)]}

    def parse(self, content: SingleChoice, raw: Raw, order: Order) -> Parsed:
        values = [value for value in raw.get("answer", ()) if value != ""]
        if not values:
            return Parsed(None)
        found, whole = positions(values, len(content.options))
        if not whole or len(found) > 1:
            return Parsed(None, ("This is not one of the options. Choose one.",))
        return Parsed(shown_order(content, order)[found[0]])

    def check(self, content: SingleChoice, response: Response) -> None:
        if response is not None:
            known(content, response)

    def score(self, content: SingleChoice, response: Response, rule: str) -> Score:
        if response is None:
            return Score(Fraction(0))
        option = content.option(response)
        return Score(option.worth, {}, (option.feedback,) if option.feedback else ())

    def review(
        self, content: SingleChoice, response: Response, order: Order, allowed: frozenset[str]
    ) -> Mapping[str, Any]:
        """``options``: see ``quiz.questions.options.reviewed``."""
        return {"options": reviewed(content, () if response is None else (response,), order, allowed, _worth)}

    def summarise(self, content: SingleChoice, response: Response) -> str:
        return "" if response is None else to_text(content.option(response).text)

    def right_answer(self, content: SingleChoice) -> str:
        return " / ".join(self.right_answers(content))

    def right_answers(self, content: SingleChoice) -> tuple[str, ...]:
        return tuple(to_text(option.text) for option in content.options if option.worth == 1)

    def choices(self, content: SingleChoice) -> tuple[Choice, ...]:
        return choices_of(content, _worth)

    def chosen(self, content: SingleChoice, response: Response) -> frozenset[str]:
        return frozenset() if response is None else frozenset((response,))

    def random_guess(self, content: SingleChoice, rule: str) -> Fraction | None:
        return sum((option.worth for option in content.options), Fraction(0)) / len(content.options)

    def examples(self) -> tuple[Example, ...]:
        plain = {
            "options": [
                {"text": "1996"},
                {"text": "2001", "correct": True, "feedback": "On 15 June 2001."},
                "2002",
            ]
        }
        credits = {
            "options": [
                {"text": "A", "credit": 1},
                {"text": "B", "credit": "1/3"},
                {"text": "C", "credit": "-1/4"},
            ]
        }
        return (
            Example("right", plain, {"answer": ["1"]}, "b", Fraction(1)),
            Example("wrong", plain, {"answer": ["2"]}, "c", Fraction(0)),
            Example("empty", plain, {}, None, Fraction(0)),
            Example("malformed", plain, {"answer": ["7"]}, None, Fraction(0), complains=True),
            Example("malformed", plain, {"answer": ["0", "1"]}, None, Fraction(0), complains=True),
            Example("partly", credits, {"answer": ["1"]}, "b", Fraction(1, 3)),
            Example("wrong", credits, {"answer": ["2"]}, "c", Fraction(-1, 4)),
        )


def _worth(option: Option) -> Fraction:
    return option.worth


TYPE = _Type()
