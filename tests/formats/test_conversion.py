"""``quiz convert``: every question accounted for, nothing half-written, losses by field."""

import json
import math
import os
import re
import resource
from base64 import b64encode
from datetime import date
from io import BytesIO
from pathlib import Path
from threading import Thread

import pytest
import yaml
from click.testing import CliRunner

from quiz.banks.model import Bank
from quiz.banks.yaml import read_bank, write_bank
from quiz.cli import main
from quiz.files.shipped import shipped
from quiz.formats import by_suffix, conversion, formats, get
from quiz.formats.base import Limits, Loss, Source
from quiz.formats.conversion import Instances, Reading, Report, export
from tests.formats.samples import samples
from tests.kernel.questions import question
from tests.kernel.test_families import BANK as FAMILIES
from tests.kernel.test_families import MEMBERS
from tests.pictures import png


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


@pytest.mark.parametrize("id", ["432", "007", "6e26"])
def test_a_number_is_an_id_as_any_other(id):
    text = f"format: quiz-bank/1\nbank: b\ntitle: B\nquestions: [{{id: {id}, type: essay, prompt: Why?, timeless: true}}]"
    (one,) = Reading(get("yaml"), Source(BytesIO(text.encode()), "b.yaml"), Report("b", "yaml"), "b")
    assert (one.question.id, one.losses) == (id, ())


def test_a_wrong_question_does_not_keep_the_others_back(bank, tmp_path):
    data = yaml.safe_load(bank.read_text())
    del data["questions"][1]["prompt"]
    data["questions"][2] = "text"
    bank.write_text(yaml.safe_dump(data, sort_keys=False))
    done = run(bank, tmp_path / "all.json", "--json")
    assert done.exit_code == 1
    report = json.loads(done.stdout)
    assert [error["message"] for error in report["errors"]] == [
        "A name ~ with :: marks: 'prompt' is missing – add prompt: …",
        "a question must be a mapping – write id: …, type: …, prompt: …",
    ]
    assert len(report["questions"]) == report["written"] == len(data["questions"]) - 2
    assert len(json.loads((tmp_path / "all.json").read_text())["questions"]) == report["written"]


def test_what_only_wrong_questions_share_does_not_keep_the_others_back(tmp_path):
    fields = {"type": "true_false", "prompt": "So?", "timeless": True}
    listed = [{**fields, "id": "a", "stimulus": "s"}, {**fields, "id": "b", "stimulus": "t", "answer": True}]
    header = {"format": "quiz-bank/1", "bank": "b", "title": "B"}
    stimuli = [{"id": name, "text": "Read this."} for name in "st"]
    source = tmp_path / "b.json"
    source.write_text(json.dumps({**header, "stimuli": stimuli, "questions": listed}))
    assert run(source, tmp_path / "c.yaml").exit_code == 1
    made = read_bank(tmp_path / "c.yaml")
    assert [(one.id, one.questions) for one in made.stimuli] == [("t", ("b",))]


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


@pytest.fixture
def families(tmp_path):
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "members.csv").write_text(MEMBERS, "utf-8")
    path = tmp_path / "families.yaml"
    path.write_text(FAMILIES, "utf-8")
    return path


def report_of(source, target, *more):
    report = target.parent / "report.json"
    done = run(source, target, "--report", report, *more)
    return done, json.loads(report.read_text())


BANKS = sorted(shipped("question_banks").glob("*.yaml"))


@pytest.mark.parametrize("path", BANKS, ids=lambda path: path.stem)
def test_the_shipped_banks_come_back_equal_from_json(path):
    """Families, tables, stimuli, translations and all."""
    bank = read_bank(path)
    made = export(bank, {}, get("json"), Instances(date(2025, 1, 1)))
    assert (made.report.read, made.report.losses) == (len(bank.authored), [])
    reading = Reading(get("json"), Source(BytesIO(made.content), path.name, path.parent), made.report, "b")
    found = reading.bank.holding([one.question for one in reading])
    assert (found, made.report.errors, made.report.unsupported) == (bank, [], [])


def test_families_come_back_equal_from_our_own_formats(families, tmp_path):
    """By the command; the YAML is that which ``write_bank`` makes of the bank."""
    assert run(families, tmp_path / "a.json", "--strict").exit_code == 0
    assert run(tmp_path / "a.json", tmp_path / "b.yaml", "--strict").exit_code == 0
    found = read_bank(tmp_path / "b.yaml")
    assert (found, len(found.families)) == (read_bank(families), 7)
    assert (tmp_path / "b.yaml").read_text() == write_bank(found)


def test_a_family_is_written_as_some_of_its_questions(families, tmp_path):
    done, report = report_of(
        families, tmp_path / "x.gift", "--to", "gift", "--as-of", "2025-01-01", "--variants", "3"
    )
    assert done.exit_code == 0, done.output
    ids = [one["id"] for one in report["questions"]]
    assert ids[:6] == [
        "product.1", "product.3", "product.5", "joined-when.CN", "joined-when.UZ", "joined-when.PK",
    ]  # fmt: skip
    assert {one["family"] for one in report["questions"]} == set(read_bank(families).by_id)
    assert report["read"] == report["written"] == len(ids) == 21
    told = {one["id"]: (one["field"], one["detail"]) for one in report["losses"] if one["id"] in FAMILIES}
    assert told["product"] == ("variables", "3 of its 7 questions on 2025-01-01 are written, each by itself")
    assert told["joined-when"][0] == "each"
    assert run(tmp_path / "x.gift", tmp_path / "y.json", "--from", "gift").exit_code == 0
    (first, *_) = json.loads((tmp_path / "y.json").read_text())["questions"]
    assert first["answers"] == [{"value": str(math.prod(map(int, re.findall(r"\d+", first["prompt"]))))}]


def test_what_no_question_of_a_family_can_be_written_as_is_told_once(families, tmp_path):
    done, report = report_of(families, tmp_path / "x.aiken", "--to", "aiken", "--as-of", "2000-01-01")
    assert done.exit_code == 0, done.output
    kinds = {one["id"]: one["kind"] for one in report["unsupported"]}
    assert kinds["product"] == "numerical"
    assert kinds["joined-when"] == "family without a question on 2000-01-01"
    assert report["read"] == len(report["unsupported"]) == 7


@pytest.mark.parametrize(
    "old, new, where, said",
    [
        ('"{{ year(joined) }}"\n', '"{{ yeer(joined) }}"\n', "line 16", "did you mean 'year'"),
        ("    take: 3\n    order", "    take: 30\n    order", "line 36", "takes 30 rows of 'members', which has 7"),
        ("tables/members.csv", "tables/none.csv", "line 4", "there is no table 'tables/none.csv'"),
        ("generators:", "  - {id: x, each: members}\ngenerators:", "line 15", "write it under generators:"),
    ],
)  # fmt: skip
def test_a_family_that_is_wrong_is_an_error_with_its_line(families, tmp_path, old, new, where, said):
    text = families.read_text("utf-8")
    assert text.count(old) == 1
    families.write_text(text.replace(old, new), "utf-8")
    done, report = report_of(families, tmp_path / "x.json")
    assert done.exit_code == 1
    assert [one for one in report["errors"] if one["where"] == where and said in one["message"]]
    assert "product" in {one["id"] for one in report["questions"]}


def test_a_table_that_nobody_looks_into_is_told(families, tmp_path):
    text = families.read_text("utf-8")
    families.write_text(
        text.replace("tables:\n", "tables:\n  other: {key: a, csv: 'a'}\n  more: {key: a, csv: \"a\\n1\"}\n")
    )
    done, report = report_of(families, tmp_path / "x.json")
    assert done.exit_code == 1
    assert [one["message"].partition(":")[0] for one in report["errors"]] == [
        "tables.other.csv",
        "tables.more",
    ]
    assert report["written"] == 7


def test_a_picture_brings_its_size_along(tmp_path):
    """A bank file may leave it out, since it stands in the picture; other formats have to say it."""
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "shapes.svg").write_text(SHAPES)
    (tmp_path / "map.yaml").write_text(
        "format: quiz-bank/1\nbank: map\ntitle: Map\nquestions:\n"
        "  - {id: a, type: hotspot, timeless: true, prompt: Where?, image: {file: images/shapes.svg, alt: Shapes},\n"
        "     regions: [{label: left, shape: rect, coords: [0, 0, 20, 20], correct: true}, "
        "{label: right, shape: rect, coords: [40, 0, 60, 20]}]}\n"
        "  - {id: b, type: drag_words, timeless: true, prompt: Which?, text: '[[1]]', choices: [x, y], gaps: {'1': a},\n"
        "     picture: {file: images/shapes.svg, alt: Shapes, places: {'1': {coords: [1, 2]}}}}\n"
    )
    done = run(tmp_path / "map.yaml", tmp_path / "map.xml", "--to", "qti12")
    assert done.exit_code == 0, done.output
    assert 'width="80" height="60"' in (tmp_path / "map.xml").read_text()
    (tmp_path / "there").mkdir()
    assert run(tmp_path / "map.yaml", tmp_path / "there" / "map.json").exit_code == 0
    assert run(tmp_path / "map.yaml", tmp_path / "moodle.xml", "--to", "moodle-xml").exit_code == 0
    assert 'type="ddimageortext"' in (tmp_path / "moodle.xml").read_text()
    one, _ = json.loads((tmp_path / "there" / "map.json").read_text())["questions"]
    assert one["image"] == {"file": "images/shapes.svg", "alt": "Shapes"}
    assert (tmp_path / "there" / "images" / "shapes.svg").read_text() == SHAPES


def test_an_image_without_words_makes_a_draft_that_comes_in_again(tmp_path):
    image = b64encode(png()).decode()
    text = '<![CDATA[<p>See <img src="@@PLUGINFILE@@/a.png"></p>]]>'
    (tmp_path / "m.xml").write_text(
        f'<quiz><question type="essay"><name><text>N</text></name><questiontext format="html"><text>{text}</text>'
        f'<file name="a.png" path="/" encoding="base64">{image}</file></questiontext></question></quiz>'
    )
    _, report = report_of(tmp_path / "m.xml", tmp_path / "m.yaml")
    assert [(loss["id"], loss["field"]) for loss in report["losses"]] == [("N", "images")]
    (drafted,) = read_bank(tmp_path / "m.yaml").authored
    assert (drafted.status, 'alt="a.png"' in drafted.prompt) == ("draft", True)
    _, again = report_of(tmp_path / "m.yaml", tmp_path / "again.yaml")
    assert (again["losses"], again["errors"]) == ([], [])


def test_the_last_line_counts_what_is_left_out(tmp_path):
    gift = tmp_path / "q.gift"
    gift.write_text("Rain is wet. {T}\n\nWhich? {=a ~b {\n\n// question: 7  name: Gaps\n")
    assert run(gift, tmp_path / "q.yaml").stdout.splitlines()[-1] == (
        f"1 read as gift, 1 written to {tmp_path / 'q.yaml'}; 1 not supported, 1 wrong"
    )


def test_a_question_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "q.gift").write_text("// [id:wet]\nRain is wet. {T}\n")
    told = run(tmp_path / "q.gift", tmp_path / "q.aiken").stdout.splitlines()[0]
    assert told == f"{tmp_path / 'q.gift'}: line 2: cannot be written: true_false (wet)"


def test_a_file_that_is_refused_writes_nothing_and_says_so(tmp_path):
    (tmp_path / "q.yaml").write_text("questions: [")
    done = run(tmp_path / "q.yaml", tmp_path / "q.gift")
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (1, "refused as yaml: nothing is written")
    assert not (tmp_path / "q.gift").exists()


@pytest.mark.parametrize("place", ["dest", "--report"])
def test_a_folder_that_is_not_there_is_wrong_usage(bank, tmp_path, place):
    gone = tmp_path / "gone" / "x.json"
    done = run(bank, gone) if place == "dest" else run(bank, tmp_path / "x.json", "--report", gone)
    assert (done.exit_code, done.exception.__class__) == (2, SystemExit)
    assert f"there is no folder for {gone} – make it first" in done.stderr


def test_a_picture_of_another_bank_is_not_overwritten(tmp_path):
    """Two packages with a picture of the same name came into one folder: the first bank then showed the second's."""
    folder = tmp_path / "out"
    folder.mkdir()
    banks = [tmp_path / name for name in ("one.zip", "two.zip")]
    asked = question("description", {}, prompt="![P](images/p.png)")
    for bank, side in zip(banks, (3, 4), strict=True):
        with bank.open("wb") as file:
            writer = get("qti21").writer(file, Bank.load({"bank": "b", "title": "B"}))
            writer.add(asked, {"images/p.png": png(side)})
            writer.close()
    assert run(banks[0], folder / "one.yaml").exit_code == 0
    kept = (folder / "images/p.png").read_bytes() + b"what a program says of it"
    (folder / "images/p.png").write_bytes(kept)
    assert run(banks[0], folder / "again.yaml").exit_code == 0
    said = run(banks[1], folder / "two.yaml")
    assert said.exit_code == 1
    assert (
        "two.zip: images/p.png: another picture lies in the folder under this name – write into"
        in said.output
    )
    assert (folder / "images/p.png").read_bytes() == kept
    assert sorted(one.name for one in folder.iterdir()) == ["again.yaml", "images", "one.yaml"]


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["q.gift", "q.zip"], "say it with --to: qti12, qti21, qti22, qti30\n"),
        (["q.gift", "q"], "say it with --to: aiken, anki, "),
        (["q.gift", "q.zip", "--to", "Canvas"], "there is no format 'Canvas', did you mean 'qti12'?"),
        (["q.gift", "q.zip", "--from", "GIFT"], "did you mean 'gift'?"),
    ],
)
def test_wrong_usage_names_the_formats_that_may_be_meant(tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "q.gift").write_text("Rain is wet. {T}\n")
    done = run(*arguments)
    assert (done.exit_code, said in done.stderr) == (2, True)


def test_the_help_names_every_format():
    listed = re.sub(r"\s+", " ", run("--help").stdout).partition("FORMAT is one of ")[2].partition(".")[0]
    assert re.findall(r"[a-z0-9-]+", listed.replace("(Canvas and others)", "")) == [*formats()]


def test_a_file_may_be_called_anything(tmp_path):
    """Bytes that are no UTF-8, as archives of Windows leave them, ended in a traceback; a blank name refused the file."""
    for name in (b"\xcf\xf0.gift", b" .gift", b"a\nb.gift", "Ж".encode() * 122 + b".gift"):
        source, target = (tmp_path / os.fsdecode(one) for one in (name, name[:-4] + b"yaml"))
        source.write_text("Q? {T}\n\nR? {")
        said = run(source, target, "--report", tmp_path / "report.json")
        assert (said.exit_code, type(said.exception)) == (1, SystemExit), "only the second question is wrong"
        assert json.loads((tmp_path / "report.json").read_text())["written"] == 1
        assert re.fullmatch("\ufffd\ufffd|bank|a b|Ж+", yaml.safe_load(target.read_text())["title"])
        assert len(read_bank(target).questions) == 1


def test_a_file_that_is_too_large_is_reported(tmp_path, monkeypatch):
    (tmp_path / "a.gift").write_text("Q? {T}\n\nR? {F}\n")
    monkeypatch.setattr(conversion.convert, "__defaults__", (Limits(questions=1), lambda: None))
    said = run(tmp_path / "a.gift", tmp_path / "b.yaml", "--report", tmp_path / "report.json")
    assert (said.exit_code, (tmp_path / "b.yaml").exists()) == (1, False)
    (error,) = json.loads((tmp_path / "report.json").read_text())["errors"]
    assert error == {"where": "file", "message": "more than 1 questions: cut the file into several"}


@pytest.mark.parametrize(
    "ending, name",
    [
        (".quiz.md", "text2qti"),
        (".text2qti.txt", "text2qti"),
        (".blackboard.txt", "blackboard"),
        (".missingword.txt", "missing-word"),
        (".gift.txt", "gift"),
        (".kahoot.xlsx", "kahoot"),
        (".xlsx", "xlsx"),
    ],
)
def test_an_ending_that_one_format_has_says_which_is_meant(ending, name):
    assert by_suffix(f"Week 3{ending}").name == name


def test_each_reason_of_a_field_is_told_once_and_no_more_than_anybody_reads():
    """The first hid the others."""
    report = Report("x", "gift")
    report.lose("q", "line 1", [Loss("feedback", reason) for reason in "aabcdefghijkl"])
    assert [loss["detail"] for loss in report.losses] == [*"abcdefghij"]


@pytest.mark.parametrize("name", sorted(formats()))
def test_a_field_of_which_a_writer_says_why_it_is_lost_is_not_lost_for_want_of_a_place_too(name):
    bank = Bank.load({"bank": "b", "title": "B"}, samples()[1::3])
    losses = export(bank, {}, get(name), Instances(date(2026, 11, 26))).report.losses
    bare = {
        (loss["id"], loss["field"]) for loss in losses if loss["detail"].startswith("the format has no field")
    }
    said = {
        (loss["id"], loss["field"])
        for loss in losses
        if not loss["detail"].startswith("the format has no field")
    }
    assert not bare & said


def test_standard_input_and_output_stand_in_the_place_of_files(tmp_path):
    gift = "::a::Two? {=2 ~3}\n"
    done = CliRunner().invoke(main, ["convert", "-", "-", "--to", "moodle-xml"], input=gift)
    assert (done.exit_code, done.stderr) == (0, "1 read as gift, 1 written to -\n")
    assert done.stdout.startswith('<?xml version="1.0"')
    told = CliRunner().invoke(main, ["convert", "-", str(tmp_path / "b.yaml"), "--json"], input=gift)
    assert json.loads(told.stdout)["source"] == "-"
    assert read_bank(tmp_path / "b.yaml").slug == "b"
    refused = CliRunner().invoke(main, ["convert", "-", "-", "--from", "yaml", "--to", "csv"], input="[")
    assert (refused.exit_code, refused.stdout) == (1, "")
    both = CliRunner().invoke(main, ["convert", "-", "-", "--to", "csv", "--json"], input=gift)
    assert (both.exit_code, both.stdout) == (2, "")


def test_pictures_beside_a_file_have_no_place_on_standard_output(bank):
    done = run(bank, "-", "--to", "yaml")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "its pictures lie in a folder beside it – name a file in place of -" in done.stderr


@pytest.mark.parametrize(
    "option, status",
    [
        ('<object data="x.png"></object>', "draft"),
        ('<img src="https://other.example/x.png">', "draft"),
        ("<p>&nbsp;</p><!-- x -->", "draft"),
        ('<img alt="" src="images/x.png">', "ready"),
        ('<img alt="A square" src="https://other.example/x.png">', "ready"),
        ("<p>&#945;</p>", "ready"),
        ("<math><mi>x</mi></math>", "ready"),
        ("<p>\\(x\\)</p>", "ready"),
    ],
)
def test_a_question_with_an_option_of_which_nothing_is_seen_is_a_draft_and_told(option, status):
    asked = {
        "id": "q", "type": "single_choice", "text_format": "html", "prompt": "<p>Which?</p>",
        "options": [{"text": "a", "correct": True}, {"text": option}],
    }  # fmt: skip
    source = Source(BytesIO(json.dumps({"format": "quiz-bank/1", "bank": "b", "title": "B", "questions": [asked]}).encode()), "b")  # fmt: skip
    (one,) = Reading(get("json"), source, Report("b", "json"), "b")
    assert (one.question.status, [loss.field for loss in one.losses]) == (
        status,
        ["options"] * (status == "draft"),
    )


# Files, pipes and disks ----------------------------------------------------------------------------------------------

GIFT = "::a::Two? {=2 ~3}\n"


def test_a_pipe_is_read_once_and_whole(tmp_path):
    """Its beginning went to the recognition of the format, and an empty bank came out."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = Thread(target=pipe.write_text, args=(GIFT,))
    writer.start()
    done = run(pipe, tmp_path / "b.yaml")
    writer.join()
    assert (done.exit_code, done.stdout) == (0, f"1 read as gift, 1 written to {tmp_path / 'b.yaml'}\n")


def test_a_device_is_written_to_and_stays_what_it_is(tmp_path):
    """A file took its place: as root that of /dev/null."""
    (tmp_path / "a.gift").write_text(GIFT)
    null = tmp_path / "null"
    null.symlink_to(os.devnull)
    done = run(tmp_path / "a.gift", null, "--to", "yaml")
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == f"1 read as gift, 1 written to {null}\n"
    assert null.readlink() == Path(os.devnull)
    assert json.loads(run(tmp_path / "a.gift", null, "--to", "yaml", "--json").stdout)["written"] == 1


def test_a_link_and_who_may_read_a_file_stay(tmp_path):
    (tmp_path / "a.gift").write_text(GIFT)
    kept = tmp_path / "kept.yaml"
    kept.touch(mode=0o600)
    (tmp_path / "link.yaml").symlink_to(kept)
    assert run(tmp_path / "a.gift", tmp_path / "link.yaml").exit_code == 0
    assert (kept.stat().st_mode & 0o777, (tmp_path / "link.yaml").is_symlink()) == (0o600, True)
    assert read_bank(kept).by_id.keys() == {"a"}
    before = os.umask(0o027)
    try:
        assert run(tmp_path / "a.gift", tmp_path / "new.yaml").exit_code == 0
    finally:
        os.umask(before)
    assert (tmp_path / "new.yaml").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    "places", [("a.gift", "a.gift"), ("a.gift", "b.yaml", "--report", "b.yaml"), ("a.gift", "b.yaml", "--report", "./a.gift")]
)  # fmt: skip
def test_no_file_takes_the_place_of_another_one(tmp_path, monkeypatch, places):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.gift").write_text(GIFT)
    done = run(*places)
    assert done.exit_code == 2
    assert "would be overwritten – SOURCE, DEST and --report are three files" in done.stderr
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a.gift", GIFT)]


def test_a_disk_that_is_full_is_told_in_words_and_leaves_nothing(bank, tmp_path):
    """It was a traceback, and half a picture."""
    folder = tmp_path / "there"
    folder.mkdir()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        done = run(bank, folder / "b.yaml")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == f"{folder / 'b.yaml'}: File too large\n"
    assert [*folder.iterdir()] == []


def test_a_place_that_nothing_can_be_written_to_is_named(tmp_path, monkeypatch):
    """It was a traceback; a protected file was replaced."""
    (tmp_path / "a.gift").write_text(GIFT)
    kept = tmp_path / "kept.yaml"
    kept.write_text("kept")
    with monkeypatch.context() as protected:  # who runs the tests may be allowed everything
        protected.setattr(os, "access", lambda path, _: path != kept)
        done = run(tmp_path / "a.gift", kept)
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", f"{kept}: Permission denied\n")
    assert kept.read_text() == "kept"
    long = tmp_path / f"{'a' * 300}.yaml"
    assert run(tmp_path / "a.gift", long).stderr == f"{long}: File name too long\n"
    circle = tmp_path / "circle.yaml"
    circle.symlink_to(circle)
    assert run(tmp_path / "a.gift", circle).exit_code == 0


def test_pictures_are_put_beside_a_file_all_or_none(tmp_path):
    (tmp_path / "there").mkdir()
    files = {"images/a.png": png(), f"images/{'b' * 300}.png": png()}
    with pytest.raises(OSError, match="File name too long"):
        conversion.put_beside(files, tmp_path / "there")
    assert [path for path in (tmp_path / "there").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("text", ["", "// only a remark\n", "<quiz></quiz>", "<questestinterop/>"])
def test_a_file_without_a_question_is_refused(tmp_path, text):
    """An empty bank was written over what was there: a download that failed, the wrong file."""
    (tmp_path / "a").write_text(text)
    (tmp_path / "b.yaml").write_text("kept")
    done = run(tmp_path / "a", tmp_path / "b.yaml", *([] if text[:1] == "<" else ["--from", "gift"]))
    assert done.exit_code == 1
    assert "there is no question in it – look whether it is the file" in done.stdout
    assert (tmp_path / "b.yaml").read_text() == "kept"


def test_what_a_file_holds_in_place_of_questions_is_told(tmp_path):
    (tmp_path / "a.xml").write_text(
        "<questestinterop><section><sourcebank_ref>b7</sourcebank_ref></section></questestinterop>"
    )
    done = run(tmp_path / "a.xml", tmp_path / "b.yaml")
    assert "questions: some are drawn from the bank 'b7', which is not in the file" in done.stdout


def test_a_file_of_no_known_format_is_reported(tmp_path):
    (tmp_path / "a.docx").write_bytes(b"\x01\x02")
    done = run(tmp_path / "a.docx", tmp_path / "b.yaml", "--json", "--report", tmp_path / "r.json")
    assert done.exit_code == 1
    (error,) = json.loads(done.stdout)["errors"]
    assert json.loads((tmp_path / "r.json").read_text())["errors"] == [error]
    assert error["message"].startswith("a.docx: the format is not recognised – say it with --from: ")
    assert run(tmp_path / "a.docx", tmp_path / "b.yaml").stdout.count("a.docx: ") == 1


def test_half_a_character_of_json_is_told(tmp_path):
    """The account raised."""
    one = r'{"id": "\ud800", "type": "essay", "prompt": "Why?", "timeless": true}'
    (tmp_path / "a.json").write_text(
        f'{{"format": "quiz-bank/1", "bank": "b", "title": "B", "questions": [{one}]}}'
    )
    done = run(tmp_path / "a.json", tmp_path / "b.yaml", "--report", tmp_path / "r.json")
    (loss,) = json.loads((tmp_path / "r.json").read_text())["losses"]
    assert done.exit_code == 0
    assert loss["detail"].startswith("'\ud800' became 'q1': ")
    assert r"lost: id ('\ud800' became 'q1'" in done.stdout
