"""A report in sentences of the page's language, with its figures as that language writes them."""

from __future__ import annotations

from dataclasses import dataclass

from quiz.banks.analysing import QuestionReport
from quiz.statistics import words
from quiz.statistics.flags import Flag
from quiz.statistics.verdicts import Verdict
from quiz.web.html import said
from quiz.web.languages import speech


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence, and the figures that it rests on; ``state`` is bad, look, good or none, ``name`` a flag in short."""

    state: str
    sentence: str
    why: str
    name: str = ""


def tell_flag(flag: Flag, question: QuestionReport) -> Told:
    """What a flag says of its question."""
    names = [option.name for option in question.options]
    told = words.tell(flag, names, speech())
    return Told(words.state_of(flag), *told, said(words.SHORT[flag.code]))


def tell_verdict(verdict: Verdict) -> Told:
    """What a verdict says of the whole."""
    return Told(verdict.state, *words.tell_whole(verdict, speech()))
