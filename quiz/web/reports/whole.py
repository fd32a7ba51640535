"""A quiz as a whole: how far everybody is, how long it took, how groups compare, what to teach again; papers side by side."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from quiz.operations import comparing
from quiz.operations.access import GRADING
from quiz.operations.comparing import ORDERS, WHICH, Overview, Subject
from quiz.statistics.comparing import ERROR, FEWEST
from quiz.web.guard import grace, moment, signed_in
from quiz.web.html import figure, percent, use_time_zone
from quiz.web.reports.charts import BarChart, bar_chart
from quiz.web.reports.plots import Plot, evenly, interval_plot, scatter_plot
from quiz.web.session import get_actor

blueprint = Blueprint("whole", __name__)
#: So many subjects are named in a title.
NAMED = 3
#: The line through the points is drawn over so many parts of them.
PARTS = 5


def _choice(name: str, allowed: Sequence[str]) -> str:
    asked = request.args.get(name, "")
    return asked if asked in allowed else allowed[0]


def _group() -> str | None:
    return request.args.get("group") or None


@blueprint.get("/quizzes/<int:quiz_id>/whole")
@signed_in
def page(quiz_id: int) -> ResponseReturnValue:
    """How it went."""
    found = comparing.overview(get_actor(), quiz_id, _choice("which", WHICH), _group(), moment(), grace())
    use_time_zone(found.head.time_zone)
    return render_template(
        "reports/whole.html",
        o=found,
        h=found.head,
        marks=found.head.role in GRADING,
        times=_times(found),
        scatter=_scatter(found),
        link_title=_link_title(found),
        groups=_groups(found),
        groups_title=_groups_title(found),
        again_title=_again_title(found),
        fewest=FEWEST,
    )


@blueprint.get("/quizzes/<int:quiz_id>/side-by-side")
@signed_in
def side_by_side(quiz_id: int) -> ResponseReturnValue:
    """The papers beside each other, a column a question."""
    order = _choice("order", tuple(ORDERS))
    found = comparing.side_by_side(
        get_actor(), quiz_id, _choice("which", WHICH), _group(), order, request.args.get("page", 1, type=int)
    )
    use_time_zone(found.head.time_zone)
    return render_template(
        "reports/side_by_side.html", s=found, h=found.head, marks=found.head.role in GRADING
    )


@blueprint.app_template_filter()
def subject_words(name: str) -> str:
    """A topic as people read it."""
    return name.replace("/", " › ").replace("-", " ")


# Pictures and their findings -----------------------------------------------------------------------------------------


def _times(found: Overview) -> BarChart | None:
    return None if found.times is None else bar_chart(found.times.counts, found.times.edges, None)


def _scatter(found: Overview) -> Plot | None:
    if found.times is None or len(found.points) < FEWEST or found.head.scale <= 0:
        return None
    across = evenly(0, found.times.edges[-1], 5)
    return scatter_plot(found.points, [*_means(found.points)], across, evenly(0, found.head.scale, 4))


def _means(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The mean time and grade of each fifth of the points by time."""
    ordered, size = sorted(points), len(points) / PARTS
    parts = [ordered[round(size * part) : round(size * (part + 1))] for part in range(PARTS)]
    return [
        (sum(x for x, _y in part) / len(part), sum(y for _x, y in part) / len(part)) for part in parts if part
    ]


def _link_title(found: Overview) -> str:
    link = found.link
    if link is None or link.p >= ERROR:
        return _("Time and grade hardly go together")
    return _("Who took longer did better") if link.r > 0 else _("Who was quicker did better")


def _groups(found: Overview) -> Plot | None:
    """The means of the groups that can be compared, where there are two."""
    rows = [
        (row.name or _("in no group"), row.mean.value, row.mean.low, row.mean.high)
        for row in found.by_group
        if row.compared and row.mean is not None
    ]
    if len(rows) < 2 or found.head.scale <= 0:
        return None
    return interval_plot(rows, evenly(0, found.head.scale, 4), found.head.pass_grade)


def _groups_title(found: Overview) -> str:
    if found.differ is None:
        return _("Too few attempts to compare groups")
    if found.differ < ERROR:
        return _("The groups differ by more than chance")
    return _("The groups differ no more than chance would have it")


def _again_title(found: Overview) -> str:
    again = [
        one for kind in ("objective", "topic") for one in found.subjects.get(kind, ()) if one.state == "again"
    ]
    if not again:
        return _("Nothing is surely below %(wanted)s of the marks", wanted=percent(found.wanted))
    names = ", ".join(subject_words(one.name) for one in again[:NAMED])
    more = len(again) - NAMED
    if more > 0:
        return ngettext(
            "Teach again: %(names)s and one more",
            "Teach again: %(names)s and %(num)d more",
            more,
            names=names,
        )
    return _("Teach again: %(names)s", names=names)


@blueprint.app_template_filter()
def between(one: Subject) -> str:
    """The interval of a share in words; a dash where there is none."""
    if one.share.low is None:
        return "–"
    return _("%(low)s to %(high)s", low=percent(one.share.low), high=percent(one.share.high))


@blueprint.app_template_filter()
def grades_between(row: comparing.GroupRow) -> str:
    """The interval of a group's mean; a dash where there is none."""
    if row.mean is None or row.mean.low is None:
        return "–"
    return _("%(low)s to %(high)s", low=figure(row.mean.low, 1), high=figure(row.mean.high, 1))
