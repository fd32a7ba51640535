"""The page of an adaptive quiz: abilities and how surely they are told, what the pool holds, which questions are asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from quiz.operations import measuring
from quiz.operations.access import GRADING
from quiz.operations.analysis import WHICH
from quiz.operations.measuring import BANDS, OTHERWISE, REACH, Band, Measured
from quiz.web.guard import signed_in
from quiz.web.html import correlation, figure, use_time_zone
from quiz.web.reports.plots import Plot, counted, evenly, map_plot, over_bars, scatter_plot
from quiz.web.session import get_actor

blueprint = Blueprint("measuring", __name__)

#: In how many bars abilities are drawn.
BARS: Final = 16
#: Questions of the pool that are listed, those that were asked most.
MOST_LISTED: Final = 30
#: Below this reliability single students are hardly told apart.
RELIABLE: Final = 0.8
#: Of the drawn abilities each so many-eth stands in the table: every logit.
IN_TABLE: Final = 20


@blueprint.get("/quizzes/<int:quiz_id>/abilities")
@signed_in
def page(quiz_id: int) -> ResponseReturnValue:
    """What the tests tell of abilities."""
    asked = request.args.get("which", "")
    found = measuring.measured(get_actor(), quiz_id, asked if asked in WHICH else WHICH[0])
    use_time_zone(found.time_zone)
    edges = evenly(-REACH, REACH, BARS)
    counts = counted(found.abilities, edges)
    return render_template(
        "reports/abilities.html",
        a=found,
        marks=found.role in GRADING,
        title=_title(found),
        map=map_plot(counts, edges, found.locations),
        map_title=_map_title(found),
        errors=_errors(found),
        pool=over_bars(found.theta, found.information, _above(max(found.information)), counts, edges),
        pool_title=_(
            "The pool tells most about students of ability %(theta)s",
            theta=figure(max(zip(found.information, found.theta, strict=True))[1], 1),
        ),
        told=[*zip(found.theta, found.information, strict=True)][::IN_TABLE],
        most=MOST_LISTED,
        ends=[(_end(name, found), n) for name, n in found.stopped.items()],
        bands=[(_band(one), one) for one in found.bands],
    )


def _title(found: Measured) -> str:
    """The finding: how surely abilities are told."""
    if not found.attempts:
        return _("Nobody has finished yet")
    if found.error is None:
        return _("No test tells an ability yet")
    if found.reliability is not None and found.reliability < RELIABLE:
        return _(
            "Abilities are told to ± %(error)s: hardly enough for single students", error=figure(found.error)
        )
    return _("Abilities are told to ± %(error)s", error=figure(found.error))


def _map_title(found: Measured) -> str:
    """Whether the pool has questions where the students are."""
    low, high = min(found.locations), max(found.locations)
    beyond = sum(not low <= theta <= high for theta in found.abilities)
    if not beyond:
        return _("The pool has questions for all of them")
    return _("%(n)s are stronger, or weaker, than any question is hard", n=beyond)


def _errors(found: Measured) -> Plot | None:
    """Standard errors by ability, and their means by bands."""
    if not found.abilities:
        return None
    points = [
        (min(REACH, max(-REACH, theta)), error)
        for theta, error in zip(found.abilities, found.errors, strict=True)
    ]
    up = evenly(0, _above(max(found.errors)), 4)
    return scatter_plot(points, [*_means(points)], evenly(-REACH, REACH, 2 * REACH), up)


def _means(points: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """The mean ability and error of each band that has any."""
    for low, high in pairwise(BANDS):
        if part := [point for point in points if low <= point[0] < high]:
            thetas, errors = zip(*part, strict=True)
            yield sum(thetas) / len(part), sum(errors) / len(part)


def _above(value: float) -> float:
    """A round number above a value, for the end of an axis that has four parts."""
    size = next(size for size in _sizes() if 4 * size >= value)
    return 4 * size


def _sizes() -> Iterator[float]:
    """0.1, 0.2, 0.25, 0.5, 1, 2, 2.5, 5 … for ever."""
    power = 0.1
    while True:
        yield from (power, 2 * power, 2.5 * power, 5 * power)
        power *= 10


def _end(name: str, found: Measured) -> str:
    """Why tests ended."""
    if name == OTHERWISE:
        return _("ended by the student or a teacher, or time was up")
    return {
        "error": _("sure enough: a standard error of %(error)s", error=figure(found.rules.error)),
        "most": _("as long as it gets: %(n)s questions", n=found.rules.most),
        "items": _("no question was left"),
    }[name]


def _band(one: Band) -> str:
    """A band of abilities in words."""
    if one.low == BANDS[0]:
        return _("below %(high)s", high=correlation(one.high))
    if one.high == BANDS[-1]:
        return _("from %(low)s", low=correlation(one.low))
    return _("from %(low)s to %(high)s", low=correlation(one.low), high=correlation(one.high))
