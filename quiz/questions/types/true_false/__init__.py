"""True or false: a statement to be judged."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from quiz.errors import Invalid
from quiz.files.richtext import to_html
from quiz.questions.base import (
    Choice,
    Content,
    Example,
    Order,
    Parsed,
    QuestionType,
    Raw,
    Response,
    Score,
    state_of,
)
from quiz.questions.fields import Text, Truth

_FIELD: Final = {"0": True, "1": False}


class TrueFalse(Content):
    """Whether the prompt is true, and what to say to either answer."""

    answer: Truth
    feedback_true: Text | None = None
    feedback_false: Text | None = None

    def feedback_to(self, response: bool) -> str | None:
        """The author's words to this answer."""
        return self.feedback_true if response else self.feedback_false


class _Type(QuestionType[TrueFalse]):
    name = "true_false"
    content = TrueFalse
    rules = ("credit",)
    fits_gap = True

    def present(self, content: TrueFalse, order: Order) -> Mapping[str, Any]:
        """Nothing: the two answers are always True (position 0) and False (position 1)."""
        return {}

    def parse(self, content: TrueFalse, raw: Raw, order: Order) -> Parsed:
        values = [value for value in raw.get("answer", ()) if value != ""]
        if not values:
            return Parsed(None)
        if len(values) > 1 or values[0] not in _FIELD:
            return Parsed(None, ("This is not one of the options. Choose one.",))
        return Parsed(_FIELD[values[0]])

    def check(self, content: TrueFalse, response: Response) -> None:
        if response is not None and not isinstance(response, bool):
            raise Invalid("the response is neither true nor false")

    def score(self, content: TrueFalse, response: Response, rule: str) -> Score:
        if response is None:
            return Score(Fraction(0))
        feedback = content.feedback_to(response)
        return Score(Fraction(response == content.answer), {}, (feedback,) if feedback else ())

    def review(
        self, content: TrueFalse, response: Response, order: Order, allowed: frozenset[str]
    ) -> Mapping[str, Any]:
        """``options``: True, then False, with the fields of ``quiz.questions.options.reviewed`` but the text."""
        return {"options": [_reviewed(content, value, response is value, allowed) for value in (True, False)]}

    def summarise(self, content: TrueFalse, response: Response) -> str:
        return "" if response is None else str(response)

    def right_answer(self, content: TrueFalse) -> str:
        return str(content.answer)

    def choices(self, content: TrueFalse) -> tuple[Choice, ...]:
        return tuple(Choice(_id(value), str(value), value == content.answer) for value in (True, False))

    def chosen(self, content: TrueFalse, response: Response) -> frozenset[str]:
        return frozenset() if response is None else frozenset((_id(response),))

    def random_guess(self, content: TrueFalse, rule: str) -> Fraction | None:
        return Fraction(1, 2)

    def examples(self) -> tuple[Example, ...]:
        false = {"answer": False, "feedback_true": "There were five.", "feedback_false": "Right, five."}
        return (
            Example("right", false, {"answer": ["1"]}, False, Fraction(1)),
            Example("wrong", false, {"answer": ["0"]}, True, Fraction(0)),
            Example("right", {"answer": True}, {"answer": ["0"]}, True, Fraction(1)),
            Example("empty", false, {"answered": ["1"]}, None, Fraction(0)),
            Example("malformed", false, {"answer": ["true"]}, None, Fraction(0), complains=True),
        )


def _id(value: bool) -> str:
    return "true" if value else "false"


def _reviewed(content: TrueFalse, value: bool, chosen: bool, allowed: frozenset[str]) -> Mapping[str, Any]:
    chosen = chosen and "attempt" in allowed
    row: dict[str, Any] = {}
    if "attempt" in allowed:
        row["chosen"] = chosen
    if chosen and "right_wrong" in allowed:
        row["state"] = state_of(Fraction(value == content.answer))
    if "answer" in allowed:
        row["right"] = value == content.answer
    feedback = content.feedback_to(value)
    if feedback and "feedback" in allowed and (chosen or "answer" in allowed):
        row["feedback"] = to_html(feedback)
    return row


TYPE = _Type()
