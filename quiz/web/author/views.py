"""Banks and their questions: looking, bringing in, taking away, sharing."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_timezone, ngettext
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import BadRequest

from quiz.banks.images import Pictures, unpacked
from quiz.errors import Invalid, Problem
from quiz.files.archive import is_archive
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

#: The largest bank file, in bytes, and the largest archive of one and its images. A request carries a little more, and
#: between the preview and the import an archive is written in base64.
LARGEST_FILE = 5_000_000
LARGEST_ARCHIVE = 10_000_000
LARGEST_IMPORT = LARGEST_ARCHIVE * 4 // 3 + 200_000


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
    made = banks.export_file(get_actor(), bank_id, moment())
    kind = "application/zip" if made.suffix == ".zip" else "application/yaml"
    return download(made.content, made.slug, made.suffix, kind)


@blueprint.get("/questions/<int:question_id>")
@signed_in
def question(question_id: int) -> ResponseReturnValue:
    """One question with its key and reasons."""
    language = request.args.get("language", "")
    found = banks.question(
        get_actor(),
        question_id,
        today(),
        language=language,
        variant=request.args.get("variant", ""),
        page=page_number(),
    )
    return render_template("author/question.html", q=found)


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
        given = _given(form)
        report = importing.import_bank(
            get_actor(), given.text, given.name, moment(), pictures=given.pictures, dry_run=True
        )
    except Invalid as error:
        return _mend(form, error)
    kept = {"archive": b64encode(given.archive).decode()} if given.archive else {"text": given.text}
    commit = CommitForm(None, name=given.name, **kept)
    return render_template("author/preview.html", report=report, form=commit)


@dataclass
class Given:
    """What was sent: the bank file's text, a name for it, and the archive in which it came, with its images."""

    text: str
    name: str
    archive: bytes = b""
    pictures: Pictures | None = None


def _given(form: ImportForm) -> Given:
    """What was sent; the form keeps the text. Raises Invalid."""
    given = Given(form.text.data or "", _("the pasted text"))
    if form.file.data:
        given = _of_file(form.file.data)
        form.text.data = given.text
    if not given.text.strip():
        raise Invalid(
            [Problem("file", _("there is nothing to import"), _("choose a file or paste its text"))]
        )
    return given


def _of_file(file: FileStorage) -> Given:
    content, name = file.read(), file.filename or ""
    if is_archive(content):
        return _of_archive(content, name)
    if len(content) > LARGEST_FILE:
        raise Invalid([Problem("file", _("the file is larger than 5 MB"), _("cut it into several banks"))])
    return Given(_decoded(content), name)


def _of_archive(content: bytes, name: str) -> Given:
    if len(content) > LARGEST_ARCHIVE:
        raise Invalid(
            [Problem("file", _("the archive is larger than 10 MB"), _("cut it into several banks"))]
        )
    try:
        text, read = unpacked(content)
    except Invalid as error:
        raise Invalid(replace(problem, where="file") for problem in error.problems) from None
    return Given(_decoded(text), name, content, Pictures(read))


def _decoded(content: bytes) -> str:
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
    given = Given(form.text.data or "", form.name.data or _("the file"))
    try:
        if form.archive.data:
            given = _of_archive(b64decode(form.archive.data), given.name)
        report = importing.import_bank(
            get_actor(), given.text, given.name, moment(), pictures=given.pictures, prune=form.prune.data
        )
    except binascii.Error:
        raise BadRequest from None
    except Invalid as error:
        return _mend(ImportForm(None, text=given.text), error)
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
