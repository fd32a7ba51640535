"""H5P packages: a zip with ``h5p.json`` (which library) and ``content/content.json`` (its parameters).

Libraries themselves are not in what we write: the site that takes it has them.
"""

from __future__ import annotations

from quiz.files.archive import START
from quiz.formats.base import Format
from quiz.formats.h5p.reading import read
from quiz.formats.h5p.writing import H5pWriter


def _sniff(head: bytes, name: str) -> float:
    if not head.startswith(START):
        return 0.0
    return 0.95 if b"h5p.json" in head or name.endswith(".h5p") else 0.0


#: Essays and texts by themselves are no content of a question set, which is what we write.
FORMAT = Format(
    "h5p",
    "H5P",
    (".h5p",),
    _sniff,
    read,
    H5pWriter,
    own_suffix=True,
    only_read=frozenset({"description", "essay"}),
)
