"""Links into an account: who gets one, what it opens, how often, until when; mailed by the upkeep."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from quiz.db import reading, transaction
from quiz.errors import Forbidden, Invalid, NotFound, SignedOut, TooMany
from quiz.models.audit import AuditEvent
from quiz.models.guessing import ACCOUNT_FAILURES
from quiz.models.links import AccountLink
from quiz.models.people import User
from quiz.operations import accounts, courses, enrolling, links, mailing
from quiz.operations.access import Actor
from tests.cast import ADDRESS, NOW, PASSWORD
from tests.mailbox import mail_server

SITE = "https://quiz.example.org"
NEW = "another good password"
MAIL = "ada@example.org"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def mailbox():
    with mail_server() as (url, found):
        yield url, found


def send(mailbox, now=NOW):
    return links.send_due(mailing.post_by(mailbox[0]), SITE, now)


def mailed_key(mailbox, purpose):
    text = mailbox[1][-1].get_body(["plain"]).get_content()
    return re.search(rf"{SITE}/{purpose}/(\S+)", text).group(1)


def confirmed(actor, address=MAIL):
    with transaction() as connection:
        connection.execute(update(User).where(User.id == actor.id).values(mail_address=address))


def stored():
    with reading() as connection:
        return connection.execute(select(AccountLink)).all()


def pupil(cast):
    """Fay, who has a password and learns in Ada's course."""
    fay = accounts.add_user(None, "fay", "Fay", PASSWORD, "user", NOW)
    enrolling.enrol(cast.ada, cast.course, "fay", "student", NOW)
    cast.start(Actor(fay, 1))
    return fay


def test_a_link_sets_a_password_once_and_ends_all_sessions(cast):
    key = links.issue(cast.eve, cast.ada.id, NOW)
    assert key not in str(stored())
    assert links.opened("password", key, ADDRESS, NOW).username == "ada"
    with pytest.raises(Invalid):
        links.choose_password(key, "short", ADDRESS, NOW)
    links.choose_password(key, NEW, ADDRESS, NOW)
    with pytest.raises(SignedOut):
        accounts.me(cast.ada)
    assert accounts.sign_in("ada", NEW, ADDRESS, NOW).id == cast.ada.id
    with pytest.raises(NotFound):
        links.choose_password(key, "a third good password", ADDRESS, NOW)
    with reading() as connection:
        acts = select(AuditEvent.act, AuditEvent.actor_id).where(AuditEvent.act.startswith("user.password"))
        assert set(connection.execute(acts)) == {
            ("user.password-link", cast.eve.id),
            ("user.password", cast.ada.id),
        }


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize(
    "ended",
    [
        lambda cast: accounts.change_password(cast.ada, PASSWORD, NEW, NOW),
        lambda cast: accounts.set_active(cast.eve, cast.ada.id, False, NOW),
        lambda cast: links.issue(cast.eve, cast.ada.id, NOW),
    ],
)
def test_a_link_ends_with_another_password_the_account_or_a_newer_link(cast, ended):
    key = links.issue(cast.eve, cast.ada.id, NOW)
    ended(cast)
    with pytest.raises(NotFound):
        links.opened("password", key, ADDRESS, NOW)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_link_expires_and_cannot_be_guessed_without_limit(cast):
    key = links.issue(cast.eve, cast.ada.id, NOW)
    links.opened("password", key, ADDRESS, NOW + DAY - timedelta(seconds=1))
    with pytest.raises(NotFound):
        links.opened("password", key, ADDRESS, NOW + DAY)
    with pytest.raises(NotFound):
        links.opened("address", key, ADDRESS, NOW)
    for _ in range(ACCOUNT_FAILURES):
        with pytest.raises(NotFound):
            links.opened("password", "a guess", ADDRESS, NOW)
    with pytest.raises(TooMany):
        links.opened("password", "a guess", ADDRESS, NOW)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_teacher_makes_links_for_their_own_students_only(cast):
    fay = pupil(cast)
    assert links.issue_to_student(cast.ada, cast.course, fay, NOW)
    for who, error in ((cast.di, NotFound), (cast.bo, Forbidden)):
        with pytest.raises(error):
            links.issue_to_student(who, cast.course, fay, NOW)
    for whom in (cast.bo.id, cast.ada.id, cast.eve.id):  # without a password, no student, not in the course
        with pytest.raises(NotFound):
            links.issue_to_student(cast.ada, cast.course, whom, NOW)
    enrolling.enrol(cast.ada, cast.course, "eve", "student", NOW)
    with pytest.raises(Forbidden):
        links.issue_to_student(cast.ada, cast.course, cast.eve.id, NOW)
    other = courses.add_course(cast.di, "Other", "UTC", NOW)
    enrolling.enrol(cast.di, other, "ada", "teacher", NOW)
    enrolling.enrol(cast.di, other, "fay", "assistant", NOW)
    with pytest.raises(Forbidden):
        links.issue_to_student(cast.ada, cast.course, fay, NOW)
    for who in (cast.ada, cast.bo):
        with pytest.raises(Forbidden):
            links.issue(who, fay, NOW)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_who_was_only_enrolled_is_nobodys_student_yet(cast):
    """A teacher could else take over any account that is in no course, by its user name."""
    gus = accounts.add_user(None, "gus", "Gus", PASSWORD, "user", NOW)
    enrolling.enrol(cast.ada, cast.course, "gus", "student", NOW)
    with pytest.raises(Forbidden):
        links.issue_to_student(cast.ada, cast.course, gus, NOW)


def test_a_link_is_mailed_by_the_upkeep_and_its_key_is_nowhere_else(cast, mailbox):
    confirmed(cast.ada)
    links.ask(" ADA ", ADDRESS, NOW)
    assert stored()[0].key_hash is None
    assert send(mailbox) == 1
    assert mailbox[1][0]["To"] == MAIL
    key = mailed_key(mailbox, "password")
    assert key not in str(stored())
    assert send(mailbox, NOW + HOUR) == 0
    with pytest.raises(NotFound):
        links.opened("password", key, ADDRESS, NOW + HOUR)
    links.choose_password(key, NEW, ADDRESS, NOW + HOUR - timedelta(seconds=1))
    assert accounts.sign_in("ada", NEW, ADDRESS, NOW).id == cast.ada.id


@pytest.mark.parametrize("engine", ["sqlite"])
def test_who_asks_for_nobody_is_told_the_same_and_no_mail_goes_out(cast, mailbox):
    confirmed(cast.bo)  # has no password
    for name in ("nobody", "di", "bo"):
        assert links.ask(name, ADDRESS, NOW) is None
    assert stored() == []
    assert send(mailbox) == 0


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("name", ["ada", "nobody"])
def test_asking_is_bounded_for_whoever_is_named(cast, name):
    confirmed(cast.ada)
    for _ in range(ACCOUNT_FAILURES):
        links.ask(name, ADDRESS, NOW)
    with pytest.raises(TooMany):
        links.ask(name, ADDRESS, NOW)
    accounts.sign_in("ada", PASSWORD, ADDRESS, NOW)  # which asking does not keep out


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_mail_that_is_not_taken_is_tried_again_for_a_day(cast, mailbox):
    def broken(message):
        raise OSError

    confirmed(cast.ada)
    links.ask("ada", ADDRESS, NOW)
    assert links.send_due(broken, SITE, NOW) == 0
    assert send(mailbox) == 0
    assert links.send_due(broken, SITE, NOW + links.AGAIN) == 0
    assert send(mailbox, NOW + 2 * links.AGAIN) == 1
    links.ask("ada", ADDRESS, NOW)
    assert send(mailbox, NOW + DAY) == 0
    assert stored() == []


@pytest.mark.parametrize("engine", ["sqlite"])
def test_an_address_counts_when_its_link_was_opened(cast, mailbox):
    for address, password in (("no address", PASSWORD), (MAIL, "wrong")):
        with pytest.raises(Invalid):
            links.set_address(cast.ada, address, password, NOW)
    links.set_address(cast.ada, MAIL, PASSWORD, NOW)
    assert accounts.me(cast.ada).mail_address is None
    assert send(mailbox) == 1
    key = mailed_key(mailbox, "address")
    links.confirm_address(key, ADDRESS, NOW)
    assert accounts.me(cast.ada).mail_address == MAIL
    links.set_address(cast.ada, "", PASSWORD, NOW)
    assert accounts.me(cast.ada).mail_address is None
    with pytest.raises(NotFound):
        links.confirm_address(key, ADDRESS, NOW)
