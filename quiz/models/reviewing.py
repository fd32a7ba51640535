"""What may be seen of a question that has been answered: the same for a check in practice and for a review."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from quiz.banks.model import Question
from quiz.files.richtext import to_html
from quiz.models.bank import SourceLine, source_line
from quiz.questions.base import Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How an answer fared. What may not be seen is None or empty; HTML texts are sanitised.

    ``verdict`` is right, partly, wrong, unanswered or needs-grading; ``fraction`` what counts, penalties included.
    """

    reviewed: Mapping[str, Any]
    summary: str
    verdict: str | None
    fraction: float | None
    points: float | None
    max: float | None
    right_answer: str | None
    feedback: tuple[str, ...]
    explanation: str | None
    sources: tuple[SourceLine, ...]


@dataclass(frozen=True, slots=True)
class Marked:
    """What a slot earned: ``fraction`` None = needs grading. ``last`` is that of the last try, without penalties."""

    fraction: float | None
    points: float | None
    max: float
    last: float | None


def outcome_of(
    question: Question,
    header: Mapping[str, Any],
    response: Response,
    order: list[str],
    marked: Marked | None,
    points: float,
    allowed: frozenset[str],
) -> Outcome:
    """The outcome as far as ``allowed`` lets it out. ``header`` is that of the bank; ``marked`` None = not scored."""

    def show(field: str) -> bool:
        return field in allowed

    explain = show("explanation")
    return Outcome(
        reviewed=question.review(response, order, allowed),
        summary=question.kind.summarise(question.content, response),
        verdict=_verdict(marked.last, response) if marked and show("right_wrong") else None,
        fraction=marked.fraction if marked and show("marks") else None,
        points=marked.points if marked and show("marks") else None,
        max=points if show("max") else None,
        right_answer=question.kind.right_answer(question.content) if show("answer") else None,
        feedback=_feedback(question, response) if marked and show("feedback") else (),
        explanation=to_html(question.explanation) if question.explanation and explain else None,
        sources=tuple(source_line(one, header) for one in question.evidence) if explain else (),
    )


def _verdict(fraction: float | None, response: Response) -> str:
    if fraction is None:
        return "needs-grading"
    if response is None:
        return "unanswered"
    if round(Fraction(fraction), 9) >= 1:
        return "right"
    return "partly" if fraction > 0 else "wrong"


def _feedback(question: Question, response: Response) -> tuple[str, ...]:
    return tuple(to_html(text) for text in question.score(response).feedback)
