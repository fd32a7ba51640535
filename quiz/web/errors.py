"""What a failure looks like: a page for people, an RFC 9457 problem for programs. One place for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from quiz.errors import Invalid, QuizError, SignedOut, TooMany
from quiz.web.forms import located
from quiz.web.guard import SAFE_METHODS
from quiz.web.html import said
from quiz.web.logging import request_id

PROBLEM = "application/problem+json"
_JSON_TYPES = ("application/json", PROBLEM)

#: The heading of an error's page, by code; what happened stands below it.
TITLES: Mapping[str, Any] = {
    "signed-out": _l("You are signed out"),
    "csrf": _l("This page was too old"),
    "forbidden": _l("This is not open to you"),
    "access-code": _l("The access code is missing or wrong"),
    "not-found": _l("There is no page here, or not for you"),
    "stale": _l("A newer answer stands"),
    "slot-closed": _l("This question is closed"),
    "out-of-sequence": _l("This is not the question that you are at"),
    "attempt-closed": _l("This attempt has been submitted"),
    "too-late": _l("The time is up"),
    "in-progress": _l("This attempt has not been submitted yet"),
    "not-open": _l("This quiz is not open yet"),
    "closed": _l("This quiz is closed"),
    "no-attempts-left": _l("You have used all your attempts"),
    "edit-conflict": _l("Somebody else has changed this"),
    "unmeetable": _l("This quiz cannot be put together"),
    "conflict": _l("This is not possible now"),
    "invalid": _l("Some of it needs mending"),
    "too-large": _l("This is too large"),
    "too-many": _l("Too many tries"),
    "unavailable": _l("The server cannot reach its data"),
    "bad-request": _l("This request could not be read"),
    "method-not-allowed": _l("This address is not for that"),
    "internal-server-error": _l("Something broke on our side"),
}
#: What is told of a failure that comes from the web's own floor.
DETAILS: Mapping[str, Any] = {
    "csrf": _l("Nothing was changed. Load the page again and repeat what you did."),
    "not-found": _l("The address may have a slip in it, or it belongs to a course that you are not in."),
    "bad-request": _l("Nothing was changed."),
    "method-not-allowed": _l("Nothing was changed. Go back and use the page's own buttons."),
    "too-large": _l("Nothing was changed. What was sent is larger than allowed."),
    "internal-server-error": _l("We have written down what happened. What had been saved is safe."),
}
_CODES = {413: "too-large"}
#: Fields of a form that are never shown again.
_NOT_REPEATED = ("csrf_token", "seq", "writer", "answered", "go", "next")
_SECRET = ("password", "code", "current", "new")


def install(app: Flask) -> None:
    """Answers every failure of the tree, of HTTP, and every bug."""
    app.register_error_handler(QuizError, _expected)
    app.register_error_handler(CSRFError, _bad_token)
    app.register_error_handler(HTTPException, _of_http)


def wants_json() -> bool:
    """Whether a program asks: it sent JSON, or would rather have JSON than a page."""
    if request.is_json or request.headers.get("Accept") in _JSON_TYPES:  # as our script asks, at no cost
        return True
    return request.accept_mimetypes.best_match(("text/html", *_JSON_TYPES)) in _JSON_TYPES


def _expected(error: QuizError) -> ResponseReturnValue:
    if isinstance(error, SignedOut) and request.method in SAFE_METHODS and not wants_json():
        return redirect(url_for("auth.login", next=request.full_path.rstrip("?")), 303)
    response = answer(error.code, error.status, _detail(error), error)
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _detail(error: QuizError) -> str:
    """What happened, in the page's language."""
    problems = error.problems if isinstance(error, Invalid) else ()
    return "; ".join(map(located, problems)) or said(error.text)


def _bad_token(_error: CSRFError) -> ResponseReturnValue:
    return answer("csrf", 400, str(DETAILS["csrf"]))


def _of_http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if error.response is not None or status < 400:
        return error.get_response()
    code = _CODES.get(status) or error.name.lower().replace(" ", "-")
    response = answer(code, status, str(DETAILS.get(code) or error.description))
    for name, value in error.get_headers(request.environ):
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def answer(code: str, status: int, detail: str, error: QuizError | None = None) -> Response:
    """The response to a failure, in the form that was asked for."""
    title = str(TITLES.get(code, code))
    if wants_json():
        return _problem(code, status, title, detail, error)
    lost = code in ("signed-out", "csrf") and request.method == "POST"
    page = render_template(
        "errors/error.html",
        code=code,
        status=status,
        title=title,
        detail=detail,
        unmet=getattr(error, "unmet", ()),
        problems=[*map(located, error.problems)] if isinstance(error, Invalid) else (),
        typed=_typed() if lost else (),
        kept=error is not None and bool(error.facts.get("kept")),
        attempt=(request.view_args or {}).get("attempt_id") if status == 409 else None,
        back=_back(),
        request_id=request_id(),
    )
    return Response(page, status, mimetype="text/html")


def _problem(code: str, status: int, title: str, detail: str, error: QuizError | None) -> Response:
    body: dict[str, Any] = {
        "type": f"urn:quiz:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": request_id(),
    }
    if error is not None:
        body |= error.facts
    if isinstance(error, Invalid):
        body["problems"] = [
            {"where": one.where, "what": one.what, "mend": one.mend} for one in error.problems
        ]
    return Response(current_app.json.dumps(body), status, mimetype=PROBLEM)


def _back() -> str:
    """The page from which this request came, where it is one of ours."""
    came_from = urlsplit(request.referrer or "")
    return came_from.path if came_from.netloc == request.host else url_for("student.home")


def _typed() -> list[str]:
    """What a person had typed into a form that could not be taken: shown, so that it is not lost."""
    return [
        value
        for name, value in request.form.items(multi=True)
        if value.strip() and name not in _NOT_REPEATED and not any(word in name for word in _SECRET)
    ]
