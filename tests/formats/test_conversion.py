"""``quiz convert``: every question accounted for, nothing half-written, losses by field."""

import json

import pytest
import yaml
from click.testing import CliRunner

from quiz.banks.model import Bank
from quiz.banks.yaml import read_bank, write_bank
from quiz.cli import main
from tests.formats.samples import samples
from tests.kernel.test_families import BANK as FAMILIES


def run(*arguments):
    return CliRunner().invoke(main, ["convert", *map(str, arguments)])


#: What the examples of hotspot name.
SHAPES = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 80 60"><path d="M0 0h80v60z"/></svg>'


@pytest.fixture
def bank(tmp_path):
    path = tmp_path / "all.yaml"
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "shapes.svg").write_text(SHAPES)
    path.write_text(write_bank(Bank.load({"bank": "all", "title": "All"}, samples())))
    return path


def test_our_own_formats_lose_nothing(bank, tmp_path):
    done = run(bank, tmp_path / "all.json", "--strict", "--report", tmp_path / "report.json")
    assert done.exit_code == 0, done.output
    report = json.loads((tmp_path / "report.json").read_text())
    assert (report["read"], report["losses"], report["errors"]) == (report["written"], [], [])
    assert run(tmp_path / "all.json", tmp_path / "again.yaml").exit_code == 0
    assert (tmp_path / "again.yaml").read_text() == bank.read_text()
    assert read_bank(tmp_path / "again.yaml") == read_bank(bank)


def test_a_wrong_question_does_not_keep_the_others_back(bank, tmp_path):
    data = yaml.safe_load(bank.read_text())
    del data["questions"][1]["prompt"]
    data["questions"][2] = "text"
    bank.write_text(yaml.safe_dump(data, sort_keys=False))
    done = run(bank, tmp_path / "all.json", "--json")
    assert done.exit_code == 1
    report = json.loads(done.stdout)
    assert [error["message"] for error in report["errors"]] == [
        "'prompt' is missing – add prompt: …",
        "a question must be a mapping – write id: …, type: …, prompt: …",
    ]
    assert len(report["questions"]) == report["written"] == len(data["questions"]) - 2
    assert len(json.loads((tmp_path / "all.json").read_text())["questions"]) == report["written"]


def test_a_file_that_is_refused_writes_nothing(tmp_path):
    (tmp_path / "bad.yaml").write_text("format: quiz-bank/1\nbank: [")
    (tmp_path / "old.json").write_text("kept")
    done = run(tmp_path / "bad.yaml", tmp_path / "old.json")
    assert done.exit_code == 1
    assert "no valid YAML" in done.output
    assert (tmp_path / "old.json").read_text() == "kept"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.yaml", "old.json"]


def test_a_file_that_is_refused_is_reported(tmp_path):
    bad, report = tmp_path / "bad.yaml", tmp_path / "report.json"
    bad.write_text("format: quiz-bank/1\nbank: [")
    done = run(bad, tmp_path / "x.json", "--report", report, "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told) == (1, json.loads(report.read_text()))
    assert (told["source"], told["format"], told["read"], told["written"]) == (str(bad), "yaml", 0, 0)
    (error,) = told["errors"]
    assert error["where"].startswith("line ")
    assert "no valid YAML" in error["message"]
    assert f"{bad}: line" in run(bad, tmp_path / "x.json").output


def test_what_is_meant_has_to_be_known(bank, tmp_path):
    (tmp_path / "x.txt").write_text("")
    for arguments, code, said in [
        ((bank, tmp_path / "x.txt"), 2, "say it with --to"),
        ((tmp_path / "x.txt", tmp_path / "y.yaml"), 1, "say it with --from"),
        ((bank, tmp_path / "y.yaml", "--to", "yml"), 2, "did you mean 'yaml'?"),
    ]:
        done = run(*arguments)
        assert (done.exit_code, said in done.output) == (code, True), done.output


def test_families_are_listed_as_not_supported(tmp_path):
    families = tmp_path / "families.yaml"
    families.write_text(FAMILIES, "utf-8")
    done = run(families, tmp_path / "plain.json", "--report", tmp_path / "report.json")
    assert done.exit_code == 0, done.output
    report = json.loads((tmp_path / "report.json").read_text())
    told = [(one["where"], one["kind"], one["title"]) for one in report["unsupported"]]
    assert told[0] == ("line 7", "family", "product")
    assert len(told) == 7
    assert (report["read"], report["written"], report["errors"]) == (0, 0, [])


def test_a_picture_brings_its_size_along(tmp_path):
    """A bank file may leave it out, since it stands in the picture; other formats have to say it."""
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "shapes.svg").write_text(SHAPES)
    (tmp_path / "map.yaml").write_text(
        "format: quiz-bank/1\nbank: map\ntitle: Map\nquestions:\n"
        "  - {id: a, type: hotspot, timeless: true, prompt: Where?, image: {file: images/shapes.svg, alt: Shapes},\n"
        "     regions: [{label: left, shape: rect, coords: [0, 0, 20, 20], correct: true}, "
        "{label: right, shape: rect, coords: [40, 0, 60, 20]}]}\n"
    )
    done = run(tmp_path / "map.yaml", tmp_path / "map.json")
    assert done.exit_code == 0, done.output
    (one,) = json.loads((tmp_path / "map.json").read_text())["questions"]
    assert (one["image"]["width"], one["image"]["height"]) == (80, 60)
