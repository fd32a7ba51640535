"""The one factory: ties settings, database and the web's parts together. It builds, and neither migrates nor asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from flask import Flask
from flask.json.provider import DefaultJSONProvider
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from quiz import clock
from quiz.config import Settings
from quiz.db import db, engine_options, prepare
from quiz.web import assets, errors, guard, headers, health, html, languages, logging, signatures
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
    from quiz.web.admin.inviting import blueprint as inviting
    from quiz.web.admin.overseeing import blueprint as overseeing
    from quiz.web.admin.views import blueprint as admin
    from quiz.web.auth.invited import blueprint as invited
    from quiz.web.auth.links import blueprint as links
    from quiz.web.auth.passkeys import blueprint as passkeys
    from quiz.web.auth.second import blueprint as second
    from quiz.web.auth.views import blueprint as auth
    from quiz.web.author.calibrating import blueprint as calibrating
    from quiz.web.author.editing import blueprint as editor
    from quiz.web.author.exporting import blueprint as exporting
    from quiz.web.author.images import blueprint as images
    from quiz.web.author.linting import blueprint as linting
    from quiz.web.author.peer_review import blueprint as peer_review
    from quiz.web.author.revising import blueprint as revising
    from quiz.web.author.transferring import blueprint as transferring
    from quiz.web.author.translating import blueprint as translating
    from quiz.web.author.views import blueprint as author
    from quiz.web.courses.accommodating import blueprint as accommodating
    from quiz.web.courses.rosters import blueprint as rosters
    from quiz.web.courses.views import blueprint as courses
    from quiz.web.gradebook.views import blueprint as gradebook
    from quiz.web.live.views import blueprint as live
    from quiz.web.marking.views import blueprint as marking
    from quiz.web.quizzes.fixed import blueprint as fixed
    from quiz.web.quizzes.views import blueprint as quizzes
    from quiz.web.reports.items import blueprint as items
    from quiz.web.reports.mail import blueprint as mail
    from quiz.web.reports.measuring import blueprint as measuring
    from quiz.web.reports.survey import blueprint as survey
    from quiz.web.reports.views import blueprint as reports
    from quiz.web.reports.whole import blueprint as whole
    from quiz.web.rescoring.views import blueprint as rescoring
    from quiz.web.student.attempt import blueprint as attempt
    from quiz.web.student.views import blueprint as student

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
    for blueprint in (
        health.blueprint,
        auth,
        links,
        invited,
        second,
        passkeys,
        student,
        attempt,
        courses,
        rosters,
        accommodating,
        quizzes,
        fixed,
        reports,
        whole,
        items,
        mail,
        gradebook,
        measuring,
        survey,
        marking,
        live,
        rescoring,
        author,
        calibrating,
        editor,
        translating,
        revising,
        transferring,
        peer_review,
        exporting,
        images,
        linting,
        admin,
        inviting,
        overseeing,
    ):
        app.register_blueprint(blueprint)
    guard.verify(app)
