"""The setting REGISTRATION: where it is closed, no code leads into a course; where it is open, people make accounts."""

import pytest
from sqlalchemy import insert, select

from quiz.db import reading, transaction
from quiz.errors import Invalid
from quiz.models.guessing import ADDRESS_ACCOUNTS, count_account
from quiz.models.people import User
from quiz.operations import accounts
from tests.cast import NOW, PASSWORD
from tests.databases import app_on, dispose
from tests.operations.test_races import WAIT, demand_waiting
from tests.pages.doors import field_error


@pytest.fixture
def app(database_url, request):
    made = app_on(database_url, registration=request.param)
    with made.app_context():
        yield made
    dispose(made)


@pytest.mark.parametrize("app,status", [("join", 200), ("open", 200), ("closed", 404)], indirect=["app"])
def test_who_may_join(app, status, cast, browser):
    anybody, bo = browser(), browser("bo")
    path = f"/join/{cast.join_code}"
    for who, page in ((anybody, "/login"), (anybody, "/"), (bo, "/nowhere")):
        who.get(page)
        assert bool(who.page.find(href="/join")) == (status == 200)
    assert anybody.get("/join").status_code == status
    anybody.get("/login")  # for the token
    assert anybody.get(path).status_code == status
    assert anybody.post(path, {"name": "Fay"}).status_code == (303 if status == 200 else 404)
    assert bo.post(path, {"as_me": "1"}).status_code == (303 if status == 200 else 404)


REGISTER = {"username": "Gus", "name": "Gus G.", "password": PASSWORD}


@pytest.mark.parametrize("app,status", [("join", 404), ("open", 200), ("closed", 404)], indirect=["app"])
def test_who_may_make_an_account(app, status, cast, browser):
    anybody = browser()
    anybody.get("/login")
    assert bool(anybody.page.find("a", href="/register")) == (status == 200)
    anybody.get("/")
    assert bool(anybody.page.find("a", href="/register")) == (status == 200)
    anybody.get("/login")
    assert anybody.get("/register").status_code == status
    assert anybody.post("/register", REGISTER).status_code == (303 if status == 200 else 404)
    with reading() as connection:
        made = connection.execute(select(User.name, User.role).where(User.username == "gus")).all()
    assert [tuple(one) for one in made] == ([("Gus G.", "user")] if status == 200 else [])


@pytest.mark.parametrize("app", ["open"], indirect=True)
def test_an_account_of_ones_own_joins_courses_and_comes_back(app, cast, browser):
    gus = browser()
    gus.get("/register?next=/account")
    answer = gus.post("/register?next=/account", {**REGISTER, "role": "administrator"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    gus.get("/account")
    assert gus.title == "Gus G."
    assert gus.get("/users").status_code == 403
    assert gus.post(f"/join/{cast.join_code}", {"as_me": "1"}).status_code == 303
    assert gus.get(f"/courses/{cast.course}").status_code == 200
    again = browser()
    again.get("/login")
    assert again.post("/login", {"username": "gus", "password": PASSWORD}).status_code == 303


@pytest.mark.parametrize("app", ["open"], indirect=True)
@pytest.mark.parametrize(
    "field,value,words",
    [
        ("username", "", "Choose a user name."),
        ("username", "ada", "taken"),
        ("username", "g u s", "no spaces"),
        ("password", "short", "too short"),
        ("name", "x" * 121, "at most 120"),
    ],
)
def test_what_is_wrong_with_an_account_is_said_at_its_field(app, cast, browser, field, value, words):
    gus = browser()
    gus.get("/register")
    assert gus.post("/register", {**REGISTER, field: value}).status_code == 200
    assert words in field_error(gus.page, field)
    assert gus.get("/account").request.path == "/login"


@pytest.mark.parametrize("app", ["open"], indirect=True)
def test_an_address_makes_accounts_up_to_a_bound(app, cast, browser):
    with transaction() as connection:
        for _ in range(ADDRESS_ACCOUNTS):
            count_account(connection, "register", "127.0.0.1", NOW)
    gus = browser()
    gus.get("/register")
    answer = gus.post("/register", REGISTER)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3601")


@pytest.mark.parametrize("app", ["open"], indirect=True)
def test_the_second_of_two_who_take_one_name_is_told(app, cast, beside):
    with transaction() as parked:
        parked.execute(insert(User).values(username="gus", name="Gus", role="user", created_at=NOW))
        second = beside(lambda: accounts.register("gus", "", PASSWORD, "127.0.0.2", NOW))
        demand_waiting(second)
    with pytest.raises(Invalid, match="taken"):
        second.result(WAIT)
