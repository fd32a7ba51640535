"""The grade book of a course: pages, files, and what people decide about grades and categories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from quiz.errors import EditConflict, Invalid
from quiz.files.pdf import write_pdf
from quiz.files.tables import Table, write_csv, write_xlsx
from quiz.operations import categories, deciding, gradebook
from quiz.operations.access import GRADING, TEACHING
from quiz.operations.categories import MOST_CATEGORIES, Line
from quiz.operations.deciding import Verdict
from quiz.operations.gradebook import ONLY, Wish
from quiz.web.downloads import download_csv, download_pdf, download_xlsx
from quiz.web.forms import in_words
from quiz.web.guard import grace, moment, signed_in
from quiz.web.html import day, figure, percent, use_time_zone
from quiz.web.languages import tag
from quiz.web.session import get_actor

blueprint = Blueprint("gradebook", __name__)
#: The files of a book, by their endings.
FILES = "<any(csv, xlsx, pdf):ending>"
#: Empty lines for further categories.
FURTHER = 3
#: What of the wish a file of the book keeps.
KEPT = ("words", "group", "only", "sort", "down")


@blueprint.app_template_filter()
def give_or_take(grade: float | None, error: float | None) -> str:
    """A grade with its standard error, in words; the grade alone where there is none."""
    if grade is None or error is None:
        return figure(grade)
    places = 0 if error >= 1 else 1
    return _("%(grade)s, give or take %(error)s", grade=figure(grade, places), error=figure(error, places))


# The book ----------------------------------------------------------------------------------------------------------


@blueprint.get("/courses/<int:course_id>/grades")
@signed_in
def book(course_id: int) -> ResponseReturnValue:
    """Students and quizzes of a course, and what they come to."""
    wish = _wish()
    found = gradebook.grade_book(get_actor(), course_id, wish, moment(), grace())
    use_time_zone(found.time_zone)
    kept = {name: request.args[name] for name in KEPT if name in request.args}
    return render_template(
        "gradebook/book.html",
        book=found,
        wish=wish,
        kept=kept,
        teaches=found.role in TEACHING,
        filtered=bool(wish.words or wish.group or wish.only),
    )


def _wish() -> Wish:
    """What of the book is asked for, by the address."""
    args = request.args
    only = args.get("only", "")
    return Wish(
        page=args.get("page", 1, type=int),
        words=args.get("words", "").replace("\0", ""),
        group=args.get("group", "").replace("\0", ""),
        only=only if only in ONLY else "",
        sort=args.get("sort", "name"),
        down=args.get("down") == "1",
    )


@blueprint.get(f"/courses/<int:course_id>/grades.{FILES}")
@signed_in
def book_file(course_id: int, ending: str) -> ResponseReturnValue:
    """The students that are asked for, all of them, as a file."""
    table = gradebook.grade_book_table(get_actor(), course_id, _wish(), moment(), grace())
    count = ngettext("one student", "%(num)d students", len(table.rows))
    lede = f"{_('Grade book')} · {count} · {day(moment())}"
    return _file(ending, table.name, lede, [table])


def _file(ending: str, name: str, lede: str, tables: Sequence[Table]) -> ResponseReturnValue:
    """The tables as a file; as CSV the first."""
    if ending == "csv":
        return download_csv(write_csv(tables[0].rows, tables[0].header), name)
    if ending == "xlsx":
        return download_xlsx(write_xlsx(tables), name)
    unnamed = [replace(table, name="") for table in tables]
    return download_pdf(write_pdf(name, lede, unnamed, tag()), name)


# One student -------------------------------------------------------------------------------------------------------


@blueprint.get("/courses/<int:course_id>/grades/students/<int:user_id>")
@signed_in
def student(course_id: int, user_id: int) -> ResponseReturnValue:
    """One student's grades, each as exact as it is."""
    found = gradebook.student_sheet(get_actor(), course_id, user_id, moment(), grace())
    use_time_zone(found.time_zone)
    return render_template("gradebook/student.html", sheet=found)


@blueprint.get(f"/courses/<int:course_id>/grades/students/<int:user_id>.{FILES}")
@signed_in
def student_file(course_id: int, user_id: int, ending: str) -> ResponseReturnValue:
    """One student's grades as a file."""
    found = gradebook.export_student_sheet(get_actor(), course_id, user_id, moment(), grace())
    whole = _("%(share)s in all", share=percent(found.row.total)) if found.row.total is not None else ""
    lede = " · ".join(part for part in (found.course_title, whole, day(moment())) if part)
    return _file(ending, found.row.student, lede, gradebook.sheet_tables(found))


# One grade ---------------------------------------------------------------------------------------------------------


@blueprint.get("/quizzes/<int:quiz_id>/grades/<int:user_id>")
@signed_in
def grade(quiz_id: int, user_id: int) -> ResponseReturnValue:
    """Where a grade comes from, what was decided about it, and the form to decide."""
    return _grade(quiz_id, user_id, None, {})


@blueprint.post("/quizzes/<int:quiz_id>/grades/<int:user_id>")
@signed_in
def decide(quiz_id: int, user_id: int) -> ResponseReturnValue:
    """Give a grade, ask for none, or go back to that of the attempts."""
    form = {name: value.replace("\0", "") for name, value in request.form.items()}
    verdict = Verdict(form.get("kind", ""), form.get("grade", ""), form.get("reason", ""))
    seen = request.form.get("seen", 0, type=int)
    try:
        deciding.decide(get_actor(), quiz_id, user_id, seen, verdict, moment(), grace())
    except Invalid as error:
        return _grade(quiz_id, user_id, verdict, _faults(error)), Invalid.status
    except EditConflict:
        return _grade(quiz_id, user_id, verdict, {}, conflict=True), EditConflict.status
    flash(_("Saved."), "good")
    return redirect(url_for("gradebook.grade", quiz_id=quiz_id, user_id=user_id), 303)


def _grade(
    quiz_id: int,
    user_id: int,
    verdict: Verdict | None,
    faults: Mapping[str, Sequence[str]],
    *,
    conflict: bool = False,
) -> str:
    found = deciding.grade_page(get_actor(), quiz_id, user_id, moment(), grace())
    use_time_zone(found.time_zone)
    return render_template(
        "gradebook/grade.html",
        g=found,
        typed=verdict or Verdict("", ""),
        faults=faults,
        conflict=conflict,
        decides=found.role in GRADING,
    )


def _faults(error: Invalid) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for problem in error.problems:
        found.setdefault(problem.where, []).append(in_words(problem))
    return found


# Categories --------------------------------------------------------------------------------------------------------


@blueprint.get("/courses/<int:course_id>/grades/categories")
@signed_in
def category_form(course_id: int) -> ResponseReturnValue:
    """What the total is made of."""
    found = categories.category_sheet(get_actor(), course_id)
    lines = [*found.lines, *(Line() for _number in range(FURTHER))][:MOST_CATEGORIES]
    return _categories(found, lines, found.places, {}, found.token)


@blueprint.post("/courses/<int:course_id>/grades/categories")
@signed_in
def set_categories(course_id: int) -> ResponseReturnValue:
    """Make these the categories."""
    found = categories.category_sheet(get_actor(), course_id)
    lines = [_line(number) for number in range(MOST_CATEGORIES) if f"name-{number}" in request.form]
    places = {quiz_id: request.form.get(f"quiz-{quiz_id}", type=int) for quiz_id, _title in found.quizzes}
    seen = request.form.get("seen", "")
    try:
        categories.set_categories(get_actor(), course_id, lines, places, moment(), seen)
    except Invalid as error:
        return _categories(found, lines, places, _faults(error), seen), Invalid.status
    except EditConflict:
        return _overtaken(course_id, lines, places), EditConflict.status
    flash(_("Saved."), "good")
    return redirect(url_for("gradebook.book", course_id=course_id), 303)


def _overtaken(course_id: int, lines: Sequence[Line], places: Mapping[int, int | None]) -> str:
    """What somebody else has saved meanwhile, and what was typed: saving once more puts that in its place."""
    theirs = categories.category_sheet(get_actor(), course_id)
    there = {line.id for line in theirs.lines}
    mine = [line if line.id in there else replace(line, id=None) for line in lines]
    return _categories(theirs, mine, places, {}, theirs.token, conflict=True)


def _line(number: int) -> Line:
    form: Any = request.form
    texts = [form.get(f"{name}-{number}", "").replace("\0", "") for name in ("name", "weight", "drop")]
    return Line(form.get(f"id-{number}", type=int), *texts)


def _categories(
    found: categories.CategorySheet,
    lines: Sequence[Line],
    places: Mapping[int, int | None],
    faults: Mapping[str, Sequence[str]],
    seen: str,
    *,
    conflict: bool = False,
) -> str:
    return render_template(
        "gradebook/categories.html",
        course=found,
        lines=lines,
        places=places,
        faults=faults,
        seen=seen,
        conflict=conflict,
    )
