"""The page of a question in a report, beyond its figures: curve, information, history, what to do; who answered what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from quiz.operations import items, rescoring
from quiz.operations.access import GRADING, TEACHING
from quiz.operations.analysis import WHICH, QuizReport
from quiz.operations.items import BLANK, ItemPage
from quiz.statistics.irt.scales import FEWEST, FEWEST_ANSWERS, MOST_STEPS, Curve
from quiz.web.guard import moment, signed_in
from quiz.web.html import figure, use_time_zone
from quiz.web.reports.plots import Plot, curve_plot
from quiz.web.session import get_actor

blueprint = Blueprint("items", __name__)
#: An infit or outfit beyond these is odd (Wright & Linacre 1994).
REGULAR, ERRATIC = 0.7, 1.3
#: Of the drawn abilities each so many-eth stands in the table: every logit.
IN_TABLE = 12


@dataclass(frozen=True, slots=True)
class Door:
    """What can be done about a question: words, where, and an icon."""

    words: str
    address: str
    icon: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """The curve of a question and its information, with their findings; ``rows`` are those of the table."""

    title: str
    told: str
    picture: Plot
    information_title: str
    information: Plot
    rows: tuple[tuple[float, float, float, float, float, float], ...]
    curve: Curve


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """A version in a quiz; ``quiz`` None stands for other courses; ``here`` is the question of this page."""

    version: int
    quiz: str | None
    address: str
    n: int
    facility: float | None
    here: bool


def beyond(quiz_id: int, version_id: int, which: str, report: QuizReport) -> dict[str, Any]:
    """What the page shows beyond the report's own figures, by the names that its template uses."""
    found = items.item_page(get_actor(), quiz_id, version_id, which)
    drawn = found.curve if isinstance(found.curve, str) else _drawn(found, found.curve)
    return {
        "i": found,
        "drawn": None if isinstance(drawn, str) else drawn,
        "no_curve": _no_curve(drawn) if isinstance(drawn, str) else "",
        "doors": _doors(found, report, version_id),
        "to_rescore": rescoring.waiting(get_actor(), found.question_id, quiz_id),
        "history": _history(found, report, version_id),
        "BLANK": BLANK,
    }


# What can be done ----------------------------------------------------------------------------------------------------


def _doors(found: ItemPage, report: QuizReport, version_id: int) -> list[Door]:
    """Edit and retire for who may change the question, score again for who may in this course."""
    doors = []
    edit = url_for("editor.edit", question_id=found.question_id)
    if found.editable:
        doors.append(Door(_("Edit the question"), edit, "pencil"))
    if report.role in TEACHING:
        again = url_for("rescoring.look", quiz_id=report.quiz_id, version_id=version_id)
        doors.append(Door(_("Rescore it"), again, "arrow-repeat"))
    if found.editable:
        doors.append(Door(_("Retire it"), f"{edit}#status", "dash-circle"))
    return doors


# The curve -----------------------------------------------------------------------------------------------------------


def _no_curve(why: str) -> str:
    """Why there is no curve, in a sentence."""
    return {
        "few": _("It takes %(n)s attempts that are wholly marked.", n=FEWEST),
        "spread": _("The attempts are spread over too many questions: too few hold the same ones."),
        "alike": _("It takes two questions on which students differ."),
        "unplaced": _(
            "This question cannot be placed: fewer than %(n)s attempts hold it, everybody has the same mark on it, or its marks "
            "come in more than %(steps)s steps.",
            n=FEWEST_ANSWERS,
            steps=MOST_STEPS,
        ),
        "unsure": _("The attempts do not determine the model: it came to no end, or has no errors."),
    }[why]


def _drawn(found: ItemPage, curve: Curve) -> Drawn:
    best = max(zip(curve.information, curve.theta, strict=True))
    dots = [(point.theta, point.share) for point in curve.points]
    most = max(curve.information)
    columns = zip(
        curve.theta, curve.expected, curve.low, curve.high, curve.information, curve.whole, strict=True
    )
    return Drawn(
        title=_fit_title(curve),
        told=_model_words(found.scale.name),
        picture=curve_plot(curve.theta, curve.expected, (curve.low, curve.high), dots),
        information_title=_("It tells most about students of ability %(theta)s", theta=figure(best[1], 1)),
        information=curve_plot(curve.theta, curve.information, None, (), highest=_round_up(most)),
        rows=tuple(list(columns)[::IN_TABLE]),
        curve=curve,
    )


def _round_up(value: float) -> float:
    return next((top for top in (0.1, 0.2, 0.4, 0.8, 1.2, 2, 4, 8, 20, 40) if value <= top), value)


def _fit_title(curve: Curve) -> str:
    """Whether the answers keep to the curve."""
    mean_squares = (
        [one for one in (curve.fit.infit, curve.fit.outfit) if one is not None] if curve.fit else []
    )
    if any(one > ERRATIC for one in mean_squares):
        return _("Answers are more erratic than the curve")
    if any(one < REGULAR for one in mean_squares):
        return _("Answers are more regular than the curve")
    return _("Answers keep to the curve")


def _model_words(name: str) -> str:
    return {
        "rasch": _("Rasch's model"),
        "2pl": _("model with two parameters (2PL)"),
        "pcm": _("partial credit model"),
        "gpcm": _("generalised partial credit model"),
    }[name]


# History -------------------------------------------------------------------------------------------------------------


def _history(found: ItemPage, report: QuizReport, version_id: int) -> list[HistoryRow]:
    """All versions of the question in all quizzes, this one with the figures of the report."""
    this = report.question(version_id).question
    rows = [
        HistoryRow(
            one.version,
            report.title,
            url_for("reports.item", quiz_id=report.quiz_id, version_id=one.version_id, which=report.which),
            one.figures.n,
            one.figures.facility,
            one.version_id == version_id,
        )
        for one in report.questions
        if one.question == this
    ]
    rows += [
        HistoryRow(one.version, one.quiz, _quiz(one.quiz_id), one.n, one.facility, False)
        for one in found.past
    ]
    return sorted(rows, key=lambda row: row.version)


def _quiz(quiz_id: int | None) -> str:
    return "" if quiz_id is None else url_for("reports.report", quiz_id=quiz_id)


# Who answered what ---------------------------------------------------------------------------------------------------


@blueprint.get("/quizzes/<int:quiz_id>/report/<int:version_id>/answers")
@signed_in
def answers(quiz_id: int, version_id: int) -> ResponseReturnValue:
    """Who gave which answer; with ``option`` only those who chose it."""
    asked = request.args.get("which", "")
    found = items.answers(
        get_actor(),
        quiz_id,
        version_id,
        asked if asked in WHICH else WHICH[0],
        request.args.get("option", ""),
        request.args.get("page", 1, type=int),
        moment(),
    )
    use_time_zone(found.time_zone)
    return render_template("reports/answers.html", a=found, BLANK=BLANK, marks=found.role in GRADING)
