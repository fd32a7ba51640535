"""What the pages draw: the curves of a question's options, the part that each option plays, a student's progress."""

from __future__ import annotations

from datetime import datetime

from flask_babel import format_date
from flask_babel import gettext as _

from quiz.banks.analysing import OptionReport, QuestionReport
from quiz.operations.learning import Progress, Topic
from quiz.statistics.distractors import FIFTHS
from quiz.statistics.flags import Flag
from quiz.web.html import percent
from quiz.web.reports.charts import KINDS, LineChart, line_chart, shortened

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
    text = shortened(option.text, 14)
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


def progress_of(mine: Progress) -> tuple[LineChart | None, list[str]]:
    """The topics with most questions over time, and the words below their days; None where there is no time to see."""
    several = [topic for topic in mine.broad if len(topic.steps) > 1]
    drawn = sorted(several, key=lambda topic: -topic.questions)[:KINDS]
    times = sorted({step.at for topic in drawn for step in topic.steps})
    if not times or times[0] == times[-1]:
        return None, []
    series = [(_topic_name(topic), kind, _steps(topic)) for kind, topic in enumerate(drawn, 1)]
    marks = [times[0], times[0] + (times[-1] - times[0]) / 2, times[-1]]
    chart = line_chart(series, [one.timestamp() for one in marks], highest=1.0)
    return chart, [_day(one) for one in marks]


def _steps(topic: Topic) -> list[tuple[float, float]]:
    return [(step.at.timestamp(), min(1.0, step.share)) for step in topic.steps]


def _topic_name(topic: Topic) -> str:
    return topic.name.replace("-", " ") or _("others")


def _day(value: datetime) -> str:
    return format_date(value, "d MMM")
