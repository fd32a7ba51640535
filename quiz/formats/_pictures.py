"""The names of pictures that come with questions of another format."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from quiz.files.images import SUFFIXES, Image, read_image

_STEM: Final = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(slots=True)
class Pictures:
    """The names that the pictures of a file have got: each name stands for one content."""

    _named: dict[str, str] = field(default_factory=dict)

    def name(self, wished: str, content: bytes) -> tuple[str, Image]:
        """The name under ``images/`` and the picture to keep. Raises Invalid where it is none."""
        image = read_image(content)
        stem, _, ending = wished.rpartition(".")
        suffix = f".{ending.lower()}"
        if suffix not in SUFFIXES[image.mime]:
            stem, suffix = stem or wished, SUFFIXES[image.mime][0]
        stem = _STEM.sub("-", stem).strip("-.")[:80] or "image"
        name, number = f"images/{stem}{suffix}", 1
        while self._named.setdefault(name, image.digest) != image.digest:
            number += 1
            name = f"images/{stem}-{number}{suffix}"
        return name, image
