"""Browsers without JavaScript: what they are shown, and the forms they send."""

from contextvars import Context

import pytest
from bs4 import BeautifulSoup
from flask import session
from flask.testing import FlaskClient

from quiz.operations import accounts
from quiz.web.session import Card, enter
from tests.cast import NOW


class Client(FlaskClient):
    """A client whose requests do not see the test's own application context, as in production."""

    def open(self, *args, **kwargs):
        return Context().run(super().open, *args, **kwargs)


class Browser:
    """One person's browser. Forms carry the token of the page that was loaded last."""

    def __init__(self, app, cast):
        self.client = app.test_client()
        self.cast = cast
        self.page = None
        self.token = None

    def get(self, path, **kwargs):
        """Loads a page; redirects are followed."""
        return self._shown(self.client.get(path, follow_redirects=True, **kwargs))

    def post(self, path, data=None, *, token=True, **kwargs):
        """Sends a form; a redirect is returned as it is."""
        form = dict(data or {})
        if token:
            form.setdefault("csrf_token", self.token or "")
        return self._shown(self.client.post(path, data=form, **kwargs))

    def save(self, attempt, slot, seq, answer, *, writer="w1", **fields):
        """Saves as the script does: a form, answered in JSON."""
        data = {"seq": seq, "writer": writer, "answered": "1", "answer": answer, **fields}
        headers = {"Accept": "application/json", "X-CSRFToken": self.token or ""}
        return self.client.post(f"/attempts/{attempt}/slots/{slot}", data=data, headers=headers)

    def json(self, path, body, **headers):
        """Sends JSON and asks for JSON."""
        headers = {"Accept": "application/json", "X-CSRFToken": self.token or "", **headers}
        return self.client.post(path, json=body, headers=headers)

    def sign_in(self, name):
        """Begins a session as the pages do that ask for code or password, without the slow check of a password."""
        app = self.client.application
        self.client.set_cookie(app.config["SESSION_COOKIE_NAME"], cookie(app, getattr(self.cast, name)))
        self.get("/account")
        return self

    def start(self, quiz=None):
        """Starts the quiz of the cast, or another one. Returns the attempt's id."""
        answer = self.post(f"/quizzes/{quiz or self.cast.quiz}/attempts")
        assert answer.status_code == 303, answer.text
        return int(answer.headers["Location"].rsplit("/", 1)[1])

    def _shown(self, response):
        if response.mimetype == "text/html":
            self.page = BeautifulSoup(response.data, "html.parser")
            field = self.page.find("input", {"name": "csrf_token"})
            self.token = field["value"] if field else self.token
        return response

    @property
    def title(self):
        """The page's first heading."""
        return " ".join(self.page.h1.get_text().split())

    @property
    def text(self):
        """The words of the page's main part."""
        return " ".join(self.page.main.get_text(" ").split())


def cookie(app, actor):
    """The cookie of a new session of somebody."""
    with app.test_request_context():
        enter(actor, Card.of(accounts.me(actor)), app.extensions["clock"]())
        return app.session_interface.get_signing_serializer(app).dumps(dict(session))


class Watch:
    """The app's clock, which a test may move."""

    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def watch(app):
    """The time as the app knows it: NOW, until the test moves it."""
    app.extensions["clock"] = Watch()
    return app.extensions["clock"]


@pytest.fixture
def browser(app, cast, watch):
    """Opens a browser of one of the cast, or of nobody."""

    def open_browser(name=None):
        made = Browser(app, cast)
        return made.sign_in(name) if name else made

    return open_browser
