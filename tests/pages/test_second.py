"""Signing in with an authenticator, and setting it up."""

from datetime import timedelta

import pyotp
import pytest

from quiz.operations import factors
from tests.browsing import Browser, Watch
from tests.cast import ADDRESS, NOW, PASSWORD
from tests.databases import SECRET as SITE_KEY
from tests.databases import app_on, dispose
from tests.pages.doors import field_error

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])
LOGIN = {"username": "ada", "password": PASSWORD}


def code(secret, watch):
    return pyotp.TOTP(secret).at(watch.now)


def test_it_is_set_up_on_the_account_page_and_asked_for_from_then_on(browser, cast, watch):
    ada, page = browser("ada"), "/account/authenticator"
    assert ada.page.main.find("a", href=page)
    ada.get(page)
    assert ada.post(page, {"start-current": "wrong"}).status_code == 422
    assert "not the present password" in field_error(ada.page, "start-current")
    assert ada.post(page, {"start-current": PASSWORD}).status_code == 200
    secret = ada.page.main.find("code").get_text()
    assert ada.page.main.find("img")["src"].startswith("data:image/svg+xml")
    assert ada.post(f"{page}/confirm", {"code": "123"}).status_code == 422
    assert "not right" in field_error(ada.page, "code")
    assert secret not in ada.text  # a wrong code shows it to nobody
    assert ada.post(f"{page}/confirm", {"code": code(secret, watch)}).status_code == 303
    ada.get(page)
    recovery = [one.get_text() for one in ada.page.main.find_all("code")]
    assert len(recovery) == factors.RECOVERY_CODES
    ada.get(page)
    assert secret not in str(ada.page)
    assert recovery[0] not in str(ada.page)

    there = browser()
    there.get("/login")
    assert there.post("/login?next=/grades", LOGIN).headers["Location"] == "/login/code"
    assert there.get("/account").request.path == "/login"  # that was no session yet
    there.get("/login/code")
    there.post("/login/code", {"code": code(secret, watch)})  # used already
    assert "not right" in field_error(there.page, "code")
    watch.now += timedelta(minutes=1)
    assert there.post("/login/code", {"code": code(secret, watch)}).headers["Location"] == "/grades"
    assert there.get("/account").request.path == "/account"

    assert ada.post(f"{page}/off", {"off-current": "wrong"}).status_code == 422
    assert "not the present password" in field_error(ada.page, "off-current")
    assert ada.post(f"{page}/codes", {"renew-current": PASSWORD}).status_code == 303
    ada.get(page)
    assert recovery[0] not in ada.text
    assert ada.post(f"{page}/off", {"off-current": PASSWORD}).status_code == 303


def test_who_takes_too_long_or_skips_the_password_begins_again(browser, cast, watch):
    secret = factors.begin(cast.ada, PASSWORD, SITE_KEY, NOW).text
    factors.confirm(cast.ada, code(secret, watch), SITE_KEY, ADDRESS, NOW)
    one = browser()
    assert one.get("/login/code").status_code == 404
    one.get("/login")
    one.post("/login", LOGIN)
    one.get("/login/code")
    watch.now += timedelta(minutes=10)
    assert one.post("/login/code", {"code": code(secret, watch)}).headers["Location"] == "/login"
    eve = browser("eve")
    eve.get(f"/users/{cast.ada.id}")
    assert eve.post(f"/users/{cast.ada.id}/authenticator").status_code == 303
    one.get("/login")
    assert one.post("/login", LOGIN).headers["Location"] == "/"


def test_where_a_role_has_to_have_one_it_is_set_up_before_the_session(database_url, cast):
    app = app_on(database_url, second_factor="authors")
    app.extensions["clock"] = watch = Watch()
    try:
        ada = Browser(app, cast)
        ada.get("/login")
        assert ada.post("/login?next=/grades", LOGIN).headers["Location"] == "/login/authenticator"
        ada.get("/login/authenticator")
        assert "has to have one" in ada.text
        secret = ada.page.main.find("code").get_text()
        ada.post("/login/authenticator", {"code": "123"})
        assert "not right" in field_error(ada.page, "code")
        assert ada.get("/account").request.path == "/login"
        ada.get("/login/authenticator")
        assert ada.post("/login/authenticator", {"code": code(secret, watch)}).status_code == 303
        assert ada.get("/account/authenticator").request.path == "/account/authenticator"
        assert "recovery codes are left" in ada.text
    finally:
        dispose(app)
