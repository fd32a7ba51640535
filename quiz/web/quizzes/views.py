"""Making a quiz from a blueprint, changing it, publishing it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields import SelectChoice

from quiz.errors import EditConflict, Invalid, Unmeetable
from quiz.operations import building, quizzes
from quiz.operations.quizzes import ManagedQuiz, SectionSupply, Supply, Workbench
from quiz.questions import types
from quiz.web.guard import bounded, moment, signed_in
from quiz.web.html import use_time_zone
from quiz.web.quizzes import checks
from quiz.web.quizzes.desk import CHANGES, Desk
from quiz.web.quizzes.fixed import SOURCES
from quiz.web.quizzes.forms import (
    EXPOSURES,
    GRADING,
    LAYOUTS,
    METHODS,
    MODES,
    ORDERS,
    SHOWN,
    WHEN,
    CopyForm,
    NewQuizForm,
    QuizForm,
    StartForm,
)
from quiz.web.quizzes.plan_form import ADAPTIVE
from quiz.web.quizzes.starter import shipped_blueprints, starter
from quiz.web.session import get_actor

blueprint = Blueprint("quizzes", __name__)

#: What a new blueprint begins with: the banks that a teacher may use, one of them, or a shipped blueprint by its name.
OWN, ONE, LIKE = "banks", "bank:", "quiz:"
#: Bytes of a form.
LARGEST_FORM = 600_000
HIGHEST_SEED = 1_000_000_000


# Make ------------------------------------------------------------------------------------------------------------


@blueprint.get("/courses/<int:course_id>/quizzes/new")
@signed_in
def new(course_id: int) -> ResponseReturnValue:
    """A blueprint to begin with."""
    bench = quizzes.workbench(get_actor(), course_id)
    start = _start_form(bench)
    form = NewQuizForm.of(_begun(bench, start.start.data), bench.time_zone)
    return _new(bench, start, Desk.reads(bench, form))


def _begun(bench: Workbench, name: str) -> str:
    """The text of this name in the list of those to begin with."""
    if name in shipped_blueprints():
        return shipped_blueprints()[name][1]
    if name.startswith(LIKE):
        return building.begun_with(get_actor(), int(name.removeprefix(LIKE)))
    one = next((bank for bank in bench.banks if ONE + bank.slug == name), None)
    return starter([one], one.title) if one else starter(bench.banks)


def _start_form(bench: Workbench) -> StartForm:
    form = StartForm(request.args)
    mine = building.beginnings(get_actor())
    form.start.choices = [
        *(
            SelectChoice(f"{LIKE}{one.quiz_id}", one.title, optgroup=_("Templates"))
            for one in mine
            if one.template
        ),
        *(SelectChoice(ONE + bank.slug, bank.title, optgroup=_("One bank")) for bank in bench.banks),
        SelectChoice(OWN, _("The banks that you may use"), optgroup=_("Several banks")),
        *(
            SelectChoice(name, title, optgroup=_("Blueprints that come with the program"))
            for name, (title, _text) in shipped_blueprints().items()
        ),
        *(
            SelectChoice(
                f"{LIKE}{one.quiz_id}", f"{one.title} · {one.course_title}", optgroup=_("Your quizzes")
            )
            for one in mine
            if not one.template
        ),
    ]
    if form.start.data not in {choice.value for choice in form.start.choices}:
        form.start.data = next(
            (choice.value for choice in form.start.choices if choice.value.startswith(ONE)), OWN
        )
    return form


def _new(bench: Workbench, start: StartForm, desk: Desk, **found: Any) -> str:
    use_time_zone(bench.time_zone, typed=True)
    return _page("new", desk, start=start, **found)


def _page(name: str, desk: Desk, **more: Any) -> str:
    """The page of this name; of it only the form or only the numbers where a script asks for that."""
    part = request.form.get("part")
    if part == "supply":
        name = "_supply" if desk.plan is None else "_counts"
    elif part == "form":
        name = "_plan"
    told: dict[str, Any] = {"unmet": (), "differences": ()} | more
    return render_template(
        f"quizzes/{name}.html",
        desk=desk,
        form=desk.form,
        plan=desk.plan,
        offers=desk.offers,
        bench=desk.bench,
        bank_options=[
            (bank.slug, f"{bank.title} ({', '.join([str(bank.total), *bank.languages])})")
            for bank in desk.bench.banks
        ],
        supply=desk.supply,
        counted=[*map(_of_section, desk.counted, count())],
        faults=desk.lines,
        modes=MODES,
        adaptive=ADAPTIVE,
        exposures=EXPOSURES,
        methods=METHODS,
        orders=ORDERS,
        layouts=LAYOUTS,
        **told,
    )


def _of_section(supply: Supply | None, number: int) -> tuple[SectionSupply, bool] | None:
    """What the banks hold for a section, and whether several days were looked at."""
    if supply is None:
        return None
    return supply.sections[number if len(supply.sections) > 1 else 0], len(supply.days) > 1


@blueprint.post("/courses/<int:course_id>/quizzes/new")
@signed_in
@bounded(LARGEST_FORM)
def create(course_id: int) -> ResponseReturnValue:
    """Make a draft from a blueprint, or work on its form."""
    bench = quizzes.workbench(get_actor(), course_id)
    desk = Desk.reads(bench, NewQuizForm())
    form: NewQuizForm = desk.form
    good = form.validate()
    settings = form.settings(bench.time_zone, moment()) if desk.plan is not None and good else {}
    title = form.title.data if desk.plan is not None else None
    if _worked(desk, desk.text(title, settings)):
        if desk.plan is not None and request.form.get("shape") != "form":
            desk.form = NewQuizForm.of(desk.begun, bench.time_zone)
        return _new(bench, _start_form(bench), desk)
    if not good or any(field.errors for field in form):
        desk.count_form()
        return _new(bench, _start_form(bench), desk), Invalid.status
    try:
        quiz_id = quizzes.create(get_actor(), course_id, desk.text(title, settings), moment())
    except Invalid as error:
        desk.blame(error.problems)
        return _new(bench, _start_form(bench), desk), Invalid.status
    except Unmeetable as error:
        desk.blame_short(error.unmet)
        return _new(bench, _start_form(bench), desk, unmet=error.unmet), Unmeetable.status
    flash(_("The draft is saved. Students see it when it is published."), "good")
    return redirect(url_for("quizzes.edit", quiz_id=quiz_id), 303)


def _worked(desk: Desk, text: str) -> bool:
    """Does what a button asks for that only works on the page; whether it was one. ``text``: what the page says."""
    act, _colon, rest = request.form.get("act", "save").partition(":")
    if act == "check":
        desk.count()
    elif act == "text":
        desk.show_text(text)
    elif act == "form":
        desk.show_form()
    elif act == "find":
        desk.seek(rest)
    elif act in CHANGES and desk.plan is not None:
        desk.change(act, *rest.partition(":")[::2])
    else:
        return False
    for field in desk.form:
        if act not in ("check", "form"):
            field.errors = []
    return True


# Change ----------------------------------------------------------------------------------------------------------


@blueprint.get("/quizzes/<int:quiz_id>/edit")
@signed_in
def edit(quiz_id: int) -> ResponseReturnValue:
    """What can be changed of a quiz."""
    quiz = quizzes.manage(get_actor(), quiz_id)
    bench = quizzes.workbench(get_actor(), quiz.course_id)
    return _edit(quiz, Desk.reads(bench, QuizForm.of(quiz), quiz.sheet))


def _edit(quiz: ManagedQuiz, desk: Desk, **found: Any) -> str:
    use_time_zone(quiz.time_zone, typed=True)
    return _page("edit", desk, quiz=quiz, shown=SHOWN, when=WHEN, **found)


@blueprint.post("/quizzes/<int:quiz_id>/edit")
@signed_in
@bounded(LARGEST_FORM)
def save(quiz_id: int) -> ResponseReturnValue:
    """Change a quiz, or work on its form; dates and limits act at once."""
    quiz = quizzes.manage(get_actor(), quiz_id)
    form = QuizForm()
    sheet = form.sheet(quiz, moment()) if form.validate() else None
    desk = Desk.reads(quizzes.workbench(get_actor(), quiz.course_id), form, sheet or quiz.sheet)
    if _worked(desk, desk.text()):
        return _edit(quiz, desk)
    if sheet is None:
        desk.count_form()
        return _edit(quiz, desk), Invalid.status
    try:
        quizzes.edit(get_actor(), quiz_id, form.seen_edits, sheet, desk.text(), moment())
    except Invalid as error:
        desk.blame(error.problems)
        return _edit(quiz, desk), Invalid.status
    except Unmeetable as error:
        desk.blame_short(error.unmet)
        return _edit(quiz, desk, unmet=error.unmet), Unmeetable.status
    except EditConflict:
        return _conflict(quizzes.manage(get_actor(), quiz_id), desk, form), EditConflict.status
    flash(_("Saved."), "good")
    return redirect(url_for("quizzes.edit", quiz_id=quiz_id), 303)


def _conflict(quiz: ManagedQuiz, desk: Desk, form: QuizForm) -> str:
    """Both versions. Saving once more writes mine: the form now carries the number of the newest edit."""
    form.edits.data = str(quiz.edits)
    form.edits.raw_data = None
    as_form = desk.plan is not None
    desk.show_text(desk.text())
    differences = [*_differences(QuizForm.of(quiz), form)]
    if as_form:
        desk.show_form()
    return _edit(quiz, desk, differences=differences)


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


# Look, copy, keep for others ------------------------------------------------------------------------------------


@blueprint.get("/quizzes/<int:quiz_id>/papers")
@signed_in
def papers(quiz_id: int) -> ResponseReturnValue:
    """Some papers as students would get them; ``first`` is the seed of the first one."""
    first = min(max(request.args.get("first", 1, type=int), 1), HIGHEST_SEED)
    found = building.papers(get_actor(), quiz_id, first, moment())
    use_time_zone(found.time_zone)
    kinds = {name: types.editing(name).NAME for name in types.names()}
    sources = [SOURCES[name](n) for name, n in found.fairness.sources.items()] if found.fairness else []
    more = first + building.PAPERS
    return render_template("quizzes/papers.html", found=found, kinds=kinds, sources=sources, more=more)


@blueprint.get("/quizzes/<int:quiz_id>/copy")
@signed_in
def copy_form(quiz_id: int) -> ResponseReturnValue:
    """Into which course it is copied."""
    quiz = quizzes.manage(get_actor(), quiz_id)
    return render_template("quizzes/copy.html", quiz=quiz, form=_copy_form(quiz))


def _copy_form(quiz: ManagedQuiz) -> CopyForm:
    form = CopyForm()
    form.course.choices = [
        SelectChoice(str(id_), title) for id_, title in building.courses_taught(get_actor())
    ]
    if not form.course.data or form.course.data == "None":
        form.course.data = str(quiz.course_id)
    return form


@blueprint.post("/quizzes/<int:quiz_id>/copy")
@signed_in
def copy(quiz_id: int) -> ResponseReturnValue:
    """Make a draft like this quiz."""
    quiz = quizzes.manage(get_actor(), quiz_id)
    form = _copy_form(quiz)
    if not form.validate():
        return render_template("quizzes/copy.html", quiz=quiz, form=form), Invalid.status
    made = building.copy(get_actor(), quiz_id, int(form.course.data), moment())
    flash(_("This is the copy, a draft without dates. Students see it when it is published."), "good")
    return redirect(url_for("quizzes.edit", quiz_id=made), 303)


@blueprint.post("/quizzes/<int:quiz_id>/template")
@signed_in
def set_template(quiz_id: int) -> ResponseReturnValue:
    """List it first where a quiz is begun, or no longer."""
    template = request.form.get("template") == "1"
    building.set_template(get_actor(), quiz_id, template, moment())
    flash(
        _("It is a template now: listed first where a quiz is begun.")
        if template
        else _("It is no longer a template."),
        "good",
    )
    return redirect(url_for("quizzes.edit", quiz_id=quiz_id), 303)


# Publish ---------------------------------------------------------------------------------------------------------


@blueprint.get("/quizzes/<int:quiz_id>/publish")
@signed_in
def checklist(quiz_id: int) -> ResponseReturnValue:
    """What publishing would do."""
    return _checklist(quiz_id)


def _checklist(quiz_id: int) -> str:
    found = quizzes.checklist(get_actor(), quiz_id, moment())
    use_time_zone(found.quiz.time_zone)
    around = building.readiness(get_actor(), quiz_id, moment())
    found = replace(found, unmet=found.unmet or around.unmet)
    lines = checks.lines(found, around, moment())
    return render_template("quizzes/publish.html", c=found, quiz=found.quiz, lines=lines)


@blueprint.post("/quizzes/<int:quiz_id>/publish")
@signed_in
def publish(quiz_id: int) -> ResponseReturnValue:
    """Freeze the blueprint for new attempts."""
    try:
        number = quizzes.publish(get_actor(), quiz_id, moment())
    except EditConflict as error:
        flash(
            _("The quiz or the banks were changed meanwhile: look through the list again, then publish."),
            "bad",
        )
        return _checklist(quiz_id), error.status
    except (Unmeetable, Invalid) as error:
        return _checklist(quiz_id), error.status
    flash(_("Published, as revision %(number)s.", number=number), "good")
    return redirect(url_for("reports.results", quiz_id=quiz_id), 303)
