"""The signatures of cookie and CSRF token: one that was found good is remembered, since a browser sends it with each save.

Only good ones are, so that nobody can fill the memory; how old one is, and whose, is asked each time.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import Flask, current_app, request, session
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import CSRFError, generate_csrf, validate_csrf
from itsdangerous import SignatureExpired, TimestampSigner, URLSafeTimedSerializer
from wtforms import ValidationError

#: How many a process remembers, of half a kilobyte each.
MOST = 4096


def install(app: Flask) -> None:
    """Gives the app its sessions, and the templates their token. The guard demands it, after it knows who asks."""
    app.session_interface = Sessions(app)
    app.jinja_env.globals["csrf_token"] = csrf_token


class Sessions(SecureCookieSessionInterface):
    """Flask's session in a signed cookie."""

    def __init__(self, app: Flask) -> None:
        self._serializer = _Serializer(
            str(app.secret_key),
            salt=self.salt,
            serializer=self.serializer,
            signer_kwargs={"key_derivation": self.key_derivation, "digest_method": self.digest_method},
        )

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """The same for every request: making it costs as much as a check."""
        return self._serializer


class _Serializer(URLSafeTimedSerializer):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._signer: TimestampSigner = self.make_signer()  # type: ignore[assignment]
        self._unsign = lru_cache(MOST)(lambda signed: self._signer.unsign(signed, return_timestamp=True))

    def loads(self, s: str | bytes, max_age: int | None = None, *_: Any, **__: Any) -> Any:  # type: ignore[override]
        """The signed value. Raises BadSignature; SignatureExpired where it is older than ``max_age`` seconds."""
        payload, signed_at = self._unsign(s)
        age = self._signer.get_timestamp() - signed_at.timestamp()
        if max_age is not None and not 0 <= age <= max_age:
            raise SignatureExpired(f"signed {age:.0f} s ago", payload=payload, date_signed=signed_at)
        return self.load_payload(payload)


def csrf_token() -> str:
    """The token of this session, the same on all of its pages; a session that has none gets its secret."""
    secret = session.get("csrf_token")
    return generate_csrf() if secret is None else _signed(secret, current_app.secret_key)


@lru_cache(MOST)
def _signed(_secret: str, _secret_key: str | bytes | None) -> str:
    return generate_csrf()  # reads the session and the key itself


def demand_token() -> None:
    """Raises CSRFError where a request that changes something does not carry the token of its session."""
    token = request.form.get("csrf_token") or request.headers.get("X-CSRFToken")
    try:
        _belongs(token, session.get("csrf_token"), current_app.secret_key)
    except ValidationError as error:
        raise CSRFError(error.args[0]) from None


@lru_cache(MOST)
def _belongs(token: str | None, _of_session: str | None, _secret_key: str | bytes | None) -> None:
    validate_csrf(token)  # reads the session and the key itself
