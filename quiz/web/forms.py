"""What all forms share. A form checks shape; meaning is checked by the operation and comes back as Problems."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_wtf import FlaskForm

from quiz.errors import Invalid


class Form(FlaskForm):
    """The base of our forms. The guard has checked the CSRF token already."""

    class Meta(FlaskForm.Meta):
        csrf = False


def place(form: FlaskForm, error: Invalid) -> None:
    """Puts each Problem on the field that its ``where`` names, the others on top of the form."""
    for problem in error.problems:
        words = f"{_(problem.what)} – {_(problem.mend)}" if problem.mend else _(problem.what)
        if problem.where in form:
            field = form[problem.where]
            field.errors = [*field.errors, words]
        else:
            form.form_errors.append(f"{problem.where}: {words}" if problem.where else words)
