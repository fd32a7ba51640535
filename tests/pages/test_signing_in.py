"""Signing in and out, joining, coming back, the account."""

from datetime import timedelta

import pytest

from quiz.operations import accounts, joining
from tests.cast import NOW, PASSWORD


def test_the_first_page_offers_the_ways_in(browser):
    one = browser()
    answer = one.get("/")
    assert answer.status_code == 200
    assert "Join a course" in one.text
    assert one.page.find("input", {"name": "code"})


def test_signing_in_leads_on(browser):
    one = browser()
    one.get("/login?next=/account")
    answer = one.post("/login?next=/account", {"username": "Ada", "password": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    one.get("/")
    assert one.title == "Nothing needs you now"
    assert "Arithmetic" in one.text


@pytest.mark.parametrize(
    "target",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "account", "/a\nb"],
)
def test_signing_in_leads_nowhere_else(browser, target):
    one = browser()
    one.get("/login")
    answer = one.post("/login", {"username": "ada", "password": PASSWORD}, query_string={"next": target})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


@pytest.mark.parametrize("name, password", [("ada", "wrong"), ("nobody", PASSWORD), ("bo", PASSWORD)])
def test_a_wrong_name_or_password_gets_one_message_and_keeps_the_name(browser, name, password):
    one = browser()
    one.get("/login")
    answer = one.post("/login", {"username": name, "password": password})
    assert answer.status_code == 200
    assert accounts.WRONG in one.text
    assert one.page.find("input", {"name": "username"})["value"] == name
    assert not one.page.find("input", {"name": "password"}).get("value")


def test_an_empty_form_says_so_at_the_field(browser):
    one = browser()
    one.get("/login")
    one.post("/login", {"username": "", "password": ""})
    field = one.page.find("input", {"name": "username"})
    assert field["aria-invalid"] == "true"
    assert "Enter your user name." in one.page.find(id=field["aria-describedby"]).get_text()
    assert one.page.find(class_="q-errors").find("a", href=f"#{field['id']}")


def test_a_new_session_begins_at_sign_in(browser):
    one = browser()
    one.get("/login")
    with one.client.session_transaction() as session:
        session["planted"] = "by somebody else"
        before = session["csrf_token"]
    one.post("/login", {"username": "ada", "password": PASSWORD})
    one.get("/")
    with one.client.session_transaction() as session:
        assert "planted" not in session
        assert session["csrf_token"] != before


def test_the_cookie_is_out_of_reach_of_scripts(browser):
    one = browser()
    one.get("/login")
    cookie = one.post("/login", {"username": "ada", "password": PASSWORD}).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_session_lasts_twelve_hours(browser, watch):
    one = browser("ada")
    watch.now += timedelta(hours=12, seconds=-1)
    assert one.get("/account").request.path == "/account"
    watch.now += timedelta(seconds=2)
    assert one.get("/account").request.path == "/login"


def test_a_session_lasts_as_long_as_the_attempt(browser, cast, watch):
    sheet = cast_with_limit(cast, minutes=14 * 60)
    one = browser("bo")
    attempt = one.start(sheet)
    one.get(f"/attempts/{attempt}")
    watch.now += timedelta(hours=13)
    assert one.get(f"/attempts/{attempt}").request.path == f"/attempts/{attempt}/slots/1"


def cast_with_limit(cast, minutes):
    from quiz.operations import quizzes
    from tests.cast import BLUEPRINT

    quiz = quizzes.create(cast.ada, cast.course, BLUEPRINT.replace("limit: 20", f"limit: {minutes}"), NOW)
    quizzes.publish(cast.ada, quiz, NOW)
    return quiz


def test_joining_by_code_shows_the_return_code_once(browser, cast):
    one = browser()
    assert one.get("/join", query_string={"code": cast.join_code.lower()}).status_code == 200
    assert one.title == "Join Arithmetic"
    answer = one.post(f"/join/{cast.join_code}", {"name": "Fay"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/joined")
    one.get("/joined")
    code = one.page.code.get_text()
    one.get("/joined")
    assert code not in one.text
    other = browser()
    other.get("/return")
    assert other.post("/return", {"code": code.lower().replace("-", " ")}).status_code == 303
    other.get("/account")
    assert other.title == "Fay"


def test_joining_without_a_name_says_so(browser, cast):
    one = browser()
    one.get(f"/join/{cast.join_code}")
    assert one.post(f"/join/{cast.join_code}", {"name": "  "}).status_code == 200
    assert "Enter your name." in one.text


def test_a_closed_or_unknown_join_code_is_not_found(browser, cast):
    one = browser()
    assert one.get("/join/AAAA-AAAA").status_code == 404
    joining.set_joining(cast.ada, cast.course, open_=False, new=False, now=NOW)
    assert one.get(f"/join/{cast.join_code}").status_code == 404


def test_who_is_signed_in_joins_with_that_account(browser, cast):
    one = browser("di")
    one.get(f"/join/{cast.join_code}")
    answer = one.post(f"/join/{cast.join_code}", {"as_me": "1"})
    assert answer.headers["Location"] == f"/courses/{cast.course}"
    assert one.get(f"/courses/{cast.course}").status_code == 200


def test_a_wrong_return_code_keeps_what_was_typed(browser):
    one = browser()
    one.get("/return")
    assert one.post("/return", {"code": "abcd-efgh-jkmn-pqrs"}).status_code == 200
    assert accounts.WRONG_CODE in one.text
    assert one.page.find("input", {"name": "code"})["value"] == "abcd-efgh-jkmn-pqrs"


def test_signing_out_forgets_this_browser_only(browser):
    here, there = browser("bo"), browser("bo")
    assert here.post("/logout").status_code == 303
    assert here.get("/account").request.path == "/login"
    assert there.get("/account").request.path == "/account"


def test_signing_out_everywhere_ends_every_session(browser):
    here, there = browser("bo"), browser("bo")
    here.post("/logout", {"everywhere": "1"})
    assert there.get("/account").request.path == "/login"


def test_colours_and_time_zone_are_kept(browser, cast):
    one = browser("ada")
    assert (
        one.post("/account/preferences", {"theme": "dark", "time_zone": "Europe/Berlin"}).status_code == 303
    )
    one.get("/account")
    assert one.page.html["data-bs-theme"] == "dark"
    assert "Your settings are saved." in one.text
    assert "Europe/Berlin" in one.page.footer.get_text()


def test_a_wrong_preference_is_refused_at_its_field(browser):
    one = browser("ada")
    answer = one.post("/account/preferences", {"theme": "pink", "time_zone": "Mars/Olympus"})
    assert answer.status_code == 200
    assert "there is no such choice" in one.text
    assert "there is no such time zone" in one.text


def test_a_new_password_ends_the_other_sessions(browser):
    here, there = browser("ada"), browser("ada")
    answer = here.post("/account/password", {"current": PASSWORD, "new": "another long password"})
    assert answer.status_code == 303
    assert here.get("/account").request.path == "/account"
    assert there.get("/account").request.path == "/login"


@pytest.mark.parametrize(
    "current, new, words",
    [("wrong", "another long password", "not the present"), (PASSWORD, "short", "too short")],
)
def test_a_password_that_cannot_be_changed_says_why(browser, current, new, words):
    one = browser("ada")
    assert one.post("/account/password", {"current": current, "new": new}).status_code == 200
    assert words in one.text


def test_the_session_tells_a_page_who_is_signed_in(browser, cast):
    nobody, bo = browser(), browser("bo")
    assert nobody.get("/session").json["user"] is None
    told = bo.get("/session").json
    assert told["user"] == cast.bo.id
    bo.token = told["csrf_token"]
    assert bo.post("/logout").status_code == 303
