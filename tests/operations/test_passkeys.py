"""Passkeys: what a device has to answer, to whom, and what of it opens an account."""

import pytest

from quiz.errors import Invalid, NotFound, TooMany
from quiz.models.guessing import ACCOUNT_FAILURES
from quiz.operations import accounts, factors, passkeys
from quiz.operations.passkeys import Site
from tests.cast import ADDRESS, NOW, PASSWORD
from tests.keys import Device

HERE = Site("quiz.example.org", "https://quiz.example.org")
THERE = Site("evil.example", "https://evil.example")


def add(who, device=None, site=HERE):
    """A device with a passkey of this person's."""
    device = device or Device()
    _options, challenge = passkeys.to_add(who, PASSWORD, HERE, NOW)
    passkeys.add(who, device.make(challenge, site), challenge, "  My   phone ", HERE, NOW)
    return device


def sign_in(device, site=HERE, answered=None):
    _options, challenge = passkeys.to_sign_in(HERE)
    return passkeys.sign_in(device.use(answered or challenge, site), challenge, HERE, ADDRESS, NOW)


def test_a_passkey_signs_in_and_is_taken_away(cast):
    device = add(cast.ada)
    (key,) = passkeys.passkeys(cast.ada)
    assert (key.name, key.used_at) == ("My phone", None)
    assert sign_in(device) == cast.ada
    assert passkeys.passkeys(cast.ada)[0].used_at == NOW
    with pytest.raises(NotFound):
        passkeys.remove(cast.di, key.id, NOW)
    passkeys.remove(cast.ada, key.id, NOW)
    with pytest.raises(Invalid):
        sign_in(device)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_what_a_device_offers_is_asked_for_by_name(cast):
    device = add(cast.ada)
    options, _challenge = passkeys.to_add(cast.ada, PASSWORD, HERE, NOW)
    assert options["rp"]["id"] == HERE.host
    assert [one["id"] for one in options["excludeCredentials"]] == [device.make(b"x", HERE)["id"]]
    assert options["authenticatorSelection"]["userVerification"] == "required"
    with pytest.raises(Invalid):
        passkeys.to_add(cast.ada, "wrong", HERE, NOW)
    with pytest.raises(Invalid):  # Bo has no password
        passkeys.to_add(cast.bo, PASSWORD, HERE, NOW)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_no_other_site_challenge_or_owner_is_taken(cast):
    for device, site in ((Device(), THERE), (Device(verified=False), HERE)):
        with pytest.raises(Invalid):
            add(cast.ada, device, site)
    assert passkeys.passkeys(cast.ada) == []
    device = add(cast.ada)
    with pytest.raises(Invalid):
        add(cast.di, device)  # a key that is there already
    for site, answered in ((THERE, None), (HERE, b"another challenge")):
        with pytest.raises(Invalid):
            sign_in(device, site, answered)
    device.flags &= ~4  # it does not ask its owner any more
    with pytest.raises(Invalid):
        sign_in(device)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_copy_of_a_device_is_found_by_its_count(cast):
    device = add(cast.ada)
    sign_in(device)
    device.count = 0
    with pytest.raises(Invalid):
        sign_in(device)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_it_opens_nothing_of_who_is_kept_out_nor_after_an_administrator_took_it_away(cast):
    device = add(cast.ada)
    assert accounts.user(cast.eve, cast.ada.id).has_authenticator
    accounts.set_active(cast.eve, cast.ada.id, False, NOW)
    with pytest.raises(Invalid):
        sign_in(device)
    accounts.set_active(cast.eve, cast.ada.id, True, NOW)
    assert sign_in(device).id == cast.ada.id
    factors.take_away(cast.eve, cast.ada.id, NOW)
    with pytest.raises(Invalid):
        sign_in(device)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_nonsense_is_refused_and_counted(cast):
    for answer in ({}, {"id": 3}, {"id": "x", "rawId": "x", "type": "public-key", "response": {}}):
        with pytest.raises(Invalid):
            passkeys.sign_in(answer, b"c", HERE, ADDRESS, NOW)
        with pytest.raises(Invalid):
            passkeys.add(cast.ada, answer, b"c", "", HERE, NOW)
    for _ in range(ACCOUNT_FAILURES - 1):
        with pytest.raises(Invalid):
            passkeys.sign_in({"id": "x"}, b"c", HERE, ADDRESS, NOW)
    with pytest.raises(TooMany):
        passkeys.sign_in({"id": "x"}, b"c", HERE, ADDRESS, NOW)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_no_answer_is_too_odd_to_be_refused(cast):
    """The library decodes before it checks, and lets errors of what it decodes with pass."""
    device = add(cast.ada)
    _options, challenge = passkeys.to_sign_in(HERE)
    for name, odd in (("authenticatorData", "A"), ("signature", "é"), ("clientDataJSON", 5)):
        answer = device.use(challenge, HERE)
        answer["response"][name] = odd
        with pytest.raises(Invalid):
            passkeys.sign_in(answer, challenge, HERE, ADDRESS, NOW)
    _options, challenge = passkeys.to_add(cast.ada, PASSWORD, HERE, NOW)
    for cose in ({}, {1: 1, 3: -7}, {1: 2, 3: -7, -1: 1, -2: bytes(32), -3: bytes(32)}):
        with pytest.raises(Invalid):
            passkeys.add(cast.ada, Device().make(challenge, HERE, cose), challenge, "", HERE, NOW)
    with pytest.raises(Invalid):
        add(cast.ada, Device(id_bytes=passkeys.LONGEST_ID + 1))


def test_a_device_may_count_in_all_of_its_32_bits(cast):
    device = add(cast.ada)
    for device.count in (2**31 - 3, 2**32 - 3, 2**32 - 2):
        assert sign_in(device) == cast.ada
