"""``quiz bank import`` and ``export``, ``quiz publish``, ``quiz report``: from a file to results, on both engines."""

import csv
import json
from io import StringIO

import pytest

from quiz.banks.yaml import read_bank
from quiz.files.shipped import shipped
from quiz.operations import attempts
from tests.cast import BANK, BLUEPRINT, GRACE, NOW
from tests.cli.commands import Shell

QUESTION = "  - id: five\n"


@pytest.fixture
def shell(database_url):
    return Shell(database_url)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "small.yaml"
    path.write_text(BANK, "utf-8")
    return path


def imported(shell, *arguments):
    (bank,) = shell.json("bank", "import", *arguments)["banks"]
    return {name: bank[name] for name in ("new", "changed", "unchanged", "gone", "retired") if bank[name]}


EVERY = ["one", "two", "three", "four", "five"]


def test_what_an_import_does(shell, file):
    assert imported(shell, file, "--dry-run") == {"new": EVERY}
    assert imported(shell, file) == {"new": EVERY}
    assert imported(shell, file) == {"unchanged": EVERY}
    shorter, _, _ = BANK.partition(QUESTION)
    file.write_text(shorter.replace("1 + 1", "one plus one"), "utf-8")
    still = ["two", "three", "four"]
    assert imported(shell, file) == {"changed": ["one"], "unchanged": still, "gone": ["five"]}
    told = shell("bank", "import", file, "--prune").stdout
    assert "small/five: retired" in told
    assert "retired" in shell("bank", "export", "small").stdout


def test_an_error_of_the_rules_keeps_a_question_a_draft_until_it_is_mended(shell, file):
    good = BANK.replace("prompt: Which are even?", "prompt: Which are **NOT** odd?", 1)
    file.write_text(good.replace("text: three", "text: not odd"), "utf-8")
    told = shell("bank", "import", file).stdout
    assert "small: 5 new, 1 as drafts" in told
    assert "small/two: a draft until this is mended: N02 options[1].text: " in told
    assert imported(shell, file) == {"unchanged": EVERY}
    file.write_text(good, "utf-8")
    (bank,) = shell.json("bank", "import", file)["banks"]
    assert (bank["changed"], bank["hindrances"]) == (["two"], [])
    assert "draft" not in shell("bank", "export", "small").stdout


def test_a_folder_holds_banks_beside_other_files(shell, file):
    (file.parent / "paper.yaml").write_text(BLUEPRINT, "utf-8")
    assert imported(shell, file.parent) == {"new": EVERY}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_shipped_banks(shell):
    """In PostgreSQL the demo imports them (test_demo)."""
    slugs = {path.stem for path in shipped("question_banks").glob("*.yaml")}
    assert {bank["bank"] for bank in shell.json("bank", "import", "--shipped")["banks"]} == slugs
    assert len(slugs) >= 4


def test_a_file_with_faults_is_left_out_with_its_lines(shell, file):
    wrong = file.with_name("wrong.yaml")
    wrong.write_text(
        BANK.replace("bank: small", "bank: other").replace("prompt: Which", "promt: Which"), "utf-8"
    )
    result = shell("bank", "import", file, wrong, "--json", code=1)
    document = json.loads(result.stdout)
    assert [bank["bank"] for bank in document["banks"]] == ["small"]
    line = wrong.read_text("utf-8").splitlines().index("    promt: Which are even?") + 1
    assert (str(wrong), line) in {(fault["file"], fault["line"]) for fault in document["errors"]}
    assert f"{wrong}:{line}: other/two:" in shell("bank", "import", wrong, code=1).stderr
    assert "no bank" in shell("bank", "export", "other", code=1).stderr


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"", b"- a list\n", b"format: quiz-bank/9\n"])
def test_a_file_that_is_no_bank(shell, tmp_path, content):
    path = tmp_path / "x.yaml"
    path.write_bytes(content)
    assert str(path) in shell("bank", "import", path, code=1).stderr


def test_import_wants_something_to_import(shell, tmp_path):
    shell("bank", "import", code=2)
    shell("bank", "import", tmp_path / "missing.yaml", code=2)


def test_some_questions_are_exported_in_another_format(shell, file, tmp_path):
    shell("bank", "import", file)
    out, report = tmp_path / "two.xml", tmp_path / "report.json"
    asked = ["bank", "export", "small", "--question", "one", "--question", "small/two"]
    told = shell(*asked, "--to", "moodle-xml", "-o", out, "--report", report)
    assert "lost: evidence" in told.stderr
    assert out.read_text().count("<idnumber>") >= 2
    assert [one["id"] for one in json.loads(report.read_text())["questions"]] == ["one", "two"]
    assert "no question 'six'" in shell("bank", "export", "small", "--question", "six", code=1).stderr
    assert "did you mean" in shell("bank", "export", "small", "--to", "moodlexml", code=2).stderr
    assert "Name a BANK" in shell("bank", "export", code=2).stderr


def test_an_export_reads_back_the_same(shell, file, tmp_path):
    shell("bank", "import", file)
    out = tmp_path / "out.yaml"
    shell("bank", "export", "small", "-o", out)
    assert read_bank(out).questions == read_bank(file).questions
    assert imported(shell, out) == {"unchanged": EVERY}


def test_publish_and_report(shell, cast, tmp_path):
    """Ada's bank serves, as she teaches the course."""
    blueprint = tmp_path / "paper.yaml"
    blueprint.write_text(BLUEPRINT.replace("A small quiz", "Again"), "utf-8")
    made = shell.json("publish", blueprint, "--course", cast.course, PUBLIC_URL="https://quiz.example.org")
    assert made == {
        "id": made["id"],
        "title": "Again",
        "url": f"https://quiz.example.org/quizzes/{made['id']}",
    }
    attempt = attempts.start(cast.bo, made["id"], "", NOW, GRACE)
    attempts.finish(cast.bo, attempt, NOW)
    document = shell.json("report", made["id"])
    assert (document["title"], document["students"], document["finished"]) == ("Again", 2, 1)
    assert [row["state"] for row in document["attempts"]] == ["finished", "not-started"]
    assert [item["facility"] for item in document["items"]] == [0.0] * 5
    rows = list(csv.DictReader(StringIO(shell("report", made["id"], "--format", "csv").stdout)))
    assert [(row["student"], row["state"], row["grade"]) for row in rows] == [
        ("Bo", "finished", "0.0"),
        ("Cy", "not-started", ""),
    ]
    out = tmp_path / "results.csv"
    shell("report", made["id"], "-o", out)
    assert out.read_bytes().count(b"\r\n") == 3


def test_times_in_csv_are_rfc_3339_in_utc(shell, cast):
    attempts.finish(cast.bo, cast.start(), NOW)
    row = next(csv.DictReader(StringIO(shell("report", cast.quiz).stdout)))
    assert (row["started (UTC)"], row["finished (UTC)"]) == ("2026-11-23T09:00:00Z",) * 2


def test_publish_says_that_its_address_is_a_path_where_no_public_address_is_set(shell, cast, tmp_path):
    blueprint = tmp_path / "paper.yaml"
    blueprint.write_text(BLUEPRINT, "utf-8")
    told = shell("publish", blueprint, "--course", cast.course)
    assert "PUBLIC_URL" in told.stderr
    whole = shell("publish", blueprint, "--course", cast.course, PUBLIC_URL="https://quiz.example.org")
    assert "PUBLIC_URL" not in whole.stderr


def test_of_very_many_faults_the_first_are_listed_and_the_others_counted(shell, tmp_path):
    path = tmp_path / "bad.yaml"
    bad = "".join(f"  - {{id: q{number}, type: no_such_type}}\n" for number in range(1000))
    path.write_text("format: quiz-bank/1\nbank: bad\ntitle: Bad\nlanguage: en\nquestions:\n" + bad, "utf-8")
    checked = json.loads(shell("bank", "check", path, "--json", code=1).stdout)
    assert (len(checked["errors"]), checked["more_errors"]) == (200, 2800)
    assert f"{path}: and 2800 more" in shell("bank", "check", path, code=1).stdout
    imported = json.loads(shell("bank", "import", path, "--json", code=1).stdout)
    assert (len(imported["errors"]), imported["more_errors"]) == (200, 2800)
    assert shell("bank", "import", path, code=1).stderr.splitlines()[-1] == "and 2800 more"


def test_what_is_wrong_with_a_blueprint_is_said_with_its_line(shell, cast, tmp_path):
    path = tmp_path / "paper.yaml"
    path.write_text(BLUEPRINT.replace("order:", "ordre:"), "utf-8")
    assert f"{path}:6: " in shell("publish", path, "--course", cast.course, code=1).stderr
    path.write_text(BLUEPRINT.replace("count: 5", "count: 7"), "utf-8")
    told = shell("publish", path, "--course", cast.course, code=1).stderr
    assert str(path) in told
    assert "7" in told
    assert "5" in told
    path.write_text(BLUEPRINT, "utf-8")
    assert "no course 99" in shell("publish", path, "--course", 99, code=1).stderr


def test_a_report_of_no_quiz(shell):
    assert "no quiz 7" in shell("report", 7, code=1).stderr


# Calibrations --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["sqlite"])
def test_calibrations_of_a_table_come_into_the_questions(shell, file, tmp_path):
    shell("bank", "import", file)
    table = tmp_path / "trial.csv"
    table.write_text("item,a,b,c,n,source\nsmall/one,1.2,-0.5,0.2,640,trial\ntwo,,0.3 1.1,,,\n", "utf-8")
    told = {"bank": "small", "dry_run": True, "changed": 2, "unchanged": 0}
    assert shell.json("bank", "calibrate", "small", table, "--dry-run") == told
    assert shell.json("bank", "calibrate", "small", table) == {**told, "dry_run": False}
    questions = read_bank(shell("bank", "export", "small").stdout, "small.yaml").by_id
    one, two = questions["one"].calibration, questions["two"].calibration
    assert (float(one.a), [float(b) for b in one.b], float(one.c), one.n, one.source) == (
        1.2, [-0.5], 0.2, 640, "trial",
    )  # fmt: skip
    assert ([float(b) for b in two.b], two.n) == ([0.3, 1.1], None)
    assert "2 unchanged" in shell("bank", "calibrate", "small", table).stdout


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize(
    "line, fault",
    [
        ("one,-1,0", "trial.csv:3: one, a: -1 is not above 0"),
        ("six,1,0", "trial.csv:3: six: the bank has no such question"),
        ("two,1,0", "trial.csv:3: two: stands twice"),
    ],
)
def test_a_table_with_a_fault_changes_nothing(shell, file, tmp_path, line, fault):
    shell("bank", "import", file)
    table = tmp_path / "trial.csv"
    table.write_text(f"item,a,b\ntwo,1,0.5\n{line}\n", "utf-8")
    assert fault in shell("bank", "calibrate", "small", table, code=1).stderr
    assert "calibration" not in shell("bank", "export", "small").stdout
