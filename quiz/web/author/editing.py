"""Writing questions: the editor with its preview, the history of a question.

All buttons of the editor post its one form; ``act`` says what they do. The answer is the page again, with all that was
typed; a script asks for the ``part`` of it that changes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from quiz.banks.findings import Finding
from quiz.banks.loading import is_family
from quiz.errors import EditConflict, Invalid, Problem, TooLarge
from quiz.files.richtext import to_text
from quiz.lint.mending import Patch
from quiz.operations import authoring, banks, drafting, peer_review, rescoring
from quiz.operations.authoring import Sheet, TryOut
from quiz.operations.drafting import Draft
from quiz.operations.peer_review import Talk
from quiz.questions import types
from quiz.web.author import pictures, rows
from quiz.web.author.question_form import (
    CommonForm,
    Difference,
    bare_fields,
    can_shuffle,
    differences,
    fields_of,
    form_of,
    has_rules,
    plain_differences,
    posted,
    with_fields,
)
from quiz.web.author.selecting import today
from quiz.web.forms import row_id, typed
from quiz.web.guard import bounded, moment, signed_in
from quiz.web.session import get_actor

blueprint = Blueprint("editor", __name__)

#: The largest texts of the editor's form, in bytes, and its largest body: with an image, also one that is too large to
#: be kept, so that what was typed is not lost with it.
LARGEST_FORM = 600_000
LARGEST_BODY = 16_000_000
#: In front of the names of the previewed question's controls.
TRY = "try-"

_ANSWER = re.compile(r"answer(-\d{1,4})?|answered")


@dataclass
class Seen:
    """The preview: the question as a student sees it, what was answered and how that fared, or what is missing yet."""

    tried: TryOut | None = None
    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)
    missing: Sequence[rows.Fault] = ()
    #: What the rules say to it, where it is being written, to which field, and what a click would change.
    findings: Sequence[tuple[Finding, rows.Fault, Patch | None]] = ()


@dataclass
class Desk:
    """A question that is being edited: the version it began with, its type, what has been typed."""

    sheet: Sheet
    kind: str
    form: CommonForm
    #: What is being added to one of the texts.
    picture: pictures.Picture = field(default_factory=pictures.Picture)
    #: What I typed before and did not save; it is offered, or (``resumed``) stands in the form.
    draft: Draft | None = None
    resumed: bool = False

    @property
    def fields(self) -> dict[str, Any]:
        """The question that the form says."""
        return fields_of(self.kind, self.form, self.sheet.fields)

    @property
    def title(self) -> str:
        """The question in plain text, as it was saved."""
        return to_text(self.sheet.fields["prompt"]) if self.sheet.fields else ""

    @property
    def unsaved(self) -> bool:
        """Whether something was typed that is not saved."""
        return self.resumed or request.method == "POST"


# The pages ---------------------------------------------------------------------------------------------------------


@blueprint.get("/banks/<int:bank_id>/questions/new")
@signed_in
def new(bank_id: int) -> ResponseReturnValue:
    """An empty form for a question of the ``type`` asked for; without one, the types to choose from."""
    sheet = authoring.new_sheet(get_actor(), bank_id)
    kind = request.args.get("type", "")
    if kind not in types.names():
        return _choose(sheet)
    return _opened(Desk(sheet, kind, form_of(kind, {})))


def _choose(sheet: Sheet) -> str:
    kinds = {name: types.editing(name) for name in types.names()}
    return render_template("author/choose.html", sheet=sheet, kinds=kinds)


@blueprint.post("/banks/<int:bank_id>/questions/new")
@signed_in
@bounded(LARGEST_BODY)
def create(bank_id: int) -> ResponseReturnValue:
    """Save a new question, or work on its form."""
    sheet = authoring.new_sheet(get_actor(), bank_id)
    kind = request.args.get("type", "")
    if kind not in types.names():
        return _choose(sheet), Invalid.status
    return _work(Desk(sheet, kind, posted(kind, request.form)))


@blueprint.get("/questions/<int:question_id>/edit")
@signed_in
def edit(question_id: int) -> ResponseReturnValue:
    """A question in its form."""
    sheet = authoring.edit_sheet(get_actor(), question_id)
    kind = sheet.fields["type"]
    return _opened(Desk(sheet, kind, form_of(kind, sheet.fields, sheet.number)))


def _opened(desk: Desk) -> ResponseReturnValue:
    """The form as it was saved; where I typed something before and did not save it that is offered, or taken up."""
    draft = drafting.find(get_actor(), *_place(desk))
    if draft and "draft" in request.args:
        form = posted(desk.kind, MultiDict((name, value) for name, value in draft.form))
        return _page(Desk(desk.sheet, desk.kind, form, resumed=True))
    desk.draft = draft
    return _page(desk)


def _place(desk: Desk) -> tuple[int, int | None, str]:
    """Where a draft of it is kept: the bank, the question (None: a new one), the type."""
    return desk.sheet.bank_id, desk.sheet.question_id, desk.kind


@blueprint.post("/questions/<int:question_id>/edit")
@signed_in
@bounded(LARGEST_BODY)
def save(question_id: int) -> ResponseReturnValue:
    """Save a question as its next version, or work on its form."""
    sheet = authoring.edit_sheet(get_actor(), question_id, _number(request.form.get("number")))
    kind = sheet.fields["type"]
    return _work(Desk(sheet, kind, posted(kind, request.form)))


def _number(text: str | None) -> int | None:
    """The number of a version; None for none."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else None


def _page(
    desk: Desk, *, faults: Sequence[rows.Fault] = (), seen: Seen | None = None, status: int = 200
) -> ResponseReturnValue:
    """The editor; of it only the form or only the preview where a script asks for that."""
    part = request.form.get("part")
    template = {"form": "_form", "preview": "_preview"}.get(part or "", "edit")
    return (
        render_template(
            f"author/{template}.html",
            desk=desk,
            sheet=desk.sheet,
            form=desk.form,
            faults=faults,
            seen=seen or (None if part == "form" else _preview(desk)),
            different=_different(desk),
            name=types.editing(desk.kind).NAME,
            rules=_rules(desk.kind),
            shuffles=can_shuffle(desk.kind),
            texts=[*pictures.texts(desk.form)],
            talk=_talk(desk) if template == "edit" else None,
            to_rescore=() if part else _to_rescore(desk.sheet),
        ),
        status,
    )


def _to_rescore(sheet: Sheet) -> Sequence[rescoring.Waiting]:
    """The quizzes whose answers to this question the saved key has not scored."""
    return () if sheet.question_id is None else rescoring.waiting(get_actor(), sheet.question_id)


def _talk(desk: Desk) -> Talk | None:
    """What is said to the question; to a new one nothing is."""
    question_id = desk.sheet.question_id
    return None if question_id is None else peer_review.talk(get_actor(), question_id)


def _rules(kind: str) -> list[tuple[str, str]]:
    """The scoring rules to choose from, in words; none where there is nothing to choose."""
    return [(rule, _(rule.replace("_", " "))) for rule in types.get(kind).rules] if has_rules(kind) else []


# What the buttons do -----------------------------------------------------------------------------------------------


def _work(desk: Desk) -> ResponseReturnValue:
    act, _colon, rest = request.form.get("act", "save").partition(":")
    return _ACTS.get(act, _save)(desk, act, rest)


def _save(desk: Desk, _act: str, _rest: str) -> ResponseReturnValue:
    sheet, seen = desk.sheet, _number(desk.form.number.data)
    try:
        question_id, number = authoring.save_question(
            get_actor(),
            sheet.bank_id,
            sheet.question_id,
            -1 if seen is None else seen,
            desk.fields,
            moment(),
            typed("reason").strip(),
        )
    except Invalid as error:
        return _page(desk, faults=rows.place(desk.form, error.problems), status=Invalid.status)
    except EditConflict as error:
        return _conflict(desk, error.facts["number"])
    words = _("Saved as version %(n)s.", n=number)
    flash(
        words if number != sheet.number else _("Nothing has changed: version %(n)s stands.", n=number), "good"
    )
    return redirect(url_for("editor.edit", question_id=question_id), 303)


def _conflict(desk: Desk, present: int) -> ResponseReturnValue:
    """Both versions. Saving once more puts mine over theirs: the form now carries the number of theirs."""
    desk.form.number.data = desk.form.against.data = str(present)
    return _page(desk, status=EditConflict.status)


def _different(desk: Desk) -> list[Difference]:
    """What differs from the version of somebody else that the form stands against."""
    against = _number(desk.form.against.data)
    if against is None or desk.sheet.question_id is None:
        return []
    theirs = authoring.edit_sheet(get_actor(), desk.sheet.question_id, against)
    return [*differences(form_of(desk.kind, theirs.fields), desk.form)]


def _take(desk: Desk, _act: str, name: str) -> ResponseReturnValue:
    """Take over their value of one field."""
    against = _number(desk.form.against.data)
    if against is not None and desk.sheet.question_id is not None:
        theirs = authoring.edit_sheet(get_actor(), desk.sheet.question_id, against)
        data, other = desk.form.data, form_of(desk.kind, theirs.fields).data
        if name.startswith("own-"):
            data, other, name = data["own"], other["own"], name.removeprefix("own-")
        if name in other:
            data[name] = other[name]
            desk.form = _again(desk, data)
    return _page(desk)


def _again(desk: Desk, data: Mapping[str, Any]) -> CommonForm:
    """The form with other values; ``data`` is all of it, or what belongs to the type."""
    whole = data if "own" in data else {**desk.form.data, "own": data}
    return type(desk.form)(data=whole)


def _change(desk: Desk, act: str, rest: str) -> ResponseReturnValue:
    """Add, remove or move a row."""
    name, _colon, argument = rest.partition(":")
    desk.form, row = rows.change(desk.form, act, name, argument, desk.sheet.used)
    if row:
        rows.attend(desk.form, row)
    return _page(desk)


def _mend(desk: Desk, _act: str, rest: str) -> ResponseReturnValue:
    """Mend what a rule has found in one place (``rest``: its id and the path)."""
    for finding, at, patch in _preview(desk).findings:
        if patch and f"{finding.rule}:{finding.where}" == rest:
            desk.form = with_fields(desk.kind, desk.form, patch)
            rows.attend(desk.form, at.id)
    return _page(desk)


def _add_image(desk: Desk, _act: str, _rest: str) -> ResponseReturnValue:
    """Put an image into the bank, and into a text."""
    desk.picture = pictures.posted(desk.sheet.fields.get("text_format", "markdown"))
    added = desk.picture.add(get_actor(), desk.sheet.bank_id, desk.form, moment())
    return _page(desk, status=200 if added or "part" in request.form else Invalid.status)


def _drop(desk: Desk, _act: str, _rest: str) -> ResponseReturnValue:
    """Forget what I typed before and did not save."""
    drafting.drop(get_actor(), *_place(desk))
    flash(_("Your draft is dropped."), "good")
    return redirect(request.full_path.rstrip("?"), 303)


def _look(desk: Desk, _act: str, _rest: str) -> ResponseReturnValue:
    """Show the question as a student sees it, and keep what is typed; where somebody asks (not the script), also what is
    wrong with it.
    """
    if _stands_saved(desk):
        drafting.drop(get_actor(), *_place(desk))
    else:
        drafting.keep(get_actor(), *_place(desk), _typed(request.form), moment())
    faults: Sequence[rows.Fault] = ()
    if "part" not in request.form:
        try:
            authoring.try_out(get_actor(), desk.sheet.bank_id, desk.fields, None)
        except Invalid as error:
            faults = rows.place(desk.form, error.problems)
    return _page(desk, faults=faults)


def _stands_saved(desk: Desk) -> bool:
    """Whether all is as in the version that I began with, or in the newest: a save may have overtaken this request."""
    sheet = desk.sheet
    if sheet.question_id is None:
        return False
    newest = sheet if sheet.current else authoring.edit_sheet(get_actor(), sheet.question_id)
    return any(fields_of(desk.kind, desk.form, one.fields) == one.fields for one in (sheet, newest))


def _typed(controls: MultiDict[str, str]) -> list[tuple[str, str]]:
    """The controls that belong to the question."""
    return [one for one in controls.items(multi=True) if not one[0].startswith((TRY, *_NOT_TYPED))]


#: Controls of the page around the question, or what their names begin with.
_NOT_TYPED = ("csrf_token", "act", "part", "image-")


def _try(desk: Desk, _act: str, _rest: str) -> ResponseReturnValue:
    """Answer the previewed question."""
    return _page(desk, seen=_preview(desk, _answer(request.form)))


_ACTS: Mapping[str, Callable[[Desk, str, str], ResponseReturnValue]] = {
    "save": _save,
    "take": _take,
    "drop": _drop,
    "image": _add_image,
    "mend": _mend,
    "preview": _look,
    "try": _try,
    **dict.fromkeys(("add", "remove", "up", "down"), _change),
}


def _preview(desk: Desk, raw: Mapping[str, list[str]] | None = None) -> Seen:
    """The question that the form says. What stands around it (time, evidence …) need not be right for that."""
    shown: Sequence[rows.Fault] = ()
    bare = {**bare_fields(desk.kind, desk.form), "timeless": True}
    for fields, left_out in ((desk.fields, ()), (bare, ("explanation", "evidence"))):
        try:
            tried = authoring.try_out(get_actor(), desk.sheet.bank_id, fields, raw)
            told = [one for one in tried.findings if one[0].where not in left_out]
            return Seen(tried, raw or {}, findings=_at_fields(desk, told))
        except Invalid as error:
            # placed on a form of their own: the page is not to blame for what is only just being written
            shown = rows.place(type(desk.form)(data=desk.form.data), error.problems)
    return Seen(missing=shown)


def _at_fields(
    desk: Desk, findings: Sequence[tuple[Finding, Patch | None]]
) -> list[tuple[Finding, rows.Fault, Patch | None]]:
    """The findings with the fields that they speak of; to the fields themselves nothing is said."""
    form = type(desk.form)(data=desk.form.data)
    at = rows.place(form, [Problem(one.where, one.message) for one, _patch in findings])
    return [(one, fault, patch) for (one, patch), fault in zip(findings, at, strict=True)]


def _answer(controls: MultiDict[str, str]) -> dict[str, list[str]]:
    """The fields of the answer to the previewed question."""
    found = {name.removeprefix(TRY): values for name, values in controls.lists() if name.startswith(TRY)}
    kept = {name: values for name, values in found.items() if _ANSWER.fullmatch(name)}
    if sum(len(value) for values in kept.values() for value in values) > LARGEST_FORM // 10:
        raise TooLarge
    return kept


# Trying what is saved -----------------------------------------------------------------------------------------------


@blueprint.get("/questions/<int:question_id>/try")
@signed_in
def trial(question_id: int) -> ResponseReturnValue:
    """A saved question as a student sees it, for whoever may read it."""
    return _trial(question_id, None)


@blueprint.post("/questions/<int:question_id>/try")
@signed_in
def answer(question_id: int) -> ResponseReturnValue:
    """Answer it: it is scored, and nothing is written."""
    return _trial(question_id, _answer(request.form))


def _trial(question_id: int, raw: dict[str, list[str]] | None) -> str:
    sheet = authoring.sheet(get_actor(), question_id)
    language = request.args.get("language", "")
    seen = Seen(authoring.try_out(get_actor(), sheet.bank_id, sheet.fields, raw, language), raw or {})
    return render_template("author/try.html", sheet=sheet, seen=seen)


# History -----------------------------------------------------------------------------------------------------------


@blueprint.get("/questions/<int:question_id>/history")
@signed_in
def history(question_id: int) -> ResponseReturnValue:
    """The versions of a question: when, by whom, what each of them changed."""
    versions = authoring.history(get_actor(), question_id)
    sheet = authoring.sheet(get_actor(), question_id)
    return render_template("author/history.html", sheet=sheet, versions=versions)


@blueprint.get("/questions/<int:question_id>/history/<int:number>")
@signed_in
def version(question_id: int, number: int) -> ResponseReturnValue:
    """One version, and what it changed."""
    sheet = authoring.sheet(get_actor(), question_id, number)
    before = authoring.sheet(get_actor(), question_id, number - 1) if number > 1 else None
    changed = _between(before, sheet) if before else []
    shown = banks.question(get_actor(), question_id, today(), number)
    return render_template("author/version.html", sheet=sheet, q=shown, changed=changed)


@blueprint.get("/questions/<int:question_id>/compare")
@signed_in
def compare(question_id: int) -> ResponseReturnValue:
    """What differs between any two versions."""
    versions = authoring.history(get_actor(), question_id)
    newest = versions[0].number
    numbers = (
        request.args.get(name, usual, type=row_id)
        for name, usual in (("old", max(1, newest - 1)), ("new", newest))
    )
    old, new = (authoring.sheet(get_actor(), question_id, number) for number in numbers)
    return render_template(
        "author/compare.html", sheet=new, old=old, versions=versions, changed=_between(old, new)
    )


def _between(old: Sheet, new: Sheet) -> list[Difference]:
    """What differs between two versions, in the words of the form; of what has no form as it stands in the file."""
    kind = new.fields["type"]
    if old.fields["type"] == kind and not is_family({**old.fields, **new.fields}):
        return [*differences(form_of(kind, old.fields), form_of(kind, new.fields))]
    return [*plain_differences(old.fields, new.fields)]


@blueprint.post("/questions/<int:question_id>/history/<int:number>/restore")
@signed_in
def restore(question_id: int, number: int) -> ResponseReturnValue:
    """Make an earlier version the current one again, as a new version."""
    reason = _("As it was in version %(n)s.", n=number)
    newest = authoring.restore(get_actor(), question_id, number, moment(), reason)
    flash(_("Version %(old)s is back, as version %(new)s.", old=number, new=newest), "good")
    return redirect(url_for("editor.history", question_id=question_id), 303)
