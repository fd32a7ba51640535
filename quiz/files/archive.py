"""Zip archives, bounded: no entry leaves its folder, and none is larger than it may be, whatever it says of itself."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from typing import Final

from quiz.errors import Invalid, Problem, Said

START: Final = b"PK\x03\x04"
#: What operating systems add by themselves.
_LITTER: Final = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")
_FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)
#: Length of the header of a file in an archive, before its name, and where in it stand how it is packed and the lengths
#: of the name and of what follows the name (APPNOTE 6.3, 4.3.7).
_HEADER: Final = 30
_METHOD: Final = slice(8, 10)
_LENGTHS: Final = slice(26, 30)
#: What an entry of an archive's list of entries begins with (4.3.12), and how many more of them than files there may be:
#: folders, and archives in it. Each takes memory before it can be looked at.
_LISTED: Final = b"PK\x01\x02"
_MORE: Final = 10_000
#: Bytes of the first file that are unpacked to see what it is.
_MOST_SHOWN: Final = 100_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may hold: entries, bytes of one and of all unpacked, times larger than packed."""

    entries: int = 2_000
    entry: int = 20_000_000
    total: int = 60_000_000
    ratio: int = 150


#: How entries may be packed. The others of Python's library unpack all that they are given, however much that becomes.
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
#: What Python's library raises over an archive that is damaged or made up; OverflowError for an entry that says it lies
#: beyond all memory (its place has eight bytes, 4.5.3).
_DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    RuntimeError,
    ValueError,
    OverflowError,
    OSError,
    EOFError,
)


class Archive:
    """The files of a zip archive, by their paths with ``/``; each is unpacked when it is read."""

    def __init__(self, content: bytes, limits: Limits = Limits()) -> None:
        """Raises Invalid where anything in the archive is out of bounds, before any of it is unpacked."""
        if content.count(_LISTED) > limits.entries + _MORE:
            raise _too_many(limits)
        try:
            self._zip = zipfile.ZipFile(BytesIO(content))
        except _DAMAGED as error:
            raise _invalid(Said("this is no zip archive: %(error)s", error=error), "pack it again") from None
        self._limits = limits
        listed = [
            entry
            for entry in self._zip.infolist()
            if not entry.filename.endswith("/") and not _litter(entry.filename)
        ]
        if len(listed) > limits.entries:
            raise _too_many(limits)
        for entry in listed:
            _demand_inside(entry)
            self._demand_bounds(entry)
        if sum(entry.file_size for entry in listed) > limits.total:
            raise _invalid(
                Said("unpacked it has more than %(most)s MB", most=limits.total // 1000000), "pack less"
            )
        if sum(entry.compress_size for entry in listed) > len(content):
            raise _invalid("its files lie in each other", "pack it again")
        self._entries = {entry.filename: entry for entry in listed}
        if len(self._entries) < len(listed):
            raise _invalid("a file stands in the archive twice", "pack it again")

    @property
    def names(self) -> tuple[str, ...]:
        """The paths of the files, in the archive's order."""
        return tuple(self._entries)

    def size(self, name: str) -> int:
        """How many bytes a file has, as the archive says; KeyError where there is none."""
        return self._entries[name].file_size

    def read(self, name: str) -> bytes:
        """The content of a file; KeyError where there is none. Raises Invalid where it is damaged or too large."""
        entry = self._entries[name]
        try:
            with self._zip.open(entry) as file:
                content = file.read(entry.file_size + 1)
        except _DAMAGED as error:
            raise _invalid(
                Said("'%(name)s' cannot be unpacked: %(error)s", name=name, error=error), "pack it again"
            ) from None
        if len(content) > entry.file_size:
            raise _invalid(Said("'%(name)s' is larger than the archive says", name=name), "pack it again")
        return content

    def _demand_bounds(self, entry: zipfile.ZipInfo) -> None:
        if entry.flag_bits & 1:
            raise _invalid(Said("'%(name)s' is encrypted", name=entry.filename), "pack it without a password")
        if entry.compress_type not in _METHODS:
            what = Said("'%(name)s' is packed in a way that is not read here", name=entry.filename)
            raise _invalid(what, "pack it again as a usual zip archive")
        if entry.file_size > self._limits.entry:
            most = Said("%(most)s MB is the most", most=self._limits.entry // 1000000)
            raise _invalid(Said("'%(name)s' is too large", name=entry.filename), most)
        if entry.file_size > max(entry.compress_size, 100) * self._limits.ratio:
            raise _invalid(
                Said("'%(name)s' unpacks to far more than is packed", name=entry.filename),
                "pack what it holds in parts",
            )


def _demand_inside(entry: zipfile.ZipInfo) -> None:
    """Raises Invalid for a path that leads elsewhere, and for a link."""
    path = PurePosixPath(entry.filename)
    strange = (
        "\\" in entry.orig_filename or "\0" in entry.orig_filename or ":" in entry.filename.split("/")[0]
    )
    if not path.name or path.is_absolute() or ".." in path.parts or strange:
        raise _invalid(
            Said("'%(name)s' would leave the archive's folder", name=entry.filename),
            "pack it again with plain names",
        )
    mode = entry.external_attr >> 16
    if mode and not stat.S_ISREG(mode) and stat.S_IFMT(mode):
        raise _invalid(
            Said("'%(name)s' is a link or no plain file", name=entry.filename), "pack the file itself"
        )


def _litter(name: str) -> bool:
    return any(part in _LITTER for part in name.split("/"))


def _invalid(what: str, mend: str) -> Invalid:
    return Invalid([Problem("", what, mend)])


def _too_many(limits: Limits) -> Invalid:
    return _invalid(
        Said("the archive has more than %(most)s files", most=limits.entries), "pack only what belongs to it"
    )


def is_archive(content: bytes) -> bool:
    """Whether these bytes begin as a zip archive does."""
    return content.startswith(START)


def beginning(head: bytes) -> str:
    """How the first file of an archive begins, as far as the archive's first bytes tell; "" where they do not."""
    if not is_archive(head) or len(head) < _HEADER:
        return ""
    named, extra = struct.unpack("<HH", head[_LENGTHS])
    packed = head[_HEADER + named + extra :]
    if head[_METHOD] == b"\x08\x00":
        try:
            packed = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, _MOST_SHOWN)
        except zlib.error:
            return ""
    return packed.decode("utf-8", "replace")


def pack(files: Mapping[str, bytes]) -> bytes:
    """A zip archive of these files by path, in their order; the same files give the same bytes."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _FIRST_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(entry, content)
    return made.getvalue()
