"""A report in sentences of the page's language, with its figures as that language writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import format_decimal

from quiz.banks.analysing import QuestionReport
from quiz.statistics import words
from quiz.statistics.flags import Flag
from quiz.statistics.verdicts import Verdict
from quiz.web.html import figure, percent, said, typeset


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence, and the figures that it rests on; ``state`` is bad, look, good or none."""

    state: str
    sentence: str
    why: str


def tell_flag(flag: Flag, question: QuestionReport) -> Told:
    """What a flag says of its question."""
    sentence, why = words.words(flag)
    filled = {
        "key_mean": "–",
        **words.fill(flag, [option.name for option in question.options]),
        **_shown(flag.figures),
    }
    return Told(words.state_of(flag), said(sentence) % filled, said(why) % filled)


def tell_verdict(verdict: Verdict) -> Told:
    """What a verdict says of the whole."""
    sentence, why = words.GENERAL[verdict.code]
    filled = _shown(verdict.figures)
    return Told(verdict.state, said(sentence) % filled, said(why) % filled)


def _shown(figures: Mapping[str, float]) -> dict[str, str]:
    return {name: _figure(name, value) for name, value in figures.items()}


def _figure(name: str, value: float) -> str:
    if name in words.COUNTS:
        return figure(value, 0)
    if name in words.SHARES:
        return percent(value)
    if name in words.PERCENTS:
        return percent(value / 100)
    return figure(value, 1) if name in words.GRADES else correlation(value)


def correlation(value: float | None) -> str:
    """A correlation with two decimals; a dash for none."""
    return "–" if value is None else typeset(format_decimal(round(value, 9), "0.00"))
