"""Scores responses that a program hands in, one JSON object each (contracts.md §2, ``quiz score``)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Final

from quiz.banks.model import Bank, Question
from quiz.errors import Invalid
from quiz.questions.base import Response, Score
from quiz.questions.rules.certainty import certainty_mark
from quiz.questions.rules.tries import adaptive, countback, interactive
from quiz.questions.validation import suggest

_FIELDS: Final = frozenset({"question", "response", "tries", "mode", "hints", "certainty", "variant"})


def score_line(bank: Bank, line: str | bytes, as_of: date) -> dict[str, Any]:
    """The score of one line, JSON-able; in its place ``error`` where the line cannot be scored.

    Variants of families are those of the date ``as_of``.
    """
    given: Any = None
    try:
        given = json.loads(line)
        return _scored(bank, _object(given), as_of)
    except Invalid as error:
        said = "; ".join(map(str, error.problems))
    except json.JSONDecodeError as error:
        said = f"the line is not JSON: {error.msg} at character {error.pos + 1}"
    except (ValueError, RecursionError) as error:  # bytes that are no text, digits or brackets without end
        said = f"the line is not JSON: {error}"
    return {"question": given.get("question") if isinstance(given, dict) else None, "error": said}


def _object(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise Invalid('the line is not an object such as {"question": "id", "response": "b"}')
    for name in given:
        if name not in _FIELDS:
            raise Invalid(f"unknown field '{name}'{suggest(name, _FIELDS)}")
    return given


def _question(bank: Bank, given: Mapping[str, Any], as_of: date) -> Question:
    name, variant = given.get("question"), given.get("variant")
    if not isinstance(name, str):
        raise Invalid("'question' is missing or not a text")
    found = bank.by_id.get(name.removeprefix(f"{bank.slug}/"))
    if found is None:
        raise Invalid(f"there is no question '{name}'{suggest(name, bank.by_id)}")
    if variant is not None and not isinstance(variant, str):
        raise Invalid("'variant' is no key, which is a text")
    if variant is None and not isinstance(found, Question):
        example = next(iter(found.variants(as_of)), None)
        raise Invalid(
            f"'{name}' is a family: 'variant' is missing" + (f", such as '{example}'" if example else "")
        )
    if variant is not None and not isinstance(found, Question) and variant not in found.variants(as_of):
        raise Invalid(
            f"'{name}' has no variant '{variant}' on {as_of}{suggest(variant, found.variants(as_of))}"
        )
    return found.variant(variant, as_of)


def _scored(bank: Bank, given: Mapping[str, Any], as_of: date) -> dict[str, Any]:
    question = _question(bank, given, as_of)
    if not question.kind.asks:
        raise Invalid(f"'{given['question']}' is a {question.type}: it is not scored")
    if "tries" in given:
        return _with_tries(question, given)
    for name in ("mode", "hints"):
        if name in given:
            raise Invalid(f"'{name}' goes with 'tries'")
    if "response" not in given:
        raise Invalid("'response' is missing (null stands for no answer)")
    response = given["response"]
    score = _score(question, response)
    out = _result(given["question"], question, response, score, score.fraction)
    if "certainty" in given:
        answered = question.answered(response)
        certainty, fraction = _certainty(given), score.fraction
        earned = None if fraction is None else certainty_mark(fraction, certainty, answered=answered)
        out["cbm"] = _double(earned)
    return out


def _score(question: Question, response: Response) -> Score:
    question.kind.check(question.content, response)
    return question.score(response)


def _result(
    name: str, question: Question, response: Response, score: Score, fraction: Fraction | None
) -> dict[str, Any]:
    earned = None if fraction is None else fraction * question.points
    return {
        "question": name,
        "fraction": _double(fraction),
        **({"needs_grading": True} if fraction is None else {}),
        "score": _double(earned),
        "max": float(question.points),
        "parts": {
            part: _double(value) if isinstance(value, Fraction) else value
            for part, value in score.parts.items()
        },
        "feedback": list(score.feedback),
        "answer": question.kind.right_answer(question.content),
        "response": question.kind.summarise(question.content, response),
    }


def _double(value: Fraction | None) -> float | None:
    """The nearest double."""
    return None if value is None else float(value)


def _certainty(given: Mapping[str, Any]) -> int:
    certainty = given["certainty"]
    if certainty is None:
        return 1
    if isinstance(certainty, bool) or certainty not in (1, 2, 3):
        raise Invalid("'certainty' is none of 1, 2, 3")
    return int(certainty)


@dataclass(frozen=True, slots=True)
class _Tries:
    """Several tries at one question."""

    responses: list[Response]
    mode: str
    hints: int


def _with_tries(question: Question, given: Mapping[str, Any]) -> dict[str, Any]:
    if question.kind.by_hand:
        raise Invalid("the question is marked by hand and has no tries: write 'response'")
    tries = _tries(given)
    scores = [_score(question, response) for response in tries.responses]
    fractions = [score.fraction or Fraction(0) for score in scores]
    if tries.mode == "adaptive":
        responses = [one if question.answered(one) else None for one in tries.responses]
        fraction = adaptive([*zip(responses, fractions, strict=True)], question.penalty)
    elif tries.mode == "countback":
        fraction = countback([question.tallied(score) for score in scores], question.penalty)
    else:
        fraction = interactive(fractions[-1], len(fractions) - 1 + tries.hints, question.penalty)
    out = _result(given["question"], question, tries.responses[-1], scores[-1], fraction)
    return {**out, "fraction_last": _double(fractions[-1])}


def _tries(given: Mapping[str, Any]) -> _Tries:
    """The tries of a line. Raises Invalid."""
    for name in ("response", "certainty"):
        if name in given:
            raise Invalid(f"'{name}' and 'tries' exclude each other")
    responses, mode, hints = given["tries"], given.get("mode", "interactive"), given.get("hints", 0)
    if not isinstance(responses, list) or not responses:
        raise Invalid("'tries' is not a list of responses")
    if mode not in ("interactive", "adaptive", "countback"):
        raise Invalid("'mode' is none of interactive, adaptive, countback")
    if not isinstance(hints, int) or isinstance(hints, bool) or hints < 0:
        raise Invalid("'hints' is not a whole number from 0")
    if hints and mode != "interactive":
        raise Invalid("'hints' goes with the mode interactive")
    return _Tries(responses, mode, hints)
