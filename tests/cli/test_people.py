"""``quiz init``, ``quiz user``, ``quiz course``: an administrator's first steps, on both engines."""

import json
import stat

import pytest

from quiz.db import reading
from quiz.models.people import groups_of
from quiz.operations import accounts, courses, installation, joining
from tests.cast import ADDRESS, NOW, PASSWORD
from tests.cli.commands import Shell
from tests.databases import app_on, dispose

STDIN = f"{PASSWORD}\n"


@pytest.fixture
def shell(database_url):
    return Shell(database_url)


@pytest.fixture
def inside(database_url):
    """The same installation, as operations see it."""
    app = app_on(database_url)
    with app.app_context():
        yield
    dispose(app)


def test_init_makes_the_database_and_the_first_administrator(tmp_path):
    path = tmp_path / "data" / "quiz.db"
    shell = Shell(f"sqlite:///{path}")
    shell("init", "--admin", "eve", "--password-stdin", stdin=STDIN)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert installation.head() in shell("init").output
    (eve,) = shell.json("user", "list")["users"]
    assert (eve["username"], eve["role"], eve["active"]) == ("eve", "administrator", True)
    assert "taken" in shell("init", "--admin", "eve", "--password-stdin", stdin=STDIN, code=1).stderr


def test_init_takes_a_password_only_for_an_administrator(tmp_path):
    shell = Shell(f"sqlite:///{tmp_path / 'quiz.db'}")
    assert "--admin" in shell("init", "--password-stdin", stdin=STDIN, code=2).stderr
    assert not (tmp_path / "quiz.db").exists()


def test_commands_ask_for_init_first(tmp_path):
    shell = Shell(f"sqlite:///{tmp_path / 'quiz.db'}")
    told = shell("user", "list", code=1).stderr
    assert "DATABASE_URL" in told
    assert "quiz init" in told
    assert not (tmp_path / "quiz.db").exists()


def test_commands_ask_for_an_upgrade(shell, inside):
    installation.downgrade("base")
    told = shell("user", "list", code=1).stderr
    assert told.startswith("DATABASE_URL: ")
    assert "quiz init" in told
    shell("init")
    assert shell.json("user", "list") == {"users": []}


def test_users(shell, inside):
    shell("user", "add", "Ada", "--name", "Ada L.", "--role", "author", "--password-stdin", stdin=STDIN)
    accounts.sign_in("ada", PASSWORD, ADDRESS, NOW)
    shell("user", "password", "ada", "--password-stdin", stdin="another long password\n")
    accounts.sign_in("ada", "another long password", ADDRESS, NOW)
    shell("user", "disable", "ada")
    assert "disabled" in shell("user", "list", "--search", "L.").stdout
    shell("user", "enable", "ada")
    shell("user", "role", "ada", "administrator")
    (ada,) = shell.json("user", "list")["users"]
    assert (ada["name"], ada["role"], ada["active"]) == ("Ada L.", "administrator", True)
    assert "administrator" in shell("user", "disable", "ada", code=1).stderr


def test_users_are_all_listed(shell, inside):
    course = courses.add_course(None, "Large", "UTC", NOW)
    code = next(code for known, _, code in courses.courses() if known == course)
    names = {f"Student {number}" for number in range(60)}
    for name in names:
        joining.join(code, name, ADDRESS, NOW)
    assert {user["name"] for user in shell.json("user", "list")["users"]} == names


@pytest.mark.parametrize(
    "arguments,stdin,told",
    [
        (("add", "ada", "--password-stdin"), "short\n", "10 characters"),
        (("add", "a b", "--password-stdin"), STDIN, "spaces"),
        (("password", "ada", "--password-stdin"), STDIN, "'ada'"),
        (("disable", "ada"), None, "'ada'"),
        (("role", "ada", "author"), None, "'ada'"),
    ],
)
def test_what_is_wrong_with_a_user_is_said(shell, arguments, stdin, told):
    assert told in shell("user", *arguments, stdin=stdin, code=1).stderr


def test_a_password_is_never_asked_for_where_nobody_can_type_it(shell):
    assert "--password-stdin" in shell("user", "add", "ada", code=2).stderr


def test_courses(shell):
    shell("user", "add", "ada", "--role", "author", "--password-stdin", stdin=STDIN)
    made = shell.json("course", "add", "Relations", "--time-zone", "Asia/Shanghai", "--teacher", "ada")
    assert shell.json("course", "list") == {"courses": [made]}
    assert made["join_code"] in shell("course", "list").stdout
    assert "reader" in shell("course", "enrol", made["id"], "ada", "--role", "reader").stdout


@pytest.mark.parametrize(
    "arguments,told",
    [
        (("add", "Relations", "--time-zone", "Mars/Olympus"), "time_zone"),
        (("add", "Relations", "--teacher", "nobody"), "--teacher"),
        (("add", " "), "title"),
        (("enrol", "1", "nobody"), "no course 1"),
    ],
)
def test_what_is_wrong_with_a_course_is_said(shell, arguments, told):
    assert told in shell("course", *arguments, code=1).stderr
    assert shell.json("course", "list") == {"courses": []}


def test_a_roster_enrols_everybody_and_makes_the_accounts_that_are_missing(shell, inside, tmp_path):
    shell("user", "add", "ada", "--password-stdin", stdin=STDIN)
    course = shell.json("course", "add", "Relations")["id"]
    roster = tmp_path / "roster.csv"
    roster.write_text('\ufeffusername,name,role\nAda,,teacher\n\nbob,"Bob, B.",\n', "utf-8")
    told = shell.json("course", "roster", roster, "--course", course)
    ada, bob = told["people"]
    assert ada == {"username": "ada", "role": "teacher", "new": False, "password": None}
    assert (told["course"], bob["username"], bob["role"], bob["new"]) == (course, "bob", "student", True)
    assert accounts.sign_in("bob", bob["password"], ADDRESS, NOW)
    assert {one["name"] for one in shell.json("user", "list")["users"]} == {"ada", "Bob, B."}
    again = shell("course", "roster", roster, "--course", course).stdout
    assert again == "ada  teacher\nbob  student\n"


def test_a_roster_with_groups_sets_them_and_one_without_leaves_them(shell, inside, tmp_path):
    course = shell.json("course", "add", "Relations")["id"]
    roster, people = tmp_path / "roster.csv", "username,group\nbob,  Tuesday   early \ncy,Monday\n"
    found = []
    for text in (people, "username\nbob\ncy\n", "username,group\nbob,\ncy,Monday\n"):
        roster.write_text(text)
        shell("course", "roster", roster, "--course", course)
        with reading() as connection:
            found.append(groups_of(connection, course))
    assert found == [("Monday", "Tuesday early"), ("Monday", "Tuesday early"), ("Monday",)]


@pytest.mark.parametrize(
    "text, told",
    [
        ("user,role\n", ["1: ", "unknown column 'user', did you mean 'username'?", "'username' is missing"]),
        ("username,username\n", ["1: ", "stands twice"]),
        ("", ["1: ", "'username' is missing"]),
        (
            "username,role\nbob,techer\nbob,student\n",
            ["2: role: ", "did you mean 'teacher'?", "3: ", "line 2"],
        ),
        ("username\nbob\nb c\neve,x\n", ["3: username: ", "no spaces", "4: ", "2 cells under 1"]),
        ('username\n"bob\n', ["no CSV"]),
        (f"username,group\nbob,{'g' * 81}\n", ["2: group: ", "too long"]),
    ],
)
def test_a_roster_with_faults_changes_nothing(shell, inside, tmp_path, text, told):
    course = shell.json("course", "add", "Relations")["id"]
    (tmp_path / "roster.csv").write_text(text)
    said = shell("course", "roster", tmp_path / "roster.csv", "--course", course, code=1).stderr
    assert [part for part in [f"{tmp_path}/roster.csv:", *told] if part not in said] == []
    assert shell.json("user", "list") == {"users": []}


def test_a_roster_for_no_course_changes_nothing(shell, inside, tmp_path):
    (tmp_path / "roster.csv").write_text("username\nbob\n")
    assert "no course 9" in shell("course", "roster", tmp_path / "roster.csv", "--course", 9, code=1).stderr
    assert shell.json("user", "list") == {"users": []}


def test_a_person_is_handed_out_and_erased(shell, inside, tmp_path):
    shell("user", "add", "fay", "--password-stdin", stdin=STDIN)
    (fay,) = shell.json("user", "list", "--search", "fay")["users"]
    target = tmp_path / "fay.json"
    shell("user", "export", "fay", "-o", str(target))
    assert [one["username"] for one in json.loads(target.read_text())["account"]] == ["fay"]
    assert "name one person" in shell("user", "erase", code=2).stderr
    assert "not both" in shell("user", "erase", "fay", "--idle-days", "1", "--yes", code=2).stderr
    asked = shell("user", "erase", "--id", str(fay["id"]), stdin="n\n", code=1)
    assert "fay" in asked.output
    assert "Aborted" in asked.stderr
    assert "1 erased" in shell("user", "erase", "--id", str(fay["id"]), "--yes").output
    assert "nobody" in shell("user", "export", "fay", code=1).stderr
    assert "0 erased" in shell("user", "erase", "--idle-days", "1", "--yes").output
