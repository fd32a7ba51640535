"""``quiz score``: responses in, scores out, a line each."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from quiz.cli import main
from tests.pictures import SVG

BANK = """\
format: quiz-bank/1
bank: b
title: T
questions:
  - {id: single, type: single_choice, prompt: P, timeless: true, points: 2,
     options: [{text: A, credit: 1, feedback: Yes!}, {text: B, credit: 0.3333333}, {text: C, credit: -0.25}]}
  - {id: many, type: multiple_response, prompt: P, timeless: true,
     options: [{text: A, correct: true}, {text: B}, {text: C, correct: true}, D]}
  - {id: truth, type: true_false, prompt: P, timeless: true, answer: false, feedback_true: No.}
  - {id: text, type: short_text, prompt: P, timeless: true, penalty: 0.1, answers: [Shanghai, {text: "*hai", credit: 0.5}]}
  - {id: number, type: numerical, prompt: P, timeless: true, feedback: {wrong: Look again.},
     answers: [{value: 1234.5, tolerance: 0.5}]}
  - {id: pairs, type: matching, prompt: P, timeless: true, distractors: [Tehran],
     pairs: [{stem: KZ, choice: Astana}, {stem: TJ, choice: Dushanbe}, {stem: UZ, choice: Tashkent}]}
  - {id: order, type: ordering, prompt: P, timeless: true, scoring: pairwise, items: [A, B, C, D]}
  - id: gaps
    type: cloze
    prompt: P
    timeless: true
    text: In [[1]] in [[2]]; [[3]] and [[4]].
    gaps:
      1: {type: single_choice, options: [{text: Shanghai, correct: true}, {text: Astana, feedback: Not there.}]}
      2: {type: numerical, weight: 2, answers: [2001]}
      3: {type: short_text, answers: [Russian, Chinese]}
      4: {type: short_text, answers: [Russian, Chinese]}
    interchangeable: [["3", "4"]]
  - id: spots
    type: hotspot
    prompt: P
    timeless: true
    image: {file: images/spots.svg, alt: A, width: 10, height: 10}
    regions: [{id: a, label: A, shape: rect, coords: [0, 0, 4, 4], correct: true}, {id: b, label: B, shape: circle, coords: [7, 7, 2], correct: true}, {id: c, label: C, shape: rect, coords: [6, 0, 9, 4]}]
"""


def beside(folder):
    """Puts the image of the bank beside it."""
    (folder / "images").mkdir()
    (folder / "images" / "spots.svg").write_bytes(SVG)


@pytest.fixture
def score(tmp_path):
    """Scores these lines; gives exit code and the lines that came out."""
    beside(tmp_path)

    def run(*lines, bank=BANK):
        (tmp_path / "b.yaml").write_text(bank)
        written = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        (tmp_path / "r.jsonl").write_text("\n".join(written) + "\n")
        found = CliRunner().invoke(main, ["score", str(tmp_path / "b.yaml"), str(tmp_path / "r.jsonl")])
        assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
        return found.exit_code, [json.loads(line) for line in found.stdout.splitlines()]

    return run


@pytest.mark.parametrize(
    "question, response, fraction",
    [
        ("single", "a", 1), ("single", "b", 1 / 3), ("single", "c", -0.25), ("single", None, 0), ("b/single", "a", 1),
        ("many", ["a", "c"], 1), ("many", ["c"], 0.5), ("many", ["a", "b"], 0), ("many", ["a", "b", "c"], 0.5),
        ("many", [], 0), ("many", None, 0),
        ("truth", False, 1), ("truth", True, 0), ("truth", None, 0),
        ("text", "  shanghai", 1), ("text", "Mumbhai", 0.5), ("text", "x", 0), ("text", "", 0), ("text", None, 0),
        ("number", "1.234,5", 1), ("number", "1,235", 0), ("number", "1235", 1), ("number", "x", 0), ("number", None, 0),
        ("pairs", {"1": "a", "2": "b", "3": "c"}, 1), ("pairs", {"1": "a", "2": "d"}, 1 / 3), ("pairs", {"1": "a", "2": None}, 1 / 3),
        ("pairs", {"1": "b", "2": "b", "3": "b"}, 1 / 3), ("pairs", {}, 0), ("pairs", None, 0),
        ("order", [*"abcd"], 1), ("order", [*"bacd"], 5 / 6), ("order", [*"dcba"], 0), ("order", [*"ab"], 1 / 6), ("order", [], 0), ("order", None, 0),
        ("gaps", {"1": "a", "2": "2001", "3": "chinese", "4": "Russian"}, 1), ("gaps", {"2": " 2001 "}, 0.4),
        ("spots", [[4, 4], "b"], 1), ("spots", [[0, 0], [1, 1]], 0.5), ("spots", ["a", "c"], 0), ("spots", [[5, 5], [7, 9]], 0), ("spots", [], 0), ("spots", None, 0),
        ("gaps", {"1": "b", "3": "Russian", "4": "russian"}, 0.2), ("gaps", {"1": None}, 0), ("gaps", None, 0),
    ],
)  # fmt: skip
def test_fractions(score, question, response, fraction):
    code, (out,) = score({"question": question, "response": response})
    assert code == 0
    assert out["question"] == question
    assert out["fraction"] == fraction


def test_a_line(score):
    code, (out,) = score({"question": "single", "response": "a"})
    assert (code, out) == (0, {"question": "single", "fraction": 1.0, "score": 2.0, "max": 2.0, "parts": {},
                               "feedback": ["Yes!"], "answer": "A", "response": "A"})  # fmt: skip
    _, (out,) = score({"question": "many", "response": ["c", "b"]})
    assert out["parts"] == {"b": -0.5, "c": 0.5}
    assert (out["answer"], out["response"]) == ("A; C", "B; C")
    _, (out,) = score({"question": "number", "response": "9"})
    assert out["feedback"] == ["Look again."]
    _, (out,) = score({"question": "pairs", "response": {"3": "c", "1": "b"}})
    assert out["parts"] == {"1": 0, "2": 0, "3": 1}
    assert (out["answer"], out["response"]) == (
        "KZ → Astana; TJ → Dushanbe; UZ → Tashkent",
        "KZ → Dushanbe; UZ → Tashkent",
    )
    _, (out,) = score({"question": "order", "response": ["b", "a"]})
    assert (out["parts"], out["answer"], out["response"]) == ({}, "A → B → C → D", "B → A")
    _, (out,) = score({"question": "gaps", "response": {"1": "b", "3": "Chinese"}})
    assert out["parts"] == {"1": 0, "2": 0, "3": 1, "4": 0}
    assert out["feedback"] == ["Not there."]
    assert (out["answer"], out["response"]) == (
        "1: Shanghai; 2: 2001; 3: Russian; 4: Chinese",
        "1: Astana; 3: Chinese",
    )


@pytest.mark.parametrize("question, response", [("single", "z"), ("single", 0), ("single", ["a"]), ("single", True), ("many", "a"), ("many", ["z"]), ("many", [1]), ("truth", "true"), ("truth", 1), ("text", 5), ("number", 8), ("number", ["8"]), ("nothing", "a"), (None, "a"), (["single"], "a"), ("pairs", {"9": "a"}), ("pairs", {"1": "z"}), ("pairs", ["a"]), ("order", [*"aba"]), ("order", ["z"]), ("order", "a"), ("gaps", {"9": "x"}), ("gaps", {"1": "z"}), ("gaps", {"2": 2001}), ("gaps", "x"), ("spots", ["z"]), ("spots", [[1]]), ("spots", [[11, 0]]), ("spots", [[10**400, 0]]), ("spots", ["a", "b", "c"]), ("spots", "a")])  # fmt: skip
def test_what_cannot_be_scored_is_an_error_and_the_others_are_scored(score, question, response):
    code, (bad, good) = score(
        {"question": question, "response": response}, {"question": "single", "response": "a"}
    )
    assert code == 1
    assert set(bad) == {"question", "error"}
    assert bad["question"] == question
    assert good["fraction"] == 1


@pytest.mark.parametrize(
    "line, words",
    [
        ("nope", "not JSON"),
        ("[1]", "not an object"),
        ("[" * 5000, "not JSON"),
        ('{"question": "single"}', "'response' is missing"),
        ('{"question": "single", "respons": "a"}', "did you mean 'response'?"),
        ('{"question": "single", "response": "a", "variant": "KZ"}', "has no variants"),
        ('{"question": "single", "response": "a", "certainty": 4}', "none of 1, 2, 3"),
        ('{"question": "single", "response": "a", "certainty": true}', "none of 1, 2, 3"),
        ('{"question": "single", "response": "a", "hints": 1}', "goes with 'tries'"),
        ('{"question": "single", "tries": []}', "not a list of responses"),
        (
            '{"question": "single", "tries": ["a"], "mode": "countback", "hints": 1}',
            "goes with the mode interactive",
        ),
        ('{"question": "single", "tries": ["a"], "mode": "x"}', "none of interactive"),
        ('{"question": "single", "tries": ["a"], "hints": -1}', "not a whole number"),
        ('{"question": "single", "tries": ["a"], "response": "a"}', "exclude each other"),
        ('{"question": "single", "tries": ["z"]}', "no option 'z'"),
        ('{"question": "singel", "response": "a"}', "did you mean 'single'?"),
    ],
)
def test_a_wrong_line_says_why(score, line, words):
    code, (out,) = score(line)
    assert code == 1
    assert words in out["error"]


@pytest.mark.parametrize(
    "question, response, certainty, cbm",
    [("single", "a", 3, 3), ("single", "b", 3, 1), ("single", "c", 3, -6), ("truth", True, 2, -2), ("truth", True, 1, 0),
     ("truth", None, 3, 0), ("text", "  ", 3, 0), ("many", [], 3, 0), ("single", "a", None, 1), ("pairs", {"1": "a"}, 3, 1), ("pairs", {"1": None}, 3, 0), ("order", [], 3, 0), ("gaps", {"2": " "}, 3, 0)],
)  # fmt: skip
def test_certainty(score, question, response, certainty, cbm):
    _, (out,) = score({"question": question, "response": response, "certainty": certainty})
    assert out["cbm"] == cbm
    plain = score({"question": question, "response": response})[1][0]
    assert "cbm" not in plain
    assert {**out, "cbm": None} == {**plain, "cbm": None}


@pytest.mark.parametrize(
    "line, fraction, last",
    [
        ({"question": "truth", "tries": [True, False]}, 2 / 3, 1),
        ({"question": "truth", "tries": [False], "hints": 1}, 2 / 3, 1),
        ({"question": "text", "tries": ["x", "y", "shanghai"]}, 0.8, 1),
        ({"question": "text", "tries": ["shanghai", "x"]}, 0, 0),
        ({"question": "text", "tries": ["Mumbhai", "x"], "mode": "adaptive"}, 0.5, 0),
        ({"question": "text", "tries": ["x", "x", "shanghai"], "mode": "adaptive"}, 0.9, 1),
        ({"question": "text", "tries": ["x", " ", "x", "shanghai"], "mode": "adaptive"}, 0.9, 1),
        ({"question": "many", "tries": [[], ["a", "c"]], "mode": "countback"}, 2 / 3, 1),
        ({"question": "truth", "tries": [None]}, 0, 0),
        ({"question": "single", "tries": ["c"]}, 0, -0.25),
        ({"question": "single", "tries": ["c", "a"], "mode": "countback"}, 2 / 3, 1),
        ({"question": "many", "tries": [["a", "b"], ["a", "c"]], "mode": "countback"}, 5 / 6, 1),
        (
            {"question": "gaps", "tries": [{"1": "a"}, {"1": "a", "2": "2001"}], "mode": "countback"},
            7 / 15,
            3 / 5,
        ),
    ],
)
def test_tries(score, line, fraction, last):
    code, (out,) = score(line)
    assert code == 0
    assert (out["fraction"], out["fraction_last"]) == (fraction, last)
    assert out["score"] == fraction * out["max"]


def test_blank_lines_are_passed_over_and_a_wrong_bank_is_told(score, tmp_path):
    assert score("", {"question": "single", "response": "a"}, "  ")[0] == 0
    (tmp_path / "bad.yaml").write_text(BANK.replace("answer: false", "answer: maybe"))
    found = CliRunner().invoke(main, ["score", str(tmp_path / "bad.yaml"), "-"], input="")
    assert found.exit_code == 1
    assert f"{tmp_path / 'bad.yaml'}:9: b/truth: answer:" in found.stderr
    assert found.stdout == ""


def test_half_of_a_surrogate_pair_comes_out_as_it_came_in(score):
    code, (out,) = score('{"question": "text", "response": "\\ud800"}')
    assert (code, out["fraction"], out["response"]) == (0, 0, "\ud800")


def test_standard_input_is_scored_as_it_comes(tmp_path):
    """Each line is answered before the next is written: nothing is read ahead."""
    beside(tmp_path)
    (tmp_path / "b.yaml").write_text(BANK)
    command = [sys.executable, "-m", "quiz", "score", str(tmp_path / "b.yaml"), "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as process:
        for response, fraction in (("a", 1.0), ("c", -0.25)):
            process.stdin.write(json.dumps({"question": "single", "response": response}).encode() + b"\n")
            assert json.loads(process.stdout.readline())["fraction"] == fraction
        process.stdin.close()
        assert process.wait(20) == 0


@pytest.mark.parametrize(
    "arguments, heavy",
    [
        (["--help"], {"pydantic", "yaml", "flask", "sqlalchemy", "markdown_it"}),
        (
            ["score", "BANK", "LINES"],
            {
                "flask",
                "sqlalchemy",
                "markdown_it",
                "wtforms",
                "jinja2",
                "quiz.banks.families",
                "quiz.banks.expressions",
            },
        ),
    ],
)
def test_commands_import_only_what_they_need(tmp_path, arguments, heavy):
    (tmp_path / "b.yaml").write_text(BANK)
    (tmp_path / "r.jsonl").write_text('{"question": "single", "response": "a"}\n')
    files = {"BANK": str(tmp_path / "b.yaml"), "LINES": str(tmp_path / "r.jsonl")}
    words = [files.get(word, word) for word in arguments]
    program = f"import sys\nfrom quiz.cli import main\nmain({words!r}, standalone_mode=False)"
    hook = "import sys, atexit; atexit.register(lambda: print(*sys.modules, file=sys.stderr))\n"
    done = subprocess.run(
        [sys.executable, "-c", hook + program], capture_output=True, text=True, check=True, timeout=60
    )
    assert not heavy & set(done.stderr.split())
