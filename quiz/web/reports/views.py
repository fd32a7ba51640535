"""Who did what: a quiz's results, a course's grade book, as pages and as CSV."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from quiz.files.tables import Table, write_csv
from quiz.operations import reporting
from quiz.operations.access import TEACHING
from quiz.web.downloads import download_csv
from quiz.web.guard import moment, signed_in
from quiz.web.html import use_time_zone
from quiz.web.session import get_actor

blueprint = Blueprint("reports", __name__)


def _page() -> int:
    return request.args.get("page", 1, type=int)


@blueprint.get("/quizzes/<int:quiz_id>/results")
@signed_in
def results(quiz_id: int) -> ResponseReturnValue:
    """Who has started and finished, with what grade; how each question fared."""
    found = reporting.results(get_actor(), quiz_id, _page())
    use_time_zone(found.time_zone)
    return render_template("reports/results.html", r=found, teaches=found.role in TEACHING)


@blueprint.get("/quizzes/<int:quiz_id>/results.csv")
@signed_in
def results_csv(quiz_id: int) -> ResponseReturnValue:
    """All attempts, for a spreadsheet."""
    return _csv(reporting.results_table(get_actor(), quiz_id, moment()))


@blueprint.get("/courses/<int:course_id>/grades")
@signed_in
def grade_book(course_id: int) -> ResponseReturnValue:
    """Students and quizzes of a course."""
    return render_template("reports/grades.html", book=reporting.grade_book(get_actor(), course_id, _page()))


@blueprint.get("/courses/<int:course_id>/grades.csv")
@signed_in
def grade_book_csv(course_id: int) -> ResponseReturnValue:
    """The whole grade book, for a spreadsheet."""
    return _csv(reporting.grade_book_table(get_actor(), course_id, moment()))


def _csv(table: Table) -> ResponseReturnValue:
    return download_csv(write_csv(table.rows, table.header), table.name)
