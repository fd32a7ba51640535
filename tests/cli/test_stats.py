"""``quiz stats``: a response table in, its analysis out; what cannot be read is told with line and column."""

import json

import pytest
from click.testing import CliRunner

from quiz.cli import main

LADDER = "a,b,c\n1,1,1\n1,1,0\n1,0,0\n0,0,0\n"
FLAG_LEVELS = {"hint", "verdict"}


@pytest.fixture
def stats(tmp_path, monkeypatch):
    """Runs the command on files of these texts; gives the exit code, standard output, and what was said of faults."""
    monkeypatch.chdir(tmp_path)

    def run(text, *options, **files):
        for name, content in {"r": text, **files}.items():
            (tmp_path / f"{name}.csv").write_text(content, encoding="utf-8")
        found = CliRunner().invoke(main, ["stats", "r.csv", *options])
        assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
        return found.exit_code, found.stdout, found.stderr

    return run


@pytest.fixture
def document(stats):
    """The document of a run that works."""

    def run(text, *options, **files):
        code, out, _ = stats(text, "--json", *options, **files)
        assert code == 0
        return json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} in the document"))

    return run


def test_the_document_by_hand(document):
    found = document(LADDER)
    assert (found["n"], found["missing"]) == (4, {"cells": 0, "rule": "complete", "used": 4})
    test = found["test"]
    assert test["mean"] == test["median"] == 1.5
    assert test["alpha"] == pytest.approx(0.75)
    assert test["sem"] == test["standard_error"] == pytest.approx((5 / 3) ** 0.5 / 2)
    first = found["items"][0]
    assert (first["item"], first["n"], first["max"], first["facility"]) == ("a", 4, 1, 0.75)
    assert first["discrimination_index"] == pytest.approx(52.22329678670935)
    # The upper 1.08: the first, and 0.08 of the second; the lower likewise from the other end.
    assert first["d27"] == pytest.approx(1 - 0.08 / 1.08)
    assert first["intended_weight"] == pytest.approx(100 / 3)
    # Of b and c: variances 1/3 and 1/4, covariance 1/6.
    assert first["alpha_if_deleted"] == pytest.approx(2 * (1 - (7 / 12) / (11 / 12)))
    assert (first["options"], first["flags"], first["dif"]) == ([], [], None)


def test_options_against_a_key(document):
    rows = [("A", "x"), ("A", "y"), ("B", "x"), ("", "x"), ("C", "y")]
    text = "id,q,r\n" + "".join(f"s{n},{q},{r}\n" for n, (q, r) in enumerate(rows))
    found = document(text, "--key", "k.csv", "--id", "id", "--missing", "pairwise", k="item,key\nq,A\nr,x\n")
    q, r = found["items"]
    assert found["missing"] == {"cells": 1, "rule": "pairwise", "used": 5}
    assert (q["n"], q["facility"], r["n"], r["facility"]) == (4, 0.5, 5, 0.6)
    assert [(one["option"], one["n"], one["share"], one["key"]) for one in q["options"]] == [
        ("A", 2, 0.5, True),
        ("B", 1, 0.25, False),
        ("C", 1, 0.25, False),
    ]
    assert [one["mean_rest"] for one in q["options"]] == [0.5, 1, 0]


def test_missing_cells_by_each_rule(document):
    text = "a,b\n1,1\n0,NA\n,1\n0,0\n"
    facilities = {
        rule: [(one["n"], one["facility"]) for one in document(text, "--missing", rule)["items"]]
        for rule in ("complete", "pairwise", "zero")
    }
    assert facilities == {
        "complete": [(2, 0.5), (2, 0.5)],
        "pairwise": [(3, 1 / 3), (3, 2 / 3)],
        "zero": [(4, 0.25), (4, 0.5)],
    }


def test_a_column_in_place_of_the_sum(document):
    text = "a,b,whole\n1,1,9\n0,1,5\n1,0,8\n0,0,1\n"
    found = document(text, "--total", "whole")
    assert [one["item"] for one in found["items"]] == ["a", "b"]
    assert found["test"]["mean"] == 5.75
    assert found["items"][0]["rest_variance"] == pytest.approx(28.75 / 3)


def test_groups_are_compared(document):
    """The third item is right for the second group only."""
    rows = [f"{'fm'[n % 2]},{n * n % 7 % 2},{n**3 % 11 % 2},{n % 2},{n * n % 13 % 2}" for n in range(200)]
    found = document("sex,a,b,c,d\n" + "\n".join(rows) + "\n", "--group", "sex")
    a, _, c, _ = (one["dif"] for one in found["items"])
    assert (a["reference"], a["others"]) == ("f", ["m"])
    assert a["mh_odds_ratio"] > 1
    assert a["mh_delta"] < 0
    assert (c["mh_odds_ratio"], c["mh_delta"], c["class"]) == (None, None, None)
    assert c["p"] < 1e-9


@pytest.mark.parametrize("rule", ["complete", "pairwise", "zero"])
@pytest.mark.parametrize(
    "text",
    [
        "a,b\n",
        "a,b\n1,0\n",
        "a\n1\n0\n1\n",
        "a,b\n1,1\n1,1\n1,1\n",
        "a,b\n,\n,\n",
        "a,b\n1,\n1,\n1,\n",
        "a,b,c\n1,1,0\n0,1,1\n",
    ],
)
def test_what_does_not_exist_is_null(document, stats, text, rule):
    found = document(text, "--missing", rule)
    assert found["test"]["alpha"] is None
    assert found["test"]["omega_total"] is None
    code, out, _ = stats(text, "--missing", rule)
    assert code == 0
    assert not {"nan", "None", "inf"} & set(out.split())


@pytest.mark.parametrize(
    "text, said",
    [
        ("a,b\n1,2\n", "r.csv:2: b: 2 is above the maximum 1"),
        ("a,b\n1,x\n", "r.csv:2: b: 'x' is no number"),
        ("a,b\n1,0\n1\n", "r.csv:3: the row has 1 cells, the head has 2"),
        ("a,a\n1,0\n", "r.csv:1: a: this column stands twice"),
        ("a,b\n1,-1\n", "r.csv:2: b: -1 is below 0"),
        ("a,b\n1,nan\n", "r.csv:2: b: 'nan' is no number"),
        ("a,b\n\n1,0\n", "r.csv:2: the row has 0 cells"),
        ("", "r.csv:1: the file is empty"),
    ],
)
def test_faults_are_located(stats, text, said):
    code, out, error = stats(text, "--json")
    assert (code, out) == (1, "")
    assert said in error


def test_an_unknown_item_in_the_key(stats):
    code, _, error = stats("a\nx\n", "--key", "k.csv", k="item,key\na,x\nb,y\n")
    assert code == 1
    assert "b: there is no such item in the table" in error


def test_the_text_begins_with_verdicts(stats):
    """Forty examinees; the key of q says B, those who have the rest right choose A."""
    rows = [("A" if n % 2 else "B", *("xy"[(n % 2) ^ (n % m == 0)] for m in (5, 7, 9))) for n in range(40)]
    text = "q,r,s,t\n" + "".join(",".join(row) + "\n" for row in rows)
    code, out, _ = stats(text, "--key", "k.csv", k="item,key\nq,B\nr,y\ns,y\nt,y\n")
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == "40 examinees, 4 items; no cell is missing"
    assert any(line.startswith("q: The strongest students choose A") for line in lines)
    assert out.index("[possible-miskey, verdict]") < out.index("item–rest")


@pytest.mark.parametrize(
    "text, said",
    [
        ("g,a,b\nx,1,0\nx,0,0\n", "Reliability cannot be computed: it takes three examinees."),
        (
            "g,a\nx,1\nx,0\ny,0\n",
            "Reliability cannot be computed: it takes two items, and totals that differ.",
        ),
        (
            "g,a,b\nx,1,0\nx,0,0\ny,1,1\n",
            "Omega cannot be computed: it takes three items on which examinees differ.",
        ),
        ("g,a,b\nx,1,0\nx,0,0\ny,0,0\n", "Everybody has the same score on b: there is no correlation."),
        ("g,a,b\nx,1,0\nx,0,1\nx,0,0\n", "Groups cannot be compared: it takes two groups"),
    ],
)
def test_what_cannot_be_computed_is_told(stats, text, said):
    code, out, _ = stats(text, "--group", "g")
    assert code == 0
    assert said in out
