"""What the flags say, in English: pages translate and fill the same sentences, commands print them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

from quiz.statistics.flags import Flag
from quiz.statistics.verdicts import Verdict

if TYPE_CHECKING:  # it reads catalogues, which `quiz stats` does not need
    from quiz.files.languages import Speech

#: Flags that say that something is wrong; the others say that something is weak.
GRAVE: Final = ("possible-miskey", "negative-discrimination")
#: How much a question needs a look, the gravest first; good is one without a flag.
STATES: Final = ("bad", "look", "none", "good")

#: By code: a flag in two or three words (English, for gettext).
SHORT: Final[Mapping[str, str]] = {
    "possible-miskey": "Key probably wrong",
    "negative-discrimination": "Goes against the rest",
    "competing-options": "Rival of the key",
    "no-discrimination": "Hardly tells apart",
    "drift": "Easier or harder than before",
    "dif": "Harder for one group",
    "guessing": "Guessed",
    "not-reached": "Not reached by many",
    "too-hard": "As if guessed",
    "too-easy": "Too easy here",
    "unused-distractor": "Option hardly chosen",
}

#: By code: the verdict, the hint, and what they rest on (English, for gettext). %(name)s is an option or a figure.
WORDS: Final[Mapping[str, tuple[str, str, str]]] = {
    "possible-miskey": (
        "The strongest students choose %(rival)s: is the key wrong?",
        "Look at the key: stronger students tend to choose %(rival)s.",
        "On the other questions those who chose %(rival)s have %(rival_mean)s, those who chose the key %(key)s have %(key_mean)s.",
    ),
    "negative-discrimination": (
        "The stronger the student, the likelier a wrong answer.",
        "Look at this: stronger students tend to be wrong here.",
        "Correlation with the other questions %(item_rest)s, at most %(limit)s.",
    ),
    "competing-options": (
        "More students choose %(rival)s than the key, and not the weaker ones.",
        "Look at %(rival)s: more students choose it than the key.",
        "%(rival_n)s chose %(rival)s, %(key_n)s the key %(key)s.",
    ),
    "no-discrimination": (
        "It hardly tells strong students from weak ones.",
        "Look at this: it seems not to tell strong students from weak ones.",
        "Correlation with the other questions %(item_rest)s, at most %(limit)s.",
    ),
    "too-hard": (
        "Students do no better than by guessing.",
        "Look at this: students seem to do no better than by guessing.",
        "They have %(facility)s of the marks; guessing gives %(guess)s.",
    ),
    "too-easy": (
        "Nearly everybody has it right: it tells little.",
        "Look at this: nearly everybody has it right.",
        "They have %(facility)s of the marks.",
    ),
    "guessing": (
        "Students guess here.",
        "Look at this: students may be guessing.",
        "They have %(facility)s of the marks, guessing gives %(guess)s, and no option is clearly preferred.",
    ),
    "not-reached": (
        "Many students do not get this far.",
        "Look at this: some students do not get this far.",
        "%(share)s have no answer here, nor to anything after it.",
    ),
    "dif": (
        "Of students with equal totals, one group finds it harder than the other.",
        "Look at this: of students with equal totals, one group seems to find it harder.",
        "Mantel–Haenszel Δ %(delta)s; below 0 it is harder for the other group than for the first.",
    ),
    "drift": (
        "It is easier or harder than it was.",
        "Look at this: it seems to be easier or harder than it was.",
        "%(facility)s of the marks now, %(earlier)s on %(earlier_n)s papers of earlier quizzes.",
    ),
    "unused-distractor": (
        "Hardly anybody chooses %(options)s.",
        "Look at %(options)s: hardly anybody chooses it.",
        "Chosen by at most %(most)s of %(n)s students.",
    ),
}

#: By code of a verdict on the whole: the sentence, and what it rests on.
GENERAL: Final[Mapping[str, tuple[str, str]]] = {
    "few": (
        "Too few attempts to judge questions.",
        "%(n)s so far; the questions are looked at from %(fewest)s on.",
    ),
    "reliable": (
        "It tells students apart well.",
        "Reliability (alpha) %(alpha)s, 95 %% interval %(low)s to %(high)s. A grade is exact to about ± %(standard_error)s.",
    ),
    "thin": (
        "Good enough to compare groups, thin for decisions about one student.",
        "Reliability (alpha) %(alpha)s, 95 %% interval %(low)s to %(high)s. A grade is exact to about ± %(standard_error)s.",
    ),
    "unreliable": (
        "A grade says little about one student.",
        "Reliability (alpha) %(alpha)s, 95 %% interval %(low)s to %(high)s. A grade is exact to about ± %(standard_error)s.",
    ),
    "passed": (
        "%(passed)s of %(n)s passed.",
        "It takes %(pass_grade)s or more.",
    ),
    "passed-near": (
        "%(passed)s of %(n)s passed.",
        "It takes %(pass_grade)s or more; %(near)s lie within one standard error (%(standard_error)s) of it.",
    ),
    "left-out": (
        "Some attempts are left out of the figures.",
        "Not wholly marked yet, or nothing to attain: %(n)s.",
    ),
}


def state_of(flag: Flag) -> str:
    """How grave a flag is: bad, look, or none for what is only worth a glance."""
    if flag.level == "hint":
        return "none" if flag.code == "unused-distractor" else "look"
    return "bad" if flag.code in GRAVE else "look"


#: How a sentence is said in a language, and how a figure of this name is written in it.
Say: TypeAlias = Callable[[str], str]
Show: TypeAlias = Callable[[str, float], str]


def tell(flag: Flag, names: Sequence[str], speech: Speech) -> tuple[str, str]:
    """What a flag says in a language, and what that rests on; ``names`` are those of the options, by place."""
    return _tell(flag, names, speech.gettext, partial(_figure, speech))


def tell_whole(verdict: Verdict, speech: Speech) -> tuple[str, str]:
    """The same of a verdict on the whole."""
    return _tell_whole(verdict, speech.gettext, partial(_figure, speech))


def message(flag: Flag, names: Sequence[str]) -> str:
    """A flag in plain English on one line, for commands and files."""
    return " ".join(_tell(flag, names, str, _english))


def told(verdict: Verdict) -> str:
    """The same of a verdict on the whole."""
    return " ".join(_tell_whole(verdict, str, _english))


def _tell(flag: Flag, names: Sequence[str], say: Say, show: Show) -> tuple[str, str]:
    verdict, hint, why = WORDS[flag.code]
    filled = {"key_mean": "–", **_options(flag, names), **_filled(flag.figures, show)}
    return say(verdict if flag.level == "verdict" else hint) % filled, say(why) % filled


def _tell_whole(verdict: Verdict, say: Say, show: Show) -> tuple[str, str]:
    sentence, why = GENERAL[verdict.code]
    filled = _filled(verdict.figures, show)
    return say(sentence) % filled, say(why) % filled


def _filled(figures: Mapping[str, float], show: Show) -> dict[str, str]:
    return {name: show(name, value) for name, value in figures.items()}


def _options(flag: Flag, names: Sequence[str]) -> dict[str, str]:
    """What stands for the options in a flag's words."""
    shown = [names[place] for place in flag.options]
    found = {"options": ", ".join(shown)}
    return {**found, "rival": shown[0], "key": shown[1]} if flag.code in KEYED else found


#: Codes whose words name the key.
KEYED: Final = ("possible-miskey", "competing-options")
#: Figures that are shown as whole percent: shares of 1, and means that are in percent already.
SHARES: Final = ("facility", "guess", "share", "earlier")
PERCENTS: Final = ("rival_mean", "key_mean")
COUNTS: Final = ("n", "most", "rival_n", "key_n", "earlier_n", "fewest", "passed", "near")
#: Grades, in units of the scale.
GRADES: Final = ("pass_grade", "standard_error")


def _english(name: str, value: float) -> str:
    if name in COUNTS:
        return f"{value:.0f}"
    if name in SHARES:
        return f"{value:.0%}".replace("%", " %")
    if name in GRADES:
        return f"{value:.3g}"
    return f"{value:.0f} %" if name in PERCENTS else f"{value:.2f}".replace("-", "−")


def _figure(speech: Speech, name: str, value: float) -> str:
    if name in COUNTS:
        return speech.figure(value, 0)
    if name in SHARES:
        return speech.percent(value)
    if name in PERCENTS:
        return speech.percent(value / 100)
    return speech.figure(value, 1) if name in GRADES else speech.correlation(value)
