"""Invitations: what they give, to how many, until when."""

from datetime import timedelta

import pytest

from quiz.errors import Forbidden, Invalid, NotFound, TooMany
from quiz.models.guessing import ACCOUNT_FAILURES
from quiz.operations import accounts, courses, inviting
from quiz.operations.inviting import Offer
from tests.cast import ADDRESS, NOW, PASSWORD

AUTHOR = Offer("author")


def invite(cast, offer=AUTHOR, uses=1):
    return inviting.invite(cast.eve, offer, "A new colleague", uses, 7, NOW)


def accept(key, name="gus", now=NOW):
    return inviting.accept(key, name, "", PASSWORD, ADDRESS, now)


def states(cast, now=NOW):
    return [(row.used, row.state) for row in inviting.invitations(cast.eve, 1, now).rows]


def test_an_invitation_makes_an_account_with_its_role_and_course(cast):
    key = invite(cast, Offer("author", cast.course, "teacher"))
    assert inviting.invited(key, ADDRESS, NOW).course_title == "Arithmetic"
    with pytest.raises(Invalid):
        accept(key, "ada")  # taken: the invitation is not used up by it
    me = accounts.me(accept(key))
    assert (me.role, [course.role for course in me.courses]) == ("author", ["teacher"])
    with pytest.raises(NotFound):
        accept(key, "hal")
    assert states(cast) == [(1, "used")]


@pytest.mark.parametrize("engine", ["sqlite"])
def test_several_may_use_one_until_it_ends(cast):
    key = invite(cast, uses=3)
    accept(key, "gus")
    assert states(cast) == [(1, "open")]
    assert states(cast, NOW + timedelta(days=7)) == [(1, "expired")]
    with pytest.raises(NotFound):
        accept(key, "hal", NOW + timedelta(days=7))
    for _ in range(2):
        inviting.revoke(cast.eve, 1, NOW)
    assert states(cast) == [(1, "revoked")]
    with pytest.raises(NotFound):
        accept(key, "hal")


@pytest.mark.parametrize("engine", ["sqlite"])
def test_who_is_signed_in_gains_and_loses_nothing(cast):
    inviting.accept_as(cast.bo, invite(cast, Offer("user", cast.course, "reader")), ADDRESS, NOW)
    assert courses.course(cast.bo, cast.course, NOW).role == "reader"
    inviting.accept_as(cast.ada, invite(cast, Offer("user", cast.course, "student")), ADDRESS, NOW)
    me = accounts.me(cast.ada)
    assert (me.role, me.courses[0].role) == ("author", "teacher")


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_return_code_is_too_little_for_a_role_of_the_site(cast):
    """Where the role has to have a second factor, nobody could sign in again."""
    key = invite(cast)
    with pytest.raises(Invalid) as caught:
        inviting.accept_as(cast.bo, key, ADDRESS, NOW)
    assert caught.value.problems[0].what == "this account has no password"
    assert (states(cast), accounts.me(cast.bo).role) == ([(0, "open")], "user")


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize(
    "offer, note, uses, days, where",
    [
        (Offer("king"), "x", 1, 7, "role"),
        (Offer("user", 1, "king"), "x", 1, 7, "course_role"),
        (AUTHOR, " ", 1, 7, "note"),
        (AUTHOR, "x", 0, 7, "uses"),
        (Offer("administrator"), "x", 2, 7, "uses"),
        (AUTHOR, "x", 1, 91, "days"),
    ],
)
def test_an_invitation_that_does_not_do_is_refused_at_its_field(cast, offer, note, uses, days, where):
    with pytest.raises(Invalid) as caught:
        inviting.invite(cast.eve, offer, note, uses, days, NOW)
    assert [problem.where for problem in caught.value.problems] == [where]
    assert states(cast) == []


@pytest.mark.parametrize("engine", ["sqlite"])
def test_only_administrators_invite_and_nobody_guesses(cast):
    for act in (
        lambda who: inviting.invite(who, AUTHOR, "x", 1, 7, NOW),
        lambda who: inviting.revoke(who, 1, NOW),
        lambda who: inviting.invitations(who, 1, NOW),
        inviting.all_courses,
    ):
        for who in (cast.ada, cast.bo):
            with pytest.raises(Forbidden):
                act(who)
    for _ in range(ACCOUNT_FAILURES):
        with pytest.raises(NotFound):
            inviting.invited("a guess", ADDRESS, NOW)
    with pytest.raises(TooMany):
        inviting.invited("a guess", ADDRESS, NOW)
