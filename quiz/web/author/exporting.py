"""A bank as a file: in our own format, or in another one, with what that cannot hold told before the download."""

from __future__ import annotations

from mimetypes import guess_type

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from quiz.errors import NotFound
from quiz.formats import formats, get
from quiz.formats.base import Format
from quiz.formats.conversion import Instances, export
from quiz.operations import banks
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
        raise NotFound(f"There is no format {name}.")
    return get(name)


@blueprint.get("/banks/<int:bank_id>/export/formats")
@signed_in
def form(bank_id: int) -> ResponseReturnValue:
    """Choose a format, and see what it cannot hold."""
    wanted = _wanted()
    found = banks.exportable(get_actor(), bank_id)
    report = (
        None
        if wanted.name == _OURS
        else export(found.bank, found.images, wanted, Instances(moment().date())).report
    )
    return render_template(
        "author/export.html", bank=found, choices=write_formats(), chosen=wanted.name, report=report
    )


@blueprint.get("/banks/<int:bank_id>/export")
@signed_in
def file(bank_id: int) -> ResponseReturnValue:
    """The bank as a file of the format; audited, since keys leave the program with it."""
    wanted = _wanted()
    if wanted.name == _OURS:
        made = banks.export_file(get_actor(), bank_id, moment())
        kind = "application/zip" if made.suffix == ".zip" else "application/yaml"
        return download(made.content, made.slug, made.suffix, kind)
    found = banks.exportable(get_actor(), bank_id, moment())
    suffix = wanted.suffixes[0]
    kind = guess_type(f"x{suffix}")[0] or "text/plain"
    content = export(found.bank, found.images, wanted, Instances(moment().date())).content
    return download(content, found.bank.slug, suffix, kind)
