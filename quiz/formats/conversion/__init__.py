"""Converts between formats: reads what a source holds, writes what the target can hold, and accounts for the rest."""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from quiz.banks.model import Authored, Bank, Topic
from quiz.errors import Invalid, Problem, in_turn
from quiz.files.replacing import replaced
from quiz.formats.base import USUAL, Format, Limits, Source
from quiz.formats.conversion.ids import as_slug
from quiz.formats.conversion.pictures import put_beside, seen, with_beside
from quiz.formats.conversion.reading import Reading, Understood
from quiz.formats.conversion.report import Report
from quiz.formats.conversion.writing import Instances, write

__all__ = [
    "Converted",
    "Instances",
    "Into",
    "Reading",
    "Report",
    "Understood",
    "convert",
    "convert_upload",
    "export",
    "legible",
    "put_beside",
]


def legible(path: Path) -> str:
    """A path that every file and terminal can show: bytes of a name that are no UTF-8, as old archives have them, as �."""
    return os.fsencode(path).decode("utf-8", "replace")


def convert(
    source: Path,
    target: Path,
    read_as: Format,
    write_as: Format,
    instances: Instances,
    limits: Limits = USUAL,
    step: Callable[[], object] = lambda: None,
) -> Report:
    """Converts a file. The target is written whole or not at all. ``step`` is called once a question.

    Raises Invalid or TooLarge where the source is refused as a whole, as one without any question is: no target is then
    written.
    """
    with source.open("rb") as file:
        report = Report(legible(source), read_as.name)
        reading = Reading(
            read_as,
            Source(file, legible(Path(source.name)), source.parent, limits),
            report,
            as_slug(target.stem),
        )
        with replaced(target) as written:
            writing = write_as.for_file(target.name)
            questions = _stepped(reading, step)
            beside = write(questions, reading.bank, writing, written, report, instances, reading.topics)
            _demand_any(reading, report)
            written.flush()  # a disk that is full is known before a picture is put beside it
            put_beside(beside, target.parent)
    return report


def _stepped(questions: Iterable[Understood], step: Callable[[], object]) -> Iterator[Understood]:
    for one in questions:
        yield one
        step()


def _demand_any(reading: Reading, report: Report) -> None:
    """Raises Invalid where nothing that was read is a question, be it a wrong one: with what is lost of the rest."""
    if reading.met:
        return
    mend = "look whether it is the file and the format that you mean"
    others = [Problem(loss["field"], loss["detail"]) for loss in report.losses]
    raise Invalid([Problem("", "there is no question in it", mend), *others])


@dataclass(frozen=True, slots=True)
class Converted:
    """A file in memory, the pictures that belong beside it, what became of each question, and the name of its bank."""

    content: bytes
    files: Mapping[str, bytes]
    report: Report
    bank: str


def _hold(_question: Authored) -> None:
    """Holds every question."""


@dataclass(frozen=True, slots=True)
class Into:
    """Where the questions of a file are to go."""

    #: What is said there of topics, which stays, and the topic in front of those of the file.
    topics: Mapping[str, Topic] = field(default_factory=dict)
    topic: str = ""
    #: The names of the images that are there.
    images: Container[str] = ()
    #: Raises Invalid for a question that cannot be held there.
    demand: Callable[[Authored], None] = _hold


def convert_upload(
    source: Source,
    read_as: Format,
    write_as: Format,
    name: str,
    instances: Instances,
    into: Into = Into(),
) -> Converted:
    """Converts a file that somebody sent, all in memory.

    ``name`` is that of the file: ids that have to be made begin with it, and the bank gets it where it says no name of its own.
    A question with an image that is neither in the file nor in the bank that it comes ``into`` is an error of its own, and so
    is one that this cannot hold; one with an image without words is a draft.
    Raises Invalid or TooLarge where the file is refused as a whole, as one without any question is.
    """
    report, target, files = Report(source.name, read_as.name), BytesIO(), dict[str, bytes]()
    reading = Reading(
        read_as, source, report, as_slug(name), f"{as_slug(name)[:50]}-", into.topics, into.topic
    )

    def kept() -> Iterator[Understood]:
        for one in reading:
            try:
                shown = seen(with_beside(one, source), into.images)
                into.demand(shown.question)
            except Invalid as error:
                told = in_turn("; ", map(str, error.problems))
                message = in_turn(": ", ((one.question.name or one.question.id)[:60], told))
                report.errors.append({"where": one.where, "message": message})
                report.read -= 1
            else:
                files.update(shown.files)
                yield shown

    write(kept(), reading.bank, write_as, target, report, instances, reading.topics)
    _demand_any(reading, report)
    return Converted(target.getvalue(), files, report, reading.bank.slug)


def export(bank: Bank, files: Mapping[str, bytes], write_as: Format, instances: Instances) -> Converted:
    """The questions of a bank in another format; ``files`` are its pictures by the names in its texts."""
    report, target = Report(bank.slug, "yaml"), BytesIO()
    understood = (
        Understood(one.qualified, one, (), {name: files[name] for name in one.images if name in files})
        for one in bank.authored
    )
    report.read = len(bank.authored)
    beside = write(understood, bank.holding(()), write_as, target, report, instances)
    whole = write_as.writer is not None and write_as.writer.whole  # holds pictures of shared texts too
    return Converted(target.getvalue(), files if whole else beside, report, bank.slug)
