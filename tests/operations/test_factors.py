"""The second factor: what turns it on, which codes it takes, once each, and how it is lost."""

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select, update

from quiz.db import reading, transaction
from quiz.errors import Conflict, Forbidden, Invalid, NotFound, SignedOut, TooMany
from quiz.models.audit import AuditEvent
from quiz.models.factors import Authenticator, RecoveryCode
from quiz.models.guessing import ACCOUNT_FAILURES
from quiz.operations import accounts, factors
from tests.cast import ADDRESS, NOW, PASSWORD
from tests.databases import SECRET as SITE_KEY

HALF_MINUTE = timedelta(seconds=30)
NOBODY = ()


def set_up(actor):
    """The new session, the authenticator, the recovery codes; the code of NOW is used up."""
    once = pyotp.TOTP(factors.begin(actor, PASSWORD, SITE_KEY, NOW).text)
    mine, codes = factors.confirm(actor, once.at(NOW), SITE_KEY, ADDRESS, NOW)
    return mine, once, codes


def check(actor, code, now=NOW, site_key=SITE_KEY):
    return factors.check(actor, code, site_key, ADDRESS, now)


def test_it_is_asked_for_once_a_code_has_shown_that_it_works(cast):
    with pytest.raises(Invalid):  # whoever sits at an open session sets up none of theirs
        factors.begin(cast.ada, "wrong", SITE_KEY, NOW)
    assert factors.standing(cast.ada, NOBODY).state == "off"
    begun = factors.begin(cast.ada, PASSWORD, SITE_KEY, NOW)
    assert factors.begin(cast.ada, PASSWORD, SITE_KEY, NOW) == begun  # keeps what is being set up
    assert begun.text in begun.address
    assert "ada" in begun.address
    assert factors.next_step(cast.ada, NOBODY) == ""
    with pytest.raises(Invalid):
        factors.confirm(cast.ada, "000000", SITE_KEY, ADDRESS, NOW)
    mine, once, codes = set_up(cast.ada)
    with pytest.raises(SignedOut):  # the other sessions
        accounts.me(cast.ada)
    assert factors.next_step(mine, NOBODY) == "code"
    on = factors.standing(mine, NOBODY)
    assert (on.state, on.codes_left) == ("on", len(codes))
    with pytest.raises(NotFound):  # it is never shown again
        factors.secret(mine, SITE_KEY)
    with pytest.raises(NotFound):  # it cannot be set up over
        factors.confirm(mine, once.at(NOW + HALF_MINUTE), SITE_KEY, ADDRESS, NOW + HALF_MINUTE)
    with pytest.raises(Conflict):
        factors.begin(mine, PASSWORD, SITE_KEY, NOW)


def stored_secret():
    with reading() as connection:
        return connection.execute(select(Authenticator.secret)).scalar_one()


@pytest.mark.parametrize("engine", ["sqlite"])
def test_secrets_are_stored_sealed_for_their_owner_and_the_site(cast):
    mine, once, codes = set_up(cast.ada)
    assert once.secret not in stored_secret()
    later = NOW + HALF_MINUTE
    with pytest.raises(Invalid):  # a site with another key has lost it, not the recovery codes
        check(mine, once.at(later), later, "another key")
    check(mine, codes[0], later, "another key")
    with transaction() as connection:  # the row of somebody else
        connection.execute(update(Authenticator).values(user_id=cast.eve.id))
    with pytest.raises(Invalid):
        check(cast.eve, once.at(later), later)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_what_an_earlier_version_stored_in_clear_is_sealed_once(cast):
    mine, once, _codes = set_up(cast.ada)
    with transaction() as connection:
        connection.execute(update(Authenticator).values(secret=once.secret))
    assert [factors.seal_all(SITE_KEY), factors.seal_all(SITE_KEY)] == [1, 0]
    assert once.secret not in stored_secret()
    check(mine, once.at(NOW + HALF_MINUTE), NOW + HALF_MINUTE)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_one_that_is_begun_under_another_key_of_the_site_is_begun_anew(cast):
    lost = factors.begin(cast.ada, PASSWORD, "another key", NOW)
    assert factors.begin(cast.ada, PASSWORD, SITE_KEY, NOW).text != lost.text


def test_a_code_works_once_and_only_near_its_time(cast):
    mine, once, _codes = set_up(cast.ada)
    later = NOW + 10 * HALF_MINUTE
    for code in (
        once.at(NOW),
        once.at(later - 2 * HALF_MINUTE),
        once.at(later + 2 * HALF_MINUTE),
        "",
        "１２３",
    ):
        with pytest.raises(Invalid):
            check(mine, code, later)
    typed = once.at(later)
    check(mine, f" {typed[:3]} {typed[3:]}", later)
    with pytest.raises(Invalid):
        check(mine, typed, later + HALF_MINUTE)
    check(mine, once.at(later + HALF_MINUTE), later)  # a clock that is fast


@pytest.mark.parametrize("engine", ["sqlite"])
def test_recovery_codes_work_once_and_are_stored_as_digests(cast):
    mine, _once, codes = set_up(cast.ada)
    check(mine, codes[0].lower().replace("-", " "))
    with pytest.raises(Invalid):
        check(mine, codes[0])
    with pytest.raises(Invalid):
        factors.renew_codes(mine, "wrong", NOW)
    new = factors.renew_codes(mine, PASSWORD, NOW)
    with pytest.raises(Invalid):
        check(mine, codes[1])
    check(mine, new[0])
    assert factors.standing(mine, NOBODY).codes_left == len(new) - 1
    with reading() as connection:
        stored = [*connection.execute(select(RecoveryCode.code_hash)).scalars()]
    assert all(len(one) == 64 for one in stored)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_codes_cannot_be_guessed_without_limit(cast):
    mine, once, _codes = set_up(cast.ada)
    for _ in range(ACCOUNT_FAILURES):
        with pytest.raises(Invalid):
            check(mine, "000000")
    later = NOW + HALF_MINUTE
    with pytest.raises(TooMany):
        check(mine, once.at(later), later)
    check(mine, once.at(NOW + timedelta(hours=1)), NOW + timedelta(hours=1))


@pytest.mark.parametrize("engine", ["sqlite"])
def test_roles_may_have_to_have_one(cast):
    must = ("author",)
    assert [factors.next_step(who, must) for who in (cast.ada, cast.eve)] == ["setup", ""]
    mine, _once, _codes = set_up(cast.ada)
    assert factors.next_step(mine, must) == "code"


@pytest.mark.parametrize("engine", ["sqlite"])
def test_it_is_taken_away_by_its_owner_or_an_administrator(cast):
    mine, _once, _codes = set_up(cast.ada)
    with pytest.raises(Invalid):
        factors.turn_off(mine, "wrong", NOW)
    for who in (mine, cast.bo):
        with pytest.raises(Forbidden):
            factors.take_away(who, cast.ada.id, NOW)
    assert accounts.user(cast.eve, cast.ada.id).has_authenticator
    factors.take_away(cast.eve, cast.ada.id, NOW)
    with pytest.raises(SignedOut):
        accounts.me(mine)
    with pytest.raises(NotFound):
        factors.take_away(cast.eve, cast.ada.id, NOW)
    again, _once, _codes = set_up(accounts.sign_in("ada", PASSWORD, ADDRESS, NOW))
    factors.turn_off(again, PASSWORD, NOW)
    assert factors.standing(again, NOBODY).state == "off"
    with pytest.raises(Invalid):  # somebody without a password has no use for one
        factors.prepare(cast.bo, SITE_KEY)
    with reading() as connection:
        acts = select(AuditEvent.actor_id, AuditEvent.details).where(AuditEvent.act == "user.second-factor")
        found = [(who, details["on"]) for who, details in connection.execute(acts.order_by(AuditEvent.id))]
    assert found == [(cast.ada.id, True), (cast.eve.id, False), (cast.ada.id, True), (cast.ada.id, False)]
