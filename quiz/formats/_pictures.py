"""The names of pictures that come with questions of another format."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from quiz.files.images import SUFFIXES, read_image

_STEM: Final = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(slots=True)
class Pictures:
    """The names that the pictures of a file have got: each name stands for one content."""

    _named: dict[str, str] = field(default_factory=dict)

    def name(self, wished: str, content: bytes) -> tuple[str, bytes]:
        """The name under ``images/`` and the content to keep. Raises Invalid where it is no picture."""
        image = read_image(content)
        stem, _, ending = wished.rpartition(".")
        suffix = f".{ending.lower()}"
        if suffix not in SUFFIXES[image.mime]:
            stem, suffix = stem or wished, SUFFIXES[image.mime][0]
        stem = _STEM.sub("-", stem).strip("-.")[:80] or "image"
        digest = sha256(image.content).hexdigest()
        name, number = f"images/{stem}{suffix}", 1
        while self._named.setdefault(name, digest) != digest:
            number += 1
            name = f"images/{stem}-{number}{suffix}"
        return name, image.content
