"""Signing in and out, joining and returning, roles."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from quiz.db import reading
from quiz.errors import Forbidden, Invalid, NotFound, SignedOut, TooMany
from quiz.models.guessing import ACCOUNT_FAILURES
from quiz.models.people import Guess, User
from quiz.operations import accounts, courses, enrolling, joining, return_codes
from quiz.operations.access import Actor
from tests.cast import ADDRESS, NOW, PASSWORD


def test_the_right_password_signs_in_whatever_the_case_of_the_name(cast):
    assert accounts.sign_in(" ADA ", PASSWORD, ADDRESS, NOW) == cast.ada


@pytest.mark.parametrize("username", ["ada", "nobody", ""])
def test_everything_wrong_gets_one_answer(cast, username):
    with pytest.raises(Invalid) as caught:
        accounts.sign_in(username, "wrong password", ADDRESS, NOW)
    assert [str(problem) for problem in caught.value.problems] == [accounts.WRONG]


def test_an_account_takes_ten_failures_an_hour(cast):
    for _ in range(10):
        with pytest.raises(Invalid):
            accounts.sign_in("ada", "wrong password", ADDRESS, NOW)
    with pytest.raises(TooMany) as caught:
        accounts.sign_in("ada", PASSWORD, ADDRESS, NOW)
    assert 0 < caught.value.retry_after <= 3601
    accounts.sign_in("di", PASSWORD, ADDRESS, NOW)
    assert accounts.sign_in("ada", PASSWORD, ADDRESS, NOW + timedelta(hours=1)) == cast.ada


def test_an_address_takes_two_hundred_failures_an_hour(app, cast):
    for number in range(200):
        with pytest.raises(Invalid):
            accounts.return_with_code(f"{number:016}", ADDRESS, NOW)
    with pytest.raises(TooMany):
        accounts.return_with_code(cast.codes["bo"], ADDRESS, NOW)
    assert accounts.return_with_code(cast.codes["bo"], "127.0.0.2", NOW) == cast.bo


def test_the_table_of_guesses_names_nobody(cast):
    with pytest.raises(Invalid):
        accounts.sign_in("ada", "wrong password", ADDRESS, NOW)
    with reading() as connection:
        for subject in connection.execute(select(Guess.subject)).scalars():
            assert len(subject) == 64


@pytest.mark.parametrize(
    "change", [str.lower, lambda code: code.replace("-", " "), lambda code: code.replace("0", "o")]
)
def test_a_return_code_is_read_as_people_type_it(cast, change):
    assert accounts.return_with_code(change(cast.codes["bo"]), ADDRESS, NOW) == cast.bo


def test_a_return_code_is_not_stored(cast):
    with reading() as connection:
        stored = connection.execute(select(User.return_code_hash).where(User.id == cast.bo.id)).scalar_one()
    assert stored != cast.codes["bo"]
    assert len(stored) == 64


def test_a_new_return_code_ends_the_old_one_and_its_sessions(cast):
    new = return_codes.issue_return_code(cast.ada, cast.course, cast.bo.id, NOW)
    with pytest.raises(SignedOut):
        accounts.me(cast.bo)
    with pytest.raises(Invalid):
        accounts.return_with_code(cast.codes["bo"], ADDRESS, NOW)
    assert accounts.return_with_code(new, ADDRESS, NOW).id == cast.bo.id


def test_only_a_teacher_issues_return_codes_and_only_to_students_without_a_password(cast):
    with pytest.raises(Forbidden):
        return_codes.issue_return_code(cast.cy, cast.course, cast.bo.id, NOW)
    with pytest.raises(NotFound):
        return_codes.issue_return_code(cast.di, cast.course, cast.bo.id, NOW)
    enrolling.enrol(cast.ada, cast.course, "di", "student", NOW)
    with pytest.raises(NotFound):
        return_codes.issue_return_code(cast.ada, cast.course, cast.di.id, NOW)


def test_a_new_password_ends_all_other_sessions(cast):
    mine = accounts.change_password(cast.ada, PASSWORD, "another good one", NOW)
    assert accounts.me(mine).name == "Ada"
    with pytest.raises(SignedOut):
        accounts.me(cast.ada)
    assert accounts.sign_in("ada", "another good one", ADDRESS, NOW) == mine


@pytest.mark.parametrize(
    "current, new, where", [("wrong", "another good one", "current"), (PASSWORD, "short", "new")]
)
def test_a_password_that_does_not_do_is_refused_at_its_field(cast, current, new, where):
    with pytest.raises(Invalid) as caught:
        accounts.change_password(cast.ada, current, new, NOW)
    assert [problem.where for problem in caught.value.problems] == [where]
    accounts.me(cast.ada)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_present_password_is_not_guessed_at_an_open_session(cast):
    for _ in range(ACCOUNT_FAILURES):
        with pytest.raises(Invalid):
            accounts.demand_password(cast.ada, "a guess", NOW)
    with pytest.raises(TooMany):
        accounts.demand_password(cast.ada, PASSWORD, NOW)
    accounts.demand_password(cast.eve, PASSWORD, NOW)
    accounts.sign_in("ada", PASSWORD, ADDRESS, NOW)


def test_a_person_who_is_kept_out_is_out_at_once(cast):
    accounts.set_active(cast.eve, cast.bo.id, False, NOW)
    with pytest.raises(SignedOut):
        accounts.me(cast.bo)
    with pytest.raises(Invalid):
        accounts.return_with_code(cast.codes["bo"], ADDRESS, NOW)


def test_only_administrators_administer_and_the_last_one_stays(cast):
    for act in (
        lambda who: accounts.set_role(who, cast.bo.id, "administrator", NOW),
        lambda who: accounts.set_active(who, cast.bo.id, False, NOW),
        lambda who: accounts.set_password(who, cast.bo.id, "a good password", NOW),
        lambda who: accounts.add_user(who, "new", "New", "a good password", "user", NOW),
        lambda who: accounts.users(who, "", 1),
    ):
        for who in (cast.ada, cast.bo, cast.di):
            with pytest.raises(Forbidden):
                act(who)
        with pytest.raises(SignedOut):
            act(Actor(cast.eve.id, 9))
    with pytest.raises(Invalid):
        accounts.set_role(cast.eve, cast.eve.id, "user", NOW)
    assert accounts.me(cast.eve).role == "administrator"


def test_a_closed_course_lets_nobody_join(cast):
    joining.set_joining(cast.ada, cast.course, False, False, NOW)
    with pytest.raises(NotFound):
        joining.join(cast.join_code, "Fay", ADDRESS, NOW)


def test_a_new_join_code_makes_the_old_one_lead_nowhere(cast):
    joining.set_joining(cast.ada, cast.course, True, True, NOW)
    with pytest.raises(NotFound):
        joining.by_code(cast.join_code, ADDRESS, NOW)
    new = courses.course(cast.ada, cast.course, NOW).join_code
    assert joining.by_code(new.lower(), ADDRESS, NOW).course_id == cast.course


def test_a_class_behind_one_address_joins_at_once(cast):
    for number in range(30):
        joining.join(cast.join_code, f"Student {number}", ADDRESS, NOW)
    assert enrolling.people(cast.ada, cast.course, 1).people.total == 33


def test_an_address_makes_two_hundred_accounts_an_hour_in_a_course(cast):
    for number in range(200):
        joining.join(cast.join_code, f"Student {number}", "127.0.0.3", NOW)
    with pytest.raises(TooMany):
        joining.join(cast.join_code, "One too many", "127.0.0.3", NOW)
    assert enrolling.people(cast.ada, cast.course, 1).people.total == 203
    joining.join(cast.join_code, "From elsewhere", "127.0.0.4", NOW)
    joining.join(cast.join_code, "An hour later", "127.0.0.3", NOW + timedelta(hours=1))
    other = courses.add_course(cast.di, "Other", "UTC", NOW)
    joining.join(courses.course(cast.di, other, NOW).join_code, "Elsewhere", "127.0.0.3", NOW)


def test_join_codes_cannot_be_guessed_without_limit(cast):
    for number in range(200):
        with pytest.raises(NotFound):
            joining.by_code(f"{number:08}", "127.0.0.3", NOW)
    with pytest.raises(TooMany):
        joining.by_code(cast.join_code, "127.0.0.3", NOW)
    assert joining.by_code(cast.join_code, ADDRESS, NOW).course_id == cast.course


def test_joining_once_more_with_an_account(cast):
    other = courses.add_course(cast.di, "Other", "UTC", NOW)
    code = courses.course(cast.di, other, NOW).join_code
    for _ in range(2):
        assert joining.join_as(cast.bo, code, ADDRESS, NOW) == other
    assert {course.title for course in accounts.me(cast.bo).courses} == {"Arithmetic", "Other"}


def test_a_course_keeps_a_teacher(cast):
    with pytest.raises(Invalid):
        enrolling.enrol(cast.ada, cast.course, "ada", "student", NOW)
    with pytest.raises(Invalid):
        enrolling.remove(cast.ada, cast.course, cast.ada.id, NOW)
    assert courses.course(cast.ada, cast.course, NOW).role == "teacher"


def test_a_teacher_issues_no_code_that_opens_another_teachers_course(cast):
    other = courses.add_course(cast.di, "Other", "UTC", NOW)
    joining.join_as(cast.bo, courses.course(cast.di, other, NOW).join_code, ADDRESS, NOW)
    with pytest.raises(Forbidden):
        return_codes.issue_return_code(cast.di, other, cast.bo.id, NOW)
    with pytest.raises(Forbidden):
        return_codes.issue_return_code(cast.ada, cast.course, cast.bo.id, NOW)
    assert accounts.return_with_code(cast.codes["bo"], ADDRESS, NOW) == cast.bo
    enrolling.enrol(cast.di, other, "ada", "teacher", NOW)
    assert return_codes.issue_return_code(cast.ada, cast.course, cast.bo.id, NOW)
