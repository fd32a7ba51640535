"""The pages of passkeys, as their script speaks with them."""

import json
from datetime import timedelta

import pytest
from webauthn.helpers import base64url_to_bytes

from quiz.operations.passkeys import Site
from tests.browsing import Browser, Watch
from tests.cast import PASSWORD
from tests.databases import app_on, dispose
from tests.keys import Device

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])
SITE = Site("localhost", "http://localhost")
PAGE = "/account/passkeys"


@pytest.fixture
def local(database_url):
    """The site at a name for which browsers make passkeys, and its clock."""
    made = app_on(database_url, public_url=SITE.origin)
    made.extensions["clock"] = Watch()
    with made.app_context():
        yield made
    dispose(made)


def asked(one, path, **form):
    """The challenge of what the script asks for."""
    answer = one.post(path, form, headers={"Accept": "application/json"})
    assert answer.status_code == 200, answer.text
    return base64url_to_bytes(answer.json["challenge"])


def test_a_passkey_is_made_and_signs_in_past_the_second_factor(local, cast):
    ada, device, watch = Browser(local, cast).sign_in("ada"), Device(), local.extensions["clock"]
    ada.get(PAGE)
    wrong = ada.post(f"{PAGE}/options", {"current": "x"}, headers={"Accept": "application/json"})
    assert (wrong.status_code, wrong.json["wrong"]) == (422, "this is not the present password")
    challenge = asked(ada, f"{PAGE}/options", current=PASSWORD)
    made = {"name": "Phone", "answer": json.dumps(device.make(challenge, SITE))}
    assert ada.post(PAGE, made).status_code == 303
    ada.post(PAGE, made)  # a challenge is answered once
    ada.get(PAGE)
    assert "no passkey was used in time" in ada.text
    assert ada.text.count("Phone") == 2  # in the list, and at its button

    there = Browser(local, cast)
    for late, status, leads in ((timedelta(minutes=6), 422, None), (timedelta(0), 303, "/grades")):
        there.get("/login")
        assert there.page.main.find("form", {"data-passkey": "/login/passkey/options"})
        answer = json.dumps(device.use(asked(there, "/login/passkey/options"), SITE))
        watch.now += late
        sent = there.post("/login/passkey?next=/grades", {"answer": answer})
        assert (sent.status_code, sent.headers.get("Location")) == (status, leads)
    assert there.get("/account").request.path == "/account"
    there.get(PAGE)
    assert there.post(f"{PAGE}/1/remove").status_code == 303


def test_where_browsers_make_none_the_page_says_so(database_url, cast):
    app = app_on(database_url, public_url="http://127.0.0.1:8000")
    app.extensions["clock"] = Watch()
    try:
        ada = Browser(app, cast).sign_in("ada")
        ada.get(PAGE)
        assert "it needs a name and https" in ada.text
        assert ada.post(f"{PAGE}/options", {"current": PASSWORD}).status_code == 404
        one = Browser(app, cast)
        one.get("/login")
        assert "passkey" not in one.text
    finally:
        dispose(app)
