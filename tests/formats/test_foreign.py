"""What we write is read by programs of others, and what they make of it by us."""

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import moodle_xml_parser.parser
import openpyxl
import pytest
from anki_export import ApkgReader
from text2qti.config import Config
from text2qti.qti import QTI
from text2qti.quiz import Quiz

from quiz.banks.model import Question
from quiz.files.tables import read_sheets
from quiz.formats import formats
from quiz.questions import types
from tests.formats.samples import is_written, read, samples, written


def taken(format):
    """Samples that the format takes, each with a prompt of its own."""
    found = []
    for number, one in enumerate(samples(format.writer.types & set(types.names()))):
        question = Question.load({**one.dump(), "prompt": f"{one.prompt} Number {number}."})
        found += [question] * is_written(format, question)
    return found


def test_text2qti_reads_our_markdown_and_we_read_its_package(tmp_path):
    format = formats()["text2qti"]
    ours, _ = read(format, written(format, taken(format))[0])
    content = written(format, ours)[0].decode()
    package = tmp_path / "quiz.zip"
    QTI(Quiz(content, config=Config())).save(package)
    theirs, report = read(formats()["qti12"], package.read_bytes(), "quiz.zip")
    assert (report.errors, report.unsupported) == ([], [])
    assert [one.type for one in theirs] == [one.type for one in ours]
    assert [right(one) for one in theirs] == [right(one) for one in ours]


def right(question):
    """The right answer in words."""
    return question.kind.right_answer(question.content)


@pytest.mark.parametrize("name", ["xlsx", "kahoot"])
def test_openpyxl_reads_the_cells_of_our_sheets(name):
    format = formats()[name]
    content = written(format, taken(format))[0]
    sheet = openpyxl.load_workbook(BytesIO(content), read_only=True).worksheets[0]
    theirs = [["" if cell is None else str(cell) for cell in row] for row in sheet.values]
    assert theirs == next(read_sheets(content))[1]
    assert len(theirs) > 10


@pytest.mark.parametrize("name, way, other", [("qti21", "upgrade", "qti30"), ("qti22", "upgrade", "qti30"), ("qti30", "downgrade", "qti21")])  # fmt: skip
def test_qti_convert_makes_another_version_of_our_packages_with_the_same_questions(
    tmp_path, name, way, other
):
    format, begun, ended = formats()[name], tmp_path / "ours.zip", tmp_path / "theirs.zip"
    begun.write_bytes(written(format, taken(format)[::4])[0])
    program = Path(sys.executable).with_name("qti-convert")
    subprocess.run([program, way, begun, ended], check=True, capture_output=True)
    theirs, report = read(formats()[other], ended.read_bytes(), ended.name)
    assert (report.errors, report.unsupported) == ([], [])
    ours, _report = read(format, begun.read_bytes(), begun.name)
    assert [one.dump() for one in theirs] == [one.dump() for one in ours]
    assert len(ours) > 30


def test_moodle_xml_parser_reads_our_choices_and_texts_with_gaps():
    format = formats()["moodle-xml"]
    ours = taken(format)
    theirs = moodle_xml_parser.parser.parse_bytes(written(format, ours)[0])
    choices = [one for one in ours if one.type in ("single_choice", "multiple_response")]
    assert [len(one.options) for one in theirs["multichoice"]] == [
        len(one.content.options) for one in choices
    ]
    assert [one.single for one in theirs["multichoice"]] == [one.type == "single_choice" for one in choices]
    texts = [one for one in ours if one.type == "cloze"]
    assert [sum(gap.sub_type != "UNKNOWN" for gap in one.gaps) for one in theirs["cloze"]] == [
        len(one.content.gaps) for one in texts
    ]
    assert len(choices) > len(texts) > 0


def test_anki_export_reads_the_notes_of_our_packages(tmp_path):
    format = formats()["anki"]
    ours = taken(format)
    (tmp_path / "ours.apkg").write_bytes(written(format, ours)[0])
    with ApkgReader(tmp_path / "ours.apkg", extract_to=tmp_path / "theirs") as package:
        notes = [note["data"]["record"] for note in package.notes]
    for one, note in zip(ours, notes, strict=True):
        front = note["Text"] if one.type == "cloze" else note["Front"]
        assert ("{{c1::" in front) == (one.type == "cloze")
    assert len(ours) > 5
