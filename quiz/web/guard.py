"""Closed by default: a view says who may call it, or the app does not start.

``@public`` is for everybody, ``@signed_in`` for whoever has a session. What that person may do is decided by the
operation, in the query that loads the row. Every change comes by POST and carries a CSRF token.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from flask import Flask, current_app, g, request, url_for

from quiz.config import SECOND_FACTOR
from quiz.errors import SignedOut
from quiz.web.session import find_actor
from quiz.web.signatures import demand_token

V = TypeVar("V", bound=Callable[..., Any])

PUBLIC, SIGNED_IN = "public", "signed in"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def public(view: V) -> V:
    """Declares a view open to everybody."""
    view.access = PUBLIC  # type: ignore[attr-defined]
    return view


def signed_in(view: V) -> V:
    """Declares a view open to whoever has a session; the operation checks the right."""
    view.access = SIGNED_IN  # type: ignore[attr-defined]
    return view


def bounded(size: int) -> Callable[[V], V]:
    """Declares the largest body of a view, in bytes, where it is not the app's."""

    def declare(view: V) -> V:
        view.largest_body = size  # type: ignore[attr-defined]
        return view

    return declare


def moment() -> datetime:
    """The present moment: the app's clock is read once a request."""
    if "moment" not in g:
        g.moment = current_app.extensions["clock"]()
    return g.moment


def grace() -> timedelta:
    """How long after the deadline a save that was under way is accepted."""
    return timedelta(seconds=current_app.extensions["settings"].grace_seconds)


#: The ways in, by the setting REGISTRATION: a course's code, an account that one makes, an administrator's invitation.
WAYS_IN: dict[str, tuple[str, ...]] = {
    "join": ("code", "invitation"),
    "open": ("code", "account", "invitation"),
    "invitation": ("invitation",),
    "closed": (),
}


def may_come_in(way: str) -> bool:
    """Whether people come in by this way here: code, account or invitation."""
    return way in WAYS_IN[current_app.extensions["settings"].registration]


def single_sign_on() -> str:
    """What people call the system that they sign in through here; "" where there is none."""
    name: str = current_app.extensions["settings"].oidc_name
    return name


def second_factor_roles() -> tuple[str, ...]:
    """Roles of the site whose people have to sign in with an authenticator too."""
    return SECOND_FACTOR[current_app.extensions["settings"].second_factor]


def site_key() -> str:
    """The key that secrets in the database are sealed by."""
    key: str = current_app.extensions["settings"].secret_key
    return key


def mails() -> bool:
    """Whether this installation sends mail."""
    return bool(current_app.extensions["settings"].mails)


def public_address(endpoint: str, **values: Any) -> str:
    """The whole address of a page, as people open it from elsewhere: under PUBLIC_URL where that is set."""
    public_url: str = current_app.extensions["settings"].public_url
    if public_url:
        return public_url + url_for(endpoint, **values)
    return url_for(endpoint, _external=True, **values)


def install(app: Flask) -> None:
    """Checks every request before its view; pages lead only to ways in that there are."""
    app.before_request(_check)
    app.jinja_env.globals["may_come_in"] = may_come_in
    app.jinja_env.globals["single_sign_on"] = single_sign_on


def verify(app: Flask) -> None:
    """Raises RuntimeError where a view declares no access, or takes both GET and changes by another method than POST."""
    undeclared = sorted(name for name, view in app.view_functions.items() if not hasattr(view, "access"))
    if undeclared:
        raise RuntimeError("views without @public or @signed_in: " + ", ".join(undeclared))
    odd = sorted(
        str(rule) for rule in app.url_map.iter_rules() if (rule.methods or set()) - SAFE_METHODS - {"POST"}
    )
    if odd:
        raise RuntimeError("state changes only by POST: " + ", ".join(odd))


def _check() -> None:
    view = _view()
    if view is None:
        return
    if hasattr(view, "largest_body"):
        request.max_content_length = request.max_form_memory_size = view.largest_body
    if view.access != PUBLIC and find_actor(moment()) is None:
        raise SignedOut
    if request.method not in SAFE_METHODS:
        demand_token()


def _view() -> Any:
    return current_app.view_functions.get(request.endpoint or "")
