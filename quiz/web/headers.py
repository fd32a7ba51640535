"""What every response says to the browser about safety and keeping."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

#: No inline script or style, nothing from elsewhere; ``data:`` only for the pictures inside the style sheets.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
TRANSPORT = "max-age=31536000; includeSubDomains"
NOT_KEPT = ("Cache-Control", "no-store")
#: What a view may say for itself.
OWN = ("cache-control", "content-security-policy")


def install(app: Flask, *, https: bool) -> None:
    """Adds the headers to every response. Pages are not kept by any cache: they are one person's."""
    always = [*HEADERS.items(), NOT_KEPT, *([("Strict-Transport-Security", TRANSPORT)] if https else [])]
    inner = app.wsgi_app

    def outer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            own = {name.lower() for name, _ in headers}.intersection(OWN)
            more = [(name, value) for name, value in always if name.lower() not in own]
            return start_response(status, headers + more, *error)

        return inner(environ, start)

    app.wsgi_app = outer  # type: ignore[method-assign]
