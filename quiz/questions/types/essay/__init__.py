"""Essay: a longer text, typed, which a person marks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field

from quiz.errors import Problem, Said
from quiz.files.richtext import Plain, to_html, to_html_once, to_text
from quiz.questions.answers import check_typed, typed_text
from quiz.questions.base import (
    Content,
    Example,
    Order,
    Parsed,
    QuestionType,
    Raw,
    Response,
    Score,
    Twins,
)
from quiz.questions.fields import Count, Exact, Text, Words, fault, worth

#: Characters that an essay may have: some ten pages.
LONGEST_ESSAY: Final = 20_000

#: Characters of scripts that put no spaces between words: each counts as one word. words.js counts the same.
_ONE_BY_ONE: Final = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


def count_words(text: str) -> int:
    """Words: what stands between spaces and holds a letter or figure; each Chinese or Japanese character is one."""
    parted = _ONE_BY_ONE.sub(" x ", text)
    return sum(any(map(str.isalnum, word)) for word in parted.split())


def _one_line(value: str) -> str:
    if "\n" in value.strip():
        raise fault("has several lines", "write it on one line")
    return value.strip()


class Length(Content):
    """How many words are asked for. Nothing is refused: the page says when there are fewer or more."""

    min: Count | None = None
    max: Count | None = None


class Level(Content):
    """How well a criterion can be met, and what that is worth."""

    points: Annotated[Exact, AfterValidator(worth)]
    text: Annotated[Words, AfterValidator(_one_line)]


class Criterion(Content):
    """What is looked at in marking."""

    criterion: Annotated[Words, AfterValidator(_one_line)]
    levels: Annotated[tuple[Level, ...], Field(min_length=2)]

    @property
    def most(self) -> Fraction:
        """The points of the best level."""
        return max(level.points for level in self.levels)


class Essay(Content):
    """``format`` rich: what is typed is Markdown. The rubric is for who marks; its points are scaled to the question's."""

    format: Literal["plain", "rich"] = "plain"
    words: Length | None = None
    rubric: tuple[Criterion, ...] = ()
    model_answer: Text | None = None

    def faults(self) -> Iterator[Problem]:
        """More words at least than at most, or a criterion that no level gives points."""
        if self.words and self.words.min and self.words.max and self.words.min > self.words.max:
            what = Said("%(min)s is more than max %(max)s", min=self.words.min, max=self.words.max)
            yield Problem("words.min", what, "swap them")
        for place, one in enumerate(self.rubric):
            if one.most == 0:
                yield Problem(f"rubric[{place}].levels", "no level gives points", "give the best level some")


class _Type(QuestionType[Essay]):
    name = "essay"
    content = Essay
    rules = ("manual",)
    by_hand = True

    def present(self, content: Essay, order: Order) -> Mapping[str, Any]:
        """``format``, and ``min`` and ``max`` words (None: as you like)."""
        words = content.words or Length()
        return {"format": content.format, "min": words.min, "max": words.max}

    def parse(self, content: Essay, raw: Raw, order: Order) -> Parsed:
        typed = typed_text(raw)
        if typed is None:
            return Parsed(None)
        if len(typed) > LONGEST_ESSAY:
            return Parsed(None, ("This is longer than 20,000 characters.",))
        return Parsed(typed, tuple(_complaints(content.words or Length(), count_words(typed))))

    def check(self, content: Essay, response: Response) -> None:
        check_typed(response, LONGEST_ESSAY)

    def score(self, content: Essay, response: Response, rule: str) -> Score:
        """None: a person decides. No answer needs nobody."""
        return Score(None if response and response.strip() else Fraction(0))

    def review(
        self, content: Essay, response: Response, order: Order, allowed: frozenset[str]
    ) -> Mapping[str, Any]:
        """``response`` as HTML and ``words``, how many it has (with *attempt*); ``answer``, the model answer as HTML
        (with *answer*).
        """
        told: dict[str, Any] = {}
        if "attempt" in allowed:
            text = response or ""
            told["response"] = to_html_once(text if content.format == "rich" else Plain(text))
            told["words"] = count_words(text)
        if "answer" in allowed:
            told["answer"] = to_html(content.model_answer or "")
        return told

    def summarise(self, content: Essay, response: Response) -> str:
        return " ".join((response or "").split())

    def right_answer(self, content: Essay) -> str:
        """The model answer; "" where there is none."""
        return to_text(content.model_answer or "")

    def random_guess(self, content: Essay, rule: str) -> Fraction | None:
        return None

    def examples(self) -> tuple[Example, ...]:
        goal = {
            "format": "rich",
            "words": {"min": 3, "max": 8},
            "rubric": [
                {
                    "criterion": "Uses the document",
                    "levels": [{"points": 0, "text": "not"}, {"points": 2, "text": "cites a proposal"}],
                },
            ],
            "model_answer": "It names **four** proposals.",
        }
        four = "It *names* four proposals."
        return (
            Example("by_hand", goal, {"answer": [four]}, four, None),
            Example("by_hand", goal, {"answer": ["Too short"]}, "Too short", None, complains=True),
            Example("by_hand", {}, {"answer": ["One\n\ntwo"]}, "One\n\ntwo", None),
            Example("empty", goal, {"answer": [" \n"]}, None, Fraction(0)),
            Example("malformed", goal, {"answer": ["x" * 20_001]}, None, Fraction(0), complains=True),
        )

    def twins(self) -> tuple[Twins, ...]:
        """Rubric and model answer are for who marks."""
        levels = [{"points": 0, "text": "MARK no"}, {"points": "1.5", "text": "MARK yes"}]
        asked = {"format": "plain", "words": {"min": 2}}
        judged = {"rubric": [{"criterion": "MARK style", "levels": levels}], "model_answer": "MARK so"}
        return (Twins((asked, {**asked, **judged})),)


def _complaints(asked: Length, count: int) -> Iterator[str]:
    if asked.min and count < asked.min:
        yield "This is shorter than asked for."
    if asked.max and count > asked.max:
        yield "This is longer than asked for."


TYPE = _Type()
