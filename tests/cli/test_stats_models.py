"""``quiz stats --model``: the model in the document and the text, abilities in a file, options that do not go together."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from quiz.cli import main

TABLES = Path(__file__).parents[1] / "kernel" / "statistics" / "irt-tables.json"
STEPS = "who,a,b\nx,0,1\ny,1,0\nz,2,2\nu,2,1\nv,1,2\nw,0,0\nt,1,1\n"


def text(name):
    """A table of ``irt-tables.json`` as CSV; examinees have ids."""
    rows = json.loads(TABLES.read_text(encoding="utf-8"))[name]
    head = ["id", *(f"i{number}" for number in range(1, len(rows[0]) + 1))]
    cells = [
        [f"s{number}", *("NA" if cell is None else str(cell) for cell in row)]
        for number, row in enumerate(rows)
    ]
    return "\n".join(map(",".join, [head, *cells])) + "\n"


@pytest.fixture
def stats(tmp_path, monkeypatch):
    """Runs the command on a table of this text; gives exit code, standard output and standard error."""
    monkeypatch.chdir(tmp_path)

    def run(content, *options):
        (tmp_path / "r.csv").write_text(content, encoding="utf-8")
        found = CliRunner().invoke(main, ["stats", "r.csv", *options])
        assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
        return found.exit_code, found.stdout, found.stderr

    return run


@pytest.fixture
def model(stats):
    """The model in the document of a run that works."""

    def run(content, *options):
        code, out, err = stats(content, "--json", *options)
        assert (code, err) == (0, "")
        return json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} in the document"))["model"]

    return run


def test_2pl_in_the_document(model):
    found = model(text("lsat7"), "--id", "id", "--model", "2pl")
    assert (found["name"], found["estimator"], found["converged"]) == ("2pl", "mml", True)
    assert found["loglik"] == pytest.approx(-2658.805, abs=1e-3)
    assert (found["parameters"], found["n"], found["sigma"]) == (10, 1000, None)
    first = found["items"][0]
    assert (first["item"], first["c"]) == ("i1", None)
    assert (first["a"], first["b"]) == (pytest.approx(0.988, abs=1e-3), pytest.approx(-1.879, abs=1e-3))
    assert set(first["se"]) == {"a", "b"}
    assert set(first["fit"]) == {"infit", "outfit", "s_x2", "df", "p"}
    assert "message" not in found
    assert "message" not in first


def test_rasch_by_both_estimators(model):
    by_totals = model(text("lsat7"), "--id", "id", "--model", "rasch", "--estimator", "cml")
    assert sum(item["b"] for item in by_totals["items"]) == pytest.approx(0, abs=1e-9)
    assert {(item["a"], item["se"]["a"]) for item in by_totals["items"]} == {(1.0, None)}
    by_abilities = model(text("lsat7"), "--id", "id", "--model", "rasch", "--estimator", "mml")
    assert by_abilities["sigma"] == pytest.approx(1.0113, abs=1e-3)


def test_3pl_with_a_prior(model):
    found = model(text("lsat7"), "--id", "id", "--model", "3pl", "--prior")
    assert all(0.1 < item["c"] < 0.3 and item["se"]["c"] > 0 for item in found["items"])


@pytest.mark.parametrize("name", ["pcm", "rsm", "gpcm", "grm"])
def test_locations_of_several_steps_are_lists(model, tmp_path, name):
    (tmp_path / "max.csv").write_text("item,max\na,2\nb,2\n", encoding="utf-8")
    found = model(STEPS, "--id", "who", "--max", "max.csv", "--model", name)
    assert [len(item["b"]) for item in found["items"]] == [2, 2]
    assert [len(item["se"]["b"]) for item in found["items"]] == [2, 2]


def test_an_item_that_is_not_placed_is_null_with_its_reason(model):
    rows = text("lsat7").replace("\n", ",1\n").replace("id,i1,i2,i3,i4,i5,1", "id,i1,i2,i3,i4,i5,all")
    found = model(rows, "--id", "id", "--model", "2pl")
    last = found["items"][-1]
    assert (last["a"], last["b"], last["c"]) == (None, None, None)
    assert set(last["se"].values()) | set(last["fit"].values()) == {None}
    assert last["message"] == "cannot be placed: everybody scored 1"
    assert found["items"][0]["a"] == pytest.approx(0.988, abs=1e-3)


def test_a_model_that_cannot_be_computed_says_so(model, stats):
    found = model("a,b\n1,1\n1,1\n", "--model", "2pl")
    assert (found["converged"], found["loglik"], found["aic"]) == (False, None, None)
    assert "cannot be computed" in found["message"]
    _, out, _ = stats("a,b\n1,1\n1,1\n", "--model", "2pl")
    assert "a: cannot be placed: everybody scored 1" in out


def test_the_text_names_the_model_and_its_items(stats):
    code, out, _ = stats(text("lsat7"), "--id", "id", "--model", "2pl")
    assert code == 0
    assert "Model 2pl (mml), 1000 examinees, 10 parameters" in out
    assert "log-likelihood −2658.805" in out
    assert any(line.split()[:3] == ["i1", "0.988", "−1.879"] for line in out.splitlines())


def test_abilities_in_a_file_and_an_empty_cell_where_there_is_none(stats, tmp_path):
    code, _, _ = stats(text("lsat7"), "--id", "id", "--model", "2pl", "--persons", "p.csv", "--method", "ml")
    assert code == 0
    rows = [*csv.reader((tmp_path / "p.csv").read_text(encoding="utf-8").splitlines())]
    assert rows[0] == ["id", "raw", "theta", "se"]
    assert len(rows) == 1001
    assert (rows[1][0], float(rows[1][1]), rows[1][2:]) == ("s0", 0, ["", ""])
    assert float(rows[13][3]) > 0


@pytest.mark.parametrize(
    "options",
    [
        ("--model", "2pl", "--estimator", "cml"),
        ("--estimator", "cml"),
        ("--model", "2pl", "--prior"),
        ("--persons", "p.csv"),
        ("--model", "2pl", "--persons", "nowhere/p.csv"),
        ("--model", "4pl"),
    ],
    ids=" ".join,
)
def test_options_that_do_not_go_together(stats, tmp_path, options):
    code, out, err = stats(text("lsat7"), "--id", "id", *options)
    assert (code, out) == (2, "")
    assert "Error" in err
    assert not (tmp_path / "p.csv").exists()


# Anchors ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def anchored(stats, tmp_path):
    """Runs the command with these lines as the file of anchors, on lsat7."""

    def run(lines, *options):
        (tmp_path / "anchors.csv").write_text(lines, encoding="utf-8")
        return stats(text("lsat7"), "--id", "id", "--anchors", "anchors.csv", *options)

    return run


def test_the_others_are_placed_on_the_scale_of_the_anchors(anchored):
    lines = "item,a,b,c\ni1,1.2,-1.4,\ni2,0.9,-0.2,0\ni3,1.5,-0.9,\nelsewhere,1,0,\n"
    code, out, _ = anchored(lines, "--model", "2pl", "--json")
    found = json.loads(out)["model"]
    assert code == 0
    assert (found["mu"], found["sigma"]) == (pytest.approx(0.4114, abs=1e-3), pytest.approx(1.1379, abs=1e-3))
    first, *_, last = found["items"]
    assert (first["anchor"], first["a"], first["se"]) == (True, 1.2, {"a": None, "b": None})
    assert (last["a"], last["b"]) == (pytest.approx(0.6602, abs=1e-3), pytest.approx(-2.4078, abs=1e-3))
    assert "anchor" not in last
    assert "mean of abilities 0.411, on the scale of 3 anchors" in anchored(lines, "--model", "2pl")[1]


@pytest.mark.parametrize(
    "lines, words",
    [
        ("item,a,b\ni1,-1,0\n", "anchors.csv:2: i1, a: -1 is not above 0"),
        ("item,a\ni1,1\n", "anchors.csv:1: b: this column is missing"),
        ("item,a,b\nother,1,0\n", "call items as the columns of the table are called"),
        ("item,a,b\ni1,1,0 1\n", "the number of its locations is 2, of its steps 1"),
    ],
)
def test_faults_of_anchors_are_told(anchored, lines, words):
    code, out, err = anchored(lines, "--model", "2pl")
    assert (code, out) == (1, "")
    assert words in err


def test_anchors_want_a_model_that_has_their_steps(anchored):
    code, _, err = anchored("item,a,b\ni1,1,0\n", "--model", "grm")
    assert code == 2
    assert "--anchors is for" in err
