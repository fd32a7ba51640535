"""Whose account another system's word opens."""

from datetime import timedelta
from functools import partial

import pytest

from quiz.errors import Invalid, SignedOut
from quiz.operations import accounts, identities
from quiz.operations.access import Actor
from quiz.operations.identities import Vouched
from tests.cast import ADDRESS, NOW

ISSUER = "https://login.example.edu"
LATER = NOW + timedelta(hours=1)


def vouched(subject="s1", name="Flo Field", username=""):
    return Vouched(ISSUER, subject, name, username)


def sign_in(who, may_register=True):
    return identities.sign_in(who, ADDRESS, LATER, may_register=may_register)


def refusal(work):
    with pytest.raises(Invalid) as caught:
        work()
    return caught.value.problems[0].what


def test_somebody_new_gets_an_account_and_comes_back_to_it(cast):
    first = sign_in(vouched())
    assert sign_in(vouched(name="Flo Married")) == first
    me = accounts.me(first)
    assert (me.name, me.username, me.role, me.has_password, me.has_code) == (
        "Flo Field",
        None,
        "user",
        False,
        False,
    )
    assert identities.mine(first, ISSUER).only
    assert sign_in(vouched("s2")) != first


def test_where_nobody_may_register_only_who_is_tied_comes_in(cast):
    assert "no account" in refusal(lambda: sign_in(vouched(), may_register=False))
    identities.tie(cast.bo, vouched(), NOW)
    assert sign_in(vouched(), may_register=False) == cast.bo
    assert not identities.mine(cast.bo, ISSUER).only


def test_a_user_name_opens_its_account_only_where_it_is_said_and_never_an_administrators(cast):
    other = sign_in(vouched("s1", "Ada"))
    assert other.id != cast.ada.id
    assert sign_in(vouched("s2", "Ada", "ADA ")) == cast.ada
    assert "opens another" in refusal(lambda: sign_in(vouched("s3", "Ada", "ada")))
    assert "administrator" in refusal(lambda: sign_in(vouched("s4", "Eve", "eve")))
    assert accounts.me(sign_in(vouched("s5", "Gus", "gus"))).username == "gus"
    assert accounts.me(sign_in(vouched("s6", "Two Words", "two words"))).username is None


def test_who_is_kept_out_stays_out_whoever_vouches(cast):
    identities.tie(cast.bo, vouched(), NOW)
    accounts.set_active(cast.eve, cast.bo.id, False, NOW)
    assert "kept out" in refusal(lambda: sign_in(vouched()))
    for subject in ("", "s\0", "s" * 256):
        told = refusal(partial(sign_in, vouched(subject)))
        assert told == "the other system does not say who you are"


def test_a_tie_is_one_persons_and_is_taken_away_while_there_is_another_way_in(cast):
    identities.tie(cast.bo, vouched(), NOW)
    assert "another account" in refusal(lambda: identities.tie(cast.cy, vouched(), NOW))
    identities.tie(cast.bo, vouched("s2"), NOW)
    identities.untie(cast.bo, ISSUER, NOW)
    assert identities.mine(cast.bo, ISSUER) is None
    alone = sign_in(vouched("s3"))
    assert "only way in" in refusal(lambda: identities.untie(alone, ISSUER, NOW))
    with pytest.raises(SignedOut):
        identities.untie(Actor(cast.bo.id, 9), ISSUER, NOW)
