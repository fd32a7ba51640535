"""People's accounts, for administrators."""

import pytest

from quiz.errors import Invalid
from quiz.operations import accounts
from tests.cast import ADDRESS, NOW, PASSWORD
from tests.pages.doors import field_error, refused, status
from tests.statements import statements


@pytest.fixture
def eve(browser):
    return browser("eve")


def names(browser):
    return [row.th.get_text(strip=True) for row in browser.page.tbody.find_all("tr")]


def test_people_are_listed_and_found(eve, cast):
    eve.get("/users")
    assert names(eve) == ["Ada", "Bo", "Cy", "Di", "Eve"]
    eve.get("/users?search=D")
    assert names(eve) == ["Ada", "Di"]
    eve.get("/users?search=nobody")
    assert "Nobody of that name" in eve.text


@pytest.mark.parametrize(
    "search, found", [("иванова", 1), ("ИВАНОВА", 1), ("%", 0), ("_", 0), ("\\", 0), ("a\0da", 1)]
)
def test_searching_knows_no_case_and_no_wildcards(eve, cast, search, found):
    accounts.add_user(cast.eve, "darya", "Дарья Иванова", PASSWORD, "user", NOW)
    eve.get("/users", query_string={"search": search})
    assert len(eve.page.find_all("tbody") and names(eve)) == found


def test_a_person_is_added_and_can_sign_in(eve, cast):
    eve.get("/users/new")
    form = {"username": " Fay ", "name": "Fay", "password": "a long password", "role": "author"}
    answer = eve.post("/users/new", form | {"id": "1", "active": "0", "session_epoch": "9"})
    assert answer.status_code == 303
    eve.get(answer.headers["Location"])
    assert eve.title == "Fay"
    actor = accounts.sign_in("fay", "a long password", ADDRESS, NOW)
    assert accounts.me(actor).role == "author"


@pytest.mark.parametrize(
    "change, field, words",
    [
        ({"username": ""}, "username", "Enter a user name."),
        ({"username": "two words"}, "username", "no spaces"),
        ({"username": "ADA"}, "username", "is taken"),
        ({"username": "x" * 81}, "username", "1 to 80 characters"),
        ({"name": "x" * 121}, "name", "at most 120"),
        ({"password": "short"}, "password", "too short"),
        ({"role": "king"}, "role", "Not a valid choice"),
    ],
)
def test_what_is_wrong_stands_at_the_field_and_the_rest_is_kept(eve, change, field, words):
    eve.get("/users/new")
    form = {"username": "fay", "name": "Fay", "password": "a long password", "role": "author"} | change
    assert eve.post("/users/new", form).status_code == 422
    assert words in field_error(eve.page, field)
    for name in ("username", "name"):
        assert eve.page.find("input", {"name": name}).get("value", "") == form[name]
    assert not eve.page.find("input", {"name": "password"}).get("value")
    with pytest.raises(Invalid):
        accounts.sign_in("fay", "a long password", ADDRESS, NOW)


def test_a_role_is_changed(eve, cast):
    eve.get(f"/users/{cast.bo.id}")
    answer = eve.post(f"/users/{cast.bo.id}/role", {"role": "author", "active": "0", "username": "boo"})
    assert answer.status_code == 303
    me = accounts.me(cast.bo)
    assert (me.role, me.username) == ("author", None)


def test_the_last_administrator_stays(eve, cast):
    eve.get(f"/users/{cast.eve.id}")
    assert eve.post(f"/users/{cast.eve.id}/role", {"role": "user"}).status_code == 422
    assert "somebody has to be administrator" in eve.text
    eve.post(f"/users/{cast.eve.id}/active", {"active": "0"})
    eve.get(f"/users/{cast.eve.id}")
    assert "somebody has to be administrator" in eve.text
    assert accounts.me(cast.eve).role == "administrator"


def test_keeping_out_ends_sessions_at_once_and_can_be_undone(eve, browser, cast):
    ada = browser("ada")
    eve.get(f"/users/{cast.ada.id}")
    assert eve.post(f"/users/{cast.ada.id}/active", {"active": "0"}).status_code == 303
    assert ada.get("/").request.path == "/login"
    with pytest.raises(Invalid):
        accounts.sign_in("ada", PASSWORD, ADDRESS, NOW)
    eve.get(f"/users/{cast.ada.id}")
    eve.post(f"/users/{cast.ada.id}/active", {"active": "1"})
    assert accounts.sign_in("ada", PASSWORD, ADDRESS, NOW)


def test_a_new_password_ends_sessions(eve, browser, cast):
    ada = browser("ada")
    eve.get(f"/users/{cast.ada.id}")
    assert eve.post(f"/users/{cast.ada.id}/password", {"password": "another password"}).status_code == 303
    assert ada.get("/account").request.path == "/login"
    assert accounts.sign_in("ada", "another password", ADDRESS, NOW)


def test_a_short_password_is_refused_at_the_field(eve, cast):
    eve.get(f"/users/{cast.ada.id}")
    assert eve.post(f"/users/{cast.ada.id}/password", {"password": "short"}).status_code == 422
    assert "too short" in field_error(eve.page, "password")
    assert accounts.sign_in("ada", PASSWORD, ADDRESS, NOW)


@pytest.mark.parametrize("path", ["/users", "/users/new", "/users/1"])
def test_only_administrators_see_people(browser, path):
    assert [status(browser, name, path) for name in ("eve", "ada", "bo", None)] == [200, 403, 403, "login"]


@pytest.mark.parametrize("place", ["new", "{ada}/role", "{ada}/password", "{ada}/active"])
def test_only_administrators_change_people(browser, cast, place):
    path = "/users/" + place.format(ada=cast.ada.id)
    form = {"username": "x", "password": "a long password", "role": "administrator", "active": "0"}
    assert [refused(browser, name, path, form) for name in ("ada", "bo")] == [403, 403]
    assert accounts.me(cast.ada).role == "author"
    assert accounts.users(None, "", 1).total == 5


def test_a_person_that_is_not_there_is_not_found(eve):
    assert eve.get("/users/999").status_code == 404
    assert eve.post("/users/999/active", {"active": "0"}).status_code == 404


def test_a_change_needs_the_token(eve, cast):
    assert eve.post(f"/users/{cast.bo.id}/role", {"role": "author"}, token=False).status_code == 400
    assert accounts.me(cast.bo).role == "user"


def test_many_people_take_no_more_statements_than_few(cast):
    with statements() as few:
        accounts.users(cast.eve, "", 1)
    for number in range(3):
        accounts.add_user(None, f"u{number}", f"User {number}", PASSWORD, "user", NOW)
    with statements() as many:
        accounts.users(cast.eve, "", 1)
    assert len(many) == len(few)


def test_a_person_is_erased_by_typing_their_name(eve, cast):
    path = f"/users/{cast.bo.id}/erase"
    eve.get(path)
    assert "Erase Bo for good?" in eve.text
    assert eve.post(path, {"name": "Cy"}).status_code == 422
    assert "not the name" in field_error(eve.page, "name")
    answer = eve.post(path, {"name": "Bo"})
    assert answer.status_code == 303
    eve.get(answer.headers["Location"])
    assert eve.title == f"Erased person {cast.bo.id}"


def test_what_has_to_be_seen_to_before_stands_in_place_of_the_form(eve, cast):
    eve.get(f"/users/{cast.ada.id}/erase")
    assert "change the role to user first" in eve.text
    assert eve.page.find(attrs={"name": "name"}) is None
    answer = eve.post(f"/users/{cast.ada.id}/erase", {"name": "Ada"})
    assert answer.status_code == 422
    assert accounts.me(cast.ada).name == "Ada"


def test_everybody_downloads_what_is_kept_about_them(browser):
    answer = browser("bo").get("/account/data")
    assert answer.mimetype == "application/json"
    assert [one["name"] for one in answer.get_json()["account"]] == ["Bo"]
    assert "attachment" in answer.headers["Content-Disposition"]
