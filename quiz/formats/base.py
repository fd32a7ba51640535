"""What a file format is: the values that pass between a format and the rest of the program.

A format is a module of this package with a value ``FORMAT``; the registry finds it. A reader yields what it meets, in
the order of the source; a writer is given one question after the other, so that neither has to hold the whole file.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Final, TypeAlias

from quiz.banks.model import Bank, Question

#: Bytes of a source that ``sniff`` is shown.
HEAD_BYTES: Final = 4096


@dataclass(frozen=True, slots=True)
class Limits:
    """What a reader takes from a stranger's file; beyond it the file is refused with TooLarge."""

    #: Bytes of a source that has to be in memory as a whole (text formats); streamed formats are bounded by entries.
    bytes: int = 64_000_000
    questions: int = 100_000
    #: Bytes of a single question with its pictures.
    question_bytes: int = 16_000_000


USUAL: Final = Limits()


@dataclass(frozen=True, slots=True)
class Source:
    """What is read: an open file, its name, and the folder it stands in (None where it came without one)."""

    file: BinaryIO
    name: str
    folder: Path | None = None
    limits: Limits = USUAL


@dataclass(frozen=True, slots=True)
class Loss:
    """Something of a question, or of the bank, that the other side cannot hold. ``field`` is our field's name."""

    field: str
    detail: str


@dataclass(frozen=True, slots=True)
class Head:
    """What a source says of the bank: header fields as in bank files. At most one, before the questions."""

    fields: Mapping[str, Any]
    losses: Sequence[Loss] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A question of a source, in the flat form of bank files, without ``bank``.

    ``where`` says where it stands ("line 3", "item 9"). ``id`` may be missing or unfit: it is then made from ``name``
    or the number. ``files`` are pictures by the name under which texts refer to them (``images/x.png``).
    """

    where: str
    fields: Mapping[str, Any]
    losses: Sequence[Loss] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A question of a source of a kind that we do not have. ``kind`` is the source's own word."""

    where: str
    kind: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """A question of a source that is wrong in itself. Says how to mend it."""

    where: str
    message: str


Entry: TypeAlias = Head | Found | Unsupported | Fault


class Unwritable(Exception):
    """The question cannot be held by the format at all; ``kind`` names why (its type, as a rule)."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(kind)


class Writer(ABC):
    """Writes one file. ``add`` each question in turn, then ``close``; nothing is closed that the caller opened."""

    #: The fields of bank files (common fields and the types' own) that the format holds without loss.
    holds: ClassVar[frozenset[str]] = frozenset()
    #: The types that the format can hold.
    types: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, target: BinaryIO, bank: Bank, folder: Path | None = None) -> None:
        """``bank`` is the header alone; ``folder``: where pictures are put beside the file, if it cannot hold them."""
        self.target, self.bank, self.folder = target, bank, folder

    def head_losses(self) -> Sequence[Loss]:
        """What of the bank's header cannot be held."""
        return ()

    @abstractmethod
    def add(self, question: Question, files: Mapping[str, bytes]) -> Sequence[Loss]:
        """Writes a question of one of ``types``. Returns what was lost beyond the fields that are not in ``holds``.

        Raises Unwritable, and has then written nothing.
        """

    @abstractmethod
    def close(self) -> None:
        """Writes what is left."""


@dataclass(frozen=True, slots=True)
class Format:
    """A file format. ``sniff`` gives the confidence, 0 to 1, that a file which begins so is of this format."""

    name: str
    title: str
    #: The first is what a download gets.
    suffixes: tuple[str, ...]
    sniff: Callable[[bytes, str], float] = field(repr=False)
    read: Callable[[Source], Iterator[Entry]] | None = field(default=None, repr=False)
    writer: type[Writer] | None = field(default=None, repr=False)
    #: True where the ending alone says that this format is meant when writing.
    own_suffix: bool = False


def lost_fields(question: Question, writer: type[Writer]) -> list[Loss]:
    """A loss for each field of the question that the writer's format does not hold."""
    skip = {"bank", "id", "images", "type", "timeless", "text_format"}
    return [
        Loss(name, f"the format has no field for '{name}'")
        for name in question.dump()
        if name not in skip and name not in writer.holds and not _as_usual(question, name)
    ]


def _as_usual(question: Question, name: str) -> bool:
    """Whether a field says no more than its absence would."""
    return name == "scoring" and question.scoring == question.kind.rules[0]
