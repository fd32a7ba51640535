"""What holds for every page: headers, errors, static files, health, and that nothing is open by accident."""

import gzip
import json
import logging
import re
from pathlib import Path

import pytest
from flask import Blueprint

from quiz.app import create_app
from quiz.config import Settings
from quiz.errors import Invalid
from quiz.files.shipped import shipped
from quiz.operations import installation
from quiz.questions import types
from quiz.web import guard
from quiz.web.logging import JsonLines
from tests.databases import SECRET, app_on


def plain_app(tmp_path, **settings):
    """An app on a database that nobody has created."""
    return create_app(Settings(secret_key=SECRET, data_dir=tmp_path, **settings))


@pytest.mark.parametrize("path", ["/", "/login", "/nothing", "/healthz", "/static/theme.css"])
def test_every_answer_carries_the_headers(client, path):
    answer = client.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert len(answer.headers["X-Request-ID"]) == 16
    assert "Strict-Transport-Security" not in answer.headers


def test_pages_are_not_cached(client):
    assert client.get("/login").headers["Cache-Control"] == "no-store"


def test_https_makes_the_cookie_secure(database_url):
    app = app_on(database_url, public_url="https://quiz.example.org")
    answer = app.test_client().get("/login", base_url="https://quiz.example.org")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-quiz=")
    assert "; Secure" in cookie
    assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_static_files_are_kept_for_ever_under_their_digest(client):
    page = client.get("/login").text
    address = next(
        part.split('"')[0] for part in page.split('href="') if part.startswith("/static/theme.css")
    )
    answer = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert "immutable" in answer.headers["Cache-Control"]
    assert gzip.decompress(answer.data) == client.get("/static/theme.css").data
    assert client.get("/static/theme.css").headers["Cache-Control"] == "no-cache"
    assert (
        client.get(address, headers={"If-None-Match": client.get(address).headers["ETag"]}).status_code == 304
    )


@pytest.mark.parametrize("name", ["nothing.css", "../app.py", "..%2fapp.py", "/etc/passwd", "vendor"])
def test_static_files_end_at_their_folder(client, name):
    assert client.get(f"/static/{name}").status_code in (404, 308)


@pytest.mark.parametrize(
    "method, path, status, code",
    [
        ("GET", "/nothing", 404, "not-found"),
        ("POST", "/account", 405, "method-not-allowed"),
        ("POST", "/login", 400, "csrf"),
        ("GET", "/account", 401, "signed-out"),
        ("POST", "/attempts/1/finish", 401, "signed-out"),
        ("GET", "/join/AAAAAAAA", 404, "not-found"),
    ],
)
def test_programs_get_problems(client, method, path, status, code):
    answer = client.open(path, method=method, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.json["code"] == code
    assert answer.json["status"] == status
    assert answer.json["type"] == f"urn:quiz:{code}"
    assert answer.json["title"]
    assert answer.json["detail"]
    assert answer.json["request_id"] == answer.headers["X-Request-ID"]


def test_people_get_pages(browser):
    one = browser()
    assert one.get("/nothing").status_code == 404
    assert one.title == "There is no page here, or not for you"
    assert one.post("/login", {"username": "x"}, token=False).status_code == 400
    assert one.title == "This page was too old"


def test_who_is_signed_out_is_led_to_sign_in_and_back(browser, cast):
    one = browser()
    answer = one.client.get(f"/courses/{cast.course}?page=2")
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/login?next=/courses/{cast.course}?page%3D2"


def test_what_was_typed_comes_back_when_the_session_is_gone(browser, cast):
    one = browser()
    one.get("/login")
    answer = one.post(
        "/attempts/1/slots/1",
        {"seq": "1", "writer": "w", "answer": "<b>my long answer</b>", "password": "hidden-one"},
    )
    assert answer.status_code == 401
    assert "<b>my long answer</b>" in one.text
    assert "hidden-one" not in answer.text
    assert "&lt;b&gt;" in answer.text


def test_a_body_that_is_too_large_is_refused(browser, cast):
    one = browser("bo")
    answer = one.save(one.start(), 1, 1, "x" * 100_000)
    assert (answer.status_code, answer.json["code"]) == (413, "too-large")
    came_from = {"Referer": "http://localhost/account"}
    page = one.post("/account/preferences", {"theme": "x" * 1_100_000}, headers=came_from)
    assert page.status_code == 413
    assert one.page.find("a", string="Back")["href"] == "/account", "where it came from"


def test_a_bug_is_answered_with_its_reference_and_nothing_else(app):
    app.config["PROPAGATE_EXCEPTIONS"] = False
    broken = Blueprint("broken", __name__)

    @broken.get("/broken")
    @guard.public
    def view():
        raise ZeroDivisionError("the secret of the implementation")

    app.register_blueprint(broken)
    answer = app.test_client().get("/broken")
    assert answer.status_code == 500
    assert answer.headers["X-Request-ID"] in answer.text
    assert "secret" not in answer.text


def test_a_view_that_declares_nothing_does_not_start(app):
    app.add_url_rule("/open", "open", lambda: "")
    with pytest.raises(RuntimeError, match="open"):
        guard.verify(app)


def test_a_change_by_another_method_than_post_does_not_start(app):
    app.add_url_rule("/put", "put", guard.public(lambda: ""), methods=["PUT"])
    with pytest.raises(RuntimeError, match="/put"):
        guard.verify(app)


def test_alive_and_ready(client, tmp_path):
    assert client.get("/healthz").json == {"status": "alive"}
    assert client.get("/readyz").json == {"status": "ready"}


def test_a_database_that_nobody_created_is_not_ready(tmp_path):
    client = plain_app(tmp_path).test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")


def test_a_database_that_is_away_gives_503(tmp_path):
    app = plain_app(tmp_path, database_url="postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    client = app.test_client()
    assert client.get("/readyz").status_code == 503
    assert client.get("/join/AAAAAAAA").status_code == 503
    with app.app_context():
        assert not installation.at_head()


def test_a_proxy_that_is_not_trusted_cannot_name_an_address(database_url):
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}
    untrusted = app_on(database_url).test_client().get("/account", headers=forwarded)
    assert untrusted.headers["Location"].startswith("/login")


def test_the_log_is_json_without_codes(app, cast):
    lines = []

    class Keep(logging.Handler):
        def emit(self, record):
            lines.append(JsonLines().format(record))

    logger = logging.getLogger("quiz.requests")
    keeper = Keep()
    logger.addHandler(keeper)
    try:
        app.test_client().get(f"/join/{cast.join_code}")
    finally:
        logger.removeHandler(keeper)
    line = json.loads(lines[-1])
    assert (line["route"], line["status"], line["method"]) == ("/join/<code>", 200, "GET")
    assert cast.join_code not in lines[-1]


def test_the_words_of_templates_are_written_out():
    """``_()`` trusts its words as HTML: a text that comes from elsewhere goes through ``said()``."""
    folders = (shipped("templates"), Path(types.__file__).parent)
    files = [file for folder in folders for file in folder.rglob("*.html")]
    glued = [
        f"{file.name}: {found}"
        for file in files
        for found in re.findall(r"\b(?:_|gettext)\([^\"'].{0,30}", file.read_text())
    ]
    assert glued == []
    assert len(files) > 30


def test_what_a_fault_quotes_of_a_file_is_text(browser):
    ada = browser("ada")
    ada.get("/banks/import")
    answer = ada.post(
        "/banks/import", {"text": "format: quiz-bank/1\nbank: x\n<img src=x onerror=alert(1)>: 1\n"}
    )
    assert "&lt;img" in answer.text
    assert not ada.page.main.find("img")


def test_no_account_is_opened_by_a_user_name_that_anybody_may_take():
    names = ("OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "SECRET_KEY")
    addresses = dict.fromkeys(("OIDC_ISSUER", "PUBLIC_URL"), "https://login.example.edu")
    there = {**dict.fromkeys(names, SECRET), **addresses, "OIDC_USERNAME_CLAIM": "preferred_username"}
    Settings.from_env({**there, "REGISTRATION": "join"})
    with pytest.raises(Invalid, match="people choose themselves"):
        Settings.from_env({**there, "REGISTRATION": "open"})
