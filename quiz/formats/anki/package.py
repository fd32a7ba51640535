"""Anki's packages, of both kinds: a zip with the collection, a database of SQLite, and the list of the media in it.

The older kind has ``collection.anki2`` or ``collection.anki21`` (schema 11: kinds of notes and decks are JSON in ``col``)
and a list in JSON. Since Anki 2.1.50 it is ``collection.anki21b`` (schema 18: a table for each), beside which stands a
``collection.anki2`` that only says that Anki is too old; collection, list and media are packed with Zstandard, and the
list is a message of Protocol Buffers (``MediaEntries`` in Anki's ``import_export.proto``).
"""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final

from quiz.errors import Invalid, Said, TooLarge
from quiz.files.archive import Archive, Limits
from quiz.formats.base import Source

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_LIMITS: Final = Limits(entries=20_000, entry=25_000_000, total=200_000_000, ratio=200)
#: Steps of SQLite's machine that reading may take: some fifty a note.
_MOST_STEPS: Final = 30_000_000
_PACKED: Final = "collection.anki21b"
_NAMES: Final = (_PACKED, "collection.anki21", "collection.anki2")
#: How a database begins, and where and how it says that it has no log of changes beside it, without which one in memory
#: could not be read (The SQLite Database File Format, 1.3).
_BEGINS: Final = b"SQLite format 3\0"
_VERSIONS: Final = slice(18, 20)
_ALONE: Final = b"\1\1"
#: What parts the fields of a note, and since schema 15 the names of nested decks.
PARTED: Final = "\x1f"
#: What parts the names of nested decks before, and where they are shown.
NESTED: Final = "::"
#: Kinds of notes whose cards are made of gaps.
_CLOZE: Final = 1
_LONGEST_NAME: Final = 1_000
#: The longest way back that unpacking may need, as a power of two: 32 MB.
_WINDOW: Final = 25


@dataclass(frozen=True, slots=True)
class Note:
    """A note: the name of its kind, whether its cards are made of gaps, its fields, the deck and the number of its cards."""

    kind: str
    cloze: bool
    tags: tuple[str, ...]
    fields: tuple[str, ...]
    deck: tuple[str, ...]
    cards: int


class Package:
    """The notes and the media of a package."""

    def __init__(self, source: Source) -> None:
        """Raises Invalid where it is none, or damaged."""
        self._source = source
        self._archive = Archive(source.whole(), _LIMITS)
        self._left = _LIMITS.total
        name = next((one for one in _NAMES if one in self._archive.names), "")
        if not name:
            raise Invalid(
                Said(
                    "%(file)s is no Anki package: it holds no collection – export the deck again",
                    file=source.name,
                )
            )
        self._packed = name == _PACKED
        try:
            self.notes = self._notes(self._read(name))
            self._media = self._listed()
        except (sqlite3.Error, zstd.ZstdError, ValueError, TypeError, RecursionError):
            raise Invalid(
                Said("%(file)s: the collection is damaged – export it again", file=source.name)
            ) from None

    def medium(self, name: str) -> bytes:
        """A picture or sound by the name that notes have for it. Raises KeyError where there is none, Invalid where it is damaged."""
        try:
            return self._read(self._media[name])
        except zstd.ZstdError:
            raise Invalid(Said("'%(name)s' cannot be unpacked – export it again", name=name[:60])) from None

    def _too_large(self, most: int) -> TooLarge:
        return TooLarge(
            Said("%(file)s is larger than %(size)s MB", file=self._source.name, size=most // 1_000_000)
        )

    def _read(self, name: str) -> bytes:
        """An entry of the archive, unpacked. Raises ZstdError, and TooLarge."""
        content = self._archive.read(name)
        if not self._packed:
            return content
        unpacking = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _WINDOW})
        found = unpacking.decompress(content, _LIMITS.entry + 1)
        self._left -= len(found)
        if len(found) > _LIMITS.entry or self._left < 0:
            raise self._too_large(_LIMITS.entry if self._left >= 0 else _LIMITS.total)
        if not unpacking.eof:
            raise zstd.ZstdError("cut off")
        return found

    def _listed(self) -> Mapping[str, str]:
        """The entries of the archive by the names that notes have for them."""
        if "media" not in self._archive.names:
            return {}
        content = self._read("media")
        if self._packed:
            return {name: str(place) for place, name in enumerate(_names_of(content))}
        listed = json.loads(content)
        entries = listed.items() if isinstance(listed, dict) else ()
        return {name: entry for entry, name in entries if isinstance(name, str)}

    def _notes(self, content: bytes) -> tuple[Note, ...]:
        """Raises ValueError for what is no database: of an empty one SQLite says that memory is short."""
        if not content.startswith(_BEGINS):
            raise ValueError("no database")
        with closing(sqlite3.connect(":memory:")) as collection:
            collection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, self._source.limits.question_bytes)
            collection.set_progress_handler(lambda: 1, _MOST_STEPS)
            collection.create_collation("unicase", _in_order)
            collection.deserialize(content[: _VERSIONS.start] + _ALONE + content[_VERSIONS.stop :])
            return tuple(_Collection(collection, len(content)).notes())


def _in_order(one: str, other: str) -> int:
    """The order of names in an index of Anki's, which has to be known to read the table."""
    return (one.casefold() > other.casefold()) - (one.casefold() < other.casefold())


class _Collection:
    """What of a collection is read, whatever its schema."""

    def __init__(self, database: sqlite3.Connection, size: int) -> None:
        """``size``: bytes of the database. Raises ValueError where what is read is no table: a view could compute for ever."""
        self._database, self._left = database, size
        rows = self._rows("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE TABLE%'")
        self._tables = {name for (name,) in rows}
        if not {"col", "notes"} <= self._tables:
            raise ValueError("views in place of tables")

    def _rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        """The rows. Raises ValueError where more is in them all than in the database: columns can be computed, or left out."""
        for row in self._database.execute(query):
            self._left -= sum(len(value) for value in row if isinstance(value, str | bytes))
            if self._left < 0:
                raise ValueError("more than there is")
            yield row

    def notes(self) -> Iterator[Note]:
        """The notes in the order in which they were made."""
        kinds, decks, cards = self._kinds(), self._decks(), self._cards()
        for id, kind, tags, fields in self._rows("SELECT id, mid, tags, flds FROM notes ORDER BY id"):
            name, cloze = kinds.get(kind, ("", False))
            deck, count = cards.get(id, (0, 0))
            parts = tuple(str(fields or "").split(PARTED))
            yield Note(name, cloze, tuple(str(tags or "").split()), parts, decks.get(deck, ()), count)

    def _kinds(self) -> Mapping[int, tuple[str, bool]]:
        """The name of each kind of notes, and whether its cards are made of gaps."""
        if "notetypes" in self._tables:
            rows = self._rows("SELECT id, name, config FROM notetypes")
            return {id: (_name(name), (1, _CLOZE) in _fields_of(told)) for id, name, told in rows}
        return self._in_json("models", lambda told: (_name(told.get("name")), told.get("type") == _CLOZE))

    def _decks(self) -> Mapping[int, tuple[str, ...]]:
        """The names of each deck and of those around it, the outermost first."""
        if "decks" in self._tables:
            rows = self._rows("SELECT id, name FROM decks")
            return {id: tuple(_name(name).split(PARTED)) for id, name in rows}
        if "cards" not in self._tables:
            return {}
        return self._in_json("decks", lambda told: tuple(_name(told.get("name")).split(NESTED)))

    def _in_json(self, column: str, told: Callable[[Mapping[str, Any]], Any]) -> dict[int, Any]:
        """What the older schema says of its kinds of notes, or decks, by their ids."""
        ((text,),) = self._rows(f"SELECT {column} FROM col LIMIT 1")  # noqa: S608 - our own words
        listed = json.loads(text)
        entries = listed.items() if isinstance(listed, dict) else ()
        return {int(id): told(one) for id, one in entries if isinstance(one, dict)}

    def _cards(self) -> Mapping[int, tuple[int, int]]:
        """The deck in which the first card of each note is at home, and the number of its cards."""
        if "cards" not in self._tables:
            return {}
        found: dict[int, tuple[int, int]] = {}
        for note, deck in self._rows(
            "SELECT nid, CASE odid WHEN 0 THEN did ELSE odid END FROM cards ORDER BY id"
        ):
            home, count = found.get(note, (deck, 0))
            found[note] = home, count + 1
        return found


def _name(told: object) -> str:
    """The name of a deck or kind, which comes with each of its notes. Raises ValueError for one beyond all measure."""
    name = str(told or "")
    if len(name) > _LONGEST_NAME:
        raise ValueError("no name")
    return name


# Protocol Buffers (Encoding) -----------------------------------------------------------------------------------------

#: Bytes of a value by its wire type, where that says so.
_SIZES: Final = {1: 8, 5: 4}


def _names_of(content: bytes) -> Iterator[str]:
    """The names of ``MediaEntries``, in the order of their numbers in the archive. Raises ValueError."""
    for _number, entry in _fields_of(content):
        name = dict(_fields_of(entry)).get(1)
        yield name.decode() if isinstance(name, bytes) else ""


def _fields_of(content: object) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a message: their numbers, and a whole number or bytes. Raises ValueError where it is none."""
    if not isinstance(content, bytes):  # a column of SQLite holds values of any type
        raise ValueError("no message")  # noqa: TRY004 - what the caller takes for damage
    place = 0
    while place < len(content):
        key, place = _whole(content, place)
        if key & 7 == 0:
            value, place = _whole(content, place)
            yield key >> 3, value
            continue
        size, place = _whole(content, place) if key & 7 == 2 else (_SIZES.get(key & 7, -1), place)
        if not 0 <= size <= len(content) - place:
            raise ValueError("no message")
        yield key >> 3, content[place : place + size]
        place += size


def _whole(content: bytes, place: int) -> tuple[int, int]:
    """The whole number that stands there in groups of seven bits, and the place behind it. Raises ValueError."""
    number = 0
    for shift, byte in enumerate(content[place : place + 10]):
        number |= (byte & 0x7F) << (7 * shift)
        if byte < 0x80:
            return number, place + shift + 1
    raise ValueError("no number")
