"""Who did what, and what it says about the questions: pages and files for those who see results."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from quiz.banks import report_tables
from quiz.banks.analysing import QuestionReport
from quiz.files.pages import write_page
from quiz.files.pdf import write_pdf
from quiz.files.tables import Table, write_csv, write_xlsx
from quiz.operations import analysis, learning, mastering, reporting
from quiz.operations.access import GRADING, TEACHING
from quiz.operations.analysis import WHICH, QuizReport
from quiz.operations.sheets import Sheet, sheet_of
from quiz.statistics import methods as methodology
from quiz.statistics.flags import ENOUGH, FEWEST
from quiz.statistics.words import STATES, state_of
from quiz.web.downloads import download_csv, download_html, download_pdf, download_xlsx
from quiz.web.guard import grace, moment, signed_in
from quiz.web.html import percent, use_time_zone
from quiz.web.languages import tag
from quiz.web.reports.charts import BarChart, bar_chart
from quiz.web.reports.items import beyond
from quiz.web.reports.pictures import curves_of, curves_title, progress_of, roles_of
from quiz.web.reports.words import Told, tell_flag, tell_verdict
from quiz.web.session import get_actor

blueprint = Blueprint("reports", __name__)

#: So many findings stand at the top; the table below has them all.
MOST_FINDINGS = 8
#: A topic with fewer questions is neither the best nor the least known.
ENOUGH_OF_A_TOPIC = 5


@blueprint.app_template_filter()
def hundredths(value: float | None) -> str:
    """A figure that is in percent already; a dash for none."""
    return "–" if value is None else percent(value / 100)


def _page() -> int:
    return request.args.get("page", 1, type=int)


def _which() -> str:
    asked = request.args.get("which", "")
    return asked if asked in WHICH else WHICH[0]


# Results -----------------------------------------------------------------------------------------------------------


@blueprint.get("/quizzes/<int:quiz_id>/results")
@signed_in
def results(quiz_id: int) -> ResponseReturnValue:
    """Who has started and finished, with what grade; how each question fared."""
    found = reporting.results(get_actor(), quiz_id, _page(), moment(), grace())
    use_time_zone(found.time_zone)
    return render_template(
        "reports/results.html", r=found, teaches=found.role in TEACHING, grades=found.role in GRADING
    )


@blueprint.get("/quizzes/<int:quiz_id>/results.csv")
@signed_in
def results_csv(quiz_id: int) -> ResponseReturnValue:
    """All attempts, for a spreadsheet."""
    return _csv(reporting.results_table(get_actor(), quiz_id, moment(), grace()))


# Report ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """A question in the report's table: its gravest flag, if it has any."""

    question: QuestionReport
    told: Told | None

    @property
    def state(self) -> str:
        """bad, look, none or good."""
        return self.told.state if self.told else "good"


@blueprint.get("/quizzes/<int:quiz_id>/report")
@signed_in
def report(quiz_id: int) -> ResponseReturnValue:
    """What the attempts say: verdicts first, then the picture of the grades, then each question."""
    found = analysis.quiz_report(get_actor(), quiz_id, _which(), moment(), grace())
    use_time_zone(found.time_zone)
    rows = sorted(map(_row, found.questions), key=lambda row: STATES.index(row.state))
    to_look = [row for row in rows if row.state in ("bad", "look")]
    show = "look" if request.args.get("show") == "look" else "all"
    return render_template(
        "reports/report.html",
        r=found,
        rows=to_look if show == "look" else rows,
        show=show,
        to_look=len(to_look),
        judged=sum(one.figures.n >= FEWEST for one in found.questions),
        findings=[(row.question, row.told) for row in to_look[:MOST_FINDINGS]],
        general=[tell_verdict(verdict) for verdict in found.verdicts],
        grades=_grades(found),
        fewest=FEWEST,
        enough=ENOUGH,
        marks=found.role in GRADING,
    )


@blueprint.get("/methods")
@signed_in
def methods() -> ResponseReturnValue:
    """What each figure and finding of a report is."""
    return render_template(
        "reports/methods.html",
        items=methodology.ITEM,
        tests=methodology.TEST,
        compared=methodology.COMPARED,
        curve=methodology.CURVE,
        flags=methodology.FLAGS,
        fewest=FEWEST,
        enough=ENOUGH,
    )


def _row(question: QuestionReport) -> Row:
    if not question.flags:
        return Row(question, None)
    worst = min(question.flags, key=lambda flag: STATES.index(state_of(flag)))
    return Row(question, tell_flag(worst, question))


def _grades(found: QuizReport) -> BarChart | None:
    if not found.distribution:
        return None
    edges = [found.distribution[0].low, *(one.high for one in found.distribution)]
    return bar_chart([one.n for one in found.distribution], edges, found.pass_grade)


@blueprint.get("/quizzes/<int:quiz_id>/report/<int:version_id>")
@signed_in
def item(quiz_id: int, version_id: int) -> ResponseReturnValue:
    """One question: what is odd about it, its figures, who chose what."""
    found = analysis.quiz_report(get_actor(), quiz_id, _which(), moment(), grace())
    use_time_zone(found.time_zone)
    one = found.question(version_id)
    return render_template(
        "reports/item.html",
        r=found,
        one=one,
        told=[tell_flag(flag, one) for flag in one.flags],
        roles=roles_of(one),
        curves=curves_of(one) if one.figures.n >= FEWEST else None,
        curves_title=curves_title(one),
        fewest=FEWEST,
        **beyond(quiz_id, version_id, found.which, found),
    )


@blueprint.get("/quizzes/<int:quiz_id>/report.csv")
@signed_in
def report_csv(quiz_id: int) -> ResponseReturnValue:
    """The questions with their figures, for a spreadsheet; ``table=options``: the options with theirs."""
    found = analysis.export_report(get_actor(), quiz_id, _which(), moment(), grace())
    options = request.args.get("table") == "options"
    table = (report_tables.options_table if options else report_tables.questions_table)(found.analysis)
    return download_csv(write_csv(table.rows, table.header), f"{found.title} {table.name}")


@blueprint.get("/quizzes/<int:quiz_id>/report.<any(html, pdf):printed>")
@signed_in
def report_file(quiz_id: int, printed: str) -> ResponseReturnValue:
    """The report to print or pass on, in the reader's language, verdicts first. It names nobody."""
    found = analysis.export_report(get_actor(), quiz_id, _which(), moment(), grace())
    sheet = sheet_of(found, language=tag())
    return _SHEETS[printed](sheet, f"{found.title} {_('Report')}")


def _as_page(sheet: Sheet, name: str) -> Response:
    return download_html(write_page(sheet.title, sheet.lede, sheet.tables, sheet.language), name)


def _as_pdf(sheet: Sheet, name: str) -> Response:
    return download_pdf(write_pdf(sheet.title, sheet.lede, sheet.tables, sheet.language), name)


_SHEETS = {"html": _as_page, "pdf": _as_pdf}


@blueprint.get("/quizzes/<int:quiz_id>/report.xlsx")
@signed_in
def report_xlsx(quiz_id: int) -> ResponseReturnValue:
    """The whole report as a workbook: the test, its questions, their options."""
    found = analysis.export_report(get_actor(), quiz_id, _which(), moment(), grace())
    return download_xlsx(write_xlsx(report_tables.tables(found.analysis)), f"{found.title} report")


@blueprint.get("/courses/<int:course_id>/mastery")
@signed_in
def mastery(course_id: int) -> ResponseReturnValue:
    """How well each student of a course has mastered each topic."""
    found = mastering.mastery(get_actor(), course_id, _page())
    use_time_zone(found.time_zone)
    return render_template("reports/mastery.html", found=found)


# My own -----------------------------------------------------------------------------------------------------------


@blueprint.get("/progress")
@signed_in
def progress() -> ResponseReturnValue:
    """My own marks by topic over time, as far as they may be shown now."""
    mine = learning.my_progress(get_actor(), moment())
    known = [topic for topic in mine.broad if topic.questions >= ENOUGH_OF_A_TOPIC]
    ranked = sorted(known, key=lambda topic: topic.share)
    differ = bool(ranked) and ranked[0].share < ranked[-1].share
    chart, days = progress_of(mine)
    return render_template(
        "reports/progress.html", mine=mine, ranked=ranked if differ else (), chart=chart, days=days
    )


def _csv(table: Table) -> ResponseReturnValue:
    return download_csv(write_csv(table.rows, table.header), table.name)
