"""What all forms share. A form checks shape; meaning is checked by the operation and comes back as Problems."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from flask import request
from flask_wtf import FlaskForm

from quiz.errors import Invalid, Problem
from quiz.web.html import said


class Form(FlaskForm):
    """The base of our forms. The guard has checked the CSRF token already."""

    class Meta(FlaskForm.Meta):
        csrf = False

        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
            """Every field loses characters that no database takes."""
            filters = [*unbound_field.kwargs.get("filters", ()), _without_nul]
            return unbound_field.bind(form=form, filters=filters, **options)


def _without_nul(value: Any) -> Any:
    return value.replace("\0", "") if isinstance(value, str) else value


def typed(name: str) -> str:
    """What a request says under this name, without characters that no database takes."""
    return request.form.get(name, "").replace("\0", "")


def row_id(text: str) -> int:
    """The number of a row or a version that a request names. Raises ValueError for what is none.

    None is larger than a column holds, so that no database is asked for such a number.
    """
    number = int(text)
    if not 0 <= number < 2**31:
        raise ValueError(text)
    return number


def time_zones() -> list[str]:
    """The names of time zones to choose from."""
    named = (zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    return ["UTC", *sorted(named)]


def in_words(problem: Problem) -> str:
    """What is wrong and how to mend it."""
    return f"{said(problem.what)} – {said(problem.mend)}" if problem.mend else said(problem.what)


def located(problem: Problem) -> str:
    """The same, where the field that it lies in is not seen beside it."""
    return f"{problem.where}: {in_words(problem)}" if problem.where else in_words(problem)


def place(form: FlaskForm, error: Invalid) -> None:
    """Puts each Problem on the field that its ``where`` names, the others on top of the form."""
    for problem in error.problems:
        if problem.where in form:
            field = form[problem.where]
            field.errors = [*field.errors, in_words(problem)]
        else:
            form.form_errors.append(located(problem))
