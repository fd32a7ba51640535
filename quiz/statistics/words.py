"""What the flags say, in English: pages translate and fill the same sentences, commands print them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from quiz.statistics.flags import Flag
from quiz.statistics.verdicts import Verdict

#: Flags that say that something is wrong; the others say that something is weak.
GRAVE: Final = ("possible-miskey", "negative-discrimination")
#: How much a question needs a look, the gravest first; good is one without a flag.
STATES: Final = ("bad", "look", "none", "good")

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
        "%(n)s are not wholly marked yet, or have nothing to attain.",
    ),
}


def state_of(flag: Flag) -> str:
    """How grave a flag is: bad, look, or none for what is only worth a glance."""
    if flag.level == "hint":
        return "none" if flag.code == "unused-distractor" else "look"
    return "bad" if flag.code in GRAVE else "look"


def words(flag: Flag) -> tuple[str, str]:
    """The sentence of a flag and the one that it rests on, with the names still to be filled in."""
    verdict, hint, why = WORDS[flag.code]
    return (verdict if flag.level == "verdict" else hint), why


def message(flag: Flag, names: Sequence[str]) -> str:
    """A flag in English on one line; ``names`` are those of the options, by place."""
    filled = {**fill(flag, names), **{name: _english(name, value) for name, value in flag.figures.items()}}
    return " ".join(words(flag)) % {"key_mean": "–", **filled}


def told(verdict: Verdict) -> str:
    """A verdict in English on one line."""
    filled = {name: _english(name, value) for name, value in verdict.figures.items()}
    return " ".join(GENERAL[verdict.code]) % filled


def fill(flag: Flag, names: Sequence[str]) -> dict[str, str]:
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
