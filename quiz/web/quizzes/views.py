"""Making a quiz from a blueprint, changing it, publishing it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms.fields import SelectChoice

from quiz.errors import EditConflict, Invalid, Problem, Unmeetable
from quiz.operations import quizzes
from quiz.operations.quizzes import ManagedQuiz, QuizSheet, Supply, Workbench
from quiz.web.forms import place
from quiz.web.guard import moment, signed_in
from quiz.web.html import use_time_zone
from quiz.web.quizzes.forms import GRADING, SHOWN, WHEN, NewQuizForm, QuizForm, StartForm
from quiz.web.quizzes.starter import shipped_blueprints, starter
from quiz.web.session import get_actor

blueprint = Blueprint("quizzes", __name__)

#: What a new blueprint begins with: the banks that a teacher may use, one of them, or a shipped blueprint by its name.
OWN, ONE = "banks", "bank:"


# Make ------------------------------------------------------------------------------------------------------------


@blueprint.get("/courses/<int:course_id>/quizzes/new")
@signed_in
def new(course_id: int) -> ResponseReturnValue:
    """A blueprint to begin with."""
    bench = quizzes.workbench(get_actor(), course_id)
    start = _start_form(bench)
    return _new(bench, start, NewQuizForm(None, blueprint=_begun(bench, start.start.data)))


def _begun(bench: Workbench, name: str) -> str:
    """The text of this name in the list of those to begin with."""
    if name in shipped_blueprints():
        return shipped_blueprints()[name][1]
    one = next((bank for bank in bench.banks if ONE + bank.slug == name), None)
    return starter([one], one.title) if one else starter(bench.banks)


def _start_form(bench: Workbench) -> StartForm:
    form = StartForm(request.args)
    form.start.choices = [
        SelectChoice(OWN, _("The banks that you may use")),
        *(SelectChoice(ONE + bank.slug, bank.title, optgroup=_("One bank")) for bank in bench.banks),
        *(
            SelectChoice(name, title, optgroup=_("Blueprints that come with the program"))
            for name, (title, _text) in shipped_blueprints().items()
        ),
    ]
    if form.start.data not in {choice.value for choice in form.start.choices}:
        form.start.data = OWN
    return form


def _new(bench: Workbench, start: StartForm, form: NewQuizForm, **found: Any) -> str:
    told: dict[str, Any] = {"faults": (), "unmet": ()} | found
    if "supply" not in told:
        told["supply"] = _supply(bench.course_id, form.blueprint.data)
    return render_template("quizzes/new.html", bench=bench, start=start, form=form, **told)


@blueprint.post("/courses/<int:course_id>/quizzes/new")
@signed_in
def create(course_id: int) -> ResponseReturnValue:
    """Make a draft from a blueprint."""
    bench = quizzes.workbench(get_actor(), course_id)
    form = NewQuizForm()
    if _asks_to_check():
        found = _checked(course_id, form)
        return (
            render_template("quizzes/_supply.html", **found)
            if _asks_for_part()
            else _new(bench, _start_form(bench), form, **found)
        )
    if not form.validate():
        return _new(bench, _start_form(bench), form), Invalid.status
    try:
        quiz_id = quizzes.create(get_actor(), course_id, form.blueprint.data, moment())
    except Invalid as error:
        return _new(bench, _start_form(bench), form, faults=_faults(form, error)), Invalid.status
    except Unmeetable as error:
        form.blueprint.errors = [_short()]
        return _new(bench, _start_form(bench), form, unmet=error.unmet), Unmeetable.status
    flash(_("The draft is saved. Students see it when it is published."), "good")
    return redirect(url_for("quizzes.edit", quiz_id=quiz_id), 303)


def _asks_to_check() -> bool:
    """Whether the button was the one that only looks what the banks hold."""
    return request.form.get("act") == "check"


def _asks_for_part() -> bool:
    """Whether a script asks, which puts in the numbers alone."""
    return request.form.get("part") == "supply"


def _checked(course_id: int, form: NewQuizForm | QuizForm, sheet: QuizSheet | None = None) -> dict[str, Any]:
    """What the banks hold for the text in the form; where it is faulty nothing, and the faults."""
    try:
        return {"supply": quizzes.supply(get_actor(), course_id, form.blueprint.data or "", moment(), sheet)}
    except Invalid as error:
        return {"supply": None, "faults": _faults(form, error)}


def _supply(course_id: int, text: str | None, sheet: QuizSheet | None = None) -> Supply | None:
    """The same without a word about faults: nobody has asked."""
    try:
        return quizzes.supply(get_actor(), course_id, text or "", moment(), sheet)
    except Invalid:
        return None


def _faults(form: NewQuizForm | QuizForm, error: Invalid) -> list[Problem]:
    """The faults of the blueprint, for a list of their own; the others go to their fields."""
    own = [problem for problem in error.problems if problem.line is None and problem.where in form]
    of_blueprint = [problem for problem in error.problems if problem not in own]
    place(form, Invalid(own))
    if of_blueprint:
        form.blueprint.errors = [
            ngettext("One fault, listed below.", "%(num)d faults, listed below.", len(of_blueprint))
        ]
    return of_blueprint


def _short() -> str:
    return _("The banks do not hold enough questions for it; what is missing stands below.")


# Change ----------------------------------------------------------------------------------------------------------


@blueprint.get("/quizzes/<int:quiz_id>/edit")
@signed_in
def edit(quiz_id: int) -> ResponseReturnValue:
    """What can be changed of a quiz."""
    quiz = quizzes.manage(get_actor(), quiz_id)
    return _edit(quiz, QuizForm.of(quiz))


def _edit(quiz: ManagedQuiz, form: QuizForm, **found: Any) -> str:
    use_time_zone(quiz.time_zone, typed=True)
    told: dict[str, Any] = {"faults": (), "unmet": (), "differences": ()} | found
    if "supply" not in told:
        told["supply"] = _supply(quiz.course_id, form.blueprint.data, quiz.sheet)
    return render_template("quizzes/edit.html", quiz=quiz, form=form, shown=SHOWN, when=WHEN, **told)


@blueprint.post("/quizzes/<int:quiz_id>/edit")
@signed_in
def save(quiz_id: int) -> ResponseReturnValue:
    """Change a quiz; dates and limits act at once."""
    quiz, form = quizzes.manage(get_actor(), quiz_id), QuizForm()
    sheet = form.sheet(quiz) if form.validate() else None
    if _asks_to_check():
        found = _checked(quiz.course_id, form, sheet or quiz.sheet)
        return (
            render_template("quizzes/_supply.html", **found)
            if _asks_for_part()
            else _edit(quiz, form, **found)
        )
    if sheet is None:
        return _edit(quiz, form), Invalid.status
    try:
        quizzes.edit(get_actor(), quiz_id, form.seen_edits, sheet, form.blueprint.data, moment())
    except Invalid as error:
        return _edit(quiz, form, faults=_faults(form, error)), Invalid.status
    except Unmeetable as error:
        form.blueprint.errors = [_short()]
        return _edit(quiz, form, unmet=error.unmet), Unmeetable.status
    except EditConflict:
        return _conflict(quizzes.manage(get_actor(), quiz_id), form), EditConflict.status
    flash(_("Saved."), "good")
    return redirect(url_for("quizzes.edit", quiz_id=quiz_id), 303)


def _conflict(quiz: ManagedQuiz, form: QuizForm) -> str:
    """Both versions. Saving once more writes mine: the form now carries the number of the newest edit."""
    form.edits.data = str(quiz.edits)
    form.edits.raw_data = None
    return _edit(quiz, form, differences=[*_differences(QuizForm.of(quiz), form)])


def _differences(theirs: QuizForm, mine: QuizForm) -> Iterator[tuple[str, str, str]]:
    """Each field that differs: its name, theirs, mine."""
    for field in mine:
        saved, typed = _shown(theirs[field.name]), _shown(field)
        if field.name != "edits" and saved != typed:
            yield str(field.label.text), saved, typed


def _shown(field: Any) -> str:
    if isinstance(field.data, list):
        return ", ".join(str(SHOWN[name]) for name in SHOWN if name in field.data)
    if field.name == "grading":
        return str(GRADING[field.data])
    if isinstance(field.data, bool):
        return _("Yes") if field.data else _("No")
    return "" if field.data is None else str(field.data).replace("\r\n", "\n")


# Publish ---------------------------------------------------------------------------------------------------------


@blueprint.get("/quizzes/<int:quiz_id>/publish")
@signed_in
def checklist(quiz_id: int) -> ResponseReturnValue:
    """What publishing would do."""
    return _checklist(quiz_id)


def _checklist(quiz_id: int) -> str:
    found = quizzes.checklist(get_actor(), quiz_id, moment())
    use_time_zone(found.quiz.time_zone)
    return render_template("quizzes/publish.html", c=found, quiz=found.quiz, now=moment())


@blueprint.post("/quizzes/<int:quiz_id>/publish")
@signed_in
def publish(quiz_id: int) -> ResponseReturnValue:
    """Freeze the blueprint for new attempts."""
    try:
        number = quizzes.publish(get_actor(), quiz_id, moment())
    except (Unmeetable, Invalid) as error:
        return _checklist(quiz_id), error.status
    flash(_("Published, as revision %(number)s.", number=number), "good")
    return redirect(url_for("reports.results", quiz_id=quiz_id), 303)
