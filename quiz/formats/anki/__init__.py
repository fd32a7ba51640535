"""Anki's packages: decks of notes to learn by heart."""

from __future__ import annotations

from quiz.files.archive import START
from quiz.formats.anki.reading import read
from quiz.formats.anki.writing import AnkiWriter
from quiz.formats.base import Format


def _sniff(head: bytes, name: str) -> float:
    return 0.95 if head.startswith(START) and (name.endswith(".apkg") or b"collection.anki2" in head) else 0.0


FORMAT = Format("anki", "Anki", (".apkg",), _sniff, read, AnkiWriter, own_suffix=True)
