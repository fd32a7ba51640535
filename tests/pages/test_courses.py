"""A course as its teacher works on it: dashboard, joining, people, return codes."""

import pytest

from quiz.operations import accounts, attempts, courses, enrolling, joining, quizzes, teaching
from quiz.operations.access import Actor
from tests.cast import BLUEPRINT, NOW
from tests.pages.doors import field_error, refused, status
from tests.statements import statements


@pytest.fixture
def ada(browser):
    return browser("ada")


@pytest.fixture
def reader(cast):
    """Eve reads the results of the course."""
    enrolling.enrol(cast.ada, cast.course, "eve", "reader", NOW)


# Dashboard -------------------------------------------------------------------------------------------------------


def test_the_first_page_says_what_needs_a_teacher(ada, cast):
    quizzes.create(cast.ada, cast.course, BLUEPRINT.replace("A small quiz", "Next week"), NOW)
    ada.get("/")
    assert ada.title == "One thing needs you"
    assert "Next week is a draft" in ada.text
    running = ada.page.find("table")
    assert [cell.get_text(strip=True) for cell in running.tbody.tr.find_all(["th", "td"])] == [
        "A small quiz", "Arithmetic", "0", "0", "2", "never",
    ]  # fmt: skip


def test_the_first_page_counts_who_is_at_work_and_who_has_finished(ada, cast):
    first = cast.start()
    attempts.finish(cast.bo, first, NOW)
    cast.start(cast.cy)
    found = teaching.dashboard(cast.ada, NOW).running
    assert [(one.progress.finished, one.progress.working, one.progress.not_begun) for one in found] == [
        (1, 1, 0)
    ]


def test_the_first_page_shows_times_in_the_courses_zone_where_it_is_one(ada, cast):
    closing = BLUEPRINT.replace("limit: 20", "closes: 2026-12-01T09:30")
    quizzes.publish(cast.ada, quizzes.create(cast.ada, cast.course, closing, NOW), NOW)
    ada.get("/")
    assert "1 Dec 2026, 09:30" in ada.text.replace("\xa0", " ")
    course = courses.add_course(cast.ada, "Geometry", "America/Lima", NOW)
    quizzes.publish(cast.ada, quizzes.create(cast.ada, course, BLUEPRINT, NOW), NOW)
    ada.get("/")
    assert "1 Dec 2026, 01:30" in ada.text.replace("\xa0", " ")


def test_a_student_sees_no_dashboard(browser):
    bo = browser("bo")
    bo.get("/")
    assert bo.title == "Your courses"
    assert not bo.page.find("a", href="/banks")
    assert not bo.page.find("a", href="/courses/new")


# Course ----------------------------------------------------------------------------------------------------------


def test_the_teacher_sees_quizzes_and_how_to_join(ada, cast):
    ada.get(f"/courses/{cast.course}")
    row = ada.page.find("table").tbody.tr
    assert row.th.a["href"] == f"/quizzes/{cast.quiz}/results"
    assert "Open" in row.get_text()
    assert cast.join_code in ada.text
    assert ada.page.find("a", string=f"http://localhost/join/{cast.join_code}")


def test_students_see_no_join_code_and_no_teachers_links(browser, cast):
    bo = browser("bo")
    bo.get(f"/courses/{cast.course}")
    assert cast.join_code not in bo.text
    assert not bo.page.main.find("a", href=f"/quizzes/{cast.quiz}/edit")


def test_a_reader_sees_results_but_nothing_to_change(browser, cast, reader):
    eve = browser("eve")
    eve.get(f"/courses/{cast.course}")
    assert eve.page.find("a", href=f"/quizzes/{cast.quiz}/results")
    assert not eve.page.main.find("form")
    assert cast.join_code not in eve.text
    for path in ("edit", "publish"):
        assert not eve.page.main.find("a", href=f"/quizzes/{cast.quiz}/{path}")
        assert eve.get(f"/quizzes/{cast.quiz}/{path}").status_code == 403
    assert eve.get(f"/courses/{cast.course}/join-sheet").status_code == 403


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_first_page_of_a_reader_speaks_of_nothing_that_readers_do_not_do(browser, cast):
    accounts.set_role(None, cast.di.id, "user", NOW)
    enrolling.enrol(cast.ada, cast.course, "di", "reader", NOW)
    di = browser("di")
    di.get("/")
    assert di.title == "How it goes in your courses"
    assert (di.page.find("a", href="/banks"), di.page.find("a", href="/overview").text) == (None, "Overview")
    assert di.page.main.find("a", href=f"/quizzes/{cast.quiz}/results")
    assert not {"draft", "mark"} & {*di.text.casefold().replace(",", " ").split()}
    enrolling.enrol(cast.ada, cast.course, "di", "assistant", NOW)
    di.get("/")
    assert "Answers that wait for a mark stand here." in di.text


def test_joining_closes_and_opens(ada, browser, cast):
    ada.get(f"/courses/{cast.course}")
    assert ada.post(f"/courses/{cast.course}/joining", {"open": "0"}).status_code == 303
    assert browser().get(f"/join/{cast.join_code}").status_code == 404
    ada.get(f"/courses/{cast.course}")
    assert "Nobody can join now" in ada.text
    ada.post(f"/courses/{cast.course}/joining", {"open": "1"})
    assert browser().get(f"/join/{cast.join_code}").status_code == 200


def test_a_new_code_replaces_the_old_one(ada, browser, cast):
    ada.get(f"/courses/{cast.course}")
    ada.post(f"/courses/{cast.course}/joining", {"open": "1", "new": "1"})
    new = courses.course(cast.ada, cast.course, NOW).join_code
    assert new != cast.join_code
    assert browser().get(f"/join/{cast.join_code}").status_code == 404
    assert browser().get(f"/join/{new}").status_code == 200


def test_the_sheet_to_print_has_code_and_address(ada, cast):
    ada.get(f"/courses/{cast.course}/join-sheet")
    assert cast.join_code in ada.text
    assert f"http://localhost/join/{cast.join_code}" in ada.text


def test_a_course_is_made_by_an_author(ada, cast):
    ada.get("/courses/new")
    answer = ada.post(
        "/courses/new", {"title": "Geometry", "time_zone": "Asia/Almaty", "role": "student", "id": "1"}
    )
    assert answer.status_code == 303
    found = courses.course(cast.ada, int(answer.headers["Location"].rsplit("/", 1)[1]), NOW)
    assert (found.title, found.time_zone, found.role) == ("Geometry", "Asia/Almaty", "teacher")


def test_a_new_course_begins_in_the_zone_that_is_known_else_in_that_of_the_device(ada, browser, cast):
    ada.get("/courses/new")
    zone = ada.page.find("select", {"name": "time_zone"})
    assert zone.find("option", selected=True)["value"] == courses.course(cast.ada, cast.course, NOW).time_zone
    assert "data-zone-here" not in zone.attrs
    eve = browser("eve")
    eve.get("/courses/new")
    assert "data-zone-here" in eve.page.find("select", {"name": "time_zone"}).attrs
    eve.post("/courses/new", {"title": "", "time_zone": "Asia/Almaty"})
    assert "data-zone-here" not in eve.page.find("select", {"name": "time_zone"}).attrs


def test_a_course_without_a_title_is_refused_at_the_field(ada):
    ada.get("/courses/new")
    assert ada.post("/courses/new", {"title": " " * 3, "time_zone": "Asia/Almaty"}).status_code == 422
    assert "Enter a title." in field_error(ada.page, "title")
    assert ada.page.find("option", selected=True)["value"] == "Asia/Almaty"
    ada.post("/courses/new", {"title": "x" * 201, "time_zone": "Asia/Almaty"})
    assert "too long" in field_error(ada.page, "title")
    assert ada.page.find("input", {"name": "title"})["value"] == "x" * 201


# People ----------------------------------------------------------------------------------------------------------


def test_people_are_listed_by_name(ada, cast):
    ada.get(f"/courses/{cast.course}/people")
    names = [row.th.get_text(strip=True) for row in ada.page.find("table").tbody.find_all("tr")]
    assert names == ["Ada", "Bo", "Cy"]


def test_people_are_put_into_a_group_and_out_of_it(ada, cast):
    path = f"/courses/{cast.course}/people"
    ada.get(path)
    boxes = ada.page.find_all("input", attrs={"name": "user", "form": "group"})
    assert str(cast.bo.id) in [box["value"] for box in boxes]
    form = {"user": [cast.bo.id, cast.cy.id, cast.di.id, 10**30], "group": " Tuesday\0 "}
    assert ada.post(f"{path}/group", form).status_code == 303
    ada.get(path)
    groups = {
        row.th.get_text(strip=True): row.find_all("td")[1].get_text() for row in ada.page.table.tbody("tr")
    }
    assert groups == {"Ada": "–", "Bo": "Tuesday", "Cy": "Tuesday"}
    assert "2 people are in the group Tuesday now." in ada.text
    assert [option["value"] for option in ada.page.find("datalist")("option")] == ["Tuesday"]
    for wrong in ({"group": "x"}, {"user": cast.bo.id, "group": "g" * 81}):
        ada.post(f"{path}/group", wrong)
        assert enrolling.people(cast.ada, cast.course, 1).groups == ("Tuesday",)
    ada.post(f"{path}/group", {"user": cast.bo.id, "group": ""})
    assert [one.group for one in enrolling.people(cast.ada, cast.course, 1).people.rows] == [
        None,
        None,
        "Tuesday",
    ]


def test_somebody_is_added_by_user_name_with_a_role(ada, cast):
    ada.get(f"/courses/{cast.course}/people")
    form = {"username": "Di", "role": "assistant", "owner": "1", "user_id": "1"}
    assert ada.post(f"/courses/{cast.course}/people", form).status_code == 303
    assert courses.course(cast.di, cast.course, NOW).role == "assistant"


@pytest.mark.parametrize(
    "form, field, words",
    [
        ({"username": "nobody", "role": "student"}, "username", "there is nobody called 'nobody'"),
        ({"username": "", "role": "student"}, "username", "Enter a user name."),
        ({"username": "di", "role": "owner"}, "role", "Not a valid choice"),
    ],
)
def test_what_is_wrong_with_adding_stands_at_the_field(ada, cast, form, field, words):
    ada.get(f"/courses/{cast.course}/people")
    assert ada.post(f"/courses/{cast.course}/people", form).status_code == 422
    assert words in field_error(ada.page, field)
    assert ada.page.find("input", {"name": "username"}).get("value", "") == form["username"]


def test_removing_says_what_happens_and_then_does_it(ada, browser, cast):
    bo, attempt = browser("bo"), cast.start()
    ada.get(f"/courses/{cast.course}/people/{cast.bo.id}/remove")
    assert ada.title == "Remove Bo from Arithmetic?"
    assert "Their attempt stays in the results." in ada.text
    assert bo.get(f"/attempts/{attempt}").status_code == 200
    assert ada.post(f"/courses/{cast.course}/people/{cast.bo.id}/remove").status_code == 303
    assert bo.get(f"/courses/{cast.course}").status_code == 404
    assert bo.get(f"/attempts/{attempt}").status_code == 404
    ada.get(f"/quizzes/{cast.quiz}/results")
    assert "Bo" in ada.text


def test_the_last_teacher_stays(ada, cast):
    ada.get(f"/courses/{cast.course}/people/{cast.ada.id}/remove")
    assert ada.post(f"/courses/{cast.course}/people/{cast.ada.id}/remove").status_code == 422
    assert "at least one teacher" in ada.text
    assert courses.course(cast.ada, cast.course, NOW).role == "teacher"


def test_a_new_return_code_is_shown_once_and_replaces_the_old_one(ada, browser, cast):
    bo = browser("bo")
    path = f"/courses/{cast.course}/people/{cast.bo.id}/return-code"
    ada.get(path)
    assert ada.title == "A new return code for Bo?"
    assert ada.post(path).status_code == 303
    ada.get(path)
    code = ada.page.find(class_="q-code").get_text(strip=True)
    assert accounts.return_with_code(code, "127.0.0.1", NOW).id == cast.bo.id
    assert bo.get("/account").request.path == "/login"
    ada.get(path)
    assert code not in ada.text
    assert ada.title == "A new return code for Bo?"


def test_who_has_a_password_gets_no_return_code(ada, cast):
    enrolling.enrol(cast.ada, cast.course, "di", "student", NOW)
    path = f"/courses/{cast.course}/people/{cast.di.id}/return-code"
    ada.get(path)
    assert not ada.page.main.find("form")
    assert ada.post(path).status_code == 404


# Doors -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["people", "join-sheet", "people/{bo}/remove", "people/{bo}/return-code"])
def test_only_who_teaches_sees_it(browser, cast, place):
    path = f"/courses/{cast.course}/{place.format(bo=cast.bo.id)}"
    people = ("ada", "bo", "di", "eve", None)
    assert [status(browser, name, path) for name in people] == [200, 403, 404, 404, "login"]


@pytest.mark.parametrize("place", ["joining", "people", "people/{cy}/remove", "people/{cy}/return-code"])
def test_only_who_teaches_changes_it(browser, cast, place):
    path = f"/courses/{cast.course}/{place.format(cy=cast.cy.id)}"
    form = {"open": "0", "username": "di", "role": "teacher"}
    assert [refused(browser, name, path, form) for name in ("bo", "di", "eve")] == [403, 404, 404]
    found = courses.course(cast.cy, cast.course, NOW)
    assert (found.role, found.join_open) == ("student", True)


def test_a_change_needs_the_token(ada, cast):
    assert ada.post(f"/courses/{cast.course}/joining", {"open": "0"}, token=False).status_code == 400
    assert courses.course(cast.ada, cast.course, NOW).join_open


def test_courses_are_made_by_authors_only(browser):
    assert [status(browser, name, "/courses/new") for name in ("ada", "eve", "bo", None)] == [
        200,
        200,
        403,
        "login",
    ]
    assert refused(browser, "bo", "/courses/new", {"title": "Mine", "time_zone": "UTC"}) == 403


def test_a_teacher_of_one_course_is_a_stranger_to_another(browser, cast):
    other = courses.add_course(cast.di, "Geometry", "UTC", NOW)
    assert status(browser, "ada", f"/courses/{other}/people") == 404
    assert refused(browser, "ada", f"/courses/{other}/people", {"username": "ada", "role": "teacher"}) == 404
    assert status(browser, "ada", f"/courses/{cast.course}/people/{cast.di.id}/remove") == 404


def test_many_people_take_no_more_statements_than_few(cast):
    with statements() as few:
        enrolling.people(cast.ada, cast.course, 1)
    for number in range(60):
        joining.join(cast.join_code, f"Student {number}", "127.0.0.1", NOW)
    with statements() as many:
        page = enrolling.people(cast.ada, cast.course, 1)
    assert (len(many), len(page.people.rows), page.people.total) == (len(few), 50, 63)


def test_many_quizzes_take_no_more_statements_than_few(cast):
    with statements() as few:
        courses.course(cast.ada, cast.course, NOW)
        teaching.dashboard(cast.ada, NOW)
    for _ in range(10):
        quizzes.publish(cast.ada, quizzes.create(cast.ada, cast.course, BLUEPRINT, NOW), NOW)
    with statements() as many:
        courses.course(cast.ada, cast.course, NOW)
        teaching.dashboard(cast.ada, NOW)
    assert len(many) == len(few)


def test_a_dashboard_ends_with_the_session(cast):
    accounts.sign_out_everywhere(cast.ada, NOW)
    with pytest.raises(accounts.SignedOut):
        teaching.dashboard(cast.ada, NOW)
    assert teaching.dashboard(Actor(cast.ada.id, cast.ada.epoch + 1), NOW).running
