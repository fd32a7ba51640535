"""Every file format: what it writes it reads again, equal; the second time byte by byte; every question accounted for."""

from contextlib import suppress

import pytest

from quiz.errors import QuizError
from quiz.formats import formats, recognise
from quiz.formats.base import HEAD_BYTES
from quiz.questions import types
from tests.formats.samples import read, samples, written

BOTH = [name for name, format in formats().items() if format.read and format.writer]


@pytest.mark.parametrize("name", BOTH)
def test_what_is_written_is_read_and_written_equal(name):
    format = formats()[name]
    held = format.writer.types
    assert held <= set(types.names())
    asked = samples(held)
    first, _ = written(format, asked)
    found, report = read(format, first)
    assert (report.errors, report.unsupported) == ([], [])
    assert [question.type for question in found] == [question.type for question in asked]
    second, _ = written(format, found)
    again, _ = read(format, second)
    assert again == found
    third, _ = written(format, again)
    assert third == second
    assert recognise(second[:HEAD_BYTES], f"x{format.suffixes[0]}") == format


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"{", b"<", b"PK\x03\x04", b"\x00" * 100])
def test_a_file_that_is_none_is_refused_or_holds_nothing(name, content):
    """No other exception than the program's own; what is not refused holds no question."""
    with suppress(QuizError):
        found, report = read(formats()[name], content)
        assert found == []
        assert report.read == 0
