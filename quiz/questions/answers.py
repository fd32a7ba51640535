"""What the types with a text field share: accepted answers, reading the field, and what a review shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator

from quiz.errors import Invalid, Problem, Said
from quiz.files.richtext import to_html
from quiz.questions.base import Part, Raw, Response, state_of
from quiz.questions.fields import Share, Text, between

#: Characters that a typed answer may have.
LONGEST_TYPED = 10_000

Credit: TypeAlias = Annotated[
    Share, AfterValidator(between(-1, 1, "a share of the mark: write 0.5 for 50 %"))
]


class Answer(Part):
    """One accepted answer: what giving it is worth, and what to say to it."""

    credit: Credit = Fraction(1)
    feedback: Text | None = None


def full_mark_faults(answers: Sequence[Answer]) -> Iterator[Problem]:
    """No answer that gives the full mark."""
    if not any(answer.credit == 1 for answer in answers):
        yield Problem(
            "answers", "no answer gives the full mark", "leave out the credit of the right answer, or write 1"
        )


def typed_text(raw: Raw) -> str | None:
    """The text as typed; None where there is only white space."""
    typed = next(iter(raw.get("answer", ())), "")
    return typed if typed.strip() else None


def check_typed(response: Response, longest: int = LONGEST_TYPED) -> None:
    """Raises Invalid where a program's response is no text, or one that is too long."""
    if response is None:
        return
    if not isinstance(response, str):
        raise Invalid("the response is not a text (write numbers in quotes, as typed)")
    if len(response) > longest:
        raise Invalid(Said("the response is longer than %(most)s characters", most=longest))


def reviewed_text(
    response: str | None, found: Answer | None, fraction: Fraction, right_answer: str, allowed: frozenset[str]
) -> dict[str, Any]:
    """What may be told of a typed answer; ``found`` is the accepted answer that it matched.

    ``response`` (with *attempt*), ``state`` (with *attempt* and *right_wrong*), ``answer`` (with *answer*),
    ``feedback`` as HTML (with *attempt* and *feedback*).
    """
    told: dict[str, Any] = {}
    if "answer" in allowed:
        told["answer"] = right_answer
    if "attempt" not in allowed:
        return told
    told["response"] = response or ""
    if "right_wrong" in allowed and response is not None:
        told["state"] = state_of(fraction)
    if "feedback" in allowed and found is not None and found.feedback:
        told["feedback"] = to_html(found.feedback)
    return told
