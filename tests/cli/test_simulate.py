"""``quiz simulate``: pools from tables and banks, the document, the text, and what is refused in words."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from quiz.cli import main

POOL = Path(__file__).parents[1] / "kernel" / "statistics" / "adaptive-pool.csv"
QUESTION = """\
  - id: q{number}
    type: true_false
    prompt: Is {number} a number?
    answer: true
    topic: {topic}
    difficulty: easy
    level: remember
    points: 1
    timeless: true
"""
BANK = """\
format: quiz-bank/1
bank: numbers
title: Numbers
language: en
perspective: Ours.
licence: CC0-1.0
questions:
"""
BLUEPRINT = """\
format: quiz-blueprint/1
title: Balanced
sections:
  - {bank: numbers, topic: A, count: 9}
  - {bank: numbers, topic: B, count: 3}
"""


@pytest.fixture
def simulate(tmp_path, monkeypatch):
    """Runs the command beside files of these contents; gives exit code, standard output and standard error."""
    monkeypatch.chdir(tmp_path)

    def run(*options, **files):
        for name, text in files.items():
            (tmp_path / name.replace("_", ".")).write_text(text, encoding="utf-8")
        found = CliRunner().invoke(main, ["simulate", *map(str, options)])
        assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
        return found.exit_code, found.stdout, found.stderr

    return run


def test_the_document(simulate):
    options = (POOL, "--seed", 1, "--json", "--examinees", 200, "--most", 12, "--error", 0.4, "--fewest", 5)
    code, out, err = simulate(*options)
    assert (code, err) == (0, "")
    found = json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} in the document"))
    assert (found["algorithm"], found["seed"], found["pool"], found["examinees"]) == (
        "adaptive/1",
        1,
        300,
        200,
    )
    assert abs(found["bias"]) <= 0.05
    assert found["rmse"] == pytest.approx(found["mean_error"], rel=0.1)
    assert found["lengths"][0] >= 5
    assert found["lengths"][1] <= 12
    assert found["mean_length"] == pytest.approx(sum(found["exposure"]["items"].values()))
    assert found["exposure"]["max"] == 1
    assert 0 < found["overlap"] < 1
    assert found["rules"]["minutes"] is None
    assert sum(one["examinees"] for one in found["abilities"]) == 200
    assert simulate(*options)[1] == out


def test_the_text(simulate):
    code, out, _ = simulate(POOL, "--examinees", 50, "--most", 8)
    assert code == 0
    assert out.startswith("50 simulated examinees, 300 calibrated items; abilities by eap\nbias ")
    assert "mean length 8.0 items (from 8 to 8)" in out
    assert "−1.5 to −0.5" in out


def test_a_bank_gives_its_calibrated_questions(simulate):
    calibrated = [
        QUESTION.format(number=n, topic="A") + f"    calibration: {{a: 1.5, b: {n / 4}}}\n" for n in range(6)
    ]
    text = BANK + "".join([*calibrated, QUESTION.format(number=9, topic="B")])
    code, out, err = simulate("numbers.yaml", "--json", "--most", 3, "--examinees", 20, numbers_yaml=text)
    assert (code, err) == (0, "Left out, being without a calibration: 1 of 7 questions.\n")
    assert set(json.loads(out)["exposure"]["items"]) == {f"numbers/q{n}" for n in range(6)}


def test_topics_are_balanced_as_a_blueprint_has_them(simulate):
    options = (POOL, "--blueprint", "b.yaml", "--json", "--most", 8, "--examinees", 20)
    code, out, err = simulate(*options, b_yaml=BLUEPRINT)
    assert (code, err) == (0, "")
    assert json.loads(out)["topics"] == {"A": 0.75, "B": 0.25}


def test_steps_are_parted_by_spaces(simulate):
    text = "item,a,b,c,topic,minutes\nx,1,-1 0 1,,t,2\ny,2,0,0.25,t,\nz,1,0.5,,,\n"
    code, out, _ = simulate("p.csv", "--most", 3, "--examinees", 30, "--json", p_csv=text)
    assert code == 0
    assert json.loads(out)["mean_length"] == 3


@pytest.mark.parametrize(
    "text, told",
    [
        (
            "item,a\nx,1\n",
            "p.csv:1: b: this column is missing – the columns are item, a, b, c, topic, minutes",
        ),
        ("item,a,b,d\nx,1,0,0\n", "p.csv:1: d: there is no such column"),
        ("item,a,b\nx,1,0\ny,0,1\n", "p.csv:3: y, a: 0 is not above 0"),
        ("item,a,b\nx,one,0\n", "p.csv:2: x, a: 'one' is not a number"),
        ("item,a,b\nx,1,\n", "p.csv:2: x, b: needs one location"),
        ("item,a,b,c\nx,1,0 1,0.2\n", "p.csv:2: x, c: stands beside the locations of several steps"),
        ("item,a,b\nx,1,0\nx,1,1\n", "p.csv:3: x: stands twice"),
        ("item,a,b,minutes\nx,1,0,nan\n", "p.csv:2: x, minutes: 'nan' is no time"),
        ("item,a,b\n", "pool: no item is calibrated"),
    ],
)
def test_a_faulty_table_is_told_where(simulate, text, told):
    code, out, err = simulate("p.csv", p_csv=text)
    assert (code, out) == (1, "")
    assert told in err


def test_a_name_in_two_files_and_a_start_upside_down(simulate):
    text = "item,a,b\nx,1,0\n"
    assert "x: stands in two files" in simulate("p.csv", "q.csv", p_csv=text, q_csv=text)[2]
    assert simulate("p.csv", "--start", 1, 0)[0] == 2


def test_a_pool_that_exposure_forbids(simulate):
    code, _, err = simulate(POOL, "--exposure", "sympson-hetter", "--rate", 0.05)
    assert code == 1
    assert "rate: 30 items out of 300 are shown to 0.1 of all on average, above 0.05" in err
    assert "allow more than 0.1, ask for fewer items, or calibrate more" in err
