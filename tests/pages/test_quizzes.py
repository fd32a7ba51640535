"""Making, changing and publishing a quiz in the browser."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from quiz.operations import attempts, authoring, banks, courses, enrolling, importing, quizzes
from tests.cast import BANK, BLUEPRINT, GRACE, NOW
from tests.pages.doors import field_error, refused, status

GREEDY = BLUEPRINT.replace("count: 5", "count: 7")


@pytest.fixture
def engine():
    """SQLite alone: what these pages ask of a database, tests/operations/test_quizzes.py asks of both."""
    return "sqlite"


@pytest.fixture
def ada(browser):
    return browser("ada")


def form_of(browser, path):
    """The fields of the page with the blueprint as a text, as a browser would send them unchanged."""
    browser.get(f"{path}?as=text")
    form = browser.page.main.find("form", action=lambda to: to.partition("?")[0] == path, method="post")
    fields = {
        field["name"]: field.get("value", "")
        for field in form.find_all("input")
        if field.get("type") != "checkbox"
    }
    for box in form.find_all("input", {"type": "checkbox"}):
        fields.setdefault(box["name"], [])
        if box.has_attr("checked"):
            fields[box["name"]].append(box["value"])
    for area in form.find_all("textarea"):
        fields[area["name"]] = area.get_text().removeprefix("\r\n")
    for select in form.find_all("select"):
        fields[select["name"]] = select.find("option", selected=True)["value"]
    return fields


def stored(cast, quiz=None):
    return quizzes.manage(cast.ada, quiz or cast.quiz)


def table(browser, title=None):
    """The cells of the last table on the page, or of the section with this title."""
    place = browser.page.find("section", {"aria-labelledby": title}) if title else browser.page
    rows = place.find_all("tbody")[-1].find_all("tr")
    return [[cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])] for row in rows]


# Make ------------------------------------------------------------------------------------------------------------


def test_the_starter_blueprint_makes_a_quiz_at_once(ada, cast):
    path = f"/courses/{cast.course}/quizzes/new"
    form = form_of(ada, path)
    assert "bank: small" in form["blueprint"]
    answer = ada.post(path, form)
    assert answer.status_code == 303
    ada.get(answer.headers["Location"])
    assert ada.title == "A small bank"
    assert "Draft" in ada.text


def test_a_teacher_without_banks_is_told_so(browser, cast):
    course = courses.add_course(cast.di, "Geometry", "UTC", NOW)
    di = browser("di")
    di.get(f"/courses/{course}/quizzes/new")
    assert "Import a bank first" in di.text
    assert di.page.find("textarea").get_text().strip().startswith("format: quiz-blueprint/1")


def test_the_blueprint_can_begin_with_one_bank(ada, cast):
    bank = authoring.add_bank(cast.ada, "aaa", 'Kitchen: "hot" things', "en", NOW)
    authoring.save_question(cast.ada, bank, None, 0, STATEMENT, NOW)
    path = f"/courses/{cast.course}/quizzes/new"
    ada.get(f"{path}?start=bank:aaa")
    form = {"blueprint": ada.page.find("textarea").get_text().removeprefix("\r\n")}
    assert ada.page.find("option", selected=True).get_text() == 'Kitchen: "hot" things'
    assert "small" not in form["blueprint"]
    ada.get(ada.post(path, form).headers["Location"])
    assert ada.title == 'Kitchen: "hot" things'


STATEMENT = {
    "type": "true_false",
    "prompt": "Water boils.",
    "answer": True,
    "timeless": True,
}


def test_a_shipped_blueprint_can_be_taken(ada, cast):
    ada.get(f"/courses/{cast.course}/quizzes/new?start=membership")
    assert "bank: membership" in ada.page.find("textarea").get_text()
    assert ada.page.find("option", selected=True)["value"] == "membership"
    ada.get(f"/courses/{cast.course}/quizzes/new?start=../../etc/passwd")
    assert "bank: small" in ada.page.find("textarea").get_text()


def test_faults_are_listed_with_their_lines_and_the_text_is_kept(ada, cast):
    text = BLUEPRINT.replace("order: shuffled", "ordr: shuffled").replace("limit: 20", "limit: forty")
    path = f"/courses/{cast.course}/quizzes/new"
    ada.get(path)
    assert ada.post(path, {"blueprint": text}).status_code == 422
    lines = text.split("\n")
    found = [(lines[int(row[0]) - 1].strip(), row[1], row[2]) for row in table(ada)]
    assert {line for line, *_ in found} == {"ordr: shuffled", "limit: forty"}
    assert any("order" in what + mend for _, what, mend in found)
    assert ada.page.find("textarea").get_text().removeprefix("\r\n") == text
    assert "2 faults, listed below." in field_error(ada.page, "blueprint")


def test_an_unknown_bank_is_named(ada, cast):
    path = f"/courses/{cast.course}/quizzes/new"
    ada.get(path)
    assert ada.post(path, {"blueprint": BLUEPRINT.replace("bank: small", "bank: big")}).status_code == 422
    assert "there is no bank 'big' that you may use" in ada.text


def test_what_the_banks_do_not_hold_stands_in_a_table(ada, cast):
    path = f"/courses/{cast.course}/quizzes/new"
    ada.get(path)
    assert ada.post(path, {"blueprint": GREEDY}).status_code == 409
    row = table(ada)[0]
    assert row[0].startswith("section Sums")
    assert row[1:] == ["7", "5", "2", "2026-11-23"]
    assert ada.page.find("textarea").get_text().removeprefix("\r\n") == GREEDY


def test_an_empty_blueprint_is_refused_at_the_field(ada, cast):
    path = f"/courses/{cast.course}/quizzes/new"
    ada.get(path)
    assert ada.post(path, {"blueprint": ""}).status_code == 422
    assert "Write a blueprint." in field_error(ada.page, "blueprint")


def test_extra_fields_decide_nothing(ada, cast):
    path = f"/courses/{cast.course}/quizzes/new"
    other = courses.add_course(cast.di, "Geometry", "UTC", NOW)
    form = form_of(ada, path) | {
        "course_id": str(other),
        "created_by": str(cast.di.id),
        "revision": "7",
        "id": "99",
    }
    quiz = int(ada.post(path, form).headers["Location"].split("/")[2])
    assert (stored(cast, quiz).course_id, stored(cast, quiz).revision) == (cast.course, None)


# Change ----------------------------------------------------------------------------------------------------------


def test_saving_the_form_unchanged_changes_nothing(ada, cast):
    sheet = replace(
        stored(cast).sheet,
        opens_at=datetime(2026, 11, 23, 8, 0, 30, tzinfo=UTC),
        closes_at=datetime(2026, 12, 24, 23, 59, 59, tzinfo=UTC),
        attempts_allowed=3,
        access_code="open sesame",
        review={"during": [], "after": ["grade"], "later": ["attempt", "marks"], "closed": []},
    )
    quizzes.edit(cast.ada, cast.quiz, 1, sheet, BLUEPRINT, NOW)
    path = f"/quizzes/{cast.quiz}/edit"
    assert ada.post(path, form_of(ada, path)).status_code == 303
    assert stored(cast).sheet == sheet
    assert stored(cast).blueprint_text == BLUEPRINT
    assert stored(cast).edits == 3


def test_the_foot_names_the_zone_in_which_times_are_typed(ada, cast):
    """Also to somebody who has chosen another one for what they read."""
    ada.post("/account/preferences", {"theme": "auto", "time_zone": "Europe/Berlin"})
    ada.get(f"/quizzes/{cast.quiz}/edit")
    assert "Asia/Shanghai" in ada.page.footer.get_text()
    ada.get(f"/quizzes/{cast.quiz}/results")
    assert "Europe/Berlin" in ada.page.footer.get_text()


def test_everything_can_be_changed_and_dates_are_the_courses(ada, cast):
    path = f"/quizzes/{cast.quiz}/edit"
    form = form_of(ada, path) | {
        "title": "  Sums & more ",
        "opens_at": "2026-12-01T09:00",
        "closes_at": "2026-12-02T18:30",
        "limit_minutes": " 45 ",
        "attempts_allowed": "2",
        "grading": "average",
        "pass_grade": "62,5",
        "access_code": "abc",
        "review_after": ["grade"],
        "review_later": [],
        "blueprint": BLUEPRINT.replace("count: 5", "count: 4"),
    }
    assert ada.post(path, form).status_code == 303
    sheet = stored(cast).sheet
    assert sheet.title == "Sums & more"
    assert sheet.opens_at == datetime(2026, 12, 1, 1, 0, tzinfo=UTC)  # Shanghai is eight hours ahead
    assert sheet.closes_at == datetime(2026, 12, 2, 10, 30, tzinfo=UTC)
    assert (sheet.limit_minutes, sheet.attempts_allowed, sheet.grading) == (45, 2, "average")
    assert (sheet.pass_grade, sheet.access_code) == (62.5, "abc")
    assert (sheet.review["after"], sheet.review["later"]) == (["grade"], [])
    assert len(sheet.review["closed"]) == 8
    ada.get(path)
    assert ada.page.find("input", {"name": "opens_at"})["value"] == "2026-12-01T09:00"
    assert "The blueprint has changed since" in ada.text


def test_a_new_limit_moves_the_deadline_of_open_attempts(ada, cast):
    attempt = cast.start()
    path = f"/quizzes/{cast.quiz}/edit"
    ada.post(path, form_of(ada, path) | {"limit_minutes": "60"})
    assert attempts.page(cast.bo, attempt, 1, NOW).due_at == NOW + timedelta(minutes=60)


@pytest.mark.parametrize(
    "name, value, words",
    [
        ("title", "", "Enter a title."),
        ("title", "x" * 201, "too long"),
        ("limit_minutes", "forty", "Write a whole number in figures"),
        ("limit_minutes", "0", "write 1 or more"),
        ("attempts_allowed", "1.5", "Write a whole number in figures"),
        ("attempts_allowed", "99999999999999999999", "write 1 or more"),
        ("pass_grade", "half", "Write a number in figures"),
        ("pass_grade", "101", "write 0 to 100"),
        ("pass_grade", "nan", "write 0 to 100"),
        ("access_code", "x" * 81, "too long"),
        ("opens_at", "tomorrow", "Write a day and a time"),
        ("closes_at", "2026-11-30T09:00", "the quiz closes before it opens"),
        ("closes_at", "2026-11-01T09:00", "This moment is past"),
        ("grading", "best", "Not a valid choice"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_what_was_typed_is_kept(ada, cast, name, value, words):
    path = f"/quizzes/{cast.quiz}/edit"
    form = form_of(ada, path) | {"opens_at": "2026-12-01T09:00", "access_code": "kept", name: value}
    assert ada.post(path, form).status_code == 422
    assert words in field_error(ada.page, name)
    if name != "grading":
        assert ada.page.find("input", {"name": name}).get("value", "") == value
    if name != "access_code":
        assert ada.page.find("input", {"name": "access_code"})["value"] == "kept"
    assert (stored(cast).edits, stored(cast).sheet.access_code) == (1, None)


def test_a_time_that_the_clocks_leave_out_is_refused(browser, cast):
    course = courses.add_course(cast.ada, "Berlin", "Europe/Berlin", NOW)
    path = f"/quizzes/{quizzes.create(cast.ada, course, BLUEPRINT, NOW)}/edit"
    ada = browser("ada")
    assert ada.post(path, form_of(ada, path) | {"opens_at": "2027-03-28T02:30"}).status_code == 422
    assert "does not exist on that day" in field_error(ada.page, "opens_at")
    assert ada.post(path, form_of(ada, path) | {"opens_at": "2027-03-28T03:30"}).status_code == 303


def test_faults_of_sheet_and_blueprint_are_shown_together(ada, cast):
    path = f"/quizzes/{cast.quiz}/edit"
    form = form_of(ada, path) | {
        "limit_minutes": "0",
        "blueprint": BLUEPRINT.replace("count: 5", "count: many"),
    }
    assert ada.post(path, form).status_code == 422
    assert "write 1 or more" in field_error(ada.page, "limit_minutes")
    assert "One fault, listed below." in field_error(ada.page, "blueprint")
    assert "count: many" in ada.page.find("textarea").get_text()


def test_a_shortfall_keeps_the_old_quiz(ada, cast):
    path = f"/quizzes/{cast.quiz}/edit"
    assert ada.post(path, form_of(ada, path) | {"blueprint": GREEDY, "title": "Greedy"}).status_code == 409
    assert [row[1:] for row in table(ada)] == [["7", "5", "2", "2026-11-23"]]
    assert stored(cast).sheet.title == "A small quiz"


def test_the_second_of_two_editors_sees_both_and_loses_nothing(browser, cast):
    enrolling.enrol(cast.ada, cast.course, "di", "teacher", NOW)
    banks.share(cast.ada, banks.find_bank("small"), "di", "use", NOW)
    ada, di = browser("ada"), browser("di")
    path = f"/quizzes/{cast.quiz}/edit"
    mine, theirs = form_of(ada, path), form_of(di, path)
    assert di.post(path, theirs | {"title": "Di's title", "limit_minutes": "33"}).status_code == 303
    assert ada.post(path, mine | {"title": "Ada's title", "pass_grade": "77"}).status_code == 409
    assert table(ada, "h-conflict") == [
        ["Title", "Di's title", "Ada's title"],
        ["Time limit in minutes", "33", "20"],
        ["Grade to pass", "50.0", "77.0"],
    ]
    assert ada.page.find("input", {"name": "title"})["value"] == "Ada's title"
    assert stored(cast).sheet.title == "Di's title"
    again = {
        field["name"]: field.get("value", "")
        for field in ada.page.main.find_all("input")
        if field.get("type") != "checkbox"
    }
    assert ada.post(path, mine | again).status_code == 303
    assert (stored(cast).sheet.title, stored(cast).sheet.pass_grade) == ("Ada's title", 77)


@pytest.mark.parametrize("edits", ["", "0", "999", "x", "1 or 1=1", "9" * 30])
def test_a_form_without_a_true_number_of_edits_is_a_conflict(ada, cast, edits):
    path = f"/quizzes/{cast.quiz}/edit"
    assert ada.post(path, form_of(ada, path) | {"edits": edits, "title": "Mine"}).status_code == 409
    assert stored(cast).sheet.title == "A small quiz"


# Publish ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def draft(cast):
    return quizzes.create(cast.ada, cast.course, BLUEPRINT.replace("A small quiz", "Draft"), NOW)


def test_the_checklist_says_what_publishing_does_and_publishes_nothing(ada, cast, draft):
    ada.get(f"/quizzes/{draft}/publish")
    assert ada.title == "Draft can be published"
    for words in (
        "5 questions",
        "A small bank",
        "out of 100",
        "It is open as soon as it is published.",
        "It never closes",
        "20 minutes",
    ):
        assert words in ada.text.replace("\xa0", " ")
    assert stored(cast, draft).revision is None


def test_one_question_is_counted_in_the_singular(ada, cast):
    one = quizzes.create(cast.ada, cast.course, BLUEPRINT.replace("count: 5", "count: 1"), NOW)
    ada.get(f"/quizzes/{one}/publish")
    assert "Each student gets a paper of one question." in ada.text


def test_publishing_shows_the_quiz_to_students(ada, browser, cast, draft):
    bo = browser("bo")
    assert bo.get(f"/quizzes/{draft}").status_code == 404
    ada.get(f"/quizzes/{draft}/publish")
    answer = ada.post(f"/quizzes/{draft}/publish")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/quizzes/{draft}/results")
    assert bo.get(f"/quizzes/{draft}").status_code == 200
    ada.get(f"/quizzes/{draft}/publish")
    assert "publishing again changes nothing for students" in ada.text


def test_what_has_become_short_since_is_in_the_way(ada, cast, draft):
    question = BANK[BANK.index("  - id: five") :]
    importing.import_bank(cast.ada, BANK.replace(question, ""), "small.yaml", NOW, prune=True)
    ada.get(f"/quizzes/{draft}/publish")
    assert ada.title == "Draft cannot be published yet"
    assert table(ada)[0][1:] == ["5", "4", "1", "2026-11-23"]
    assert not ada.page.main.find("form")
    assert ada.post(f"/quizzes/{draft}/publish").status_code == 409
    assert ada.title == "Draft cannot be published yet"
    assert stored(cast, draft).revision is None


def test_a_bank_that_is_no_longer_shared_is_named(browser, cast):
    bank = banks.find_bank("small")
    banks.share(cast.ada, bank, "di", "use", NOW)
    course = courses.add_course(cast.di, "Geometry", "UTC", NOW)
    quiz = quizzes.create(cast.di, course, BLUEPRINT, NOW)
    banks.share(cast.ada, bank, "di", "none", NOW)
    di = browser("di")
    di.get(f"/quizzes/{quiz}/publish")
    assert "A bank is missing: small." in di.text
    assert di.post(f"/quizzes/{quiz}/publish").status_code == 422
    assert "A bank is missing: small." in di.text


def test_the_days_on_which_supply_changes_are_looked_at(ada, cast, draft):
    dated = BANK.replace(
        "    timeless: true\n    prompt: How much is 1 + 1?",
        "    valid: {to: 2026-12-03}\n    prompt: How much is 1 + 1?",
    )
    importing.import_bank(cast.ada, dated, "small.yaml", NOW)
    ada.get(f"/quizzes/{draft}/publish")
    assert ada.title == "Draft cannot be published yet"
    assert table(ada)[0][1:] == ["5", "4", "1", "2026-12-03"]
    path = f"/quizzes/{draft}/edit"
    assert ada.post(path, form_of(ada, path) | {"closes_at": "2026-12-02T20:00"}).status_code == 303
    ada.get(f"/quizzes/{draft}/publish")
    assert ada.title == "Draft can be published"


# Doors -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/courses/{course}/quizzes/new", "/quizzes/{quiz}/edit", "/quizzes/{quiz}/publish"]
)
def test_quizzes_are_made_by_who_teaches(browser, cast, path):
    found = path.format(course=cast.course, quiz=cast.quiz)
    student = 403 if "new" in path else 404
    people = ("ada", "bo", "di", "eve", None)
    assert [status(browser, name, found) for name in people] == [200, student, 404, 404, "login"]
    assert [refused(browser, name, found, {"blueprint": BLUEPRINT}) for name in ("bo", "di", "eve")] == [
        student,
        404,
        404,
    ]
    assert (stored(cast).revision, stored(cast).edits) == (1, 1)
    assert len(courses.course(cast.ada, cast.course, NOW).quizzes) == 1


def test_guessing_an_access_code_ends_with_a_wait(browser, cast):
    quizzes.edit(cast.ada, cast.quiz, 1, replace(stored(cast).sheet, access_code="sesame"), BLUEPRINT, NOW)
    bo = browser("bo")
    answers = [
        bo.post(f"/quizzes/{cast.quiz}/attempts", {"access_code": f"guess {number}"}) for number in range(11)
    ]
    assert [answer.status_code for answer in answers] == [403] * 10 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 3601


def test_access_codes_are_not_shown_to_readers(browser, cast):
    enrolling.enrol(cast.ada, cast.course, "eve", "reader", NOW)
    quizzes.edit(cast.ada, cast.quiz, 1, replace(stored(cast).sheet, access_code="sesame"), BLUEPRINT, NOW)
    eve = browser("eve")
    for path in (f"/courses/{cast.course}", f"/quizzes/{cast.quiz}", f"/quizzes/{cast.quiz}/results"):
        assert "sesame" not in eve.get(path).text
    assert eve.get(f"/quizzes/{cast.quiz}/edit").status_code == 403
    assert attempts.start(cast.bo, cast.quiz, "sesame", NOW, GRACE)
