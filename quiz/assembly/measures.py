"""What a paper's conditions may ask of a question beyond its place in the index: words, minutes, objective, author, curve."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import exp, pi, sqrt
from typing import Any, Final

from quiz.banks.calibration import Calibration
from quiz.banks.model import Authored
from quiz.files.richtext import Html, to_text

#: Minutes for an answer where the question does not say, by type: rules of thumb of test manuals, a stated assumption
#: (docs/formats/blueprint.md). Another type takes ``USUAL_MINUTES``.
MINUTES: Final[Mapping[str, Fraction]] = {
    "true_false": Fraction(1, 2),
    "single_choice": Fraction(1),
    "multiple_response": Fraction(3, 2),
    "short_text": Fraction(1),
    "numerical": Fraction(3, 2),
    "essay": Fraction(15),
    "description": Fraction(1, 2),
}
USUAL_MINUTES: Final = Fraction(2)
#: Abilities N(0, 1) by which shares are averaged and at which curves are drawn, and their weights.
THETAS: Final = tuple(step / 4 for step in range(-12, 13))
_NORMAL: Final = tuple(exp(-theta * theta / 2) / sqrt(2 * pi) / 4 for theta in THETAS)
#: The controls of ``Presented`` that are read, whatever the type.
_READ: Final = frozenset({"options", "stems", "chips", "html", "label"})
#: A word of a script with spaces between them, or one character of one without.
_WORD: Final = re.compile(r"[぀-ヿ㐀-鿿豈-﫿]|[^\W_぀-ヿ㐀-鿿豈-﫿]+(?:['’-][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Measures:
    """What is measured of one question. ``words`` without those of its stimulus, which ``shared`` counts."""

    words: int = 0
    shared: int = 0
    minutes: Fraction = USUAL_MINUTES
    #: "" where the question does not say.
    objective: str = ""
    author: str = ""
    calibration: Calibration | None = None
    #: The mean share of the mark that it got, and in how many answers.
    answers: tuple[float, int] | None = None

    def information(self, theta: float) -> float:
        """Fisher's information about an ability of θ; 0 for what is not calibrated."""
        return 0.0 if self.calibration is None else information(self.calibration, theta)


def measures_of(authored: Authored) -> Measures:
    """What is measured of a question; of a family by one of its variants."""
    sample = authored.sample()
    words = shared = 0
    if sample is not None:
        shown = sample.present(())
        words = count_words([shown.prompt, *_read(shown.controls)])
        shared = count_words([shown.stimulus.title, shown.stimulus.html]) if shown.stimulus else 0
    return Measures(
        words,
        shared,
        minutes_of(authored),
        authored.objective or "",
        authored.author or "",
        authored.calibration,
    )


def minutes_of(authored: Authored) -> Fraction:
    """How long an answer takes, in minutes: as the author says, else as questions of the type usually do."""
    return MINUTES.get(authored.type, USUAL_MINUTES) if authored.minutes is None else authored.minutes


def count_words(htmls: Sequence[str]) -> int:
    """Words of these texts; each Chinese or Japanese character counts as one."""
    return sum(len(_WORD.findall(to_text(Html(html)))) for html in htmls)


def _read(value: Any, name: str = "") -> Iterator[str]:
    if isinstance(value, str):
        yield from [value] if name in _READ else []
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _read(inner, key)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _read(inner, name)


def chances(calibration: Calibration, theta: float) -> list[float]:
    """The chance of each number of steps, from none, of a person of this ability (``Calibration``)."""
    a, c = float(calibration.a), float(calibration.c)
    logits = [0.0]
    for location in calibration.b:
        logits.append(logits[-1] + a * (theta - float(location)))
    most = max(logits)
    weights = [exp(logit - most) for logit in logits]
    shares = [weight / sum(weights) for weight in weights]
    return [shares[0] * (1 - c), c + (1 - c) * shares[1]] if c else shares


def expected_share(calibration: Calibration, theta: float) -> float:
    """The expected share of the mark of a person of this ability."""
    found = chances(calibration, theta)
    return sum(step * chance for step, chance in enumerate(found)) / (len(found) - 1)


def average_share(calibration: Calibration) -> float:
    """The expected share of the mark over abilities N(0, 1)."""
    shares = (expected_share(calibration, theta) for theta in THETAS)
    return sum(share * weight for share, weight in zip(shares, _NORMAL, strict=True)) / sum(_NORMAL)


def information(calibration: Calibration, theta: float) -> float:
    """Fisher's information about θ: a² Var(steps) (Muraki 1993), with a lower asymptote
    a² (P − c)² (1 − P) / ((1 − c)² P) (Birnbaum 1968).
    """
    a, c = float(calibration.a), float(calibration.c)
    found = chances(calibration, theta)
    if c:
        right = found[1]
        return a * a * (right - c) ** 2 * (1 - right) / ((1 - c) ** 2 * right)
    mean = sum(step * chance for step, chance in enumerate(found))
    return a * a * sum((step - mean) ** 2 * chance for step, chance in enumerate(found))
