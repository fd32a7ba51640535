"""One page over all courses whose results somebody sees; it changes nothing."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from quiz.files.tables import write_csv, write_xlsx
from quiz.operations import surveying
from quiz.operations.surveying import TARGET, Survey, Term
from quiz.web.downloads import download_csv, download_xlsx
from quiz.web.guard import grace, moment, signed_in
from quiz.web.reports.charts import KINDS, LineChart, line_chart, shortened
from quiz.web.session import get_actor

blueprint = Blueprint("survey", __name__)
#: The tables of the files, by the name that the address gives.
TABLES = ("quizzes", "below", "terms")


@blueprint.app_template_filter()
def term_name(term: Term) -> str:
    """Half a year in words."""
    return (
        _("January–June %(year)s", year=term.year)
        if term.half == 1
        else _("July–December %(year)s", year=term.year)
    )


def _target() -> float:
    """The target that the address names in percent, as a share."""
    asked = request.args.get("target", round(100 * TARGET), type=int)
    return min(100, max(1, asked)) / 100


@blueprint.get("/overview")
@signed_in
def page() -> ResponseReturnValue:
    """Courses and quizzes, what is below target, the trend."""
    found = surveying.survey(get_actor(), _target(), request.args.get("page", 1, type=int), moment(), grace())
    return render_template("reports/survey.html", s=found, chart=_chart(found))


def _chart(found: Survey) -> LineChart | None:
    """The courses with most attempts over the terms; None where there is no trend to see."""
    if len(found.terms) < 2:
        return None
    counted = sorted(found.trends, key=lambda one: -sum(term[1] for term in one.terms if term))
    series = [
        (
            shortened(one.course_title, 14),
            kind,
            [(place, term[0].value) for place, term in enumerate(one.terms) if term],
        )
        for kind, one in enumerate(counted[:KINDS], 1)
    ]
    return line_chart(series, range(len(found.terms)), highest=1.0)


@blueprint.get("/overview.<any(csv, xlsx):ending>")
@signed_in
def file(ending: str) -> ResponseReturnValue:
    """The same as a file: a workbook of all tables, or as CSV the one that ``table`` names."""
    tables = surveying.survey_tables(get_actor(), _target(), moment(), grace())
    if ending == "xlsx":
        return download_xlsx(write_xlsx(tables), "overview")
    asked = request.args.get("table", "")
    table = tables[TABLES.index(asked) if asked in TABLES else 0]
    return download_csv(write_csv(table.rows, table.header), f"overview {table.name}")
