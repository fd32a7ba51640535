"""Large archives of our own on disk, written and read a line at a time: backups. Strangers' files: ``archive``."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Literal, Self
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from quiz.errors import Invalid, Problem


class Bundle:
    """A zip file of any size. As a context manager it closes itself."""

    def __init__(self, path: Path, mode: Literal["r", "x"]) -> None:
        """Opens it to read, or makes a new one ("x"). Raises Invalid where it is none."""
        try:
            self._zip = ZipFile(path, mode, ZIP_DEFLATED)
        except BadZipFile as error:
            raise Invalid([Problem("", f"this is no archive: {error}", "take the whole file")]) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    @contextmanager
    def writing(self, name: str) -> Iterator[IO[bytes]]:
        """A new member, open to be written; one at a time."""
        with self._zip.open(name, "w", force_zip64=True) as file:
            yield file

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of a member, with their ends. Raises Invalid where it is missing or damaged."""
        try:
            with self._zip.open(name) as file:
                yield from file
        except KeyError:
            raise Invalid([Problem(name, "is missing in the archive", "take the whole file")]) from None
        except (BadZipFile, zlib.error, EOFError) as error:
            raise Invalid([Problem(name, f"is damaged: {error}", "take the file anew")]) from None
