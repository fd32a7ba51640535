"""Several tries at one question: what they earn together, and how many are left (scoring.md, "Tries").

A pure function of everything that was done at the slot, so that it can be recomputed from the stored answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from quiz.banks.model import Question
from quiz.questions.base import Response, Score, Tally
from quiz.questions.rules.tries import adaptive, countback, interactive

#: Rules by which tries are used up, by hints too.
USED_UP = ("interactive", "countback")
#: Tries of a question without hints, where they are used up; one that has hints gets one more than it has.
TRIES_WITHOUT_HINTS = 3


@dataclass(frozen=True, slots=True)
class Act:
    """A check of a response, or the taking of a hint (whose response is None)."""

    kind: str
    response: Response = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a question stands after some acts.

    ``fraction`` is what counts (None: needs grading, or no try yet), ``last`` the last try's own. ``left`` None means
    without end. ``closed``: no further try, so its key may be shown.
    """

    fraction: Fraction | None
    last: Fraction | None
    tries: int
    hints: int
    left: int | None
    closed: bool


def allowed_tries(question: Question, rule: str) -> int | None:
    """How many tries the rule gives; None = as many as wanted."""
    rule = _applied(question, rule)
    if rule == "adaptive":
        return None
    if rule == "one":
        return 1
    return len(question.hints) + 1 if question.hints else TRIES_WITHOUT_HINTS


def _applied(question: Question, rule: str) -> str:
    """Where a person judges there is one try: nobody can say at once whether to try again."""
    return "one" if question.kind.by_hand else rule


def may_take_hint(question: Question, stands: Standing, rule: str) -> bool:
    """Whether there is a further hint, and a try is left after it: a hint that costs one never takes the last."""
    costs = _applied(question, rule) in USED_UP
    return stands.hints < len(question.hints) and not (costs and stands.left == 1)


def standing(question: Question, acts: Sequence[Act], rule: str) -> Standing:
    """Where the question stands. A check without an answer is no try; a hint counts as one where they are used up."""
    rule = _applied(question, rule)
    done = [
        _Done(act.response, None if act.kind == "hint" else question.score(act.response))
        for act in acts
        if act.kind == "hint" or act.response is not None
    ]
    scores = [one.score for one in done if one.score is not None]
    last = scores[-1].fraction if scores else None
    most = allowed_tries(question, rule)
    left = None if most is None else max(0, most - (len(done) if rule in USED_UP else len(scores)))
    return Standing(
        fraction=None if last is None else _EARNED[rule](question, done),
        last=last,
        tries=len(scores),
        hints=len(done) - len(scores),
        left=left,
        closed=bool(scores) and (last == 1 or left == 0),
    )


class _Done(NamedTuple):
    """A try with its score, or a hint, which has none."""

    response: Response
    score: Score | None


def _fractions(done: Sequence[_Done]) -> list[Fraction]:
    return [one.score.fraction or Fraction(0) for one in done if one.score is not None]


def _last(_question: Question, done: Sequence[_Done]) -> Fraction:
    return _fractions(done)[-1]


def _interactive(question: Question, done: Sequence[_Done]) -> Fraction:
    return interactive(_fractions(done)[-1], len(done) - 1, question.penalty)


def _adaptive(question: Question, done: Sequence[_Done]) -> Fraction:
    responses = [one.response for one in done if one.score is not None]
    return adaptive([*zip(responses, _fractions(done), strict=True)], question.penalty)


def _countback(question: Question, done: Sequence[_Done]) -> Fraction:
    """A hint is a try that leaves every part as the try before has left it."""
    tries: list[Mapping[str, Tally]] = [{}]
    for one in done:
        tries.append(tries[-1] if one.score is None else question.tallied(one.score))
    return countback(tries[1:], question.penalty)


#: What the tries and hints of a question earn, by rule; there is a try. ``one``: a check closes the slot. ``interactive``: again
#: until right or used up; ``countback``: the same, and each part counts from the try since which it stayed right.
#: ``adaptive``: as often as wanted.
_EARNED: Mapping[str, Callable[[Question, Sequence[_Done]], Fraction]] = {
    "one": _last,
    "interactive": _interactive,
    "adaptive": _adaptive,
    "countback": _countback,
}
