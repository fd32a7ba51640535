"""Checks that the words which a question rests on stand in the document that it names (contracts.md §3, "Evidence")."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Final
from unicodedata import normalize

from quiz.banks.common import Document, Evidence
from quiz.banks.model import Authored, Bank
from quiz.errors import Problem

_QUOTES: Final = str.maketrans(dict.fromkeys("“”„‟«»″", '"') | dict.fromkeys("‘’‚‛‹›′", "'"))
_BLANK_LINES: Final = re.compile(r"\n[^\S\n]*\n\s*")


def fold(text: str) -> str:
    """The text as terms are compared: NFKC, case, white space and quotes folded."""
    return " ".join(normalize("NFKC", normalize("NFKC", text).translate(_QUOTES).casefold()).split())


@dataclass(frozen=True, slots=True)
class Paragraphs:
    """A document's text: the blocks between blank lines, folded. The first is paragraph 1."""

    blocks: tuple[str, ...]
    digest: str

    @classmethod
    def read(cls, path: Path) -> Paragraphs:
        """Reads a UTF-8 text file. Raises UnicodeDecodeError where it is none."""
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig").replace("\r\n", "\n").strip()
        return cls(tuple(fold(block) for block in _BLANK_LINES.split(text)), sha256(raw).hexdigest())

    def holding(self, term: str) -> list[int]:
        """The numbers of the paragraphs that hold the term."""
        return [number for number, block in enumerate(self.blocks, 1) if fold(term) in block]


class Shelf:
    """A folder with documents, found by digest or by name. Each file is read once."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._read: dict[Path, Paragraphs] = {}

    @cached_property
    def _by_digest(self) -> Mapping[str, Path]:
        files = sorted(self._folder.iterdir()) if self._folder else []
        return {sha256(path.read_bytes()).hexdigest(): path for path in files if path.is_file()}

    def find(self, name: str, document: Document) -> Paragraphs | None:
        """The document by its digest, else the file ``<name>.txt``; None where neither is there."""
        path = self._by_digest.get(document.sha256 or "")
        if path is None and self._folder and (self._folder / f"{name}.txt").is_file():
            path = self._folder / f"{name}.txt"
        if path is None:
            return None
        if path not in self._read:
            self._read[path] = Paragraphs.read(path)
        return self._read[path]


@dataclass(slots=True)
class Findings:
    """How many entries were checked, are sources without a file, miss their document; and what is false.

    ``false`` are (question, problem) with ``where`` inside the question; ``changed`` maps a document's id to the digest
    of the file that was found in place of the one that the bank names.
    """

    checked: int = 0
    not_checkable: int = 0
    missing_document: int = 0
    false: list[tuple[Authored, Problem]] = field(default_factory=list)
    changed: dict[str, str] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)


def check_evidence(bank: Bank, shelf: Shelf) -> Findings:
    """Checks every entry of every question of the bank."""
    found = Findings()
    texts = {
        name: text
        for name, document in bank.documents.items()
        if (text := _text(name, document, shelf, found))
    }
    for question in bank.authored:
        for place, evidence in enumerate(question.evidence):
            if evidence.document is None:
                found.not_checkable += 1
            elif evidence.document not in texts:
                found.missing_document += 1
            else:
                found.checked += 1
                problems = _false(evidence, texts[evidence.document], f"evidence[{place}]")
                found.false.extend((question, problem) for problem in problems)
    return found


def _text(name: str, document: Document, shelf: Shelf, found: Findings) -> Paragraphs | None:
    try:
        text = shelf.find(name, document)
    except UnicodeDecodeError:
        found.unreadable.append(name)
        return None
    if text is not None and document.sha256 and text.digest != document.sha256:
        found.changed[name] = text.digest
    return text


def _false(evidence: Evidence, text: Paragraphs, where: str) -> Iterator[Problem]:
    number, count = evidence.paragraph or 0, len(text.blocks)
    if number > count:
        what = f"there is no paragraph {number}: '{evidence.document}' has {count}"
        yield Problem(f"{where}.paragraph", what, "count the blocks between blank lines, from 1")
        return
    for place, term in enumerate(evidence.terms):
        if fold(term) not in text.blocks[number - 1]:
            what = f"'{term}' does not stand in paragraph {number} of '{evidence.document}'"
            yield Problem(f"{where}.terms[{place}]", what, _elsewhere(text.holding(term)))


def _elsewhere(numbers: Iterable[int]) -> str:
    listed = ", ".join(map(str, numbers))
    return (
        f"it stands in paragraph {listed}: mend the number"
        if listed
        else "quote words of the paragraph exactly"
    )
