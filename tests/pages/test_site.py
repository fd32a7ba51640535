"""The administrator's pages on invitations, the audit log and the settings."""

import pytest

from quiz.operations import accounts
from tests.browsing import Browser
from tests.cast import NOW, PASSWORD
from tests.databases import SECRET, app_on, dispose
from tests.pages.doors import field_error, status

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])


def invited(eve, cast, **form):
    """The path of a new invitation, as its page shows it once."""
    fields = {"note": "A colleague", "role": "author", "course": str(cast.course), "course_role": "teacher"}
    assert eve.post("/invitations/new", {**fields, "uses": "1", "days": "7", **form}).status_code == 303
    eve.get("/invitations")
    return eve.page.code.get_text().removeprefix("http://localhost")


def test_a_teacher_comes_by_an_invitation(browser, cast):
    eve, somebody = browser("eve"), browser()
    eve.get("/invitations/new")
    assert "Arithmetic" in eve.page.find("select", {"name": "course"}).get_text()
    eve.post("/invitations/new", {"note": "x", "role": "author", "course": "0", "course_role": "teacher", "uses": "0", "days": "7"})  # fmt: skip
    assert "write 1 to 500" in field_error(eve.page, "uses")
    path = invited(eve, cast)
    eve.get("/invitations")
    assert path not in str(eve.page)
    somebody.get(path)
    assert "Your role in the course Arithmetic: Teacher." in somebody.text
    somebody.post(path, {"username": "ada", "password": PASSWORD})
    assert "taken" in field_error(somebody.page, "username")
    assert somebody.post(path, {"username": "gus", "password": PASSWORD}).status_code == 303
    somebody.get(f"/courses/{cast.course}/people")
    assert "gus" in somebody.text
    assert browser().get(path).status_code == 404
    eve.get("/invitations")
    assert "1 of 1" in eve.text


def test_an_invitation_is_accepted_with_the_account_one_has_or_taken_back(browser, cast):
    eve, di = browser("eve"), browser("di")
    path = invited(eve, cast)
    di.get(path)
    assert di.post(path, {"as_me": "1"}).status_code == 303
    assert status(browser, "di", f"/courses/{cast.course}") == 200
    path = invited(eve, cast)
    assert eve.post("/invitations/2/revoke").status_code == 303
    assert browser().get(path).status_code == 404


@pytest.mark.parametrize("registration, join, came", [("invitation", 404, 200), ("closed", 404, 404)])
def test_the_setting_says_whether_invitations_lead_in(database_url, cast, browser, registration, join, came):
    path = invited(browser("eve"), cast)
    app = app_on(database_url, registration=registration)
    try:
        one = Browser(app, cast)
        app.extensions["clock"] = lambda: NOW
        assert one.get(f"/join/{cast.join_code}").status_code == join
        assert one.get(path).status_code == came
    finally:
        dispose(app)


def test_the_log_is_searched_and_taken_away(browser, cast):
    eve = browser("eve")
    accounts.set_role(cast.eve, cast.bo.id, "author", NOW)
    eve.get(
        "/audit-log", query_string={"who": "eve", "act": "role", "since": "2026-11-23", "until": "2026-11-23"}
    )
    assert "user.role" in eve.text
    assert "Bo" in eve.text
    assert "command line" not in eve.text
    eve.get("/audit-log", query_string={"subject_id": "9" * 30, "since": "yesterday", "before": "x"})
    assert "command line" in eve.text
    file = eve.get("/audit-log.csv", query_string={"act": "role"})
    assert file.text.count("\r\n") == 2
    eve.get("/audit-log")
    assert "audit.export" in eve.text


def test_settings_are_shown_with_where_they_come_from_and_secrets_are_not(browser, cast):
    eve = browser("eve")
    eve.get("/settings")
    rows = {
        row.th.get_text(strip=True): row.get_text(" ", strip=True) for row in eve.page.tbody.find_all("tr")
    }
    assert "join" in rows["REGISTRATION"]
    assert "default" in rows["REGISTRATION"]
    assert "set, not shown" in rows["SECRET_KEY"]
    assert SECRET not in eve.text
    assert "not set" in rows["SMTP_URL"]


def test_an_administrator_ends_somebodys_sessions(browser, cast):
    ada, eve = browser("ada"), browser("eve")
    eve.get(f"/users/{cast.ada.id}")
    assert "Arithmetic" in eve.text
    assert eve.post(f"/users/{cast.ada.id}/sign-out").status_code == 303
    assert ada.get("/account").request.path == "/login"
