"""Rosters of a teacher: files as spreadsheets save them, what would change, what does, and taking it back."""

import pytest
from sqlalchemy import func, select

from quiz.db import reading
from quiz.errors import Conflict, Forbidden, Invalid, NotFound
from quiz.files.encodings import text_of
from quiz.models.people import Enrolment, User
from quiz.operations import accounts, courses, enrolling, joining, return_codes, rosters
from quiz.operations.rosters import Undone
from tests.cast import ADDRESS, NOW

ROSTER = "username;name;role;group\nann;Ann A.;;Tuesday\ndi;;assistant;\nada;Somebody Else;teacher;Monday\n"
#: One text in the ways in which Excel saves it.
RUSSIAN, FRENCH = "username;name\nivan;Иван Ёлкин\n", "username\tname\nrene\tRené Muñoz\n"
CHINESE = "username;name\nli;李小明\n"


def planned(cast, text=ROSTER, who=None):
    return rosters.plan(who or cast.ada, cast.course, rosters.read_roster(text))


def entered(cast, text=ROSTER):
    return rosters.enter(cast.ada, cast.course, rosters.read_roster(text), NOW)


def undo(cast, seen=None):
    return rosters.undo(cast.ada, cast.course, NOW, seen)


def members(cast):
    with reading() as connection:
        rows = connection.execute(
            select(User.name, Enrolment.role, Enrolment.group_name)
            .join(Enrolment, Enrolment.user_id == User.id)
            .where(Enrolment.course_id == cast.course)
        )
        return {row.name: (row.role, row.group_name) for row in rows}


@pytest.mark.parametrize(
    "text, encoding",
    [(RUSSIAN, code) for code in ("utf-8", "utf-8-sig", "utf-16", "cp1251")]
    + [(FRENCH, code) for code in ("utf-8", "cp1252")]
    + [(CHINESE, code) for code in ("utf-8", "gb18030")],
)
def test_a_file_is_read_as_spreadsheets_save_it(text, encoding):
    assert text_of(text.replace("\n", "\r\n").encode(encoding)).replace("\r\n", "\n") == text
    (one,) = rosters.read_roster(text)
    assert one.name == text.split("\n")[1].replace("\t", ";").partition(";")[2]


@pytest.mark.parametrize("engine", ["sqlite"])
def test_what_would_change_is_said_and_nothing_is_written(cast):
    before = members(cast)
    plan = planned(cast)
    assert [(one.act, one.name, one.other_name) for one in plan.changes] == [
        ("make", "Ann A.", ""),
        ("enrol", "Di", ""),
        ("change", "Ada", "Somebody Else"),
    ]
    assert members(cast) == before


def test_a_roster_is_entered_and_taken_back(cast):
    before = members(cast)
    (card,) = entered(cast)
    assert (card.name, card.username) == ("Ann A.", "ann")
    assert members(cast) == before | {
        "Ann A.": ("student", "Tuesday"),
        "Di": ("assistant", None),
        "Ada": ("teacher", "Monday"),
    }
    assert accounts.return_with_code(card.code, ADDRESS, NOW).id == card.user_id
    assert entered(cast) == []  # a repeat changes nothing
    assert undo(cast).count == 0
    with pytest.raises(Conflict):
        undo(cast)
    assert len(members(cast)) == len(before) + 2


def test_taking_back_leaves_all_as_it_was(cast):
    before = members(cast)
    entered(cast)
    assert undo(cast) == Undone(3, ())
    assert members(cast) == before
    with reading() as connection:
        assert connection.execute(select(func.count()).where(User.username == "ann")).scalar_one() == 0
    with pytest.raises(Conflict):
        undo(cast)
    entered(cast)  # and it can be entered again


def test_who_was_changed_by_hand_since_stays_and_is_named(cast):
    entered(cast)
    enrolling.enrol(cast.ada, cast.course, "di", "reader", NOW)
    enrolling.set_group(cast.ada, cast.course, [cast.ada.id], "Friday", NOW)
    assert undo(cast) == Undone(1, ("Ada", "Di"))
    assert (members(cast)["Di"], members(cast)["Ada"]) == (("reader", None), ("teacher", "Friday"))


@pytest.mark.parametrize("engine", ["sqlite"])
def test_another_roster_than_the_one_that_was_seen_is_not_taken_back(cast):
    entered(cast)
    seen = rosters.last_roster(cast.ada, cast.course).seen
    entered(cast, "username\nann\n")
    with pytest.raises(Conflict):
        undo(cast, seen)


def test_who_has_begun_to_work_is_not_taken_back(cast):
    (card,) = entered(cast, "username\nann\n")
    ann = accounts.return_with_code(card.code, ADDRESS, NOW)
    cast.start(ann)
    with pytest.raises(Conflict):
        undo(cast)
    assert "ann" in members(cast)


def test_what_hangs_on_an_account_elsewhere_keeps_it(cast):
    entered(cast, "username\nann\n")
    other = courses.add_course(cast.di, "Other", "UTC", NOW)
    enrolling.enrol(cast.di, other, "ann", "student", NOW)
    with pytest.raises(Conflict):
        undo(cast)
    assert "ann" in members(cast)


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize(
    "text, told",
    [
        ("username;name\nann;A\nann;B\n", (3, "'ann' stands in line 2 too")),
        ("user;name\nann;A\n", (1, "did you mean 'username'?")),
        ("username;name\nann\n", (2, "1 cells under 2 columns")),
        ("username,role\nnew,teacher\n", (2, "for students only")),
        ("username\ncy\nout\n", (3, "kept out")),
        ("username\n" + "\n".join(f"u{number}" for number in range(1001)), (1, "1000 are the most")),
    ],
)
def test_what_cannot_be_done_is_told_by_line_and_nothing_is_done(cast, text, told):
    out = accounts.add_user(None, "out", "Out", "a long password", "user", NOW)
    accounts.add_user(None, "cy", "Cy", "a long password", "user", NOW)
    accounts.set_active(None, out, False, NOW)
    before = members(cast)
    with pytest.raises(Invalid) as caught:
        entered(cast, text)
    assert any(problem.line == told[0] and told[1] in problem.what for problem in caught.value.problems)
    assert members(cast) == before


@pytest.mark.parametrize("engine", ["sqlite"])
def test_only_the_courses_teachers_enter_rosters_and_the_course_keeps_one(cast):
    for who, error in ((cast.bo, Forbidden), (cast.di, NotFound)):
        for act in (
            lambda who: planned(cast, who=who),
            lambda who: rosters.enter(who, cast.course, [], NOW),
            lambda who: rosters.undo(who, cast.course, NOW),
            lambda who: return_codes.issue_cards(who, cast.course, [cast.cy.id], NOW),
        ):
            with pytest.raises(error):
                act(who)
    with pytest.raises(Invalid, match="at least one teacher"):
        entered(cast, "username,role\nada,student\n")
    assert members(cast)["Ada"][0] == "teacher"


@pytest.mark.parametrize("engine", ["sqlite"])
def test_cards_are_made_for_own_students_without_a_password(cast):
    other = courses.add_course(cast.di, "Other", "UTC", NOW)
    joining.join_as(cast.cy, courses.course(cast.di, other, NOW).join_code, ADDRESS, NOW)
    everybody = [cast.ada.id, cast.bo.id, cast.cy.id, cast.eve.id]
    assert [one.name for one in return_codes.who_gets_cards(cast.ada, cast.course, everybody)] == ["Bo"]
    (card,) = return_codes.issue_cards(cast.ada, cast.course, everybody, NOW)
    assert accounts.return_with_code(card.code, ADDRESS, NOW).id == cast.bo.id
    with pytest.raises(Invalid):
        accounts.return_with_code(cast.codes["bo"], ADDRESS, NOW)
    assert accounts.return_with_code(cast.codes["cy"], ADDRESS, NOW) == cast.cy
