"""``quiz demo``: its document for programs (the web contract), starting again, a folder of its own, a wheel's too."""

import json
import os
import re
import shutil
import socket
import sqlite3
import stat
import subprocess
import sys
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from quiz.cli import _demo, _simulation
from quiz.files.shipped import shipped
from quiz.operations import accounts, analysis, courses, enrolling, quizzes, reporting
from tests.cast import ADDRESS, NOW
from tests.cli.commands import Shell
from tests.databases import app_on, dispose
from tests.faults.student import Student
from tests.servers import free_port

BLUEPRINTS = {path.stem for path in shipped("question_banks").glob("blueprints/*.yaml")}
#: Whoever is not in the demo course alone.
COURSES_OF = {
    "admin": [],
    "teacher": sorted([_demo.COURSE, _simulation.SMALL.title]),
    "simulated01": sorted([_demo.COURSE, _simulation.SMALL.title]),
}
BANKS = {path.stem for path in shipped("question_banks").glob("*.yaml")}


def once(folder, database_url=""):
    """Sets a demo up and returns its document."""
    return Shell(database_url).json("demo", "--once", "--data", folder)


@pytest.fixture(scope="module")
def set_up(tmp_path_factory):
    """A demo that has been set up once, to be copied."""
    folder = tmp_path_factory.mktemp("demo") / "demo"
    once(folder)
    return folder


@pytest.fixture
def folder(set_up, tmp_path):
    """The folder of a demo that has been set up once."""
    return shutil.copytree(set_up, tmp_path / "demo")


@contextmanager
def inside(folder, database_url=""):
    """The demo's installation, as operations see it."""
    app = app_on(database_url or f"sqlite:///{folder / 'quiz.db'}")
    with app.app_context():
        yield
    dispose(app)


def demand_complete(document):
    """The document of contracts: who can sign in, the course, a quiz for each blueprint."""
    assert sorted(document) == ["accounts", "course", "quizzes", "url"]
    assert document["url"].startswith("http://127.0.0.1:")
    roles = [account["role"] for account in document["accounts"]]
    assert sorted(roles) == ["administrator", *["student"] * 6, "teacher"]
    assert all(sorted(account) == ["password", "role", "username"] for account in document["accounts"])
    assert len({account["password"] for account in document["accounts"]}) == len(document["accounts"])
    assert sorted(document["course"]) == ["id", "join_code"]
    assert len(document["quizzes"]) == len(BLUEPRINTS) >= len(BANKS) >= 4
    for quiz in document["quizzes"]:
        assert quiz["url"] == f"{document['url']}/quizzes/{quiz['id']}"
        assert quiz["title"]


def test_everything_stays_in_the_folder_and_private(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    once(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name in ("secret", "demo.json"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


def test_a_second_start_goes_on(folder):
    """The same passwords, ids and key; what people changed meanwhile stays as they left it."""
    first = once(folder)
    secret = (folder / "secret").read_text()
    with inside(folder):
        teacher = next(one for one in first["accounts"] if one["role"] == "teacher")
        actor = accounts.sign_in(teacher["username"], teacher["password"], ADDRESS, NOW)
        gone = accounts.find_user("student5")
        enrolling.remove(actor, first["course"]["id"], gone, NOW)
    assert once(folder) == first
    assert (folder / "secret").read_text() == secret
    with inside(folder):
        people = enrolling.people(actor, first["course"]["id"], 1)
        assert gone not in {person.user_id for person in people.people.rows}
        assert len(quizzes.quizzes_of(first["course"]["id"])) == len(BLUEPRINTS)


def test_a_start_that_was_broken_off_is_completed(folder):
    """The folder's notes are gone, the database is not: as after a first start that ended half-way."""
    first = once(folder)
    (folder / "demo.json").unlink()
    second = once(folder)
    assert second["quizzes"] == first["quizzes"]
    assert second["course"] == first["course"]
    with inside(folder):
        for account in second["accounts"]:
            accounts.sign_in(account["username"], account["password"], ADDRESS, NOW)


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_another_database_for_old_notes(database_url, folder):
    """The accounts keep their passwords; what is simulated is the same."""
    first, other = once(folder), once(folder, database_url)
    demand_complete(first)
    demand_complete(other)
    assert other["accounts"] == first["accounts"]
    assert grades(folder, database_url) == grades(folder)
    with inside(folder, database_url):
        for account in first["accounts"]:
            actor = accounts.sign_in(account["username"], account["password"], ADDRESS, NOW)
            titles = [course.title for course in accounts.me(actor).courses]
            assert sorted(titles) == COURSES_OF.get(account["username"], [_demo.COURSE])


def test_a_person_reads_address_accounts_and_quizzes(folder):
    document = once(folder)
    told = Shell("")("demo", "--once", "--data", folder).stdout
    for account in document["accounts"]:
        assert account["username"] in told
        assert account["password"] in told
    assert f"/join/{document['course']['join_code']}" in told
    assert all(quiz["url"] in told for quiz in document["quizzes"])


def test_a_taken_port_is_told(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        told = Shell("")("demo", "--data", tmp_path / "x", "--port", other.getsockname()[1], code=1).stderr
    assert told.startswith("--port: ")
    assert not (tmp_path / "x").exists()


def simulated_quizzes():
    """Titles of the simulated course's quizzes, with their ids."""
    course = next(one for one, title, _ in courses.courses() if title == _simulation.SMALL.title)
    return {title: quiz_id for quiz_id, title, _ in quizzes.quizzes_of(course)}


def test_two_weeks_are_simulated_and_marked_as_such(folder):
    """30 students, at work on many days before now, none of them at night; whatever is made up says so."""
    with inside(folder):
        tables = [reporting.results_table(None, quiz_id, NOW) for quiz_id in simulated_quizzes().values()]
    assert all(table.name.startswith("Simulated") for table in tables)
    rows = [dict(zip(table.header, row, strict=True)) for table in tables for row in table.rows]
    assert {row["state"] for row in rows} == {"finished"}
    assert {row["student"] for row in rows} == {_simulation.name_of(one) for one in range(1, 31)}
    assert {row["attempt"] for row in rows} == {1, 2}
    ends = [row["finished (UTC)"] for row in rows]
    assert 10 <= len({end.date() for end in ends}) <= 14
    assert timedelta(9) < max(ends) - min(ends) < timedelta(14)
    zone = ZoneInfo(_demo.TIME_ZONE)
    assert {end.astimezone(zone).hour for end in ends} <= set(range(8, 21))


def test_the_report_finds_the_planted_faults_and_no_others(folder):
    """As docs/teacher.md lists them."""
    with inside(folder):
        quiz = simulated_quizzes()["Simulated: the solar system, with three bad questions"]
        found = analysis.quiz_report(None, quiz, "first", NOW)
    assert found.attempts == 30
    flags = {one.question: {flag.code for flag in one.flags} for one in found.questions if one.flags}
    assert flags == {
        "demo-flawed/hottest-planet": {"possible-miskey", "negative-discrimination"},
        "demo-flawed/kind-of-body": {"too-easy", "unused-distractor"},
        "demo-flawed/first-landing": {"unused-distractor"},
    }
    levels = {flag.code: flag.level for one in found.questions for flag in one.flags}
    assert levels["possible-miskey"] == levels["too-easy"] == "verdict"
    assert set(flags) == set(_simulation.FAULTS)


def test_the_large_demo(folder):
    """Added to the small one: three courses, sixty students, six weeks, and the planted faults are found there too."""
    Shell("")("demo", "--large", "--once", "--data", folder)
    with inside(folder):
        simulated = {title: known for known, title, _ in courses.courses() if title.startswith("Simulated")}
        found = {
            title: quiz_id for known in simulated.values() for quiz_id, title, _ in quizzes.quizzes_of(known)
        }
        tables = [reporting.results_table(None, quiz_id, NOW) for quiz_id in found.values()]
        again = found["Simulated: the solar system again, with three bad questions"]
        report = analysis.quiz_report(None, again, "first", NOW)
    rows = [dict(zip(table.header, row, strict=True)) for table in tables for row in table.rows]
    assert len(simulated) == 3
    assert len({row["student"] for row in rows}) == 60
    ends = [row["finished (UTC)"] for row in rows if row["attempt"]]  # some miss a quiz
    assert timedelta(37) < max(ends) - min(ends) < timedelta(42)
    assert {one.question for one in report.questions if one.flags} >= set(_simulation.FAULTS)


def test_a_simulation_that_was_broken_off_is_completed(folder):
    """What is there stays, what is missing is added."""
    whole = grades(folder)
    assert len(whole) == 3 * 30 + 10 + 6
    notes = json.loads((folder / "demo.json").read_text())
    del notes["simulated"]
    (folder / "demo.json").write_text(json.dumps(notes))
    with sqlite3.connect(folder / "quiz.db") as database:
        database.execute("DELETE FROM mark WHERE attempt_id > 50")
        database.execute("DELETE FROM answer WHERE attempt_id > 70 OR (attempt_id = 60 AND slot > 5)")
        database.execute("DELETE FROM attempt_slot WHERE attempt_id > 70")
        database.execute("DELETE FROM attempt WHERE id > 70")
        database.execute("UPDATE attempt SET finished_at = NULL, ended_by = NULL, grade = NULL WHERE id > 50")
    database.close()
    once(folder)
    assert grades(folder) == whole


def grades(folder, database_url=""):
    """Each simulated attempt with its grade."""
    with inside(folder, database_url):
        return sorted(
            (title, *row[:2], row[6])
            for title, quiz_id in simulated_quizzes().items()
            for row in reporting.results_table(None, quiz_id, NOW).rows
        )


def environment():
    """A newcomer's environment: nothing of ours in it."""
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}


def test_a_student_takes_a_quiz_with_typed_answers_right_away(folder):
    """The first line is the document, the server then answers; one of the quizzes asks for typed answers."""
    port = free_port()
    command = [sys.executable, "-m", "quiz", "demo", "--json", "--data", folder, "--port", str(port)]
    with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as demo:
        document = json.loads(demo.stdout.readline())
        demand_complete(document)
        account = next(one for one in document["accounts"] if one["role"] == "student")
        student = Student(port, account["username"])
        student.sign_in(account["password"])
        typed = {}
        for quiz in document["quizzes"]:
            student.start(quiz["id"])
            first = student.get(f"/attempts/{student.attempt}/slots/1")
            count = int(re.search(r"Question 1 of (\d+)", first)[1])
            pages = [student.get(f"/attempts/{student.attempt}/slots/{slot}") for slot in range(1, count + 1)]
            typed[quiz["title"]] = sum('autocapitalize="off"' in page for page in pages)
            assert student.save(1, 1, "0")[0] == 200
            student.finish()
        student.close()
        demo.terminate()
        assert demo.stdout.read() == b""
    assert demo.returncode == 0
    assert typed["The four proposals of July 2021"] >= 2  # gaps to type in come on top


@pytest.mark.timeout(300)  # builds a wheel and installs it
def test_a_wheel_alone_is_enough(tmp_path):
    """An empty folder, an environment without this checkout: ``pip install`` of the wheel, then ``quiz demo``."""
    root = Path(__file__).resolve().parents[2]
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path]
    subprocess.run(build, cwd=root, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    target = tmp_path / "installed"
    install = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-qq",
        "--no-deps",
        "--no-index",
        "--target",
        target,
        wheel,
    ]
    subprocess.run(install, check=True, capture_output=True)
    empty = tmp_path / "empty"
    empty.mkdir()
    # what the wheel depends on comes from this environment, the package itself from the wheel
    code = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); from quiz.cli import main; main(prog_name='quiz')"
    )
    command = [sys.executable, "-I", "-c", code, target, "demo", "--once", "--json"]
    ran = subprocess.run(command, cwd=empty, env=environment(), check=True, capture_output=True)
    demand_complete(json.loads(ran.stdout))
    assert [path.name for path in empty.iterdir()] == ["quiz-demo"]
    assert (target / "quiz" / "question_banks").is_dir()
    where = [
        *command[:3],
        "import sys; sys.path.insert(0, sys.argv[1]); import quiz; print(quiz.__file__)",
        target,
    ]
    told = subprocess.run(where, cwd=empty, check=True, capture_output=True, text=True).stdout
    assert Path(told.strip()).is_relative_to(target)
    shutil.rmtree(target)
