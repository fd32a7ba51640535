"""Taking a quiz: the question page, saving, flags, summary, submitting. Saving is the hot path: no form, no template."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from flask import Blueprint, flash, get_template_attribute, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from quiz.errors import (
    AttemptClosed,
    Invalid,
    NotFound,
    OutOfSequence,
    Problem,
    QuizError,
    SignedOut,
    StaleAnswer,
    TooLate,
)
from quiz.operations import attempts, grading, practice, reviews, watching
from quiz.operations.attempts import Saved, SlotSave
from quiz.web.errors import wants_json
from quiz.web.guard import bounded, grace, moment, signed_in
from quiz.web.html import use_time_zone
from quiz.web.session import get_actor, stay_until
from quiz.web.student.fields import (
    LARGEST_NUMBER,
    LARGEST_SAVE,
    LARGEST_SAVES,
    only_leads_on,
    read_save,
    read_saves,
)

blueprint = Blueprint("attempt", __name__, url_prefix="/attempts/<int:attempt_id>")

#: How much longer than the attempt the session lasts: time to read what came out.
AFTERWARDS = timedelta(hours=1)
_FLAG_OF_SLOT = re.compile(r"s(\d{1,4})-flag")


@blueprint.get("")
@signed_in
def enter(attempt_id: int) -> ResponseReturnValue:
    """Go on where this attempt was left: a question, the summary, or the review."""
    entry = attempts.entry(get_actor(), attempt_id, moment(), grace())
    if entry.state == "finished":
        return _to("attempt.review", attempt_id)
    if entry.state == "time-up":
        return _to("attempt.summary", attempt_id)
    if entry.layout == "all":
        return _to("attempt.all_questions", attempt_id)
    return _to("attempt.question", attempt_id, slot=entry.slot)


@blueprint.get("/slots/<int:slot>")
@signed_in
def question(attempt_id: int, slot: int) -> ResponseReturnValue:
    """One question."""
    return _questions(attempt_id, slot)


@blueprint.get("/slots")
@signed_in
def all_questions(attempt_id: int) -> ResponseReturnValue:
    """All questions on one page."""
    return _questions(attempt_id, None)


def _questions(attempt_id: int, slot: int | None) -> ResponseReturnValue:
    try:
        page = attempts.page(get_actor(), attempt_id, slot, moment())
    except (AttemptClosed, OutOfSequence, TooLate) as error:
        return _elsewhere(attempt_id, error)
    use_time_zone(page.time_zone)
    _outlast(page.due_at)
    return render_template(
        "student/question.html", a=page, go=_addresses(attempt_id), slot=slot, writer=uuid.uuid4().hex
    )


def _elsewhere(attempt_id: int, error: QuizError) -> ResponseReturnValue:
    """To where the attempt stands now; a program is told why."""
    if wants_json():
        raise error
    if isinstance(error, OutOfSequence):
        flash(
            _("You are at question %(n)s: the others cannot be opened from here.", n=error.facts["at"]),
            "look",
        )
    return _to("attempt.enter", attempt_id)


@blueprint.get("/paper")
@signed_in
def paper(attempt_id: int) -> ResponseReturnValue:
    """All that a page's script needs to go on without a network: each question's part of its page, and the summary."""
    page = attempts.page(get_actor(), attempt_id, None, moment())
    return render_template("student/paper.html", a=page, go=_addresses(attempt_id))


class Addresses(NamedTuple):
    """The addresses of an attempt, made once a page."""

    enter: str
    slots: str
    summary: str
    session: str
    login: str


def _addresses(attempt_id: int) -> Addresses:
    enter = url_for("attempt.enter", attempt_id=attempt_id)
    session, login = url_for("auth.current_session"), url_for("auth.login")
    return Addresses(enter, f"{enter}/slots", f"{enter}/summary", session, f"{login}?next={enter}")


def _outlast(due_at: datetime | None) -> None:
    """The session must not run out before the attempt does."""
    if due_at is not None:
        stay_until(due_at + AFTERWARDS)


@blueprint.post("/presence")
@signed_in
def presence(attempt_id: int) -> ResponseReturnValue:
    """The open page says which question it shows (``slot``), and hears of a deadline that was moved and of messages."""
    slot = request.form.get("slot", type=int)
    found = watching.contact(
        get_actor(), attempt_id, slot if slot in range(1, LARGEST_NUMBER) else None, moment(), grace()
    )
    _outlast(found.due_at)
    return {
        "due_at": found.due_at,
        "now": moment(),
        "ended": found.ended,
        "open": not found.ended and (found.due_at is None or moment() <= found.due_at),
        "messages": [one._asdict() for one in found.messages],
        "note": get_template_attribute("macros/attempt.html", "time_note")(found),
    }


# Save ------------------------------------------------------------------------------------------------------------


@blueprint.post("/slots/<int:slot>")
@signed_in
@bounded(LARGEST_SAVE)
def save(attempt_id: int, slot: int) -> ResponseReturnValue:
    """Save the answer to one question; in practice also check it, or take a hint."""
    if only_leads_on():
        return _after_saving(attempt_id, slot)
    one, writer = read_save(slot)
    try:
        saved = practice.save(get_actor(), attempt_id, one, writer, moment(), grace())
    except StaleAnswer as error:
        if wants_json():
            raise
        return _conflict(attempt_id, [(one, error)])
    if wants_json():
        return _acknowledged(saved)
    return _after_saving(attempt_id, slot, one)


def _acknowledged(saved: Saved) -> dict[str, Any]:
    told = {"seq": saved.seq, "saved_at": saved.saved_at, "current_seq": saved.current_seq}
    return told if saved.closed is None else {**told, "closed": saved.closed}


@blueprint.post("/slots")
@signed_in
@bounded(LARGEST_SAVES)
def save_many(attempt_id: int) -> ResponseReturnValue:
    """Save the answers to several questions."""
    if only_leads_on():
        return _after_saving(attempt_id, None)
    saves, writer = read_saves()
    outcomes = practice.save_many(get_actor(), attempt_id, saves, writer, moment(), grace())
    for outcome in outcomes:
        if isinstance(outcome, SignedOut):
            raise outcome
    if wants_json():
        return {"results": [_outcome(one, outcome) for one, outcome in zip(saves, outcomes, strict=True)]}
    refused = [
        (one, error) for one, error in zip(saves, outcomes, strict=True) if isinstance(error, QuizError)
    ]
    stale = [(one, error) for one, error in refused if isinstance(error, StaleAnswer)]
    if stale:
        return _conflict(attempt_id, stale)
    if refused:
        raise refused[0][1]
    return _after_saving(attempt_id, None, next((one for one in saves if one.act != "save"), None))


def _outcome(one: SlotSave, outcome: Saved | QuizError) -> dict[str, Any]:
    if isinstance(outcome, QuizError):
        return {
            "slot": one.slot,
            "status": outcome.status,
            "code": outcome.code,
            "detail": outcome.text,
            **outcome.facts,
        }
    return {"slot": one.slot, "status": 200, **_acknowledged(outcome)}


def _after_saving(attempt_id: int, slot: int | None, done: SlotSave | None = None) -> Response:
    """Without a script the page's buttons save first, then show what a check brought, flag or lead on."""
    here: dict[str, Any] = (
        {"endpoint": "attempt.all_questions"}
        if slot is None
        else {"endpoint": "attempt.question", "slot": slot}
    )
    if done is not None and done.act != "save":
        if "adaptive" in request.form:
            return _gone_on(attempt_id, done)
        if done.act == "check" and not attempts.is_answered(done.fields):
            flash(_("Give an answer first, then check it."), "look")
        return _to(**here, attempt_id=attempt_id, _anchor=f"q{done.slot}-{done.act}")
    if "language-go" in request.form:
        attempts.set_language(get_actor(), attempt_id, request.form.get("language", ""), moment())
        return _to(**here, attempt_id=attempt_id)
    flagged = _flagged(slot)
    if flagged is not None:
        attempts.flag(get_actor(), attempt_id, *flagged, moment())
        return _to(**here, attempt_id=attempt_id, _anchor=f"q{flagged[0]}")
    return _led_on(attempt_id, slot, here)


def _gone_on(attempt_id: int, done: SlotSave) -> Response:
    """In an adaptive test to where it stands now: the next question, the same one, or the result."""
    if not attempts.is_answered(done.fields):
        flash(_("Give an answer first: this test goes on only with one."), "look")
    return _to("attempt.enter", attempt_id)


def _led_on(attempt_id: int, slot: int | None, here: dict[str, Any]) -> Response:
    """To where the button that was pressed leads; it may be one that stays."""
    go = request.form.get("go", "")
    if go == "summary" or (go == "next" and slot is not None and request.form.get("of") == str(slot)):
        return _to("attempt.summary", attempt_id)
    if slot is None or (go not in ("next", "previous", "leave") and not go.isdecimal()):
        return _to(**here, attempt_id=attempt_id)
    if go == "leave":
        return _to("attempt.leaving", attempt_id, slot=slot)
    target = {"next": slot + 1, "previous": max(1, slot - 1)}.get(go) or int(go[:4])
    return _to("attempt.question", attempt_id, slot=target)


def _flagged(slot: int | None) -> tuple[int, bool] | None:
    """The slot whose flag button sent the form, and how it is to stand; None where another button did."""
    for name, value in request.form.items():
        found = _FLAG_OF_SLOT.fullmatch(name)
        if found:
            return int(found[1]), value == "1"
        if name == "flag" and slot is not None:
            return slot, value == "1"
    return None


def _conflict(attempt_id: int, refused: Sequence[tuple[SlotSave, QuizError]]) -> ResponseReturnValue:
    """Both answers, and a button for each: the server never decides between them."""
    only = refused[0][0].slot if len(refused) == 1 else None
    page = attempts.page(get_actor(), attempt_id, only, moment())
    questions = {view.slot: view for view in page.questions}
    shown = [
        {"mine": one, "theirs": error.facts["current"], "question": questions[one.slot]}
        for one, error in refused
    ]
    use_time_zone(page.time_zone)
    body = render_template(
        "student/conflict.html",
        a=page,
        go=_addresses(attempt_id),
        conflicts=shown,
        writer=uuid.uuid4().hex,
        wish=request.form.get("go", ""),
    )
    return body, StaleAnswer.status


# Leave for good ---------------------------------------------------------------------------------------------------


@blueprint.get("/slots/<int:slot>/leave")
@signed_in
def leaving(attempt_id: int, slot: int) -> ResponseReturnValue:
    """Ask before a question is left to which there is no way back."""
    try:
        page = attempts.page(get_actor(), attempt_id, slot, moment())
    except (AttemptClosed, OutOfSequence, TooLate) as error:
        return _elsewhere(attempt_id, error)
    if page.at_slot is None:
        raise NotFound
    if slot == len(page.slots):
        return _to("attempt.summary", attempt_id)
    use_time_zone(page.time_zone)
    return render_template("student/leave.html", a=page, go=_addresses(attempt_id), q=page.questions[0])


@blueprint.post("/slots/<int:slot>/leave")
@signed_in
def leave(attempt_id: int, slot: int) -> ResponseReturnValue:
    """Go on to the next question, for good; a repeat gives the same answer."""
    attempts.leave(get_actor(), attempt_id, slot, moment())
    return ("", 204) if wants_json() else _to("attempt.enter", attempt_id)


# Language, flag, summary, submit ---------------------------------------------------------------------------------


@blueprint.post("/language")
@signed_in
def language(attempt_id: int) -> ResponseReturnValue:
    """Read the questions in another language; a page with a script has saved its answers before."""
    attempts.set_language(get_actor(), attempt_id, request.form.get("language", ""), moment())
    return ("", 204) if wants_json() else _to("attempt.enter", attempt_id)


@blueprint.post("/slots/<int:slot>/flag")
@signed_in
def flag(attempt_id: int, slot: int) -> ResponseReturnValue:
    """Mark a question to look at again, or take the mark off."""
    value = request.form.get("flagged", "")
    if value not in ("0", "1"):
        raise Invalid([Problem("flagged", "this is neither 1 nor 0")])
    attempts.flag(get_actor(), attempt_id, slot, value == "1", moment())
    return ("", 204) if wants_json() else _to("attempt.question", attempt_id, slot=slot)


@blueprint.get("/summary")
@signed_in
def summary(attempt_id: int) -> ResponseReturnValue:
    """How every question stands, before submitting."""
    try:
        page = attempts.summary(get_actor(), attempt_id, moment(), grace())
    except (AttemptClosed, TooLate):
        return _to("attempt.review", attempt_id)
    use_time_zone(page.time_zone)
    return render_template("student/summary.html", a=page, go=_addresses(attempt_id))


@blueprint.post("/finish")
@signed_in
def finish(attempt_id: int) -> ResponseReturnValue:
    """Submit; a repeat gives the same answer."""
    attempts.finish(get_actor(), attempt_id, moment())
    return _to("attempt.review", attempt_id)


@blueprint.get("/review")
@signed_in
def review(attempt_id: int) -> ResponseReturnValue:
    """What the review options allow now."""
    found = reviews.review(get_actor(), attempt_id, moment(), grace())
    use_time_zone(found.time_zone)
    return render_template("student/review.html", r=found)


@blueprint.post("/late/<int:late_id>/accept")
@signed_in
def accept_late(attempt_id: int, late_id: int) -> ResponseReturnValue:
    """Let an answer count that came too late."""
    grading.accept_late(get_actor(), attempt_id, late_id, moment())
    flash(_("The answer counts now. The grade has been worked out again."), "good")
    return _to("attempt.review", attempt_id)


def _to(endpoint: str, attempt_id: int, **values: Any) -> Response:
    return redirect(url_for(endpoint, attempt_id=attempt_id, **values), 303)
