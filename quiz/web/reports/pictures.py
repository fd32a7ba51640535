"""What the page of a question draws: the curves of its options, and the part that each option plays."""

from __future__ import annotations

from flask_babel import gettext as _

from quiz.banks.analysing import OptionReport, QuestionReport
from quiz.statistics.distractors import FIFTHS
from quiz.statistics.flags import Flag
from quiz.web.html import percent
from quiz.web.reports.charts import LineChart, line_chart

KEY, RIVAL, REST = 1, 2, (3, 4)


def roles_of(question: QuestionReport) -> list[str]:
    """For each option what a flag says of it: rival, key (it behaves like a wrong answer), competes, unused, or ""."""
    roles = [""] * len(question.options)
    for flag in reversed(question.flags):  # the gravest has the last word
        for place, role in zip(flag.options, _roles(flag), strict=True):
            roles[place] = role
    return roles


def _roles(flag: Flag) -> tuple[str, ...]:
    if flag.code == "possible-miskey":
        return "rival", "key"
    return ("competes", "") if flag.code == "competing-options" else ("unused",) * len(flag.options)


def curves_of(question: QuestionReport) -> LineChart | None:
    """The share of each fifth of the class that chose each option; None without options."""
    rivals = {
        flag.options[0] for flag in question.flags if flag.code in ("possible-miskey", "competing-options")
    }
    rest = 0
    series = []
    for place, option in enumerate(question.options):
        kind = KEY if option.key else RIVAL if place in rivals else REST[rest % 2]
        rest += kind in REST
        series.append((_name(option), kind, _points(option)))
    drawn = [one for one in series if one[2]]
    return line_chart(drawn, range(FIFTHS)) if drawn else None


def _points(option: OptionReport) -> list[tuple[float, float]]:
    return [(fifth, share) for fifth, share in enumerate(option.figures.by_fifth) if share is not None]


def _name(option: OptionReport) -> str:
    """What stands at the end of a line: there is little room."""
    text = option.text if len(option.text) <= 14 else option.text[:13].rstrip() + "…"
    return f"{option.letter} {text}"


def curves_title(question: QuestionReport) -> str:
    """The finding of the curves."""
    for flag in question.flags:
        if flag.code == "possible-miskey":
            letter = question.options[flag.options[0]].letter
            return _("The stronger the student, the likelier %(option)s", option=letter)
    keys = [option for option in question.options if option.key]
    if len(keys) != 1 or None in (keys[0].figures.by_fifth[0], keys[0].figures.by_fifth[-1]):
        return _("Who chose what, by fifths of the class")
    weakest, *_rest, strongest = keys[0].figures.by_fifth
    return _(
        "%(weak)s of the weakest fifth choose the key, %(strong)s of the strongest",
        weak=percent(weakest),
        strong=percent(strongest),
    )
