"""The setting REGISTRATION: where it is closed, no code leads into a course."""

import pytest

from tests.databases import app_on, dispose


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
    anybody.get("/login")  # for the token
    assert anybody.get(path).status_code == status
    assert anybody.post(path, {"name": "Fay"}).status_code == (303 if status == 200 else 404)
    assert bo.post(path, {"as_me": "1"}).status_code == (303 if status == 200 else 404)
