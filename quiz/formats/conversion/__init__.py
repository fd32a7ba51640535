"""Converts between formats: reads what a source holds, writes what the target can hold, and accounts for the rest."""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from quiz.banks.model import Bank
from quiz.errors import Invalid
from quiz.files.replacing import replaced
from quiz.formats.base import USUAL, Format, Limits, Source
from quiz.formats.conversion.ids import as_slug
from quiz.formats.conversion.pictures import put_beside, seen
from quiz.formats.conversion.reading import Reading, Understood
from quiz.formats.conversion.report import Report
from quiz.formats.conversion.writing import Instances, write

__all__ = [
    "Converted",
    "Instances",
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
            if not reading.met:
                raise Invalid(
                    "there is no question in it – look whether it is the file and the format that you mean"
                )
            written.flush()  # a disk that is full is known before a picture is put beside it
            put_beside(beside, target.parent)
    return report


def _stepped(questions: Iterable[Understood], step: Callable[[], object]) -> Iterator[Understood]:
    for one in questions:
        yield one
        step()


@dataclass(frozen=True, slots=True)
class Converted:
    """A file in memory, the pictures that belong beside it, and what became of each question."""

    content: bytes
    files: Mapping[str, bytes]
    report: Report


def convert_upload(
    source: Source,
    read_as: Format,
    write_as: Format,
    name: str,
    instances: Instances,
    bank: Bank | None = None,
    topic: str = "",
    images: Container[str] = (),
) -> Converted:
    """Converts a file that somebody sent, all in memory.

    ``name`` is that of the file: ids that have to be made begin with it, and the bank gets it, unless the questions come
    into a ``bank`` that there is already. ``topic`` is put in front of their own. A question with an image that is neither
    in the file nor among these ``images`` is an error of its own; one with an image without words is a draft.
    Raises Invalid or TooLarge where the file is refused as a whole.
    """
    report, target, files = Report(source.name, read_as.name), BytesIO(), dict[str, bytes]()
    reading = Reading(read_as, source, report, as_slug(name), f"{as_slug(name)[:50]}-", bank, topic)

    def kept() -> Iterator[Understood]:
        for one in reading:
            try:
                shown = seen(one, images)
            except Invalid as error:
                report.errors.append({"where": one.where, "message": str(error)})
                report.read -= 1
            else:
                files.update(one.files)
                yield shown

    write(kept(), reading.bank, write_as, target, report, instances, reading.topics)
    return Converted(target.getvalue(), files, report)


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
    return Converted(target.getvalue(), files if whole else beside, report)
