"""Writing a question's texts in another language, each below the text that its author wrote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField

from quiz.banks.translations import Path, is_listed, read, texts, written
from quiz.errors import EditConflict, Invalid, Problem
from quiz.operations import authoring
from quiz.operations.authoring import Sheet
from quiz.questions.validation import path_text
from quiz.web.author.editing import LARGEST_FORM
from quiz.web.forms import Form, place
from quiz.web.guard import bounded, moment, signed_in
from quiz.web.session import get_actor

blueprint = Blueprint("translating", __name__)

#: What the parts of a place in a question are called.
_WORDS = {
    "prompt": _l("Question"), "explanation": _l("Explanation"), "hints": _l("Hint"), "options": _l("Option"),
    "pairs": _l("Pair"), "distractors": _l("Distractor"), "items": _l("Item"), "gaps": _l("Gap"), "choices": _l("Word"),
    "regions": _l("Region"), "answers": _l("Accepted answers"), "text": _l("text"), "feedback": _l("feedback"),
    "stem": _l("stem"), "choice": _l("choice"), "label": _l("label"),
    "feedback_true": _l("To those who say true"), "feedback_false": _l("To those who say false"),
    "right": _l("to a right answer"), "partly": _l("to a partly right answer"), "wrong": _l("to a wrong answer"),
}  # fmt: skip


@blueprint.get("/questions/<int:question_id>/translation")
@signed_in
def translation(question_id: int) -> ResponseReturnValue:
    """The form for the ``language`` asked for; without one, where to name it."""
    sheet, language = authoring.edit_sheet(get_actor(), question_id), request.args.get("language", "").strip()
    if not language:
        return render_template("author/translation.html", sheet=sheet, language="", form=None)
    form = _form(sheet, None, data=_values(sheet, language))
    return render_template("author/translation.html", sheet=sheet, language=language, form=form)


@blueprint.post("/questions/<int:question_id>/translation")
@signed_in
@bounded(LARGEST_FORM)
def save(question_id: int) -> ResponseReturnValue:
    """Save the texts in this language as a new version of the question; no text takes the language away."""
    sheet, language = authoring.edit_sheet(get_actor(), question_id), request.form.get("language", "")
    form = _form(sheet, request.form)
    seen = form.number.data or ""
    number = int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 10 else -1
    try:
        fields = _translated(sheet, language, form)
        made = authoring.save_question(get_actor(), sheet.bank_id, question_id, number, fields, moment())
    except Invalid as error:
        place(form, Invalid(_placed(sheet, language, problem) for problem in error.problems))
        status = Invalid.status
    except EditConflict as error:
        form.number.data = str(error.facts["number"])
        form.form_errors.append(
            _(
                "Somebody has saved the question meanwhile. Its texts stand here as they are now; save once more."
            )
        )
        status = EditConflict.status
    else:
        flash(_("Saved as version %(n)s.", n=made[1]), "good")
        return redirect(url_for("author.question", question_id=question_id, language=language), 303)
    return render_template("author/translation.html", sheet=sheet, language=language, form=form), status


def _form(sheet: Sheet, posted: Any, data: Mapping[str, str] | None = None) -> Form:
    """A field for each text of the question, labelled with its place and described by the text itself."""
    fields: dict[str, Any] = {"number": HiddenField(default=str(sheet.number))}
    for place_, (path, text) in enumerate(texts(sheet.fields)):
        fields[f"t{place_}"] = TextAreaField(_label(path), description=text)
    return type("TranslationForm", (Form,), fields)(posted, data=dict(data or {}))


def _label(path: Path) -> str:
    words = (str(_WORDS.get(step, step)) if isinstance(step, str) else str(step + 1) for step in path)
    return " ".join(words)


def _names(sheet: Sheet) -> dict[Path, str]:
    return {path: f"t{number}" for number, (path, _text) in enumerate(texts(sheet.fields))}


def _present(sheet: Sheet, language: str) -> Mapping[Path, Any]:
    return read(sheet.fields, sheet.fields.get("translations", {}).get(language, {}))[0]


def _values(sheet: Sheet, language: str) -> dict[str, str]:
    words = _present(sheet, language)
    return {name: _shown(words.get(path, "")) for path, name in _names(sheet).items()}


def _shown(value: Any) -> str:
    """A text; of accepted answers those that are no more than their text, a line each."""
    return value if isinstance(value, str) else "\n".join(filter(None, map(_bare, value)))


def _bare(answer: Any) -> str:
    """The text of an answer that has the full mark and no feedback, else ""."""
    fields = answer if isinstance(answer, Mapping) else {"text": answer}
    return str(fields["text"]) if set(fields) == {"text"} else ""


def _translated(sheet: Sheet, language: str, form: Form) -> dict[str, Any]:
    """The question with what was typed; accepted answers with part marks or feedback stay as they are."""
    present = _present(sheet, language)
    words: dict[Path, Any] = {}
    for path, name in _names(sheet).items():
        typed = (form[name].data or "").replace("\r\n", "\n").strip()
        if is_listed(sheet.fields, path):
            kept = [answer for answer in present.get(path, ()) if not _bare(answer)]
            answers = [*filter(None, map(str.strip, typed.split("\n"))), *kept]
            words |= {path: answers} if answers else {}
        elif typed:
            words[path] = typed
    others = {**sheet.fields.get("translations", {})}
    others.pop(language, None)
    made = written(sheet.fields, words)
    return {**sheet.fields, "translations": {**others, **({language: made} if made else {})}}


def _placed(sheet: Sheet, language: str, problem: Problem) -> Problem:
    """The problem at its field of the form."""
    where = problem.where.removeprefix(f"translations.{language}.")
    for path, name in _names(sheet).items():
        if where == path_text(path) or where.startswith(f"{path_text(path)}["):
            return Problem(name, problem.what, problem.mend)
    return Problem("", str(problem))
