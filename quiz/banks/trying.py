"""Several tries at one question: what they earn together, and how many are left (scoring.md, "Tries").

A pure function of everything that was done at the slot, so that it can be recomputed from the stored answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from quiz.banks.model import Question
from quiz.questions.base import Response
from quiz.questions.rules.tries import adaptive, interactive

#: ``one``: a check closes the slot. ``interactive``: again until right or used up. ``adaptive``: as often as wanted.
RULES = ("one", "interactive", "adaptive")
#: Tries of an interactive question that has no hints; one that has gets one more than it has hints.
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
    costs = _applied(question, rule) == "interactive"
    return stands.hints < len(question.hints) and not (costs and stands.left == 1)


def standing(question: Question, acts: Sequence[Act], rule: str) -> Standing:
    """Where the question stands. A check without an answer is no try; a hint counts as one (interactive)."""
    checks = [act for act in acts if act.kind == "check" and act.response is not None]
    hints = sum(act.kind == "hint" for act in acts)
    fractions = [question.score(act.response).fraction for act in checks]
    last = fractions[-1] if fractions else None
    rule = _applied(question, rule)
    used = len(checks) + (hints if rule == "interactive" else 0)
    most = allowed_tries(question, rule)
    left = None if most is None else max(0, most - used)
    return Standing(
        fraction=_earned(question, checks, fractions, hints, rule),
        last=last,
        tries=len(checks),
        hints=hints,
        left=left,
        closed=bool(checks) and (last == 1 or left == 0),
    )


def _earned(
    question: Question, checks: Sequence[Act], fractions: Sequence[Fraction | None], hints: int, rule: str
) -> Fraction | None:
    if not fractions or None in fractions:
        return None
    known = [fraction for fraction in fractions if fraction is not None]
    if rule == "interactive":
        return interactive(known[-1], len(known) - 1 + hints, question.penalty)
    if rule == "adaptive":
        tries = [(act.response, fraction) for act, fraction in zip(checks, known, strict=True)]
        return adaptive(tries, question.penalty)
    return known[-1]
