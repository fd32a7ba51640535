"""A forgotten password, as people get a new one."""

import pytest

from quiz.operations import accounts, enrolling
from quiz.operations.access import Actor
from tests.browsing import Browser
from tests.cast import ADDRESS, NOW, PASSWORD
from tests.databases import app_on, dispose
from tests.pages.doors import field_error

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])
NEW = "another good password"


def test_a_teacher_hands_a_link_to_a_student_who_chooses_a_password(browser, cast):
    fay = accounts.add_user(None, "fay", "Fay", PASSWORD, "user", NOW)
    enrolling.enrol(cast.ada, cast.course, "fay", "student", NOW)
    cast.start(Actor(fay, 1))
    ada, somebody = browser("ada"), browser()
    ada.get(f"/courses/{cast.course}/people")
    page = f"/courses/{cast.course}/people/{fay}/password-link"
    assert ada.page.main.find("a", href=page)
    ada.get(page)
    assert ada.post(page).status_code == 303
    ada.get(page)
    address = ada.page.code.get_text()
    ada.get(page)
    assert address not in ada.text
    link = address.removeprefix("http://localhost")
    somebody.get(link)
    assert "Fay" in somebody.text
    somebody.post(link, {"password": "short"})
    assert "too short" in field_error(somebody.page, "password")
    assert somebody.post(link, {"password": NEW}).headers["Location"] == "/login"
    assert somebody.get(link).status_code == 404
    assert accounts.sign_in("fay", NEW, ADDRESS, NOW).id == fay


def test_an_administrator_makes_a_link_for_anybody(browser, cast):
    eve, page = browser("eve"), f"/users/{cast.ada.id}/password-link"
    eve.get(f"/users/{cast.ada.id}")
    assert eve.page.main.find("form", action=page)
    assert eve.post(page).status_code == 303
    eve.get(page)
    assert "/password/" in eve.page.code.get_text()
    assert browser("ada").post(f"/users/{cast.eve.id}/password-link").status_code == 403


def test_without_mail_the_page_says_who_can_help(browser):
    one = browser()
    one.get("/login")
    assert one.page.main.find("a", href="/password")
    one.get("/password")
    assert "This site sends no mail. Your teacher" in one.text
    assert not one.page.main.find("form")


@pytest.fixture
def mailing_app(database_url):
    made = app_on(database_url, smtp_url="smtp://127.0.0.1:9", public_url="http://localhost")
    with made.app_context():
        yield made
    dispose(made)


def test_with_mail_everybody_who_asks_is_told_the_same(mailing_app, cast):
    one = Browser(mailing_app, cast)
    one.get("/password")
    told = []
    for name in ("ada", "nobody"):
        assert one.post("/password", {"username": name}).status_code == 200
        told.append(one.text)
    assert told[0] == told[1]
    assert "a link is on its way" in told[0]


def test_an_address_is_named_on_the_account_page(mailing_app, cast):
    ada = Browser(mailing_app, cast).sign_in("ada")
    form = {"address": "ada at home", "current": PASSWORD}
    ada.post("/account/address", form)
    assert "no mail address" in field_error(ada.page, "address")
    assert ada.post("/account/address", form | {"address": "ada@example.org"}).status_code == 303
    ada.get("/account")
    assert "on its way to ada@example.org" in ada.text
