"""A signature that was found good is remembered; a forged, old or foreign one gets no further for that."""

import pytest
from itsdangerous import SignatureExpired, URLSafeTimedSerializer

from quiz.web.signatures import Sessions


def name(app):
    return app.config["SESSION_COOKIE_NAME"]


def serializer(app):
    return app.session_interface.get_signing_serializer(app)


def test_a_cookie_is_the_one_that_flask_makes(app):
    ours = serializer(app)
    theirs = super(Sessions, app.session_interface).get_signing_serializer(app)
    assert isinstance(theirs, URLSafeTimedSerializer)
    assert ours.loads(theirs.dumps({"a": 1})) == theirs.loads(ours.dumps({"a": 1})) == {"a": 1}


def test_a_cookie_that_was_changed_opens_nothing(app, browser):
    one = browser("bo")
    value = one.client.get_cookie(name(app)).value
    for forged in (value[:-2] + ("AA" if value[-2:] != "AA" else "BB"), value.partition(".")[0], "", "x.y.z"):
        one.client.set_cookie(name(app), forged)
        assert one.client.get("/account").status_code == 303
    one.client.set_cookie(name(app), value)
    assert one.client.get("/account").status_code == 200


def test_a_cookie_that_is_remembered_grows_old_all_the_same(app):
    signed = serializer(app).dumps({"a": 1})
    assert serializer(app).loads(signed, max_age=60) == {"a": 1}
    with pytest.raises(SignatureExpired):
        serializer(app).loads(signed, max_age=-1)


def test_what_one_request_does_to_its_session_is_not_seen_by_the_next(app):
    signed = serializer(app).dumps({"card": {"name": "Bo"}})
    serializer(app).loads(signed)["card"]["name"] = "Cy"
    assert serializer(app).loads(signed) == {"card": {"name": "Bo"}}


def test_a_token_that_is_remembered_serves_its_own_session_alone(browser):
    bo, cy = browser("bo"), browser("cy")
    attempt = bo.start()
    assert bo.save(attempt, 1, 1, "0").status_code == 200
    theirs = cy.start()
    cy.token = bo.token
    answer = cy.save(theirs, 1, 1, "0")
    assert (answer.status_code, answer.json["code"]) == (400, "csrf")
