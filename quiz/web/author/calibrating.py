"""Calibrating a bank: what the answers tell of its questions, and writing it into those that are ticked."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from statistics import median
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from quiz.errors import Conflict, Invalid
from quiz.operations import calibrating
from quiz.operations.calibrating import Look, Told
from quiz.statistics.irt.scales import FEWEST, FEWEST_ANSWERS, SLOPES_FROM
from quiz.web.forms import located
from quiz.web.guard import moment, signed_in
from quiz.web.html import correlation, percent
from quiz.web.reports.plots import Plot, counted, evenly, map_plot
from quiz.web.session import get_actor

blueprint = Blueprint("calibrating", __name__)

#: The map of students and questions: how far it reaches in logits, and in how many bars.
REACH: Final = 4
BARS: Final = 16


@blueprint.get("/banks/<int:bank_id>/calibrate")
@signed_in
def look(bank_id: int) -> ResponseReturnValue:
    """What the answers so far tell. Writes nothing."""
    return _page(bank_id, request.args.get("onto", ""), moment(), [])


@blueprint.post("/banks/<int:bank_id>/calibrate")
@signed_in
def run(bank_id: int) -> ResponseReturnValue:
    """Write what was looked at into the questions that are ticked."""
    now, onto = moment(), request.form.get("onto", "")
    day = format_date(now, "long")
    try:
        count = calibrating.run(
            get_actor(),
            bank_id,
            onto,
            _until(now),
            request.form.getlist("question"),
            request.form.get("seen", ""),
            now,
            lambda answers: (
                _("answers on this site until %(day)s", day=day),
                ngettext(
                    "Calibrated from one answer on %(day)s",
                    "Calibrated from %(num)d answers on %(day)s",
                    answers,
                    day=day,
                ),
            ),
        )
    except Conflict:
        words = _("The answers or the questions have changed since you looked. Look again.")
        return _page(bank_id, onto, now, [words]), Conflict.status
    except Invalid as error:
        return _page(bank_id, onto, now, [located(one) for one in error.problems]), error.status
    flash(ngettext("Calibrated: one question.", "Calibrated: %(num)d questions.", count), "good")
    return redirect(url_for("author.bank", bank_id=bank_id), 303)


def _until(now: datetime) -> datetime:
    """Until when answers counted on the page that was looked at."""
    try:
        return min(now, datetime.fromisoformat(request.form.get("until", "")))
    except (ValueError, TypeError):  # no moment, or one without a zone
        return now


def _page(bank_id: int, onto: str, until: datetime, errors: list[str]) -> str:
    found = calibrating.look(get_actor(), bank_id, onto, until)
    return render_template(
        "author/calibrate.html",
        c=found,
        errors=errors,
        why_not=_why_not(found),
        title=_title(found),
        map=_map(found),
        fewest=FEWEST_ANSWERS,
        doubts={one.slug: [_doubt(name, one) for name in one.doubts] for one in found.rows},
    )


def _why_not(found: Look) -> str:
    """Why there is no model, in a sentence; "" where there is one."""
    if found.fitted is not None:
        return ""
    return {
        "few": _("It takes %(n)s finished attempts with questions of this bank.", n=FEWEST),
        "spread": _("The attempts are spread over too many questions: too few hold the same ones."),
        "alike": _("It takes questions on which students differ."),
    }[found.scale.why if found.scale else "few"]


def _title(found: Look) -> str:
    """The finding of the map: whether the questions lie where the students are."""
    fitted = found.fitted
    if fitted is None or not found.rows:
        return ""
    apart = median(one.location for one in found.rows) - fitted.mean
    if abs(apart) < fitted.deviation / 2:
        return _("The questions lie where the students are")
    if apart > 0:
        return _("Most questions are harder than is right for these students")
    return _("Most questions are easier than is right for these students")


def _map(found: Look) -> Plot | None:
    if found.fitted is None:
        return None
    edges = evenly(-REACH, REACH, BARS)
    return map_plot(counted(found.abilities, edges), edges, [one.location for one in found.rows])


def _doubt(name: str, one: Told) -> str:
    """Why a calibration is to be doubted, in a sentence."""
    return {
        "few": _("Fewer than %(n)s answers: the slope is rough.", n=SLOPES_FROM),
        "negative": _("Stronger students do worse: is the key right?"),
        "steep": _("These students do not bound the slope."),
        "gap": _("Nobody has one of its marks."),
        "far": _("It lies beyond most students."),
        "erratic": _("Answers are more erratic than the curve."),
        "regular": _("Answers are more regular than the curve."),
        "easier": _(
            "Easier here than its calibration says, by %(share)s of the mark.", share=percent(abs(one.above))
        ),
        "harder": _(
            "Harder here than its calibration says, by %(share)s of the mark.", share=percent(abs(one.above))
        ),
        "typed": _("Somebody has typed something here that is not saved."),
    }[name]


@blueprint.app_template_filter()
def with_error(value: Fraction | float | None, error: float | None) -> str:
    """A parameter with its standard error, where it has one; a dash for none."""
    told = correlation(None if value is None else float(value))
    return told if error is None else f"{told} ± {correlation(error)}"
