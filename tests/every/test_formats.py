"""Every file format: what it writes it reads again, equal; the second time byte by byte; every question accounted for."""

from contextlib import suppress

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from quiz.errors import QuizError
from quiz.formats import formats, recognise
from quiz.formats.base import HEAD_BYTES
from quiz.questions import types
from tests.formats.samples import is_written, read, samples, written
from tests.kernel.questions import TEXTS, contents, question

#: Nothing in such a file says which format it is.
ONLY_BY_NAME = {"missing-word", "kahoot"}
BOTH = [name for name, format in formats().items() if format.read and format.writer]


@pytest.mark.parametrize("name", BOTH)
def test_what_is_written_is_read_and_written_equal(name):
    format = formats()[name]
    held = format.writer.types & set(types.names())
    asked = [question for question in samples(held) if is_written(format, question)]
    assert {question.type for question in asked} == held
    first, _ = written(format, asked)
    found, report = read(format, first)
    assert (report.errors, report.unsupported) == ([], [])
    assert [question.type for question in found] == [question.type for question in asked]
    second, _ = written(format, found)
    again, _ = read(format, second)
    assert again == found
    third, _ = written(format, again)
    assert third == second
    if name not in ONLY_BY_NAME:
        assert recognise(second[:HEAD_BYTES], f"x{format.suffixes[0]}") == format


@pytest.mark.parametrize("name", [name for name, format in formats().items() if format.template])
def test_a_template_holds_a_question_of_each_type_that_is_taken(name):
    format = formats()[name]
    found, report = read(format, format.template())
    assert (report.errors, report.unsupported) == ([], [])
    assert {question.type for question in found} == format.writer.types


@pytest.mark.parametrize("name", BOTH)
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_any_question_comes_back_as_it_was(name, data):
    """After the first reading nothing changes any more: neither the questions nor the bytes."""
    format = formats()[name]
    kind = data.draw(st.sampled_from(sorted(format.writer.types & set(types.names()))))
    dress = {
        "prompt": data.draw(TEXTS),
        "text_format": data.draw(st.sampled_from(["plain", "markdown", "html"])),
        "explanation": data.draw(st.none() | TEXTS),
    }
    asked = question(kind, data.draw(contents(kind)), **dress)
    assume(is_written(format, asked))
    first, _ = written(format, [asked])
    found, report = read(format, first)
    assert (report.errors, report.unsupported) == ([], [])
    assert [one.type for one in found] == [kind]
    assume(is_written(format, found[0]))
    second, _ = written(format, found)
    again, _ = read(format, second)
    assert again == found
    assert written(format, again)[0] == second


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"{", b"<", b"PK\x03\x04", b"\x00" * 100])
def test_a_file_that_is_none_is_refused_or_holds_nothing(name, content):
    """No other exception than the program's own; what is not refused holds no question."""
    with suppress(QuizError):
        found, report = read(formats()[name], content)
        assert {one.type for one in found} <= {"description"}, "in GIFT any text is one"
        assert report.read == len(found)
