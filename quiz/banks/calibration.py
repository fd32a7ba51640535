"""What trial answers told of a question: its place on a scale of ability, as its author or a report writes it down."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, Any, Final

import pydantic
from pydantic import AfterValidator, BeforeValidator

from quiz.errors import Problem, Said
from quiz.questions.base import Content
from quiz.questions.fields import Count, Exact, Words, between, positive

#: Logits beyond which no ability is told from another.
FARTHEST: Final = 20
#: Steps of a question that is marked in several.
MOST_STEPS: Final = 20

_Place = Annotated[
    Exact,
    AfterValidator(
        between(-FARTHEST, FARTHEST, Said("logits, from -%(farthest)s to %(farthest)s", farthest=FARTHEST))
    ),
]


def _listed(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else (value,)


class Calibration(Content):
    """The slope ``a``, the location ``b`` (of each step, where marks come in steps) and the lower asymptote ``c`` of a
    question, in the logistic metric (D = 1) on a scale where abilities are N(0, 1); ``n`` answers told them, of whom and when
    is the ``source``.

    With one location P(right | θ) = c + (1 − c) / (1 + exp(−a (θ − b))) (Birnbaum 1968); with several the generalised
    partial credit model (Muraki 1992).
    """

    a: Annotated[Exact, AfterValidator(positive)] = Fraction(1)
    b: Annotated[tuple[_Place, ...], BeforeValidator(_listed, _Place | list[_Place])]
    c: Annotated[Exact, AfterValidator(between(0, 1, "a chance: write 0.25 for one in four"))] = Fraction(0)
    n: Count | None = pydantic.Field(None)
    source: Words | None = None

    def faults(self) -> Iterator[Problem]:
        """What no curve has."""
        if not 1 <= len(self.b) <= MOST_STEPS:
            mend = Said("write 1 to %(most)s of them", most=MOST_STEPS)
            yield Problem("b", "needs one location, or one of each step", mend)
        if self.c and len(self.b) > 1:
            yield Problem("c", "stands beside the locations of several steps", "leave c out, or write one b")
        if self.c == 1:
            yield Problem("c", "is 1: everybody would have it right", "write the chance of a guess")
