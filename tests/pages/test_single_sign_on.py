"""Signing in through another system: a real provider of OpenID Connect, on this machine."""

from urllib.parse import parse_qs, quote, urlsplit

import pytest
import requests
from oidc_provider_mock import run_server_in_thread

from tests.browsing import Browser
from tests.cast import PASSWORD
from tests.databases import app_on, dispose
from tests.pages.doors import field_error

pytestmark = [
    pytest.mark.parametrize("engine", ["sqlite"]),
    # of the provider, which runs in a thread of the tests
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
SITE = "http://localhost"


@pytest.fixture(scope="module")
def provider():
    with run_server_in_thread() as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def app(database_url, provider, tmp_path):
    app = app_on(
        database_url,
        data_dir=tmp_path,
        public_url=SITE,
        oidc_issuer=provider,
        oidc_client_id="quiz",
        oidc_client_secret="a secret of both",
        oidc_label="Campus account",
        oidc_username_claim="preferred_username",
    )
    with app.app_context():
        yield app
    dispose(app)


@pytest.fixture
def anyone(app, cast):
    """A browser in which nobody is signed in."""
    return Browser(app, cast)


@pytest.fixture
def anyone_else(database_url, tmp_path):
    """The same on a site without another system."""
    app = app_on(database_url, data_dir=tmp_path)
    with app.app_context():
        yield Browser(app, None)
    dispose(app)


def authorise(browser, subject, start="/login/single", **claims):
    """Goes to the provider from a page of ours, signs in there, and comes back. Returns the last answer."""
    leaving = browser.client.get(start)
    assert leaving.status_code == 302
    place = urlsplit(leaving.headers["Location"])
    assert parse_qs(place.query)["code_challenge_method"] == ["S256"]
    requests.put(f"http://{place.netloc}/users/{quote(subject)}", json=claims, timeout=5).raise_for_status()
    return browser.get(vouch(place.geturl(), subject))


def vouch(place, subject):
    """The provider's form, sent. Returns the address to which it leads back."""
    answer = requests.post(place, data={"sub": subject}, timeout=5, allow_redirects=False)
    return answer.headers["Location"].removeprefix(SITE)


def test_a_new_person_comes_in_by_the_button_of_the_sign_in_page(anyone):
    anyone.get("/login?next=/account")
    button = anyone.page.find("a", href=lambda address: "/login/single" in address)
    assert "Sign in with Campus account" in button.get_text()
    answer = authorise(anyone, "flo-1", button["href"], name="Flo Field", preferred_username="flo")
    assert answer.request.path == "/account"
    assert anyone.title == "Flo Field"
    assert "User name: flo" in anyone.text


def test_the_user_name_that_the_provider_says_opens_its_account(anyone, cast):
    authorise(anyone, "ada-1", name="Ada L.", preferred_username="ada")
    anyone.get("/account")
    assert anyone.title == "Ada"


def test_an_administrators_account_is_not_opened_by_its_name(anyone, cast):
    answer = authorise(anyone, "eve-1", name="Eve", preferred_username="eve")
    assert answer.request.path == "/login"
    assert "administrator" in anyone.text


def test_an_account_is_tied_after_the_password_and_untied(browser, anyone):
    eve = browser("eve")
    eve.client.get("/account/single/go", follow_redirects=True)
    eve.get("/account/single")
    assert eve.post("/account/single", {"current": "wrong"}).status_code == 422
    assert "not the present password" in field_error(eve.page, "current")
    assert "On to Campus account" in eve.post("/account/single", {"current": PASSWORD}).text
    authorise(eve, "eve-2", "/account/single/go")
    assert "Tied to this account" in eve.text
    authorise(anyone, "eve-2")
    anyone.get("/account")
    assert anyone.title == "Eve"
    assert eve.post("/account/single/remove").status_code == 303
    eve.get("/account/single")
    assert "Tied" not in eve.text


@pytest.mark.parametrize("person", ["eve", "bo"])
def test_no_page_of_others_leads_somebody_into_a_tie(browser, person):
    """Else whoever has signed them in over there, as himself, would have their account (Bo has no password to ask for)."""
    them = browser(person)
    for _ in range(2):
        them.get("/account/single")
        assert "On to Campus account" not in them.text
        assert them.get("/account/single/go").request.path == "/account/single"


def test_who_has_no_password_says_so_and_is_tied(browser):
    bo = browser("bo")
    bo.get("/account/single")
    assert "On to Campus account" in bo.post("/account/single").text
    authorise(bo, "bo-1", "/account/single/go")
    assert "Tied to this account" in bo.text


def test_leaving_often_does_not_overfill_the_cookie(anyone):
    """Browsers take 4,096 bytes; what does not fit is not kept, and nobody could come back for an hour."""
    for _ in range(8):
        leaving = anyone.client.get("/login/single")
    assert len(leaving.headers["Set-Cookie"]) < 3_000
    authorise(anyone, "flo-2", name="Flo\0 Field")
    anyone.get("/account")
    assert anyone.title == "Flo Field"


def test_an_answer_to_nobodys_question_signs_nobody_in(anyone):
    for query in ("", "?code=stolen&state=made-up", "?error=access_denied&state=x"):
        answer = anyone.get(f"/login/single/back{query}")
        assert answer.request.path == "/login"
        assert "has not signed you in" in anyone.text


def test_a_code_is_good_in_the_browser_that_asked_only(anyone, app, cast):
    """Else somebody could be signed in as somebody else, and write into their account (RFC 6749, 10.12)."""
    leaving = anyone.client.get("/login/single")
    other = Browser(app, cast)
    other.get(vouch(leaving.headers["Location"], "mallory"))
    assert "has not signed you in" in other.text


def test_a_provider_that_is_away_is_said_so(database_url, tmp_path):
    app = app_on(
        database_url,
        data_dir=tmp_path,
        public_url=SITE,
        oidc_issuer="http://localhost:9",
        oidc_client_id="quiz",
        oidc_client_secret="a secret of both",
    )
    with app.app_context():
        lost = Browser(app, None)
        lost.get("/login/single")
        assert "localhost has not signed you in" in lost.text
    dispose(app)


def test_without_settings_there_is_no_such_way(anyone_else):
    assert anyone_else.get("/login/single").status_code == 404
    anyone_else.get("/login")
    assert "/login/single" not in anyone_else.page.decode()
