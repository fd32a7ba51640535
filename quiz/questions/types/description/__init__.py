"""Description: a text without a question. It has no answer and earns no mark."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from quiz.errors import Invalid
from quiz.questions.base import Content, Example, Order, Parsed, QuestionType, Raw, Response, Score


class Description(Content):
    """All that it says is its prompt."""


class _Type(QuestionType[Description]):
    name = "description"
    content = Description
    rules = ("none",)
    asks = False

    def present(self, content: Description, order: Order) -> Mapping[str, Any]:
        """Nothing to control."""
        return {}

    def parse(self, content: Description, raw: Raw, order: Order) -> Parsed:
        return Parsed(None)

    def check(self, content: Description, response: Response) -> None:
        if response is not None:
            raise Invalid("a description asks nothing: it takes no response but null")

    def score(self, content: Description, response: Response, rule: str) -> Score:
        """Nothing of nothing: its slot is worth 0 points, and gets no mark."""
        return Score(Fraction(0))

    def review(
        self, content: Description, response: Response, order: Order, allowed: frozenset[str]
    ) -> Mapping[str, Any]:
        """Nothing beside the prompt."""
        return {}

    def summarise(self, content: Description, response: Response) -> str:
        return ""

    def right_answer(self, content: Description) -> str:
        return ""

    def random_guess(self, content: Description, rule: str) -> Fraction | None:
        return None

    def examples(self) -> tuple[Example, ...]:
        return (
            Example("empty", {}, {}, None, Fraction(0)),
            Example("malformed", {}, {"answer": ["0"]}, None, Fraction(0)),
        )


TYPE = _Type()
