"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EACCES
from pathlib import Path
from typing import BinaryIO


@contextmanager
def replaced(target: Path) -> Iterator[BinaryIO]:
    """A file that takes the target's place when all went well, and leaves no trace when not.

    Where the target is a link, what it leads to is replaced; who may read it stays as it was. Raises OSError, with the
    target's name, where nothing can be written there, or the file that is there is protected.
    """
    place = Path(os.path.realpath(target))  # Path.resolve raises for links in a circle
    if place.exists() and not os.access(place, os.W_OK):
        raise PermissionError(EACCES, os.strerror(EACCES), str(target))
    name = ""
    try:
        # No more of its name than leaves room in the 255 bytes that file systems have for one.
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name[:40]}.")
        with os.fdopen(handle, "w+b") as file:
            yield file
        part = Path(name)
        part.chmod(_mode(place))
        part.replace(place)
    except BaseException as error:
        if name:
            Path(name).unlink(missing_ok=True)
        if isinstance(error, OSError) and (not name or error.filename in (None, name)):
            error.filename = str(target)
        raise


def _mode(place: Path) -> int:
    """Who may read and write a file: as it is; a new one as ``open`` would make it."""
    if place.exists():
        return stat.S_IMODE(place.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
