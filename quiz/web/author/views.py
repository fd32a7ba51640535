"""Banks and their questions: looking, bringing in, taking away, sharing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_timezone, ngettext
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from quiz.errors import Invalid, Problem
from quiz.operations import accounts, authoring, banks, importing
from quiz.operations.access import AUTHORING
from quiz.operations.banks import Filter
from quiz.web.author.forms import BankForm, CommitForm, FilterForm, HeadForm, ImportForm, ShareForm
from quiz.web.downloads import download
from quiz.web.forms import place
from quiz.web.guard import bounded, moment, signed_in
from quiz.web.html import NO_BREAK_SPACE
from quiz.web.session import get_actor

blueprint = Blueprint("author", __name__)

#: The largest bank file, in bytes; a request carries a little more.
LARGEST_FILE = 5_000_000
LARGEST_IMPORT = LARGEST_FILE + 200_000


def page_number() -> int:
    """The page of a list that is asked for, from 1."""
    return request.args.get("page", 1, type=int)


def today() -> date:
    """The day it is for the viewer."""
    return moment().astimezone(get_timezone()).date()


@blueprint.get("/banks")
@signed_in
def banks_list() -> ResponseReturnValue:
    """The banks that I may read."""
    return render_template("author/banks.html", page=banks.banks(get_actor(), page_number()))


@blueprint.get("/banks/<int:bank_id>")
@signed_in
def bank(bank_id: int) -> ResponseReturnValue:
    """A bank: what it holds, what it rests on, a page of its questions."""
    return _bank(bank_id, ShareForm(None))


def _bank(bank_id: int, form: ShareForm) -> str:
    wanted = FilterForm(request.args)
    found = banks.bank(get_actor(), bank_id, page_number(), today(), Filter(**wanted.data))
    return render_template(
        "author/bank.html",
        bank=found,
        form=form,
        wanted=wanted,
        filtered=any(wanted.data.values()),
        topics=_tree(found.by_topic),
    )


def _tree(by_topic: Sequence[tuple[str, int]]) -> list[tuple[str, str]]:
    """Every topic and what stands above it, as a list to choose from: each with the number of questions below it."""
    counts: Counter[tuple[str, ...]] = Counter()
    for topic, count in by_topic:
        segments = tuple(filter(None, topic.split("/")))
        for depth in range(1, len(segments) + 1):
            counts[segments[:depth]] += count
    return [
        ("/".join(path), f"{NO_BREAK_SPACE * 4 * (len(path) - 1)}{path[-1]} ({counts[path]})")
        for path in sorted(counts)
    ]


@blueprint.get("/banks/new")
@signed_in
def new_bank() -> ResponseReturnValue:
    """Name a new bank."""
    accounts.demand(get_actor(), AUTHORING)
    return render_template("author/new_bank.html", form=BankForm(None))


@blueprint.post("/banks/new")
@signed_in
def add_bank() -> ResponseReturnValue:
    """Make an empty bank."""
    accounts.demand(get_actor(), AUTHORING)
    form = BankForm()
    if form.validate():
        name, title, language = (
            (field.data or "").strip() for field in (form.bank, form.title, form.language)
        )
        try:
            bank_id = authoring.add_bank(get_actor(), name, title, language, moment())
        except Invalid as error:
            place(form, error)
        else:
            flash(_("The bank is there. Write its first question."), "good")
            return redirect(url_for("author.bank", bank_id=bank_id), 303)
    return render_template("author/new_bank.html", form=form), Invalid.status


@blueprint.get("/banks/<int:bank_id>/edit")
@signed_in
def bank_head(bank_id: int) -> ResponseReturnValue:
    """What stands at the head of a bank."""
    head = authoring.bank_head(get_actor(), bank_id)
    form = HeadForm(None, title=head.title, perspective=head.perspective, licence=head.licence)
    return render_template("author/head.html", head=head, form=form)


@blueprint.post("/banks/<int:bank_id>/edit")
@signed_in
def edit_bank(bank_id: int) -> ResponseReturnValue:
    """Change what stands at the head of a bank."""
    head, form = authoring.bank_head(get_actor(), bank_id), HeadForm()
    if form.validate():
        title, perspective, licence = (
            (field.data or "").replace("\r\n", "\n").strip()
            for field in (form.title, form.perspective, form.licence)
        )
        try:
            authoring.edit_bank(get_actor(), bank_id, title, perspective, licence, moment())
        except Invalid as error:
            place(form, error)
        else:
            flash(_("Saved."), "good")
            return redirect(url_for("author.bank", bank_id=bank_id), 303)
    return render_template("author/head.html", head=head, form=form), Invalid.status


@blueprint.post("/banks/<int:bank_id>/share")
@signed_in
def share(bank_id: int) -> ResponseReturnValue:
    """Let somebody read, use or change my bank, or take that back."""
    form = ShareForm()
    if form.validate():
        try:
            banks.share(get_actor(), bank_id, form.username.data, form.right.data, moment())
        except Invalid as error:
            place(form, error)
        else:
            flash(_("Saved: what %(username)s may do with this bank.", username=form.username.data), "good")
            return redirect(url_for("author.bank", bank_id=bank_id), 303)
    return _bank(bank_id, form), Invalid.status


@blueprint.get("/banks/<int:bank_id>/export")
@signed_in
def export(bank_id: int) -> ResponseReturnValue:
    """The bank as a file."""
    text = banks.export_text(get_actor(), bank_id, moment())
    name = banks.bank(get_actor(), bank_id, 1, today()).slug
    return download(text, name, ".yaml", "application/yaml")


@blueprint.get("/questions/<int:question_id>")
@signed_in
def question(question_id: int) -> ResponseReturnValue:
    """One question with its key and reasons."""
    return render_template("author/question.html", q=banks.question(get_actor(), question_id, today()))


# Import ----------------------------------------------------------------------------------------------------------


@blueprint.get("/banks/import")
@signed_in
def import_form() -> ResponseReturnValue:
    """Choose a bank file, or paste its text."""
    accounts.demand(get_actor(), AUTHORING)
    return render_template("author/import.html", form=ImportForm(None), faults=())


@blueprint.post("/banks/import")
@signed_in
@bounded(LARGEST_IMPORT)
def preview() -> ResponseReturnValue:
    """What an import would do. Nothing is written."""
    accounts.demand(get_actor(), AUTHORING)
    form = ImportForm()
    try:
        text, name = _given(form)
        report = importing.import_bank(get_actor(), text, name, moment(), dry_run=True)
    except Invalid as error:
        return _mend(form, error)
    commit = CommitForm(None, text=text, name=name)
    return render_template("author/preview.html", report=report, form=commit)


def _given(form: ImportForm) -> tuple[str, str]:
    """The text that was sent, and a name for it; the form keeps the text. Raises Invalid."""
    name = _("the pasted text")
    if form.file.data:
        form.text.data, name = _text_of(form.file.data), form.file.data.filename
    if not (form.text.data or "").strip():
        raise Invalid(
            [Problem("file", _("there is nothing to import"), _("choose a file or paste its text"))]
        )
    return form.text.data, name


def _text_of(file: FileStorage) -> str:
    content = file.read()
    if len(content) > LARGEST_FILE:
        raise Invalid([Problem("file", _("the file is larger than 5 MB"), _("cut it into several banks"))])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        what = _("line %(n)s is not UTF-8 text", n=line)
        raise Invalid([Problem("file", what, _("save the file as UTF-8"))]) from None


def _mend(form: ImportForm, error: Invalid) -> ResponseReturnValue:
    """The form again, with the text and a list of what is wrong with it."""
    faults = [problem for problem in error.problems if problem.line is not None]
    place(form, Invalid(problem for problem in error.problems if problem.line is None))
    if faults:
        form.text.errors = [
            ngettext("One fault, listed below.", "%(num)d faults, listed below.", len(faults))
        ]
    return render_template("author/import.html", form=form, faults=faults), Invalid.status


@blueprint.post("/banks/import/commit")
@signed_in
@bounded(LARGEST_IMPORT)
def commit() -> ResponseReturnValue:
    """Import what has been looked at."""
    accounts.demand(get_actor(), AUTHORING)
    form = CommitForm()
    name = form.name.data or _("the file")
    try:
        report = importing.import_bank(
            get_actor(), form.text.data or "", name, moment(), prune=form.prune.data
        )
    except Invalid as error:
        return _mend(ImportForm(None, text=form.text.data), error)
    flash(
        _(
            "Imported: %(new)s new, %(changed)s changed, %(retired)s retired.",
            new=len(report.new),
            changed=len(report.changed),
            retired=len(report.retired),
        ),
        "good",
    )
    return redirect(url_for("author.bank", bank_id=report.bank_id), 303)
