"""The part of the editor that adds an image to one of the question's texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from typing import Any

from flask import request
from flask_babel import gettext as _
from wtforms import FieldList, Form, FormField, TextAreaField

from quiz.errors import Invalid
from quiz.operations import media
from quiz.operations.access import Actor
from quiz.web.author import rows
from quiz.web.html import attributes

#: Text areas that hold no Markdown: lists, a line each, and answers that a student types.
_NO_MARKDOWN = re.compile(
    r".*(?:terms|supports|tags|enemies|interchangeable|answers-\d+-text|regions-\d+-coords)"
)
#: What would mean something else between the brackets of an image.
_MEANS = re.compile(r"([\\\[\]*_`<$~])")


@dataclass
class Picture:
    """An image on its way into a text. ``faults``: what is wrong, by control (file, alt)."""

    alt: str = ""
    into: str = ""
    #: Where in the text, in the units of browsers (UTF-16); None = at its end.
    at: int | None = None
    text_format: str = "markdown"
    faults: dict[str, list[str]] = field(default_factory=lambda: {"file": [], "alt": []})

    def add(self, actor: Actor, bank_id: int, form: Form, now: datetime) -> bool:
        """Puts the posted image into the bank and its mark into the text; False where something is wrong with it."""
        sent = request.files.get("image-file")
        content = sent.read() if sent else b""
        if not content:
            self.faults["file"].append(_("choose a file"))
        if not self.alt:
            self.faults["alt"].append(_("say what the image shows"))
        text = next((one for one in rows.fields(form) if one.name == self.into), None)
        if text is None or self.wrong:
            return False
        try:
            name = media.add_image(actor, bank_id, sent.filename or "" if sent else "", content, now)
        except Invalid as error:
            self.faults["file"] += map(rows.words, error.problems)
            return False
        if isinstance(text, FormField):
            text.form.file.data, text.form.alt.data = name, self.alt
            text = text.form.file
        else:
            text.data = self._with_mark(text.data or "", name)
        text.render_kw = {**(text.render_kw or {}), "autofocus": True}
        self.alt = ""
        return True

    @property
    def wrong(self) -> bool:
        """Whether anything is wrong."""
        return any(self.faults.values())

    def attributes(self, name: str) -> Any:
        """What ties a control to its help and to what is wrong with it; the first wrong one takes the focus."""
        helped = ["image-file-help"] if name == "file" else []
        if not self.faults[name]:
            return attributes(aria_describedby=" ".join(helped) or None)
        first = next(one for one, faults in self.faults.items() if faults)
        said = " ".join([*helped, f"image-{name}-error"])
        return attributes(aria_describedby=said, aria_invalid="true", autofocus=name == first)

    def _with_mark(self, text: str, name: str) -> str:
        raw = text.encode("utf-16-le")
        place = len(raw) if self.at is None else 2 * self.at
        before, after = (part.decode("utf-16-le", "ignore") for part in (raw[:place], raw[place:]))
        space = " " if before and not before[-1].isspace() else ""
        return f"{before}{space}{self._mark(name)}{after}"

    def _mark(self, name: str) -> str:
        if self.text_format == "html":
            return f'<img src="{name}" alt="{escape(self.alt)}">'
        words = _MEANS.sub(r"\\\1", self.alt)
        return f"![{words}]({name})"


def posted(text_format: str) -> Picture:
    """What was typed."""
    at = request.form.get("image-at", "")
    return Picture(
        alt=" ".join(request.form.get("image-alt", "").replace("\0", "").split())[:500],
        into=request.form.get("image-into", ""),
        at=int(at) if re.fullmatch(r"[0-9]{1,7}", at) else None,
        text_format=text_format,
    )


def texts(form: Any, of: str = "") -> Iterator[tuple[str, str]]:
    """Where an image can stand in a form, to choose from: Markdown texts, and parts that are an image. Names, words."""
    for one in rows.shown(form):
        label = _(str(one.label.text)) if one.label.text else ""
        if isinstance(one, FieldList):
            for number, entry in enumerate(one, 1):
                yield from _entry(entry, f"{of} {label} {number}".strip())
        elif isinstance(one, FormField) and "file" not in one.form:
            yield from texts(one.form, of)
        else:
            yield from _entry(one, ", ".join(filter(None, (of, label))))


def _entry(one: Any, words: str) -> Iterator[tuple[str, str]]:
    if isinstance(one, FormField) and "file" in one.form:
        yield one.name, words
    elif isinstance(one, FormField):
        yield from texts(one.form, words)
    elif isinstance(one, TextAreaField) and not _NO_MARKDOWN.fullmatch(one.name):
        yield one.name, words
