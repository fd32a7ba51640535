"""Every reader takes files that are nearly right, and raises nothing but the program's own errors (``make soak``: for minutes)."""

import random
import resource
from datetime import UTC, datetime
from io import BytesIO

import pytest

from quiz.errors import QuizError
from quiz.formats import formats
from quiz.formats.base import Source
from quiz.formats.conversion import Reading, Report
from tests.faults.counts import FULL, count
from tests.formats.hostile import zipped
from tests.fuzz.mutation import mutated, seeds

READ = [name for name, format in formats().items() if format.read]
#: The number of the first file: other ones every day, where there is time for them.
FIRST = datetime.now(UTC).toordinal() * 10_000_000 if FULL else 0
#: Files for each reader, and seconds of a processor after which no further one is begun: on a machine that is busy, or
#: stands still for a while, as many files are tried as on a quiet one.
FILES = 10_000_000 if FULL else 12
SECONDS = count(5, 600)
#: Seconds of a processor that a single one may take; seeds are small.
LONGEST = 10

pytestmark = pytest.mark.timeout(3600 if FULL else 120)


def read(name, content):
    """Everything that a reader finds in a file."""
    report = Report("x", name)
    try:
        found = [*Reading(formats()[name], Source(BytesIO(content), "x"), report, "b")]
    except QuizError:
        return
    told = [*report.errors, *report.unsupported]
    assert report.read == len(found)
    assert {one.question.type for one in found} <= formats()[name].reads
    assert all(one["where"] for one in told), told


@pytest.mark.parametrize("name", READ)
def test_a_reader_raises_only_its_own_errors(name, record_property, tmp_path):
    seeds(name)  # made once, before the clock runs
    end, number, slowest = _processor() + SECONDS, FIRST, 0.0
    while number < FIRST + FILES and _processor() < end:
        content = mutated(name, random.Random(f"{name} {number}"))
        began = _processor()
        try:
            read(name, content)
        except BaseException as error:  # also what native code throws
            (tmp_path / "found").write_bytes(content)
            raise AssertionError(f"file {number} of {name}, kept as {tmp_path / 'found'}") from error
        slowest = max(slowest, _processor() - began)
        assert slowest < LONGEST, f"file {number} of {name}"
        number += 1
    record_property("files", number - FIRST)
    record_property("slowest second", round(slowest, 2))


def _archive(*changes):
    """An archive of one file with other bytes at these places of its entry (APPNOTE 4.3.12)."""
    made = bytearray(zipped(("imsmanifest.xml", "<manifest/>")))
    place = made.index(b"PK\x01\x02")
    for at, value in changes:
        made[place + at] = value
    return bytes(made)


#: What was found, by what was wrong with it. The name became a comment.
FOUND = {
    "a version of zip that is not known": ("xlsx", _archive((6, 122))),
    "a file without a name": ("anki", _archive((28, 0), (32, 15))),
    "an element whose name is a beginning only": ("qti30", b"<qti-><qti-1/></qti->"),
    "a bank without a name": ("yaml", b"format: quiz-bank/1\nbank:"),
    "a collection without a byte": ("anki", zipped(("collection.anki2", ""))),
}


@pytest.mark.parametrize("what", FOUND)
def test_what_was_found_is_refused(what):
    name, content = FOUND[what]
    with pytest.raises(QuizError):
        [*Reading(formats()[name], Source(BytesIO(content), "x"), Report("x", name), "b")]


def _processor():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def test_a_number_that_nothing_holds_and_an_anchor_that_stands_twice_are_told_or_taken():
    """Found by fuzzing: one raised, and so did the look for the line of a fault in a text with the other."""
    far = "1e" + "9" * 40
    for name, form in (("yaml", "{{points: {}, {}}}"), ("json", '{{"points": {}, {}}}')):
        rest = '"id": "a", "type": "essay", "prompt": "Why?", "timeless": true'
        question = form.format(far, rest)
        content = f'{{"format": "quiz-bank/1", "bank": "b", "title": "B", "questions": [{question}]}}'
        report = Report("x", name)
        assert [*Reading(formats()[name], Source(BytesIO(content.encode()), "x"), report, "b")] == []
        assert "points" in report.errors[0]["message"]
    twice = b"format: quiz-bank/1\nbank: &x b\ntitle: &x B\nquestions:\n- {id: a, type: essay}\n"
    report = Report("x", "yaml")
    assert [*Reading(formats()["yaml"], Source(BytesIO(twice), "x"), report, "b")] == []
    assert report.errors[0]["where"] == "line 5"
