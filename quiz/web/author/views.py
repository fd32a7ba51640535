"""Banks and their questions: looking, bringing in, taking away, sharing."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Iterable, Iterator, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.exceptions import BadRequest

from quiz.errors import Conflict, Invalid, Problem
from quiz.lint.rule import rules
from quiz.operations import accounts, authoring, banks, importing, peer_review, rescoring, undoing, using
from quiz.operations.access import AUTHORING
from quiz.operations.importing import ImportReport
from quiz.web.author import uploads
from quiz.web.author.forms import BankForm, CommitForm, FilterForm, HeadForm, ImportForm, ShareForm
from quiz.web.author.question_form import plain_differences
from quiz.web.author.selecting import today
from quiz.web.author.uploads import Given
from quiz.web.forms import Form, in_words, place, typed
from quiz.web.guard import bounded, moment, signed_in
from quiz.web.html import language_name, said
from quiz.web.session import get_actor
from quiz.web.topics import tree

blueprint = Blueprint("author", __name__)

#: Bytes of a request: between the preview and the import an archive is written in base64.
LARGEST_IMPORT = uploads.LARGEST_ARCHIVE * 4 // 3 + 200_000


def page_number() -> int:
    """The page of a list that is asked for, from 1."""
    return request.args.get("page", 1, type=int)


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
    found = banks.bank(get_actor(), bank_id, page_number(), today(), wanted.wanted(today()))
    branches = tree(found.by_topic, found.topics)
    return render_template(
        "author/bank.html",
        bank=found,
        form=form,
        wanted=wanted,
        filtered=any(wanted.data.values()),
        found_by={name: value for name, value in wanted.data.items() if value},
        undoable=undoing.undoable(get_actor(), bank_id),
        topics=[(one.name, one.indented) for one in branches],
        tree=branches,
        tags=[(tag, tag) for tag in found.tags],
        rules=[(rule.id, f"{rule.id} {said(rule.title)}") for rule in rules().values()],
        languages=[*_languages(found.languages)],
    )


def _languages(translated: Iterable[str]) -> Iterator[tuple[str, str]]:
    """What a search can ask of the languages that some questions are translated into."""
    for code in translated:
        yield code, _("translated: %(language)s", language=language_name(code))
        yield f"-{code}", _("not translated: %(language)s", language=language_name(code))


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


@blueprint.get("/banks/<int:bank_id>/topics")
@signed_in
def bank_topics(bank_id: int) -> ResponseReturnValue:
    """What a bank says of its topics."""
    head, topics = authoring.bank_topics(get_actor(), bank_id)
    return render_template("author/topics.html", head=head, topics=topics, form=Form(None))


@blueprint.post("/banks/<int:bank_id>/topics")
@signed_in
def edit_topics(bank_id: int) -> ResponseReturnValue:
    """Say something else of topics."""
    head, topics = authoring.bank_topics(get_actor(), bank_id)
    texts: dict[str, dict[str, str]] = {}
    for sent in request.form:
        field, _slash, name = sent.partition("/")
        if field in ("title", "description") and name in topics:
            texts.setdefault(name, {})[field] = typed(sent).replace("\r\n", "\n").strip()
    form = Form()
    try:
        authoring.edit_topics(get_actor(), bank_id, texts, moment())
    except Invalid as error:
        place(form, error)
        return render_template("author/topics.html", head=head, topics=topics, form=form), Invalid.status
    flash(_("Saved."), "good")
    return redirect(url_for("author.bank", bank_id=bank_id), 303)


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


@blueprint.post("/banks/<int:bank_id>/searches")
@signed_in
def save_search(bank_id: int) -> ResponseReturnValue:
    """Keep a search, or (``drop``) a kept one no longer."""
    given, name = FilterForm(request.form), typed("name")
    try:
        if "drop" in request.form:
            banks.drop_search(get_actor(), bank_id, name)
        else:
            banks.save_search(get_actor(), bank_id, name, given.wanted(today()))
    except Invalid as error:
        for problem in error.problems:
            flash(in_words(problem), "bad")
    asked = {field: value for field, value in given.data.items() if value}
    return redirect(url_for("author.bank", bank_id=bank_id, **asked), 303)


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
    return render_template(
        "author/question.html",
        q=found,
        talk=peer_review.talk(get_actor(), question_id),
        uses=using.uses(get_actor(), question_id),
        to_rescore=rescoring.waiting(get_actor(), question_id),
    )


# Import ----------------------------------------------------------------------------------------------------------


@blueprint.get("/banks/import")
@signed_in
def import_form() -> ResponseReturnValue:
    """Choose a bank file, or paste its text; ``bank``: the name of the one into which questions are to come."""
    accounts.demand(get_actor(), AUTHORING)
    return _import_page(ImportForm(None, bank=request.args.get("bank", "")), ())


@blueprint.post("/banks/import")
@signed_in
@bounded(LARGEST_IMPORT)
def preview() -> ResponseReturnValue:
    """What an import would do. Nothing is written."""
    accounts.demand(get_actor(), AUTHORING)
    form = ImportForm()
    try:
        given = uploads.given(form, importing.targets(get_actor()))
        return _preview(given)
    except Invalid as error:
        return _mend(form, error)


def _preview(given: Given) -> str:
    report = _imported(given, dry_run=True)
    commit = CommitForm(None, name=given.name, seen=report.seen, **given.kept)
    return render_template(
        "author/preview.html",
        report=report,
        form=commit,
        converted=given.report,
        compared={slug: [*plain_differences(*both)] for slug, both in report.compared.items()},
    )


def _imported(given: Given, *, dry_run: bool = False, prune: bool = False, seen: str = "") -> ImportReport:
    """Imports what was given. Raises Invalid, of a file of another system with every fault at the file."""
    try:
        return importing.import_bank(
            get_actor(),
            given.text,
            given.name,
            moment(),
            pictures=given.pictures,
            into=given.into,
            dry_run=dry_run,
            prune=prune,
            seen=seen,
        )
    except Invalid as error:
        raise uploads.at_the_file(error) if given.report else error from None


def _mend(form: ImportForm, error: Invalid) -> ResponseReturnValue:
    """The form again, with the text and a list of what is wrong with it."""
    faults = [problem for problem in error.problems if _lies_in_the_text(problem)]
    place(form, Invalid(problem for problem in error.problems if not _lies_in_the_text(problem)))
    if faults:
        form.text.errors = [
            ngettext("One fault, listed below.", "%(num)d faults, listed below.", len(faults))
        ]
    return _import_page(form, faults), Invalid.status


def _lies_in_the_text(problem: Problem) -> bool:
    return problem.line is not None or bool(getattr(problem, "question", ""))


def _import_page(form: ImportForm, faults: Sequence[Problem]) -> str:
    form.format.choices = [("", _("As the file looks")), *uploads.read_formats()]
    mine = importing.targets(get_actor()).items()
    form.bank.choices = [("", _("A bank of its own, called like the file")), *mine]
    return render_template("author/import.html", form=form, faults=faults)


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
            given = uploads.of_archive(b64decode(form.archive.data.encode()), given.name)
        given.into = form.into.data
        report = _imported(given, prune=form.prune.data, seen=form.seen.data or "")
    except binascii.Error:
        raise BadRequest from None
    except Invalid as error:
        return _mend(ImportForm(None, text=given.text), error)
    except Conflict as error:
        flash(said(error.text), "bad")
        return _preview(given), Conflict.status
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


@blueprint.post("/banks/<int:bank_id>/undo")
@signed_in
def undo(bank_id: int) -> ResponseReturnValue:
    """Take back what I did last to many questions."""
    undone = undoing.undo(get_actor(), bank_id, moment())
    flash(ngettext("Taken back: one question.", "Taken back: %(num)d questions.", undone.count), "good")
    if undone.gone:
        flash(_("The bank that the import had made is gone too."), "good")
        return redirect(url_for("author.banks_list"), 303)
    return redirect(url_for("author.bank", bank_id=bank_id), 303)


@blueprint.post("/banks/<int:bank_id>/delete")
@signed_in
def delete_bank(bank_id: int) -> ResponseReturnValue:
    """Delete a bank of mine in which nothing stands."""
    title = authoring.delete_bank(get_actor(), bank_id, moment())
    flash(_("%(bank)s is deleted.", bank=title), "good")
    return redirect(url_for("author.banks_list"), 303)
