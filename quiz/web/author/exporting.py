"""Questions as a file: in our own format, or in another one, with what that cannot hold told before the download.

A bank, the questions of it that a search finds, those that are ticked, or those that a quiz draws from.
"""

from __future__ import annotations

from mimetypes import guess_type
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from quiz.errors import NotFound
from quiz.formats import formats, get
from quiz.formats.base import Format
from quiz.formats.conversion import Converted, Instances, export
from quiz.operations import accounts, exporting
from quiz.operations.access import AUTHORING
from quiz.operations.exporting import BankFile, Exportable
from quiz.web.author import selecting
from quiz.web.downloads import download
from quiz.web.guard import moment, signed_in
from quiz.web.session import get_actor

blueprint = Blueprint("exporting", __name__)
_OURS = "yaml"


def write_formats() -> list[tuple[str, str]]:
    """The formats that can be written, ours first: their names, and what they are called."""
    listed = [(name, format.title) for name, format in formats().items() if format.writer]
    return sorted(listed, key=lambda one: one[0] != _OURS)


def _wanted() -> Format:
    name = request.args.get("format", _OURS)
    if name not in dict(write_formats()):
        raise NotFound(_("There is no format %(name)s.", name=name))
    return get(name)


@blueprint.get("/banks/import/template")
@signed_in
def template() -> ResponseReturnValue:
    """A file to begin with, in a format that has one: it holds nothing of anybody."""
    accounts.demand(get_actor(), AUTHORING)
    name = request.args.get("format", "xlsx")
    wanted = formats().get(name)
    if wanted is None or wanted.template is None:
        raise NotFound(_("There is no template for %(name)s.", name=name))
    suffix = wanted.suffixes[0]
    return download(wanted.template(), "questions", suffix, _kind(suffix))


@blueprint.get("/banks/<int:bank_id>/export/formats")
@signed_in
def form(bank_id: int) -> ResponseReturnValue:
    """Choose a format, and see what it cannot hold."""
    return _form(exporting.exportable(get_actor(), bank_id, selecting.selection()), "bank", selecting.asked())


@blueprint.get("/quizzes/<int:quiz_id>/export/formats")
@signed_in
def quiz_form(quiz_id: int) -> ResponseReturnValue:
    """The same for the questions of a quiz."""
    return _form(exporting.exportable_quiz(get_actor(), quiz_id, moment()), "quiz", {})


#: Of a bank and of a quiz: its own page, this page and the file, and the name of its number in their addresses.
_PAGES = {
    "bank": ("author.bank", "exporting.form", "exporting.file", "bank_id"),
    "quiz": ("quizzes.edit", "exporting.quiz_form", "exporting.quiz_file", "quiz_id"),
}


def _form(found: Exportable, kind: str, asked: dict[str, Any]) -> str:
    wanted = _wanted()
    home, here, target, name = _PAGES[kind]
    number: dict[str, Any] = {name: found.id}
    return render_template(
        "author/export.html",
        found=found,
        kind=kind,
        choices=write_formats(),
        chosen=wanted.name,
        asked=selecting.pairs(asked),
        report=None if wanted.name == _OURS else _converted(found, wanted).report,
        home=url_for(home, **number),
        here=url_for(here, **number),
        file=url_for(target, **number, **asked, format=wanted.name),
    )


@blueprint.get("/banks/<int:bank_id>/export")
@signed_in
def file(bank_id: int) -> ResponseReturnValue:
    """The bank, or what is selected of it, as a file; audited, since keys leave the program with it."""
    return _file(exporting.exportable(get_actor(), bank_id, selecting.selection(), moment()))


@blueprint.get("/quizzes/<int:quiz_id>/export")
@signed_in
def quiz_file(quiz_id: int) -> ResponseReturnValue:
    """The questions of a quiz as a file; audited."""
    return _file(exporting.exportable_quiz(get_actor(), quiz_id, moment(), audit=True))


def _file(found: Exportable) -> ResponseReturnValue:
    wanted = _wanted()
    made = found.file() if wanted.name == _OURS else _in(wanted, found)
    return download(made.content, made.slug, made.suffix, _kind(made.suffix))


#: What files are that the machine's tables may not know; packages would be taken for texts, and get ``.txt`` behind their names.
_KINDS = {
    ".yaml": "application/yaml",
    ".zip": "application/zip",
    **dict.fromkeys((".apkg", ".h5p"), "application/octet-stream"),
}


def _kind(suffix: str) -> str:
    return _KINDS.get(suffix) or guess_type(f"x{suffix}")[0] or "text/plain"


def _in(wanted: Format, found: Exportable) -> BankFile:
    """The file in another format, with the images that belong beside it where the format does not take them in."""
    made = _converted(found, wanted)
    return found.packed(made.content, wanted.suffixes[0], made.files)


def _converted(found: Exportable, wanted: Format) -> Converted:
    return export(found.bank, found.images, wanted, Instances(moment().date()))
