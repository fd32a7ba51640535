"""What every response says to the browser about safety and keeping."""

from __future__ import annotations

from flask import Flask, Response

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


def install(app: Flask, *, https: bool) -> None:
    """Adds the headers to every response. Pages are not kept by any cache: they are one person's."""
    always = HEADERS | ({"Strict-Transport-Security": TRANSPORT} if https else {})

    @app.after_request
    def add(response: Response) -> Response:
        for name, value in always.items():
            response.headers[name] = value
        response.headers.setdefault("Cache-Control", "no-store")
        return response
