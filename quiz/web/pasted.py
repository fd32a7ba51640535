"""Tables that somebody has in a file, or pastes: the form, and what is wrong with a table, by line."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf.file import FileField
from wtforms import TextAreaField

from quiz.errors import Invalid, Problem
from quiz.files.encodings import text_of
from quiz.web.forms import Form, place


class TableForm(Form):
    """A file, or its text."""

    file = FileField(_l("File"))
    text = TextAreaField(_l("Text"))

    def given(self) -> str:
        """The text of what was sent; the form keeps it."""
        if self.file.data:
            self.text.data = text_of(self.file.data.read())
        return self.text.data or ""

    def blame(self, error: Invalid) -> Sequence[Problem]:
        """The faults that have a line, for the list below the form; the others stand on top of it."""
        faults = [problem for problem in error.problems if problem.line is not None]
        place(self, Invalid(problem for problem in error.problems if problem.line is None))
        if faults:
            self.text.errors = [
                ngettext("One fault, listed below.", "%(num)d faults, listed below.", len(faults))
            ]
        return faults
