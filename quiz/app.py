"""The one factory: ties settings, database and the web's parts together. It builds, and neither migrates nor asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from importlib import import_module
from typing import Any

from flask import Blueprint, Flask
from flask.json.provider import DefaultJSONProvider
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from quiz import clock
from quiz.config import Settings
from quiz.db import db, engine_options, prepare
from quiz.registry import tree
from quiz.web import assets, errors, guard, headers, html, languages, logging, signatures
from quiz.web.session import LONGEST

#: The largest body of a request where a view says nothing else, in bytes.
LARGEST_BODY = 1_000_000


class _Json(DefaultJSONProvider):
    """JSON with times in RFC 3339, UTC."""

    sort_keys = False

    @staticmethod
    def default(value: Any) -> Any:
        if isinstance(value, datetime):
            return html.iso(value)
        return value.isoformat() if isinstance(value, date) else DefaultJSONProvider.default(value)


class _Id(IntegerConverter):
    """A number in an address, as large as a row's id can be: a larger one is no page, and never asks the database."""

    regex = r"\d{1,10}"

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=2**31 - 1)


def create_app(settings: Settings, now: Callable[[], datetime] = clock.now) -> Flask:
    """The application for these settings. ``now`` is its clock: a replay or a test gives another one."""
    app = Flask("quiz", static_folder=None, template_folder=None)
    app.json = _Json(app)
    app.url_map.converters["int"] = _Id
    app.config.from_mapping(_config(settings))
    app.extensions["settings"] = settings
    app.extensions["clock"] = now
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    _add_database(app)
    _add_web(app, settings)
    return app


def _config(settings: Settings) -> dict[str, Any]:
    https = settings.public_url.startswith("https:")
    return {
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings.database_url),
        "SESSION_COOKIE_NAME": "__Host-quiz" if https else "quiz",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": https,
        "SESSION_REFRESH_EACH_REQUEST": False,
        "PERMANENT_SESSION_LIFETIME": LONGEST,
        "MAX_CONTENT_LENGTH": LARGEST_BODY,
        "MAX_FORM_MEMORY_SIZE": LARGEST_BODY,
        "WTF_CSRF_TIME_LIMIT": None,
        "BABEL_DEFAULT_LOCALE": str(languages.DEFAULT),
    }


def _add_database(app: Flask) -> None:
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)


def _add_web(app: Flask, settings: Settings) -> None:
    logging.install(app, settings.log_level)
    html.install(app)
    signatures.install(app)
    languages.babel.init_app(
        app,
        default_timezone="UTC",
        locale_selector=languages.chosen,
        timezone_selector=html.chosen_time_zone,
    )
    html.install_words(app)
    guard.install(app)
    headers.install(app, https=settings.public_url.startswith("https:"))
    errors.install(app)
    app.add_url_rule(f"{assets.PATH}<path:name>", "static", guard.public(assets.serve))
    for blueprint in _blueprints():
        app.register_blueprint(blueprint)
    guard.verify(app)


def _blueprints() -> Iterator[Blueprint]:
    """Those of the web's modules: found, not listed."""
    for name in tree("quiz.web"):
        blueprint = getattr(import_module(name), "blueprint", None)
        if isinstance(blueprint, Blueprint):
            yield blueprint
