"""What we write is read by programs of others, and what they make of it by us."""

from io import BytesIO

import openpyxl
import pytest
from text2qti.config import Config
from text2qti.qti import QTI
from text2qti.quiz import Quiz

from quiz.banks.model import Question
from quiz.files.tables import read_sheet
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
    assert theirs == [*read_sheet(content)]
    assert len(theirs) > 10
