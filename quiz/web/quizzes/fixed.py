"""Fixed forms of a quiz: how fair they are, and marks of those that were printed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from quiz.assembly.fairness import Fairness
from quiz.assembly.measures import THETAS
from quiz.assembly.papers import fairness_page, language_of
from quiz.assembly.papers import printed as parts_of
from quiz.errors import EditConflict, Invalid, Problem
from quiz.files.papers import write_papers
from quiz.files.papers_pdf import write_papers_pdf
from quiz.files.richtext import media_address
from quiz.operations import fixed_forms, paper_marks
from quiz.questions import types
from quiz.web.downloads import download_html, download_pdf
from quiz.web.guard import bounded, moment, signed_in
from quiz.web.html import use_time_zone
from quiz.web.pasted import TableForm
from quiz.web.reports.charts import Line
from quiz.web.reports.plots import Plot, curve_plot, evenly, interval_plot
from quiz.web.session import get_actor

blueprint = Blueprint("fixed", __name__, url_prefix="/quizzes/<int:quiz_id>")

#: Bytes of a request with marks: a thousand students with fifty questions take a fifth of it.
LARGEST_TABLE = 1_000_000
#: What the expectation of so many questions rests on.
SOURCES: Mapping[str, Callable[[int], str]] = {
    "answers": lambda n: ngettext("the answers to one question", "the answers to %(num)d questions", n),
    "calibrated": lambda n: ngettext(
        "the calibration of one question", "the calibration of %(num)d questions", n
    ),
    "authored": lambda n: ngettext(
        "the share that its author expects of one question",
        "the share that their authors expect of %(num)d questions",
        n,
    ),
    "label": lambda n: ngettext("the difficulty of one question", "the difficulty of %(num)d questions", n),
}
#: So many forms are drawn and compared pair by pair.
MOST_SHOWN = 12


@blueprint.get("/forms")
@signed_in
def forms(quiz_id: int) -> ResponseReturnValue:
    """How fair the fixed forms are."""
    found = fixed_forms.fixed_forms(get_actor(), quiz_id)
    use_time_zone(found.time_zone)
    shown = {} if found.fairness is None else fairness_of(found.fairness)
    return render_template("quizzes/forms.html", found=found, **shown)


@blueprint.get("/forms/papers.<any(pdf, html):printed>")
@signed_in
def file(quiz_id: int, printed: str) -> ResponseReturnValue:
    """The forms with their answer sheets, and where asked for the keys and how fair they are, as a file to print."""
    with_key = request.args.get("keys") == "1"
    found = fixed_forms.printable(get_actor(), quiz_id, moment(), with_key=with_key)
    language = request.args.get("language", "")
    spoken = language if language in found.languages else language_of(found.forms)
    parts = parts_of(found.forms, spoken, with_key=with_key)
    drawn = {media_address(image.digest): image for image in found.images}
    images = {**drawn, **fairness_page(found.forms, spoken).images}
    if printed == "html":
        return download_html(write_papers(found.forms.title, spoken, parts, images), found.forms.title)
    return download_pdf(write_papers_pdf(found.forms.title, parts, images), found.forms.title)


def fairness_of(fairness: Fairness) -> dict[str, Any]:
    """What the partial ``quizzes/_fairness.html`` shows of a report on papers."""
    kinds = {"section": _("Section"), "topic": _("Topic"), "level": _("Level"), "difficulty": _("Difficulty"), "type": _("Type")}  # fmt: skip
    sources = [SOURCES[name](n) for name, n in fairness.sources.items()]
    names = {name: types.editing(name).NAME for name in types.names()}
    return {
        "fairness": fairness,
        "kinds": kinds,
        "sources": sources,
        "names": names,
        "intervals": _intervals(fairness),
        "curves": _curves(fairness) if fairness.calibrated else None,
        "informed": [*_informed(fairness)],
        "most": MOST_SHOWN,
    }


def _intervals(fairness: Fairness) -> Plot:
    rows = [
        (_("Form %(n)s", n=form.form), form.expected, form.low, form.high)
        for form in fairness.forms[:MOST_SHOWN]
    ]
    return interval_plot(rows, evenly(0, max(form.points for form in fairness.forms) or 1, 4), None)


def _curves(fairness: Fairness) -> Plot:
    """The information of each form over abilities; the first four kinds of lines in turn."""
    curves = fairness.information[:MOST_SHOWN]
    highest = max(max(curve) for curve in curves) or 1.0
    drawn = [curve_plot(THETAS, curve, None, (), highest) for curve in curves]
    lines = tuple(
        Line(str(form.form), 1 + place % 4, one.lines[0].points, 0)
        for place, (form, one) in enumerate(zip(fairness.forms, drawn, strict=False))
    )
    first = drawn[0]
    return Plot(
        first.left, first.right, first.top, first.base, first.width, first.height, first.rows, first.columns, lines=lines
    )  # fmt: skip


def _informed(fairness: Fairness) -> Iterator[tuple[float, Sequence[float]]]:
    """At whole abilities the information of each form that is drawn."""
    curves = fairness.information[:MOST_SHOWN]
    for theta, *row in zip(THETAS, *curves, strict=True):
        if theta == int(theta):
            yield theta, row


# Marks of printed forms ------------------------------------------------------------------------------------------------


@blueprint.get("/marks")
@signed_in
def marks(quiz_id: int) -> ResponseReturnValue:
    """Choose a table of marks, or paste it; or take the last one back."""
    return _marks(quiz_id, TableForm(None), ())


def _marks(quiz_id: int, form: TableForm, faults: Sequence[Problem]) -> str:
    plan = paper_marks.plan(get_actor(), quiz_id, ())
    use_time_zone(plan.time_zone)
    return render_template("quizzes/marks.html", plan=plan, form=form, faults=faults)


def _mend(quiz_id: int, form: TableForm, error: Invalid) -> ResponseReturnValue:
    """The form again, with the text and a list of what is wrong with it."""
    return _marks(quiz_id, form, form.blame(error)), Invalid.status


@blueprint.post("/marks")
@signed_in
@bounded(LARGEST_TABLE)
def look(quiz_id: int) -> ResponseReturnValue:
    """What a table of marks would give. Nothing is written."""
    form = TableForm()
    try:
        return _plan(quiz_id, form)
    except Invalid as error:
        return _mend(quiz_id, form, error)


def _plan(quiz_id: int, form: TableForm, *, conflict: bool = False) -> str:
    """``conflict``: somebody has entered marks, or taken them back, since it was looked at."""
    plan = paper_marks.plan(get_actor(), quiz_id, paper_marks.read_marks(form.given()))
    use_time_zone(plan.time_zone)
    return render_template("quizzes/marks_plan.html", plan=plan, text=form.text.data, conflict=conflict)


def _seen() -> int:
    return request.form.get("seen", 0, type=int)


@blueprint.post("/marks/enter")
@signed_in
@bounded(LARGEST_TABLE)
def enter(quiz_id: int) -> ResponseReturnValue:
    """Enter what was looked at."""
    form = TableForm()
    try:
        return _entered(quiz_id, form)
    except Invalid as error:
        return _mend(quiz_id, form, error)


def _entered(quiz_id: int, form: TableForm) -> ResponseReturnValue:
    sheets = paper_marks.read_marks(form.given())
    try:
        count = paper_marks.enter(get_actor(), quiz_id, sheets, moment(), _seen())
    except EditConflict:
        return _plan(quiz_id, form, conflict=True), EditConflict.status
    flash(ngettext("Entered, for one student.", "Entered, for %(num)d students.", count), "good")
    return redirect(url_for("fixed.marks", quiz_id=quiz_id), 303)


@blueprint.post("/marks/undo")
@signed_in
def undo(quiz_id: int) -> ResponseReturnValue:
    """Take the marks entered last back."""
    count = paper_marks.undo(get_actor(), quiz_id, moment(), _seen())
    flash(ngettext("Taken back, for one student.", "Taken back, for %(num)d students.", count), "good")
    return redirect(url_for("fixed.marks", quiz_id=quiz_id), 303)
